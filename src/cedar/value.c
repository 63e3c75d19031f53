/* Canonical values; see value.h for the invariants. */
#include "cedar/value.h"

#include <errno.h>
#include <stdlib.h>

#include "cedar/call.h"
#include "util/fault.h"

static int
order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_sets(const struct value_set *a, const struct value_set *b)
{
	if (a->n != b->n)
		return order(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		struct value x = value_set_get(a, i);
		struct value y = value_set_get(b, i);
		int r = value_compare(&x, &y);

		if (r != 0)
			return r;
	}
	return 0;
}

static int
compare_records(const struct value_record *a, const struct value_record *b)
{
	if (a->n != b->n)
		return order(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		int r = order(a->names[i], b->names[i]);

		if (r == 0)
			r = value_compare(&a->values[i], &b->values[i]);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
compare_ips(const struct cedar_ip *a, const struct cedar_ip *b)
{
	if (a->is_v6 != b->is_v6)
		return a->is_v6 ? 1 : -1;
	if (a->prefix != b->prefix)
		return order(a->prefix, b->prefix);
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int
value_compare(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return order(a->kind, b->kind);
	switch ((enum cedar_kind)a->kind) {
	case CEDAR_STRING:
		if (a->len != b->len)
			return order(a->len, b->len);
		return a->len > 0 ? memcmp(a->text, b->text, a->len) : 0;
	case CEDAR_ENTITY:
		return order(a->uid, b->uid);
	case CEDAR_SET:
		return compare_sets(a->set, b->set);
	case CEDAR_RECORD:
		return compare_records(a->record, b->record);
	case CEDAR_IP:
		return compare_ips(a->ip, b->ip);
	case CEDAR_BOOL:
	case CEDAR_LONG:
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
		break;
	}
	return a->number < b->number ? -1 : a->number > b->number;
}

bool
value_is_equal(const struct value *a, const struct value *b)
{
	return value_compare(a, b) == 0;
}

static int
compare_for_sort(const void *a, const void *b)
{
	return value_compare(a, b);
}

static bool
is_sorted(const struct value *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (value_compare(&items[i - 1], &items[i]) >= 0)
			return false;
	}
	return true;
}

static size_t
drop_repeats(struct value *items, size_t n)
{
	size_t kept = n > 0;

	for (size_t i = 1; i < n; i++) {
		if (value_compare(&items[kept - 1], &items[i]) != 0)
			items[kept++] = items[i];
	}
	return kept;
}

const struct value_set *
value_set_make(struct arena *arena, struct value *items, size_t n)
{
	struct value_set *set = ARENA_NEW(arena, struct value_set);
	bool are_entities = n > 0;
	uint32_t *uids;

	if (set == NULL)
		return NULL;
	if (!is_sorted(items, n)) {
		qsort(items, n, sizeof(*items), compare_for_sort);
		n = drop_repeats(items, n);
	}
	set->n = (uint32_t)n;
	for (size_t i = 0; i < n && are_entities; i++)
		are_entities = items[i].kind == CEDAR_ENTITY;
	if (!are_entities) {
		set->items = items;
		return set;
	}
	uids = ARENA_ARRAY(arena, n, uint32_t);
	if (uids == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		uids[i] = items[i].uid;
	set->uids = uids;
	return set;
}

bool
value_uids_contain(const uint32_t *uids, size_t n, uint32_t uid)
{
	/* Halving without a branch that depends on the data: no mispredictions. */
	while (n > 1) {
		size_t half = n / 2;

		uids += uids[half] <= uid ? half : 0;
		n -= half;
	}
	return n == 1 && uids[0] == uid;
}

bool
value_set_contains(const struct value_set *set, const struct value *item)
{
	size_t low = 0;
	size_t high = set->n;

	if (set->uids != NULL)
		return item->kind == CEDAR_ENTITY &&
		    value_uids_contain(set->uids, set->n, item->uid);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int r = value_compare(&set->items[middle], item);

		if (r == 0)
			return true;
		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool
value_set_contains_all(const struct value_set *whole,
    const struct value_set *part)
{
	if (part->n > whole->n)
		return false;
	for (size_t i = 0; i < part->n; i++) {
		struct value item = value_set_get(part, i);

		if (!value_set_contains(whole, &item))
			return false;
	}
	return true;
}

bool
value_set_contains_any(const struct value_set *a, const struct value_set *b)
{
	const struct value_set *small = a->n < b->n ? a : b;
	const struct value_set *large = a->n < b->n ? b : a;

	for (size_t i = 0; i < small->n; i++) {
		struct value item = value_set_get(small, i);

		if (value_set_contains(large, &item))
			return true;
	}
	return false;
}

struct field {
	uint32_t name;
	struct value value;
};

static int
compare_fields(const void *a, const void *b)
{
	return order(((const struct field *)a)->name,
	    ((const struct field *)b)->name);
}

/* Few fields, often nearly in order: insertion; many: the library's sort. */
static int
sort_fields(struct arena *arena, uint32_t *names, struct value *values,
    size_t n)
{
	struct field *fields;

	if (n <= 16) {
		for (size_t i = 1; i < n; i++) {
			uint32_t name = names[i];
			struct value value = values[i];
			size_t j = i;

			for (; j > 0 && names[j - 1] > name; j--) {
				names[j] = names[j - 1];
				values[j] = values[j - 1];
			}
			names[j] = name;
			values[j] = value;
		}
		return 0;
	}
	fields = ARENA_ARRAY(arena, n, struct field);
	if (fields == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < n; i++)
		fields[i] = (struct field){ names[i], values[i] };
	qsort(fields, n, sizeof(*fields), compare_fields);
	for (size_t i = 0; i < n; i++) {
		names[i] = fields[i].name;
		values[i] = fields[i].value;
	}
	return 0;
}

int
value_record_make(const struct value_record **record, struct arena *arena,
    uint32_t *names, struct value *values, size_t n)
{
	struct value_record *made = ARENA_NEW(arena, struct value_record);
	int r;

	if (made == NULL)
		return FAULT(ENOMEM);
	r = sort_fields(arena, names, values, n);
	if (r < 0)
		return TRACE(r);
	for (size_t i = 1; i < n; i++) {
		if (names[i - 1] == names[i])
			return VALUE_E_REPEATED;
	}
	*made = (struct value_record){ (uint32_t)n, names, values };
	*record = made;
	return 0;
}

const struct value *
value_record_find(const struct value_record *record, uint32_t name)
{
	const uint32_t *names = record->names;
	size_t low = 0;
	size_t n = record->n;

	while (n > 1) {
		size_t half = n / 2;

		low += names[low + half] <= name ? half : 0;
		n -= half;
	}
	return n == 1 && names[low] == name ? &record->values[low] : NULL;
}

int
cedar_value_parse(struct cedar_value *value, enum cedar_kind kind,
    struct str text, struct str *why)
{
	const char *reason = cedar_call_construct(value, kind, text);

	*why = str_of(reason);
	return reason != NULL ? CEDAR_E_INPUT : 0;
}
