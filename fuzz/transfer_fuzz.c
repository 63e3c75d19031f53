/*
 * A transfer on its way in. The first byte of the input is its form, the second
 * how much of it comes at a time. Every byte is in one stretch, in order, and
 * every identifier is whole and canonical.
 */
#include <assert.h>
#include <stdint.h>

#include "consign/cuts.h"
#include "consign/cutter.h"
#include "consign/jsonline.h"
#include "source/subject.h"
#include "util/instant.h"

#define TODAY 20781 /* 2026-11-24 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char map[] =
    "kind = \"driver\";\n"
    "columns = (\n"
    "  { column = \"No\"; field = \"licence.number\"; },\n"
    "  { column = \"St\"; field = \"licence.state\"; },\n"
    "  { column = \"Family\"; field = \"person.family\"; optional = true; },\n"
    "  { column = \"/name/given\"; field = \"person.given\";\n"
    "    optional = true; },\n"
    "  { column = \"Born\"; field = \"person.birth_date\";\n"
    "    date = \"M/D/YYYY\"; optional = true; },\n"
    "  { column = \"Sealed\"; field = \"flag.sealed\"; optional = true; }\n"
    ");\n";

static void
check_key(struct str key)
{
	struct subject_problem problem;
	struct subject subject;
	struct arena arena;

	arena_init(&arena, 1 << 16);
	assert(subject_parse_canonical(&subject, &problem, &arena, key,
		   TODAY) == 0);
	arena_fini(&arena);
}

/* Returns: the bytes that the cuts cover. */
static size_t
check_cuts(struct str cuts)
{
	struct cut cut;
	size_t n = 0;
	int r;

	while ((r = cuts_next(&cut, &cuts)) == 0) {
		n += cut.len;
		for (size_t i = 0; cut.kind == CUTS_RECORD && i < cut.n_texts;
		     i++)
			check_key(cut.texts[i]);
	}
	assert(r == CUTS_E_END);
	return n;
}

static void
cut_all(struct cutter *cutter, struct str text, size_t step)
{
	struct buf out;
	size_t from = 0;
	size_t to = 0;
	size_t n = 0;
	int r = 0;

	buf_init(&out, LIMIT_CONSIGN_CUTS - 1);
	while (r == 0 && from < text.len) {
		if (n == 0 && to == text.len && from > 0)
			break;
		if (n == 0)
			to = MIN(to + step, text.len);
		buf_reset(&out);
		r = cutter_cut(cutter, &n, &out, str_part(text, from, to),
		    to == text.len);
		assert(r >= 0);
		assert(check_cuts(buf_str(&out)) == n);
		from += n;
		if (n == 0 && to == text.len)
			break;
	}
	assert(r == CUTTER_E_REFUSED || from == text.len);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data + 2, size - 2 };
	struct diag_list diags;
	struct cutter cutter;
	struct arena arena;
	struct form form;

	if (size < 3 || data[0] >= CONSIGN_N_FORMS)
		return 0;
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("map"), (struct str){ 0 });
	assert(form_init(&form, &diags, &arena, data[0],
		   (struct str){ map, sizeof(map) - 1 }) == 0);
	assert(cutter_init(&cutter, &form, TODAY) == 0);
	cut_all(&cutter, text, (size_t)data[1] * 16 + 1);
	cutter_fini(&cutter);
	arena_fini(&arena);
	return 0;
}
