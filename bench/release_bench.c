/*
 * Releases: entries exported and verified a second, and the memory that takes.
 *
 * Usage: release_bench [entries]. The log is made by the gate's own ledger,
 * 20,000 requests' entries by default, as wide as the gate writes them; the
 * house profile with half of the labels shown. Prints a table; asserts nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gate/assembly.h"
#include "gate/ledger.h"
#include "house.h"
#include "release/build.h"
#include "release/inspect.h"
#include "release/paper.h"
#include "release/webpage.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"

static struct house house;
static struct arena lasting;

static void
must(int r, const char *what)
{
	if (r == 0)
		return;
	fault_trail(stderr);
	fprintf(stderr, "%s: %d\n", what, r);
	exit(1);
}

/* An entry as a permitted request leaves it. */
static void
fill(struct entry *entry, struct arena *arena, size_t i)
{
	static const struct {
		enum entry_label label;
		const char *text;
	} texts[] = { { LABEL_ID, "01JDZ8K3V5W6X7Y8Z9A0B1C2D3" },
		{ LABEL_AGENCY, "NY0303000" }, { LABEL_OPERATOR, "mlopez" },
		{ LABEL_REQUESTOR, "mlopez" }, { LABEL_PEER, "192.0.2.17" },
		{ LABEL_CERTIFICATE,
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78"
		    "52b855" },
		{ LABEL_GROUND_KIND, "investigation" },
		{ LABEL_GROUND, "2026-01177" }, { LABEL_PURPOSE, "dppa-1" },
		{ LABEL_END_USE, "criminal" },
		{ LABEL_SUBJECT_KIND, "plate" },
		{ LABEL_SUBJECT, "plate|NY|ABC1234|2026|PC" },
		{ LABEL_OUTCOME, "one" },
		{ LABEL_REASON, "owner of the car seen at the scene" } };
	static const struct {
		enum entry_label label;
		const char *json;
	} lists[] = {
		{ LABEL_FIELDS, "[\"owner.family\",\"vehicle.make\"]" },
		{ LABEL_PERMITTED, "[\"owner.family\",\"vehicle.make\"]" },
		{ LABEL_DISCLOSED, "[\"owner.family\",\"vehicle.make\"]" },
		{ LABEL_RECORD,
		    "{\"owner.family\":{\"value\":\"OWNERNAME\",\"class\":"
		    "\"PI\",\"mark\":\"DPPA//FOUO\"},\"vehicle.make\":{"
		    "\"value\":\"SAAB\",\"class\":\"PUBLIC\",\"mark\":"
		    "\"DPPA//FOUO\"}}" },
		{ LABEL_DUTIES, "[\"record-of-recipient:5y\",\"extract:90d\"]" },
	};

	*entry = (struct entry){ .type = ENTRY_REQUEST,
		.time_us = house.now_us + (int64_t)i,
		.holder = house.gate.holder,
		.decision = STR("permit"),
		.packs = house.gate.pack_names,
		.n_packs = house.gate.n_packs };
	for (size_t k = 0; k < ARRAY_LEN(texts); k++)
		entry_put(entry, arena, texts[k].label, str_of(texts[k].text));
	for (size_t k = 0; k < ARRAY_LEN(lists); k++)
		entry_put_json(entry, lists[k].label, str_of(lists[k].json));
}

static void
append(size_t n)
{
	struct arena arena;
	struct entry entry;
	struct entry_text text;

	arena_init(&arena, 4 << 20);
	for (size_t done = 0; done < n;) {
		size_t end = MIN(done + 4096, n);

		must(store_begin(house.store), "begin");
		tlog_edge_mark(house.gate.edge);
		for (; done < end; done++) {
			arena_reset(&arena);
			fill(&entry, &arena, done);
			must(ledger_append(&house.gate, &text, &arena, &entry),
			    "append");
		}
		must(ledger_commit(&house.gate, house.now_us), "commit");
	}
	must(assembly_sign_head(&house.gate), "sign");
	arena_fini(&arena);
}

static int
unwrap(void *context, struct seal_key *key, struct str wrapped)
{
	struct seal_wrapped bytes;

	(void)context;
	memcpy(bytes.b, wrapped.p, sizeof(bytes.b));
	return seal_unwrap(key, &house.seal_public, &house.seal_secret,
	    &bytes);
}

/* CPU time of the row so far: other processes do not count. */
static int64_t
cpu_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
	    usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
row(const char *what, size_t n, int64_t us, uint64_t bytes)
{
	static int64_t before;
	int64_t cpu = cpu_us();
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-28s %9.0f entries/s %9.0f a CPU second %8.1f MB/s  peak %4ld "
	       "MiB\n",
	    what, (double)n * 1e6 / (double)us,
	    (double)n * 1e6 / (double)MAX(cpu - before, 1),
	    (double)bytes / (double)us, usage.ru_maxrss / 1024);
	before = cpu_us();
	fflush(stdout);
}

static uint64_t
size_of(int fd)
{
	return (uint64_t)lseek(fd, 0, SEEK_END);
}

static int
scratch(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", house.dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		must(-1, path);
	return fd;
}

static struct inspect_report report;

static void
inspect(int fd, const struct inspect_visitor *visitor, const char *what,
    size_t n, int out)
{
	struct inspect_terms terms = { .key = house.signer.key,
		.is_draft = true };
	struct inspect_report again;
	int64_t start = clock_monotonic_us();

	lseek(fd, 0, SEEK_SET);
	must(inspect_run(&again, fd, &terms, visitor), what);
	row(what, n, clock_monotonic_us() - start,
	    size_of(out >= 0 ? out : fd));
	report = again;
}

static void
measure(size_t n, const struct profile *profile, struct stock *stock)
{
	struct order order = { .title = STR("bench"),
		.agency = STR(""),
		.kind = STR(""),
		.from = 0,
		.to = house_size(&house),
		.profile = profile,
		.now_us = house.now_us };
	struct build_input input = { .stock = stock,
		.order = &order,
		.holder = STR("NYDMV"),
		.checkpoint = house.gate.note,
		.key = house.signer.key };
	struct inspect_visitor nobody = { 0 };
	struct inspect_visitor visitor;
	struct build_report built;
	struct webpage page;
	struct paper paper;
	struct diag_list diags;
	int fd = scratch("release");
	int html = scratch("html");
	int pdf = scratch("pdf");
	int64_t start = clock_monotonic_us();

	diag_init(&diags, &lasting, STR("bench"), (struct str){ 0 });
	must(build_run(&built, fd, &input, &diags), "build");
	row("export", n, clock_monotonic_us() - start, size_of(fd));
	inspect(fd, &nobody, "verify", n, -1);
	webpage_init(&page, html, &report);
	visitor = webpage_visitor(&page);
	inspect(fd, &visitor, "verify, and print as HTML", n, html);
	webpage_fini(&page);
	paper_init(&paper, pdf, &report);
	visitor = paper_visitor(&paper);
	inspect(fd, &visitor, "verify, and print as PDF", n, pdf);
	paper_fini(&paper);
	close(fd);
	close(html);
	close(pdf);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct profile profile;
	struct diag_list diags;
	struct stock stock;
	struct str text;
	char path[512];
	int64_t start;

	house_open(&house);
	arena_init(&lasting, 4 << 20);
	diag_init(&diags, &lasting, STR("profile"), (struct str){ 0 });
	snprintf(path, sizeof(path), "%s/house/release.conf",
	    getenv("STILE_PACKS"));
	must(file_read(&text, &lasting, AT_FDCWD, path, 1 << 20), path);
	must(profile_parse(&profile, &lasting, text, &diags), path);
	start = clock_monotonic_us();
	append(n);
	row("append, by 4096", n, clock_monotonic_us() - start, 0);
	stock_init(&stock, house.store, unwrap, NULL);
	measure(n, &profile, &stock);
	stock_fini(&stock);
	house_close(&house);
	arena_fini(&lasting);
	return 0;
}
