/*
 * A log as the store may give it, a line an entry with its disclosures, counted
 * and written in all three forms. A '-' in front of an entry: its values were
 * erased. Labels that are open are counted like opened ones, so that a digest
 * need not be right.
 */
#include <stddef.h>
#include <stdint.h>

#include "release/report.h"
#include "util/instant.h"

static int
count(struct figures *figures, struct arena *scratch, struct str line)
{
	struct str *disclosures;
	struct claims claims;
	bool is_kept = !str_has_prefix(line, STR("-"));
	struct str entry;
	size_t n;

	arena_reset(scratch);
	line = str_part(line, !is_kept, line.len);
	if (claims_parse(&entry, &disclosures, &n, scratch, line) != 0 ||
	    claims_verify(&claims, NULL, scratch, entry, disclosures, n) != 0)
		return 0;
	return figures_take(figures, &claims, is_kept);
}

static void
write_forms(const struct report *report)
{
	int (*const forms[])(struct buf *out, const struct report *report) = {
		report_json, report_csv, report_html };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct buf text;
		int r;

		buf_init(&text, LIMIT_REPORT_BYTES);
		r = forms[i](&text, report);
		/* Whatever the log says, a report of it fits. */
		if (r != 0)
			__builtin_trap();
		buf_fini(&text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	const struct report_log log = { .holder = STR("Holder"),
		.origin = STR("log.example"),
		.checkpoint = STR("log.example\n1\nroot\n") };
	static struct figures figures;
	struct report *report;
	struct arena scratch;
	struct arena arena;
	struct str line;

	if (size == 0)
		return 0;
	arena_init(&arena, 64u << 20);
	arena_init(&scratch, 4u << 20);
	/* The years 2025 and 2026; the first byte: exact or not. */
	if (figures_begin(&figures, &arena, 20089 * INSTANT_DAY,
		20819 * INSTANT_DAY, data[0] == '!') == 0) {
		while (str_split(&line, &rest, '\n')) {
			if (count(&figures, &scratch, line) < 0)
				__builtin_trap();
		}
		if (report_make(&report, &arena, &figures, &log) == 0)
			write_forms(report);
	}
	arena_fini(&scratch);
	arena_fini(&arena);
	return 0;
}
