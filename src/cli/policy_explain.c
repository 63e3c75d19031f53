/* stile policy explain: why a request is allowed or denied. */
#include "cli/policy_explain.h"

#include <errno.h>

#include "cedar/entities.h"
#include "cedar/query.h"
#include "cedar/value_json.h"
#include "cli/policy.h"
#include "cli/policy_json.h"
#include "cli/policy_why.h"
#include "limits.h"

#define FEW 8 /* policies for other requests that are named unasked */

/* Every policy, traced. */
struct whys {
	struct policy_why *items;
	size_t n;
};

static int
trace_all(struct whys *whys, const struct policy_ask *ask,
    const struct policy_input *input, struct cli *cli)
{
	size_t n = 0;

	*whys = (struct whys){ NULL, 0 };
	for (size_t i = 0; i < input->n_files; i++)
		n += cedar_policies_count(input->files[i].policies);
	whys->items = ARENA_ARRAY(input->arena, n, struct policy_why);
	if (whys->items == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	for (size_t i = 0; i < input->n_files; i++) {
		const struct policy_file *file = &input->files[i];

		n = cedar_policies_count(file->policies);
		for (size_t k = 0; k < n; k++) {
			int r = policy_why_trace(&whys->items[whys->n++], ask,
			    input, cli, file, k);

			if (r != VERB_OK)
				return r;
		}
	}
	return VERB_OK;
}

static bool
is_reason(const struct policy_ask *ask, const struct policy_why *why)
{
	for (size_t i = 0; i < ask->n_reasons; i++) {
		if (ask->reasons[i].file == why->file &&
		    ask->reasons[i].number == why->number)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ */
/* The request.							      */

static void
print_parent(const struct cli *cli, const struct eval *eval, uint32_t uid,
    uint32_t n)
{
	struct cedar_value value = { .kind = CEDAR_ENTITY,
		.uid = cedar_intern_back_uid(&eval->scope, uid) };
	CLEANUP(buf_fini) struct buf buf = { 0 };

	buf_init(&buf, LIMIT_FILE_BYTES);
	if (cedar_literal_print(&buf, &value, 0) != 0)
		return;
	terminal_style(&cli->out, TERMINAL_DIM);
	fputs(n == 0 ? "  in " : ", ", cli->out.file);
	terminal_text(&cli->out, buf_str(&buf), UINT16_MAX);
	terminal_style(&cli->out, TERMINAL_PLAIN);
}

/* What an entity is in, nearest first, or that nothing is known of it. */
static void
print_parents(const struct cli *cli, const struct eval *eval, enum ast_var var)
{
	const struct entity *entity = eval->entity[var];
	uint32_t n = 0;

	if (entity == NULL && var != AST_ACTION)
		terminal_print(&cli->out, TERMINAL_WAIT,
		    "  not among the entities");
	if (entity == NULL)
		return;
	for (uint32_t i = 0; i < entity->n_parents && n < FEW; i++)
		print_parent(cli, eval, entity->parents[i], n++);
	for (uint32_t i = 0; i < entity->n_ancestors && n < FEW; i++) {
		if (!value_uids_contain(entity->parents, entity->n_parents,
		    entity->ancestors[i]))
			print_parent(cli, eval, entity->ancestors[i], n++);
	}
	if (entity->n_ancestors > n)
		terminal_print(&cli->out, TERMINAL_DIM, " and %u more",
		    entity->n_ancestors - n);
}

static void
print_value(const struct cli *cli, const char *name,
    const struct cedar_value *value)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct str rest;
	struct str line;
	bool is_first = true;

	buf_init(&buf, LIMIT_FILE_BYTES);
	if (cedar_literal_print(&buf, value,
	    MAX(cli->out.width, 32u) - 13) != 0)
		return;
	rest = buf_str(&buf);
	while (str_split(&line, &rest, '\n')) {
		fprintf(cli->out.file, "%s  %-9s  ", is_first ? "" : "\n",
		    is_first ? name : "");
		terminal_text(&cli->out, line, UINT16_MAX);
		is_first = false;
	}
}

static void
print_request(const struct policy_ask *ask, const struct cli *cli)
{
	static const char *const names[] = { "principal", "action",
		"resource" };
	const struct cedar_uid *uids[] = { &ask->request.principal,
		&ask->request.action, &ask->resource };
	const struct eval *eval = cedar_query_eval(ask->query);
	struct cedar_value context = cedar_record(ask->request.context,
	    ask->request.n_context);

	fputc('\n', cli->out.file);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct cedar_value value = { .kind = CEDAR_ENTITY,
			.uid = *uids[i] };

		print_value(cli, names[i], &value);
		print_parents(cli, eval, (enum ast_var)i);
		fputc('\n', cli->out.file);
	}
	if (ask->request.n_context > 0) {
		print_value(cli, "context", &context);
		fputc('\n', cli->out.file);
	}
}

static void
print_decision(const struct policy_ask *ask, const struct cli *cli)
{
	bool is_allow = ask->decision == CEDAR_ALLOW;

	terminal_print(&cli->out, is_allow ? TERMINAL_GOOD : TERMINAL_BAD,
	    "%.*s", STR_ARG(policy_ask_word(ask->decision)));
	if (ask->is_denied_by_error)
		fputs(": a policy could not be evaluated", cli->out.file);
	else if (ask->n_reasons == 0)
		fputs(": nothing permits it", cli->out.file);
	fputc('\n', cli->out.file);
}

/* ------------------------------------------------------------------ */
/* What is told of the policies.				      */

static void
print_detail(const struct policy_why *why, const struct policy_input *input,
    const struct cli *cli, bool with_steps)
{
	policy_why_print(why, input, cli);
	if (with_steps) {
		fputc('\n', cli->out.file);
		policy_why_print_steps(why, cli);
	}
}

/* Policies of an effect and outcome, one a line. */
static void
print_list(const struct whys *whys, const struct policy_ask *ask,
    const struct policy_input *input, const struct cli *cli,
    enum cedar_effect effect, enum cedar_trace_outcome outcome,
    const char *heading)
{
	size_t n = 0;

	for (size_t i = 0; i < whys->n; i++) {
		const struct policy_why *why = &whys->items[i];

		if (why->policy.effect != effect ||
		    why->trace.outcome != outcome || is_reason(ask, why))
			continue;
		if (n++ == 0)
			fprintf(cli->out.file, "\n%s\n", heading);
		if (n <= FEW)
			policy_why_print_brief(why, input, cli);
	}
	if (n > FEW)
		fprintf(cli->out.file, "  and %zu more: --all\n", n - FEW);
}

static bool
is_detailed(const struct policy_ask *ask, const struct policy_why *why)
{
	if (is_reason(ask, why) || why->trace.outcome == CEDAR_TRACE_ERROR)
		return true;
	return ask->n_reasons == 0 && why->policy.effect == CEDAR_PERMIT &&
	    why->trace.outcome == CEDAR_TRACE_FALSE;
}

static void
print_rest(const struct whys *whys, const struct policy_ask *ask,
    const struct policy_input *input, const struct cli *cli)
{
	bool is_allow = ask->decision == CEDAR_ALLOW;

	if (is_allow) {
		print_list(whys, ask, input, cli, CEDAR_FORBID,
		    CEDAR_TRACE_FALSE, "It would be forbidden, but:");
		return;
	}
	print_list(whys, ask, input, cli, CEDAR_PERMIT, CEDAR_TRACE_SATISFIED,
	    "It would be permitted by:");
	if (ask->n_reasons == 0)
		print_list(whys, ask, input, cli, CEDAR_PERMIT,
		    CEDAR_TRACE_SCOPE, "For other requests:");
}

int
policy_explain_decided(const struct policy_ask *ask,
    const struct policy_input *input, struct cli *cli, bool all,
    bool with_steps)
{
	struct whys whys;
	int r = trace_all(&whys, ask, input, cli);

	if (r != VERB_OK)
		return r;
	print_decision(ask, cli);
	print_request(ask, cli);
	for (size_t i = 0; i < whys.n; i++) {
		if (all || is_detailed(ask, &whys.items[i]))
			print_detail(&whys.items[i], input, cli, with_steps);
	}
	if (!all)
		print_rest(&whys, ask, input, cli);
	return VERB_OK;
}

/* ------------------------------------------------------------------ */
/* Named policies.						      */

static bool
is_named(const struct cli *cli, struct str id)
{
	const char *name;
	size_t at = 0;

	while ((name = option_next(&cli->options, "policy", &at)) != NULL) {
		if (str_is_equal(str_of(name), id))
			return true;
	}
	return false;
}

static int
check_named(const struct cli *cli, const struct whys *whys,
    const struct policy_input *input)
{
	const char *name;
	size_t at = 0;

	while ((name = option_next(&cli->options, "policy", &at)) != NULL) {
		bool is_found = false;

		for (size_t i = 0; i < whys->n; i++)
			is_found |= str_is_equal(str_of(name), policy_input_id(
			    input, whys->items[i].file,
			    whys->items[i].number));
		if (!is_found)
			return verb_fail(cli, VERB_USAGE,
			    "--policy %s: there is none of that id", name);
	}
	return VERB_OK;
}

static int
explain_named(const struct policy_ask *ask, const struct policy_input *input,
    struct cli *cli)
{
	struct whys whys;
	int r = trace_all(&whys, ask, input, cli);

	if (r == VERB_OK)
		r = check_named(cli, &whys, input);
	if (r != VERB_OK)
		return r;
	print_decision(ask, cli);
	print_request(ask, cli);
	for (size_t i = 0; i < whys.n; i++) {
		const struct policy_why *why = &whys.items[i];

		if (is_named(cli, policy_input_id(input, why->file,
		    why->number)))
			print_detail(why, input, cli,
			    option_has(&cli->options, "steps"));
	}
	return VERB_OK;
}

/* ------------------------------------------------------------------ */

static void
put_request(struct json *json, const struct policy_ask *ask)
{
	json_key(json, STR("request"));
	json_open_object(json);
	json_key(json, STR("principal"));
	cedar_value_json_add_uid(json, &ask->request.principal);
	json_key(json, STR("action"));
	cedar_value_json_add_uid(json, &ask->request.action);
	json_key(json, STR("resource"));
	cedar_value_json_add_uid(json, &ask->resource);
	json_key(json, STR("context"));
	cedar_value_json_add_fields(json, ask->request.context,
	    ask->request.n_context);
	json_close_object(json);
}

static int
explain_json(const struct policy_ask *ask, const struct policy_input *input,
    struct cli *cli)
{
	bool all = option_has(&cli->options, "all");
	bool names = option_has(&cli->options, "policy");
	struct whys whys;
	struct json json;
	struct buf buf;
	int r = trace_all(&whys, ask, input, cli);

	if (r == VERB_OK && names)
		r = check_named(cli, &whys, input);
	if (r != VERB_OK)
		return r;
	buf_init(&buf, LIMIT_VERB_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "decision", policy_ask_word(ask->decision));
	json_put_bool(&json, "deniedByError", ask->is_denied_by_error);
	put_request(&json, ask);
	json_key(&json, STR("policies"));
	json_open_array(&json);
	for (size_t i = 0; i < whys.n; i++) {
		const struct policy_why *why = &whys.items[i];

		if (names ? is_named(cli, policy_input_id(input, why->file,
			    why->number))
			  : all || why->trace.outcome != CEDAR_TRACE_SCOPE)
			policy_why_json(&json, why, input,
			    is_reason(ask, why));
	}
	json_close_array(&json);
	json_close_object(&json);
	policy_json_print(cli, &buf);
	return VERB_OK;
}

int
policy_explain_run(struct cli *cli)
{
	CLEANUP(policy_input_fini) struct policy_input input = { 0 };
	struct policy_ask ask;
	int r = policy_input_init(&input, cli);

	if (r == VERB_OK)
		r = policy_ask_read(&ask, &input, cli, false);
	if (r == VERB_OK && input.n_files == 0)
		r = verb_fail(cli, VERB_USAGE,
		    "--policies FILE is missing; see %s --help", cli->name);
	if (r == VERB_OK)
		r = policy_ask_decide(&ask, &input, cli,
		    option_has(&cli->options, "deny-on-error"));
	if (r != VERB_OK)
		return r;
	policy_input_print(&input, cli);
	if (cli->is_json)
		r = explain_json(&ask, &input, cli);
	else if (option_has(&cli->options, "policy"))
		r = explain_named(&ask, &input, cli);
	else
		r = policy_explain_decided(&ask, &input, cli,
		    option_has(&cli->options, "all"),
		    option_has(&cli->options, "steps"));
	if (r != VERB_OK)
		return r;
	return ask.decision == CEDAR_ALLOW ? VERB_OK : VERB_NO;
}
