/* Reading a release's profile; see profile.h. */
#include "release/profile.h"

#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/sha256.h"
#include "limits.h"
#include "util/fault.h"
#include "util/hex.h"

static const struct {
	struct str label;
	enum profile_nature nature;
} natures[] = {
#define N(label, nature) { STR_INIT(label), PROFILE_##nature },
#include "release/labels.def"
#undef N
};

/* What a profile is read into. */
struct reading {
	struct profile *profile;
	struct arena *arena;
	struct diag_list *diags;
};

enum profile_nature
profile_nature(struct str label)
{
	size_t low = 0;
	size_t high = ARRAY_LEN(natures);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = str_compare(natures[middle].label, label);

		if (order == 0)
			return natures[middle].nature;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return PROFILE_NEVER;
}

PRINTF(3, 4) static void
wrong(const struct reading *reading, const config_setting_t *item,
    const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diag_error_at(reading->diags, reading->diags->where, "line %u: %s",
	    config_setting_source_line(item), text);
}

/* Cut the first word off. */
static struct str
take_word(struct str *rest)
{
	size_t end = str_find(*rest, ' ', 0);
	struct str word = str_part(*rest, 0, end);

	*rest = str_trim(str_part(*rest, end, rest->len));
	return word;
}

static void
take_exemptions(const struct reading *reading, const config_setting_t *item,
    exemption_set *set, struct str text)
{
	struct str bad;

	if (!exemption_parse(set, &bad, text))
		wrong(reading, item, "`%.*s` is not an exemption, or is "
				     "named twice",
		    STR_ARG(bad));
	else if (!exemption_fits(*set))
		wrong(reading, item, "more exemptions than a bar has room for");
	reading->profile->used |= *set;
}

/* "open", "review EXEMPTIONS", "year EXEMPTIONS", "EXEMPTIONS". */
static void
take_action(const struct reading *reading, const config_setting_t *item,
    struct profile_rule *rule, struct str text)
{
	struct str rest = text;
	struct str word = take_word(&rest);

	rule->action = PROFILE_WITHHOLD;
	if (str_is_equal(word, STR("open")) && rest.len == 0) {
		rule->action = PROFILE_OPEN;
		return;
	}
	rule->coarse = coarse_find(word);
	if (str_is_equal(word, STR("review")))
		rule->action = PROFILE_REVIEW;
	else if (rule->coarse == COARSE_NONE ||
	    rule->coarse == COARSE_SUMMARY)
		rest = text;
	take_exemptions(reading, item, &rule->exemptions, rest);
}

/* May a label of this nature be treated so at all? */
static void
check_nature(const struct reading *reading, const config_setting_t *item,
    const struct profile_rule *rule)
{
	enum profile_nature nature = profile_nature(rule->label);

	if (nature == PROFILE_NEVER &&
	    (rule->action != PROFILE_WITHHOLD || rule->coarse != COARSE_NONE))
		wrong(reading, item,
		    "`%.*s` can only be withheld: it is a person, a record "
		    "or a key to one",
		    STR_ARG(rule->label));
	if (nature == PROFILE_TEXT && rule->action == PROFILE_OPEN)
		wrong(reading, item,
		    "`%.*s` is words of a person: not released unread; "
		    "write \"review EXEMPTIONS\"",
		    STR_ARG(rule->label));
	if (rule->action == PROFILE_REVIEW && nature != PROFILE_TEXT &&
	    nature != PROFILE_NEVER)
		wrong(reading, item,
		    "`%.*s` is not words of a person: open or withhold it",
		    STR_ARG(rule->label));
	if (nature == PROFILE_TEXT && rule->coarse != COARSE_NONE)
		wrong(reading, item, "`%.*s` has no coarse form",
		    STR_ARG(rule->label));
}

static int
take_rule(const struct reading *reading, const config_setting_t *item,
    struct str kind)
{
	struct profile *profile = reading->profile;
	const char *text = config_setting_get_string(item);
	struct profile_rule *rule = &profile->rules[profile->n_rules];

	rule->kind = kind;
	rule->label = arena_str(reading->arena,
	    str_of(config_setting_name(item)));
	if (rule->label.p == NULL)
		return FAULT(ENOMEM);
	if (text == NULL) {
		wrong(reading, item, "`%.*s` is a text, such as \"open\"",
		    STR_ARG(rule->label));
		return 0;
	}
	take_action(reading, item, rule, str_trim(str_of(text)));
	check_nature(reading, item, rule);
	profile->n_rules++;
	return 0;
}

static int
take_kind(const struct reading *reading, const config_setting_t *group)
{
	struct profile *profile = reading->profile;
	int n = config_setting_length(group);
	struct str kind = arena_str(reading->arena,
	    str_of(config_setting_name(group)));

	if (kind.p == NULL)
		return FAULT(ENOMEM);
	profile->kinds[profile->n_kinds++] = kind;
	for (int i = 0; i < n; i++) {
		const config_setting_t *item =
		    config_setting_get_elem(group, (unsigned)i);
		int r;

		if (profile->n_rules == LIMIT_RELEASE_RULES) {
			wrong(reading, item, "more than %d rows",
			    LIMIT_RELEASE_RULES);
			return 0;
		}
		r = take_rule(reading, item, kind);
		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

/* Texts of the top: title and default; groups: kinds. */
static int
take_item(const struct reading *reading, const config_setting_t *item)
{
	struct profile *profile = reading->profile;
	const char *name = config_setting_name(item);
	const char *text = config_setting_get_string(item);

	if (config_setting_is_group(item))
		return TRACE(take_kind(reading, item));
	if (text != NULL && strcmp(name, "title") == 0) {
		profile->title = arena_str(reading->arena, str_of(text));
		return profile->title.p != NULL ? 0 : FAULT(ENOMEM);
	}
	if (text != NULL && strcmp(name, "default") == 0)
		take_exemptions(reading, item, &profile->given,
		    str_trim(str_of(text)));
	else
		wrong(reading, item, "`%s` is not a part of a profile", name);
	return 0;
}

static int
take_all(const struct reading *reading, const config_t *conf)
{
	const config_setting_t *root = config_root_setting(conf);
	struct profile *profile = reading->profile;
	int n = config_setting_length(root);

	profile->kinds = ARENA_ARRAY(reading->arena, (size_t)n, struct str);
	profile->rules = ARENA_ARRAY(reading->arena, LIMIT_RELEASE_RULES,
	    struct profile_rule);
	if (profile->kinds == NULL || profile->rules == NULL)
		return FAULT(ENOMEM);
	for (int i = 0; i < n; i++) {
		int r = take_item(reading,
		    config_setting_get_elem(root, (unsigned)i));

		if (r < 0)
			return TRACE(r);
	}
	if (profile->given == 0)
		diag_error_at(reading->diags, reading->diags->where,
		    "`default` is missing: the exemptions of what no row "
		    "names");
	if (profile->n_kinds == 0)
		diag_error_at(reading->diags, reading->diags->where,
		    "no kind of entry is shown: write a group such as "
		    "request = { … };");
	return 0;
}

/* The order of the rules: by label, then by kind. */
static int
compare(const struct profile_rule *rule, struct str kind, struct str label)
{
	int order = str_compare(rule->label, label);

	return order != 0 ? order : str_compare(rule->kind, kind);
}

static int
compare_rules(const void *a, const void *b)
{
	const struct profile_rule *other = b;

	return compare(a, other->kind, other->label);
}

int
profile_parse(struct profile *profile, struct arena *arena, struct str text,
    struct diag_list *diags)
{
	struct reading reading = { profile, arena, diags };
	size_t before = diags->n_errors;
	struct str copy = arena_str(arena, text);
	struct digest digest;
	config_t conf;
	int r = 0;

	*profile = (struct profile){ .title = STR("") };
	if (copy.p == NULL)
		return FAULT(ENOMEM);
	sha256_of(&digest, text.p, text.len);
	hex_format(profile->hash, digest.b, sizeof(digest.b));
	config_init(&conf);
	if (strlen(copy.p) != copy.len)
		diag_error_at(diags, diags->where, "it holds a NUL");
	else if (config_read_string(&conf, copy.p) != CONFIG_TRUE)
		diag_error_at(diags, diags->where, "line %d: %s",
		    config_error_line(&conf), config_error_text(&conf));
	else
		r = take_all(&reading, &conf);
	config_destroy(&conf);
	if (r < 0)
		return TRACE(r);
	if (profile->n_rules > 0)
		qsort(profile->rules, profile->n_rules,
		    sizeof(profile->rules[0]), compare_rules);
	return diags->n_errors > before ? PROFILE_E_WRONG : 0;
}

bool
profile_has_kind(const struct profile *profile, struct str kind)
{
	for (size_t i = 0; i < profile->n_kinds; i++) {
		if (str_is_equal(profile->kinds[i], kind))
			return true;
	}
	return false;
}

struct profile_rule
profile_find(const struct profile *profile, struct str kind, struct str label)
{
	size_t low = 0;
	size_t high = profile->n_rules;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(&profile->rules[middle], kind, label);

		if (order == 0)
			return profile->rules[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (struct profile_rule){ .kind = kind,
		.label = label,
		.exemptions = profile->given };
}
