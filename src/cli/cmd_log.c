/* stile log: look at a log, follow it, hold it against itself. */
#include <errno.h>
#include <jansson.h>
#include <time.h>
#include <unistd.h>

#include "cli/holder.h"
#include "cli/log_check.h"
#include "cli/log_status.h"
#include "cli/rotate.h"
#include "cli/verb.h"
#include "store/entries.h"
#include "tlog/checkpoint.h"
#include "tlog/logdir.h"
#include "util/buf.h"

#define TAIL_POLL_MS 250

/* Which entries are shown, and where. */
struct view {
	struct cli *cli;
	const char *type; /* only entries of this type; NULL: all */
	uint64_t n_shown;
};

static const char *
member(json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text != NULL ? text : "";
}

/* The open members, one line; the closed ones are only labels. */
static void
print_entry(const struct view *view, uint64_t index, json_t *entry)
{
	const struct terminal *out = &view->cli->out;
	const char *decision = member(entry, "decision");
	enum terminal_style style = strcmp(decision, "permit") == 0
	    ? TERMINAL_GOOD
	    : strcmp(decision, "refer") == 0 ? TERMINAL_WAIT
	    : strcmp(decision, "deny") == 0  ? TERMINAL_BAD
					     : TERMINAL_PLAIN;

	fprintf(out->file, "%8llu  ", (unsigned long long)index);
	terminal_cell(out, str_of(member(entry, "time")), 27);
	fputs("  ", out->file);
	terminal_cell(out, str_of(member(entry, "type")), 18);
	fputs("  ", out->file);
	terminal_style(out, style);
	terminal_text(out, str_of(decision), 10);
	terminal_style(out, TERMINAL_PLAIN);
	fputc('\n', out->file);
}

static void
show(struct view *view, uint64_t index, struct str bytes)
{
	json_t *entry = json_loadb(bytes.p, bytes.len, JSON_REJECT_DUPLICATES,
	    NULL);
	const char *type = entry != NULL ? member(entry, "type") : "";

	if (view->type == NULL ||
	    strncmp(type, view->type, strlen(view->type)) == 0) {
		view->n_shown++;
		if (view->cli->is_json)
			fprintf(view->cli->out.file,
			    "{\"index\":%llu,\"entry\":%.*s}\n",
			    (unsigned long long)index, STR_ARG(bytes));
		else if (entry == NULL)
			fprintf(view->cli->out.file, "%8llu  not JSON\n",
			    (unsigned long long)index);
		else
			print_entry(view, index, entry);
	}
	json_decref(entry);
}

static int
show_stored(void *context, const struct store_entry *entry)
{
	show(context, entry->index, entry->bytes);
	return 0;
}

/* Is this a log directory of somebody, and not a holder's? */
static bool
is_logdir(struct cli *cli, const char *dir)
{
	return access(arena_format(&cli->arena, "%s/checkpoint", dir).p,
		   F_OK) == 0;
}

static int
open_store(struct cli *cli, struct store **store)
{
	struct str path = arena_format(&cli->arena, "%s/state/stile.db",
	    holder_dir(cli));
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, path, (struct str){ 0 });
	r = store_open(store, path, STORE_READ, &diags);
	if (r < 0)
		return verb_fault(cli, r, path.p);
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

/* Size of a published log, as its checkpoint claims; verify checks it. */
static int
logdir_size(struct cli *cli, struct tlog_logdir *log, uint64_t *size)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_note note;
	struct str text = { 0 };
	int r = tlog_logdir_checkpoint(log, &text, &cli->arena);

	if (r != 0 || tlog_note_parse(&note, text) != 0 ||
	    tlog_checkpoint_parse(&checkpoint, note.text) != 0)
		return verb_fail(cli, VERB_CANNOT, "%s: no checkpoint in it",
		    holder_dir(cli));
	*size = checkpoint.size;
	return VERB_OK;
}

static int
show_logdir(struct view *view, struct tlog_logdir *log, uint64_t from,
    uint64_t to)
{
	struct tlog_audit_source source = tlog_logdir_source(log);
	struct str entries[TLOG_TILE_WIDTH];

	while (from < to) {
		uint64_t bundle = from / TLOG_TILE_WIDTH;
		unsigned width = tlog_tile_width(to, 0, bundle);
		size_t n = 0;

		if (source.entries(source.context, bundle, width, entries,
			&n) < 0 ||
		    n <= from % TLOG_TILE_WIDTH)
			return verb_fail(view->cli, VERB_NO,
			    "entry %llu cannot be read; see stile verify",
			    (unsigned long long)from);
		for (size_t i = from % TLOG_TILE_WIDTH; i < n && from < to; i++)
			show(view, from++, entries[i]);
	}
	return VERB_OK;
}

/* Entries [from, to) of a published log; last > 0: the last ones instead. */
static int
run_logdir(struct view *view, uint64_t from, uint64_t to, uint64_t last)
{
	struct cli *cli = view->cli;
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *log = NULL;
	uint64_t size = 0;
	int r = tlog_logdir_open(&log, holder_dir(cli));

	if (r != 0)
		return verb_fail(cli, VERB_CANNOT, "%s: cannot be read",
		    holder_dir(cli));
	r = logdir_size(cli, log, &size);
	if (r != VERB_OK)
		return r;
	if (last > 0)
		from = size > last ? size - last : 0;
	return show_logdir(view, log, from, MIN(to, size));
}

static int
run_show(struct cli *cli)
{
	struct view view = { .cli = cli,
		.type = option_get(&cli->options, "type") };
	uint64_t from = (uint64_t)option_number(&cli->options, "from", 0);
	uint64_t to = (uint64_t)option_number(&cli->options, "to",
	    INT64_MAX);
	CLEANUP(store_closep) struct store *store = NULL;
	int r;

	if (is_logdir(cli, holder_dir(cli)))
		return run_logdir(&view, from, to, 0);
	r = open_store(cli, &store);
	if (r != VERB_OK)
		return r;
	r = entries_each(store, from, to, show_stored, &view);
	return r < 0 ? verb_fault(cli, r, "store") : VERB_OK;
}

static int
follow(struct view *view, struct store *store, uint64_t at)
{
	struct timespec pause = { .tv_nsec = TAIL_POLL_MS * 1000000L };

	while (!ferror(view->cli->out.file)) {
		uint64_t count = 0;
		int r = entries_count(store, &count);

		if (r == 0 && count > at)
			r = entries_each(store, at, count, show_stored, view);
		if (r < 0)
			return verb_fault(view->cli, r, "store");
		at = MAX(at, count);
		fflush(view->cli->out.file);
		nanosleep(&pause, NULL);
	}
	return VERB_OK;
}

static int
run_tail(struct cli *cli)
{
	struct view view = { .cli = cli,
		.type = option_get(&cli->options, "type") };
	uint64_t last = (uint64_t)option_number(&cli->options, "last", 10);
	CLEANUP(store_closep) struct store *store = NULL;
	uint64_t count = 0;
	int r;

	if (is_logdir(cli, holder_dir(cli)))
		return run_logdir(&view, 0, INT64_MAX, last);
	r = open_store(cli, &store);
	if (r != VERB_OK)
		return r;
	r = entries_count(store, &count);
	if (r == 0)
		r = entries_each(store, count > last ? count - last : 0, count,
		    show_stored, &view);
	if (r < 0)
		return verb_fault(cli, r, "store");
	return option_has(&cli->options, "follow")
	    ? follow(&view, store, count)
	    : VERB_OK;
}

static int
run_check(struct cli *cli)
{
	struct log_check check;
	int r = log_check_run(&check, &cli->arena, holder_dir(cli));
	int code = r == 0		     ? VERB_OK
	    : r == LOG_CHECK_E_CANNOT ? VERB_CANNOT
				      : VERB_NO;

	if (r < 0)
		return verb_fault(cli, r, holder_dir(cli));
	if (cli->is_json) {
		CLEANUP(buf_fini) struct buf json = { 0 };

		buf_init(&json, 65536);
		log_check_json(&check, &json);
		fprintf(cli->out.file, "%.*s\n", STR_ARG(buf_str(&json)));
		return code;
	}
	for (size_t i = 0; i < check.n_findings; i++)
		fprintf(cli->err.file, "%s: %.*s\n", cli->name,
		    STR_ARG(check.findings[i]));
	if (code == VERB_OK && !cli->is_quiet)
		fprintf(cli->out.file,
		    "%.*s: sound: %llu entries, %llu signed, %llu published\n",
		    STR_ARG(check.origin), (unsigned long long)check.n_entries,
		    (unsigned long long)check.n_signed,
		    (unsigned long long)check.n_published);
	return code;
}

static int
run_status(struct cli *cli)
{
	return log_status_run(cli, holder_dir(cli),
	    option_has(&cli->options, "metrics"));
}

#define TYPE_OPTION                                                            \
	{ .name = "type",                                                      \
	    .kind = OPTION_TEXT,                                               \
	    .value = "TYPE",                                                   \
	    .help = "Only types that begin so: request, ground, people …" }

static const struct option_spec show_options[] = {
	HOLDER_OPTION,
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
	TYPE_OPTION,
};

static const struct option_spec tail_options[] = {
	HOLDER_OPTION,
	{ .name = "last",
	    .letter = 'n',
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "How many; 10 when not given",
	    .least = 1,
	    .most = INT64_MAX },
	{ .name = "follow",
	    .letter = 'f',
	    .help = "Go on as entries come" },
	TYPE_OPTION,
};

static const struct option_spec check_options[] = { HOLDER_OPTION };

static const struct option_spec status_options[] = {
	HOLDER_OPTION,
	{ .name = "metrics",
	    .help = "In the text format of Prometheus" },
};

static const struct option_spec rotate_options[] = {
	{ .name = "origin",
	    .kind = OPTION_TEXT,
	    .value = "ORIGIN",
	    .help = "Name of the next log; else the old one's and a number" },
	{ .name = "over",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "Only if the log has more than N entries",
	    .least = 1,
	    .most = INT64_MAX },
};

static const struct verb actions[] = {
	{ .name = "show",
	    .usage = "[DIR] [--from N] [--to N] [--type TYPE]",
	    .summary = "Print entries with their open members",
	    .about = "DIR is a holder's directory, or a published log, anybody's. "
		     "The closed members are digests: only a receipt opens them.",
	    .examples =
		"the first hundred\tstile log show /var/lib/stile --to 100\n"
		"refusals and answers, for programs\tstile log show --type request --json\n",
	    .options = show_options,
	    .n_options = ARRAY_LEN(show_options),
	    .operands = "DIR",
	    .run = run_show },
	{ .name = "tail",
	    .usage = "[DIR] [-n N] [--follow]",
	    .summary = "Print the last entries, and those that come",
	    .examples = "watch it grow\tstile log tail /var/lib/stile --follow\n",
	    .options = tail_options,
	    .n_options = ARRAY_LEN(tail_options),
	    .operands = "DIR",
	    .run = run_tail },
	{ .name = "check",
	    .usage = "[DIR]",
	    .summary = "Hold store, keeper and published log against each other",
	    .about =
		"The store must hold all that the keeper signed, entry by entry, "
		"and what is published must be a prefix of it. Reads only; may "
		"run beside the server. Exit code 1 names what is wrong.",
	    .examples = "every night\tstile log check /var/lib/stile --quiet\n",
	    .options = check_options,
	    .n_options = ARRAY_LEN(check_options),
	    .operands = "DIR",
	    .run = run_check },
	{ .name = "status",
	    .usage = "[DIR] [--metrics]",
	    .summary = "Show what is published and how the witnesses fare",
	    .about =
		"Exit code 1: the published checkpoint lacks the quorum of "
		"witness.policy, or a witness says that the log forked, or "
		"answers what no witness answers. It is named.",
	    .examples =
		"every five minutes\tstile log status /var/lib/stile --quiet\n"
		"for a collector\tstile log status /var/lib/stile --metrics\n",
	    .options = status_options,
	    .n_options = ARRAY_LEN(status_options),
	    .operands = "DIR",
	    .run = run_status },
	{ .name = "rotate",
	    .usage = "DIR NEWDIR [--over N] [--origin ORIGIN]",
	    .summary = "Go on in a new log that begins with this one's checkpoint",
	    .about =
		"NEWDIR becomes a holder's directory with the people, grounds, "
		"budgets, packs and records of DIR, new keys and a log of its "
		"own. DIR stays whole, so that all in it can still be proved, "
		"released and erased; its requesters are suspended. DIR is at "
		"rest, and all of its log published.",
	    .examples =
		"once a year\tstile log rotate /var/lib/stile /var/lib/stile-2027\n"
		"when it is large\tstile log rotate stile stile-2 --over 100000000\n",
	    .options = rotate_options,
	    .n_options = ARRAY_LEN(rotate_options),
	    .least = 2,
	    .most = 2,
	    .operands = "DIR",
	    .run = rotate_run },
};

const struct verb cmd_log = {
	.name = "log",
	.usage = "show|tail|check|status|rotate",
	.summary = "Look at the log, follow it, check it",
	.examples = "every night\tstile log check /var/lib/stile --quiet\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
