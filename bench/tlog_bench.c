/*
 * What the log costs: hashing alone, appending at the edge, proofs, claims, and
 * checking a whole log from files against hashing the same bytes alone.
 *
 * usage: tlog_bench [ENTRIES [ENTRY_BYTES]]      default 200000 and 1600
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "claims/disclosure.h"
#include "crypto/csprng.h"
#include "file_log.h"
#include "tlog/audit.h"
#include "tlog/edge.h"
#include "tlog/logdir.h"
#include "tlog/merkle.h"

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
row(const char *what, double n, double seconds)
{
	printf("%-44s %12.0f /s %9.3f us\n", what, n / seconds,
	    seconds / n * 1e6);
}

static void
bench_append(size_t n, size_t batch)
{
	struct tlog_edge *edge = NULL;
	struct digest leaf = { { 0 } };
	struct tlog_proof proof;
	struct digest root;
	char what[64];
	double start = now();

	if (tlog_edge_new(&edge) != 0)
		file_log_die("memory");
	for (size_t i = 0; i < n; i++) {
		leaf.b[i % 32]++;
		if (tlog_edge_append(edge, &leaf) != 0)
			file_log_die("append");
		if ((i + 1) % batch != 0)
			continue;
		tlog_edge_root(edge, &root);
		for (size_t at = i + 1 - batch; at <= i; at++) {
			if (tlog_edge_inclusion(edge, &proof, at, NULL) != 0)
				file_log_die("proof");
		}
		if (tlog_edge_consistency(edge, &proof, i + 1 - batch, NULL) !=
		    0)
			file_log_die("proof");
		tlog_edge_mark(edge);
	}
	snprintf(what, sizeof(what), "edge: append+root+proof, batches of %zu",
	    batch);
	row(what, (double)n, now() - start);
	tlog_edge_free(edge);
}

static void
bench_claims(size_t n)
{
	struct csprng csprng = { 0 };
	struct random random;
	struct buf text;
	struct claims_digest digest;
	double start;

	if (csprng_open(&csprng) != 0)
		file_log_die("csprng");
	random = csprng_random(&csprng);
	buf_init(&text, (size_t)1 << 24);
	start = now();
	for (size_t i = 0; i < n; i++) {
		if (claims_disclosure_add_string(&text, &digest, &random,
			STR("Albany County Sheriff")) != 0)
			file_log_die("disclosure");
		if (i % 25 == 24)
			buf_reset(&text);
	}
	row("claims: disclosure and digest", (double)n, now() - start);
	start = now();
	for (size_t i = 0; i < n; i++)
		claims_disclosure_decoy(&digest, &random);
	row("claims: decoy", (double)n, now() - start);
	buf_fini(&text);
	csprng_close(&csprng);
}

/*
 * Leaf and node hashes of that many entries and nothing else: no files, no
 * comparing. Bytes come from memory that is larger than the caches.
 */
static double
hash_alone(size_t n, size_t entry_bytes)
{
	size_t pool = MIN(n, ((size_t)64 << 20) / entry_bytes);
	char *bytes = malloc(pool * entry_bytes);
	struct digest node = { { 0 } };
	struct digest leaf;
	double start;

	if (bytes == NULL)
		file_log_die("memory");
	memset(bytes, 'x', pool * entry_bytes);
	start = now();
	for (size_t i = 0; i < n; i++) {
		tlog_merkle_leaf(&leaf,
		    (struct str){ bytes + i % pool * entry_bytes,
			entry_bytes });
		tlog_merkle_node(&node, &node, &leaf);
	}
	start = now() - start;
	free(bytes);
	return start;
}

static double
audit(const char *path, uint64_t size, const struct digest *root)
{
	struct tlog_logdir *dir = NULL;
	struct tlog_audit_finding finding;
	struct tlog_audit_source source;
	double start = now();

	if (tlog_logdir_open(&dir, path) != 0)
		file_log_die(path);
	source = tlog_logdir_source(dir);
	if (tlog_audit_run(&source, &finding, size, root) != 0)
		file_log_die("the log is not sound");
	tlog_logdir_close(dir);
	return now() - start;
}

/* Takes turns, since this machine is never alone; the best of each counts. */
static void
bench_verify(const char *path, size_t n, size_t entry_bytes)
{
	struct tlog_logdir *dir = NULL;
	struct tlog_audit_source source;
	struct digest root;
	double alone = 1e9;
	double whole = 1e9;

	file_log_write_of(path, n, entry_bytes, 0);
	if (tlog_logdir_open(&dir, path) != 0)
		file_log_die(path);
	source = tlog_logdir_source(dir);
	if (tlog_proof_root(&root, &source.tiles, n) != 0)
		file_log_die("root");
	tlog_logdir_close(dir);
	for (int turn = 0; turn < 5; turn++) {
		double seconds = hash_alone(n, entry_bytes);

		alone = MIN(alone, seconds);
		seconds = audit(path, n, &root);
		whole = MIN(whole, seconds);
	}
	row("hashing alone: leaf and node an entry", (double)n, alone);
	row("verify: whole log from files", (double)n, whole);
	printf("%-44s %12.0f %%\n", "verify, of what hashing alone does",
	    100 * alone / whole);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
	size_t entry_bytes = argc > 2 ? strtoull(argv[2], NULL, 10) : 1600;
	char path[] = "tlog-bench-XXXXXX";
	double start = now();
	struct digest node = { { 0 } };

	for (size_t i = 0; i < 1000000; i++)
		tlog_merkle_node(&node, &node, &node);
	row("sha256: node of 65 bytes", 1e6, now() - start);
	bench_append(1000000, 1);
	bench_append(1000000, 16);
	bench_append(1000000, 256);
	bench_claims(500000);
	if (mkdtemp(path) == NULL)
		file_log_die("mkdtemp");
	printf("%zu entries of %zu bytes\n", n, entry_bytes);
	bench_verify(path, n, entry_bytes);
	file_log_remove(path);
	return 0;
}
