/* What a log of look-ups would have come to; see lookback.h. */
#include "cli/lookback.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "cli/tally.h"
#include "limits.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/map.h"

#define NOBODY UINT32_MAX   /* masked, blank, or no column */
#define REASONS 65536	    /* distinct texts held; later ones are read anew */
#define REASON_BYTES 120    /* of one that is held */
#define OPINIONS 16384	    /* held; a power of two */
#define PROGRESS_ROWS 4096

/* What is kept of one row. */
struct row {
	int64_t when_us; /* INT64_MIN: no time */
	int32_t swap_days; /* to the date with day and month changed over */
	uint32_t who, subject, ref; /* numbers of tallies; NOBODY */
	uint32_t breadth;	    /* NOBODY: no number */
	uint32_t requester_day, agency_day, ground_count;
	uint8_t ground; /* enum lookback_ground */
	uint8_t class;	/* enum reason_class */
};

/* A row in an order of time. */
struct moment {
	int64_t when_us;
	uint32_t who;
	uint32_t row;
};

/* A distinct text of a column. */
struct distinct {
	struct str text;
	uint64_t n_rows;
	struct reason reason;
};

/* Facts as far as rows differ in them, and what the judge said to them. */
struct question {
	uint64_t end_use; /* its hash */
	char ground;	  /* the first letter of its kind */
	uint16_t bits;
	uint32_t requester_day, agency_day, ground_count;
};

struct opinion {
	struct question question;
	bool is_there;
	uint8_t answer; /* enum lookback_answer */
	uint8_t n_rules;
	uint8_t rules[LOOKBACK_RULES]; /* places in lookback->rules */
};

/* The few values of a column of kinds. */
struct values {
	struct distinct list[25];
	size_t n; /* more than 24: free text */
};

struct work {
	struct lookback *lookback;
	struct arena *arena;
	struct audit_log *log;
	const struct lookback_judge *judge;
	struct case_ref_rules rules;
	struct row *rows;
	size_t n_rows, n_room;
	size_t n_no_subject; /* rows that do not tell which vehicle */
	struct moment *moments;
	struct opinion *opinions;
	struct map reasons;
	struct tally who, subjects, cases, pairs;
	struct values kinds, moderations;
};

static const struct {
	const char *name;
	const char *title;
	const char *about;
} verdicts[LOOKBACK_N_VERDICTS] = {
	[LOOKBACK_REFUSED] = { "refused", "Refused",
	    "whatever is true of what the log does not say" },
	[LOOKBACK_REFERRED] = { "referred", "Referred",
	    "a supervisor would have had to approve" },
	[LOOKBACK_CONFIRM] = { "permitted-if-confirmed",
	    "Permitted if confirmed",
	    "names a ground; the rest is listed below" },
	[LOOKBACK_PERMITTED] = { "permitted", "Permitted",
	    "on what the log says alone" },
	[LOOKBACK_UNKNOWN] = { "unknown", "Not to be known",
	    "the log withholds what would tell" },
};

const char *
lookback_verdict_name(enum lookback_verdict verdict)
{
	return verdicts[verdict].name;
}

const char *
lookback_verdict_title(enum lookback_verdict verdict)
{
	return verdicts[verdict].title;
}

const char *
lookback_verdict_about(enum lookback_verdict verdict)
{
	return verdicts[verdict].about;
}

uint64_t
lookback_grounded(const struct lookback *lookback)
{
	return lookback->n_ground[LOOKBACK_GROUND_CASE] +
	    lookback->n_ground[LOOKBACK_GROUND_WANTED];
}

static bool
has_column(const struct work *work, enum audit_map_column column)
{
	return work->log->names[column].p != NULL;
}

/* A reason as the tally has it: one blank between words, small letters. */
static struct str
plain_reason(char plain[static REASON_BYTES], struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool is_blank = isspace(c) || c == '+';

		if (is_blank && (n == 0 || plain[n - 1] == ' '))
			continue;
		if (n == REASON_BYTES)
			return (struct str){ 0 };
		plain[n++] = is_blank ? ' ' : (char)tolower(c);
	}
	/* "UUV." is "uuv"; but "***" is not nothing. */
	for (size_t end = n; end > 0; end--) {
		if (strchr(" .,*", plain[end - 1]) == NULL)
			return (struct str){ plain, end };
	}
	return (struct str){ plain, n };
}

/* Hold a text that may come again. */
static int
hold_reason(struct work *work, struct str plain, const struct reason *reason)
{
	struct distinct *one = ARENA_NEW(work->arena, struct distinct);

	if (one == NULL)
		return FAULT(ENOMEM);
	*one = (struct distinct){ arena_str(work->arena, plain), 1, *reason };
	if (one->text.p == NULL)
		return FAULT(ENOMEM);
	return TRACE(map_put(&work->reasons, one->text, one));
}

static int
classify(struct work *work, struct reason *reason, struct str text)
{
	char bytes[REASON_BYTES];
	struct str plain = plain_reason(bytes, text);
	struct distinct *one = plain.p != NULL
	    ? map_find(&work->reasons, plain)
	    : NULL;

	if (one != NULL) {
		one->n_rows++;
		*reason = one->reason;
		return 0;
	}
	reason_classify(reason, text);
	if (plain.p == NULL || work->reasons.n_items == REASONS)
		return 0;
	return TRACE(hold_reason(work, plain, reason));
}

/* The reason, and what the offence column adds to it. */
static int
read_reason(struct work *work, struct reason *reason,
    const struct audit_log_row *cells)
{
	struct str offence = cells->cells[AUDIT_MAP_OFFENCE];
	struct reason other;
	int r = classify(work, reason, cells->cells[AUDIT_MAP_REASON]);

	if (r < 0)
		return TRACE(r);
	work->lookback->n_name += reason->has_name;
	if (!has_column(work, AUDIT_MAP_REASON))
		reason->class = REASON_WITHHELD;
	if (!has_column(work, AUDIT_MAP_OFFENCE) || case_ref_is_none(offence) ||
	    case_ref_is_withheld(offence))
		return 0;
	reason_classify(&other, offence);
	if (other.class == REASON_OTHER)
		other.class = REASON_OFFENCE; /* picked from a list of them */
	work->lookback->n_class_differs += reason->class >= REASON_TRAFFIC &&
	    reason->class != REASON_WITHHELD && reason->class != other.class;
	if (other.class > reason->class || reason->class == REASON_WITHHELD)
		reason->class = other.class;
	return 0;
}

static bool
is_same_ref(const struct case_ref *a, const struct case_ref *b)
{
	return a->text.len == b->text.len &&
	    strncasecmp(a->text.p, b->text.p, a->text.len) == 0;
}

/* The case column first, then the reason; and what is odd about the two. */
static void
read_case(struct work *work, struct case_ref *ref, struct reason *reason,
    const struct audit_log_row *cells)
{
	struct str cell = cells->cells[AUDIT_MAP_CASE];
	struct lookback *lookback = work->lookback;
	struct case_ref in_reason;

	case_ref_find(&in_reason, cells->cells[AUDIT_MAP_REASON],
	    &work->rules);
	lookback->n_plate += reason->has_plate &&
	    in_reason.form != CASE_REF_FORM_PREFIX;
	if (in_reason.sureness != CASE_REF_NONE &&
	    (reason->class == REASON_KEYS || reason->class == REASON_PLATE))
		reason->class = REASON_NUMBER;
	case_ref_column(ref, cell, &work->rules);
	if (!has_column(work, AUDIT_MAP_CASE)) {
		*ref = in_reason;
		return;
	}
	if (case_ref_is_withheld(cell))
		lookback->n_case_withheld++;
	else if (case_ref_is_none(cell))
		lookback->n_case_none++;
	else if (ref->sureness == CASE_REF_NONE)
		lookback->n_case_words++;
	if (ref->sureness != CASE_REF_NONE &&
	    in_reason.sureness >= CASE_REF_LIKELY &&
	    !is_same_ref(ref, &in_reason))
		lookback->n_case_differs++;
	if (ref->sureness == CASE_REF_NONE)
		*ref = in_reason;
}

static enum lookback_ground
tell_ground(const struct work *work, const struct case_ref *ref,
    const struct reason *reason, const struct audit_log_row *cells)
{
	if (ref->sureness != CASE_REF_NONE)
		return LOOKBACK_GROUND_CASE;
	if (reason->class == REASON_WANTED)
		return LOOKBACK_GROUND_WANTED;
	if (case_ref_is_withheld(cells->cells[AUDIT_MAP_CASE]) ||
	    case_ref_is_withheld(cells->cells[AUDIT_MAP_REASON]) ||
	    reason->class == REASON_WITHHELD)
		return LOOKBACK_GROUND_WITHHELD;
	if (!has_column(work, AUDIT_MAP_CASE) &&
	    !has_column(work, AUDIT_MAP_REASON))
		return LOOKBACK_GROUND_WITHHELD;
	return LOOKBACK_GROUND_NONE;
}

/* The number of what a column names; NOBODY when it is blank or masked. */
static int
number_of(uint32_t *number, struct tally *tally, struct str text)
{
	*number = NOBODY;
	if (case_ref_is_none(text) || case_ref_is_withheld(text))
		return 0;
	return TRACE(tally_add(tally, number, text));
}

static int
year_of(int64_t us, int fallback)
{
	int year = fallback;
	int month;
	int day;

	if (us != INT64_MIN)
		instant_civil(instant_day(us), &year, &month, &day);
	return year;
}

/* Count a value of a column that has few of them. */
static int
count_value(struct work *work, struct values *values, struct str text)
{
	size_t i = 0;

	if (text.len == 0)
		text = STR("(blank)");
	if (values->n == ARRAY_LEN(values->list))
		return 0; /* free text is not a kind of anything */
	while (i < values->n && !str_is_equal(values->list[i].text, text))
		i++;
	if (i == values->n) {
		values->list[i].text = arena_str(work->arena, text);
		if (values->list[i].text.p == NULL)
			return FAULT(ENOMEM);
		values->n++;
	}
	values->list[i].n_rows++;
	return 0;
}

/* Room for one more row; the array doubles. */
static int
add_row(struct work *work, struct row **row)
{
	if (work->n_rows == work->n_room) {
		size_t n = work->n_room > 0 ? 2 * work->n_room : 4096;
		struct row *rows = reallocarray(work->rows, n, sizeof(*rows));

		if (rows == NULL)
			return FAULT(ENOMEM);
		work->rows = rows;
		work->n_room = n;
	}
	*row = &work->rows[work->n_rows++];
	**row = (struct row){ .requester_day = 1,
		.agency_day = 1,
		.ground_count = 1 };
	return 0;
}

/* The numbers of a row: who, which vehicle, how wide. */
static int
read_numbers(struct work *work, struct row *row,
    const struct audit_log_row *cells)
{
	uint64_t breadth;
	int r = number_of(&row->who, &work->who, cells->cells[AUDIT_MAP_WHO]);

	if (r == 0)
		r = number_of(&row->subject, &work->subjects,
		    cells->cells[AUDIT_MAP_SUBJECT]);
	if (r == 0 && has_column(work, AUDIT_MAP_KIND))
		r = count_value(work, &work->kinds,
		    cells->cells[AUDIT_MAP_KIND]);
	if (r == 0 && has_column(work, AUDIT_MAP_MODERATION))
		r = count_value(work, &work->moderations,
		    cells->cells[AUDIT_MAP_MODERATION]);
	if (r < 0)
		return TRACE(r);
	work->n_no_subject += row->subject == NOBODY;
	work->lookback->n_who_masked += row->who == NOBODY &&
	    has_column(work, AUDIT_MAP_WHO);
	row->breadth = str_to_u64(&breadth, cells->cells[AUDIT_MAP_BREADTH]) &&
		breadth <= INT32_MAX
	    ? (uint32_t)breadth
	    : NOBODY;
	return 0;
}

static int
read_row(struct work *work, const struct audit_log_row *cells)
{
	struct lookback *lookback = work->lookback;
	struct case_ref ref = { 0 };
	struct reason reason;
	struct row *row = NULL;
	int r = add_row(work, &row);

	if (r == 0)
		r = read_reason(work, &reason, cells);
	if (r == 0)
		r = read_numbers(work, row, cells);
	if (r < 0)
		return TRACE(r);
	row->when_us = cells->when_us;
	if (cells->when_us != INT64_MIN)
		row->swap_days = (int32_t)((cells->swap_us - cells->when_us) /
		    INSTANT_DAY);
	work->rules.year = year_of(cells->when_us, work->rules.year);
	read_case(work, &ref, &reason, cells);
	row->class = (uint8_t)reason.class;
	row->ground = (uint8_t)tell_ground(work, &ref, &reason, cells);
	row->ref = NOBODY;
	if (row->ground == LOOKBACK_GROUND_CASE)
		r = tally_add(&work->cases, &row->ref, ref.text);
	lookback->n_ground[row->ground]++;
	lookback->n_sureness[ref.sureness]++;
	lookback->n_form[ref.form]++;
	return TRACE(r);
}

/* All rows of the log. Returns: 0; LOOKBACK_E_*; fault. */
static int
read_rows(struct work *work, lookback_progress_fn *progress, void *context)
{
	struct audit_log_row cells;
	int r;

	while ((r = audit_log_next(work->log, &cells)) == 0) {
		if (work->n_rows == LIMIT_LOOKBACK_ROWS)
			return LOOKBACK_E_LIMIT;
		r = read_row(work, &cells);
		if (r < 0)
			return TRACE(r);
		if (progress != NULL && work->n_rows % PROGRESS_ROWS == 0)
			progress(context, work->n_rows,
			    audit_log_done(work->log));
	}
	if (r < 0)
		return TRACE(r);
	work->lookback->n_rows = work->n_rows;
	return work->n_rows > 0 ? 0 : LOOKBACK_E_EMPTY;
}

/* Now that the order of day and month is known. */
static void
settle_times(struct work *work)
{
	struct lookback *lookback = work->lookback;

	for (size_t i = 0; i < work->n_rows; i++) {
		struct row *row = &work->rows[i];

		if (row->when_us == INT64_MIN)
			continue;
		if (work->log->is_day_first)
			row->when_us += row->swap_days * INSTANT_DAY;
		if (lookback->first_us == INT64_MIN ||
		    row->when_us < lookback->first_us)
			lookback->first_us = row->when_us;
		lookback->last_us = MAX(lookback->last_us, row->when_us);
	}
}

static int
by_time(const void *a, const void *b)
{
	const struct moment *x = a;
	const struct moment *y = b;

	if (x->when_us != y->when_us)
		return x->when_us < y->when_us ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int
by_person(const void *a, const void *b)
{
	const struct moment *x = a;
	const struct moment *y = b;

	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return by_time(a, b);
}

/* Put the moments in order; rows without a time come first. */
static void
sort(struct work *work, bool is_by_person)
{
	for (size_t i = 0; i < work->n_rows; i++)
		work->moments[i] = (struct moment){ work->rows[i].when_us,
			work->rows[i].who, (uint32_t)i };
	qsort(work->moments, work->n_rows, sizeof(*work->moments),
	    is_by_person ? by_person : by_time);
}

/* The last 24 hours while rows go by: how many distinct vehicles? */
struct window {
	uint32_t *n_of; /* rows in the window of each vehicle */
	size_t from;	/* the oldest in it */
	uint32_t n;	/* distinct; a vehicle that is not told is another one */
};

static void
enter(struct window *window, const struct row *row)
{
	window->n += row->subject == NOBODY ||
	    window->n_of[row->subject]++ == 0;
}

/* The oldest goes; one without a time was never in it. */
static void
leave(const struct work *work, struct window *window)
{
	const struct row *row =
	    &work->rows[work->moments[window->from++].row];

	if (row->when_us != INT64_MIN)
		window->n -= row->subject == NOBODY ||
		    --window->n_of[row->subject] == 0;
}

/* Is the oldest of the window out of it when the moment comes? */
static bool
is_over(const struct work *work, const struct window *window,
    const struct moment *now, bool is_by_person)
{
	const struct moment *oldest = &work->moments[window->from];

	return oldest < now && (oldest->when_us == INT64_MIN ||
		(is_by_person && oldest->who != now->who) ||
		now->when_us - oldest->when_us >= INSTANT_DAY);
}

/* Of the last 24 hours, and of one person when asked. */
static void
count_windows(struct work *work, uint32_t *n_of, bool is_by_person)
{
	struct window window = { .n_of = n_of };
	uint64_t most = 0;

	sort(work, is_by_person);
	for (size_t i = 0; i < work->n_rows; i++) {
		const struct moment *now = &work->moments[i];
		struct row *row = &work->rows[now->row];

		if (now->when_us == INT64_MIN)
			continue;
		while (is_over(work, &window, now, is_by_person))
			leave(work, &window);
		enter(&window, row);
		if (!is_by_person) {
			row->agency_day = MIN(window.n, LIMIT_WEIGH_COUNT);
		} else if (row->who != NOBODY) {
			row->requester_day = MIN(window.n, LIMIT_WEIGH_COUNT);
			most = MAX(most, i - window.from + 1);
		}
	}
	while (window.from < work->n_rows)
		leave(work, &window);
	if (is_by_person)
		work->lookback->most_by_one = most;
}

static int
count_all_windows(struct work *work)
{
	uint32_t *n_of = calloc(work->subjects.n_items + 1, sizeof(*n_of));

	if (n_of == NULL)
		return FAULT(ENOMEM);
	count_windows(work, n_of, true);
	count_windows(work, n_of, false);
	/* Of several agencies in one log nobody knows how much each did. */
	for (size_t i = 0; i < work->n_rows &&
	     has_column(work, AUDIT_MAP_AGENCY); i++)
		work->rows[i].agency_day = 1;
	free(n_of);
	return 0;
}

/* Rows stand in order of time: the how-manyth vehicle of its case is each? */
static int
count_grounds(struct work *work)
{
	uint32_t *n_of = calloc(work->cases.n_items + 1, sizeof(*n_of));
	int r = n_of != NULL ? 0 : FAULT(ENOMEM);

	for (size_t i = 0; i < work->n_rows && r == 0; i++) {
		struct row *row = &work->rows[work->moments[i].row];
		uint32_t pair[2] = { row->ref, row->subject };
		uint32_t n_before = work->pairs.n_items;
		uint32_t number;

		if (row->ground != LOOKBACK_GROUND_CASE)
			continue;
		if (row->subject != NOBODY)
			r = tally_add(&work->pairs, &number,
			    (struct str){ (const char *)pair, sizeof(pair) });
		if (row->subject == NOBODY || work->pairs.n_items > n_before)
			n_of[row->ref]++;
		row->ground_count = MIN(n_of[row->ref], LIMIT_WEIGH_COUNT);
	}
	free(n_of);
	return TRACE(r);
}

/* The facts of a row when all that is not said speaks for the officer. */
static struct lookback_facts
best_facts(const struct work *work, const struct row *row)
{
	enum lookback_ground ground = row->ground == LOOKBACK_GROUND_WITHHELD
	    ? LOOKBACK_GROUND_CASE
	    : (enum lookback_ground)row->ground;
	bool is_grounded = ground != LOOKBACK_GROUND_NONE;
	bool is_wanted = ground == LOOKBACK_GROUND_WANTED;

	return (struct lookback_facts){
		.ground_kind = is_wanted ? "wanted"
		    : is_grounded	 ? "investigation"
					 : "none",
		.registered = is_grounded,
		.open = is_grounded,
		.same_agency = is_grounded,
		.assigned = is_grounded && !is_wanted,
		.names_subjects = is_wanted,
		.names_subject = is_wanted,
		.requester_active = true,
		.training_current = true,
		.agreement_current = true,
		.reason_given = row->class != REASON_BLANK,
		.end_use = reason_end_use((enum reason_class)row->class),
		.requester_day = 1,
		.ground_count = 1,
		.agency_day = 1,
		.now_us = work->lookback->last_us,
	};
}

static void
crowd(struct lookback_facts *facts, const struct row *row)
{
	facts->requester_day = row->requester_day;
	facts->agency_day = row->agency_day;
	facts->ground_count = row->ground_count;
}

static struct lookback_facts
worst_facts(const struct work *work, const struct row *row)
{
	struct lookback_facts facts = best_facts(work, row);

	facts.registered = facts.open = facts.same_agency = false;
	facts.assigned = facts.names_subject = false;
	facts.names_subjects = true;
	facts.requester_active = facts.training_current = false;
	facts.agreement_current = false;
	facts.is_self = true;
	if (row->ground == LOOKBACK_GROUND_WITHHELD)
		facts.ground_kind = "none";
	return facts;
}

static bool
is_same_rule(const struct lookback_rule *a, const struct lookback_rule *b)
{
	return str_is_equal(a->pack, b->pack) && str_is_equal(a->rule, b->rule);
}

/* The place of a rule in the table; LIMIT_LOOKBACK_RULES: it is full. */
static size_t
place_of(struct lookback *lookback, const struct lookback_rule *rule)
{
	size_t at = 0;

	while (at < lookback->n_rules &&
	    !is_same_rule(&lookback->rules[at].rule, rule))
		at++;
	if (at == lookback->n_rules && at < LIMIT_LOOKBACK_RULES)
		lookback->rules[lookback->n_rules++] =
		    (struct lookback_rule_count){ .rule = *rule };
	return at;
}

static struct question
question_of(const struct lookback_facts *f)
{
	const bool bits[] = { f->registered, f->open, f->same_agency,
		f->assigned, f->names_subjects, f->names_subject,
		f->requester_active, f->training_current, f->agreement_current,
		f->reason_given, f->is_self };
	struct question question = { .ground = f->ground_kind[0],
		.end_use = map_hash(0, str_of(f->end_use)),
		.requester_day = (uint32_t)f->requester_day,
		.agency_day = (uint32_t)f->agency_day,
		.ground_count = (uint32_t)f->ground_count };

	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		question.bits |= (uint16_t)(bits[i] << i);
	return question;
}

static bool
is_same_question(const struct question *a, const struct question *b)
{
	return a->ground == b->ground && a->bits == b->bits &&
	    a->end_use == b->end_use && a->requester_day == b->requester_day &&
	    a->agency_day == b->agency_day &&
	    a->ground_count == b->ground_count;
}

/* Where the opinion on a question is held. */
static struct opinion *
place_for(struct work *work, const struct question *q)
{
	uint64_t key[3] = { q->end_use ^ q->bits ^ (uint64_t)q->ground << 32,
		(uint64_t)q->requester_day << 32 | q->agency_day,
		q->ground_count };
	uint64_t hash = map_hash(0, (struct str){ (const char *)key,
					sizeof(key) });

	return &work->opinions[hash % OPINIONS];
}

/* The judge's opinion, asked once for the same facts while it is held. */
static int
ask(struct work *work, struct opinion *out, const struct lookback_facts *facts)
{
	struct question question = question_of(facts);
	struct opinion *held = place_for(work, &question);
	struct lookback_opinion said;
	int r;

	if (!held->is_there || !is_same_question(&held->question, &question)) {
		r = work->judge->judge(work->judge->context, &said, facts);
		if (r < 0)
			return TRACE(r);
		*held = (struct opinion){ .question = question,
			.is_there = true,
			.answer = (uint8_t)said.answer,
			.n_rules = (uint8_t)said.n_rules };
		for (size_t i = 0; i < said.n_rules; i++)
			held->rules[i] = (uint8_t)place_of(work->lookback,
			    &said.rules[i]);
	}
	*out = *held;
	return 0;
}

/* Book a row under every rule that denied it. */
static void
book(struct lookback *lookback, const struct opinion *opinion)
{
	for (size_t i = 0; i < opinion->n_rules; i++) {
		struct lookback_rule_count *count;

		if (opinion->rules[i] == LIMIT_LOOKBACK_RULES)
			continue;
		count = &lookback->rules[opinion->rules[i]];
		if (count->n_rows++ == 0)
			count->answer = (enum lookback_answer)opinion->answer;
	}
}

/* Would it be permitted though nothing that is not said were so? */
static int
ask_worst(struct work *work, bool *is_permit, const struct row *row)
{
	struct lookback_facts facts = worst_facts(work, row);
	struct opinion opinion;
	int r = ask(work, &opinion, &facts);

	if (r == 0 && opinion.answer == LOOKBACK_PERMIT) {
		crowd(&facts, row);
		r = ask(work, &opinion, &facts);
	}
	*is_permit = r == 0 && opinion.answer == LOOKBACK_PERMIT;
	return TRACE(r);
}

/* What a row comes to, and the opinion that says why. */
static int
tell_verdict(struct work *work, enum lookback_verdict *verdict,
    struct opinion *why, const struct row *row)
{
	struct lookback_facts facts = best_facts(work, row);
	struct opinion crowded = { 0 };
	bool is_permit = false;
	int r = ask(work, why, &facts);

	*verdict = why->answer == LOOKBACK_DENY ? LOOKBACK_REFUSED
						: LOOKBACK_UNKNOWN;
	if (r < 0 || why->answer == LOOKBACK_DENY ||
	    row->ground == LOOKBACK_GROUND_WITHHELD)
		return TRACE(r);
	r = ask_worst(work, &is_permit, row);
	crowd(&facts, row);
	if (r == 0)
		r = ask(work, &crowded, &facts);
	if (r < 0)
		return TRACE(r);
	*verdict = is_permit ? LOOKBACK_PERMITTED : LOOKBACK_CONFIRM;
	if (crowded.answer != LOOKBACK_PERMIT)
		*why = crowded;
	if (!is_permit && why->answer != LOOKBACK_PERMIT)
		*verdict = why->answer == LOOKBACK_DENY &&
			work->n_no_subject == 0
		    ? LOOKBACK_REFUSED
		    : LOOKBACK_REFERRED;
	return 0;
}

static int
judge_row(struct work *work, const struct row *row)
{
	struct lookback *lookback = work->lookback;
	struct lookback_class *class = &lookback->classes[row->class];
	enum lookback_verdict verdict;
	struct opinion why = { 0 };
	int r = tell_verdict(work, &verdict, &why, row);

	if (r < 0)
		return TRACE(r);
	if (verdict == LOOKBACK_REFUSED || verdict == LOOKBACK_REFERRED)
		book(lookback, &why);
	lookback->n_verdict[verdict]++;
	class->n_rows++;
	class->n_verdict[verdict]++;
	class->n_with_case += row->ground == LOOKBACK_GROUND_CASE;
	return 0;
}

/* What a permit hangs on: one fact after the other turned round. */
enum turned {
	TURN_REGISTERED,
	TURN_OPEN,
	TURN_ASSIGNED,
	TURN_SUBJECT,
	TURN_TRAINING,
	TURN_AGREEMENT,
	TURN_ACTIVE,
	TURN_SELF,
};

static const struct {
	enum lookback_ground ground; /* NONE: of both */
	enum turned what;
	const char *text;
} turns[] = {
	{ LOOKBACK_GROUND_CASE, TURN_REGISTERED,
	    "the case exists and its agency registered it" },
	{ LOOKBACK_GROUND_CASE, TURN_OPEN, "the case was open at the time" },
	{ LOOKBACK_GROUND_CASE, TURN_ASSIGNED, "the officer was assigned to it" },
	{ LOOKBACK_GROUND_CASE, TURN_SUBJECT,
	    "the vehicle is among those the case names, if it names any" },
	{ LOOKBACK_GROUND_WANTED, TURN_REGISTERED,
	    "there was a warrant and its agency registered it" },
	{ LOOKBACK_GROUND_WANTED, TURN_OPEN, "the warrant was active" },
	{ LOOKBACK_GROUND_WANTED, TURN_SUBJECT,
	    "the warrant was for exactly this person or vehicle" },
	{ LOOKBACK_GROUND_NONE, TURN_SELF,
	    "the officer did not look up themselves" },
	{ LOOKBACK_GROUND_NONE, TURN_TRAINING,
	    "training and rules of behaviour were in date" },
	{ LOOKBACK_GROUND_NONE, TURN_AGREEMENT,
	    "the agency's agreement was in force" },
	{ LOOKBACK_GROUND_NONE, TURN_ACTIVE,
	    "the officer's access was not suspended" },
};

static void
turn(struct lookback_facts *facts, enum turned what)
{
	switch (what) {
	case TURN_REGISTERED:
		facts->registered = facts->open = facts->same_agency = false;
		facts->assigned = facts->names_subject = false;
		break;
	case TURN_OPEN:
		facts->open = false;
		break;
	case TURN_ASSIGNED:
		facts->assigned = false;
		break;
	case TURN_SUBJECT:
		facts->names_subjects = true;
		facts->names_subject = false;
		break;
	case TURN_TRAINING:
		facts->training_current = false;
		break;
	case TURN_AGREEMENT:
		facts->agreement_current = false;
		break;
	case TURN_ACTIVE:
		facts->requester_active = false;
		break;
	case TURN_SELF:
		facts->is_self = true;
		break;
	}
}

static int
tell_conditions(struct work *work)
{
	struct lookback *lookback = work->lookback;
	struct opinion opinion;

	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		enum lookback_ground ground = turns[i].ground;
		uint64_t n = ground != LOOKBACK_GROUND_NONE
		    ? lookback->n_ground[ground]
		    : lookback_grounded(lookback);
		struct row row = { .class = REASON_OFFENCE,
			.ground = ground != LOOKBACK_GROUND_NONE
			    ? (uint8_t)ground
			    : LOOKBACK_GROUND_CASE };
		struct lookback_facts facts = best_facts(work, &row);
		struct lookback_condition *condition =
		    &lookback->conditions[lookback->n_conditions];
		int r;

		if (n == 0)
			continue;
		turn(&facts, turns[i].what);
		r = ask(work, &opinion, &facts);
		if (r < 0)
			return TRACE(r);
		if (opinion.answer == LOOKBACK_PERMIT)
			continue; /* no pack minds */
		*condition = (struct lookback_condition){
			.text = turns[i].text,
			.otherwise = (enum lookback_answer)opinion.answer,
			.n_rows = n,
		};
		if (opinion.n_rules > 0 &&
		    opinion.rules[0] < LIMIT_LOOKBACK_RULES)
			condition->rule =
			    lookback->rules[opinion.rules[0]].rule;
		lookback->n_conditions++;
	}
	return 0;
}

static int
by_count(const void *a, const void *b)
{
	const struct lookback_rule_count *x = a;
	const struct lookback_rule_count *y = b;

	if (x->n_rows != y->n_rows)
		return x->n_rows > y->n_rows ? -1 : 1;
	return str_compare(x->rule.rule, y->rule.rule);
}

/* Put a text into a list of the most frequent, in order. */
static void
rank(struct lookback_text *list, size_t *n, size_t max,
    const struct lookback_text *one)
{
	size_t at = *n;

	while (at > 0 &&
	    (list[at - 1].n_rows < one->n_rows ||
		(list[at - 1].n_rows == one->n_rows &&
		    str_compare(list[at - 1].text, one->text) > 0)))
		at--;
	if (at >= max)
		return;
	if (*n < max)
		++*n;
	memmove(list + at + 1, list + at, (*n - at - 1) * sizeof(*list));
	list[at] = *one;
}

/* Frequent reasons; none that could name a person, a plate or a case. */
static void
rank_reasons(struct work *work)
{
	struct lookback *lookback = work->lookback;

	for (size_t i = 0; i < work->reasons.n_slots; i++) {
		const struct distinct *one = work->reasons.slots[i].value;

		if (one == NULL || one->n_rows < LOOKBACK_LEAST ||
		    one->text.len > 60 || !one->reason.is_common)
			continue;
		rank(lookback->texts, &lookback->n_texts, LOOKBACK_TEXTS,
		    &(struct lookback_text){ one->text, one->n_rows,
			one->reason.class });
	}
}

static void
rank_values(struct lookback_text *list, size_t *n, const struct values *values)
{
	for (size_t i = 0; i < values->n &&
	     values->n < ARRAY_LEN(values->list); i++)
		rank(list, n, LOOKBACK_VALUES,
		    &(struct lookback_text){ values->list[i].text,
			values->list[i].n_rows, REASON_OTHER });
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Median and largest of the numbers in a column. */
static int
measure_breadth(struct work *work)
{
	uint32_t *numbers = calloc(work->n_rows, sizeof(*numbers));
	size_t n = 0;

	work->lookback->median_breadth = -1;
	if (numbers == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < work->n_rows; i++) {
		if (work->rows[i].breadth != NOBODY)
			numbers[n++] = work->rows[i].breadth;
	}
	qsort(numbers, n, sizeof(*numbers), by_number);
	if (n > 0) {
		work->lookback->median_breadth = numbers[n / 2];
		work->lookback->most_breadth = numbers[n - 1];
	}
	free(numbers);
	return 0;
}

/* The tally's counts are put in order: nobody asks for a number any more. */
static void
measure_people(struct work *work)
{
	struct tally *who = &work->who;

	work->lookback->n_who = who->n_items;
	work->lookback->n_subjects = work->subjects.n_items;
	if (who->n_items == 0)
		return;
	qsort(who->counts, who->n_items, sizeof(*who->counts), by_number);
	work->lookback->median_by_one = who->counts[who->n_items / 2];
}

/* The moments stand in order of time. */
static void
count_months(struct work *work)
{
	struct lookback *lookback = work->lookback;
	struct lookback_month *month = NULL;

	for (size_t i = 0; i < work->n_rows; i++) {
		const struct row *row = &work->rows[work->moments[i].row];
		int year, number, day;

		if (row->when_us == INT64_MIN)
			continue;
		instant_civil(instant_day(row->when_us), &year, &number, &day);
		if (month == NULL || month->year != year ||
		    month->month != number) {
			if (lookback->n_months == LOOKBACK_MONTHS)
				return;
			month = &lookback->months[lookback->n_months++];
			month->year = year;
			month->month = number;
		}
		month->n_rows++;
		month->n_grounded += row->ground == LOOKBACK_GROUND_CASE ||
		    row->ground == LOOKBACK_GROUND_WANTED;
	}
}

static int
prepare(struct work *work)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return FAULT(errno);
	map_init(&work->reasons, work->arena, seed);
	tally_init(&work->who, seed);
	tally_init(&work->subjects, seed);
	tally_init(&work->cases, seed);
	tally_init(&work->pairs, seed);
	work->lookback->rules = ARENA_ARRAY(work->arena, LIMIT_LOOKBACK_RULES,
	    struct lookback_rule_count);
	work->opinions = calloc(OPINIONS, sizeof(*work->opinions));
	return work->lookback->rules != NULL && work->opinions != NULL
	    ? 0
	    : FAULT(ENOMEM);
}

static void
finish(struct work *work)
{
	tally_fini(&work->who);
	tally_fini(&work->subjects);
	tally_fini(&work->cases);
	tally_fini(&work->pairs);
	free(work->rows);
	free(work->moments);
	free(work->opinions);
}

/* Rules that only a condition names spoke to no row. */
static void
drop_unused_rules(struct lookback *lookback)
{
	size_t n = 0;

	for (size_t i = 0; i < lookback->n_rules; i++) {
		if (lookback->rules[i].n_rows > 0)
			lookback->rules[n++] = lookback->rules[i];
	}
	lookback->n_rules = n;
	qsort(lookback->rules, n, sizeof(*lookback->rules), by_count);
}

/* Everything that is counted when all rows are there. */
static int
count(struct work *work)
{
	int r;

	work->moments = calloc(work->n_rows, sizeof(*work->moments));
	if (work->moments == NULL)
		return FAULT(ENOMEM);
	settle_times(work);
	r = count_all_windows(work);
	if (r < 0)
		return TRACE(r);
	count_months(work);
	return TRACE(count_grounds(work));
}

static int
measure(struct work *work)
{
	struct lookback *lookback = work->lookback;

	measure_people(work);
	rank_values(lookback->kinds, &lookback->n_kinds, &work->kinds);
	rank_values(lookback->moderations, &lookback->n_moderations,
	    &work->moderations);
	rank_reasons(work);
	drop_unused_rules(lookback);
	return TRACE(measure_breadth(work));
}

int
lookback_run(struct lookback *lookback, struct arena *arena,
    struct audit_log *log, const struct lookback_judge *judge,
    const struct case_ref_rules *rules, lookback_progress_fn *progress,
    void *context)
{
	struct work work = { .lookback = lookback,
		.arena = arena,
		.log = log,
		.judge = judge,
		.rules = *rules };
	int r;

	*lookback = (struct lookback){ .log = log,
		.first_us = INT64_MIN,
		.last_us = INT64_MIN };
	r = prepare(&work);
	if (r == 0)
		r = read_rows(&work, progress, context);
	if (r == 0)
		r = count(&work);
	for (size_t i = 0; i < work.n_rows && r == 0; i++)
		r = judge_row(&work, &work.rows[i]);
	if (r == 0)
		r = tell_conditions(&work);
	if (r == 0)
		r = measure(&work);
	finish(&work);
	return r < 0 ? TRACE(r) : r;
}
