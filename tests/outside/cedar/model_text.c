/* A model written in Cedar's schema syntax: see model.h. */
#include "model.h"

struct writer {
	struct generator *g;
	const struct model *model;
	const char *space; /* the namespace being written */
};

/* A reference: short where that may do. */
static void
write_name(const struct writer *w, const char *space, const char *name)
{
	bool is_short = space[0] == '\0' ||
	    (strcmp(space, w->space) == 0 && !once_in(w->g, 3));

	putf(w->g, "%s%s%s", is_short ? "" : space, is_short ? "" : "::", name);
}

static void
write_entity_name(const struct writer *w, size_t i)
{
	if (once_in(w->g, 300))
		put(w->g, "Missing");
	else
		write_name(w, w->model->entities[i].space,
		    w->model->entities[i].name);
}

/* One name, or a list in brackets. */
static void
write_list(const struct writer *w, uint32_t bits, size_t n,
    void (*write)(const struct writer *w, size_t i))
{
	bool is_one = (bits & (bits - 1)) == 0 && bits != 0;
	const char *comma = "";

	if (is_one && !once_in(w->g, 2)) {
		write(w, model_pick(w->g, bits, n));
		return;
	}
	put(w->g, "[");
	for (size_t i = 0; i < n; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		put(w->g, comma);
		write(w, i);
		comma = ", ";
	}
	put(w->g, bits != 0 && once_in(w->g, 200) ? ",]" : "]");
}

static void
write_annotation(const struct writer *w)
{
	static const char *const annotations[] = { "@doc(\"a\") ", "@doc ",
		"@if(\"\\u{e9}\\n\")\n", "@a @b(\"\") ", "@type(\"x\")", "@a @a " };

	if (once_in(w->g, 8))
		put(w->g, annotations[below(w->g, once_in(w->g, 30)
		    ? ARRAY_LEN(annotations) : ARRAY_LEN(annotations) - 1)]);
}

static void write_type(const struct writer *w, const struct model_type *type);

static void
write_attrs(const struct writer *w, const struct model_type *type)
{
	put(w->g, "{");
	for (size_t i = 0; i < type->n_attrs; i++) {
		const struct model_attr *attr = &type->attrs[i];

		put(w->g, i > 0 ? ", " : " ");
		write_annotation(w);
		if (generator_is_name(attr->name) && !once_in(w->g, 4))
			put(w->g, attr->name);
		else
			generator_literal(w->g, attr->name);
		put(w->g, attr->is_optional ? "?: " : ": ");
		write_type(w, attr->type);
	}
	put(w->g, type->n_attrs > 0 && once_in(w->g, 4) ? ", }" : " }");
}

static void
write_type(const struct writer *w, const struct model_type *type)
{
	static const char *const builtins[] = { "Bool", "Long", "String", "decimal",
		"datetime", "duration", "ipaddr" };

	if (type->common != 0) {
		const struct model_common *common =
		    &w->model->commons[type->common - 1];

		write_name(w, common->space, common->name);
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
		putf(w->g, "%s%s", once_in(w->g, 5) ? "__cedar::" : "",
		    builtins[type->kind]);
		return;
	case MODEL_ENTITY:
		write_entity_name(w, type->entity);
		return;
	case MODEL_SET:
		put(w->g, "Set<");
		write_type(w, type->element);
		put(w->g, once_in(w->g, 8) ? " >" : ">");
		return;
	case MODEL_RECORD:
		write_attrs(w, type);
	}
}

/* ------------------------------------------------------------------ */

static void
write_enum(const struct writer *w, const struct model_entity *entity)
{
	put(w->g, " enum [");
	for (size_t i = 0; i < entity->n_ids; i++) {
		put(w->g, i > 0 ? ", " : "");
		generator_literal(w->g, entity->ids[i]);
	}
	put(w->g, once_in(w->g, 60) ? ",];\n" : "];\n");
}

static void
write_entity(const struct writer *w, const struct model_entity *entity)
{
	write_annotation(w);
	putf(w->g, "entity %s", entity->name);
	if (entity->is_enum) {
		write_enum(w, entity);
		return;
	}
	if (entity->parents != 0 || once_in(w->g, 30)) {
		put(w->g, " in ");
		write_list(w, entity->parents, w->model->n_entities,
		    write_entity_name);
	}
	if (entity->shape->n_attrs > 0 || once_in(w->g, 4)) {
		put(w->g, once_in(w->g, 3) ? " = " : " ");
		write_type(w, entity->shape);
	}
	if (entity->tags != NULL) {
		put(w->g, " tags ");
		write_type(w, entity->tags);
	}
	put(w->g, ";\n");
}

static void
write_action_name(const struct writer *w, size_t i)
{
	const struct model_action *action = &w->model->actions[i];

	/* Short, it is an action of the same namespace. */
	if (strcmp(action->space, w->space) != 0 || once_in(w->g, 4)) {
		putf(w->g, "%s%sAction::", action->space,
		    action->space[0] != '\0' ? "::" : "");
		generator_literal(w->g, action->id);
	} else if (generator_is_name(action->id) && !once_in(w->g, 3)) {
		put(w->g, action->id);
	} else {
		generator_literal(w->g, action->id);
	}
}

static void
write_applies_to(const struct writer *w, const struct model_action *action)
{
	size_t n = w->model->n_entities;
	bool is_turned = once_in(w->g, 4);

	put(w->g, " appliesTo { ");
	for (int i = 0; i < 2; i++) {
		bool is_principal = (i == 0) != is_turned;

		put(w->g, is_principal ? "principal: " : "resource: ");
		write_list(w, is_principal ? action->principals :
		    action->resources, n, write_entity_name);
		put(w->g, i == 0 ? ", " : "");
	}
	if (action->context->n_attrs > 0 || action->context->common != 0) {
		put(w->g, ", context: ");
		write_type(w, action->context);
	}
	put(w->g, once_in(w->g, 4) ? ", }" : " }");
}

static void
write_action(const struct writer *w, const struct model_action *action)
{
	write_annotation(w);
	put(w->g, "action ");
	if (generator_is_name(action->id) && !once_in(w->g, 3))
		put(w->g, action->id);
	else
		generator_literal(w->g, action->id);
	if (action->parents != 0) {
		put(w->g, " in ");
		write_list(w, action->parents, w->model->n_actions,
		    write_action_name);
	}
	if (action->is_applied)
		write_applies_to(w, action);
	put(w->g, once_in(w->g, 20) ? " attributes {};\n" : ";\n");
}

static void
write_space(const struct writer *w)
{
	const struct model *model = w->model;

	for (size_t i = 0; i < model->n_commons; i++) {
		const struct model_common *common = &model->commons[i];
		struct model_type bare = *common->type;

		if (strcmp(common->space, w->space) != 0)
			continue;
		bare.common = once_in(w->g, 200) ? i + 1 : common->alias;
		write_annotation(w);
		putf(w->g, "type %s = ", common->name);
		write_type(w, &bare);
		put(w->g, ";\n");
	}
	for (size_t i = 0; i < model->n_entities; i++) {
		if (strcmp(model->entities[i].space, w->space) == 0)
			write_entity(w, &model->entities[i]);
	}
	for (size_t i = 0; i < model->n_actions; i++) {
		if (strcmp(model->actions[i].space, w->space) == 0)
			write_action(w, &model->actions[i]);
	}
}

static bool
is_seen(const struct model *model, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(model->spaces[i], model->spaces[j]) == 0)
			return true;
	}
	return false;
}

void
model_write_text(struct generator *g, const struct model *model)
{
	for (size_t i = 0; i < model->n_spaces; i++) {
		struct writer w = { g, model, model->spaces[i] };

		if (is_seen(model, i))
			continue;
		if (w.space[0] != '\0') {
			write_annotation(&w);
			putf(g, "namespace %s {\n", w.space);
		}
		write_space(&w);
		put(g, w.space[0] != '\0' ? "}\n" : "");
		put(g, once_in(g, 8) ? "// note\n" : "");
	}
}
