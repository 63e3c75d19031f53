/*
 * One case: its requests decided, its policies validated. The members' names
 * are those of version 4; of version 3 where those are not there.
 */
#include <stdio.h>

#include "cedar/entities_json.h"
#include "conform.h"
#include "limits.h"
#include "scene.h"
#include "util/buf.h"

struct one_case {
	struct conform *conform;
	const char *path;
	const struct jsontree *json;
	struct str text;
	const struct oracle *oracle; /* NULL: none */
};

/* The member under the first of the names that is there; NULL: none is. */
static const struct jsontree *
find(const struct jsontree *json, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct jsontree *found =
		    cedar_jsontree_get(json, str_of(names[i]));

		if (found != NULL)
			return found;
	}
	return NULL;
}

#define FIND(json, ...)                                                        \
	find((json), (const char *const[]){ __VA_ARGS__ },                     \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static bool
is_json(const struct one_case *one, const char *what, const char *format)
{
	return str_is_equal(conform_member(one->json, format), STR("json")) ||
	    str_has_suffix(conform_member(one->json, what), STR(".json"));
}

static bool
read_part(struct str *text, struct scene *scene, const struct one_case *one,
    const char *what)
{
	bool is_read = conform_files_read_beside(text, &scene->arena, one->path,
	    conform_member(one->json, what));

	if (!is_read)
		diag_error_at(&scene->diags, str_of(one->path),
		    "file `%.*s` of `%s` cannot be read",
		    STR_ARG(conform_member(one->json, what)), what);
	scene->diags.source = *text;
	return is_read;
}

static bool
load_policies(struct scene *scene, const struct one_case *one)
{
	struct str text = { 0 };

	if (cedar_names_new(&scene->names) != 0 ||
	    !read_part(&text, scene, one, "policies"))
		return false;
	if (is_json(one, "policies", "policyFormat"))
		return cedar_policies_from_json(&scene->policies, scene->names,
			   text, &scene->diags) == 0;
	return cedar_policies_parse(&scene->policies, scene->names, text, NULL,
		   0, 0, &scene->diags) == 0;
}

static bool
load_schema(struct scene *scene, const struct one_case *one)
{
	struct str text = { 0 };

	if (!read_part(&text, scene, one, "schema"))
		return false;
	if (is_json(one, "schema", "schemaFormat"))
		return cedar_schema_json_parse(&scene->schema, text,
			   &scene->diags) == 0;
	return cedar_schema_parse(&scene->schema, text, &scene->diags) == 0;
}

static bool
load_entities(struct scene *scene, const struct one_case *one)
{
	struct str text = { 0 };

	return cedar_entities_new(&scene->entities, scene->names) == 0 &&
	    read_part(&text, scene, one, "entities") &&
	    cedar_schema_entities_json_add(scene->entities, scene->schema,
		text, &scene->diags) == 0 &&
	    cedar_entities_finish(scene->entities, &scene->diags) == 0;
}

/* ------------------------------------------------------------------ */
/* Decisions.							      */

static bool
has_id(const struct jsontree *ids, struct str id)
{
	for (size_t i = 0; i < ids->array.n; i++) {
		if (str_is_equal(ids->array.items[i].text, id))
			return true;
	}
	return false;
}

static struct jsontree
ids_of(const struct jsontree *request, const char *name, const char *older)
{
	return cedar_jsontree_get(request, str_of(name)) != NULL
	    ? conform_list(request, name) : conform_list(request, older);
}

static bool
is_answer(const struct scene *scene, const struct cedar_answer *answer,
    const struct jsontree *request)
{
	struct jsontree reason = ids_of(request, "reason", "reasons");
	struct jsontree errors = ids_of(request, "errors", "erroring");
	struct str decision = conform_member(request, "decision");
	bool is_allow = str_is_equal(decision, STR("allow")) ||
	    str_is_equal(decision, STR("Allow"));

	if (answer->n_reasons != reason.array.n ||
	    answer->n_errors != errors.array.n ||
	    (answer->decision == CEDAR_ALLOW) != is_allow)
		return false;
	for (size_t i = 0; i < answer->n_reasons; i++) {
		if (!has_id(&reason, cedar_policies_get(scene->policies,
			answer->reasons[i]).id))
			return false;
	}
	for (size_t i = 0; i < answer->n_errors; i++) {
		if (!has_id(&errors, cedar_policies_get(scene->policies,
			answer->errors[i].policy).id))
			return false;
	}
	return true;
}

static bool
read_uid(struct cedar_uid *uid, const struct entities_json *reader,
    const struct jsontree *request, const char *name)
{
	const struct jsontree *json =
	    cedar_jsontree_get(request, str_of(name));

	return json != NULL &&
	    cedar_entities_json_uid(uid, reader, json, name) == 0;
}

static bool
read_context(struct cedar_request *request, struct scene *scene,
    const struct jsontree *json, struct str text)
{
	struct cedar_value context;

	text = str_part(text, json->span.at,
	    (size_t)json->span.at + json->span.len);
	scene->diags.source = text;
	if (cedar_schema_request_context(&context, &scene->arena,
		scene->schema, request->action, text, &scene->diags) != 0)
		return false;
	request->context = context.record.items;
	request->n_context = context.record.n;
	return true;
}

static bool
decide(struct cedar_answer *answer, struct scene *scene,
    const struct one_case *one, const struct jsontree *json)
{
	const struct jsontree *is_checked = FIND(json, "validateRequest",
	    "validate_request", "enableRequestValidation",
	    "enable_request_validation");
	struct entities_json reader = { &scene->arena, &scene->diags,
		STR("request") };
	struct cedar_request request = { .entities = scene->entities };
	const struct jsontree *context =
	    cedar_jsontree_get(json, STR("context"));
	struct cedar_query *query;
	struct cedar_uid resource;

	if (!read_uid(&request.principal, &reader, json, "principal") ||
	    !read_uid(&request.action, &reader, json, "action") ||
	    !read_uid(&resource, &reader, json, "resource") ||
	    context == NULL ||
	    !read_context(&request, scene, context, one->text))
		return false;
	if ((is_checked == NULL || is_checked->boolean) &&
	    cedar_schema_request_check(scene->schema, &request, resource,
		&scene->diags) != 0)
		return false;
	return cedar_query_new(&query, &scene->arena, &request,
		   &scene->diags) == 0 &&
	    cedar_query_decide(answer, query, scene->policies, resource) == 0;
}

/* The oracle's "a1.0" for each request, one after the other. */
static bool
is_oracle_answer(struct str *answers, const struct cedar_answer *answer)
{
	struct str want;
	char got[64];

	snprintf(got, sizeof(got), "%c%zu.%zu",
	    answer->decision == CEDAR_ALLOW ? 'a' : 'd', answer->n_reasons,
	    answer->n_errors);
	return str_split(&want, answers, ' ') &&
	    str_is_equal(want, str_of(got));
}

static void
run_requests(struct scene *scene, const struct one_case *one, bool is_loaded)
{
	const struct jsontree *requests = FIND(one->json, "requests", "queries");
	struct str answers = { 0 };

	if (one->oracle != NULL)
		answers = one->oracle->answers;
	for (size_t i = 0; i < requests->array.n; i++) {
		const struct jsontree *json = &requests->array.items[i];
		struct cedar_answer answer = { 0 };
		bool is_decided = is_loaded && decide(&answer, scene, one, json);
		struct str what = is_decided ? conform_member(json,
		    "description") : diag_first(&scene->diags);

		conform_count(one->conform, DECISIONS, is_decided &&
		    is_answer(scene, &answer, json), one->path, what);
		if (answers.len > 0)
			conform_count(one->conform, ANSWERS, is_decided &&
			    is_oracle_answer(&answers, &answer), one->path,
			    what);
	}
}

/* ------------------------------------------------------------------ */
/* Validation.							      */

static void
compare_verdict(struct scene *scene, const struct one_case *one, int kind,
    bool want)
{
	unsigned flags = kind == PERMISSIVE ? CEDAR_VALIDATE_PERMISSIVE : 0;
	int r;

	diag_init(&scene->diags, &scene->arena, str_of(one->path), STR(""));
	r = cedar_policies_validate(scene->policies, scene->schema, flags,
	    &scene->diags);
	conform_count(one->conform, kind, r == (want ? 0 : CEDAR_E_INPUT),
	    one->path, want ? diag_first(&scene->diags) : STR("not refused"));
}

/* The verdicts, strict and permissive. An oracle's goes before the case's. */
static void
run_validation(struct scene *scene, const struct one_case *one)
{
	const struct jsontree *want =
	    FIND(one->json, "shouldValidate", "should_validate");
	const char *path = map_find(&one->conform->files.verdicts,
	    conform_files_name(one->path));
	struct jsontree json;
	struct str text;

	if (one->oracle != NULL && one->oracle->has_verdict)
		compare_verdict(scene, one, VALIDATION, one->oracle->is_valid);
	else if (want != NULL)
		compare_verdict(scene, one, VALIDATION, want->boolean);
	if (path == NULL || !conform_files_read(&text, &scene->arena, path) ||
	    cedar_jsontree_parse(&json, &scene->arena, text, &scene->diags) !=
		0)
		return;
	compare_verdict(scene, one, PERMISSIVE, conform_get(conform_get(&json,
	    "policyValidation"), "permissive")->boolean);
}

/*
 * A type of a version before 4 may be named as it may not be any more. Such a
 * case is none of this language.
 */
static bool
is_of_older_language(const struct scene *scene, const struct one_case *one)
{
	struct str why = diag_first(&scene->diags);
	bool is_named = cedar_jsontree_get(one->json, STR("queries")) != NULL ||
	    cedar_jsontree_get(one->json, STR("should_validate")) != NULL ||
	    strstr(one->path, "3.") != NULL;

	return is_named && scene->schema == NULL && why.p != NULL &&
	    strstr(why.p, "reserved") != NULL;
}

static void
run_case(const struct one_case *one)
{
	CLEANUP(scene_fini) struct scene scene = { 0 };
	bool is_loaded;
	struct str text;

	arena_init(&scene.arena, (size_t)1 << 30);
	diag_init(&scene.diags, &scene.arena, str_of(one->path), STR(""));
	if (!is_json(one, "schema", "schemaFormat") &&
	    conform_files_read_beside(&text, &scene.arena, one->path,
		conform_member(one->json, "schema")))
		conform_schema_case(one->conform, one->path, text);
	is_loaded = load_schema(&scene, one);
	if (is_of_older_language(&scene, one)) {
		one->conform->n_skipped++;
		return;
	}
	is_loaded = is_loaded && load_policies(&scene, one);
	if (!is_loaded)
		conform_count(one->conform, VALIDATION, false, one->path,
		    diag_first(&scene.diags));
	else if (conform_wants(one->conform, VALIDATION) ||
	    conform_wants(one->conform, PERMISSIVE))
		run_validation(&scene, one);
	diag_init(&scene.diags, &scene.arena, str_of(one->path), STR(""));
	if (conform_wants(one->conform, DECISIONS) ||
	    conform_wants(one->conform, ANSWERS))
		run_requests(&scene, one,
		    is_loaded && load_entities(&scene, one));
}

void
conform_case(struct conform *conform, const char *path)
{
	CLEANUP(arena_fini) struct arena arena;
	struct diag_list diags;
	struct jsontree json;
	struct one_case one = { conform, path, &json, { 0 },
		map_find(&conform->oracles, conform_files_name(path)) };

	arena_init(&arena, (size_t)LIMIT_FILE_BYTES * 16);
	diag_init(&diags, &arena, str_of(path), STR(""));
	if (!conform_files_read(&one.text, &arena, path) ||
	    cedar_jsontree_parse(&json, &arena, one.text, &diags) != 0)
		conform_count(conform, DECISIONS, false, path,
		    diag_first(&diags));
	else
		run_case(&one);
}
