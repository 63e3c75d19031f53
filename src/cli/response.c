/* An answer of the API; see response.h. */
#include "cli/response.h"

#include <jansson.h>

bool
response_parse(struct response *answer, struct str text)
{
	answer->object = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES,
	    NULL);
	if (json_is_object(answer->object))
		return true;
	response_fini(answer);
	return false;
}

void
response_fini(struct response *answer)
{
	json_decref(answer->object);
	answer->object = NULL;
}

static struct str
text_of(const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL
	    ? (struct str){ text, json_string_length(value) }
	    : (struct str){ 0 };
}

static struct str
member(const json_t *object, const char *name)
{
	return text_of(json_object_get(object, name));
}

uint64_t
response_number(const struct response *answer, const char *object,
    const char *name)
{
	const json_t *value = json_object_get(
	    json_object_get(answer->object, object), name);
	json_int_t number = json_integer_value(value);

	if (json_is_boolean(value))
		return json_is_true(value);
	return number > 0 ? (uint64_t)number : 0;
}

struct str
response_text(const struct response *answer, const char *name)
{
	return member(answer->object, name);
}

static enum terminal_style
style_of(struct str decision)
{
	if (str_is_equal(decision, STR("permit")))
		return TERMINAL_GOOD;
	return str_is_equal(decision, STR("refer")) ? TERMINAL_WAIT
						    : TERMINAL_BAD;
}

/* "  name: text", wrapped; nothing when there is no text. */
static void
print_line(const struct terminal *out, const char *name, struct str text)
{
	if (text.len == 0)
		return;
	terminal_print(out, TERMINAL_DIM, "  %s\n", name);
	terminal_wrap(out, 4, text);
}

/* The banner stands above and below what it marks. */
static void
print_banner(const json_t *marking, const struct terminal *out)
{
	struct str banner = member(marking, "banner");

	if (banner.len == 0)
		return;
	terminal_style(out, TERMINAL_BOLD);
	terminal_text(out, banner, 120);
	terminal_style(out, TERMINAL_PLAIN);
	fputc('\n', out->file);
}

static void
print_marking(const json_t *marking, const struct terminal *out)
{
	const json_t *texts = json_object_get(marking, "texts");
	struct str erase = member(marking, "erase_or_justify_by");

	for (size_t i = 0; i < json_array_size(texts); i++)
		terminal_wrap(out, 2, text_of(json_array_get(texts, i)));
	if (erase.len > 0)
		fprintf(out->file, "  Erase it, or say why not, by %.*s.\n",
		    STR_ARG(erase));
	print_banner(marking, out);
}

static void
print_record(json_t *record, const struct terminal *out)
{
	json_t *field;
	const char *name;

	json_object_foreach(record, name, field) {
		struct str value = json_is_object(field)
		    ? member(field, "value")
		    : text_of(field);

		fputs("  ", out->file);
		terminal_cell(out, str_of(name), 24);
		fputc(' ', out->file);
		terminal_cell(out, value, 32);
		terminal_style(out, TERMINAL_DIM);
		fputc(' ', out->file);
		terminal_text(out, member(field, "mark"), 24);
		terminal_style(out, TERMINAL_PLAIN);
		fputc('\n', out->file);
	}
}

static void
print_withheld(const json_t *list, const struct terminal *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		fputs("  ", out->file);
		terminal_cell(out, member(one, "field"), 24);
		terminal_style(out, TERMINAL_DIM);
		fputs(" withheld by ", out->file);
		terminal_text(out, member(one, "pack"), 24);
		fputc('/', out->file);
		terminal_text(out, member(one, "rule"), 32);
		terminal_style(out, TERMINAL_PLAIN);
		fputc('\n', out->file);
	}
}

static void
print_rules(const json_t *rules, const struct terminal *out)
{
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);

		fputs("  ", out->file);
		terminal_text(out, member(rule, "pack"), 24);
		fputc('/', out->file);
		terminal_text(out, member(rule, "rule"), 40);
		fputc('\n', out->file);
		terminal_wrap(out, 4, member(rule, "says"));
		terminal_style(out, TERMINAL_DIM);
		if (member(rule, "remedy").len > 0)
			terminal_wrap(out, 4, member(rule, "remedy"));
		if (member(rule, "cite").len > 0)
			terminal_wrap(out, 4, member(rule, "cite"));
		terminal_style(out, TERMINAL_PLAIN);
	}
}

/* What would make the request lawful: a way in each sentence. */
static void
print_lawful(const json_t *sentences, const struct terminal *out)
{
	for (size_t i = 0; i < json_array_size(sentences); i++)
		terminal_wrap(out, 2, text_of(json_array_get(sentences, i)));
}

/* A list of objects: a line each, of its texts and numbers. */
static void
print_rows(const json_t *list, const struct terminal *out)
{
	fputc('\n', out->file);
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *value;
		const char *name;

		fputs("   ", out->file);
		json_object_foreach(json_array_get(list, i), name, value) {
			fputc(' ', out->file);
			if (json_is_integer(value))
				fprintf(out->file, "%s %lld", name,
				    (long long)json_integer_value(value));
			else
				terminal_text(out, text_of(value), 60);
		}
		fputc('\n', out->file);
	}
}

static void
print_list(const json_t *list, const struct terminal *out, const char *before)
{
	if (json_array_size(list) == 0)
		return;
	fprintf(out->file, "  %s", before);
	if (json_is_object(json_array_get(list, 0))) {
		print_rows(list, out);
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		fputs(i > 0 ? ", " : " ", out->file);
		terminal_text(out, text_of(json_array_get(list, i)), 60);
	}
	fputc('\n', out->file);
}

static void
print_problem(const json_t *object, const struct terminal *out)
{
	struct str at = member(object, "member");

	terminal_style(out, TERMINAL_BAD);
	terminal_wrap(out, 0, member(object, "title"));
	terminal_style(out, TERMINAL_PLAIN);
	if (at.len > 0)
		print_line(out, "in", at);
	if (member(object, "detail").len > 0)
		terminal_wrap(out, 2, member(object, "detail"));
}

/* What stands in a ground that was asked for or registered. */
static void
print_members(json_t *object, const struct terminal *out)
{
	static const char *const hidden[] = { "receipt", "record", "marking",
		"half", "rules", "withheld", "duties", "needs", "type", "title",
		"code", "detail", "member", "decision", "lawful_if" };
	json_t *value;
	const char *name;

	json_object_foreach(object, name, value) {
		bool is_hidden = false;

		for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
			is_hidden |= strcmp(hidden[i], name) == 0;
		/* Of a problem it is the HTTP status. */
		is_hidden |= strcmp(name, "status") == 0 &&
		    json_is_integer(value);
		if (is_hidden)
			continue;
		if (json_is_array(value)) {
			print_list(value, out, name);
			continue;
		}
		fputs("  ", out->file);
		terminal_cell(out, str_of(name), 12);
		fputc(' ', out->file);
		if (json_is_integer(value))
			fprintf(out->file, "%lld",
			    (long long)json_integer_value(value));
		else if (json_is_boolean(value))
			fputs(json_is_true(value) ? "yes" : "no", out->file);
		else
			terminal_text(out, text_of(value), 200);
		fputc('\n', out->file);
	}
}

void
response_print(const struct response *answer, const struct terminal *out)
{
	json_t *object = answer->object;
	const json_t *marking = json_object_get(object, "marking");
	struct str decision = member(object, "decision");

	if (decision.len > 0) {
		terminal_style(out, style_of(decision));
		terminal_text(out, decision, 16);
		terminal_style(out, TERMINAL_PLAIN);
		fputc('\n', out->file);
	}
	if (member(object, "title").len > 0)
		print_problem(object, out);
	print_rules(json_object_get(object, "rules"), out);
	print_lawful(json_object_get(object, "lawful_if"), out);
	print_list(json_object_get(object, "needs"), out,
	    "waits for the approval of:");
	print_banner(marking, out);
	print_record(json_object_get(object, "record"), out);
	print_withheld(json_object_get(object, "withheld"), out);
	print_marking(marking, out);
	print_list(json_object_get(object, "duties"), out, "duties:");
	print_members(object, out);
}

enum verb_exit
response_exit(long status)
{
	switch (status) {
	case 200:
	case 201:
		return VERB_OK;
	case 202: /* referred */
	case 403:
	case 404:
	case 409:
	case 410:
		return VERB_NO;
	default:
		return status >= 400 && status < 500 ? VERB_USAGE
						     : VERB_CANNOT;
	}
}
