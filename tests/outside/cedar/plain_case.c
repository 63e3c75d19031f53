/* Random cases as plain data; see plain_case.h. */
#include "plain_case.h"

#include "cedar/entities_json.h"

static bool
read_uid(struct cedar_uid *uid, struct arena *arena, struct str json)
{
	struct diag_list diags;
	struct entities_json reader = { arena, &diags, STR("request") };
	struct jsontree *tree = ARENA_NEW(arena, struct jsontree);

	diag_init(&diags, arena, STR("request"), json);
	return tree != NULL &&
	    cedar_jsontree_parse(tree, arena, json, &diags) == 0 &&
	    cedar_entities_json_uid(uid, &reader, tree, "uid") == 0;
}

static bool
take_question(struct plain_case *plain, struct arena *arena)
{
	const struct question *asked = &plain->made.questions[0];

	plain->context = asked->context;
	return plain->made.n_questions > 0 && asked->kind == QUESTION_DECIDE &&
	    read_uid(&plain->principal, arena, asked->principal) &&
	    read_uid(&plain->action, arena, asked->action) &&
	    read_uid(&plain->resource, arena, asked->resource);
}

void
plain_case_make(struct plain_case *plain, struct draw *draw,
    struct arena *arena)
{
	do {
		*plain = (struct plain_case){ 0 };
		generate_untyped_case(&plain->made, draw, arena);
	} while (plain->made.is_est || !take_question(plain, arena));
}
