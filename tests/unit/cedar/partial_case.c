/* Random partial queries; see partial_case.h. */
#include "partial_case.h"

#include <stdlib.h>

#include "cedar/entities.h"
#include "cedar/residual.h"

#define MOST_POOL 200

static uint32_t
below(struct partial_case *made, size_t n)
{
	return draw_below(made->draw, (uint32_t)n);
}

static bool
once_in(struct partial_case *made, uint32_t n)
{
	return draw_once_in(made->draw, n);
}

static void *
array(struct partial_case *made, size_t n, size_t size)
{
	void *p = arena_array(made->arena, n, size);

	if (p == NULL)
		abort();
	return p;
}

#define ARRAY_OF(made, n, type) ((type *)array((made), (n), sizeof(type)))

/* ------------------------------------------------------------------ */
/* Stores as plain data.					      */

static struct cedar_value plain(struct partial_case *made,
    const struct value *value);

static struct cedar_uid
plain_uid(const struct partial_case *made, uint32_t uid)
{
	struct names_scope scope = { .names = made->names };
	const struct names_entry *entry = cedar_names_uid(&scope, uid);

	return (struct cedar_uid){ cedar_names_text(&scope, entry->type),
		entry->text };
}

static const struct cedar_field *
plain_record(struct partial_case *made, const struct value_record *record,
    size_t *n)
{
	struct names_scope scope = { .names = made->names };
	struct cedar_field *fields =
	    ARRAY_OF(made, record->n, struct cedar_field);

	*n = record->n;
	for (size_t i = 0; i < record->n; i++) {
		fields[i].name = cedar_names_text(&scope, record->names[i]);
		fields[i].value = plain(made, &record->values[i]);
	}
	return fields;
}

static struct cedar_value
plain_set(struct partial_case *made, const struct value_set *set)
{
	struct cedar_value *items = ARRAY_OF(made, set->n, struct cedar_value);

	for (size_t i = 0; i < set->n; i++) {
		struct value item = value_set_get(set, i);

		items[i] = plain(made, &item);
	}
	return cedar_set(items, set->n);
}

static struct cedar_value
plain(struct partial_case *made, const struct value *value)
{
	struct cedar_value out = { .kind = (enum cedar_kind)value->kind };

	switch ((enum cedar_kind)value->kind) {
	case CEDAR_BOOL:
		out.boolean = value->number != 0;
		break;
	case CEDAR_STRING:
		out.text = arena_str(made->arena, value_text(value));
		break;
	case CEDAR_ENTITY:
		out.uid = plain_uid(made, value->uid);
		break;
	case CEDAR_SET:
		return plain_set(made, value->set);
	case CEDAR_RECORD:
		out.record.items =
		    plain_record(made, value->record, &out.record.n);
		break;
	case CEDAR_IP:
		out.ip = *value->ip;
		break;
	case CEDAR_LONG:
	case CEDAR_DECIMAL:
	case CEDAR_DATETIME:
	case CEDAR_DURATION:
		out.number = value->number;
	}
	return out;
}

static struct cedar_entity
plain_entity(struct partial_case *made, const struct entity *entity)
{
	struct cedar_entity out = { .uid = plain_uid(made, entity->uid) };
	struct cedar_uid *parents =
	    ARRAY_OF(made, entity->n_parents, struct cedar_uid);

	for (size_t i = 0; i < entity->n_parents; i++)
		parents[i] = plain_uid(made, entity->parents[i]);
	out.parents = parents;
	out.n_parents = entity->n_parents;
	out.attrs = plain_record(made, entity->attrs, &out.n_attrs);
	out.tags = plain_record(made, entity->tags, &out.n_tags);
	return out;
}

/* Values met in the store, so that what is changed makes sense. */
static void
fill_pool(struct partial_case *made)
{
	struct cedar_value *pool =
	    ARRAY_OF(made, MOST_POOL, struct cedar_value);
	size_t n = 0;

	pool[n++] = cedar_bool(true);
	pool[n++] = cedar_bool(false);
	pool[n++] = cedar_long(1);
	pool[n++] = cedar_string(STR("a"));
	pool[n++] = cedar_entity_ref(STR("User"), STR("a"));
	pool[n++] = cedar_set(NULL, 0);
	pool[n++] = cedar_record(NULL, 0);
	for (size_t i = 0; i < made->n_entities; i++) {
		const struct cedar_entity *one = &made->entities[i];

		for (size_t k = 0; k < one->n_attrs && n < MOST_POOL; k++)
			pool[n++] = one->attrs[k].value;
	}
	made->pool = pool;
	made->n_pool = n;
}

static void
read_store(struct partial_case *made, const struct cedar_entities *store)
{
	size_t n = cedar_entities_count(store);

	made->n_entities = n;
	made->entities = ARRAY_OF(made, n + 1, struct cedar_entity);
	made->changed = ARRAY_OF(made, n + 1, struct cedar_entity);
	for (size_t i = 0; i < n; i++)
		made->entities[i] =
		    plain_entity(made, cedar_entities_get(store, i));
	memcpy(made->changed, made->entities, n * sizeof(*made->changed));
	fill_pool(made);
}

/* Returns: the store; NULL when it has a cycle. */
static struct cedar_entities *
make_store(struct partial_case *made, const struct cedar_entity *list)
{
	struct cedar_entities *store = NULL;
	struct diag_list diags;
	int r;

	diag_init(&diags, made->arena, STR("store"), STR(""));
	if (cedar_entities_new(&store, made->names) != 0)
		abort();
	for (size_t i = 0; i < made->n_entities; i++) {
		if (list[i].uid.type.p == NULL)
			continue;
		r = cedar_entities_add(store, &list[i], &diags);
		if (r != 0)
			abort();
	}
	r = cedar_entities_finish(store, &diags);
	if (r == 0)
		return store;
	cedar_entities_free(store);
	return NULL;
}

/* ------------------------------------------------------------------ */
/* Unknowns.							      */

static const struct cedar_field *
find_field(const struct cedar_field *fields, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is_equal(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

/* The fields with one of them set, or removed when value is NULL. */
static const struct cedar_field *
with_field(struct partial_case *made, const struct cedar_field *fields,
    size_t *n, struct str name, const struct cedar_value *value)
{
	struct cedar_field *out = ARRAY_OF(made, *n + 1, struct cedar_field);
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		if (!str_is_equal(fields[i].name, name))
			out[kept++] = fields[i];
	}
	if (value != NULL)
		out[kept++] = (struct cedar_field){ name, *value };
	*n = kept;
	return out;
}

/* As above, down a path whose records are there. */
static const struct cedar_field *
with_path(struct partial_case *made, const struct cedar_field *fields,
    size_t *n, const struct str *path, size_t n_path,
    const struct cedar_value *value)
{
	const struct cedar_field *field = find_field(fields, *n, path[0]);
	struct cedar_value record;

	if (n_path == 1 || field == NULL)
		return with_field(made, fields, n, path[0], value);
	record = field->value;
	record.record.items = with_path(made, record.record.items,
	    &record.record.n, path + 1, n_path - 1, value);
	return with_field(made, fields, n, path[0], &record);
}

/* A path to somewhere in the fields, or to where nothing is. */
static void
draw_path(struct partial_case *made, struct cedar_unknown *unknown,
    const struct cedar_field *fields, size_t n)
{
	struct str *path = ARRAY_OF(made, 4, struct str);

	unknown->path = path;
	unknown->n_path = 0;
	while (unknown->n_path < 4) {
		const struct cedar_field *field =
		    n > 0 ? &fields[below(made, n)] : NULL;

		if (field == NULL || once_in(made, 5)) {
			path[unknown->n_path++] =
			    once_in(made, 2) ? STR("b") : STR("n");
			return;
		}
		path[unknown->n_path++] = field->name;
		if (field->value.kind != CEDAR_RECORD || !once_in(made, 2))
			return;
		n = field->value.record.n;
		fields = field->value.record.items;
	}
}

/* What an unknown really is, and what is told of it. NULL: it is absent. */
static const struct cedar_value *
draw_real(struct partial_case *made, struct cedar_unknown *unknown)
{
	const struct cedar_value *real = &made->pool[below(made, made->n_pool)];

	unknown->is_optional = once_in(made, 3);
	if (unknown->is_optional && once_in(made, 2))
		return NULL;
	if (once_in(made, 2)) {
		unknown->has_kind = true;
		unknown->kind = real->kind;
	}
	if (real->kind == CEDAR_ENTITY && once_in(made, 2))
		unknown->type = real->uid.type;
	return real;
}

/* Whether it lies in another unknown, or another in it. */
static bool
is_crossed(const struct partial_case *made, const struct cedar_unknown *new)
{
	for (size_t i = 0; i < made->n_unknowns; i++) {
		const struct cedar_unknown *old = &made->unknowns[i];
		size_t same = 0;

		if (old->what != new->what ||
		    (old->what != CEDAR_UNKNOWN_CONTEXT &&
		    (!str_is_equal(old->entity.type, new->entity.type) ||
		    !str_is_equal(old->entity.id, new->entity.id))))
			continue;
		while (same < MIN(old->n_path, new->n_path) &&
		    str_is_equal(old->path[same], new->path[same]))
			same++;
		if (same == MIN(old->n_path, new->n_path))
			return true;
	}
	return false;
}

static void
keep(struct partial_case *made, const struct cedar_unknown *unknown)
{
	made->unknowns[made->n_unknowns++] = *unknown;
}

/* What the partial query is given there is of no meaning. */
static const struct cedar_value *
draw_lie(struct partial_case *made)
{
	return once_in(made, 2) ? &made->pool[below(made, made->n_pool)] : NULL;
}

static void
unknown_context(struct partial_case *made)
{
	struct cedar_unknown unknown = { .what = CEDAR_UNKNOWN_CONTEXT };
	const struct cedar_value *real;

	if (!once_in(made, 6))
		draw_path(made, &unknown, made->request.context,
		    made->request.n_context);
	if (is_crossed(made, &unknown))
		return;
	if (unknown.n_path == 0) {
		/* The real one is drawn with the case. */
		made->partial.n_context = 0;
		keep(made, &unknown);
		return;
	}
	real = draw_real(made, &unknown);
	made->request.context = with_path(made, made->request.context,
	    &made->request.n_context, unknown.path, unknown.n_path, real);
	made->partial.context = with_path(made, made->partial.context,
	    &made->partial.n_context, unknown.path, unknown.n_path,
	    draw_lie(made));
	keep(made, &unknown);
}

static void
unknown_member(struct partial_case *made, size_t i, bool is_tag)
{
	struct cedar_unknown unknown = { .what = is_tag
		    ? CEDAR_UNKNOWN_TAG : CEDAR_UNKNOWN_ATTRIBUTE,
		.entity = made->entities[i].uid };
	struct cedar_entity *one[2] = { &made->changed[i],
		&made->entities[i] };
	const struct cedar_value *values[2];

	draw_path(made, &unknown, is_tag ? one[1]->tags : one[1]->attrs,
	    is_tag ? one[1]->n_tags : one[1]->n_attrs);
	if (is_crossed(made, &unknown) || (is_tag && unknown.n_path > 1))
		return;
	values[0] = draw_real(made, &unknown);
	values[1] = draw_lie(made);
	for (unsigned k = 0; k < 2; k++) {
		if (is_tag)
			one[k]->tags = with_path(made, one[k]->tags,
			    &one[k]->n_tags, unknown.path, unknown.n_path,
			    values[k]);
		else
			one[k]->attrs = with_path(made, one[k]->attrs,
			    &one[k]->n_attrs, unknown.path, unknown.n_path,
			    values[k]);
	}
	keep(made, &unknown);
}

static void
add_parent(struct partial_case *made, size_t i)
{
	struct cedar_entity *one = &made->changed[i];
	struct cedar_uid *parents =
	    ARRAY_OF(made, one->n_parents + 1, struct cedar_uid);
	size_t at = below(made, made->n_entities);

	if (one->n_parents > 0)
		memcpy(parents, one->parents,
		    one->n_parents * sizeof(*parents));
	parents[one->n_parents++] = made->entities[at].uid;
	one->parents = parents;
}

static void
unknown_ancestors(struct partial_case *made, size_t i)
{
	struct cedar_unknown unknown = { .what = CEDAR_UNKNOWN_ANCESTORS,
		.entity = made->entities[i].uid };
	struct cedar_entity before = made->changed[i];
	struct cedar_entities *store;

	if (is_crossed(made, &unknown))
		return;
	add_parent(made, i);
	store = make_store(made, made->changed);
	if (store == NULL)
		made->changed[i] = before;
	cedar_entities_free(store);
	keep(made, &unknown);
}

/* Nothing is known of it; it may be gone, or be like another one. */
static void
unknown_entity(struct partial_case *made, size_t i)
{
	static const enum cedar_unknown_kind kinds[] = {
		CEDAR_UNKNOWN_ATTRIBUTE, CEDAR_UNKNOWN_TAG,
		CEDAR_UNKNOWN_ANCESTORS };
	const struct cedar_entity *like =
	    &made->entities[below(made, made->n_entities)];
	struct cedar_entity *real = &made->changed[i];

	if (made->n_unknowns + ARRAY_LEN(kinds) > PARTIAL_CASE_MOST)
		return;
	for (unsigned k = 0; k < ARRAY_LEN(kinds); k++) {
		struct cedar_unknown unknown = { .what = kinds[k],
			.entity = made->entities[i].uid };

		if (is_crossed(made, &unknown))
			return;
	}
	for (unsigned k = 0; k < ARRAY_LEN(kinds); k++)
		keep(made, &(struct cedar_unknown){ .what = kinds[k],
		    .entity = made->entities[i].uid });
	real->attrs = like->attrs;
	real->n_attrs = like->n_attrs;
	real->tags = like->tags;
	real->n_tags = like->n_tags;
	/* Its parents were given, and so it has them while it is there. */
	if (real->n_parents == 0 && once_in(made, 3))
		real->uid.type = (struct str){ 0 };
}

static void
unknown_of_entity(struct partial_case *made)
{
	size_t i;

	if (made->n_entities == 0)
		return;
	i = below(made, made->n_entities);
	switch (below(made, 5)) {
	case 0:
	case 1:
		unknown_member(made, i, false);
		break;
	case 2:
		unknown_member(made, i, true);
		break;
	case 3:
		unknown_ancestors(made, i);
		break;
	default:
		unknown_entity(made, i);
	}
}

static struct cedar_uid
draw_like(struct partial_case *made, struct cedar_uid uid, bool is_typed)
{
	static const char *const types[] = { "User", "Group", "NS::Doc" };
	static const char *const ids[] = { "a", "", "é\n\"\\" };

	uid.id = str_of(ids[below(made, ARRAY_LEN(ids))]);
	if (!is_typed)
		uid.type = str_of(types[below(made, ARRAY_LEN(types))]);
	return uid;
}

/* principal, action, resource: the real one is another. */
static void
unknown_variable(struct partial_case *made, enum cedar_unknown_kind what)
{
	struct cedar_unknown unknown = { .what = what };
	bool is_typed = once_in(made, 2);
	struct cedar_uid *given = &made->resource;
	struct cedar_uid *real = &made->real_resource;

	if (is_crossed(made, &unknown))
		return;
	if (what == CEDAR_UNKNOWN_PRINCIPAL) {
		given = &made->partial.principal;
		real = &made->request.principal;
	} else if (what == CEDAR_UNKNOWN_ACTION) {
		given = &made->partial.action;
		real = &made->request.action;
	}
	if (what == CEDAR_UNKNOWN_ACTION)
		real->id = once_in(made, 2) ? STR("p") : STR("q");
	else
		*real = draw_like(made, *real, is_typed);
	if (is_typed)
		unknown.type = real->type;
	if (once_in(made, 2))
		*given = (struct cedar_uid){ 0 };
	keep(made, &unknown);
}

static void
draw_unknown(struct partial_case *made)
{
	switch (below(made, 8)) {
	case 0:
	case 1:
	case 2:
		unknown_context(made);
		break;
	case 3:
		unknown_variable(made, CEDAR_UNKNOWN_PRINCIPAL);
		break;
	case 4:
		unknown_variable(made, CEDAR_UNKNOWN_RESOURCE);
		break;
	case 5:
		if (once_in(made, 2))
			unknown_variable(made, CEDAR_UNKNOWN_ACTION);
		break;
	default:
		unknown_of_entity(made);
	}
}

/* ------------------------------------------------------------------ */

static bool
load(struct partial_case *made, const struct generate_case *generated)
{
	struct cedar_entities *store = NULL;
	struct diag_list diags;
	bool is_good;

	diag_init(&diags, made->arena, STR("case"), generated->text);
	if (cedar_policies_parse(&made->policies, made->names,
	    generated->text, generated->links, generated->n_links,
	    generated->flags, &diags) != 0)
		return false;
	diags.source = generated->entities;
	is_good = cedar_entities_new(&store, made->names) == 0 &&
	    cedar_entities_json_add(store, generated->entities, &diags) == 0 &&
	    cedar_entities_finish(store, &diags) == 0;
	if (is_good)
		read_store(made, store);
	cedar_entities_free(store);
	return is_good;
}

static bool
read_request(struct partial_case *made, const struct generate_request *asked)
{
	struct cedar_value context;
	struct diag_list diags;

	diag_init(&diags, made->arena, STR("request"), asked->context);
	if (cedar_entities_json_context(&context, made->arena, asked->context,
	    &diags) != 0)
		return false;
	made->request = (struct cedar_request){ .principal = asked->principal,
		.action = asked->action,
		.context = context.record.items,
		.n_context = context.record.n,
		.flags = once_in(made, 4) ? CEDAR_DENY_ON_ERROR : 0 };
	made->partial = made->request;
	made->resource = made->real_resource = asked->resource;
	return true;
}

bool
partial_case_make(struct partial_case *made, struct draw *draw,
    struct arena *arena)
{
	struct generate_case generated;

	*made = (struct partial_case){ .arena = arena, .draw = draw };
	generate_case(&generated, draw, arena);
	if (cedar_names_new(&made->names) != 0)
		abort();
	if (!load(made, &generated) ||
	    !read_request(made, &generated.requests[0]))
		return false;
	for (uint32_t n = below(made, 9); n > 0; n--) {
		if (made->n_unknowns < PARTIAL_CASE_MOST)
			draw_unknown(made);
	}
	made->given = make_store(made, made->entities);
	made->real = make_store(made, made->changed);
	if (made->given == NULL || made->real == NULL)
		abort();
	made->partial.entities = made->given;
	made->request.entities = made->real;
	return true;
}

/* In the request, or in the copies of the entities. */
static void
apply(struct partial_case *made, struct cedar_request *request,
    struct cedar_entity *entities, const struct cedar_change *change)
{
	const struct cedar_unknown *unknown = &made->unknowns[change->unknown];

	if (unknown->what == CEDAR_UNKNOWN_CONTEXT)
		request->context = with_path(made, request->context,
		    &request->n_context, unknown->path, unknown->n_path,
		    &change->value);
	for (size_t i = 0; i < made->n_entities; i++) {
		struct cedar_entity *one = &entities[i];

		if (!str_is_equal(one->uid.type, unknown->entity.type) ||
		    !str_is_equal(one->uid.id, unknown->entity.id))
			continue;
		if (unknown->what == CEDAR_UNKNOWN_TAG)
			one->tags = with_path(made, one->tags, &one->n_tags,
			    unknown->path, unknown->n_path, &change->value);
		else if (unknown->what == CEDAR_UNKNOWN_ATTRIBUTE)
			one->attrs = with_path(made, one->attrs, &one->n_attrs,
			    unknown->path, unknown->n_path, &change->value);
	}
}

void
partial_case_decide(struct partial_case *made, struct cedar_answer *answer,
    const struct cedar_change *changes, size_t n, uint64_t mask)
{
	CLEANUP(cedar_entities_freep) struct cedar_entities *store = NULL;
	struct cedar_request request = made->request;
	struct cedar_entity *entities =
	    ARRAY_OF(made, made->n_entities, struct cedar_entity);
	struct cedar_query *query;

	memcpy(entities, made->changed, made->n_entities * sizeof(*entities));
	for (size_t i = 0; i < n; i++) {
		if ((mask & (UINT64_C(1) << i)) != 0)
			apply(made, &request, entities, &changes[i]);
	}
	store = make_store(made, entities);
	if (store == NULL)
		abort();
	request.entities = store;
	if (cedar_query_new(&query, made->arena, &request, NULL) != 0 ||
	    cedar_query_decide(answer, query, made->policies,
	    made->real_resource) != 0)
		abort();
}

void
partial_case_free(struct partial_case *made)
{
	cedar_policies_free(made->policies);
	cedar_entities_free(made->given);
	cedar_entities_free(made->real);
	cedar_names_free(made->names);
}

void
partial_case_print(const struct partial_case *made)
{
	static const char *const names[] = { "principal", "action", "resource",
		"context", "attribute", "tag", "ancestors" };

	for (size_t i = 0; i < made->n_unknowns; i++) {
		const struct cedar_unknown *one = &made->unknowns[i];

		printf("# unknown %s %.*s::\"%.*s\"", names[one->what],
		    STR_ARG(one->entity.type), STR_ARG(one->entity.id));
		for (size_t k = 0; k < one->n_path; k++)
			printf(".%.*s", STR_ARG(one->path[k]));
		printf("%s%s%.*s\n", one->is_optional ? " optional" : "",
		    one->has_kind ? " kind" : "", STR_ARG(one->type));
	}
	printf("# principal %.*s::\"%.*s\" action %.*s::\"%.*s\" resource "
	    "%.*s::\"%.*s\"\n", STR_ARG(made->request.principal.type),
	    STR_ARG(made->request.principal.id),
	    STR_ARG(made->request.action.type),
	    STR_ARG(made->request.action.id),
	    STR_ARG(made->real_resource.type),
	    STR_ARG(made->real_resource.id));
	for (size_t i = 0; i < cedar_policies_count(made->policies); i++) {
		struct cedar_policy policy =
		    cedar_policies_get(made->policies, i);

		printf("%.*s\n", STR_ARG(policy.text));
	}
}
