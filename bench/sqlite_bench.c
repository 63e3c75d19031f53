/*
 * The plain peer: SQLite alone inserting a row of an entry's size and syncing
 * each transaction (WAL, synchronous=FULL), for batches of several sizes. No
 * TLS, no decision, no signature: what the disk and the database cost.
 * Prints one line of JSON for each batch size.
 *
 * usage: sqlite_bench FILE [SECONDS]
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ROW_BYTES 1600	/* an entry with its sealed values */
#define N_COMMITS 200000 /* latencies kept */

static uint32_t latencies[N_COMMITS];

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static double
cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
must(sqlite3 *db, int is_right)
{
	if (is_right)
		return;
	fprintf(stderr, "sqlite_bench: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
run(sqlite3 *db, sqlite3_stmt *insert, unsigned batch, double seconds)
{
	static const char row[ROW_BYTES] = { 1 };
	uint64_t began = now_us(), end = began + (uint64_t)(seconds * 1e6);
	double cpu = cpu_us();
	size_t n = 0;

	while (now_us() < end && n < N_COMMITS) {
		uint64_t at = now_us();

		must(db, sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0) == SQLITE_OK);
		for (unsigned i = 0; i < batch; i++) {
			must(db, sqlite3_bind_blob(insert, 1, row, ROW_BYTES,
			    SQLITE_STATIC) == SQLITE_OK);
			must(db, sqlite3_step(insert) == SQLITE_DONE);
			must(db, sqlite3_reset(insert) == SQLITE_OK);
		}
		must(db, sqlite3_exec(db, "COMMIT", 0, 0, 0) == SQLITE_OK);
		latencies[n++] = (uint32_t)(now_us() - at);
	}
	seconds = (double)(now_us() - began) / 1e6;
	qsort(latencies, n, sizeof(*latencies), compare);
	printf("{\"batch\":%u,\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
	       "\"cpu_us\":%.1f}\n", batch, (double)n * batch / seconds,
	    latencies[n / 2] / 1e3, latencies[n * 99 / 100] / 1e3,
	    (cpu_us() - cpu) / (double)(n * batch));
}

int
main(int argc, char **argv)
{
	static const unsigned batches[] = { 1, 16, 256 };
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 3;
	sqlite3_stmt *insert = NULL;
	sqlite3 *db = NULL;

	if (argc < 2) {
		fputs("usage: sqlite_bench FILE [SECONDS]\n", stderr);
		return 2;
	}
	must(db, sqlite3_open(argv[1], &db) == SQLITE_OK);
	must(db, sqlite3_exec(db, "PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=FULL;"
		"CREATE TABLE entry(id INTEGER PRIMARY KEY, leaf BLOB NOT NULL)",
		0, 0, 0) == SQLITE_OK);
	must(db, sqlite3_prepare_v2(db, "INSERT INTO entry(leaf) VALUES(?)", -1,
		&insert, NULL) == SQLITE_OK);
	for (size_t i = 0; i < sizeof(batches) / sizeof(*batches); i++)
		run(db, insert, batches[i], seconds);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return 0;
}
