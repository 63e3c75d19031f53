/*
 * cedar-conform DIR: hold the policy language against official answers.
 *
 * DIR holds corpus-tests/ or tests/ (with sample-data/), whose .json files name
 * policies, entities and schema and list requests with the decision, reasons and
 * errors that must come out; beside them whatever oracles there are, and probes,
 * edge cases with a verdict each. Where in DIR they lie does not matter, nor
 * which of them are there; several corpora may lie side by side, and one that
 * is packed (corpus*.tar.xz) is unpacked for the time.
 *
 * Prints a line per kind and ends with "N passed, M failed"; --verbose names
 * what failed, --only KIND runs one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "conform.h"
#include "limits.h"

struct str
conform_member(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL && found->kind == JSONTREE_STRING ? found->text
							       : STR("");
}

const struct jsontree *
conform_get(const struct jsontree *json, const char *name)
{
	static const struct jsontree none = { .kind = JSONTREE_NULL };
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL ? found : &none;
}

struct jsontree
conform_list(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL && found->kind == JSONTREE_ARRAY ? *found
	    : (struct jsontree){ .kind = JSONTREE_ARRAY };
}

bool
conform_wants(const struct conform *conform, int kind)
{
	return conform->only == NULL ||
	    strcmp(conform->only, conform->kinds[kind].name) == 0;
}

void
conform_count(struct conform *conform, int which, bool is_passed,
    const char *path, struct str what)
{
	struct kind *kind = &conform->kinds[which];

	if (!conform_wants(conform, which))
		return;
	if (is_passed)
		kind->n_passed++;
	else
		kind->n_failed++;
	if (!is_passed && conform->is_verbose)
		printf("%s: %s: %.*s\n", path, kind->name, STR_ARG(what));
}

/* ------------------------------------------------------------------ */
/* Oracles.							      */

/* {"e": [errors], ..}, or whether it is valid. */
static void
read_verdict(struct oracle *oracle, const struct jsontree *val)
{
	const struct jsontree *errors = cedar_jsontree_get(val, STR("e"));

	oracle->has_verdict = val->kind == JSONTREE_BOOL || errors != NULL;
	if (val->kind == JSONTREE_BOOL)
		oracle->is_valid = val->boolean;
	else if (errors != NULL)
		oracle->is_valid = errors->array.n == 0;
}

/* [{d, r, e}], or ["a10"]: decision, number of reasons, of errors. */
static void
read_answers(struct oracle *oracle, const struct jsontree *list,
    struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, 1u << 20);
	for (size_t i = 0; list->kind == JSONTREE_ARRAY && i < list->array.n;
	    i++) {
		const struct jsontree *one = &list->array.items[i];
		struct str decision = conform_member(one, "d");

		if (one->kind == JSONTREE_STRING && one->text.len == 3)
			buf_add_format(&buf, "%c%c.%c ", one->text.p[0],
			    one->text.p[1], one->text.p[2]);
		else
			buf_add_format(&buf, "%c%zu.%zu ",
			    decision.len > 0 ? decision.p[0] : '?',
			    conform_list(one, "r").array.n,
			    conform_list(one, "e").array.n);
	}
	oracle->answers = arena_str(arena, buf_str(&buf));
	buf_fini(&buf);
}

/* A line of an oracle, as JSON in the arena. */
static bool
open_line(struct jsontree *json, struct arena *arena, const char *path,
    struct str line)
{
	struct diag_list diags;

	arena_init(arena, (size_t)LIMIT_FILE_BYTES * 16);
	diag_init(&diags, arena, str_of(path), line);
	return line.len > 0 &&
	    cedar_jsontree_parse(json, arena, line, &diags) == 0;
}

/* What it says of the case as a whole: before the cases are run. */
static void
read_line(struct conform *conform, const char *path, struct str line)
{
	CLEANUP(arena_fini) struct arena arena;
	struct arena *kept = &conform->files.arena;
	struct jsontree json;
	struct oracle *oracle;
	struct str name;

	if (!open_line(&json, &arena, path, line))
		return;
	name = conform_member(&json, "f");
	if (str_has_suffix(name, STR(".json")))
		name.len -= strlen(".json");
	name = arena_str(kept, name);
	oracle = ARENA_NEW(kept, struct oracle);
	if (oracle == NULL || name.p == NULL)
		abort();
	read_verdict(oracle, conform_get(&json, "val"));
	read_answers(oracle, conform_get(&json, "rs"), kept);
	if (map_put(&conform->oracles, name, oracle) != 0)
		abort();
}

/* What it says of the forms. */
static void
run_line(struct conform *conform, const char *path, struct str line)
{
	CLEANUP(arena_fini) struct arena arena;
	struct jsontree json;
	struct str name;

	if (!open_line(&json, &arena, path, line))
		return;
	name = conform_member(&json, "f");
	if (str_has_suffix(name, STR(".json")))
		name.len -= strlen(".json");
	path = map_find(&conform->files.cases, name);
	if (path == NULL)
		return;
	conform_schema_oracle(conform, &json, path);
	conform_forms_oracle(conform, &json, path);
}

/* ------------------------------------------------------------------ */

static int
report(const struct conform *conform)
{
	size_t n_passed = 0;
	size_t n_failed = 0;

	for (size_t i = 0; i < N_KINDS; i++) {
		const struct kind *kind = &conform->kinds[i];

		n_passed += kind->n_passed;
		n_failed += kind->n_failed;
		if (kind->n_passed + kind->n_failed > 0)
			printf("%-20s %zu passed, %zu failed\n", kind->name,
			    kind->n_passed, kind->n_failed);
	}
	if (conform->n_skipped > 0)
		printf("%-20s %zu cases: their schemas name types as version 4 "
		    "does not allow\n", "skipped", conform->n_skipped);
	printf("%zu passed, %zu failed\n", n_passed, n_failed);
	return n_failed > 0 || n_passed == 0;
}

static void
run(struct conform *conform)
{
	const struct files *files = &conform->files;

	for (size_t i = 0; i < files->oracles.n; i++)
		conform_files_lines(conform, files->oracles.items[i],
		    read_line);
	for (size_t i = 0; i < files->tests.n; i++)
		conform_case(conform, files->tests.items[i]);
	for (size_t i = 0; i < files->oracles.n; i++)
		conform_files_lines(conform, files->oracles.items[i],
		    run_line);
	for (size_t i = 0; i < files->probes.n &&
	    conform_wants(conform, PROBES); i++)
		conform_probes(conform, files->probes.items[i]);
}

int
main(int argc, char **argv)
{
	static struct conform conform = { .kinds = {
		[DECISIONS] = { "decisions" },
		[VALIDATION] = { "validation" },
		[PERMISSIVE] = { "permissive" },
		[SCHEMA_JSON] = { "schema-json" },
		[TRANSLATE_JSON] = { "translate-json" },
		[TRANSLATE_RESOLVED] = { "translate-resolved" },
		[TRANSLATE_TEXT] = { "translate-text" },
		[EST] = { "est" },
		[TEXT] = { "text" },
		[FORMAT] = { "format" },
		[ANSWERS] = { "oracle-decisions" },
		[PROBES] = { "probes" } } };
	int status;

	for (int i = 1; i < argc - 1; i++) {
		if (strcmp(argv[i], "--verbose") == 0)
			conform.is_verbose = true;
		else if (strcmp(argv[i], "--only") == 0 && i + 2 < argc)
			conform.only = argv[++i];
		else
			argc = 0;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: cedar-conform [--verbose] "
		    "[--only KIND] DIR\n");
		return 2;
	}
	conform_files_find(&conform.files, argv[argc - 1]);
	map_init(&conform.oracles, &conform.files.arena, 4);
	run(&conform);
	status = report(&conform);
	conform_files_fini(&conform.files);
	return status;
}
