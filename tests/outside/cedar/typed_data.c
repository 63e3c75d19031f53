/* Entities and requests that fit a schema, mostly: see typed.h. */
#include "typed.h"

struct typed_env
typed_draw_env(struct generator *g, const struct model *model)
{
	struct typed_env env = { .model = model };
	const struct model_action *action;

	env.action = below(g, model->n_actions);
	if (!model->actions[env.action].is_applied)
		env.action = below(g, model->n_actions);
	action = &model->actions[env.action];
	env.principal = once_in(g, 12) ? below(g, model->n_entities) :
	    model_pick(g, action->principals, model->n_entities);
	env.resource = once_in(g, 12) ? below(g, model->n_entities) :
	    model_pick(g, action->resources, model->n_entities);
	return env;
}

struct cedar_uid
typed_draw_uid(struct generator *g, const struct model *model, size_t i)
{
	const struct model_entity *entity = &model->entities[i];
	bool is_other = once_in(g, 60);

	return (struct cedar_uid){ once_in(g, 200) ? STR("Nobody") :
	    model_full_name(g, entity->space, entity->name),
	    str_of(is_other ? "other" :
		entity->ids[below(g, entity->n_ids)]) };
}

struct cedar_uid
typed_action_uid(struct generator *g, const struct model *model, size_t i)
{
	const struct model_action *action = &model->actions[i];

	return (struct cedar_uid){ model_full_name(g, action->space, "Action"),
	    str_of(once_in(g, 100) ? "none" : action->id) };
}

/* ------------------------------------------------------------------ */

struct writer {
	struct generator *g;
	const struct model *model;
	struct json json;
};

static void
write_uid(struct writer *w, struct cedar_uid uid, bool is_explicit)
{
	if (is_explicit) {
		json_open_object(&w->json);
		json_key(&w->json, STR("__entity"));
	}
	json_open_object(&w->json);
	json_put_string(&w->json, "type", uid.type);
	json_put_string(&w->json, "id", uid.id);
	json_close_object(&w->json);
	if (is_explicit)
		json_close_object(&w->json);
}

/* In one of the ways in which an extension value can be written. */
static void
write_extension(struct writer *w, const char *function, const char *const *texts,
    size_t n)
{
	struct str text =
	    str_of(texts[below(w->g, once_in(w->g, 80) ? n : n - 1)]);
	uint32_t way = below(w->g, 6);
	struct json *json = &w->json;

	if (way == 0) {
		json_string(json, text);
		return;
	}
	if (way > 2) {
		json_open_object(json);
		json_key(json, STR("__extn"));
	}
	json_open_object(json);
	if (way == 5 && strcmp(function, "datetime") == 0) {
		json_put_string(json, "fn", STR("offset"));
		json_put_raw(json, "args", STR("[{\"__extn\":{\"fn\":\"datetime\","
		    "\"arg\":\"2024-01-01\"}},{\"__extn\":{\"fn\":\"duration\","
		    "\"arg\":\"1h\"}}]"));
	} else {
		json_put_string(json, "fn", str_of(function));
		if (once_in(w->g, 12)) {
			json_key(json, STR("args"));
			json_open_array(json);
			json_string(json, text);
			json_close_array(json);
		} else {
			json_put_string(json, "arg", text);
		}
	}
	json_close_object(json);
	if (way > 2)
		json_close_object(json);
}

static void write_value(struct writer *w, const struct model_type *type,
    int depth);

static void
write_fields(struct writer *w, const struct model_type *type, int depth)
{
	json_open_object(&w->json);
	for (size_t i = 0; type->kind == MODEL_RECORD && i < type->n_attrs;
	    i++) {
		const struct model_attr *attr = &type->attrs[i];

		if (attr->is_optional ? once_in(w->g, 2) : once_in(w->g, 300))
			continue;
		json_key(&w->json, str_of(attr->name));
		write_value(w, attr->type, depth - 1);
	}
	if (once_in(w->g, 150)) {
		json_key(&w->json, STR("zz"));
		json_i64(&w->json, 1);
	}
	json_close_object(&w->json);
}

static void
write_odd(struct writer *w)
{
	static const char *const odd[] = { "1", "\"a\"", "true", "null", "[]", "{}",
		"1.5", "[1]", "{\"type\":\"User\",\"id\":\"a\"}",
		"{\"__entity\":{\"type\":\"User\",\"id\":\"a\"}}",
		"{\"fn\":\"ip\",\"arg\":\"::1\"}", "{\"__expr\":\"1\"}",
		"9223372036854775808", "[[]]", "{\"__entity\":1}",
		"{\"__extn\":{\"fn\":\"ip\",\"arg\":\"::1\"}}" };

	json_raw(&w->json, str_of(ONE_OF(w->g, odd)));
}

static void
write_value(struct writer *w, const struct model_type *type, int depth)
{
	static const char *const numbers[] = { "0", "1", "-1", "9223372036854775807",
		"-9223372036854775808" };
	static const char *const texts[] = { "a", "abc", "", "*", "é\\" };
	static const char *const decimals[] = { "1.0", "-0.5", "3.1416", "1" };
	static const char *const times[] = { "2024-01-01", "1970-01-01T00:00:01Z",
		"9999-12-31T23:59:59.999+2359", "2024-02-30" };
	static const char *const spans[] = { "1h", "-1d2h", "0ms", "h" };
	static const char *const ips[] = { "10.0.0.1", "10.0.0.0/8", "::1", "x" };
	struct generator *g = w->g;

	if (once_in(g, 200)) {
		write_odd(w);
		return;
	}
	switch (type->kind) {
	case MODEL_BOOL:
		json_bool(&w->json, !once_in(g, 2));
		return;
	case MODEL_LONG:
		json_raw(&w->json, str_of(ONE_OF(g, numbers)));
		return;
	case MODEL_STRING:
		json_string(&w->json, str_of(ONE_OF(g, texts)));
		return;
	case MODEL_DECIMAL:
		write_extension(w, "decimal", decimals, ARRAY_LEN(decimals));
		return;
	case MODEL_DATETIME:
		write_extension(w, "datetime", times, ARRAY_LEN(times));
		return;
	case MODEL_DURATION:
		write_extension(w, "duration", spans, ARRAY_LEN(spans));
		return;
	case MODEL_IP:
		write_extension(w, "ip", ips, ARRAY_LEN(ips));
		return;
	case MODEL_ENTITY:
		write_uid(w, typed_draw_uid(g, w->model, type->entity),
		    once_in(g, 2));
		return;
	case MODEL_SET:
		json_open_array(&w->json);
		for (uint32_t i = 0, n = below(g, 4); i < n; i++)
			write_value(w, type->element, depth - 1);
		json_close_array(&w->json);
		return;
	case MODEL_RECORD:
		write_fields(w, type, depth);
	}
}

/* Parents of later types alone: no cycle. */
static void
write_parents(struct writer *w, size_t entity)
{
	uint32_t bits = w->model->entities[entity].parents;

	if (!once_in(w->g, 80))
		bits &= ~((2u << entity) - 1);
	json_key(&w->json, STR("parents"));
	json_open_array(&w->json);
	for (size_t i = 0; i < w->model->n_entities; i++) {
		if ((bits >> i & 1) && once_in(w->g, 2))
			write_uid(w, typed_draw_uid(w->g, w->model, i),
			    once_in(w->g, 4));
	}
	json_close_array(&w->json);
}

static void
write_tags(struct writer *w, const struct model_type *tags)
{
	json_key(&w->json, STR("tags"));
	json_open_object(&w->json);
	if (once_in(w->g, 2)) {
		json_key(&w->json, STR("k"));
		write_value(w, tags, 2);
	}
	if (once_in(w->g, 4)) {
		json_key(&w->json, STR(""));
		write_value(w, tags, 2);
	}
	json_close_object(&w->json);
}

static void
write_entity(struct writer *w, size_t entity, const char *id)
{
	const struct model_entity *type = &w->model->entities[entity];

	json_open_object(&w->json);
	json_key(&w->json, STR("uid"));
	write_uid(w, (struct cedar_uid){ model_full_name(w->g, type->space,
	    type->name), str_of(id) }, once_in(w->g, 4));
	json_key(&w->json, STR("attrs"));
	if (type->is_enum && !once_in(w->g, 30))
		json_raw(&w->json, STR("{}"));
	else
		write_fields(w, type->shape, 3);
	if (type->is_enum && !once_in(w->g, 30))
		json_put_raw(&w->json, "parents", STR("[]"));
	else
		write_parents(w, entity);
	if (type->tags != NULL && (!type->is_enum || once_in(w->g, 30)) &&
	    !once_in(w->g, 3))
		write_tags(w, type->tags);
	json_close_object(&w->json);
}

/* As the schema declares it, with all it is in, or not quite. */
static void
write_action(struct writer *w, size_t i)
{
	uint32_t all = w->model->actions[i].parents;

	for (size_t j = i; j-- > 0;) {
		if (all >> j & 1)
			all |= w->model->actions[j].parents;
	}
	json_open_object(&w->json);
	json_key(&w->json, STR("uid"));
	write_uid(w, typed_action_uid(w->g, w->model, i), once_in(w->g, 4));
	json_put_raw(&w->json, "attrs", STR("{}"));
	json_key(&w->json, STR("parents"));
	json_open_array(&w->json);
	for (size_t j = 0; j < w->model->n_actions; j++) {
		if ((all >> j & 1) && !once_in(w->g, 12))
			write_uid(w, typed_action_uid(w->g, w->model, j),
			    once_in(w->g, 4));
	}
	json_close_array(&w->json);
	json_close_object(&w->json);
}

struct str
typed_entities(struct generator *g, const struct model *model)
{
	struct writer w = { .g = g, .model = model };
	struct buf buf;
	struct str text;

	buf_init(&buf, (size_t)1 << 26);
	json_init(&w.json, &buf);
	json_open_array(&w.json);
	for (size_t i = 0; i < model->n_entities; i++) {
		for (size_t j = 0; j < model->entities[i].n_ids; j++) {
			if (!once_in(g, 4))
				write_entity(&w, i, model->entities[i].ids[j]);
		}
	}
	for (size_t i = 0; i < model->n_actions; i++) {
		if (once_in(g, 8))
			write_action(&w, i);
	}
	json_close_array(&w.json);
	text = arena_str(g->arena, buf_str(&buf));
	buf_fini(&buf);
	return text;
}

struct str
typed_context(struct generator *g, const struct typed_env *env)
{
	struct writer w = { .g = g, .model = env->model };
	struct buf buf;
	struct str text;

	buf_init(&buf, (size_t)1 << 24);
	json_init(&w.json, &buf);
	write_fields(&w, env->model->actions[env->action].context, 3);
	text = arena_str(g->arena, buf_str(&buf));
	buf_fini(&buf);
	return text;
}
