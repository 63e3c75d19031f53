/*
 * The review: a draft (draft.h) whose texts a person has read and decided.
 *
 * Read twice: once whole, when the digest of what is released is taken, and
 * once in step with the entries while the release is built.
 */
#ifndef STILE_RELEASE_REVIEW_H
#define STILE_RELEASE_REVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "release/exemption.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/lines.h"
#include "util/str.h"

/* One text and what was decided. */
struct review_text {
	uint64_t entry;
	struct str label;
	struct str digest; /* of the claim */
	bool is_decided;
	bool is_released;
	exemption_set exemptions; /* zero: the profile's */
	struct str say;		  /* a summary to be stated; may be empty */
};

struct review {
	int fd;		     /* borrowed */
	struct arena arena;  /* of the head */
	struct arena passing; /* of the text at hand */
	struct lines lines;
	/* of the head */
	struct str title;
	struct str agency;
	struct str kind;
	struct str profile; /* hash */
	uint64_t from;
	uint64_t to;
	/* of the whole */
	char digest[65]; /* of the texts released (signoff.h), hexadecimal */
	uint64_t n_texts;
	uint64_t n_undecided;
	uint64_t n_released;
	exemption_set used;
	/* in step with the entries */
	bool has_text;
	struct review_text text; /* the next one not passed */
	void *value;		 /* of it, the JSON library's */
};

enum {
	REVIEW_E_WRONG = 1, /* the diagnostics say where and what */
};

/*
 * Read all of the draft in fd, and stand before its first text. What is
 * undecided is counted, not an error.
 *
 * Returns: 0, to be ended by review_close(); REVIEW_E_WRONG; fault.
 */
int review_open(struct review *review, int fd, struct diag_list *diags)
    MUST_USE NONNULL;

void review_close(struct review *review) NONNULL;

/*
 * The next text if it is about that label of that entry, else NULL: texts are
 * asked for in the order of the draft. Good until it is passed.
 */
const struct review_text *review_find(const struct review *review,
    uint64_t entry, struct str label) NONNULL;

/* Is the value that was read this one (JSON text)? */
bool review_is_of(const struct review *review, struct str value) NONNULL;

/* Go on to the text behind it. Returns: 0; REVIEW_E_WRONG; fault. */
int review_pass(struct review *review, struct diag_list *diags) MUST_USE
    NONNULL;

#endif
