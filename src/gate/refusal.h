/*
 * A refusal: why a request ends without its answer, in the words of the client.
 *
 * Set once on an ask; the first one stands. Never holds a value of a record.
 */
#ifndef STILE_GATE_REFUSAL_H
#define STILE_GATE_REFUSAL_H

#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

enum refusal_code {
#define X(symbol, code, status, title) REFUSAL_##symbol,
#include "gate/refusals.def"
#undef X
	REFUSAL_N,
};

struct refusal {
	enum refusal_code code;
	struct str member; /* JSON Pointer of what is wrong; may be empty */
	struct str detail; /* one sentence; may be empty */
};

/* "unknown-member" and so on. */
struct str refusal_name(enum refusal_code code);
struct str refusal_title(enum refusal_code code);
uint64_t refusal_status(enum refusal_code code);

#endif
