/* A JSON reader; see jsontree.h. Recursion: the depth that the caller allows. */
#include "cedar/jsontree.h"

#include <errno.h>
#include <stdarg.h>

#include "limits.h"
#include "util/fault.h"
#include "util/map.h"
#include "util/utf8.h"

#define FEW_MEMBERS 8 /* up to this many are compared with each other */

static bool value(struct jsontree_reader *reader, struct jsontree *tree);

static bool
refuse(struct jsontree_reader *reader, size_t at, const char *text)
{
	if (reader->r == 0) {
		diag_error(reader->diags, at, 1, "%s", text);
		reader->r = CEDAR_E_INPUT;
	}
	return false;
}

static void *
alloc(struct jsontree_reader *reader, size_t n, size_t size)
{
	void *p = arena_array(reader->arena, n, size);

	if (p == NULL && reader->r == 0) {
		reader->r = reader->arena->is_full ? CEDAR_E_LIMIT
						   : FAULT(ENOMEM);
		if (reader->r == CEDAR_E_LIMIT)
			diag_error(reader->diags, reader->at, 1,
			    "more than %zu bytes are needed",
			    reader->arena->limit);
	}
	return p;
}

static void
skip_space(struct jsontree_reader *reader)
{
	struct str s = reader->text;

	while (reader->at < s.len && (s.p[reader->at] == ' ' ||
	    s.p[reader->at] == '\n' || s.p[reader->at] == '\t' ||
	    s.p[reader->at] == '\r'))
		reader->at++;
}

static bool
is_next(struct jsontree_reader *reader, char c)
{
	skip_space(reader);
	if (reader->at >= reader->text.len ||
	    reader->text.p[reader->at] != c)
		return false;
	reader->at++;
	return true;
}

static int
hex4(struct str s, size_t at)
{
	int code = 0;

	if (s.len - at < 4)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		char c = s.p[i];
		int digit = c >= '0' && c <= '9' ? c - '0'
		    : c >= 'a' && c <= 'f'	 ? c - 'a' + 10
		    : c >= 'A' && c <= 'F'	 ? c - 'A' + 10
						 : -1;

		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* Behind "\u": one unit, or two that make a pair. Returns: -1 when bad. */
static int32_t
unicode_escape(struct str s, size_t *at)
{
	int32_t high = hex4(s, *at);
	int32_t low;

	if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
		return -1;
	*at += 4;
	if (high < 0xd800 || high > 0xdbff)
		return high;
	if (s.len - *at < 6 || s.p[*at] != '\\' || s.p[*at + 1] != 'u')
		return -1;
	low = hex4(s, *at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*at += 6;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static int32_t
escape(struct str s, size_t *at)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char codes[] = "\"\\/\b\f\n\r\t";

	if (*at >= s.len)
		return -1;
	if (s.p[*at] == 'u') {
		(*at)++;
		return unicode_escape(s, at);
	}
	for (size_t i = 0; i < sizeof(letters) - 1; i++) {
		if (letters[i] == s.p[*at]) {
			(*at)++;
			return codes[i];
		}
	}
	return -1;
}

/* The end of a string whose text begins at at: the closing quote. */
static bool
string_end(struct jsontree_reader *reader, size_t *end, bool *has_escape)
{
	struct str s = reader->text;
	size_t at = reader->at;

	*has_escape = false;
	while (at < s.len && s.p[at] != '"') {
		if ((unsigned char)s.p[at] < 0x20)
			return refuse(reader, at,
			    "control character in a string");
		if (s.p[at] == '\\') {
			*has_escape = true;
			at++;
		}
		at++;
	}
	if (at >= s.len)
		return refuse(reader, reader->at - 1,
		    "string has no closing quote");
	*end = at;
	return true;
}

/* The opening quote has been taken. */
static bool
string(struct jsontree_reader *reader, struct str *text)
{
	struct str s = reader->text;
	bool has_escape;
	size_t len = 0;
	size_t end;
	char *out;

	if (!string_end(reader, &end, &has_escape))
		return false;
	if (!has_escape) {
		*text = (struct str){ s.p + reader->at, end - reader->at };
		reader->at = end + 1;
		return true;
	}
	out = alloc(reader, end - reader->at + 1, 1);
	if (out == NULL)
		return false;
	for (size_t at = reader->at; at < end;) {
		int32_t code;

		if (s.p[at] != '\\') {
			out[len++] = s.p[at++];
			continue;
		}
		at++;
		code = escape(s, &at);
		if (code < 0 || at > end)
			return refuse(reader, at, "invalid escape in a string");
		len += utf8_encode(out + len, (uint32_t)code);
	}
	*text = (struct str){ out, len };
	reader->at = end + 1;
	return true;
}

static size_t
digits_end(struct str s, size_t at)
{
	while (at < s.len && s.p[at] >= '0' && s.p[at] <= '9')
		at++;
	return at;
}

/* number = [ "-" ] int [ frac ] [ exp ] */
static bool
number(struct jsontree_reader *reader, struct jsontree *tree)
{
	struct str s = reader->text;
	size_t start = reader->at;
	size_t first = start + (s.p[start] == '-');
	size_t at = digits_end(s, first);
	bool is_integer = true;

	if (at == first || (s.p[first] == '0' && at > first + 1))
		return refuse(reader, start, "invalid number");
	if (at < s.len && s.p[at] == '.') {
		size_t end = digits_end(s, at + 1);

		if (end == at + 1)
			return refuse(reader, start, "invalid number");
		at = end;
		is_integer = false;
	}
	if (at < s.len && (s.p[at] == 'e' || s.p[at] == 'E')) {
		size_t sign = at + 1;
		size_t end;

		if (sign < s.len && (s.p[sign] == '+' || s.p[sign] == '-'))
			sign++;
		end = digits_end(s, sign);
		if (end == sign)
			return refuse(reader, start, "invalid number");
		at = end;
		is_integer = false;
	}
	reader->at = at;
	tree->kind = JSONTREE_NUMBER;
	tree->text = str_part(s, start, at);
	if (is_integer && !str_is_equal(tree->text, STR("-0"))) {
		int64_t integer;

		if (str_to_i64(&integer, tree->text)) {
			tree->kind = JSONTREE_INTEGER;
			tree->number = integer;
		}
	}
	return true;
}

static bool
word(struct jsontree_reader *reader, struct jsontree *tree)
{
	static const struct {
		struct str text;
		enum jsontree_kind kind;
		bool boolean;
	} words[] = {
		{ STR_INIT("null"), JSONTREE_NULL, false },
		{ STR_INIT("true"), JSONTREE_BOOL, true },
		{ STR_INIT("false"), JSONTREE_BOOL, false },
	};
	struct str rest =
	    str_part(reader->text, reader->at, reader->text.len);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_has_prefix(rest, words[i].text)) {
			reader->at += words[i].text.len;
			tree->kind = words[i].kind;
			tree->boolean = words[i].boolean;
			return true;
		}
	}
	return refuse(reader, reader->at, "expected a JSON value");
}

/* Room for one more of n items of that size. Returns: the items; NULL. */
static void *
grow(struct jsontree_reader *reader, void *items, size_t n, size_t *size,
    size_t item_size)
{
	void *bigger;

	if (n < *size)
		return items;
	*size = *size > 0 ? *size * 2 : 4;
	bigger = alloc(reader, *size, item_size);
	if (bigger != NULL && n > 0)
		memcpy(bigger, items, n * item_size);
	return bigger;
}

static bool
array(struct jsontree_reader *reader, struct jsontree *tree)
{
	struct jsontree *items = NULL;
	size_t size = 0;
	size_t n = 0;

	tree->kind = JSONTREE_ARRAY;
	if (is_next(reader, ']'))
		return true;
	do {
		items = grow(reader, items, n, &size, sizeof(*items));
		if (items == NULL || !value(reader, &items[n]))
			return false;
		n++;
	} while (is_next(reader, ','));
	if (!is_next(reader, ']'))
		return refuse(reader, reader->at, "expected `,` or `]`");
	tree->array.items = items;
	tree->array.n = n;
	return true;
}

static bool
check_names(struct jsontree_reader *reader,
    const struct jsontree_member *members, size_t n)
{
	struct map names;

	if (n <= FEW_MEMBERS) {
		for (size_t i = 0; i < n; i++) {
			for (size_t j = 0; j < i; j++) {
				if (str_is_equal(members[i].name,
				    members[j].name))
					return refuse(reader,
					    members[i].name_span.at,
					    "this key stands twice");
			}
		}
		return true;
	}
	map_init(&names, reader->arena, (uint64_t)(uintptr_t)reader);
	for (size_t i = 0; i < n; i++) {
		if (map_find(&names, members[i].name) != NULL)
			return refuse(reader, members[i].name_span.at,
			    "this key stands twice");
		if (map_put(&names, members[i].name, reader) < 0)
			return alloc(reader, SIZE_MAX, 2) != NULL;
	}
	return true;
}

static bool
member(struct jsontree_reader *reader, struct jsontree_member *member)
{
	size_t start;

	skip_space(reader);
	start = reader->at;
	if (!is_next(reader, '"'))
		return refuse(reader, reader->at, "expected a key in quotes");
	if (!string(reader, &member->name))
		return false;
	member->name_span = (struct ast_span){ (uint32_t)start,
		(uint32_t)(reader->at - start) };
	if (!is_next(reader, ':'))
		return refuse(reader, reader->at, "expected `:`");
	return value(reader, &member->value);
}

static bool
object(struct jsontree_reader *reader, struct jsontree *tree)
{
	struct jsontree_member *items = NULL;
	size_t size = 0;
	size_t n = 0;

	tree->kind = JSONTREE_OBJECT;
	if (is_next(reader, '}'))
		return true;
	do {
		items = grow(reader, items, n, &size, sizeof(*items));
		if (items == NULL || !member(reader, &items[n]))
			return false;
		n++;
	} while (is_next(reader, ','));
	if (!is_next(reader, '}'))
		return refuse(reader, reader->at, "expected `,` or `}`");
	tree->object.items = items;
	tree->object.n = n;
	return check_names(reader, items, n);
}

static bool
nested(struct jsontree_reader *reader, struct jsontree *tree, char open)
{
	bool ok;

	if (reader->depth == reader->max_depth) {
		(void)refuse(reader, reader->at, "nested too deep");
		reader->r = CEDAR_E_LIMIT;
		return false;
	}
	reader->depth++;
	reader->at++;
	ok = open == '[' ? array(reader, tree) : object(reader, tree);
	reader->depth--;
	return ok;
}

static bool
value(struct jsontree_reader *reader, struct jsontree *tree)
{
	size_t start;
	char c;
	bool ok;

	skip_space(reader);
	start = reader->at;
	if (start >= reader->text.len)
		return refuse(reader, start, "unexpected end of input");
	*tree = (struct jsontree){ .kind = JSONTREE_STRING };
	c = reader->text.p[start];
	if (c == '"') {
		reader->at++;
		ok = string(reader, &tree->text);
	} else if (c == '[' || c == '{') {
		ok = nested(reader, tree, c);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		ok = number(reader, tree);
	} else {
		ok = word(reader, tree);
	}
	tree->span = (struct ast_span){ (uint32_t)start,
		(uint32_t)(reader->at - start) };
	return ok;
}

static bool
begin(struct jsontree_reader *reader, struct arena *arena, struct str text,
    unsigned max_depth, struct diag_list *diags)
{
	*reader = (struct jsontree_reader){ .text = text,
		.arena = arena,
		.diags = diags,
		.max_depth = max_depth };
	if (text.len > UINT32_MAX) {
		diag_error(diags, 0, 0, "text is longer than 4 GiB");
		reader->r = CEDAR_E_LIMIT;
	} else if (!utf8_is_valid(text)) {
		return refuse(reader, 0, "text is not valid UTF-8");
	}
	return reader->r == 0;
}

static bool
end(struct jsontree_reader *reader)
{
	skip_space(reader);
	return reader->at == reader->text.len ||
	    refuse(reader, reader->at, "something follows the JSON value");
}

int
cedar_jsontree_parse(struct jsontree *tree, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	return cedar_jsontree_parse_deep(tree, arena, text,
	    LIMIT_CEDAR_JSON_DEPTH, diags);
}

int
cedar_jsontree_parse_deep(struct jsontree *tree, struct arena *arena,
    struct str text, unsigned max_depth, struct diag_list *diags)
{
	struct jsontree_reader reader;

	if (begin(&reader, arena, text, max_depth, diags) &&
	    value(&reader, tree))
		(void)end(&reader);
	return reader.r < 0 ? TRACE(reader.r) : reader.r;
}

int
cedar_jsontree_open(struct jsontree_reader *reader, struct arena *arena,
    struct str text, struct diag_list *diags)
{
	if (begin(reader, arena, text, LIMIT_CEDAR_JSON_DEPTH, diags) &&
	    !is_next(reader, '['))
		(void)refuse(reader, reader->at, "expected a JSON array");
	reader->depth = 1;
	return reader->r;
}

bool
cedar_jsontree_next(struct jsontree_reader *reader, struct jsontree *tree)
{
	if (reader->r != 0 || reader->is_closed)
		return false;
	if (is_next(reader, ']')) {
		if (reader->n_read > 0 && reader->is_comma)
			return refuse(reader, reader->at - 1,
			    "expected a JSON value");
		reader->is_closed = true;
		(void)end(reader);
		return false;
	}
	if (!value(reader, tree))
		return false;
	reader->n_read++;
	reader->is_comma = is_next(reader, ',');
	skip_space(reader);
	if (!reader->is_comma && (reader->at == reader->text.len ||
	    reader->text.p[reader->at] != ']'))
		return refuse(reader, reader->at, "expected `,` or `]`");
	return true;
}

const struct jsontree *
cedar_jsontree_get(const struct jsontree *tree, struct str name)
{
	if (tree->kind != JSONTREE_OBJECT)
		return NULL;
	for (size_t i = 0; i < tree->object.n; i++) {
		if (str_is_equal(tree->object.items[i].name, name))
			return &tree->object.items[i].value;
	}
	return NULL;
}
