/* Reading reviewed drafts; see review.h. */
#include "release/review.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "limits.h"
#include "release/signoff.h"
#include "util/fault.h"
#include "util/hex.h"

/* --- one line ------------------------------------------------------------- */

PRINTF(3, 4) static int
wrong(const struct review *review, struct diag_list *diags,
    const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diag_error_at(diags, diags->where, "line %llu: %s",
	    (unsigned long long)review->lines.n, text);
	return REVIEW_E_WRONG;
}

static int
parse_line(const struct review *review, json_t **json, struct str line,
    struct diag_list *diags)
{
	json_error_t error;

	*json = json_loadb(line.p, line.len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (json_is_object(*json))
		return 0;
	json_decref(*json);
	*json = NULL;
	return wrong(review, diags, "not a JSON object: %s", error.text);
}

/* A text member into the arena; empty when it is absent. */
static int
take_text(struct str *to, struct arena *arena, json_t *json, const char *name)
{
	const json_t *value = json_object_get(json, name);

	*to = STR("");
	if (!json_is_string(value))
		return 0;
	*to = arena_str(arena, (struct str){ json_string_value(value),
				   json_string_length(value) });
	return to->p != NULL ? 0 : FAULT(ENOMEM);
}

static bool
take_number(uint64_t *to, json_t *json, const char *name)
{
	const json_t *value = json_object_get(json, name);

	*to = 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*to = (uint64_t)json_integer_value(value);
	return true;
}

static int
check_names(const struct review *review, json_t *json, const char *const *names,
    size_t n, struct diag_list *diags)
{
	const char *name;
	json_t *value;

	json_object_foreach(json, name, value) {
		bool is_known = false;

		for (size_t i = 0; i < n; i++)
			is_known |= strcmp(names[i], name) == 0;
		if (!is_known)
			return wrong(review, diags, "`%s` does not belong here",
			    name);
	}
	return 0;
}

static int
read_head(struct review *review, json_t *json, struct diag_list *diags)
{
	static const char *const names[] = { "stile", "title", "from", "to",
		"agency", "kind", "profile", "nonce" };
	struct str kind;
	int r = take_text(&kind, &review->arena, json, "stile");

	if (r == 0)
		r = take_text(&review->title, &review->arena, json, "title");
	if (r == 0)
		r = take_text(&review->agency, &review->arena, json, "agency");
	if (r == 0)
		r = take_text(&review->kind, &review->arena, json, "kind");
	if (r == 0)
		r = take_text(&review->profile, &review->arena, json,
		    "profile");
	if (r < 0)
		return TRACE(r);
	if (!str_is_equal(kind, STR("release-draft@v1")) ||
	    !take_number(&review->from, json, "from") ||
	    !take_number(&review->to, json, "to"))
		return wrong(review, diags, "not the head of a release's draft");
	return check_names(review, json, names, ARRAY_LEN(names), diags);
}

static int
take_exemptions(const struct review *review, struct review_text *text,
    json_t *json, struct diag_list *diags)
{
	const char *list = json_string_value(json_object_get(json,
	    "exemptions"));
	struct str bad;

	if (list == NULL || list[0] == '\0')
		return 0;
	if (exemption_parse(&text->exemptions, &bad, str_of(list)))
		return exemption_fits(text->exemptions)
		    ? 0
		    : wrong(review, diags,
			  "more exemptions than a bar has room for");
	return wrong(review, diags, "`%.*s` is not an exemption",
	    STR_ARG(bad));
}

static int
take_decision(const struct review *review, struct review_text *text,
    json_t *json, struct diag_list *diags)
{
	const char *decision = json_string_value(json_object_get(json,
	    "decision"));

	text->is_released = decision != NULL && strcmp(decision, "release") == 0;
	text->is_decided = text->is_released ||
	    (decision != NULL && strcmp(decision, "withhold") == 0);
	if (!text->is_decided && (decision == NULL || decision[0] != '\0'))
		return wrong(review, diags,
		    "`decision` is \"release\", \"withhold\", or still \"\"");
	if (text->is_released && (text->exemptions != 0 || text->say.len > 0))
		return wrong(review, diags,
		    "what is released has no exemptions and no summary");
	return 0;
}

static int
read_text(struct review *review, struct review_text *text, json_t *json,
    struct diag_list *diags)
{
	static const char *const names[] = { "entry", "label", "digest",
		"value", "decision", "exemptions", "say" };
	struct arena *arena = &review->passing;
	int r;

	*text = (struct review_text){ 0 };
	r = take_text(&text->label, arena, json, "label");
	if (r == 0)
		r = take_text(&text->digest, arena, json, "digest");
	if (r == 0)
		r = take_text(&text->say, arena, json, "say");
	if (r < 0)
		return TRACE(r);
	if (!take_number(&text->entry, json, "entry") || text->label.len == 0 ||
	    text->digest.len == 0)
		return wrong(review, diags, "`entry`, `label` or `digest` is missing");
	r = check_names(review, json, names, ARRAY_LEN(names), diags);
	if (r == 0)
		r = take_exemptions(review, text, json, diags);
	if (r == 0)
		r = take_decision(review, text, json, diags);
	return r < 0 ? TRACE(r) : r;
}

/* The next line, parsed. *json is NULL at the end. */
static int
next(struct review *review, json_t **json, struct diag_list *diags)
{
	struct str line;
	int r = lines_next(&review->lines, &line);

	*json = NULL;
	if (r == LINES_E_END)
		return 0;
	if (r == LINES_E_LONG)
		return wrong(review, diags, "the line is too long");
	if (r < 0)
		return TRACE(r);
	return parse_line(review, json, line, diags);
}

/* --- the whole ------------------------------------------------------------ */

static void
tally(struct review *review, struct sha256 *texts,
    const struct review_text *text)
{
	if (text->is_released)
		signoff_add_text(texts, text->entry, text->label,
		    text->digest);
	review->n_texts++;
	review->n_undecided += !text->is_decided;
	review->n_released += text->is_released;
	review->used |= text->exemptions;
}

/* The first walk: everything is well-formed; counts and digest. */
static int
read_whole(struct review *review, struct diag_list *diags)
{
	struct review_text text;
	struct sha256 texts;
	struct digest digest;
	json_t *json;
	int r;

	sha256_init(&texts);
	r = next(review, &json, diags);
	if (r == 0 && json == NULL)
		return wrong(review, diags, "the draft is empty");
	if (r == 0)
		r = read_head(review, json, diags);
	json_decref(json);
	while (r == 0) {
		arena_reset(&review->passing);
		r = next(review, &json, diags);
		if (r != 0 || json == NULL)
			break;
		r = read_text(review, &text, json, diags);
		json_decref(json);
		if (r == 0)
			tally(review, &texts, &text);
	}
	sha256_finish(&texts, &digest);
	hex_format(review->digest, digest.b, sizeof(digest.b));
	return r < 0 ? TRACE(r) : r;
}

int
review_pass(struct review *review, struct diag_list *diags)
{
	json_t *json;
	int r;

	json_decref(review->value);
	review->value = NULL;
	arena_reset(&review->passing);
	r = next(review, &json, diags);
	review->has_text = r == 0 && json != NULL;
	if (review->has_text)
		r = read_text(review, &review->text, json, diags);
	if (review->has_text && r == 0)
		review->value = json_incref(json_object_get(json, "value"));
	json_decref(json);
	return r < 0 ? TRACE(r) : r;
}

static int
rewind_to_texts(struct review *review, struct diag_list *diags)
{
	json_t *json;
	int r;

	lines_fini(&review->lines);
	if (lseek(review->fd, 0, SEEK_SET) < 0)
		return FAULT(errno);
	r = lines_init(&review->lines, review->fd, LIMIT_RELEASE_LINE);
	if (r == 0)
		r = next(review, &json, diags);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	json_decref(json);
	return review_pass(review, diags);
}

int
review_open(struct review *review, int fd, struct diag_list *diags)
{
	int r;

	*review = (struct review){ .fd = fd };
	arena_init(&review->arena, LIMIT_RELEASE_HEAD);
	arena_init(&review->passing, LIMIT_RELEASE_ENTRY);
	r = lines_init(&review->lines, fd, LIMIT_RELEASE_LINE);
	if (r == 0)
		r = read_whole(review, diags);
	if (r == 0)
		r = rewind_to_texts(review, diags);
	if (r != 0)
		review_close(review);
	return r < 0 ? TRACE(r) : r;
}

void
review_close(struct review *review)
{
	json_decref(review->value);
	review->value = NULL;
	lines_fini(&review->lines);
	arena_fini(&review->arena);
	arena_fini(&review->passing);
}

const struct review_text *
review_find(const struct review *review, uint64_t entry, struct str label)
{
	if (!review->has_text || review->text.entry != entry ||
	    !str_is_equal(review->text.label, label))
		return NULL;
	return &review->text;
}

bool
review_is_of(const struct review *review, struct str value)
{
	json_t *logged = json_loadb(value.p, value.len, JSON_DECODE_ANY, NULL);
	bool is_same = logged != NULL && review->value != NULL &&
	    json_equal(logged, review->value);

	json_decref(logged);
	return is_same;
}
