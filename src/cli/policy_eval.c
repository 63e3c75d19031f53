/* stile policy eval: what policies say to a request; what an expression is. */
#include <errno.h>

#include "cedar/parser.h"
#include "cli/policy.h"
#include "cli/policy_ask.h"
#include "cli/policy_json.h"
#include "limits.h"

/* ------------------------------------------------------------------ */
/* A request.							      */

static void
put_failure(struct json *json, const struct policy_input *input,
    const struct policy_failure *failure)
{
	const struct cedar_error *error = &failure->error;

	json_open_object(json);
	json_put_string(json, "policyId",
	    policy_input_id(input, failure->file, error->policy));
	policy_json_place(json, failure->file, error->offset);
	json_put_i64(json, "length", error->len);
	json_put_string(json, "message", failure->message);
	json_close_object(json);
}

/* As the response of Cedar's own API, with places. */
static void
print_json(const struct policy_ask *ask, const struct policy_input *input,
    const struct cli *cli)
{
	struct json json;
	struct buf buf;

	buf_init(&buf, LIMIT_FILE_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "decision", policy_ask_word(ask->decision));
	json_put_bool(&json, "deniedByError", ask->is_denied_by_error);
	json_key(&json, STR("diagnostics"));
	json_open_object(&json);
	json_key(&json, STR("reason"));
	json_open_array(&json);
	/* What permits has not decided when an error did. */
	for (size_t i = 0; i < ask->n_reasons && !ask->is_denied_by_error; i++)
		json_string(&json, policy_input_id(input, ask->reasons[i].file,
		    ask->reasons[i].number));
	json_close_array(&json);
	json_key(&json, STR("errors"));
	json_open_array(&json);
	for (size_t i = 0; i < ask->n_failures; i++)
		put_failure(&json, input, &ask->failures[i]);
	json_close_array(&json);
	json_close_object(&json);
	json_close_object(&json);
	policy_json_print(cli, &buf);
}

static void
print_reason(const struct policy_input *input, const struct cli *cli,
    const struct policy_reason *reason, bool is_overruled)
{
	struct cedar_policy policy =
	    cedar_policies_get(reason->file->policies, reason->number);
	size_t line;
	size_t column;

	policy_input_place(reason->file->source, policy.offset, &line,
	    &column);
	fputs(is_overruled ? "  but for that, allowed by " : "  by ",
	    cli->out.file);
	terminal_text(&cli->out, policy_input_id(input, reason->file,
	    reason->number), UINT16_MAX);
	terminal_print(&cli->out, TERMINAL_DIM, " (%.*s:%zu)\n",
	    STR_ARG(reason->file->name), line);
}

static void
print_failure(const struct policy_input *input, const struct cli *cli,
    const struct policy_failure *failure)
{
	size_t line;
	size_t column;

	policy_input_place(failure->file->source, failure->error.offset, &line,
	    &column);
	terminal_print(&cli->out, TERMINAL_WAIT, "  error");
	fputs(" in ", cli->out.file);
	terminal_text(&cli->out, policy_input_id(input, failure->file,
	    failure->error.policy), UINT16_MAX);
	terminal_print(&cli->out, TERMINAL_DIM, " (%.*s:%zu:%zu)",
	    STR_ARG(failure->file->name), line, column);
	fputs(": ", cli->out.file);
	terminal_text(&cli->out, failure->message, UINT16_MAX);
	fputc('\n', cli->out.file);
}

static void
print_text(const struct policy_ask *ask, const struct policy_input *input,
    const struct cli *cli)
{
	bool is_allow = ask->decision == CEDAR_ALLOW;

	terminal_print(&cli->out, is_allow ? TERMINAL_GOOD : TERMINAL_BAD,
	    "%.*s", STR_ARG(policy_ask_word(ask->decision)));
	if (ask->is_denied_by_error && !cli->is_quiet)
		fputs(": a policy could not be evaluated", cli->out.file);
	else if (ask->n_reasons == 0 && !cli->is_quiet)
		fputs(": nothing permits it", cli->out.file);
	fputc('\n', cli->out.file);
	for (size_t i = 0; i < ask->n_reasons && !cli->is_quiet; i++)
		print_reason(input, cli, &ask->reasons[i],
		    ask->is_denied_by_error);
	for (size_t i = 0; i < ask->n_failures && !cli->is_quiet; i++)
		print_failure(input, cli, &ask->failures[i]);
}

static int
run_request(struct cli *cli, struct policy_input *input)
{
	struct policy_ask ask;
	int r = policy_ask_read(&ask, input, cli, false);

	if (r == VERB_OK && input->n_files == 0)
		r = verb_fail(cli, VERB_USAGE,
		    "--policies FILE is missing; see %s --help", cli->name);
	if (r == VERB_OK)
		r = policy_ask_decide(&ask, input, cli,
		    option_has(&cli->options, "deny-on-error"));
	if (r != VERB_OK)
		return r;
	policy_input_print(input, cli);
	if (cli->is_json)
		print_json(&ask, input, cli);
	else
		print_text(&ask, input, cli);
	return ask.decision == CEDAR_ALLOW ? VERB_OK : VERB_NO;
}

/* ------------------------------------------------------------------ */
/* An expression: the condition of a policy, told step by step.	      */

#define HEAD "permit (principal, action, resource) when {\n"

static const struct cedar_step *
find_body(const struct cedar_trace *trace)
{
	for (size_t i = 0; i + 1 < trace->n_steps; i++) {
		if (trace->steps[i].kind == CEDAR_STEP_WHEN)
			return &trace->steps[i + 1];
	}
	return NULL;
}

/* It must stand alone: it is put between braces. */
static int
parse_alone(struct policy_input *input, struct cli *cli, struct str text)
{
	struct diag_list *diags =
	    policy_input_list(input, STR("--expression"), text);
	struct ast_expr *expr;
	int r;

	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = cedar_parser_parse_expr(&expr, input->arena, text, diags);
	if (r < 0)
		return verb_fault(cli, r, "memory");
	return policy_input_stop(input, cli, VERB_USAGE);
}

static int
print_value(struct cli *cli, const struct cedar_step *step)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	int r;

	buf_init(&buf, LIMIT_FILE_BYTES);
	r = cli->is_json
	    ? cedar_value_json(&buf, &step->value)
	    : cedar_literal_print(&buf, &step->value, cli->out.width);
	if (r != 0)
		return verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
	fprintf(cli->out.file, "%.*s\n", STR_ARG(buf_str(&buf)));
	return VERB_OK;
}

static int
print_error(const struct cli *cli, struct policy_input *input,
    const struct cedar_trace *trace, struct str text)
{
	struct diag_list *diags =
	    policy_input_list(input, STR("--expression"), text);

	for (size_t i = 0; i < trace->n_steps && diags != NULL; i++) {
		const struct cedar_step *step = &trace->steps[i];

		if (step->is_cause && step->note.len > 0)
			diag_error(diags, step->offset - strlen(HEAD),
			    step->len, "%.*s", STR_ARG(step->note));
	}
	policy_input_print(input, cli);
	return VERB_NO;
}

/* An expression that looks at a request must have one. */
static int
check_told(struct cli *cli, const struct cedar_trace *trace, struct str text)
{
	for (size_t i = 0; i < trace->n_steps; i++) {
		const struct cedar_step *step = &trace->steps[i];
		struct str word = str_part(text, step->offset - strlen(HEAD),
		    step->offset - strlen(HEAD) + step->len);

		if (step->kind == CEDAR_STEP_VARIABLE &&
		    !str_is_equal(word, STR("context")))
			return verb_fail(cli, VERB_USAGE,
			    "the expression looks at `%.*s`: tell the request "
			    "by a file or by options", STR_ARG(word));
	}
	return VERB_OK;
}

static int
evaluate(struct cli *cli, struct policy_input *input,
    const struct policy_ask *ask, struct str text)
{
	struct cedar_trace trace;
	const struct cedar_step *body;
	int r = cedar_trace_policy(&trace, input->arena, ask->query,
	    input->files[0].policies, 0, ask->resource);

	if (r != 0)
		return verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
	r = ask->is_untold ? check_told(cli, &trace, text) : VERB_OK;
	if (r != VERB_OK)
		return r;
	body = find_body(&trace);
	if (body == NULL || body->outcome != CEDAR_STEP_VALUE)
		return print_error(cli, input, &trace, text);
	return print_value(cli, body);
}

static int
run_expression(struct cli *cli, struct policy_input *input, struct str text)
{
	struct policy_ask ask;
	struct str policy;
	int r = parse_alone(input, cli, text);

	if (r == VERB_OK && option_has(&cli->options, "policies"))
		return verb_fail(cli, VERB_USAGE,
		    "--expression needs no policies");
	policy = arena_format(input->arena, HEAD "%.*s\n};", STR_ARG(text));
	if (r == VERB_OK)
		r = policy.p != NULL ? policy_input_add(input, cli,
		    STR("--expression"), policy)
				     : verb_fault(cli, ENOMEM, "memory");
	if (r != VERB_OK)
		return r;
	r = policy_ask_read(&ask, input, cli, true);
	if (r == VERB_OK)
		r = policy_ask_decide(&ask, input, cli, false);
	return r != VERB_OK ? r : evaluate(cli, input, &ask, text);
}

int
policy_eval_run(struct cli *cli)
{
	CLEANUP(policy_input_fini) struct policy_input input = { 0 };
	const char *expression = option_get(&cli->options, "expression");
	int r = policy_input_init(&input, cli);

	if (r != VERB_OK)
		return r;
	return expression != NULL
	    ? run_expression(cli, &input, str_of(expression))
	    : run_request(cli, &input);
}
