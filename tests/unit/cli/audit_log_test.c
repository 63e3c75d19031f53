/* Published logs: encodings, separators, headers, rows that are no rows. */
#include "cli/audit_log.h"

#include "audit_source.h"
#include "limits.h"
#include "tap.h"
#include "util/buf.h"
#include "util/instant.h"

#define ROWS 8

static struct arena arena;
static struct diag_list diags;
static struct audit_log log_;
static struct audit_source source;
static struct audit_log_row rows[ROWS]; /* their texts live in the arena */
static size_t n_rows;

/* Read it all; the first rows are kept. Returns: the outcome of the opening. */
static int
read_with(struct str text, const struct audit_map *map)
{
	struct audit_log_row row;
	int r;

	audit_log_close(&log_);
	arena_fini(&arena);
	arena_init(&arena, (size_t)1 << 30);
	diag_init(&diags, &arena, STR("log.csv"), (struct str){ 0 });
	source.text = text;
	source.at = 0;
	n_rows = 0;
	r = audit_log_open(&log_, &diags, &arena, audit_source_read, &source,
	    map);
	if (r != 0)
		return r;
	while ((r = audit_log_next(&log_, &row)) == 0) {
		for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++)
			row.cells[i] = arena_str(&arena, row.cells[i]);
		if (n_rows < ROWS)
			rows[n_rows] = row;
		n_rows++;
	}
	check_u64(r, AUDIT_LOG_E_END);
	check_u64(log_.n_rows, n_rows);
	return 0;
}

static int
read_text(const char *text)
{
	struct audit_map map = { 0 };

	return read_with(str_of(text), &map);
}

static struct str
cell(size_t row, enum audit_map_column column)
{
	return row < n_rows ? rows[row].cells[column] : STR("(no row)");
}

static void
a_plain_log_is_read_with_its_guess(void)
{
	check(read_text("id,userId,searchDate,cameraCount,reason\n"
		  "1,u1,2025-06-18 00:02:04.789,94, theft \n"
		  "2,u2,,3,\"two\nlines, \"\"quoted\"\"\"\n") == 0);
	check_u64(n_rows, 2);
	check_str(log_.names[AUDIT_MAP_WHO], STR("userId"));
	check(log_.is_guess[AUDIT_MAP_WHO]);
	check_str(cell(0, AUDIT_MAP_REASON), STR("theft"));
	check_str(cell(1, AUDIT_MAP_REASON),
	    STR("two\nlines, \"quoted\""));
	check_u64(log_.n_no_time, 1);
	check(!log_.is_used[0] && log_.is_used[4]);
	check(rows[0].when_us == INT64_C(1750204924789000));
}

static void
other_separators_titles_and_a_mark_in_front_are_seen_through(void)
{
	check(read_text("\xef\xbb\xbf" "Audit report of the county\r\n"
		  "made 06/30/2025\r\n\r\n"
		  "Search Time;Officer;Reason;Case #\r\n"
		  "18/06/2025 13:00;smith;inv;25-1234\r\n") == 0);
	check_u64(n_rows, 1);
	check(log_.separator == ';' && log_.is_day_first);
	check_str(cell(0, AUDIT_MAP_CASE), STR("25-1234"));
	check(read_text("reason\tuser\nuuv\tx\n") == 0);
	check(log_.separator == '\t');
	check(read_text("reason\nuuv\nwarrant\n") == 0);
	check_u64(n_rows, 2);
}

static void
other_encodings_become_utf8(void)
{
	static const char utf16[] = "\xff\xfer\0e\0a\0s\0o\0n\0\n\0"
				    "\xe9\0t\0\x3d\xd8\x00\xde\n\0";
	struct audit_map map = { 0 };

	check(read_with((struct str){ utf16, sizeof(utf16) - 1 }, &map) ==
	    0);
	check_str(cell(0, AUDIT_MAP_REASON),
	    STR("\xc3\xa9t\xf0\x9f\x98\x80"));
	check_str(str_of(audit_text_encoding(&log_.text)), STR("UTF-16"));
	check(read_text("reason\nJos\xe9\x92s car\n") == 0);
	check_str(cell(0, AUDIT_MAP_REASON),
	    STR("Jos\xc3\xa9\xe2\x80\x99s car"));
	check_str(str_of(audit_text_encoding(&log_.text)),
	    STR("Windows-1252"));
	check(read_text("reason\rone\rtwo\r") == 0);
	check_u64(n_rows, 2);
}

static void
broken_quotes_cost_no_row_and_are_counted(void)
{
	check(read_text("reason,user\nuuv,a\n\"x\"y,b\nwarrant\n"
			      "test,c\n") == 0);
	check_u64(n_rows, 4);
	check_u64(log_.n_mended, 1);
	check_u64(log_.n_short, 1);
	check_str(cell(1, AUDIT_MAP_WHO), STR("b"));
	check(read_text("reason,user\nuuv,a\n\"never closed,b\nc,d\n") ==
	    0);
	check_u64(n_rows, 3);
	check_str(cell(1, AUDIT_MAP_REASON), STR("never closed"));
	check(read_text("reason,user\n"
			"\"a \"word\" of, it\",\"b\"\n\"c\",\"d\"\n") == 0);
	check_u64(n_rows, 2);
	check_str(cell(0, AUDIT_MAP_REASON), STR("a \"word\" of, it"));
	check_str(cell(0, AUDIT_MAP_WHO), STR("b"));
}

static void
a_log_without_known_columns_says_what_to_do(void)
{
	check(read_text("alpha,beta\n1,2\n") == AUDIT_LOG_E_COLUMNS);
	check(diags.n_errors == 1);
	check(strstr(diags.items[0].help.p, "columns = {") != NULL);
	check(read_text("") == AUDIT_LOG_E_EMPTY);
	check(read_text("\n \n\n") == AUDIT_LOG_E_EMPTY);
	check(read_text("reason\n") == 0);
	check_u64(n_rows, 0);
}

static void
a_mapping_stands_before_a_guess(void)
{
	struct audit_map map = { 0 };
	struct str text = STR("reason,why,user\nx,theft,u1\n");

	map.columns[AUDIT_MAP_REASON] = STR("Why");
	map.is_given[AUDIT_MAP_REASON] = true;
	map.columns[AUDIT_MAP_WHO] = STR("");
	map.is_given[AUDIT_MAP_WHO] = true;
	check(read_with(text, &map) == 0);
	check_str(cell(0, AUDIT_MAP_REASON), STR("theft"));
	check(!log_.is_guess[AUDIT_MAP_REASON]);
	check(log_.names[AUDIT_MAP_WHO].p == NULL);
	map.columns[AUDIT_MAP_CASE] = STR("gone");
	map.is_given[AUDIT_MAP_CASE] = true;
	check(read_with(text, &map) == AUDIT_LOG_E_COLUMNS);
	check(strstr(diags.items[0].text.p, "case = \"gone\"") != NULL);
}

static void
a_log_without_a_header_is_mapped_by_number(void)
{
	struct audit_map map = { .has_no_header = true };

	map.columns[AUDIT_MAP_REASON] = STR("#2");
	map.is_given[AUDIT_MAP_REASON] = true;
	check(read_with(STR("u1,theft\nu2,uuv\n"), &map) == 0);
	check_u64(n_rows, 2);
	check_str(cell(0, AUDIT_MAP_REASON), STR("theft"));
	check_str(log_.names[AUDIT_MAP_REASON], STR("#2"));
}

static void
columns_of_many_agencies_are_guessed(void)
{
	static const struct {
		const char *header;
		enum audit_map_column column;
		const char *name;
	} samples[] = {
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
		{ "ID, Name, Org Name, Total Networks Searched, Time Frame,"
		  " License Plate, Reason, Case #, Filters, Search Time,"
		  " Search Type, Text Prompt, Moderation",
		    AUDIT_MAP_WHEN, "Search Time" },
		{ "ID, Name, Org Name, Total Networks Searched, Time Frame,"
		  " License Plate, Reason, Case #, Filters, Search Time,"
		  " Search Type, Text Prompt, Moderation",
		    AUDIT_MAP_CASE, "Case #" },
		{ "\"Event Time (UTC)\",Actor,Justification,Incident ID",
		    AUDIT_MAP_WHEN, "Event Time (UTC)" },
		{ "\"Event Time (UTC)\",Actor,Justification,Incident ID",
		    AUDIT_MAP_WHO, "Actor" },
		{ "Date,Searched By,CFS #,Reason", AUDIT_MAP_CASE, "CFS #" },
		{ "Search Date,Search Time,Name", AUDIT_MAP_TIME,
		    "Search Time" },
		{ "User,Date,OCA,Purpose", AUDIT_MAP_CASE, "OCA" },
		{ "User,Date,OCA,Purpose", AUDIT_MAP_REASON, "Purpose" },
		{ "Officer Name,License Plate,Date/Time,Reason for Search",
		    AUDIT_MAP_WHO, "Officer Name" },
		{ "Officer Name,License Plate,Date/Time,Reason for Search",
		    AUDIT_MAP_WHEN, "Date/Time" },
		{ "Officer Name,License Plate,Date/Time,Reason for Search",
		    AUDIT_MAP_SUBJECT, "License Plate" },
	};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s\nx,x\n", samples[i].header);
		check(read_text(text) == 0);
		if (!check_str(log_.names[samples[i].column],
			str_of(samples[i].name)))
			printf("# in %s\n", samples[i].header);
	}
}

static void
a_time_of_day_in_its_own_column_is_put_to_the_date(void)
{
	static const char *const texts[] = {
		"Search Date,Search Time,Reason\n2025-06-18,00:02:04,x\n",
		"DATE,TIME,REASON\n6/18/25,12:02:04 AM,x\n",
		"Date;Time of search;Reason\n18.06.2025 0:00;0:02:04;x\n",
		"Date,Time,Reason\n\"Jun 18, 2025\",00:02:04,x\n" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		check(read_text(texts[i]) == 0);
		if (!check(rows[0].when_us == INT64_C(1750204924000000)))
			printf("# of %s", texts[i]);
	}
	check(read_text("Date,Time,Reason\n2025-06-18,None,x\n") == 0);
	check(rows[0].when_us == INT64_C(1750204800000000));
}

static void
day_and_month_are_settled_by_most_of_the_log(void)
{
	static const char day_first[] = "date,reason\n01/02/2025,x\n"
		"13/02/2025,x\n14/02/2025,x\n02/13/2025,x\n";
	static const char month_first[] = "date,reason\n01/02/2025,x\n"
		"13/02/2025,x\n02/14/2025,x\n02/13/2025,x\n";
	struct audit_map map = { .dates = AUDIT_MAP_DATES_DMY };

	check(read_text(day_first) == 0);
	check(log_.is_day_first && log_.n_day_first == 2 &&
	    log_.n_month_first == 1);
	check(rows[0].swap_us - rows[0].when_us == 30 * INSTANT_DAY);
	check(read_text(month_first) == 0);
	check(!log_.is_day_first);
	check(read_with(str_of(month_first), &map) == 0);
	check(log_.is_day_first);
}

static void
what_is_no_look_up_is_left_out_and_counted(void)
{
	check(read_text("User,Date,Reason\na,2025-06-18,x\n,,\n\n"
			"User,Date,Reason\nb,2025-06-18,\"y\"\n , , \n"
			"c,2025-06-18,z,more\n") == 0);
	check_u64(n_rows, 3);
	check_u64(log_.n_blank, 2);
	check_u64(log_.n_headers, 1);
	check_u64(log_.n_long, 1);
}

static void
what_spreadsheets_put_around_a_value_is_taken_off(void)
{
	static const char text[] = "sep=;\nReason;Case Number\n"
		"\302\240burglary\302\240 ;=\"25-01234\"\n"
		"theft;\"=\"\"2025\"\"\"\n";

	check(read_text(text) == 0);
	check_str(cell(0, AUDIT_MAP_REASON), STR("burglary"));
	check_str(cell(0, AUDIT_MAP_CASE), STR("25-01234"));
	check_str(cell(1, AUDIT_MAP_CASE), STR("2025"));
}

static void
a_name_that_stands_twice_is_told(void)
{
	check(read_text("Reason,User,Reason\n,a,theft\n") == 0);
	check_u64(diags.n_items, 1);
	check(strstr(diags.items[0].text.p, "reason = \"#3\"") != NULL);
}

static void
a_log_without_its_header_is_seen(void)
{
	check(read_text("a,1/2/2025 3:04 PM,license plate check,25-00123\n"
			"b,1/3/2025 3:04 PM,theft,\n") ==
	    AUDIT_LOG_E_COLUMNS);
	check(strstr(diags.items[0].text.p, "there is no header") != NULL);
	check(strstr(diags.items[0].help.p, "header = false") != NULL);
	check_u64(log_.n_header, 4);
}

static void
a_mapping_s_slip_is_answered_with_the_columns(void)
{
	struct audit_map map = { 0 };

	map.columns[AUDIT_MAP_REASON] = STR("Reson for serch");
	map.is_given[AUDIT_MAP_REASON] = true;
	check(read_with(STR("Officer,Reason for search\nx,y\n"), &map) ==
	    AUDIT_LOG_E_COLUMNS);
	check(strstr(diags.items[0].text.p,
		  "did you mean \"Reason for search\"?") != NULL);
	check(strstr(diags.items[0].help.p, "\"Officer\"") != NULL);
}

static void
what_is_no_text_is_named(void)
{
	static const struct {
		struct str text;
		const char *what;
	} files[] = {
		{ STR_INIT("PK\003\004\024\000\006\000\b\000"), "Excel" },
		{ STR_INIT("%PDF-1.7\n%\342\343\n"), "PDF" },
		{ STR_INIT("\037\213\b\000\000\000"), "gzip" },
		{ STR_INIT("<!DOCTYPE html><html>"), "web page" },
		{ STR_INIT("SQLite format 3\000"), "database" },
	};
	struct audit_map map = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		check(read_with(files[i].text, &map) == AUDIT_LOG_E_KIND);
		check(strstr(diags.items[0].text.p, files[i].what) != NULL);
	}
}

/* A log far longer than the window, cut at every place by the source. */
static void
a_long_log_reads_the_same_in_any_pieces(void)
{
	struct audit_map map = { 0 };
	struct buf text;

	buf_init(&text, (size_t)1 << 22);
	buf_add_text(&text, "user,reason\n");
	for (size_t i = 0; i < 40000; i++)
		buf_add_format(&text, "u%zu,\"Jos\303\251\n%zu\"\n", i, i);
	for (size_t most = 0; most < 4; most++) {
		source.most = most;
		check(read_with(buf_str(&text), &map) == 0);
		check_u64(n_rows, 40000);
		check_str(cell(7, AUDIT_MAP_REASON), STR("Jos\303\251\n7"));
		check(!log_.text.has_windows);
		check(log_.file.window.size <= LIMIT_CSV_WINDOW + 1);
	}
	source.most = 0;
	buf_fini(&text);
}

static const struct tap_test tests[] = {
	TEST(a_plain_log_is_read_with_its_guess),
	TEST(other_separators_titles_and_a_mark_in_front_are_seen_through),
	TEST(other_encodings_become_utf8),
	TEST(broken_quotes_cost_no_row_and_are_counted),
	TEST(a_log_without_known_columns_says_what_to_do),
	TEST(a_mapping_stands_before_a_guess),
	TEST(a_log_without_a_header_is_mapped_by_number),
	TEST(columns_of_many_agencies_are_guessed),
	TEST(a_time_of_day_in_its_own_column_is_put_to_the_date),
	TEST(day_and_month_are_settled_by_most_of_the_log),
	TEST(what_is_no_look_up_is_left_out_and_counted),
	TEST(what_spreadsheets_put_around_a_value_is_taken_off),
	TEST(a_name_that_stands_twice_is_told),
	TEST(a_log_without_its_header_is_seen),
	TEST(a_mapping_s_slip_is_answered_with_the_columns),
	TEST(what_is_no_text_is_named),
	TEST(a_long_log_reads_the_same_in_any_pieces),
};

int
main(int argc, char **argv)
{
	int status = tap_main(tests, ARRAY_LEN(tests), argc, argv);

	audit_log_close(&log_);
	arena_fini(&arena);
	return status;
}
