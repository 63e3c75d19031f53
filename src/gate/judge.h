/*
 * The judge: packs and facts in, a decision out. Pure; fetches nothing.
 *
 * Every pack must permit; any forbid of any pack denies; an evaluation error in
 * any policy denies (P3). A field that is denied now, and would be permitted if
 * approvals named by the forbids' @needs were present, is referred.
 */
#ifndef STILE_GATE_JUDGE_H
#define STILE_GATE_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "gate/facts.h"
#include "limits.h"
#include "source/record.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct cedar_query;
struct pack;
struct vocabulary;

enum verdict {
	VERDICT_DENY = 0, /* the safe value */
	VERDICT_REFER,	  /* denied now; permitted once needs are met */
	VERDICT_PERMIT,
};

/* One rule that spoke: texts are borrowed from its pack. */
struct ruling {
	struct str pack;   /* "house" */
	struct str rule;   /* "not-assigned": the policy's @id */
	struct str says;   /* sentence for people; may be empty */
	struct str remedy; /* what would make the request lawful */
	struct str cite;   /* statute or policy */
	struct str needs;  /* role whose approval lifts it; empty: none does */
	bool is_error;	   /* the policy could not be evaluated */
};

struct decided_field {
	enum record_field field;
	enum verdict verdict;
	uint16_t ruling; /* index into rulings of what denied; UINT16_MAX none */
};

struct decision {
	enum verdict verdict;	      /* of the whole request */
	struct decided_field *fields; /* as asked, in order */
	size_t n_fields;
	size_t n_permitted;
	struct ruling *rulings; /* distinct rules that denied, in order met */
	size_t n_rulings;
	struct str *needs; /* distinct roles that would have to approve */
	size_t n_needs;
	struct str *duties; /* distinct @duty of the permits that spoke */
	size_t n_duties;
	struct str *marks; /* distinct @mark of the permits that spoke */
	size_t n_marks;
	struct str *lawful_if; /* of a denial, by lawful.h: not the judge's */
	size_t n_lawful_if;
	struct cedar_query *query; /* what was asked, for judge_again() */
};

/* "deny", "refer", "permit". */
struct str judge_verdict_name(enum verdict verdict);

/*
 * Decide for the fields asked. packs: all that are in force; n_packs 0 denies.
 *
 * The whole is: deny when asking at all is denied or no field is permitted or
 * referred; refer when any field is referred; else permit.
 *
 * Returns: 0 and *decision, its arrays in the arena; fault (then deny).
 */
int judge(struct decision *decision, struct arena *arena,
    const struct vocabulary *vocabulary, struct pack *const *packs,
    size_t n_packs, const struct facts *facts, const enum record_field *fields,
    size_t n_fields) MUST_USE;

/*
 * What may still be seen of the fields of a decision that permitted, now that
 * the holder's flags are known. All other facts are those of before, and both
 * decisions live in the same arena; the packs are the same.
 *
 * Returns: as judge().
 */
int judge_again(struct decision *again, const struct decision *before,
    struct arena *arena, struct pack *const *packs, size_t n_packs,
    const struct str *flags, size_t n_flags) MUST_USE;

/*
 * Tell of a rule that denied. Returns: its place in rulings; UINT16_MAX when
 * there is no more room: it denies all the same.
 */
uint16_t judge_add_ruling(struct decision *decision, struct arena *arena,
    const struct ruling *ruling) NONNULL;

#endif
