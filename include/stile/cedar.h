/*
 * The Cedar policy language, natively in C: parse, compile, decide.
 *
 * Language 4.5, behaviour of the Rust engine 4.12. This header is the manual.
 *
 * Objects, in the order in which a program meets them:
 *
 *   cedar_names     the dictionary: entity uids, types and attribute names as
 *                   small numbers. Everything that meets in one decision (the
 *                   policy sets, the entities, the query) shares one.
 *   cedar_policies  a parsed, compiled policy set. Immutable.
 *   cedar_entities  the store of entities: added one by one or from JSON, then
 *                   finished, which closes the hierarchy. Immutable after that.
 *   cedar_query     principal, action and context of one request, made ready
 *                   once; then asked for any number of resources and policy
 *                   sets with cedar_query_decide().
 *   cedar_answer    the decision, which policies determined it, which failed.
 *   cedar_partial   a query of which not all is known: decides what is certain
 *                   already, and leaves residual policies of the rest.
 *   cedar_schema    the types of entities and actions, against which policies,
 *                   entities and requests may be checked. Immutable.
 *   cedar_trace     one policy for one request, expression by expression: why.
 *
 * Policies, schemas, entities, requests and values can each be read from text
 * and from JSON, and written as either.
 *
 * Ownership. names, policies and entities are heap objects with _new and _free;
 * policies and entities hold a reference on their names. A query and all its
 * answers live in the arena given to cedar_query_new() and are released with
 * it, and so do a partial query's. Texts and values passed in are copied by
 * policies and entities; a query borrows them: they must live as long as the
 * query does.
 *
 * Threads. A loaded cedar_policies and a finished cedar_entities may be used by
 * any number of threads at once. Names may be read by all while one thread
 * loads (loaders exclude each other). A query belongs to one thread. Policies
 * and entities must have been loaded before the query is made.
 *
 * Failure. Functions that can fail follow the sign rule of util/fault.h:
 * 0 done, < 0 a fault (-errno: memory), > 0 an outcome of enum cedar_outcome.
 * What was wrong with an input is added to the diag_list, with line, column
 * and help; diag_print() shows it with a caret under the place.
 *
 * Evaluation never fails because of a policy: a policy that cannot be evaluated
 * is skipped and listed in the answer (Cedar's rule). As a skipped `forbid`
 * fails open, a query may ask for CEDAR_DENY_ON_ERROR.
 *
 * Limits are in limits.h, section cedar; reaching one is CEDAR_E_LIMIT.
 */
#ifndef STILE_CEDAR_H
#define STILE_CEDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/diag.h"
#include "util/str.h"

/* What a fallible function of this library may answer besides 0 and a fault. */
enum cedar_outcome {
	CEDAR_E_INPUT = 1, /* refused; the diagnostics say what and where */
	CEDAR_E_LIMIT,	   /* a limit of limits.h or of the arena was reached */
	CEDAR_E_STALE,	   /* policies loaded after the query was made */
};

/* ------------------------------------------------------------------ */
/* Values: plain data that a caller fills in. Texts are UTF-8.	      */

/* An entity's name: User::"alice" is { STR("User"), STR("alice") }. */
struct cedar_uid {
	struct str type; /* no spaces: "A::B" */
	struct str id;	 /* any text, unescaped */
};

enum cedar_kind {
	CEDAR_BOOL,
	CEDAR_LONG,
	CEDAR_STRING,
	CEDAR_ENTITY,
	CEDAR_SET,
	CEDAR_RECORD,
	CEDAR_DECIMAL,	/* number of ten-thousandths */
	CEDAR_DATETIME, /* milliseconds since 1970-01-01T00:00:00Z */
	CEDAR_DURATION, /* milliseconds */
	CEDAR_IP,
};

/* An address as written, with its prefix: 10.0.0.1/8 keeps the host bits. */
struct cedar_ip {
	uint8_t bytes[16]; /* IPv4 uses the first four, the rest are 0 */
	uint8_t prefix;	   /* 0..32 or 0..128 */
	bool is_v6;
};

struct cedar_field;

struct cedar_value {
	enum cedar_kind kind;
	union {
		bool boolean;
		int64_t number; /* LONG, DECIMAL, DATETIME, DURATION */
		struct str text;
		struct cedar_uid uid;
		struct cedar_ip ip;
		struct {
			const struct cedar_value *items;
			size_t n;
		} set; /* any order, repeats allowed */
		struct {
			const struct cedar_field *items;
			size_t n;
		} record; /* any order, names distinct */
	};
};

struct cedar_field {
	struct str name;
	struct cedar_value value;
};

/* Written so that C++ takes them too. */
static inline struct cedar_value
cedar_bool(bool value)
{
	struct cedar_value v = { CEDAR_BOOL, { false } };

	v.boolean = value;
	return v;
}

static inline struct cedar_value
cedar_long(int64_t value)
{
	struct cedar_value v = { CEDAR_LONG, { false } };

	v.number = value;
	return v;
}

static inline struct cedar_value
cedar_string(struct str text)
{
	struct cedar_value v = { CEDAR_STRING, { false } };

	v.text = text;
	return v;
}

static inline struct cedar_value
cedar_entity_ref(struct str type, struct str id)
{
	struct cedar_value v = { CEDAR_ENTITY, { false } };

	v.uid.type = type;
	v.uid.id = id;
	return v;
}

static inline struct cedar_value
cedar_set(const struct cedar_value *items, size_t n)
{
	struct cedar_value v = { CEDAR_SET, { false } };

	v.set.items = items;
	v.set.n = n;
	return v;
}

static inline struct cedar_value
cedar_record(const struct cedar_field *items, size_t n)
{
	struct cedar_value v = { CEDAR_RECORD, { false } };

	v.record.items = items;
	v.record.n = n;
	return v;
}

static inline struct cedar_value
cedar_datetime(int64_t milliseconds)
{
	struct cedar_value v = cedar_long(milliseconds);

	v.kind = CEDAR_DATETIME;
	return v;
}

static inline struct cedar_value
cedar_duration(int64_t milliseconds)
{
	struct cedar_value v = cedar_long(milliseconds);

	v.kind = CEDAR_DURATION;
	return v;
}

/* Ten-thousandths: cedar_decimal(15000) is decimal("1.5"). */
static inline struct cedar_value
cedar_decimal(int64_t ten_thousandths)
{
	struct cedar_value v = cedar_long(ten_thousandths);

	v.kind = CEDAR_DECIMAL;
	return v;
}

/*
 * The value that the extension constructor of that kind gives for a text:
 * kind is CEDAR_DECIMAL, CEDAR_DATETIME, CEDAR_DURATION or CEDAR_IP.
 *
 * Returns: 0 and the value; CEDAR_E_INPUT and *why, one static line.
 */
int cedar_value_parse(struct cedar_value *value, enum cedar_kind kind,
    struct str text, struct str *why) MUST_USE NONNULL;

/*
 * Values as Cedar text: 7, "x", User::"ann", [1, 2], { county: "Kings" },
 * ip("10.0.0.1/8"). One value, which may be any of them.
 *
 * Texts are borrowed from text where they can be. diags: its source should be
 * text. Returns: 0 and the value in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT
 * with a diagnostic; fault.
 */
int cedar_literal_parse(struct cedar_value *value, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/* As above for an entity: User::"ann". */
int cedar_literal_parse_uid(struct cedar_uid *uid, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/*
 * Append a value as such text, in lines of width columns where that can be;
 * width 0: on one line.
 *
 * Returns: 0; CEDAR_E_LIMIT (buf's); fault ENOMEM.
 */
int cedar_literal_print(struct buf *buf, const struct cedar_value *value,
    unsigned width) MUST_USE NONNULL;

/* Append a value as JSON that needs no schema to be read. Returns: as above. */
int cedar_value_json(struct buf *buf, const struct cedar_value *value) MUST_USE
    NONNULL;

/*
 * How entities and requests are written. Cedar has them as JSON only; their text
 * is that JSON as Cedar values, with the same members:
 *
 *   [{ uid: User::"ann", parents: [Group::"clerks"], attrs: { age: 41 } }]
 *
 *   { principal: User::"ann", action: Action::"read", resource: Record::"7",
 *     context: { county: "Kings" } }
 */
enum cedar_form { CEDAR_FORM_JSON, CEDAR_FORM_TEXT };

/* ------------------------------------------------------------------ */
/* Names: the dictionary.					      */

struct cedar_names;

/* Returns: 0 and an empty dictionary owned by the caller; fault ENOMEM. */
int cedar_names_new(struct cedar_names **names) MUST_USE NONNULL;

/*
 * Give up the caller's share. The memory goes when the last policies and
 * entities made with it are freed. NULL is fine.
 */
void cedar_names_free(struct cedar_names *names);

/* For CLEANUP(). */
void cedar_names_freep(struct cedar_names **names) NONNULL;

/* ------------------------------------------------------------------ */
/* Policies.							      */

struct cedar_policies;

enum cedar_effect { CEDAR_FORBID, CEDAR_PERMIT };

/* A policy made from a template by filling its slots. */
struct cedar_link {
	struct str template_id;
	struct str id;		    /* of the new policy; unique in the set */
	struct cedar_uid principal; /* for ?principal; type.p NULL: no value */
	struct cedar_uid resource;  /* for ?resource; the same */
};

enum {
	/*
	 * A policy's id is its @id annotation where it has one. Otherwise, and
	 * without this flag, ids are policy0, policy1 ... by place in the text,
	 * templates counted.
	 */
	CEDAR_ID_ANNOTATION = 1u << 0,
};

/*
 * Parse and compile a policy set.
 *
 * text: zero or more policies and templates; copied.
 * links: policies to make from the templates; may be NULL when n_links is 0.
 * diags: takes all errors of all policies; its source should be text.
 * Returns: 0 and *policies owned by the caller; CEDAR_E_INPUT; CEDAR_E_LIMIT
 * (both with diagnostics); fault ENOMEM.
 */
int cedar_policies_parse(struct cedar_policies **policies,
    struct cedar_names *names, struct str text, const struct cedar_link *links,
    size_t n_links, unsigned flags, struct diag_list *diags) MUST_USE;

/* Release. NULL is fine. No query made with it may be used after. */
void cedar_policies_free(struct cedar_policies *policies);

/* For CLEANUP(). */
void cedar_policies_freep(struct cedar_policies **policies) NONNULL;

/* Number of policies that are evaluated: static ones, then links. */
size_t cedar_policies_count(const struct cedar_policies *policies) NONNULL;

/* Number of templates in the text (not counted above). */
size_t cedar_policies_count_templates(
    const struct cedar_policies *policies) NONNULL;

struct cedar_annotation {
	struct str name;
	struct str value; /* empty for `@name` alone; then has_value is false */
	bool has_value;
};

/* One policy as a reader sees it. All texts are borrowed from the set. */
struct cedar_policy {
	struct str id;
	enum cedar_effect effect;
	bool is_link; /* text and annotations are those of its template */
	const struct cedar_annotation *annotations; /* in the order written */
	size_t n_annotations;
	size_t offset;	 /* where it stands in the text of the set */
	struct str text; /* from the first annotation to the semicolon */
};

/* Policy number i, i < cedar_policies_count(). Returns: a view, borrowed. */
struct cedar_policy cedar_policies_get(const struct cedar_policies *policies,
    size_t i) NONNULL;

/* Returns: true and the number of the policy with that id; false if none. */
bool cedar_policies_find(const struct cedar_policies *policies, struct str id,
    size_t *i) NONNULL;

/*
 * An annotation of a policy.
 *
 * Returns: its value (empty, with p not NULL, for `@name` alone); p NULL when
 * the policy has none of that name. Borrowed from the set.
 */
struct str cedar_policies_annotation(const struct cedar_policies *policies,
    size_t i, struct str name) NONNULL;

/*
 * Read policies in Cedar's JSON policy format: a set, as {"staticPolicies":
 * {id: policy}, "templates": {id: policy}, "templateLinks": [{"templateId",
 * "newId", "values"}]}, each of which may be left out; or one policy, which
 * then has the id policy0. The policies' texts are canonical ones.
 *
 * json: copied. diags: its source should be json. Depth: LIMIT_CEDAR_EST_DEPTH.
 * Returns: as cedar_policies_parse().
 */
int cedar_policies_from_json(struct cedar_policies **policies,
    struct cedar_names *names, struct str json,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * Append a set in that format. cedar_policies_from_json() gives the same set
 * again, but for comments and layout; a chain of more than about a thousand
 * operators is then too deep for it.
 *
 * Returns: 0; CEDAR_E_LIMIT (buf's); fault ENOMEM.
 */
int cedar_policies_to_json(const struct cedar_policies *policies,
    struct buf *buf) MUST_USE NONNULL;

/*
 * Append the canonical text of a set: static policies and templates in their
 * order, one a line, annotations on lines before it; no comments, no links.
 *
 * Returns: 0; CEDAR_E_LIMIT (buf's); fault ENOMEM.
 */
int cedar_policies_to_text(const struct cedar_policies *policies,
    struct buf *buf) MUST_USE NONNULL;

/* How to lay policies out; 0 stands for the usual. */
struct cedar_format {
	unsigned width;	 /* columns of a line, where that can be; usual: 80 */
	unsigned indent; /* columns of a step; usual: 2 */
};

/*
 * Append policies and templates laid out in the usual way. Comments are kept;
 * what the policies mean and their ids are not changed; formatting the result
 * again changes nothing.
 *
 * format: NULL for the usual. diags: its source should be text.
 * Returns: 0; CEDAR_E_INPUT and CEDAR_E_LIMIT with diagnostics (of the parser;
 * CEDAR_E_LIMIT without: buf's); fault ENOMEM.
 */
int cedar_format_text(struct buf *buf, struct str text,
    const struct cedar_format *format, struct diag_list *diags) MUST_USE;

/* ------------------------------------------------------------------ */
/* Schemas.							      */

struct cedar_schema;

/*
 * Read a schema in Cedar's own syntax.
 *
 * text: copied. diags: its source should be text; takes warnings too (a name
 * that hides a builtin). Immutable after, and may be shared by threads.
 * Returns: 0 and *schema owned by the caller; CEDAR_E_INPUT, CEDAR_E_LIMIT
 * (both with diagnostics); fault ENOMEM.
 */
int cedar_schema_parse(struct cedar_schema **schema, struct str text,
    struct diag_list *diags) MUST_USE NONNULL;

/* As above for a schema in its JSON form. */
int cedar_schema_json_parse(struct cedar_schema **schema, struct str json,
    struct diag_list *diags) MUST_USE NONNULL;

/* Release. NULL is fine. */
void cedar_schema_free(struct cedar_schema *schema);

/* For CLEANUP(). */
void cedar_schema_freep(struct cedar_schema **schema) NONNULL;

enum cedar_schema_form {
	CEDAR_SCHEMA_TEXT, /* Cedar's own syntax */
	CEDAR_SCHEMA_JSON, /* references as they were written */
	/* Every reference qualified and said to be an entity or a common type. */
	CEDAR_SCHEMA_JSON_RESOLVED,
};

/*
 * Write a schema in another form, or its own anew: declarations and attributes
 * ascending by name, comments lost.
 *
 * Returns: 0 and *out in the arena; CEDAR_E_INPUT with a diagnostic (Cedar's
 * syntax cannot say it: see help); CEDAR_E_LIMIT; fault ENOMEM.
 */
int cedar_schema_write(struct str *out, const struct cedar_schema *schema,
    enum cedar_schema_form form, struct arena *arena,
    struct diag_list *diags) MUST_USE NONNULL;

enum {
	/* Permissive mode: types need not be equal where only a Bool depends. */
	CEDAR_VALIDATE_PERMISSIVE = 1u << 0,
	/*
	 * As engine 4.13: a policy whose scope fits no action of the schema is
	 * warned of, not refused.
	 */
	CEDAR_VALIDATE_4_13 = 1u << 1,
};

/*
 * Check every policy, template and link against a schema: that each name is
 * declared, and that no request which the schema allows can make a condition
 * fail for its types (strict mode, unless flags say otherwise).
 *
 * diags: its source should be the text of the policies. Warnings (a policy that
 * can never apply) do not count.
 * Returns: 0 valid; CEDAR_E_INPUT not; CEDAR_E_LIMIT; fault ENOMEM.
 */
int cedar_policies_validate(const struct cedar_policies *policies,
    const struct cedar_schema *schema, unsigned flags,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * As above, and that no policy looks more than level entities away from the
 * request (RFC 76): `.`, `has`, `in`, hasTag and getTag on an entity cost one.
 * Such a set can be decided with the entities within level steps.
 */
int cedar_policies_validate_level(const struct cedar_policies *policies,
    const struct cedar_schema *schema, uint32_t level, unsigned flags,
    struct diag_list *diags) MUST_USE NONNULL;

/* ------------------------------------------------------------------ */
/* Entities.							      */

struct cedar_entities;

struct cedar_entity {
	struct cedar_uid uid;
	const struct cedar_uid *parents; /* need not be in the store */
	size_t n_parents;
	const struct cedar_field *attrs;
	size_t n_attrs;
	const struct cedar_field *tags;
	size_t n_tags;
};

/* Returns: 0 and an empty store owned by the caller; fault ENOMEM. */
int cedar_entities_new(struct cedar_entities **entities,
    struct cedar_names *names) MUST_USE NONNULL;

/*
 * Add one entity; everything is copied. The same uid may come twice if the two
 * are equal in everything.
 *
 * Returns: 0; CEDAR_E_INPUT (duplicate, repeated attribute, bad type name,
 * invalid UTF-8) and CEDAR_E_LIMIT, with a diagnostic; fault ENOMEM.
 */
int cedar_entities_add(struct cedar_entities *entities,
    const struct cedar_entity *entity, struct diag_list *diags) MUST_USE NONNULL;

/*
 * Add the entities of a JSON array of {uid, attrs, parents, tags?}, in the
 * explicit form ({"__entity":..}, {"__extn":..}); needs no schema.
 * diags: its source should be json, to which the places in it refer.
 *
 * Returns: as cedar_entities_add. On an error the store must be freed.
 */
int cedar_entities_json_add(struct cedar_entities *entities, struct str json,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * Close the hierarchy and make the store ready for use and immutable.
 *
 * Returns: 0; CEDAR_E_INPUT (a cycle, named in a diagnostic); CEDAR_E_LIMIT;
 * fault ENOMEM.
 */
int cedar_entities_finish(struct cedar_entities *entities,
    struct diag_list *diags) MUST_USE NONNULL;

/* Release. NULL is fine. No query made with it may be used after. */
void cedar_entities_free(struct cedar_entities *entities);

/* For CLEANUP(). */
void cedar_entities_freep(struct cedar_entities **entities) NONNULL;

size_t cedar_entities_count(const struct cedar_entities *entities) NONNULL;

/*
 * As above, held against a schema, which also says what a value is, so that
 * entities may be written {"type","id"} and extension values {"fn","arg"} or as
 * a bare string. The actions of the schema are added; those in the data must be
 * the schema's.
 */
int cedar_schema_entities_json_add(struct cedar_entities *entities,
    const struct cedar_schema *schema, struct str json,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * Add entities written as text. schema: NULL, or held against one as above.
 *
 * Returns: as cedar_entities_json_add.
 */
int cedar_entities_text_add(struct cedar_entities *entities,
    const struct cedar_schema *schema, struct str text,
    struct diag_list *diags) MUST_USE;

/*
 * Append the entities, in the order added: attributes and tags by name.
 *
 * Returns: 0; CEDAR_E_LIMIT (buf's); fault ENOMEM.
 */
int cedar_entities_write(struct buf *buf,
    const struct cedar_entities *entities, enum cedar_form form) MUST_USE
    NONNULL;

/*
 * Check one entity against a schema: its type, id, attributes, tags and the
 * types of its parents.
 *
 * Returns: 0 it conforms; CEDAR_E_INPUT it does not, with a diagnostic.
 */
int cedar_schema_entities_check(const struct cedar_schema *schema,
    const struct cedar_entity *entity, struct diag_list *diags)
    MUST_USE NONNULL;

/* Add the actions of a schema that the store does not hold yet. */
int cedar_schema_entities_add_actions(struct cedar_entities *entities,
    const struct cedar_schema *schema, struct diag_list *diags)
    MUST_USE NONNULL;

/*
 * Read a JSON object as a record value (a context), in the explicit form.
 * Texts may be borrowed from json. diags: its source should be json.
 *
 * Returns: 0 and *context in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT with a
 * diagnostic; fault.
 */
int cedar_entities_json_context(struct cedar_value *context,
    struct arena *arena, struct str json, struct diag_list *diags)
    MUST_USE NONNULL;

/* ------------------------------------------------------------------ */
/* Decisions.							      */

struct cedar_query;

enum {
	/* Any policy that fails to evaluate makes the decision CEDAR_DENY. */
	CEDAR_DENY_ON_ERROR = 1u << 0,
};

struct cedar_request {
	struct cedar_uid principal;
	struct cedar_uid action;
	const struct cedar_entities *entities; /* finished; never NULL */
	/*
	 * Entities of this request alone, e.g. the principal with what is known
	 * of it now. Their parents may be in the store or among themselves;
	 * their uids must not be in the store. At most LIMIT_CEDAR_OVERLAY.
	 */
	const struct cedar_entity *overlay;
	size_t n_overlay;
	const struct cedar_field *context;
	size_t n_context;
	unsigned flags; /* CEDAR_DENY_ON_ERROR */
};

/*
 * Make a request ready to be decided for resources.
 *
 * names: those of the entities and policies. arena: holds the query, all it
 * computes and its answers. diags: may be NULL.
 * Returns: 0 and *query in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT; fault.
 */
int cedar_query_new(struct cedar_query **query, struct arena *arena,
    const struct cedar_request *request, struct diag_list *diags) MUST_USE;

/*
 * The same request from here on, but for its action, or but for one attribute of
 * its context, which it must have. Cheaper than another query: nothing else is
 * made ready again. Answers given before stay as they were.
 *
 * Returns: 0; CEDAR_E_INPUT, CEDAR_E_LIMIT; fault ENOMEM; after these the query
 * is as it was.
 */
int cedar_query_set_action(struct cedar_query *query, struct cedar_uid action)
    MUST_USE NONNULL;
int cedar_query_set_context(struct cedar_query *query,
    const struct cedar_field *field) MUST_USE NONNULL;

/*
 * Check a request against a schema: its action is declared and applies to such
 * a principal and resource, its context is exactly what the action declares.
 *
 * Returns: 0; CEDAR_E_INPUT with a diagnostic.
 */
int cedar_schema_request_check(const struct cedar_schema *schema,
    const struct cedar_request *request, struct cedar_uid resource,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * Read the context of a request by what the schema says of its action; as
 * cedar_schema_entities_json_add() reads attributes. Texts may be borrowed from
 * json. diags: its source should be json.
 *
 * Returns: 0 and *context in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT with a
 * diagnostic; fault.
 */
int cedar_schema_request_context(struct cedar_value *context,
    struct arena *arena, const struct cedar_schema *schema,
    struct cedar_uid action, struct str json, struct diag_list *diags)
    MUST_USE NONNULL;

/*
 * Read a request: an object or record of principal, action, resource and, if it
 * is not empty, context. In JSON an entity is {"type", "id"} or the string
 * "User::\"ann\"".
 *
 * request: its other members stay as they are. schema: NULL, or what says how
 * the context may be written; the request is not checked against it.
 * Texts may be borrowed from text. diags: its source should be text.
 * Returns: 0, and both in the arena; CEDAR_E_INPUT, CEDAR_E_LIMIT with a
 * diagnostic; fault.
 */
int cedar_request_read(struct cedar_request *request,
    struct cedar_uid *resource, struct arena *arena,
    const struct cedar_schema *schema, enum cedar_form form, struct str text,
    struct diag_list *diags) MUST_USE;

/* Append a request without its entities. Returns: 0; CEDAR_E_LIMIT; fault. */
int cedar_request_write(struct buf *buf, const struct cedar_request *request,
    struct cedar_uid resource, enum cedar_form form) MUST_USE NONNULL;

enum cedar_decision { CEDAR_DENY, CEDAR_ALLOW };

enum cedar_error_kind {
	CEDAR_ERROR_TYPE = 1,	   /* an operand of the wrong type */
	CEDAR_ERROR_ENTITY,	   /* entity does not exist */
	CEDAR_ERROR_ATTRIBUTE,	   /* attribute does not exist */
	CEDAR_ERROR_TAG,	   /* tag does not exist */
	CEDAR_ERROR_OVERFLOW,	   /* a Long that does not fit 64 bits */
	CEDAR_ERROR_ARITY,	   /* extension function: number of arguments */
	CEDAR_ERROR_EXTENSION,	   /* extension function: the text or overflow */
};

/* A policy that could not be evaluated. */
struct cedar_error {
	uint32_t policy; /* its number in the set */
	enum cedar_error_kind kind;
	uint32_t offset; /* the failing expression in the text of the set */
	uint32_t len;
	const void *detail; /* for cedar_query_explain() */
};

struct cedar_answer {
	enum cedar_decision decision;
	bool is_denied_by_error; /* Cedar itself would have allowed */
	/* Numbers of the policies that determined the decision, ascending. */
	const uint32_t *reasons;
	size_t n_reasons;
	const struct cedar_error *errors; /* by policy number, ascending */
	size_t n_errors;
};

/*
 * Decide for one resource by one policy set.
 *
 * The first call for a policy set picks the policies that can match this
 * principal and action; later calls reuse that. Cheap enough to ask per field.
 *
 * Returns: 0 and *answer, whose arrays live in the query's arena;
 * CEDAR_E_LIMIT (arena full; *answer is a denial); CEDAR_E_STALE; fault ENOMEM.
 */
int cedar_query_decide(struct cedar_answer *answer, struct cedar_query *query,
    const struct cedar_policies *policies, struct cedar_uid resource) MUST_USE;

/*
 * The message of an error, made when asked for.
 *
 * Returns: one line in the arena; p NULL when it has no room, or the error was
 * found by a partial query.
 */
struct str cedar_query_explain(const struct cedar_query *query,
    const struct cedar_error *error, struct arena *arena) NONNULL;

/* ------------------------------------------------------------------ */
/* Partial evaluation: what is certain while not all is known.	      */

struct cedar_partial;

enum cedar_unknown_kind {
	CEDAR_UNKNOWN_PRINCIPAL, /* which entity it is */
	CEDAR_UNKNOWN_ACTION,
	CEDAR_UNKNOWN_RESOURCE,
	CEDAR_UNKNOWN_CONTEXT,	 /* what is at path; path empty: all of it */
	CEDAR_UNKNOWN_ATTRIBUTE, /* of entity, at path; path empty: all, and */
				 /* whether there is such an entity */
	CEDAR_UNKNOWN_TAG,	 /* of entity: path[0]; path empty: all */
	CEDAR_UNKNOWN_ANCESTORS, /* of entity: more than those that are given */
};

/*
 * One thing that is not known. What the request gives there is not looked at.
 * All steps of a path but the last must be records that the request gives; no
 * unknown may lie in another. At most LIMIT_CEDAR_UNKNOWNS.
 */
struct cedar_unknown {
	enum cedar_unknown_kind what;
	struct cedar_uid entity; /* ATTRIBUTE, TAG, ANCESTORS */
	const struct str *path;	 /* CONTEXT, ATTRIBUTE, TAG: {"ground", "open"} */
	size_t n_path;
	bool is_optional; /* it may be absent; without, it is there for sure */
	bool has_kind;	  /* kind is that of its value */
	enum cedar_kind kind;
	struct str type; /* it is an entity of that type; p NULL: not known */
};

/*
 * Make a request ready of which not all is known. An unknown principal or action
 * need not be given. Everything else is as in cedar_query_new().
 */
int cedar_partial_new(struct cedar_partial **partial, struct arena *arena,
    const struct cedar_request *request, const struct cedar_unknown *unknowns,
    size_t n_unknowns, struct diag_list *diags) MUST_USE;

/* What is left of a policy that depends on unknowns. */
struct cedar_residual {
	uint32_t policy; /* its number in the set */
	bool can_fail;	 /* it may yet turn out an error */
	const void *detail;
};

/*
 * Lists are ascending by policy number. A policy in none of satisfied, errors
 * and residuals does not apply, whatever the unknowns are.
 */
struct cedar_partial_answer {
	bool is_decided; /* decision holds whatever the unknowns are */
	enum cedar_decision decision; /* CEDAR_DENY while it is not decided */
	bool is_denied_by_error; /* Cedar itself would have allowed */
	const uint32_t *satisfied; /* whatever the unknowns are */
	size_t n_satisfied;
	const struct cedar_error *errors; /* fail, whatever the unknowns are */
	size_t n_errors;
	const struct cedar_residual *residuals;
	size_t n_residuals;
	const uint32_t *may; /* those that may be among the reasons */
	size_t n_may;
	const uint32_t *must; /* those that are, whatever the unknowns are */
	size_t n_must;
};

/*
 * Decide as far as can be. resource is not looked at when it is unknown. Looks
 * at every policy of the set; the work is that of evaluating each once.
 *
 * The kind and place of an error are those of a part that is known to fail;
 * with all known, another part may fail before it.
 * Returns: as cedar_query_decide().
 */
int cedar_partial_decide(struct cedar_partial_answer *answer,
    struct cedar_partial *partial, const struct cedar_policies *policies,
    struct cedar_uid resource) MUST_USE;

/* As cedar_query_explain(), for an error of cedar_partial_decide(). */
struct str cedar_partial_explain(const struct cedar_partial *partial,
    const struct cedar_error *error, struct arena *arena) NONNULL;

/*
 * Append a residual as a policy: canonical text, or JSON as in
 * cedar_policies_to_json(). Known values stand in it as literals, unknowns as
 * the expressions that they were: `context.ground.open`. It has the annotations
 * of its policy. Whoever asks it of the request with everything known gets what
 * the policy would have said, its failing included.
 *
 * Returns: 0; CEDAR_E_LIMIT (buf's, or the query's arena); fault ENOMEM.
 */
int cedar_residual_text(struct buf *buf, const struct cedar_partial *partial,
    const struct cedar_residual *residual) MUST_USE NONNULL;
int cedar_residual_json(struct buf *buf, const struct cedar_partial *partial,
    const struct cedar_residual *residual) MUST_USE NONNULL;

/*
 * All residuals of an answer as a policy set, in their order, under the ids of
 * their policies. names: any dictionary; it learns the names in the residuals.
 *
 * Returns: as cedar_policies_parse(). CEDAR_E_LIMIT also where literals made an
 * expression deeper than LIMIT_CEDAR_DEPTH.
 */
int cedar_residual_policies(struct cedar_policies **policies,
    struct cedar_names *names, const struct cedar_partial *partial,
    const struct cedar_partial_answer *answer,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * Decide when everything is known: by what was certain, and by the residuals.
 * The answer is that of the whole set: the policies' numbers are those in it.
 * The place of an error is the policy's; those that were certain before cannot
 * be explained by the query (see cedar_partial_explain()).
 *
 * policies: the set that was decided; residuals: of cedar_residual_policies().
 * query: with everything known, of the names of residuals; its flags count.
 * Returns: as cedar_query_decide(). The answer lives in the query's arena.
 */
int cedar_residual_decide(struct cedar_answer *answer,
    struct cedar_query *query, const struct cedar_policies *residuals,
    const struct cedar_partial_answer *before,
    const struct cedar_policies *policies, struct cedar_uid resource) MUST_USE;

/* An unknown of the context, an attribute or a tag could be otherwise. */
struct cedar_change {
	size_t unknown; /* its number among the unknowns; its path is not empty */
	struct cedar_value value; /* what it would be */
};

/* Ways: bit i stands for change i. A way does all its changes, no other. */
struct cedar_ways {
	const uint64_t *ways; /* fewest changes first; none is part of another */
	size_t n;
	bool is_cut; /* there may be more: a limit was reached */
};

/*
 * What would have to be otherwise for every one of the sets to allow. Now, every
 * unknown is what the request gives, and an unknown with no change stays that.
 * Two changes of one unknown exclude each other. A set that allows already adds
 * nothing: if all do, the only way is to change nothing.
 *
 * Each way is sound when no policy can fail; ask again with the changes made to
 * be sure. At most LIMIT_CEDAR_CHANGES changes; of more than LIMIT_CEDAR_WAYS ways
 * those with the most changes go, and after LIMIT_CEDAR_WAY_STEPS the search ends.
 * Returns: 0 and *ways in the query's arena; CEDAR_E_INPUT (a change of something
 * else), CEDAR_E_LIMIT, CEDAR_E_STALE; fault.
 */
int cedar_partial_ways(struct cedar_ways *ways, struct cedar_partial *partial,
    const struct cedar_change *changes, size_t n_changes,
    const struct cedar_policies *const *sets, size_t n_sets,
    struct cedar_uid resource) MUST_USE;

/* ------------------------------------------------------------------ */
/* Why: one policy, expression by expression.			      */

enum cedar_step_kind {
	CEDAR_STEP_PRINCIPAL, /* the parts of the scope */
	CEDAR_STEP_ACTION,
	CEDAR_STEP_RESOURCE,
	CEDAR_STEP_WHEN, /* a condition; its value: whether it is met */
	CEDAR_STEP_UNLESS,
	CEDAR_STEP_EXPRESSION,
	CEDAR_STEP_VARIABLE,
	CEDAR_STEP_LITERAL,
};

enum cedar_step_outcome {
	CEDAR_STEP_SKIPPED, /* not evaluated: what stands before it decided */
	CEDAR_STEP_VALUE,
	CEDAR_STEP_ERROR, /* it or a part of it could not be evaluated */
};

/* One expression as it was evaluated. */
struct cedar_step {
	enum cedar_step_kind kind;
	enum cedar_step_outcome outcome;
	uint32_t parent; /* the step it is part of; its own number: none */
	uint32_t offset; /* in the text of the set */
	uint32_t len;	 /* without parentheses around it */
	bool is_cause;	 /* no smaller part decided what the policy came to */
	struct cedar_value value; /* of CEDAR_STEP_VALUE */
	struct str note; /* why, one line; often empty */
};

enum cedar_trace_outcome {
	CEDAR_TRACE_SCOPE,     /* is about other requests */
	CEDAR_TRACE_FALSE,     /* a condition is not met */
	CEDAR_TRACE_SATISFIED, /* permits or forbids */
	CEDAR_TRACE_ERROR,     /* could not be evaluated, so does neither */
};

struct cedar_trace {
	enum cedar_trace_outcome outcome;
	const struct cedar_step *steps; /* in the order of the text */
	size_t n_steps;
};

/*
 * Evaluate one policy for a request once more, slowly, and tell every step.
 *
 * query, policies: as for cedar_query_decide(), with whose answer the outcome
 * agrees. i < cedar_policies_count(). Values and texts live in the arena and in
 * what query and policies borrow.
 * Returns: 0; CEDAR_E_LIMIT (arena full); CEDAR_E_STALE; fault ENOMEM.
 */
int cedar_trace_policy(struct cedar_trace *trace, struct arena *arena,
    const struct cedar_query *query, const struct cedar_policies *policies,
    size_t i, struct cedar_uid resource) MUST_USE;

#endif
