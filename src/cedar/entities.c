/*
 * The entity store: entities in the order added, an index from uid number to
 * entity, and at the end the transitive closure of the hierarchy.
 */
#include "cedar/entities.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "limits.h"
#include "util/buf.h"
#include "util/fault.h"
#include "util/utf8.h"

#define MANY 1000 /* numbers for which qsort() is no slower */

struct cedar_entities {
	struct cedar_names *names;
	struct arena arena; /* everything that entities point to */
	struct entity *items;
	uint32_t n;
	uint32_t size;
	uint32_t *index; /* by uid number: place in items + 1; 0 absent */
	uint32_t n_index;
	bool is_finished;
};

int
cedar_entities_new(struct cedar_entities **out, struct cedar_names *names)
{
	struct cedar_entities *entities = calloc(1, sizeof(*entities));

	if (entities == NULL)
		return FAULT(ENOMEM);
	entities->names = cedar_names_ref(names);
	arena_init(&entities->arena, LIMIT_CEDAR_ARENA);
	*out = entities;
	return 0;
}

void
cedar_entities_free(struct cedar_entities *entities)
{
	if (entities == NULL)
		return;
	arena_fini(&entities->arena);
	free(entities->items);
	free(entities->index);
	cedar_names_free(entities->names);
	free(entities);
}

void
cedar_entities_freep(struct cedar_entities **entities)
{
	cedar_entities_free(*entities);
}

size_t
cedar_entities_count(const struct cedar_entities *entities)
{
	return entities->n;
}

const struct entity *
cedar_entities_get(const struct cedar_entities *entities, size_t i)
{
	assert(i < entities->n);
	return &entities->items[i];
}

const struct entity *
cedar_entities_find(const struct cedar_entities *entities, uint32_t uid)
{
	if (uid >= entities->n_index || entities->index[uid] == 0)
		return NULL;
	return &entities->items[entities->index[uid] - 1];
}

struct cedar_names *
cedar_entities_names(const struct cedar_entities *entities)
{
	return entities->names;
}

bool
cedar_entities_is_finished(const struct cedar_entities *entities)
{
	return entities->is_finished;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool
is_ascending(const uint32_t *uids, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (uids[i - 1] > uids[i])
			return false;
	}
	return true;
}

/* No call for a comparison: several times faster on what requests sort. */
static void
shell_sort(uint32_t *uids, size_t n)
{
	static const size_t gaps[] = { 301, 132, 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < ARRAY_LEN(gaps); g++) {
		size_t gap = gaps[g];

		for (size_t i = gap; i < n; i++) {
			uint32_t uid = uids[i];
			size_t j = i;

			for (; j >= gap && uids[j - gap] > uid; j -= gap)
				uids[j] = uids[j - gap];
			uids[j] = uid;
		}
	}
}

size_t
cedar_entities_sort(uint32_t *uids, size_t n)
{
	size_t kept = n > 0;

	if (n <= MANY)
		shell_sort(uids, n);
	else if (!is_ascending(uids, n))
		qsort(uids, n, sizeof(*uids), compare_numbers);
	for (size_t i = 1; i < n; i++) {
		if (uids[i] != uids[kept - 1])
			uids[kept++] = uids[i];
	}
	return kept;
}

static void
add_escaped(struct buf *buf, struct str text)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);

		if (code == '"' || code == '\\')
			buf_add_format(buf, "\\%c", (char)code);
		else if (code == '\n')
			buf_add_text(buf, "\\n");
		else if (code == '\r')
			buf_add_text(buf, "\\r");
		else if (code == '\t')
			buf_add_text(buf, "\\t");
		else if (code == 0)
			buf_add_text(buf, "\\0");
		else if (code < 0x20 || utf8_is_deceptive((uint32_t)code))
			buf_add_format(buf, "\\u{%x}", (unsigned)code);
		else
			buf_add(buf, text.p + from, at - from);
	}
}

struct str
cedar_entities_name(struct arena *arena, const struct names_scope *scope,
    uint32_t uid)
{
	const struct names_entry *entry = cedar_names_uid(scope, uid);
	struct str out = { 0 };
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT);
	buf_add_str(&buf, cedar_names_text(scope, entry->type));
	buf_add_text(&buf, "::\"");
	add_escaped(&buf, entry->text);
	buf_add_char(&buf, '"');
	if (buf_finish(&buf) == 0)
		out = arena_str(arena, buf_str(&buf));
	else
		out = arena_str(arena, STR("(entity with a long name)"));
	buf_fini(&buf);
	return out;
}

static int
intern_parents(struct entity *entity, const struct intern *intern,
    const struct cedar_entity *input)
{
	uint32_t *parents = input->n_parents < UINT32_MAX
	    ? ARENA_ARRAY(intern->arena, input->n_parents, uint32_t) : NULL;

	if (parents == NULL)
		return cedar_intern_no_room(intern);
	for (size_t i = 0; i < input->n_parents; i++) {
		int r = cedar_intern_uid(&parents[i], intern,
		    &input->parents[i]);

		if (r != 0)
			return r;
	}
	entity->parents = parents;
	entity->n_parents =
	    (uint32_t)cedar_entities_sort(parents, input->n_parents);
	return 0;
}

int
cedar_entities_intern(struct entity *entity, const struct intern *intern,
    const struct cedar_entity *input)
{
	struct intern named = *intern;
	char where[LIMIT_DIAG_TEXT];
	int r;

	*entity = (struct entity){ 0 };
	snprintf(where, sizeof(where), "%.*s::\"%.*s\"",
	    STR_ARG(input->uid.type), STR_ARG(input->uid.id));
	named.where = str_of(where);
	r = cedar_intern_uid(&entity->uid, &named, &input->uid);
	if (r == 0)
		r = intern_parents(entity, &named, input);
	if (r == 0)
		r = cedar_intern_record(&entity->attrs, &named, input->attrs,
		    input->n_attrs);
	if (r == 0)
		r = cedar_intern_record(&entity->tags, &named, input->tags,
		    input->n_tags);
	return r;
}

static bool
is_same(const struct entity *a, const struct entity *b)
{
	struct value x = { .kind = CEDAR_RECORD, .record = a->attrs };
	struct value y = { .kind = CEDAR_RECORD, .record = b->attrs };
	struct value t = { .kind = CEDAR_RECORD, .record = a->tags };
	struct value u = { .kind = CEDAR_RECORD, .record = b->tags };

	return a->n_parents == b->n_parents &&
	    memcmp(a->parents, b->parents,
	    a->n_parents * sizeof(*a->parents)) == 0 &&
	    value_is_equal(&x, &y) && value_is_equal(&t, &u);
}

/* Make room in the index for that uid and in the items for one more. */
static int
grow(struct cedar_entities *entities, uint32_t uid)
{
	if (uid >= entities->n_index) {
		uint32_t n = MAX(uid + 1, entities->n_index * 2);
		uint32_t *index =
		    realloc(entities->index, n * sizeof(*index));

		if (index == NULL)
			return FAULT(ENOMEM);
		memset(index + entities->n_index, 0,
		    (n - entities->n_index) * sizeof(*index));
		entities->index = index;
		entities->n_index = n;
	}
	if (entities->n == entities->size) {
		uint32_t size = MAX(entities->size * 2, 64u);
		struct entity *items =
		    realloc(entities->items, size * sizeof(*items));

		if (items == NULL)
			return FAULT(ENOMEM);
		entities->items = items;
		entities->size = size;
	}
	return 0;
}

static int
add(struct cedar_entities *entities, const struct entity *entity,
    const struct intern *intern)
{
	const struct entity *old = cedar_entities_find(entities, entity->uid);
	int r;

	if (old != NULL) {
		struct str name = cedar_entities_name(intern->arena,
		    &intern->scope, entity->uid);

		if (is_same(old, entity))
			return 0;
		return cedar_intern_refuse(intern,
		    "duplicate entity entry `%.*s`", STR_ARG(name));
	}
	r = grow(entities, entity->uid);
	if (r < 0)
		return TRACE(r);
	entities->items[entities->n++] = *entity;
	entities->index[entity->uid] = entities->n;
	return 0;
}

int
cedar_entities_add(struct cedar_entities *entities,
    const struct cedar_entity *input, struct diag_list *diags)
{
	struct intern intern = {
		.scope = { .names = entities->names },
		.arena = &entities->arena,
		.diags = diags,
		.is_copying = true,
	};
	struct entity entity;
	int r;

	assert(!entities->is_finished);
	r = cedar_entities_intern(&entity, &intern, input);
	return r != 0 ? r : add(entities, &entity, &intern);
}

/* ------------------------------------------------------------------ */
/* Closing the hierarchy: depth first with a stack of its own.	      */

enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

struct closing {
	struct cedar_entities *entities;
	uint8_t *visits;     /* per item: enum visit */
	uint32_t *stack;     /* items being visited */
	uint32_t *next;	     /* per item on the stack: parent to look at */
	uint32_t *gathered;  /* ancestors of the item being closed */
	uint32_t *marks;     /* by uid: the item that gathered it last, + 1 */
	size_t n_gathered;
	size_t size_gathered;
	size_t n_total;
};

static void
closing_fini(struct closing *closing)
{
	free(closing->visits);
	free(closing->stack);
	free(closing->next);
	free(closing->gathered);
	free(closing->marks);
}

static int
closing_init(struct closing *closing, struct cedar_entities *entities)
{
	size_t n = MAX(entities->n, 1u);

	*closing = (struct closing){ .entities = entities,
		.visits = calloc(n, 1),
		.stack = calloc(n, sizeof(uint32_t)),
		.next = calloc(n, sizeof(uint32_t)),
		.marks = calloc(cedar_names_stamp(entities->names).n_uids + 1,
		    sizeof(uint32_t)) };
	if (closing->visits == NULL || closing->stack == NULL ||
	    closing->next == NULL || closing->marks == NULL)
		return FAULT(ENOMEM);
	return 0;
}

/* Take those not yet gathered for the item whose mark this is. */
static int
gather(struct closing *closing, const uint32_t *uids, size_t n, uint32_t mark)
{
	size_t need = closing->n_gathered + n;

	if (need > closing->size_gathered) {
		size_t size = MAX(need, closing->size_gathered * 2);
		uint32_t *more =
		    realloc(closing->gathered, size * sizeof(*more));

		if (more == NULL)
			return FAULT(ENOMEM);
		closing->gathered = more;
		closing->size_gathered = size;
	}
	for (size_t i = 0; i < n; i++) {
		if (closing->marks[uids[i]] == mark)
			continue;
		closing->marks[uids[i]] = mark;
		closing->gathered[closing->n_gathered++] = uids[i];
	}
	return 0;
}

/* All parents of the item are closed: its ancestors are theirs and they. */
static int
close_one(struct closing *closing, struct entity *entity)
{
	struct cedar_entities *entities = closing->entities;
	uint32_t mark = (uint32_t)(entity - entities->items) + 1;
	uint32_t *ancestors;
	size_t n;
	int r;

	closing->n_gathered = 0;
	r = gather(closing, entity->parents, entity->n_parents, mark);
	for (size_t i = 0; i < entity->n_parents && r == 0; i++) {
		const struct entity *parent =
		    cedar_entities_find(entities, entity->parents[i]);

		if (parent != NULL)
			r = gather(closing, parent->ancestors,
			    parent->n_ancestors, mark);
	}
	if (r < 0)
		return TRACE(r);
	n = cedar_entities_sort(closing->gathered, closing->n_gathered);
	entity->n_ancestors = (uint32_t)n;
	if (n == entity->n_parents) {
		entity->ancestors = entity->parents;
		return 0;
	}
	closing->n_total += n;
	if (closing->n_total > LIMIT_CEDAR_ANCESTORS)
		return CEDAR_E_LIMIT;
	ancestors = ARENA_ARRAY(&entities->arena, n, uint32_t);
	if (ancestors == NULL)
		return entities->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	memcpy(ancestors, closing->gathered, n * sizeof(*ancestors));
	entity->ancestors = ancestors;
	return 0;
}

/* The next parent of the item that is in the store and not closed. */
static bool
open_parent(const struct closing *closing, uint32_t item, uint32_t *parent)
{
	const struct cedar_entities *entities = closing->entities;
	const struct entity *entity = &entities->items[item];

	while (closing->next[item] < entity->n_parents) {
		uint32_t uid = entity->parents[closing->next[item]++];

		if (uid >= entities->n_index || entities->index[uid] == 0)
			continue;
		*parent = entities->index[uid] - 1;
		if (closing->visits[*parent] != VISIT_DONE)
			return true;
	}
	return false;
}

static int
refuse_cycle(const struct cedar_entities *entities, uint32_t item,
    struct diag_list *diags)
{
	struct names_scope scope = { .names = entities->names };
	struct str name = cedar_entities_name(diags->arena, &scope,
	    entities->items[item].uid);

	diag_error_at(diags, name,
	    "the entity hierarchy has a cycle through %.*s", STR_ARG(name));
	diag_help(diags, "take away one of the parents on the way from this "
	    "entity back to itself");
	return CEDAR_E_INPUT;
}

static int
close_from(struct closing *closing, uint32_t item, struct diag_list *diags)
{
	size_t n_stack = 0;

	closing->stack[n_stack++] = item;
	closing->visits[item] = VISIT_OPEN;
	while (n_stack > 0) {
		uint32_t top = closing->stack[n_stack - 1];
		uint32_t parent;
		int r;

		if (open_parent(closing, top, &parent)) {
			if (closing->visits[parent] == VISIT_OPEN)
				return refuse_cycle(closing->entities, parent,
				    diags);
			closing->visits[parent] = VISIT_OPEN;
			closing->stack[n_stack++] = parent;
			continue;
		}
		r = close_one(closing, &closing->entities->items[top]);
		if (r != 0)
			return r;
		closing->visits[top] = VISIT_DONE;
		n_stack--;
	}
	return 0;
}

int
cedar_entities_finish(struct cedar_entities *entities, struct diag_list *diags)
{
	struct closing closing = { 0 };
	int r = closing_init(&closing, entities);

	assert(!entities->is_finished);
	for (uint32_t i = 0; i < entities->n && r == 0; i++) {
		if (closing.visits[i] == VISIT_NEW)
			r = close_from(&closing, i, diags);
	}
	if (r == CEDAR_E_LIMIT)
		diag_error_at(diags, STR("entities"),
		    "the hierarchy has more than %u ancestors in all",
		    LIMIT_CEDAR_ANCESTORS);
	closing_fini(&closing);
	entities->is_finished = r == 0;
	return r < 0 ? TRACE(r) : r;
}
