/*
 * The logs that a witness serves, as the witness network lists them (logs/v0):
 *
 *	logs/v0
 *	vkey <verifier key>
 *	origin <origin>		where it is not the key's name; none: it is
 *	qpd <number>		add-checkpoint requests a day; 0 or absent: any
 *	contact <text>		for people
 *
 * A vkey line begins a log, the others follow it in any order; a second vkey
 * with the same origin is another key of that log. Lines of "#" are comments.
 */
#ifndef STILE_WITNESS_LOGLIST_H
#define STILE_WITNESS_LOGLIST_H

#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "tlog/note.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

#define LOGLIST_KEYS 4 /* of one log: the old one and the new, with reserve */

/* Texts are the arena's. */
struct loglist_row {
	struct str origin;
	struct tlog_note_key keys[LOGLIST_KEYS];
	size_t n_keys;
	uint64_t per_day; /* 0: as many as come */
	struct str contact;
};

struct loglist {
	struct loglist_row *rows;
	size_t n_rows;
};

enum {
	LOGLIST_E_WRONG = 1, /* the diagnostics say what */
};

/*
 * Read a list of at most LIMIT_WITNESS_LOGS logs, strictly.
 *
 * Returns: 0; LOGLIST_E_WRONG; fault ENOMEM.
 */
int loglist_parse(struct loglist *list, struct arena *arena,
    struct diag_list *diags, struct str text) MUST_USE NONNULL;

#endif
