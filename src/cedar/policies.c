/* Policy sets: parse, compile, link; and what a reader may ask of them. */
#include "cedar/policies.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "cedar/compile.h"
#include "cedar/est_read.h"
#include "cedar/est_write.h"
#include "cedar/mend.h"
#include "cedar/parser.h"
#include "cedar/policy_text.h"
#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

int
cedar_policies_new(struct cedar_policies **out, struct cedar_names *names)
{
	struct cedar_policies *policies = calloc(1, sizeof(*policies));

	if (policies == NULL)
		return FAULT(ENOMEM);
	policies->names = cedar_names_ref(names);
	arena_init(&policies->arena, LIMIT_CEDAR_ARENA);
	*out = policies;
	return 0;
}

void
cedar_policies_free(struct cedar_policies *policies)
{
	if (policies == NULL)
		return;
	arena_fini(&policies->arena);
	cedar_names_free(policies->names);
	free(policies);
}

void
cedar_policies_freep(struct cedar_policies **policies)
{
	cedar_policies_free(*policies);
}

static int
no_room(const struct cedar_policies *policies)
{
	return policies->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
}

struct linking {
	struct cedar_policies *policies;
	struct map ids;		     /* to ast_policy, or to the set for links */
	struct code_rule *templates; /* by place in the tree */
	struct diag_list *diags;
};

static int
refuse(const struct linking *linking, const struct cedar_link *link,
    const char *why, struct str what)
{
	diag_error_at(linking->diags, link->id, "%s `%.*s`", why,
	    STR_ARG(what));
	return CEDAR_E_INPUT;
}

/* Fill one slot, or see that there is neither slot nor value. */
static int
fill(const struct linking *linking, const struct cedar_link *link,
    struct code_scope *scope, const struct ast_scope *ast,
    const struct cedar_uid *uid)
{
	bool is_given = uid->type.p != NULL;
	struct names_scope names = { .names = linking->policies->names };
	uint32_t type;
	int r;

	if (ast->is_slot != is_given)
		return refuse(linking, link,
		    is_given ? "a value is given for a slot that the template "
			       "has not, in a link of"
			     : "no value is given for a slot of the template",
		    link->template_id);
	if (!is_given)
		return 0;
	if (!ast_is_path(uid->type))
		return refuse(linking, link, "not an entity type name:",
		    uid->type);
	r = cedar_names_intern(&type, &names, uid->type);
	return r != 0 ? r
		      : cedar_names_intern_uid(&scope->uid, &names, type,
			    uid->id);
}

static int
add_link(struct linking *linking, const struct cedar_link *link)
{
	struct cedar_policies *policies = linking->policies;
	const struct ast_policy *ast =
	    map_find(&linking->ids, link->template_id);
	struct code_rule *rule = &policies->rules[policies->n_rules];
	int r;

	if (ast == NULL || (const void *)ast == (const void *)policies)
		return refuse(linking, link, "there is no template",
		    link->template_id);
	if (!ast->is_template)
		return refuse(linking, link, "a static policy has no links:",
		    link->template_id);
	if (map_find(&linking->ids, link->id) != NULL)
		return refuse(linking, link, "duplicate policy id", link->id);
	*rule = linking->templates[ast - policies->ast.policies];
	rule->id = arena_str(&policies->arena, link->id);
	if (rule->id.p == NULL)
		return no_room(policies);
	r = fill(linking, link, &rule->principal, &ast->principal,
	    &link->principal);
	if (r == 0)
		r = fill(linking, link, &rule->resource, &ast->resource,
		    &link->resource);
	if (r != 0)
		return r;
	if (map_put(&linking->ids, rule->id, policies) < 0)
		return no_room(policies);
	policies->n_rules++;
	return 0;
}

/* Compile everything in the tree: static policies into rules. */
static int
compile_tree(struct linking *linking)
{
	struct cedar_policies *policies = linking->policies;

	for (size_t i = 0; i < policies->ast.n_policies; i++) {
		struct ast_policy *ast = &policies->ast.policies[i];
		struct code_rule *rule = &linking->templates[i];
		int r = cedar_compile_policy(rule, &policies->arena,
		    policies->names, ast);

		if (r != 0)
			return r;
		if (map_put(&linking->ids, ast->id, ast) < 0)
			return no_room(policies);
		if (ast->is_template)
			policies->n_templates++;
		else
			policies->rules[policies->n_rules++] = *rule;
	}
	return 0;
}

static int
compile_all(struct linking *linking, const struct cedar_link *links,
    size_t n_links)
{
	struct cedar_policies *policies = linking->policies;
	int r = compile_tree(linking);
	bool is_refused = false;

	for (size_t i = 0; i < n_links && r == 0; i++) {
		r = add_link(linking, &links[i]);
		if (r == CEDAR_E_INPUT) {
			is_refused = true;
			r = 0;
		}
	}
	if (r == 0 && is_refused)
		r = CEDAR_E_INPUT;
	if (r == 0)
		r = cedar_scope_index_build(&policies->index,
		    &policies->arena, policies->rules, policies->n_rules);
	return r;
}

int
cedar_policies_compile(struct cedar_policies *policies,
    const struct cedar_link *links, size_t n_links, struct diag_list *diags)
{
	size_t n = policies->ast.n_policies;
	struct linking linking = { .policies = policies, .diags = diags };
	int r;

	if (n_links > LIMIT_CEDAR_POLICIES - MIN(n, LIMIT_CEDAR_POLICIES)) {
		diag_error_at(diags, STR("links"), "more than %u policies",
		    LIMIT_CEDAR_POLICIES);
		return CEDAR_E_LIMIT;
	}
	map_init(&linking.ids, &policies->arena,
	    (uint64_t)(uintptr_t)policies);
	policies->rules =
	    ARENA_ARRAY(&policies->arena, n + n_links, struct code_rule);
	linking.templates =
	    ARENA_ARRAY(&policies->arena, n, struct code_rule);
	if (policies->rules == NULL || linking.templates == NULL)
		r = no_room(policies);
	else
		r = compile_all(&linking, links, n_links);
	if (r == CEDAR_E_LIMIT)
		diag_error_at(diags, STR("policies"),
		    "the set needs more memory or names than the limit");
	policies->stamp = cedar_names_stamp(policies->names);
	return r < 0 ? TRACE(r) : cedar_mend(r, diags);
}

int
cedar_policies_parse(struct cedar_policies **out, struct cedar_names *names,
    struct str text, const struct cedar_link *links, size_t n_links,
    unsigned flags, struct diag_list *diags)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	struct str copy;
	int r = cedar_policies_new(&policies, names);

	if (r < 0)
		return TRACE(r);
	copy = arena_str(&policies->arena, text);
	if (copy.p == NULL)
		return no_room(policies);
	r = cedar_parser_parse(&policies->ast, &policies->arena, copy, flags,
	    diags);
	if (r == 0)
		r = cedar_policies_compile(policies, links, n_links, diags);
	if (r == 0)
		*out = TAKE(policies);
	return r < 0 ? TRACE(r) : r;
}

int
cedar_policies_from_json(struct cedar_policies **out,
    struct cedar_names *names, struct str json, struct diag_list *diags)
{
	int r = cedar_est_read_set(out, names, json, diags);

	return r < 0 ? TRACE(r) : cedar_mend(r, diags);
}

static int
written(const struct buf *buf)
{
	int r = buf_finish(buf);

	return r < 0 ? TRACE(r) : r > 0 ? CEDAR_E_LIMIT : 0;
}

int
cedar_policies_to_json(const struct cedar_policies *policies, struct buf *buf)
{
	cedar_est_write_set(buf, policies);
	return written(buf);
}

int
cedar_policies_to_text(const struct cedar_policies *policies, struct buf *buf)
{
	for (size_t i = 0; i < policies->ast.n_policies; i++) {
		cedar_policy_text_print(buf, &policies->ast.policies[i], 0);
		buf_add_char(buf, '\n');
	}
	return written(buf);
}

size_t
cedar_policies_count(const struct cedar_policies *policies)
{
	return policies->n_rules;
}

size_t
cedar_policies_count_templates(const struct cedar_policies *policies)
{
	return policies->n_templates;
}

struct cedar_policy
cedar_policies_get(const struct cedar_policies *policies, size_t i)
{
	const struct code_rule *rule = &policies->rules[i];
	const struct ast_policy *ast = rule->ast;

	assert(i < policies->n_rules);
	return (struct cedar_policy){
		.id = rule->id,
		.effect = ast->effect,
		.is_link = ast->is_template,
		.annotations = ast->annotations,
		.n_annotations = ast->n_annotations,
		.offset = ast->span.at,
		.text = str_part(policies->ast.source, ast->span.at,
		    (size_t)ast->span.at + ast->span.len),
	};
}

bool
cedar_policies_find(const struct cedar_policies *policies, struct str id,
    size_t *found)
{
	for (size_t i = 0; i < policies->n_rules; i++) {
		if (str_is_equal(policies->rules[i].id, id)) {
			*found = i;
			return true;
		}
	}
	return false;
}

struct str
cedar_policies_annotation(const struct cedar_policies *policies, size_t i,
    struct str name)
{
	const struct ast_policy *ast = policies->rules[i].ast;

	assert(i < policies->n_rules);
	for (size_t j = 0; j < ast->n_annotations; j++) {
		if (str_is_equal(ast->annotations[j].name, name))
			return ast->annotations[j].value;
	}
	return (struct str){ 0 };
}
