/* Messages of evaluation errors, made only when someone asks. */
#include <inttypes.h>

#include "cedar/entities.h"
#include "cedar/eval.h"
#include "cedar/query.h"
#include "stile/cedar.h"

static const char *const kind_names[] = {
	[CEDAR_BOOL] = "bool",
	[CEDAR_LONG] = "long",
	[CEDAR_STRING] = "string",
	[CEDAR_ENTITY] = "(entity of type `any_entity_type`)",
	[CEDAR_SET] = "set",
	[CEDAR_RECORD] = "record",
	[CEDAR_DECIMAL] = "decimal",
	[CEDAR_DATETIME] = "datetime",
	[CEDAR_DURATION] = "duration",
	[CEDAR_IP] = "ipaddr",
};

struct explain {
	struct arena *arena;
	const struct names_scope *scope;
	const struct eval_error *error;
};

static struct str
got_name(const struct explain *explain)
{
	const struct value *got = &explain->error->a;
	uint32_t type;

	if (got->kind != CEDAR_ENTITY)
		return str_of(kind_names[got->kind]);
	type = cedar_names_uid(explain->scope, got->uid)->type;
	return arena_format(explain->arena, "(entity of type `%.*s`)",
	    STR_ARG(cedar_names_text(explain->scope, type)));
}

static struct str
type_error(const struct explain *explain)
{
	/* The order in which the original lists them. */
	static const uint8_t order[] = { CEDAR_BOOL, CEDAR_LONG, CEDAR_STRING,
		CEDAR_SET, CEDAR_RECORD, CEDAR_ENTITY, CEDAR_DECIMAL,
		CEDAR_DATETIME, CEDAR_DURATION, CEDAR_IP };
	struct str list = STR("");
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		if ((explain->error->expected & EVAL_BIT(order[i])) == 0)
			continue;
		list = arena_format(explain->arena, "%.*s%s%s", STR_ARG(list),
		    n > 0 ? ", " : "", kind_names[order[i]]);
		n++;
	}
	return arena_format(explain->arena,
	    "type error: expected %s%.*s%s, got %.*s",
	    n > 1 ? "one of [" : "", STR_ARG(list), n > 1 ? "]" : "",
	    STR_ARG(got_name(explain)));
}

static struct str
attribute_error(const struct explain *explain)
{
	const struct eval_error *error = explain->error;
	struct str name = cedar_names_text(explain->scope, error->name);

	if (error->a.kind != CEDAR_ENTITY)
		return arena_format(explain->arena,
		    "record does not have the attribute `%.*s`",
		    STR_ARG(name));
	return arena_format(explain->arena,
	    "`%.*s` does not have the attribute `%.*s`",
	    STR_ARG(cedar_entities_name(explain->arena, explain->scope,
	    error->a.uid)), STR_ARG(name));
}

static struct str
overflow_error(const struct explain *explain)
{
	const struct eval_error *error = explain->error;

	if (str_is_equal(str_of(error->why), STR("negate")))
		return arena_format(explain->arena,
		    "integer overflow while attempting to negate the value "
		    "`%" PRId64 "`", error->a.number);
	return arena_format(explain->arena,
	    "integer overflow while attempting to %s the values `%" PRId64
	    "` and `%" PRId64 "`", error->why, error->a.number,
	    error->b.number);
}

static struct str
extension_error(const struct explain *explain)
{
	const struct eval_error *error = explain->error;
	struct str name = ast_functions[error->at->function].name;

	/* The original names the type here, which only for ip is not the function. */
	if (error->at->function == AST_FN_IP)
		name = STR("ipaddr");
	if (error->a.kind == CEDAR_STRING)
		return arena_format(explain->arena,
		    "error while evaluating `%.*s` extension function: %s: "
		    "`%.*s`", STR_ARG(name), error->why,
		    STR_ARG(value_text(&error->a)));
	return arena_format(explain->arena,
	    "error while evaluating `%.*s` extension function: %s %" PRId64
	    "ms and %" PRId64 "ms", STR_ARG(name), error->why,
	    error->a.number, error->b.number);
}

static struct str
arity_error(const struct explain *explain)
{
	const struct ast_function_row *row =
	    &ast_functions[explain->error->at->function];

	return arena_format(explain->arena,
	    "wrong number of arguments provided to extension function `%.*s`: "
	    "expected %u, got %" PRIu32, STR_ARG(row->name), row->n_args,
	    explain->error->n_args);
}

struct str
cedar_query_explain(const struct cedar_query *query,
    const struct cedar_error *error, struct arena *arena)
{
	return cedar_query_explain_in(cedar_query_eval(query), error, arena);
}

struct str
cedar_query_explain_in(const struct eval *eval,
    const struct cedar_error *error, struct arena *arena)
{
	const struct eval_error *detail = error->detail;
	struct explain explain = { arena, &eval->scope, detail };
	struct str name = { 0 };

	if (detail == NULL)
		return name;
	if (detail->a.kind == CEDAR_ENTITY)
		name = cedar_entities_name(arena, &eval->scope, detail->a.uid);
	switch (error->kind) {
	case CEDAR_ERROR_TYPE:
		return type_error(&explain);
	case CEDAR_ERROR_ENTITY:
		return arena_format(arena, "entity `%.*s` does not exist",
		    STR_ARG(name));
	case CEDAR_ERROR_ATTRIBUTE:
		return attribute_error(&explain);
	case CEDAR_ERROR_TAG:
		return arena_format(arena,
		    "`%.*s` does not have the tag `%.*s`", STR_ARG(name),
		    STR_ARG(value_text(&detail->b)));
	case CEDAR_ERROR_OVERFLOW:
		return overflow_error(&explain);
	case CEDAR_ERROR_ARITY:
		return arity_error(&explain);
	case CEDAR_ERROR_EXTENSION:
		return extension_error(&explain);
	}
	return (struct str){ 0 };
}
