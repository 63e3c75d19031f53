/* Record fields in their classes, as Cedar entities; see vocabulary.h. */
#include "gate/vocabulary.h"

#include <errno.h>

#include "source/record.h"
#include "stile/cedar.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/fault.h"

static const struct cedar_uid class_pi = { STR_INIT("Class"), STR_INIT("PI") };

static int
add_class(struct cedar_entities *entities, const char *name, bool is_pi,
    struct diag_list *diags)
{
	struct cedar_entity entity = { .uid = { STR("Class"), str_of(name) },
		.parents = &class_pi,
		.n_parents = is_pi ? 1 : 0 };

	return cedar_entities_add(entities, &entity, diags);
}

/* Where a person lives or can be found: narrower than PI. */
static bool
is_address(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (str_has_prefix(str_part(name, i, name.len),
			STR(".address.")))
			return true;
	}
	return str_is_equal(name, STR("person.phone"));
}

static int
add_field(struct cedar_entities *entities, enum record_field field,
    struct diag_list *diags)
{
	struct str name = record_field_get(field)->name;
	struct cedar_uid parents[2];
	struct cedar_entity entity = { .uid = { STR("Field"), name },
		.parents = parents };

	parents[entity.n_parents++] = (struct cedar_uid){ STR("Class"),
		record_class_text(record_field_get(field)->class) };
	if (is_address(name))
		parents[entity.n_parents++] = (struct cedar_uid){ STR("Class"),
			STR("ADDRESS") };
	return cedar_entities_add(entities, &entity, diags);
}

static int
fill(struct cedar_entities *entities, struct diag_list *diags)
{
	int r = add_class(entities, "PUBLIC", false, diags);

	if (r == 0)
		r = add_class(entities, "PI", false, diags);
	if (r == 0)
		r = add_class(entities, "HRPI", true, diags);
	if (r == 0)
		r = add_class(entities, "ADDRESS", false, diags);
	if (r == 0)
		r = add_class(entities, "NEVER", false, diags);
	for (int i = 0; i < RECORD_N_FIELDS && r == 0; i++)
		r = add_field(entities, (enum record_field)i, diags);
	if (r == 0)
		r = cedar_entities_finish(entities, diags);
	/* The table is ours: an outcome here is a mistake of ours. */
	return r > 0 ? FAULT(EINVAL) : TRACE(r);
}

int
vocabulary_init(struct vocabulary *vocabulary)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct diag_list diags;
	int r;

	*vocabulary = (struct vocabulary){ 0 };
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("vocabulary"), (struct str){ 0 });
	r = cedar_names_new(&vocabulary->names);
	if (r == 0)
		r = cedar_entities_new(&vocabulary->entities,
		    vocabulary->names);
	if (r == 0)
		r = fill(vocabulary->entities, &diags);
	if (r < 0)
		vocabulary_fini(vocabulary);
	return TRACE(r);
}

void
vocabulary_fini(struct vocabulary *vocabulary)
{
	cedar_entities_free(vocabulary->entities);
	cedar_names_free(vocabulary->names);
	*vocabulary = (struct vocabulary){ 0 };
}
