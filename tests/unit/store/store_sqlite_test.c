/* What only a file can suffer: damage, a full disk, a dying process. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "fixture.h"
#include "limits.h"
#include "store/migrate.h"
#include "store/store_int.h"
#include "util/fault.h"

static void
overwrite(const struct fixture *f, off_t at, const char *bytes, size_t len)
{
	int fd = open(f->location, O_RDWR | O_CLOEXEC);

	check(fd >= 0 && pwrite(fd, bytes, len, at) == (ssize_t)len);
	close(fd);
}

/* n entries of 1,000 bytes, settled in the file and closed. */
static void
make_store(struct fixture *f, uint64_t n)
{
	static char text[1001];

	memset(text, 'e', 1000);
	fixture_begin(f);
	for (uint64_t i = 0; i < n; i++)
		check_u64(append(f->store, i, text), 0);
	check_u64(store_commit(f->store), 0);
	check_u64(store_checkpoint(f->store, STORE_CHECKPOINT_TRUNCATE), 0);
	store_closep(&f->store);
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
p12_a_garbage_file_is_refused_with_a_message(void)
{
	static char garbage[8192];
	struct fixture f;

	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (char)(i * 31 + 7);
	make_store(&f, 10);
	overwrite(&f, 0, garbage, sizeof(garbage));
	check_u64(fixture_open(&f, STORE_WRITE), STORE_E_DAMAGED);
	check(has_message(&f, "not a database"));
	check_u64(fixture_open(&f, STORE_READ), STORE_E_DAMAGED);
	fixture_fini(&f);
}

static void
p12_a_truncated_file_is_refused_with_a_message(void)
{
	static const off_t sizes[] = { 50, 100, 4096, 10000, 65536 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct fixture f;
		int r;

		make_store(&f, 100);
		check(truncate(f.location, sizes[i]) == 0);
		r = fixture_open(&f, STORE_WRITE);
		check_u64(r, STORE_E_DAMAGED);
		check(f.diags.n_errors > 0);
		fixture_fini(&f);
	}
}

static void
p12_an_empty_file_and_a_foreign_one_are_no_store(void)
{
	struct fixture f;

	fixture_init(&f);
	close(open(f.location, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	check_u64(fixture_open(&f, STORE_WRITE), STORE_E_ABSENT);
	check(has_message(&f, "holds no store"));
	run((const char *[]){
	    "sqlite3", f.location, "CREATE TABLE t (a)", NULL });
	f.diags.n_items = 0;
	check_u64(fixture_open(&f, STORE_CREATE), STORE_E_DAMAGED);
	check(has_message(&f, "not a store of stile"));
	unlink(f.location);
	check(mkdir(f.location, 0700) == 0);
	f.diags.n_items = 0;
	check_u64(fixture_open(&f, STORE_CREATE), STORE_E_DAMAGED);
	check(has_message(&f, "not a regular file"));
	fixture_fini(&f);
}

static void
p12_a_place_that_cannot_be_is_refused_with_a_message(void)
{
	static char path[LIMIT_STORE_PATH + 1];
	struct fixture f;

	fixture_init(&f);
	snprintf(f.location, sizeof(f.location), "%s/none/stile.db", f.dir);
	check_u64(fixture_open(&f, STORE_CREATE), STORE_E_ABSENT);
	check(has_message(&f, "No such file or directory"));
	memset(path, 'x', LIMIT_STORE_PATH);
	check(store_open(&f.store, str_of(path), STORE_CREATE, &f.diags) ==
	    -ENAMETOOLONG);
	fixture_fini(&f);
}

static int
count_one(void *context, const struct store_entry *entry)
{
	(void)entry;
	++*(uint64_t *)context;
	return 0;
}

static void
a_damaged_page_is_a_fault_and_a_check_names_it(void)
{
	static char garbage[65536];
	struct fixture f;
	struct stat status;
	uint64_t n = 0;
	int r;

	memset(garbage, 0xa5, sizeof(garbage));
	make_store(&f, 200);
	/*
	 * The entries, which came last, are at the end of the file; the very
	 * last of them is read when a store is opened.
	 */
	check(stat(f.location, &status) == 0);
	overwrite(&f, (status.st_size / 65536 - 2) * 65536, garbage,
	    sizeof(garbage));
	check_u64(fixture_open(&f, STORE_READ), 0);
	check(entries_each(f.store, 0, 200, count_one, &n) == -EUCLEAN);
	check(n < 200);
	check(store_reason(f.store).len > 0);
	r = store_check(f.store, &f.diags);
	check_u64(r, STORE_E_DAMAGED);
	check(f.diags.n_errors > 0);
	fixture_fini(&f);
}

/* Set a pragma on the handle's own connection. */
static void
pragma(struct fixture *f, const char *sql)
{
	check_u64(f->store->backend->ops->migrate(f->store->backend, sql,
		      migrate_newest()),
	    0);
}

static int
fill(struct fixture *f)
{
	static char text[1001];
	uint64_t count;
	int r = 0;

	memset(text, 'e', 1000);
	check_u64(entries_count(f->store, &count), 0);
	for (uint64_t i = 0; r == 0 && i < 1000; i++)
		r = append(f->store, count + i, text);
	return r;
}

static void
a_full_disk_undoes_the_batch_and_leaves_the_handle_good(void)
{
	struct fixture f;
	struct store_agency agency = sample_agency("NY0010100");
	uint64_t count;

	fixture_begin(&f);
	check_u64(append(f.store, 0, "kept"), 0);
	check_u64(store_commit(f.store), 0);
	pragma(&f, "PRAGMA max_page_count = 100");
	check_u64(store_begin(f.store), 0);
	check_u64(fill(&f), STORE_E_FULL);
	check_u64(people_put_agency(f.store, &agency), STORE_E_FULL);
	check_u64(store_commit(f.store), STORE_E_FULL);
	check(store_reason(f.store).len > 0);
	check(store_is_writable(f.store));
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 1);
	check_u64(store_probe(f.store), 0);
	pragma(&f, "PRAGMA max_page_count = 100000");
	check_u64(store_begin(f.store), 0);
	check_u64(fill(&f), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_check(f.store, &f.diags), 0);
	fixture_reopen(&f, STORE_READ);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 1001);
	fixture_fini(&f);
}

static void
p1_a_failed_write_breaks_the_handle_for_good(void)
{
	struct fixture f;
	struct rlimit old;
	struct rlimit small;
	uint64_t count;

	fixture_begin(&f);
	check_u64(append(f.store, 0, "kept"), 0);
	check_u64(store_commit(f.store), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ 256 << 10, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	check_u64(store_begin(f.store), 0);
	check_u64(fill(&f), 0);
	check_u64(store_commit(f.store), STORE_E_BROKEN);
	setrlimit(RLIMIT_FSIZE, &old);
	check(!store_is_writable(f.store));
	check_u64(store_begin(f.store), STORE_E_BROKEN);
	check_u64(store_probe(f.store), STORE_E_BROKEN);
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_PASSIVE),
	    STORE_E_BROKEN);
	fixture_reopen(&f, STORE_WRITE);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 1);
	check_u64(store_check(f.store, &f.diags), 0);
	check_u64(store_probe(f.store), 0);
	fixture_fini(&f);
}

/* Commit batches for ever; tell each commit's count through the pipe. */
static void
commit_until_killed(struct fixture *f, int fd)
{
	uint64_t count;

	if (fixture_open(f, STORE_WRITE) != 0)
		_exit(1);
	for (;;) {
		uint64_t n = 1 + (uint64_t)getpid() % 3;

		if (entries_count(f->store, &count) != 0 ||
		    store_begin(f->store) != 0)
			_exit(2);
		for (uint64_t i = 0; i < n; i++)
			if (append(f->store, count + i, "entry") != 0)
				_exit(3);
		count += n;
		if (store_commit(f->store) != 0 ||
		    write(fd, &count, sizeof(count)) != sizeof(count))
			_exit(4);
		if (count % 7 == 0 &&
		    store_checkpoint(f->store, STORE_CHECKPOINT_PASSIVE) != 0)
			_exit(5);
	}
}

static uint64_t
kill_amid_commits(struct fixture *f, useconds_t after)
{
	int ends[2];
	int status;
	pid_t pid;
	uint64_t acked = 0;
	uint64_t count;

	check(pipe(ends) == 0);
	pid = fork();
	if (pid == 0)
		commit_until_killed(f, ends[1]);
	close(ends[1]);
	usleep(after);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status));
	while (read(ends[0], &count, sizeof(count)) == sizeof(count))
		acked = count;
	close(ends[0]);
	return acked;
}

static void
p1_killed_amid_commits_what_was_said_durable_is_there(void)
{
	struct fixture f;
	uint64_t before = 0;
	uint64_t count;

	fixture_init(&f);
	check_u64(fixture_open(&f, STORE_CREATE), 0);
	store_closep(&f.store);
	for (useconds_t round = 0; round < 20; round++) {
		uint64_t acked = kill_amid_commits(&f, 8000 + round * 1300);

		check_u64(fixture_open(&f, STORE_WRITE), 0);
		check_u64(entries_count(f.store, &count), 0);
		check(count >= acked && count >= before);
		check_u64(store_check(f.store, &f.diags), 0);
		store_closep(&f.store);
		before = count;
	}
	check(before > 20);
	fixture_fini(&f);
}

static bool
file_holds(const char *path, const char *text)
{
	struct arena arena;
	struct stat status;
	char *bytes;
	bool holds;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	check(fd >= 0 && fstat(fd, &status) == 0);
	arena_init(&arena, 64 << 20);
	bytes = arena_alloc(&arena, (size_t)status.st_size);
	check(read(fd, bytes, (size_t)status.st_size) == status.st_size);
	holds = memmem(bytes, (size_t)status.st_size, text, strlen(text)) !=
	    NULL;
	close(fd);
	arena_fini(&arena);
	return holds;
}

static void
p6_an_erased_value_is_in_no_file_after_a_checkpoint(void)
{
	static char value[9000];
	struct fixture f;
	char wal[600];
	struct store_sealed sealed = { 0, 1, { value, sizeof(value) } };

	for (size_t i = 0; i + 8 <= sizeof(value); i += 8)
		memcpy(&value[i], "SEALED##", 8);
	fixture_begin(&f);
	snprintf(wal, sizeof(wal), "%s-wal", f.location);
	check_u64(append(f.store, 0, "leaf"), 0);
	check_u64(entries_put_epoch(f.store,
		      &(struct store_epoch){ 1, STR(""), 1,
			  STR("WRAPPED#KEY") }),
	    0);
	check_u64(entries_put_sealed(f.store, &sealed), 0);
	check_u64(store_commit(f.store), 0);
	check(file_holds(wal, "SEALED##") && file_holds(wal, "WRAPPED#KEY"));
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_PASSIVE), 0);
	check(file_holds(f.location, "SEALED##"));
	check_u64(store_begin(f.store), 0);
	check_u64(entries_erase_sealed(f.store, 0), 0);
	check_u64(entries_erase_epoch(f.store, 1), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_TRUNCATE), 0);
	check_u64(store_wal_pages(f.store), 0);
	check(!file_holds(f.location, "SEALED##"));
	check(!file_holds(f.location, "WRAPPED#KEY"));
	check(!file_holds(wal, "SEALED##"));
	fixture_fini(&f);
}

static void
the_write_ahead_log_grows_until_the_gate_settles_it(void)
{
	struct fixture f;
	uint64_t count;

	fixture_init(&f);
	check_u64(fixture_open(&f, STORE_CREATE), 0);
	for (int i = 0; i < 20 && !store_is_checkpoint_due(f.store); i++) {
		check_u64(store_begin(f.store), 0);
		check_u64(fill(&f), 0);
		check_u64(store_commit(f.store), 0);
	}
	check(store_wal_pages(f.store) >= LIMIT_STORE_WAL_PAGES);
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_PASSIVE), 0);
	check(!store_is_checkpoint_due(f.store));
	check_u64(entries_count(f.store, &count), 0);
	check(count > 5000);
	fixture_fini(&f);
}

static void
a_reader_in_the_way_delays_a_checkpoint_at_most_so_long(void)
{
	struct fixture f;
	struct store *reader = NULL;
	struct timespec from;
	struct timespec to;
	uint64_t count;

	make_store(&f, 10);
	check_u64(fixture_open(&f, STORE_WRITE), 0);
	check_u64(store_open(&reader, str_of(f.location), STORE_READ, &f.diags),
	    0);
	check_u64(store_begin(reader), 0);
	check_u64(entries_count(reader, &count), 0);
	check_u64(store_probe(f.store), 0);
	clock_gettime(CLOCK_MONOTONIC, &from);
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_TRUNCATE), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	check(to.tv_sec - from.tv_sec <= LIMIT_STORE_BUSY_MS / 1000 + 3);
	check(store_wal_pages(f.store) > 0);
	store_close(reader);
	check_u64(store_checkpoint(f.store, STORE_CHECKPOINT_TRUNCATE), 0);
	check_u64(store_wal_pages(f.store), 0);
	fixture_fini(&f);
}

static void
its_files_are_its_owners_alone(void)
{
	static const char *const names[] = { "", "-wal", "-shm", "-lock" };
	struct fixture f;

	make_store(&f, 1);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[600];
		struct stat status;

		snprintf(path, sizeof(path), "%s%s", f.location, names[i]);
		check(stat(path, &status) == 0);
		check_u64(status.st_mode & 0777, 0600);
	}
	fixture_fini(&f);
}

static void
the_page_cache_stays_within_its_limit(void)
{
	struct fixture f;
	uint64_t n = 0;

	/* Started before the store can do without its count of memory. */
	check_u64((uint64_t)sqlite3_shutdown(), SQLITE_OK);
	check_u64((uint64_t)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1),
	    SQLITE_OK);
	check_u64((uint64_t)sqlite3_initialize(), SQLITE_OK);
	make_store(&f, 1);
	check_u64(fixture_open(&f, STORE_WRITE), 0);
	for (int i = 0; i < 12; i++) {
		check_u64(store_begin(f.store), 0);
		check_u64(fill(&f), 0);
		check_u64(store_commit(f.store), 0);
	}
	check_u64(entries_each(f.store, 0, UINT64_MAX, count_one, &n), 0);
	check_u64(n, 12001);
	check(sqlite3_memory_used() > LIMIT_STORE_CACHE_KIB * INT64_C(512));
	check(sqlite3_memory_used() < LIMIT_STORE_CACHE_KIB * INT64_C(1536));
	fixture_fini(&f);
}

static void
a_reason_is_one_line_that_fits(void)
{
	struct fixture f;

	make_store(&f, 1);
	check_u64(fixture_open(&f, STORE_WRITE), 0);
	check(sizeof(f.store->backend->reason) == LIMIT_STORE_REASON);
	check(f.store->backend->ops->migrate(f.store->backend,
		  "SELECT a FROM a_table_whose_name_is_long_and_absent",
		  migrate_newest()) == -EPROTO);
	check(memmem(store_reason(f.store).p, store_reason(f.store).len,
		  "no such table", 13) != NULL);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(p12_a_garbage_file_is_refused_with_a_message),
	TEST(p12_a_truncated_file_is_refused_with_a_message),
	TEST(p12_an_empty_file_and_a_foreign_one_are_no_store),
	TEST(p12_a_place_that_cannot_be_is_refused_with_a_message),
	TEST(a_damaged_page_is_a_fault_and_a_check_names_it),
	TEST(a_full_disk_undoes_the_batch_and_leaves_the_handle_good),
	TEST(p1_a_failed_write_breaks_the_handle_for_good),
	TEST(p1_killed_amid_commits_what_was_said_durable_is_there),
	TEST(p6_an_erased_value_is_in_no_file_after_a_checkpoint),
	TEST(the_write_ahead_log_grows_until_the_gate_settles_it),
	TEST(a_reader_in_the_way_delays_a_checkpoint_at_most_so_long),
	TEST(its_files_are_its_owners_alone),
	TEST(the_page_cache_stays_within_its_limit),
	TEST(a_reason_is_one_line_that_fits),
};

TAP_MAIN(tests)
