/*
 * The courier's life: read the policy, look the witnesses' names up, lock the
 * door, go rounds.
 *
 * Names are looked up before the door is locked, since a resolver needs files
 * and libraries that nobody can list. Where a witness stays unreachable for
 * LIMIT_COURIER_LOOKUP_S the courier ends in good order; its parent starts it
 * again, and names are looked up anew.
 */
#include "courier/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "courier/errand.h"
#include "frames.h"
#include "limits.h"
#include "tlog/logdir.h"
#include "tlog/policy.h"
#include "util/clock.h"
#include "util/eventlog.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/sandbox.h"

#define LOOK_MS 200 /* how often the outbox is looked at */
#define SECOND_US INT64_C(1000000)
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h */

struct courier {
	const char *dir;
	char outbox_path[4096];
	char log_path[4096];
	int parent_fd;
	int signal_fd;
	int outbox_fd;
	struct eventlog log;
	struct arena arena; /* settings and policy: as long as it lives */
	struct config config;
	struct tlog_note_key key; /* of the log */
	struct tlog_policy policy;
	struct webcall_agent *agent;
	struct errand *errands;
	size_t n_errands;
	uint16_t ports[LIMIT_TLOG_POLICY_ITEMS];
	size_t n_ports;
	struct timespec seen;	 /* of the outbox's checkpoint */
	int64_t reached_us;	 /* monotonic: all witnesses, last */
	uint64_t n_rounds;
	bool is_stopping;
};

static void
report(const struct courier *courier, const struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n_items; i++)
		eventlog_write(&courier->log, EVENTLOG_ERROR,
		    "%.*s:%zu: %.*s", STR_ARG(diags->items[i].where),
		    diags->items[i].line, STR_ARG(diags->items[i].text));
}

static const char *
below(struct courier *courier, const char *name)
{
	return arena_format(&courier->arena, "%s/%s", courier->dir, name).p;
}

static int
read_key(struct courier *courier)
{
	const char *path = below(courier, "keys/log.vkey");
	struct str vkey = { 0 };
	int r = file_read(&vkey, &courier->arena, AT_FDCWD, path,
	    LIMIT_KEEPER_KEY);

	if (r == 0 && tlog_note_key_parse(&courier->key, str_trim(vkey)) == 0)
		return 0;
	eventlog_write(&courier->log, EVENTLOG_ERROR, "%s: is not a log's key",
	    path);
	return EXIT_CONFIG;
}

static int
read_policy(struct courier *courier)
{
	const char *path = below(courier, courier->config.witness.policy.p);
	struct diag_list diags;
	struct str text = { 0 };
	int r = file_read(&text, &courier->arena, AT_FDCWD, path,
	    LIMIT_TLOG_POLICY_BYTES);

	if (r != 0) {
		eventlog_write(&courier->log, EVENTLOG_ERROR,
		    "%s: cannot be read", path);
		return EXIT_CONFIG;
	}
	diag_init(&diags, &courier->arena, str_of(path), text);
	r = tlog_policy_parse(&courier->policy, &courier->arena, &diags, text);
	report(courier, &diags);
	return r == 0 ? 0 : EXIT_CONFIG;
}

static int
read_settings(struct courier *courier)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &courier->arena, STR(""), STR(""));
	r = config_load(&courier->config, &diags, courier->dir);
	report(courier, &diags);
	if (r != 0)
		return EXIT_CONFIG;
	courier->log.level = eventlog_level_of(courier->config.log.level);
	r = read_key(courier);
	return r == 0 ? read_policy(courier) : r;
}

static void
add_port(struct courier *courier, uint16_t port)
{
	for (size_t i = 0; i < courier->n_ports; i++)
		if (courier->ports[i] == port)
			return;
	courier->ports[courier->n_ports++] = port;
}

/* One witness of the policy that can be asked. */
static int
add_errand(struct courier *courier, const struct tlog_policy_witness *witness)
{
	struct errand *errand = &courier->errands[courier->n_errands];
	const char *why = "";
	char host[256];
	uint16_t port = 0;
	int r = errand_init(errand, &courier->arena, witness);

	if (r < 0)
		return TRACE(r);
	courier->n_errands++;
	if (!webcall_parse_url(host, &port, errand->url)) {
		eventlog_write(&courier->log, EVENTLOG_ERROR,
		    "witness %.*s: %s is not an http or https URL",
		    STR_ARG(witness->name), errand->url);
		return 0;
	}
	add_port(courier, port);
	if (webcall_resolve(courier->agent, errand->url, &why) < 0)
		eventlog_write(&courier->log, EVENTLOG_WARNING,
		    "witness %.*s: %s: %s", STR_ARG(witness->name), host, why);
	return 0;
}

static int
make_errands(struct courier *courier)
{
	struct webcall_options options = { .is_ca_held = true,
		.caller = "stile-courier" };
	int r;

	if (courier->config.witness.ca.len > 0)
		options.ca = below(courier, courier->config.witness.ca.p);
	r = webcall_agent_new(&courier->agent, &options);
	if (r > 0)
		eventlog_write(&courier->log, EVENTLOG_ERROR,
		    "witness.ca: cannot be read");
	if (r != 0)
		return EXIT_CONFIG;
	courier->errands = ARENA_ARRAY(&courier->arena,
	    courier->policy.n_witnesses, struct errand);
	for (size_t i = 0; i < courier->policy.n_witnesses; i++) {
		const struct tlog_policy_witness *witness =
		    &courier->policy.witnesses[i];

		if (courier->errands == NULL ||
		    (witness->url.len > 0 && add_errand(courier, witness) < 0))
			return 1;
	}
	if (courier->n_errands == 0)
		eventlog_write(&courier->log, EVENTLOG_WARNING,
		    "witness.policy names no witness with a URL");
	return 0;
}

static int
open_fds(struct courier *courier)
{
	sigset_t set;

	if (mkdir(courier->outbox_path, 0700) < 0 && errno != EEXIST)
		return FAULT(errno);
	courier->outbox_fd = open(courier->outbox_path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (courier->outbox_fd < 0)
		return FAULT(errno);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    signal(SIGHUP, SIG_IGN) == SIG_ERR ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return FAULT(errno);
	courier->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return courier->signal_fd < 0 ? FAULT(errno) : 0;
}

static int
lock_in(struct courier *courier)
{
	const struct sandbox_path paths[] = { { courier->outbox_path, true },
		{ courier->log_path, false } };
	struct sandbox sandbox = { .role = SANDBOX_COURIER, .paths = paths,
		.n_paths = ARRAY_LEN(paths), .ports = courier->ports,
		.n_ports = courier->n_ports };
	int r = sandbox_enter(&sandbox);

	if (r == SANDBOX_E_LANDLOCK)
		eventlog_write(&courier->log, EVENTLOG_WARNING,
		    "this kernel has no Landlock; only file permissions keep "
		    "the courier to its files");
	if (r < 0)
		eventlog_fault(&courier->log, r, "sandbox");
	return r < 0 ? 1 : 0;
}

/* --- a round ------------------------------------------------------------- */

/* The log's note and the cosignatures that came so far. */
static int
join(const struct courier *courier, struct buf *note, struct str given)
{
	int r;

	buf_init(note, LIMIT_TLOG_NOTE_BYTES);
	buf_add_str(note, given);
	for (size_t i = 0; i < courier->n_errands; i++)
		buf_add_str(note, buf_str(&courier->errands[i].line));
	r = buf_finish(note);
	return r > 0 ? FAULT(ENOBUFS) : TRACE(r);
}

static bool
is_quorum_met(const struct courier *courier, struct str given)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_policy_verdict verdict;
	struct tlog_checkpoint checkpoint;

	return join(courier, &note, given) == 0 &&
	    tlog_policy_open(&courier->policy, &checkpoint, &verdict,
		buf_str(&note), &courier->key) == 0;
}

/* Tell the operator when a witness changes, not in every round. */
static void
tell(const struct courier *courier, const struct errand *errand,
    enum errand_state before)
{
	if (errand->state == before || errand->state == ERRAND_NEW)
		return;
	eventlog_write(&courier->log,
	    errand->state == ERRAND_COSIGNED ? EVENTLOG_INFO :
	    errand->state >= ERRAND_AHEAD ? EVENTLOG_ERROR : EVENTLOG_WARNING,
	    "witness %.*s: %s: %s", STR_ARG(errand->witness->name),
	    errand_state_name(errand->state), errand->why);
}

/* Ask one; whatever keeps it from being asked is the errand's to say. */
static size_t
begin(struct courier *courier, struct errand *errand,
    const struct errand_round *round)
{
	int r = errand_begin(errand, courier->agent, round);

	if (r < 0)
		eventlog_fault(&courier->log, r, "ask a witness");
	return r == 0;
}

/*
 * Wait for the answers: all of them, or, once the quorum is met, those that
 * come within LIMIT_COURIER_GRACE_MS more.
 */
static int
gather(struct courier *courier, const struct errand_round *round, size_t n)
{
	int64_t end_us = clock_monotonic_us() + round->timeout_ms * 1000;
	bool is_met = false;

	while (n > 0) {
		int64_t left_us = end_us - clock_monotonic_us();
		struct webcall *call = NULL;
		struct errand *errand;
		int r = webcall_wait(courier->agent, &call,
		    left_us > 0 ? left_us / 1000 + 1 : 0, courier->signal_fd);

		if (r < 0)
			return TRACE(r);
		if (r == WEBCALL_E_STOP)
			courier->is_stopping = true;
		if (r > 0)
			return 0;
		errand = call->context;
		n--;
		if (errand_hear(errand, round))
			n += begin(courier, errand, round);
		if (!is_met && is_quorum_met(courier, round->note)) {
			is_met = true;
			end_us = MIN(end_us, clock_monotonic_us() +
			    LIMIT_COURIER_GRACE_MS * INT64_C(1000));
		}
	}
	return 0;
}

static int
write_report(const struct courier *courier, const struct errand_round *round,
    bool is_met)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct json json;

	buf_init(&text, LIMIT_COURIER_REPORT);
	json_init(&json, &text);
	json_open_object(&json);
	json_put_i64(&json, "time", (int64_t)round->now);
	json_put_i64(&json, "size", (int64_t)round->checkpoint.size);
	json_put_bool(&json, "quorum", is_met);
	json_put_i64(&json, "rounds", (int64_t)courier->n_rounds);
	json_key(&json, STR("witnesses"));
	json_open_array(&json);
	for (size_t i = 0; i < courier->n_errands; i++)
		errand_json(&courier->errands[i], &json);
	json_close_array(&json);
	json_close_object(&json);
	buf_add_char(&text, '\n');
	if (buf_finish(&text) != 0)
		return FAULT(ENOBUFS);
	return TRACE(file_place(courier->outbox_fd, OUTBOX_REPORT,
	    buf_str(&text), 0600));
}

/* Bring home what came. */
static int
deliver(struct courier *courier, const struct errand_round *round)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	bool is_met = is_quorum_met(courier, round->note);
	int r = join(courier, &note, round->note);

	if (r == 0)
		r = write_report(courier, round, is_met);
	if (r == 0)
		r = file_place(courier->outbox_fd, OUTBOX_COSIGNED,
		    buf_str(&note), 0600);
	return TRACE(r);
}

static void
look_back(struct courier *courier, const enum errand_state *before)
{
	bool is_all = true;

	for (size_t i = 0; i < courier->n_errands; i++) {
		tell(courier, &courier->errands[i], before[i]);
		is_all = is_all &&
		    courier->errands[i].state != ERRAND_UNREACHABLE;
	}
	if (is_all)
		courier->reached_us = clock_monotonic_us();
}

static int
go_round(struct courier *courier, const struct errand_round *round)
{
	enum errand_state before[LIMIT_TLOG_POLICY_ITEMS] = { 0 };
	size_t n = 0;
	int r;

	courier->n_rounds++;
	for (size_t i = 0; i < courier->n_errands; i++) {
		before[i] = courier->errands[i].state;
		courier->errands[i].n_asked = 0;
		n += begin(courier, &courier->errands[i], round);
	}
	r = gather(courier, round, n);
	for (size_t i = 0; i < courier->n_errands; i++) {
		if (courier->errands[i].call.handle == NULL)
			continue;
		webcall_cancel(courier->agent, &courier->errands[i].call);
		errand_give_up(&courier->errands[i]);
	}
	if (r == 0 && !courier->is_stopping)
		r = deliver(courier, round);
	look_back(courier, before);
	return TRACE(r);
}

/* The checkpoint that waits, when it is one of this log's. */
static int
take_pending(struct courier *courier)
{
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *log = NULL;
	struct clock clock = clock_system();
	struct errand_round round = {
		.timeout_ms = courier->config.witness.timeout_s * 1000,
		.now = (uint64_t)(clock_now_us(&clock) / SECOND_US) };
	int r;

	arena_init(&arena, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	r = file_read(&round.note, &arena, courier->outbox_fd, OUTBOX_PENDING,
	    LIMIT_TLOG_NOTE_BYTES);
	if (r != 0)
		return TRACE(MIN(r, 0));
	if (tlog_checkpoint_open(&round.checkpoint, round.note,
		&courier->key) != 0) {
		eventlog_write(&courier->log, EVENTLOG_ERROR,
		    "outbox/pending is not a checkpoint of this log");
		return 0;
	}
	r = tlog_logdir_open(&log, courier->log_path);
	if (r != 0)
		return TRACE(MIN(r, 0));
	round.tiles = tlog_logdir_source(log).tiles;
	return TRACE(go_round(courier, &round));
}

/* Is there a checkpoint that was not taken yet? */
static bool
has_pending(struct courier *courier)
{
	struct stat info;

	if (fstatat(courier->outbox_fd, OUTBOX_PENDING, &info,
		AT_SYMLINK_NOFOLLOW) < 0 ||
	    (info.st_mtim.tv_sec == courier->seen.tv_sec &&
		info.st_mtim.tv_nsec == courier->seen.tv_nsec))
		return false;
	courier->seen = info.st_mtim;
	return true;
}

static void
listen_to_all(struct courier *courier, int timeout_ms)
{
	struct pollfd items[] = { { courier->signal_fd, POLLIN, 0 },
		{ courier->parent_fd, POLLIN, 0 } };
	char bytes[64];

	if (poll(items, ARRAY_LEN(items), timeout_ms) <= 0)
		return;
	if (items[0].revents != 0)
		courier->is_stopping = true;
	if (items[1].revents != 0 &&
	    read(courier->parent_fd, bytes, sizeof(bytes)) <= 0)
		courier->is_stopping = true;
}

static int
serve(struct courier *courier)
{
	courier->reached_us = clock_monotonic_us();
	while (!courier->is_stopping) {
		int64_t lonely_us = 0;
		int r = 0;

		if (has_pending(courier)) {
			r = take_pending(courier);
			lonely_us = clock_monotonic_us() - courier->reached_us;
		}
		if (r < 0)
			eventlog_fault(&courier->log, r, "round");
		if (errand_is_lost(courier->n_errands, lonely_us)) {
			eventlog_write(&courier->log, EVENTLOG_INFO,
			    "ends, so that names are looked up anew");
			return 0;
		}
		if (!courier->is_stopping)
			listen_to_all(courier, LOOK_MS);
	}
	return 0;
}

static void
finish(struct courier *courier)
{
	for (size_t i = 0; i < courier->n_errands; i++)
		errand_fini(&courier->errands[i]);
	webcall_agent_freep(&courier->agent);
	config_fini(&courier->config);
	arena_fini(&courier->arena);
	if (courier->outbox_fd >= 0)
		close(courier->outbox_fd);
	if (courier->signal_fd >= 0)
		close(courier->signal_fd);
}

static int
prepare(struct courier *courier)
{
	int code = read_settings(courier);
	int r;

	if (code == 0)
		code = make_errands(courier);
	if (code != 0)
		return code;
	r = open_fds(courier);
	if (r < 0)
		eventlog_fault(&courier->log, r, courier->outbox_path);
	return r < 0 ? 1 : lock_in(courier);
}

int
courier_run(const char *dir, int listen_fd, int parent_fd)
{
	struct courier *courier = calloc(1, sizeof(*courier));
	int code;

	(void)listen_fd;
	if (courier == NULL)
		return 1;
	courier->dir = dir;
	courier->parent_fd = parent_fd;
	courier->signal_fd = -1;
	courier->outbox_fd = -1;
	courier->log = eventlog_stderr("courier");
	arena_init(&courier->arena, LIMIT_CONFIG_ARENA + (2u << 20));
	snprintf(courier->outbox_path, sizeof(courier->outbox_path),
	    "%s/outbox", dir);
	snprintf(courier->log_path, sizeof(courier->log_path), "%s/log", dir);
	code = prepare(courier);
	if (code == 0 && send(parent_fd, &(char){ PARENT_READY }, 1,
	    MSG_NOSIGNAL) != 1)
		code = 1;
	if (code == 0)
		code = serve(courier);
	finish(courier);
	free(courier);
	return code;
}
