/*
 * Reports: what is counted, what is withheld, and that two reports together
 * tell no more than one: a reader who has those of each quarter and those of
 * both tries all pairs of tables that agree with everything published.
 */
#include "release/report.h"

#include "made_log.h"

typedef int form_fn(struct buf *out, const struct report *report);

struct house {
	struct made_log log;
	struct arena arena;
	struct figures figures;
};

static void
house_fini(struct house *house)
{
	made_log_fini(&house->log);
	arena_fini(&house->arena);
}

static void
begin(struct house *house, int64_t from, int64_t to, bool is_exact)
{
	*house = (struct house){ 0 };
	made_log_init(&house->log);
	arena_init(&house->arena, 64u << 20);
	check(figures_begin(&house->figures, &house->arena, from, to,
		  is_exact) == 0);
}

static const struct report *
end(struct house *house)
{
	const struct report_log log = { .holder = STR("Holder"),
		.origin = STR("log.example/ny"),
		.size = house->figures.n_entries,
		.checkpoint = STR("log.example/ny\n1\nroot\n\n— sig\n") };
	struct report *report = NULL;

	check(report_make(&report, &house->arena, &house->figures, &log) == 0);
	return report;
}

static void
add_request(struct house *house, const char *decision, int64_t us,
    const char *agency, const char *ground, const char *fields)
{
	const struct made_label labels[] = { { "agency", agency },
		{ "ground_kind", ground }, { "purpose", "\"dppa-1\"" },
		{ "fields", fields }, { "disclosed", fields },
		{ "rules", NULL } };

	check(made_log_add(&house->log, &house->figures, "request", decision,
		  us, labels, ARRAY_LEN(labels), true) == 0);
}

static void
add_approvals(struct house *house, int64_t us, const char *decision,
    const char *granted, unsigned n)
{
	const struct made_label labels[] = { { "role", "\"supervisor\"" },
		{ "granted", granted } };

	for (unsigned i = 0; i < n; i++)
		check(made_log_add(&house->log, &house->figures, "approval",
			  decision, us, labels, ARRAY_LEN(labels), true) == 0);
}

static void
add_agency(struct house *house, int64_t us, const char *change,
    const char *detail)
{
	const struct made_label labels[] = { { "change", change },
		{ "detail", detail } };

	check(made_log_add(&house->log, &house->figures, "people", "done", us,
		  labels, ARRAY_LEN(labels), true) == 0);
}

static const struct suppress_cell *
cell_of(const struct report *report, enum figures_table table, const char *row,
    size_t column)
{
	const struct report_table *t = &report->tables[table];

	for (size_t i = 0; i < t->n_rows; i++) {
		if (str_is_equal(t->rows[i].id, str_of(row)))
			return &t->rows[i].cells[column];
	}
	check(false);
	return &t->rows[0].cells[column];
}

static void
entries_are_counted_in_their_row(void)
{
	CLEANUP(house_fini) struct house house;
	const struct report *report;
	int64_t us = made_log_day(2025, 2, 1);

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2026, 1, 1),
	    true);
	add_agency(&house, made_log_day(2024, 5, 1), "\"agency NY0000001\"",
	    "\"A; B; NY; federal; active\"");
	add_request(&house, "permit", us, "\"NY0000001\"", "\"wanted\"",
	    "[\"owner.family\",\"owner.family\"]");
	add_request(&house, "deny", us, "\"NY0000002\"", NULL, NULL);
	add_agency(&house, us, "\"agency NY0000001\"",
	    "\"A; NY; state; active\"");
	add_request(&house, "permit", us, "\"NY0000001\"", "\"none\"", NULL);
	report = end(&house);
	check_u64(cell_of(report, FIGURES_BY_AGENCY, "federal", 0)->n, 1);
	check_u64(cell_of(report, FIGURES_BY_AGENCY, "state", 0)->n, 1);
	check_u64(cell_of(report, FIGURES_BY_AGENCY, "other", 2)->n, 1);
	check_u64(cell_of(report, FIGURES_BY_GROUND_KIND, "wanted", 0)->n, 1);
	check_u64(cell_of(report, FIGURES_BY_GROUND_KIND, "else", 2)->n, 1);
	check_u64(cell_of(report, FIGURES_BY_FIELDS_ASKED, "owner.family",
		      0)->n, 1);
	check_u64(house.figures.n_entries, 5);
}

static void
a_subject_is_counted_once_a_quarter(void)
{
	CLEANUP(house_fini) struct house house;
	const struct report *report;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2025, 7, 1),
	    false);
	for (unsigned i = 0; i < 2000; i++) {
		char index[80];
		const struct made_label labels[] = { { "subject_index",
		    index } };

		/* 500 subjects, twice in each quarter. */
		snprintf(index, sizeof(index), "\"%08x%08x%048d\"",
		    (i % 500) * 2654435761u, i % 500, 0);
		check(made_log_add(&house.log, &house.figures, "request",
			  "permit", made_log_day(2025, i < 1000 ? 1 : 4, 1),
			  labels, 1, true) == 0);
	}
	add_approvals(&house, made_log_day(2025, 7, 2), "done", "true", 1);
	report = end(&house);
	check_u64(cell_of(report, FIGURES_BY_SUBJECTS, "distinct", 0)->n,
	    1000);
}

static void
only_whole_quarters_are_in_tables(void)
{
	CLEANUP(house_fini) struct house house;
	const struct report *report;

	begin(&house, made_log_day(2025, 2, 1), made_log_day(2026, 1, 1),
	    false);
	for (unsigned i = 0; i < 6; i++)
		add_request(&house, "permit", made_log_day(2025, 3, 1), NULL,
		    "\"wanted\"", NULL);
	for (unsigned i = 0; i < 7; i++)
		add_request(&house, "permit", made_log_day(2025, 4, 1), NULL,
		    "\"wanted\"", NULL);
	for (unsigned i = 0; i < 8; i++)
		add_request(&house, "permit", made_log_day(2025, 7, 1), NULL,
		    "\"wanted\"", NULL);
	report = end(&house);
	check_u64(house.figures.n_quarters, 3);
	check_u64(report->n_quarters, 1); /* the third runs */
	check_u64(cell_of(report, FIGURES_BY_GROUND_KIND, "wanted", 0)->n, 7);
	check_u64(house.figures.counts[0].n, 21);
}

static void
quarters_of_erased_values_give_no_tables(void)
{
	CLEANUP(house_fini) struct house house;
	const struct report *report;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2025, 4, 1),
	    false);
	for (unsigned i = 0; i < 6; i++)
		add_request(&house, "permit", made_log_day(2025, 3, 1), NULL,
		    "\"wanted\"", NULL);
	check(made_log_add(&house.log, &house.figures, "request", "permit",
		  made_log_day(2025, 3, 2), NULL, 0, false) == 0);
	add_approvals(&house, made_log_day(2025, 4, 2), "done", "true", 1);
	report = end(&house);
	check(report->tables[FIGURES_BY_GROUND_KIND].state == REPORT_ERASED);
	check(report->tables[FIGURES_BY_GRANTED].state == REPORT_GIVEN);
	check_u64(house.figures.counts[0].n, 7);
}

static void
lists_of_small_quarters_are_left_out(void)
{
	CLEANUP(house_fini) struct house house;
	const struct report *report;
	const struct report_table *table;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2025, 7, 1),
	    false);
	for (unsigned i = 0; i < 4; i++)
		add_request(&house, "permit", made_log_day(2025, 1, 1), NULL,
		    "\"wanted\"", "[\"person.photo\"]");
	for (unsigned i = 0; i < 9; i++)
		add_request(&house, "permit", made_log_day(2025, 4, 1), NULL,
		    "\"wanted\"", i < 2 ? "[\"a\",\"b\"]" : "[\"a\"]");
	add_approvals(&house, made_log_day(2025, 7, 2), "done", "true", 1);
	report = end(&house);
	table = &report->tables[FIGURES_BY_FIELDS_DISCLOSED];
	check_u64(table->n_rows, 2); /* the photographs are not named */
	check_u64(table->left_out[0], 4);
	check_u64(cell_of(report, FIGURES_BY_FIELDS_DISCLOSED, "a", 0)->n, 9);
	check(cell_of(report, FIGURES_BY_FIELDS_DISCLOSED, "b", 0)
		  ->is_withheld);
}

/* --- two reports --------------------------------------------------------- */

/* Approvals: what was said, by whether the gate took it. */
struct quarter {
	uint64_t n[3][2]; /* granted, refused, neither; done, deny */
};

static const char *const said[] = { "true", "false", "\"else\"" };
static const char *const rows[] = { "true", "false", "else" };
static const char *const decisions[] = { "done", "deny" };

static const struct report_table *
report_of(struct house *house, const struct quarter *two, int from, int to)
{
	const int months[] = { 1, 4 };

	begin(house, made_log_day(2025, from, 1), made_log_day(2025, to, 1),
	    false);
	for (size_t q = 0; q < 2; q++) {
		for (size_t i = 0; i < 3; i++) {
			for (size_t k = 0; k < 2; k++)
				add_approvals(house,
				    made_log_day(2025, months[q], 2),
				    decisions[k], said[i],
				    (unsigned)two[q].n[i][k]);
		}
	}
	add_agency(house, made_log_day(2025, 8, 1), "\"x\"", "\"y\"");
	return &end(house)->tables[FIGURES_BY_GRANTED];
}

/* Does a guess of one report's sums agree with what it says? */
static bool
agrees(const struct report_table *table, const struct quarter *guess)
{
	for (size_t i = 0; i < 3; i++) {
		const struct suppress_cell *cells = table->rows[i].cells;
		const struct suppress_cell *total = &cells[table->n_columns];

		for (size_t k = 0; k < 2; k++) {
			if (!cells[k].is_withheld &&
			    cells[k].n != guess->n[i][k])
				return false;
		}
		if (!total->is_withheld &&
		    total->n != guess->n[i][0] + guess->n[i][1])
			return false;
	}
	return true;
}

/* All tables with the totals that the log shows. Returns: how many. */
static size_t
guesses(struct quarter *all, const struct quarter *real)
{
	uint64_t done = real->n[0][0] + real->n[1][0] + real->n[2][0];
	uint64_t deny = real->n[0][1] + real->n[1][1] + real->n[2][1];
	size_t n = 0;

	for (uint64_t a = 0; a <= done; a++) {
		for (uint64_t b = 0; b <= deny; b++) {
			for (uint64_t c = 0; b + c <= deny; c++)
				all[n++] = (struct quarter){ {
				    { a, b }, { done - a, c },
				    { 0, deny - b - c } } };
		}
	}
	return n;
}

struct seen {
	struct suppress_range of[3][3][2]; /* first, second, both */
};

static void
see(struct seen *seen, size_t which, const struct quarter *guess)
{
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < 2; k++) {
			struct suppress_range *range = &seen->of[which][i][k];

			range->least = MIN(range->least, guess->n[i][k]);
			range->most = MAX(range->most, guess->n[i][k]);
		}
	}
}

static void
check_reader(const struct report_table *const reports[static 3],
    const struct quarter *two)
{
	static struct quarter first[2048];
	static struct quarter second[2048];
	size_t n_first = guesses(first, &two[0]);
	size_t n_second = guesses(second, &two[1]);
	struct seen seen;

	for (size_t w = 0; w < 3; w++) {
		for (size_t i = 0; i < 3; i++) {
			for (size_t k = 0; k < 2; k++)
				seen.of[w][i][k] = (struct suppress_range){
					UINT64_MAX, 0 };
		}
	}
	for (size_t a = 0; a < n_first; a++) {
		if (!agrees(reports[0], &first[a]))
			continue;
		for (size_t b = 0; b < n_second; b++) {
			struct quarter both = first[a];

			for (size_t i = 0; i < 3; i++) {
				for (size_t k = 0; k < 2; k++)
					both.n[i][k] += second[b].n[i][k];
			}
			if (!agrees(reports[1], &second[b]) ||
			    !agrees(reports[2], &both))
				continue;
			see(&seen, 0, &first[a]);
			see(&seen, 1, &second[b]);
			see(&seen, 2, &both);
		}
	}
	for (size_t w = 0; w < 3; w++) {
		for (size_t i = 0; i < 3; i++) {
			for (size_t k = 0; k < 2; k++) {
				struct suppress_range range =
				    seen.of[w][i][k];

				check(range.least <= range.most);
				if (reports[w]->rows[i].cells[k].is_withheld)
					check(range.least < range.most);
			}
		}
	}
}

/* Live and yearly, quarter and half-year: none is the other's difference. */
static void
no_report_can_be_subtracted_from_another(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 21);

	for (unsigned round = 0; round < 80 && !tap_failed; round++) {
		struct house houses[3];
		const struct report_table *reports[3];
		struct quarter two[2] = { 0 };
		uint8_t bytes[10];

		random_fill(&random, bytes, sizeof(bytes));
		for (size_t q = 0; q < 2; q++) {
			for (size_t i = 0; i < 3; i++) {
				two[q].n[i][0] = i == 2 ? 0
							: bytes[q * 5 + i] % 8;
				two[q].n[i][1] = bytes[q * 5 + i + 2] / 16 % 5;
			}
		}
		reports[0] = report_of(&houses[0], two, 1, 4);
		reports[1] = report_of(&houses[1], two, 4, 7);
		reports[2] = report_of(&houses[2], two, 1, 7);
		for (size_t i = 0; i < 3; i++)
			check_str(reports[0]->rows[i].id, str_of(rows[i]));
		check_reader(reports, two);
		for (size_t w = 0; w < 3; w++)
			house_fini(&houses[w]);
	}
}

/* --- forms --------------------------------------------------------------- */

static void
forms_withhold_what_is_withheld(void)
{
	CLEANUP(house_fini) struct house house;
	CLEANUP(buf_fini) struct buf text = { 0 };
	CLEANUP(buf_fini) struct buf again = { 0 };
	const struct report *report;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2025, 4, 1),
	    false);
	for (unsigned i = 0; i < 60; i++)
		add_request(&house, i < 30 ? "permit" : "deny",
		    made_log_day(2025, 3, 1), NULL,
		    i % 20 == 0 ? "\"investigation\"" : "\"wanted\"",
		    "[\"<script>\"]");
	add_approvals(&house, made_log_day(2025, 4, 2), "done", "true", 1);
	report = end(&house);
	buf_init(&text, LIMIT_REPORT_BYTES);
	buf_init(&again, LIMIT_REPORT_BYTES);
	check(report_json(&text, report) == 0);
	check(report_json(&again, report) == 0);
	check_str(buf_str(&text), buf_str(&again));
	check(strstr(text.bytes, "{\"id\":\"investigation\",\"title\":\"an "
	    "open investigation\",\"cells\":[null,") != NULL);
	buf_reset(&text);
	check(report_csv(&text, report) == 0);
	check(strstr(text.bytes, "ground,investigation,permit,withheld") !=
	    NULL);
	buf_reset(&text);
	check(report_html(&text, report) == 0);
	check(strstr(text.bytes, "<script>") == NULL);
	check(strstr(text.bytes, "&lt;script&gt;") != NULL);
	/* Nothing withheld is left in the memory of the report either. */
	for (size_t i = 0; i < FIGURES_N_TABLES; i++) {
		const struct report_table *table = &report->tables[i];

		for (size_t k = 0; k < table->n_rows; k++) {
			for (size_t c = 0; c <= table->n_columns; c++)
				check(!table->rows[k].cells[c].is_withheld ||
				    table->rows[k].cells[c].n == 0);
		}
	}
}

/* --- limits -------------------------------------------------------------- */

static void
h_entries_out_of_order_are_refused(void)
{
	CLEANUP(house_fini) struct house house;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2026, 1, 1),
	    false);
	check(made_log_add(&house.log, &house.figures, "gate", "done",
		  made_log_day(2025, 2, 1), NULL, 0, true) == 0);
	check(made_log_add(&house.log, &house.figures, "gate", "done",
		  made_log_day(2025, 1, 1), NULL, 0, true) ==
	    FIGURES_E_FOREIGN);
}

static void
h_more_names_than_rows_are_refused(void)
{
	CLEANUP(house_fini) struct house house;
	int r = 0;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2026, 1, 1),
	    false);
	for (unsigned i = 0; i <= LIMIT_REPORT_ROWS && r == 0; i++) {
		char list[32];
		const struct made_label labels[] = { { "fields", list } };

		snprintf(list, sizeof(list), "[\"f%u\"]", i);
		r = made_log_add(&house.log, &house.figures, "request",
		    "permit", made_log_day(2025, 1, 1), labels, 1, true);
		check(r == 0 || i == LIMIT_REPORT_ROWS);
	}
	check_u64(r, FIGURES_E_LIMIT);
}

static void
h_more_kinds_of_entries_than_can_be_are_refused(void)
{
	CLEANUP(house_fini) struct house house;
	int r = 0;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2026, 1, 1),
	    false);
	for (unsigned i = 0; i <= LIMIT_MONITOR_KINDS && r == 0; i++) {
		char type[32];

		snprintf(type, sizeof(type), "t%u", i);
		r = made_log_add(&house.log, &house.figures, type, "done",
		    made_log_day(2025, 1, 1), NULL, 0, true);
		check(r == 0 || i == LIMIT_MONITOR_KINDS);
	}
	check_u64(r, FIGURES_E_LIMIT);
}

static void
h_more_agencies_than_can_be_are_refused(void)
{
	CLEANUP(house_fini) struct house house;
	int r = 0;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2026, 1, 1),
	    false);
	for (unsigned i = 0; i <= LIMIT_REPORT_AGENCIES && r == 0; i++) {
		char change[32];
		const struct made_label labels[] = { { "change", change },
			{ "detail", "\"A; NY; local; active\"" } };

		snprintf(change, sizeof(change), "\"agency %u\"", i);
		r = made_log_add(&house.log, &house.figures, "people", "done",
		    made_log_day(2025, 1, 1), labels, 2, true);
		check(r == 0 || i == LIMIT_REPORT_AGENCIES);
	}
	check_u64(r, FIGURES_E_LIMIT);
}

/* Names of rows are cut, so that a report is never too long for its buffer. */
static void
h_the_longest_names_fit_into_every_form(void)
{
	CLEANUP(house_fini) struct house house;
	form_fn *const forms[] = { report_json, report_csv, report_html };
	const struct report *report;

	begin(&house, made_log_day(2025, 1, 1), made_log_day(2026, 1, 1),
	    true);
	for (unsigned i = 0; i < LIMIT_REPORT_ROWS; i++) {
		char list[1024];
		const struct made_label labels[] = { { "fields", list },
			{ "disclosed", list }, { "rules", list } };

		snprintf(list, sizeof(list), "[\"%02u%s%s\"]", i,
		    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&",
		    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&"
		    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&"
		);
		check(made_log_add(&house.log, &house.figures, "request",
			  i % 2 == 0 ? "permit" : "deny",
			  made_log_day(2025, 1, 1), labels, 3, true) == 0);
	}
	report = end(&house);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		CLEANUP(buf_fini) struct buf text = { 0 };

		buf_init(&text, LIMIT_REPORT_BYTES);
		check(forms[i](&text, report) == 0);
	}
}

static void
periods_have_their_limits(void)
{
	struct figures figures;
	struct arena arena;

	check_u64(LIMIT_REPORT_MONTHS, 3 * LIMIT_REPORT_QUARTERS);

	arena_init(&arena, 64u << 20);
	check(figures_begin(&figures, &arena, 0, 0, false) ==
	    FIGURES_E_PERIOD);
	check(figures_begin(&figures, &arena, made_log_day(2000, 1, 1),
		  made_log_day(2020, 1, 1), false) == 0);
	check(figures_begin(&figures, &arena, made_log_day(2000, 1, 1),
		  made_log_day(2020, 1, 2), false) == FIGURES_E_PERIOD);
	arena_fini(&arena);
}

/* Each column of each split table has two rows at least where it can be, so
 * that there is another to hide behind. */
static void
every_column_of_the_tables_has_two_rows(void)
{
	for (size_t t = 0; t < FIGURES_N_TABLES; t++) {
		enum figures_table table = (enum figures_table)t;
		size_t from;
		size_t to;

		figures_columns(table, &from, &to);
		for (size_t k = from; k < to && !figures_is_list(table); k++) {
			size_t n = 0;

			for (size_t i = 0; figures_row(table, i) != NULL; i++)
				n += (figures_row(table, i)->mask >> k) & 1;
			check(n >= 2);
		}
	}
}

static const struct tap_test tests[] = {
	TEST(entries_are_counted_in_their_row),
	TEST(a_subject_is_counted_once_a_quarter),
	TEST(only_whole_quarters_are_in_tables),
	TEST(quarters_of_erased_values_give_no_tables),
	TEST(lists_of_small_quarters_are_left_out),
	TEST(no_report_can_be_subtracted_from_another),
	TEST(forms_withhold_what_is_withheld),
	TEST(h_entries_out_of_order_are_refused),
	TEST(h_more_names_than_rows_are_refused),
	TEST(h_more_kinds_of_entries_than_can_be_are_refused),
	TEST(h_more_agencies_than_can_be_are_refused),
	TEST(h_the_longest_names_fit_into_every_form),
	TEST(periods_have_their_limits),
	TEST(every_column_of_the_tables_has_two_rows),
};

TAP_MAIN(tests)
