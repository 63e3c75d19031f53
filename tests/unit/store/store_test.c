/* The handle: opening, transactions, versions. Holds for every backend. */
#include "fixture.h"
#include "limits.h"
#include "store/migrate.h"
#include "store/store_int.h"

/* Run SQL and set the version, behind the store's back. */
static void
meddle(struct fixture *f, const char *sql, uint32_t version)
{
	struct backend *backend = NULL;
	uint32_t old;

	check_u64(store_backend_of(str_of(f->location))
		      ->open(&backend, &old, str_of(f->location), STORE_CREATE,
			  &f->diags),
	    0);
	if (backend == NULL)
		return;
	check_u64(backend->ops->begin(backend, true), 0);
	check_u64(backend->ops->migrate(backend, sql, version), 0);
	check_u64(backend->ops->commit(backend), 0);
	backend->ops->close(backend);
}

/* A store as a program of an older version left it. */
static void
make_older(struct fixture *f, uint32_t version)
{
	struct backend *backend = NULL;
	uint32_t old;

	check_u64(store_backend_of(str_of(f->location))
		      ->open(&backend, &old, str_of(f->location), STORE_CREATE,
			  &f->diags),
	    0);
	check_u64(old, 0);
	check_u64(migrate_run(backend, 0, version, &f->diags), 0);
	backend->ops->close(backend);
}

static bool
has_message(const struct fixture *f, const char *text)
{
	struct str first = diag_first(&f->diags);

	if (memmem(first.p, first.len, text, strlen(text)) != NULL)
		return true;
	printf("# message is: %.*s\n", STR_ARG(first));
	return false;
}

static void
a_store_is_made_only_when_asked_for(void)
{
	struct fixture f;
	struct str value;

	fixture_init(&f);
	check_u64(fixture_open(&f, STORE_WRITE), STORE_E_ABSENT);
	check_u64(fixture_open(&f, STORE_READ), STORE_E_ABSENT);
	check(f.store == NULL);
	check_u64(f.diags.n_errors, 2);
	check_u64(fixture_open(&f, STORE_CREATE), 0);
	check_u64(store_version(f.store), migrate_newest());
	check_u64(store_begin(f.store), 0);
	check_u64(store_meta_set(f.store, STR("holder"), STR("NYDMV")), 0);
	check_u64(store_meta_set(f.store, STR("holder"), STR("WADOL")), 0);
	check_u64(store_commit(f.store), 0);
	fixture_reopen(&f, STORE_CREATE);
	check_u64(store_meta_get(f.store, &f.arena, &value, STR("holder")), 0);
	check_str(value, STR("WADOL"));
	check_u64(store_meta_get(f.store, &f.arena, &value, STR("none")),
	    STORE_E_ABSENT);
	fixture_reopen(&f, STORE_WRITE);
	fixture_reopen(&f, STORE_READ);
	fixture_fini(&f);
}

static void
a_second_writer_is_refused_while_the_first_lives(void)
{
	struct fixture f;
	struct store *first;
	struct store *reader = NULL;

	fixture_init(&f);
	check_u64(fixture_open(&f, STORE_CREATE), 0);
	first = TAKE(f.store);
	check_u64(fixture_open(&f, STORE_WRITE), STORE_E_LOCKED);
	check(has_message(&f, "another gate writes to this store"));
	check_u64(fixture_open(&f, STORE_CREATE), STORE_E_LOCKED);
	check_u64(store_open(&reader, str_of(f.location), STORE_READ, &f.diags),
	    0);
	store_close(reader);
	store_close(first);
	check_u64(fixture_open(&f, STORE_WRITE), 0);
	fixture_fini(&f);
}

static void
a_reader_sees_commits_and_writes_nothing(void)
{
	struct fixture f;
	struct store *reader = NULL;
	struct store_agency agency = sample_agency("NY0010100");
	struct store_pack pack = { STR("p"), 1, STR("h"), 1, 1 };
	uint64_t count;

	fixture_begin(&f);
	check_u64(store_open(&reader, str_of(f.location), STORE_READ, &f.diags),
	    0);
	check_u64(append(f.store, 0, "x"), 0);
	check_u64(entries_count(reader, &count), 0);
	check_u64(count, 0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_count(reader, &count), 0);
	check_u64(count, 1);
	check_u64(append(reader, 1, "y"), STORE_E_READ_ONLY);
	check_u64(store_begin(reader), 0);
	check_u64(append(reader, 1, "y"), STORE_E_READ_ONLY);
	check_u64(people_put_agency(reader, &agency), STORE_E_READ_ONLY);
	check_u64(packs_activate(reader, &pack), STORE_E_READ_ONLY);
	check_u64(budgets_clear(reader), STORE_E_READ_ONLY);
	check_u64(store_commit(reader), 0);
	check_u64(store_probe(reader), STORE_E_READ_ONLY);
	check_u64(store_checkpoint(reader, STORE_CHECKPOINT_PASSIVE),
	    STORE_E_READ_ONLY);
	check(!store_is_writable(reader));
	store_close(reader);
	fixture_fini(&f);
}

static void
a_reading_transaction_is_a_snapshot(void)
{
	struct fixture f;
	struct store *reader = NULL;
	uint64_t count;

	fixture_begin(&f);
	check_u64(append(f.store, 0, "x"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_open(&reader, str_of(f.location), STORE_READ, &f.diags),
	    0);
	check_u64(store_begin(reader), 0);
	check_u64(entries_count(reader, &count), 0);
	check_u64(store_begin(f.store), 0);
	check_u64(append(f.store, 1, "y"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_count(reader, &count), 0);
	check_u64(count, 1);
	store_rollback(reader);
	check(!store_is_in_transaction(reader));
	check_u64(entries_count(reader, &count), 0);
	check_u64(count, 2);
	store_close(reader);
	fixture_fini(&f);
}

static void
a_probe_writes_and_says_that_it_could(void)
{
	struct fixture f;

	fixture_init(&f);
	check_u64(fixture_open(&f, STORE_CREATE), 0);
	check_u64(store_probe(f.store), 0);
	check_u64(store_probe(f.store), 0);
	check(!store_is_in_transaction(f.store));
	check(store_is_writable(f.store));
	fixture_fini(&f);
}

static void
an_older_schema_is_brought_up_to_date_by_the_writer(void)
{
	for (uint32_t version = 1; version < migrate_newest(); version++) {
		struct fixture f;
		struct str value;

		fixture_init(&f);
		make_older(&f, version);
		meddle(&f, "INSERT INTO meta (name, value) VALUES ('a', 'b')",
		    version);
		check_u64(fixture_open(&f, STORE_READ), STORE_E_OLDER);
		check(has_message(&f, "older than version"));
		check_u64(fixture_open(&f, STORE_WRITE), 0);
		check_u64(store_version(f.store), migrate_newest());
		check_u64(store_meta_get(f.store, &f.arena, &value, STR("a")),
		    0);
		check_str(value, STR("b"));
		check_u64(store_check(f.store, &f.diags), 0);
		fixture_reopen(&f, STORE_READ);
		fixture_fini(&f);
	}
}

static void
a_newer_schema_is_refused_and_left_alone(void)
{
	struct fixture f;

	fixture_init(&f);
	check_u64(fixture_open(&f, STORE_CREATE), 0);
	store_closep(&f.store);
	meddle(&f, "", migrate_newest() + 1);
	check_u64(fixture_open(&f, STORE_WRITE), STORE_E_NEWER);
	check(has_message(&f, "newer than version"));
	check_u64(fixture_open(&f, STORE_READ), STORE_E_NEWER);
	check_u64(fixture_open(&f, STORE_CREATE), STORE_E_NEWER);
	fixture_fini(&f);
}

static void
a_check_finds_a_gap_in_the_log(void)
{
	struct fixture f;

	fixture_begin(&f);
	for (uint64_t i = 0; i < 4; i++)
		check_u64(append(f.store, i, "x"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_check(f.store, &f.diags), 0);
	check_u64(f.diags.n_errors, 0);
	store_closep(&f.store);
	meddle(&f, "DELETE FROM entry WHERE idx = 2", migrate_newest());
	check_u64(fixture_open(&f, STORE_WRITE), 0);
	check_u64(store_check(f.store, &f.diags), STORE_E_DAMAGED);
	check(has_message(&f, "entries are missing"));
	fixture_fini(&f);
}

static void
a_checkpoint_settles_what_was_committed(void)
{
	struct fixture f;
	uint64_t count;

	fixture_begin(&f);
	for (uint64_t i = 0; i < 300; i++)
		check_u64(append(f.store, i, "x"), 0);
	check_u64(store_commit(f.store), 0);
	check(!store_is_checkpoint_due(f.store));
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_PASSIVE), 0);
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_TRUNCATE), 0);
	check_u64(store_wal_pages(f.store), 0);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 300);
	fixture_fini(&f);
}

static void
another_process_can_settle_while_the_writer_works(void)
{
	struct fixture f;
	struct store *settler = NULL;
	uint64_t count;

	fixture_begin(&f);
	for (uint64_t i = 0; i < 300; i++)
		check_u64(append(f.store, i, "x"), 0);
	check_u64(store_open(&settler, str_of(f.location), STORE_SETTLE,
		      &f.diags),
	    0);
	check_u64(store_checkpoint(settler, STORE_CHECKPOINT_PASSIVE), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_checkpoint(settler, STORE_CHECKPOINT_PASSIVE), 0);
	check_u64(store_wal_pages(settler), 0);
	check_u64(store_begin(settler), STORE_E_READ_ONLY);
	check_u64(append(settler, 300, "x"), STORE_E_READ_ONLY);
	check(entries_count(settler, &count) == -EINVAL);
	check(!store_is_writable(settler));
	store_close(settler);
	check_u64(store_begin(f.store), 0);
	check_u64(append(f.store, 300, "x"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_check(f.store, &f.diags), 0);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(a_store_is_made_only_when_asked_for),
	TEST(a_second_writer_is_refused_while_the_first_lives),
	TEST(a_reader_sees_commits_and_writes_nothing),
	TEST(a_reading_transaction_is_a_snapshot),
	TEST(a_probe_writes_and_says_that_it_could),
	TEST(an_older_schema_is_brought_up_to_date_by_the_writer),
	TEST(a_newer_schema_is_refused_and_left_alone),
	TEST(a_check_finds_a_gap_in_the_log),
	TEST(a_checkpoint_settles_what_was_committed),
	TEST(another_process_can_settle_while_the_writer_works),
};

TAP_MAIN(tests)
