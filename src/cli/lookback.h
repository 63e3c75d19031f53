/*
 * Lookback: what a published log of look-ups would have come to at this gate.
 *
 * Each row is turned into facts and put to the packs in force, by the same
 * judge that decides requests. A log does not say whether a case was open or
 * who was on it, so every row is judged more than once:
 *
 *	best	all that the log is silent on speaks for the officer
 *	crowded	as best, but each look-up was about another vehicle
 *	worst	nothing that the log is silent on is so
 *
 * Refused in the best case is refused for sure; permitted in the best case is
 * permitted if what is listed under `conditions` is confirmed. Nothing here
 * knows a rule: rules, sentences and remedies come from the packs.
 */
#ifndef STILE_CLI_LOOKBACK_H
#define STILE_CLI_LOOKBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/audit_log.h"
#include "cli/case_ref.h"
#include "cli/reason.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

/* What the judge is told; see gate/facts.h for the meaning of each. */
struct lookback_facts {
	const char *ground_kind; /* "investigation", "wanted", "none" */
	bool registered, open, same_agency, assigned;
	bool names_subjects, names_subject;
	bool requester_active, training_current, agreement_current;
	bool reason_given, is_self;
	const char *end_use;
	int64_t requester_day, ground_count, agency_day;
	int64_t now_us;
};

enum lookback_answer {
	LOOKBACK_DENY = 0,
	LOOKBACK_REFER,
	LOOKBACK_PERMIT,
};

/* A rule that spoke; texts live as long as the packs. */
struct lookback_rule {
	struct str pack, rule, says, remedy, cite;
};

#define LOOKBACK_RULES 16

struct lookback_opinion {
	enum lookback_answer answer;
	struct lookback_rule rules[LOOKBACK_RULES]; /* those that denied */
	size_t n_rules;
};

/* Puts facts to the packs. Returns: 0; fault. */
typedef int lookback_judge_fn(void *context, struct lookback_opinion *opinion,
    const struct lookback_facts *facts);

struct lookback_judge {
	lookback_judge_fn *judge;
	void *context;
};

enum lookback_verdict {
	LOOKBACK_REFUSED = 0, /* in the best case */
	LOOKBACK_REFERRED,    /* a person would have had to approve */
	LOOKBACK_CONFIRM,     /* permitted if what the log is silent on is so */
	LOOKBACK_PERMITTED,   /* even in the worst case */
	LOOKBACK_UNKNOWN,     /* the log withholds what would tell */
	LOOKBACK_N_VERDICTS,
};

enum lookback_ground {
	LOOKBACK_GROUND_NONE = 0,
	LOOKBACK_GROUND_CASE,
	LOOKBACK_GROUND_WANTED,
	LOOKBACK_GROUND_WITHHELD,
	LOOKBACK_N_GROUNDS,
};

/* One rule with the rows it spoke to. */
struct lookback_rule_count {
	struct lookback_rule rule;
	uint64_t n_rows;
	enum lookback_answer answer; /* DENY or REFER */
};

struct lookback_class {
	uint64_t n_rows;
	uint64_t n_with_case;
	uint64_t n_verdict[LOOKBACK_N_VERDICTS];
};

/* What a permit hangs on, and what becomes of it otherwise. */
struct lookback_condition {
	const char *text; /* "the case is open" */
	enum lookback_answer otherwise;
	struct lookback_rule rule; /* that would speak; rule.len 0: none */
	uint64_t n_rows;	   /* it concerns */
};

/* A text or value and how often it stood there. */
struct lookback_text {
	struct str text;
	uint64_t n_rows;
	enum reason_class class;
};

struct lookback_month {
	int year, month;
	uint64_t n_rows;
	uint64_t n_grounded;
};

#define LOOKBACK_CONDITIONS 16
#define LOOKBACK_TEXTS 12
#define LOOKBACK_VALUES 8
#define LOOKBACK_MONTHS 120
#define LOOKBACK_LEAST 5 /* a text is shown when so many rows have it */

struct lookback {
	const struct audit_log *log;
	struct str packs; /* "federal, house" */
	uint64_t n_rows;
	uint64_t n_verdict[LOOKBACK_N_VERDICTS];
	struct lookback_rule_count *rules; /* by rows, most first */
	size_t n_rules;
	struct lookback_class classes[REASON_N_CLASSES];
	uint64_t n_ground[LOOKBACK_N_GROUNDS];
	uint64_t n_form[CASE_REF_N_FORMS];
	uint64_t n_sureness[CASE_REF_SURE + 1];
	uint64_t n_case_none;	  /* case column: blank or None */
	uint64_t n_case_withheld; /* case column: taken out */
	uint64_t n_case_words;	  /* case column: no case number, but something */
	uint64_t n_case_differs;  /* another number in the reason */
	uint64_t n_class_differs; /* reason and offence name other things */
	uint64_t n_plate;	  /* reasons that hold a plate */
	uint64_t n_subjects;	  /* distinct vehicles; 0: not told */
	uint64_t n_name;	  /* reasons a name was taken out of */
	int64_t first_us, last_us; /* INT64_MIN: no times */
	struct lookback_month months[LOOKBACK_MONTHS];
	size_t n_months;
	uint64_t n_who;		   /* distinct officers */
	uint64_t n_who_masked;	   /* rows that name nobody */
	uint64_t most_by_one;	   /* look-ups of one officer in 24 hours */
	uint64_t median_by_one;	   /* look-ups of an officer in the whole log */
	int64_t median_breadth;	   /* cameras; -1: no column */
	int64_t most_breadth;
	struct lookback_text texts[LOOKBACK_TEXTS];
	size_t n_texts;
	struct lookback_text kinds[LOOKBACK_VALUES];
	size_t n_kinds;
	struct lookback_text moderations[LOOKBACK_VALUES];
	size_t n_moderations;
	struct lookback_condition conditions[LOOKBACK_CONDITIONS];
	size_t n_conditions;
};

enum {
	LOOKBACK_E_EMPTY = 1, /* the log has a header and no look-up */
	LOOKBACK_E_LIMIT,     /* more than LIMIT_LOOKBACK_ROWS */
};

/* Told now and then: rows, and bytes of the log, that are behind. */
typedef void lookback_progress_fn(void *context, uint64_t n_rows,
    uint64_t n_bytes);

/*
 * Read the log to its end and judge every row. rules: forms of case numbers;
 * its year is replaced by the year of each row. progress may be NULL. Memory:
 * about a hundred bytes for each row, whatever stands in it.
 *
 * Returns: 0, all in the arena; LOOKBACK_E_*; fault (of the judge, or ENOMEM).
 */
int lookback_run(struct lookback *lookback, struct arena *arena,
    struct audit_log *log, const struct lookback_judge *judge,
    const struct case_ref_rules *rules, lookback_progress_fn *progress,
    void *context) MUST_USE;

/* "refused": for programs; "Refused": for people, with what it means. */
const char *lookback_verdict_name(enum lookback_verdict verdict);
const char *lookback_verdict_title(enum lookback_verdict verdict);
const char *lookback_verdict_about(enum lookback_verdict verdict);

/* Rows that name a ground: a case number or a warrant. */
uint64_t lookback_grounded(const struct lookback *lookback) NONNULL;

#endif
