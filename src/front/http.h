/*
 * HTTP/1.1 over TLS: connections, requests and their answers.
 *
 * libmicrohttpd parses and writes; this object decides what may come in and
 * holds each connection to its times. A connection is in one of three states,
 * each with an end: it must deliver its next whole request (idle and slow
 * senders alike), the gate must answer, or it must take its answer.
 */
#ifndef STILE_FRONT_HTTP_H
#define STILE_FRONT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "front/front.h"
#include "front/gatelink.h"
#include "front/tls.h"
#include "util/attr.h"

struct http;

struct http_options {
	struct front_limits limits;
	struct gatelink *gatelink; /* NULL: the log alone is served, to anybody */
	struct tls *tls;
	int log_dir; /* -1: there is no log yet */
	int listen_fd;
};

/* Takes listen_fd over. Returns: 0; fault. */
int http_new(struct http **out, const struct http_options *options)
    MUST_USE NONNULL;

/* Ends all connections. All calls must have ended. NULL is fine. */
struct http *http_free(struct http *http);

/* Poll this for input. */
int http_fd(const struct http *http) NONNULL;

/* Do all that can be done without waiting. */
void http_turn(struct http *http) NONNULL;

/* Close connections whose time is over. Once a second or so. */
void http_tick(struct http *http, int64_t now_us) NONNULL;

/* Whether http_turn() has something to do already. */
bool http_is_pending(struct http *http) NONNULL;

/* Accept no more, close what is idle, say "Connection: close" to the rest. */
void http_drain(struct http *http) NONNULL;

/* Connections open. */
size_t http_n_clients(const struct http *http) NONNULL;

#endif
