/*
 * Figures of consignments, one measure a run, as one line of JSON:
 *
 *	make FILE N		write a CSV of N made-up drivers, for
 *				data/people/drivers.map
 *	receive DIR CSV MAP	take the file in, as `stile consign receive` does
 *	floor DIR CSV MAP	what cipher and disk allow together: the same
 *				records, cut beforehand, each sealed under its own
 *				key with its identifiers' tokens, hashed, written
 *				and synced; no format is read, no index is made
 *	cipher DIR CSV MAP	as floor without tokens and hash: the bare cipher
 *	lookup DIR ID CSV MAP N	N look-ups of records of the file, evenly over it
 *
 * bench/consign drives it. The keeper's pairs are the same in each run.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "consign/cuts.h"
#include "consign/cutter.h"
#include "consign/folder.h"
#include "consign/receive.h"
#include "consign/source_consign.h"
#include "crypto/csprng.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/instant.h"

#define CHUNK ((size_t)32 << 20) /* of the file, cut and then sealed */
#define WRITE (1u << 20)

struct bench {
	const char *dir;
	struct random random;
	struct arena arena;
	struct diag_list diags;
	struct str map;
	struct seal_secret index_secret;
	struct keyfile_public public;
	int32_t today;
};

_Noreturn static void
give_up(const char *what)
{
	fprintf(stderr, "consign_bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
seconds_since(int64_t start_us)
{
	return (double)(clock_monotonic_us() - start_us) / 1e6;
}

/* The same keys in each run of one directory. */
static void
make_keys(struct bench *bench)
{
	uint8_t seed[32] = { 42 };
	struct seal_secret ignored;

	seal_pair_from_seed(&bench->public.index, &bench->index_secret, seed);
	seed[1] = 1;
	seal_pair_from_seed(&bench->public.half, &ignored, seed);
	seed[1] = 2;
	seal_pair_from_seed(&bench->public.work, &ignored, seed);
}

static int
ask(void *context, struct piece_token *token, const struct seal_wrapped *index,
    struct str subject)
{
	const struct bench *bench = context;
	struct seal_key key;
	struct hmac hmac;

	if (seal_unwrap(&key, &bench->public.index, &bench->index_secret,
		index) != 0)
		return 1;
	hmac_init(&hmac, key.b, sizeof(key.b));
	hmac_of(&hmac, &token->code, subject.p, subject.len);
	return 0;
}

static long
peak_kib(void)
{
	struct rusage self;
	struct rusage children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return self.ru_maxrss + children.ru_maxrss;
}

/* Processor time of this process, or of its children that ended. */
static double
cpu_of(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run_receive(struct bench *bench, const char *csv)
{
	struct receive_report report = { .id = "01KAN0000000000000000000AA" };
	struct receive_options options = { .dir = bench->dir,
		.fd = open(csv, O_RDONLY | O_CLOEXEC),
		.name = csv,
		.form = CONSIGN_CSV,
		.map = bench->map,
		.sender = STR("bench"),
		.deadline = bench->today + 30,
		.now_us = (int64_t)bench->today * INSTANT_DAY,
		.public = bench->public,
		.max_bytes = UINT64_MAX,
		.random = &bench->random };
	int64_t start = clock_monotonic_us();
	double took;

	if (options.fd < 0 || receive_run(&report, &bench->diags,
				  &bench->arena, &options) != 0) {
		diag_print(&bench->diags, stderr);
		give_up("receive");
	}
	took = seconds_since(start);
	printf("{\"records\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"seconds\":%.3f,\"cpu\":%.3f,\"reader_cpu\":%.3f,"
	       "\"kib\":%ld,\"id\":\"%s\",\"found\":%" PRIu64
	       "}\n",
	    report.head.n_records, report.head.size, took,
	    cpu_of(RUSAGE_SELF), cpu_of(RUSAGE_CHILDREN), peak_kib(),
	    report.id, report.head.n_found);
}

/* Cuts of a chunk of the file: not timed. */
struct chunk {
	char *bytes;
	size_t len;
	struct buf cuts;
};

static void
cut_chunk(struct chunk *chunk, struct cutter *cutter, size_t *n_used,
    bool is_end)
{
	size_t n = 1;

	buf_reset(&chunk->cuts);
	*n_used = 0;
	while (n > 0 && *n_used < chunk->len) {
		if (cutter_cut(cutter, &n, &chunk->cuts,
			(struct str){ chunk->bytes + *n_used,
			    chunk->len - *n_used },
			is_end) != 0)
			give_up("cut");
		*n_used += n;
	}
}

struct floor {
	struct hmac root;
	struct hmac index;
	struct sha256 hash;
	uint8_t *buffer;
	size_t n_buffered;
	int fd;
	uint64_t number;
	uint64_t n_records;
	bool is_bare;
};

static void
flush(struct floor *floor)
{
	if (file_write_all(floor->fd, (struct str){
		    (const char *)floor->buffer, floor->n_buffered }) < 0)
		give_up("write");
	floor->n_buffered = 0;
}

static void
seal_chunk(struct floor *floor, const struct chunk *chunk, size_t n_used)
{
	struct str rest = buf_str(&chunk->cuts);
	struct str bytes = { chunk->bytes, n_used };
	struct cut cut;

	while (cuts_next(&cut, &rest) == 0) {
		struct piece_token tokens[LIMIT_CONSIGN_KEYS];
		size_t n = floor->is_bare ? 0 : cut.n_texts;

		if (cut.len == 0)
			continue;
		for (size_t i = 0; i < n; i++)
			hmac_of(&floor->index, &tokens[i].code, cut.texts[i].p,
			    cut.texts[i].len);
		piece_seal(floor->buffer + floor->n_buffered, &floor->root,
		    floor->number++, PIECE_RECORD, tokens, n, bytes.p,
		    cut.len);
		floor->n_buffered += piece_size(cut.len, n);
		floor->n_records += cut.kind == CUTS_RECORD;
		bytes = str_part(bytes, cut.len, bytes.len);
		if (floor->n_buffered >= WRITE)
			flush(floor);
	}
	if (!floor->is_bare)
		sha256_add(&floor->hash, chunk->bytes, n_used);
}

static void
run_floor(struct bench *bench, const char *csv, bool is_bare)
{
	struct floor floor = { .is_bare = is_bare,
		.buffer = malloc(WRITE + PIECE_MAX) };
	struct chunk chunk = { .bytes = malloc(CHUNK) };
	struct cutter cutter;
	struct form form;
	char path[4096];
	int in = open(csv, O_RDONLY | O_CLOEXEC);
	bool is_end = false;
	double took = 0;
	double cpu = 0;
	uint64_t n_bytes = 0;
	int64_t start;

	snprintf(path, sizeof(path), "%s/floor", bench->dir);
	floor.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	hmac_init(&floor.root, "root", 4);
	hmac_init(&floor.index, "index", 5);
	sha256_init(&floor.hash);
	buf_init(&chunk.cuts, 4 * CHUNK);
	if (in < 0 || floor.fd < 0 ||
	    form_init(&form, &bench->diags, &bench->arena, CONSIGN_CSV,
		bench->map) != 0 ||
	    cutter_init(&cutter, &form, bench->today) != 0)
		give_up("floor");
	while (!is_end) {
		size_t n_used;
		ssize_t n = read(in, chunk.bytes + chunk.len,
		    CHUNK - chunk.len);

		if (n < 0)
			give_up("read");
		is_end = n == 0;
		chunk.len += (size_t)n;
		cut_chunk(&chunk, &cutter, &n_used, is_end);
		start = clock_monotonic_us();
		cpu -= cpu_of(RUSAGE_SELF);
		seal_chunk(&floor, &chunk, n_used);
		took += seconds_since(start);
		cpu += cpu_of(RUSAGE_SELF);
		n_bytes += n_used;
		memmove(chunk.bytes, chunk.bytes + n_used,
		    chunk.len - n_used);
		chunk.len -= n_used;
	}
	start = clock_monotonic_us();
	flush(&floor);
	if (fdatasync(floor.fd) < 0)
		give_up("sync");
	took += seconds_since(start);
	unlink(path);
	printf("{\"records\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"seconds\":%.3f,\"cpu\":%.3f}\n",
	    floor.n_records, n_bytes, took, cpu);
}

static int
compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Identifiers of records at even distances in the file. */
static size_t
choose(struct bench *bench, struct str *keys, size_t n, const char *csv)
{
	int fd = open(csv, O_RDONLY | O_CLOEXEC);
	struct form form;
	struct stat info;
	struct csv scratch;
	char text[65536];
	size_t n_keys = 0;

	if (fd < 0 || fstat(fd, &info) < 0 ||
	    form_init(&form, &bench->diags, &bench->arena, CONSIGN_CSV,
		bench->map) != 0)
		give_up(csv);
	/* The first line binds the mapping. */
	csv_init(&scratch, STR(""), form.map.separator);
	if (pread(fd, text, sizeof(text), 0) < 1)
		give_up(csv);
	scratch.text = (struct str){ text, sizeof(text) };
	if (csv_next(&scratch) != 0 ||
	    form_bind(&form, &bench->diags, &scratch) != 0)
		give_up("bind");
	for (size_t i = 0; i < n; i++) {
		off_t at = (off_t)((uint64_t)info.st_size / (n + 1) * (i + 1));
		ssize_t len = pread(fd, text, 4096, at);
		struct str rest = { text, len > 0 ? (size_t)len : 0 };
		struct form_row row;
		struct str line;

		if (!str_split(&line, &rest, '\n') ||
		    !str_split(&line, &rest, '\n') || rest.len == 0 ||
		    form_read(&row, &form, &scratch, &bench->arena, line,
			bench->today, true) != 0 ||
		    row.n_keys == 0)
			continue;
		keys[n_keys++] = row.keys[0];
	}
	csv_fini(&scratch);
	close(fd);
	return n_keys;
}

static void
run_lookup(struct bench *bench, const char *id, const char *csv, size_t n)
{
	double *took = calloc(n, sizeof(*took));
	struct str *keys = calloc(n, sizeof(*keys));
	struct source source;
	size_t n_found = 0;
	size_t n_keys = choose(bench, keys, n, csv);

	if (source_consign_open(&source, bench->dir, id, bench->today, ask,
		bench) != 0)
		give_up(id);
	for (size_t i = 0; i < n_keys; i++) {
		CLEANUP(arena_fini) struct arena arena = { 0 };
		struct subject_problem problem;
		struct subject subject;
		struct record record;
		int64_t start;

		arena_init(&arena, 1 << 20);
		if (subject_parse_canonical(&subject, &problem, &arena,
			keys[i], bench->today) != 0)
			give_up("subject");
		start = clock_monotonic_us();
		n_found += source_fetch(&record, &source, &arena, &subject) ==
		    0;
		took[i] = (double)(clock_monotonic_us() - start);
	}
	source_close(&source);
	qsort(took, n_keys, sizeof(*took), compare);
	printf("{\"lookups\":%zu,\"found\":%zu,\"p50_us\":%.0f,"
	       "\"p99_us\":%.0f,\"max_us\":%.0f}\n",
	    n_keys, n_found, took[n_keys / 2], took[n_keys * 99 / 100],
	    took[n_keys - 1]);
	free(took);
	free(keys);
}

/* Made up of syllables; distinct licence numbers, names as they come. */
static void
put_driver(FILE *out, uint64_t i, struct random_state *state)
{
	static const char *const first[] = { "BRA", "CAR", "DEL", "FOR", "GAR",
		"HOL", "JEN", "KEL", "LAN", "MOR", "NOR", "PAR", "ROB", "SAN",
		"TUR", "WAL" };
	static const char *const last[] = { "BERG", "DON", "FIELD", "GER",
		"LEY", "MAN", "NETT", "RICK", "SON", "STEIN", "TON", "WOOD" };
	static const char *const given[] = { "ALICE", "BRUNO", "CLARA",
		"DAVID", "EDITH", "FRANK", "GRETA", "HENRY", "IRENE", "JONAS" };
	uint64_t r = random_next(state);

	fprintf(out, "%c%012" PRIu64 ",MN,D,LIC,20%02u-%02u-%02u,,%s%s%s,%s,"
		"19%02u-%02u-%02u,%c,5-%02u,BRO,%u LAKE ST,DULUTH,MN,55%03u,"
		"612-555-%04u,N,N\n",
	    (char)('A' + i % 26), i * 7919 % 1000000000000,
	    (unsigned)(27 + i % 5), (unsigned)(1 + i % 12),
	    (unsigned)(1 + i % 28), first[r & 15], first[r >> 4 & 15],
	    last[(r >> 8) % ARRAY_LEN(last)],
	    given[(r >> 16) % ARRAY_LEN(given)],
	    (unsigned)(40 + (r >> 24) % 60), (unsigned)(1 + (r >> 32) % 12),
	    (unsigned)(1 + (r >> 40) % 28), i & 1 ? 'M' : 'F',
	    (unsigned)(i % 12), (unsigned)(1 + i % 9999),
	    (unsigned)(i % 1000), (unsigned)(i % 10000));
}

static void
run_make(const char *path, uint64_t n)
{
	struct random_state state;
	FILE *out = fopen(path, "we");

	if (out == NULL)
		give_up(path);
	random_seeded(&state, 1);
	fputs("License Number,License State,Class,Status,Expires,Restrictions,"
	      "Family Name,Given Name,Birth Date,Sex,Height,Eyes,Street,City,"
	      "State,Zip,Phone,Protected,Sealed\n", out);
	for (uint64_t i = 0; i < n; i++)
		put_driver(out, i, &state);
	if (fclose(out) != 0)
		give_up(path);
}

int
main(int argc, char **argv)
{
	struct csprng csprng;
	struct bench bench = { .dir = argc > 2 ? argv[2] : "",
		.today = instant_day(clock_system().now_us(NULL)) };
	const char *map = argc == 5 ? argv[4] : argc == 7 ? argv[5] : "";

	if (argc == 4 && strcmp(argv[1], "make") == 0) {
		run_make(argv[2], strtoull(argv[3], NULL, 10));
		return 0;
	}
	arena_init(&bench.arena, (size_t)1 << 30);
	diag_init(&bench.diags, &bench.arena, STR("bench"), (struct str){ 0 });
	if (csprng_open(&csprng) != 0 ||
	    file_read(&bench.map, &bench.arena, AT_FDCWD, map, 1 << 20) != 0)
		give_up("usage: consign_bench receive|floor|cipher DIR CSV MAP "
			"| lookup DIR ID CSV MAP N");
	bench.random = csprng_random(&csprng);
	make_keys(&bench);
	if (argc == 5 && strcmp(argv[1], "receive") == 0)
		run_receive(&bench, argv[3]);
	else if (argc == 5 && strcmp(argv[1], "floor") == 0)
		run_floor(&bench, argv[3], false);
	else if (argc == 5 && strcmp(argv[1], "cipher") == 0)
		run_floor(&bench, argv[3], true);
	else if (argc == 7 && strcmp(argv[1], "lookup") == 0)
		run_lookup(&bench, argv[3], argv[4],
		    strtoul(argv[6], NULL, 10));
	else
		give_up("no such measure");
	return 0;
}
