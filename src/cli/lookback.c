/* What a log of look-ups would have come to; see lookback.h. */
#include "cli/lookback.h"

#include <ctype.h>
#include <errno.h>

#include "limits.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/map.h"

/* What is known of one row beside its cells. */
struct row {
	const struct audit_log_row *row;
	uint32_t who; /* index; UINT32_MAX: masked */
	enum lookback_ground ground;
	struct case_ref ref;
	struct reason reason;
	int64_t requester_day, agency_day, ground_count;
};

/* A distinct text of a column. */
struct distinct {
	struct str text;
	uint64_t n_rows;
	uint64_t n_seen; /* by whoever walks */
	struct reason reason;
};

struct work {
	struct lookback *lookback;
	struct arena *arena;
	const struct audit_log *log;
	const struct lookback_judge *judge;
	struct case_ref_rules rules;
	struct row *rows;
	struct row **order; /* rows in another order */
	struct map opinions;
	struct map reasons;
	struct map cases;
	struct map who;
	struct distinct **people;
	size_t n_people;
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

/* The entry of a text, made when it is new. */
static int
intern(struct distinct **out, struct map *map, struct arena *arena,
    struct str text)
{
	struct distinct *one = map_find(map, text);
	int r;

	if (one == NULL) {
		one = ARENA_NEW(arena, struct distinct);
		if (one == NULL)
			return FAULT(ENOMEM);
		one->text = text;
		r = map_put(map, text, one);
		if (r < 0)
			return TRACE(r);
	}
	*out = one;
	return 0;
}

/* A reason as the tally has it: one blank between words, small letters. */
static struct str
plain_reason(struct arena *arena, struct str text)
{
	char *copy = arena_alloc(arena, text.len + 1);
	size_t n = 0;

	if (copy == NULL)
		return (struct str){ 0 };
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool is_blank = isspace(c) || c == '+';

		if (is_blank && (n == 0 || copy[n - 1] == ' '))
			continue;
		copy[n++] = is_blank ? ' ' : (char)tolower(c);
	}
	while (n > 0 && strchr(" .,*", copy[n - 1]) != NULL)
		n--;
	return (struct str){ copy, n };
}

static int
classify(struct work *work, struct reason *reason, struct str text)
{
	struct str plain = plain_reason(work->arena, text);
	struct distinct *one = NULL;
	int r;

	if (plain.p == NULL)
		return FAULT(ENOMEM);
	r = intern(&one, &work->reasons, work->arena, plain);
	if (r < 0)
		return TRACE(r);
	if (one->n_rows++ == 0)
		reason_classify(&one->reason, text);
	*reason = one->reason;
	return 0;
}

/* The reason, and what the offence column adds to it. */
static int
read_reason(struct work *work, struct row *row)
{
	struct str offence = row->row->cells[AUDIT_MAP_OFFENCE];
	struct reason other;
	int r = classify(work, &row->reason, row->row->cells[AUDIT_MAP_REASON]);

	if (r < 0)
		return TRACE(r);
	work->lookback->n_plate += row->reason.has_plate;
	work->lookback->n_name += row->reason.has_name;
	if (!has_column(work, AUDIT_MAP_REASON))
		row->reason.class = REASON_WITHHELD;
	if (!has_column(work, AUDIT_MAP_OFFENCE) || case_ref_is_none(offence))
		return 0;
	reason_classify(&other, offence);
	if (other.class == REASON_OTHER)
		other.class = REASON_OFFENCE; /* picked from a list of them */
	work->lookback->n_class_differs +=
	    row->reason.class >= REASON_TRAFFIC &&
	    row->reason.class != other.class;
	if (other.class > row->reason.class ||
	    row->reason.class == REASON_WITHHELD)
		row->reason.class = other.class;
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
read_case(struct work *work, struct row *row)
{
	struct str cell = row->row->cells[AUDIT_MAP_CASE];
	struct lookback *lookback = work->lookback;
	struct case_ref in_reason;

	case_ref_find(&in_reason, row->row->cells[AUDIT_MAP_REASON],
	    &work->rules);
	if (in_reason.sureness != CASE_REF_NONE &&
	    (row->reason.class == REASON_KEYS ||
		row->reason.class == REASON_PLATE))
		row->reason.class = REASON_NUMBER;
	case_ref_column(&row->ref, cell, &work->rules);
	if (!has_column(work, AUDIT_MAP_CASE)) {
		row->ref = in_reason;
		return;
	}
	if (case_ref_is_withheld(cell))
		lookback->n_case_withheld++;
	else if (case_ref_is_none(cell))
		lookback->n_case_none++;
	else if (row->ref.sureness == CASE_REF_NONE)
		lookback->n_case_words++;
	if (row->ref.sureness != CASE_REF_NONE &&
	    in_reason.sureness >= CASE_REF_LIKELY &&
	    !is_same_ref(&row->ref, &in_reason))
		lookback->n_case_differs++;
	if (row->ref.sureness == CASE_REF_NONE)
		row->ref = in_reason;
}

static enum lookback_ground
tell_ground(const struct work *work, const struct row *row)
{
	if (row->ref.sureness != CASE_REF_NONE)
		return LOOKBACK_GROUND_CASE;
	if (row->reason.class == REASON_WANTED)
		return LOOKBACK_GROUND_WANTED;
	if (case_ref_is_withheld(row->row->cells[AUDIT_MAP_CASE]) ||
	    row->reason.class == REASON_WITHHELD)
		return LOOKBACK_GROUND_WITHHELD;
	if (!has_column(work, AUDIT_MAP_CASE) &&
	    !has_column(work, AUDIT_MAP_REASON))
		return LOOKBACK_GROUND_WITHHELD;
	return LOOKBACK_GROUND_NONE;
}

static int
read_who(struct work *work, struct row *row)
{
	struct str who = row->row->cells[AUDIT_MAP_WHO];
	struct distinct *one = NULL;
	int r;

	row->who = UINT32_MAX;
	if (case_ref_is_none(who) || case_ref_is_withheld(who)) {
		work->lookback->n_who_masked += has_column(work,
		    AUDIT_MAP_WHO);
		return 0;
	}
	r = intern(&one, &work->who, work->arena, who);
	if (r < 0)
		return TRACE(r);
	if (one->n_rows++ == 0) {
		one->n_seen = work->n_people;
		work->people[work->n_people++] = one;
	}
	row->who = (uint32_t)one->n_seen;
	return 0;
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

static int
read_row(struct work *work, size_t i)
{
	struct row *row = &work->rows[i];
	struct lookback *lookback = work->lookback;
	int64_t when = work->log->rows[i].when_us;
	int r;

	*row = (struct row){ .row = &work->log->rows[i],
		.requester_day = 1,
		.agency_day = 1,
		.ground_count = 1 };
	work->rules.year = year_of(when, work->rules.year);
	if (when != INT64_MIN) {
		if (lookback->first_us == INT64_MIN ||
		    when < lookback->first_us)
			lookback->first_us = when;
		lookback->last_us = MAX(lookback->last_us, when);
	}
	r = read_reason(work, row);
	if (r == 0)
		r = read_who(work, row);
	if (r < 0)
		return TRACE(r);
	read_case(work, row);
	row->ground = tell_ground(work, row);
	lookback->n_ground[row->ground]++;
	lookback->n_sureness[row->ref.sureness]++;
	lookback->n_form[row->ref.form]++;
	return 0;
}

static int
by_time(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a;
	const struct row *y = *(struct row *const *)b;

	if (x->row->when_us != y->row->when_us)
		return x->row->when_us < y->row->when_us ? -1 : 1;
	return x->row->line < y->row->line ? -1 : x->row->line > y->row->line;
}

static int
by_person(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a;
	const struct row *y = *(struct row *const *)b;

	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return by_time(a, b);
}

/* How many rows of the last 24 hours, and of one person when asked, there are. */
static void
count_windows(struct work *work, bool is_by_person)
{
	size_t from = 0;
	bool is_counted = is_by_person ||
	    !has_column(work, AUDIT_MAP_AGENCY); /* several agencies: unknown */

	qsort(work->order, work->log->n_rows, sizeof(*work->order),
	    is_by_person ? by_person : by_time);
	for (size_t i = 0; i < work->log->n_rows; i++) {
		struct row *row = work->order[i];
		int64_t n;

		if (row->row->when_us == INT64_MIN || !is_counted)
			continue;
		while (work->order[from]->row->when_us == INT64_MIN ||
		    (is_by_person && work->order[from]->who != row->who) ||
		    row->row->when_us - work->order[from]->row->when_us >=
			INSTANT_DAY)
			from++;
		n = (int64_t)(i - from) + 1;
		if (!is_by_person) {
			row->agency_day = n;
		} else if (row->who != UINT32_MAX) {
			row->requester_day = n;
			work->lookback->most_by_one = MAX(
			    work->lookback->most_by_one, (uint64_t)n);
		}
	}
}

/* Rows stand in order of time: the how-manyth under its case is each? */
static int
count_grounds(struct work *work)
{
	for (size_t i = 0; i < work->log->n_rows; i++) {
		struct row *row = work->order[i];
		struct distinct *one = NULL;
		int r;

		if (row->ground != LOOKBACK_GROUND_CASE)
			continue;
		r = intern(&one, &work->cases, work->arena, row->ref.text);
		if (r < 0)
			return TRACE(r);
		row->ground_count = (int64_t)++one->n_rows;
	}
	return 0;
}

/* The facts of a row when all that is not said speaks for the officer. */
static struct lookback_facts
best_facts(const struct work *work, const struct row *row)
{
	enum lookback_ground ground = row->ground == LOOKBACK_GROUND_WITHHELD
	    ? LOOKBACK_GROUND_CASE
	    : row->ground;
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
		.reason_given = row->reason.class != REASON_BLANK,
		.end_use = reason_end_use(row->reason.class),
		.requester_day = 1,
		.ground_count = 1,
		.agency_day = 1,
		.now_us = work->lookback->last_us,
	};
}

static struct lookback_facts
crowded_facts(const struct work *work, const struct row *row)
{
	struct lookback_facts facts = best_facts(work, row);

	facts.requester_day = row->requester_day;
	facts.agency_day = row->agency_day;
	facts.ground_count = row->ground_count;
	return facts;
}

static struct lookback_facts
worst_facts(const struct work *work, const struct row *row)
{
	struct lookback_facts facts = crowded_facts(work, row);

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

/* The judge's opinion, asked once for the same facts. */
static int
ask(struct work *work, const struct lookback_opinion **out,
    const struct lookback_facts *f)
{
	struct str key = arena_format(work->arena,
	    "%s %d%d%d%d%d%d%d%d%d%d%d %s %lld %lld %lld", f->ground_kind,
	    f->registered, f->open, f->same_agency, f->assigned,
	    f->names_subjects, f->names_subject, f->requester_active,
	    f->training_current, f->agreement_current, f->reason_given,
	    f->is_self, f->end_use, (long long)f->requester_day,
	    (long long)f->ground_count, (long long)f->agency_day);
	struct lookback_opinion *opinion;
	int r;

	if (key.p == NULL)
		return FAULT(ENOMEM);
	opinion = map_find(&work->opinions, key);
	if (opinion == NULL) {
		opinion = ARENA_NEW(work->arena, struct lookback_opinion);
		if (opinion == NULL)
			return FAULT(ENOMEM);
		r = work->judge->judge(work->judge->context, opinion, f);
		if (r == 0)
			r = map_put(&work->opinions, key, opinion);
		if (r < 0)
			return TRACE(r);
	}
	*out = opinion;
	return 0;
}

static bool
is_same_rule(const struct lookback_rule *a, const struct lookback_rule *b)
{
	return str_is_equal(a->pack, b->pack) && str_is_equal(a->rule, b->rule);
}

/* Book a row under every rule that denied it. */
static void
book(struct lookback *lookback, const struct lookback_opinion *opinion)
{
	for (size_t i = 0; i < opinion->n_rules; i++) {
		const struct lookback_rule *rule = &opinion->rules[i];
		size_t at = 0;

		while (at < lookback->n_rules &&
		    !is_same_rule(&lookback->rules[at].rule, rule))
			at++;
		if (at == LIMIT_LOOKBACK_RULES)
			continue;
		if (at == lookback->n_rules)
			lookback->rules[lookback->n_rules++] =
			    (struct lookback_rule_count){ .rule = *rule,
				    .answer = opinion->answer };
		lookback->rules[at].n_rows++;
	}
}

static int
judge_row(struct work *work, struct row *row)
{
	struct lookback *lookback = work->lookback;
	struct lookback_facts best = best_facts(work, row);
	struct lookback_facts crowded = crowded_facts(work, row);
	struct lookback_facts worst = worst_facts(work, row);
	const struct lookback_opinion *b = NULL;
	const struct lookback_opinion *c = NULL;
	const struct lookback_opinion *w = NULL;
	enum lookback_verdict verdict;
	int r = ask(work, &b, &best);

	if (r == 0)
		r = ask(work, &c, &crowded);
	if (r == 0)
		r = ask(work, &w, &worst);
	if (r < 0)
		return TRACE(r);
	if (b->answer == LOOKBACK_DENY)
		verdict = LOOKBACK_REFUSED;
	else if (row->ground == LOOKBACK_GROUND_WITHHELD)
		verdict = LOOKBACK_UNKNOWN;
	else if (w->answer == LOOKBACK_PERMIT)
		verdict = LOOKBACK_PERMITTED;
	else if (b->answer == LOOKBACK_REFER || c->answer != LOOKBACK_PERMIT)
		verdict = LOOKBACK_REFERRED;
	else
		verdict = LOOKBACK_CONFIRM;
	if (verdict == LOOKBACK_REFUSED)
		book(lookback, b);
	else if (verdict == LOOKBACK_REFERRED)
		book(lookback, c->answer == LOOKBACK_PERMIT ? b : c);
	lookback->n_verdict[verdict]++;
	lookback->classes[row->reason.class].n_rows++;
	lookback->classes[row->reason.class].n_verdict[verdict]++;
	lookback->classes[row->reason.class].n_with_case +=
	    row->ground == LOOKBACK_GROUND_CASE;
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
	const struct lookback_opinion *opinion = NULL;

	for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
		enum lookback_ground ground = turns[i].ground;
		uint64_t n = ground != LOOKBACK_GROUND_NONE
		    ? lookback->n_ground[ground]
		    : lookback_grounded(lookback);
		struct row row = { .ground = ground != LOOKBACK_GROUND_NONE
			? ground
			: LOOKBACK_GROUND_CASE,
			.reason = { .class = REASON_OFFENCE,
			    .has_words = true } };
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
		if (opinion->answer == LOOKBACK_PERMIT)
			continue; /* no pack minds */
		*condition = (struct lookback_condition){
			.text = turns[i].text,
			.otherwise = opinion->answer,
			.n_rows = n,
		};
		if (opinion->n_rules > 0)
			condition->rule = opinion->rules[0];
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

/* The values of a column that has few of them. */
static int
rank_values(struct work *work, struct lookback_text *list, size_t *n,
    enum audit_map_column column)
{
	struct map map;

	if (!has_column(work, column))
		return 0;
	map_init(&map, work->arena, 0);
	for (size_t i = 0; i < work->log->n_rows; i++) {
		struct distinct *one = NULL;
		int r = intern(&one, &map, work->arena,
		    work->log->rows[i].cells[column].len > 0
			? work->log->rows[i].cells[column]
			: STR("(blank)"));

		if (r < 0)
			return TRACE(r);
		one->n_rows++;
	}
	/* Free text is not a kind of anything. */
	for (size_t i = 0; i < map.n_slots && map.n_items <= 24; i++) {
		const struct distinct *one = map.slots[i].value;

		if (one != NULL)
			rank(list, n, LOOKBACK_VALUES,
			    &(struct lookback_text){ one->text, one->n_rows,
				REASON_OTHER });
	}
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Median and largest of the numbers in a column. */
static int
measure_breadth(struct work *work)
{
	const struct audit_log *log = work->log;
	int64_t *numbers = ARENA_ARRAY(work->arena, log->n_rows, int64_t);
	size_t n = 0;

	work->lookback->median_breadth = -1;
	if (numbers == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < log->n_rows; i++) {
		uint64_t number;

		if (str_to_u64(&number, log->rows[i].cells[AUDIT_MAP_BREADTH]) &&
		    number <= INT32_MAX)
			numbers[n++] = (int64_t)number;
	}
	if (n == 0)
		return 0;
	qsort(numbers, n, sizeof(*numbers), by_number);
	work->lookback->median_breadth = numbers[n / 2];
	work->lookback->most_breadth = numbers[n - 1];
	return 0;
}

static int
measure_people(struct work *work)
{
	int64_t *numbers = ARENA_ARRAY(work->arena, work->n_people, int64_t);

	if (numbers == NULL)
		return FAULT(ENOMEM);
	work->lookback->n_who = work->n_people;
	for (size_t i = 0; i < work->n_people; i++)
		numbers[i] = (int64_t)work->people[i]->n_rows;
	if (work->n_people == 0)
		return 0;
	qsort(numbers, work->n_people, sizeof(*numbers), by_number);
	work->lookback->median_by_one = (uint64_t)numbers[work->n_people / 2];
	return 0;
}

/* Rows stand in order of time. */
static void
count_months(struct work *work)
{
	struct lookback *lookback = work->lookback;
	struct lookback_month *month = NULL;

	for (size_t i = 0; i < work->log->n_rows; i++) {
		const struct row *row = work->order[i];
		int year, number, day;

		if (row->row->when_us == INT64_MIN)
			continue;
		instant_civil(instant_day(row->row->when_us), &year, &number,
		    &day);
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
	size_t n = work->log->n_rows;

	map_init(&work->opinions, work->arena, 0);
	map_init(&work->reasons, work->arena, 0);
	map_init(&work->cases, work->arena, 0);
	map_init(&work->who, work->arena, 0);
	work->rows = ARENA_ARRAY(work->arena, n, struct row);
	work->order = ARENA_ARRAY(work->arena, n, struct row *);
	work->people = ARENA_ARRAY(work->arena, n, struct distinct *);
	work->lookback->rules = ARENA_ARRAY(work->arena, LIMIT_LOOKBACK_RULES,
	    struct lookback_rule_count);
	if (work->rows == NULL || work->order == NULL ||
	    work->people == NULL || work->lookback->rules == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < n; i++)
		work->order[i] = &work->rows[i];
	return 0;
}

static int
measure(struct work *work)
{
	struct lookback *lookback = work->lookback;
	int r = measure_people(work);

	if (r == 0)
		r = measure_breadth(work);
	if (r == 0)
		r = rank_values(work, lookback->kinds, &lookback->n_kinds,
		    AUDIT_MAP_KIND);
	if (r == 0)
		r = rank_values(work, lookback->moderations,
		    &lookback->n_moderations, AUDIT_MAP_MODERATION);
	rank_reasons(work);
	qsort(lookback->rules, lookback->n_rules, sizeof(*lookback->rules),
	    by_count);
	return TRACE(r);
}

int
lookback_run(struct lookback *lookback, struct arena *arena,
    const struct audit_log *log, const struct lookback_judge *judge,
    const struct case_ref_rules *rules)
{
	struct work work = { .lookback = lookback,
		.arena = arena,
		.log = log,
		.judge = judge,
		.rules = *rules };
	int r;

	*lookback = (struct lookback){ .log = log,
		.n_rows = log->n_rows,
		.first_us = INT64_MIN,
		.last_us = INT64_MIN };
	r = prepare(&work);
	for (size_t i = 0; i < log->n_rows && r == 0; i++)
		r = read_row(&work, i);
	if (r < 0)
		return TRACE(r);
	count_windows(&work, true);
	count_windows(&work, false);
	count_months(&work);
	r = count_grounds(&work);
	for (size_t i = 0; i < log->n_rows && r == 0; i++)
		r = judge_row(&work, &work.rows[i]);
	if (r == 0)
		r = tell_conditions(&work);
	if (r == 0)
		r = measure(&work);
	return TRACE(r);
}
