/* stile policy check: are the policies right, by themselves and by a schema? */
#include <errno.h>

#include "cli/policy.h"
#include "cli/policy_input.h"
#include "cli/policy_json.h"
#include "limits.h"
#include "util/fault.h"

/* Every file against the schema, whatever is wrong with another. */
static int
validate(struct policy_input *input, struct cli *cli)
{
	const char *mode = option_get(&cli->options, "mode");
	const char *compat = option_get(&cli->options, "compat");
	int64_t level = option_number(&cli->options, "level", -1);
	unsigned flags = 0;

	if (mode != NULL && strcmp(mode, "permissive") == 0)
		flags |= CEDAR_VALIDATE_PERMISSIVE;
	if (compat != NULL && strcmp(compat, "4.13") == 0)
		flags |= CEDAR_VALIDATE_4_13;
	for (size_t i = 0; i < input->n_files; i++) {
		const struct policy_file *file = &input->files[i];
		struct diag_list *diags =
		    policy_input_list(input, file->name, file->source);
		int r;

		if (diags == NULL)
			return verb_fault(cli, ENOMEM, "memory");
		if (file->policies == NULL)
			continue;
		r = level >= 0
		    ? cedar_policies_validate_level(file->policies,
			  input->schema, (uint32_t)level, flags, diags)
		    : cedar_policies_validate(file->policies, input->schema,
			  flags, diags);
		if (r < 0)
			return verb_fault(cli, r, "memory");
		if (r == CEDAR_E_LIMIT && diags->n_errors == 0)
			diag_error_at(diags, file->name,
			    "validating needs more work than the limit");
	}
	return VERB_OK;
}

static int
read_all(struct policy_input *input, struct cli *cli)
{
	int r = policy_input_options(input, cli);

	for (size_t i = 0; i < cli->options.n_operands && r == VERB_OK; i++)
		r = policy_input_read(input, cli, cli->options.operands[i]);
	if (r == VERB_OK)
		r = policy_input_check_ids(input, cli);
	if (r == VERB_OK && input->schema != NULL)
		r = validate(input, cli);
	if (r == VERB_OK && input->entities != NULL)
		r = policy_input_finish(input, cli);
	return r;
}

static size_t
count(const struct policy_input *input,
    size_t (*one)(const struct cedar_policies *policies))
{
	size_t n = 0;

	for (size_t i = 0; i < input->n_files; i++) {
		if (input->files[i].policies != NULL)
			n += one(input->files[i].policies);
	}
	return n;
}

static void
print_json(const struct policy_input *input, const struct cli *cli, bool is_good)
{
	struct json json;
	struct buf buf;

	buf_init(&buf, LIMIT_FILE_BYTES);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_bool(&json, "good", is_good);
	json_key(&json, STR("files"));
	json_open_array(&json);
	for (size_t i = 0; i < input->n_files; i++) {
		const struct policy_file *file = &input->files[i];

		json_open_object(&json);
		json_put_string(&json, "file", file->name);
		if (file->policies != NULL) {
			json_put_i64(&json, "policies",
			    (int64_t)cedar_policies_count(file->policies));
			json_put_i64(&json, "templates", (int64_t)
			    cedar_policies_count_templates(file->policies));
		}
		json_close_object(&json);
	}
	json_close_array(&json);
	policy_json_messages(&json, input);
	json_close_object(&json);
	policy_json_print(cli, &buf);
}

static void
put_count(const struct cli *cli, const char *before, size_t n, const char *what)
{
	fprintf(cli->out.file, "%s%zu %s%s", before, n, what,
	    n == 1 ? "" : "s");
}

static void
print_good(const struct policy_input *input, const struct cli *cli)
{
	size_t n = count(input, cedar_policies_count);
	size_t n_templates = count(input, cedar_policies_count_templates);

	terminal_print(&cli->out, TERMINAL_GOOD, "good");
	fputs(": ", cli->out.file);
	if (input->n_files == 0)
		fputs(input->schema != NULL ? "a schema" : "no policies",
		    cli->out.file);
	else
		fprintf(cli->out.file, "%zu polic%s", n, n == 1 ? "y" : "ies");
	if (n_templates > 0)
		put_count(cli, ", ", n_templates, "template");
	if (input->schema != NULL && input->n_files > 0)
		fputs(", as the schema has it", cli->out.file);
	if (input->entities != NULL)
		fprintf(cli->out.file, ", %zu entit%s",
		    cedar_entities_count(input->entities),
		    cedar_entities_count(input->entities) == 1 ? "y" : "ies");
}

static void
print_text(const struct policy_input *input, const struct cli *cli,
    bool is_good)
{
	size_t n_errors = policy_input_count(input, false);
	size_t n_warnings = policy_input_count(input, true);

	if (n_errors > 0) {
		terminal_style(&cli->out, TERMINAL_BAD);
		put_count(cli, "", n_errors, "error");
		terminal_style(&cli->out, TERMINAL_PLAIN);
	} else if (is_good) {
		print_good(input, cli);
	}
	if (n_warnings > 0)
		put_count(cli, n_errors > 0 || is_good ? ", " : "", n_warnings,
		    "warning");
	fputc('\n', cli->out.file);
}

int
policy_check_run(struct cli *cli)
{
	CLEANUP(policy_input_fini) struct policy_input input = { 0 };
	bool is_good;
	int r = policy_input_init(&input, cli);

	if (r == VERB_OK && cli->options.n_operands == 0 &&
	    !option_has(&cli->options, "schema") &&
	    !option_has(&cli->options, "entities"))
		return verb_fail(cli, VERB_USAGE,
		    "what? name files of policies, or --schema; see %s --help",
		    cli->name);
	if (r == VERB_OK && input.schema == NULL &&
	    !option_has(&cli->options, "schema") &&
	    (option_has(&cli->options, "level") ||
		option_has(&cli->options, "mode")))
		return verb_fail(cli, VERB_USAGE,
		    "--level and --mode are about a schema: name it with "
		    "--schema");
	if (r == VERB_OK)
		r = read_all(&input, cli);
	if (r != VERB_OK)
		return r;
	is_good = policy_input_count(&input, false) == 0 &&
	    (!option_has(&cli->options, "deny-warnings") ||
		policy_input_count(&input, true) == 0);
	policy_input_print(&input, cli);
	if (cli->is_json)
		print_json(&input, cli, is_good);
	else if (!cli->is_quiet)
		print_text(&input, cli, is_good);
	return is_good ? VERB_OK : VERB_NO;
}
