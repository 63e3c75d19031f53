/* Policies that fit a schema, mostly: see typed.h. */
#include "typed.h"

#define MOST_PATHS 64
#define MOST_STEPS 4

/* An attribute of an attribute .. of a variable. */
struct path {
	const char *root;
	const struct model_attr *steps[MOST_STEPS];
	size_t n;
};

struct paths {
	struct path items[MOST_PATHS];
	size_t n;
};

/* Where an expression stands. */
struct place {
	struct generator *g;
	const struct typed_env *env;
};

static const struct model_type boolean = { .kind = MODEL_BOOL };
static const struct model_type number = { .kind = MODEL_LONG };
static const struct model_type string = { .kind = MODEL_STRING };
static const struct model_type decimal = { .kind = MODEL_DECIMAL };
static const struct model_type datetime = { .kind = MODEL_DATETIME };
static const struct model_type duration = { .kind = MODEL_DURATION };
static const struct model_type ip = { .kind = MODEL_IP };
static const struct model_type set_of_longs = { .kind = MODEL_SET,
	.element = &number };
static const struct model_type set_of_strings = { .kind = MODEL_SET,
	.element = &string };

static void expr(const struct place *at, const struct model_type *type,
    int depth);

/* ------------------------------------------------------------------ */
/* Paths.							      */

static void
collect(struct paths *found, const struct place *at, struct path *path,
    const struct model_type *here, const struct model_type *wanted)
{
	const struct model_type *shape = here;

	if (found->n < MOST_PATHS && model_is_same(here, wanted))
		found->items[found->n++] = *path;
	if (here->kind == MODEL_ENTITY)
		shape = at->env->model->entities[here->entity].shape;
	if (shape->kind != MODEL_RECORD || path->n == MOST_STEPS)
		return;
	for (size_t i = 0; i < shape->n_attrs; i++) {
		path->steps[path->n++] = &shape->attrs[i];
		collect(found, at, path, shape->attrs[i].type, wanted);
		path->n--;
	}
}

static void
collect_all(struct paths *found, const struct place *at,
    const struct model_type *wanted)
{
	struct model_type principal = { .kind = MODEL_ENTITY,
		.entity = at->env->principal };
	struct model_type resource = { .kind = MODEL_ENTITY,
		.entity = at->env->resource };
	struct path path = { .root = "principal" };

	found->n = 0;
	collect(found, at, &path, &principal, wanted);
	path.root = "resource";
	collect(found, at, &path, &resource, wanted);
	path.root = "context";
	collect(found, at, &path,
	    at->env->model->actions[at->env->action].context, wanted);
}

static void
put_path(struct generator *g, const struct path *path, size_t n)
{
	put(g, path->root);
	for (size_t i = 0; i < n; i++) {
		const char *name = path->steps[i]->name;

		if (generator_is_name(name) && !once_in(g, 6)) {
			putf(g, ".%s", name);
		} else {
			put(g, "[");
			generator_literal(g, name);
			put(g, "]");
		}
	}
}

static bool
has_optional(const struct path *path)
{
	for (size_t i = 0; i < path->n; i++) {
		if (path->steps[i]->is_optional)
			return true;
	}
	return false;
}

/* `x has a && x.a has b`: what the path needs. */
static void
put_guard(struct generator *g, const struct path *path)
{
	const char *and = "";
	bool is_all = true;

	for (size_t i = 0; i < path->n; i++)
		is_all &= generator_is_name(path->steps[i]->name);
	if (is_all && once_in(g, 3)) { /* x has a.b */
		putf(g, "%s has ", path->root);
		for (size_t i = 0; i < path->n; i++)
			putf(g, "%s%s", i > 0 ? "." : "", path->steps[i]->name);
		return;
	}
	for (size_t i = 0; i < path->n; i++) {
		if (!path->steps[i]->is_optional && !once_in(g, 8))
			continue;
		put(g, and);
		put_path(g, path, i);
		put(g, " has ");
		if (generator_is_name(path->steps[i]->name) && !once_in(g, 4))
			put(g, path->steps[i]->name);
		else
			generator_literal(g, path->steps[i]->name);
		and = " && ";
	}
	put(g, and[0] == '\0' ? "true" : "");
}

/* ------------------------------------------------------------------ */
/* Literals.							      */

static void
put_uid(struct generator *g, struct cedar_uid uid)
{
	putf(g, "%.*s::", STR_ARG(uid.type));
	generator_literal(g, uid.id.p);
}

static void
extension_literal(struct generator *g, const char *name,
    const char *const *texts, size_t n)
{
	putf(g, "%s(", name);
	generator_literal(g, texts[below(g, once_in(g, 40) ? n : n - 1)]);
	put(g, ")");
}

static void
literal(const struct place *at, const struct model_type *type, int depth)
{
	static const char *const numbers[] = { "0", "1", "2", "(-1)",
		"9223372036854775807", "(-9223372036854775808)" };
	static const char *const texts[] = { "a", "abc", "", "*", "é\\" };
	static const char *const decimals[] = { "1.0", "-0.5", "3.1416", "1" };
	static const char *const times[] = { "2024-01-01", "1970-01-01T00:00:01Z",
		"9999-12-31T23:59:59.999+2359", "2024-02-30" };
	static const char *const spans[] = { "1h", "-1d2h", "0ms", "h" };
	static const char *const ips[] = { "10.0.0.1", "10.0.0.0/8", "::1", "x" };
	struct generator *g = at->g;

	switch (type->kind) {
	case MODEL_BOOL:
		put(g, once_in(g, 3) ? "false" : "true");
		return;
	case MODEL_LONG:
		put(g, ONE_OF(g, numbers));
		return;
	case MODEL_STRING:
		generator_literal(g, ONE_OF(g, texts));
		return;
	case MODEL_DECIMAL:
		extension_literal(g, "decimal", decimals, ARRAY_LEN(decimals));
		return;
	case MODEL_DATETIME:
		extension_literal(g, "datetime", times, ARRAY_LEN(times));
		return;
	case MODEL_DURATION:
		extension_literal(g, "duration", spans, ARRAY_LEN(spans));
		return;
	case MODEL_IP:
		extension_literal(g, "ip", ips, ARRAY_LEN(ips));
		return;
	case MODEL_ENTITY:
		put_uid(g, typed_draw_uid(g, at->env->model, type->entity));
		return;
	case MODEL_SET:
		put(g, "[");
		for (uint32_t i = 0, n = once_in(g, 30) ? 0 : 1 + below(g, 3);
		    i < n; i++) {
			put(g, i > 0 ? ", " : "");
			expr(at, type->element, depth - 1);
		}
		put(g, "]");
		return;
	case MODEL_RECORD:
		put(g, "{");
		for (size_t i = 0; i < type->n_attrs; i++) {
			put(g, i > 0 ? ", " : "");
			generator_literal(g, type->attrs[i].name);
			put(g, ": ");
			expr(at, type->attrs[i].type, depth - 1);
		}
		put(g, "}");
	}
}

/* ------------------------------------------------------------------ */
/* Operators.							      */

static void
binary(const struct place *at, const struct model_type *a, const char *op,
    const struct model_type *b, int depth)
{
	put(at->g, "(");
	expr(at, a, depth - 1);
	putf(at->g, " %s ", op);
	expr(at, b, depth - 1);
	put(at->g, ")");
}

static void
method(const struct place *at, const struct model_type *a, const char *name,
    const struct model_type *b, int depth)
{
	expr(at, a, depth - 1);
	putf(at->g, ".%s(", name);
	if (b != NULL)
		expr(at, b, depth - 1);
	put(at->g, ")");
}

/* Some type that is met in this environment. */
static const struct model_type *
draw_type(const struct place *at)
{
	static const struct model_type *const simple[] = { &boolean, &number,
		&string, &decimal, &datetime, &duration, &ip, &set_of_longs,
		&set_of_strings };
	struct generator *g = at->g;
	const struct model *model = at->env->model;
	const struct model_type *shape = model->entities[once_in(g, 2)
	    ? at->env->resource : at->env->principal].shape;
	struct model_type *type;

	if (once_in(g, 3))
		shape = model->actions[at->env->action].context;
	if (shape->kind == MODEL_RECORD && shape->n_attrs > 0 &&
	    !once_in(g, 3))
		return shape->attrs[below(g, shape->n_attrs)].type;
	if (!once_in(g, 2))
		return ONE_OF(g, simple);
	type = ARENA_NEW(g->arena, struct model_type);
	type->kind = MODEL_ENTITY;
	type->entity = below(g, model->n_entities);
	return type;
}

static const struct model_type *
set_of(const struct place *at, const struct model_type *element)
{
	struct model_type *type = ARENA_NEW(at->g->arena, struct model_type);

	type->kind = MODEL_SET;
	type->element = element;
	return type;
}

static const struct model_type *
entity_type(const struct place *at)
{
	struct model_type *type = ARENA_NEW(at->g->arena, struct model_type);
	const size_t near[] = { at->env->principal, at->env->resource,
		below(at->g, at->env->model->n_entities) };

	type->kind = MODEL_ENTITY;
	type->entity = ONE_OF(at->g, near);
	return type;
}

static void
membership(const struct place *at, int depth)
{
	const struct model_type *element = draw_type(at);
	const struct model_type *set = set_of(at, element);

	switch (below(at->g, 4)) {
	case 0:
		method(at, set, "contains", element, depth);
		break;
	case 1:
		method(at, set, "containsAll", set, depth);
		break;
	case 2:
		method(at, set, "containsAny", set, depth);
		break;
	default:
		method(at, set, "isEmpty", NULL, depth);
	}
}

static void
in(const struct place *at, int depth)
{
	const struct model *model = at->env->model;
	struct generator *g = at->g;
	const struct model_type *a = entity_type(at);
	const struct model_type *b = entity_type(at);
	struct cedar_uid uid = typed_action_uid(g, model,
	    below(g, model->n_actions));
	bool is_set;

	if (once_in(g, 3)) { /* of actions */
		put(g, "(");
		if (once_in(g, 3))
			put_uid(g, uid);
		else
			put(g, "action");
		put(g, once_in(g, 3) ? " == " : " in ");
		uid = typed_action_uid(g, model, below(g, model->n_actions));
		is_set = once_in(g, 2);
		put(g, is_set ? "[" : "(");
		put_uid(g, uid);
		put(g, is_set ? "])" : "))");
		return;
	}
	binary(at, a, "in", once_in(g, 3) ? set_of(at, b) : b, depth);
}

static void
is(const struct place *at, int depth)
{
	struct generator *g = at->g;
	size_t entity = below(g, at->env->model->n_entities);
	struct str name = typed_draw_uid(g, at->env->model, entity).type;

	put(g, "(");
	expr(at, entity_type(at), depth - 1);
	putf(g, " is %.*s", STR_ARG(name));
	if (once_in(g, 3)) {
		put(g, " in ");
		expr(at, entity_type(at), depth - 1);
	}
	put(g, ")");
}

/* Of an attribute that is there, or of another. */
static void
has(const struct place *at)
{
	static const char *const others[] = { "a", "n", "zz", "owner", "x y" };
	struct generator *g = at->g;
	static struct paths found;

	collect_all(&found, at, draw_type(at));
	put(g, "(");
	if (found.n > 0 && !once_in(g, 3)) {
		put_guard(g, &found.items[below(g, found.n)]);
	} else {
		put(g, once_in(g, 2) ? "context has " : "resource has ");
		generator_literal(g, ONE_OF(g, others));
	}
	put(g, ")");
}

/* x.hasTag(k) && .. x.getTag(k) .. */
static void
tag(const struct place *at, const struct model_type *type, int depth)
{
	static const char *const keys[] = { "\"k\"", "\"\"", "context.n",
		"principal.a" };
	struct generator *g = at->g;
	bool is_bool = type->kind == MODEL_BOOL;
	const char *root = once_in(g, 2) ? "resource" : "principal";
	const char *key = keys[below(g, once_in(g, 8) ? 4 : 2)];
	bool is_other = once_in(g, 20);

	putf(g, "(%s%s.hasTag(%s) %s ", is_bool ? "" : "if ", root, key,
	    is_bool ? "&&" : "then");
	putf(g, "%s.getTag(%s)", root, is_other ? "\"other\"" : key);
	if (!is_bool) {
		put(g, " else ");
		expr(at, type, depth - 1);
	}
	put(g, ")");
}

static void
extension_test(const struct place *at, int depth)
{
	static const char *const ip_tests[] = { "isIpv4", "isIpv6", "isLoopback",
		"isMulticast" };
	static const char *const decimal_tests[] = { "lessThan",
		"lessThanOrEqual", "greaterThan", "greaterThanOrEqual" };

	switch (below(at->g, 3)) {
	case 0:
		method(at, &ip, ONE_OF(at->g, ip_tests), NULL, depth);
		break;
	case 1:
		method(at, &ip, "isInRange", &ip, depth);
		break;
	default:
		method(at, &decimal, ONE_OF(at->g, decimal_tests), &decimal,
		    depth);
	}
}

static void
compare(const struct place *at, int depth)
{
	static const char *const order[] = { "<", "<=", ">", ">=" };
	static const struct model_type *const types[] = { &number, &datetime,
		&duration };
	const struct model_type *type = ONE_OF(at->g, types);

	binary(at, type, ONE_OF(at->g, order), type, depth);
}

static void
boolean_form(const struct place *at, int depth)
{
	struct generator *g = at->g;
	const struct model_type *type;

	switch (below(g, 13)) {
	case 0:
	case 1:
		binary(at, &boolean, "&&", &boolean, depth);
		return;
	case 2:
		binary(at, &boolean, "||", &boolean, depth);
		return;
	case 3:
		put(g, "!(");
		expr(at, &boolean, depth - 1);
		put(g, ")");
		return;
	case 4:
	case 5:
		type = draw_type(at);
		binary(at, type, once_in(g, 3) ? "!=" : "==", type, depth);
		return;
	case 6:
		compare(at, depth);
		return;
	case 7:
		in(at, depth);
		return;
	case 8:
		is(at, depth);
		return;
	case 9:
		has(at);
		return;
	case 10:
		put(g, "(");
		expr(at, &string, depth - 1);
		put(g, once_in(g, 2) ? " like \"*a\\*\")" : " like \"a*\")");
		return;
	case 11:
		membership(at, depth);
		return;
	default:
		extension_test(at, depth);
	}
}

static void
number_form(const struct place *at, int depth)
{
	static const char *const times[] = { "toMilliseconds", "toSeconds",
		"toMinutes", "toHours", "toDays" };
	static const char *const operators[] = { "+", "-", "*" };

	switch (below(at->g, 3)) {
	case 0:
		binary(at, &number, ONE_OF(at->g, operators), &number, depth);
		return;
	case 1:
		put(at->g, "(-(");
		expr(at, &number, depth - 1);
		put(at->g, "))");
		return;
	default:
		method(at, &duration, ONE_OF(at->g, times), NULL, depth);
	}
}

/* A form whose result is of that type. */
static void
form(const struct place *at, const struct model_type *type, int depth)
{
	switch (type->kind) {
	case MODEL_BOOL:
		boolean_form(at, depth);
		return;
	case MODEL_LONG:
		number_form(at, depth);
		return;
	case MODEL_DATETIME:
		if (once_in(at->g, 2))
			method(at, &datetime, "offset", &duration, depth);
		else
			method(at, &datetime, "toDate", NULL, depth);
		return;
	case MODEL_DURATION:
		if (once_in(at->g, 2))
			method(at, &datetime, "durationSince", &datetime, depth);
		else
			method(at, &datetime, "toTime", NULL, depth);
		return;
	case MODEL_STRING:
	case MODEL_DECIMAL:
	case MODEL_IP:
	case MODEL_ENTITY:
	case MODEL_SET:
	case MODEL_RECORD:
		literal(at, type, depth);
	}
}

static void
branch(const struct place *at, const struct model_type *type, int depth)
{
	put(at->g, "(if ");
	expr(at, &boolean, depth - 1);
	put(at->g, " then ");
	expr(at, type, depth - 1);
	put(at->g, " else ");
	expr(at, type, depth - 1);
	put(at->g, ")");
}

/* An attribute of that type, behind the `has` it needs. */
static void
path(const struct place *at, const struct model_type *type, int depth)
{
	static struct paths found;
	const struct path *chosen;
	struct path kept;
	struct generator *g = at->g;

	collect_all(&found, at, type);
	if (found.n == 0) {
		literal(at, type, depth);
		return;
	}
	chosen = &found.items[below(g, found.n)];
	kept = *chosen;
	if (!has_optional(chosen) || once_in(g, 16)) {
		put_path(g, chosen, chosen->n);
		return;
	}
	put(g, type->kind == MODEL_BOOL ? "(" : "(if ");
	put_guard(g, &kept);
	put(g, type->kind == MODEL_BOOL ? " && " : " then ");
	put_path(g, &kept, kept.n);
	if (type->kind != MODEL_BOOL) {
		put(g, " else ");
		literal(at, type, depth - 1);
	}
	put(g, ")");
}

static void
expr(const struct place *at, const struct model_type *type, int depth)
{
	if (once_in(at->g, 60))
		type = draw_type(at);
	if (type->kind == MODEL_BOOL && depth > 0 && !once_in(at->g, 4)) {
		boolean_form(at, depth);
		return;
	}
	switch (depth < -1 ? 0 : below(at->g, depth > 0 ? 8 : 4)) {
	case 0:
		literal(at, type, depth);
		return;
	case 1:
	case 2:
	case 3:
	case 4:
		path(at, type, depth);
		return;
	case 5:
		form(at, type, depth);
		return;
	case 6:
		branch(at, type, depth);
		return;
	default:
		tag(at, type, depth);
	}
}

/* ------------------------------------------------------------------ */
/* Policies.							      */

/* Returns: whether it has the slot. */
static bool
scope(struct generator *g, const struct model *model, const char *var,
    size_t entity, bool may_slot)
{
	uint32_t kind = below(g, 6);
	bool is_slot = false;
	size_t other = entity;

	if (may_slot && kind < 3)
		kind = 3 + kind;
	put(g, var);
	if (kind == 0)
		return false;
	if (kind < 4)
		putf(g, " is %.*s",
		    STR_ARG(typed_draw_uid(g, model, entity).type));
	if (kind < 3)
		return false;
	put(g, kind == 5 ? " == " : " in ");
	is_slot = may_slot && once_in(g, 2);
	if (kind < 5 && once_in(g, 2))
		other = model_pick(g, model->entities[entity].parents,
		    model->n_entities);
	if (is_slot)
		putf(g, "?%s", var);
	else
		put_uid(g, typed_draw_uid(g, model, other));
	return is_slot;
}

static void
action_scope(struct generator *g, const struct typed_env *env)
{
	uint32_t kind = below(g, 5);
	const struct model *model = env->model;

	put(g, "action");
	if (kind == 0)
		return;
	put(g, kind < 3 ? " == " : " in ");
	if (kind < 4) {
		put_uid(g, typed_action_uid(g, model, env->action));
		return;
	}
	put(g, "[");
	put_uid(g, typed_action_uid(g, model, env->action));
	for (uint32_t i = 0, n = below(g, 3); i < n; i++) {
		put(g, ", ");
		put_uid(g, typed_action_uid(g, model,
		    below(g, model->n_actions)));
	}
	put(g, "]");
}

void
typed_policy(struct generator *g, const struct model *model, bool may_slot,
    struct slots *slots)
{
	struct typed_env env = typed_draw_env(g, model);
	struct place at = { g, &env };

	put(g, once_in(g, 3) ? "forbid(" : "permit(");
	slots->principal = scope(g, model, "principal", env.principal,
	    may_slot);
	put(g, ", ");
	action_scope(g, &env);
	put(g, ", ");
	slots->resource = scope(g, model, "resource", env.resource, may_slot);
	put(g, ")");
	for (uint32_t i = 0, n = below(g, 3); i < n; i++) {
		put(g, once_in(g, 4) ? "\nunless {" : "\nwhen {");
		expr(&at, &boolean, 1 + (int)below(g, 1 + below(g, 4)));
		put(g, "}");
	}
	put(g, ";");
}
