/*
 * How fast the store is: durable requests per second by batch size.
 *
 * usage: store_bench [LOCATION], of a store that is made if it is not there;
 * without one, a SQLite file that is removed again. "append" writes an entry,
 * its sealed values and its request; "request" also does what the gate does
 * before: who asks, on what ground, whether the key is known, three budgets
 * weighed, and noted where the subject is new to them.
 * Each batch is one transaction with one sync; "slowest" is the longest of
 * them. The checkpoints the gate owes are in the time; "settling" is their
 * share.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "store/budgets.h"
#include "store/entries.h"
#include "store/grounds.h"
#include "store/people.h"
#include "store/requests.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/random.h"

#define ORI STR("NY0010100")
#define N_REQUESTERS 500
#define N_CASES 50
#define N_SUBJECTS 20	     /* persons and vehicles of one case */
#define MICROSECONDS 1500000 /* each row of the table */
#define ENTRY_BYTES 2125 /* as they are for a permit of two fields */
#define SEALED_BYTES 2400
#define ANSWER_BYTES 940

struct bench {
	struct store *store;
	struct arena arena;
	struct random_state random;
	uint64_t n;
	char bytes[4096];
};

/* Done, or say what went wrong and stop. */
static void
must(struct bench *bench, int r)
{
	if (r == 0)
		return;
	fprintf(stderr, "store_bench: outcome %d: %.*s\n", r,
	    STR_ARG(bench->store != NULL ? store_reason(bench->store)
					 : STR("not opened")));
	fault_trail(stderr);
	exit(1);
}

static struct str
digest(struct bench *bench, uint8_t bytes[static 32], uint64_t n)
{
	struct random_state state;
	struct random random = random_seeded(&state, n);

	(void)bench;
	random_fill(&random, bytes, 32);
	return (struct str){ (const char *)bytes, 32 };
}

/* Requester i works on case i % N_CASES. */
static struct str
case_number(struct bench *bench, uint64_t i)
{
	return arena_format(&bench->arena, "26-%llu",
	    (unsigned long long)(i % N_CASES));
}

static void
begin(struct bench *bench)
{
	must(bench, store_begin(bench->store));
}

static void
populate(struct bench *bench)
{
	struct store_agency agency = { ORI, STR("Albany"), STR("NY"),
		STR("police"), PEOPLE_ACTIVE, INT64_MAX };

	begin(bench);
	must(bench, people_put_agency(bench->store, &agency));
	must(bench,
	    people_put_unit(bench->store,
		&(struct store_unit){
		    ORI, STR("auto"), STR("Auto theft"), PEOPLE_ACTIVE }));
	for (uint64_t i = 0; i < N_CASES; i++)
		must(bench,
		    grounds_put_case(bench->store,
			&(struct store_investigation){ ORI,
			    case_number(bench, i), GROUNDS_CASE_OPEN,
			    STR("2404"), 1, 0, STR("r0") }));
	must(bench,
	    entries_put_epoch(bench->store,
		&(struct store_epoch){ 1, STR(""), 1, STR("wrapped") }));
	for (uint64_t i = 0; i < N_REQUESTERS; i++) {
		struct str id =
		    arena_format(&bench->arena, "r%llu", (unsigned long long)i);
		uint8_t bytes[32];

		must(bench,
		    people_put_requester(bench->store,
			&(struct store_requester){ .id = id,
			    .ori = ORI,
			    .unit = STR("auto"),
			    .name = STR("Ann Onymous"),
			    .status = PEOPLE_ACTIVE }));
		must(bench,
		    people_put_credential(bench->store,
			&(struct store_credential){ digest(bench, bytes, i), id,
			    INT64_MAX, PEOPLE_ACTIVE }));
		must(bench,
		    grounds_assign(bench->store,
			&(struct store_assignment){
			    ORI, case_number(bench, i), id, INT64_MAX }));
	}
	must(bench, store_commit(bench->store));
}

/* One entry, its sealed values, its request. */
static void
append(struct bench *bench, struct str subject, struct str id, struct str key)
{
	uint64_t index;
	char name[32];
	int64_t now = (int64_t)bench->n;

	must(bench, entries_count(bench->store, &index));
	snprintf(name, sizeof(name), "01JD%022llu", (unsigned long long)index);
	must(bench,
	    entries_append(bench->store,
		&(struct store_entry){ index, now, STR("request.permit"),
		    { bench->bytes, ENTRY_BYTES } }));
	must(bench,
	    entries_put_sealed(bench->store,
		&(struct store_sealed){ index, 1,
		    { bench->bytes + 1, SEALED_BYTES },
		    { bench->bytes + 2, ANSWER_BYTES } }));
	must(bench,
	    requests_put(bench->store,
		&(struct store_request){ .first = index,
		    .id = str_of(name),
		    .index = index,
		    .key = key,
		    .body = key,
		    .requester = id,
		    .ori = ORI,
		    .ground = STR("investigation|26-1"),
		    .subject = subject,
		    .state = REQUESTS_PERMITTED,
		    .created_us = now,
		    .decided_us = now,
		    .expires_us = now }));
}

static void
append_one(struct bench *bench)
{
	uint8_t bytes[32];

	append(bench, digest(bench, bytes, bench->n), STR("r1"), STR(""));
}

/* What one request of the second kind is about. */
struct ask {
	uint8_t subject_bytes[32];
	uint8_t key_bytes[32];
	uint8_t fingerprint_bytes[32];
	struct str subject;
	struct str key;
	struct str fingerprint;
	struct str number;
};

/* Who, where from, why; and has this been asked before. */
static struct str
read_grounds(struct bench *bench, const struct ask *ask)
{
	struct store_asker asker;
	struct store_standing standing;
	struct store_request request;
	struct store *store = bench->store;
	struct arena *arena = &bench->arena;

	must(bench,
	    people_find_asker(store, arena, &asker, ask->fingerprint));
	if (requests_find_keyed(store, arena, &request, asker.requester.id,
		ask->key) != STORE_E_ABSENT)
		must(bench, STORE_E_EXISTS);
	must(bench,
	    grounds_find_standing(store, arena, &standing, ORI, ask->number,
		asker.requester.id, ask->subject));
	return asker.requester.id;
}

static void
choose(struct bench *bench, struct ask *ask)
{
	uint64_t requester = random_below(&bench->random, N_REQUESTERS);

	ask->fingerprint = digest(bench, ask->fingerprint_bytes, requester);
	ask->number = case_number(bench, requester);
	ask->subject = digest(bench, ask->subject_bytes,
	    1000000 + requester % N_CASES * N_SUBJECTS +
		random_below(&bench->random, N_SUBJECTS));
	ask->key = digest(bench, ask->key_bytes, bench->n + 2000000);
}

static void
request_one(struct bench *bench)
{
	int64_t now = (int64_t)bench->n;
	int64_t minute = now / 20000 * BUDGETS_MOMENT;
	struct budgets_weight weights[3];
	struct str scopes[3];
	struct ask ask;

	arena_reset(&bench->arena);
	choose(bench, &ask);
	scopes[0] = read_grounds(bench, &ask);
	scopes[1] = ask.number;
	scopes[2] = ORI;
	for (uint32_t i = 0; i < 3; i++)
		must(bench,
		    budgets_weigh(bench->store, &weights[i], i, scopes[i],
			ask.subject, minute - 100 * BUDGETS_MOMENT, 100));
	append(bench, ask.subject, scopes[0], ask.key);
	for (uint32_t i = 0; i < 3; i++)
		must(bench,
		    budgets_see_after(bench->store, i, scopes[i], ask.subject,
			weights[i].seen_us, minute));
}

static int64_t
cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
	    INT64_C(1000000) +
	    usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
measure(struct bench *bench, const char *name, void (*one)(struct bench *bench),
    uint64_t batch)
{
	int64_t from = clock_monotonic_us();
	int64_t cpu = cpu_us();
	int64_t slowest = 0;
	int64_t settling = 0;
	uint64_t n_pages = 0;
	uint64_t pages = store_wal_pages(bench->store);
	int64_t end = from;
	uint64_t n = 0;

	while (end - from < MICROSECONDS) {
		int64_t start = end;

		begin(bench);
		for (uint64_t i = 0; i < batch; i++, n++, bench->n++)
			one(bench);
		must(bench, store_commit(bench->store));
		end = clock_monotonic_us();
		slowest = MAX(slowest, end - start);
		/* The log begins anew once it was settled. */
		n_pages += store_wal_pages(bench->store) > pages
		    ? store_wal_pages(bench->store) - pages
		    : store_wal_pages(bench->store);
		pages = store_wal_pages(bench->store);
		if (!store_is_checkpoint_due(bench->store))
			continue;
		start = end;
		must(bench,
		    store_checkpoint(bench->store, STORE_CHECKPOINT_PASSIVE));
		end = clock_monotonic_us();
		settling += end - start;
		pages = store_wal_pages(bench->store);
	}
	cpu = cpu_us() - cpu;
	printf("%-8s %6llu %10.0f %9.1f %11.1f %10.1f %11.1f %8.0f%%\n", name,
	    (unsigned long long)batch, (double)n * 1e6 / (double)(end - from),
	    (double)(end - from) / (double)n, (double)cpu / (double)n,
	    (double)n_pages / (double)n, (double)slowest / 1000,
	    100.0 * (double)settling / (double)(end - from));
}

/* The files of a SQLite store, and the directory made for them. */
static void
remove_store(const char *dir)
{
	static const char *const files[] = { "", "-wal", "-shm", "-lock" };
	char path[80];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/stile.db%s", dir, files[i]);
		unlink(path);
	}
	rmdir(dir);
}

int
main(int argc, char **argv)
{
	static const uint64_t batches[] = { 1, 16, 64, 256, 1024 };
	struct bench bench = { 0 };
	struct diag_list diags;
	char dir[] = P_tmpdir "/stile-bench-XXXXXX";
	char location[64];
	struct rusage usage;

	if (argc < 2 && mkdtemp(dir) == NULL)
		return 1;
	snprintf(location, sizeof(location), "%s/stile.db", dir);
	arena_init(&bench.arena, 8 << 20);
	diag_init(&diags, &bench.arena, STR(""), STR(""));
	random_seeded(&bench.random, 1);
	for (size_t i = 0; i < sizeof(bench.bytes); i++)
		bench.bytes[i] = (char)random_next(&bench.random);
	if (store_open(&bench.store, str_of(argc > 1 ? argv[1] : location),
		STORE_CREATE, &diags) != 0) {
		diag_print(&diags, stderr);
		return 1;
	}
	populate(&bench);
	printf("%-8s %6s %10s %9s %11s %10s %11s %9s\n", "work", "batch",
	    "rows/s", "us/row", "cpu us/row", "pages/row", "slowest ms",
	    "settling");
	for (size_t i = 0; i < ARRAY_LEN(batches); i++)
		measure(&bench, "append", append_one, batches[i]);
	for (size_t i = 0; i < ARRAY_LEN(batches); i++)
		measure(&bench, "request", request_one, batches[i]);
	getrusage(RUSAGE_SELF, &usage);
	printf("%llu requests kept, RSS %ld KiB\n", (unsigned long long)bench.n,
	    usage.ru_maxrss);
	store_close(bench.store);
	if (argc < 2)
		remove_store(dir);
	arena_fini(&bench.arena);
	return 0;
}
