/*
 * The profile of a release: which claims the public sees.
 *
 * packs/NAME/release.conf (libconfig): a group for each kind of entry that is
 * shown, in it a row for each label:
 *
 *	title   = "Requests for motor-vehicle records";
 *	default = "(b)(6),(b)(7)(C)";
 *	request = {
 *	  agency  = "open";
 *	  reason  = "review (b)(6),(b)(7)(C)";
 *	  subject = "DPPA,(b)(6)";
 *	  ground  = "year (b)(7)(A)";
 *	};
 *
 * open: shown. Exemptions: withheld under them. review: withheld under them
 * unless a reviewer releases this very value. A coarsening (coarse.h) before
 * the exemptions: withheld, with a coarser statement beside it. A label
 * without a row is withheld under the default; a kind without a group is not
 * shown. What labels.def calls NEVER cannot be opened, and TEXT only reviewed.
 */
#ifndef STILE_RELEASE_PROFILE_H
#define STILE_RELEASE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "release/coarse.h"
#include "release/exemption.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

enum profile_nature {
	PROFILE_NEVER = 0,
	PROFILE_TEXT,
	PROFILE_TYPED,
	PROFILE_CODE,
};

enum profile_action {
	PROFILE_WITHHOLD = 0,
	PROFILE_REVIEW,
	PROFILE_OPEN,
};

struct profile_rule {
	struct str kind;
	struct str label;
	enum profile_action action;
	enum coarse coarse;	  /* of what is withheld; COARSE_NONE */
	exemption_set exemptions; /* zero only where action is OPEN */
};

struct profile {
	struct str title;
	char hash[65];	     /* SHA-256 of the file, hexadecimal */
	exemption_set given; /* default */
	struct str *kinds;
	size_t n_kinds;
	struct profile_rule *rules; /* sorted by label and kind */
	size_t n_rules;
	exemption_set used; /* all that it can name */
};

enum {
	PROFILE_E_WRONG = 1, /* the diagnostics say what and where */
};

/*
 * Read a profile; all of it is in the arena.
 *
 * Returns: 0; PROFILE_E_WRONG; fault.
 */
int profile_parse(struct profile *profile, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/* Are entries of this kind shown at all? */
bool profile_has_kind(const struct profile *profile, struct str kind) NONNULL;

/* The rule for a label of a kind; the default's when no row names it. */
struct profile_rule profile_find(const struct profile *profile,
    struct str kind, struct str label) NONNULL;

/* What a label is; PROFILE_NEVER for one nobody knows. */
enum profile_nature profile_nature(struct str label);

#endif
