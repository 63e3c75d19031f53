/* The listener: libmicrohttpd, driven from outside and told when to stop. */
#include "front/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "front/request.h"
#include "util/clock.h"
#include "util/fault.h"

struct http {
	struct site site;
	struct tls *tls;
	struct MHD_Daemon *daemon;
	int listen_fd; /* -1 once draining */
	int epoll_fd;
};

static struct client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static struct client *
start_client(struct http *http, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info != NULL ? info->client_addr : NULL;
	struct client *client;
	void *session = NULL;
	int fd = -1;

	info = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info != NULL)
		fd = info->connect_fd;
	info = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (info != NULL)
		session = info->tls_session;
	client = client_new(&http->site.clients, fd, session, address);
	if (client == NULL)
		return NULL;
	client->deadline_us = clock_monotonic_us() +
	    (int64_t)http->site.limits.read_ms * 1000;
	if (http->site.gatelink != NULL && session != NULL)
		tls_require(http->tls, session, &client->peer);
	return client;
}

static void
on_connection(void *context, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct http *http = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context = start_client(http, connection);
	else
		*socket_context =
		    client_free(*socket_context, &http->site.clients);
}

/* The request line is there; what it returns comes back as the request. */
static void *
on_target(void *context, const char *target, struct MHD_Connection *connection)
{
	struct http *http = context;
	struct client *client = client_of(connection);

	if (client == NULL)
		return NULL;
	client->is_busy = true;
	return request_new(&http->site, client, connection, target);
}

/* Paths are decoded by route.c, parameter by parameter. */
static size_t
keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_len, void **request_context)
{
	struct request *request = *request_context;
	enum MHD_Result result;

	(void)context;
	(void)connection;
	(void)url;
	if (request == NULL)
		return MHD_NO;
	if (!request->is_begun)
		return request_head(request, method, version);
	if (*upload_len > 0) {
		result = request_body(request,
		    (struct str){ upload, *upload_len });
		*upload_len = 0;
		return result;
	}
	return request->is_ended ? request_answer(request) :
				   request_whole(request);
}

static void
on_completed(void *context, struct MHD_Connection *connection,
    void **request_context, enum MHD_RequestTerminationCode code)
{
	struct http *http = context;
	struct client *client = client_of(connection);

	(void)code;
	if (client != NULL) {
		client->is_busy = false;
		client->deadline_us = clock_monotonic_us() +
		    (int64_t)http->site.limits.read_ms * 1000;
	}
	request_free(*request_context);
	*request_context = NULL;
}

static struct MHD_Daemon *
start_daemon(struct http *http, const struct http_options *options)
{
	const struct front_limits *limits = &options->limits;
	size_t pool = MAX((size_t)LIMIT_FRONT_POOL_BYTES,
	    2 * (size_t)limits->header_bytes);
	struct MHD_OptionItem trust[] = {
		{ MHD_OPTION_HTTPS_MEM_TRUST, 0,
		    (void *)(uintptr_t)tls_ca(options->tls) },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
	    NULL, on_request, http,
	    MHD_OPTION_LISTEN_SOCKET, options->listen_fd,
	    MHD_OPTION_CONNECTION_LIMIT, limits->connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits->per_address,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
	    MHD_OPTION_HTTPS_MEM_CERT, tls_certificate(options->tls),
	    MHD_OPTION_HTTPS_MEM_KEY, tls_key(options->tls),
	    MHD_OPTION_HTTPS_PRIORITIES, tls_priority(),
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_ARRAY,
	    options->gatelink != NULL ? trust : &trust[1],
	    MHD_OPTION_END);
}

static int
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return FAULT(errno);
	return 0;
}

int
http_new(struct http **out, const struct http_options *options)
{
	struct http *http = calloc(1, sizeof(*http));
	const union MHD_DaemonInfo *info;
	int r;

	if (http == NULL)
		return FAULT(ENOMEM);
	http->site = (struct site){ .limits = options->limits,
		.gatelink = options->gatelink,
		.log_dir = options->log_dir };
	http->tls = options->tls;
	http->listen_fd = options->listen_fd;
	r = set_nonblocking(options->listen_fd);
	if (r == 0 && getrandom(&http->site.n_requests,
	    sizeof(http->site.n_requests), 0) < 0)
		r = FAULT(errno);
	if (r == 0) {
		errno = 0;
		http->daemon = start_daemon(http, options);
		if (http->daemon == NULL)
			r = FAULT(errno);
	}
	if (r < 0) {
		close(http->listen_fd);
		free(http);
		return TRACE(r);
	}
	info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	http->epoll_fd = info->epoll_fd;
	*out = http;
	return 0;
}

struct http *
http_free(struct http *http)
{
	if (http == NULL)
		return NULL;
	MHD_stop_daemon(http->daemon);
	free(http);
	return NULL;
}

int
http_fd(const struct http *http)
{
	return http->epoll_fd;
}

void
http_turn(struct http *http)
{
	(void)MHD_run(http->daemon);
}

void
http_tick(struct http *http, int64_t now_us)
{
	client_end_late(&http->site.clients, now_us, http->site.is_draining);
}

bool
http_is_pending(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	return MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES &&
	    wait_ms == 0;
}

void
http_drain(struct http *http)
{
	if (http->site.is_draining)
		return;
	http->site.is_draining = true;
	http->listen_fd = MHD_quiesce_daemon(http->daemon);
	if (http->listen_fd >= 0)
		close(http->listen_fd);
	client_end_late(&http->site.clients, clock_monotonic_us(), true);
}

size_t
http_n_clients(const struct http *http)
{
	return http->site.clients.n;
}
