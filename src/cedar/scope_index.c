/* The scope index; see scope_index.h. */
#include "cedar/scope_index.h"

#include <errno.h>

#include "limits.h"
#include "util/fault.h"

#define FEW_RULES 8 /* fewer than this are not worth filing */
#define MAX_KEYS 3  /* that the scope of a rule names */
#define MAX_FILED 2 /* that it is filed under */

static uint64_t
make_key(enum scope_index_kind kind, uint32_t number)
{
	return ((uint64_t)kind << 32 | number) + 1;
}

static struct scope_index_slot *
slot_of(const struct scope_index *index, uint64_t key)
{
	uint64_t i = key * 0x9e3779b97f4a7c15u >> 20;

	for (;; i++) {
		struct scope_index_slot *slot =
		    &index->slots[i & (index->n_slots - 1)];

		if (slot->key == key || slot->key == 0)
			return slot;
	}
}

static struct scope_index_slot *
add_slot(struct scope_index *index, uint64_t key)
{
	struct scope_index_slot *slot = slot_of(index, key);

	slot->key = key;
	return slot;
}

struct scope_index_list
cedar_scope_index_find(const struct scope_index *index,
    enum scope_index_kind kind, uint32_t number)
{
	const struct scope_index_slot *slot =
	    slot_of(index, make_key(kind, number));

	return (struct scope_index_list){ index->rules + slot->start,
		slot->n };
}

static bool
has_uid(const struct code_scope *scope)
{
	return scope->op == AST_SCOPE_EQUAL || scope->op == AST_SCOPE_IN ||
	    scope->op == AST_SCOPE_IS_IN;
}

static size_t
scope_keys(uint64_t *keys, const struct code_scope *scope,
    enum scope_index_kind kind)
{
	if (has_uid(scope)) {
		keys[0] = make_key(kind, scope->uid);
		return 1;
	}
	if (scope->op != AST_SCOPE_IS)
		return 0;
	/* The type's kind stands behind the entity's. */
	keys[0] = make_key((enum scope_index_kind)(kind + 1), scope->type);
	return 1;
}

/*
 * The keys a rule may be filed under. Those resolved once per query come
 * first, so that they are taken among equals.
 */
static size_t
rule_keys(uint64_t keys[static MAX_KEYS], const struct code_rule *rule)
{
	size_t n = scope_keys(keys, &rule->principal, SCOPE_INDEX_PRINCIPAL);

	if (rule->action_op != AST_SCOPE_ALL && rule->n_actions == 1)
		keys[n++] = make_key(SCOPE_INDEX_ACTION, rule->actions[0]);
	n += scope_keys(keys + n, &rule->resource, SCOPE_INDEX_RESOURCE);
	return n;
}

/* What a rule is filed under. counts: how many rules each key could hold. */
static size_t
filing_keys(uint64_t keys[static MAX_FILED], const struct scope_index *counts,
    const struct code_rule *rule)
{
	uint64_t all[MAX_KEYS];
	size_t n = counts->slots != NULL ? rule_keys(all, rule) : 0;
	uint32_t fewest = UINT32_MAX;

	if (n > 0 && has_uid(&rule->principal) && has_uid(&rule->resource)) {
		keys[0] = make_key(SCOPE_INDEX_PAIR_PRINCIPAL,
		    rule->principal.uid);
		keys[1] = make_key(SCOPE_INDEX_PAIR_RESOURCE,
		    rule->resource.uid);
		return 2;
	}
	keys[0] = make_key(SCOPE_INDEX_ALWAYS, 0);
	for (size_t i = 0; i < n; i++) {
		uint32_t count = slot_of(counts, all[i])->n;

		if (count < fewest) {
			fewest = count;
			keys[0] = all[i];
		}
	}
	return 1;
}

static bool
new_slots(struct scope_index *index, struct arena *arena, size_t n_keys)
{
	index->n_slots = 4;
	while (index->n_slots < n_keys * 2)
		index->n_slots *= 2;
	index->slots =
	    ARENA_ARRAY(arena, index->n_slots, struct scope_index_slot);
	return index->slots != NULL;
}

/* Count how many rules could be filed under each key. */
static bool
count_keys(struct scope_index *counts, struct arena *arena,
    const struct code_rule *rules, size_t n)
{
	if (n < FEW_RULES)
		return true;
	if (!new_slots(counts, arena, n * MAX_KEYS))
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t keys[MAX_KEYS];
		size_t n_keys = rule_keys(keys, &rules[i]);

		for (size_t j = 0; j < n_keys; j++)
			add_slot(counts, keys[j])->n++;
	}
	return true;
}

/* Give every key its stretch of the list of rules. */
static void
lay_out(struct scope_index *index)
{
	uint32_t start = 0;

	for (size_t i = 0; i < index->n_slots; i++) {
		index->slots[i].start = start;
		start += index->slots[i].n;
		index->slots[i].n = 0;
	}
}

static bool
file_rules(struct scope_index *index, const struct scope_index *counts,
    struct arena *arena, const struct code_rule *rules, size_t n)
{
	uint64_t keys[MAX_FILED];

	index->rules = ARENA_ARRAY(arena, n * MAX_FILED, uint32_t);
	if (index->rules == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t n_keys = filing_keys(keys, counts, &rules[i]);

		for (size_t j = 0; j < n_keys; j++) {
			add_slot(index, keys[j])->n++;
			index->n_filed[(keys[j] - 1) >> 32]++;
		}
	}
	lay_out(index);
	for (size_t i = 0; i < n; i++) {
		size_t n_keys = filing_keys(keys, counts, &rules[i]);

		for (size_t j = 0; j < n_keys; j++) {
			struct scope_index_slot *slot =
			    slot_of(index, keys[j]);

			index->rules[slot->start + slot->n++] = (uint32_t)i;
		}
	}
	return true;
}

/* Distinct keys that rules are filed under: what the table must hold. */
static size_t
count_filed(struct scope_index *seen, const struct scope_index *counts,
    const struct code_rule *rules, size_t n)
{
	uint64_t keys[MAX_FILED];
	size_t n_distinct = 0;

	for (size_t i = 0; i < n; i++) {
		size_t n_keys = filing_keys(keys, counts, &rules[i]);

		for (size_t j = 0; j < n_keys; j++)
			n_distinct += add_slot(seen, keys[j])->n++ == 0;
	}
	return n_distinct;
}

int
cedar_scope_index_build(struct scope_index *index, struct arena *arena,
    const struct code_rule *rules, size_t n)
{
	CLEANUP(arena_fini) struct arena scratch;
	struct scope_index counts = { 0 };
	struct scope_index seen = { 0 };

	*index = (struct scope_index){ 0 };
	arena_init(&scratch, LIMIT_CEDAR_ARENA);
	if (!count_keys(&counts, &scratch, rules, n) ||
	    !new_slots(&seen, &scratch, n * MAX_FILED) ||
	    !new_slots(index, arena, count_filed(&seen, &counts, rules, n)) ||
	    !file_rules(index, &counts, arena, rules, n))
		return arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	return 0;
}
