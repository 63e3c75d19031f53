/* Types of the extension functions; see signature.h. */
#include "cedar/signature.h"

#include "cedar/ext_datetime.h"
#include "cedar/ext_decimal.h"
#include "cedar/ext_ip.h"

const struct signature cedar_signature_rows[AST_N_FUNCTIONS] = {
	[AST_FN_DECIMAL] = { TYPE_DECIMAL, { TYPE_STRING } },
	[AST_FN_LESS_THAN] = { TYPE_BOOL, { TYPE_DECIMAL, TYPE_DECIMAL } },
	[AST_FN_LESS_THAN_OR_EQUAL] =
	    { TYPE_BOOL, { TYPE_DECIMAL, TYPE_DECIMAL } },
	[AST_FN_GREATER_THAN] = { TYPE_BOOL, { TYPE_DECIMAL, TYPE_DECIMAL } },
	[AST_FN_GREATER_THAN_OR_EQUAL] =
	    { TYPE_BOOL, { TYPE_DECIMAL, TYPE_DECIMAL } },
	[AST_FN_IP] = { TYPE_IP, { TYPE_STRING } },
	[AST_FN_IS_IPV4] = { TYPE_BOOL, { TYPE_IP } },
	[AST_FN_IS_IPV6] = { TYPE_BOOL, { TYPE_IP } },
	[AST_FN_IS_LOOPBACK] = { TYPE_BOOL, { TYPE_IP } },
	[AST_FN_IS_MULTICAST] = { TYPE_BOOL, { TYPE_IP } },
	[AST_FN_IS_IN_RANGE] = { TYPE_BOOL, { TYPE_IP, TYPE_IP } },
	[AST_FN_DATETIME] = { TYPE_DATETIME, { TYPE_STRING } },
	[AST_FN_OFFSET] = { TYPE_DATETIME, { TYPE_DATETIME, TYPE_DURATION } },
	[AST_FN_DURATION_SINCE] =
	    { TYPE_DURATION, { TYPE_DATETIME, TYPE_DATETIME } },
	[AST_FN_TO_DATE] = { TYPE_DATETIME, { TYPE_DATETIME } },
	[AST_FN_TO_TIME] = { TYPE_DURATION, { TYPE_DATETIME } },
	[AST_FN_DURATION] = { TYPE_DURATION, { TYPE_STRING } },
	[AST_FN_TO_MILLISECONDS] = { TYPE_LONG, { TYPE_DURATION } },
	[AST_FN_TO_SECONDS] = { TYPE_LONG, { TYPE_DURATION } },
	[AST_FN_TO_MINUTES] = { TYPE_LONG, { TYPE_DURATION } },
	[AST_FN_TO_HOURS] = { TYPE_LONG, { TYPE_DURATION } },
	[AST_FN_TO_DAYS] = { TYPE_LONG, { TYPE_DURATION } },
};

const char *const cedar_signature_names[TYPE_RECORD + 1] = {
	[TYPE_LONG] = "Long", [TYPE_STRING] = "String",
	[TYPE_DECIMAL] = "decimal", [TYPE_DATETIME] = "datetime",
	[TYPE_DURATION] = "duration", [TYPE_IP] = "ipaddr",
};

bool
cedar_signature_is_constructor(enum ast_function function)
{
	return function == AST_FN_DECIMAL || function == AST_FN_IP ||
	    function == AST_FN_DATETIME || function == AST_FN_DURATION;
}

bool
cedar_signature_is_parsed(enum ast_function function, struct str text)
{
	struct cedar_ip ip;
	int64_t number;

	if (function == AST_FN_DECIMAL)
		return cedar_ext_decimal_parse(&number, text) == 0;
	if (function == AST_FN_IP)
		return cedar_ext_ip_parse(&ip, text) == 0;
	if (function == AST_FN_DATETIME)
		return cedar_ext_datetime_parse(&number, text) == 0;
	return cedar_ext_datetime_duration(&number, text) == 0;
}
