/*
 * A pack's own tests: facts in, expected decision out (tests.json).
 *
 * A case: { "name", "facts": {...}, "fields": [...], "expect": { "decision",
 * "rules"?: the rules that must have refused, "permitted"?: fields, "needs"?:
 * roles } }. Facts that are not given are those of an active, trained requester
 * with a reason, purpose dppa-1, end use criminal. A pack is tested alone.
 */
#include "gate/pack.h"

#include <errno.h>
#include <jansson.h>

#include "gate/judge.h"
#include "gate/pack_facts.h"
#include "limits.h"
#include "util/buf.h"
#include "util/fault.h"

static struct str
text_of(const json_t *value)
{
	return (struct str){ json_string_value(value),
		json_string_length(value) };
}

/* Whether the JSON list names exactly the n items, in any order. */
static bool
is_same_set(const json_t *list, const struct str *items, size_t n)
{
	size_t n_found = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < json_array_size(list); k++)
			n_found += str_is_equal(items[i],
			    text_of(json_array_get(list, k)));
	}
	return n_found == n && json_array_size(list) == n;
}

static const char *
compare(const struct decision *decision, const json_t *expect,
    struct arena *arena)
{
	const json_t *rules = json_object_get(expect, "rules");
	const json_t *permitted = json_object_get(expect, "permitted");
	const json_t *needs = json_object_get(expect, "needs");
	struct str *names = ARENA_ARRAY(arena,
	    decision->n_rulings + decision->n_fields + 1, struct str);
	size_t n = 0;

	if (names == NULL)
		return "no memory to compare";
	if (!str_is_equal(text_of(json_object_get(expect, "decision")),
		judge_verdict_name(decision->verdict)))
		return "another decision";
	for (size_t i = 0; i < decision->n_rulings; i++)
		names[n++] = decision->rulings[i].rule;
	if (rules != NULL && !is_same_set(rules, names, n))
		return "other rules refused";
	n = 0;
	for (size_t i = 0; i < decision->n_fields; i++) {
		if (decision->fields[i].verdict == VERDICT_PERMIT)
			names[n++] = record_field_get(decision->fields[i].field)->name;
	}
	if (permitted != NULL && !is_same_set(permitted, names, n))
		return "other fields are permitted";
	if (needs != NULL &&
	    !is_same_set(needs, decision->needs, decision->n_needs))
		return "other approvals are needed";
	return NULL;
}

static int
run_case(const struct pack *pack, const json_t *one, struct arena *arena,
    const char **why, struct decision *decision)
{
	const json_t *list = json_object_get(one, "fields");
	enum record_field fields[LIMIT_ASK_FIELDS];
	struct pack *alone[1];
	struct facts facts;
	size_t n = 0;
	int r;

	/* The judge reads packs only; the array's type says so for its callers. */
	memcpy(alone, &pack, sizeof(alone));
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (n == LIMIT_ASK_FIELDS ||
		    !record_field_find(&fields[n],
			text_of(json_array_get(list, i)))) {
			*why = "a field is not in the record";
			return 0;
		}
		n++;
	}
	r = pack_facts_read(&facts, arena, json_object_get(one, "facts"));
	if (r == 0)
		r = judge(decision, arena, pack->vocabulary, alone, 1, &facts,
		    fields, n);
	if (r < 0)
		return TRACE(r);
	*why = compare(decision, json_object_get(one, "expect"), arena);
	return 0;
}

static void
tell(const struct decision *decision, const char *name, const char *why,
    struct diag_list *diags)
{
	CLEANUP(buf_fini) struct buf rules = { 0 };

	buf_init(&rules, LIMIT_DIAG_TEXT);
	for (size_t i = 0; i < decision->n_rulings; i++)
		buf_add_format(&rules, "%s%.*s", i > 0 ? ", " : "",
		    STR_ARG(decision->rulings[i].rule));
	diag_error_at(diags, STR("tests.json"),
	    "\"%s\": %s; it was `%.*s`%s%.*s", name, why,
	    STR_ARG(judge_verdict_name(decision->verdict)),
	    rules.len > 0 ? " by " : "", STR_ARG(buf_str(&rules)));
}

static int
run_all(const struct pack *pack, const json_t *list, FILE *report,
    struct diag_list *diags)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };

	arena_init(&arena, LIMIT_ASK_BYTES);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *name =
		    json_string_value(json_object_get(one, "name"));
		struct decision decision = { 0 };
		const char *why = NULL;
		int r;

		arena_reset(&arena);
		r = run_case(pack, one, &arena, &why, &decision);
		if (r < 0)
			return TRACE(r);
		if (why != NULL)
			tell(&decision, name != NULL ? name : "(no name)", why,
			    diags);
		if (report != NULL)
			fprintf(report, "%s %s\n", why == NULL ? "ok" : "not ok",
			    name != NULL ? name : "(no name)");
	}
	return 0;
}

int
pack_test(const struct pack *pack, struct str tests_json, FILE *report,
    struct diag_list *diags)
{
	size_t before = diags->n_errors;
	json_error_t error;
	json_t *list = json_loadb(tests_json.p, tests_json.len,
	    JSON_REJECT_DUPLICATES, &error);
	size_t n = json_array_size(list);
	int r = 0;

	if (list == NULL)
		diag_error_at(diags, STR("tests.json"), "line %d: %s",
		    error.line, error.text);
	else if (!json_is_array(list) || n == 0 || n > LIMIT_PACK_TESTS)
		diag_error_at(diags, STR("tests.json"),
		    "a pack brings 1 to %d tests as a JSON array",
		    LIMIT_PACK_TESTS);
	else
		r = run_all(pack, list, report, diags);
	json_decref(list);
	if (r < 0)
		return TRACE(r);
	return diags->n_errors > before ? PACK_E_BAD : 0;
}
