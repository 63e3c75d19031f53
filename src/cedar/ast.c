/* Tables and word tests of the syntax tree; see ast.h. */
#include "cedar/ast.h"

#include "util/attr.h"

const struct ast_function_row ast_functions[AST_N_FUNCTIONS] = {
	[AST_FN_DECIMAL] = { STR_INIT("decimal"), false, 1 },
	[AST_FN_LESS_THAN] = { STR_INIT("lessThan"), true, 2 },
	[AST_FN_LESS_THAN_OR_EQUAL] = { STR_INIT("lessThanOrEqual"), true, 2 },
	[AST_FN_GREATER_THAN] = { STR_INIT("greaterThan"), true, 2 },
	[AST_FN_GREATER_THAN_OR_EQUAL] = { STR_INIT("greaterThanOrEqual"), true,
	    2 },
	[AST_FN_IP] = { STR_INIT("ip"), false, 1 },
	[AST_FN_IS_IPV4] = { STR_INIT("isIpv4"), true, 1 },
	[AST_FN_IS_IPV6] = { STR_INIT("isIpv6"), true, 1 },
	[AST_FN_IS_LOOPBACK] = { STR_INIT("isLoopback"), true, 1 },
	[AST_FN_IS_MULTICAST] = { STR_INIT("isMulticast"), true, 1 },
	[AST_FN_IS_IN_RANGE] = { STR_INIT("isInRange"), true, 2 },
	[AST_FN_DATETIME] = { STR_INIT("datetime"), false, 1 },
	[AST_FN_OFFSET] = { STR_INIT("offset"), true, 2 },
	[AST_FN_DURATION_SINCE] = { STR_INIT("durationSince"), true, 2 },
	[AST_FN_TO_DATE] = { STR_INIT("toDate"), true, 1 },
	[AST_FN_TO_TIME] = { STR_INIT("toTime"), true, 1 },
	[AST_FN_DURATION] = { STR_INIT("duration"), false, 1 },
	[AST_FN_TO_MILLISECONDS] = { STR_INIT("toMilliseconds"), true, 1 },
	[AST_FN_TO_SECONDS] = { STR_INIT("toSeconds"), true, 1 },
	[AST_FN_TO_MINUTES] = { STR_INIT("toMinutes"), true, 1 },
	[AST_FN_TO_HOURS] = { STR_INIT("toHours"), true, 1 },
	[AST_FN_TO_DAYS] = { STR_INIT("toDays"), true, 1 },
};

const struct str ast_method_names[AST_GET_TAG + 1] = {
	[AST_CONTAINS] = STR_INIT("contains"),
	[AST_CONTAINS_ALL] = STR_INIT("containsAll"),
	[AST_CONTAINS_ANY] = STR_INIT("containsAny"),
	[AST_IS_EMPTY] = STR_INIT("isEmpty"),
	[AST_HAS_TAG] = STR_INIT("hasTag"),
	[AST_GET_TAG] = STR_INIT("getTag"),
};

const struct str ast_relation_names[AST_IN + 1] = {
	[AST_EQUAL] = STR_INIT("=="),
	[AST_NOT_EQUAL] = STR_INIT("!="),
	[AST_LESS] = STR_INIT("<"),
	[AST_LESS_EQUAL] = STR_INIT("<="),
	[AST_GREATER] = STR_INIT(">"),
	[AST_GREATER_EQUAL] = STR_INIT(">="),
	[AST_IN] = STR_INIT("in"),
};

const struct str ast_var_names[AST_CONTEXT + 1] = {
	[AST_PRINCIPAL] = STR_INIT("principal"),
	[AST_ACTION] = STR_INIT("action"),
	[AST_RESOURCE] = STR_INIT("resource"),
	[AST_CONTEXT] = STR_INIT("context"),
};

static const struct str reserved[] = {
	STR_INIT("true"), STR_INIT("false"), STR_INIT("if"), STR_INIT("then"),
	STR_INIT("else"), STR_INIT("in"), STR_INIT("like"), STR_INIT("has"),
	STR_INIT("is"), STR_INIT("__cedar"),
};

bool
ast_find_function(struct str name, enum ast_function *function)
{
	for (unsigned i = 0; i < AST_N_FUNCTIONS; i++) {
		if (str_is_equal(ast_functions[i].name, name)) {
			*function = (enum ast_function)i;
			return true;
		}
	}
	return false;
}

bool
ast_find_method(struct str name, enum ast_method *method)
{
	for (unsigned i = 0; i < ARRAY_LEN(ast_method_names); i++) {
		if (str_is_equal(ast_method_names[i], name)) {
			*method = (enum ast_method)i;
			return true;
		}
	}
	return false;
}

bool
ast_is_reserved(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		if (str_is_equal(reserved[i], word))
			return true;
	}
	return false;
}

static bool
is_identifier(struct str word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.p[i];
		bool is_letter = c == '_' || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z');

		if (!is_letter && !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return word.len > 0 && !ast_is_reserved(word);
}

bool
ast_is_path(struct str text)
{
	size_t from = 0;

	for (size_t i = 0; i + 1 < text.len; i++) {
		if (text.p[i] != ':' || text.p[i + 1] != ':')
			continue;
		if (!is_identifier(str_part(text, from, i)))
			return false;
		from = i + 2;
		i++;
	}
	return is_identifier(str_part(text, from, text.len));
}
