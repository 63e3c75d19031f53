/* What one case or probe names, loaded. */
#ifndef STILE_TESTS_CEDAR_SCENE_H
#define STILE_TESTS_CEDAR_SCENE_H

#include "stile/cedar.h"

struct scene {
	struct arena arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
	struct cedar_schema *schema;
};

static inline void
scene_fini(struct scene *scene)
{
	cedar_entities_free(scene->entities);
	cedar_schema_free(scene->schema);
	cedar_policies_free(scene->policies);
	cedar_names_free(scene->names);
	arena_fini(&scene->arena);
}

#endif
