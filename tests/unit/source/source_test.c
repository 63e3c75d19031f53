/* Sources of records: one conformance suite, both backends; then files. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "source/source.h"
#include "source/source_fixture.h"
#include "source/source_sqlite.h"
#include "util/arena.h"
#include "util/file.h"
#include "util/instant.h"
#include "util/random.h"

static char directory[] = "/tmp/stile_source_XXXXXX";
static char path[64];
static struct arena arena;

static struct subject
ask(struct str canonical)
{
	struct subject subject;
	struct subject_problem problem;

	check_u64(subject_parse_canonical(&subject, &problem, &arena, canonical,
		      instant_day_of(2026, 11, 23)),
	    0);
	return subject;
}

/* Two drivers share name and birth date; one vehicle and one plate twice. */
static struct source_fixture_row rows[] = {
	{ .record = { .kind = RECORD_VEHICLE,
	      .id = STR_INIT("vin|1M8GDM9AXKP042788"),
	      .values = { [RECORD_VEHICLE_MAKE] = STR_INIT("NISSA"),
		  [RECORD_OWNER_FAMILY] = STR_INIT("O'BRIEN") } },
	    .keys = { STR_INIT("vin|1M8GDM9AXKP042788"),
		STR_INIT("plate|NY|ABC1234|2026|PC") } },
	{ .record = { .kind = RECORD_VEHICLE,
	      .id = STR_INIT("vin|1G4AH59H45G118341"), .is_sealed = true,
	      .values = { [RECORD_VEHICLE_MAKE] = STR_INIT("BUICK") } },
	    .keys = { STR_INIT("vin|1G4AH59H45G118341"),
		STR_INIT("plate|NY|TWICE|2026|PC") } },
	{ .record = { .kind = RECORD_VEHICLE,
	      .id = STR_INIT("vin|JH2RC3605MM101581"),
	      .values = { [RECORD_VEHICLE_MAKE] = STR_INIT("HONDA") } },
	    .keys = { STR_INIT("vin|JH2RC3605MM101581"),
		STR_INIT("plate|NY|TWICE|2026|PC") } },
	{ .record = { .kind = RECORD_DRIVER,
	      .id = STR_INIT("licence|NY|111111111"), .is_protected = true,
	      .values = { [RECORD_PERSON_FAMILY] = STR_INIT("DOE"),
		  [RECORD_PERSON_SSN] = STR_INIT("000-00-0000") } },
	    .keys = { STR_INIT("licence|NY|111111111"),
		STR_INIT("person|DOE|JANE|1980-02-29") } },
	{ .record = { .kind = RECORD_DRIVER,
	      .id = STR_INIT("licence|NY|222222222"),
	      .values = { [RECORD_PERSON_FAMILY] = STR_INIT("DOE") } },
	    .keys = { STR_INIT("licence|NY|222222222"),
		STR_INIT("person|DOE|JANE|1980-02-29") } },
};

static void
write_rows(void)
{
	CLEANUP(source_sqlite_closep) struct source_sqlite_writer *writer;
	bool is_new;

	unlink(path);
	check_u64(source_sqlite_begin(&writer, path), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct source_sqlite_keys keys = { .first = rows[i].keys[0],
			.second = rows[i].keys[1] };

		check_u64(source_sqlite_put(writer, &is_new, &rows[i].record,
			      &keys),
		    0);
		check(is_new);
	}
	check_u64(source_sqlite_commit(writer, STR("rows of a test")), 0);
}

/* Run the same questions on a source, whichever it is. */
static void
check_answers(struct source *source)
{
	struct record record;
	struct subject subject = ask(STR("vin|1M8GDM9AXKP042788"));

	check_u64(source_fetch(&record, source, &arena, &subject), 0);
	check(record.kind == RECORD_VEHICLE);
	check_str(record.id, STR("vin|1M8GDM9AXKP042788"));
	check_str(record.values[RECORD_OWNER_FAMILY], STR("O'BRIEN"));
	check(record.values[RECORD_VEHICLE_MODEL].p == NULL);
	subject = ask(STR("plate|NY|ABC1234|2026|PC"));
	check_u64(source_fetch(&record, source, &arena, &subject), 0);
	check_str(record.values[RECORD_VEHICLE_MAKE], STR("NISSA"));
	subject = ask(STR("licence|NY|111111111"));
	check_u64(source_fetch(&record, source, &arena, &subject), 0);
	check(record.kind == RECORD_DRIVER && record.is_protected);
	check(!record.is_sealed);
	subject = ask(STR("vin|1G4AH59H45G118341"));
	check_u64(source_fetch(&record, source, &arena, &subject), 0);
	check(record.is_sealed && !record.is_protected);
	/* Nearly the same key is another key. */
	subject = ask(STR("plate|NY|ABC1234|2027|PC"));
	check_u64(source_fetch(&record, source, &arena, &subject),
	    SOURCE_E_NONE);
	subject = ask(STR("plate|NJ|ABC1234|2026|PC"));
	check_u64(source_fetch(&record, source, &arena, &subject),
	    SOURCE_E_NONE);
	check(record.kind == RECORD_NONE && record.id.p == NULL);
	subject = ask(STR("person|DOE|JANE|1980-02-29"));
	check_u64(source_fetch(&record, source, &arena, &subject),
	    SOURCE_E_MANY);
	check(record.kind == RECORD_NONE && record.id.p == NULL);
	subject = ask(STR("plate|NY|TWICE|2026|PC"));
	check_u64(source_fetch(&record, source, &arena, &subject),
	    SOURCE_E_MANY);
	check(record.kind == RECORD_NONE);
	check(source_provenance(source, &arena).len > 0);
}

static void
a_fixture_answers_as_a_source_must(void)
{
	struct source_fixture fixture = { .rows = rows,
		.n_rows = ARRAY_LEN(rows) };
	struct source source;
	struct record record;
	struct subject subject = ask(STR("licence|NY|111111111"));

	source_fixture_open(&source, &fixture);
	check_answers(&source);
	check_u64(fixture.n_fetches, 8);
	fixture.is_down = true;
	check_u64(source_fetch(&record, &source, &arena, &subject),
	    SOURCE_E_DOWN);
	source_close(&source);
	source_close(&source);
}

static void
a_database_answers_as_a_source_must(void)
{
	struct source source;

	write_rows();
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	check_answers(&source);
	check_str(source_provenance(&source, &arena),
	    STR("rows of a test; import 1"));
	source_close(&source);
	source_close(&source);
}

/* Every key there is, and random ones near them: never two records. */
static void
p2_no_subject_yields_two_records(void)
{
	struct random_state state;
	struct source source;
	size_t n_found = 0;

	random_seeded(&state, 2);
	write_rows();
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	for (int i = 0; i < 4000; i++) {
		const struct source_fixture_row *row =
		    &rows[random_below(&state, ARRAY_LEN(rows))];
		struct str key = row->keys[random_below(&state, 2)];
		char *bytes = arena_dup(&arena, key.p, key.len);
		struct subject subject;
		struct subject_problem problem;
		struct record record;

		if (i % 4 != 0)
			bytes[random_below(&state, key.len)] =
			    (char)random_below(&state, 256);
		if (subject_parse_canonical(&subject, &problem, &arena,
			(struct str){ bytes, key.len },
			instant_day_of(2026, 11, 23)) != 0)
			continue;
		if (source_fetch(&record, &source, &arena, &subject) != 0)
			continue;
		n_found++;
		/* The record is the one that has exactly this key. */
		for (size_t j = 0; j < ARRAY_LEN(rows); j++) {
			bool is_it = str_is_equal(rows[j].record.id, record.id);
			bool has_it =
			    str_is_equal(rows[j].keys[0], subject.canonical) ||
			    str_is_equal(rows[j].keys[1], subject.canonical);

			check(is_it == has_it);
		}
		arena_reset(&arena);
	}
	check(n_found > 300);
	source_close(&source);
}


static void
p5_none_and_many_both_read_the_empty_row(void)
{
	struct source source;
	struct record record;
	struct subject none = ask(STR("person|ROE|JANE|1980-02-29"));
	struct subject many = ask(STR("person|DOE|JANE|1980-02-29"));
	size_t used;
	size_t used_none;

	write_rows();
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	used = arena.used;
	check_u64(source_fetch(&record, &source, &arena, &none),
	    SOURCE_E_NONE);
	used_none = arena.used - used;
	used = arena.used;
	check_u64(source_fetch(&record, &source, &arena, &many),
	    SOURCE_E_MANY);
	/* Both read the empty row: the same memory, none of a person. */
	check_u64(arena.used - used, used_none);
	source_close(&source);
}

static void
no_column_exists_for_a_social_security_number(void)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int n = -1;

	write_rows();
	check(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ==
	    SQLITE_OK);
	check(sqlite3_prepare_v2(db,
		  "SELECT count(*) FROM pragma_table_info('driver') "
		  "WHERE name LIKE '%ssn%' OR name LIKE '%birthplace%'",
		  -1, &statement, NULL) == SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		n = sqlite3_column_int(statement, 0);
	check(n == 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void
put_flags(bool is_sealed, bool keeps_sealed)
{
	CLEANUP(source_sqlite_closep) struct source_sqlite_writer *writer;
	struct record record = rows[4].record;
	struct source_sqlite_keys keys = { .first = rows[4].keys[0],
		.keeps_sealed = keeps_sealed };
	bool is_new = true;

	record.is_sealed = is_sealed;
	check_u64(source_sqlite_begin(&writer, path), 0);
	check_u64(source_sqlite_put(writer, &is_new, &record, &keys), 0);
	check(!is_new);
	check_u64(source_sqlite_commit(writer, STR("again")), 0);
}

static void
an_import_that_does_not_speak_of_seals_breaks_none(void)
{
	struct source source;
	struct record record;
	struct subject subject = ask(STR("licence|NY|222222222"));

	write_rows();
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	put_flags(true, false);
	check_u64(source_fetch(&record, &source, &arena, &subject), 0);
	check(record.is_sealed);
	put_flags(false, true);
	check_u64(source_fetch(&record, &source, &arena, &subject), 0);
	check(record.is_sealed);
	put_flags(false, false);
	check_u64(source_fetch(&record, &source, &arena, &subject), 0);
	check(!record.is_sealed);
	source_close(&source);
}

static void
an_open_source_sees_the_next_import(void)
{
	struct source source;
	struct record record;
	struct subject subject = ask(STR("person|DOE|JANE|1980-02-29"));

	write_rows();
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	check_u64(source_fetch(&record, &source, &arena, &subject),
	    SOURCE_E_MANY);
	put_flags(false, false); /* and takes the name key from one of two */
	check_u64(source_fetch(&record, &source, &arena, &subject), 0);
	check_str(record.id, STR("licence|NY|111111111"));
	check_str(source_provenance(&source, &arena), STR("again; import 2"));
	unlink(path);
	check_u64(source_fetch(&record, &source, &arena, &subject),
	    SOURCE_E_DOWN);
	write_rows();
	check_u64(source_fetch(&record, &source, &arena, &subject),
	    SOURCE_E_MANY);
	source_close(&source);
}

static void
an_import_that_is_not_committed_leaves_the_old_records(void)
{
	struct source_sqlite_writer *writer;
	struct source_sqlite_writer *other;
	struct source_sqlite_keys keys = { .first = rows[0].keys[0] };
	struct source source;
	char fresh[80];
	bool is_new;

	write_rows();
	check_u64(source_sqlite_begin(&writer, path), 0);
	check_u64(source_sqlite_begin(&other, path), SOURCE_SQLITE_E_BUSY);
	check(other == NULL);
	check_u64(source_sqlite_put(writer, &is_new, &rows[0].record, &keys),
	    0);
	source_sqlite_close(writer);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	check(access(fresh, F_OK) < 0);
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	check_answers(&source);
	source_close(&source);
}

static void
the_database_is_the_owners_alone_and_is_never_written_by_a_reader(void)
{
	struct source source;
	struct record record;
	struct subject subject = ask(STR("licence|NY|111111111"));
	struct stat before;
	struct stat after;

	write_rows();
	check(stat(path, &before) == 0 && (before.st_mode & 077) == 0);
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	check_u64(source_fetch(&record, &source, &arena, &subject), 0);
	source_close(&source);
	check(stat(path, &after) == 0 && before.st_size == after.st_size &&
	    before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
}

static void
a_source_that_is_absent_or_foreign_is_down(void)
{
	struct source_sqlite_writer *writer;
	struct source source;
	struct record record;
	struct subject subject = ask(STR("licence|NY|111111111"));

	unlink(path);
	check_u64(source_open(&source, &source_sqlite_backend, path),
	    SOURCE_E_DOWN);
	check_u64(source_fetch(&record, &source, &arena, &subject),
	    SOURCE_E_DOWN);
	check_u64(file_replace(AT_FDCWD, path, STR("this is no database"),
		      0600),
	    0);
	check_u64(source_open(&source, &source_sqlite_backend, path),
	    SOURCE_E_DOWN);
	check_u64(source_sqlite_begin(&writer, path), SOURCE_SQLITE_E_DAMAGED);
	check(writer == NULL);
	source_close(&source);
}

/* Every page of the file overwritten in turn: an answer, DOWN, never a crash. */
static void
a_damaged_database_never_yields_another_record(void)
{
	struct subject subject = ask(STR("licence|NY|111111111"));
	struct str bytes;

	write_rows();
	check_u64(file_read(&bytes, &arena, AT_FDCWD, path, 1u << 20), 0);
	for (size_t at = 0; at < bytes.len; at += 509) {
		char *copy = arena_dup(&arena, bytes.p, bytes.len);
		struct source source;
		struct record record;
		int r;

		memset(copy + at, 0xa5, MIN((size_t)97, bytes.len - at));
		check_u64(file_replace(AT_FDCWD, path,
			      (struct str){ copy, bytes.len }, 0600),
		    0);
		if (source_open(&source, &source_sqlite_backend, path) != 0)
			continue;
		r = source_fetch(&record, &source, &arena, &subject);
		check(r >= 0 && r <= SOURCE_E_DOWN);
		check((r == 0) == (record.kind == RECORD_DRIVER));
		source_close(&source);
	}
}

static void
memory_that_runs_out_is_a_fault_and_no_record(void)
{
	struct source source;
	struct record record;
	struct arena small;
	struct subject subject = ask(STR("licence|NY|111111111"));

	write_rows();
	arena_init(&small, 4);
	check_u64(source_open(&source, &source_sqlite_backend, path), 0);
	check(source_fetch(&record, &source, &small, &subject) == -ENOMEM);
	check(record.kind == RECORD_NONE);
	source_close(&source);
	arena_fini(&small);
}

static void
a_path_is_a_path_and_no_uri(void)
{
	char odd[80];
	struct source source;

	write_rows();
	snprintf(odd, sizeof(odd), "%s/a?mode=memory#%%41", directory);
	check(rename(path, odd) == 0);
	check_u64(source_open(&source, &source_sqlite_backend, odd), 0);
	check_answers(&source);
	source_close(&source);
	unlink(odd);
}

static const struct tap_test tests[] = {
	TEST(a_fixture_answers_as_a_source_must),
	TEST(a_database_answers_as_a_source_must),
	TEST(p2_no_subject_yields_two_records),
	TEST(p5_none_and_many_both_read_the_empty_row),
	TEST(no_column_exists_for_a_social_security_number),
	TEST(an_import_that_does_not_speak_of_seals_breaks_none),
	TEST(an_open_source_sees_the_next_import),
	TEST(an_import_that_is_not_committed_leaves_the_old_records),
	TEST(the_database_is_the_owners_alone_and_is_never_written_by_a_reader),
	TEST(a_source_that_is_absent_or_foreign_is_down),
	TEST(a_damaged_database_never_yields_another_record),
	TEST(memory_that_runs_out_is_a_fault_and_no_record),
	TEST(a_path_is_a_path_and_no_uri),
};

int
main(int argc, char **argv)
{
	int r;

	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/records.db", directory);
	arena_init(&arena, 64u << 20);
	r = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	arena_fini(&arena);
	unlink(path);
	rmdir(directory);
	return r;
}
