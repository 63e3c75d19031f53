/* stile agency: who may ask, as agencies. The holder is not being served. */
#include "cli/holder.h"
#include "cli/result.h"
#include "cli/verb.h"
#include "source/ori.h"
#include "util/instant.h"

/* The first moment after a day; INT64_MAX when none was given. */
static int64_t
until(const struct cli *cli, const char *name)
{
	const char *text = option_get(&cli->options, name);
	int32_t day;

	if (text == NULL || !instant_parse_date(&day, str_of(text)))
		return INT64_MAX;
	return ((int64_t)day + 1) * INSTANT_DAY;
}

static const char *
given(const struct cli *cli, const char *name, const char *fallback)
{
	const char *text = option_get(&cli->options, name);

	return text != NULL ? text : fallback;
}

static const char *
status_of(const struct store_agency *agency)
{
	return agency->status == PEOPLE_ACTIVE ? "active" : "suspended";
}

static void
put_agency(struct json *json, const struct store_agency *agency)
{
	json_put_string(json, "ori", agency->ori);
	json_put_string(json, "name", agency->name);
	json_put_string(json, "state", agency->state);
	json_put_string(json, "kind", agency->kind);
	json_put_string(json, "status", str_of(status_of(agency)));
}

static int
add_one(struct cli *cli, struct admin *admin, struct store_agency *agency)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR(""), (struct str){ 0 });
	if (!ori_is_valid(agency->ori))
		return verb_fail(cli, VERB_USAGE,
		    "%.*s: an ORI is two letters and seven letters or digits",
		    STR_ARG(agency->ori));
	r = admin_put_agency(admin, agency, holder_person(cli), &diags);
	r = holder_done(cli, r, &diags,
	    arena_format(&cli->arena, "agency %.*s %s", STR_ARG(agency->ori),
		status_of(agency)).p);
	if (r == VERB_OK && cli->is_json) {
		CLEANUP(result_end) struct result out;

		result_begin(&out, cli);
		put_agency(&out.json, agency);
	}
	return r;
}

static int
run_add(struct cli *cli)
{
	CLEANUP(admin_closep) struct admin *admin = NULL;
	struct str ori = str_of(cli->options.operands[0]);
	struct store_agency agency = { .ori = ori,
		.name = str_of(option_get(&cli->options, "name")),
		.state = str_of(given(cli, "state", "")),
		.kind = str_of(given(cli, "kind", "local")),
		.status = PEOPLE_ACTIVE,
		.agreement_until = until(cli, "agreement-until") };
	int r = holder_open(cli, &admin);

	if (agency.state.len == 0)
		agency.state = str_part(ori, 0, 2);
	return r != VERB_OK ? r : add_one(cli, admin, &agency);
}

static int
set_status(struct cli *cli, enum people_status status)
{
	CLEANUP(admin_closep) struct admin *admin = NULL;
	struct store_agency agency;
	int r = holder_open(cli, &admin);

	if (r != VERB_OK)
		return r;
	r = people_find_agency(admin_gate(admin)->store, &cli->arena, &agency,
	    str_of(cli->options.operands[0]));
	if (r < 0)
		return verb_fault(cli, r, "store");
	if (r > 0)
		return verb_fail(cli, VERB_NO, "%s: not registered",
		    cli->options.operands[0]);
	agency.status = status;
	return add_one(cli, admin, &agency);
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
print_agency(void *context, const struct store_agency *agency)
{
	struct cli *cli = context;

	fprintf(cli->out.file, "%-9.*s  %-2.*s  %-7.*s  %-9s  %.*s\n",
	    STR_ARG(agency->ori), STR_ARG(agency->state),
	    STR_ARG(agency->kind), status_of(agency), STR_ARG(agency->name));
	return 0;
}

static int
list_agency(void *context, const struct store_agency *agency)
{
	struct json *json = context;

	json_open_object(json);
	put_agency(json, agency);
	json_close_object(json);
	return 0;
}

static int
list_json(struct cli *cli, struct store *store)
{
	CLEANUP(result_end) struct result out;
	int r;

	result_begin(&out, cli);
	json_key(&out.json, STR("agencies"));
	json_open_array(&out.json);
	r = people_each_agency(store, list_agency, &out.json);
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
			 : people_each_agency(store, print_agency, cli);
	return r < 0 ? verb_fault(cli, r, "store") : VERB_OK;
}

static const struct option_spec add_options[] = {
	HOLDER_OPTION,
	{ .name = "name",
	    .kind = OPTION_TEXT,
	    .value = "NAME",
	    .help = "What it is called",
	    .is_required = true },
	{ .name = "state",
	    .kind = OPTION_TEXT,
	    .value = "ST",
	    .help = "Two letters; else those of the ORI; US for federal" },
	{ .name = "kind",
	    .kind = OPTION_CHOICE,
	    .value = "KIND",
	    .choices = "federal|state|local|other",
	    .help = "Kind of agency" },
	{ .name = "agreement-until",
	    .kind = OPTION_DATE,
	    .value = "DAY",
	    .help = "Last day of its agreement with the holder" },
};

static const struct option_spec plain_options[] = { HOLDER_OPTION };

static const struct verb actions[] = {
	{ .name = "add",
	    .usage = "ORI --name NAME [--kind KIND]",
	    .summary = "Register an agency, or change it",
	    .examples =
		"a city's police\t"
		"stile agency add NY0010100 --name 'Albany City PD'\n",
	    .options = add_options,
	    .n_options = ARRAY_LEN(add_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ORI",
	    .run = run_add },
	{ .name = "suspend",
	    .usage = "ORI",
	    .summary = "Suspend an agency: nobody of it is answered",
	    .examples = "at once, at the next start\tstile agency suspend NY0010100\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ORI",
	    .run = run_suspend },
	{ .name = "resume",
	    .usage = "ORI",
	    .summary = "End a suspension",
	    .examples = "it may ask again\tstile agency resume NY0010100\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .least = 1,
	    .most = 1,
	    .operands = "ORI",
	    .run = run_resume },
	{ .name = "list",
	    .usage = "",
	    .summary = "List the agencies",
	    .examples = "all of them\tstile agency list\n",
	    .options = plain_options,
	    .n_options = ARRAY_LEN(plain_options),
	    .operands = "",
	    .run = run_list },
};

const struct verb cmd_agency = {
	.name = "agency",
	.usage = "add|suspend|resume|list",
	.summary = "Register the agencies that may ask",
	.about = "Changes a holder that is not being served (listing may be "
		 "done at any time); each change is an entry of its log.",
	.examples =
	    "register one\tstile agency add NY0010100 --name 'Albany City PD'\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
