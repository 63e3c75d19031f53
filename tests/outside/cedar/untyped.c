/* Policies, entities and contexts without a schema: see untyped.h. */
#include "untyped.h"

enum kind { /* what an expression is wanted to be */
	K_BOOL,
	K_LONG,
	K_STRING,
	K_ENTITY,
	K_ENTITIES,
	K_LONGS,
	K_STRINGS,
	K_RECORD,
	K_IP,
	K_DECIMAL,
	K_DATETIME,
	K_DURATION,
	N_KINDS,
};

/* How tightly a form binds; an operand of less is put in parentheses. */
enum level { L_EXPR, L_OR, L_AND, L_RELATION, L_SUM, L_PRODUCT, L_UNARY, L_MEMBER };

static const struct attribute {
	const char *name;
	enum kind kind;
} attributes[] = {
	{ "b", K_BOOL }, { "n", K_LONG }, { "s", K_STRING }, { "e", K_ENTITY },
	{ "es", K_ENTITIES }, { "ls", K_LONGS }, { "ss", K_STRINGS },
	{ "r", K_RECORD }, { "ip", K_IP }, { "dec", K_DECIMAL },
	{ "at", K_DATETIME }, { "span", K_DURATION }, { "if", K_STRING },
	{ "x y", K_LONG }, { "is", K_ENTITY }, { "when", K_BOOL },
};

static const char *const types[] = { "User", "Group", "NS::Doc" };
static const char *const ids[] = { "a", "", "é\n\"\\" };
static const char *const action_types[] = { "Action", "NS::Action" };
static const char *const action_ids[] = { "p", "q", "r" };
static const char *const texts[] = { "a", "abc", "", "*", "a*c", "é😀", "\t\"\\",
	"1.0", "10.0.0.1", "2024-01-01", "1h", "n" };
static const char *const patterns[] = { "*", "a*", "*c", "a*c", "", "\\*", "*é*",
	"a\\u{2a}c", "a\\x2a", "*a*b*c*", "**", "\\u{e9}*", "\\t*" };
static const char *const numbers[] = { "0", "1", "7", "2", "-1", "100", "86400000",
	"9223372036854775807", "-9223372036854775808", "4611686018427387904",
	"1704067200000", "-0", "007" };
static const char *const ips[] = { "1.2.3.4", "10.0.0.0/8", "10.1.2.3", "::1",
	"ff00::/8", "127.0.0.1", "127.0.0.0/7", "224.0.0.0/4", "2001:db8::/32",
	"1:2:3:4:5:6:7:8", "::/0", "0.0.0.0/0", "1.2.3.4/24", "01.2.3.4",
	"1.2.3.4/33", "::ffff:1.2.3.4", "bad", "" };
static const char *const decimals[] = { "1.0", "0.0", "-0.0001", "1.2345",
	"922337203685477.5807", "-922337203685477.5808", "1.23456", "1.", ".1",
	"922337203685477.5808", "00.1", "x" };
static const char *const datetimes[] = { "2024-01-01", "1970-01-01",
	"1969-12-31T23:59:59.999Z", "2024-01-01T00:00:00+0530", "0000-01-01",
	"9999-12-31T23:59:59.999-2359", "2024-02-29T12:30:00Z", "2024-02-30",
	"2024-01-01T24:00:00Z", "2024-01-01T00:00:00.1Z", "2024-1-1", "" };
static const char *const durations[] = { "1d", "0ms", "-1h2m", "1h", "23h59m59s999ms",
	"9223372036854775807ms", "-9223372036854775808ms", "106751991167d", "1x",
	"1s1m", "+1d", "" };

struct cedar_uid
untyped_draw_uid(struct generator *g)
{
	struct str type = str_of(ONE_OF(g, types));

	return (struct cedar_uid){ type, str_of(ONE_OF(g, ids)) };
}

struct cedar_uid
untyped_draw_action(struct generator *g)
{
	struct str type = str_of(action_types[once_in(g, 6)]);

	return (struct cedar_uid){ type, str_of(ONE_OF(g, action_ids)) };
}

static void
put_uid(struct generator *g, struct cedar_uid uid)
{
	buf_add_format(g->out, "%.*s::", STR_ARG(uid.type));
	generator_literal(g, uid.id.p);
}

/* ------------------------------------------------------------------ */
/* Expressions.							      */

static void expr(struct generator *g, enum kind kind, int depth,
    enum level need);

static bool
open_form(struct generator *g, enum level level, enum level need)
{
	bool is_open = level < need || once_in(g, 16);

	if (is_open)
		put(g, "(");
	return is_open;
}

static void
close_form(struct generator *g, bool is_open)
{
	if (is_open)
		put(g, ")");
}

/* left: how tightly the left operand must bind; the right one more than level. */
static void
binary(struct generator *g, enum level need, enum level level, enum kind a,
    const char *op, enum kind b, int depth)
{
	bool is_open = open_form(g, level, need);

	expr(g, a, depth - 1, level == L_RELATION ? L_SUM : level);
	buf_add_format(g->out, " %s ", op);
	expr(g, b, depth - 1, level + 1);
	close_form(g, is_open);
}

static void
method(struct generator *g, enum kind a, const char *name, int depth)
{
	expr(g, a, depth - 1, L_MEMBER);
	buf_add_format(g->out, ".%s(", name);
}

static void
call(struct generator *g, enum kind a, const char *name, enum kind b, int depth)
{
	method(g, a, name, depth);
	expr(g, b, depth - 1, L_EXPR);
	put(g, ")");
}

static void
call_none(struct generator *g, enum kind a, const char *name, int depth)
{
	method(g, a, name, depth);
	put(g, ")");
}

static void
constructor(struct generator *g, const char *name, const char *text, int depth)
{
	buf_add_format(g->out, "%s(", name);
	if (depth > 0 && once_in(g, 12))
		expr(g, K_STRING, depth - 1, L_EXPR);
	else
		generator_literal(g, text);
	if (once_in(g, 60))
		put(g, ", \"1.0\"");
	put(g, ")");
}

static void
put_number(struct generator *g, enum level need)
{
	const char *number = numbers[below(g, once_in(g, 3) ?
	    ARRAY_LEN(numbers) : 3)];
	bool is_open = number[0] == '-' && need > L_UNARY;

	buf_add_format(g->out, is_open ? "(%s)" : "%s", number);
}

static void
set_of(struct generator *g, enum kind kind, int depth)
{
	uint32_t n = below(g, 4);

	put(g, "[");
	for (uint32_t i = 0; i < n; i++) {
		put(g, i > 0 ? ", " : "");
		expr(g, kind, depth - 1, L_EXPR);
	}
	put(g, n > 0 && once_in(g, 8) ? ",]" : "]");
}

static void
record(struct generator *g, int depth)
{
	uint32_t first = below(g, ARRAY_LEN(attributes));
	uint32_t n = below(g, 4);

	put(g, "{");
	for (uint32_t i = 0; i < n; i++) {
		const struct attribute *a =
		    &attributes[(first + i) % ARRAY_LEN(attributes)];

		put(g, i > 0 ? ", " : "");
		generator_literal(g, a->name);
		put(g, ": ");
		expr(g, a->kind, depth - 1, L_EXPR);
	}
	put(g, "}");
}

static const struct attribute *
attribute_of(struct generator *g, enum kind kind)
{
	const struct attribute *found[ARRAY_LEN(attributes)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		if (attributes[i].kind == kind)
			found[n++] = &attributes[i];
	}
	return found[below(g, n)];
}

static void
put_access(struct generator *g, const char *name)
{
	bool is_quoted = strcmp(name, "if") == 0 || strcmp(name, "is") == 0 ||
	    strchr(name, ' ') != NULL || once_in(g, 6);

	put(g, is_quoted ? "[" : ".");
	if (is_quoted)
		generator_literal(g, name);
	else
		put(g, name);
	put(g, is_quoted ? "]" : "");
}

/* x.a, where it is to be of that kind; sometimes behind the `has` it needs. */
static void
get(struct generator *g, enum kind kind, int depth)
{
	static const char *const roots[] = { "principal", "resource", "context" };
	const struct attribute *a = attribute_of(g, kind);

	if (depth < 2 || !once_in(g, 3))
		put(g, ONE_OF(g, roots));
	else
		expr(g, once_in(g, 2) ? K_ENTITY : K_RECORD, depth - 1,
		    L_MEMBER);
	put_access(g, a->name);
}

static void
tag(struct generator *g, enum kind kind, int depth)
{
	method(g, K_ENTITY, "getTag", depth);
	generator_literal(g, attribute_of(g, kind)->name);
	put(g, ")");
}

static void
branch(struct generator *g, enum kind kind, int depth, enum level need)
{
	bool is_open = open_form(g, L_EXPR, need);

	put(g, "if ");
	expr(g, K_BOOL, depth - 1, L_EXPR);
	put(g, " then ");
	expr(g, kind, depth - 1, L_EXPR);
	put(g, " else ");
	expr(g, kind, depth - 1, L_EXPR);
	close_form(g, is_open);
}

static void
has(struct generator *g, int depth, enum level need)
{
	static const char *const paths[] = { "n", "s", "r", "e", "r.n", "e.n",
		"r.r.n", "e.e.s", "\"x y\"", "\"if\"", "missing", "r.missing.n",
		"principal" };
	bool is_open = open_form(g, L_RELATION, need);

	expr(g, once_in(g, 2) ? K_RECORD : K_ENTITY, depth - 1, L_SUM);
	buf_add_format(g->out, " has %s", ONE_OF(g, paths));
	close_form(g, is_open);
}

static void
like(struct generator *g, int depth, enum level need)
{
	bool is_open = open_form(g, L_RELATION, need);

	expr(g, K_STRING, depth - 1, L_SUM);
	buf_add_format(g->out, " like \"%s\"", ONE_OF(g, patterns));
	close_form(g, is_open);
}

static void
is_in(struct generator *g, int depth, enum level need)
{
	bool is_open = open_form(g, L_RELATION, need);

	expr(g, K_ENTITY, depth - 1, L_SUM);
	buf_add_format(g->out, " is %s", ONE_OF(g, types));
	if (once_in(g, 3)) {
		put(g, " in ");
		expr(g, once_in(g, 2) ? K_ENTITIES : K_ENTITY, depth - 1, L_SUM);
	}
	close_form(g, is_open);
}

static void
not(struct generator *g, int depth, enum level need)
{
	bool is_open = open_form(g, L_UNARY, need);

	for (uint32_t i = below(g, 3); i != UINT32_MAX; i--)
		put(g, "!");
	expr(g, K_BOOL, depth - 1, L_MEMBER);
	close_form(g, is_open);
}

static void
negate(struct generator *g, int depth, enum level need)
{
	bool is_open = open_form(g, L_UNARY, need);

	for (uint32_t i = below(g, 3); i != UINT32_MAX; i--)
		put(g, "-");
	expr(g, K_LONG, depth - 1, L_MEMBER);
	close_form(g, is_open);
}

static void
compare(struct generator *g, int depth, enum level need)
{
	static const char *const order[] = { "<", "<=", ">", ">=" };
	static const enum kind kinds[] = { K_LONG, K_DATETIME, K_DURATION };
	enum kind kind = ONE_OF(g, kinds);

	binary(g, need, L_RELATION, kind, ONE_OF(g, order), kind, depth);
}

static void
equal(struct generator *g, int depth, enum level need)
{
	enum kind kind = below(g, N_KINDS);

	binary(g, need, L_RELATION, kind, once_in(g, 3) ? "!=" : "==", kind,
	    depth);
}

static void
membership(struct generator *g, int depth)
{
	static const enum kind sets[] = { K_ENTITIES, K_LONGS, K_STRINGS };
	static const enum kind members[] = { K_ENTITY, K_LONG, K_STRING };
	uint32_t i = below(g, ARRAY_LEN(sets));

	switch (below(g, 4)) {
	case 0:
		call(g, sets[i], "contains", members[i], depth);
		break;
	case 1:
		call(g, sets[i], "containsAll", sets[i], depth);
		break;
	case 2:
		call(g, sets[i], "containsAny", sets[i], depth);
		break;
	default:
		call_none(g, sets[i], "isEmpty", depth);
	}
}

static void
extension_test(struct generator *g, int depth)
{
	static const char *const ip_tests[] = { "isIpv4", "isIpv6", "isLoopback",
		"isMulticast" };
	static const char *const decimal_tests[] = { "lessThan",
		"lessThanOrEqual", "greaterThan", "greaterThanOrEqual" };

	switch (below(g, 3)) {
	case 0:
		call_none(g, K_IP, ONE_OF(g, ip_tests), depth);
		break;
	case 1:
		call(g, K_IP, "isInRange", K_IP, depth);
		break;
	default:
		call(g, K_DECIMAL, ONE_OF(g, decimal_tests), K_DECIMAL, depth);
	}
}

static void
boolean(struct generator *g, int depth, enum level need)
{
	switch (depth <= 0 ? 0 : 1 + below(g, 14)) {
	case 0:
		put(g, once_in(g, 3) ? "false" : "true");
		break;
	case 1:
	case 2:
		binary(g, need, L_AND, K_BOOL, "&&", K_BOOL, depth);
		break;
	case 3:
		binary(g, need, L_OR, K_BOOL, "||", K_BOOL, depth);
		break;
	case 4:
		not(g, depth, need);
		break;
	case 5:
		equal(g, depth, need);
		break;
	case 6:
		compare(g, depth, need);
		break;
	case 7:
	case 8:
		binary(g, need, L_RELATION, K_ENTITY, "in",
		    once_in(g, 2) ? K_ENTITIES : K_ENTITY, depth);
		break;
	case 9:
		has(g, depth, need);
		break;
	case 10:
		like(g, depth, need);
		break;
	case 11:
		is_in(g, depth, need);
		break;
	case 12:
		membership(g, depth);
		break;
	case 13:
		call(g, K_ENTITY, "hasTag", K_STRING, depth);
		break;
	default:
		extension_test(g, depth);
	}
}

static void
number(struct generator *g, int depth, enum level need)
{
	static const char *const times[] = { "toMilliseconds", "toSeconds",
		"toMinutes", "toHours", "toDays" };

	switch (depth <= 0 ? 0 : below(g, 6)) {
	case 0:
		put_number(g, need);
		break;
	case 1:
		binary(g, need, L_SUM, K_LONG, "+", K_LONG, depth);
		break;
	case 2:
		binary(g, need, L_SUM, K_LONG, "-", K_LONG, depth);
		break;
	case 3:
		binary(g, need, L_PRODUCT, K_LONG, "*", K_LONG, depth);
		break;
	case 4:
		negate(g, depth, need);
		break;
	default:
		call_none(g, K_DURATION, ONE_OF(g, times), depth);
	}
}

static void
entity(struct generator *g)
{
	static const char *const vars[] = { "principal", "resource", "action" };

	if (once_in(g, 3))
		put_uid(g, untyped_draw_uid(g));
	else
		put(g, ONE_OF(g, vars));
}

static void
datetime(struct generator *g, int depth)
{
	switch (depth <= 0 ? 0 : below(g, 3)) {
	case 0:
		constructor(g, "datetime", ONE_OF(g, datetimes), depth);
		break;
	case 1:
		call(g, K_DATETIME, "offset", K_DURATION, depth);
		break;
	default:
		call_none(g, K_DATETIME, "toDate", depth);
	}
}

static void
duration(struct generator *g, int depth)
{
	switch (depth <= 0 ? 0 : below(g, 3)) {
	case 0:
		constructor(g, "duration", ONE_OF(g, durations), depth);
		break;
	case 1:
		call(g, K_DATETIME, "durationSince", K_DATETIME, depth);
		break;
	default:
		call_none(g, K_DATETIME, "toTime", depth);
	}
}

/* The forms that only this kind has. */
static void
own_form(struct generator *g, enum kind kind, int depth, enum level need)
{
	switch (kind) {
	case K_BOOL:
		boolean(g, depth, need);
		break;
	case K_LONG:
		number(g, depth, need);
		break;
	case K_STRING:
		generator_literal(g, ONE_OF(g, texts));
		break;
	case K_ENTITY:
		entity(g);
		break;
	case K_ENTITIES:
		set_of(g, K_ENTITY, depth);
		break;
	case K_LONGS:
		set_of(g, K_LONG, depth);
		break;
	case K_STRINGS:
		set_of(g, K_STRING, depth);
		break;
	case K_RECORD:
		if (depth > 0 && once_in(g, 3))
			record(g, depth);
		else
			put(g, "context");
		break;
	case K_IP:
		constructor(g, "ip", ONE_OF(g, ips), depth);
		break;
	case K_DECIMAL:
		constructor(g, "decimal", ONE_OF(g, decimals), depth);
		break;
	case K_DATETIME:
		datetime(g, depth);
		break;
	case K_DURATION:
	case N_KINDS:
		duration(g, depth);
	}
}

static void
expr(struct generator *g, enum kind kind, int depth, enum level need)
{
	if (once_in(g, 40))
		kind = below(g, N_KINDS);
	if (kind == K_BOOL && depth > 0 && !once_in(g, 4)) {
		boolean(g, depth, need);
		return;
	}
	switch (depth < -2 ? 0 : below(g, depth > 0 ? 9 : 4)) {
	case 3:
	case 4:
	case 5:
		get(g, kind, depth);
		break;
	case 6:
		tag(g, kind, depth);
		break;
	case 7:
		branch(g, kind, depth, need);
		break;
	default:
		own_form(g, kind, depth, need);
	}
}

/* ------------------------------------------------------------------ */
/* Policies.							      */

/* Returns: whether it has the slot. */
static bool
scope(struct generator *g, const char *var, bool may_slot)
{
	static const char *const forms[] = { "", "", "", "", "", "", "", "", " is ",
		" is ", " == ", " in " };
	uint32_t form = below(g, ARRAY_LEN(forms));
	bool is_slot = false;

	if (may_slot && form < 8)
		form = 8 + form % 4;
	put(g, var);
	put(g, forms[form]);
	if (form < 8)
		return false;
	if (form < 10)
		put(g, ONE_OF(g, types));
	if (form == 8)
		return false;
	if (form == 9)
		put(g, " in ");
	is_slot = may_slot && once_in(g, 2);
	if (is_slot)
		buf_add_format(g->out, "?%s", var);
	else
		put_uid(g, untyped_draw_uid(g));
	return is_slot;
}

static void
action_scope(struct generator *g)
{
	uint32_t form = below(g, 6);

	put(g, "action");
	if (form < 3)
		return;
	put(g, form == 3 ? " == " : " in ");
	if (form < 5) {
		put_uid(g, untyped_draw_action(g));
		return;
	}
	put(g, "[");
	for (uint32_t i = 0, n = below(g, 4); i < n; i++) {
		put(g, i > 0 ? ", " : "");
		put_uid(g, untyped_draw_action(g));
	}
	put(g, "]");
}

void
untyped_policy(struct generator *g, bool may_slot, struct slots *slots)
{
	put(g, once_in(g, 3) ? "forbid(" : "permit(");
	slots->principal = scope(g, "principal", may_slot);
	put(g, ", ");
	action_scope(g);
	put(g, ", ");
	slots->resource = scope(g, "resource", may_slot);
	put(g, once_in(g, 16) ? ",)" : ")");
	for (uint32_t i = 0, n = below(g, 3); i < n; i++) {
		put(g, once_in(g, 3) ? "\nunless {" : "\nwhen {");
		expr(g, K_BOOL, 1 + (int)below(g, 1 + below(g, 4)), L_EXPR);
		put(g, "}");
	}
	put(g, ";");
}

static void
json_uid(struct json *json, struct cedar_uid uid)
{
	json_open_object(json);
	json_put_string(json, "type", uid.type);
	json_put_string(json, "id", uid.id);
	json_close_object(json);
}

/* ------------------------------------------------------------------ */
/* Entities and requests, as JSON.				      */

static void json_attributes(struct generator *g, struct json *json, int depth);

static void
json_extension(struct json *json, const char *function, const char *text)
{
	json_open_object(json);
	json_key(json, STR("__extn"));
	json_open_object(json);
	json_put_string(json, "fn", str_of(function));
	json_put_string(json, "arg", str_of(text));
	json_close_object(json);
	json_close_object(json);
}

static void
json_entity(struct json *json, struct cedar_uid uid)
{
	json_open_object(json);
	json_key(json, STR("__entity"));
	json_uid(json, uid);
	json_close_object(json);
}

static void json_value(struct generator *g, struct json *json, enum kind kind,
    int depth);

static void
json_set(struct generator *g, struct json *json, enum kind kind, int depth)
{
	json_open_array(json);
	for (uint32_t i = 0, n = below(g, 5); i < n; i++)
		json_value(g, json, kind, depth + 1);
	json_close_array(json);
}

/* The first few of a table are sound: a bad one spoils the whole store. */
#define SOUND(g, array, n) ((array)[below((g), once_in((g), 400) ?	       \
    ARRAY_LEN(array) : (n))])

static void
json_value(struct generator *g, struct json *json, enum kind kind, int depth)
{
	if (once_in(g, 16))
		kind = below(g, N_KINDS);
	if (depth > 2 && (kind == K_RECORD || kind == K_ENTITIES))
		kind = K_BOOL;
	switch (kind) {
	case K_BOOL:
		json_bool(json, !once_in(g, 3));
		break;
	case K_LONG:
		json_raw(json, str_of(once_in(g, 3) ? SOUND(g, numbers, 11) :
		    numbers[below(g, 3)]));
		break;
	case K_STRING:
		json_string(json, str_of(ONE_OF(g, texts)));
		break;
	case K_ENTITY:
		json_entity(json, untyped_draw_uid(g));
		break;
	case K_ENTITIES:
		json_set(g, json, K_ENTITY, depth);
		break;
	case K_LONGS:
		json_set(g, json, K_LONG, depth);
		break;
	case K_STRINGS:
		json_set(g, json, K_STRING, depth);
		break;
	case K_RECORD:
		json_attributes(g, json, depth + 1);
		break;
	case K_IP:
		json_extension(json, "ip", SOUND(g, ips, 13));
		break;
	case K_DECIMAL:
		json_extension(json, "decimal", SOUND(g, decimals, 6));
		break;
	case K_DATETIME:
		json_extension(json, "datetime", SOUND(g, datetimes, 7));
		break;
	case K_DURATION:
	case N_KINDS:
		json_extension(json, "duration", SOUND(g, durations, 8));
	}
}

static void
json_attributes(struct generator *g, struct json *json, int depth)
{
	json_open_object(json);
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		if (below(g, 6) < (depth == 0 ? 1 : 4))
			continue;
		if (depth > 1 && attributes[i].kind == K_RECORD)
			continue;
		json_key(json, str_of(attributes[i].name));
		json_value(g, json, attributes[i].kind, depth);
	}
	json_close_object(json);
}

/* Its parents are among those behind it, so that there is no cycle. */
static void
json_parents(struct generator *g, struct json *json,
    const struct cedar_uid *behind, size_t n)
{
	json_open_array(json);
	for (uint32_t i = 0, m = below(g, 4); i < m && n > 0; i++)
		json_uid(json, behind[below(g, n)]);
	json_close_array(json);
}

static void
one_entity(struct generator *g, struct json *json, struct cedar_uid uid,
    const struct cedar_uid *behind, size_t n)
{
	json_open_object(json);
	json_key(json, STR("uid"));
	json_uid(json, uid);
	json_key(json, STR("attrs"));
	json_attributes(g, json, 0);
	json_key(json, STR("parents"));
	json_parents(g, json, behind, once_in(g, 300) ? n + 1 : n);
	if (once_in(g, 2)) {
		json_key(json, STR("tags"));
		json_attributes(g, json, 1);
	}
	json_close_object(json);
}

struct str
untyped_entities(struct generator *g)
{
	struct cedar_uid order[ARRAY_LEN(types) * ARRAY_LEN(ids) + 1];
	size_t n = 0;
	struct str text;
	struct buf out;
	struct json json;

	for (size_t i = 0; i < ARRAY_LEN(types) * ARRAY_LEN(ids); i++) {
		size_t at = i - below(g, i + 1);
		struct cedar_uid uid = { str_of(types[i % ARRAY_LEN(types)]),
			str_of(ids[i / ARRAY_LEN(types)]) };

		order[n++] = order[at];
		order[at] = uid;
	}
	order[n] = order[0];
	buf_init(&out, 1u << 24);
	json_init(&json, &out);
	json_open_array(&json);
	for (size_t i = 0; i < n; i++) {
		if (below(g, 4) != 0)
			one_entity(g, &json, order[i], order + i + 1,
			    n - i - 1);
	}
	for (uint32_t i = 0, m = below(g, 4); i < m; i++) {
		struct cedar_uid later = { STR("Action"),
			str_of(action_ids[2]) };

		json_open_object(&json);
		json_key(&json, STR("uid"));
		json_uid(&json, (struct cedar_uid){
		    str_of(action_types[i / 2]), str_of(action_ids[i % 2]) });
		json_put_raw(&json, "attrs", STR("{}"));
		json_key(&json, STR("parents"));
		json_parents(g, &json, &later, 1);
		json_close_object(&json);
	}
	json_close_array(&json);
	text = arena_str(g->arena, buf_str(&out));
	buf_fini(&out);
	return text;
}

struct str
untyped_context(struct generator *g)
{
	struct str text;
	struct buf out;
	struct json json;

	buf_init(&out, 1u << 22);
	json_init(&json, &out);
	json_attributes(g, &json, 0);
	text = arena_str(g->arena, buf_str(&out));
	buf_fini(&out);
	return text;
}
