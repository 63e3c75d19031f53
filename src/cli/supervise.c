/* The parent of all roles; see supervise.h. */
#include "cli/supervise.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/listen.h"
#include "cli/notify.h"
#include "config/config.h"
#include "limits.h"
#include "util/clock.h"
#include "util/eventlog.h"
#include "util/fault.h"
#include "util/sandbox.h"

#define MAX_POSTS (LIMIT_CONFIG_FRONTS + 8) /* processes of one serve */
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h */

/* Readers first: a front that is ready finds everything behind it. */
const struct supervise_role supervise_roles[] = {
	{ .name = "keeper", .socket = "run/keeper.sock", .n_processes = 1,
	    .stop_order = 3, .wants_gate_pid = true },
	{ .name = "clerk", .socket = "run/clerk.sock", .n_processes = 1,
	    .stop_order = 2, .wants_gate_pid = true },
	{ .name = "gate", .socket = "run/gate.sock", .n_processes = 1,
	    .stop_order = 1, .is_gate = true },
	{ .name = "courier", .is_deaf = true, .is_for_witnesses = true,
	    .n_processes = 1, .stop_order = 2 },
	{ .name = "front" },
};
const size_t supervise_n_roles = ARRAY_LEN(supervise_roles);

enum phase {
	PHASE_STARTING,
	PHASE_SERVING,
	PHASE_STOPPING,
};

/* A process that should be there, whether it is or not. */
struct post {
	const struct supervise_role *role;
	unsigned number;
	int listen_fd;
	int public_fd;
	struct child child;
	int64_t wait_ms;       /* before the next start */
	int64_t restart_at_us; /* monotonic; 0: no start is due */
};

struct supervisor {
	const char *dir;
	struct config config;
	struct eventlog log;
	FILE *out;
	int lock_fd;
	int signal_fd;
	struct post posts[MAX_POSTS];
	size_t n_posts;
	enum phase phase;
	bool has_failed;
	unsigned stage; /* of stopping: the stop_order that is ending */
	int64_t stage_end_us;
};

static struct post *
post_of(struct supervisor *supervisor, pid_t pid)
{
	for (size_t i = 0; i < supervisor->n_posts; i++)
		if (supervisor->posts[i].child.pid == pid)
			return &supervisor->posts[i];
	return NULL;
}

static const struct post *
gate_of(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_posts; i++)
		if (supervisor->posts[i].role->is_gate)
			return &supervisor->posts[i];
	return NULL;
}

/* Whoever trusts the gate must know which process it is, before it runs. */
static void
introduce(struct supervisor *supervisor, const struct post *fresh)
{
	const struct post *gate = gate_of(supervisor);

	for (size_t i = 0; i < supervisor->n_posts; i++) {
		const struct post *post = &supervisor->posts[i];

		if (gate != NULL && gate->child.pid != 0 &&
		    post->role->wants_gate_pid &&
		    (fresh->role->is_gate || post == fresh))
			child_tell_gate(&post->child, gate->child.pid);
	}
}

static int
start(struct supervisor *supervisor, struct post *post)
{
	struct child_plan plan = { .role = post->role->name,
		.dir = supervisor->dir, .listen_fd = post->listen_fd,
		.public_fd = post->public_fd, .lock_fd = supervisor->lock_fd };
	int r = child_fork(&post->child, &plan);

	post->restart_at_us = 0;
	if (r < 0)
		return TRACE(r);
	/* The first byte a child reads is its go; what follows is the role's. */
	if (!post->role->is_gate)
		child_go(&post->child);
	introduce(supervisor, post);
	if (post->role->is_gate)
		child_go(&post->child);
	return 0;
}

static void
start_due(struct supervisor *supervisor)
{
	int64_t now = clock_monotonic_us();

	for (size_t i = 0; i < supervisor->n_posts; i++) {
		struct post *post = &supervisor->posts[i];
		int r;

		if (post->restart_at_us == 0 || post->restart_at_us > now)
			continue;
		r = start(supervisor, post);
		if (r < 0) {
			eventlog_fault(&supervisor->log, r, post->role->name);
			post->restart_at_us = now +
			    supervisor->config.timeouts.restart_ms * 1000;
		}
	}
}

static bool
is_all_ready(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_posts; i++)
		if (!supervisor->posts[i].child.is_ready)
			return false;
	return true;
}

static void
notify(struct supervisor *supervisor, const char *state)
{
	int r = notify_send(state);

	if (r < 0)
		eventlog_fault(&supervisor->log, r, "notify");
}

static void
announce(struct supervisor *supervisor)
{
	const struct config *config = &supervisor->config;
	bool is_v6 = str_find(config->listen.address, ':', 0) <
	    config->listen.address.len;

	supervisor->phase = PHASE_SERVING;
	fprintf(supervisor->out,
	    "ready https://%s%.*s%s:%" PRId64 " holder %.*s fronts %" PRId64
	    "\n",
	    is_v6 ? "[" : "", STR_ARG(config->listen.address), is_v6 ? "]" : "",
	    config->listen.port, STR_ARG(config->holder.id), config->fronts);
	fflush(supervisor->out);
	eventlog_write(&supervisor->log, EVENTLOG_INFO, "all roles are ready");
	notify(supervisor, "READY=1\nSTATUS=serving");
}

/* Begin to stop; a second request to stop waits for nobody any more. */
static void
stop(struct supervisor *supervisor)
{
	if (supervisor->phase == PHASE_STOPPING) {
		supervisor->stage_end_us = 0;
		return;
	}
	supervisor->phase = PHASE_STOPPING;
	supervisor->stage = 0;
	supervisor->stage_end_us = -1;
	for (size_t i = 0; i < supervisor->n_posts; i++)
		supervisor->posts[i].restart_at_us = 0;
	notify(supervisor, "STOPPING=1");
}

/* Signal those of the present stage. Returns: how many there are. */
static unsigned
signal_stage(struct supervisor *supervisor, int signal)
{
	unsigned n = 0;

	for (size_t i = 0; i < supervisor->n_posts; i++) {
		const struct post *post = &supervisor->posts[i];

		if (post->child.pid == 0 ||
		    post->role->stop_order != supervisor->stage)
			continue;
		if (signal != 0)
			kill(post->child.pid, signal);
		n++;
	}
	return n;
}

static bool
is_all_gone(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_posts; i++)
		if (supervisor->posts[i].child.pid != 0)
			return false;
	return true;
}

/* One look at a stop that is under way. */
static void
go_on_stopping(struct supervisor *supervisor)
{
	int64_t now = clock_monotonic_us();

	while (!is_all_gone(supervisor)) {
		unsigned n = signal_stage(supervisor, 0);

		if (n > 0 && supervisor->stage_end_us < 0) {
			signal_stage(supervisor, SIGTERM);
			supervisor->stage_end_us = now +
			    supervisor->config.timeouts.stop_ms * 1000;
			return;
		}
		if (n > 0 && now < supervisor->stage_end_us)
			return;
		if (n > 0) {
			eventlog_write(&supervisor->log, EVENTLOG_WARNING,
			    "%u processes of stage %u did not end in time", n,
			    supervisor->stage);
			supervisor->stage_end_us = INT64_MAX;
			signal_stage(supervisor, SIGKILL);
			return;
		}
		supervisor->stage++;
		supervisor->stage_end_us = -1;
	}
}

static void
plan_restart(const struct supervisor *supervisor, struct post *post)
{
	int64_t now = clock_monotonic_us();
	int64_t served_ms = post->child.is_ready ?
	    (now - post->child.started_us) / 1000 : 0;

	post->wait_ms = child_next_wait_ms(post->wait_ms, served_ms,
	    supervisor->config.timeouts.restart_ms);
	post->restart_at_us = now + post->wait_ms * 1000;
}

static void
mourn(struct supervisor *supervisor, struct post *post, int status)
{
	bool is_expected = supervisor->phase == PHASE_STOPPING &&
	    WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char of[128];

	child_describe(of, sizeof(of), status);
	eventlog_write(&supervisor->log,
	    is_expected ? EVENTLOG_DEBUG : EVENTLOG_ERROR, "%s %u (pid %d) %s",
	    post->role->name, post->number, (int)post->child.pid, of);
	if (supervisor->phase == PHASE_SERVING)
		plan_restart(supervisor, post);
	child_bury(&post->child);
	if (supervisor->phase != PHASE_STARTING)
		return;
	eventlog_write(&supervisor->log, EVENTLOG_ERROR,
	    "%s did not become ready: the start is given up",
	    post->role->name);
	supervisor->has_failed = true;
	stop(supervisor);
}

static void
reap(struct supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct post *post = post_of(supervisor, pid);

		if (post != NULL)
			mourn(supervisor, post, status);
	}
}

static void
take_signals(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signal_fd, &info, sizeof(info)) ==
	    sizeof(info)) {
		const struct post *gate = gate_of(supervisor);

		switch (info.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			stop(supervisor);
			break;
		case SIGHUP:
			if (gate != NULL && gate->child.pid != 0)
				kill(gate->child.pid, SIGHUP);
			break;
		default:
			break;
		}
	}
	/* Signals of one kind merge, so look whenever one came. */
	reap(supervisor);
}

/* Milliseconds until something is due; -1: nothing is. */
static int
patience(const struct supervisor *supervisor)
{
	int64_t due = INT64_MAX;
	int64_t now = clock_monotonic_us();

	for (size_t i = 0; i < supervisor->n_posts; i++)
		if (supervisor->posts[i].restart_at_us != 0)
			due = MIN(due, supervisor->posts[i].restart_at_us);
	if (supervisor->phase == PHASE_STOPPING)
		due = MIN(due, supervisor->stage_end_us);
	if (due == INT64_MAX)
		return -1;
	return due <= now ? 0 : (int)((due - now) / 1000 + 1);
}

static int
turn(struct supervisor *supervisor)
{
	struct pollfd items[MAX_POSTS + 1] = { { .fd = supervisor->signal_fd,
	    .events = POLLIN } };

	for (size_t i = 0; i < supervisor->n_posts; i++)
		items[i + 1] = (struct pollfd){
			.fd = supervisor->posts[i].child.parent_fd,
			.events = POLLIN };
	if (poll(items, supervisor->n_posts + 1, patience(supervisor)) < 0 &&
	    errno != EINTR)
		return FAULT(errno);
	for (size_t i = 0; i < supervisor->n_posts; i++)
		if (items[i + 1].revents != 0 &&
		    child_hear(&supervisor->posts[i].child))
			eventlog_write(&supervisor->log, EVENTLOG_INFO,
			    "%s %u is ready", supervisor->posts[i].role->name,
			    supervisor->posts[i].number);
	if (items[0].revents != 0)
		take_signals(supervisor);
	return 0;
}

static int
run(struct supervisor *supervisor)
{
	int64_t now = clock_monotonic_us();

	for (size_t i = 0; i < supervisor->n_posts; i++)
		supervisor->posts[i].restart_at_us = now;
	for (;;) {
		int r;

		start_due(supervisor);
		r = turn(supervisor);
		if (r < 0)
			return TRACE(r);
		if (supervisor->phase == PHASE_STARTING &&
		    is_all_ready(supervisor))
			announce(supervisor);
		if (supervisor->phase != PHASE_STOPPING)
			continue;
		go_on_stopping(supervisor);
		if (is_all_gone(supervisor))
			return 0;
	}
}

/* Say why the start is given up. Returns: exit code 1. */
PRINTF(2, 3) static int
refuse(FILE *errors, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("stile serve: ", errors);
	vfprintf(errors, format, arguments);
	fputc('\n', errors);
	va_end(arguments);
	return 1;
}

static int
explain_listen(FILE *errors, int r, const char *what)
{
	switch (r) {
	case LISTEN_E_TAKEN:
		return refuse(errors, "%s: another program listens there", what);
	case LISTEN_E_DENIED:
		return refuse(errors, "%s: only root may listen there; set "
				      "user and start as root", what);
	case LISTEN_E_ADDRESS:
		return refuse(errors, "%s: not an address of this machine",
		    what);
	case LISTEN_E_LONG:
		return refuse(errors, "%s: too long for the path of a socket",
		    what);
	default:
		fault_trail(errors);
		return refuse(errors, "%s: %s", what, strerror(-r));
	}
}

/* Does it take its part of the TLS port? */
static bool
is_on_port(const struct post *post)
{
	return post->role->socket == NULL && !post->role->is_deaf;
}

static void
add_posts(struct supervisor *supervisor, const struct supervise_role *roles,
    size_t n_roles)
{
	for (size_t i = 0; i < n_roles; i++) {
		unsigned n = roles[i].n_processes != 0 ? roles[i].n_processes :
		    (unsigned)supervisor->config.fronts;

		if (roles[i].is_for_witnesses &&
		    supervisor->config.witness.policy.len == 0)
			continue;
		for (unsigned k = 0; k < n; k++) {
			assert(supervisor->n_posts < MAX_POSTS);
			supervisor->posts[supervisor->n_posts++] =
			    (struct post){ .role = &roles[i], .number = k + 1,
				    .listen_fd = -1, .public_fd = -1,
				    .child.parent_fd = -1 };
		}
	}
}

/* One port for all posts that have no unix socket. */
static int
bind_port(struct supervisor *supervisor, int64_t port, bool is_public,
    FILE *errors)
{
	struct str address = supervisor->config.listen.address;
	int fds[MAX_POSTS];
	size_t n = 0;
	char what[80];
	int r;

	for (size_t i = 0; i < supervisor->n_posts; i++)
		n += is_on_port(&supervisor->posts[i]);
	if (n == 0 || port == 0)
		return 0;
	snprintf(what, sizeof(what), "%.*s port %" PRId64, STR_ARG(address),
	    port);
	r = listen_tcp(fds, n, address.p, (uint16_t)port);
	if (r != 0)
		return explain_listen(errors, r, what);
	for (size_t i = 0, k = 0; i < supervisor->n_posts; i++) {
		if (!is_on_port(&supervisor->posts[i]))
			continue;
		if (is_public)
			supervisor->posts[i].public_fd = fds[k++];
		else
			supervisor->posts[i].listen_fd = fds[k++];
	}
	return 0;
}

static int
bind_sockets(struct supervisor *supervisor, FILE *errors)
{
	for (size_t i = 0; i < supervisor->n_posts; i++) {
		struct post *post = &supervisor->posts[i];
		char path[4096];
		int r;

		if (post->role->socket == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", supervisor->dir,
		    post->role->socket);
		r = listen_unix(&post->listen_fd, path);
		if (r != 0)
			return explain_listen(errors, r, path);
	}
	return 0;
}

/* Become the configured user; from here on nothing is root's any more. */
static int
drop(struct supervisor *supervisor, FILE *errors)
{
	const char *user = supervisor->config.user.p;
	int r = user[0] != '\0' ? sandbox_become(user) : 0;

	if (r == SANDBOX_E_USER)
		return refuse(errors, "user: there is no user %s", user);
	if (r < 0)
		return refuse(errors, "user: %s can not be become: %s; start "
		    "as root or as that user", user, strerror(-r));
	if (user[0] == '\0' && geteuid() == 0)
		eventlog_write(&supervisor->log, EVENTLOG_WARNING,
		    "running as root: set user");
	/* Core files and tracers see nothing, setuid programs give nothing. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return refuse(errors, "prctl: %s", strerror(errno));
	return 0;
}

static int
explain_lock(const struct supervisor *supervisor, int r, int64_t holder,
    FILE *errors)
{
	if (r == LISTEN_E_LOCKED)
		return refuse(errors,
		    "%s: another stile serve (pid %" PRId64 ") runs on this "
		    "directory", supervisor->dir, holder);
	return refuse(errors, "%s/run/lock: %s", supervisor->dir, strerror(-r));
}

/* Before the port: who serves the directory has that too, and is the reason. */
static int
check_lock(const struct supervisor *supervisor, FILE *errors)
{
	char path[4096];
	int64_t holder = 0;
	int r;

	snprintf(path, sizeof(path), "%s/run/lock", supervisor->dir);
	r = listen_is_locked(&holder, path);
	return r != 0 ? explain_lock(supervisor, r, holder, errors) : 0;
}

static int
lock(struct supervisor *supervisor, FILE *errors)
{
	char path[4096];
	int64_t holder = 0;
	int r;

	snprintf(path, sizeof(path), "%s/run", supervisor->dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return refuse(errors, "%s: %s", path, strerror(errno));
	/* Before any role is walled in: it could not be named later. */
	snprintf(path, sizeof(path), "%s/outbox", supervisor->dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return refuse(errors, "%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/run/lock", supervisor->dir);
	r = listen_lock(&supervisor->lock_fd, &holder, path);
	return r != 0 ? explain_lock(supervisor, r, holder, errors) : 0;
}

static int
watch_signals(struct supervisor *supervisor, sigset_t *before, FILE *errors)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, before) < 0)
		return refuse(errors, "signals: %s", strerror(errno));
	supervisor->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (supervisor->signal_fd < 0)
		return refuse(errors, "signals: %s", strerror(errno));
	return 0;
}

static int
read_settings(struct supervisor *supervisor, FILE *errors)
{
	struct diag_list diags;
	struct arena arena;
	int r;

	arena_init(&arena, LIMIT_CONFIG_ARENA);
	diag_init(&diags, &arena, STR(""), STR(""));
	r = config_load(&supervisor->config, &diags, supervisor->dir);
	diag_print(&diags, errors);
	if (r < 0)
		fault_trail(errors);
	else if (r == 0)
		supervisor->log.level =
		    eventlog_level_of(supervisor->config.log.level);
	arena_fini(&arena);
	return r == 0 ? 0 : EXIT_CONFIG;
}

static void
finish(struct supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->n_posts; i++) {
		struct post *post = &supervisor->posts[i];

		child_bury(&post->child);
		if (post->listen_fd >= 0)
			close(post->listen_fd);
		if (post->public_fd >= 0)
			close(post->public_fd);
	}
	if (supervisor->signal_fd >= 0)
		close(supervisor->signal_fd);
	if (supervisor->lock_fd >= 0)
		close(supervisor->lock_fd);
	config_fini(&supervisor->config);
}

/* Ports while root, then all else as the user; the lock before the sockets. */
static int
prepare(struct supervisor *supervisor, const struct supervise_role *roles,
    size_t n_roles, sigset_t *before, FILE *errors)
{
	int code = read_settings(supervisor, errors);

	if (code == 0)
		add_posts(supervisor, roles, n_roles);
	if (code == 0)
		code = check_lock(supervisor, errors);
	if (code == 0)
		code = bind_port(supervisor, supervisor->config.listen.port,
		    false, errors);
	if (code == 0)
		code = bind_port(supervisor,
		    supervisor->config.listen.public_port, true, errors);
	if (code == 0)
		code = drop(supervisor, errors);
	if (code == 0)
		code = lock(supervisor, errors);
	if (code == 0)
		code = bind_sockets(supervisor, errors);
	if (code == 0)
		code = watch_signals(supervisor, before, errors);
	return code;
}

int
supervise_serve(const char *dir, const struct supervise_role *roles,
    size_t n_roles, FILE *out, FILE *errors)
{
	struct supervisor supervisor = { .dir = dir, .out = out,
		.log = eventlog_stderr("serve"), .lock_fd = -1,
		.signal_fd = -1 };
	sigset_t before;
	int code;
	int r;

	sigprocmask(SIG_SETMASK, NULL, &before);
	code = prepare(&supervisor, roles, n_roles, &before, errors);
	if (code == 0) {
		r = run(&supervisor);
		if (r < 0)
			eventlog_fault(&supervisor.log, r, "serve");
		code = r < 0 || supervisor.has_failed ? 1 : 0;
	}
	finish(&supervisor);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}
