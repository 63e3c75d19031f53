/* stile ask: one question about one person or vehicle. */
#include "cli/https.h"
#include "cli/subject_json.h"
#include "crypto/csprng.h"
#include "util/hex.h"

#define BODY_BYTES 65536

/* What is asked for when no --field is given: the least that answers. */
static const char *const vehicle_fields[] = { "vehicle.make", "vehicle.model",
	"vehicle.model_year", "vehicle.color", "registration.status",
	"owner.family", "owner.given" };
static const char *const driver_fields[] = { "licence.status",
	"licence.expires", "person.family", "person.given" };

static void
put_ground(struct cli *cli, struct json *json)
{
	static const char *const kinds[] = { "investigation", "wanted" };

	json_key(json, STR("ground"));
	json_open_object(json);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (option_has(&cli->options, kinds[i]))
			json_put_string(json, kinds[i],
			    str_of(option_get(&cli->options, kinds[i])));
	}
	json_close_object(json);
}

static void
put_fields(struct cli *cli, struct json *json)
{
	bool is_vehicle = option_has(&cli->options, "plate") ||
	    option_has(&cli->options, "vin");
	const char *const *fields = is_vehicle ? vehicle_fields : driver_fields;
	size_t n = is_vehicle ? ARRAY_LEN(vehicle_fields)
			      : ARRAY_LEN(driver_fields);
	const char *field;
	size_t at = 0;

	json_key(json, STR("fields"));
	json_open_array(json);
	while ((field = option_next(&cli->options, "field", &at)) != NULL)
		json_string(json, str_of(field));
	for (size_t i = 0; i < n && at == cli->options.n_values &&
	     !option_has(&cli->options, "field");
	     i++)
		json_string(json, str_of(fields[i]));
	json_close_array(json);
}

static void
put_text(struct cli *cli, struct json *json, const char *name,
    const char *option, const char *fallback)
{
	const char *text = option_get(&cli->options, option);

	if (text != NULL || fallback != NULL)
		json_put_string(json, name,
		    str_of(text != NULL ? text : fallback));
}

static int
write_body(struct cli *cli, struct buf *body)
{
	struct json json;
	int r;

	json_init(&json, body);
	json_open_object(&json);
	json_key(&json, STR("subject"));
	r = subject_json_put(cli, &json);
	if (r != VERB_OK)
		return r;
	put_ground(cli, &json);
	put_text(cli, &json, "instrument", "instrument", NULL);
	put_text(cli, &json, "purpose", "purpose", "dppa-1");
	put_text(cli, &json, "end_use", "end-use",
	    option_has(&cli->options, "wanted") ? "wanted-person"
						: "criminal");
	put_fields(cli, &json);
	put_text(cli, &json, "reason", "reason", NULL);
	put_text(cli, &json, "requestor", "requestor", NULL);
	put_text(cli, &json, "source", "source", NULL);
	json_close_object(&json);
	return buf_finish(body) == 0
	    ? VERB_OK
	    : verb_fail(cli, VERB_USAGE, "the request is too long");
}

/* The same key on a second try counts once, so it is said on failure. */
static const char *
find_key(struct cli *cli)
{
	const char *key = option_get(&cli->options, "idempotency-key");
	struct csprng csprng = { 0 };
	uint8_t bytes[16];
	char *text;

	if (key != NULL)
		return key;
	text = arena_alloc(&cli->arena, 2 * sizeof(bytes) + 1);
	if (text == NULL || csprng_open(&csprng) < 0)
		return NULL;
	csprng_fill(&csprng, bytes, sizeof(bytes));
	csprng_close(&csprng);
	hex_format(text, bytes, sizeof(bytes));
	return text;
}

static int
run(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	const char *key;
	int r;

	buf_init(&body, BODY_BYTES);
	r = write_body(cli, &body);
	if (r != VERB_OK)
		return r;
	if (option_has(&cli->options, "dry-run")) {
		fprintf(cli->out.file, "%.*s\n", STR_ARG(buf_str(&body)));
		return VERB_OK;
	}
	key = find_key(cli);
	if (key == NULL)
		return verb_fail(cli, VERB_CANNOT, "no randomness for a key");
	r = https_run(cli, "/v1/requests", buf_str(&body), key);
	if (r == VERB_CANNOT && !option_has(&cli->options, "idempotency-key"))
		fprintf(cli->err.file,
		    "%s: ask again with --idempotency-key %s: it counts "
		    "once\n",
		    cli->name, key);
	return r;
}

static const struct option_spec options[] = {
	SUBJECT_JSON_OPTIONS,
	{ .name = "investigation",
	    .letter = 'i',
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "The open case that this flows from" },
	{ .name = "wanted",
	    .letter = 'w',
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "Or the warrant for exactly this person" },
	{ .name = "instrument",
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "A registered order, warrant or subpoena" },
	{ .name = "field",
	    .letter = 'f',
	    .kind = OPTION_TEXT,
	    .value = "FIELD",
	    .help = "What you need, e.g. owner.address.street",
	    .is_repeated = true },
	{ .name = "reason",
	    .letter = 'r',
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "In a sentence, what the answer is for" },
	{ .name = "purpose",
	    .kind = OPTION_TEXT,
	    .value = "USE",
	    .help = "DPPA permitted use; dppa-1 when not given" },
	{ .name = "end-use",
	    .kind = OPTION_TEXT,
	    .value = "USE",
	    .help = "What it is for; criminal when not given" },
	{ .name = "requestor",
	    .kind = OPTION_TEXT,
	    .value = "ID",
	    .help = "Whom you ask for, when not yourself" },
	{ .name = "source",
	    .kind = OPTION_TEXT,
	    .value = "ID",
	    .help = "A consignment in place of the records" },
	{ .name = "receipt",
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Save the receipt; - is standard output" },
	{ .name = "idempotency-key",
	    .kind = OPTION_TEXT,
	    .value = "KEY",
	    .help = "Made when not given; the same key counts once" },
	{ .name = "dry-run", .help = "Print the request, send nothing" },
	HTTPS_OPTIONS,
};

const struct verb cmd_ask = {
	.name = "ask",
	.usage = "SUBJECT GROUND --reason TEXT [--field FIELD …]",
	.summary = "Ask about one person or vehicle",
	.about =
	    "One question about one whole key, on a ground: an open "
	    "investigation or a warrant for exactly that person. Your "
	    "certificate says who you are. Exit code 0: permitted; 1: refused, "
	    "waiting for an approval, or nothing to disclose, and why; 2: the "
	    "request could not be accepted; 3: no answer.",
	.examples =
	    "a plate, in an investigation\t"
	    "stile ask --plate ABC1234 --state NY --year 2027 --type PC "
	    "-i 2026-0117 -r 'Vehicle left the scene'\n"
	    "one more field, keep the receipt\t"
	    "stile ask --vin 1HGCM82633A004352 -i 2026-0117 -f "
	    "owner.address.street -r 'Warrant service' --receipt r.txt\n"
	    "a wanted person\t"
	    "stile ask --person 'MARTINEZ,ELENA,1984-03-09' -w W-26-5 -r "
	    "'Arrest warrant'\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.operands = "",
	.run = run,
};
