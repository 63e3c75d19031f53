/*
 * A published log of look-ups, whole: guessed, read, judged, shown three ways.
 * A '!' in front stands for a mapping without a header. (Mapping files are read
 * by libconfig, which loses memory on some errors: not fuzzed here.)
 */
#include <stddef.h>
#include <stdint.h>

#include "cli/lookback.h"
#include "cli/lookback_html.h"
#include "cli/lookback_json.h"
#include "cli/lookback_print.h"

static int
refuse_ungrounded(void *context, struct lookback_opinion *opinion,
    const struct lookback_facts *facts)
{
	(void)context;
	*opinion = (struct lookback_opinion){ .answer = LOOKBACK_PERMIT };
	if (!facts->registered) {
		opinion->answer = LOOKBACK_DENY;
		opinion->rules[opinion->n_rules++] = (struct lookback_rule){
			.pack = STR("p"), .rule = STR("r") };
	}
	return 0;
}

static void
show(const struct lookback *lookback, struct arena *arena)
{
	static char text[1 << 20];
	FILE *file = fmemopen(text, sizeof(text), "w");
	struct terminal terminal;
	struct buf buf;
	int r;

	buf_init(&buf, 1 << 22);
	r = lookback_html(lookback, arena, &buf);
	buf_reset(&buf);
	if (r == 0)
		r = lookback_json(lookback, arena, &buf);
	if (r == 0 && file != NULL) {
		terminal_init(&terminal, file, true);
		r = lookback_print(lookback, arena, &terminal);
	}
	(void)r;
	buf_fini(&buf);
	if (file != NULL)
		fclose(file);
}

/* The bytes, in pieces of a few. */
static int
read_bytes(void *context, char *bytes, size_t room, size_t *n)
{
	struct str *rest = context;

	*n = MIN(MIN(room, rest->len), 1 + rest->len % 97);
	memcpy(bytes, rest->p, *n);
	*rest = str_part(*rest, *n, rest->len);
	return 0;
}

static void
look(struct arena *arena, struct str text)
{
	static const struct lookback_judge judge = { refuse_ungrounded, NULL };
	static struct str forms[] = { STR_INIT("SP99-9*"), STR_INIT("A*") };
	struct lookback *lookback = ARENA_NEW(arena, struct lookback);
	struct case_ref_rules rules = { .year = 2025 };
	struct audit_map map = { 0 };
	struct audit_log *log = ARENA_NEW(arena, struct audit_log);
	struct diag_list diags;

	diag_init(&diags, arena, STR("log"), (struct str){ 0 });
	if (text.len > 0 && text.p[0] == '!') {
		text = str_part(text, 1, text.len);
		map.has_no_header = true;
		map.dates = AUDIT_MAP_DATES_DMY;
		map.columns[AUDIT_MAP_WHEN] = STR("#1");
		map.columns[AUDIT_MAP_REASON] = STR("#2");
		map.is_given[AUDIT_MAP_WHEN] = map.is_given[AUDIT_MAP_REASON] =
		    true;
		rules.forms = forms;
		rules.n_forms = ARRAY_LEN(forms);
	}
	if (lookback == NULL || log == NULL)
		return;
	if (audit_log_open(log, &diags, arena, read_bytes, &text, &map) == 0 &&
	    lookback_run(lookback, arena, log, &judge, &rules, NULL, NULL) ==
		0)
		show(lookback, arena);
	audit_log_close(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	arena_init(&arena, (size_t)64 << 20);
	look(&arena, (struct str){ (const char *)data, size });
	arena_fini(&arena);
	return 0;
}
