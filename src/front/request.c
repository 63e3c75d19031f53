/* A request's way through the front; see request.h. */
#include "front/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "front/body.h"
#include "front/framing.h"
#include "front/header.h"
#include "front/logfile.h"
#include "front/reply.h"
#include "frames.h"
#include "util/clock.h"
#include "util/frame.h"

struct request *
request_new(struct site *site, struct client *client,
    struct MHD_Connection *connection, const char *target)
{
	struct request *request = calloc(1, sizeof(*request));

	if (request == NULL)
		return NULL;
	request->site = site;
	request->client = client;
	request->connection = connection;
	request->target = str_of(target);
	/* The library is about to cut the query off in place. */
	request->has_query = strchr(target, '?') != NULL;
	buf_init(&request->body, site->limits.body_bytes);
	snprintf(request->id, sizeof(request->id), "%016llx",
	    (unsigned long long)site->n_requests++);
	return request;
}

void
request_free(struct request *request)
{
	if (request == NULL)
		return;
	buf_fini(&request->body);
	free(request->reply.body);
	free(request);
}

static enum MHD_Result
refuse(struct request *request, enum problem_id problem)
{
	request->reply.problem = problem;
	return reply_send(request);
}

/* The connection cannot be used after this: framing, body left unread. */
static enum MHD_Result
refuse_and_close(struct request *request, enum problem_id problem)
{
	request->reply.must_close = true;
	return refuse(request, problem);
}

struct fields {
	struct framing framing;
	struct request *request;
	struct str type;
	enum problem_id problem; /* the first that was found */
	bool has_idempotency;
	bool has_authorization;
};

static void
note_field(struct fields *fields, const char *name, struct str value)
{
	struct request *request = fields->request;

	if (strcasecmp(name, "Content-Type") == 0) {
		fields->type = value;
	} else if (strcasecmp(name, "Content-Encoding") == 0) {
		fields->problem = PROBLEM_NOT_JSON_TYPE;
	} else if (strcasecmp(name, "Expect") == 0) {
		if (value.len != 12 ||
		    strncasecmp(value.p, "100-continue", 12) != 0)
			fields->problem = PROBLEM_EXPECTATION_FAILED;
	} else if (strcasecmp(name, "Idempotency-Key") == 0) {
		if (fields->has_idempotency || !header_is_token(value))
			fields->problem = PROBLEM_BAD_HEADER;
		fields->has_idempotency = true;
		request->idempotency = value;
	} else if (strcasecmp(name, "Authorization") == 0) {
		if (fields->has_authorization)
			fields->problem = PROBLEM_BAD_HEADER;
		fields->has_authorization = true;
		request->bearer = header_bearer(value);
	} else if (strcasecmp(name, "traceparent") == 0) {
		/* One that is not well-formed starts a new trace. */
		if (header_is_traceparent(value))
			request->traceparent = value;
	} else if (strcasecmp(name, "X-Request-ID") == 0 &&
	    header_is_request_id(value)) {
		memcpy(request->id, value.p, value.len);
		request->id[value.len] = '\0';
	}
}

static enum MHD_Result
on_field(void *context, enum MHD_ValueKind kind, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	struct fields *fields = context;
	struct str text = { value, value != NULL ? value_len : 0 };

	(void)kind;
	(void)name_len;
	framing_field(&fields->framing, name, text);
	note_field(fields, name, text);
	return MHD_YES;
}

static size_t
head_len(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return info != NULL ? info->header_size : 0;
}

/* The methods of the target for Allow. PROBLEM_NONE, or there is no target. */
static enum problem_id
list_methods(struct request *request)
{
	struct reply *reply = &request->reply;
	struct buf allow;
	bool is_good;

	buf_init(&allow, sizeof(reply->allow) - 1);
	if (str_is_equal(request->target, STR("*")))
		buf_add_text(&allow, "GET, HEAD, POST, OPTIONS");
	else
		route_allow(&allow, request->target);
	is_good = buf_finish(&allow) == 0;
	if (is_good)
		snprintf(reply->allow, sizeof(reply->allow), "%.*s",
		    STR_ARG(buf_str(&allow)));
	buf_fini(&allow);
	if (!is_good)
		return PROBLEM_INTERNAL;
	return reply->allow[0] != '\0' ? PROBLEM_NONE : PROBLEM_NO_SUCH_PATH;
}

static enum problem_id
answer_options(struct request *request)
{
	request->reply.status = 204;
	request->is_ended = true;
	return list_methods(request);
}

/* Find what is asked for. With PROBLEM_NONE: a route, or it is answered. */
static enum problem_id
find_route(struct request *request, const char *method_name)
{
	enum route_method method = route_method_of(str_of(method_name));

	if (method == ROUTE_OTHER)
		return PROBLEM_NO_SUCH_METHOD;
	if (request->has_query)
		return PROBLEM_BAD_TARGET;
	if (method == ROUTE_OPTIONS)
		return answer_options(request);
	switch (route_find(&request->match, method, request->target)) {
	case 0:
		break;
	case ROUTE_E_METHOD:
		(void)list_methods(request);
		return PROBLEM_METHOD_NOT_ALLOWED;
	case ROUTE_E_PARAMETER:
		return PROBLEM_BAD_TARGET;
	default:
		return PROBLEM_NO_SUCH_PATH;
	}
	if (request->match.route->kind == ROUTE_GATE &&
	    request->site->gatelink == NULL)
		return PROBLEM_NO_SUCH_PATH;
	return PROBLEM_NONE;
}

static bool
is_peer_good(struct request *request)
{
	struct client *client = request->client;
	struct clock clock = clock_system();

	return request->site->gatelink == NULL ||
	    tls_check(client->session, &client->peer, clock_now_us(&clock));
}

static enum problem_id
check_body(const struct request *request, const struct fields *fields)
{
	if (fields->problem != PROBLEM_NONE)
		return fields->problem;
	if (request->match.route->body == ROUTE_NO_BODY)
		return fields->framing.has_body ? PROBLEM_BODY_UNWANTED :
						  PROBLEM_NONE;
	if (fields->framing.has_body && !header_is_json(fields->type))
		return PROBLEM_NOT_JSON_TYPE;
	return PROBLEM_NONE;
}

enum MHD_Result
request_head(struct request *request, const char *method, const char *version)
{
	const struct front_limits *limits = &request->site->limits;
	struct fields fields = { .request = request };
	enum problem_id problem;

	request->is_begun = true;
	framing_init(&fields.framing, method, request->target, version,
	    head_len(request->connection));
	MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND,
	    on_field, &fields);
	if (++request->client->n_requests >= limits->requests)
		request->reply.must_close = true;
	problem = framing_check(&fields.framing, limits->header_bytes,
	    limits->body_bytes);
	if (problem != PROBLEM_NONE)
		return refuse_and_close(request, problem);
	if (!is_peer_good(request))
		return refuse_and_close(request, PROBLEM_CERTIFICATE_ENDED);
	problem = find_route(request, method);
	if (problem == PROBLEM_NONE && !request->is_ended)
		problem = check_body(request, &fields);
	if (problem == PROBLEM_NONE && !request->is_ended)
		return MHD_YES;
	request->is_ended = true;
	/* Nobody will read the body of what is over at its head. */
	if (fields.framing.has_body || problem == PROBLEM_NO_SUCH_METHOD)
		return refuse_and_close(request, problem);
	request->reply.problem = problem;
	return MHD_YES;
}

enum MHD_Result
request_body(struct request *request, struct str piece)
{
	buf_add_str(&request->body, piece);
	return buf_finish(&request->body) == 0 ? MHD_YES : MHD_NO;
}

static void
on_call_end(struct gatelink_call *call, enum gatelink_end end,
    const struct gatelink_answer *answer)
{
	struct request *request = (struct request *)call;
	struct reply *reply = &request->reply;

	if (end == GATELINK_LOST)
		reply->problem = PROBLEM_GATE_RESTARTED;
	else if (end == GATELINK_TIMEOUT)
		reply->problem = PROBLEM_GATE_TIMEOUT;
	else if (!reply_take(reply, answer))
		reply->problem = PROBLEM_INTERNAL;
	request->is_ended = true;
	MHD_resume_connection(request->connection);
}

/* The fields of frames.h, enum ask_tag. */
static void
put_ask(struct request *request, struct buf *frame)
{
	const struct route_match *match = &request->match;
	struct client *client = request->client;
	struct clock clock = clock_system();
	struct body_malformed malformed;
	int r;

	frame_put(frame, ASK_OPERATION, str_of(match->route->operation));
	for (size_t i = 0; i < match->n_parameters; i++)
		frame_put(frame, ASK_PARAMETER,
		    (struct str){ match->parameters[i].bytes,
		    match->parameters[i].len });
	frame_put(frame, ASK_CERTIFICATE,
	    (struct str){ (const char *)client->peer.certificate,
	    sizeof(client->peer.certificate) });
	frame_put(frame, ASK_PEER, str_of(client->address));
	if (request->idempotency.len > 0)
		frame_put(frame, ASK_IDEMPOTENCY, request->idempotency);
	if (request->traceparent.len > 0)
		frame_put(frame, ASK_TRACEPARENT, request->traceparent);
	/* Only where it is used: a secret goes no further than it must. */
	if (request->bearer.len > 0 &&
	    str_has_prefix(str_of(match->route->path), STR("/v1/self/")))
		frame_put(frame, ASK_TOKEN, request->bearer);
	frame_put_u64(frame, ASK_DEADLINE, (uint64_t)clock_now_us(&clock) +
	    (uint64_t)request->site->limits.gate_ms * 1000);
	if (match->route->body == ROUTE_NO_BODY ||
	    (match->route->body == ROUTE_JSON_OPTIONAL &&
	    request->body.len == 0))
		return;
	r = body_flatten(frame, &malformed, buf_str(&request->body));
	if (r == BODY_E_MALFORMED)
		body_put_malformed(frame, &malformed);
	else if (r < 0)
		frame->failed = ENOMEM; /* gatelink_send() drops the frame */
}

static enum MHD_Result
ask(struct request *request)
{
	struct gatelink *link = request->site->gatelink;
	int64_t now_us = clock_monotonic_us();
	struct buf *frame;

	switch (gatelink_begin(link, &frame, now_us)) {
	case 0:
		break;
	case GATELINK_E_DOWN:
		return refuse(request, PROBLEM_GATE_UNAVAILABLE);
	default:
		return refuse(request, PROBLEM_OVERLOADED);
	}
	put_ask(request, frame);
	request->call.on_end = on_call_end;
	if (gatelink_send(link, &request->call, now_us) != 0)
		return refuse(request, PROBLEM_OVERLOADED);
	request->is_asked = true;
	request->client->deadline_us = CLIENT_NO_DEADLINE;
	MHD_suspend_connection(request->connection);
	return MHD_YES;
}

static enum MHD_Result
send_log(struct request *request)
{
	struct tilepath tilepath;
	size_t size;
	int fd;
	int r;

	if (request->site->log_dir < 0 ||
	    !tilepath_parse(&tilepath, request->match.rest))
		return refuse(request, PROBLEM_NO_SUCH_FILE);
	r = logfile_open(&fd, &size, request->site->log_dir, &tilepath);
	if (r != 0)
		return refuse(request, r < 0 ? PROBLEM_INTERNAL :
					       PROBLEM_NO_SUCH_FILE);
	return reply_send_file(request, fd, size, logfile_type(&tilepath),
	    logfile_cache(&tilepath));
}

enum MHD_Result
request_whole(struct request *request)
{
	switch (request->match.route->kind) {
	case ROUTE_LIVE:
		return reply_send_static(request, "application/json",
		    STR("{\"status\":\"live\"}\n"));
	case ROUTE_OPENAPI:
		return reply_send_static(request,
		    "application/vnd.oai.openapi+json;version=3.1",
		    (struct str){ (const char *)openapi_json,
		    openapi_json_len });
	case ROUTE_VERIFY:
		return reply_send_static(request, "text/html; charset=utf-8",
		    (struct str){ (const char *)verify_html, verify_html_len });
	case ROUTE_LOG:
		return send_log(request);
	case ROUTE_GATE:
	default:
		return ask(request);
	}
}

enum MHD_Result
request_answer(struct request *request)
{
	return reply_send(request);
}
