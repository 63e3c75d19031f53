/*
 * Which holder a verb means: --dir, else STILE_DIR, else the current folder.
 */
#ifndef STILE_CLI_HOLDER_H
#define STILE_CLI_HOLDER_H

#include "cli/admin.h"
#include "cli/verb.h"
#include "store/store.h"
#include "util/attr.h"

/* The row of an options table. */
#define HOLDER_OPTION                                                          \
	{ .name = "dir",                                                       \
	    .letter = 'd',                                                     \
	    .kind = OPTION_DIR,                                                \
	    .value = "DIR",                                                    \
	    .help = "The holder's directory; else STILE_DIR, or ." }

/* The directory meant. Never NULL. */
const char *holder_dir(const struct cli *cli) NONNULL;

/* Who is at the keyboard, for entries: the login name. */
struct str holder_person(struct cli *cli) NONNULL;

/*
 * Open the holder for administration.
 *
 * Returns: VERB_OK and *admin owned by the caller; else the exit code, and it
 * was said why.
 */
int holder_open(struct cli *cli, struct admin **admin) MUST_USE NONNULL;

/*
 * Open the holder's store for reading, also while it is being served.
 *
 * Returns: VERB_OK and *store owned by the caller; else the exit code, and it
 * was said why.
 */
int holder_read(struct cli *cli, struct store **store) MUST_USE NONNULL;

/*
 * End of a change: VERB_OK for 0, else it is said why. Says what was done,
 * unless --quiet or --json was given: then the caller prints it.
 */
int holder_done(struct cli *cli, int r, const struct diag_list *diags,
    const char *what) NONNULL;

#endif
