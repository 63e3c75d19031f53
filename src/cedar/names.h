/*
 * The dictionary: names and entity uids as small numbers.
 *
 * Names (attributes, tags, entity types) and uids have each their own counting
 * from 0. A number once given never changes. Readers take no lock: entries lie
 * in chunks that never move, and the hash index is replaced by a larger one as
 * a whole. Loaders take the lock.
 *
 * What only a request mentions must not grow the dictionary: a struct
 * names_local, in the request's arena, gives such names numbers from
 * NAMES_LOCAL on. A struct names_scope is either: the place where a text is
 * turned into a number.
 */
#ifndef STILE_CEDAR_NAMES_H
#define STILE_CEDAR_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/cedar.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

#define NAMES_NONE UINT32_MAX	/* no such name */
#define NAMES_LOCAL 0x80000000u /* set in a number of a names_local */

struct names_entry {
	struct str text; /* the name; of a uid, its id */
	uint64_t hash;
	uint32_t type; /* of a uid: the name of its type; else NAMES_NONE */
};

/* How many names and uids there are: grows, never shrinks. */
struct names_stamp {
	uint32_t n_names;
	uint32_t n_uids;
};

struct names_local {
	/* Numbers given later belong to loads that this request does not see. */
	struct names_stamp stamp;
	struct arena *arena;
	struct names_entry *entries; /* names and uids together */
	uint32_t n;
	uint32_t size;
	uint32_t *slots; /* number + 1; 0 empty */
	uint32_t n_slots;
};

/* Where texts become numbers: the dictionary, or a request beside it. */
struct names_scope {
	struct cedar_names *names;
	struct names_local *local; /* NULL: add to the dictionary */
};

/* One more owner. Returns: names. */
struct cedar_names *cedar_names_ref(struct cedar_names *names) NONNULL;

struct names_stamp cedar_names_stamp(const struct cedar_names *names) NONNULL;

/* Returns: the number of a name or uid of the dictionary, or NAMES_NONE. */
uint32_t cedar_names_find(const struct cedar_names *names,
    struct str name) NONNULL;
uint32_t cedar_names_find_uid(const struct cedar_names *names, uint32_t type,
    struct str id) NONNULL;

/*
 * The number of a name or uid, given one if it has none.
 *
 * Text is copied by the dictionary, borrowed by a request.
 * Returns: 0; CEDAR_E_LIMIT; fault ENOMEM.
 */
int cedar_names_intern(uint32_t *number, const struct names_scope *scope,
    struct str name) MUST_USE NONNULL;
int cedar_names_intern_uid(uint32_t *number, const struct names_scope *scope,
    uint32_t type, struct str id) MUST_USE NONNULL;

/* As cedar_names_find and _find_uid, looking also in the local names. */
uint32_t cedar_names_look(const struct names_scope *scope,
    struct str name) NONNULL;
uint32_t cedar_names_look_uid(const struct names_scope *scope, uint32_t type,
    struct str id) NONNULL;

/* Text of a name. */
struct str cedar_names_text(const struct names_scope *scope,
    uint32_t name) NONNULL;

/* What a uid consists of: id and the number of its type. Borrowed. */
const struct names_entry *cedar_names_uid(const struct names_scope *scope,
    uint32_t uid) NONNULL;

#endif
