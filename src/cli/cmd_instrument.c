/* stile instrument: warrants, orders and subpoenas, and what they name. */
#include "cli/https.h"
#include "cli/subject_json.h"

#define BODY_BYTES 65536

/* Options that become members of the same name. */
static const char *const members[] = { "kind", "court", "docket", "issued",
	"expires", "document" };

static void
put_scope(struct cli *cli, struct json *json)
{
	const char *field;
	size_t at = 0;

	json_key(json, STR("scope"));
	json_open_array(json);
	while ((field = option_next(&cli->options, "scope", &at)) != NULL)
		json_string(json, str_of(field));
	json_close_array(json);
}

static int
run_file(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct json json;
	int r;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "number", str_of(cli->options.operands[0]));
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const char *text = option_get(&cli->options, members[i]);

		if (text != NULL)
			json_put_string(&json, members[i], str_of(text));
	}
	put_scope(cli, &json);
	subject_json_put_seal(cli, &json);
	r = subject_json_put_list(cli, &json);
	json_close_object(&json);
	return r != VERB_OK
	    ? r
	    : https_run(cli, "/v1/instruments", buf_str(&body), NULL);
}

static int
run_show(struct cli *cli)
{
	struct str path = arena_format(&cli->arena, "/v1/instruments/%.*s",
	    STR_ARG(https_escape(&cli->arena, cli->options.operands[0])));

	return https_run(cli, path.p, (struct str){ 0 }, NULL);
}

#define RECEIPT_OPTION                                                         \
	{ .name = "receipt", .kind = OPTION_FILE, .value = "FILE",             \
	    .help = "Save the receipt; - is standard output" }

static const struct option_spec file_options[] = {
	{ .name = "kind",
	    .kind = OPTION_CHOICE,
	    .value = "KIND",
	    .help = "Kind",
	    .choices = "art3-warrant|art3-order|state-warrant|state-order|"
		       "gj-subpoena|trial-subpoena|court-subpoena|"
		       "admin-subpoena|admin-warrant",
	    .is_required = true },
	{ .name = "court",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "The court that issued it",
	    .is_required = true },
	{ .name = "docket",
	    .kind = OPTION_TEXT,
	    .value = "NUMBER",
	    .help = "The court's number",
	    .is_required = true },
	{ .name = "issued",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Day it was signed",
	    .is_required = true },
	{ .name = "expires",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day",
	    .is_required = true },
	{ .name = "scope",
	    .kind = OPTION_TEXT,
	    .value = "FIELD",
	    .help = "A field it names",
	    .is_repeated = true,
	    .is_required = true },
	{ .name = "document",
	    .kind = OPTION_TEXT,
	    .value = "SHA256",
	    .help = "Hash of the paper, 64 hexadecimal digits" },
	SUBJECT_JSON_LIST,
	SUBJECT_JSON_SEAL,
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct option_spec plain_options[] = {
	RECEIPT_OPTION,
	HTTPS_OPTIONS,
};

static const struct verb actions[] = {
	{ .name = "file",
	    .usage = "NUMBER --kind KIND --court NAME --docket NUMBER --issued "
		     "DAY --expires DAY --scope FIELD …",
	    .summary = "Register an instrument and what it names",
	    .examples =
		"a subpoena for one field\tstile instrument file S-26-9 --kind "
		"court-subpoena --court 'County Court' --docket 26-117 --issued "
		"2026-11-20 --expires 2027-01-31 --scope licence.status "
		"--subject licence:NY:512839476\n",
	    .options = file_options,
	    .n_options = ARRAY_LEN(file_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_file },
	{ .name = "show",
	    .usage = "NUMBER",
	    .summary = "Show an instrument of your agency",
	    .examples = "what it names\tstile instrument show S-26-9\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 1,
	    .most = 1,
	    .operands = "NUMBER",
	    .run = run_show },
};

const struct verb cmd_instrument = {
	.name = "instrument",
	.usage = "file|show",
	.summary = "Register warrants, orders and subpoenas",
	.about = "For supervisors; each change is an entry of the holder's log.",
	.examples = "what it names\tstile instrument show S-26-9\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
