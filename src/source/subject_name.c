/* Canonical names; see subject_name.h. */
#include "source/subject_name.h"

#include <assert.h>
#include <errno.h>

#include "limits.h"
#include "util/fault.h"
#include "util/utf8.h"

/* How the upper-case letter is found: UnicodeData.txt, simple mappings. */
enum mapping {
	UPPER_IS_SELF,
	UPPER_IS_EVEN,	  /* pairs: even upper, odd lower */
	UPPER_IS_ODD,	  /* pairs: odd upper, even lower */
	UPPER_IS_32_LESS, /* as ASCII */
	UPPER_IS_CAPITAL_I,
	UPPER_IS_CAPITAL_S,
	UPPER_IS_Y_DIAERESIS,
};

static const struct {
	uint32_t from, to;
	enum mapping mapping;
} letters[] = {
	{ 'A', 'Z', UPPER_IS_SELF },
	{ 'a', 'z', UPPER_IS_32_LESS },
	{ 0xc0, 0xd6, UPPER_IS_SELF },
	{ 0xd8, 0xdf, UPPER_IS_SELF },
	{ 0xe0, 0xf6, UPPER_IS_32_LESS },
	{ 0xf8, 0xfe, UPPER_IS_32_LESS },
	{ 0xff, 0xff, UPPER_IS_Y_DIAERESIS },
	{ 0x100, 0x12f, UPPER_IS_EVEN },
	{ 0x130, 0x130, UPPER_IS_SELF },
	{ 0x131, 0x131, UPPER_IS_CAPITAL_I },
	{ 0x132, 0x137, UPPER_IS_EVEN },
	{ 0x138, 0x138, UPPER_IS_SELF },
	{ 0x139, 0x148, UPPER_IS_ODD },
	{ 0x14a, 0x177, UPPER_IS_EVEN },
	{ 0x178, 0x178, UPPER_IS_SELF },
	{ 0x179, 0x17e, UPPER_IS_ODD },
	{ 0x17f, 0x17f, UPPER_IS_CAPITAL_S },
	{ 0x1a0, 0x1a1, UPPER_IS_EVEN },
	{ 0x1af, 0x1b0, UPPER_IS_ODD },
	{ 0x218, 0x21b, UPPER_IS_EVEN },
	{ 0x1ea0, 0x1ef9, UPPER_IS_EVEN },
};

static uint32_t
map_upper(uint32_t code, enum mapping mapping)
{
	switch (mapping) {
	case UPPER_IS_SELF:
		return code;
	case UPPER_IS_EVEN:
		return code & ~UINT32_C(1);
	case UPPER_IS_ODD:
		return (code & 1) != 0 ? code : code - 1;
	case UPPER_IS_32_LESS:
		return code - 32;
	case UPPER_IS_CAPITAL_I:
		return 'I';
	case UPPER_IS_CAPITAL_S:
		return 'S';
	case UPPER_IS_Y_DIAERESIS:
		return 0x178;
	}
	assert(false && "mapping");
	return code;
}

/* Returns: true and the upper-case letter; false when code is no letter. */
static bool
letter(uint32_t *upper, uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if (code >= letters[i].from && code <= letters[i].to) {
			*upper = map_upper(code, letters[i].mapping);
			return true;
		}
	}
	return false;
}

static bool
is_combining(uint32_t code)
{
	static const struct {
		uint32_t from, to;
	} marks[] = {
		{ 0x300, 0x36f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
	};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (code >= marks[i].from && code <= marks[i].to)
			return true;
	}
	return false;
}

/* Everything from Greek on but the blocks of punctuation and symbols. */
static bool
is_other_script(uint32_t code)
{
	return code >= 0x370 && !(code >= 0x1e00 && code <= 0x1eff) &&
	    !(code >= 0x2000 && code <= 0x2bff) &&
	    !(code >= 0x3000 && code <= 0x303f) &&
	    !(code >= 0x1f000 && code <= 0x1ffff);
}

/* Punctuation in its one form; 0 when it has no place in a name. */
static char
punctuation(uint32_t code)
{
	switch (code) {
	case ' ':
	case '\'':
	case '-':
	case '.':
		return (char)code;
	case 0x2019:
		return '\'';
	case 0x2010:
	case 0x2011:
		return '-';
	default:
		return '\0';
	}
}

static int
refuse(const char **rule, struct str *why, const char *name, struct str text)
{
	*rule = name;
	*why = text;
	return SUBJECT_NAME_E_REFUSED;
}

/* Why a name with this character, which is no letter of ours, is refused. */
static int
refuse_character(const char **rule, struct str *why, uint32_t code,
    struct str text)
{
	uint32_t upper;
	size_t at = 0;

	if (is_combining(code))
		return refuse(rule, why, "composed",
		    STR("a combining mark stands alone; write each accented "
			"letter as one character (Unicode NFC)"));
	if (!is_other_script(code))
		return refuse(rule, why, "letters",
		    STR("a name has letters, spaces, apostrophes, hyphens and "
			"periods only"));
	while (at < text.len) {
		if (letter(&upper, (uint32_t)utf8_next(text, &at)))
			return refuse(rule, why, "one-script",
			    STR("letters of different alphabets are mixed in "
				"one name"));
	}
	return refuse(rule, why, "script",
	    STR("names are kept in Latin letters, as on the licence"));
}

int
subject_name_normalise(struct str *name, const char **rule, struct str *why,
    struct arena *arena, struct str text)
{
	/* No mapping above makes a character longer. */
	char bytes[LIMIT_SUBJECT_MEMBER + 4];
	size_t len = 0;
	size_t word = 0;
	size_t longest = 0;
	size_t at = 0;

	assert(text.len <= LIMIT_SUBJECT_MEMBER);
	while (at < text.len) {
		uint32_t code = (uint32_t)utf8_next(text, &at);
		char mark = punctuation(code);
		uint32_t upper;

		if (mark == ' ' && len > 0 && bytes[len - 1] == ' ')
			continue;
		if (mark != '\0') {
			bytes[len++] = mark;
			word = mark == '\'' ? word : 0;
			continue;
		}
		if (!letter(&upper, code))
			return refuse_character(rule, why, code, text);
		len += utf8_encode(bytes + len, upper);
		word++;
		longest = MAX(longest, word);
	}
	if (longest < 2)
		return refuse(rule, why, "no-partial-name",
		    STR("write the name in full; an initial is a partial "
			"name"));
	*name = arena_str(arena, (struct str){ bytes, len });
	return name->p != NULL ? 0 : FAULT(ENOMEM);
}
