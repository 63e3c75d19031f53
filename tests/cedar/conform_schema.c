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

void
conform_schema_case(struct conform *conform, const char *path,
    struct str text)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(arena_fini) struct arena arena;
	const char *other;
	struct diag_list diags;
	struct jsontree want;
	struct str json;

	arena_init(&arena, LIMIT_FILE_BYTES);
	diag_init(&diags, &arena, str_of(path), text);
	other = map_find(&conform->files.schemas, conform_files_name(path));
	if (!conform_wants(conform, SCHEMA_JSON) || other == NULL ||
	    !conform_files_read(&json, &arena, other))
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

/* The schema of a case, in the syntax of Cedar. */
static bool
read_schema(struct str *text, struct arena *arena, const char *path)
{
	struct diag_list diags;
	struct jsontree json;
	struct str all;

	diag_init(&diags, arena, str_of(path), STR(""));
	return conform_files_read(&all, arena, path) &&
	    cedar_jsontree_parse(&json, arena, all, &diags) == 0 &&
	    conform_files_read_beside(text, arena, path,
		conform_member(&json, "schema"));
}

void
conform_schema_oracle(struct conform *conform, const struct jsontree *line,
    const char *path)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str answer = conform_member(line, "sj");
	struct diag_list diags;
	struct jsontree sj;
	const struct jsontree *want;
	struct str text;
	bool is_read;

	arena_init(&arena, LIMIT_FILE_BYTES);
	diag_init(&diags, &arena, STR("schema"), STR(""));
	if (answer.len == 0 || (!conform_wants(conform, TRANSLATE_JSON) &&
	    !conform_wants(conform, TRANSLATE_RESOLVED) &&
	    !conform_wants(conform, TRANSLATE_TEXT)) ||
	    !read_schema(&text, &arena, path))
		return;
	is_read = cedar_schema_parse(&schema, text, &diags) == 0 &&
	    cedar_jsontree_parse(&sj, &arena, answer, &diags) == 0;
	want = is_read ? conform_get(&sj, "json") : NULL;
	conform_count(conform, TRANSLATE_JSON, is_read &&
	    is_written_as(schema, CEDAR_SCHEMA_JSON, want, &arena), path,
	    diag_first(&diags));
	if (cedar_jsontree_get(line, STR("sr")) != NULL)
		conform_count(conform, TRANSLATE_RESOLVED, is_read &&
		    is_written_as(schema, CEDAR_SCHEMA_JSON_RESOLVED,
		    conform_get(line, "sr"), &arena), path,
		    diag_first(&diags));
	if (cedar_jsontree_get(line, STR("st")) != NULL)
		conform_count(conform, TRANSLATE_TEXT, is_read &&
		    is_text(str_part(answer, want->span.at,
		    (size_t)want->span.at + want->span.len),
		    conform_member(line, "st"), &arena), path,
		    diag_first(&diags));
}
