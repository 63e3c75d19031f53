/* The front's loop: listener, gate, signals, parent, clock. */
#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/config.h"
#include "frames.h"
#include "front/gatelink.h"
#include "front/http.h"
#include "front/tls.h"
#include "limits.h"
#include "util/clock.h"
#include "util/eventlog.h"
#include "util/fault.h"
#include "util/sandbox.h"

#define TICK_US 250000 /* how exactly the times of connections are kept */
#define N_EVENTS 8

struct front {
	const struct front_options *options;
	struct eventlog log;
	struct tls *tls;
	struct gatelink *gatelink;
	struct http *http;
	struct http *public; /* NULL: none */
	int epoll_fd;
	int signal_fd;
	int parent_fd;
	int log_dir;
	int64_t tick_at_us;
	bool is_ending;
	int64_t end_at_us; /* of draining */
};

void
front_options_init(struct front_options *options, const char *dir)
{
	*options = (struct front_options){
		.dir = dir,
		.certificate = "tls/server.crt",
		.key = "tls/server.key",
		.ca = "tls/ca.crt",
		.crl = "tls/crl.pem",
		.gate_socket = "run/gate.sock",
		.log = "log",
		.public_fd = -1,
		.is_sandboxed = true,
		.level = EVENTLOG_INFO,
		.limits = {
			.connections = LIMIT_FRONT_CONNECTIONS,
			.per_address = LIMIT_FRONT_PER_ADDRESS,
			.header_bytes = LIMIT_FRONT_HEADER_BYTES,
			.body_bytes = LIMIT_FRONT_BODY_BYTES,
			.requests = LIMIT_FRONT_REQUESTS,
			.outstanding = LIMIT_FRONT_OUTSTANDING,
			.read_ms = LIMIT_FRONT_READ_MS,
			.write_ms = LIMIT_FRONT_WRITE_MS,
			.gate_ms = LIMIT_FRONT_GATE_MS,
			.drain_ms = LIMIT_FRONT_DRAIN_MS,
		},
	};
}

static int
watch(struct front *front, int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(front->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return FAULT(errno);
	return 0;
}

static int
open_signals(struct front *front)
{
	sigset_t signals;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return FAULT(errno);
	front->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	return front->signal_fd < 0 ? FAULT(errno) : 0;
}

static int
open_loop(struct front *front)
{
	int r;

	front->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (front->epoll_fd < 0)
		return FAULT(errno);
	r = open_signals(front);
	if (r == 0)
		r = watch(front, front->signal_fd, &front->signal_fd);
	if (r == 0 && front->parent_fd >= 0)
		r = watch(front, front->parent_fd, &front->parent_fd);
	return TRACE(r);
}

static int
open_listener(struct front *front, int listen_fd)
{
	const struct front_options *options = front->options;
	struct http_options http = { .limits = options->limits,
		.tls = front->tls,
		.log_dir = front->log_dir,
		.listen_fd = listen_fd };
	int r = gatelink_new(&front->gatelink, options->gate_socket,
	    options->limits.outstanding, options->limits.gate_ms,
	    front->epoll_fd);

	if (r < 0)
		return TRACE(r);
	http.gatelink = front->gatelink;
	r = http_new(&front->http, &http);
	if (r == 0)
		r = watch(front, http_fd(front->http), front->http);
	if (r < 0 || options->public_fd < 0)
		return TRACE(r);
	http.gatelink = NULL;
	http.listen_fd = options->public_fd;
	r = http_new(&front->public, &http);
	if (r == 0)
		r = watch(front, http_fd(front->public), front->public);
	return TRACE(r);
}

/* Everything is opened here; after this only files of the log are. */
static int
open_all(struct front *front, int listen_fd)
{
	const struct front_options *options = front->options;
	struct tls_files files = { options->certificate, options->key,
		options->ca, options->crl };
	int r;

	if (chdir(options->dir) < 0) {
		eventlog_write(&front->log, EVENTLOG_ERROR, "%s: %s",
		    options->dir, strerror(errno));
		return FAULT(errno);
	}
	r = tls_new(&front->tls, &files, &front->log);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EINVAL);
	front->log_dir = open(options->log, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = open_loop(front);
	if (r == 0)
		r = open_listener(front, listen_fd);
	return TRACE(r);
}

/* Reads the log and a renewed revocation list; connects to the gate. */
static int
lock_in(struct front *front)
{
	const struct sandbox_path paths[] = {
		{ front->options->log, false },
		{ "tls", false },
		{ "run", false },
	};
	struct sandbox sandbox = { .role = SANDBOX_FRONT,
		.paths = paths,
		.n_paths = ARRAY_LEN(paths),
		.max_files = 2 * (uint64_t)front->options->limits.connections +
		    LIMIT_FRONT_FILES };
	int r;

	if (!front->options->is_sandboxed)
		return 0;
	r = sandbox_enter(&sandbox);
	if (r != SANDBOX_E_LANDLOCK)
		return TRACE(r);
	eventlog_write(&front->log, EVENTLOG_WARNING,
	    "this kernel has no Landlock; seccomp alone keeps files away");
	return 0;
}

static void
say_ready(struct front *front)
{
	const char ready = PARENT_READY;

	eventlog_write(&front->log, EVENTLOG_INFO, "ready");
	if (front->parent_fd >= 0 && write(front->parent_fd, &ready, 1) < 0)
		FAULT(errno); /* the parent's end is noticed by its own event */
}

static size_t
n_clients(const struct front *front)
{
	return http_n_clients(front->http) +
	    (front->public != NULL ? http_n_clients(front->public) : 0);
}

static void
begin_end(struct front *front, const char *why)
{
	if (front->is_ending)
		return;
	front->is_ending = true;
	front->end_at_us = clock_monotonic_us() +
	    (int64_t)front->options->limits.drain_ms * 1000;
	eventlog_write(&front->log, EVENTLOG_INFO,
	    "ending: %s; %zu connections, %zu requests at the gate", why,
	    n_clients(front), gatelink_n_calls(front->gatelink));
	http_drain(front->http);
	if (front->public != NULL)
		http_drain(front->public);
}

static void
read_parent(struct front *front)
{
	char bytes[64];
	ssize_t n = read(front->parent_fd, bytes, sizeof(bytes));

	if (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)))
		return;
	epoll_ctl(front->epoll_fd, EPOLL_CTL_DEL, front->parent_fd, NULL);
	begin_end(front, "the parent is gone");
}

static void
read_signal(struct front *front)
{
	struct signalfd_siginfo info;

	if (read(front->signal_fd, &info, sizeof(info)) == sizeof(info))
		begin_end(front, "told to");
}

static int
wait_ms(struct front *front, int64_t now_us)
{
	int64_t next = MIN(front->tick_at_us,
	    gatelink_next_us(front->gatelink));

	if (next <= now_us || http_is_pending(front->http) ||
	    (front->public != NULL && http_is_pending(front->public)))
		return 0;
	return (int)((next - now_us) / 1000) + 1;
}

static void
tick(struct front *front, int64_t now_us)
{
	struct clock clock = clock_system();

	gatelink_tick(front->gatelink, now_us);
	if (now_us < front->tick_at_us)
		return;
	front->tick_at_us = now_us + TICK_US;
	http_tick(front->http, now_us);
	if (front->public != NULL)
		http_tick(front->public, now_us);
	tls_refresh(front->tls, clock_now_us(&clock), &front->log);
}

static bool
is_done(const struct front *front, int64_t now_us)
{
	return front->is_ending && (n_clients(front) == 0 ||
	    now_us >= front->end_at_us);
}

/*
 * One turn: answers first, so that what they wake is written in this turn;
 * then all clients; then everything they ask goes to the gate in one write.
 */
static int
turn(struct front *front)
{
	struct epoll_event events[N_EVENTS];
	int n = epoll_wait(front->epoll_fd, events, N_EVENTS,
	    wait_ms(front, clock_monotonic_us()));
	int64_t now_us = clock_monotonic_us();

	if (n < 0 && errno != EINTR)
		return FAULT(errno);
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == front->gatelink)
			gatelink_turn(front->gatelink, now_us);
		else if (events[i].data.ptr == &front->parent_fd)
			read_parent(front);
		else if (events[i].data.ptr == &front->signal_fd)
			read_signal(front);
	}
	tick(front, now_us);
	http_turn(front->http);
	if (front->public != NULL)
		http_turn(front->public);
	gatelink_flush(front->gatelink, now_us);
	return 0;
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_all(struct front *front)
{
	front->gatelink = gatelink_free(front->gatelink);
	front->http = http_free(front->http);
	front->public = http_free(front->public);
	front->tls = tls_free(front->tls);
	closep(&front->log_dir);
	closep(&front->signal_fd);
	closep(&front->epoll_fd);
}

int
front_serve(const struct front_options *options, int listen_fd, int parent_fd)
{
	struct front front = { .options = options,
		.log = eventlog_stderr("front"),
		.parent_fd = parent_fd,
		.epoll_fd = -1,
		.signal_fd = -1,
		.log_dir = -1 };
	int r;

	front.log.level = options->level;
	r = open_all(&front, listen_fd);
	if (r == 0)
		r = lock_in(&front);
	if (r == 0) {
		say_ready(&front);
		while (r == 0 && !is_done(&front, clock_monotonic_us()))
			r = turn(&front);
	}
	if (r < 0)
		eventlog_fault(&front.log, r, "front");
	close_all(&front);
	return r < 0 ? 1 : 0;
}

static void
take_settings(struct front_options *options, const struct config *config)
{
	struct front_limits *limits = &options->limits;
	static const struct {
		struct str name;
		enum eventlog_level level;
	} levels[] = {
		{ STR_INIT("error"), EVENTLOG_ERROR },
		{ STR_INIT("warning"), EVENTLOG_WARNING },
		{ STR_INIT("info"), EVENTLOG_INFO },
		{ STR_INIT("debug"), EVENTLOG_DEBUG },
	};

	limits->connections = (unsigned)config->limits.connections;
	limits->outstanding = limits->connections;
	limits->per_address = (unsigned)config->limits.connections_per_address;
	limits->header_bytes = (unsigned)config->limits.header_bytes;
	limits->body_bytes = (unsigned)config->limits.body_bytes;
	limits->gate_ms = (unsigned)config->timeouts.request_ms;
	limits->read_ms = (unsigned)config->timeouts.idle_ms;
	/* Ended by itself before the parent ends it. */
	limits->drain_ms = (unsigned)(config->timeouts.stop_ms * 9 / 10);
	if (config->listen.public_port > 0)
		options->public_fd = FRONT_PUBLIC_FD;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (str_is_equal(config->log.level, levels[i].name))
			options->level = levels[i].level;
	}
}

static int
load_settings(struct front_options *options, const struct eventlog *log)
{
	struct arena arena;
	struct diag_list diags;
	struct config config = { 0 };
	int r;

	arena_init(&arena, LIMIT_CONFIG_ARENA);
	diag_init(&diags, &arena, STR("front"), STR(""));
	r = config_load(&config, &diags, options->dir);
	if (r == 0)
		take_settings(options, &config);
	else if (r == CONFIG_E_ABSENT)
		eventlog_write(log, EVENTLOG_ERROR, "%s/stile.conf: not there",
		    options->dir);
	for (size_t i = 0; i < diags.n_items; i++)
		eventlog_write(log, EVENTLOG_ERROR, "%.*s: %.*s",
		    STR_ARG(diags.items[i].where), STR_ARG(diags.items[i].text));
	config_fini(&config);
	arena_fini(&arena);
	return r < 0 ? TRACE(r) : r;
}

int
front_run(const char *dir, int listen_fd, int parent_fd)
{
	struct eventlog log = eventlog_stderr("front");
	struct front_options options;
	int r;

	front_options_init(&options, dir);
	r = load_settings(&options, &log);
	if (r < 0)
		eventlog_fault(&log, r, "stile.conf");
	return r == 0 ? front_serve(&options, listen_fd, parent_fd) : EX_CONFIG;
}
