/* Making the library's responses, with the fields that all answers have. */
#include "front/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/clock.h"

#define PROBLEM_TYPE "application/problem+json"
#define PROBLEM_BYTES 1024
#define RETRY_S 1 /* the gate is back, or the queue shorter, in a second */

bool
reply_take(struct reply *reply, const struct gatelink_answer *answer)
{
	reply->status = answer->status;
	reply->has_retry = answer->has_retry;
	reply->retry_s = answer->retry_s;
	snprintf(reply->type, sizeof(reply->type), "%.*s",
	    STR_ARG(answer->type));
	snprintf(reply->location, sizeof(reply->location), "%.*s",
	    STR_ARG(answer->location));
	if (answer->body.len == 0)
		return true;
	reply->body = malloc(answer->body.len);
	if (reply->body == NULL)
		return false;
	memcpy(reply->body, answer->body.p, answer->body.len);
	reply->body_len = answer->body.len;
	return true;
}

static void
add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value[0] != '\0')
		(void)MHD_add_response_header(response, name, value);
}

/* Fields of every answer; takes the response over. */
static enum MHD_Result
queue(struct request *request, unsigned status, struct MHD_Response *response)
{
	const struct reply *reply = &request->reply;
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	add(response, "X-Content-Type-Options", "nosniff");
	add(response, "Strict-Transport-Security", "max-age=31536000");
	add(response, "X-Request-ID", request->id);
	if (reply->must_close || request->site->is_draining)
		add(response, "Connection", "close");
	request->client->deadline_us = clock_monotonic_us() +
	    (int64_t)request->site->limits.write_ms * 1000;
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static struct MHD_Response *
make_problem(struct request *request)
{
	struct MHD_Response *response;
	struct buf body;

	buf_init(&body, PROBLEM_BYTES);
	problem_format(&body, request->reply.problem, str_of(request->id));
	if (buf_finish(&body) != 0) {
		buf_fini(&body);
		return NULL;
	}
	/* malloc'd by buf, freed by the library */
	response = MHD_create_response_from_buffer(body.len, body.bytes,
	    MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		buf_fini(&body);
	else
		add(response, "Content-Type", PROBLEM_TYPE);
	return response;
}

static struct MHD_Response *
make_answer(struct reply *reply)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    reply->body_len, reply->body, MHD_RESPMEM_MUST_FREE);

	if (response != NULL) {
		reply->body = NULL;
		add(response, "Content-Type", reply->type);
		add(response, "Location", reply->location);
	}
	return response;
}

static void
add_retry(struct MHD_Response *response, uint64_t seconds)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)seconds);
	add(response, "Retry-After", text);
}

enum MHD_Result
reply_send(struct request *request)
{
	struct reply *reply = &request->reply;
	struct MHD_Response *response;
	unsigned status = reply->status;

	if (reply->problem != PROBLEM_NONE) {
		status = problem_get(reply->problem)->status;
		response = make_problem(request);
		reply->has_retry = status == 503 || status == 504;
		reply->retry_s = RETRY_S;
	} else {
		response = make_answer(reply);
	}
	if (response == NULL)
		return MHD_NO;
	add(response, "Cache-Control", "no-store");
	add(response, "Allow", reply->allow);
	if (reply->has_retry)
		add_retry(response, reply->retry_s);
	return queue(request, status, response);
}

enum MHD_Result
reply_send_static(struct request *request, const char *type, struct str body)
{
	/* MHD_RESPMEM_PERSISTENT: the library only reads it. */
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    body.len, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);

	if (response == NULL)
		return MHD_NO;
	add(response, "Cache-Control", "no-store");
	add(response, "Content-Type", type);
	return queue(request, 200, response);
}

enum MHD_Result
reply_send_file(struct request *request, int fd, size_t size,
    const char *type, const char *cache)
{
	struct MHD_Response *response = MHD_create_response_from_fd(size, fd);

	if (response == NULL) {
		close(fd);
		return MHD_NO;
	}
	add(response, "Cache-Control", cache);
	add(response, "Content-Type", type);
	return queue(request, 200, response);
}
