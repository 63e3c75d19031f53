/* A model written as a JSON schema: see model.h. */
#include "model.h"

struct writer {
	struct generator *g;
	const struct model *model;
	const char *space; /* the namespace being written */
	struct json json;
};

static struct str
name_of(const struct writer *w, const char *space, const char *name)
{
	bool is_short = space[0] == '\0' ||
	    (strcmp(space, w->space) == 0 && !once_in(w->g, 3));

	return is_short ? str_of(name) : model_full_name(w->g, space, name);
}

static struct str
entity_name(const struct writer *w, size_t i)
{
	return once_in(w->g, 300) ? STR("Missing") : name_of(w,
	    w->model->entities[i].space, w->model->entities[i].name);
}

static void
write_annotations(struct writer *w)
{
	static const char *const annotations[] = { "{}", "{\"doc\":\"a\\u00e9\"}",
		"{\"doc\":\"\",\"if\":\"x\"}", "{\"a\":null}", "{\"a b\":\"x\"}",
		"{\"a\":\"1\",\"a\":\"2\"}", "[]" };

	if (once_in(w->g, 12))
		json_put_raw(&w->json, "annotations", str_of(annotations[below(
		    w->g, once_in(w->g, 60) ? ARRAY_LEN(annotations) : 4)]));
}

static void write_type(struct writer *w, const struct model_type *type,
    const struct model_attr *attr);

static void
write_attributes(struct writer *w, const struct model_type *type)
{
	json_key(&w->json, STR("attributes"));
	json_open_object(&w->json);
	for (size_t i = 0; i < type->n_attrs; i++) {
		json_key(&w->json, str_of(type->attrs[i].name));
		write_type(w, type->attrs[i].type, &type->attrs[i]);
	}
	json_close_object(&w->json);
	if (once_in(w->g, 40))
		json_put_bool(&w->json, "additionalAttributes",
		    once_in(w->g, 12));
}

/* A type that is a name: in one of the forms that mean it. */
static void
write_named(struct writer *w, const char *kind, struct str name)
{
	switch (below(w->g, 3)) {
	case 0:
		json_put_string(&w->json, "type", str_of(kind));
		break;
	case 1:
		json_put_string(&w->json, "type", name);
		return;
	default:
		json_put_string(&w->json, "type", STR("EntityOrCommon"));
	}
	json_put_string(&w->json, "name", name);
}

static void
write_builtin(struct writer *w, enum model_kind kind)
{
	static const char *const names[] = { "Boolean", "Long", "String", "decimal",
		"datetime", "duration", "ipaddr" };
	const char *name = names[kind];

	if (kind == MODEL_BOOL && once_in(w->g, 3))
		name = "Bool";
	if (once_in(w->g, 6)) {
		write_named(w, "EntityOrCommon", arena_format(w->g->arena,
		    "__cedar::%s", kind == MODEL_BOOL ? "Bool" : name));
	} else if (kind <= MODEL_STRING) {
		json_put_string(&w->json, "type", str_of(name));
	} else {
		write_named(w, "Extension", str_of(name));
	}
}

/* The members of a type, without the braces. */
static void
write_type_members(struct writer *w, const struct model_type *type)
{
	if (type->common != 0) {
		const struct model_common *common =
		    &w->model->commons[type->common - 1];
		struct str name = name_of(w, common->space, common->name);

		if (once_in(w->g, 3))
			write_named(w, "EntityOrCommon", name);
		else
			json_put_string(&w->json, "type", name);
		return;
	}
	switch (type->kind) {
	case MODEL_BOOL:
	case MODEL_LONG:
	case MODEL_STRING:
	case MODEL_DECIMAL:
	case MODEL_DATETIME:
	case MODEL_DURATION:
	case MODEL_IP:
		write_builtin(w, type->kind);
		return;
	case MODEL_ENTITY:
		if (once_in(w->g, 4))
			write_named(w, "Entity", entity_name(w, type->entity));
		else {
			json_put_string(&w->json, "type", STR("Entity"));
			json_put_string(&w->json, "name",
			    entity_name(w, type->entity));
		}
		return;
	case MODEL_SET:
		json_put_string(&w->json, "type", STR("Set"));
		json_key(&w->json, STR("element"));
		write_type(w, type->element, NULL);
		return;
	case MODEL_RECORD:
		json_put_string(&w->json, "type", STR("Record"));
		write_attributes(w, type);
	}
}

static void
write_type(struct writer *w, const struct model_type *type,
    const struct model_attr *attr)
{
	json_open_object(&w->json);
	write_type_members(w, type);
	if (attr != NULL && (attr->is_optional || once_in(w->g, 3)))
		json_put_bool(&w->json, "required", !attr->is_optional);
	if (attr != NULL)
		write_annotations(w);
	if (once_in(w->g, 1500))
		json_put_bool(&w->json, "extra", true);
	json_close_object(&w->json);
}

static void
write_names(struct writer *w, const char *key, uint32_t bits)
{
	json_key(&w->json, str_of(key));
	json_open_array(&w->json);
	for (size_t i = 0; i < w->model->n_entities; i++) {
		if (bits >> i & 1)
			json_string(&w->json, entity_name(w, i));
	}
	json_close_array(&w->json);
}

static void
write_entity(struct writer *w, const struct model_entity *entity)
{
	json_key(&w->json, str_of(entity->name));
	json_open_object(&w->json);
	if (entity->is_enum) {
		json_key(&w->json, STR("enum"));
		json_open_array(&w->json);
		for (size_t i = 0; i < entity->n_ids; i++)
			json_string(&w->json, str_of(entity->ids[i]));
		json_close_array(&w->json);
	} else {
		if (entity->parents != 0 || once_in(w->g, 4))
			write_names(w, "memberOfTypes", entity->parents);
		if (entity->shape->n_attrs > 0 || once_in(w->g, 4)) {
			json_key(&w->json, STR("shape"));
			write_type(w, entity->shape, NULL);
		}
		if (entity->tags != NULL) {
			json_key(&w->json, STR("tags"));
			write_type(w, entity->tags, NULL);
		}
	}
	write_annotations(w);
	json_close_object(&w->json);
}

static void
write_parents(struct writer *w, uint32_t bits)
{
	json_key(&w->json, STR("memberOf"));
	json_open_array(&w->json);
	for (size_t i = 0; i < w->model->n_actions; i++) {
		const struct model_action *action = &w->model->actions[i];

		if ((bits >> i & 1) == 0)
			continue;
		json_open_object(&w->json);
		json_put_string(&w->json, "id", str_of(action->id));
		if (strcmp(action->space, w->space) != 0 || once_in(w->g, 3))
			json_put_string(&w->json, "type", model_full_name(w->g,
			    action->space, "Action"));
		json_close_object(&w->json);
	}
	json_close_array(&w->json);
}

static void
write_action(struct writer *w, const struct model_action *action)
{
	json_key(&w->json, str_of(action->id));
	json_open_object(&w->json);
	if (action->is_applied) {
		json_key(&w->json, STR("appliesTo"));
		json_open_object(&w->json);
		write_names(w, "principalTypes", action->principals);
		write_names(w, "resourceTypes", action->resources);
		if (action->context->n_attrs > 0 || once_in(w->g, 3)) {
			json_key(&w->json, STR("context"));
			write_type(w, action->context, NULL);
		}
		json_close_object(&w->json);
	} else if (once_in(w->g, 4)) {
		json_put_raw(&w->json, "appliesTo", STR("null"));
	}
	if (action->parents != 0 || once_in(w->g, 4))
		write_parents(w, action->parents);
	if (once_in(w->g, 60))
		json_put_raw(&w->json, "attributes", STR("{}"));
	write_annotations(w);
	json_close_object(&w->json);
}

static void
write_commons(struct writer *w)
{
	json_key(&w->json, STR("commonTypes"));
	json_open_object(&w->json);
	for (size_t i = 0; i < w->model->n_commons; i++) {
		const struct model_common *common = &w->model->commons[i];
		struct model_type bare = *common->type;

		if (strcmp(common->space, w->space) != 0)
			continue;
		bare.common = once_in(w->g, 200) ? i + 1 : common->alias;
		json_key(&w->json, str_of(common->name));
		json_open_object(&w->json);
		write_type_members(w, &bare);
		write_annotations(w);
		json_close_object(&w->json);
	}
	json_close_object(&w->json);
}

static void
write_space(struct writer *w)
{
	const struct model *model = w->model;

	json_key(&w->json, str_of(w->space));
	json_open_object(&w->json);
	if (model->n_commons > 0)
		write_commons(w);
	json_key(&w->json, STR("entityTypes"));
	json_open_object(&w->json);
	for (size_t i = 0; i < model->n_entities; i++) {
		if (strcmp(model->entities[i].space, w->space) == 0)
			write_entity(w, &model->entities[i]);
	}
	json_close_object(&w->json);
	json_key(&w->json, STR("actions"));
	json_open_object(&w->json);
	for (size_t i = 0; i < model->n_actions; i++) {
		if (strcmp(model->actions[i].space, w->space) == 0)
			write_action(w, &model->actions[i]);
	}
	json_close_object(&w->json);
	write_annotations(w);
	json_close_object(&w->json);
}

void
model_write_json(struct generator *g, const struct model *model)
{
	struct writer w = { .g = g, .model = model };

	json_init(&w.json, g->out);
	json_open_object(&w.json);
	for (size_t i = 0; i < model->n_spaces; i++) {
		bool is_seen = false;

		for (size_t j = 0; j < i; j++)
			is_seen |= strcmp(model->spaces[i],
			    model->spaces[j]) == 0;
		w.space = model->spaces[i];
		if (!is_seen)
			write_space(&w);
	}
	json_close_object(&w.json);
}
