/*
 * Sheets: the lines of a release, as docs/format/release.md has them.
 *
 *	{"stile":"release@v1",…}				the head
 *	{"entry":7,"open":[…],"withheld":[…],"leaf":{…}}	an entry shown
 *	{"entry":8,"hash":"…"}					one that is not
 *	{"end":9,…}						the end
 *	{"sign":"…"}						who signed
 *
 * Each has one spelling: members in this order, no white space, the writer's
 * escapes. The reader takes no other, so nothing can hide in a line.
 */
#ifndef STILE_RELEASE_SHEET_H
#define STILE_RELEASE_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "release/exemption.h"
#include "stile/digest.h"
#include "tlog/range.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* An exemption as the release itself explains it. */
struct sheet_exemption {
	struct str code;
	struct str title;
	struct str cite;
	struct str harm;
	struct str standing; /* "read", "memory" */
};

struct sheet_head {
	struct str holder;
	struct str origin; /* of the log */
	struct str title;
	struct str made; /* instant */
	uint64_t from;	 /* first entry */
	uint64_t to;	 /* first that is not in it */
	struct str profile; /* hexadecimal SHA-256 of release.conf */
	struct str review;  /* of the texts shown (signoff.h); empty: none is */
	struct str checkpoint; /* signed note */
	size_t n_left;
	struct digest left[TLOG_RANGE_LEFT];
	size_t n_exemptions;
	struct sheet_exemption exemptions[64];
};

/* A claim that is not shown. */
struct sheet_withheld {
	struct str label;
	struct str exemptions; /* "(b)(6),(b)(7)(C)" */
	struct str how;	 /* coarsening; empty: nothing is stated */
	struct str said; /* the holder's statement */
};

struct sheet_entry {
	uint64_t index;
	bool is_bare;
	struct digest hash; /* of the leaf, when bare */
	struct str leaf;    /* the entry's bytes */
	size_t n_open;
	struct str open[LIMIT_RELEASE_CLAIMS]; /* disclosures, in label order */
	size_t n_withheld;
	struct sheet_withheld withheld[LIMIT_RELEASE_CLAIMS]; /* in label order */
};

struct sheet_end {
	uint64_t to;
	uint64_t n_shown;
	uint64_t n_bare;
	size_t n_right;
	struct digest right[TLOG_RANGE_RIGHT];
};

enum {
	SHEET_E_FORMAT = 1, /* not such a line, or not spelt as it must be */
	SHEET_E_LIMIT,	    /* more or longer than allowed */
};

/* Append a line with its newline. */
void sheet_write_head(struct buf *line, const struct sheet_head *head) NONNULL;
void sheet_write_entry(struct buf *line, const struct sheet_entry *entry)
    NONNULL;
void sheet_write_end(struct buf *line, const struct sheet_end *end) NONNULL;
void sheet_write_sign(struct buf *line, struct str receipt) NONNULL;

/*
 * Read a line without its newline. Slices borrow from the line, texts that
 * have escapes are in the arena.
 *
 * at: on SHEET_E_* the byte where it went wrong. Returns: 0; SHEET_E_*; fault
 * ENOMEM.
 */
int sheet_read_head(struct sheet_head *head, size_t *at, struct arena *arena,
    struct str line) MUST_USE NONNULL;
int sheet_read_entry(struct sheet_entry *entry, size_t *at,
    struct arena *arena, struct str line) MUST_USE NONNULL;
int sheet_read_end(struct sheet_end *end, size_t *at, struct arena *arena,
    struct str line) MUST_USE NONNULL;
int sheet_read_sign(struct str *receipt, size_t *at, struct arena *arena,
    struct str line) MUST_USE NONNULL;

/* Which line is it? By its first bytes. */
enum sheet_kind {
	SHEET_OTHER = 0,
	SHEET_HEAD,
	SHEET_ENTRY,
	SHEET_END,
	SHEET_SIGN,
};
enum sheet_kind sheet_kind(struct str line);

#endif
