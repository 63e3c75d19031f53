/* A witness's HTTP server; see stand.h. */
#include "witness/stand.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/sandbox.h"

#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define TICK_MS 250 /* how exactly the times of connections are kept */

enum {
	TEXT_MAX = 128, /* of a header made here */
};

/* A connection, and when it must have brought its request to an end. */
struct visitor {
	struct visitor *next;
	struct visitor **self; /* what points here */
	int fd;
	int64_t deadline_us;
};

struct stand {
	const struct stand_options *options;
	struct MHD_Daemon *daemon;
	struct visitor *visitors;
	struct buf page; /* of GET / */
	int signal_fd;
	bool is_ending;
};

/* A request; made when its head is there. */
struct visit {
	struct buf body;
	bool is_too_large;
};

static void
visitor_renew(struct visitor *visitor)
{
	visitor->deadline_us = clock_monotonic_us() +
	    LIMIT_WITNESS_REQUEST_MS * INT64_C(1000);
}

static struct visitor *
visitor_new(struct stand *stand, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct visitor *visitor = calloc(1, sizeof(*visitor));

	if (visitor == NULL)
		return NULL;
	visitor->fd = info != NULL ? info->connect_fd : -1;
	visitor->next = stand->visitors;
	visitor->self = &stand->visitors;
	if (visitor->next != NULL)
		visitor->next->self = &visitor->next;
	stand->visitors = visitor;
	visitor_renew(visitor);
	return visitor;
}

static void
visitor_free(struct visitor *visitor)
{
	if (visitor == NULL)
		return;
	*visitor->self = visitor->next;
	if (visitor->next != NULL)
		visitor->next->self = visitor->self;
	free(visitor);
}

static void
on_connection(void *context, struct MHD_Connection *connection,
    void **visitor, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*visitor = visitor_new(context, connection);
	else
		visitor_free(*visitor);
}

/* Whoever takes too long is cut off; the library sees the end and cleans up. */
static void
end_late(struct stand *stand)
{
	int64_t now = clock_monotonic_us();

	for (struct visitor *v = stand->visitors; v != NULL; v = v->next)
		if (v->fd >= 0 && now >= v->deadline_us)
			shutdown(v->fd, SHUT_RDWR);
}

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *type,
    struct str body, const char *header, const char *value)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    body.len, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (header != NULL)
		MHD_add_response_header(response, header, value);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
	return reply(connection, status, "text/plain; charset=utf-8",
	    str_of(why), status == MHD_HTTP_METHOD_NOT_ALLOWED ? "Allow" : NULL,
	    "GET, HEAD, POST");
}

static void
tell(const struct stand *stand, const struct notary_answer *answer)
{
	const struct eventlog *log = stand->options->log;

	if (answer->fault < 0)
		eventlog_fault(log, answer->fault, "record");
	else if (answer->status == TLOG_WITNESS_FORK)
		/* Its signature is the log's: worth keeping. */
		eventlog_write(log, EVENTLOG_ERROR,
		    "%.*s: a checkpoint that does not extend the last one was "
		    "refused: %.*s", STR_ARG(answer->origin),
		    STR_ARG(str_trim(answer->body)));
	else if (answer->status == TLOG_WITNESS_OK)
		eventlog_write(log, EVENTLOG_DEBUG,
		    "%.*s: cosigned size %" PRIu64, STR_ARG(answer->origin),
		    answer->size);
	else
		eventlog_write(log, EVENTLOG_DEBUG, "%.*s: %u",
		    STR_ARG(answer->origin), answer->status);
}

static enum MHD_Result
add_checkpoint(struct stand *stand, struct MHD_Connection *connection,
    const struct visit *visit)
{
	struct notary_answer answer;
	char retry[TEXT_MAX];

	if (visit->is_too_large)
		return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE,
		    "a body has at most 65536 bytes\n");
	notary_add(stand->options->notary, &answer, buf_str(&visit->body));
	tell(stand, &answer);
	snprintf(retry, sizeof(retry), "%" PRIu64, answer.retry_s);
	return reply(connection, answer.status,
	    answer.status == TLOG_WITNESS_CONFLICT ? "text/x.tlog.size" :
	    "text/plain; charset=utf-8", answer.body,
	    answer.status == NOTARY_TOO_MANY ? "Retry-After" : NULL, retry);
}

/* "/<64 digits>/checkpoint" */
static enum MHD_Result
send_checkpoint(struct stand *stand, struct MHD_Connection *connection,
    struct str path)
{
	size_t slash = str_find(path, '/', 1);
	struct str note = { 0 };

	if (str_is_equal(str_part(path, slash, path.len), STR("/checkpoint")))
		note = notary_find(stand->options->notary,
		    str_part(path, 1, slash));
	if (note.p == NULL)
		return refuse(connection, MHD_HTTP_NOT_FOUND,
		    "no such log, or nothing of it was cosigned\n");
	return reply(connection, MHD_HTTP_OK, "text/plain; charset=utf-8",
	    note, NULL, NULL);
}

static enum MHD_Result
answer(struct stand *stand, struct MHD_Connection *connection,
    const char *path, const char *method, const struct visit *visit)
{
	bool is_add = strcmp(path, "/add-checkpoint") == 0;
	bool is_get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (is_add && strcmp(method, "POST") == 0)
		return add_checkpoint(stand, connection, visit);
	if (is_add || !is_get)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "checkpoints are sent by POST to /add-checkpoint\n");
	if (strcmp(path, "/") == 0)
		return reply(connection, MHD_HTTP_OK,
		    "text/plain; charset=utf-8", buf_str(&stand->page), NULL,
		    NULL);
	return send_checkpoint(stand, connection, str_of(path));
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **request)
{
	struct visit *visit = *request;

	(void)version;
	if (visit == NULL) {
		visit = calloc(1, sizeof(*visit));
		if (visit == NULL)
			return MHD_NO;
		buf_init(&visit->body, LIMIT_TLOG_WITNESS_BODY);
		*request = visit;
		return MHD_YES;
	}
	if (*upload_len > 0) {
		/* Read to its end all the same, so that the answer arrives. */
		buf_add(&visit->body, upload, *upload_len);
		visit->is_too_large = visit->body.failed != 0;
		*upload_len = 0;
		return MHD_YES;
	}
	return answer(context, connection, path, method, visit);
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **request,
    enum MHD_RequestTerminationCode code)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct visit *visit = *request;

	(void)context;
	(void)code;
	if (info != NULL && info->socket_context != NULL)
		visitor_renew(info->socket_context);
	if (visit != NULL)
		buf_fini(&visit->body);
	free(visit);
	*request = NULL;
}

static struct MHD_Daemon *
start_daemon(struct stand *stand)
{
	const struct stand_options *options = stand->options;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0,
		    (void *)(uintptr_t)options->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0,
		    (void *)(uintptr_t)options->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	bool is_tls = options->certificate != NULL;

	return MHD_start_daemon(MHD_USE_EPOLL | (is_tls ? MHD_USE_TLS : 0), 0,
	    NULL, NULL, on_request, stand,
	    MHD_OPTION_LISTEN_SOCKET, options->listen_fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_WITNESS_CONNECTIONS,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    (unsigned)LIMIT_WITNESS_PER_ADDRESS,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, stand,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, stand,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_ARRAY, is_tls ? tls : &tls[3],
	    MHD_OPTION_END);
}

static int
open_signals(struct stand *stand)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return FAULT(errno);
	stand->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return stand->signal_fd < 0 ? FAULT(errno) : 0;
}

static int
lock_in(const struct stand_options *options)
{
	const struct sandbox_path paths[] = { { options->state, true } };
	struct sandbox sandbox = { .role = SANDBOX_WITNESS, .paths = paths,
		.n_paths = ARRAY_LEN(paths) };
	int r;

	if (!options->is_sandboxed)
		return 0;
	r = sandbox_enter(&sandbox);
	if (r == SANDBOX_E_LANDLOCK)
		eventlog_write(options->log, EVENTLOG_WARNING,
		    "this kernel has no Landlock; only file permissions keep "
		    "the witness to its records");
	return r < 0 ? TRACE(r) : 0;
}

static int
make_page(struct stand *stand)
{
	buf_init(&stand->page, 4096);
	buf_add_text(&stand->page, "A witness of transparency logs "
	    "(c2sp.org/tlog-witness).\n\n");
	buf_add_str(&stand->page, stand->options->vkey);
	buf_add_text(&stand->page, "\n\nPOST /add-checkpoint\n"
	    "GET  /<hexadecimal SHA-256 of the origin>/checkpoint\n");
	return buf_finish(&stand->page) == 0 ? 0 : FAULT(ENOMEM);
}

static int
turn(struct stand *stand)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(stand->daemon,
	    MHD_DAEMON_INFO_EPOLL_FD);
	MHD_UNSIGNED_LONG_LONG pending_ms = TICK_MS;
	struct pollfd items[] = { { stand->signal_fd, POLLIN, 0 },
		{ info->epoll_fd, POLLIN, 0 } };

	if (MHD_get_timeout(stand->daemon, &pending_ms) != MHD_YES)
		pending_ms = TICK_MS;
	if (poll(items, ARRAY_LEN(items), (int)MIN(pending_ms, TICK_MS)) < 0 &&
	    errno != EINTR)
		return FAULT(errno);
	stand->is_ending = items[0].revents != 0;
	(void)MHD_run(stand->daemon);
	end_late(stand);
	return 0;
}

int
stand_serve(const struct stand_options *options, void (*ready)(void *context),
    void *context)
{
	struct stand stand = { .options = options, .signal_fd = -1 };
	int r = open_signals(&stand);

	if (r == 0)
		r = make_page(&stand);
	if (r == 0 && fcntl(options->listen_fd, F_SETFL, O_NONBLOCK) < 0)
		r = FAULT(errno);
	if (r == 0) {
		errno = 0;
		stand.daemon = start_daemon(&stand);
		if (stand.daemon == NULL)
			r = FAULT(errno != 0 ? errno : EINVAL);
	}
	if (r == 0)
		r = lock_in(options);
	if (r == 0)
		ready(context);
	while (r == 0 && !stand.is_ending)
		r = turn(&stand);
	if (stand.daemon != NULL)
		MHD_stop_daemon(stand.daemon);
	else
		close(options->listen_fd);
	if (stand.signal_fd >= 0)
		close(stand.signal_fd);
	buf_fini(&stand.page);
	return TRACE(r);
}
