/*
 * The front: TLS, HTTP and JSON in; frames to the gate; nothing else.
 *
 * One process, one loop. A request is checked for form, taken apart into an
 * ASK frame (frames.h) and suspended until the gate's ANSWER comes, so that
 * whatever arrived together reaches the gate together. The front holds no
 * store, no record and no log key: whoever breaks it can at worst ask what his
 * own certificate may ask.
 */
#ifndef STILE_FRONT_FRONT_H
#define STILE_FRONT_FRONT_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/eventlog.h"

#define FRONT_PUBLIC_FD 5 /* as the parent places it */

struct front_limits {
	unsigned connections;
	unsigned per_address;
	unsigned header_bytes;
	unsigned body_bytes;
	unsigned requests;    /* of one connection */
	unsigned outstanding; /* asked of the gate */
	unsigned read_ms;     /* from idle to a whole request */
	unsigned write_ms;    /* for the client to take an answer */
	unsigned gate_ms;     /* for the gate to answer */
	unsigned drain_ms;    /* to finish after SIGTERM or the parent's death */
};

struct front_options {
	const char *dir; /* the holder's directory; the paths below are in it */
	const char *certificate;
	const char *key;
	const char *ca;		   /* signs client certificates */
	const char *crl;	   /* may be absent; read again when it changes */
	const char *gate_socket;
	const char *log;	   /* checkpoint and tiles */
	int public_fd; /* listens for anybody, for the log alone; -1: none */
	bool is_sandboxed; /* false only in tests that need to look inside */
	enum eventlog_level level;
	struct front_limits limits;
};

/* Defaults for DIR as `stile init` makes it; borrows dir. */
void front_options_init(struct front_options *options, const char *dir)
    NONNULL;

/*
 * Serve until SIGTERM, or until parent_fd (-1: none) reports the parent's end.
 *
 * listen_fd: bound and listening; closed at the end. One 'R' is written to
 * parent_fd when requests are accepted. Changes the working directory.
 * Returns: exit code: 0 after a graceful end, 1 with the reason on stderr.
 */
int front_serve(const struct front_options *options, int listen_fd,
    int parent_fd) MUST_USE NONNULL;

/*
 * The role's entry point: front_serve() with DIR/stile.conf. When that names a
 * public port, descriptor FRONT_PUBLIC_FD listens on it.
 *
 * Returns: as front_serve(); 78 (EX_CONFIG) when the settings are wrong.
 */
int front_run(const char *dir, int listen_fd, int parent_fd) MUST_USE NONNULL;

#endif
