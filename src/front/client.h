/*
 * One connection: who is at the other end, and until when it may take its time.
 */
#ifndef STILE_FRONT_CLIENT_H
#define STILE_FRONT_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "front/tls.h"
#include "util/attr.h"

#define CLIENT_NO_DEADLINE INT64_MAX

struct client {
	struct client *next;
	struct client *prev;
	int fd;	       /* the library's; never closed here */
	void *session; /* gnutls_session_t */
	struct tls_peer peer;
	char address[INET6_ADDRSTRLEN];
	unsigned n_requests;
	bool is_busy;	     /* between a request line and its answer's end */
	int64_t deadline_us; /* monotonic */
};

struct client_list {
	struct client *first;
	size_t n;
};

/* Returns: a client in the list, freed by client_free(); NULL: no memory. */
struct client *client_new(struct client_list *list, int fd, void *session,
    const struct sockaddr *address) MUST_USE;

/* Takes it off the list. NULL is fine. Returns: NULL. */
struct client *client_free(struct client *client, struct client_list *list);

/* The library sees the end of the connection and closes it. */
void client_end(struct client *client) NONNULL;

/* End those whose deadline has come; with idle, also all that are not busy. */
void client_end_late(const struct client_list *list, int64_t now_us,
    bool idle) NONNULL;

#endif
