/* What the actions of `stile policy` read; see policy_input.h. */
#include "cli/policy_input.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cedar/entities_json.h"
#include "cedar/policies.h"
#include "cedar/request_read.h"
#include "cli/excerpt.h"
#include "cli/policy_json.h"
#include "cli/policy_write.h"
#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

int
policy_input_init(struct policy_input *input, struct cli *cli)
{
	int r;

	*input = (struct policy_input){ .arena = &cli->arena };
	r = cedar_names_new(&input->names);
	return r < 0 ? verb_fault(cli, r, "memory") : VERB_OK;
}

void
policy_input_fini(struct policy_input *input)
{
	for (size_t i = 0; i < input->n_files; i++)
		cedar_policies_free(input->files[i].policies);
	cedar_schema_free(input->schema);
	cedar_entities_free(input->entities);
	cedar_names_free(input->names);
}

/* Room for one more in a growing array of the arena. */
static void *
grow(struct arena *arena, void *items, size_t n, size_t *size, size_t item)
{
	size_t bigger = MAX(*size * 2, (size_t)8);
	void *more;

	if (n < *size)
		return items;
	more = arena_array(arena, bigger, item);
	if (more != NULL && n > 0)
		memcpy(more, items, n * item);
	if (more != NULL)
		*size = bigger;
	return more;
}

struct diag_list *
policy_input_list(struct policy_input *input, struct str where,
    struct str source)
{
	struct diag_list *list = ARENA_NEW(input->arena, struct diag_list);
	struct diag_list **messages = grow(input->arena, input->messages,
	    input->n_messages, &input->size_messages, sizeof(*messages));

	if (list == NULL || messages == NULL)
		return NULL;
	diag_init(list, input->arena, where, source);
	input->messages = messages;
	input->messages[input->n_messages++] = list;
	return list;
}

size_t
policy_input_count(const struct policy_input *input, bool are_warnings)
{
	size_t n = 0;

	for (size_t i = 0; i < input->n_messages; i++) {
		const struct diag_list *list = input->messages[i];

		n += are_warnings
		    ? list->n_items + list->n_dropped - list->n_errors
		    : list->n_errors;
	}
	return n;
}

bool
policy_input_is_json(struct str text)
{
	text = str_trim(text);
	if (text.len == 0 || (text.p[0] != '{' && text.p[0] != '['))
		return false;
	/* A record or set of Cedar is told by what comes first in it. */
	for (size_t i = 1; i < text.len; i++) {
		char c = text.p[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
		    c == '[' || c == '{')
			continue;
		return c == '"' || c == '}' || c == ']';
	}
	return true;
}

/* What a library call came to: a message is nothing to stop for. */
static int
settle(struct cli *cli, int r, const struct diag_list *diags)
{
	if (r < 0)
		return verb_fault(cli, r, "memory");
	if (r > 0 && diags->n_errors == 0)
		return verb_fail(cli, VERB_CANNOT,
		    "%.*s: more memory is needed than the limit",
		    STR_ARG(diags->where));
	return VERB_OK;
}

/* ------------------------------------------------------------------ */
/* Policies.							      */

/* The links to the templates of these policies. */
static size_t
choose_links(struct cedar_link *chosen, const struct policy_input *input,
    const struct cedar_policies *policies)
{
	const struct ast_set *set = cedar_policies_ast(policies);
	size_t n = 0;

	for (size_t i = 0; i < input->n_links; i++) {
		for (size_t k = 0; k < set->n_policies; k++) {
			if (set->policies[k].is_template &&
			    str_is_equal(set->policies[k].id,
				input->links[i].template_id)) {
				chosen[n++] = input->links[i];
				break;
			}
		}
	}
	return n;
}

static int
parse_text(struct policy_input *input, struct policy_file *file,
    struct diag_list *diags)
{
	struct cedar_link *links;
	size_t n_links;
	int r = cedar_policies_parse(&file->policies, input->names, file->text,
	    NULL, 0, CEDAR_ID_ANNOTATION, diags);

	if (r != 0 || input->n_links == 0 ||
	    cedar_policies_count_templates(file->policies) == 0)
		return r;
	links = ARENA_ARRAY(input->arena, input->n_links, struct cedar_link);
	if (links == NULL)
		return FAULT(ENOMEM);
	n_links = choose_links(links, input, file->policies);
	if (n_links == 0)
		return 0;
	cedar_policies_free(TAKE(file->policies));
	return cedar_policies_parse(&file->policies, input->names, file->text,
	    links, n_links, CEDAR_ID_ANNOTATION, diags);
}

/*
 * JSON has no lines to show people: from here on the set is the text that says
 * the same, where a text can.
 */
static int
lay_out(struct policy_input *input, struct policy_file *file)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct cedar_link *links;
	struct diag_list diags;
	struct str text;
	size_t n;
	int r;

	if (policy_write_has_other_id(file->policies))
		return 0;
	buf_init(&buf, LIMIT_CEDAR_TEXT);
	r = policy_write_text(&buf, file->policies);
	links = policy_write_links(&n, input->arena, file->policies);
	text = arena_str(input->arena, buf_str(&buf));
	if (r < 0 || links == NULL || text.p == NULL)
		return r < 0 ? r : FAULT(ENOMEM);
	diag_init(&diags, input->arena, file->name, text);
	if (r == 0)
		r = cedar_policies_parse(&policies, input->names, text, links,
		    n, CEDAR_ID_ANNOTATION, &diags);
	if (r != 0)
		return r < 0 ? r : 0;
	cedar_policies_free(file->policies);
	file->policies = TAKE(policies);
	text = arena_format(input->arena, "%.*s (as text)",
	    STR_ARG(file->name));
	if (text.p == NULL)
		return FAULT(ENOMEM);
	file->name = text;
	return 0;
}

int
policy_input_add(struct policy_input *input, struct cli *cli, struct str name,
    struct str text)
{
	struct policy_file *files = grow(input->arena, input->files,
	    input->n_files, &input->size_files, sizeof(*files));
	struct diag_list *diags = policy_input_list(input, name, text);
	struct policy_file *file;
	int r;

	if (files == NULL || diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	input->files = files;
	file = &input->files[input->n_files++];
	*file = (struct policy_file){ .name = name, .text = text,
		.is_json = policy_input_is_json(text) };
	r = file->is_json
	    ? cedar_policies_from_json(&file->policies, input->names, text,
		  diags)
	    : parse_text(input, file, diags);
	if (r == 0 && file->is_json)
		r = lay_out(input, file);
	if (r != 0)
		return settle(cli, r, diags);
	file->source = cedar_policies_ast(file->policies)->source;
	return VERB_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
read_file(struct policy_input *input, struct cli *cli, const char *path)
{
	struct str name = strcmp(path, "-") == 0 ? STR("standard input")
						 : str_of(path);
	struct str text;
	int r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);

	return r != VERB_OK ? r : policy_input_add(input, cli, name, text);
}

static int
read_names(struct policy_input *input, struct cli *cli, const char *path,
    const char **names, size_t n)
{
	if (n == 0)
		return verb_fail(cli, VERB_USAGE, "%s: no *.cedar in it", path);
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++) {
		int r = read_file(input, cli, names[i]);

		if (r != VERB_OK)
			return r;
	}
	return VERB_OK;
}

static int
read_folder(struct policy_input *input, struct cli *cli, const char *path)
{
	DIR *dir = opendir(path);
	const char **names = NULL;
	struct dirent *entry;
	size_t n = 0;
	size_t size = 0;
	int r = VERB_OK;

	if (dir == NULL)
		return verb_fault(cli, errno, path);
	while (r == VERB_OK && (entry = readdir(dir)) != NULL) {
		if (!str_has_suffix(str_of(entry->d_name), STR(".cedar")))
			continue;
		names = grow(input->arena, names, n, &size, sizeof(*names));
		if (names == NULL) {
			r = verb_fault(cli, ENOMEM, "memory");
			break;
		}
		names[n] = arena_format(input->arena, "%s/%s", path,
		    entry->d_name).p;
		if (names[n++] == NULL)
			r = verb_fault(cli, ENOMEM, "memory");
	}
	closedir(dir);
	return r != VERB_OK ? r : read_names(input, cli, path, names, n);
}

int
policy_input_read(struct policy_input *input, struct cli *cli, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return read_folder(input, cli, path);
	return read_file(input, cli, path);
}

/* Whether an id was given by place alone. */
static bool
is_counted(const struct policy_file *file, size_t number)
{
	return !file->is_json && cedar_policies_annotation(file->policies,
	    number, STR("id")).p == NULL &&
	    !cedar_policies_get(file->policies, number).is_link;
}

/* Where a policy says its id; else its first line. */
static struct ast_span
id_span(const struct policy_file *file, size_t number)
{
	const struct ast_policy *ast = file->policies->rules[number].ast;

	for (size_t i = 0; i < ast->n_annotations; i++) {
		if (str_is_equal(ast->annotations[i].name, STR("id")))
			return ast->annotation_spans[i];
	}
	return (struct ast_span){ ast->span.at, 1 };
}

static int
check_file_ids(struct policy_input *input, struct cli *cli, struct map *ids,
    struct policy_file *file)
{
	size_t n = cedar_policies_count(file->policies);
	struct diag_list *diags =
	    policy_input_list(input, file->name, file->source);

	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	for (size_t i = 0; i < n; i++) {
		struct cedar_policy policy =
		    cedar_policies_get(file->policies, i);
		const struct policy_file *other = map_find(ids, policy.id);

		if (is_counted(file, i))
			continue;
		if (other != NULL && other != file) {
			struct ast_span span = id_span(file, i);

			diag_error(diags, span.at, span.len,
			    "duplicate policy id `%.*s`, which is in %.*s too",
			    STR_ARG(policy.id), STR_ARG(other->name));
			diag_help(diags, "give one of the two another @id");
		}
		if (other == NULL && map_put(ids, policy.id, file) < 0)
			return verb_fault(cli, ENOMEM, "memory");
	}
	return VERB_OK;
}

static int
check_links(struct policy_input *input, struct cli *cli)
{
	for (size_t i = 0; i < input->n_links; i++) {
		bool is_found = false;
		size_t number;
		struct diag_list *diags;

		for (size_t k = 0; k < input->n_files; k++)
			is_found |= input->files[k].policies == NULL ||
			    cedar_policies_find(input->files[k].policies,
				input->links[i].id, &number);
		if (is_found)
			continue;
		diags = policy_input_list(input, STR("links"), STR(""));
		if (diags == NULL)
			return verb_fault(cli, ENOMEM, "memory");
		diag_error_at(diags, STR("links"),
		    "there is no template `%.*s` for the link `%.*s`",
		    STR_ARG(input->links[i].template_id),
		    STR_ARG(input->links[i].id));
		diag_help(diags, "a template is a policy with ?principal or "
		    "?resource in its scope, in a file of Cedar syntax");
	}
	return VERB_OK;
}

int
policy_input_check_ids(struct policy_input *input, struct cli *cli)
{
	struct map ids;
	int r = VERB_OK;

	map_init(&ids, input->arena, (uint64_t)(uintptr_t)input);
	for (size_t i = 0; i < input->n_files && r == VERB_OK; i++) {
		if (input->files[i].policies != NULL && input->n_files > 1)
			r = check_file_ids(input, cli, &ids, &input->files[i]);
	}
	return r != VERB_OK ? r : check_links(input, cli);
}

struct str
policy_input_id(const struct policy_input *input,
    const struct policy_file *file, size_t number)
{
	struct str id = cedar_policies_get(file->policies, number).id;
	struct str full;

	if (input->n_files == 1 || !is_counted(file, number))
		return id;
	full = arena_format(input->arena, "%.*s:%.*s", STR_ARG(file->name),
	    STR_ARG(id));
	return full.p != NULL ? full : id;
}

/* ------------------------------------------------------------------ */
/* Schema, entities, links.					      */

int
policy_input_add_schema(struct policy_input *input, struct cli *cli,
    struct str name, struct str text)
{
	struct diag_list *diags = policy_input_list(input, name, text);
	int r;

	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (input->schema != NULL) {
		diag_error_at(diags, name, "a second schema");
		return VERB_OK;
	}
	r = policy_input_is_json(text)
	    ? cedar_schema_json_parse(&input->schema, text, diags)
	    : cedar_schema_parse(&input->schema, text, diags);
	return settle(cli, r, diags);
}

static int
need_entities(struct policy_input *input, struct cli *cli)
{
	int r = input->entities != NULL
	    ? 0 : cedar_entities_new(&input->entities, input->names);

	return r < 0 ? verb_fault(cli, r, "memory") : VERB_OK;
}

int
policy_input_add_entities(struct policy_input *input, struct cli *cli,
    struct str name, struct str text)
{
	struct diag_list *diags = policy_input_list(input, name, text);
	int r = need_entities(input, cli);

	if (r != VERB_OK)
		return r;
	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (!policy_input_is_json(text))
		r = cedar_entities_text_add(input->entities, input->schema,
		    text, diags);
	else if (input->schema != NULL)
		r = cedar_schema_entities_json_add(input->entities,
		    input->schema, text, diags);
	else
		r = cedar_entities_json_add(input->entities, text, diags);
	return settle(cli, r, diags);
}

int
policy_input_add_entity_tree(struct policy_input *input, struct cli *cli,
    const struct jsontree *tree, struct diag_list *diags)
{
	int r = need_entities(input, cli);

	if (r != VERB_OK)
		return r;
	if (tree->kind != JSONTREE_ARRAY) {
		diag_error(diags, tree->span.at, tree->span.len,
		    "entities are an array");
		return VERB_OK;
	}
	r = input->schema != NULL
	    ? cedar_schema_entities_add_tree(input->entities, input->schema,
		  tree, diags)
	    : cedar_entities_json_add_tree(input->entities, tree, diags);
	return settle(cli, r, diags);
}

/* A string under one of two names: ours is that of the JSON policy format. */
static struct str
member(const struct jsontree *tree, const char *name, const char *other)
{
	const struct jsontree *found = cedar_jsontree_get(tree, str_of(name));

	if (found == NULL)
		found = cedar_jsontree_get(tree, str_of(other));
	return found != NULL && found->kind == JSONTREE_STRING
	    ? found->text : (struct str){ 0 };
}

static int
read_link(struct policy_input *input, struct cedar_link *link,
    const struct jsontree *tree, struct diag_list *diags)
{
	const struct jsontree *values = cedar_jsontree_get(tree, STR("values"));
	int r = 0;

	if (values == NULL)
		values = cedar_jsontree_get(tree, STR("args"));
	*link = (struct cedar_link){
		.template_id = member(tree, "templateId", "template_id"),
		.id = member(tree, "newId", "link_id") };
	if (link->template_id.p == NULL || link->id.p == NULL ||
	    values == NULL || values->kind != JSONTREE_OBJECT) {
		diag_error(diags, tree->span.at, tree->span.len,
		    "a link is an object of templateId, newId and values");
		diag_help(diags, "{\"templateId\": \"t\", \"newId\": \"l\", "
		    "\"values\": {\"?principal\": {\"type\": \"User\", "
		    "\"id\": \"ann\"}}}");
		return CEDAR_E_INPUT;
	}
	for (size_t i = 0; i < values->object.n && r == 0; i++) {
		const struct jsontree_member *one = &values->object.items[i];
		bool is_principal =
		    str_is_equal(one->name, STR("?principal"));

		if (is_principal || str_is_equal(one->name, STR("?resource"))) {
			r = cedar_request_read_uid(is_principal
				? &link->principal : &link->resource,
			    input->arena, &one->value, one->name, diags);
			continue;
		}
		diag_error(diags, one->name_span.at, one->name_span.len,
		    "there is no slot `%.*s`", STR_ARG(one->name));
		diag_help(diags, "slots are ?principal and ?resource");
		r = CEDAR_E_INPUT;
	}
	return r;
}

int
policy_input_add_link_tree(struct policy_input *input, struct cli *cli,
    const struct jsontree *tree, struct diag_list *diags)
{
	size_t n = tree->kind == JSONTREE_ARRAY ? tree->array.n : 0;
	struct cedar_link *links = ARENA_ARRAY(input->arena,
	    input->n_links + n, struct cedar_link);

	if (links == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (tree->kind != JSONTREE_ARRAY)
		diag_error(diags, tree->span.at, tree->span.len,
		    "links are an array");
	if (input->n_links > 0)
		memcpy(links, input->links, input->n_links * sizeof(*links));
	input->links = links;
	for (size_t i = 0; i < n; i++) {
		int r = read_link(input, &links[input->n_links],
		    &tree->array.items[i], diags);

		if (r < 0)
			return verb_fault(cli, r, "memory");
		input->n_links += r == 0;
	}
	return VERB_OK;
}

int
policy_input_add_links(struct policy_input *input, struct cli *cli,
    struct str name, struct str text)
{
	struct jsontree *tree = ARENA_NEW(input->arena, struct jsontree);
	struct diag_list *diags = policy_input_list(input, name, text);
	int r;

	if (tree == NULL || diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = cedar_jsontree_parse(tree, input->arena, text, diags);
	return r != 0 ? settle(cli, r, diags)
		      : policy_input_add_link_tree(input, cli, tree, diags);
}

int
policy_input_finish(struct policy_input *input, struct cli *cli)
{
	struct diag_list *diags =
	    policy_input_list(input, STR("entities"), (struct str){ 0 });
	int r = need_entities(input, cli);

	if (r != VERB_OK)
		return r;
	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (policy_input_count(input, false) > 0)
		return VERB_OK;
	if (input->schema != NULL)
		r = cedar_schema_entities_add_actions(input->entities,
		    input->schema, diags);
	if (r == 0)
		r = cedar_entities_finish(input->entities, diags);
	return settle(cli, r, diags);
}

/* ------------------------------------------------------------------ */
/* Options.							      */

typedef int add_fn(struct policy_input *input, struct cli *cli,
    struct str name, struct str text);

static bool
takes(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->options.n_specs; i++) {
		if (strcmp(cli->options.specs[i].name, name) == 0)
			return true;
	}
	return false;
}

static int
add_option(struct policy_input *input, struct cli *cli, const char *name,
    add_fn *add)
{
	const char *path;
	size_t at = 0;

	if (!takes(cli, name))
		return VERB_OK;
	while ((path = option_next(&cli->options, name, &at)) != NULL) {
		struct str text;
		int r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);

		if (r == VERB_OK)
			r = add(input, cli, str_of(path), text);
		if (r != VERB_OK)
			return r;
	}
	return VERB_OK;
}

int
policy_input_options(struct policy_input *input, struct cli *cli)
{
	const char *path;
	size_t at = 0;
	int r = add_option(input, cli, "schema", policy_input_add_schema);

	if (r == VERB_OK)
		r = add_option(input, cli, "links", policy_input_add_links);
	while (r == VERB_OK && takes(cli, "policies") &&
	    (path = option_next(&cli->options, "policies", &at)) != NULL)
		r = policy_input_read(input, cli, path);
	if (r == VERB_OK)
		r = add_option(input, cli, "entities",
		    policy_input_add_entities);
	return r;
}

/* ------------------------------------------------------------------ */
/* Messages.							      */

void
policy_input_place(struct str source, size_t offset, size_t *line,
    size_t *column)
{
	size_t start = 0;

	*line = 1;
	for (size_t i = 0; i < offset && i < source.len; i++) {
		if (source.p[i] == '\n') {
			++*line;
			start = i + 1;
		}
	}
	*column = offset - start + 1;
}

void
policy_input_print(const struct policy_input *input, const struct cli *cli)
{
	for (size_t i = 0; i < input->n_messages && !cli->is_json; i++)
		excerpt_print_diags(&cli->err, input->messages[i]);
}

int
policy_input_stop(const struct policy_input *input, struct cli *cli,
    enum verb_exit code)
{
	struct json json;
	struct buf buf;

	if (policy_input_count(input, false) == 0)
		return VERB_OK;
	policy_input_print(input, cli);
	if (!cli->is_json)
		return (int)code;
	buf_init(&buf, LIMIT_FILE_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	policy_json_messages(&json, input);
	json_close_object(&json);
	policy_json_print(cli, &buf);
	return (int)code;
}
