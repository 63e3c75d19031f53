/*
 * What the log costs by itself, for bench/log; prints one line of JSON a row.
 *
 * usage: log_bench append FOLDER SECONDS WRITERS
 *	  log_bench write FOLDER ENTRIES BYTES
 *	  log_bench verify FOLDER ENTRIES
 *	  log_bench vkey
 *
 * append is the gate's and the keeper's work on an entry without a decision
 * around it: WRITERS wait in a closed loop, each batch is one transaction of
 * the store with one sync, the checkpoint over it is proven to extend the last
 * one, recorded durably by what the keeper records, signed, and each writer
 * gets the text of a receipt that verifies. Only then do they append again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "file_log.h"
#include "keeper/lastsigned.h"
#include "store/entries.h"
#include "store/store.h"
#include "tlog/audit.h"
#include "tlog/logdir.h"
#include "tlog/receipt.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/random.h"

#define ENTRY_BYTES 1100  /* as the entry of a request has */
#define N_LATENCIES 2000000

static uint32_t latencies[N_LATENCIES];

struct log {
	struct store *store;
	struct tlog_edge *edge;
	struct lastsigned last;
	struct tlog_note_signer signer;
	struct random_state random;
	struct buf note;
	char entry[ENTRY_BYTES];
};

static void
must(int r, const char *what)
{
	if (r == 0)
		return;
	fprintf(stderr, "log_bench: %s: %d\n", what, r);
	fault_trail(stderr);
	exit(1);
}

static void
open_log(struct log *log, const char *folder)
{
	char path[4096];
	struct arena arena;
	struct diag_list diags;

	memset(log, 0, sizeof(*log));
	random_seeded(&log->random, 1);
	log->signer = file_log_signer();
	buf_init(&log->note, LIMIT_KEEPER_NOTE);
	arena_init(&arena, 1u << 20);
	snprintf(path, sizeof(path), "%s/stile.db", folder);
	diag_init(&diags, &arena, str_of(path), STR(""));
	must(store_open(&log->store, str_of(path), STORE_CREATE, &diags),
	    path);
	must(tlog_edge_new(&log->edge), "edge");
	snprintf(path, sizeof(path), "%s/keeper.state", folder);
	must(lastsigned_create(path), path);
	must(lastsigned_open(&log->last, path), path);
	arena_fini(&arena);
}

static void
append(struct log *log, unsigned n)
{
	must(store_begin(log->store), "begin");
	for (unsigned i = 0; i < n; i++) {
		struct store_entry row = { .index = tlog_edge_size(log->edge),
			.time_us = clock_monotonic_us(),
			.type = STR("request"),
			.bytes = { log->entry, sizeof(log->entry) } };
		struct digest leaf;
		uint64_t chance = random_next(&log->random);

		memcpy(log->entry, &chance, sizeof(chance));
		tlog_merkle_leaf(&leaf, row.bytes);
		must(tlog_edge_append(log->edge, &leaf), "edge");
		must(entries_append(log->store, &row), "entry");
	}
	for (size_t i = 0; i < tlog_edge_n_full(log->edge); i++) {
		struct tlog_edge_tile tile = tlog_edge_full(log->edge, i);

		must(entries_put_tile(log->store, tile.level, tile.index,
			 tile.hashes), "tile");
	}
	must(store_commit(log->store), "commit");
}

/* What the keeper does for a checkpoint. */
static void
sign(struct log *log)
{
	struct tlog_checkpoint checkpoint = { .origin = STR(FILE_LOG_NAME),
		.size = tlog_edge_size(log->edge) };
	struct tlog_proof proof = { 0 };

	tlog_edge_root(log->edge, &checkpoint.root);
	if (log->last.size > 0) {
		must(tlog_edge_consistency(log->edge, &proof, log->last.size,
			 NULL), "consistency");
		must(tlog_proof_verify_consistency(&log->last.root,
			 log->last.size, &checkpoint.root, checkpoint.size,
			 proof.hashes, proof.n_hashes), "consistency");
	}
	buf_reset(&log->note);
	tlog_checkpoint_sign(&checkpoint, &log->note, &log->signer);
	must(lastsigned_save(&log->last, checkpoint.size, &checkpoint.root,
		 buf_str(&log->note)), "last signed");
}

static void
give_receipts(struct log *log, unsigned n)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	uint64_t size = tlog_edge_size(log->edge);

	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	for (uint64_t i = size - n; i < size; i++) {
		struct tlog_receipt receipt = { .has_extra = true,
			.extra = { log->entry, sizeof(log->entry) },
			.index = i, .checkpoint = buf_str(&log->note) };

		must(tlog_edge_inclusion(log->edge, &receipt.proof, i, NULL),
		    "inclusion");
		buf_reset(&text);
		must(tlog_receipt_format(&receipt, &text), "receipt");
	}
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
bench_append(const char *folder, double seconds, unsigned writers)
{
	struct log log;
	int64_t began = clock_monotonic_us();
	int64_t end = began + (int64_t)(seconds * 1e6);
	size_t n = 0;

	open_log(&log, folder);
	while (clock_monotonic_us() < end && n < N_LATENCIES) {
		int64_t at = clock_monotonic_us();

		append(&log, writers);
		sign(&log);
		give_receipts(&log, writers);
		tlog_edge_mark(log.edge);
		latencies[n++] = (uint32_t)(clock_monotonic_us() - at);
		if (store_wal_pages(log.store) > LIMIT_STORE_WAL_PAGES)
			must(store_checkpoint(log.store,
				 STORE_CHECKPOINT_PASSIVE), "checkpoint");
	}
	seconds = (double)(clock_monotonic_us() - began) / 1e6;
	qsort(latencies, n, sizeof(latencies[0]), compare);
	printf("{\"writers\":%u,\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}"
	       "\n", writers, (double)(n * writers) / seconds,
	    latencies[n / 2] / 1e3, latencies[n - 1 - n / 100] / 1e3);
	lastsigned_close(&log.last);
	store_close(log.store);
	tlog_edge_free(log.edge);
	buf_fini(&log.note);
}

static void
bench_verify(const char *folder, uint64_t n)
{
	struct tlog_note_signer signer = file_log_signer();
	struct tlog_logdir *dir = NULL;
	struct tlog_audit_finding finding;
	struct tlog_audit_source source;
	struct tlog_checkpoint checkpoint;
	struct rusage usage;
	struct arena arena;
	struct str note;
	int64_t began = clock_monotonic_us();
	double seconds;

	arena_init(&arena, 1u << 20);
	must(tlog_logdir_open(&dir, folder), folder);
	must(tlog_logdir_checkpoint(dir, &note, &arena), "checkpoint");
	must(tlog_checkpoint_open(&checkpoint, note, &signer.key), "note");
	source = tlog_logdir_source(dir);
	must(tlog_audit_run(&source, &finding, checkpoint.size,
		 &checkpoint.root), "the log is not sound");
	must(finding.n_entries != n, "not all entries");
	seconds = (double)(clock_monotonic_us() - began) / 1e6;
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"entries\":%llu,\"rate\":%.1f,\"mib\":%.1f}\n",
	    (unsigned long long)n, (double)n / seconds,
	    (double)usage.ru_maxrss / 1024);
	tlog_logdir_close(dir);
	arena_fini(&arena);
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "append") == 0) {
		bench_append(argv[2], strtod(argv[3], NULL),
		    (unsigned)strtoul(argv[4], NULL, 10));
	} else if (argc == 5 && strcmp(argv[1], "write") == 0) {
		file_log_write_of(argv[2], strtoull(argv[3], NULL, 10),
		    strtoull(argv[4], NULL, 10), 0);
	} else if (argc == 2 && strcmp(argv[1], "vkey") == 0) {
		struct tlog_note_signer signer = file_log_signer();
		struct buf vkey;

		buf_init(&vkey, 4096);
		tlog_note_key_format(&signer.key, &vkey);
		puts(vkey.bytes);
		buf_fini(&vkey);
	} else if (argc == 4 && strcmp(argv[1], "verify") == 0) {
		bench_verify(argv[2], strtoull(argv[3], NULL, 10));
	} else {
		fprintf(stderr, "usage: log_bench append FOLDER SECONDS WRITERS"
		    " | write FOLDER ENTRIES BYTES | verify FOLDER ENTRIES\n");
		return 2;
	}
	return 0;
}
