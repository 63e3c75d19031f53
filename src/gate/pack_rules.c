/* The rules of a pack and what each must say of itself; see pack_rules.h. */
#include "gate/pack_rules.h"

#include <errno.h>

#include "gate/vocabulary.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/fault.h"
#include "util/instant.h"

static const char *const known[] = { "id", "cite", "asof", "verified", "says",
	"remedy", "needs", "duty", "mark" };

static void
check_known(const struct cedar_policy *policy, struct diag_list *diags)
{
	for (size_t i = 0; i < policy->n_annotations; i++) {
		struct str name = policy->annotations[i].name;
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			is_known |= str_is_equal(name, str_of(known[k]));
		if (!is_known)
			diag_error(diags, policy->offset, 1,
			    "rule `%.*s`: `@%.*s` is not an annotation of a pack",
			    STR_ARG(policy->id), STR_ARG(name));
	}
}

static struct str
annotation(const struct cedar_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_annotations; i++) {
		if (str_is_equal(policy->annotations[i].name, str_of(name)))
			return policy->annotations[i].value;
	}
	return (struct str){ 0 };
}

static void
require(const struct cedar_policy *policy, const char *name, const char *why,
    struct diag_list *diags)
{
	if (annotation(policy, name).len == 0)
		diag_error(diags, policy->offset, 1, "rule `%.*s`: `@%s` %s",
		    STR_ARG(policy->id), name, why);
}

static void
check_rule(const struct cedar_policy *policy, struct diag_list *diags)
{
	struct str verified = annotation(policy, "verified");
	int32_t day;

	check_known(policy, diags);
	require(policy, "id", "is missing: every rule has a name", diags);
	require(policy, "cite", "is missing: every rule cites its source",
	    diags);
	if (!instant_parse_date(&day, annotation(policy, "asof")))
		diag_error(diags, policy->offset, 1,
		    "rule `%.*s`: `@asof` must be the date of its source",
		    STR_ARG(policy->id));
	if (!str_is_equal(verified, STR("true")) &&
	    !str_is_equal(verified, STR("false")))
		diag_error(diags, policy->offset, 1,
		    "rule `%.*s`: `@verified` must be \"true\" or \"false\"",
		    STR_ARG(policy->id));
	if (policy->effect == CEDAR_FORBID) {
		require(policy, "says", "is missing: a refusal says why",
		    diags);
		require(policy, "remedy",
		    "is missing: a refusal says what would make it lawful",
		    diags);
	} else if (!str_is_equal(verified, STR("true"))) {
		diag_error(diags, policy->offset, 1,
		    "rule `%.*s`: an unverified rule may only restrict",
		    STR_ARG(policy->id));
	}
}

static void
check_distinct(const struct cedar_policies *policies, struct diag_list *diags)
{
	size_t n = cedar_policies_count(policies);

	for (size_t i = 0; i < n; i++) {
		struct cedar_policy policy = cedar_policies_get(policies, i);
		size_t first;

		if (cedar_policies_find(policies, policy.id, &first) &&
		    first != i)
			diag_error(diags, policy.offset, 1,
			    "rule `%.*s`: the name is taken by another rule",
			    STR_ARG(policy.id));
	}
}

/* P11: policies and schema must agree before any request meets them. */
static int
check_schema(struct pack *pack, struct str schema, struct str text,
    struct diag_list *diags)
{
	CLEANUP(cedar_schema_freep) struct cedar_schema *parsed = NULL;
	struct str where = diags->where;
	int r;

	diags->where = arena_format(diags->arena, "%.*s/schema.cedarschema",
	    STR_ARG(pack->name));
	diags->source = schema;
	r = cedar_schema_parse(&parsed, schema, diags);
	diags->where = where;
	diags->source = text;
	if (r == 0)
		r = cedar_policies_validate(pack->policies, parsed, 0, diags);
	return r < 0 ? TRACE(r) : r > 0 ? PACK_E_BAD : 0;
}

static int
load(struct pack *pack, struct str text, struct str schema,
    struct diag_list *diags)
{
	size_t n;
	int r = cedar_policies_parse(&pack->policies, pack->vocabulary->names,
	    text, NULL, 0, CEDAR_ID_ANNOTATION, diags);

	if (r != 0)
		return r < 0 ? TRACE(r) : PACK_E_BAD;
	n = cedar_policies_count(pack->policies);
	if (n > LIMIT_PACK_POLICIES) {
		diag_error(diags, 0, 0, "more than %d rules",
		    LIMIT_PACK_POLICIES);
		return PACK_E_BAD;
	}
	for (size_t i = 0; i < n; i++) {
		struct cedar_policy policy =
		    cedar_policies_get(pack->policies, i);

		check_rule(&policy, diags);
	}
	check_distinct(pack->policies, diags);
	r = check_schema(pack, schema, text, diags);
	return r < 0 ? TRACE(r) : r;
}

int
pack_rules_load(struct pack *pack, struct str text, struct str schema,
    struct diag_list *diags)
{
	size_t before = diags->n_errors;
	struct str old_where = diags->where;
	struct str old_source = diags->source;
	int r;

	diags->where = arena_format(diags->arena, "%.*s/policies.cedar",
	    STR_ARG(pack->name));
	diags->source = text;
	r = load(pack, text, schema, diags);
	diags->where = old_where;
	diags->source = old_source;
	if (r < 0)
		return TRACE(r);
	return r > 0 || diags->n_errors > before ? PACK_E_BAD : 0;
}
