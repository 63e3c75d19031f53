/* Any bytes as an entities document and as a context. */
#include <stdlib.h>

#include "stile/cedar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cedar_entities_freep) struct cedar_entities *entities = NULL;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str text = { (const char *)data, size };
	struct cedar_value context;
	struct diag_list diags;
	int r;

	arena_init(&arena, (size_t)64 << 20);
	diag_init(&diags, &arena, STR("fuzz"), text);
	if (cedar_names_new(&names) != 0 ||
	    cedar_entities_new(&entities, names) != 0)
		return 0;
	r = cedar_entities_json_add(entities, text, &diags);
	if (r == 0)
		r = cedar_entities_finish(entities, &diags);
	if ((r > 0) != (diags.n_errors > 0))
		abort();
	diag_init(&diags, &arena, STR("fuzz"), text);
	r = cedar_entities_json_context(&context, &arena, text, &diags);
	if ((r > 0) != (diags.n_errors > 0))
		abort();
	return 0;
}
