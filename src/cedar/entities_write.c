/* A store of entities written as JSON or as text; see stile/cedar.h. */
#include <errno.h>

#include "cedar/entities.h"
#include "cedar/literal.h"
#include "cedar/value_json.h"
#include "limits.h"
#include "util/fault.h"

#define WIDTH 80

struct writing {
	struct buf *buf;
	struct json json;
	struct names_scope scope;
	struct arena arena; /* of one entity */
	enum cedar_form form;
};

/* An entity as its writer wants it. Returns: false without room. */
static bool
back(struct writing *writing, struct cedar_entity *out,
    const struct entity *entity)
{
	const struct names_scope *scope = &writing->scope;
	struct cedar_uid *parents = ARENA_ARRAY(&writing->arena,
	    entity->n_parents, struct cedar_uid);

	*out = (struct cedar_entity){ .parents = parents,
		.n_parents = entity->n_parents,
		.n_attrs = entity->attrs->n,
		.n_tags = entity->tags->n };
	if (parents == NULL)
		return false;
	for (uint32_t i = 0; i < entity->n_parents; i++)
		parents[i] = cedar_intern_back_uid(scope, entity->parents[i]);
	out->uid = cedar_intern_back_uid(scope, entity->uid);
	return cedar_intern_back_fields(&out->attrs, &writing->arena, scope,
	    entity->attrs) && cedar_intern_back_fields(&out->tags,
	    &writing->arena, scope, entity->tags);
}

static void
write_json(struct writing *writing, const struct cedar_entity *entity)
{
	struct json *json = &writing->json;

	json_open_object(json);
	json_key(json, STR("uid"));
	cedar_value_json_add_uid(json, &entity->uid);
	json_key(json, STR("attrs"));
	cedar_value_json_add_fields(json, entity->attrs, entity->n_attrs);
	json_key(json, STR("parents"));
	json_open_array(json);
	for (size_t i = 0; i < entity->n_parents; i++)
		cedar_value_json_add_uid(json, &entity->parents[i]);
	json_close_array(json);
	if (entity->n_tags > 0) {
		json_key(json, STR("tags"));
		cedar_value_json_add_fields(json, entity->tags,
		    entity->n_tags);
	}
	json_close_object(json);
}

/* A line of the text, indented. */
static void
indent_lines(struct buf *buf, struct str text)
{
	struct str line;

	while (str_split(&line, &text, '\n'))
		buf_add_format(buf, "  %.*s%s", STR_ARG(line),
		    text.len > 0 ? "\n" : "");
}

/* A record of the members that JSON has, laid out. */
static int
write_text(struct writing *writing, const struct cedar_entity *entity)
{
	CLEANUP(buf_fini) struct buf lines = { 0 };
	struct cedar_value *parents = ARENA_ARRAY(&writing->arena,
	    entity->n_parents, struct cedar_value);
	struct cedar_field fields[] = {
		{ STR("uid"), cedar_entity_ref(entity->uid.type,
		    entity->uid.id) },
		{ STR("parents"), cedar_set(parents, entity->n_parents) },
		{ STR("attrs"), cedar_record(entity->attrs,
		    entity->n_attrs) },
		{ STR("tags"), cedar_record(entity->tags, entity->n_tags) },
	};
	struct cedar_value record = cedar_record(fields,
	    ARRAY_LEN(fields) - (entity->n_tags == 0));
	int r;

	if (parents == NULL)
		return writing->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	for (size_t i = 0; i < entity->n_parents; i++)
		parents[i] = cedar_entity_ref(entity->parents[i].type,
		    entity->parents[i].id);
	buf_init(&lines, LIMIT_CEDAR_STRING);
	r = cedar_literal_print(&lines, &record, WIDTH - 3);
	if (r == 0)
		indent_lines(writing->buf, buf_str(&lines));
	return r;
}

static int
write_all(struct writing *writing, const struct cedar_entities *entities)
{
	size_t n = cedar_entities_count(entities);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct cedar_entity entity;

		if (!back(writing, &entity, cedar_entities_get(entities, i)))
			return writing->arena.is_full ? CEDAR_E_LIMIT
						      : FAULT(ENOMEM);
		if (writing->form == CEDAR_FORM_JSON)
			write_json(writing, &entity);
		else
			r = write_text(writing, &entity);
		if (writing->form == CEDAR_FORM_TEXT)
			buf_add_text(writing->buf, i + 1 < n ? ",\n" : "\n");
		arena_reset(&writing->arena);
	}
	return r;
}

int
cedar_entities_write(struct buf *buf, const struct cedar_entities *entities,
    enum cedar_form form)
{
	struct writing writing = { .buf = buf,
		.scope = { .names = cedar_entities_names(entities) },
		.form = form };
	int r;

	arena_init(&writing.arena, LIMIT_CEDAR_ARENA);
	json_init(&writing.json, buf);
	if (form == CEDAR_FORM_JSON)
		json_open_array(&writing.json);
	else
		buf_add_text(buf, "[\n");
	r = write_all(&writing, entities);
	if (form == CEDAR_FORM_JSON && r == 0)
		json_close_array(&writing.json);
	else
		buf_add_text(buf, "]");
	arena_fini(&writing.arena);
	if (r == 0)
		r = buf_finish(buf) > 0 ? CEDAR_E_LIMIT : buf_finish(buf);
	return r < 0 ? TRACE(r) : r;
}
