/* The scope index; see scope_index.h. */
#include "cedar/scope_index.h"

#include <errno.h>

#include "util/fault.h"

#define FEW_RULES 8 /* fewer than this are not worth filing */
#define MAX_KEYS 4

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

static size_t
scope_keys(uint64_t *keys, const struct code_scope *scope,
    enum scope_index_kind kind)
{
	switch ((int)scope->op) {
	case AST_SCOPE_EQUAL:
	case AST_SCOPE_IN:
	case AST_SCOPE_IS_IN:
		keys[0] = make_key(kind, scope->uid);
		return 1;
	case AST_SCOPE_IS:
		/* The type's kind stands behind the entity's. */
		keys[0] = make_key((enum scope_index_kind)(kind + 1),
		    scope->type);
		return 1;
	default:
		return 0;
	}
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

static uint64_t
rarest_key(const struct scope_index *index, const struct code_rule *rule,
    bool is_small)
{
	uint64_t keys[MAX_KEYS];
	size_t n = is_small ? 0 : rule_keys(keys, rule);
	uint64_t best = make_key(SCOPE_INDEX_ALWAYS, 0);
	uint32_t fewest = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		uint32_t count = slot_of(index, keys[i])->start;

		if (count < fewest) {
			fewest = count;
			best = keys[i];
		}
	}
	return best;
}

static bool
is_resource_key(uint64_t key)
{
	uint64_t kind = (key - 1) >> 32;

	return kind == SCOPE_INDEX_RESOURCE ||
	    kind == SCOPE_INDEX_RESOURCE_TYPE;
}

/* Count how many rules could be filed under each key; kept in start. */
static void
count_keys(struct scope_index *index, const struct code_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t keys[MAX_KEYS];
		size_t n_keys = rule_keys(keys, &rules[i]);

		for (size_t j = 0; j < n_keys; j++)
			add_slot(index, keys[j])->start++;
	}
}

int
cedar_scope_index_build(struct scope_index *index, struct arena *arena,
    const struct code_rule *rules, size_t n)
{
	bool is_small = n < FEW_RULES;
	uint64_t *chosen = ARENA_ARRAY(arena, n, uint64_t);
	uint32_t start = 0;

	*index = (struct scope_index){ .n_slots = 4 };
	while (!is_small && index->n_slots < n * MAX_KEYS * 2)
		index->n_slots *= 2;
	index->slots =
	    ARENA_ARRAY(arena, index->n_slots, struct scope_index_slot);
	index->rules = ARENA_ARRAY(arena, n, uint32_t);
	if (chosen == NULL || index->slots == NULL || index->rules == NULL)
		return arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	if (!is_small)
		count_keys(index, rules, n);
	add_slot(index, make_key(SCOPE_INDEX_ALWAYS, 0));
	for (size_t i = 0; i < n; i++) {
		chosen[i] = rarest_key(index, &rules[i], is_small);
		slot_of(index, chosen[i])->n++;
		index->uses_resource |= is_resource_key(chosen[i]);
	}
	for (size_t i = 0; i < index->n_slots; i++) {
		index->slots[i].start = start;
		start += index->slots[i].n;
		index->slots[i].n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct scope_index_slot *slot = slot_of(index, chosen[i]);

		index->rules[slot->start + slot->n++] = (uint32_t)i;
	}
	return 0;
}
