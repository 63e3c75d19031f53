/*
 * Any bytes as a value, entities and a request written as Cedar text, and as a
 * request in JSON: what is read and written must be read again as the same.
 */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool is_so)
{
	if (!is_so)
		abort();
}

static void
try_value(struct arena *arena, struct str text)
{
	CLEANUP(buf_fini) struct buf first = { 0 };
	CLEANUP(buf_fini) struct buf again = { 0 };
	struct cedar_value value;
	struct diag_list diags;
	int r;

	buf_init(&first, (size_t)16 << 20);
	buf_init(&again, (size_t)16 << 20);
	diag_init(&diags, arena, STR("fuzz"), text);
	r = cedar_literal_parse(&value, arena, text, &diags);
	must((r > 0) == (diags.n_errors > 0));
	if (r != 0 || cedar_literal_print(&first, &value, 40) != 0)
		return;
	diag_init(&diags, arena, STR("fuzz"), buf_str(&first));
	must(cedar_literal_parse(&value, arena, buf_str(&first), &diags) == 0);
	must(cedar_literal_print(&again, &value, 40) == 0);
	must(str_is_equal(buf_str(&first), buf_str(&again)));
	buf_reset(&again);
	must(cedar_value_json(&again, &value) == 0);
}

/* The JSON of what text says gives the same text. */
static void
try_entities(struct arena *arena, struct str text)
{
	CLEANUP(cedar_entities_freep) struct cedar_entities *entities = NULL;
	CLEANUP(cedar_entities_freep) struct cedar_entities *again = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(buf_fini) struct buf first = { 0 };
	CLEANUP(buf_fini) struct buf json = { 0 };
	CLEANUP(buf_fini) struct buf last = { 0 };
	struct diag_list diags;
	int r;

	buf_init(&first, (size_t)16 << 20);
	buf_init(&json, (size_t)16 << 20);
	buf_init(&last, (size_t)16 << 20);
	diag_init(&diags, arena, STR("fuzz"), text);
	must(cedar_names_new(&names) == 0);
	must(cedar_entities_new(&entities, names) == 0);
	must(cedar_entities_new(&again, names) == 0);
	r = cedar_entities_text_add(entities, NULL, text, &diags);
	must((r > 0) == (diags.n_errors > 0));
	if (r != 0 ||
	    cedar_entities_write(&first, entities, CEDAR_FORM_TEXT) != 0 ||
	    cedar_entities_write(&json, entities, CEDAR_FORM_JSON) != 0)
		return;
	must(cedar_entities_json_add(again, buf_str(&json), &diags) == 0);
	must(cedar_entities_write(&last, again, CEDAR_FORM_TEXT) == 0);
	must(str_is_equal(buf_str(&first), buf_str(&last)));
}

static void
try_request(struct arena *arena, struct str text, enum cedar_form form)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct cedar_request request = { 0 };
	struct cedar_uid resource;
	struct diag_list diags;
	int r;

	buf_init(&buf, (size_t)16 << 20);
	diag_init(&diags, arena, STR("fuzz"), text);
	r = cedar_request_read(&request, &resource, arena, NULL, form, text,
	    &diags);
	must((r > 0) == (diags.n_errors > 0));
	form = form == CEDAR_FORM_JSON ? CEDAR_FORM_TEXT : CEDAR_FORM_JSON;
	if (r != 0 || cedar_request_write(&buf, &request, resource, form) != 0)
		return;
	diag_init(&diags, arena, STR("fuzz"), buf_str(&buf));
	must(cedar_request_read(&request, &resource, arena, NULL, form,
	    buf_str(&buf), &diags) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_fini) struct arena arena;
	struct str text = { (const char *)data, size };

	arena_init(&arena, (size_t)64 << 20);
	try_value(&arena, text);
	try_entities(&arena, text);
	try_request(&arena, text, CEDAR_FORM_TEXT);
	try_request(&arena, text, CEDAR_FORM_JSON);
	return 0;
}
