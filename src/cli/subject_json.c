/* Subjects on the command line; see subject_json.h. */
#include "cli/subject_json.h"

#define PARTS 4

/* What is written of one subject: kind, then names and values. */
struct shape {
	const char *kind;
	char separator;
	size_t n_parts;
	const char *names[PARTS];
};

static const struct shape shapes[] = {
	{ "vin", ':', 1, { "vin" } },
	{ "plate", ':', 4, { "state", "number", "year", "type" } },
	{ "licence", ':', 2, { "state", "number" } },
	{ "person", ',', 3, { "family", "given", "birth_date" } },
};

static void
put_part(struct json *json, const char *name, struct str value)
{
	uint64_t number;

	if (strcmp(name, "year") == 0 && str_to_u64(&number, value) &&
	    number <= INT32_MAX)
		json_put_i64(json, name, (int64_t)number);
	else
		json_put_string(json, name, value);
}

static void
put_shape(struct json *json, const struct shape *shape,
    const struct str values[static PARTS])
{
	json_open_object(json);
	if (shape->n_parts == 1) {
		json_put_string(json, shape->kind, values[0]);
	} else {
		json_key(json, str_of(shape->kind));
		json_open_object(json);
		for (size_t i = 0; i < shape->n_parts; i++)
			put_part(json, shape->names[i], values[i]);
		json_close_object(json);
	}
	json_close_object(json);
}

/* Cut text at the separators. False: not as many parts as there must be. */
static bool
cut(struct str values[static PARTS], struct str text, const struct shape *shape)
{
	size_t n = 0;

	while (n < shape->n_parts) {
		size_t end = n + 1 < shape->n_parts
		    ? str_find(text, shape->separator, 0)
		    : text.len;

		if (end == text.len && n + 1 < shape->n_parts)
			return false;
		values[n] = str_trim(str_part(text, 0, end));
		if (values[n].len == 0)
			return false;
		text = str_part(text, end + 1, text.len);
		n++;
	}
	return str_find(values[n - 1], shape->separator, 0) ==
	    values[n - 1].len;
}

static struct str
option(const struct cli *cli, const char *name)
{
	return str_of(option_get(&cli->options, name));
}

/* The options that belong to a kind, in the order of its shape. */
static int
gather(struct cli *cli, struct str values[static PARTS],
    const struct shape *shape)
{
	if (strcmp(shape->kind, "person") == 0) {
		if (cut(values, option(cli, "person"), shape))
			return VERB_OK;
		return verb_fail(cli, VERB_USAGE,
		    "--person takes FAMILY,GIVEN,YYYY-MM-DD, all of it");
	}
	for (size_t i = 0; i < shape->n_parts; i++) {
		const char *name = shape->n_parts == 1 ||
			strcmp(shape->names[i], "number") == 0
		    ? shape->kind
		    : shape->names[i];

		values[i] = option(cli, name);
		if (values[i].len == 0)
			return verb_fail(cli, VERB_USAGE,
			    "--%s needs --%s: a key is whole or it is none",
			    shape->kind, name);
	}
	return VERB_OK;
}

int
subject_json_put(struct cli *cli, struct json *json)
{
	struct str values[PARTS] = { { 0 } };
	const struct shape *shape = NULL;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		if (!option_has(&cli->options, shapes[i].kind))
			continue;
		if (shape != NULL)
			return verb_fail(cli, VERB_USAGE,
			    "--%s and --%s: one request asks about one person "
			    "or vehicle",
			    shape->kind, shapes[i].kind);
		shape = &shapes[i];
	}
	if (shape == NULL)
		return verb_fail(cli, VERB_USAGE,
		    "whom or what: give --plate, --vin, --licence or "
		    "--person");
	r = gather(cli, values, shape);
	if (r == VERB_OK)
		put_shape(json, shape, values);
	return r;
}

static int
put_word(struct cli *cli, struct json *json, struct str word)
{
	size_t colon = str_find(word, ':', 0);
	struct str kind = str_part(word, 0, colon);
	struct str rest = str_part(word, colon + 1, word.len);

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct str values[PARTS] = { { 0 } };

		if (!str_is_equal(kind, str_of(shapes[i].kind)))
			continue;
		if (!cut(values, rest, &shapes[i]))
			break;
		put_shape(json, &shapes[i], values);
		return VERB_OK;
	}
	return verb_fail(cli, VERB_USAGE,
	    "--subject %.*s: vin:VIN, plate:ST:NUMBER:YYYY:TYPE, "
	    "licence:ST:NUMBER or person:FAMILY,GIVEN,YYYY-MM-DD",
	    STR_ARG(word));
}

int
subject_json_put_list(struct cli *cli, struct json *json)
{
	const char *word;
	size_t at = 0;
	int r = VERB_OK;

	if (!option_has(&cli->options, "subject"))
		return VERB_OK;
	json_key(json, STR("subjects"));
	json_open_array(json);
	while (r == VERB_OK &&
	    (word = option_next(&cli->options, "subject", &at)) != NULL)
		r = put_word(cli, json, str_of(word));
	json_close_array(json);
	return r;
}

void
subject_json_put_seal(struct cli *cli, struct json *json)
{
	const char *until = option_get(&cli->options, "sealed-until");

	if (until != NULL)
		json_put_string(json, "sealed_until", str_of(until));
}
