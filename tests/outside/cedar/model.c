/* Drawing a schema: see model.h. */
#include "model.h"

static const char *const names[] = { "User", "Group", "Doc", "Team", "T", "Kind" };
static const char *const clashes[] = { "Long", "ipaddr", "String", "decimal", "Bool",
	"Set", "Record", "Entity", "Action", "in", "User", "datetime", "type",
	"Boolean", "Extension", "__cedar", "appliesTo", "entity", "namespace",
	"action" };
static const char *const attr_names[] = { "a", "n", "b", "owner", "x y", "if", "tags",
	"principal", "é", "_1", "", "type", "id", "like", "context", "A" };
static const char *const ids[] = { "a", "b", "", "é\"\\", "x y", "__cedar" };
static const char *const action_ids[] = { "view", "edit", "read only", "all",
	"", "in", "Action", "é" };
static const char *const spaces[] = { "", "NS", "A::B", "Action", "User" };

static const struct model_type *
draw_type(struct generator *g, const struct model *model, int depth);

static struct model_type *
new_type(struct generator *g, enum model_kind kind)
{
	struct model_type *type = ARENA_NEW(g->arena, struct model_type);

	type->kind = kind;
	return type;
}

static const struct model_type *
draw_record(struct generator *g, const struct model *model, int depth)
{
	struct model_type *type = new_type(g, MODEL_RECORD);
	uint32_t first = below(g, ARRAY_LEN(attr_names));

	for (uint32_t i = 0; i < MODEL_ATTRS && below(g, 4) != 0; i++) {
		struct model_attr *attr = &type->attrs[type->n_attrs++];

		attr->name =
		    attr_names[(first + i * (once_in(g, 400) ? 0 : 3)) %
		    ARRAY_LEN(attr_names)];
		attr->is_optional = once_in(g, 3);
		attr->type = draw_type(g, model, depth - 1);
	}
	return type;
}

static const struct model_type *
draw_type(struct generator *g, const struct model *model, int depth)
{
	struct model_type *type;

	if (model->n_commons > 0 && once_in(g, 5))
		return model->commons[below(g, model->n_commons)].type;
	if (depth > 0 && once_in(g, 4))
		return draw_record(g, model, depth);
	type = new_type(g, below(g, depth > 0 ? MODEL_RECORD : MODEL_SET));
	if (type->kind == MODEL_ENTITY)
		type->entity = below(g, model->n_entities);
	if (type->kind == MODEL_SET)
		type->element = draw_type(g, model, depth - 1);
	return type;
}

static const char *
draw_name(struct generator *g, size_t i)
{
	return once_in(g, 120) ? ONE_OF(g, clashes) : names[i];
}

static const char *
draw_space(struct generator *g, const struct model *model)
{
	return model->spaces[below(g, model->n_spaces)];
}

/* All names first: types refer to them. */
static void
name_entities(struct generator *g, struct model *model)
{
	model->n_entities = 1 + below(g, MODEL_ENTITIES);
	for (size_t i = 0; i < model->n_entities; i++) {
		struct model_entity *entity = &model->entities[i];

		entity->space = draw_space(g, model);
		entity->name = draw_name(g, i);
		entity->is_enum = once_in(g, 6);
		entity->n_ids = 1 + below(g, MODEL_IDS);
		for (size_t j = 0; j < entity->n_ids; j++)
			entity->ids[j] = ids[(below(g, 2) + 2 * j) %
			    ARRAY_LEN(ids)];
	}
}

static void
draw_commons(struct generator *g, struct model *model)
{
	static const char *const common_names[] = { "Common", "Rec", "T", "Name" };
	size_t n = below(g, 2) == 0 ? 0 : 1 + below(g, MODEL_COMMONS);

	for (size_t i = 0; i < n; i++) {
		struct model_common *common = &model->commons[i];
		struct model_type *copy = new_type(g, MODEL_BOOL);

		common->space = draw_space(g, model);
		common->name = once_in(g, 30) ? ONE_OF(g, clashes) :
		    common_names[i];
		*copy = *draw_type(g, model, 2);
		common->alias = copy->common;
		copy->common = i + 1;
		common->type = copy;
		model->n_commons = i + 1;
	}
}

/* A few bits of n. */
static uint32_t
draw_bits(struct generator *g, size_t n, uint32_t chance)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= (uint32_t)once_in(g, chance) << i;
	return bits;
}

static void
draw_entities(struct generator *g, struct model *model)
{
	for (size_t i = 0; i < model->n_entities; i++) {
		struct model_entity *entity = &model->entities[i];

		entity->parents = draw_bits(g, model->n_entities, 3);
		entity->shape = draw_record(g, model, 2);
		if (once_in(g, 3))
			entity->tags = draw_type(g, model, 1);
	}
}

static const struct model_type *
draw_context(struct generator *g, const struct model *model)
{
	if (model->n_commons > 0 && once_in(g, 3)) {
		const struct model_common *common =
		    &model->commons[below(g, model->n_commons)];

		if (common->type->kind == MODEL_RECORD || once_in(g, 60))
			return common->type;
	}
	return draw_record(g, model, 2);
}

static void
draw_actions(struct generator *g, struct model *model)
{
	model->n_actions = 1 + below(g, MODEL_ACTIONS);
	for (size_t i = 0; i < model->n_actions; i++) {
		struct model_action *action = &model->actions[i];

		action->space = draw_space(g, model);
		action->id = action_ids[(i + (once_in(g, 30) ? 1 : 0)) %
		    ARRAY_LEN(action_ids)];
		/* Of those before it, or, rarely, of all: a cycle. */
		action->parents = draw_bits(g,
		    once_in(g, 300) ? MODEL_ACTIONS : i, 3);
		action->is_applied = !once_in(g, 5);
		action->principals = draw_bits(g, model->n_entities, 2);
		action->resources = draw_bits(g, model->n_entities, 2);
		if (action->principals == 0)
			action->principals = !once_in(g, 30);
		if (action->resources == 0)
			action->resources = !once_in(g, 30);
		action->context = draw_context(g, model);
	}
}

struct model *
model_draw(struct generator *g)
{
	struct model *model = ARENA_NEW(g->arena, struct model);
	uint32_t first = below(g, 3);

	model->n_spaces = 1 + below(g, 3);
	for (size_t i = 0; i < model->n_spaces; i++)
		model->spaces[i] = spaces[(first + i) % (once_in(g, 20)
		    ? ARRAY_LEN(spaces) : 3)];
	name_entities(g, model);
	draw_commons(g, model);
	draw_entities(g, model);
	draw_actions(g, model);
	return model;
}

bool
model_is_same(const struct model_type *a, const struct model_type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->n_attrs != b->n_attrs)
		return false;
	if (a->kind == MODEL_SET)
		return model_is_same(a->element, b->element);
	for (size_t i = 0; i < a->n_attrs; i++) {
		if (a->attrs[i].name != b->attrs[i].name ||
		    a->attrs[i].is_optional != b->attrs[i].is_optional ||
		    !model_is_same(a->attrs[i].type, b->attrs[i].type))
			return false;
	}
	return a->kind != MODEL_ENTITY || a->entity == b->entity;
}

struct str
model_full_name(struct generator *g, const char *space, const char *name)
{
	return arena_format(g->arena, "%s%s%s", space,
	    space[0] != '\0' ? "::" : "", name);
}

size_t
model_pick(struct generator *g, uint32_t bits, size_t n)
{
	size_t found[32];
	size_t n_found = 0;

	for (size_t i = 0; i < n; i++) {
		if (bits >> i & 1)
			found[n_found++] = i;
	}
	return n_found > 0 ? found[below(g, n_found)] : 0;
}
