/*
 * The stand: a witness's HTTP server (C2SP tlog-witness) over its notary.
 *
 *	POST /add-checkpoint		cosign
 *	GET  /<hex>/checkpoint		the note cosigned last of a log; hex is
 *					the SHA-256 of its origin
 *	GET  /				who this is: name and verifier key
 *
 * Plain, or TLS when a certificate is given. One thread; everything that a
 * client can push against is bounded and timed.
 */
#ifndef STILE_WITNESS_STAND_H
#define STILE_WITNESS_STAND_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/eventlog.h"
#include "util/str.h"
#include "witness/notary.h"

struct stand_options {
	int listen_fd; /* the stand's from now on */
	struct notary *notary;
	struct str vkey;
	const struct eventlog *log;
	const char *certificate; /* PEM text; NULL: plain HTTP */
	const char *key;	 /* PEM text */
	const char *state;	 /* the notary's folder: all that is written */
	bool is_sandboxed;
};

/*
 * Serve until SIGTERM or SIGINT. ready() is called once, when it does.
 *
 * Returns: 0 told to stop; fault.
 */
int stand_serve(const struct stand_options *options,
    void (*ready)(void *context), void *context) MUST_USE;

#endif
