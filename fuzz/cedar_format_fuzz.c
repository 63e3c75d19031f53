/*
 * Any bytes as policies to be formatted: the result must mean the same, have as
 * many comments, and not change when it is formatted again. The first byte says
 * how wide.
 */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FORM_BYTES ((size_t)16 << 20)

/* What the policies mean: their JSON form. Returns: false when it has none. */
static bool
meaning(struct buf *out, struct str text, struct arena *arena)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	struct diag_list diags;

	diag_init(&diags, arena, STR("fuzz"), text);
	return cedar_names_new(&names) == 0 &&
	    cedar_policies_parse(&policies, names, text, NULL, 0, 0,
		&diags) == 0 &&
	    cedar_policies_to_json(policies, out) == 0;
}

/* Outside of strings. */
static size_t
count_comments(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"') {
			while (++i < text.len && text.p[i] != '"')
				i += text.p[i] == '\\';
		} else if (text.p[i] == '/') {
			n++;
			while (i + 1 < text.len && text.p[i + 1] != '\n' &&
			    text.p[i + 1] != '\r')
				i++;
		}
	}
	return n;
}

static void
hold(struct str text, struct str formatted, const struct cedar_format *layout,
    struct arena *arena)
{
	CLEANUP(buf_fini) struct buf again;
	CLEANUP(buf_fini) struct buf before;
	CLEANUP(buf_fini) struct buf after;
	struct diag_list diags;

	buf_init(&again, FORM_BYTES);
	buf_init(&before, FORM_BYTES);
	buf_init(&after, FORM_BYTES);
	diag_init(&diags, arena, STR("fuzz"), formatted);
	if (cedar_format_text(&again, formatted, layout, &diags) != 0) {
		diag_print(&diags, stderr);
		abort();
	}
	if (!str_is_equal(buf_str(&again), formatted) ||
	    count_comments(text) != count_comments(formatted))
		abort();
	if (meaning(&before, text, arena) &&
	    (!meaning(&after, formatted, arena) ||
		!str_is_equal(buf_str(&before), buf_str(&after))))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(buf_fini) struct buf buf;
	struct cedar_format layout = { 80, 2 };
	struct str text = { (const char *)data, size };
	struct diag_list diags;
	int r;

	if (size > 0 && (data[0] < ' ' || data[0] > '~')) {
		layout.width = 1 + data[0] % 127;
		layout.indent = 1 + data[0] % 7;
		text = str_part(text, 1, size);
	}
	arena_init(&arena, (size_t)256 << 20);
	buf_init(&buf, FORM_BYTES);
	diag_init(&diags, &arena, STR("fuzz"), text);
	r = cedar_format_text(&buf, text, &layout, &diags);
	if (r < 0 || (r == CEDAR_E_INPUT) != (diags.n_errors > 0))
		return 0;
	if (r == 0)
		hold(text, buf_str(&buf), &layout, &arena);
	return 0;
}
