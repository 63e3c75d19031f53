/* stile requester: the natural persons who may ask, and their certificates. */
#include "cli/holder.h"
#include "cli/issue.h"
#include "cli/result.h"
#include "cli/verb.h"
#include "source/subject.h"
#include "util/instant.h"

static int64_t
until(const struct cli *cli, const char *name, int64_t fallback)
{
	const char *text = option_get(&cli->options, name);
	int32_t day;

	if (text == NULL || !instant_parse_date(&day, str_of(text)))
		return fallback;
	return ((int64_t)day + 1) * INSTANT_DAY;
}

static struct str
given(const struct cli *cli, const char *name)
{
	const char *text = option_get(&cli->options, name);

	return text != NULL ? str_of(text) : STR("");
}

/* --role, repeated. Returns: VERB_OK; VERB_USAGE, and it was said why. */
static int
read_roles(struct cli *cli, uint32_t *roles)
{
	size_t at = 0;
	const char *name;

	*roles = 0;
	while ((name = option_next(&cli->options, "role", &at)) != NULL) {
		uint32_t role = people_role(str_of(name));

		if (role == 0)
			return verb_fail(cli, VERB_USAGE, "%s: no such role",
			    name);
		*roles |= role;
	}
	if (*roles == 0)
		*roles = PEOPLE_ROLE_REQUESTER;
	return VERB_OK;
}

/* --self FAMILY,GIVEN,YYYY-MM-DD: for the rule against looking up oneself. */
static int
read_self(struct cli *cli, struct admin *admin, struct str *index)
{
	struct str text = given(cli, "self");
	struct subject_input input = { 0 };
	struct subject_problem problem;
	struct subject subject;
	struct digest digest;
	int r;

	*index = STR("");
	if (text.len == 0)
		return VERB_OK;
	if (!str_split(&input.members[SUBJECT_PERSON_FAMILY], &text, ',') ||
	    !str_split(&input.members[SUBJECT_PERSON_GIVEN], &text, ',') ||
	    !str_split(&input.members[SUBJECT_PERSON_BIRTH_DATE], &text, ','))
		return verb_fail(cli, VERB_USAGE,
		    "--self is FAMILY,GIVEN,YYYY-MM-DD");
	r = subject_parse(&subject, &problem, &cli->arena, &input,
	    instant_day(clock_now_us(&admin_gate(admin)->clock)));
	if (r > 0)
		return verb_fail(cli, VERB_USAGE, "--self: %.*s",
		    STR_ARG(problem.text));
	if (r == 0)
		r = admin_index(admin, &digest, subject.canonical);
	if (r < 0)
		return verb_fault(cli, r, "--self");
	*index = (struct str){ arena_dup(&cli->arena, digest.b,
				   sizeof(digest.b)),
		sizeof(digest.b) };
	return VERB_OK;
}

static const char *
status_of(const struct store_requester *requester)
{
	return requester->status == PEOPLE_ACTIVE ? "active" : "suspended";
}

static void
put_members(struct json *json, const struct store_requester *requester)
{
	json_put_string(json, "id", requester->id);
	json_put_string(json, "ori", requester->ori);
	json_put_string(json, "name", requester->name);
	json_put_string(json, "status", str_of(status_of(requester)));
}

/* What was done, for programs; certificate: NULL when none was issued. */
static void
print_json(struct cli *cli, const struct store_requester *requester,
    const char *certificate)
{
	CLEANUP(result_end) struct result out;

	result_begin(&out, cli);
	put_members(&out.json, requester);
	if (certificate != NULL)
		json_put_string(&out.json, "certificate", str_of(certificate));
}

static int
put(struct cli *cli, struct admin *admin,
    const struct store_requester *requester)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR(""), (struct str){ 0 });
	r = admin_put_requester(admin, requester, holder_person(cli), &diags);
	return holder_done(cli, r, &diags,
	    arena_format(&cli->arena, "requester %.*s %s",
		STR_ARG(requester->id), status_of(requester))
		.p);
}

static int
issue(struct cli *cli, struct admin *admin, const char *id, const char *ori)
{
	uint8_t fingerprint[ISSUE_FINGERPRINT];
	int64_t days = option_number(&cli->options, "days", 365);
	struct store_credential credential = { .requester = str_of(id),
		.status = PEOPLE_ACTIVE };
	struct diag_list diags;
	int r = issue_certificate(fingerprint, holder_dir(cli), id, ori, days);

	if (r < 0)
		return verb_fault(cli, r, "certificate");
	if (r > 0)
		return verb_fail(cli, VERB_NO, "certificate of %s: %s", id,
		    r == ISSUE_E_NAME	    ? "the id or ORI cannot be in it"
			: r == ISSUE_E_EXISTS ? "it exists already"
			: r == ISSUE_E_DAYS   ? "not that many days"
					      : "tls/ has no usable CA");
	credential.fingerprint = (struct str){ (const char *)fingerprint,
		sizeof(fingerprint) };
	credential.not_after =
	    clock_now_us(&admin_gate(admin)->clock) + days * INSTANT_DAY;
	diag_init(&diags, &cli->arena, STR(""), (struct str){ 0 });
	r = admin_put_credential(admin, &credential, holder_person(cli),
	    &diags);
	return holder_done(cli, r, &diags,
	    arena_format(&cli->arena, "certificate %s/clients/%s.crt",
		holder_dir(cli), id)
		.p);
}

static int
run_add(struct cli *cli)
{
	CLEANUP(admin_closep) struct admin *admin = NULL;
	const char *ori = option_get(&cli->options, "agency");
	struct store_requester requester = {
		.id = str_of(cli->options.operands[0]),
		.ori = str_of(ori),
		.unit = given(cli, "unit"),
		.name = given(cli, "name"),
		.title = given(cli, "title"),
		.status = PEOPLE_ACTIVE,
	};
	const char *certificate = NULL;
	int64_t year;
	int r = read_roles(cli, &requester.roles);

	if (r == VERB_OK)
		r = holder_open(cli, &admin);
	if (r == VERB_OK)
		r = read_self(cli, admin, &requester.subject);
	if (r != VERB_OK)
		return r;
	year = clock_now_us(&admin_gate(admin)->clock) + 365 * INSTANT_DAY;
	requester.training_until = until(cli, "trained-until", year);
	requester.agreement_until = until(cli, "rules-until", year);
	requester.need_ends = until(cli, "need-until", INT64_MAX);
	r = put(cli, admin, &requester);
	if (r == VERB_OK && option_has(&cli->options, "issue")) {
		r = issue(cli, admin, cli->options.operands[0], ori);
		certificate = arena_format(&cli->arena, "%s/clients/%s.crt",
		    holder_dir(cli), cli->options.operands[0]).p;
	}
	if (r == VERB_OK && cli->is_json)
		print_json(cli, &requester, certificate);
	return r;
}

static int
set_status(struct cli *cli, enum people_status status)
{
	CLEANUP(admin_closep) struct admin *admin = NULL;
	struct store_requester requester;
	int r = holder_open(cli, &admin);

	if (r != VERB_OK)
		return r;
	r = people_find_requester(admin_gate(admin)->store, &cli->arena,
	    &requester, str_of(cli->options.operands[0]));
	if (r < 0)
		return verb_fault(cli, r, "store");
	if (r > 0)
		return verb_fail(cli, VERB_NO, "%s: not registered",
		    cli->options.operands[0]);
	requester.status = status;
	r = put(cli, admin, &requester);
	if (r == VERB_OK && cli->is_json)
		print_json(cli, &requester, NULL);
	return r;
}

static int
run_suspend(struct cli *cli)
{
	return set_status(cli, PEOPLE_SUSPENDED);
}

static int
run_resume(struct cli *cli)
{
	return set_status(cli, PEOPLE_ACTIVE);
}

static int
print_requester(void *context, const struct store_requester *requester)
{
	struct cli *cli = context;

	fprintf(cli->out.file, "%-16.*s  %.*s  %-9s  %.*s\n",
	    STR_ARG(requester->id), STR_ARG(requester->ori),
	    status_of(requester), STR_ARG(requester->name));
	return 0;
}

static int
list_requester(void *context, const struct store_requester *requester)
{
	struct json *json = context;

	json_open_object(json);
	put_members(json, requester);
	json_close_object(json);
	return 0;
}

static int
list_json(struct cli *cli, struct store *store)
{
	CLEANUP(result_end) struct result out;
	int r;

	result_begin(&out, cli);
	json_key(&out.json, STR("requesters"));
	json_open_array(&out.json);
	r = people_each_requester(store, given(cli, "agency"), list_requester,
	    &out.json);
	json_close_array(&out.json);
	return r;
}

static int
run_list(struct cli *cli)
{
	CLEANUP(store_closep) struct store *store = NULL;
	int r = holder_read(cli, &store);

	if (r != VERB_OK)
		return r;
	r = cli->is_json ? list_json(cli, store)
			 : people_each_requester(store, given(cli, "agency"),
			       print_requester, cli);
	return r < 0 ? verb_fault(cli, r, "store") : VERB_OK;
}

#define AGENCY_OPTION(needed)                                                  \
	{ .name = "agency",                                                    \
	    .kind = OPTION_TEXT,                                               \
	    .value = "ORI",                                                    \
	    .help = "The agency",                                              \
	    .is_required = needed }

static const struct option_spec add_options[] = {
	HOLDER_OPTION,
	AGENCY_OPTION(true),
	{ .name = "unit",
	    .kind = OPTION_TEXT,
	    .value = "UNIT",
	    .help = "Unit of the agency, registered before" },
	{ .name = "name",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "The person's name",
	    .is_required = true },
	{ .name = "title",
	    .kind = OPTION_TEXT,
	    .value = "TITLE",
	    .help = "Rank or title" },
	{ .name = "role",
	    .kind = OPTION_TEXT,
	    .value = "ROLE",
	    .help = "requester (the default), supervisor, commander, …",
	    .is_repeated = true },
	{ .name = "trained-until",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day the training holds; else a year" },
	{ .name = "rules-until",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day the signed rules hold; else a year" },
	{ .name = "need-until",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day access is needed" },
	{ .name = "self",
	    .kind = OPTION_TEXT,
	    .value = "FAMILY,GIVEN,DATE",
	    .help = "The person's own key, kept as a keyed index only" },
	{ .name = "issue", .help = "Also issue a client certificate" },
	{ .name = "days",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .help = "Days the certificate is good; else 365",
	    .least = 1,
	    .most = 3650 },
};

static const struct option_spec plain_options[] = { HOLDER_OPTION };

static const struct option_spec list_options[] = { HOLDER_OPTION,
	AGENCY_OPTION(false) };

static const struct verb actions[] = {
	{ .name = "add",
	    .usage = "ID --agency ORI --name NAME [--role ROLE] [--issue]",
	    .summary = "Register a requester, or change one",
	    .examples =
		"an officer with a certificate\t"
		"stile requester add mlopez --agency NY0010100 --name 'M. Lopez'"
		" --issue\n",
	    .options = add_options,
	    .n_options = ARRAY_LEN(add_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ID",
	    .run = run_add },
	{ .name = "suspend",
	    .usage = "ID",
	    .summary = "Suspend a requester",
	    .examples = "not answered any more\tstile requester suspend mlopez\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ID",
	    .run = run_suspend },
	{ .name = "resume",
	    .usage = "ID",
	    .summary = "End a suspension",
	    .examples = "may ask again\tstile requester resume mlopez\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ID",
	    .run = run_resume },
	{ .name = "list",
	    .usage = "[--agency ORI]",
	    .summary = "List the requesters",
	    .examples = "of one agency\tstile requester list --agency NY0010100\n",
	    .options = list_options,
	    .n_options = ARRAY_LEN(list_options),
	    .operands = "",
	    .run = run_list },
};

const struct verb cmd_requester = {
	.name = "requester",
	.usage = "add|suspend|resume|list",
	.summary = "Register the persons who may ask",
	.about = "Changes a holder that is not being served (listing may be "
		 "done at any time); each change is an entry of its log. No two exclusive roles meet in one person.",
	.examples =
	    "an officer with a certificate\t"
	    "stile requester add mlopez --agency NY0010100 --name 'M. Lopez'"
	    " --issue\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
