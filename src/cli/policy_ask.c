/* A request put to policies; see policy_ask.h. */
#include "cli/policy_ask.h"

#include <errno.h>

#include "cedar/entities_json.h"
#include "cedar/literal.h"
#include "cedar/request_read.h"
#include "limits.h"
#include "util/fault.h"

struct str
policy_ask_word(enum cedar_decision decision)
{
	return decision == CEDAR_ALLOW ? STR("allow") : STR("deny");
}

int
policy_ask_tree(struct jsontree *tree, struct arena *arena, struct str text,
    struct diag_list *diags)
{
	return policy_input_is_json(text)
	    ? cedar_jsontree_parse(tree, arena, text, diags)
	    : cedar_literal_tree(tree, arena, text, diags);
}

/* ------------------------------------------------------------------ */
/* A file.							      */

/* The file, and what of it is being read. */
struct request_file {
	struct str name;
	struct str text;
	struct jsontree tree;
	struct diag_list *diags;
};

/* What may stand in a request file. */
static const char *const members[] = { "principal", "action", "resource",
	"context", "policies", "entities", "schema", "templateLinks",
	"validateRequest" };

static void
check_members(const struct request_file *file)
{
	const struct jsontree *tree = &file->tree;

	for (size_t i = 0; tree->kind == JSONTREE_OBJECT &&
	    i < tree->object.n; i++) {
		const struct jsontree_member *member = &tree->object.items[i];
		const char *near = NULL;
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_LEN(members); k++) {
			struct str known = str_of(members[k]);

			is_known |= str_is_equal(member->name, known);
			if (option_is_near(member->name, known))
				near = members[k];
		}
		if (is_known)
			continue;
		diag_error(file->diags, member->name_span.at,
		    member->name_span.len, "unknown member `%.*s`",
		    STR_ARG(member->name));
		if (near != NULL)
			diag_help(file->diags, "did you mean `%s`?", near);
	}
}

static struct str
part_name(struct policy_input *input, const struct request_file *file,
    const char *part)
{
	struct str name = arena_format(input->arena, "%.*s (%s)",
	    STR_ARG(file->name), part);

	return name.p != NULL ? name : file->name;
}

/* A part written as a string, or as JSON in place: its text. */
static struct str
text_of(const struct request_file *file, const struct jsontree *part)
{
	if (part->kind == JSONTREE_STRING)
		return part->text;
	return str_part(file->text, part->span.at,
	    (size_t)part->span.at + part->span.len);
}

/*
 * Policies: their text, a set in the JSON policy format, or that set with its
 * static policies as a text.
 */
static int
take_policies(struct policy_input *input, struct cli *cli,
    const struct request_file *file, const struct jsontree *policies)
{
	const struct jsontree *text =
	    cedar_jsontree_get(policies, STR("staticPolicies"));
	const struct jsontree *links =
	    cedar_jsontree_get(policies, STR("templateLinks"));
	int r = VERB_OK;

	if (text == NULL || text->kind != JSONTREE_STRING)
		return policy_input_add(input, cli,
		    part_name(input, file, "policies"),
		    text_of(file, policies));
	if (links != NULL)
		r = policy_input_add_link_tree(input, cli, links, file->diags);
	return r != VERB_OK ? r
			    : policy_input_add(input, cli,
				  part_name(input, file, "policies"),
				  text->text);
}

/* What the file brings besides the request. The schema comes first. */
static int
take_parts(struct policy_input *input, struct cli *cli,
    const struct request_file *file)
{
	const struct jsontree *schema =
	    cedar_jsontree_get(&file->tree, STR("schema"));
	const struct jsontree *links =
	    cedar_jsontree_get(&file->tree, STR("templateLinks"));
	const struct jsontree *policies =
	    cedar_jsontree_get(&file->tree, STR("policies"));
	const struct jsontree *entities =
	    cedar_jsontree_get(&file->tree, STR("entities"));
	int r = VERB_OK;

	if (schema != NULL)
		r = policy_input_add_schema(input, cli,
		    part_name(input, file, "schema"), text_of(file, schema));
	if (r == VERB_OK && links != NULL)
		r = policy_input_add_link_tree(input, cli, links, file->diags);
	if (r == VERB_OK)
		r = policy_input_options(input, cli);
	if (r == VERB_OK && policies != NULL)
		r = take_policies(input, cli, file, policies);
	if (r == VERB_OK && entities != NULL)
		r = policy_input_add_entity_tree(input, cli, entities,
		    file->diags);
	return r;
}

static int
open_file(struct request_file *file, struct policy_input *input,
    struct cli *cli, const char *path)
{
	int r = verb_read(cli, &file->text, path, LIMIT_FILE_BYTES);

	if (r != VERB_OK)
		return r;
	file->name = strcmp(path, "-") == 0 ? STR("standard input")
					    : str_of(path);
	file->diags = policy_input_list(input, file->name, file->text);
	if (file->diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = policy_ask_tree(&file->tree, input->arena, file->text,
	    file->diags);
	if (r < 0)
		return verb_fault(cli, r, "memory");
	if (r == 0)
		check_members(file);
	return policy_input_stop(input, cli, VERB_USAGE);
}

/* ------------------------------------------------------------------ */
/* Options.							      */

static int
take_option(struct cedar_uid *uid, struct policy_input *input, struct cli *cli,
    const char *name)
{
	const char *text = option_get(&cli->options, name);
	struct str where = arena_format(input->arena, "--%s", name);
	struct diag_list *diags;
	int r;

	if (text == NULL)
		return VERB_OK;
	diags = policy_input_list(input, where, str_of(text));
	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = cedar_literal_parse_uid(uid, input->arena, str_of(text), diags);
	return r < 0 ? verb_fault(cli, r, "memory") : VERB_OK;
}

static int
take_context(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli)
{
	const char *path = option_get(&cli->options, "context");
	struct jsontree *tree = ARENA_NEW(input->arena, struct jsontree);
	struct cedar_value context = { 0 };
	struct diag_list *diags;
	struct entities_json reader = { .arena = input->arena,
		.where = STR("context") };
	struct str text;
	int r;

	if (path == NULL)
		return VERB_OK;
	r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);
	if (r != VERB_OK)
		return r;
	diags = policy_input_list(input, str_of(path), text);
	if (diags == NULL || tree == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	reader.diags = diags;
	r = policy_ask_tree(tree, input->arena, text, diags);
	if (r == 0)
		r = input->schema != NULL && !ask->is_unchecked
		    ? cedar_schema_request_context_tree(&context, input->arena,
			  input->schema, ask->request.action, tree, diags)
		    : cedar_entities_json_value(&context, &reader, tree);
	if (r < 0)
		return verb_fault(cli, r, "memory");
	if (r == 0 && context.kind != CEDAR_RECORD)
		diag_error(diags, tree->span.at, tree->span.len,
		    "a context is a record");
	ask->request.context = context.record.items;
	ask->request.n_context = context.record.n;
	return VERB_OK;
}

static int
read_options(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli)
{
	int r = take_option(&ask->request.principal, input, cli, "principal");

	if (r == VERB_OK)
		r = take_option(&ask->request.action, input, cli, "action");
	if (r == VERB_OK)
		r = take_option(&ask->resource, input, cli, "resource");
	if (r == VERB_OK)
		r = policy_input_stop(input, cli, VERB_USAGE);
	if (r == VERB_OK)
		r = take_context(ask, input, cli);
	return r;
}

/* ------------------------------------------------------------------ */

static int
check_request(const struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, struct diag_list *diags)
{
	int r;

	if (input->schema == NULL || ask->is_unchecked || diags->n_errors > 0)
		return VERB_OK;
	r = cedar_schema_request_check(input->schema, &ask->request,
	    ask->resource, diags);
	return r < 0 ? verb_fault(cli, r, "memory") : VERB_OK;
}

int
policy_ask_take(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, const struct jsontree *tree, struct diag_list *diags)
{
	const struct jsontree *is_checked =
	    cedar_jsontree_get(tree, STR("validateRequest"));
	int r;

	if (is_checked != NULL && is_checked->kind == JSONTREE_BOOL &&
	    !is_checked->boolean)
		ask->is_unchecked = true;
	r = cedar_request_read_tree(&ask->request, &ask->resource,
	    input->arena, ask->is_unchecked ? NULL : input->schema, tree,
	    diags);
	if (r < 0)
		return verb_fault(cli, r, "memory");
	return check_request(ask, input, cli, diags);
}

static int
need_request(const struct policy_ask *ask, struct cli *cli)
{
	static const char *const names[] = { "principal", "action",
		"resource" };
	const struct cedar_uid *uids[] = { &ask->request.principal,
		&ask->request.action, &ask->resource };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (uids[i]->type.p == NULL)
			return verb_fail(cli, VERB_USAGE, "--%s ENTITY is "
			    "missing, or a file with the request; see %s "
			    "--help", names[i], cli->name);
	}
	return VERB_OK;
}

/* The request, now that all that it stands on is there. */
static int
read_request(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, const struct request_file *file)
{
	struct diag_list *diags = file->diags;
	int r;

	if (file->tree.kind == JSONTREE_OBJECT &&
	    file->diags->n_errors == 0)
		return policy_ask_take(ask, input, cli, &file->tree,
		    file->diags);
	r = read_options(ask, input, cli);
	if (r == VERB_OK && !ask->is_untold)
		r = need_request(ask, cli);
	return r != VERB_OK ? r : check_request(ask, input, cli, diags);
}

/* A request that is about nothing. */
static void
untold(struct policy_ask *ask)
{
	const struct cedar_uid nobody = { STR("Nobody"), STR("") };

	ask->request.principal = nobody;
	ask->request.action = nobody;
	ask->resource = nobody;
	ask->is_untold = true;
	ask->is_unchecked = true;
}

int
policy_ask_read(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, bool may_be_untold)
{
	struct request_file file = { .tree = { .kind = JSONTREE_NULL } };
	bool is_told = option_has(&cli->options, "principal") ||
	    option_has(&cli->options, "action") ||
	    option_has(&cli->options, "resource");
	int r = VERB_OK;

	*ask = (struct policy_ask){
		.is_unchecked = option_has(&cli->options, "unchecked") };
	if (cli->options.n_operands > 0 &&
	    (is_told || option_has(&cli->options, "context")))
		return verb_fail(cli, VERB_USAGE,
		    "the request is in %s and in options: one or the other",
		    cli->options.operands[0]);
	if (may_be_untold && cli->options.n_operands == 0 && !is_told)
		untold(ask);
	if (cli->options.n_operands > 0)
		r = open_file(&file, input, cli, cli->options.operands[0]);
	else
		file.diags = policy_input_list(input, STR("request"),
		    (struct str){ 0 });
	if (r == VERB_OK && file.diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (r == VERB_OK)
		r = take_parts(input, cli, &file);
	if (r == VERB_OK)
		r = policy_input_check_ids(input, cli);
	if (r == VERB_OK)
		r = policy_input_finish(input, cli);
	if (r == VERB_OK)
		r = policy_input_stop(input, cli, VERB_USAGE);
	if (r == VERB_OK)
		r = read_request(ask, input, cli, &file);
	if (r == VERB_OK)
		r = policy_input_stop(input, cli, VERB_USAGE);
	return r;
}

/* ------------------------------------------------------------------ */
/* Deciding.							      */

/* One file's answer as it counts in the whole. */
struct answered {
	const struct policy_file *file;
	struct cedar_answer answer;
};

static bool
gather(struct policy_ask *ask, struct arena *arena,
    const struct answered *answers, size_t n, bool are_forbids)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += answers[i].answer.n_reasons;
	ask->reasons = ARENA_ARRAY(arena, size, struct policy_reason);
	for (size_t i = 0; i < n && ask->reasons != NULL; i++) {
		const struct cedar_answer *answer = &answers[i].answer;

		if ((answer->decision == CEDAR_DENY) != are_forbids)
			continue;
		for (size_t k = 0; k < answer->n_reasons; k++)
			ask->reasons[ask->n_reasons++] =
			    (struct policy_reason){ answers[i].file,
				    answer->reasons[k] };
	}
	return ask->reasons != NULL;
}

static bool
gather_failures(struct policy_ask *ask, struct arena *arena,
    const struct answered *answers, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += answers[i].answer.n_errors;
	ask->failures = ARENA_ARRAY(arena, size, struct policy_failure);
	for (size_t i = 0; i < n && ask->failures != NULL; i++) {
		const struct cedar_answer *answer = &answers[i].answer;

		for (size_t k = 0; k < answer->n_errors; k++)
			ask->failures[ask->n_failures++] =
			    (struct policy_failure){ answers[i].file,
				    answer->errors[k],
				    cedar_query_explain(ask->query,
					&answer->errors[k], arena) };
	}
	return ask->failures != NULL;
}

/* Any forbid denies; else any permit allows. */
static bool
conclude(struct policy_ask *ask, struct arena *arena,
    const struct answered *answers, size_t n, bool denies_on_error)
{
	bool is_forbidden = false;
	bool is_permitted = false;

	for (size_t i = 0; i < n; i++) {
		bool has_reason = answers[i].answer.n_reasons > 0;
		bool is_deny = answers[i].answer.decision == CEDAR_DENY;

		is_forbidden |= has_reason && is_deny;
		is_permitted |= has_reason && !is_deny;
	}
	if (!gather(ask, arena, answers, n, is_forbidden) ||
	    !gather_failures(ask, arena, answers, n))
		return false;
	ask->decision = is_permitted && !is_forbidden ? CEDAR_ALLOW
						      : CEDAR_DENY;
	if (ask->decision == CEDAR_ALLOW && denies_on_error &&
	    ask->n_failures > 0) {
		ask->decision = CEDAR_DENY;
		ask->is_denied_by_error = true;
	}
	return true;
}

static int
refuse(struct cli *cli, int r)
{
	return r < 0 ? verb_fault(cli, r, "memory")
		     : verb_fail(cli, VERB_CANNOT,
			   "deciding needs more memory than the limit");
}

int
policy_ask_decide(struct policy_ask *ask, struct policy_input *input,
    struct cli *cli, bool denies_on_error)
{
	struct answered *answers = ARENA_ARRAY(input->arena, input->n_files,
	    struct answered);
	struct diag_list *diags =
	    policy_input_list(input, STR("request"), (struct str){ 0 });
	int r;

	if (answers == NULL || diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	ask->request.entities = input->entities;
	r = cedar_query_new(&ask->query, input->arena, &ask->request, diags);
	if (r > 0 && diags->n_errors > 0)
		return policy_input_stop(input, cli, VERB_USAGE);
	for (size_t i = 0; i < input->n_files && r == 0; i++) {
		answers[i].file = &input->files[i];
		r = cedar_query_decide(&answers[i].answer, ask->query,
		    input->files[i].policies, ask->resource);
	}
	if (r != 0)
		return refuse(cli, r);
	return conclude(ask, input->arena, answers, input->n_files,
	    denies_on_error) ? VERB_OK : refuse(cli, -ENOMEM);
}
