/* Values written as JSON; see value_json.h. */
#include "cedar/value_json.h"

#include "cedar/literal.h"

void
cedar_value_json_add_uid(struct json *json, const struct cedar_uid *uid)
{
	json_open_object(json);
	json_put_string(json, "type", uid->type);
	json_put_string(json, "id", uid->id);
	json_close_object(json);
}

void
cedar_value_json_add_fields(struct json *json, const struct cedar_field *fields,
    size_t n)
{
	json_open_object(json);
	for (size_t i = 0; i < n; i++) {
		json_key(json, fields[i].name);
		cedar_value_json_add(json, &fields[i].value);
	}
	json_close_object(json);
}

static void
add_call(struct json *json, struct str function, struct str argument)
{
	json_open_object(json);
	json_key(json, STR("__extn"));
	json_open_object(json);
	json_put_string(json, "fn", function);
	json_put_string(json, "arg", argument);
	json_close_object(json);
	json_close_object(json);
}

static void
add_extension(struct json *json, const struct cedar_value *value)
{
	char text[LITERAL_CALL_TEXT];
	struct str function;

	if (cedar_literal_call(&function, text, value)) {
		add_call(json, function, str_of(text));
		return;
	}
	json_open_object(json);
	json_key(json, STR("__extn"));
	json_open_object(json);
	json_put_string(json, "fn", STR("offset"));
	json_key(json, STR("args"));
	json_open_array(json);
	add_call(json, STR("datetime"), STR("1970-01-01"));
	add_call(json, STR("duration"), str_of(text));
	json_close_array(json);
	json_close_object(json);
	json_close_object(json);
}

/* Recursion: as deep as the value, which its reader bounded. */
void
cedar_value_json_add(struct json *json, const struct cedar_value *value)
{
	switch (value->kind) {
	case CEDAR_BOOL:
		json_bool(json, value->boolean);
		return;
	case CEDAR_LONG:
		json_i64(json, value->number);
		return;
	case CEDAR_STRING:
		json_string(json, value->text);
		return;
	case CEDAR_ENTITY:
		json_open_object(json);
		json_key(json, STR("__entity"));
		cedar_value_json_add_uid(json, &value->uid);
		json_close_object(json);
		return;
	case CEDAR_SET:
		json_open_array(json);
		for (size_t i = 0; i < value->set.n; i++)
			cedar_value_json_add(json, &value->set.items[i]);
		json_close_array(json);
		return;
	case CEDAR_RECORD:
		cedar_value_json_add_fields(json, value->record.items,
		    value->record.n);
		return;
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
	case CEDAR_IP:
		add_extension(json, value);
		return;
	}
}

int
cedar_value_json(struct buf *buf, const struct cedar_value *value)
{
	struct json json;
	int r;

	json_init(&json, buf);
	cedar_value_json_add(&json, value);
	r = buf_finish(buf);
	return r > 0 ? CEDAR_E_LIMIT : r;
}
