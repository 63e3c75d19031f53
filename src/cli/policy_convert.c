/* stile policy convert: text into JSON, JSON into text. */
#include <errno.h>

#include "cedar/entities_json.h"
#include "cedar/literal.h"
#include "cli/policy.h"
#include "cli/policy_ask.h"
#include "cli/policy_json.h"
#include "cli/policy_write.h"
#include "limits.h"

#define INDENT 2

enum kind { POLICIES, SCHEMA, ENTITIES, REQUEST, CONTEXT, N_KINDS };

static const char *const kind_names[] = { "policies", "schema", "entities",
	"request", "context" };

struct conversion {
	struct policy_input input;
	struct cli *cli;
	struct str name;
	struct str text;
	bool is_json; /* the text is */
	bool to_json;
	enum kind kind;
	struct buf buf; /* what it became */
};

/* ------------------------------------------------------------------ */
/* What is it?							      */

static bool
has_member(const struct jsontree *tree, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (cedar_jsontree_get(tree, str_of(names[i])) != NULL)
			return true;
	}
	return false;
}

/* An object of JSON, or a record of Cedar: by its members. */
static enum kind
kind_of_tree(const struct jsontree *tree, bool is_json)
{
	static const char *const of_policies[] = { "effect", "staticPolicies",
		"templates", "templateLinks" };
	static const char *const of_requests[] = { "principal", "resource" };

	if (tree->kind == JSONTREE_ARRAY)
		return ENTITIES;
	if (is_json && has_member(tree, of_policies, ARRAY_LEN(of_policies)))
		return POLICIES;
	if (has_member(tree, of_requests, ARRAY_LEN(of_requests)))
		return REQUEST;
	return is_json ? SCHEMA : CONTEXT;
}

/* Text that is no value: by the word it begins with. */
static enum kind
kind_of_text(struct str text)
{
	static const char *const words[] = { "namespace", "entity", "action",
		"type" };
	struct str rest = text;
	struct str line;

	while (str_split(&line, &rest, '\n')) {
		line = str_trim(line);
		if (line.len == 0 || str_has_prefix(line, STR("//")) ||
		    line.p[0] == '@')
			continue;
		for (size_t i = 0; i < ARRAY_LEN(words); i++) {
			if (str_has_prefix(line, str_of(words[i])))
				return SCHEMA;
		}
		break;
	}
	return POLICIES;
}

static int
find_kind(struct conversion *conversion)
{
	const char *named = option_get(&conversion->cli->options, "kind");
	struct str text = str_trim(conversion->text);
	bool is_value = text.len > 0 && (text.p[0] == '[' || text.p[0] == '{');
	struct jsontree tree;
	struct diag_list *diags;
	int r;

	conversion->is_json = policy_input_is_json(conversion->text);
	for (size_t i = 0; named != NULL && i < N_KINDS; i++) {
		if (strcmp(named, kind_names[i]) == 0)
			conversion->kind = (enum kind)i;
	}
	if (named != NULL)
		return VERB_OK;
	if (!is_value) {
		conversion->kind = kind_of_text(conversion->text);
		return VERB_OK;
	}
	diags = policy_input_list(&conversion->input, conversion->name,
	    conversion->text);
	if (diags == NULL)
		return verb_fault(conversion->cli, ENOMEM, "memory");
	r = policy_ask_tree(&tree, conversion->input.arena, conversion->text,
	    diags);
	if (r < 0)
		return verb_fault(conversion->cli, r, "memory");
	if (r == 0)
		conversion->kind = kind_of_tree(&tree, conversion->is_json);
	return policy_input_stop(&conversion->input, conversion->cli,
	    VERB_USAGE);
}

/* ------------------------------------------------------------------ */
/* Policies.							      */

/* The links of a set, which its text cannot say, into a file of their own. */
static int
write_links(const struct conversion *conversion,
    const struct cedar_policies *policies)
{
	CLEANUP(buf_fini) struct buf compact = { 0 };
	CLEANUP(buf_fini) struct buf pretty = { 0 };
	struct cli *cli = conversion->cli;
	const char *path = option_get(&cli->options, "links");
	size_t n;
	struct cedar_link *links =
	    policy_write_links(&n, conversion->input.arena, policies);
	struct json json;

	if (links == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (n == 0)
		return VERB_OK;
	if (path == NULL)
		return verb_fail(cli, VERB_USAGE,
		    "the text of policies cannot say the %zu link%s: name a "
		    "file for %s with --links", n, n == 1 ? "" : "s",
		    n == 1 ? "it" : "them");
	buf_init(&compact, LIMIT_FILE_BYTES);
	buf_init(&pretty, (size_t)LIMIT_FILE_BYTES * 4);
	json_init(&json, &compact);
	policy_write_links_json(&json, links, n);
	policy_json_pretty(&pretty, buf_str(&compact), INDENT);
	if (buf_finish(&compact) != 0 || buf_finish(&pretty) != 0)
		return verb_fault(cli, ENOMEM, "memory");
	return verb_write(cli, path, buf_str(&pretty));
}

static int
convert_policies(struct conversion *conversion)
{
	struct cli *cli = conversion->cli;
	const struct policy_file *file;
	const char *links = option_get(&cli->options, "links");
	struct str text;
	int r = VERB_OK;

	if (links != NULL && conversion->to_json) {
		r = verb_read(cli, &text, links, LIMIT_FILE_BYTES);
		if (r == VERB_OK)
			r = policy_input_add_links(&conversion->input, cli,
			    str_of(links), text);
	}
	if (r == VERB_OK)
		r = policy_input_add(&conversion->input, cli, conversion->name,
		    conversion->text);
	if (r == VERB_OK)
		r = policy_input_check_ids(&conversion->input, cli);
	if (r == VERB_OK)
		r = policy_input_stop(&conversion->input, cli, VERB_USAGE);
	if (r != VERB_OK)
		return r;
	file = &conversion->input.files[0];
	if (!conversion->to_json) {
		r = write_links(conversion, file->policies);
		if (r != VERB_OK)
			return r;
		r = policy_write_text(&conversion->buf, file->policies);
	} else {
		r = cedar_policies_to_json(file->policies, &conversion->buf);
	}
	return r == 0 ? VERB_OK
		      : verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
}

/* ------------------------------------------------------------------ */
/* Schemas, entities, requests.					      */

static int
convert_schema(struct conversion *conversion)
{
	struct policy_input *input = &conversion->input;
	struct cli *cli = conversion->cli;
	enum cedar_schema_form form = !conversion->to_json ? CEDAR_SCHEMA_TEXT
	    : option_has(&cli->options, "resolved")
	    ? CEDAR_SCHEMA_JSON_RESOLVED
	    : CEDAR_SCHEMA_JSON;
	struct diag_list *diags;
	struct str out;
	int r = policy_input_add_schema(input, cli, conversion->name,
	    conversion->text);

	if (r == VERB_OK)
		r = policy_input_stop(input, cli, VERB_USAGE);
	if (r != VERB_OK)
		return r;
	diags = policy_input_list(input, conversion->name, (struct str){ 0 });
	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = cedar_schema_write(&out, input->schema, form, input->arena, diags);
	if (r < 0 || (r > 0 && diags->n_errors == 0))
		return verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
	if (r == 0)
		buf_add_str(&conversion->buf, str_trim(out));
	return policy_input_stop(input, cli, VERB_USAGE);
}

static int
convert_entities(struct conversion *conversion)
{
	struct policy_input *input = &conversion->input;
	struct cli *cli = conversion->cli;
	int r = policy_input_add_entities(input, cli, conversion->name,
	    conversion->text);

	if (r == VERB_OK)
		r = policy_input_stop(input, cli, VERB_USAGE);
	if (r != VERB_OK)
		return r;
	r = cedar_entities_write(&conversion->buf, input->entities,
	    conversion->to_json ? CEDAR_FORM_JSON : CEDAR_FORM_TEXT);
	return r == 0 ? VERB_OK
		      : verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
}

static int
convert_request(struct conversion *conversion)
{
	struct policy_input *input = &conversion->input;
	struct cli *cli = conversion->cli;
	struct diag_list *diags = policy_input_list(input, conversion->name,
	    conversion->text);
	struct cedar_request request = { 0 };
	struct cedar_uid resource;
	int r;

	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = cedar_request_read(&request, &resource, input->arena,
	    input->schema, conversion->is_json ? CEDAR_FORM_JSON
					       : CEDAR_FORM_TEXT,
	    conversion->text, diags);
	if (r > 0)
		return policy_input_stop(input, cli, VERB_USAGE);
	if (r == 0)
		r = cedar_request_write(&conversion->buf, &request, resource,
		    conversion->to_json ? CEDAR_FORM_JSON : CEDAR_FORM_TEXT);
	return r == 0 ? VERB_OK
		      : verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
}

static int
convert_context(struct conversion *conversion)
{
	struct policy_input *input = &conversion->input;
	struct cli *cli = conversion->cli;
	struct diag_list *diags = policy_input_list(input, conversion->name,
	    conversion->text);
	struct cedar_value value;
	int r;

	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = conversion->is_json
	    ? cedar_entities_json_context(&value, input->arena,
		  conversion->text, diags)
	    : cedar_literal_parse(&value, input->arena, conversion->text,
		  diags);
	if (r > 0)
		return policy_input_stop(input, cli, VERB_USAGE);
	if (r == 0)
		r = conversion->to_json
		    ? cedar_value_json(&conversion->buf, &value)
		    : cedar_literal_print(&conversion->buf, &value, 80);
	return r == 0 ? VERB_OK
		      : verb_fault(cli, r < 0 ? r : -ENOMEM, "memory");
}

/* ------------------------------------------------------------------ */

static int
write_out(struct conversion *conversion)
{
	CLEANUP(buf_fini) struct buf pretty = { 0 };
	struct cli *cli = conversion->cli;
	const char *path = option_get(&cli->options, "output");
	struct buf *buf = &conversion->buf;

	buf_init(&pretty, (size_t)LIMIT_FILE_BYTES * 8);
	if (conversion->to_json && !option_has(&cli->options, "compact"))
		policy_json_pretty(&pretty, buf_str(buf), INDENT);
	else
		buf_add_str(&pretty, buf_str(buf));
	if (pretty.len > 0 && pretty.bytes[pretty.len - 1] != '\n')
		buf_add_char(&pretty, '\n');
	if (buf_finish(&pretty) != 0)
		return verb_fault(cli, ENOMEM, "memory");
	return verb_write(cli, path != NULL ? path : "-", buf_str(&pretty));
}

static void
conversion_fini(struct conversion *conversion)
{
	policy_input_fini(&conversion->input);
	buf_fini(&conversion->buf);
}

/* What reads the text: its schema, for what is written by types. */
static int
prepare(struct conversion *conversion)
{
	struct cli *cli = conversion->cli;
	const char *path = cli->options.operands[0];
	const char *schema = option_get(&cli->options, "schema");
	const char *to = option_get(&cli->options, "to");
	struct str text;
	int r = policy_input_init(&conversion->input, cli);

	if (r == VERB_OK)
		r = verb_read(cli, &conversion->text, path, LIMIT_FILE_BYTES);
	conversion->name = strcmp(path, "-") == 0 ? STR("standard input")
						  : str_of(path);
	if (r == VERB_OK && schema != NULL)
		r = verb_read(cli, &text, schema, LIMIT_FILE_BYTES);
	if (r == VERB_OK && schema != NULL)
		r = policy_input_add_schema(&conversion->input, cli,
		    str_of(schema), text);
	if (r == VERB_OK)
		r = find_kind(conversion);
	conversion->to_json = to != NULL ? strcmp(to, "json") == 0
					 : !conversion->is_json;
	return r;
}

int
policy_convert_run(struct cli *cli)
{
	static int (*const converters[])(struct conversion *) = {
		[POLICIES] = convert_policies, [SCHEMA] = convert_schema,
		[ENTITIES] = convert_entities, [REQUEST] = convert_request,
		[CONTEXT] = convert_context };
	CLEANUP(conversion_fini) struct conversion conversion = { .cli = cli };
	int r;

	buf_init(&conversion.buf, (size_t)LIMIT_FILE_BYTES * 4);
	r = prepare(&conversion);
	if (r == VERB_OK)
		r = converters[conversion.kind](&conversion);
	return r == VERB_OK ? write_out(&conversion) : r;
}
