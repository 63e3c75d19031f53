/*
 * Lookback with a judge of the test's own: how rows become facts, how opinions
 * become verdicts, what is counted, what is never shown.
 */
#include "cli/lookback.h"

#include "cli/lookback_html.h"
#include "cli/lookback_json.h"
#include "cli/lookback_print.h"
#include "audit_source.h"
#include "limits.h"
#include "tap.h"
#include "util/buf.h"

static struct arena arena;
static struct audit_log log_;
static struct diag_list diags;
static size_t n_asked;

/* Permits a confirmed ground; a supervisor past 3 look-ups a day. */
static int
test_judge(void *context, struct lookback_opinion *opinion,
    const struct lookback_facts *f)
{
	(void)context;
	n_asked++;
	*opinion = (struct lookback_opinion){ .answer = LOOKBACK_PERMIT };
	if (strcmp(f->ground_kind, "none") == 0) {
		opinion->answer = LOOKBACK_DENY;
		opinion->rules[opinion->n_rules++] = (struct lookback_rule){
			.pack = STR("test"), .rule = STR("no-ground"),
			.says = STR("No <ground> & none"),
			.remedy = STR("Name one") };
	} else if (!f->registered || !f->open) {
		opinion->answer = LOOKBACK_DENY;
		opinion->rules[opinion->n_rules++] = (struct lookback_rule){
			.pack = STR("test"), .rule = STR("not-open") };
	}
	if (!f->reason_given) {
		opinion->answer = LOOKBACK_DENY;
		opinion->rules[opinion->n_rules++] = (struct lookback_rule){
			.pack = STR("test"), .rule = STR("no-reason") };
	}
	if (opinion->answer == LOOKBACK_PERMIT && f->requester_day > 3) {
		opinion->answer = LOOKBACK_REFER;
		opinion->rules[opinion->n_rules++] = (struct lookback_rule){
			.pack = STR("test"), .rule = STR("many") };
	}
	return 0;
}

static const struct lookback_judge judge = { test_judge, NULL };
static const struct case_ref_rules rules = { .year = 2025 };

static void
begin(void)
{
	audit_log_close(&log_);
	arena_fini(&arena);
	arena_init(&arena, (size_t)64 << 20);
	diag_init(&diags, &arena, STR("log.csv"), (struct str){ 0 });
	n_asked = 0;
}

static struct lookback *
look(const char *text)
{
	struct audit_source source = { .text = str_of(text) };
	struct audit_map map = { 0 };
	struct lookback *lookback;

	begin();
	lookback = ARENA_NEW(&arena, struct lookback);
	check(audit_log_open(&log_, &diags, &arena, audit_source_read, &source,
		  &map) == 0);
	check(lookback_run(lookback, &arena, &log_, &judge, &rules, NULL,
		  NULL) == 0);
	lookback->packs = STR("test");
	return lookback;
}

static void
rows_fall_into_verdicts_by_what_they_name(void)
{
	struct lookback *l = look("reason,caseNumber,user\n"
				  "theft,25-1234,a\ntheft,None,a\nwarrant,,b\n"
				  ",25-1234,c\ntheft,***,d\n"
				  "inv 25-999999,N/A,a\n");

	check_u64(l->n_rows, 6);
	check_u64(l->n_verdict[LOOKBACK_CONFIRM], 3);
	check_u64(l->n_verdict[LOOKBACK_REFUSED], 2);
	check_u64(l->n_verdict[LOOKBACK_UNKNOWN], 1);
	check_u64(l->n_ground[LOOKBACK_GROUND_CASE], 3);
	check_u64(l->n_ground[LOOKBACK_GROUND_WANTED], 1);
	check_u64(l->n_case_none, 3);
	check_u64(l->n_case_withheld, 1);
	check_u64(l->n_rules, 2);
	check_u64(l->n_conditions > 0, 1);
}

static void
the_same_facts_are_judged_once(void)
{
	look("reason\nuuv\nuuv\nUUV\nuuv\nuuv\nuuv\n");
	check(n_asked <= 4);
}

static void
what_is_over_a_daily_limit_is_referred(void)
{
	struct lookback *l = look("reason,user,searchDate\n"
				  "25-10001,a,2025-06-18 01:00\n"
				  "25-10001,a,2025-06-18 02:00\n"
				  "25-10001,a,2025-06-18 03:00\n"
				  "25-10001,a,2025-06-18 04:00\n"
				  "25-10001,b,2025-06-18 04:00\n"
				  "25-10001,a,2025-06-19 03:30\n"
				  "25-10001,***,2025-06-19 03:30\n");

	check_u64(l->n_verdict[LOOKBACK_REFERRED], 1);
	check_u64(l->n_verdict[LOOKBACK_CONFIRM], 6);
	check_u64(l->most_by_one, 4);
	check_u64(l->n_who, 2);
	check_u64(l->n_who_masked, 1);
}

static void
the_same_vehicle_counts_once_where_the_log_names_it(void)
{
	struct lookback *l = look("reason,user,searchDate,plate\n"
				  "25-10001,a,2025-06-18 01:00,AAA111\n"
				  "25-10001,a,2025-06-18 02:00,AAA111\n"
				  "25-10001,a,2025-06-18 03:00,AAA111\n"
				  "25-10001,a,2025-06-18 04:00,AAA111\n"
				  "25-10001,a,2025-06-18 04:00,BBB111\n"
				  "25-10001,a,2025-06-18 04:00,CCC111\n"
				  "25-10001,a,2025-06-18 04:00,AAA111\n"
				  "25-10001,a,2025-06-18 04:00,DDD111\n"
				  "25-10001,a,2025-06-20 04:00,DDD111\n"
				  "25-10001,a,,EEE111\n");

	check_u64(l->n_subjects, 5);
	check_u64(l->n_verdict[LOOKBACK_REFERRED], 1);
	check_u64(l->n_verdict[LOOKBACK_CONFIRM], 9);
	check_u64(l->most_by_one, 8);
}

static void
a_reason_that_was_taken_out_is_not_a_blank_one(void)
{
	struct lookback *l = look("reason,case\n***,\n\"\",25-1234\n.,\n"
				  "***.,25-1234\n\"\",\n");

	check_u64(l->classes[REASON_WITHHELD].n_rows, 1);
	check_u64(l->classes[REASON_BLANK].n_rows, 1);
	check_u64(l->n_ground[LOOKBACK_GROUND_WITHHELD], 1);
	check_u64(l->log->n_blank, 1);
}

static void
days_stand_before_months_when_the_log_shows_it(void)
{
	struct lookback *l = look("reason,date\n25-10001,01/02/2025\n"
				  "25-10001,28/02/2025\n");

	check_u64(l->n_months, 1);
	check_u64((uint64_t)l->months[0].month, 2);
	check_u64(l->months[0].n_rows, 2);
}

/* One row more than may be, without the file. */
struct endless {
	size_t n_rows, n_most;
	bool is_begun;
};

static int
endless_read(void *context, char *bytes, size_t room, size_t *n)
{
	struct endless *endless = context;

	*n = 0;
	if (!endless->is_begun) {
		*n = 7;
		memcpy(bytes, "reason\n", *n);
		endless->is_begun = true;
	}
	for (; *n + 2 <= room && endless->n_rows < endless->n_most; *n += 2) {
		memcpy(bytes + *n, "x\n", 2);
		endless->n_rows++;
	}
	return 0;
}

static void
too_many_rows_are_refused_and_the_most_are_not(void)
{
	struct lookback *lookback;
	struct audit_map map = { 0 };

	for (size_t more = 0; more < 2; more++) {
		struct endless endless = { .n_most = LIMIT_LOOKBACK_ROWS +
			    more };

		begin();
		lookback = ARENA_NEW(&arena, struct lookback);
		check(audit_log_open(&log_, &diags, &arena, endless_read,
			  &endless, &map) == 0);
		check(lookback_run(lookback, &arena, &log_, &judge, &rules,
			  NULL, NULL) == (more > 0 ? LOOKBACK_E_LIMIT : 0));
		check(arena.used < LIMIT_VERB_BYTES / 128);
	}
	check(log_.n_rows > LIMIT_LOOKBACK_ROWS);
}

static void
a_header_alone_is_no_log(void)
{
	struct audit_source source = { .text = STR("reason,user\n\n") };
	struct lookback *lookback;
	struct audit_map map = { 0 };

	begin();
	lookback = ARENA_NEW(&arena, struct lookback);
	check(audit_log_open(&log_, &diags, &arena, audit_source_read, &source,
		  &map) == 0);
	check(lookback_run(lookback, &arena, &log_, &judge, &rules, NULL,
		  NULL) == LOOKBACK_E_EMPTY);
}

static void
a_log_that_has_neither_reason_nor_case_is_not_to_be_known(void)
{
	struct lookback *l = look("userId,searchDate,cameraCount\n"
				  "a,2025-06-18,10\nb,2025-06-19,20\n");

	check_u64(l->n_verdict[LOOKBACK_UNKNOWN], 2);
	check(l->median_breadth == 20 && l->most_breadth == 20);
}

static void
contradictions_are_counted(void)
{
	struct lookback *l = look("reason,case,offenseType\n"
				  "burglary 25-5678,25-1234,Burglary\n"
				  "warrant,25-1234,Missing Person\n"
				  "x,stolen car bulletin,Other\n");

	check_u64(l->n_case_differs, 1);
	check_u64(l->n_class_differs, 1);
	check_u64(l->n_case_words, 1);
}

static void
rare_texts_plates_and_names_are_never_shown(void)
{
	struct lookback *l = look(
	    "reason\nUUV\nuuv\nUuv\nuuv.\n uuv \nJOHNSON CASE\nJOHNSON CASE\n"
	    "JOHNSON CASE\n"
	    "JOHNSON CASE\nJOHNSON CASE\nstolen ABC1234\nstolen ABC1234\n"
	    "stolen ABC1234\nstolen ABC1234\nstolen ABC1234\nSmithers\n"
	    "Smithers\nSmithers\nSmithers\nSmithers\n");

	check_u64(l->n_texts, 1);
	check_str(l->texts[0].text, STR("uuv"));
	check_u64(l->texts[0].n_rows, LOOKBACK_LEAST);
}

static void
the_page_is_whole_escaped_and_calls_nobody(void)
{
	struct lookback *l = look("reason,Search_Type\n"
				  "a\"><script>alert(1)</script>,<b>x</b>\n"
				  "uuv,'\"&\n");
	struct buf page;

	buf_init(&page, 1 << 20);
	check(lookback_html(l, &arena, &page) == 0);
	check(strstr(page.bytes, "<script") == NULL);
	check(strstr(page.bytes, "<b>x") == NULL);
	check(strstr(page.bytes, "&lt;b&gt;x&lt;/b&gt;") != NULL);
	check(strstr(page.bytes, "No &lt;ground&gt; &amp; none") != NULL);
	check(strstr(page.bytes, "http:") == NULL);
	check(strstr(page.bytes, "https:") == NULL);
	check(strstr(page.bytes, "src=") == NULL);
	check(strstr(page.bytes, "default-src 'none'") != NULL);
	check(strstr(page.bytes, "prefers-color-scheme:dark") != NULL);
	check(strstr(page.bytes, "</html>") != NULL);
	buf_fini(&page);
}

static void
every_rule_up_to_the_limit_is_told_apart(void)
{
	/* One judge has one set of rules; the table just must not overflow. */
	check(LIMIT_LOOKBACK_RULES > LOOKBACK_RULES);
}

static void
the_document_for_programs_has_the_same_numbers(void)
{
	struct lookback *l = look("reason,user\nuuv,a\nwarrant,b\n");
	struct buf text;

	buf_init(&text, 1 << 20);
	check(lookback_json(l, &arena, &text) == 0);
	check(strstr(text.bytes, "\"rows\":2,") != NULL);
	check(strstr(text.bytes, "\"refused\":1,") != NULL);
	check(strstr(text.bytes, "\"permitted-if-confirmed\":1,") != NULL);
	buf_fini(&text);
}

static void
the_terminal_shows_it_without_colour_in_a_file(void)
{
	struct lookback *l = look("reason,user\nuuv,a\nwarrant,b\n");
	static char text[1 << 16];
	FILE *file = fmemopen(text, sizeof(text), "w");
	struct terminal terminal;

	terminal_init(&terminal, file, true);
	check(lookback_print(l, &arena, &terminal) == 0);
	fclose(file);
	check(strstr(text, "Refused") != NULL);
	check(strstr(text, "test/no-ground") != NULL);
	check(strstr(text, "What the log cannot tell") != NULL);
	check(strstr(text, "\033") == NULL);
}

static const struct tap_test tests[] = {
	TEST(rows_fall_into_verdicts_by_what_they_name),
	TEST(the_same_facts_are_judged_once),
	TEST(what_is_over_a_daily_limit_is_referred),
	TEST(the_same_vehicle_counts_once_where_the_log_names_it),
	TEST(a_reason_that_was_taken_out_is_not_a_blank_one),
	TEST(days_stand_before_months_when_the_log_shows_it),
	TEST(too_many_rows_are_refused_and_the_most_are_not),
	TEST(a_header_alone_is_no_log),
	TEST(a_log_that_has_neither_reason_nor_case_is_not_to_be_known),
	TEST(contradictions_are_counted),
	TEST(rare_texts_plates_and_names_are_never_shown),
	TEST(the_page_is_whole_escaped_and_calls_nobody),
	TEST(every_rule_up_to_the_limit_is_told_apart),
	TEST(the_document_for_programs_has_the_same_numbers),
	TEST(the_terminal_shows_it_without_colour_in_a_file),
};

int
main(int argc, char **argv)
{
	int status = tap_main(tests, ARRAY_LEN(tests), argc, argv);

	audit_log_close(&log_);
	arena_fini(&arena);
	return status;
}
