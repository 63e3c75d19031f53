/* Published logs: encodings, separators, headers, rows that are no rows. */
#include "cli/audit_log.h"

#include "limits.h"
#include "tap.h"
#include "util/buf.h"

static struct arena arena;
static struct diag_list diags;

static int
read_with(struct audit_log *log, struct str text, const struct audit_map *map)
{
	arena_fini(&arena);
	arena_init(&arena, (size_t)1 << 30);
	diag_init(&diags, &arena, STR("log.csv"), (struct str){ 0 });
	return audit_log_read(log, &diags, &arena, text, map, NULL, NULL);
}

static int
read_text(struct audit_log *log, const char *text)
{
	struct audit_map map = { 0 };

	return read_with(log, str_of(text), &map);
}

static struct str
cell(const struct audit_log *log, size_t row, enum audit_map_column column)
{
	return log->rows[row].cells[column];
}

static void
a_plain_log_is_read_with_its_guess(void)
{
	struct audit_log log;

	check(read_text(&log,
		  "id,userId,searchDate,cameraCount,reason\n"
		  "1,u1,2025-06-18 00:02:04.789,94, theft \n"
		  "2,u2,,3,\"two\nlines, \"\"quoted\"\"\"\n") == 0);
	check_u64(log.n_rows, 2);
	check_str(log.names[AUDIT_MAP_WHO], STR("userId"));
	check(log.is_guess[AUDIT_MAP_WHO]);
	check_str(cell(&log, 0, AUDIT_MAP_REASON), STR("theft"));
	check_str(cell(&log, 1, AUDIT_MAP_REASON),
	    STR("two\nlines, \"quoted\""));
	check_u64(log.n_no_time, 1);
	check_u64(log.n_others, 1);
	check(log.rows[0].when_us == INT64_C(1750204924789000));
}

static void
other_separators_titles_and_a_mark_in_front_are_seen_through(void)
{
	struct audit_log log;

	check(read_text(&log,
		  "\xef\xbb\xbf" "Audit report of the county\r\n"
		  "made 06/30/2025\r\n\r\n"
		  "Search Time;Officer;Reason;Case #\r\n"
		  "18/06/2025 13:00;smith;inv;25-1234\r\n") == 0);
	check_u64(log.n_rows, 1);
	check(log.separator == ';' && log.is_day_first);
	check_str(cell(&log, 0, AUDIT_MAP_CASE), STR("25-1234"));
	check(read_text(&log, "reason\tuser\nuuv\tx\n") == 0);
	check(log.separator == '\t');
	check(read_text(&log, "reason\nuuv\nwarrant\n") == 0);
	check_u64(log.n_rows, 2);
}

static void
other_encodings_become_utf8(void)
{
	static const char utf16[] = "\xff\xfer\0e\0a\0s\0o\0n\0\n\0"
				    "\xe9\0t\0\x3d\xd8\x00\xde\n\0";
	struct audit_map map = { 0 };
	struct audit_log log;

	check(read_with(&log, (struct str){ utf16, sizeof(utf16) - 1 }, &map) ==
	    0);
	check_str(cell(&log, 0, AUDIT_MAP_REASON),
	    STR("\xc3\xa9t\xf0\x9f\x98\x80"));
	check_str(str_of(log.encoding), STR("UTF-16"));
	check(read_text(&log, "reason\nJos\xe9\x92s car\n") == 0);
	check_str(cell(&log, 0, AUDIT_MAP_REASON),
	    STR("Jos\xc3\xa9\xe2\x80\x99s car"));
	check_str(str_of(log.encoding), STR("Windows-1252"));
	check(read_text(&log, "reason\rone\rtwo\r") == 0);
	check_u64(log.n_rows, 2);
}

static void
broken_rows_are_counted_and_the_rest_is_read(void)
{
	struct audit_log log;

	check(read_text(&log, "reason,user\nuuv,a\n\"x\"y,b\nwarrant\n"
			      "test,c\n") == 0);
	check_u64(log.n_rows, 3);
	check_u64(log.n_unreadable, 1);
	check_u64(log.n_short, 1);
	check_u64(diags.n_items, 1);
	check(read_text(&log, "reason,user\nuuv,a\n\"never closed,b\nc,d\n") ==
	    0);
	check(log.n_unreadable >= 1);
}

static void
a_log_without_known_columns_says_what_to_do(void)
{
	struct audit_log log;

	check(read_text(&log, "alpha,beta\n1,2\n") == AUDIT_LOG_E_COLUMNS);
	check(diags.n_errors == 1);
	check(strstr(diags.items[0].help.p, "columns = {") != NULL);
	check(read_text(&log, "") == AUDIT_LOG_E_EMPTY);
	check(read_text(&log, "reason\n") == AUDIT_LOG_E_EMPTY);
}

static void
a_mapping_stands_before_a_guess(void)
{
	struct audit_map map = { 0 };
	struct audit_log log;
	struct str text = STR("reason,why,user\nx,theft,u1\n");

	map.columns[AUDIT_MAP_REASON] = STR("Why");
	map.is_given[AUDIT_MAP_REASON] = true;
	map.columns[AUDIT_MAP_WHO] = STR("");
	map.is_given[AUDIT_MAP_WHO] = true;
	check(read_with(&log, text, &map) == 0);
	check_str(cell(&log, 0, AUDIT_MAP_REASON), STR("theft"));
	check(!log.is_guess[AUDIT_MAP_REASON]);
	check(log.names[AUDIT_MAP_WHO].p == NULL);
	map.columns[AUDIT_MAP_CASE] = STR("gone");
	map.is_given[AUDIT_MAP_CASE] = true;
	check(read_with(&log, text, &map) == AUDIT_LOG_E_COLUMNS);
	check(strstr(diags.items[0].text.p, "case = \"gone\"") != NULL);
}

static void
a_log_without_a_header_is_mapped_by_number(void)
{
	struct audit_map map = { .has_no_header = true };
	struct audit_log log;

	map.columns[AUDIT_MAP_REASON] = STR("#2");
	map.is_given[AUDIT_MAP_REASON] = true;
	check(read_with(&log, STR("u1,theft\nu2,uuv\n"), &map) == 0);
	check_u64(log.n_rows, 2);
	check_str(cell(&log, 0, AUDIT_MAP_REASON), STR("theft"));
	check_str(log.names[AUDIT_MAP_REASON], STR("#2"));
}

static void
columns_of_many_agencies_are_guessed(void)
{
	static const struct {
		const char *header;
		enum audit_map_column column;
		const char *name;
	} rows[] = {
		{ "networks,devices,time frame,Reason,Search_Time,Search_Type,"
		  "Moderation",
		    AUDIT_MAP_WHEN, "Search_Time" },
		{ "networks,devices,time frame,Reason,Search_Time,Search_Type,"
		  "Moderation",
		    AUDIT_MAP_BREADTH, "devices" },
		{ "networks,devices,time frame,Reason,Search_Time,Search_Type,"
		  "Moderation",
		    AUDIT_MAP_MODERATION, "Moderation" },
		{ "id,userId,searchDate,networkCount,reason,caseNumber,"
		  "offenseType",
		    AUDIT_MAP_CASE, "caseNumber" },
		{ "id,userId,searchDate,networkCount,reason,offenseType",
		    AUDIT_MAP_OFFENCE, "offenseType" },
		{ "User,Date,OCA,Purpose", AUDIT_MAP_CASE, "OCA" },
		{ "User,Date,OCA,Purpose", AUDIT_MAP_REASON, "Purpose" },
		{ "Officer Name,License Plate,Date/Time,Reason for Search",
		    AUDIT_MAP_WHO, "Officer Name" },
		{ "Officer Name,License Plate,Date/Time,Reason for Search",
		    AUDIT_MAP_WHEN, "Date/Time" },
		{ "Officer Name,License Plate,Date/Time,Reason for Search",
		    AUDIT_MAP_SUBJECT, "License Plate" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct audit_log log;
		char text[256];

		snprintf(text, sizeof(text), "%s\nx,x\n", rows[i].header);
		check(read_text(&log, text) == 0);
		check_str(log.names[rows[i].column], str_of(rows[i].name));
	}
}

static void
too_many_rows_are_refused(void)
{
	struct buf text;
	struct audit_map map = { 0 };
	struct audit_log log;

	buf_init(&text, LIMIT_LOOKBACK_BYTES);
	buf_add_text(&text, "reason\n");
	for (size_t i = 0; i <= LIMIT_LOOKBACK_ROWS; i++)
		buf_add(&text, "x\n", 2);
	arena_fini(&arena);
	arena_init(&arena, LIMIT_VERB_BYTES);
	diag_init(&diags, &arena, STR("log.csv"), (struct str){ 0 });
	check(audit_log_read(&log, &diags, &arena, buf_str(&text), &map, NULL,
		  NULL) == AUDIT_LOG_E_LIMIT);
	buf_fini(&text);
	arena_fini(&arena);
	arena_init(&arena, 1024);
}

static const struct tap_test tests[] = {
	TEST(a_plain_log_is_read_with_its_guess),
	TEST(other_separators_titles_and_a_mark_in_front_are_seen_through),
	TEST(other_encodings_become_utf8),
	TEST(broken_rows_are_counted_and_the_rest_is_read),
	TEST(a_log_without_known_columns_says_what_to_do),
	TEST(a_mapping_stands_before_a_guess),
	TEST(a_log_without_a_header_is_mapped_by_number),
	TEST(columns_of_many_agencies_are_guessed),
	TEST(too_many_rows_are_refused),
};

int
main(int argc, char **argv)
{
	int status = tap_main(tests, ARRAY_LEN(tests), argc, argv);

	arena_fini(&arena);
	return status;
}
