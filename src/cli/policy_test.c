/*
 * stile policy test: cases, each a request with the decision expected.
 *
 * Three kinds of files, told apart by what is in them: an object of policies,
 * entities, schema and requests, as Cedar's integration tests are; an array of
 * cases, as Cedar's own command line runs them; and the tests.json of a pack.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/policy.h"
#include "cli/policy_explain.h"
#include "cli/policy_json.h"
#include "gate/pack.h"
#include "gate/vocabulary.h"
#include "limits.h"
#include "util/clock.h"
#include "util/fault.h"

#define MOST_PARENTS 4 /* above a case, where its paths may begin */

struct testing {
	struct cli *cli;
	struct vocabulary vocabulary;
	bool has_vocabulary;
	struct json json; /* of --json */
	struct buf buf;
	size_t n_passed;
	size_t n_failed;
};

/* What a case must come to. */
struct expected {
	struct str name;
	enum cedar_decision decision;
	const struct jsontree *reason; /* NULL: not said */
	const struct jsontree *errors; /* ids; NULL: not said */
	int64_t n_errors;	       /* -1: not said */
	bool may_have_more;	       /* reasons besides */
};

/* ------------------------------------------------------------------ */
/* Telling.							      */

static void
tell_json(struct testing *testing, const char *path, struct str name,
    struct str why)
{
	json_open_object(&testing->json);
	json_put_string(&testing->json, "file", str_of(path));
	json_put_string(&testing->json, "name", name);
	json_put_bool(&testing->json, "passed", why.len == 0);
	if (why.len > 0)
		json_put_string(&testing->json, "why", why);
	json_close_object(&testing->json);
}

/* why: empty when it passed. */
static void
tell(struct testing *testing, const char *path, struct str name,
    struct str why)
{
	struct cli *cli = testing->cli;
	bool is_passed = why.len == 0;

	if (is_passed)
		testing->n_passed++;
	else
		testing->n_failed++;
	if (cli->is_json) {
		tell_json(testing, path, name, why);
		return;
	}
	if (is_passed && !option_has(&cli->options, "verbose"))
		return;
	terminal_print(&cli->out, is_passed ? TERMINAL_GOOD : TERMINAL_BAD,
	    "%s", is_passed ? "passed" : "FAILED");
	fprintf(cli->out.file, " %s: ", path);
	terminal_text(&cli->out, name, UINT16_MAX);
	if (!is_passed) {
		fputs(": ", cli->out.file);
		terminal_text(&cli->out, why, UINT16_MAX);
	}
	fputc('\n', cli->out.file);
}

/* The first error among the messages, in one line. */
static struct str
first_error(const struct policy_input *input)
{
	for (size_t i = 0; i < input->n_messages; i++) {
		struct diag_list *list = input->messages[i];

		if (list->n_errors > 0)
			return diag_first(list);
	}
	return STR("it could not be read");
}

static void
print_messages(const struct testing *testing, const struct policy_input *input)
{
	if (!testing->cli->is_json && !testing->cli->is_quiet)
		policy_input_print(input, testing->cli);
}

/* ------------------------------------------------------------------ */
/* Comparing.							      */

static bool
has_string(const struct jsontree *list, struct str text)
{
	for (size_t i = 0; i < list->array.n; i++) {
		if (list->array.items[i].kind == JSONTREE_STRING &&
		    str_is_equal(list->array.items[i].text, text))
			return true;
	}
	return false;
}

/* A list of ids as text: "a, b", or "none". */
static struct str
reason_text(const struct policy_ask *ask, const struct policy_input *input)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };

	buf_init(&buf, 4096);
	for (size_t i = 0; i < ask->n_reasons; i++)
		buf_add_format(&buf, "%s%.*s", i > 0 ? ", " : "",
		    STR_ARG(policy_input_id(input, ask->reasons[i].file,
			ask->reasons[i].number)));
	return arena_str(input->arena, buf.len > 0 ? buf_str(&buf)
						   : STR("none"));
}

static struct str
compare_reasons(const struct expected *expected, const struct policy_ask *ask,
    const struct policy_input *input)
{
	size_t n_found = 0;

	if (expected->reason == NULL)
		return STR("");
	for (size_t i = 0; i < ask->n_reasons; i++)
		n_found += has_string(expected->reason, policy_input_id(input,
		    ask->reasons[i].file, ask->reasons[i].number));
	if (n_found == expected->reason->array.n &&
	    (expected->may_have_more || n_found == ask->n_reasons))
		return STR("");
	return arena_format(input->arena, "other policies decided: %.*s",
	    STR_ARG(reason_text(ask, input)));
}

static struct str
compare_errors(const struct expected *expected, const struct policy_ask *ask,
    const struct policy_input *input)
{
	size_t n_found = 0;
	bool is_right = expected->n_errors < 0 ||
	    (size_t)expected->n_errors == ask->n_failures;

	for (size_t i = 0; expected->errors != NULL && i < ask->n_failures; i++)
		n_found += has_string(expected->errors, policy_input_id(input,
		    ask->failures[i].file, ask->failures[i].error.policy));
	if (expected->errors != NULL)
		is_right &= n_found == ask->n_failures &&
		    n_found == expected->errors->array.n;
	if (is_right)
		return STR("");
	if (ask->n_failures == 0)
		return STR("no policy failed to be evaluated");
	return arena_format(input->arena,
	    "%zu could not be evaluated, the first %.*s: %.*s",
	    ask->n_failures, STR_ARG(policy_input_id(input,
		ask->failures[0].file, ask->failures[0].error.policy)),
	    STR_ARG(ask->failures[0].message));
}

/* Returns: empty when it is as expected; else how not. */
static struct str
compare(const struct expected *expected, const struct policy_ask *ask,
    const struct policy_input *input)
{
	struct str why;

	if (expected->decision != ask->decision)
		return arena_format(input->arena,
		    "expected %.*s, it was %.*s by %.*s",
		    STR_ARG(policy_ask_word(expected->decision)),
		    STR_ARG(policy_ask_word(ask->decision)),
		    STR_ARG(reason_text(ask, input)));
	why = compare_reasons(expected, ask, input);
	return why.len > 0 ? why : compare_errors(expected, ask, input);
}

/* ------------------------------------------------------------------ */
/* One case.							      */

static bool
take_string(struct str *out, const struct jsontree *tree, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(tree, str_of(name));

	if (found == NULL || found->kind != JSONTREE_STRING)
		return false;
	*out = found->text;
	return true;
}

static const struct jsontree *
array_of(const struct jsontree *tree, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(tree, str_of(name));

	return found != NULL && found->kind == JSONTREE_ARRAY ? found : NULL;
}

/* Returns: false and a message when the decision is neither. */
static bool
read_expected(struct expected *expected, const struct jsontree *one,
    struct diag_list *diags)
{
	const struct jsontree *n_errors =
	    cedar_jsontree_get(one, STR("num_errors"));
	struct str decision = { 0 };

	*expected = (struct expected){ .name = STR("(no name)"),
		.reason = array_of(one, "reason"),
		.errors = array_of(one, "errors"),
		.n_errors = -1 };
	if (!take_string(&expected->name, one, "description"))
		(void)take_string(&expected->name, one, "name");
	if (n_errors != NULL && n_errors->kind == JSONTREE_INTEGER)
		expected->n_errors = n_errors->number;
	(void)take_string(&decision, one, "decision");
	expected->decision = str_is_equal(decision, STR("allow")) ||
	    str_is_equal(decision, STR("Allow")) ? CEDAR_ALLOW : CEDAR_DENY;
	if (expected->decision == CEDAR_ALLOW ||
	    str_is_equal(decision, STR("deny")) ||
	    str_is_equal(decision, STR("Deny")))
		return true;
	diag_error(diags, one->span.at, 1,
	    "a case says \"decision\": \"allow\" or \"deny\"");
	return false;
}

static int
run_case(struct testing *testing, struct policy_input *input, const char *path,
    const struct expected *expected, const struct jsontree *request,
    struct diag_list *diags)
{
	struct cli *cli = testing->cli;
	struct policy_ask ask = { 0 };
	struct str why;
	int r = policy_ask_take(&ask, input, cli, request, diags);

	if (r == VERB_OK && diags->n_errors > 0) {
		tell(testing, path, expected->name, first_error(input));
		return VERB_OK;
	}
	if (r == VERB_OK)
		r = policy_ask_decide(&ask, input, cli, false);
	if (r != VERB_OK)
		return r;
	why = compare(expected, &ask, input);
	tell(testing, path, expected->name, why);
	if (why.len == 0 || cli->is_json ||
	    !option_has(&cli->options, "explain"))
		return VERB_OK;
	r = policy_explain_decided(&ask, input, cli, false, false);
	fputc('\n', cli->out.file);
	return r;
}

/* ------------------------------------------------------------------ */
/* Files of Cedar's integration tests.				      */

/*
 * Their paths begin at the root of their repository: at one of the folders above
 * the file, the nearest that has it.
 */
static struct str
find_path(struct arena *arena, const char *path, struct str named)
{
	struct str found = { 0 };
	struct str up = STR("");

	for (unsigned i = 0; i <= MOST_PARENTS; i++) {
		const char *slash = strrchr(path, '/');
		int len = slash != NULL ? (int)(slash - path) : 1;

		found = arena_format(arena, "%.*s/%.*s%.*s", len,
		    slash != NULL ? path : ".", STR_ARG(up), STR_ARG(named));
		if (found.p != NULL && access(found.p, R_OK) == 0)
			return found;
		up = arena_format(arena, "../%.*s", STR_ARG(up));
	}
	return (struct str){ 0 };
}

typedef int add_fn(struct policy_input *input, struct cli *cli,
    struct str name, struct str text);

static int
add_member(struct policy_input *input, struct cli *cli, const char *path,
    const struct jsontree *test, const char *name, add_fn *add,
    struct diag_list *diags)
{
	struct str named;
	struct str found;
	struct str text;
	int r;

	if (!take_string(&named, test, name))
		return VERB_OK;
	found = find_path(input->arena, path, named);
	if (found.p == NULL) {
		diag_error(diags, test->span.at, 1,
		    "there is no file %.*s here or above", STR_ARG(named));
		return VERB_OK;
	}
	r = verb_read(cli, &text, found.p, LIMIT_FILE_BYTES);
	return r != VERB_OK ? r : add(input, cli, found, text);
}

/* Ids are by place in these tests, whatever the annotations say. */
static int
add_policies(struct policy_input *input, struct cli *cli, struct str name,
    struct str text)
{
	int r = policy_input_add(input, cli, name, text);
	struct policy_file *file;
	struct diag_list *diags;

	if (r != VERB_OK || input->files[input->n_files - 1].policies == NULL ||
	    policy_input_is_json(text))
		return r;
	file = &input->files[input->n_files - 1];
	diags = policy_input_list(input, name, text);
	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	cedar_policies_free(TAKE(file->policies));
	r = cedar_policies_parse(&file->policies, input->names, text, NULL, 0,
	    0, diags);
	return r < 0 ? verb_fault(cli, r, "memory") : VERB_OK;
}

static void
check_valid(struct testing *testing, struct policy_input *input,
    const char *path, const struct jsontree *test)
{
	const struct jsontree *want =
	    cedar_jsontree_get(test, STR("shouldValidate"));
	struct diag_list *diags =
	    policy_input_list(input, str_of(path), input->files[0].source);
	struct str why;
	bool is_valid;

	if (want == NULL || want->kind != JSONTREE_BOOL ||
	    input->schema == NULL || diags == NULL)
		return;
	is_valid = cedar_policies_validate(input->files[0].policies,
	    input->schema, 0, diags) == 0;
	why = is_valid == want->boolean ? STR("")
	    : is_valid ? STR("the policies validate, and should not")
		       : diag_first(diags);
	tell(testing, path, STR("validation"), why);
	/* Told: it is no reason to stop. */
	diags->n_errors = 0;
	diags->n_items = 0;
}

static int
run_requests(struct testing *testing, struct policy_input *input,
    const char *path, const struct jsontree *test, struct str text)
{
	const struct jsontree *requests = array_of(test, "requests");
	size_t n = requests != NULL ? requests->array.n : 0;

	for (size_t i = 0; i < n; i++) {
		const struct jsontree *one = &requests->array.items[i];
		struct diag_list *diags =
		    policy_input_list(input, str_of(path), text);
		struct expected expected;
		int r = VERB_OK;

		if (diags == NULL)
			return verb_fault(testing->cli, ENOMEM, "memory");
		if (!read_expected(&expected, one, diags))
			tell(testing, path, expected.name, diag_first(diags));
		else
			r = run_case(testing, input, path, &expected, one,
			    diags);
		if (r != VERB_OK)
			return r;
		input->n_messages = 0; /* told */
	}
	return VERB_OK;
}

static int
run_integration(struct testing *testing, struct policy_input *input,
    const char *path, const struct jsontree *test, struct diag_list *diags)
{
	struct cli *cli = testing->cli;
	int r = add_member(input, cli, path, test, "schema",
	    policy_input_add_schema, diags);

	if (r == VERB_OK)
		r = add_member(input, cli, path, test, "policies",
		    add_policies, diags);
	if (r == VERB_OK)
		r = add_member(input, cli, path, test, "entities",
		    policy_input_add_entities, diags);
	if (r == VERB_OK)
		r = policy_input_finish(input, cli);
	if (r != VERB_OK)
		return r;
	if (policy_input_count(input, false) > 0) {
		tell(testing, path, STR("its files"), first_error(input));
		print_messages(testing, input);
		return VERB_OK;
	}
	check_valid(testing, input, path, test);
	return run_requests(testing, input, path, test, diags->source);
}

/* ------------------------------------------------------------------ */
/* Lists of cases.						      */

/* One of the names that lies beside the file. */
static struct str
beside(struct arena *arena, const char *path, const char *const *names,
    size_t n)
{
	const char *slash = strrchr(path, '/');
	int len = slash != NULL ? (int)(slash - path) : 1;

	for (size_t i = 0; i < n; i++) {
		struct str found = arena_format(arena, "%.*s/%s", len,
		    slash != NULL ? path : ".", names[i]);

		if (found.p != NULL && access(found.p, R_OK) == 0)
			return found;
	}
	return (struct str){ 0 };
}

/* Policies and schema: as options say, else what lies beside the cases. */
static int
add_beside(struct policy_input *input, struct cli *cli, const char *path)
{
	static const char *const of_policies[] = { "policies.cedar",
		"policy.cedar", "policies.json" };
	static const char *const of_schemas[] = { "schema.cedarschema",
		"schema.cedarschema.json", "schema.json" };
	struct str policies = beside(input->arena, path, of_policies,
	    ARRAY_LEN(of_policies));
	struct str schema = beside(input->arena, path, of_schemas,
	    ARRAY_LEN(of_schemas));
	struct str text;
	int r = VERB_OK;

	if (!option_has(&cli->options, "schema") && schema.p != NULL &&
	    !option_has(&cli->options, "policies")) {
		r = verb_read(cli, &text, schema.p, LIMIT_FILE_BYTES);
		if (r == VERB_OK)
			r = policy_input_add_schema(input, cli, schema, text);
	}
	if (r == VERB_OK)
		r = policy_input_options(input, cli);
	if (r == VERB_OK && input->n_files == 0 && policies.p != NULL)
		r = policy_input_read(input, cli, policies.p);
	if (r == VERB_OK && input->n_files == 0)
		r = verb_fail(cli, VERB_USAGE, "%s: --policies FILE is "
		    "missing, and no policies.cedar lies beside", path);
	return r != VERB_OK ? r : policy_input_check_ids(input, cli);
}

/* The entities of one case: in it, or a file beside it. */
static int
take_entities(struct policy_input *input, struct cli *cli, const char *path,
    const struct jsontree *one, struct diag_list *diags)
{
	const struct jsontree *entities =
	    cedar_jsontree_get(one, STR("entities"));
	struct str found;
	struct str text;
	int r = VERB_OK;

	cedar_entities_free(TAKE(input->entities));
	if (entities != NULL && entities->kind == JSONTREE_STRING) {
		found = find_path(input->arena, path, entities->text);
		if (found.p == NULL) {
			diag_error(diags, entities->span.at,
			    entities->span.len, "there is no such file");
			return VERB_OK;
		}
		r = verb_read(cli, &text, found.p, LIMIT_FILE_BYTES);
		if (r == VERB_OK)
			r = policy_input_add_entities(input, cli, found, text);
	} else if (entities != NULL) {
		r = policy_input_add_entity_tree(input, cli, entities, diags);
	}
	return r != VERB_OK ? r : policy_input_finish(input, cli);
}

static int
run_listed(struct testing *testing, struct policy_input *input,
    const char *path, const struct jsontree *one, struct str text)
{
	struct cli *cli = testing->cli;
	struct diag_list *diags = policy_input_list(input, str_of(path), text);
	const struct jsontree *request =
	    cedar_jsontree_get(one, STR("request"));
	struct expected expected;
	int r;

	if (diags == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	if (!read_expected(&expected, one, diags)) {
		tell(testing, path, expected.name, diag_first(diags));
		return VERB_OK;
	}
	if (request == NULL) {
		tell(testing, path, expected.name, STR("it has no request"));
		return VERB_OK;
	}
	expected.may_have_more = expected.n_errors >= 0;
	r = take_entities(input, cli, path, one, diags);
	if (r != VERB_OK)
		return r;
	if (policy_input_count(input, false) > 0) {
		tell(testing, path, expected.name, first_error(input));
		return VERB_OK;
	}
	return run_case(testing, input, path, &expected, request, diags);
}

static int
run_list(struct testing *testing, struct policy_input *input, const char *path,
    const struct jsontree *tree, struct diag_list *diags)
{
	struct cli *cli = testing->cli;
	size_t n = tree->array.n;
	int r = add_beside(input, cli, path);

	if (r != VERB_OK)
		return r;
	if (policy_input_count(input, false) > 0) {
		tell(testing, path, STR("its files"), first_error(input));
		print_messages(testing, input);
		return VERB_OK;
	}
	for (size_t i = 0; i < n && r == VERB_OK; i++) {
		input->n_messages = 0; /* told */
		r = run_listed(testing, input, path, &tree->array.items[i],
		    diags->source);
	}
	return r;
}

/* ------------------------------------------------------------------ */
/* Packs.							      */

/* "ok NAME" and "not ok NAME", a line for each. */
static void
tell_report(struct testing *testing, const char *folder, struct str report,
    const struct diag_list *diags)
{
	struct str line;

	while (str_split(&line, &report, '\n')) {
		bool is_passed = str_has_prefix(line, STR("ok "));
		struct str name = str_part(line, is_passed ? 3 : 7, line.len);
		struct str why = STR("another outcome");

		if (line.len == 0)
			continue;
		for (size_t i = 0; i < diags->n_items; i++) {
			struct str text = diags->items[i].text;

			if (text.len > name.len + 3 && str_is_equal(str_part(
			    text, 1, 1 + name.len), name))
				why = str_part(text, name.len + 4, text.len);
		}
		tell(testing, folder, name, is_passed ? STR("") : why);
	}
}

static int
need_vocabulary(struct testing *testing)
{
	int r = testing->has_vocabulary
	    ? 0 : vocabulary_init(&testing->vocabulary);

	if (r < 0)
		return verb_fault(testing->cli, r, "vocabulary");
	testing->has_vocabulary = true;
	return VERB_OK;
}

static int
run_pack(struct testing *testing, const char *folder)
{
	CLEANUP(pack_freep) struct pack *pack = NULL;
	struct cli *cli = testing->cli;
	struct clock clock = clock_system();
	struct diag_list diags;
	char *report = NULL;
	size_t size = 0;
	FILE *file;
	int r = need_vocabulary(testing);

	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(folder), (struct str){ 0 });
	file = open_memstream(&report, &size);
	if (file == NULL)
		return verb_fault(cli, errno, "memory");
	r = pack_try(&pack, &testing->vocabulary, folder,
	    clock_now_us(&clock), file, &diags);
	fclose(file);
	if (r >= 0)
		tell_report(testing, folder, (struct str){ report, size },
		    &diags);
	if (r > 0 && size == 0)
		tell(testing, folder, STR("the pack"), diag_first(&diags));
	free(report);
	return r < 0 ? verb_fault(cli, r, folder) : VERB_OK;
}

/* ------------------------------------------------------------------ */
/* Files and folders.						      */

static bool
is_list_of_cases(const struct jsontree *tree)
{
	const struct jsontree *first = &tree->array.items[0];

	return tree->kind == JSONTREE_ARRAY && tree->array.n > 0 &&
	    (cedar_jsontree_get(first, STR("request")) != NULL ||
		cedar_jsontree_get(first, STR("decision")) != NULL);
}

static bool
is_integration(const struct jsontree *tree)
{
	return array_of(tree, "requests") != NULL &&
	    cedar_jsontree_get(tree, STR("policies")) != NULL;
}

/* What is in it, of cases. must: the file was named, so it has to hold some. */
static int
run_tree(struct testing *testing, struct policy_input *input, const char *path,
    struct str text, bool must)
{
	struct cli *cli = testing->cli;
	struct diag_list *diags = policy_input_list(input, str_of(path), text);
	struct jsontree *tree = ARENA_NEW(input->arena, struct jsontree);
	int r;

	if (diags == NULL || tree == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	r = cedar_jsontree_parse(tree, input->arena, text, diags);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (r > 0)
		return must ? policy_input_stop(input, cli, VERB_USAGE)
			    : VERB_OK;
	if (is_integration(tree))
		return run_integration(testing, input, path, tree, diags);
	if (is_list_of_cases(tree))
		return run_list(testing, input, path, tree, diags);
	return must ? verb_fail(cli, VERB_USAGE, "%s: holds no cases", path)
		    : VERB_OK;
}

static int
run_file(struct testing *testing, const char *path, bool must)
{
	struct cli *cli = testing->cli;
	struct arena kept = cli->arena;
	struct policy_input input;
	struct str text;
	int r;

	/* What one file needs goes with it. */
	arena_init(&cli->arena, LIMIT_VERB_BYTES);
	r = policy_input_init(&input, cli);
	if (r == VERB_OK) {
		r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);
		if (r == VERB_OK)
			r = run_tree(testing, &input, path, text, must);
		policy_input_fini(&input);
	}
	arena_fini(&cli->arena);
	cli->arena = kept;
	return r;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int run_path(struct testing *testing, const char *path, unsigned depth);

/* Names in a folder, in order; NULL: it cannot be read. */
static char **
list_folder(const char *path, size_t *n)
{
	DIR *dir = opendir(path);
	char **names = NULL;
	struct dirent *entry;
	size_t size = 0;

	*n = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (*n == size) {
			size = MAX(size * 2, (size_t)64);
			names = realloc(names, size * sizeof(*names));
		}
		if (names == NULL)
			break;
		if (asprintf(&names[*n], "%s/%s", path, entry->d_name) > 0)
			++*n;
	}
	if (dir != NULL)
		closedir(dir);
	if (*n > 0)
		qsort(names, *n, sizeof(*names), compare_names);
	return names;
}

static int
run_folder(struct testing *testing, const char *path, unsigned depth)
{
	struct cli *cli = testing->cli;
	size_t n;
	char **names = list_folder(path, &n);
	int r = VERB_OK;

	for (size_t i = 0; i < n; i++) {
		if (r == VERB_OK && !cli->is_json)
			terminal_progress(&cli->err, path, i, n);
		if (r == VERB_OK)
			r = run_path(testing, names[i], depth + 1);
		free(names[i]);
	}
	free(names);
	if (!cli->is_json)
		terminal_progress(&cli->err, path, 1, 1);
	return r;
}

static bool
is_pack(const char *path)
{
	char conf[LIMIT_STORE_PATH];

	return snprintf(conf, sizeof(conf), "%s/pack.conf", path) <
	    (int)sizeof(conf) && access(conf, R_OK) == 0;
}

/* Something in a folder, or what was named. */
static int
run_path(struct testing *testing, const char *path, unsigned depth)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return verb_fault(testing->cli, errno, path);
	if (S_ISDIR(st.st_mode))
		return is_pack(path) ? run_pack(testing, path)
		    : depth < LIMIT_POLICY_FOLDERS ? run_folder(testing, path, depth)
					 : VERB_OK;
	if (depth > 0 && !str_has_suffix(str_of(path), STR(".json")))
		return VERB_OK;
	return run_file(testing, path, depth == 0);
}

static void
print_summary(struct testing *testing)
{
	struct cli *cli = testing->cli;

	if (cli->is_json) {
		json_close_array(&testing->json);
		json_put_i64(&testing->json, "passed",
		    (int64_t)testing->n_passed);
		json_put_i64(&testing->json, "failed",
		    (int64_t)testing->n_failed);
		json_close_object(&testing->json);
		policy_json_print(cli, &testing->buf);
		return;
	}
	fprintf(cli->out.file, "%zu passed, ", testing->n_passed);
	terminal_print(&cli->out, testing->n_failed > 0 ? TERMINAL_BAD
							: TERMINAL_PLAIN,
	    "%zu failed", testing->n_failed);
	fputc('\n', cli->out.file);
}

int
policy_test_run(struct cli *cli)
{
	struct testing testing = { .cli = cli };
	int r = VERB_OK;

	buf_init(&testing.buf, LIMIT_VERB_BYTES);
	json_init(&testing.json, &testing.buf);
	json_open_object(&testing.json);
	json_key(&testing.json, STR("cases"));
	json_open_array(&testing.json);
	for (size_t i = 0; i < cli->options.n_operands && r == VERB_OK; i++)
		r = run_path(&testing, cli->options.operands[i], 0);
	if (testing.has_vocabulary)
		vocabulary_fini(&testing.vocabulary);
	if (r == VERB_OK && testing.n_passed + testing.n_failed == 0)
		r = verb_fail(cli, VERB_USAGE, "no cases in what is named");
	if (r == VERB_OK)
		print_summary(&testing);
	buf_fini(&testing.buf);
	return r != VERB_OK ? r : testing.n_failed > 0 ? VERB_NO : VERB_OK;
}
