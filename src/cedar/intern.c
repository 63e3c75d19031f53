/* Written values to interned ones; see intern.h. */
#include "cedar/intern.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "cedar/ast.h"
#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

static int intern_at(struct value *value, const struct intern *intern,
    const struct cedar_value *input, unsigned depth);

int
cedar_intern_refuse(const struct intern *intern, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	if (intern->diags == NULL)
		return CEDAR_E_INPUT;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag_error_at(intern->diags, intern->where, "%s", text);
	return CEDAR_E_INPUT;
}

int
cedar_intern_no_room(const struct intern *intern)
{
	if (!intern->arena->is_full)
		return FAULT(ENOMEM);
	(void)cedar_intern_refuse(intern, "more than %zu bytes are needed",
	    intern->arena->limit);
	return CEDAR_E_LIMIT;
}

static int
check_text(const struct intern *intern, struct str text)
{
	if (text.len > LIMIT_CEDAR_STRING) {
		(void)cedar_intern_refuse(intern,
		    "a text is longer than %u bytes", LIMIT_CEDAR_STRING);
		return CEDAR_E_LIMIT;
	}
	if (!utf8_is_valid(text))
		return cedar_intern_refuse(intern, "a text is not valid UTF-8");
	return 0;
}

int
cedar_intern_uid(uint32_t *number, const struct intern *intern,
    const struct cedar_uid *uid)
{
	uint32_t type = cedar_names_look(&intern->scope, uid->type);
	int r;

	if (type != NAMES_NONE) {
		*number = cedar_names_look_uid(&intern->scope, type, uid->id);
		if (*number != NAMES_NONE)
			return 0;
	}
	if (!ast_is_path(uid->type))
		return cedar_intern_refuse(intern,
		    "`%.*s` is not an entity type name", STR_ARG(uid->type));
	r = check_text(intern, uid->id);
	if (r == 0)
		r = cedar_names_intern(&type, &intern->scope, uid->type);
	if (r == 0)
		r = cedar_names_intern_uid(number, &intern->scope, type,
		    uid->id);
	return r;
}

static int
intern_text(struct value *value, const struct intern *intern, struct str text)
{
	int r = check_text(intern, text);

	if (r != 0)
		return r;
	if (text.len == 0)
		text.p = "";
	else if (intern->is_copying)
		text = arena_str(intern->arena, text);
	if (text.p == NULL)
		return cedar_intern_no_room(intern);
	*value = value_string(text);
	return 0;
}

static int
intern_set(struct value *value, const struct intern *intern,
    const struct cedar_value *input, unsigned depth)
{
	size_t n = input->set.n;
	struct value *items = n < UINT32_MAX
	    ? ARENA_ARRAY(intern->arena, n, struct value) : NULL;
	int r;

	if (items == NULL)
		return cedar_intern_no_room(intern);
	for (size_t i = 0; i < n; i++) {
		r = intern_at(&items[i], intern, &input->set.items[i],
		    depth + 1);
		if (r != 0)
			return r;
	}
	*value = (struct value){ .kind = CEDAR_SET,
		.set = value_set_make(intern->arena, items, n) };
	return value->set != NULL ? 0 : cedar_intern_no_room(intern);
}

static int
record_at(const struct value_record **record, const struct intern *intern,
    const struct cedar_field *fields, size_t n, unsigned depth)
{
	uint32_t *names = n < UINT32_MAX
	    ? ARENA_ARRAY(intern->arena, n, uint32_t) : NULL;
	struct value *values = names != NULL
	    ? ARENA_ARRAY(intern->arena, n, struct value) : NULL;
	int r;

	if (values == NULL)
		return cedar_intern_no_room(intern);
	for (size_t i = 0; i < n; i++) {
		r = check_text(intern, fields[i].name);
		if (r == 0)
			r = cedar_names_intern(&names[i], &intern->scope,
			    fields[i].name);
		if (r == 0)
			r = intern_at(&values[i], intern, &fields[i].value,
			    depth + 1);
		if (r != 0)
			return r;
	}
	r = value_record_make(record, intern->arena, names, values, n);
	if (r == VALUE_E_REPEATED)
		return cedar_intern_refuse(intern,
		    "a name stands twice in one record");
	return r < 0 ? cedar_intern_no_room(intern) : 0;
}

static int
intern_ip(struct value *value, const struct intern *intern,
    const struct cedar_ip *input)
{
	struct cedar_ip *ip = ARENA_NEW(intern->arena, struct cedar_ip);
	unsigned used = input->is_v6 ? 16 : 4;

	if (ip == NULL)
		return cedar_intern_no_room(intern);
	if (input->prefix > used * 8)
		return cedar_intern_refuse(intern,
		    "an IP prefix is longer than its address");
	*ip = (struct cedar_ip){ .prefix = input->prefix,
		.is_v6 = input->is_v6 };
	memcpy(ip->bytes, input->bytes, used);
	*value = (struct value){ .kind = CEDAR_IP, .ip = ip };
	return 0;
}

/* Recursion: bounded by LIMIT_CEDAR_VALUE_DEPTH. */
static int
intern_at(struct value *value, const struct intern *intern,
    const struct cedar_value *input, unsigned depth)
{
	uint32_t uid = 0;
	int r;

	if (depth > LIMIT_CEDAR_VALUE_DEPTH) {
		(void)cedar_intern_refuse(intern,
		    "a value is nested more than %d deep",
		    LIMIT_CEDAR_VALUE_DEPTH);
		return CEDAR_E_LIMIT;
	}
	switch (input->kind) {
	case CEDAR_BOOL:
		*value = value_bool(input->boolean);
		return 0;
	case CEDAR_LONG:
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
		*value = value_number(input->kind, input->number);
		return 0;
	case CEDAR_STRING:
		return intern_text(value, intern, input->text);
	case CEDAR_ENTITY:
		r = cedar_intern_uid(&uid, intern, &input->uid);
		*value = value_uid(uid);
		return r;
	case CEDAR_SET:
		return intern_set(value, intern, input, depth);
	case CEDAR_RECORD:
		*value = (struct value){ .kind = CEDAR_RECORD };
		return record_at(&value->record, intern, input->record.items,
		    input->record.n, depth);
	case CEDAR_IP:
		return intern_ip(value, intern, &input->ip);
	}
	return cedar_intern_refuse(intern, "a value has no kind");
}

int
cedar_intern_value(struct value *value, const struct intern *intern,
    const struct cedar_value *input)
{
	return intern_at(value, intern, input, 0);
}

int
cedar_intern_record(const struct value_record **record,
    const struct intern *intern, const struct cedar_field *fields, size_t n)
{
	return record_at(record, intern, fields, n, 0);
}

/* ------------------------------------------------------------------ */
/* The way back.						      */

struct cedar_uid
cedar_intern_back_uid(const struct names_scope *scope, uint32_t uid)
{
	const struct names_entry *entry = cedar_names_uid(scope, uid);

	return (struct cedar_uid){ cedar_names_text(scope, entry->type),
		entry->text };
}

static int
compare_fields(const void *a, const void *b)
{
	const struct cedar_field *x = a;
	const struct cedar_field *y = b;

	return str_compare(x->name, y->name);
}

bool
cedar_intern_back_fields(const struct cedar_field **out, struct arena *arena,
    const struct names_scope *scope, const struct value_record *record)
{
	struct cedar_field *fields =
	    ARENA_ARRAY(arena, record->n, struct cedar_field);

	if (fields == NULL)
		return false;
	for (uint32_t i = 0; i < record->n; i++) {
		fields[i].name = cedar_names_text(scope, record->names[i]);
		if (!cedar_intern_back(&fields[i].value, arena, scope,
		    &record->values[i]))
			return false;
	}
	if (record->n > 1)
		qsort(fields, record->n, sizeof(*fields), compare_fields);
	*out = fields;
	return true;
}

static int
compare_entities(const void *a, const void *b)
{
	const struct cedar_value *x = a;
	const struct cedar_value *y = b;
	int r = str_compare(x->uid.type, y->uid.type);

	return r != 0 ? r : str_compare(x->uid.id, y->uid.id);
}

static bool
back_set(struct cedar_value *value, struct arena *arena,
    const struct names_scope *scope, const struct value_set *set)
{
	struct cedar_value *items =
	    ARENA_ARRAY(arena, set->n, struct cedar_value);

	if (items == NULL)
		return false;
	for (uint32_t i = 0; i < set->n; i++) {
		struct value item = value_set_get(set, i);

		if (!cedar_intern_back(&items[i], arena, scope, &item))
			return false;
	}
	if (set->uids != NULL && set->n > 1)
		qsort(items, set->n, sizeof(*items), compare_entities);
	*value = cedar_set(items, set->n);
	return true;
}

/* Recursion: bounded by LIMIT_CEDAR_VALUE_DEPTH and the height of code. */
bool
cedar_intern_back(struct cedar_value *value, struct arena *arena,
    const struct names_scope *scope, const struct value *input)
{
	*value = (struct cedar_value){ .kind = (enum cedar_kind)input->kind };
	switch (value->kind) {
	case CEDAR_BOOL:
		value->boolean = input->number != 0;
		return true;
	case CEDAR_LONG:
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
		value->number = input->number;
		return true;
	case CEDAR_STRING:
		value->text = value_text(input);
		return true;
	case CEDAR_ENTITY:
		value->uid = cedar_intern_back_uid(scope, input->uid);
		return true;
	case CEDAR_SET:
		return back_set(value, arena, scope, input->set);
	case CEDAR_RECORD:
		value->record.n = input->record->n;
		return cedar_intern_back_fields(&value->record.items, arena,
		    scope, input->record);
	case CEDAR_IP:
		value->ip = *input->ip;
		return true;
	}
	return false;
}
