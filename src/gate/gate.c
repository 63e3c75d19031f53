/* The gate's process: opens what it holds, waits, turns; see gate.h. */
#include "gate/gate.h"

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
#include <sys/un.h>
#include <unistd.h>

#include "config/config.h"
#include "crypto/csprng.h"
#include "frames.h"
#include "gate/assembly.h"
#include "gate/consignment.h"
#include "gate/force.h"
#include "gate/erase.h"
#include "gate/keys_channel.h"
#include "gate/retain.h"
#include "gate/turn.h"
#include "source/source_sqlite.h"
#include "store/store.h"
#include "tlog/note.h"
#include "util/eventlog.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"
#include "util/sandbox.h"

#define KEEPER_TRIES 100  /* at start, for the keeper to come up */
#define KEEPER_WAIT_MS 50 /* between two of these */
#define IDLE_MS 1000	  /* keep house this often without frames */
#define FIRST_FRONT 4	  /* fronts come after what else is waited for */

struct host {
	const char *dir;
	int listen_fd;
	int parent_fd;
	int signal_fd;
	int clerk_fd; /* -1: not connected */
	struct eventlog log;
	struct config config;
	struct csprng csprng;
	struct store *store;
	struct source source;
	struct keys_channel keys;
	struct gate gate;
	struct turn turn;
	bool has_config;
	bool has_gate;
	bool has_turn;
	bool was_behind; /* of the clock, when it was told last */
	uint64_t told_size; /* what the clerk was told */
	struct arena witnessed; /* holds gate.witnessed */
	struct timespec witnessed_at; /* when its file was written */
	struct gate_portal portals[LIMIT_CONFIG_NAMES];
	char paths[5][4096]; /* store, records, keeper.sock, clerk.sock, outbox */
};

enum {
	PATH_STORE,
	PATH_RECORDS,
	PATH_KEEPER,
	PATH_CLERK,
	PATH_WITNESSED,
};

static void
make_path(char path[static 4096], const char *dir, const char *rest)
{
	if (rest[0] == '/')
		snprintf(path, 4096, "%s", rest);
	else
		snprintf(path, 4096, "%s/%s", dir, rest);
}

static void
log_diags(const struct host *host, const struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n_items; i++) {
		const struct diag *diag = &diags->items[i];

		eventlog_write(&host->log, EVENTLOG_ERROR,
		    "%.*s%s%.*s", STR_ARG(diag->where),
		    diag->where.len > 0 ? ": " : "", STR_ARG(diag->text));
	}
}

static int
read_config(struct host *host, struct diag_list *diags)
{
	int r = config_load(&host->config, diags, host->dir);

	host->has_config = r == 0;
	if (r == 0)
		host->log.level = eventlog_level_of(host->config.log.level);
	if (r == CONFIG_E_ABSENT)
		diag_error_at(diags, str_of(host->dir),
		    "not a holder's directory: it has no stile.conf");
	return r;
}

/* One line, DIR/portals/<id>.vkey: the key of that portal's tokens. */
static int
read_portal(struct host *host, struct gate_portal *portal, struct str id,
    struct diag_list *diags)
{
	struct tlog_note_key key;
	struct str text = { 0 };
	char name[LIMIT_CONFIG_WORD + 16];
	char path[4096];
	int r;

	snprintf(name, sizeof(name), "portals/%.*s.vkey", STR_ARG(id));
	make_path(path, host->dir, name);
	r = file_read(&text, diags->arena, AT_FDCWD, path, LIMIT_KEEPER_KEY);
	if (r == 0 && tlog_note_key_parse(&key, str_trim(text)) == 0 &&
	    key.type == TLOG_NOTE_ED25519 &&
	    str_is_equal((struct str){ key.name.text, key.name.len }, id)) {
		*portal = (struct gate_portal){ id, key.public };
		return 0;
	}
	diag_error_at(diags, arena_str(diags->arena, str_of(path)), "%s",
	    r == 0 ? "is not an Ed25519 verifier key (C2SP signed-note) of "
		     "this name"
		   : "cannot be read");
	diag_help(diags, "self.portals of stile.conf names it");
	return CONFIG_E_WRONG;
}

static int
read_portals(struct host *host, struct diag_list *diags)
{
	int r = 0;

	for (size_t i = 0; i < host->config.self.n_portals && r == 0; i++)
		r = read_portal(host, &host->portals[i],
		    host->config.self.portals[i], diags);
	return r;
}

static int
open_inputs(struct host *host, struct diag_list *diags)
{
	int r;

	make_path(host->paths[PATH_STORE], host->dir, "state/stile.db");
	make_path(host->paths[PATH_RECORDS], host->dir,
	    host->config.source.path.p);
	make_path(host->paths[PATH_KEEPER], host->dir, "run/keeper.sock");
	make_path(host->paths[PATH_CLERK], host->dir, "run/clerk.sock");
	make_path(host->paths[PATH_WITNESSED], host->dir,
	    "outbox/" OUTBOX_WITNESSED);
	diags->where = str_of(host->paths[PATH_STORE]);
	r = read_portals(host, diags);
	if (r == 0)
		r = csprng_open(&host->csprng);
	if (r == 0)
		r = store_open(&host->store, str_of(host->paths[PATH_STORE]),
		    STORE_WRITE, diags);
	if (r != 0)
		return r;
	r = source_open(&host->source, &source_sqlite_backend,
	    host->paths[PATH_RECORDS]);
	if (r > 0) {
		diag_error_at(diags, str_of(host->paths[PATH_RECORDS]),
		    "the record source cannot be opened: import records first");
		return r;
	}
	return r;
}

static int
assemble(struct host *host, struct diag_list *diags)
{
	int r;

	host->gate = (struct gate){ .store = host->store,
		.source = &host->source,
		.clock = clock_system(),
		.random = csprng_random(&host->csprng),
		.holder = host->config.holder.id,
		.origin = host->config.holder.origin,
		.seal_us = host->config.seal.days_after_close * INSTANT_DAY,
		/* The last gate may have died between erasing and that. */
		.is_unsettled = true,
		.dir = str_of(host->dir),
		.trust = host->config.trust,
		.n_trust = host->config.n_trust,
		.state = host->config.holder.state,
		.portals = host->portals,
		.n_portals = host->config.self.n_portals,
		.token_life_us = host->config.self.life_s * INSTANT_SECOND };
	retain_periods(&host->gate, &host->config);
	host->gate.keys = keys_channel_init(&host->keys,
	    host->paths[PATH_KEEPER], (int)host->config.timeouts.keeper_ms);
	r = assembly_init(&host->gate);
	if (r > 0)
		diag_error_at(diags, str_of(host->paths[PATH_STORE]),
		    "the log in the store is not whole: run `stile log check`");
	host->has_gate = r == 0;
	return r != 0 ? r : assembly_check_clock(&host->gate, diags);
}

static int
load_packs(struct host *host, struct diag_list *diags)
{
	return force_load(&host->gate, host->config.packs,
	    host->config.n_packs, clock_now_us(&host->gate.clock), diags);
}

/* Told to end before it began? A SIGHUP is nothing yet: packs come later. */
static bool
is_told_to_end(struct host *host, int wait_ms)
{
	struct pollfd item = { host->signal_fd, POLLIN, 0 };
	struct signalfd_siginfo info;

	return poll(&item, 1, wait_ms) > 0 &&
	    read(host->signal_fd, &info, sizeof(info)) ==
		(ssize_t)sizeof(info) &&
	    info.ssi_signo != SIGHUP;
}

enum {
	HOST_E_ENDED = 1, /* told to end before it was ready */
};

/* The keeper starts beside us: give it time. Returns: 0; HOST_E_ENDED; fault. */
static int
meet_keeper(struct host *host)
{
	for (int i = 0; i < KEEPER_TRIES; i++) {
		int r = assembly_sign_head(&host->gate);

		if (r != KEYS_E_DOWN)
			return r < 0 ? TRACE(r) : 0;
		if (is_told_to_end(host, KEEPER_WAIT_MS))
			return HOST_E_ENDED;
	}
	eventlog_write(&host->log, EVENTLOG_ERROR,
	    "the keeper does not answer");
	return FAULT(ETIMEDOUT);
}

static int
enter_sandbox(struct host *host)
{
	char state[4096];
	char records[4096];
	char packs[4096];
	char trust[4096];
	char run[4096];
	char outbox[4096];
	char *slash;
	char consign[4096];
	struct sandbox_path paths[] = { { state, true }, { records, false },
		{ packs, false }, { trust, false }, { run, false },
		{ outbox, false }, { consign, true } };
	struct sandbox sandbox = { .role = SANDBOX_GATE,
		.paths = paths,
		.n_paths = ARRAY_LEN(paths) };
	int r;

	make_path(state, host->dir, "state");
	make_path(packs, host->dir, "packs");
	make_path(trust, host->dir, "trust");
	make_path(run, host->dir, "run");
	make_path(outbox, host->dir, "outbox");
	make_path(consign, host->dir, "consign");
	/* What is made after the walls stand is outside of them. */
	if (mkdir(consign, 0700) < 0 && errno != EEXIST)
		return FAULT(errno);
	snprintf(records, sizeof(records), "%s", host->paths[PATH_RECORDS]);
	slash = strrchr(records, '/');
	if (slash != NULL)
		*slash = '\0';
	r = sandbox_enter(&sandbox);
	if (r == SANDBOX_E_LANDLOCK)
		eventlog_write(&host->log, EVENTLOG_WARNING,
		    "this kernel has no Landlock: files are not walled off");
	return r < 0 ? TRACE(r) : 0;
}

static int
take_signals(struct host *host)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return FAULT(errno);
	host->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return host->signal_fd < 0 ? FAULT(errno) : 0;
}

/* Returns: a connected socket that never blocks; -1. */
static int
connect_clerk(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* It is gone, and what it was told last perhaps with it. */
static void
miss_clerk(struct host *host)
{
	close(host->clerk_fd);
	host->clerk_fd = -1;
	host->told_size = 0;
}

/* Tell the clerk of a new checkpoint; never wait for it. */
static void
tell_clerk(struct host *host)
{
	CLEANUP(buf_fini) struct buf frame = { 0 };
	struct gate *gate = &host->gate;
	size_t place;

	buf_init(&frame, LIMIT_FRAME_BYTES);
	if (gate->note.p == NULL || gate->note_size == host->told_size)
		return;
	if (host->clerk_fd < 0)
		host->clerk_fd = connect_clerk(host->paths[PATH_CLERK]);
	if (host->clerk_fd < 0)
		return;
	place = frame_begin(&frame, CLERK_KIND_CHECKPOINT, gate->note_size);
	frame_put(&frame, CLERK_NOTE, gate->note);
	if (frame_end(&frame, place) != 0)
		return;
	/* A checkpoint that does not fit now is told with the next one. */
	if (send(host->clerk_fd, frame.bytes, frame.len, MSG_NOSIGNAL) ==
	    (ssize_t)frame.len) {
		host->told_size = gate->note_size;
		return;
	}
	miss_clerk(host);
}

static void
reload(struct host *host)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct diag_list diags;
	int r;

	arena_init(&arena, LIMIT_BATCH_BYTES);
	diag_init(&diags, &arena, STR("packs"), (struct str){ 0 });
	r = load_packs(host, &diags);
	log_diags(host, &diags);
	if (r != 0)
		eventlog_write(&host->log, EVENTLOG_ERROR,
		    "packs: refused; the old ones stay in force");
	else
		eventlog_write(&host->log, EVENTLOG_INFO,
		    "packs: %zu in force", host->gate.n_packs);
	if (r == 0 && assembly_sign_head(&host->gate) != 0)
		eventlog_write(&host->log, EVENTLOG_ERROR,
		    "the head of the log is not signed");
}

/* Returns: true when the gate was told to stop. */
static bool
take_signal(struct host *host)
{
	struct signalfd_siginfo info;
	bool is_stop = false;

	while (read(host->signal_fd, &info, sizeof(info)) ==
	    (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(host);
		else
			is_stop = true;
	}
	return is_stop;
}

/* A word when the clock runs back, and one when it has caught up. */
static void
watch_clock(struct host *host)
{
	if (host->gate.is_behind == host->was_behind)
		return;
	host->was_behind = host->gate.is_behind;
	eventlog_write(&host->log,
	    host->was_behind ? EVENTLOG_ERROR : EVENTLOG_INFO, "%s",
	    host->was_behind
		? "the clock ran back behind the newest entry: nothing is "
		  "disclosed until it has caught up"
		: "the clock has caught up");
}

/* The clerk keeps the newest witnessed checkpoint in a file: look at it. */
static void
see_witnessed(struct host *host)
{
	const char *path = host->paths[PATH_WITNESSED];
	struct stat info;

	if (stat(path, &info) < 0 ||
	    (info.st_mtim.tv_sec == host->witnessed_at.tv_sec &&
		info.st_mtim.tv_nsec == host->witnessed_at.tv_nsec))
		return;
	host->witnessed_at = info.st_mtim;
	host->gate.witnessed = (struct str){ 0 };
	arena_reset(&host->witnessed);
	if (file_read(&host->gate.witnessed, &host->witnessed, AT_FDCWD, path,
		LIMIT_TLOG_NOTE_BYTES) != 0)
		host->gate.witnessed = (struct str){ 0 };
}

/* Erase what two persons ordered to end; one that fails is tried again. */
static void
sweep_consignments(struct host *host)
{
	bool has_erased = true;
	int r = 0;

	while (has_erased && r == 0) {
		r = consignment_sweep(&host->gate, &has_erased);
		if (r == 0 && has_erased)
			r = assembly_sign_head(&host->gate);
	}
	if (r < 0)
		eventlog_fault(&host->log, r, "erasing a consignment");
}

/* What is done between batches: never on the way to an answer. */
static int
keep_house(struct host *host)
{
	struct gate *gate = &host->gate;
	int r = 0;

	if (!store_is_writable(host->store)) {
		eventlog_write(&host->log, EVENTLOG_ERROR,
		    "the store failed for good: %.*s",
		    STR_ARG(store_reason(host->store)));
		return FAULT(EIO);
	}
	if ((gate->note.p == NULL || !gate->knows_keeper) && !gate->is_refused)
		r = assembly_sign_head(gate);
	if (r < 0)
		return TRACE(r);
	watch_clock(host);
	if (!gate->is_unwritable)
		sweep_consignments(host);
	tell_clerk(host);
	see_witnessed(host);
	/* Space may have come back: one small durable write tells. */
	if (gate->is_unwritable && store_probe(host->store) == 0)
		gate->is_unwritable = false;
	if (store_wal_pages(host->store) > LIMIT_STORE_WAL_PAGES)
		r = store_checkpoint(host->store, STORE_CHECKPOINT_PASSIVE);
	return r < 0 ? TRACE(r) : 0;
}

/* Nobody waits: also rid the disk of what was erased. */
static int
settle(struct host *host)
{
	int r = keep_house(host);

	if (r == 0)
		r = erase_settle(&host->gate);
	return r < 0 ? TRACE(r) : 0;
}

/* Every batch that can be made of what is here. */
static int
walk_all(struct host *host)
{
	size_t n_asks;
	int r;

	do {
		r = turn_walk(&host->turn, &n_asks);
		if (r == 0 && n_asks > 0)
			r = keep_house(host);
	} while (r == 0 && n_asks > 0);
	return TRACE(r);
}

static void
accept_front(struct host *host)
{
	int fd = accept4(host->listen_fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && turn_add_front(&host->turn, fd) < 0)
		eventlog_write(&host->log, EVENTLOG_ERROR,
		    "more than %d fronts: one is turned away", LIMIT_FRONTS);
}

static size_t
fill_poll(struct host *host, struct pollfd *items, size_t *slots)
{
	size_t n = 0;

	items[n++] = (struct pollfd){ host->signal_fd, POLLIN, 0 };
	items[n++] = (struct pollfd){ host->parent_fd, POLLIN, 0 };
	items[n++] = (struct pollfd){ host->listen_fd, POLLIN, 0 };
	items[n++] = (struct pollfd){ host->clerk_fd, 0, 0 };
	for (size_t i = 0; i < LIMIT_FRONTS; i++) {
		const struct channel *front = &host->turn.fronts[i];

		if (!host->turn.is_open[i])
			continue;
		slots[n] = i;
		items[n++] = (struct pollfd){ front->fd,
			(short)(POLLIN |
			    (channel_is_waiting(front) ? POLLOUT : 0)),
			0 };
	}
	return n;
}

static void
serve_front(struct host *host, const struct pollfd *item, size_t slot)
{
	if ((item->revents & POLLOUT) != 0 &&
	    channel_flush(&host->turn.fronts[slot]) != 0) {
		turn_drop_front(&host->turn, slot);
		return;
	}
	if ((item->revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		turn_fill(&host->turn, slot);
}

/* Wait for once; returns: 0 go on; 1 told to stop; fault. */
static int
wait_once(struct host *host)
{
	struct pollfd items[LIMIT_FRONTS + FIRST_FRONT];
	size_t slots[LIMIT_FRONTS + FIRST_FRONT];
	size_t n = fill_poll(host, items, slots);
	int n_ready = poll(items, n, IDLE_MS);
	char byte;

	if (n_ready < 0)
		return errno == EINTR ? 0 : FAULT(errno);
	if (n_ready == 0)
		return TRACE(settle(host));
	if (items[0].revents != 0 && take_signal(host))
		return 1;
	if (items[1].revents != 0 && read(host->parent_fd, &byte, 1) <= 0)
		return 1;
	if (items[3].revents != 0)
		miss_clerk(host);
	for (size_t i = FIRST_FRONT; i < n; i++) {
		if (items[i].revents != 0)
			serve_front(host, &items[i], slots[i]);
	}
	if ((items[2].revents & POLLIN) != 0)
		accept_front(host);
	return TRACE(walk_all(host));
}

static int
start(struct host *host, struct diag_list *diags)
{
	int r = read_config(host, diags);

	if (r == 0)
		r = open_inputs(host, diags);
	if (r == 0)
		r = assemble(host, diags);
	if (r == 0)
		r = take_signals(host);
	if (r == 0)
		r = enter_sandbox(host);
	if (r == 0)
		r = meet_keeper(host);
	if (r == 0)
		r = load_packs(host, diags);
	if (r == 0)
		r = meet_keeper(host);
	if (r == 0)
		r = turn_init(&host->turn, &host->gate,
		    (size_t)host->config.batch.max);
	host->has_turn = r == 0;
	return r;
}

static int
serve(struct host *host)
{
	char ready = PARENT_READY;
	int r = 0;

	if (host->gate.is_refused)
		eventlog_write(&host->log, EVENTLOG_ERROR, "%.*s",
		    STR_ARG(host->gate.reason));
	tell_clerk(host);
	if (write(host->parent_fd, &ready, 1) != 1)
		return FAULT(EPIPE);
	while (r == 0)
		r = wait_once(host);
	return r > 0 ? 0 : TRACE(r);
}

static void
finish(struct host *host)
{
	if (host->has_turn)
		turn_fini(&host->turn);
	if (host->has_gate)
		assembly_fini(&host->gate);
	keys_channel_fini(&host->keys);
	source_close(&host->source);
	store_close(host->store);
	csprng_close(&host->csprng);
	arena_fini(&host->witnessed);
	if (host->has_config)
		config_fini(&host->config);
	if (host->clerk_fd >= 0)
		close(host->clerk_fd);
	if (host->signal_fd >= 0)
		close(host->signal_fd);
}

int
gate_run(const char *dir, int listen_fd, int parent_fd)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct host *host = calloc(1, sizeof(*host));
	struct diag_list diags;
	int r;

	arena_init(&arena, LIMIT_BATCH_BYTES);
	diag_init(&diags, &arena, str_of(dir), (struct str){ 0 });
	if (host == NULL)
		return 1;
	host->dir = dir;
	host->listen_fd = listen_fd;
	host->parent_fd = parent_fd;
	host->signal_fd = -1;
	host->clerk_fd = -1;
	arena_init(&host->witnessed, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	host->log = eventlog_stderr("gate");
	r = start(host, &diags);
	log_diags(host, &diags);
	if (r == 0)
		r = serve(host);
	if (r < 0)
		eventlog_fault(&host->log, r, "gate");
	finish(host);
	free(host);
	return r == 0 ? 0 : 1;
}
