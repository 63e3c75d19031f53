/*
 * Inspecting a release offline, with the log's key and nothing else (P10):
 * every shown value is the logged one, every entry of the range is there and
 * under the signed root, every withheld claim is told with its exemptions, two
 * different persons signed exactly this text.
 *
 * Streams: one line at a time in bounded memory. A visitor sees each part once
 * it was checked by itself; that the whole is sound is known at the end only,
 * so what a visitor writes stands only if the run returns 0.
 */
#ifndef STILE_RELEASE_INSPECT_H
#define STILE_RELEASE_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claims/claims.h"
#include "release/sheet.h"
#include "release/signoff.h"
#include "tlog/note.h"
#include "tlog/policy.h"
#include "util/attr.h"

enum inspect_flaw {
#define F(symbol, name, text) INSPECT_##symbol,
#include "release/flaws.def"
#undef F
	INSPECT_N,
};

struct inspect_terms {
	struct tlog_note_key key; /* of the log */
	/* Whose witnesses must have cosigned the checkpoint; NULL: nobody. */
	const struct tlog_policy *policy;
	bool is_draft;		  /* signatures and review are not asked for */
};

/* A shown or bare entry, checked. Good until the visitor returns. */
struct inspect_entry {
	const struct sheet_entry *sheet;
	/* Of one that is shown: */
	struct str type; /* "request"; without quotes */
	struct str time;
	struct str decision;
	const struct claims *claims;
	/* For each claim: what stands in its place, or NULL. */
	const struct sheet_withheld *withheld[LIMIT_CLAIMS_MEMBERS];
};

struct inspect_report {
	enum inspect_flaw flaw;
	uint64_t line;	  /* where; 0: the whole */
	uint64_t entry;	  /* about which one; has_entry */
	bool has_entry;
	char detail[160]; /* more about it; may be empty */

	/* What was believed so far; all of it only when flaw is NONE. */
	uint64_t from, to;
	uint64_t tree_size;
	struct digest root;
	struct tlog_policy_verdict witnesses; /* under the policy */
	struct digest body;  /* what is signed */
	uint64_t n_shown;
	uint64_t n_bare;
	uint64_t n_open;     /* claims */
	uint64_t n_withheld;
	uint64_t n_stated;   /* of them with a statement */
	struct signoff_list signs;
};

/* Each may be NULL; < 0 is a fault and ends the run. */
struct inspect_visitor {
	int (*head)(void *context, const struct sheet_head *head);
	int (*entry)(void *context, const struct inspect_entry *entry);
	int (*end)(void *context, const struct inspect_report *report);
	void *context;
};

enum {
	INSPECT_E_FLAW = 1, /* report->flaw says which */
};

/*
 * Inspect the release in fd, from where it stands.
 *
 * Returns: 0 sound; INSPECT_E_FLAW; fault (reading, memory, a visitor's).
 */
int inspect_run(struct inspect_report *report, int fd,
    const struct inspect_terms *terms, const struct inspect_visitor *visitor)
    MUST_USE NONNULL;

/* "foreign", and its sentence. */
struct str inspect_flaw_name(enum inspect_flaw flaw);
struct str inspect_flaw_text(enum inspect_flaw flaw);

/* One line for people: "line 7, entry 102: foreign: a shown value is not …". */
void inspect_describe(const struct inspect_report *report, struct buf *text)
    NONNULL;

#endif
