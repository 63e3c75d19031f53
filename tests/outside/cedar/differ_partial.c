/*
 * Our partial evaluation against the original's, on random cases.
 *
 * usage: differ_partial [--seed S] [--cases N] [--save DIR] ORACLE
 *
 * Principal, action, resource and attributes of the context are unknown now and
 * then. What the original is certain of we must be certain of, to the same end;
 * where it leaves a residual we may know more, which is counted. Prints TAP.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "judge_theirs.h"
#include "plain_case.h"
#include "util/json.h"

#define MOST_UNKNOWNS 8
#define MOST_POLICIES 64

/* What is asked of both. */
struct partial_question {
	struct plain_case plain;
	struct cedar_unknown unknowns[MOST_UNKNOWNS];
	size_t n_unknowns;
	struct str context; /* JSON, with the original's unknowns */
	struct str given;   /* JSON, with `true` in their places */
};

/* "|" between: decision, satisfied, errored, residuals, may, must. */
enum part { DECISION, SATISFIED, ERRORED, RESIDUALS, MAY, MUST, N_PARTS };

struct answer {
	struct str parts[N_PARTS];
	bool is_fail;
};

struct differ {
	uint64_t seed;
	uint64_t n_cases;
	const char *save;
	const char *script;
	struct theirs theirs;
	struct draw draw;
	struct arena arena;
	struct partial_question question;
	struct str ours_text;
	struct str theirs_text;
	uint64_t n_asked, n_refused, n_sharper, n_residuals, n_decided;
};

/* ------------------------------------------------------------------ */
/* The question.						      */

static bool
once_in(struct differ *differ, uint32_t n)
{
	return draw_once_in(&differ->draw, n);
}

/* The end of the JSON value at at. */
static size_t
skip_value(struct str json, size_t at)
{
	bool is_text = false;
	int depth = 0;

	for (; at < json.len; at++) {
		char c = json.p[at];

		if (is_text) {
			at += c == '\\';
			is_text = c != '"';
		} else if (c == '"') {
			is_text = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth-- == 0)
				return at;
		} else if (c == ',' && depth == 0) {
			return at;
		}
	}
	return at;
}

/* Whether the member of that name becomes unknown. */
static bool
is_drawn(struct differ *differ, struct str name)
{
	struct partial_question *question = &differ->question;
	struct str *path = ARENA_NEW(&differ->arena, struct str);

	if (!once_in(differ, 4) || question->n_unknowns == MOST_UNKNOWNS)
		return false;
	*path = name;
	question->unknowns[question->n_unknowns++] =
	    (struct cedar_unknown){ CEDAR_UNKNOWN_CONTEXT, .path = path,
		    .n_path = 1 };
	return true;
}

/* Some members of the context, by the names they have, become unknown. */
static void
draw_context(struct differ *differ)
{
	struct partial_question *question = &differ->question;
	struct str json = question->plain.context;
	struct buf theirs;
	struct buf ours;
	size_t at = 1;

	buf_init(&theirs, 1u << 22);
	buf_init(&ours, 1u << 22);
	while (at < json.len && json.p[at] == '"') {
		size_t end = str_find(json, '"', at + 1);
		struct str name = str_part(json, at + 1, end);
		size_t next = skip_value(json, end + 2);
		const char *before = at > 1 ? "," : "{";

		if (is_drawn(differ, name)) {
			buf_add_format(&theirs, "%s\"%.*s\":{\"__extn\":{\"fn"
			    "\":\"unknown\",\"arg\":\"%.*s\"}}", before,
			    STR_ARG(name), STR_ARG(name));
			buf_add_format(&ours, "%s\"%.*s\":true", before,
			    STR_ARG(name));
		} else {
			struct str as_is = str_part(json, at, next);

			buf_add_format(&theirs, "%s%.*s", before,
			    STR_ARG(as_is));
			buf_add_format(&ours, "%s%.*s", before,
			    STR_ARG(as_is));
		}
		at = next + 1;
	}
	buf_add_text(&theirs, theirs.len > 0 ? "}" : "{}");
	buf_add_text(&ours, ours.len > 0 ? "}" : "{}");
	question->context = arena_str(&differ->arena, buf_str(&theirs));
	question->given = arena_str(&differ->arena, buf_str(&ours));
	buf_fini(&theirs);
	buf_fini(&ours);
}

static void
draw_question(struct differ *differ)
{
	struct partial_question *question = &differ->question;

	*question = (struct partial_question){ 0 };
	plain_case_make(&question->plain, &differ->draw, &differ->arena);
	for (unsigned i = CEDAR_UNKNOWN_PRINCIPAL; i <= CEDAR_UNKNOWN_RESOURCE;
	     i++) {
		if (once_in(differ, 3))
			question->unknowns[question->n_unknowns++].what =
			    (enum cedar_unknown_kind)i;
	}
	draw_context(differ);
}

static bool
is_unknown(const struct partial_question *question, enum cedar_unknown_kind what)
{
	for (size_t i = 0; i < question->n_unknowns; i++) {
		if (question->unknowns[i].what == what)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------ */
/* The original.						      */

static void
put_uid(struct json *json, const struct partial_question *question,
    enum cedar_unknown_kind what, const char *name, struct cedar_uid uid)
{
	json_key(json, str_of(name));
	if (is_unknown(question, what)) {
		json_null(json);
		return;
	}
	json_open_object(json);
	json_put_string(json, "type", uid.type);
	json_put_string(json, "id", uid.id);
	json_close_object(json);
}

static struct str
ask_theirs(struct differ *differ)
{
	const struct partial_question *question = &differ->question;
	const struct plain_case *r = &question->plain;
	struct buf buf;
	struct json json;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	struct str answer;

	buf_init(&buf, 1u << 26);
	json_init(&json, &buf);
	json_open_object(&json);
	put_uid(&json, question, CEDAR_UNKNOWN_PRINCIPAL, "principal",
	    r->principal);
	put_uid(&json, question, CEDAR_UNKNOWN_ACTION, "action", r->action);
	put_uid(&json, question, CEDAR_UNKNOWN_RESOURCE, "resource",
	    r->resource);
	json_put_raw(&json, "context", question->context);
	json_put_raw(&json, "policies", question->plain.made.policies);
	judge_theirs_put_json(&json, "entities", question->plain.made.entities);
	json_close_object(&json);
	fprintf(differ->theirs.to, "part %.*s\n",
	    STR_ARG(judge_theirs_line(&differ->arena, buf_str(&buf))));
	buf_fini(&buf);
	(void)fflush(differ->theirs.to);
	len = getline(&line, &size, differ->theirs.from);
	if (len <= 0) {
		fprintf(stderr, "the original engine is gone\n");
		exit(2);
	}
	answer = arena_str(&differ->arena,
	    (struct str){ line, (size_t)len - 1 });
	free(line);
	return answer;
}

/* ------------------------------------------------------------------ */
/* Ours.							      */

struct loaded {
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_entities *entities;
};

static void
unload(struct loaded *loaded)
{
	cedar_policies_free(loaded->policies);
	cedar_entities_free(loaded->entities);
	cedar_names_free(loaded->names);
}

static int
compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* A list of policies, as their ids. */
struct ids {
	struct str items[MOST_POLICIES];
	size_t n;
};

static void
add(struct ids *ids, const struct loaded *loaded, uint32_t policy)
{
	if (ids->n == MOST_POLICIES)
		abort();
	ids->items[ids->n++] =
	    cedar_policies_get(loaded->policies, policy).id;
}

static void
put_ids(struct buf *out, struct ids *ids)
{
	qsort(ids->items, ids->n, sizeof(ids->items[0]), compare);
	buf_add_char(out, '|');
	for (size_t i = 0; i < ids->n; i++)
		buf_add_format(out, "%s%.*s", i > 0 ? "," : "",
		    STR_ARG(ids->items[i]));
}

static struct str
text_of(struct differ *differ, const struct loaded *loaded,
    const struct cedar_partial_answer *answer)
{
	struct ids ids[N_PARTS] = { 0 };
	struct buf out;
	struct str text;

	for (size_t i = 0; i < answer->n_satisfied; i++)
		add(&ids[SATISFIED], loaded, answer->satisfied[i]);
	for (size_t i = 0; i < answer->n_errors; i++)
		add(&ids[ERRORED], loaded, answer->errors[i].policy);
	for (size_t i = 0; i < answer->n_residuals; i++)
		add(&ids[RESIDUALS], loaded, answer->residuals[i].policy);
	for (size_t i = 0; i < answer->n_may; i++)
		add(&ids[MAY], loaded, answer->may[i]);
	for (size_t i = 0; i < answer->n_must; i++)
		add(&ids[MUST], loaded, answer->must[i]);
	buf_init(&out, 1u << 20);
	buf_add_text(&out, !answer->is_decided ? "none"
	    : answer->decision == CEDAR_ALLOW ? "allow" : "deny");
	for (unsigned i = SATISFIED; i < N_PARTS; i++)
		put_ids(&out, &ids[i]);
	text = arena_str(&differ->arena, buf_str(&out));
	buf_fini(&out);
	return text;
}

static bool
load(struct loaded *loaded, const struct generate_case *made,
    struct diag_list *diags)
{
	return cedar_names_new(&loaded->names) == 0 &&
	    cedar_policies_parse(&loaded->policies, loaded->names, made->text,
	    made->links, made->n_links, made->flags, diags) == 0 &&
	    cedar_entities_new(&loaded->entities, loaded->names) == 0 &&
	    cedar_entities_json_add(loaded->entities, made->entities,
	    diags) == 0 &&
	    cedar_entities_finish(loaded->entities, diags) == 0;
}

static struct str
ask_ours(struct differ *differ)
{
	CLEANUP(unload) struct loaded loaded = { 0 };
	const struct partial_question *question = &differ->question;
	const struct plain_case *asked = &question->plain;
	struct cedar_request request = { .principal = asked->principal,
		.action = asked->action };
	struct cedar_partial_answer answer;
	struct cedar_partial *partial;
	struct cedar_value context;
	struct diag_list diags;

	diag_init(&diags, &differ->arena, STR("case"), STR(""));
	if (!load(&loaded, &question->plain.made, &diags) ||
	    cedar_entities_json_context(&context, &differ->arena,
	    question->given, &diags) != 0)
		return STR("fail: load");
	request.entities = loaded.entities;
	request.context = context.record.items;
	request.n_context = context.record.n;
	if (cedar_partial_new(&partial, &differ->arena, &request,
	    question->unknowns, question->n_unknowns, &diags) != 0 ||
	    cedar_partial_decide(&answer, partial, loaded.policies,
	    asked->resource) != 0)
		return STR("fail: partial");
	return text_of(differ, &loaded, &answer);
}

/* ------------------------------------------------------------------ */
/* Comparing.							      */

static struct answer
split(struct str text)
{
	struct answer answer = { .is_fail =
		str_has_prefix(text, STR("fail")) };
	size_t at = 0;

	for (unsigned i = 0; i < N_PARTS && !answer.is_fail; i++) {
		size_t end = str_find(text, '|', at);

		answer.parts[i] = str_part(text, at, end);
		at = end + 1;
	}
	return answer;
}

static bool
has_id(struct str list, struct str id)
{
	struct str one;

	while (str_split(&one, &list, ',')) {
		if (str_is_equal(one, id))
			return true;
	}
	return false;
}

/* Every id of part is in one of the other lists. */
static bool
is_part(struct str part, struct str of)
{
	struct str id;

	while (str_split(&id, &part, ',')) {
		if (id.len > 0 && !has_id(of, id))
			return false;
	}
	return true;
}

/* Every id that we have not settled they have not settled either. */
static bool
agree(struct differ *differ)
{
	struct answer ours = split(differ->ours_text);
	struct answer theirs = split(differ->theirs_text);
	bool is_same = str_is_equal(ours.parts[RESIDUALS],
	    theirs.parts[RESIDUALS]);

	differ->n_asked++;
	if (ours.is_fail || theirs.is_fail) {
		differ->n_refused++;
		return ours.is_fail == theirs.is_fail;
	}
	differ->n_sharper += !is_same;
	differ->n_residuals += theirs.parts[RESIDUALS].len > 0;
	differ->n_decided +=
	    !str_is_equal(theirs.parts[DECISION], STR("none"));
	if (is_same)
		return str_is_equal(differ->ours_text, differ->theirs_text);
	if (!str_is_equal(theirs.parts[DECISION], STR("none")) &&
	    !str_is_equal(theirs.parts[DECISION], ours.parts[DECISION]))
		return false;
	/* Together these are all policies: theirs that are false, ours are. */
	return is_part(ours.parts[RESIDUALS], theirs.parts[RESIDUALS]) &&
	    is_part(theirs.parts[SATISFIED], ours.parts[SATISFIED]) &&
	    is_part(theirs.parts[ERRORED], ours.parts[ERRORED]) &&
	    is_part(ours.parts[MAY], theirs.parts[MAY]) &&
	    is_part(theirs.parts[MUST], ours.parts[MUST]);
}

static void
save(struct differ *differ, uint64_t seed)
{
	const struct partial_question *question = &differ->question;
	const struct plain_case *r = &question->plain;
	struct str path = arena_format(&differ->arena, "%s/partial-%llu.txt",
	    differ->save, (unsigned long long)seed);
	FILE *out;

	if (mkdir(differ->save, 0777) != 0 && errno != EEXIST)
		perror(differ->save);
	out = fopen(path.p, "w");
	if (out == NULL) {
		perror(path.p);
		return;
	}
	fprintf(out, "%.*s\n// entities: %.*s\n// %.*s::\"%.*s\" "
	    "%.*s::\"%.*s\" %.*s::\"%.*s\" %.*s\n// unknown:",
	    STR_ARG(question->plain.made.text), STR_ARG(question->plain.made.entities),
	    STR_ARG(r->principal.type), STR_ARG(r->principal.id),
	    STR_ARG(r->action.type), STR_ARG(r->action.id),
	    STR_ARG(r->resource.type), STR_ARG(r->resource.id),
	    STR_ARG(question->context));
	for (size_t i = 0; i < question->n_unknowns; i++)
		fprintf(out, " %d", (int)question->unknowns[i].what);
	fprintf(out, "\n// original: %.*s\n// ours:     %.*s\n",
	    STR_ARG(differ->theirs_text), STR_ARG(differ->ours_text));
	(void)fclose(out);
	printf("# seed %llu differs: %s\n", (unsigned long long)seed, path.p);
}

static void
usage(void)
{
	fprintf(stderr, "usage: differ_partial [--seed S] [--cases N] "
	    "[--save DIR] ORACLE\n");
	exit(2);
}

static void
read_arguments(struct differ *differ, int argc, char **argv)
{
	int i = 1;

	for (; i + 1 < argc; i += 2) {
		struct str name = str_of(argv[i]);
		struct str value = str_of(argv[i + 1]);
		bool is_good = true;

		if (str_is_equal(name, STR("--seed")))
			is_good = str_to_u64(&differ->seed, value);
		else if (str_is_equal(name, STR("--cases")))
			is_good = str_to_u64(&differ->n_cases, value);
		else if (str_is_equal(name, STR("--save")))
			differ->save = value.p;
		else
			usage();
		if (!is_good)
			usage();
	}
	if (i + 1 != argc)
		usage();
	differ->script = argv[i];
}

int
main(int argc, char **argv)
{
	static struct differ differ = { .seed = 1, .n_cases = 1000,
		.save = "differ-found" };
	uint64_t n_bad = 0;

	read_arguments(&differ, argc, argv);
	printf("1..1\n");
	(void)fflush(stdout);
	arena_init(&differ.arena, (size_t)1 << 30);
	judge_theirs_start(&differ.theirs, differ.script);
	for (uint64_t i = 0; i < differ.n_cases; i++) {
		arena_reset(&differ.arena);
		draw_seed(&differ.draw, differ.seed + i);
		draw_question(&differ);
		differ.theirs_text = ask_theirs(&differ);
		differ.ours_text = ask_ours(&differ);
		if (!agree(&differ) && n_bad++ < 5)
			save(&differ, differ.seed + i);
	}
	judge_theirs_stop(&differ.theirs);
	printf("# %llu cases: %llu refused, %llu with residuals, %llu decided; "
	    "in %llu we know more\n%s 1 - %llu differ\n",
	    (unsigned long long)differ.n_asked,
	    (unsigned long long)differ.n_refused,
	    (unsigned long long)differ.n_residuals,
	    (unsigned long long)differ.n_decided,
	    (unsigned long long)differ.n_sharper,
	    n_bad == 0 ? "ok" : "not ok", (unsigned long long)n_bad);
	arena_fini(&differ.arena);
	return n_bad > 0;
}
