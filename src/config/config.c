/*
 * Settings: the table, and the walks over it; see config.h.
 *
 * The file is walked first, so that each thing in it is known or an error;
 * then the table, for defaults and for what is missing.
 */
#include "config/config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libconfig.h>
#include <unistd.h>

#include "limits.h"
#include "util/buf.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/utf8.h"

enum kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_NAMES,
};

/* Returns: NULL, or what the value should have been: "… is not <that>". */
typedef const char *config_check_fn(struct str value);

struct setting {
	const char *path;
	enum kind kind;
	size_t member;	 /* offset in struct config */
	size_t n_member; /* names: offset of their number */
	config_check_fn *check;
	int64_t least;
	int64_t most;
	int64_t number;	  /* default */
	const char *text; /* default of a text or of names */
	const char *help;
};

/* Returns: true when all bytes of value are in a-z, A-Z, 0-9 or others. */
static bool
is_made_of(struct str value, bool lower, bool upper, const char *others)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.p[i];
		bool is_letter = (lower && c >= 'a' && c <= 'z') ||
		    (upper && c >= 'A' && c <= 'Z');

		if (!is_letter && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return value.len > 0;
}

static const char *
config_check_id(struct str value)
{
	return value.len <= LIMIT_CONFIG_ID &&
	    is_made_of(value, false, true, "") ?
	    NULL : "1 to 16 capital letters and digits";
}

static const char *
config_check_name(struct str value)
{
	static const char *const want =
	    "a name of 1 to 200 bytes without control characters";
	size_t at = 0;

	if (value.len == 0 || value.len > LIMIT_CONFIG_NAME ||
	    !utf8_is_valid(value))
		return want;
	while (at < value.len) {
		int32_t code = utf8_next(value, &at);

		if (code < 0x20 || code == 0x7f ||
		    utf8_is_deceptive((uint32_t)code))
			return want;
	}
	return NULL;
}

static const char *
config_check_state(struct str value)
{
	return value.len == 2 && value.p[0] >= 'A' && value.p[0] <= 'Z' &&
	    value.p[1] >= 'A' && value.p[1] <= 'Z' ?
	    NULL : "two capital letters";
}

static const char *
config_check_origin(struct str value)
{
	return value.len <= LIMIT_CONFIG_ORIGIN &&
	    is_made_of(value, true, true, "./-_:") ?
	    NULL : "a URL without scheme, of letters, digits and . / - _ :";
}

static const char *
config_check_address(struct str value)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, value.p, address) == 1 ||
	    inet_pton(AF_INET6, value.p, address) == 1 ?
	    NULL : "an IPv4 or IPv6 address";
}

static const char *
config_check_user(struct str value)
{
	return value.len == 0 || (value.len <= 32 && value.p[0] != '-' &&
	    is_made_of(value, true, true, "-_")) ?
	    NULL : "the name of a user";
}

static const char *
config_check_level(struct str value)
{
	static const char *const levels[] = { "error", "warning", "info",
		"debug" };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (str_is_equal(value, str_of(levels[i])))
			return NULL;
	return "error, warning, info or debug";
}

static const char *
config_check_source(struct str value)
{
	return str_is_equal(value, STR("sqlite")) ? NULL : "sqlite";
}

/* Below the directory: a setting must not lead a role out of it. */
static const char *
config_check_path(struct str value)
{
	static const char *const want = "a path below the directory";
	struct str rest = value;
	struct str part;

	if (value.len > LIMIT_CONFIG_PATH ||
	    !is_made_of(value, true, true, "./-_"))
		return want;
	while (str_split(&part, &rest, '/'))
		if (part.len == 0 || str_is_equal(part, STR("..")))
			return want;
	return value.p[value.len - 1] != '/' ? NULL : want;
}

static const char *
config_check_optional(struct str value)
{
	return value.len == 0 ? NULL : config_check_path(value);
}

static const char *
check_word(struct str value)
{
	return value.len <= LIMIT_CONFIG_WORD && value.p[0] != '-' &&
	    is_made_of(value, true, false, "-_") ?
	    NULL : "a name of a-z, 0-9, - and _";
}

#define TEXT(path, member, check, text, help)                                  \
	{ path, KIND_TEXT, offsetof(struct config, member), 0, check, 0, 0, 0, \
		text, help },
#define NUMBER(path, member, least, most, number, help)                        \
	{ path, KIND_NUMBER, offsetof(struct config, member), 0, NULL, least,  \
		most, number, NULL, help },
#define NAMES(path, member, count, text, help)                                 \
	{ path, KIND_NAMES, offsetof(struct config, member),                   \
		offsetof(struct config, count), NULL, 0, 0, 0, text,           \
		help },

static const struct setting settings[] = {
#include "config/settings.def"
};

#undef TEXT
#undef NUMBER
#undef NAMES

/* One reading of one text. */
struct reading {
	struct config *config;
	struct diag_list *diags;
	struct str text;
	bool is_set[ARRAY_LEN(settings)];
	bool is_out_of_memory;
};

static struct str *
text_member(struct config *config, const struct setting *setting)
{
	return (struct str *)(void *)((char *)config + setting->member);
}

static int64_t *
number_member(struct config *config, const struct setting *setting)
{
	return (int64_t *)(void *)((char *)config + setting->member);
}

static struct str **
names_member(struct config *config, const struct setting *setting)
{
	return (struct str **)(void *)((char *)config + setting->member);
}

static size_t *
n_names_member(struct config *config, const struct setting *setting)
{
	return (size_t *)(void *)((char *)config + setting->n_member);
}

/* Offset of a line's first byte that is not space; *len up to its end. */
static size_t
offset_of_line(struct str text, unsigned line, size_t *len)
{
	size_t at = 0;
	size_t end;

	for (; line > 1 && at < text.len; line--)
		at = str_find(text, '\n', at) + 1;
	at = MIN(at, text.len);
	end = str_find(text, '\n', at);
	while (at < end && (text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	*len = end - at;
	return at;
}

#define complain(reading, line, ...)                                           \
	do {                                                                   \
		size_t len_;                                                   \
		size_t at_ = offset_of_line((reading)->text, (line), &len_);   \
		diag_error((reading)->diags, at_, len_, __VA_ARGS__);          \
	} while (0)

static bool
keep(struct reading *reading, struct str *to, const char *text)
{
	*to = arena_str(&reading->config->arena, str_of(text));
	if (to->p == NULL)
		reading->is_out_of_memory = true;
	return to->p != NULL;
}

static void
take_text(struct reading *reading, const struct setting *setting,
    const char *value, unsigned line)
{
	const char *want = setting->check(str_of(value));

	if (want != NULL)
		complain(reading, line, "%s: \"%.*s\" is not %s",
		    setting->path, LIMIT_CONFIG_PATH, value, want);
	else
		keep(reading, text_member(reading->config, setting), value);
}

static void
take_number(struct reading *reading, const struct setting *setting,
    int64_t value, unsigned line)
{
	if (value < setting->least || value > setting->most)
		complain(reading, line,
		    "%s: %" PRId64 " is not between %" PRId64 " and %" PRId64,
		    setting->path, value, setting->least, setting->most);
	else
		*number_member(reading->config, setting) = value;
}

static bool
is_among(const struct str *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_is_equal(names[i], str_of(name)))
			return true;
	return false;
}

static void
take_names(struct reading *reading, const struct setting *setting,
    const config_setting_t *list)
{
	size_t n = (size_t)config_setting_length(list);
	unsigned line = config_setting_source_line(list);
	struct str *names = ARENA_ARRAY(&reading->config->arena,
	    MIN(n, LIMIT_CONFIG_NAMES), struct str);
	size_t n_names = 0;

	if (n > LIMIT_CONFIG_NAMES) {
		complain(reading, line, "%s: more than %d names",
		    setting->path, LIMIT_CONFIG_NAMES);
		return;
	}
	if (names == NULL) {
		reading->is_out_of_memory = true;
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		const char *name = config_setting_get_string_elem(list, (int)i);

		if (name == NULL || check_word(str_of(name)) != NULL)
			complain(reading, line, "%s: \"%.*s\" is not %s",
			    setting->path, LIMIT_CONFIG_WORD,
			    name != NULL ? name : "", check_word(STR("-")));
		else if (is_among(names, n_names, name))
			complain(reading, line, "%s: \"%s\" is there twice",
			    setting->path, name);
		else if (keep(reading, &names[n_names], name))
			n_names++;
	}
	*names_member(reading->config, setting) = names;
	*n_names_member(reading->config, setting) = n_names;
}

static void
take(struct reading *reading, const struct setting *setting,
    const config_setting_t *value)
{
	static const char *const kinds[] = { [KIND_TEXT] = "a text in quotes",
		[KIND_NUMBER] = "a whole number",
		[KIND_NAMES] = "a list of names: [ \"a\", \"b\" ]" };
	unsigned line = config_setting_source_line(value);
	int type = config_setting_type(value);

	if (setting->kind == KIND_TEXT && type == CONFIG_TYPE_STRING)
		take_text(reading, setting, config_setting_get_string(value),
		    line);
	else if (setting->kind == KIND_NUMBER &&
	    (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64))
		take_number(reading, setting,
		    config_setting_get_int64(value), line);
	else if (setting->kind == KIND_NAMES &&
	    (type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST))
		take_names(reading, setting, value);
	else
		complain(reading, line, "%s: is not %s", setting->path,
		    kinds[setting->kind]);
}

static void
take_known(struct reading *reading, const char *path,
    const config_setting_t *value)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (strcmp(settings[i].path, path) != 0)
			continue;
		reading->is_set[i] = true;
		take(reading, &settings[i], value);
		return;
	}
	complain(reading, config_setting_source_line(value),
	    "%s: there is no such setting", path);
}

/* Returns: true when a setting of the table lives in the group. */
static bool
is_group(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (strncmp(settings[i].path, path, len) == 0 &&
		    settings[i].path[len] == '.')
			return true;
	return false;
}

/* The table is two deep, so the walk is. */
static void
walk_group(struct reading *reading, const config_setting_t *group)
{
	const char *name = config_setting_name(group);
	int n = config_setting_length(group);

	for (unsigned i = 0; i < (unsigned)n; i++) {
		const config_setting_t *value =
		    config_setting_get_elem(group, i);
		char path[2 * LIMIT_CONFIG_WORD];

		snprintf(path, sizeof(path), "%.*s.%.*s", LIMIT_CONFIG_WORD / 2,
		    name, LIMIT_CONFIG_WORD, config_setting_name(value));
		take_known(reading, path, value);
	}
}

static void
walk(struct reading *reading, const config_setting_t *root)
{
	int n = config_setting_length(root);

	for (unsigned i = 0; i < (unsigned)n; i++) {
		const config_setting_t *item = config_setting_get_elem(root, i);
		const char *name = config_setting_name(item);

		if (config_setting_is_group(item) && is_group(name))
			walk_group(reading, item);
		else if (is_group(name))
			complain(reading, config_setting_source_line(item),
			    "%s: is not a group: %s: { … }", name, name);
		else
			take_known(reading, name, item);
	}
}

/* The defaults of names are written with commas. */
static void
default_names(struct reading *reading, const struct setting *setting)
{
	struct str rest = str_of(setting->text);
	struct str *names = ARENA_ARRAY(&reading->config->arena,
	    LIMIT_CONFIG_NAMES, struct str);
	size_t n = 0;

	if (names == NULL) {
		reading->is_out_of_memory = true;
		return;
	}
	while (rest.len > 0 && str_split(&names[n], &rest, ',')) {
		names[n] = arena_str(&reading->config->arena, names[n]);
		n++;
	}
	*names_member(reading->config, setting) = names;
	*n_names_member(reading->config, setting) = n;
}

static void
fill_in(struct reading *reading)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const struct setting *setting = &settings[i];

		if (reading->is_set[i])
			continue;
		if (setting->kind == KIND_NUMBER)
			*number_member(reading->config, setting) =
			    setting->number;
		else if (setting->text == NULL)
			diag_error_at(reading->diags, reading->diags->where,
			    "%s: is not set", setting->path);
		else if (setting->kind == KIND_NAMES)
			default_names(reading, setting);
		else
			keep(reading, text_member(reading->config, setting),
			    setting->text);
	}
	if (reading->config->fronts == 0) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		reading->config->fronts = MAX(1, MIN(n, LIMIT_CONFIG_FRONTS));
	}
}

/* What no row can say alone. */
static void
check_together(struct reading *reading)
{
	const struct config *config = reading->config;

	if (config->listen.port == config->listen.public_port)
		diag_error_at(reading->diags, reading->diags->where,
		    "listen.public_port: is listen.port too");
}

/*
 * Bytes that the library would pass over in silence (NUL), or follow out of
 * the file (@include), which would make the lines of messages wrong.
 */
static bool
is_plain(struct reading *reading)
{
	struct str rest = reading->text;
	struct str line;
	unsigned n = 0;

	if (memchr(rest.p, '\0', rest.len) != NULL) {
		diag_error(reading->diags, 0, 0, "holds a NUL byte");
		return false;
	}
	while (str_split(&line, &rest, '\n')) {
		n++;
		if (!str_has_prefix(str_trim(line), STR("@include")))
			continue;
		complain(reading, n, "@include: settings are in one file");
		return false;
	}
	return true;
}

static int
read_text(struct reading *reading)
{
	config_t file;

	config_init(&file);
	if (config_read_string(&file, reading->text.p) == CONFIG_FALSE) {
		complain(reading, (unsigned)MAX(config_error_line(&file), 1),
		    "%s", config_error_text(&file));
	} else {
		walk(reading, config_root_setting(&file));
		fill_in(reading);
		check_together(reading);
	}
	config_destroy(&file);
	return reading->is_out_of_memory ? FAULT(ENOMEM) : 0;
}

/*
 * A copy with a NUL behind it, which the library wants, and a newline before
 * that: to the library, a comment that ends with the file is a syntax error.
 */
static struct str
end_line(struct arena *arena, struct str text)
{
	char *copy = arena_alloc(arena, text.len + 2);

	if (copy == NULL)
		return (struct str){ 0 };
	if (text.len > 0)
		memcpy(copy, text.p, text.len);
	copy[text.len] = '\n';
	return (struct str){ copy, text.len + 1 };
}

int
config_parse(struct config *config, struct diag_list *diags, struct str text)
{
	struct reading reading = { .config = config, .diags = diags };
	int r = 0;

	*config = (struct config){ 0 };
	arena_init(&config->arena, LIMIT_CONFIG_ARENA);
	reading.text = end_line(&config->arena, text);
	diags->source = text;
	if (reading.text.p == NULL)
		r = FAULT(ENOMEM);
	else if (is_plain(&reading))
		r = read_text(&reading);
	if (r < 0 || diags->n_errors > 0)
		config_fini(config);
	if (r < 0)
		return TRACE(r);
	return diags->n_errors > 0 ? CONFIG_E_WRONG : 0;
}

int
config_load(struct config *config, struct diag_list *diags, const char *dir)
{
	char path[4096];
	struct str text = { 0 };
	int n = snprintf(path, sizeof(path), "%s/stile.conf", dir);
	int r;

	*config = (struct config){ 0 };
	if (n < 0 || (size_t)n >= sizeof(path))
		return FAULT(ENAMETOOLONG);
	diags->where = arena_str(diags->arena, str_of(path));
	r = file_read(&text, diags->arena, AT_FDCWD, path, LIMIT_CONFIG_BYTES);
	switch (r) {
	case 0:
		return TRACE(config_parse(config, diags, text));
	case FILE_E_ABSENT:
		diag_error_at(diags, diags->where, "there is no such file");
		diag_help(diags, "make a holder's directory with: stile init");
		return CONFIG_E_ABSENT;
	case FILE_E_TOO_LARGE:
	case FILE_E_KIND:
		diag_error_at(diags, diags->where,
		    "is not a file of at most %d bytes", LIMIT_CONFIG_BYTES);
		return CONFIG_E_WRONG;
	default:
		diag_error_at(diags, diags->where, "%s", strerror(-r));
		return CONFIG_E_WRONG;
	}
}

void
config_fini(struct config *config)
{
	arena_fini(&config->arena);
	*config = (struct config){ 0 };
}

/* A libconfig string: quotes and backslashes escaped. */
static void
add_quoted(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, text.p[i]);
	}
	buf_add_char(out, '"');
}

static void
add_names(struct buf *out, const char *names)
{
	struct str rest = str_of(names);
	struct str name;
	bool is_first = true;

	buf_add_text(out, "[");
	while (rest.len > 0 && str_split(&name, &rest, ',')) {
		buf_add_text(out, is_first ? " " : ", ");
		add_quoted(out, name);
		is_first = false;
	}
	buf_add_text(out, is_first ? "]" : " ]");
}

static void
add_setting(struct buf *out, const struct setting *setting,
    const struct config *holder)
{
	const char *dot = strchr(setting->path, '.');
	const struct str *given = (const struct str *)(const void *)
	    ((const char *)holder + setting->member);
	int64_t number;

	buf_add_format(out, "%s%s = ", dot != NULL ? "\t" : "",
	    dot != NULL ? dot + 1 : setting->path);
	switch (setting->kind) {
	case KIND_TEXT:
		add_quoted(out, given->p != NULL ? *given :
						   str_of(setting->text));
		break;
	case KIND_NUMBER:
		memcpy(&number, (const char *)holder + setting->member,
		    sizeof(number));
		buf_add_i64(out, number != 0 ? number : setting->number);
		break;
	case KIND_NAMES:
		add_names(out, setting->text);
		break;
	}
	buf_add_text(out, ";");
	if (setting->help[0] != '\0')
		buf_add_format(out, "\t# %s", setting->help);
	if (setting->kind == KIND_NUMBER)
		buf_add_format(out, "%s %" PRId64 " to %" PRId64,
		    setting->help[0] != '\0' ? ";" : "\t#", setting->least,
		    setting->most);
	buf_add_text(out, "\n");
}

struct str
config_template(struct arena *arena, const struct config *holder)
{
	CLEANUP(buf_fini) struct buf out;
	struct str group = { 0 };
	struct str text;

	buf_init(&out, LIMIT_CONFIG_BYTES);
	buf_add_text(&out, "# Settings of this holder; stile.conf(5). All are "
			   "here, with their defaults.\n");
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		struct str path = str_of(settings[i].path);
		size_t dot = str_find(path, '.', 0);
		struct str now = { 0 };

		if (dot < path.len)
			now = str_part(path, 0, dot);
		if (!str_is_equal(now, group) && group.len > 0)
			buf_add_text(&out, "};\n");
		if (!str_is_equal(now, group) && now.len > 0)
			buf_add_format(&out, "\n%.*s: {\n", STR_ARG(now));
		else if (now.len == 0 && group.len > 0)
			buf_add_text(&out, "\n");
		group = now;
		add_setting(&out, &settings[i], holder);
	}
	buf_add_text(&out, group.len > 0 ? "};\n" : "");
	text = (struct str){ 0 };
	if (buf_finish(&out) == 0)
		text = arena_str(arena, buf_str(&out));
	return text;
}
