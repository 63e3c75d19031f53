/* Loading and signing packs; see pack.h. */
#include "gate/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdlib.h>
#include <unistd.h>

#include "gate/pack_note.h"
#include "gate/pack_rules.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"

struct pack *
pack_free(struct pack *pack)
{
	if (pack != NULL) {
		cedar_policies_free(pack->policies);
		arena_fini(&pack->arena);
		free(pack);
	}
	return NULL;
}

void
pack_freep(struct pack **pack)
{
	*pack = pack_free(*pack);
}

static void
close_folder(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int
pack_read(struct str *bytes, struct arena *arena, int folder, const char *name,
    struct diag_list *diags)
{
	int r = file_read(bytes, arena, folder, name, LIMIT_PACK_BYTES);

	switch (r) {
	case FILE_E_ABSENT:
		diag_error_at(diags, str_of(name), "the file is missing");
		return PACK_E_BAD;
	case FILE_E_TOO_LARGE:
		diag_error_at(diags, str_of(name), "the file is over %u bytes",
		    LIMIT_PACK_BYTES);
		return PACK_E_BAD;
	case FILE_E_KIND:
		diag_error_at(diags, str_of(name), "it is not a regular file");
		return PACK_E_BAD;
	default:
		return TRACE(r);
	}
}

static struct str
setting(struct pack *pack, const config_t *conf, const char *name,
    struct diag_list *diags)
{
	const char *text = NULL;

	if (config_lookup_string(conf, name, &text) != CONFIG_TRUE ||
	    text[0] == '\0') {
		diag_error_at(diags, STR("pack.conf"), "`%s` is missing", name);
		return STR("");
	}
	return arena_str(&pack->arena, str_of(text));
}

static int32_t
setting_day(struct pack *pack, const config_t *conf, const char *name,
    struct diag_list *diags)
{
	struct str text = setting(pack, conf, name, diags);
	int32_t day = 0;

	if (text.len > 0 && !instant_parse_date(&day, text))
		diag_error_at(diags, STR("pack.conf"),
		    "`%s` is no date: write 2026-11-23", name);
	return day;
}

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '-'))
			return false;
	}
	return s.len > 0 && s.len <= 64;
}

static void
check_unknown(const config_t *conf, struct diag_list *diags)
{
	static const char *const known[] = { "name", "title", "authority",
		"version", "as_of", "review_by", "marks" };
	const config_setting_t *root = config_root_setting(conf);

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *item = config_setting_get_elem(root,
		    (unsigned)i);
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			is_known |= str_is_equal(str_of(known[k]),
			    str_of(config_setting_name(item)));
		if (!is_known)
			diag_error_at(diags, STR("pack.conf"),
			    "line %u: `%s` is not a setting of a pack",
			    config_setting_source_line(item),
			    config_setting_name(item));
	}
}

/* marks = ( { code = "FOUO"; text = "..."; }, ... ); */
static void
take_marks(struct pack *pack, const config_t *conf, struct diag_list *diags)
{
	const config_setting_t *list = config_lookup(conf, "marks");
	int n = list != NULL ? config_setting_length(list) : 0;

	pack->marks = ARENA_ARRAY(&pack->arena, (size_t)MAX(n, 0),
	    struct pack_mark);
	for (int i = 0; i < n && pack->marks != NULL; i++) {
		const config_setting_t *item = config_setting_get_elem(list,
		    (unsigned)i);
		const char *code;
		const char *text;

		if (config_setting_lookup_string(item, "code", &code) !=
			CONFIG_TRUE ||
		    config_setting_lookup_string(item, "text", &text) !=
			CONFIG_TRUE) {
			diag_error_at(diags, STR("pack.conf"),
			    "line %u: a mark has a code and a text",
			    config_setting_source_line(item));
			continue;
		}
		pack->marks[pack->n_marks++] = (struct pack_mark){
			arena_str(&pack->arena, str_of(code)),
			arena_str(&pack->arena, str_of(text)) };
	}
}

static void
take_settings(struct pack *pack, const config_t *conf, struct diag_list *diags)
{
	int version = 0;

	check_unknown(conf, diags);
	pack->name = setting(pack, conf, "name", diags);
	pack->title = setting(pack, conf, "title", diags);
	pack->authority = setting(pack, conf, "authority", diags);
	pack->as_of = setting_day(pack, conf, "as_of", diags);
	pack->review_by = setting_day(pack, conf, "review_by", diags);
	if (config_lookup_int(conf, "version", &version) != CONFIG_TRUE ||
	    version < 1)
		diag_error_at(diags, STR("pack.conf"),
		    "`version` must be a number from 1 on");
	pack->version = (uint64_t)MAX(version, 0);
	take_marks(pack, conf, diags);
	if (!is_name(pack->name) || !is_name(pack->authority))
		diag_error_at(diags, STR("pack.conf"),
		    "names have a-z, 0-9 and - only, 64 at most");
}

static int
read_conf(struct pack *pack, struct str text, struct diag_list *diags)
{
	size_t before = diags->n_errors;
	config_t conf;

	config_init(&conf);
	if (config_read_string(&conf, text.p) != CONFIG_TRUE)
		diag_error_at(diags, STR("pack.conf"), "line %d: %s",
		    config_error_line(&conf), config_error_text(&conf));
	else
		take_settings(pack, &conf, diags);
	config_destroy(&conf);
	return diags->n_errors > before ? PACK_E_BAD : 0;
}

static int
check_review(const struct pack *pack, int64_t now_us, struct diag_list *diags)
{
	char day[11];

	if (instant_day(now_us) <= pack->review_by)
		return 0;
	instant_format_date(day, pack->review_by);
	diag_error_at(diags, STR("pack.conf"),
	    "the pack had to be reviewed by %s: law changes", day);
	return PACK_E_BAD;
}

static int
load_rules(struct pack *pack, int folder, struct diag_list *diags)
{
	struct str text;
	struct str schema;
	int r = pack_read(&text, &pack->arena, folder, "policies.cedar", diags);

	if (r == 0)
		r = pack_read(&schema, &pack->arena, folder,
		    "schema.cedarschema", diags);
	if (r == 0)
		r = pack_rules_load(pack, text, schema, diags);
	return r < 0 ? TRACE(r) : r;
}

static int
run_tests(struct pack *pack, int folder, FILE *report, struct diag_list *diags)
{
	struct str tests;
	int r = pack_read(&tests, &pack->arena, folder, "tests.json", diags);

	if (r == 0)
		r = pack_test(pack, tests, report, diags);
	return r < 0 ? TRACE(r) : r;
}

static int
load(struct pack *pack, int folder, struct str vkey, int64_t now_us,
    FILE *report, struct diag_list *diags)
{
	int r = pack_note_check(pack, folder, vkey, diags);

	if (r == 0)
		r = check_review(pack, now_us, diags);
	if (r == 0)
		r = load_rules(pack, folder, diags);
	if (r == 0)
		r = run_tests(pack, folder, report, diags);
	return r < 0 ? TRACE(r) : r;
}

/* The settings alone. */
static int
open_settings(struct pack **out, int *fd, const char *folder,
    struct diag_list *diags)
{
	CLEANUP(pack_freep) struct pack *pack = calloc(1, sizeof(*pack));
	struct str conf;
	int r;

	if (pack == NULL)
		return FAULT(ENOMEM);
	arena_init(&pack->arena, 8 * (size_t)LIMIT_PACK_BYTES);
	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0) {
		diag_error_at(diags, str_of(folder), "the pack's folder: %s",
		    strerror(errno));
		return PACK_E_BAD;
	}
	r = pack_read(&conf, &pack->arena, *fd, "pack.conf", diags);
	if (r == 0)
		r = read_conf(pack, conf, diags);
	if (r == 0)
		*out = TAKE(pack);
	return r < 0 ? TRACE(r) : r;
}

int
pack_authority(struct str *authority, struct arena *arena, const char *folder,
    struct diag_list *diags)
{
	CLEANUP(close_folder) int fd = -1;
	CLEANUP(pack_freep) struct pack *pack = NULL;
	int r = open_settings(&pack, &fd, folder, diags);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	*authority = arena_str(arena, pack->authority);
	return authority->p != NULL ? 0 : FAULT(ENOMEM);
}

int
pack_sign(const char *folder, struct str skey, struct diag_list *diags)
{
	CLEANUP(close_folder) int fd = -1;
	CLEANUP(pack_freep) struct pack *pack = NULL;
	int r = open_settings(&pack, &fd, folder, diags);

	if (r == 0)
		r = pack_note_sign(pack, fd, skey, diags);
	return r < 0 ? TRACE(r) : r;
}

static int
open_and_load(struct pack **out, const struct vocabulary *vocabulary,
    const char *folder, struct str vkey, int64_t now_us, FILE *report,
    struct diag_list *diags)
{
	CLEANUP(close_folder) int fd = -1;
	CLEANUP(pack_freep) struct pack *pack = NULL;
	int r = open_settings(&pack, &fd, folder, diags);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	pack->vocabulary = vocabulary;
	r = load(pack, fd, vkey, now_us, report, diags);
	if (r == 0)
		*out = TAKE(pack);
	return r < 0 ? TRACE(r) : r;
}

int
pack_load(struct pack **out, const struct vocabulary *vocabulary,
    const char *folder, struct str vkey, int64_t now_us,
    struct diag_list *diags)
{
	return open_and_load(out, vocabulary, folder, vkey, now_us, NULL,
	    diags);
}

int
pack_try(struct pack **out, const struct vocabulary *vocabulary,
    const char *folder, int64_t now_us, FILE *report, struct diag_list *diags)
{
	return open_and_load(out, vocabulary, folder, STR(""), now_us, report,
	    diags);
}
