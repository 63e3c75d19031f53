/* Extension functions: one row each, checked by the row, done by its code. */
#include "cedar/call.h"

#include "cedar/ext_datetime.h"
#include "cedar/ext_decimal.h"
#include "cedar/ext_ip.h"

struct call {
	struct eval *eval;
	const struct code *code;
	const struct value *a;
	const struct value *b;
	struct value *out;
};

typedef bool (*call_fn)(const struct call *call);

static const char *const decimal_texts[] = {
	[EXT_DECIMAL_E_FORM] = "not a well-formed decimal value",
	[EXT_DECIMAL_E_DIGITS] = "too many digits after the decimal point",
	[EXT_DECIMAL_E_OVERFLOW] = "overflow when converting to decimal",
};

static const char *const ip_texts[] = {
	[EXT_IP_E_FORM] = "invalid IP address",
	[EXT_IP_E_PREFIX] = "invalid prefix of an IP address",
};

static const char *const datetime_texts[] = {
	[EXT_DATETIME_E_DATE] = "invalid date pattern",
	[EXT_DATETIME_E_NO_DATE] = "invalid date",
	[EXT_DATETIME_E_TIME] = "invalid hour/minute/second pattern",
	[EXT_DATETIME_E_NO_TIME] = "invalid hour/minute/second",
	[EXT_DATETIME_E_END] = "invalid millisecond and/or offset pattern",
	[EXT_DATETIME_E_NO_OFFSET] = "invalid offset range",
	[EXT_DATETIME_E_DURATION] = "invalid duration pattern",
	[EXT_DATETIME_E_OVERFLOW] =
	    "duration overflows internal representation",
};

const char *
cedar_call_construct(struct cedar_value *value, enum cedar_kind kind,
    struct str text)
{
	int r;

	*value = (struct cedar_value){ .kind = kind };
	switch ((int)kind) {
	case CEDAR_DECIMAL:
		r = cedar_ext_decimal_parse(&value->number, text);
		return r != 0 ? decimal_texts[r] : NULL;
	case CEDAR_IP:
		r = cedar_ext_ip_parse(&value->ip, text);
		return r != 0 ? ip_texts[r] : NULL;
	case CEDAR_DATETIME:
		r = cedar_ext_datetime_parse(&value->number, text);
		return r != 0 ? datetime_texts[r] : NULL;
	case CEDAR_DURATION:
		r = cedar_ext_datetime_duration(&value->number, text);
		return r != 0 ? datetime_texts[r] : NULL;
	default:
		return "not an extension type";
	}
}

static bool
construct(const struct call *call, enum cedar_kind kind)
{
	struct cedar_value made;
	const char *why;
	struct cedar_ip *ip;

	why = cedar_call_construct(&made, kind, value_text(call->a));
	if (why != NULL)
		return cedar_eval_fail(call->eval, call->code,
		    CEDAR_ERROR_EXTENSION, why, call->a, NULL);
	if (kind != CEDAR_IP) {
		*call->out = value_number(kind, made.number);
		return true;
	}
	ip = ARENA_NEW(call->eval->arena, struct cedar_ip);
	if (ip == NULL)
		return cedar_eval_no_room(call->eval, call->code);
	*ip = made.ip;
	*call->out = (struct value){ .kind = CEDAR_IP, .ip = ip };
	return true;
}

static bool
new_decimal(const struct call *call)
{
	return construct(call, CEDAR_DECIMAL);
}

static bool
new_ip(const struct call *call)
{
	return construct(call, CEDAR_IP);
}

static bool
new_datetime(const struct call *call)
{
	return construct(call, CEDAR_DATETIME);
}

static bool
new_duration(const struct call *call)
{
	return construct(call, CEDAR_DURATION);
}

static bool
answer(const struct call *call, bool boolean)
{
	*call->out = value_bool(boolean);
	return true;
}

static bool
less_than(const struct call *call)
{
	return answer(call, call->a->number < call->b->number);
}

static bool
less_than_or_equal(const struct call *call)
{
	return answer(call, call->a->number <= call->b->number);
}

static bool
greater_than(const struct call *call)
{
	return answer(call, call->a->number > call->b->number);
}

static bool
greater_than_or_equal(const struct call *call)
{
	return answer(call, call->a->number >= call->b->number);
}

static bool
is_ipv4(const struct call *call)
{
	return answer(call, !call->a->ip->is_v6);
}

static bool
is_ipv6(const struct call *call)
{
	return answer(call, call->a->ip->is_v6);
}

static bool
is_loopback(const struct call *call)
{
	return answer(call, cedar_ext_ip_is_loopback(call->a->ip));
}

static bool
is_multicast(const struct call *call)
{
	return answer(call, cedar_ext_ip_is_multicast(call->a->ip));
}

static bool
is_in_range(const struct call *call)
{
	return answer(call,
	    cedar_ext_ip_is_in_range(call->a->ip, call->b->ip));
}

static bool
number(const struct call *call, enum cedar_kind kind, int64_t value)
{
	*call->out = value_number(kind, value);
	return true;
}

static bool
overflow(const struct call *call, const char *why)
{
	return cedar_eval_fail(call->eval, call->code, CEDAR_ERROR_EXTENSION,
	    why, call->a, call->b);
}

static bool
offset(const struct call *call)
{
	int64_t sum;

	if (__builtin_add_overflow(call->a->number, call->b->number, &sum))
		return overflow(call, "overflows when adding an offset");
	return number(call, CEDAR_DATETIME, sum);
}

static bool
duration_since(const struct call *call)
{
	int64_t difference;

	if (__builtin_sub_overflow(call->a->number, call->b->number,
	    &difference))
		return overflow(call,
		    "overflows when computing the duration between");
	return number(call, CEDAR_DURATION, difference);
}

static bool
to_date(const struct call *call)
{
	int64_t day;

	if (!cedar_ext_datetime_to_date(&day, call->a->number))
		return overflow(call, "overflows when computing the date of");
	return number(call, CEDAR_DATETIME, day);
}

static bool
to_time(const struct call *call)
{
	return number(call, CEDAR_DURATION,
	    cedar_ext_datetime_to_time(call->a->number));
}

static bool
to_milliseconds(const struct call *call)
{
	return number(call, CEDAR_LONG, call->a->number);
}

static bool
to_seconds(const struct call *call)
{
	return number(call, CEDAR_LONG, call->a->number / EXT_DATETIME_SECOND);
}

static bool
to_minutes(const struct call *call)
{
	return number(call, CEDAR_LONG, call->a->number / EXT_DATETIME_MINUTE);
}

static bool
to_hours(const struct call *call)
{
	return number(call, CEDAR_LONG, call->a->number / EXT_DATETIME_HOUR);
}

static bool
to_days(const struct call *call)
{
	return number(call, CEDAR_LONG, call->a->number / EXT_DATETIME_DAY);
}

/* What each function takes; how many arguments: ast_functions[]. */
static const struct call_row {
	call_fn call;
	uint8_t args[2]; /* enum cedar_kind */
} rows[AST_N_FUNCTIONS] = {
	[AST_FN_DECIMAL] = { new_decimal, { CEDAR_STRING } },
	[AST_FN_LESS_THAN] = { less_than, { CEDAR_DECIMAL, CEDAR_DECIMAL } },
	[AST_FN_LESS_THAN_OR_EQUAL] = { less_than_or_equal,
	    { CEDAR_DECIMAL, CEDAR_DECIMAL } },
	[AST_FN_GREATER_THAN] = { greater_than,
	    { CEDAR_DECIMAL, CEDAR_DECIMAL } },
	[AST_FN_GREATER_THAN_OR_EQUAL] = { greater_than_or_equal,
	    { CEDAR_DECIMAL, CEDAR_DECIMAL } },
	[AST_FN_IP] = { new_ip, { CEDAR_STRING } },
	[AST_FN_IS_IPV4] = { is_ipv4, { CEDAR_IP } },
	[AST_FN_IS_IPV6] = { is_ipv6, { CEDAR_IP } },
	[AST_FN_IS_LOOPBACK] = { is_loopback, { CEDAR_IP } },
	[AST_FN_IS_MULTICAST] = { is_multicast, { CEDAR_IP } },
	[AST_FN_IS_IN_RANGE] = { is_in_range, { CEDAR_IP, CEDAR_IP } },
	[AST_FN_DATETIME] = { new_datetime, { CEDAR_STRING } },
	[AST_FN_OFFSET] = { offset, { CEDAR_DATETIME, CEDAR_DURATION } },
	[AST_FN_DURATION_SINCE] = { duration_since,
	    { CEDAR_DATETIME, CEDAR_DATETIME } },
	[AST_FN_TO_DATE] = { to_date, { CEDAR_DATETIME } },
	[AST_FN_TO_TIME] = { to_time, { CEDAR_DATETIME } },
	[AST_FN_DURATION] = { new_duration, { CEDAR_STRING } },
	[AST_FN_TO_MILLISECONDS] = { to_milliseconds, { CEDAR_DURATION } },
	[AST_FN_TO_SECONDS] = { to_seconds, { CEDAR_DURATION } },
	[AST_FN_TO_MINUTES] = { to_minutes, { CEDAR_DURATION } },
	[AST_FN_TO_HOURS] = { to_hours, { CEDAR_DURATION } },
	[AST_FN_TO_DAYS] = { to_days, { CEDAR_DURATION } },
};

bool
cedar_call(struct eval *eval, struct value *value, const struct code *code,
    const struct value *args, size_t n)
{
	const struct call_row *row = &rows[code->function];
	size_t want = ast_functions[code->function].n_args;
	struct call call = { eval, code, &args[0], &args[1], value };

	if (n != want) {
		cedar_eval_fail(eval, code, CEDAR_ERROR_ARITY, NULL, NULL,
		    NULL);
		eval->error.n_args = (uint32_t)n;
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (args[i].kind != row->args[i])
			return cedar_eval_type_error(eval, code,
			    EVAL_BIT(row->args[i]), &args[i]);
	}
	return row->call(&call);
}
