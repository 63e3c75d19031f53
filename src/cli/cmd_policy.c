/* stile policy: Cedar policies on the work bench. The actions as a table. */
#include "cli/policy.h"

#define POLICIES_OPTION                                                        \
	{ .name = "policies", .letter = 'p', .kind = OPTION_FILE,              \
	    .value = "FILE", .is_repeated = true,                              \
	    .help = "Policies, Cedar or JSON; of a folder its *.cedar" }
#define ENTITIES_OPTION                                                        \
	{ .name = "entities", .letter = 'e', .kind = OPTION_FILE,              \
	    .value = "FILE", .is_repeated = true,                              \
	    .help = "Entities, JSON or text" }
#define SCHEMA_OPTION                                                          \
	{ .name = "schema", .letter = 's', .kind = OPTION_FILE,                \
	    .value = "FILE", .help = "Schema, Cedar or JSON" }
#define LINKS_OPTION                                                           \
	{ .name = "links", .letter = 'k', .kind = OPTION_FILE,                 \
	    .value = "FILE", .help = "Links of the templates, JSON" }
#define REQUEST_OPTIONS                                                        \
	{ .name = "principal", .letter = 'l', .kind = OPTION_TEXT,             \
	    .value = "ENTITY", .help = "Who asks: User::\"ann\"" },            \
	{ .name = "action", .letter = 'a', .kind = OPTION_TEXT,                \
	    .value = "ENTITY", .help = "To do what: Action::\"read\"" },       \
	{ .name = "resource", .letter = 'r', .kind = OPTION_TEXT,              \
	    .value = "ENTITY", .help = "To what: Record::\"7\"" },             \
	{ .name = "context", .letter = 'c', .kind = OPTION_FILE,               \
	    .value = "FILE", .help = "The context, JSON or text" },            \
	{ .name = "unchecked",                                                 \
	    .help = "Do not hold the request against the schema" },            \
	{ .name = "deny-on-error",                                             \
	    .help = "Deny when any policy cannot be evaluated" }

static const struct option_spec check_options[] = {
	SCHEMA_OPTION,
	{ .name = "mode",
	    .kind = OPTION_CHOICE,
	    .value = "MODE",
	    .choices = "strict|permissive",
	    .help = "How to validate" },
	{ .name = "level",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .least = 0,
	    .most = UINT32_MAX,
	    .help = "Look at most N entities away from the request" },
	{ .name = "compat",
	    .kind = OPTION_CHOICE,
	    .value = "VERSION",
	    .choices = "4.12|4.13",
	    .help = "Judge as that version of Cedar" },
	ENTITIES_OPTION,
	LINKS_OPTION,
	{ .name = "deny-warnings", .help = "A warning is an error" },
};

static const struct option_spec format_options[] = {
	{ .name = "write", .letter = 'w', .help = "Write the files anew" },
	{ .name = "check", .help = "Only name those that would change" },
	{ .name = "width",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .least = 20,
	    .most = 1000,
	    .help = "Columns of a line (80)" },
	{ .name = "indent",
	    .kind = OPTION_NUMBER,
	    .value = "N",
	    .least = 1,
	    .most = 16,
	    .help = "Columns of a step (2)" },
};

static const struct option_spec eval_options[] = {
	POLICIES_OPTION,
	ENTITIES_OPTION,
	SCHEMA_OPTION,
	LINKS_OPTION,
	REQUEST_OPTIONS,
	{ .name = "expression",
	    .letter = 'x',
	    .kind = OPTION_TEXT,
	    .value = "TEXT",
	    .help = "Print what an expression comes to, instead" },
};

static const struct option_spec explain_options[] = {
	POLICIES_OPTION,
	ENTITIES_OPTION,
	SCHEMA_OPTION,
	LINKS_OPTION,
	REQUEST_OPTIONS,
	{ .name = "policy",
	    .kind = OPTION_TEXT,
	    .value = "ID",
	    .is_repeated = true,
	    .help = "Only this policy, whatever it came to" },
	{ .name = "all", .help = "Every policy, also those for other requests" },
	{ .name = "steps", .help = "Every expression with its value" },
};

static const struct option_spec test_options[] = {
	POLICIES_OPTION,
	SCHEMA_OPTION,
	LINKS_OPTION,
	{ .name = "explain", .help = "Explain what came out otherwise" },
	{ .name = "verbose", .letter = 'v', .help = "Name those that passed" },
};

static const struct option_spec convert_options[] = {
	{ .name = "to",
	    .kind = OPTION_CHOICE,
	    .value = "FORM",
	    .choices = "json|text",
	    .help = "The other form when left out" },
	{ .name = "kind",
	    .kind = OPTION_CHOICE,
	    .value = "KIND",
	    .choices = "policies|schema|entities|request|context",
	    .help = "What it is, where that cannot be seen" },
	{ .name = "output",
	    .letter = 'o',
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Where it goes; else standard output" },
	SCHEMA_OPTION,
	{ .name = "links",
	    .letter = 'k',
	    .kind = OPTION_FILE,
	    .value = "FILE",
	    .help = "Links, which the text of policies cannot say" },
	{ .name = "resolved", .help = "Schema as JSON: say what each name is" },
	{ .name = "compact", .help = "JSON on one line" },
};

static const struct verb actions[] = {
	{ .name = "check",
	    .usage = "[FILE ...] [--schema FILE]",
	    .summary = "Say what is wrong with policies, where, and what to do",
	    .about =
		"Parses the files and, given a schema, validates them: that "
		"every name is declared and that no request which the schema "
		"allows makes a condition fail. Several files are one set. The "
		"schema and entities are checked with them, or alone.",
	    .examples =
		"while writing\tstile policy check policies.cedar\n"
		"by its schema\t"
		"stile policy check policies/ --schema app.cedarschema\n"
		"for an editor\tstile policy check - --json <policies.cedar\n",
	    .options = check_options,
	    .n_options = ARRAY_LEN(check_options),
	    .most = LIMIT_OPERANDS,
	    .operands = "FILE",
	    .run = policy_check_run },
	{ .name = "format",
	    .usage = "[FILE ...] [--write | --check]",
	    .summary = "Lay policies out as everybody's are",
	    .about = "Comments are kept; what the policies mean is not "
		     "changed; formatting again changes nothing.",
	    .examples = "to look at\tstile policy format policies.cedar\n"
			"in place\tstile policy format -w policies/*.cedar\n"
			"in CI\tstile policy format --check policies/*.cedar\n",
	    .options = format_options,
	    .n_options = ARRAY_LEN(format_options),
	    .most = LIMIT_OPERANDS,
	    .operands = "FILE",
	    .run = policy_format_run },
	{ .name = "eval",
	    .usage = "[REQUEST] --policies FILE [--entities FILE]",
	    .summary = "Decide a request",
	    .about =
		"REQUEST is a file with principal, action, resource and "
		"context, as JSON or as text, and may bring policies, entities "
		"and schema of its own; or the request is told by options.\n"
		"Exit code 0: allowed. 1: denied.",
	    .examples =
		"a file\tstile policy eval request.json -p policies.cedar "
		"-e entities.json\n"
		"told\tstile policy eval -p policies.cedar -l 'User::\"ann\"' "
		"-a 'Action::\"read\"' -r 'Record::\"7\"'\n"
		"an expression\tstile policy eval -x '[1, 2].contains(1 + 1)'\n",
	    .options = eval_options,
	    .n_options = ARRAY_LEN(eval_options),
	    .most = 1,
	    .operands = "REQUEST",
	    .run = policy_eval_run },
	{ .name = "test",
	    .usage = "FOLDER|FILE ... [--policies FILE]",
	    .summary = "Run cases: requests with the decisions expected",
	    .about =
		"A case file is that of the official integration tests (which "
		"names policies, entities and schema), a list as the official "
		"command line's run-tests takes it (with --policies, or those "
		"beside it), or a pack's tests.json. A folder is searched.",
	    .examples =
		"a pack\tstile policy test packs/house\n"
		"your own\tstile policy test cases.json -p policies.cedar "
		"-s app.cedarschema --explain\n"
		"Cedar's own\tstile policy test cedar-integration-tests/tests\n",
	    .options = test_options,
	    .n_options = ARRAY_LEN(test_options),
	    .least = 1,
	    .most = LIMIT_OPERANDS,
	    .operands = "FOLDER or FILE",
	    .run = policy_test_run },
	{ .name = "explain",
	    .usage = "[REQUEST] --policies FILE [--entities FILE]",
	    .summary = "Say why a request is allowed or denied",
	    .about =
		"Shows in the policies' own text which expression decided, with "
		"the values it had: of what permitted or forbade, of what could "
		"not be evaluated and, when nothing permitted, of each permit "
		"for such requests. The request is told as for eval.",
	    .examples =
		"why not\tstile policy explain request.json -p policies.cedar "
		"-e entities.json\n"
		"one policy, all of it\tstile policy explain request.json "
		"-p policies.cedar --policy readers --steps\n",
	    .options = explain_options,
	    .n_options = ARRAY_LEN(explain_options),
	    .most = 1,
	    .operands = "REQUEST",
	    .run = policy_explain_run },
	{ .name = "convert",
	    .usage = "FILE [--to json|text]",
	    .summary = "Turn text into JSON and JSON into text",
	    .about =
		"Policies with templates and links, schemas, entities, "
		"requests: what FILE holds is seen from itself.",
	    .examples =
		"policies\tstile policy convert policies.cedar >policies.json\n"
		"a schema\tstile policy convert app.cedarschema --resolved\n"
		"entities\tstile policy convert entities.json "
		"--schema app.cedarschema\n",
	    .options = convert_options,
	    .n_options = ARRAY_LEN(convert_options),
	    .least = 1,
	    .most = 1,
	    .operands = "FILE",
	    .run = policy_convert_run },
};

const struct verb cmd_policy = {
	.name = "policy",
	.usage = "check|format|eval|test|explain|convert",
	.summary = "Check, try and explain policies",
	.about = "For any Cedar policies, a pack's or others. Policies and schemas "
		 "may be in Cedar's syntax or JSON, entities and requests in "
		 "JSON or written as Cedar values: which, is seen from the text.",
	.examples = "why a request is denied\tstile policy explain request.json "
		    "-p policies.cedar -e entities.json\n",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
};
