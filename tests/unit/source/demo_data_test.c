/* Demonstration data: repeatable, whole, and made up where it says so. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "limits.h"
#include "source/demo_data.h"
#include "source/importer.h"
#include "source/ori.h"
#include "source/source.h"
#include "source/source_sqlite.h"
#include "util/csv.h"
#include "util/file.h"
#include "util/instant.h"
#include "util/map.h"

#define NOW (INT64_C(1795463801) * 1000000) /* 2026-11-23 */

static char directory[] = "/tmp/stile_demo_XXXXXX";
static struct arena arena;
static struct demo_data_input input;

static struct str
read_data(const char *name)
{
	struct str text = { NULL, 0 };

	check_u64(file_read(&text, &arena, AT_FDCWD, name, LIMIT_DEMO_BYTES),
	    0);
	return text;
}

static void
read_input(void)
{
	input = (struct demo_data_input){
		.ny_vehicles = read_data(
		    DATA_DIR "/vehicles/ny_dmv_ev_registrations_2018.csv"),
		.wa_vehicles =
		    read_data(DATA_DIR "/vehicles/wa_dol_ev_first2000.csv"),
		.surnames = read_data(
		    DATA_DIR "/people/census1990_surnames_top5000.txt"),
		.female =
		    read_data(DATA_DIR "/people/census1990_female_first.txt"),
		.male = read_data(DATA_DIR "/people/census1990_male_first.txt"),
	};
}

static int
make(struct demo_data_output *output, uint64_t seed)
{
	struct arena own;
	int r;

	arena_init(&own, 64u << 20);
	r = demo_data_make(output, &own, &input, seed, instant_day(NOW));
	arena_fini(&own);
	return r;
}

static void
the_same_seed_gives_the_same_bytes_and_another_does_not(void)
{
	struct demo_data_output a;
	struct demo_data_output b;
	struct demo_data_output c;

	check_u64(make(&a, 7), 0);
	check_u64(make(&b, 7), 0);
	check_u64(make(&c, 8), 0);
	check(str_is_equal(buf_str(&a.ny), buf_str(&b.ny)));
	check(str_is_equal(buf_str(&a.wa), buf_str(&b.wa)));
	check(str_is_equal(buf_str(&a.drivers), buf_str(&b.drivers)));
	check(str_is_equal(buf_str(&a.cases), buf_str(&b.cases)));
	check(!str_is_equal(buf_str(&a.drivers), buf_str(&c.drivers)));
	check_u64(a.n_vehicles, 11222);
	check(a.n_drivers > 9000 && a.n_drivers < a.n_vehicles);
	demo_data_fini(&a);
	demo_data_fini(&b);
	demo_data_fini(&c);
}

/* Put the first column of a file into the map. */
static void
collect(struct map *map, struct str text, size_t column)
{
	struct csv csv;

	csv_init(&csv, text, ',');
	while (csv_next(&csv) == 0)
		check_u64(map_put(map,
			      arena_str(&arena,
				  str_trim(csv_cell(&csv, column))),
			      map),
		    0);
	csv_fini(&csv);
}

static void
no_made_up_owner_is_tied_to_a_published_vin(void)
{
	struct demo_data_output output;
	struct map published;
	struct csv csv;
	size_t n = 0;

	map_init(&published, &arena, 1);
	collect(&published, input.ny_vehicles, 1);
	check_u64(make(&output, 1), 0);
	csv_init(&csv, buf_str(&output.ny), ',');
	check_u64(csv_next(&csv), 0);
	check_str(csv_cell(&csv, 1), STR("VIN"));
	while (csv_next(&csv) == 0) {
		check(map_find(&published, csv_cell(&csv, 1)) == NULL);
		n++;
	}
	check_u64(n, 9222);
	csv_fini(&csv);
	demo_data_fini(&output);
}

static void
the_text_says_what_is_made_up(void)
{
	struct str notice = str_of(demo_data_notice);

	check(strstr(notice.p, "owners, plates") != NULL);
	check(strstr(notice.p, "warrants") != NULL);
	check(strstr(notice.p, "made up") != NULL);
}

static void
import(const char *csv, const char *map, size_t n_rows)
{
	char path[128];
	struct importer_report report;
	struct diag_list diags;
	struct importer_options options = { .csv = path, .map = map,
		.dir = directory, .now_us = NOW };

	snprintf(path, sizeof(path), "%s/%s", directory, csv);
	diag_init(&diags, &arena, STR(""), STR(""));
	check_u64(importer_run(&report, &diags, &arena, &options), 0);
	check_u64(report.n_rejected, 0);
	check_u64(report.n_updated, 0);
	if (n_rows > 0)
		check_u64(report.n_new, n_rows);
}

/* The text of "member" in the object "name" of the cases. */
static struct str
case_key(struct str cases, const char *name, const char *member)
{
	char start[64];
	const char *p;
	const char *end;

	snprintf(start, sizeof(start), "\"%s\":{", name);
	p = strstr(cases.p, start);
	if (!check(p != NULL))
		return STR("");
	snprintf(start, sizeof(start), "\"%s\":\"", member);
	p = strstr(p, start);
	if (!check(p != NULL))
		return STR("");
	p += strlen(start);
	end = strchr(p, '"');
	return (struct str){ p, (size_t)(end - p) };
}

static int
fetch(struct record *record, struct str cases, const char *name,
    const char *member)
{
	char path[128];
	struct source source;
	struct subject subject;
	struct subject_problem problem;
	int r;

	snprintf(path, sizeof(path), "%s/records/records.db", directory);
	check_u64(subject_parse_canonical(&subject, &problem, &arena,
		      case_key(cases, name, member), instant_day(NOW)),
	    0);
	r = source_open(&source, &source_sqlite_backend, path);
	if (r == 0)
		r = source_fetch(record, &source, &arena, &subject);
	source_close(&source);
	return r;
}

static void
all_of_it_is_imported_and_each_case_answers_as_it_should(void)
{
	static const char *const names[] = { "plain", "other", "sealed",
		"protected", "many" };
	static const char *const keys[] = { "licence", "vin", "plate",
		"person" };
	char path[128];
	struct record record;
	struct str cases;

	check_u64(demo_data_write(directory, DATA_DIR, 1, instant_day(NOW)),
	    0);
	import("ny.csv", DATA_DIR "/vehicles/ny.map", 9222);
	import("wa.csv", DATA_DIR "/vehicles/wa.map", 2000);
	import("drivers.csv", DATA_DIR "/people/drivers.map", 0);
	snprintf(path, sizeof(path), "%s/cases.json", directory);
	cases = read_data(path);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
			bool is_many = strcmp(names[i], "many") == 0 && k == 3;

			check_u64(fetch(&record, cases, names[i], keys[k]),
			    is_many ? SOURCE_E_MANY : 0);
			check(record.is_sealed ==
			    (strcmp(names[i], "sealed") == 0));
			check(record.is_protected ==
			    (strcmp(names[i], "protected") == 0));
		}
	}
}

static void
input_that_is_something_else_is_refused(void)
{
	struct demo_data_input good = input;
	struct demo_data_output output;

	input.surnames = STR("Smith\n");
	check_u64(make(&output, 1), DEMO_DATA_E_INPUT);
	demo_data_fini(&output);
	input = good;
	input.ny_vehicles = STR("a,b\n1,2\n");
	check_u64(make(&output, 1), DEMO_DATA_E_INPUT);
	demo_data_fini(&output);
	input = good;
	input.wa_vehicles = str_part(good.wa_vehicles, 0, 5000);
	check_u64(make(&output, 1), DEMO_DATA_E_INPUT);
	demo_data_fini(&output);
	input = good;
	check_u64(demo_data_write(directory, directory, 1, 0),
	    DEMO_DATA_E_INPUT);
}

/* The agencies of the demonstration are real and well-formed. */
static void
every_agency_of_the_data_has_a_valid_ori(void)
{
	struct csv csv;
	size_t n = 0;

	csv_init(&csv, read_data(DATA_DIR "/ori/agencies.csv"), ',');
	check_u64(csv_next(&csv), 0);
	while (csv_next(&csv) == 0) {
		check(ori_is_valid(csv_cell(&csv, 0)));
		check(csv_cell(&csv, 2).len > 0);
		n++;
	}
	check_u64(n, 2294);
	csv_fini(&csv);
}

static const struct tap_test tests[] = {
	TEST(the_same_seed_gives_the_same_bytes_and_another_does_not),
	TEST(no_made_up_owner_is_tied_to_a_published_vin),
	TEST(the_text_says_what_is_made_up),
	TEST(all_of_it_is_imported_and_each_case_answers_as_it_should),
	TEST(input_that_is_something_else_is_refused),
	TEST(every_agency_of_the_data_has_a_valid_ori),
};

int
main(int argc, char **argv)
{
	static const char *const made[] = { "ny.csv", "wa.csv", "drivers.csv",
		"cases.json", "records/records.db" };
	char path[128];
	int r;

	if (mkdtemp(directory) == NULL)
		return 1;
	arena_init(&arena, 64u << 20);
	read_input();
	r = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	arena_fini(&arena);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, made[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/records", directory);
	rmdir(path);
	rmdir(directory);
	return r;
}
