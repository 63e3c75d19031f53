/* stile lookback: what a published log of look-ups would have come to. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/lookback.h"
#include "cli/lookback_html.h"
#include "cli/lookback_json.h"
#include "cli/lookback_judge.h"
#include "cli/lookback_print.h"
#include "cli/verb.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/instant.h"

#define PAGE_BYTES ((size_t)8 << 20)

/* Where the packs are: as told, as set, beside the program, installed. */
static const char *
find_packs(struct cli *cli)
{
	const char *told = option_get(&cli->options, "packs");
	static const char *const places[] = { "../packs",
		"../share/stile/packs" };
	char self[4096];
	ssize_t n;

	if (told == NULL)
		told = getenv("STILE_PACKS");
	if (told != NULL)
		return told;
	n = readlink("/proc/self/exe", self, sizeof(self));
	while (n > 0 && self[n - 1] != '/')
		n--;
	for (size_t i = 0; i < ARRAY_LEN(places) && n > 0; i++) {
		struct str path = arena_format(&cli->arena, "%.*s%s", (int)n,
		    self, places[i]);

		if (path.p != NULL && access(path.p, R_OK | X_OK) == 0)
			return path.p;
	}
	return "packs";
}

static int
read_map(struct cli *cli, struct audit_map *map)
{
	const char *path = option_get(&cli->options, "map");
	struct diag_list diags;
	struct str text;
	int r;

	*map = (struct audit_map){ 0 };
	if (path == NULL)
		return 0;
	r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);
	if (r != 0)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), text);
	r = audit_map_parse(map, &diags, &cli->arena, text);
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_diags(cli, VERB_USAGE, &diags) : 0;
}

/* A log that is being read. */
struct reading {
	struct cli *cli;
	int fd;
	uint64_t n_bytes; /* of a file; 0: a pipe */
};

static int
read_some(void *context, char *bytes, size_t room, size_t *n)
{
	const struct reading *reading = context;
	ssize_t got;

	do
		got = read(reading->fd, bytes, room);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return FAULT(errno);
	*n = (size_t)got;
	return 0;
}

static void
show_progress(void *context, uint64_t n_rows, uint64_t n_bytes)
{
	const struct reading *reading = context;
	char label[64];
	char number[32];

	snprintf(label, sizeof(label), "%s look-ups",
	    terminal_number(number, n_rows));
	terminal_progress(&reading->cli->err, label, n_bytes,
	    reading->n_bytes);
}

static int
open_file(struct reading *reading, const char *path)
{
	struct stat info;

	if (strcmp(path, "-") == 0) {
		reading->fd = STDIN_FILENO;
		return 0;
	}
	reading->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (reading->fd < 0 && errno == ENOENT)
		return verb_fail(reading->cli, VERB_CANNOT,
		    "%s: no such file", path);
	if (reading->fd < 0 || fstat(reading->fd, &info) < 0)
		return verb_fault(reading->cli, errno, path);
	if (S_ISDIR(info.st_mode))
		return verb_fail(reading->cli, VERB_CANNOT,
		    "%s: not a regular file", path);
	if (S_ISREG(info.st_mode))
		reading->n_bytes = (uint64_t)info.st_size;
	return 0;
}

/* Print what was found about the file; errors always, warnings unless quiet. */
static int
say_diags(const struct cli *cli, const struct diag_list *diags, int code)
{
	if (!cli->is_quiet || code != 0)
		diag_print(diags, cli->err.file);
	return code;
}

/* The mapping, to be filled in; also of a log whose columns are not known. */
static int
print_map(struct cli *cli, const struct audit_log *log,
    const struct audit_map *map)
{
	CLEANUP(buf_fini) struct buf text = { 0 };

	buf_init(&text, LIMIT_FILE_BYTES);
	audit_map_write(&text, cli->options.operands[0], map, log->names,
	    log->header, log->n_header);
	if (buf_finish(&text) != 0)
		return verb_fault(cli, ENOMEM, "mapping");
	fwrite(text.bytes, 1, text.len, cli->out.file);
	return VERB_OK;
}

static int
write_page(struct cli *cli, const struct lookback *lookback)
{
	const char *path = option_get(&cli->options, "html");
	CLEANUP(buf_fini) struct buf page = { 0 };
	int r;

	if (path == NULL)
		return 0;
	buf_init(&page, PAGE_BYTES);
	r = lookback_html(lookback, &cli->arena, &page);
	if (r < 0)
		return verb_fault(cli, r, "page");
	r = verb_write(cli, path, buf_str(&page));
	if (r == 0 && !cli->is_quiet && strcmp(path, "-") != 0)
		fprintf(cli->err.file, "%s: wrote %s\n", cli->name, path);
	return r;
}

static int
print(struct cli *cli, const struct lookback *lookback)
{
	const char *html = option_get(&cli->options, "html");
	CLEANUP(buf_fini) struct buf json = { 0 };
	int r;

	if (html != NULL && strcmp(html, "-") == 0)
		return 0;
	if (cli->is_json) {
		buf_init(&json, PAGE_BYTES);
		r = lookback_json(lookback, &cli->arena, &json);
		if (r == 0)
			fwrite(json.bytes, 1, json.len, cli->out.file);
	} else {
		r = lookback_print(lookback, &cli->arena, &cli->out);
	}
	return r < 0 ? verb_fault(cli, r, "report") : 0;
}

/* Read the whole log and judge it. */
static int
run_log(struct reading *reading, struct lookback *lookback,
    struct audit_log *log, const struct audit_map *map,
    const struct lookback_judge *judge)
{
	struct cli *cli = reading->cli;
	const char *path = cli->options.operands[0];
	struct case_ref_rules rules = { .forms = map->case_forms,
		.n_forms = map->n_case_forms };
	struct clock clock = clock_system();
	int month;
	int day;
	int r;

	instant_civil(instant_day(clock_now_us(&clock)), &rules.year, &month,
	    &day);
	r = lookback_run(lookback, &cli->arena, log, judge, &rules,
	    cli->is_quiet ? NULL : show_progress, reading);
	terminal_progress(&cli->err, "", 1, 1);
	switch (r) {
	case 0:
		return say_diags(cli, log->diags, VERB_OK);
	case LOOKBACK_E_EMPTY:
		return verb_fail(cli, VERB_USAGE,
		    "%s: no rows: a header, and no look-up below it", path);
	case LOOKBACK_E_LIMIT:
		return verb_fail(cli, VERB_CANNOT, "%s: more than %d rows; "
		    "split it by month", path, LIMIT_LOOKBACK_ROWS);
	default:
		return verb_fault(cli, r, path);
	}
}

/* Load the packs, judge the log, show what came of it. */
static int
judge_log(struct reading *reading, struct audit_log *log,
    const struct audit_map *map)
{
	struct cli *cli = reading->cli;
	struct lookback *lookback = ARENA_NEW(&cli->arena, struct lookback);
	struct lookback_bench bench = { 0 };
	struct lookback_judge judge = { lookback_judge_ask, &bench };
	struct clock clock = clock_system();
	const char *packs = find_packs(cli);
	struct diag_list diags;
	int r;

	if (lookback == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	diag_init(&diags, &cli->arena, str_of(packs), (struct str){ 0 });
	r = lookback_judge_init(&bench, packs, clock_now_us(&clock), &diags);
	if (r > 0)
		return verb_diags(cli, VERB_CANNOT, &diags);
	if (r < 0)
		return verb_fault(cli, r, packs);
	r = run_log(reading, lookback, log, map, &judge);
	lookback->packs = bench.names;
	if (r == 0)
		r = write_page(cli, lookback);
	if (r == 0)
		r = print(cli, lookback);
	lookback_judge_fini(&bench);
	return r;
}

static int
open_log(struct reading *reading, struct audit_log *log,
    const struct audit_map *map)
{
	struct cli *cli = reading->cli;
	struct diag_list *diags = ARENA_NEW(&cli->arena, struct diag_list);
	const char *path = cli->options.operands[0];
	int r;

	if (diags == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	diag_init(diags, &cli->arena, str_of(path), (struct str){ 0 });
	r = audit_log_open(log, diags, &cli->arena, read_some, reading, map);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (option_has(&cli->options, "make-map") &&
	    (r == 0 || r == AUDIT_LOG_E_COLUMNS))
		return 0;
	return r > 0 ? say_diags(cli, diags, VERB_USAGE) : 0;
}

static int
run(struct cli *cli)
{
	struct reading reading = { .cli = cli, .fd = -1 };
	struct audit_log *log = ARENA_NEW(&cli->arena, struct audit_log);
	struct audit_map map;
	int code;

	if (log == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	code = read_map(cli, &map);
	if (code == 0)
		code = open_file(&reading, cli->options.operands[0]);
	if (code == 0)
		code = open_log(&reading, log, &map);
	if (code == 0 && option_has(&cli->options, "make-map"))
		code = print_map(cli, log, &map);
	else if (code == 0 && option_has(&cli->options, "columns"))
		lookback_print_columns(log, &cli->out);
	else if (code == 0)
		code = judge_log(&reading, log, &map);
	audit_log_close(log);
	if (reading.fd > STDIN_FILENO)
		close(reading.fd);
	return code;
}

static const struct option_spec options[] = {
	{ .name = "map",
	    .letter = 'm',
	    .kind = OPTION_FILE,
	    .value = "MAP",
	    .help = "Mapping file: which column is what; else guessed" },
	{ .name = "html",
	    .kind = OPTION_FILE,
	    .value = "OUT",
	    .help = "Also write one HTML page; - is standard output" },
	{ .name = "packs",
	    .kind = OPTION_DIR,
	    .value = "DIR",
	    .help = "Folder of packs; else STILE_PACKS, or those shipped" },
	{ .name = "columns",
	    .help = "Only say which column is taken for what" },
	{ .name = "make-map",
	    .help = "Only print a mapping to fill in" },
};

const struct verb cmd_lookback = {
	.name = "lookback",
	.usage = "FILE [--map MAP] [--html OUT] [--json]",
	.summary = "Put a published log of look-ups to the rules",
	.about =
	    "Reads any agency's audit CSV (- is standard input) and tells what "
	    "its look-ups would have come to at this gate: refused, referred or "
	    "permitted if confirmed, by which rule, and what the log cannot "
	    "tell. Columns are guessed by their names unless a mapping file "
	    "names them; the guess is printed. No row is shown singly.\n\n"
	    "A mapping is a few lines, and --make-map writes them for you:\n\n"
	    "columns = { when = \"Search Time\"; who = \"Officer\"; "
	    "reason = \"Reason\"; case = \"Case #\"; };",
	.examples =
	    "see what the columns are taken for\t"
	    "stile lookback audit.csv --columns\n"
	    "write a mapping, correct it, use it, and make a page\t"
	    "stile lookback audit.csv --make-map >audit.map\n"
	    "\tstile lookback audit.csv --map audit.map --html audit.html\n"
	    "for programs\t"
	    "curl -s https://example.org/audit.csv | stile lookback - --json\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "FILE",
	.run = run,
};
