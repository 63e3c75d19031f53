/* The members of policies as JSON; see est_fields.h. */
#include "cedar/est_fields.h"

#include <errno.h>
#include <stdarg.h>

#include "limits.h"
#include "stile/cedar.h"
#include "util/fault.h"

void
cedar_est_fields_complain(struct est_reader *reader,
    const struct jsontree *json, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	if (reader->r != 0)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error(reader->diags, json->span.at, json->span.len, "%s", text);
	reader->r = CEDAR_E_INPUT;
}

void *
cedar_est_fields_alloc(struct est_reader *reader, size_t n, size_t size)
{
	void *p = arena_array(reader->arena, n, size);

	if (p == NULL && reader->r == 0)
		reader->r = reader->arena->is_full ? CEDAR_E_LIMIT
						   : FAULT(ENOMEM);
	return p;
}

/* Take the members of an object apart; no others may be there. */
bool
cedar_est_fields_take(struct est_reader *reader, const struct jsontree *json,
    struct est_field *list, size_t n)
{
	if (json->kind != JSONTREE_OBJECT)
		return REFUSED(reader, json, "expected an object");
	for (size_t i = 0; i < json->object.n; i++) {
		const struct jsontree_member *member = &json->object.items[i];
		size_t j = 0;

		while (j < n &&
		    !str_is_equal(str_of(list[j].name), member->name))
			j++;
		if (j == n)
			return REFUSED(reader, &member->value,
			    "unknown member `%.*s`", STR_ARG(member->name));
		list[j].value = &member->value;
	}
	for (size_t j = 0; j < n; j++) {
		if (list[j].value == NULL && !list[j].is_optional)
			return REFUSED(reader, json, "member `%s` is missing",
			    list[j].name);
	}
	return true;
}

bool
cedar_est_fields_string(struct est_reader *reader, struct str *text,
    const struct jsontree *json)
{
	if (json->kind != JSONTREE_STRING)
		return REFUSED(reader, json, "expected a string");
	*text = json->text;
	return true;
}

bool
cedar_est_fields_type(struct est_reader *reader, struct ast_name *name,
    const struct jsontree *json)
{
	if (!cedar_est_fields_string(reader, &name->text, json))
		return false;
	return ast_is_path(name->text) ||
	    REFUSED(reader, json, "not an entity type name: `%.*s`",
		STR_ARG(name->text));
}

/* {type, id}, or {__entity: {type, id}} */
bool
cedar_est_fields_uid(struct est_reader *reader, struct ast_uid *uid,
    const struct jsontree *json)
{
	struct est_field list[] = { { "type" }, { "id" } };
	const struct jsontree *inner =
	    cedar_jsontree_get(json, STR("__entity"));

	if (inner != NULL) {
		struct est_field outer[] = { { "__entity" } };

		if (!cedar_est_fields_take(reader, json, outer,
			ARRAY_LEN(outer)))
			return false;
		json = inner;
	}
	return cedar_est_fields_take(reader, json, list, ARRAY_LEN(list)) &&
	    cedar_est_fields_type(reader, &uid->type, list[0].value) &&
	    cedar_est_fields_string(reader, &uid->id, list[1].value);
}
