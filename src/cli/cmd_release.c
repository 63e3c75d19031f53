/* stile release: what goes to the public, and whether it is true. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "cli/holder.h"
#include "cli/https.h"
#include "cli/release_make.h"
#include "cli/vault.h"
#include "release/inspect.h"
#include "release/paper.h"
#include "release/redactions.h"
#include "release/vaughn.h"
#include "release/webpage.h"
#include "util/hex.h"
#include "util/json.h"

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* --- what is withheld -------------------------------------------------------- */

static void
print_tally(struct cli *cli, const struct redactions *tally)
{
	for (size_t i = 0; i < tally->n_rows; i++) {
		fprintf(cli->out.file, "  %8" PRIu64 " under ",
		    tally->rows[i].n);
		terminal_text(&cli->out, tally->rows[i].exemptions,
		    LIMIT_RELEASE_BAR);
		fputc('\n', cli->out.file);
	}
	if (tally->n_others > 0)
		fprintf(cli->out.file, "  %8" PRIu64 " under others\n",
		    tally->n_others);
	for (size_t i = 0; i < tally->n_exemptions; i++) {
		const struct sheet_exemption *row = &tally->exemptions[i];

		fputs("  ", cli->out.file);
		terminal_cell(&cli->out, row->code, 14);
		fputs("  ", cli->out.file);
		terminal_text(&cli->out, row->title, 80);
		fputs(" (", cli->out.file);
		terminal_text(&cli->out, row->cite, 60);
		fputs(")\n", cli->out.file);
	}
}

static void
add_tally_json(struct json *json, const struct redactions *tally)
{
	json_key(json, STR("exemptions"));
	json_open_array(json);
	for (size_t i = 0; i < tally->n_rows; i++) {
		json_open_object(json);
		json_put_string(json, "under", tally->rows[i].exemptions);
		json_put_i64(json, "withheld", (int64_t)tally->rows[i].n);
		json_close_object(json);
	}
	json_close_array(json);
}

/* --- verify ------------------------------------------------------------------ */

static int
open_release(struct cli *cli, int *fd)
{
	const char *path = cli->options.operands[0];

	*fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
				     : open(path, O_RDONLY | O_CLOEXEC);
	return *fd >= 0 ? VERB_OK : verb_fault(cli, -errno, path);
}

/* Whose witnesses are asked for; none without the option. */
static int
read_policy(struct cli *cli, const struct tlog_policy **policy)
{
	const char *path = option_get(&cli->options, "policy");
	struct tlog_policy *read = ARENA_NEW(&cli->arena, struct tlog_policy);
	struct diag_list diags;
	struct str text;
	int r;

	if (path == NULL)
		return VERB_OK;
	if (read == NULL)
		return verb_fail(cli, VERB_CANNOT, "memory");
	r = verb_read(cli, &text, path, LIMIT_TLOG_POLICY_BYTES);
	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), text);
	r = tlog_policy_parse(read, &cli->arena, &diags, text);
	*policy = read;
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_diags(cli, VERB_USAGE, &diags) : VERB_OK;
}

static int
read_terms(struct cli *cli, struct inspect_terms *terms)
{
	int r;

	*terms = (struct inspect_terms){
		.is_draft = option_has(&cli->options, "draft") };
	r = vault_log_key(cli, &terms->key, option_get(&cli->options, "key"));
	return r == VERB_OK ? read_policy(cli, &terms->policy) : r;
}

static void
print_flaw(struct cli *cli, const struct inspect_report *report)
{
	CLEANUP(buf_fini) struct buf text = { 0 };

	buf_init(&text, LIMIT_DIAG_TEXT);
	inspect_describe(report, &text);
	fprintf(cli->err.file, "%s: %s: ", cli->name,
	    cli->options.operands[0]);
	terminal_text(&cli->err, buf_str(&text), LIMIT_DIAG_TEXT);
	fputc('\n', cli->err.file);
}

static void
print_json(struct cli *cli, const struct inspect_report *report,
    const struct redactions *tally)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	char hex[65];
	struct json json;

	buf_init(&buf, LIMIT_RELEASE_LINE);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_bool(&json, "sound", report->flaw == INSPECT_NONE);
	json_put_string(&json, "flaw", inspect_flaw_name(report->flaw));
	json_put_i64(&json, "line", (int64_t)report->line);
	hex_format(hex, report->body.b, sizeof(report->body.b));
	json_put_string(&json, "release", str_of(hex));
	json_put_i64(&json, "from", (int64_t)report->from);
	json_put_i64(&json, "to", (int64_t)report->to);
	json_put_i64(&json, "tree_size", (int64_t)report->tree_size);
	json_put_i64(&json, "shown", (int64_t)report->n_shown);
	json_put_i64(&json, "bare", (int64_t)report->n_bare);
	json_put_i64(&json, "open", (int64_t)report->n_open);
	json_put_i64(&json, "withheld", (int64_t)report->n_withheld);
	json_put_i64(&json, "stated", (int64_t)report->n_stated);
	json_put_i64(&json, "witnesses", (int64_t)report->witnesses.n_good);
	add_tally_json(&json, tally);
	json_key(&json, STR("signed"));
	json_open_array(&json);
	for (size_t i = 0; i < report->signs.n; i++) {
		const struct signoff *sign = &report->signs.items[i];

		json_open_object(&json);
		json_put_string(&json, "act", str_of(sign->act));
		json_put_string(&json, "person", str_of(sign->person));
		json_put_string(&json, "role", str_of(sign->role));
		json_put_i64(&json, "entry", (int64_t)sign->index);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	fprintf(cli->out.file, "%.*s\n", STR_ARG(buf_str(&buf)));
}

static void
print_report(struct cli *cli, const struct inspect_report *report,
    const struct redactions *tally)
{
	FILE *out = cli->out.file;

	fprintf(out,
	    "%s: sound: entries %" PRIu64 " to %" PRIu64 " of %" PRIu64
	    ", all there: %" PRIu64 " shown, %" PRIu64 " not\n",
	    cli->options.operands[0], report->from, report->to - 1,
	    report->tree_size, report->n_shown, report->n_bare);
	fprintf(out,
	    "%" PRIu64 " values shown as logged, %" PRIu64
	    " withheld; beside %" PRIu64 " of these stands a statement of the "
	    "holder, which the log does not prove\n",
	    report->n_open, report->n_withheld, report->n_stated);
	print_tally(cli, tally);
	if (report->witnesses.is_met)
		fprintf(out, "%zu witnesses cosigned its checkpoint\n",
		    report->witnesses.n_good);
	for (size_t i = 0; i < report->signs.n; i++) {
		const struct signoff *sign = &report->signs.items[i];

		fprintf(out, "%s by ",
		    strcmp(sign->act, "review") == 0 ? "texts read"
						     : "signed");
		terminal_text(&cli->out, str_of(sign->person), 64);
		fprintf(out, ", %s, at %s, entry %" PRIu64 "\n", sign->role,
		    sign->time, sign->index);
	}
	if (report->signs.n == 0)
		fputs("not signed yet\n", out);
}

static int
run_verify(struct cli *cli)
{
	CLEANUP(closep) int fd = -1;
	struct inspect_terms terms;
	struct inspect_report report;
	struct redactions tally = { .arena = &cli->arena };
	struct inspect_visitor visitor = redactions_visitor(&tally);
	int r = read_terms(cli, &terms);

	if (r == VERB_OK)
		r = open_release(cli, &fd);
	if (r != VERB_OK)
		return r;
	r = inspect_run(&report, fd, &terms, &visitor);
	if (r < 0)
		return verb_fault(cli, r, cli->options.operands[0]);
	if (cli->is_json)
		print_json(cli, &report, &tally);
	else if (r > 0)
		print_flaw(cli, &report);
	else if (!cli->is_quiet)
		print_report(cli, &report, &tally);
	return r > 0 ? VERB_NO : VERB_OK;
}

/* --- outputs: only of what was inspected ------------------------------------- */

/* Inspect; then once more, with the visitor that writes. */
static int
inspect_twice(struct cli *cli, struct inspect_report *report, int fd,
    const struct inspect_terms *terms)
{
	struct inspect_visitor nobody = { 0 };
	int r = inspect_run(report, fd, terms, &nobody);

	if (r < 0)
		return verb_fault(cli, r, cli->options.operands[0]);
	if (r > 0) {
		print_flaw(cli, report);
		return VERB_NO;
	}
	return VERB_OK;
}

static int
rewind_to(struct cli *cli, int fd)
{
	return lseek(fd, 0, SEEK_SET) == 0
	    ? VERB_OK
	    : verb_fail(cli, VERB_USAGE,
		  "%s: a file is needed: it is read twice",
		  cli->options.operands[0]);
}

static int
open_output(struct cli *cli, int *fd, const char *path)
{
	*fd = strcmp(path, "-") == 0
	    ? dup(STDOUT_FILENO)
	    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return *fd >= 0 ? VERB_OK : verb_fault(cli, -errno, path);
}

/* The second run: the visitor writes. */
static int
run_visitor(struct cli *cli, int fd, const struct inspect_terms *terms,
    const struct inspect_visitor *visitor, const char *path)
{
	struct inspect_report again;
	int r = inspect_run(&again, fd, terms, visitor);

	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_fail(cli, VERB_CANNOT,
			   "%s changed while it was read",
			   cli->options.operands[0])
		     : VERB_OK;
}

/* What is written, each a function of the release alone. */
enum output {
	OUTPUT_INDEX_CSV,
	OUTPUT_INDEX_HTML,
	OUTPUT_PAGE,
	OUTPUT_PAPER,
};

union outputs {
	struct vaughn vaughn;
	struct webpage page;
	struct paper paper;
};

static struct inspect_visitor
begin_output(union outputs *outputs, enum output kind, int fd,
    const struct inspect_report *report)
{
	switch (kind) {
	case OUTPUT_PAGE:
		webpage_init(&outputs->page, fd, report);
		return webpage_visitor(&outputs->page);
	case OUTPUT_PAPER:
		paper_init(&outputs->paper, fd, report);
		return paper_visitor(&outputs->paper);
	case OUTPUT_INDEX_CSV:
	case OUTPUT_INDEX_HTML:
	default:
		vaughn_init(&outputs->vaughn, fd, kind == OUTPUT_INDEX_HTML,
		    report);
		return vaughn_visitor(&outputs->vaughn);
	}
}

static void
end_output(union outputs *outputs, enum output kind)
{
	if (kind == OUTPUT_PAGE)
		webpage_fini(&outputs->page);
	else if (kind == OUTPUT_PAPER)
		paper_fini(&outputs->paper);
	else
		vaughn_fini(&outputs->vaughn);
}

static int
write_output(struct cli *cli, const struct inspect_report *report, int fd,
    const struct inspect_terms *terms, const char *path, enum output kind)
{
	CLEANUP(closep) int out = -1;
	union outputs *outputs = ARENA_NEW(&cli->arena, union outputs);
	struct inspect_visitor visitor;
	int r = rewind_to(cli, fd);

	if (outputs == NULL)
		return verb_fail(cli, VERB_CANNOT, "memory");
	if (r == VERB_OK)
		r = open_output(cli, &out, path);
	if (r != VERB_OK)
		return r;
	visitor = begin_output(outputs, kind, out, report);
	r = run_visitor(cli, fd, terms, &visitor, path);
	if (r != VERB_OK && kind == OUTPUT_PAPER && outputs->paper.is_full)
		r = verb_fail(cli, VERB_NO,
		    "%s: more than %d pages: release a shorter range", path,
		    LIMIT_RELEASE_PAGES);
	end_output(outputs, kind);
	return r;
}

/* The outputs that the options ask for. */
static int
run_outputs(struct cli *cli, const struct inspect_terms *terms,
    const char *const *paths, const enum output *kinds, size_t n)
{
	CLEANUP(closep) int fd = -1;
	struct inspect_report report;
	int r = open_release(cli, &fd);

	if (r == VERB_OK)
		r = inspect_twice(cli, &report, fd, terms);
	for (size_t i = 0; i < n && r == VERB_OK; i++) {
		if (paths[i] != NULL)
			r = write_output(cli, &report, fd, terms, paths[i],
			    kinds[i]);
	}
	return r;
}

static int
run_index(struct cli *cli)
{
	static const enum output kinds[] = { OUTPUT_INDEX_CSV,
		OUTPUT_INDEX_HTML };
	const char *paths[] = { option_get(&cli->options, "csv"),
		option_get(&cli->options, "html") };
	struct inspect_terms terms;
	int r = read_terms(cli, &terms);

	if (paths[0] == NULL && paths[1] == NULL)
		paths[0] = "-";
	return r != VERB_OK ? r : run_outputs(cli, &terms, paths, kinds, 2);
}

static int
run_print(struct cli *cli)
{
	static const enum output kinds[] = { OUTPUT_PAGE, OUTPUT_PAPER };
	const char *paths[] = { option_get(&cli->options, "html"),
		option_get(&cli->options, "pdf") };
	struct inspect_terms terms;
	int r = read_terms(cli, &terms);

	if (r == VERB_OK && paths[0] == NULL && paths[1] == NULL)
		return verb_fail(cli, VERB_USAGE, "--html, --pdf or both");
	return r != VERB_OK ? r : run_outputs(cli, &terms, paths, kinds, 2);
}

/* --- the table --------------------------------------------------------------- */

#define OUTPUT_OPTION(what)                                                    \
	{ .name = "output",                                                    \
	    .letter = 'o',                                                     \
	    .kind = OPTION_FILE,                                               \
	    .value = "FILE",                                                   \
	    .help = what,                                                      \
	    .is_required = true }
#define PACK_OPTION                                                            \
	{ .name = "pack",                                                      \
	    .kind = OPTION_TEXT,                                               \
	    .value = "NAME",                                                   \
	    .help = "Pack in force whose release.conf is the profile; else "   \
		    "house" }
#define ROLE_OPTION                                                            \
	{ .name = "role",                                                      \
	    .kind = OPTION_CHOICE,                                             \
	    .value = "ROLE",                                                   \
	    .choices = "counsel|privacy_officer|data_owner",                   \
	    .help = "The role you act in",                                     \
	    .is_required = true }
#define KEY_OPTION                                                             \
	{ .name = "key",                                                       \
	    .letter = 'k',                                                     \
	    .kind = OPTION_FILE,                                               \
	    .value = "VKEY",                                                   \
	    .help = "The log's public key; else keys/log.vkey of --dir" }
#define POLICY_OPTION                                                          \
	{ .name = "policy",                                                    \
	    .letter = 'p',                                                     \
	    .kind = OPTION_FILE,                                               \
	    .value = "FILE",                                                   \
	    .help = "Trust policy (C2SP tlog-policy): demand its quorum" }
#define DRAFT_OPTION                                                           \
	{ .name = "draft", .help = "It need not be signed yet" }

static const struct option_spec draft_options[] = {
	OUTPUT_OPTION("Where the draft goes; it holds values in the clear"),
	{ .name = "since",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "First day (UTC)" },
	{ .name = "until",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day" },
	{ .name = "from",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "First entry",
	    .most = INT64_MAX },
	{ .name = "to",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "Up to this entry, which is left out",
	    .most = INT64_MAX },
	{ .name = "agency",
	    .kind = OPTION_TEXT,
	    .value = "ORI",
	    .help = "Show entries of this agency only" },
	{ .name = "kind",
	    .kind = OPTION_TEXT,
	    .value = "KIND",
	    .help = "Show entries of this kind only, as in the profile" },
	{ .name = "title",
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "Title of the release; else the profile's" },
	PACK_OPTION,
	ROLE_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec act_options[] = {
	ROLE_OPTION,
	{ .name = "log-key",
	    .kind = OPTION_FILE,
	    .value = "VKEY",
	    .help = "The log's public key; else keys/log.vkey of --dir" },
	HTTPS_OPTIONS,
};

static const struct option_spec build_options[] = {
	OUTPUT_OPTION("Where the release goes"),
	PACK_OPTION,
	HOLDER_OPTION,
};

static const struct option_spec verify_options[] = { KEY_OPTION,
	POLICY_OPTION, DRAFT_OPTION, HOLDER_OPTION };

static const struct option_spec index_options[] = {
	KEY_OPTION,
	POLICY_OPTION,
	DRAFT_OPTION,
	{ .name = "csv",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Write it as CSV; - is standard output" },
	{ .name = "html",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Write it as a page of HTML" },
	HOLDER_OPTION,
};

static const struct option_spec print_options[] = {
	KEY_OPTION,
	POLICY_OPTION,
	DRAFT_OPTION,
	{ .name = "html",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Write one self-contained page of HTML" },
	{ .name = "pdf",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Write it as PDF" },
	HOLDER_OPTION,
};

#define ONE(name)                                                              \
	.options = name##_options, .n_options = ARRAY_LEN(name##_options),     \
	.least = 1, .most = 1

static const struct verb actions[] = {
	{ .name = "draft",
	    .usage = "-o FILE [--since DAY] [--until DAY] [--agency ORI] "
		     "--role ROLE",
	    .summary = "Choose entries; list the texts somebody has to read",
	    .about = "Run by an officer of the holder on its machine, beside the "
		     "gate, which enters that it was done. Sealed requests are "
		     "never among what is shown.",
	    .examples =
		"last year\tstile release draft -o 2026.draft --since "
		"2026-01-01 --until 2026-12-31 --role data_owner --as dora\n",
	    .options = draft_options,
	    .n_options = ARRAY_LEN(draft_options),
	    .operands = "",
	    .run = release_make_draft },
	{ .name = "review",
	    .usage = "DRAFT --role ROLE",
	    .summary = "Say that the texts of a draft were read and decided",
	    .about = "Before it, the reviewer writes \"release\" or \"withhold\" "
		     "as the decision of each line of the draft.",
	    .examples = "when all is decided\t"
			"stile release review 2026.draft --role "
			"privacy_officer --as pam\n",
	    ONE(act),
	    .operands = "DRAFT",
	    .run = release_make_review },
	{ .name = "build",
	    .usage = "DRAFT -o RELEASE",
	    .summary = "Make the release of a reviewed draft",
	    .examples = "for two persons to sign\t"
			"stile release build 2026.draft -o 2026.release\n",
	    ONE(build),
	    .operands = "DRAFT",
	    .run = release_make_build },
	{ .name = "sign",
	    .usage = "RELEASE --role ROLE",
	    .summary = "Inspect a release and sign it",
	    .about = "Two different persons sign; each signature is an entry of "
		     "the log, and its receipt goes into the release.",
	    .examples = "counsel signs\tstile release sign 2026.release "
			"--role counsel --as cal\n",
	    ONE(act),
	    .operands = "RELEASE",
	    .run = release_make_sign },
	{ .name = "verify",
	    .usage = "RELEASE --key VKEY [--policy FILE]",
	    .summary = "Prove a release offline",
	    .about =
		"Every entry of the range is there and in the signed log, every "
		"shown value is the logged one, every withheld claim says under "
		"which exemptions, two persons signed it. Exit code 1 names "
		"what is wrong.",
	    .examples =
		"anybody may\tstile release verify 2026.release --key nydmv.vkey\n"
		"only if witnesses saw its log\tstile release verify "
		"2026.release --key nydmv.vkey --policy nydmv.policy\n",
	    ONE(verify),
	    .operands = "RELEASE",
	    .run = run_verify },
	{ .name = "index",
	    .usage = "RELEASE --key VKEY [--csv FILE] [--html FILE]",
	    .summary = "List what is withheld and why (the Vaughn index)",
	    .examples = "for a court\tstile release index 2026.release --key "
			"nydmv.vkey --csv 2026.csv\n",
	    ONE(index),
	    .operands = "RELEASE",
	    .run = run_index },
	{ .name = "print",
	    .usage = "RELEASE --key VKEY [--html FILE] [--pdf FILE]",
	    .summary = "Make it readable: HTML and PDF of what it shows",
	    .about = "Of the release alone, once it is verified: what is not in "
		     "the release is not in what is printed.",
	    .examples = "for the reading room\tstile release print 2026.release "
			"--key nydmv.vkey --html 2026.html --pdf 2026.pdf\n",
	    ONE(print),
	    .operands = "RELEASE",
	    .run = run_print },
};

const struct verb cmd_release = {
	.name = "release",
	.usage = "draft|review|build|sign|verify|index|print",
	.summary = "Give the public a copy of the log that proves itself",
	.about = "The holder drafts, reviews, builds and signs; anybody verifies "
		 "with the log's key alone.",
	.examples =
	    "anybody may\tstile release verify 2026.release --key nydmv.vkey\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
