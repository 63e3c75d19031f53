/* What our engine says to a case: see judge_ours.h. */
#include "judge_ours.h"

#include <stdlib.h>

#include "cedar/entities_json.h"
#include "cedar/policies.h"
#include "limits.h"

/* Of one case; what could not be loaded is NULL, and why says so. */
struct loaded {
	const struct generate_case *made;
	struct arena *arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_schema *schema;
	struct cedar_entities *entities;
	struct str why_policies;
	struct str why_schema;
	struct str why_entities;
	struct cedar_query *query; /* of the last question */
};

static void
unload(struct loaded *loaded)
{
	cedar_policies_free(loaded->policies);
	cedar_entities_free(loaded->entities);
	cedar_schema_free(loaded->schema);
	cedar_names_free(loaded->names);
}

static struct str
fail(struct loaded *loaded, const char *what)
{
	return arena_format(loaded->arena, "fail: %s: %.*s", what,
	    STR_ARG(diag_first(&loaded->diags)));
}

static void
begin(struct loaded *loaded, struct str source)
{
	diag_init(&loaded->diags, loaded->arena, STR(""), source);
}

static void
load_policies(struct loaded *loaded)
{
	const struct generate_case *made = loaded->made;
	int r;

	begin(loaded, made->text);
	if (made->is_est)
		r = cedar_policies_from_json(&loaded->policies, loaded->names,
		    made->text, &loaded->diags);
	else
		r = cedar_policies_parse(&loaded->policies, loaded->names,
		    made->text, made->links, made->n_links, made->flags,
		    &loaded->diags);
	if (r != 0)
		loaded->why_policies = fail(loaded, "policies");
}

static void
load_schema(struct loaded *loaded)
{
	const struct generate_case *made = loaded->made;
	int r;

	begin(loaded, made->schema);
	if (made->is_schema_json)
		r = cedar_schema_json_parse(&loaded->schema, made->schema,
		    &loaded->diags);
	else
		r = cedar_schema_parse(&loaded->schema, made->schema,
		    &loaded->diags);
	if (r != 0)
		loaded->why_schema = fail(loaded, "schema");
}

static void
load_entities(struct loaded *loaded)
{
	const struct generate_case *made = loaded->made;
	int r;

	if (made->schema.p != NULL && loaded->schema == NULL) {
		loaded->why_entities = loaded->why_schema;
		return;
	}
	begin(loaded, made->entities);
	r = cedar_entities_new(&loaded->entities, loaded->names);
	if (r == 0 && loaded->schema != NULL)
		r = cedar_schema_entities_json_add(loaded->entities,
		    loaded->schema, made->entities, &loaded->diags);
	else if (r == 0)
		r = cedar_entities_json_add(loaded->entities, made->entities,
		    &loaded->diags);
	if (r == 0)
		r = cedar_entities_finish(loaded->entities, &loaded->diags);
	if (r != 0) {
		loaded->why_entities = fail(loaded, "entities");
		cedar_entities_free(TAKE(loaded->entities));
	}
}

static void
load(struct loaded *loaded)
{
	if (cedar_names_new(&loaded->names) != 0)
		abort();
	if (loaded->made->text.p != NULL)
		load_policies(loaded);
	if (loaded->made->schema.p != NULL)
		load_schema(loaded);
	if (loaded->made->entities.p != NULL)
		load_entities(loaded);
}

static int
compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Sorts the ids; each once. */
static struct str
joined(struct str *list, size_t n, struct arena *arena)
{
	struct str *parts = ARENA_ARRAY(arena, 2 * n + 1, struct str);
	size_t n_parts = 0;

	if (n > 0)
		qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && str_is_equal(list[i], list[i - 1]))
			continue;
		parts[n_parts++] = i > 0 ? STR(",") : STR("");
		parts[n_parts++] = list[i];
	}
	return arena_join(arena, parts, n_parts);
}

/* ------------------------------------------------------------------ */
/* Decisions.							      */

static struct str
answer_text(const struct cedar_answer *answer,
    const struct cedar_policies *policies, struct arena *arena)
{
	struct str *reasons =
	    ARENA_ARRAY(arena, answer->n_reasons, struct str);
	struct str *errors = ARENA_ARRAY(arena, answer->n_errors, struct str);
	struct str reason;
	struct str error;

	for (size_t i = 0; i < answer->n_reasons; i++)
		reasons[i] = cedar_policies_get(policies,
		    answer->reasons[i]).id;
	for (size_t i = 0; i < answer->n_errors; i++)
		errors[i] = cedar_policies_get(policies,
		    answer->errors[i].policy).id;
	reason = joined(reasons, answer->n_reasons, arena);
	error = joined(errors, answer->n_errors, arena);
	return arena_format(arena, "%s|%.*s|%.*s",
	    answer->decision == CEDAR_ALLOW ? "allow" : "deny",
	    STR_ARG(reason), STR_ARG(error));
}

static bool
read_uid(struct cedar_uid *uid, struct loaded *loaded, struct str json,
    const char *what)
{
	struct entities_json reader = { loaded->arena, &loaded->diags,
		STR("request") };
	struct jsontree *tree = ARENA_NEW(loaded->arena, struct jsontree);

	begin(loaded, json);
	return cedar_jsontree_parse(tree, loaded->arena, json,
		   &loaded->diags) == 0 &&
	    cedar_entities_json_uid(uid, &reader, tree, what) == 0;
}

static bool
read_context(struct cedar_request *request, struct loaded *loaded,
    struct str json)
{
	struct cedar_value context;
	int r;

	begin(loaded, json);
	if (loaded->schema != NULL)
		r = cedar_schema_request_context(&context, loaded->arena,
		    loaded->schema, request->action, json, &loaded->diags);
	else
		r = cedar_entities_json_context(&context, loaded->arena, json,
		    &loaded->diags);
	if (r != 0)
		return false;
	request->context = context.record.items;
	request->n_context = context.record.n;
	return true;
}

static struct str
decide(struct loaded *loaded, const struct question *question)
{
	struct cedar_request request = { .entities = loaded->entities };
	struct cedar_uid resource;
	struct cedar_answer answer;

	if (!question->is_like_last)
		loaded->query = NULL;
	if (loaded->why_schema.p != NULL)
		return loaded->why_schema;
	if (loaded->why_policies.p != NULL)
		return loaded->why_policies;
	if (loaded->why_entities.p != NULL)
		return loaded->why_entities;
	if (!read_uid(&request.principal, loaded, question->principal,
		"principal") ||
	    !read_uid(&request.action, loaded, question->action, "action") ||
	    !read_uid(&resource, loaded, question->resource, "resource"))
		return fail(loaded, "uid");
	if (!read_context(&request, loaded, question->context))
		return fail(loaded, "context");
	if (loaded->schema != NULL && !question->is_unchecked &&
	    cedar_schema_request_check(loaded->schema, &request, resource,
		&loaded->diags) != 0)
		return fail(loaded, "request");
	/* One query for several resources is the common use: try that too. */
	if (!question->is_like_last || loaded->query == NULL) {
		if (cedar_query_new(&loaded->query, loaded->arena, &request,
			&loaded->diags) != 0) {
			loaded->query = NULL;
			return fail(loaded, "query");
		}
	}
	if (cedar_query_decide(&answer, loaded->query, loaded->policies,
		resource) != 0)
		return fail(loaded, "decide");
	return answer_text(&answer, loaded->policies, loaded->arena);
}

/* ------------------------------------------------------------------ */
/* Validation.							      */

/* The ids in messages "policy `id`: ..". */
static struct str
ids_of(struct loaded *loaded, bool is_warning)
{
	const struct diag_list *diags = &loaded->diags;
	struct str *list =
	    ARENA_ARRAY(loaded->arena, diags->n_items, struct str);
	size_t n = 0;

	for (size_t i = 0; i < diags->n_items; i++) {
		struct str text = diags->items[i].text;
		size_t end;

		if (diags->items[i].is_warning != is_warning ||
		    !str_has_prefix(text, STR("policy `")))
			continue;
		end = str_find(text, '`', 8);
		list[n++] = str_part(text, 8, end);
	}
	return joined(list, n, loaded->arena);
}

static struct str
validate(struct loaded *loaded, const struct question *question)
{
	unsigned flags = question->kind == QUESTION_PERMISSIVE
	    ? CEDAR_VALIDATE_PERMISSIVE : 0;
	struct str errors;
	struct str warnings;
	int r;

	if (loaded->why_schema.p != NULL)
		return loaded->why_schema;
	if (loaded->why_policies.p != NULL)
		return loaded->why_policies;
	begin(loaded, cedar_policies_ast(loaded->policies)->source);
	if (question->kind == QUESTION_LEVEL)
		r = cedar_policies_validate_level(loaded->policies,
		    loaded->schema, question->level, 0, &loaded->diags);
	else
		r = cedar_policies_validate(loaded->policies, loaded->schema,
		    flags, &loaded->diags);
	if (loaded->diags.n_dropped > 0) /* not all ids can be known */
		return r == 0 ? STR("valid ..") : STR("not valid ..");
	errors = ids_of(loaded, false);
	warnings = ids_of(loaded, true);
	return arena_format(loaded->arena, "%s %.*s; warned of %.*s",
	    r == 0 ? "valid" : "not valid", STR_ARG(errors),
	    STR_ARG(warnings));
}

/* ------------------------------------------------------------------ */
/* Forms.							      */

static int
read_policy(struct cedar_policies **policies, struct loaded *loaded,
    const struct question *question)
{
	begin(loaded, question->text);
	return question->is_json ? cedar_policies_from_json(policies,
				       loaded->names, question->text,
				       &loaded->diags)
				 : cedar_policies_parse(policies,
				       loaded->names, question->text, NULL, 0,
				       0, &loaded->diags);
}

/* {"staticPolicies":{"policy0":X},..}: X, or the template. */
static struct str
only_policy(struct loaded *loaded, struct str json, bool is_template)
{
	struct jsontree tree;
	const struct jsontree *list;
	const struct jsontree_member *found;

	begin(loaded, json);
	if (cedar_jsontree_parse_deep(&tree, loaded->arena, json,
		LIMIT_CEDAR_EST_DEPTH, &loaded->diags) != 0)
		return fail(loaded, "our own JSON");
	list = cedar_jsontree_get(&tree,
	    is_template ? STR("templates") : STR("staticPolicies"));
	if (list == NULL || list->object.n != 1)
		return STR("fail: not one policy");
	found = list->object.items;
	return str_part(json, found->value.span.at,
	    (size_t)found->value.span.at + found->value.span.len);
}

static struct str
policy_form(struct loaded *loaded, const struct question *question)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(buf_fini) struct buf buf;
	struct str out;

	buf_init(&buf, 1u << 28);
	if (read_policy(&policies, loaded, question) != 0)
		return fail(loaded, "policy");
	if (cedar_policies_count(policies) != !question->is_template ||
	    cedar_policies_count_templates(policies) != question->is_template)
		return STR("fail: not one policy, or a template");
	if (question->kind == QUESTION_POLICY_TEXT) {
		if (cedar_policies_to_text(policies, &buf) != 0)
			return STR("fail: to text");
		out = buf_str(&buf);
		return arena_str(loaded->arena,
		    str_part(out, 0, out.len - MIN(out.len, 1)));
	}
	if (cedar_policies_to_json(policies, &buf) != 0)
		return STR("fail: to JSON");
	return only_policy(loaded, arena_str(loaded->arena, buf_str(&buf)),
	    question->is_template);
}

static struct str
format(struct loaded *loaded, const struct question *question)
{
	const struct cedar_format layout = { question->width,
		question->indent };
	CLEANUP(buf_fini) struct buf buf;

	buf_init(&buf, 1u << 28);
	begin(loaded, question->text);
	if (cedar_format_text(&buf, question->text, &layout,
		&loaded->diags) != 0)
		return fail(loaded, "format");
	return arena_str(loaded->arena, buf_str(&buf));
}

static struct str
schema_form(struct loaded *loaded, enum cedar_schema_form form)
{
	struct str out;

	if (loaded->why_schema.p != NULL)
		return loaded->why_schema;
	begin(loaded, STR(""));
	return cedar_schema_write(&out, loaded->schema, form, loaded->arena,
		   &loaded->diags) == 0 ? out : fail(loaded, "schema");
}

static struct str
answer(struct loaded *loaded, const struct question *question)
{
	switch (question->kind) {
	case QUESTION_DECIDE:
		return decide(loaded, question);
	case QUESTION_VALIDATE:
	case QUESTION_PERMISSIVE:
	case QUESTION_LEVEL:
		return validate(loaded, question);
	case QUESTION_ENTITIES:
		return loaded->why_entities.p != NULL ? loaded->why_entities
						      : STR("ok");
	case QUESTION_POLICY_JSON:
	case QUESTION_POLICY_TEXT:
		return policy_form(loaded, question);
	case QUESTION_FORMAT:
		return format(loaded, question);
	case QUESTION_SCHEMA_JSON:
		return schema_form(loaded, CEDAR_SCHEMA_JSON);
	case QUESTION_SCHEMA_RESOLVED:
		return schema_form(loaded, CEDAR_SCHEMA_JSON_RESOLVED);
	case QUESTION_SCHEMA_TEXT:
		return schema_form(loaded, CEDAR_SCHEMA_TEXT);
	case QUESTION_KINDS:
		break;
	}
	abort();
}

void
judge_ours(struct str answers[static GENERATE_QUESTIONS],
    const struct generate_case *made, struct arena *arena)
{
	CLEANUP(unload) struct loaded loaded = { .made = made,
		.arena = arena };

	load(&loaded);
	for (size_t i = 0; i < made->n_questions; i++)
		answers[i] = answer(&loaded, &made->questions[i]);
}
