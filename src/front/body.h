/*
 * A JSON body as ASK_MEMBER fields (frames.h): flat, bounded, unambiguous.
 *
 * What two readers might read differently is refused: duplicate names (RFC
 * 8259, 4), numbers that I-JSON does not carry exactly (RFC 7493, 2.2), -0,
 * NUL, lone surrogates, a second document behind the first.
 */
#ifndef STILE_FRONT_BODY_H
#define STILE_FRONT_BODY_H

#include "limits.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* Why a body is unusable. Holds nothing that the client wrote but the path. */
struct body_malformed {
	/*
	 * not-json, duplicate-member, too-deep, too-many-members, too-long,
	 * bad-utf8, bad-number, bad-name, not-an-object, trailing-data
	 */
	const char *code;
	char path[LIMIT_FRONT_POINTER_BYTES + 1]; /* JSON Pointer; may be "" */
	char reason[96];
};

enum {
	BODY_E_MALFORMED = 1, /* *malformed says why; frame is as it was */
};

/*
 * Append the leaves of the JSON object in text to the frame that is begun in
 * frame, in document order.
 *
 * Returns: 0; BODY_E_MALFORMED; fault ENOMEM.
 */
int body_flatten(struct buf *frame, struct body_malformed *malformed,
    struct str text) MUST_USE NONNULL;

/* Append the ASK_MALFORMED field: "code\npath\nreason". */
void body_put_malformed(struct buf *frame,
    const struct body_malformed *malformed) NONNULL;

#endif
