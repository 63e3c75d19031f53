/* Schemas: loading and looking up; see stile/cedar.h and schema.h. */
#include "cedar/schema.h"

#include <errno.h>
#include <stdlib.h>

#include "cedar/mend.h"
#include "cedar/schema_json.h"
#include "cedar/schema_print.h"
#include "cedar/schema_resolve.h"
#include "cedar/schema_text.h"
#include "limits.h"
#include "util/fault.h"

typedef int (*read_fn)(struct schema_tree *tree, struct arena *arena,
    struct str text, struct diag_list *diags);

static int
load(struct cedar_schema **out, struct str text, struct diag_list *diags,
    read_fn read)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *schema =
	    calloc(1, sizeof(*schema));
	struct str copy;
	int r;

	if (schema == NULL)
		return FAULT(ENOMEM);
	arena_init(&schema->arena, LIMIT_CEDAR_SCHEMA_ARENA);
	copy = arena_str(&schema->arena, text);
	if (copy.p == NULL)
		return FAULT(ENOMEM);
	r = read(&schema->tree, &schema->arena, copy, diags);
	if (r == 0)
		r = cedar_schema_resolve(schema, diags);
	if (r < 0)
		return TRACE(r);
	if (r == 0)
		*out = TAKE(schema);
	return cedar_mend(r, diags);
}

int
cedar_schema_parse(struct cedar_schema **schema, struct str text,
    struct diag_list *diags)
{
	return load(schema, text, diags, cedar_schema_text_read);
}

int
cedar_schema_json_parse(struct cedar_schema **schema, struct str json,
    struct diag_list *diags)
{
	return load(schema, json, diags, cedar_schema_json_read);
}

void
cedar_schema_free(struct cedar_schema *schema)
{
	if (schema == NULL)
		return;
	arena_fini(&schema->arena);
	free(schema);
}

void
cedar_schema_freep(struct cedar_schema **schema)
{
	cedar_schema_free(*schema);
}

static int
write_resolved(struct buf *buf, const struct cedar_schema *schema,
    struct arena *arena)
{
	struct schema_scope *scope;
	struct arena scratch;
	struct diag_list ignored; /* what loading has already said */
	int r;

	arena_init(&scratch, LIMIT_CEDAR_SCHEMA_ARENA);
	diag_init(&ignored, arena, STR(""), STR(""));
	r = cedar_schema_resolve_scope(&scope, &schema->tree, &scratch,
	    &ignored);
	if (r == 0)
		cedar_schema_json_write(buf, &schema->tree, scope);
	arena_fini(&scratch);
	return r;
}

int
cedar_schema_write(struct str *out, const struct cedar_schema *schema,
    enum cedar_schema_form form, struct arena *arena, struct diag_list *diags)
{
	CLEANUP(buf_fini) struct buf buf;
	int r = 0;

	buf_init(&buf, LIMIT_CEDAR_TEXT * (size_t)8);
	if (form == CEDAR_SCHEMA_TEXT)
		r = cedar_schema_print(&buf, &schema->tree, diags);
	else if (form == CEDAR_SCHEMA_JSON)
		cedar_schema_json_write(&buf, &schema->tree, NULL);
	else
		r = write_resolved(&buf, schema, arena);
	if (r == 0)
		r = buf_finish(&buf);
	if (r < 0)
		return TRACE(r);
	if (r > 0)
		return form == CEDAR_SCHEMA_TEXT && buf.failed == 0
		    ? r : CEDAR_E_LIMIT;
	*out = arena_str(arena, buf_str(&buf));
	if (out->p != NULL)
		return 0;
	return arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
}

uint32_t
cedar_schema_find_entity(const struct cedar_schema *schema, struct str name)
{
	uint32_t low = 0;
	uint32_t high = schema->n_entities;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_compare(schema->entities[middle].name, name);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SCHEMA_NONE;
}

uint32_t
cedar_schema_find_action(const struct cedar_schema *schema,
    const struct cedar_uid *uid)
{
	uint32_t low = 0;
	uint32_t high = schema->n_actions;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct cedar_uid *other = &schema->actions[middle].uid;
		int order = str_compare(other->type, uid->type);

		if (order == 0)
			order = str_compare(other->id, uid->id);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SCHEMA_NONE;
}

bool
cedar_schema_has_id(const struct schema_entity *entity, struct str id)
{
	for (size_t i = 0; i < entity->n_ids; i++) {
		if (str_is_equal(entity->ids[i], id))
			return true;
	}
	return entity->n_ids == 0;
}

bool
cedar_schema_numbers_contain(const struct schema_numbers *numbers,
    uint32_t number)
{
	uint32_t low = 0;
	uint32_t high = numbers->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (numbers->items[middle] == number)
			return true;
		if (numbers->items[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool
cedar_schema_may_be_in(const struct cedar_schema *schema, uint32_t a,
    uint32_t b)
{
	return a == b ||
	    cedar_schema_numbers_contain(&schema->entities[a].ancestors, b);
}

bool
cedar_schema_is_action_type(struct str name)
{
	return str_is_equal(name, STR("Action")) ||
	    str_has_suffix(name, STR("::Action"));
}

unsigned
cedar_schema_distance(struct str a, struct str b)
{
	unsigned row[65];

	if (a.len > 64 || b.len > 64)
		return 3;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned corner = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned cost =
			    corner + (a.p[i - 1] != b.p[j - 1]);

			corner = row[j];
			row[j] = MIN(cost, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return MIN(row[b.len], 3u);
}

struct str
cedar_schema_near_entity(const struct cedar_schema *schema, struct str name)
{
	struct str best = { 0 };
	unsigned least = 3;

	for (uint32_t i = 0; i < schema->n_entities; i++) {
		unsigned far =
		    cedar_schema_distance(schema->entities[i].name, name);

		if (far < least && far < name.len) {
			least = far;
			best = schema->entities[i].name;
		}
	}
	return best;
}
