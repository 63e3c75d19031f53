/* stile lookback: what a published log of look-ups would have come to. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/lookback.h"
#include "cli/lookback_html.h"
#include "cli/lookback_json.h"
#include "cli/lookback_judge.h"
#include "cli/lookback_print.h"
#include "cli/verb.h"
#include "util/buf.h"
#include "util/clock.h"
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

static void
show_progress(void *context, size_t done, size_t all)
{
	terminal_progress(context, "reading", done, all);
}

static int
read_log(struct cli *cli, struct audit_log *log, const struct audit_map *map)
{
	const char *path = cli->options.operands[0];
	struct diag_list diags;
	struct str text;
	int r = verb_read(cli, &text, path, LIMIT_LOOKBACK_BYTES);

	if (r != 0)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), (struct str){ 0 });
	r = audit_log_read(log, &diags, &cli->arena, text, map,
	    cli->is_quiet ? NULL : show_progress, &cli->err);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (!cli->is_quiet || r > 0)
		diag_print(&diags, cli->err.file);
	if (r == AUDIT_LOG_E_EMPTY)
		return verb_fail(cli, VERB_USAGE, "%s: no rows", path);
	if (r == AUDIT_LOG_E_LIMIT)
		return verb_fail(cli, VERB_CANNOT, "%s: more than %d rows",
		    path, LIMIT_LOOKBACK_ROWS);
	return r > 0 ? VERB_USAGE : 0;
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

static int
judge_log(struct cli *cli, struct lookback *lookback,
    struct lookback_bench *bench, const struct audit_log *log,
    const struct audit_map *map)
{
	struct lookback_judge judge = { lookback_judge_ask, bench };
	struct case_ref_rules rules = { .forms = map->case_forms,
		.n_forms = map->n_case_forms };
	struct clock clock = clock_system();
	const char *packs = find_packs(cli);
	struct diag_list diags;
	int month;
	int day;
	int r;

	diag_init(&diags, &cli->arena, str_of(packs), (struct str){ 0 });
	instant_civil(instant_day(clock_now_us(&clock)), &rules.year, &month,
	    &day);
	r = lookback_judge_init(bench, packs, clock_now_us(&clock), &diags);
	if (r > 0)
		return verb_diags(cli, VERB_CANNOT, &diags);
	if (r == 0)
		r = lookback_run(lookback, &cli->arena, log, &judge, &rules);
	lookback->packs = bench->names;
	return r < 0 ? verb_fault(cli, r, packs) : 0;
}

static int
run(struct cli *cli)
{
	struct lookback *lookback = ARENA_NEW(&cli->arena, struct lookback);
	struct lookback_bench bench = { 0 };
	struct audit_map map;
	struct audit_log log;
	int code;

	if (lookback == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	code = read_map(cli, &map);
	if (code == 0)
		code = read_log(cli, &log, &map);
	if (code == 0 && option_has(&cli->options, "columns")) {
		lookback_print_columns(&log, &cli->out);
		return VERB_OK;
	}
	if (code == 0)
		code = judge_log(cli, lookback, &bench, &log, &map);
	if (code == 0)
		code = print(cli, lookback);
	if (code == 0)
		code = write_page(cli, lookback);
	lookback_judge_fini(&bench);
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
	    "names them; the guess is printed. No row is shown singly.",
	.examples =
	    "see what the columns are taken for\t"
	    "stile lookback audit.csv --columns\n"
	    "name the columns yourself, and make a page\t"
	    "stile lookback audit.csv --map audit.map --html audit.html\n"
	    "for programs\t"
	    "curl -s https://example.org/audit.csv | stile lookback - --json\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "FILE",
	.run = run,
};
