/*
 * One request: read, refused or asked of the gate, answered.
 *
 * The library calls request_head() when the head is there, request_body() for
 * each piece of the body, request_whole() when all is there, and
 * request_answer() once the request was woken after its call to the gate.
 */
#ifndef STILE_FRONT_REQUEST_H
#define STILE_FRONT_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "front/client.h"
#include "front/front.h"
#include "front/gatelink.h"
#include "front/problem.h"
#include "front/route.h"
#include "util/buf.h"
#include "util/str.h"

/* What the requests of one listener share. */
struct site {
	struct front_limits limits;
	struct gatelink *gatelink; /* NULL: the log alone */
	int log_dir;
	bool is_draining;
	uint64_t n_requests; /* random start: parts of X-Request-ID */
	struct client_list clients;
};

/* What goes out, gathered before the library's response is made. */
struct reply {
	unsigned status;
	enum problem_id problem; /* instead of a body */
	char *body;		 /* malloc'd; handed to the response */
	size_t body_len;
	char type[128];
	char location[LIMIT_FRONT_PATH_BYTES + 1];
	char allow[64]; /* methods */
	uint64_t retry_s;
	bool has_retry;
	bool must_close;
};

struct request {
	struct gatelink_call call; /* first: the call is the request */
	struct site *site;
	struct client *client;
	struct MHD_Connection *connection;
	struct str target; /* raw; target.len as received */
	bool has_query;
	bool is_begun;
	bool is_asked;
	bool is_ended; /* the gate answered, or will not */
	struct route_match match;
	struct str idempotency;
	struct str traceparent;
	struct str bearer; /* token of the Authorization field */
	char id[LIMIT_FRONT_TOKEN_BYTES + 1]; /* X-Request-ID */
	struct buf body;
	struct reply reply;
};

/* A request line came. Returns: NULL when there is no memory. */
struct request *request_new(struct site *site, struct client *client,
    struct MHD_Connection *connection, const char *target) MUST_USE NONNULL;

/* NULL is fine. */
void request_free(struct request *request);

/* Each returns MHD_NO to have the connection closed at once. */
enum MHD_Result request_head(struct request *request, const char *method,
    const char *version) MUST_USE NONNULL;
enum MHD_Result request_body(struct request *request, struct str piece)
    MUST_USE NONNULL;
enum MHD_Result request_whole(struct request *request) MUST_USE NONNULL;
enum MHD_Result request_answer(struct request *request) MUST_USE NONNULL;

/* The embedded OpenAPI file. */
extern const unsigned char openapi_json[];
extern const size_t openapi_json_len;
extern const unsigned char verify_html[];
extern const size_t verify_html_len;

#endif
