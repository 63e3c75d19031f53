/*
 * The members of a request body, as the front flattened them (frames.h,
 * ASK_MEMBER), checked against a shape: a table of what this operation takes.
 */
#ifndef STILE_GATE_MEMBERS_H
#define STILE_GATE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "gate/refusal.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/frame.h"
#include "util/str.h"

struct member {
	struct str pointer; /* JSON Pointer, e.g. "/subject/vin" */
	struct str value;   /* unescaped text; digits for numbers */
	char type;	    /* s i n b 0 o a, see frames.h */
};

struct members {
	struct member *items;
	size_t n_items;
};

/* One member an operation takes. */
struct member_shape {
	/* JSON Pointer; a last part of "*" stands for array positions. */
	const char *pointer;
	char type; /* s or i or b */
	size_t max; /* bytes of text; for arrays: elements are counted apart */
	bool is_required;
};

/*
 * Decode the frame's members into the arena.
 *
 * Returns: 0, and refusal untouched or set (a broken front gives MALFORMED,
 * and so does ASK_MALFORMED); fault.
 */
int members_decode(struct members *members, struct refusal *refusal,
    struct arena *arena, const struct frame *frame) MUST_USE NONNULL;

/*
 * Hold the members against the shape; the first thing wrong is the refusal:
 * unknown or repeated member, wrong type, too long, characters that deceive,
 * something missing.
 *
 * Returns: true when all is well.
 */
bool members_check(struct refusal *refusal, const struct members *members,
    const struct member_shape *shape, size_t n_shape);

/* The value at the pointer; p == NULL when absent. */
struct str members_find(const struct members *members, const char *pointer)
    NONNULL;

/* As members_find() for a pointer in two parts. */
struct str members_below(const struct members *members, struct str prefix,
    struct str rest) NONNULL;

/* Whether any member lies at or under the pointer. */
bool members_has(const struct members *members, const char *pointer) NONNULL;

/* Values of the array at "prefix/…", in order; at most max are written. */
size_t members_list(struct str *values, size_t max,
    const struct members *members, const char *prefix) NONNULL;

#endif
