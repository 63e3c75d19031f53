/* Classes of typed reasons; see reason.h. */
#include "cli/reason.h"

#include <ctype.h>

#include "cli/case_ref.h"
#include "cli/option.h"

#define MAX_WORDS 64
#define WORD_BYTES 40

static const struct {
	const char *name;
	const char *title;
	const char *end_use;
} classes[REASON_N_CLASSES] = {
	[REASON_OTHER] = { "other", "Other words", "other" },
	[REASON_BLANK] = { "blank", "Nothing", "other" },
	[REASON_KEYS] = { "keys", "Key-mash or one character", "other" },
	[REASON_NUMBER] = { "number", "A case number only", "criminal" },
	[REASON_PLATE] = { "plate", "A plate and nothing else", "other" },
	[REASON_NAME] = { "name", "A name and nothing else", "other" },
	[REASON_TOOL] = { "tool", "Text of the search tool", "criminal" },
	[REASON_GENERIC] = { "generic", "A general word only", "criminal" },
	[REASON_BROAD] = { "broad", "Watching, nobody in particular", "other" },
	[REASON_TEST] = { "test", "Test or training", "administrative" },
	[REASON_TRAFFIC] = { "traffic", "Traffic", "traffic-safety" },
	[REASON_VEHICLE] = { "vehicle", "Suspicious or sought vehicle",
	    "criminal" },
	[REASON_OFFENCE] = { "offence", "A kind of offence only", "criminal" },
	[REASON_MISSING] = { "missing", "Missing person or welfare",
	    "missing-person" },
	[REASON_WANTED] = { "wanted", "Warrant or wanted person",
	    "wanted-person" },
	[REASON_FEDERAL] = { "federal", "A border or homeland agency",
	    "criminal" },
	[REASON_IMMIGRATION] = { "immigration", "Immigration",
	    "immigration-civil" },
	[REASON_PERSONAL] = { "personal", "A personal marker", "other" },
	[REASON_WITHHELD] = { "withheld", "Not in the log, or taken out", "other" },
};

static const struct {
	enum reason_class class;
	const char *text;
	unsigned wrong;
} table[] = {
#define W(class, text, wrong) { REASON_##class, text, wrong },
#include "cli/reason_words.def"
};

/* What exports and people write for nothing. */
static const char *const blanks[] = { "none", "n/a", "na", "null", "nil",
	"nan", "undefined", "(none)", "(blank)", "[none]", "not provided",
	"not applicable", "-", "--" };

/* Words between those of the table that can not be a name. */
static const char *const common[] = { "administrative", "admin", "camera",
	"person", "persons", "vehicle", "vehicles", "veh", "car", "crimes",
	"check", "alert", "the", "a", "an", "of", "for", "in", "on", "at", "to",
	"and", "or", "with", "from", "by", "not", "no", "possible", "poss",
	"related", "involved", "active", "new", "old", "local", "area", "state",
	"federal", "county", "city", "dept", "department", "unit", "use",
	"report", "reported", "only", "other", "misc", "child", "adult",
	"juvenile", "male", "female", "degree", "first", "second", "third" };

/* A text as lower-case words. */
struct words {
	char bytes[MAX_WORDS][WORD_BYTES];
	struct str words[MAX_WORDS];
	size_t n_words;
};

const char *
reason_title(enum reason_class class)
{
	return classes[class].title;
}

const char *
reason_name(enum reason_class class)
{
	return classes[class].name;
}

const char *
reason_end_use(enum reason_class class)
{
	return classes[class].end_use;
}

static void
cut_words(struct words *words, struct str text)
{
	size_t at = 0;

	words->n_words = 0;
	while (at < text.len && words->n_words < MAX_WORDS) {
		char *word = words->bytes[words->n_words];
		size_t n = 0;

		for (; at < text.len && (isalnum((unsigned char)text.p[at]) ||
			 (unsigned char)text.p[at] >= 0x80);
		     at++) {
			if (n < WORD_BYTES)
				word[n++] = (char)tolower(
				    (unsigned char)text.p[at]);
		}
		if (n > 0)
			words->words[words->n_words++] = (struct str){ word,
				n };
		else
			at++;
	}
}

static bool
is_word(struct str word, struct str want, unsigned wrong)
{
	if (want.len > 0 && want.p[want.len - 1] == '*')
		return str_has_prefix(word, str_part(want, 0, want.len - 1));
	if (str_is_equal(word, want))
		return true;
	/* A slip is one of many letters, and seldom the first two. */
	return wrong > 0 && word.len >= 5 && word.len + wrong >= want.len &&
	    (word.p[0] == want.p[0] || word.p[0] == want.p[1]) &&
	    option_distance(word, want) <= MIN(wrong, (unsigned)word.len / 3);
}

/* Can the word be the phrase's first at all? Most can not, by one letter. */
static bool
can_begin(struct str word, const char *phrase)
{
	return word.p[0] == phrase[0] || word.p[0] == phrase[1];
}

/* Do the words of the phrase stand at this place? */
static bool
is_phrase(const struct words *words, size_t at, const char *phrase,
    unsigned wrong)
{
	struct str rest = str_of(phrase);
	struct str want;

	while (str_split(&want, &rest, ' ')) {
		if (at == words->n_words ||
		    !is_word(words->words[at++], want, wrong))
			return false;
	}
	return true;
}

/* Is the word one of the table's, alone or in a phrase? */
static bool
is_common_word(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		if (str_is_equal(word, str_of(common[i])))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct str rest = str_of(table[i].text);
		struct str want;

		while (str_split(&want, &rest, ' ')) {
			if (is_word(word, want, table[i].wrong))
				return true;
		}
	}
	return word.len <= 2 && isdigit((unsigned char)word.p[0]);
}

static bool
is_common_text(const struct words *words)
{
	for (size_t i = 0; i < words->n_words; i++) {
		if (!is_common_word(words->words[i]))
			return false;
	}
	return words->n_words > 0;
}

static enum reason_class
look_up(const struct words *words)
{
	enum reason_class best = REASON_OTHER;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		for (size_t at = 0;
		     at < words->n_words && table[i].class > best; at++) {
			if (can_begin(words->words[at], table[i].text) &&
			    is_phrase(words, at, table[i].text, table[i].wrong))
				best = table[i].class;
		}
	}
	return best;
}

/* One letter many times, or letters without a vowel and without sense. */
static bool
is_key_mash(struct str text, const struct words *words)
{
	size_t run = 1;
	size_t longest = 1;
	size_t n_letters = 0;
	size_t n_vowels = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)tolower((unsigned char)
			text.p[i]);

		run = i > 0 && text.p[i] == text.p[i - 1] && isalpha(c)
		    ? run + 1
		    : 1;
		longest = MAX(longest, run);
		n_letters += isalpha(c) != 0;
		n_vowels += c != 0 && strchr("aeiouy", c) != NULL;
	}
	if (longest >= 5)
		return true;
	return words->n_words == 1 && n_letters == text.len &&
	    n_letters >= 7 && n_vowels * 6 < n_letters;
}

static bool
has_marker(struct str text, const char *marker)
{
	struct str want = str_of(marker);

	for (size_t i = 0; i + want.len <= text.len; i++) {
		if (strncasecmp(text.p + i, want.p, want.len) == 0)
			return true;
	}
	return false;
}

static bool
has_any(struct str text, const char *const *markers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (has_marker(text, markers[i]))
			return true;
	}
	return false;
}

static void
look_for_markers(struct reason *reason, struct str text,
    const struct words *words)
{
	static const char *const plates[] = { "<plate>", "[plate]",
		"[license plate]", "[licence plate]" };
	static const char *const names[] = { "<name>", "[name]",
		"[redacted name]", "<person>" };

	reason->has_plate = has_any(text, plates, ARRAY_LEN(plates));
	reason->has_name = has_any(text, names, ARRAY_LEN(names));
	for (size_t i = 0; i < words->n_words; i++) {
		struct str word = words->words[i];
		size_t n_letters = 0;

		for (size_t k = 0; k < word.len; k++)
			n_letters += isalpha((unsigned char)word.p[k]) != 0;
		reason->has_words |= n_letters >= 2;
	}
	/* Plates stand alone: cfs25-01234 holds none. */
	for (size_t at = 0; at < text.len;) {
		size_t from = at;

		while (at < text.len &&
		    strchr(" \t\n+,;:()\"'/", text.p[at]) == NULL)
			at++;
		reason->has_plate |= case_ref_is_plate(
		    str_part(text, from, at));
		at++;
	}
	reason->is_common = !reason->has_plate && !reason->has_name &&
	    is_common_text(words);
}

static bool
is_blank(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(blanks); i++) {
		struct str blank = str_of(blanks[i]);

		if (blank.len == text.len &&
		    strncasecmp(blank.p, text.p, text.len) == 0)
			return true;
	}
	return text.len == 0;
}

/* "Immigration (criminal)" is a choice of a menu, beside the civil one. */
static bool
is_criminal(const struct words *words)
{
	for (size_t i = 0; i < words->n_words; i++) {
		if (str_is_equal(words->words[i], STR("criminal")))
			return true;
	}
	return false;
}

static enum reason_class
without_words(const struct reason *reason, struct str text,
    const struct words *words)
{
	if (words->n_words <= 2 && reason->has_plate)
		return REASON_PLATE;
	if (words->n_words <= 2 && reason->has_name)
		return REASON_NAME;
	if (is_key_mash(text, words) || text.len <= 2 || !reason->has_words)
		return REASON_KEYS;
	return REASON_OTHER;
}

void
reason_classify(struct reason *reason, struct str text)
{
	struct words words;

	*reason = (struct reason){ 0 };
	text = str_trim(text);
	if (case_ref_is_withheld(text)) {
		reason->class = REASON_WITHHELD;
		return;
	}
	cut_words(&words, text);
	if (is_blank(text)) {
		reason->class = REASON_BLANK;
		return;
	}
	look_for_markers(reason, text, &words);
	reason->class = look_up(&words);
	if (reason->class == REASON_IMMIGRATION && is_criminal(&words))
		reason->class = REASON_FEDERAL;
	if (reason->class == REASON_OTHER)
		reason->class = without_words(reason, text, &words);
	else if (reason->class == REASON_GENERIC && is_key_mash(text, &words))
		reason->class = REASON_KEYS;
}
