/*
 * Problem documents (RFC 9457) for what the front refuses by itself.
 *
 * The gate writes its own, for what it decided; both use "/problems/CODE" as
 * the type, relative to the server.
 */
#ifndef STILE_FRONT_PROBLEM_H
#define STILE_FRONT_PROBLEM_H

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum problem_id {
	PROBLEM_NONE,
#define PROBLEM(name, code, status, title, detail) PROBLEM_##name,
#include "front/problems.def"
#undef PROBLEM
};

struct problem {
	const char *code;
	unsigned status; /* HTTP */
	const char *title;
	const char *detail; /* what to do about it */
};

/* The row of problems.def; id must not be PROBLEM_NONE. Never NULL. */
const struct problem *problem_get(enum problem_id id);

/*
 * Append the document. instance names the request, e.g. its X-Request-ID; it
 * must be ASCII. A failure sticks to buf.
 */
void problem_format(struct buf *buf, enum problem_id id, struct str instance)
    NONNULL;

#endif
