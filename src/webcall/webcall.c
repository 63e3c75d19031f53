/* HTTP as a client over libcurl; see webcall.h. */
#include "webcall/webcall.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "util/arena.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"

struct webcall_agent {
	CURLM *multi;
	struct arena arena;	   /* of the authorities */
	struct str ca;		   /* PEM text, when held */
	const char *ca_path;	   /* else; NULL: the library's own */
	const char *caller;
	struct curl_slist *places; /* host:port:address, looked up before */
};

/* Where distributions keep the authorities they ship, as one file. */
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

static int
hold_ca(struct webcall_agent *agent, const struct webcall_options *options)
{
	const char *path = options->ca != NULL ? options->ca : SYSTEM_CA;
	int r;

	agent->ca_path = options->ca;
	if (!options->is_ca_held)
		return options->ca != NULL && access(options->ca, R_OK) != 0 ?
		    WEBCALL_E_CA : 0;
	r = file_read(&agent->ca, &agent->arena, AT_FDCWD, path,
	    LIMIT_WEBCALL_CA);
	if (r < 0 && options->ca == NULL)
		r = FILE_E_ABSENT;
	/* Without the system's file only plain http can be asked. */
	if (r > 0 && options->ca == NULL) {
		agent->ca = STR(" ");
		return 0;
	}
	return r > 0 ? WEBCALL_E_CA : TRACE(r);
}

int
webcall_agent_new(struct webcall_agent **out,
    const struct webcall_options *options)
{
	CLEANUP(webcall_agent_freep) struct webcall_agent *agent = calloc(1,
	    sizeof(*agent));
	int r;

	if (agent == NULL)
		return FAULT(ENOMEM);
	arena_init(&agent->arena, 2 * (size_t)LIMIT_WEBCALL_CA);
	agent->caller = options->caller;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return FAULT(ENOMEM);
	r = hold_ca(agent, options);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	agent->multi = curl_multi_init();
	if (agent->multi == NULL)
		return FAULT(ENOMEM);
	*out = TAKE(agent);
	return 0;
}

struct webcall_agent *
webcall_agent_free(struct webcall_agent *agent)
{
	if (agent == NULL)
		return NULL;
	if (agent->multi != NULL)
		curl_multi_cleanup(agent->multi);
	curl_slist_free_all(agent->places);
	curl_global_cleanup();
	arena_fini(&agent->arena);
	free(agent);
	return NULL;
}

void
webcall_agent_freep(struct webcall_agent **agent)
{
	*agent = webcall_agent_free(*agent);
}

static bool
get_part(char *text, size_t size, CURLU *url, CURLUPart part, unsigned flags)
{
	char *value = NULL;
	bool is_good = curl_url_get(url, part, &value, flags) == CURLUE_OK &&
	    strlen(value) < size;

	if (is_good)
		memcpy(text, value, strlen(value) + 1);
	curl_free(value);
	return is_good;
}

bool
webcall_parse_url(char host[static 256], uint16_t *port, const char *text)
{
	CURLU *url = curl_url();
	char scheme[16] = "";
	char digits[8] = "";
	uint64_t number = 0;
	bool is_good = url != NULL &&
	    curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	    get_part(scheme, sizeof(scheme), url, CURLUPART_SCHEME, 0) &&
	    get_part(host, 256, url, CURLUPART_HOST, 0) &&
	    get_part(digits, sizeof(digits), url, CURLUPART_PORT,
		CURLU_DEFAULT_PORT) &&
	    str_to_u64(&number, str_of(digits)) && number <= UINT16_MAX;

	curl_url_cleanup(url);
	*port = (uint16_t)number;
	return is_good && (strcmp(scheme, "http") == 0 ||
	    strcmp(scheme, "https") == 0);
}

/* "host:port:address,address", as the library takes it. */
static int
add_place(struct webcall_agent *agent, const char *host, uint16_t port,
    const struct addrinfo *found)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct curl_slist *list;

	buf_init(&text, 4096);
	buf_add_format(&text, "%s:%u:", host, (unsigned)port);
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
		char address[NI_MAXHOST];

		if (getnameinfo(at->ai_addr, at->ai_addrlen, address,
			sizeof(address), NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		if (at->ai_family == AF_INET6)
			buf_add_format(&text, "[%s],", address);
		else
			buf_add_format(&text, "%s,", address);
	}
	if (buf_finish(&text) != 0 || text.bytes[text.len - 1] != ',')
		return FAULT(ENOBUFS);
	text.bytes[text.len - 1] = '\0';
	list = curl_slist_append(agent->places, text.bytes);
	if (list == NULL)
		return FAULT(ENOMEM);
	agent->places = list;
	return 0;
}

int
webcall_resolve(struct webcall_agent *agent, const char *url, const char **why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found = NULL;
	char host[256];
	uint16_t port;
	int code;
	int r;

	if (!webcall_parse_url(host, &port, url)) {
		*why = "not an http or https URL";
		return FAULT(EINVAL);
	}
	if (host[0] == '[')
		return 0; /* an address already */
	code = getaddrinfo(host, NULL, &hints, &found);
	if (code != 0) {
		*why = gai_strerror(code);
		return FAULT(EHOSTUNREACH);
	}
	r = add_place(agent, host, port, found);
	freeaddrinfo(found);
	*why = "its addresses are too many";
	return TRACE(r);
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct webcall *call = context;

	buf_add(&call->body, bytes, size * n);
	return call->body.failed == 0 ? size * n : 0;
}

static void
set_tls(struct webcall_agent *agent, CURL *curl)
{
	struct curl_blob blob = { (void *)(uintptr_t)agent->ca.p, agent->ca.len,
		CURL_BLOB_NOCOPY };

	curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (agent->ca.p != NULL) {
		curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	} else if (agent->ca_path != NULL) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, agent->ca_path);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
}

static struct curl_slist *
no_headers(void)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	return curl_slist_append(list, "Content-Type: text/plain; "
				       "charset=utf-8");
}

static void
set_up(struct webcall_agent *agent, struct webcall *call, CURL *curl,
    int64_t timeout_ms)
{
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, call);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, agent->caller);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->reason);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	/* tlog-tiles lets a server send gzip unasked. */
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	if (agent->places != NULL)
		curl_easy_setopt(curl, CURLOPT_RESOLVE, agent->places);
	set_tls(agent, curl);
	if (call->post.p != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
		    (long)call->post.len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->post.p);
	}
}

/* What the library holds of a call; the headers live as long as the handle. */
struct handle {
	CURL *curl;
	struct curl_slist *headers;
};

static void
handle_free(struct webcall_agent *agent, struct webcall *call)
{
	struct handle *handle = call->handle;

	if (handle == NULL)
		return;
	curl_multi_remove_handle(agent->multi, handle->curl);
	curl_easy_cleanup(handle->curl);
	curl_slist_free_all(handle->headers);
	free(handle);
	call->handle = NULL;
}

int
webcall_start(struct webcall_agent *agent, struct webcall *call,
    int64_t timeout_ms)
{
	struct handle *handle = calloc(1, sizeof(*handle));

	if (handle == NULL)
		return FAULT(ENOMEM);
	buf_fini(&call->body);
	buf_init(&call->body, call->limit);
	call->end = WEBCALL_PENDING;
	call->status = 0;
	call->retry_s = 0;
	call->type[0] = '\0';
	call->reason[0] = '\0';
	call->handle = handle;
	handle->curl = curl_easy_init();
	if (handle->curl == NULL) {
		free(handle);
		call->handle = NULL;
		return FAULT(ENOMEM);
	}
	set_up(agent, call, handle->curl, timeout_ms);
	if (call->post.p != NULL) {
		handle->headers = no_headers();
		curl_easy_setopt(handle->curl, CURLOPT_HTTPHEADER,
		    handle->headers);
	}
	if (curl_multi_add_handle(agent->multi, handle->curl) != CURLM_OK) {
		handle_free(agent, call);
		return FAULT(ENOMEM);
	}
	return 0;
}

void
webcall_cancel(struct webcall_agent *agent, struct webcall *call)
{
	if (call->handle == NULL)
		return;
	handle_free(agent, call);
	call->end = WEBCALL_FAILED;
	snprintf(call->reason, sizeof(call->reason), "no answer in time");
}

void
webcall_fini(struct webcall *call)
{
	buf_fini(&call->body);
}

/* The library says that this one ended: keep what is to be known of it. */
static void
finish(struct webcall_agent *agent, struct webcall *call, CURLcode code)
{
	struct handle *handle = call->handle;
	const char *type = NULL;
	curl_off_t retry = 0;

	curl_easy_getinfo(handle->curl, CURLINFO_RESPONSE_CODE, &call->status);
	curl_easy_getinfo(handle->curl, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(handle->curl, CURLINFO_RETRY_AFTER, &retry);
	snprintf(call->type, sizeof(call->type), "%s", type != NULL ? type : "");
	call->retry_s = retry > 0 ? (uint64_t)retry : 0;
	handle_free(agent, call);
	if (call->body.failed == ENOBUFS)
		call->end = WEBCALL_TOO_LARGE;
	else if (code != CURLE_OK)
		call->end = WEBCALL_FAILED;
	else
		call->end = WEBCALL_DONE;
	if (call->end == WEBCALL_TOO_LARGE)
		snprintf(call->reason, sizeof(call->reason),
		    "the answer is longer than %zu bytes", call->limit);
	else if (call->end == WEBCALL_FAILED && call->reason[0] == '\0')
		snprintf(call->reason, sizeof(call->reason), "%s",
		    curl_easy_strerror(code));
}

static struct webcall *
take_ended(struct webcall_agent *agent)
{
	const CURLMsg *message;
	int n_left;

	while ((message = curl_multi_info_read(agent->multi, &n_left)) != NULL) {
		CURLcode code = message->data.result;
		struct webcall *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
		    &call);
		finish(agent, call, code);
		return call;
	}
	return NULL;
}

int
webcall_wait(struct webcall_agent *agent, struct webcall **call,
    int64_t timeout_ms, int stop_fd)
{
	int64_t end_us = clock_monotonic_us() + timeout_ms * 1000;
	struct curl_waitfd stop = { .fd = stop_fd, .events = CURL_WAIT_POLLIN };

	for (;;) {
		int64_t left_us = end_us - clock_monotonic_us();
		int n_running;

		if (curl_multi_perform(agent->multi, &n_running) != CURLM_OK)
			return FAULT(EIO);
		*call = take_ended(agent);
		if (*call != NULL)
			return 0;
		if (left_us <= 0)
			return WEBCALL_E_IDLE;
		stop.revents = 0;
		if (curl_multi_poll(agent->multi, stop_fd >= 0 ? &stop : NULL,
			stop_fd >= 0, (int)MIN(left_us / 1000 + 1, 60000),
			NULL) != CURLM_OK)
			return FAULT(EIO);
		if (stop.revents != 0)
			return WEBCALL_E_STOP;
	}
}

int
webcall_run(struct webcall_agent *agent, struct webcall *call,
    int64_t timeout_ms)
{
	int r = webcall_start(agent, call, timeout_ms);

	/* Others that are under way may end before it. */
	while (r == 0 && call->end == WEBCALL_PENDING) {
		struct webcall *ended = NULL;

		r = webcall_wait(agent, &ended, timeout_ms + 1000, -1);
	}
	if (r == WEBCALL_E_IDLE) {
		webcall_cancel(agent, call);
		r = 0;
	}
	return r > 0 ? FAULT(EINTR) : TRACE(r);
}
