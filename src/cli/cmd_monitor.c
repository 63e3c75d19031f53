/* stile monitor: follow somebody's log from outside. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/monitor.h"
#include "cli/verb.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/instant.h"

static void
progress(void *context, uint64_t done, uint64_t all)
{
	struct cli *cli = context;

	terminal_progress(&cli->err, "entries", done, all);
}

static int
read_key(struct cli *cli, struct tlog_note_key *key)
{
	struct str vkey = { 0 };
	int r = verb_read(cli, &vkey, option_get(&cli->options, "key"),
	    LIMIT_TLOG_NOTE_BYTES);

	if (r == VERB_OK && tlog_note_key_parse(key, str_trim(vkey)) != 0)
		r = verb_fail(cli, VERB_USAGE, "--key: not a verifier key");
	return r;
}

static int
read_policy(struct cli *cli, struct monitor *monitor,
    struct tlog_policy *policy)
{
	const char *path = option_get(&cli->options, "policy");
	struct diag_list diags;
	struct str text = { 0 };
	int r;

	if (path == NULL)
		return VERB_OK;
	r = verb_read(cli, &text, path, LIMIT_TLOG_POLICY_BYTES);
	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), text);
	r = tlog_policy_parse(policy, &cli->arena, &diags, text);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, path)
			     : verb_diags(cli, VERB_USAGE, &diags);
	monitor->policy = policy;
	return VERB_OK;
}

static int
read_state(struct cli *cli, struct monitor *monitor)
{
	const char *path = option_get(&cli->options, "state");
	struct str text = { 0 };
	int r = file_read(&text, &cli->arena, AT_FDCWD, path,
	    LIMIT_MONITOR_STATE);

	if (r == FILE_E_ABSENT)
		return VERB_OK;
	if (r < 0)
		return verb_fault(cli, r, path);
	if (r > 0 || monitor_read_state(monitor, text) != 0)
		return verb_fail(cli, VERB_USAGE,
		    "%s: not a state of this log; another file, or remove it "
		    "to begin anew", path);
	return VERB_OK;
}

/* The two checkpoints that cannot both be: what a court would look at. */
static int
keep_evidence(struct cli *cli, const struct monitor *monitor,
    struct str before)
{
	struct str path = arena_format(&cli->arena, "%s.evidence",
	    option_get(&cli->options, "state"));
	struct str text = arena_format(&cli->arena, "%.*s\n%.*s",
	    STR_ARG(before), STR_ARG(monitor->note));
	int r;

	if (path.p == NULL || text.p == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	r = verb_write(cli, path.p, text);
	if (r == VERB_OK)
		fprintf(cli->err.file, "%s: both checkpoints are in %s\n",
		    cli->name, path.p);
	return r;
}

static int
keep_state(struct cli *cli, const struct monitor *monitor)
{
	struct str text = monitor_write_state(monitor);

	if (text.p == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	return verb_write(cli, option_get(&cli->options, "state"), text);
}

/* --- what people read ---------------------------------------------------- */

struct share {
	uint64_t denied, requests;
};

static struct share
share_of(const struct monitor_state *state, bool is_new)
{
	struct share share = { 0 };

	for (size_t i = 0; i < state->n_kinds; i++) {
		const struct monitor_kind *kind = &state->kinds[i];
		uint64_t n = is_new ? kind->n_new : kind->n_all - kind->n_new;

		if (strcmp(kind->type, "request") != 0)
			continue;
		share.requests += n;
		if (strcmp(kind->decision, "deny") == 0)
			share.denied += n;
	}
	return share;
}

static void
print_share(FILE *out, const struct share *share)
{
	char number[32];
	char text[32];

	fprintf(out, "%s of %s requests",
	    terminal_share(text, share->denied, share->requests),
	    terminal_number(number, share->requests));
}

static void
print_head(struct cli *cli, const struct monitor *monitor)
{
	FILE *out = cli->out.file;
	char time[INSTANT_TEXT_SIZE];
	char number[32];
	uint64_t n_new = monitor->checkpoint.size - monitor->old_size;

	fprintf(out, "%s: %s entries", monitor->key->name.text,
	    terminal_number(number, monitor->checkpoint.size));
	if (monitor->since_us == 0) {
		fputs(", all read: one history\n", out);
		return;
	}
	instant_format(time, monitor->since_us);
	fprintf(out, ", %s new since %.19sZ: one history\n",
	    terminal_number(number, n_new), time);
}

static void
print_kinds(struct cli *cli, const struct monitor *monitor)
{
	FILE *out = cli->out.file;
	char number[32];

	for (size_t i = 0; i < monitor->state.n_kinds; i++) {
		const struct monitor_kind *kind = &monitor->state.kinds[i];

		if (kind->n_new == 0)
			continue;
		fputs("  ", out);
		terminal_cell(&cli->out, str_of(kind->type), 12);
		fputc(' ', out);
		terminal_cell(&cli->out, str_of(kind->decision), 8);
		fprintf(out, "%12s new", terminal_number(number, kind->n_new));
		fprintf(out, "%14s in all\n",
		    terminal_number(number, kind->n_all));
	}
}

static void
print_refusals(struct cli *cli, const struct monitor *monitor)
{
	FILE *out = cli->out.file;
	struct share now = share_of(&monitor->state, true);
	struct share before = share_of(&monitor->state, false);

	if (now.requests == 0)
		return;
	fputs("  refused      ", out);
	print_share(out, &now);
	if (before.requests > 0) {
		fputs("; before ", out);
		print_share(out, &before);
	}
	fputc('\n', out);
}

static void
print_changes(struct cli *cli, const struct monitor *monitor)
{
	size_t n = MIN(monitor->n_changes, (size_t)LIMIT_MONITOR_CHANGES);

	for (size_t i = 0; i < n; i++) {
		const struct monitor_change *change = &monitor->changes[i];

		fprintf(cli->out.file, "  packs changed at entry %llu, ",
		    (unsigned long long)change->entry);
		terminal_text(&cli->out, change->time, 40);
		fputs("\n    before ", cli->out.file);
		terminal_text(&cli->out, change->before, 4000);
		fputs("\n    after  ", cli->out.file);
		terminal_text(&cli->out, change->after, 4000);
		fputc('\n', cli->out.file);
	}
	if (monitor->n_changes > n)
		fprintf(cli->out.file, "  and %zu changes more\n",
		    monitor->n_changes - n);
}

static void
print_silence(struct cli *cli, const struct monitor *monitor)
{
	if (monitor->longest_silence_us > 0)
		fprintf(cli->out.file,
		    "  longest silence %lld s, before entry %llu\n",
		    (long long)(monitor->longest_silence_us / INSTANT_SECOND),
		    (unsigned long long)monitor->silence_before);
}

static void
print_witnesses(struct cli *cli, const struct monitor *monitor)
{
	const struct tlog_policy_verdict *verdict = &monitor->verdict;
	char time[INSTANT_TEXT_SIZE] = "never";

	if (monitor->policy == NULL)
		return;
	if (verdict->newest > 0)
		instant_format(time, (int64_t)verdict->newest *
		    INSTANT_SECOND);
	fprintf(cli->out.file, "  witnesses    %zu of %zu cosigned, quorum %s, "
	    "newest %.19s\n", verdict->n_good, monitor->policy->n_witnesses,
	    verdict->is_met ? "met" : "not met", time);
}

static void
print_findings(struct cli *cli, const struct monitor *monitor)
{
	size_t n = MIN(monitor->n_findings, (size_t)LIMIT_MONITOR_FINDINGS);

	for (size_t i = 0; i < n; i++) {
		const struct monitor_finding *finding = &monitor->findings[i];

		fprintf(cli->err.file, "%s: ", cli->name);
		terminal_print(&cli->err, TERMINAL_BAD, "%s",
		    monitor_word(finding->code));
		fputs(": ", cli->err.file);
		terminal_text(&cli->err, finding->text, 500);
		fputc('\n', cli->err.file);
	}
	if (monitor->n_findings > n)
		fprintf(cli->err.file, "%s: and %zu findings more\n",
		    cli->name, monitor->n_findings - n);
}

/* --- what programs read -------------------------------------------------- */

/* A text as a value: jansson's json_string() has util/json.h's name. */
static json_t *
text_json(const char *text)
{
	return json_stringn(text, strlen(text));
}

static json_t *
share_json(const struct share *share)
{
	json_t *object = json_object();

	json_object_set_new(object, "denied",
	    json_integer((json_int_t)share->denied));
	json_object_set_new(object, "requests",
	    json_integer((json_int_t)share->requests));
	return object;
}

static json_t *
kinds_json(const struct monitor_state *state)
{
	json_t *array = json_array();

	for (size_t i = 0; i < state->n_kinds; i++) {
		const struct monitor_kind *kind = &state->kinds[i];
		json_t *row = json_object();

		json_object_set_new(row, "type", text_json(kind->type));
		json_object_set_new(row, "decision",
		    text_json(kind->decision));
		json_object_set_new(row, "new",
		    json_integer((json_int_t)kind->n_new));
		json_object_set_new(row, "all",
		    json_integer((json_int_t)kind->n_all));
		json_array_append_new(array, row);
	}
	return array;
}

static json_t *
changes_json(const struct monitor *monitor)
{
	size_t n = MIN(monitor->n_changes, (size_t)LIMIT_MONITOR_CHANGES);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct monitor_change *change = &monitor->changes[i];
		json_t *row = json_object();

		json_object_set_new(row, "entry",
		    json_integer((json_int_t)change->entry));
		json_object_set_new(row, "before",
		    json_loadb(change->before.p, change->before.len, 0, NULL));
		json_object_set_new(row, "after",
		    json_loadb(change->after.p, change->after.len, 0, NULL));
		json_array_append_new(array, row);
	}
	return array;
}

static json_t *
findings_json(const struct monitor *monitor)
{
	size_t n = MIN(monitor->n_findings, (size_t)LIMIT_MONITOR_FINDINGS);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct monitor_finding *finding = &monitor->findings[i];
		json_t *row = json_object();

		json_object_set_new(row, "code",
		    text_json(monitor_word(finding->code)));
		json_object_set_new(row, "text",
		    json_stringn(finding->text.p, finding->text.len));
		json_array_append_new(array, row);
	}
	return array;
}

static json_t *
witnesses_json(const struct monitor *monitor)
{
	const struct tlog_policy_verdict *verdict = &monitor->verdict;
	json_t *object = json_object();
	json_t *array = json_array();

	for (size_t i = 0; i < monitor->policy->n_witnesses; i++) {
		struct str name = monitor->policy->witnesses[i].name;
		json_t *row = json_object();

		json_object_set_new(row, "name",
		    json_stringn(name.p, name.len));
		json_object_set_new(row, "time",
		    json_integer((json_int_t)verdict->of[i].time));
		json_array_append_new(array, row);
	}
	json_object_set_new(object, "quorum", json_boolean(verdict->is_met));
	json_object_set_new(object, "cosigned",
	    json_integer((json_int_t)verdict->n_good));
	json_object_set_new(object, "of", array);
	return object;
}

static void
print_json(struct cli *cli, const struct monitor *monitor)
{
	struct share now = share_of(&monitor->state, true);
	struct share before = share_of(&monitor->state, false);
	json_t *object = json_object();
	char *text;

	json_object_set_new(object, "origin",
	    text_json(monitor->key->name.text));
	json_object_set_new(object, "consistent",
	    json_boolean(!monitor->is_broken));
	json_object_set_new(object, "findings", findings_json(monitor));
	json_object_set_new(object, "entries",
	    json_integer((json_int_t)monitor->checkpoint.size));
	json_object_set_new(object, "before",
	    json_integer((json_int_t)monitor->old_size));
	if (!monitor->is_broken) {
		json_object_set_new(object, "kinds",
		    kinds_json(&monitor->state));
		json_object_set_new(object, "refused_new", share_json(&now));
		json_object_set_new(object, "refused_before",
		    share_json(&before));
		json_object_set_new(object, "pack_changes",
		    changes_json(monitor));
		json_object_set_new(object, "longest_silence_s",
		    json_integer(monitor->longest_silence_us /
			INSTANT_SECOND));
	}
	if (monitor->policy != NULL)
		json_object_set_new(object, "witnesses",
		    witnesses_json(monitor));
	text = json_dumps(object, JSON_COMPACT);
	fprintf(cli->out.file, "%s\n", text != NULL ? text : "{}");
	free(text);
	json_decref(object);
}

static void
print(struct cli *cli, const struct monitor *monitor)
{
	if (cli->is_json) {
		print_json(cli, monitor);
		return;
	}
	print_findings(cli, monitor);
	/* With --quiet nothing is said of a log in which nothing is new. */
	if (monitor->is_broken || (cli->is_quiet && monitor->n_changes == 0))
		return;
	print_head(cli, monitor);
	print_kinds(cli, monitor);
	print_refusals(cli, monitor);
	print_silence(cli, monitor);
	print_changes(cli, monitor);
	print_witnesses(cli, monitor);
}

/* --- the run ------------------------------------------------------------- */

static int
explain(struct cli *cli, int r, const struct monitor *monitor,
    const struct logsource *source)
{
	const char *where = cli->options.operands[0];

	if (r == MONITOR_E_TOO_MANY)
		return verb_fail(cli, VERB_CANNOT,
		    "%s: %llu new entries, more than --most allows", where,
		    (unsigned long long)(monitor->checkpoint.size -
			monitor->old_size));
	if (r > 0 && logsource_why(source)[0] != '\0')
		return verb_fail(cli, VERB_CANNOT, "%s", logsource_why(source));
	return r > 0 ? verb_fail(cli, VERB_CANNOT, "%s: cannot be read", where)
		     : verb_fault(cli, r, where);
}

static int
look(struct cli *cli, struct monitor *monitor, struct logsource *source)
{
	struct str before = monitor->state.checkpoint;
	int r = monitor_run(monitor, source);

	if (r != 0)
		return explain(cli, r, monitor, source);
	print(cli, monitor);
	if (monitor->is_broken) {
		if (before.len > 0)
			(void)keep_evidence(cli, monitor, before);
		return VERB_NO;
	}
	r = keep_state(cli, monitor);
	if (r != VERB_OK)
		return r;
	return monitor->n_findings > 0 ? VERB_NO : VERB_OK;
}

static int
run(struct cli *cli)
{
	CLEANUP(logsource_closep) struct logsource *source = NULL;
	struct logsource_options options = {
		.where = cli->options.operands[0],
		.ca = option_get(&cli->options, "ca"),
		.timeout_ms = option_number(&cli->options, "timeout", 30) *
		    1000 };
	struct clock clock = clock_system();
	struct monitor *monitor = ARENA_NEW(&cli->arena, struct monitor);
	struct tlog_policy policy;
	struct tlog_note_key key;
	int r = read_key(cli, &key);

	if (monitor == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	monitor->arena = &cli->arena;
	monitor->key = &key;
	monitor->now_us = clock_now_us(&clock);
	monitor->most = (uint64_t)option_number(&cli->options, "most",
	    LIMIT_MONITOR_ENTRIES);
	monitor->silence_us = option_number(&cli->options, "silence", 0) *
	    INSTANT_SECOND;
	monitor->progress = progress;
	monitor->context = cli;
	if (r == VERB_OK)
		r = read_policy(cli, monitor, &policy);
	if (r == VERB_OK)
		r = read_state(cli, monitor);
	if (r != VERB_OK)
		return r;
	r = logsource_open(&source, &options);
	if (r != 0)
		return explain(cli, r, monitor, source);
	return look(cli, monitor, source);
}

static const struct option_spec options[] = {
	{ .name = "key",
	    .letter = 'k',
	    .kind = OPTION_FILE,
	    .value = "VKEY",
	    .help = "The log's verifier key",
	    .is_required = true },
	{ .name = "state",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "What was seen last; made when it is not there",
	    .is_required = true },
	{ .name = "policy",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Trust policy (C2SP tlog-policy): demand its quorum" },
	{ .name = "silence",
	    .kind = OPTION_NUMBER,
	    .value = "SECONDS",
	    .help = "Report longer times without an entry",
	    .least = 1,
	    .most = INT32_MAX },
	{ .name = "most",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "Read at most so many new entries; 10000000 when not given",
	    .least = 1,
	    .most = INT64_MAX },
	{ .name = "ca",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Who may certify the server (PEM); else the system's" },
	{ .name = "timeout",
	    .kind = OPTION_NUMBER,
	    .value = "SECONDS",
	    .help = "Of one call; 30 when not given",
	    .least = 1,
	    .most = 600 },
};

const struct verb cmd_monitor = {
	.name = "monitor",
	.usage = "URL|DIR --key VKEY --state FILE [--policy FILE]",
	.summary = "Follow somebody's log from outside",
	.about =
	    "URL is the prefix of a log's checkpoint and tile/, DIR a folder "
	    "with them. Reads every entry that is new since the last run, proves "
	    "that the log only grew, and says what changed: entries by type and "
	    "decision, the rate of refusals, the packs in force, witnesses. Exit "
	    "code 1: something is wrong, and it is named; two checkpoints that "
	    "cannot both be are kept in FILE.evidence. Exit code 3: it could not "
	    "be read; nothing is known.",
	.examples =
	    "from cron\tstile monitor https://dmv.example/log --key dmv.vkey "
	    "--state dmv.state --quiet\n"
	    "demand witnesses\tstile monitor https://dmv.example/log --key "
	    "dmv.vkey --state dmv.state --policy dmv.policy\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.least = 1,
	.most = 1,
	.operands = "URL or DIR",
	.run = run,
};
