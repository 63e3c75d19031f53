/* A set of policies as text; see policy_write.h. */
#include "cli/policy_write.h"

#include "cedar/escape.h"
#include "cedar/intern.h"
#include "cedar/policies.h"
#include "cedar/policy_text.h"
#include "cedar/value_json.h"
#include "limits.h"

/* The id that @id gives; p NULL: there is none. */
static struct str
annotated_id(const struct ast_policy *policy)
{
	for (size_t i = 0; i < policy->n_annotations; i++) {
		if (str_is_equal(policy->annotations[i].name, STR("id")))
			return policy->annotations[i].value;
	}
	return (struct str){ 0 };
}

/* The id that a policy without @id gets at its place. */
static bool
is_counted_id(struct str id, size_t place)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "policy%zu", place);

	return str_is_equal(id, (struct str){ text, (size_t)len });
}

int
policy_write_text(struct buf *buf, const struct cedar_policies *policies)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	const struct ast_set *set = cedar_policies_ast(policies);
	struct diag_list diags;
	int r;

	buf_init(&text, LIMIT_CEDAR_TEXT);
	arena_init(&arena, LIMIT_CEDAR_ARENA);
	for (size_t i = 0; i < set->n_policies; i++) {
		const struct ast_policy *policy = &set->policies[i];

		if (annotated_id(policy).p == NULL &&
		    !is_counted_id(policy->id, i)) {
			buf_add_text(&text, "@id(");
			cedar_escape_add(&text, policy->id);
			buf_add_text(&text, ")\n");
		}
		cedar_policy_text_print(&text, policy,
		    POLICY_TEXT_CHAINS | POLICY_TEXT_PLAIN);
		buf_add_char(&text, '\n');
	}
	if (buf_finish(&text) != 0)
		return CEDAR_E_LIMIT;
	diag_init(&diags, &arena, STR("policies"), buf_str(&text));
	r = cedar_format_text(buf, buf_str(&text), NULL, &diags);
	return r == CEDAR_E_INPUT ? CEDAR_E_LIMIT : r;
}

bool
policy_write_has_other_id(const struct cedar_policies *policies)
{
	const struct ast_set *set = cedar_policies_ast(policies);

	for (size_t i = 0; i < set->n_policies; i++) {
		struct str id = annotated_id(&set->policies[i]);

		if (id.p != NULL && !str_is_equal(id, set->policies[i].id))
			return true;
	}
	return false;
}

struct cedar_link *
policy_write_links(size_t *n, struct arena *arena,
    const struct cedar_policies *policies)
{
	struct names_scope scope = { .names = policies->names };
	struct cedar_link *links =
	    ARENA_ARRAY(arena, policies->n_rules, struct cedar_link);

	*n = 0;
	for (size_t i = 0; links != NULL && i < policies->n_rules; i++) {
		const struct code_rule *rule = &policies->rules[i];
		struct cedar_link *link = &links[*n];

		if (!rule->ast->is_template)
			continue;
		*link = (struct cedar_link){ .template_id = rule->ast->id,
			.id = rule->id };
		if (rule->ast->principal.is_slot)
			link->principal = cedar_intern_back_uid(&scope,
			    rule->principal.uid);
		if (rule->ast->resource.is_slot)
			link->resource = cedar_intern_back_uid(&scope,
			    rule->resource.uid);
		++*n;
	}
	return links;
}

static void
put_slot(struct json *json, const char *slot, const struct cedar_uid *uid)
{
	if (uid->type.p == NULL)
		return;
	json_key(json, str_of(slot));
	cedar_value_json_add_uid(json, uid);
}

void
policy_write_links_json(struct json *json, const struct cedar_link *links,
    size_t n)
{
	json_open_array(json);
	for (size_t i = 0; i < n; i++) {
		json_open_object(json);
		json_put_string(json, "templateId", links[i].template_id);
		json_put_string(json, "newId", links[i].id);
		json_key(json, STR("values"));
		json_open_object(json);
		put_slot(json, "?principal", &links[i].principal);
		put_slot(json, "?resource", &links[i].resource);
		json_close_object(json);
		json_close_object(json);
	}
	json_close_array(json);
}
