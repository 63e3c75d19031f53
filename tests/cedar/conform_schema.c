/* cedar-conform: schemas and their translations. */
#include <stdio.h>

#include "conform.h"
#include "limits.h"
#include "stile/cedar.h"

bool
conform_is_equal(const struct jsontree *a, const struct jsontree *b)
{
	if (a == NULL || b == NULL || a->kind != b->kind)
		return false;
	if (a->kind == JSONTREE_ARRAY) {
		if (a->array.n != b->array.n)
			return false;
		for (size_t i = 0; i < a->array.n; i++) {
			if (!conform_is_equal(&a->array.items[i],
			    &b->array.items[i]))
				return false;
		}
		return true;
	}
	if (a->kind == JSONTREE_OBJECT) {
		if (a->object.n != b->object.n)
			return false;
		for (size_t i = 0; i < a->object.n; i++) {
			const struct jsontree_member *member =
			    &a->object.items[i];

			if (!conform_is_equal(&member->value,
			    cedar_jsontree_get(b, member->name)))
				return false;
		}
		return true;
	}
	if (a->kind == JSONTREE_BOOL)
		return a->boolean == b->boolean;
	if (a->kind == JSONTREE_INTEGER)
		return a->number == b->number;
	return a->kind == JSONTREE_NULL || str_is_equal(a->text, b->text);
}

/* Whether the schema, written in that form, is that JSON. */
static bool
is_written_as(const struct cedar_schema *schema, enum cedar_schema_form form,
    const struct jsontree *want, struct arena *arena)
{
	struct diag_list diags;
	struct jsontree got;
	struct str text;

	diag_init(&diags, arena, STR("written"), STR(""));
	return cedar_schema_write(&text, schema, form, arena, &diags) == 0 &&
	    cedar_jsontree_parse(&got, arena, text, &diags) == 0 &&
	    conform_is_equal(&got, want);
}

/* Whether a JSON schema says, with all names resolved, what the other does. */
static bool
is_read_as(struct str json, const struct cedar_schema *other,
    struct arena *arena)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	struct diag_list diags;
	struct jsontree want;
	struct str text;

	diag_init(&diags, arena, STR("json"), json);
	return cedar_schema_json_parse(&schema, json, &diags) == 0 &&
	    cedar_schema_write(&text, other, CEDAR_SCHEMA_JSON_RESOLVED, arena,
	    &diags) == 0 &&
	    cedar_jsontree_parse(&want, arena, text, &diags) == 0 &&
	    is_written_as(schema, CEDAR_SCHEMA_JSON_RESOLVED, &want, arena);
}

/* corpus-tests/X.json to json-schemas/X.cedarschema.json */
static struct str
json_path(struct arena *arena, const char *path)
{
	struct str name = str_of(path);
	size_t from = str_find(name, '/', 0) + 1;

	name = str_part(name, from, name.len - strlen(".json"));
	return arena_format(arena, "json-schemas/%.*s.cedarschema.json",
	    STR_ARG(name));
}

void
conform_schema_case(struct conform *conform, const char *path,
    struct str text)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct diag_list diags;
	struct jsontree want;
	struct str json;

	arena_init(&arena, LIMIT_FILE_BYTES);
	diag_init(&diags, &arena, str_of(path), text);
	if (!conform_wants(conform, SCHEMA_JSON) ||
	    !conform_read(&json, conform, &arena, json_path(&arena, path)))
		return;
	conform_count(conform, SCHEMA_JSON,
	    cedar_schema_parse(&schema, text, &diags) == 0 &&
	    cedar_jsontree_parse(&want, &arena, json, &diags) == 0 &&
	    is_written_as(schema, CEDAR_SCHEMA_JSON, &want, &arena) &&
	    is_read_as(json, schema, &arena), path, diag_first(&diags));
}

/* The text that the original wrote from the JSON form, byte for byte. */
static bool
is_text(struct str json, struct str want, struct arena *arena)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	struct diag_list diags;
	struct str got;

	diag_init(&diags, arena, STR("json"), json);
	return cedar_schema_json_parse(&schema, json, &diags) == 0 &&
	    cedar_schema_write(&got, schema, CEDAR_SCHEMA_TEXT, arena,
	    &diags) == 0 && str_is_equal(got, want);
}

void
conform_schema_oracle(struct conform *conform, const struct jsontree *line)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str file = conform_member(line, "f");
	struct str answer = conform_member(line, "sj");
	struct diag_list diags;
	struct jsontree sj;
	const struct jsontree *want;
	struct str path;
	struct str text;
	bool is_read;

	arena_init(&arena, LIMIT_FILE_BYTES);
	diag_init(&diags, &arena, STR("schema"), STR(""));
	path = arena_format(&arena, "corpus-tests/%.*s.cedarschema",
	    (int)(file.len - strlen(".json")), file.p);
	if (!conform_read(&text, conform, &arena, path))
		return;
	is_read = cedar_schema_parse(&schema, text, &diags) == 0 &&
	    cedar_jsontree_parse(&sj, &arena, answer, &diags) == 0;
	want = is_read ? conform_get(&sj, "json") : NULL;
	conform_count(conform, TRANSLATE_JSON, is_read &&
	    is_written_as(schema, CEDAR_SCHEMA_JSON, want, &arena), path.p,
	    diag_first(&diags));
	conform_count(conform, TRANSLATE_RESOLVED, is_read &&
	    is_written_as(schema, CEDAR_SCHEMA_JSON_RESOLVED,
	    conform_get(line, "sr"), &arena), path.p, diag_first(&diags));
	conform_count(conform, TRANSLATE_TEXT, is_read &&
	    is_text(str_part(answer, want->span.at,
	    (size_t)want->span.at + want->span.len),
	    conform_member(line, "st"), &arena), path.p, diag_first(&diags));
}
