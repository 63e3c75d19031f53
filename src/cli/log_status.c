/* How the log stands towards others; see log_status.h. */
#include "cli/log_status.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "frames.h"
#include "tlog/policy.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/instant.h"

struct status {
	struct cli *cli;
	const char *dir;
	struct config config;
	struct tlog_note_key key;
	struct tlog_policy policy;
	struct tlog_checkpoint published;
	struct tlog_policy_verdict verdict;
	bool has_policy;
	bool is_published;
	bool is_wrong; /* the published checkpoint is not this log's */
	json_t *report; /* of the courier; NULL: none */
};

static const char *
below(const struct status *status, const char *name)
{
	return arena_format(&status->cli->arena, "%s/%s", status->dir, name).p;
}

static int
read_policy(struct status *status)
{
	struct cli *cli = status->cli;
	const char *path = below(status, status->config.witness.policy.p);
	struct diag_list diags;
	struct str text = { 0 };
	int r;

	if (status->config.witness.policy.len == 0)
		return VERB_OK;
	r = verb_read(cli, &text, path, LIMIT_TLOG_POLICY_BYTES);
	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), text);
	r = tlog_policy_parse(&status->policy, &cli->arena, &diags, text);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, path)
			     : verb_diags(cli, VERB_CANNOT, &diags);
	status->has_policy = true;
	return VERB_OK;
}

static int
read_settings(struct status *status)
{
	struct cli *cli = status->cli;
	struct diag_list diags;
	struct str vkey = { 0 };
	int r;

	diag_init(&diags, &cli->arena, str_of(status->dir), (struct str){ 0 });
	r = config_load(&status->config, &diags, status->dir);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, status->dir)
			     : verb_diags(cli, VERB_CANNOT, &diags);
	r = verb_read(cli, &vkey, below(status, "keys/log.vkey"),
	    LIMIT_TLOG_NOTE_BYTES);
	if (r == VERB_OK &&
	    tlog_note_key_parse(&status->key, str_trim(vkey)) != 0)
		r = verb_fail(cli, VERB_CANNOT, "keys/log.vkey: no verifier "
						"key");
	return r == VERB_OK ? read_policy(status) : r;
}

static int
read_published(struct status *status)
{
	struct cli *cli = status->cli;
	struct str note = { 0 };
	int r = file_read(&note, &cli->arena, AT_FDCWD,
	    below(status, "log/checkpoint"), LIMIT_TLOG_NOTE_BYTES);

	if (r < 0)
		return verb_fault(cli, r, "log/checkpoint");
	if (r > 0)
		return VERB_OK; /* nothing is published yet */
	status->is_published = true;
	/* No policy: no rows, and then no quorum can be met. */
	r = tlog_policy_open(&status->policy, &status->published,
	    &status->verdict, note, &status->key);
	if (r < 0)
		return verb_fault(cli, r, "log/checkpoint");
	status->is_wrong = r != 0 && r != TLOG_POLICY_E_QUORUM;
	return VERB_OK;
}

static void
read_report(struct status *status)
{
	struct str text = { 0 };

	if (file_read(&text, &status->cli->arena, AT_FDCWD,
		below(status, "outbox/" OUTBOX_REPORT),
		LIMIT_COURIER_REPORT) == 0)
		status->report = json_loadb(text.p, text.len,
		    JSON_REJECT_DUPLICATES, NULL);
}

static const char *
text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static long long
number_of(json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* Is there something that a person should look at? */
static int
code_of(const struct status *status)
{
	json_t *row;
	size_t i;

	if (status->is_wrong || (status->has_policy && status->is_published &&
	    !status->verdict.is_met))
		return VERB_NO;
	json_array_foreach(json_object_get(status->report, "witnesses"), i,
	    row) {
		const char *state = text_of(row, "state");

		if (strcmp(state, "lies") == 0 || strcmp(state, "fork") == 0 ||
		    strcmp(state, "ahead") == 0)
			return VERB_NO;
	}
	return VERB_OK;
}

static void
print_time(FILE *out, long long seconds)
{
	char text[INSTANT_TEXT_SIZE];

	if (seconds <= 0) {
		fputs("never", out);
		return;
	}
	instant_format(text, (int64_t)seconds * 1000000);
	fprintf(out, "%.19sZ", text);
}

static void
print_witnesses(const struct status *status)
{
	const struct terminal *out = &status->cli->out;
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(status->report, "witnesses"), i,
	    row) {
		const char *state = text_of(row, "state");
		bool is_good = strcmp(state, "cosigned") == 0;

		fputs("  ", out->file);
		terminal_cell(out, str_of(text_of(row, "name")), 20);
		fputc(' ', out->file);
		terminal_style(out, is_good ? TERMINAL_GOOD : TERMINAL_BAD);
		terminal_cell(out, str_of(state), 11);
		terminal_style(out, TERMINAL_PLAIN);
		fprintf(out->file, " size %lld, ", number_of(row, "size"));
		print_time(out->file, number_of(row, "time"));
		if (!is_good) {
			fprintf(out->file, ", %lld rounds without: ",
			    number_of(row, "failures"));
			terminal_text(out, str_of(text_of(row, "why")), 300);
		}
		fputc('\n', out->file);
	}
}

static void
print_people(const struct status *status)
{
	FILE *out = status->cli->out.file;

	fprintf(out, "%s: ", status->key.name.text);
	if (!status->is_published)
		fputs("nothing is published yet\n", out);
	else if (status->is_wrong)
		fputs("log/checkpoint is not a checkpoint of this log\n", out);
	else
		fprintf(out, "%llu entries published\n",
		    (unsigned long long)status->published.size);
	if (!status->has_policy) {
		fputs("no witnesses are configured (witness.policy)\n", out);
		return;
	}
	fprintf(out, "quorum %s: %zu of %zu witnesses cosigned, ",
	    status->verdict.is_met ? "met" : "not met",
	    status->verdict.n_good, status->policy.n_witnesses);
	print_time(out, (long long)status->verdict.newest);
	fputc('\n', out);
	print_witnesses(status);
}

/* A text as a value: jansson's json_string() has util/json.h's name. */
static json_t *
text_json(const char *text)
{
	return json_stringn(text, strlen(text));
}

static void
print_json(const struct status *status)
{
	json_t *object = json_object();
	char *text;

	json_object_set_new(object, "origin",
	    text_json(status->key.name.text));
	json_object_set_new(object, "published",
	    json_boolean(status->is_published));
	if (status->is_published && !status->is_wrong)
		json_object_set_new(object, "entries",
		    json_integer((json_int_t)status->published.size));
	if (status->has_policy) {
		json_object_set_new(object, "quorum",
		    json_boolean(status->verdict.is_met));
		json_object_set_new(object, "cosignatures",
		    json_integer((json_int_t)status->verdict.n_good));
		json_object_set_new(object, "newest",
		    json_integer((json_int_t)status->verdict.newest));
	}
	if (status->report != NULL)
		json_object_set(object, "round", status->report);
	text = json_dumps(object, JSON_COMPACT);
	fprintf(status->cli->out.file, "%s\n", text != NULL ? text : "{}");
	free(text);
	json_decref(object);
}

/* Names in a policy are any bytes: a label's value may not end early. */
static void
print_label(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void
print_metrics(const struct status *status)
{
	static const char *const names[][2] = {
		{ "stile_witness_last_cosignature_seconds", "time" },
		{ "stile_witness_last_size", "size" },
		{ "stile_witness_failed_rounds", "failures" },
	};
	FILE *out = status->cli->out.file;
	json_t *row;
	size_t i;

	fprintf(out, "# TYPE stile_log_published_entries gauge\n"
	    "stile_log_published_entries %llu\n"
	    "# TYPE stile_log_quorum_met gauge\nstile_log_quorum_met %d\n"
	    "# TYPE stile_log_cosignatures gauge\nstile_log_cosignatures %zu\n",
	    (unsigned long long)status->published.size,
	    status->verdict.is_met, status->verdict.n_good);
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		fprintf(out, "# TYPE %s gauge\n", names[n][0]);
		json_array_foreach(json_object_get(status->report,
		    "witnesses"), i, row) {
			fprintf(out, "%s{witness=\"", names[n][0]);
			print_label(out, text_of(row, "name"));
			fprintf(out, "\"} %lld\n", number_of(row, names[n][1]));
		}
	}
	fputs("# TYPE stile_witness_state gauge\n", out);
	json_array_foreach(json_object_get(status->report, "witnesses"), i,
	    row) {
		fputs("stile_witness_state{witness=\"", out);
		print_label(out, text_of(row, "name"));
		fputs("\",state=\"", out);
		print_label(out, text_of(row, "state"));
		fputs("\"} 1\n", out);
	}
}

int
log_status_run(struct cli *cli, const char *dir, bool is_metrics)
{
	struct status status = { .cli = cli, .dir = dir };
	int r = read_settings(&status);

	if (r == VERB_OK)
		r = read_published(&status);
	if (r == VERB_OK) {
		read_report(&status);
		if (is_metrics)
			print_metrics(&status);
		else if (cli->is_json)
			print_json(&status);
		else if (!cli->is_quiet)
			print_people(&status);
		r = code_of(&status);
	}
	json_decref(status.report);
	config_fini(&status.config);
	return r;
}
