/*
 * Any bytes as policies in JSON form. What is accepted is written as JSON and
 * read again, which must give the same JSON; and as text, which must parse.
 */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FORM_BYTES ((size_t)8 << 20)

static int
read_json(struct cedar_policies **policies, struct cedar_names *names,
    struct str json, struct arena *arena)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, arena, STR("fuzz"), json);
	r = cedar_policies_from_json(policies, names, json, &diags);
	if ((r > 0) != (diags.n_errors > 0))
		abort();
	return r;
}

static void
round_trip(const struct cedar_policies *policies, struct cedar_names *names,
    struct arena *arena)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *again = NULL;
	CLEANUP(buf_fini) struct buf first;
	CLEANUP(buf_fini) struct buf second;
	int r;

	buf_init(&first, FORM_BYTES);
	buf_init(&second, FORM_BYTES);
	if (cedar_policies_to_json(policies, &first) != 0)
		return;
	r = read_json(&again, names, buf_str(&first), arena);
	if (r == CEDAR_E_LIMIT) /* a chain of many operators is deep */
		return;
	if (r != 0 || cedar_policies_to_json(again, &second) != 0 ||
	    !str_is_equal(buf_str(&first), buf_str(&second)))
		abort();
}

/* Links are not in the text, so that only static policies stay the same. */
static void
text(const struct cedar_policies *policies, struct cedar_names *names,
    struct arena *arena)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *again = NULL;
	CLEANUP(buf_fini) struct buf buf;
	struct diag_list diags;
	int r;

	buf_init(&buf, FORM_BYTES);
	if (cedar_policies_to_text(policies, &buf) != 0)
		return;
	diag_init(&diags, arena, STR("fuzz"), buf_str(&buf));
	r = cedar_policies_parse(&again, names, buf_str(&buf), NULL, 0, 0,
	    &diags);
	if (r == CEDAR_E_LIMIT) /* written in full, it may be deeper */
		return;
	if (r != 0) {
		diag_print(&diags, stderr);
		abort();
	}
	if (cedar_policies_count_templates(again) !=
	    cedar_policies_count_templates(policies))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str json = { (const char *)data, size };

	arena_init(&arena, (size_t)256 << 20);
	if (cedar_names_new(&names) != 0)
		return 0;
	if (read_json(&policies, names, json, &arena) == 0) {
		round_trip(policies, names, &arena);
		text(policies, names, &arena);
	}
	return 0;
}
