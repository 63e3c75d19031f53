/*
 * Packs: a signed set of Cedar policies, schema and tests of one authority.
 *
 * A pack is a folder:
 *   pack.conf            name, title, authority, version, as_of, review_by,
 *                        marks (code and text of each mark the rules name)
 *   policies.cedar       the rules, each with @id @cite @asof @verified and,
 *                        as they need, @says @remedy @needs @duty @mark
 *   schema.cedarschema   the vocabulary (the same in every pack)
 *   tests.json           cases that the pack must pass before it is in force
 *   pack.sig             signed note (C2SP signed-note) over the files' hashes
 *
 * The note's text is "stile.pack/v1\n" name "\n" version "\n" and a line
 * "<sha256> <file>\n" for each file, sorted. Its SHA-256 is the pack's hash,
 * which every decision carries (P11).
 */
#ifndef STILE_GATE_PACK_H
#define STILE_GATE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

struct cedar_policies;
struct vocabulary;

/* What a mark says in full: the text that stands on what leaves. */
struct pack_mark {
	struct str code; /* "FOUO": what @mark names */
	struct str text;
};

struct pack {
	struct arena arena; /* owns the texts below */
	const struct vocabulary *vocabulary; /* outlives the pack */
	struct str name;
	struct str title;
	struct str authority;
	uint64_t version;
	int32_t as_of;	   /* day */
	int32_t review_by; /* day; refused to load past it */
	char hash[65];	   /* lower-case hex, NUL */
	struct pack_mark *marks; /* `marks` of pack.conf */
	size_t n_marks;
	struct cedar_policies *policies;
};

enum {
	PACK_E_BAD = 1, /* refused; the diagnostics say where and why */
};

/*
 * Load a pack folder: parse, validate the policies against the schema, check
 * the annotations, review date and tests.
 *
 * vkey: verifier key of its authority (C2SP vkey text); empty loads without
 * asking for a signature (for `stile pack check` on work in progress only).
 * Returns: 0 and *out, to be freed by pack_free(); PACK_E_BAD; fault.
 */
int pack_load(struct pack **out, const struct vocabulary *vocabulary,
    const char *folder, struct str vkey, int64_t now_us,
    struct diag_list *diags) MUST_USE;

/*
 * As pack_load() without asking for a signature, for whoever writes the pack.
 * report: a line for each of its tests, "ok NAME" or "not ok NAME".
 */
int pack_try(struct pack **out, const struct vocabulary *vocabulary,
    const char *folder, int64_t now_us, FILE *report,
    struct diag_list *diags) MUST_USE NONNULL;

struct pack *pack_free(struct pack *pack);
void pack_freep(struct pack **pack);

/*
 * Sign a folder with an authority's signer key (C2SP skey text): writes
 * pack.sig. Returns: 0; PACK_E_BAD; fault.
 */
int pack_sign(const char *folder, struct str skey, struct diag_list *diags)
    MUST_USE;

/*
 * Run the pack's own tests.json. report: a line for each test; may be NULL.
 *
 * Returns: 0 all passed; PACK_E_BAD, with a message for each that did not.
 */
int pack_test(const struct pack *pack, struct str tests_json, FILE *report,
    struct diag_list *diags) MUST_USE;

/*
 * Read one file of a pack folder into the arena.
 *
 * Returns: 0; PACK_E_BAD with a message; fault.
 */
int pack_read(struct str *bytes, struct arena *arena, int folder,
    const char *name, struct diag_list *diags) MUST_USE;

/*
 * The authority that a folder's pack.conf names, believed by nobody yet.
 *
 * Returns: 0 and *authority in the arena; PACK_E_BAD with a message; fault.
 */
int pack_authority(struct str *authority, struct arena *arena,
    const char *folder, struct diag_list *diags) MUST_USE;

#endif
