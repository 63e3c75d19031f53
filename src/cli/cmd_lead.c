/* stile lead: the holder sends one record to one open case. */
#include "cli/https.h"
#include "cli/subject_json.h"
#include "crypto/csprng.h"
#include "util/hex.h"

#define BODY_BYTES 65536

/* Options that become members. */
static const struct {
	const char *option;
	const char *member;
	const char *fallback;
} texts[] = {
	{ "to", "to", NULL }, { "case", "case", NULL },
	{ "purpose", "purpose", "dppa-1" }, { "end-use", "end_use", "criminal" },
	{ "reason", "reason", NULL }, { "source", "source", NULL },
};

static void
put_fields(struct cli *cli, struct json *json)
{
	const char *field;
	size_t at = 0;

	json_key(json, STR("fields"));
	json_open_array(json);
	while ((field = option_next(&cli->options, "field", &at)) != NULL)
		json_string(json, str_of(field));
	json_close_array(json);
}

static int
write_body(struct cli *cli, struct buf *body)
{
	struct json json;
	int r;

	json_init(&json, body);
	json_open_object(&json);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *text = option_get(&cli->options, texts[i].option);

		if (text == NULL)
			text = texts[i].fallback;
		if (text != NULL)
			json_put_string(&json, texts[i].member, str_of(text));
	}
	json_key(&json, STR("subject"));
	r = subject_json_put(cli, &json);
	if (r != VERB_OK)
		return r;
	put_fields(cli, &json);
	json_close_object(&json);
	return buf_finish(body) == 0
	    ? VERB_OK
	    : verb_fail(cli, VERB_USAGE, "the lead is too long");
}

/* Sent once, however often the answer is lost. */
static bool
make_key(char text[static 33])
{
	struct csprng csprng;
	uint8_t bytes[16];

	if (csprng_open(&csprng) < 0)
		return false;
	csprng_fill(&csprng, bytes, sizeof(bytes));
	csprng_close(&csprng);
	hex_format(text, bytes, sizeof(bytes));
	return true;
}

static int
run(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	char key[33];
	int r;

	buf_init(&body, BODY_BYTES);
	r = write_body(cli, &body);
	if (r != VERB_OK)
		return r;
	if (!make_key(key))
		return verb_fail(cli, VERB_CANNOT, "no randomness for a key");
	return https_run(cli, "/v1/leads", buf_str(&body), key);
}

static const struct option_spec options[] = {
	{ .name = "to",
	    .kind = OPTION_TEXT,
	    .value = "REQUESTER",
	    .help = "The officer on the case",
	    .is_required = true },
	{ .name = "case",
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "The open investigation, as their agency writes it",
	    .is_required = true },
	SUBJECT_JSON_OPTIONS,
	{ .name = "field",
	    .letter = 'f',
	    .kind = OPTION_TEXT,
	    .value = "FIELD",
	    .help = "What the case needs, e.g. owner.family",
	    .is_repeated = true,
	    .is_required = true },
	{ .name = "reason",
	    .letter = 'r',
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "What ties the record to the case",
	    .is_required = true },
	{ .name = "source",
	    .kind = OPTION_TEXT,
	    .value = "ID",
	    .help = "A consignment in place of the records" },
	{ .name = "purpose",
	    .kind = OPTION_TEXT,
	    .value = "USE",
	    .help = "DPPA permitted use; dppa-1 when not given" },
	{ .name = "end-use",
	    .kind = OPTION_TEXT,
	    .value = "USE",
	    .help = "What it is for; criminal when not given" },
	{ .name = "receipt",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Save the receipt; - is standard output" },
	HTTPS_OPTIONS,
};

const struct verb cmd_lead = {
	.name = "lead",
	.usage = "--to REQUESTER --case NUMBER SUBJECT --field FIELD --reason "
		 "TEXT",
	.summary = "Send one record to one open case",
	.about = "For the holder's data owner: one record that bears on one "
		 "named, open investigation, judged by the same packs and "
		 "counted in the same budgets as if the officer had asked. The "
		 "officer reads it under the id that is printed; the sender is "
		 "not shown it. There is no list.",
	.examples = "the owner of a car that was reported\tstile lead --to "
		    "morris --case 2026-0117 --plate ABC1234 --state NY --year "
		    "2027 --type PC -f owner.family -r 'the car of the series'"
		    "\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.operands = "",
	.run = run,
};
