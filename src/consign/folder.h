/*
 * The folder of a consignment, DIR/consign/<id>/, as a whole:
 *
 *	head	what is known without opening anything (head.h); written last
 *	keys	wrapped keys (keyfile.h); erased to destroy
 *	form	how the bytes become records (form.h)
 *	data	the pieces, one after the other (piece.h)
 *	index	where the piece of an identifier is (tagruns.h)
 *	work	of a transfer that is not finished: the key of "resume", wrapped
 *	resume	likewise: how to go on (resume.h)
 *	runs	likewise (tagruns.h)
 */
#ifndef STILE_CONSIGN_FOLDER_H
#define STILE_CONSIGN_FOLDER_H

#include <stdbool.h>

#include "consign/head.h"
#include "consign/keyfile.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/random.h"

#define FOLDER_PATH 4096

enum folder_state {
	FOLDER_ABSENT = 0,
	FOLDER_UNFINISHED, /* no head: the transfer was broken off */
	FOLDER_HELD,
	FOLDER_ERASED, /* a head, and no keys: nothing opens it */
	FOLDER_DAMAGED,
};

/* Write DIR/consign[/ID[/NAME]]; id and name may be NULL. Fault ENAMETOOLONG. */
int folder_path(char path[static FOLDER_PATH], const char *dir, const char *id,
    const char *name) MUST_USE;

/* Returns: a descriptor of the folder; fault (ENOENT too). */
int folder_open(const char *dir, const char *id) MUST_USE NONNULL;

/* What there is of it; *head when HELD or ERASED. Returns: 0; fault. */
int folder_look(enum folder_state *state, struct consign_head *head,
    const char *dir, const char *id) MUST_USE NONNULL;

/* "held", "erased", ... */
const char *folder_state_text(enum folder_state state);

/* Read its keys. Returns: 0; KEYFILE_E_BAD (erased, or damaged); fault. */
int folder_keys(struct keyfile *file, const char *dir, const char *id)
    MUST_USE NONNULL;

/*
 * Called for each consignment, oldest first (ids rise with time).
 *
 * Returns: 0 go on; > 0 stop, and folder_each() returns 0; < 0 a fault.
 */
typedef int folder_each_fn(void *context, const char *id);
int folder_each(const char *dir, folder_each_fn *each, void *context) MUST_USE;

/* Of a finished one, erase what only an unfinished one needs. Returns: 0; fault. */
int folder_settle(const char *dir, const char *id, const struct random *random)
    MUST_USE NONNULL;

/*
 * Erase: its keys first (overwritten, synced, unlinked, the folder synced), then
 * all else; a finished one keeps its head, so that it is known what was erased.
 * What was begun is gone on with when called again.
 *
 * Returns: 0, durable; fault.
 */
int folder_erase(const char *dir, const char *id, const struct random *random)
    MUST_USE NONNULL;

/* As folder_erase(), and the head and the folder too: nothing is left. */
int folder_remove(const char *dir, const char *id, const struct random *random)
    MUST_USE NONNULL;

#endif
