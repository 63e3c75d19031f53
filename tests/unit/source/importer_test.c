/* Importing: real registrations, broken files, columns that stay out. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "limits.h"
#include "source/importer.h"
#include "source/source.h"
#include "source/source_sqlite.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/instant.h"

#define NOW (INT64_C(1795463801) * 1000000) /* 2026-11-23 */

static char directory[] = "/tmp/stile_importer_XXXXXX";
static char csv_path[64];
static char map_path[64];
static char database[96];
static struct arena arena;
static struct diag_list diags;
static struct importer_report report;

static void
put(const char *path, struct str text)
{
	check_u64(file_replace(AT_FDCWD, path, text, 0600), 0);
}

static int
run(const char *csv, const char *map)
{
	struct importer_options options = { .csv = csv, .map = map,
		.dir = directory, .now_us = NOW };

	arena_reset(&arena);
	diag_init(&diags, &arena, STR(""), STR(""));
	return importer_run(&report, &diags, &arena, &options);
}

static int
import(const char *csv, const char *map)
{
	put(csv_path, str_of(csv));
	put(map_path, str_of(map));
	return run(csv_path, map_path);
}

/* Outcome of a look-up in what was imported. */
static int
find(struct record *record, const char *canonical)
{
	struct source source;
	struct subject subject;
	struct subject_problem problem;
	int r;

	check_u64(subject_parse_canonical(&subject, &problem, &arena,
		      str_of(canonical), instant_day(NOW)),
	    0);
	r = source_open(&source, &source_sqlite_backend, database);
	if (r == 0)
		r = source_fetch(record, &source, &arena, &subject);
	source_close(&source);
	return r;
}

static bool
has_words(struct str text, const char *words)
{
	return text.p != NULL &&
	    memmem(text.p, text.len, words, strlen(words)) != NULL;
}

static const char vehicles_map[] =
    "kind = \"vehicle\";\n"
    "columns = (\n"
    " { column = \"VIN\"; field = \"vehicle.vin\"; },\n"
    " { column = \"Make\"; field = \"vehicle.make\"; upper = true; },\n"
    " { column = \"Zip\"; field = \"owner.address.zip\"; optional = true; },\n"
    " { column = \"Sealed\"; field = \"flag.sealed\"; optional = true; },\n"
    " { column = \"Expires\"; field = \"registration.expires\"; "
    "date = \"MM/DD/YYYY\"; optional = true; } );\n";

static const char drivers_map[] =
    "kind = \"driver\";\n"
    "columns = (\n"
    " { column = \"No\"; field = \"licence.number\"; },\n"
    " { value = \"NY\"; field = \"licence.state\"; },\n"
    " { column = \"Family\"; field = \"person.family\"; },\n"
    " { column = \"Given\"; field = \"person.given\"; },\n"
    " { column = \"Born\"; field = \"person.birth_date\"; },\n"
    " { column = \"Race\"; field = \"person.eyes\"; optional = true; },\n"
    " { column = \"Nine\"; field = \"person.ssn\"; optional = true; } );\n";

static void
new_york_registrations_are_imported_and_found(void)
{
	struct record record;

	unlink(database);
	check_u64(run(DATA_DIR "/vehicles/ny_dmv_ev_registrations_2018.csv",
		      DATA_DIR "/vehicles/ny.map"),
	    0);
	check_u64(report.n_rows, 9222);
	check_u64(report.n_new, 9215);
	check_u64(report.n_rejected, 7);
	check_u64(report.n_bad_digit, 1);
	check_u64(report.rejected[0].line, 2);
	check_u64(report.n_dropped, 1);
	check_str(report.dropped[0].name, STR("Scofflaw Indicator"));
	check_u64(find(&record, "vin|537LS7D46CT083476"), 0);
	check_str(record.values[RECORD_VEHICLE_MAKE], STR("AZURE"));
	check_str(record.values[RECORD_VEHICLE_COLOR], STR("WHITE"));
	check_str(record.values[RECORD_REGISTRATION_EXPIRES],
	    STR("2019-05-17"));
	check_str(record.values[RECORD_REGISTRATION_STATUS], STR("ACTIVE"));
	check_str(record.values[RECORD_OWNER_ADDRESS_ZIP], STR("14108"));
}

static void
importing_again_updates_by_key_and_adds_nothing(void)
{
	check_u64(run(DATA_DIR "/vehicles/ny_dmv_ev_registrations_2018.csv",
		      DATA_DIR "/vehicles/ny.map"),
	    0);
	check_u64(report.n_new, 0);
	check_u64(report.n_updated, 9215);
}

static void
washingtons_ten_character_vins_are_no_key_and_leave_the_old_records(void)
{
	struct record record;

	check_u64(run(DATA_DIR "/vehicles/wa_dol_ev_first2000.csv",
		      DATA_DIR "/vehicles/wa.map"),
	    IMPORTER_E_EMPTY);
	check_u64(report.n_rows, 2000);
	check_u64(report.n_rejected, 2000);
	check(has_words(report.rejected[0].reason, "17 characters"));
	check_u64(find(&record, "vin|537LS7D46CT083476"), 0);
}

static void
columns_that_stay_out_are_dropped_even_when_mapped(void)
{
	struct record record;

	check_u64(import("No,Family,Given,Born,Race,Nine,Place of Birth,"
			 "Shoe\n1234,Doe,Jane,1980-02-29,W,000-00-0000,X,9\n",
		      drivers_map),
	    0);
	check_u64(report.n_dropped, 3);
	check_str(report.dropped[0].name, STR("Race"));
	check_str(report.dropped[1].name, STR("Nine"));
	check_str(report.dropped[2].name, STR("Place of Birth"));
	check_u64(report.n_ignored, 1);
	check_str(report.ignored[0].name, STR("Shoe"));
	check_u64(find(&record, "person|DOE|JANE|1980-02-29"), 0);
	check(record.values[RECORD_PERSON_EYES].p == NULL);
	check(record.values[RECORD_PERSON_SSN].p == NULL);
}

static void
p2_namesakes_are_kept_apart_and_never_given_out(void)
{
	struct record record;

	check_u64(import("No,Family,Given,Born\n"
			 "1111,Roe,Ann,1990-01-01\n"
			 "2222,ROE,ANN,1990-01-01\n"
			 ",Roe,Ann,1990-01-01\n",
		      drivers_map),
	    0);
	check_u64(report.n_new, 2);
	check_u64(report.n_rejected, 1);
	check(has_words(report.rejected[0].reason, "licence"));
	check_u64(find(&record, "person|ROE|ANN|1990-01-01"), SOURCE_E_MANY);
	check_u64(find(&record, "licence|NY|1111"), 0);
	check_str(record.values[RECORD_PERSON_FAMILY], STR("ROE"));
}

static void
a_name_that_is_no_key_leaves_the_licence_to_ask_by(void)
{
	struct record record;

	check_u64(import("No,Family,Given,Born\n3333,O,J,1990-01-01\n",
		      drivers_map),
	    0);
	check_u64(report.n_one_way, 1);
	check_u64(find(&record, "licence|NY|3333"), 0);
}

static void
bad_rows_are_told_by_line_and_good_ones_kept(void)
{
	check_u64(import("VIN,Make,Expires\n"
			 "1M8GDM9AXKP042788,a,01/31/2027\n"
			 "1G4AH59H45G118341,b\n"
			 "\"JH2RC3605MM101581\"x,c,01/31/2027\n"
			 "JH2RC3605MM101581,\xff,01/31/2027\n"
			 "JH2RC3605MM101581,d,2027-01-31\n"
			 "JH2RC3605MM101581,\"d\ne\",01/31/2027\n"
			 "%,e,01/31/2027\n"
			 "\n"
			 "1J9RP1A36A1644345,f,\n",
		      vehicles_map),
	    0);
	check_u64(report.n_rows, 8);
	check_u64(report.n_new + report.n_updated, 2);
	check_u64(report.n_rejected, 6);
	check_u64(report.rejected[0].line, 3);
	check_str(report.rejected[0].reason,
	    STR("row: 2 cells where the header has 3"));
	check_u64(report.rejected[1].line, 4);
	check_u64(report.rejected[2].line, 5);
	check_str(report.rejected[2].reason, STR("Make: not UTF-8 text"));
	check_str(report.rejected[3].reason,
	    STR("Expires: no date of the form MM/DD/YYYY"));
	check(has_words(report.rejected[4].reason, "control"));
	check_u64(report.rejected[5].line, 9);
}

static void
other_separators_quotes_and_a_byte_order_mark_are_read(void)
{
	struct record record;

	check_u64(import("\xef\xbb\xbfVIN;Make;Zip\r\n"
			 "\"1M8GDM9AXKP042788\";\"A;\"\"B\"\"\";12345-6789\r\n",
		      "separator = \";\"; kind = \"vehicle\"; columns = ("
		      "{ column = \"VIN\"; field = \"vehicle.vin\"; },"
		      "{ column = \"Make\"; field = \"vehicle.make\"; },"
		      "{ column = \"Zip\"; field = \"owner.address.zip\"; });"),
	    0);
	check_u64(find(&record, "vin|1M8GDM9AXKP042788"), 0);
	check_str(record.values[RECORD_VEHICLE_MAKE], STR("A;\"B\""));
	/* DPPA-1: ZIP+4 is personal information, five digits are not. */
	check_str(record.values[RECORD_OWNER_ADDRESS_ZIP], STR("12345"));
}

static void
a_seal_is_read_kept_and_lifted_only_when_the_file_speaks_of_it(void)
{
	struct record record;

	check_u64(import("VIN,Make,Sealed\n1M8GDM9AXKP042788,a,y\n",
		      vehicles_map),
	    0);
	check_u64(find(&record, "vin|1M8GDM9AXKP042788"), 0);
	check(record.is_sealed);
	check_u64(import("VIN,Make\n1M8GDM9AXKP042788,b\n", vehicles_map), 0);
	check_u64(find(&record, "vin|1M8GDM9AXKP042788"), 0);
	check(record.is_sealed);
	check_u64(import("VIN,Make,Sealed\n1M8GDM9AXKP042788,a,perhaps\n",
		      vehicles_map),
	    IMPORTER_E_EMPTY);
	check_u64(import("VIN,Make,Sealed\n1M8GDM9AXKP042788,a,N\n",
		      vehicles_map),
	    0);
	check_u64(find(&record, "vin|1M8GDM9AXKP042788"), 0);
	check(!record.is_sealed);
}

/* P12: bad input gets a clear error and changes nothing. */
static void
p12_a_wrong_mapping_or_file_imports_nothing_and_says_why(void)
{
	struct stat before;
	struct stat after;

	check(stat(database, &before) == 0);
	check_u64(import("VIN,Brand\n1M8GDM9AXKP042788,a\n", vehicles_map),
	    IMPORTER_E_MAP);
	check(has_words(diag_first(&diags), "no column \"Make\""));
	check_u64(import("VIN\n1M8GDM9AXKP042788\n",
		      "kind = \"vehicle\"; columns = ({ column = \"VIN\"; "
		      "field = \"vehicle.number\"; });"),
	    IMPORTER_E_MAP);
	check(has_words(diag_first(&diags), "vehicle.number"));
	check_u64(import("", vehicles_map), IMPORTER_E_FILE);
	check(has_words(diag_first(&diags), "empty"));
	check_u64(import("\xff\xfeV", vehicles_map), IMPORTER_E_FILE);
	check(has_words(diag_first(&diags), "UTF-16"));
	check_u64(import("VIN,Make\n", vehicles_map), IMPORTER_E_EMPTY);
	check_u64(run("/nowhere.csv", map_path), IMPORTER_E_CANNOT);
	check_u64(run(csv_path, "/nowhere.map"), IMPORTER_E_CANNOT);
	check_u64(run(csv_path, "/tmp"), IMPORTER_E_FILE);
	check_u64(run("/tmp", map_path), IMPORTER_E_FILE);
	check(stat(database, &after) == 0 && after.st_ino == before.st_ino);
}

static void
a_damaged_database_is_left_as_it_is_for_people_to_look_at(void)
{
	struct str bytes;

	put(database, STR("not a database"));
	check_u64(import("VIN,Make\n1M8GDM9AXKP042788,a\n", vehicles_map),
	    IMPORTER_E_FILE);
	check(has_words(diag_first(&diags), "damaged"));
	check_u64(file_read(&bytes, &arena, AT_FDCWD, database, 100), 0);
	check_str(bytes, STR("not a database"));
	unlink(database);
}

static void
a_check_reports_and_stores_nothing(void)
{
	struct importer_options options = { .csv = csv_path, .map = map_path,
		.dir = directory, .now_us = NOW, .is_check = true };

	unlink(database);
	put(csv_path, STR("VIN,Make\n1M8GDM9AXKP042788,a\n"));
	put(map_path, str_of(vehicles_map));
	arena_reset(&arena);
	diag_init(&diags, &arena, STR(""), STR(""));
	check_u64(importer_run(&report, &diags, &arena, &options), 0);
	check_u64(report.n_new, 1);
	check(access(database, F_OK) < 0);
}

struct progress {
	size_t n_calls;
	uint64_t last;
};

static void
count_progress(void *context, uint64_t bytes_done, uint64_t bytes_all,
    const struct importer_report *so_far)
{
	struct progress *progress = context;

	check(bytes_done >= progress->last && bytes_done <= bytes_all);
	check(so_far->n_rows >= so_far->n_rejected);
	progress->last = bytes_done;
	progress->n_calls++;
}

static long
resident_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
a_hundred_thousand_rows_are_imported_in_flat_memory(void)
{
	struct progress progress = { 0 };
	struct importer_options options = { .csv = csv_path, .map = map_path,
		.dir = directory, .now_us = NOW, .progress = count_progress,
		.context = &progress };
	FILE *out = fopen(csv_path, "w");
	long before;

	unlink(database);
	put(map_path, str_of(vehicles_map));
	fprintf(out, "VIN,Make,Zip\n");
	for (int i = 0; i < 100000; i++)
		fprintf(out, "%s%07d,a name of some length %d,12345\n",
		    i % 10 == 9 ? "" : "1M8GDM9AXK", i, i);
	fclose(out);
	arena_reset(&arena);
	diag_init(&diags, &arena, STR(""), STR(""));
	before = resident_kib();
	check_u64(importer_run(&report, &diags, &arena, &options), 0);
	check_u64(report.n_rows, 100000);
	check_u64(report.n_rejected, 10000);
	check_u64(progress.n_calls, 101);
	check(arena.used < 64 * 1024);
	/* A sanitizer's quarantine is no growth of ours. */
#if defined(__SANITIZE_ADDRESS__)
	check(before > 0);
#else
	check(resident_kib() - before < 16 * 1024);
#endif
	unlink(database);
}

static void
the_first_reasons_are_told_and_the_rest_counted(void)
{
	char text[4096] = "VIN,Make\n";
	char out[8192] = "";
	FILE *file = fmemopen(out, sizeof(out), "w");

	for (int i = 0; i < LIMIT_IMPORT_REASONS + 3; i++)
		memcpy(text + strlen(text), "x,y\n", 5);
	memcpy(text + strlen(text), "1M8GDM9AXKP042788,a\n", 21);
	check_u64(import(text, vehicles_map), 0);
	check_u64(report.n_rejected, LIMIT_IMPORT_REASONS + 3);
	check_u64(report.rejected[LIMIT_IMPORT_REASONS - 1].line,
	    LIMIT_IMPORT_REASONS + 1);
	importer_print(&report, file);
	fclose(file);
	check(has_words(str_of(out), "24 rows: 1 new, 0 updated, 23 rejected"));
	check(has_words(str_of(out), "and 3 more"));
	unlink(database);
}

static void
a_column_name_cannot_write_to_the_terminal(void)
{
	char name[LIMIT_IMPORT_COLUMN + 40];
	char text[400];

	check_u64(import("VIN,Make,\x1b[31mred\xff\n1M8GDM9AXKP042788,a,b\n",
		      vehicles_map),
	    0);
	check_str(report.ignored[0].name, STR("?[31mred?"));
	memset(name, 'n', sizeof(name));
	snprintf(text, sizeof(text), "VIN,Make,%.*s\n1M8GDM9AXKP042788,a,b\n",
	    (int)sizeof(name), name);
	check_u64(import(text, vehicles_map), 0);
	check_u64(report.ignored[0].name.len, LIMIT_IMPORT_COLUMN);
	unlink(database);
}

static void
a_mapping_past_its_limit_and_a_row_past_its_memory_are_refused(void)
{
	struct buf csv;
	struct buf text;

	buf_init(&text, 4u << 20);
	buf_add_text(&text, vehicles_map);
	while (text.len < LIMIT_IMPORT_MAP_BYTES)
		buf_add_text(&text, "\n");
	check_u64(import("VIN,Make\n1M8GDM9AXKP042788,a\n", text.bytes), 0);
	buf_add_text(&text, "\n");
	check_u64(import("VIN,Make\n1M8GDM9AXKP042788,a\n", text.bytes),
	    IMPORTER_E_FILE);
	buf_fini(&text);
	buf_init(&text, 4u << 20);
	buf_init(&csv, 1u << 20);
	buf_add_text(&text, "kind = \"driver\"; columns = (");
	for (size_t i = 0; i <= LIMIT_IMPORT_ROW_BYTES / 49000; i++)
		buf_add_format(&text,
		    "%s{ column = \"P\"; field = \"person.photo\"; }",
		    i > 0 ? "," : "");
	buf_add_text(&text, ");");
	buf_add_text(&csv, "P\n");
	for (int i = 0; i < 49000; i++)
		buf_add_char(&csv, 'p');
	check(import(csv.bytes, text.bytes) == IMPORTER_E_EMPTY);
	check_str(report.rejected[0].reason,
	    STR("row: larger than a record can be"));
	buf_fini(&csv);
	buf_fini(&text);
	unlink(database);
}

static const struct tap_test tests[] = {
	TEST(new_york_registrations_are_imported_and_found),
	TEST(importing_again_updates_by_key_and_adds_nothing),
	TEST(
	    washingtons_ten_character_vins_are_no_key_and_leave_the_old_records),
	TEST(columns_that_stay_out_are_dropped_even_when_mapped),
	TEST(p2_namesakes_are_kept_apart_and_never_given_out),
	TEST(a_name_that_is_no_key_leaves_the_licence_to_ask_by),
	TEST(bad_rows_are_told_by_line_and_good_ones_kept),
	TEST(other_separators_quotes_and_a_byte_order_mark_are_read),
	TEST(a_seal_is_read_kept_and_lifted_only_when_the_file_speaks_of_it),
	TEST(p12_a_wrong_mapping_or_file_imports_nothing_and_says_why),
	TEST(a_damaged_database_is_left_as_it_is_for_people_to_look_at),
	TEST(a_check_reports_and_stores_nothing),
	TEST(a_hundred_thousand_rows_are_imported_in_flat_memory),
	TEST(the_first_reasons_are_told_and_the_rest_counted),
	TEST(a_column_name_cannot_write_to_the_terminal),
	TEST(a_mapping_past_its_limit_and_a_row_past_its_memory_are_refused),
};

int
main(int argc, char **argv)
{
	char records[64];
	int r;

	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(csv_path, sizeof(csv_path), "%s/a.csv", directory);
	snprintf(map_path, sizeof(map_path), "%s/a.map", directory);
	snprintf(records, sizeof(records), "%s/records", directory);
	snprintf(database, sizeof(database), "%s/records.db", records);
	arena_init(&arena, 8u << 20);
	r = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	arena_fini(&arena);
	unlink(database);
	unlink(csv_path);
	unlink(map_path);
	rmdir(records);
	rmdir(directory);
	return r;
}
