/* What the original engine says: see judge_theirs.h. */
#include "judge_theirs.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cedar/jsontree.h"
#include "limits.h"

#define CALL_BYTES ((size_t)1 << 28)

/* What it said of the parts of one case. */
struct asking {
	struct theirs *theirs;
	const struct generate_case *made;
	struct arena *arena;
	struct str why_policies; /* p NULL: they were taken */
	struct str why_schema;
};

void
judge_theirs_start(struct theirs *theirs, const char *engine)
{
	int to[2];
	int from[2];

	if (pipe2(to, 0) != 0 || pipe2(from, 0) != 0) {
		perror("pipe");
		exit(2);
	}
	theirs->pid = fork();
	if (theirs->pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[0]);
		close(to[1]);
		close(from[0]);
		close(from[1]);
		if (str_has_suffix(str_of(engine), STR(".mjs")))
			execlp("node", "node", engine, (char *)NULL);
		else
			execl(engine, engine, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	theirs->to = fdopen(to[1], "w");
	theirs->from = fdopen(from[0], "r");
	if (theirs->pid < 0 || theirs->to == NULL || theirs->from == NULL) {
		perror(engine);
		exit(2);
	}
}

void
judge_theirs_stop(struct theirs *theirs)
{
	(void)fclose(theirs->to);
	(void)fclose(theirs->from);
	(void)waitpid(theirs->pid, NULL, 0);
}

/* ------------------------------------------------------------------ */
/* One question.						      */

static struct str
string_of(const struct jsontree *json, const char *name)
{
	const struct jsontree *found = cedar_jsontree_get(json, str_of(name));

	return found != NULL && found->kind == JSONTREE_STRING ? found->text
							       : STR("");
}

/* "fail: " and the first message. */
static struct str
failure_of(struct asking *asking, const struct jsontree *answer)
{
	const struct jsontree *errors =
	    cedar_jsontree_get(answer, STR("errors"));
	struct str text = STR("?");

	if (errors != NULL && errors->kind == JSONTREE_ARRAY &&
	    errors->array.n > 0)
		text = string_of(&errors->array.items[0], "message");
	return judge_theirs_line(asking->arena,
	    arena_format(asking->arena, "fail: %.*s", STR_ARG(text)));
}

/*
 * Ask; the call must have no newline. Returns: true and the answer when it is a
 * success; false and *why: "fail: ..", or p NULL when it knows no such question.
 */
static bool
ask(struct jsontree *answer, struct str *line, struct str *why,
    struct asking *asking, const char *function, struct str call)
{
	char *bytes = NULL;
	size_t size = 0;
	ssize_t len;
	struct diag_list diags;

	fprintf(asking->theirs->to, "%s ", function);
	(void)fwrite(call.p, 1, call.len, asking->theirs->to);
	(void)fputc('\n', asking->theirs->to);
	(void)fflush(asking->theirs->to);
	len = getline(&bytes, &size, asking->theirs->from);
	if (len <= 0) {
		fprintf(stderr, "the original engine is gone after: %s %.*s\n",
		    function, STR_ARG(call));
		exit(2);
	}
	*line = arena_str(asking->arena, (struct str){ bytes, (size_t)len - 1 });
	free(bytes);
	diag_init(&diags, asking->arena, STR("answer"), *line);
	if (cedar_jsontree_parse_deep(answer, asking->arena, *line,
		LIMIT_CEDAR_EST_DEPTH, &diags) != 0) {
		*why = arena_format(asking->arena, "fail: unread: %.*s",
		    STR_ARG(diag_first(&diags)));
		return false;
	}
	if (str_is_equal(string_of(answer, "type"), STR("success")))
		return true;
	*why = failure_of(asking, answer);
	if (str_has_suffix(*why, STR("no such question")))
		*why = (struct str){ 0 };
	return false;
}

/* A call under construction. */
struct call {
	struct buf buf;
	struct json json;
};

static void
call_init(struct call *call)
{
	buf_init(&call->buf, CALL_BYTES);
	json_init(&call->json, &call->buf);
	json_open_object(&call->json);
}

struct str
judge_theirs_line(struct arena *arena, struct str json)
{
	struct str line = arena_str(arena, json);
	char *bytes = (char *)(uintptr_t)line.p;

	for (size_t i = 0; i < line.len; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			bytes[i] = ' ';
	}
	return line;
}

static struct str
call_finish(struct call *call, struct arena *arena)
{
	struct str line;

	json_close_object(&call->json);
	line = judge_theirs_line(arena, buf_str(&call->buf));
	buf_fini(&call->buf);
	return line;
}

/*
 * Whether a text is one value by its brackets: a damaged one must not reach
 * into what stands around it.
 */
static bool
is_one_value(struct str text)
{
	long depth = 0;
	bool is_done = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (strchr(" \t\r\n", c) != NULL && c != '\0')
			continue;
		if (is_done)
			return false;
		if (c == '"') {
			for (i++; i < text.len && text.p[i] != '"'; i++) {
				if (text.p[i] == '\\')
					i++;
				else if (text.p[i] == '\n' || text.p[i] == '\r')
					return false;
			}
			if (i >= text.len)
				return false;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth < 0 || (depth == 0 && c == ','))
			return false;
		is_done = depth == 0 && (c == '"' || c == '}' || c == ']');
	}
	return text.len > 0 && depth == 0;
}

void
judge_theirs_put_json(struct json *json, const char *name, struct str text)
{
	json_put_raw(json, name, is_one_value(text) ? text : STR("!"));
}

static void
put_schema(struct json *json, const struct generate_case *made)
{
	if (made->is_schema_json)
		judge_theirs_put_json(json, "schema", made->schema);
	else
		json_put_string(json, "schema", made->schema);
}

/* A text alone, as a call. */
static struct str
text_call(struct arena *arena, struct str text, bool is_json)
{
	struct buf buf;
	struct str call;

	buf_init(&buf, CALL_BYTES);
	if (!is_json)
		json_add_string(&buf, text);
	else
		buf_add_str(&buf, is_one_value(text) ? text : STR("!"));
	call = judge_theirs_line(arena, buf_str(&buf));
	buf_fini(&buf);
	return call;
}

/* ------------------------------------------------------------------ */
/* Answers.							      */

static int
compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool
has_id(const struct jsontree *list, struct str id)
{
	for (size_t i = 0; list != NULL && i < list->array.n; i++) {
		if (str_is_equal(string_of(&list->array.items[i], "policyId"),
			id))
			return true;
	}
	return false;
}

/*
 * The ids in a list of ids, or of objects with a policyId; each once, and none
 * that is in the other list (NULL: none is).
 */
static struct str
ids_of(struct asking *asking, const struct jsontree *list,
    const struct jsontree *other)
{
	size_t n = list != NULL ? list->array.n : 0;
	struct str *ids = ARENA_ARRAY(asking->arena, n, struct str);
	struct str *parts = ARENA_ARRAY(asking->arena, 2 * n + 1, struct str);
	size_t n_parts = 0;

	for (size_t i = 0; i < n; i++) {
		const struct jsontree *item = &list->array.items[i];

		ids[i] = item->kind == JSONTREE_STRING ? item->text :
		    string_of(item, "policyId");
	}
	if (n > 0)
		qsort(ids, n, sizeof(*ids), compare);
	for (size_t i = 0; i < n; i++) {
		if ((i > 0 && str_is_equal(ids[i], ids[i - 1])) ||
		    has_id(other, ids[i]))
			continue;
		parts[n_parts] = n_parts > 0 ? STR(",") : STR("");
		n_parts++;
		parts[n_parts++] = ids[i];
	}
	return arena_join(asking->arena, parts, n_parts);
}

static struct str
decide(struct asking *asking, const struct question *question)
{
	const struct jsontree *response;
	const struct jsontree *diagnostics;
	struct jsontree answer;
	struct call call;
	struct str line;
	struct str why;
	struct str reason;
	struct str errors;

	if (asking->why_schema.p != NULL)
		return asking->why_schema;
	if (asking->why_policies.p != NULL)
		return asking->why_policies;
	call_init(&call);
	judge_theirs_put_json(&call.json, "principal", question->principal);
	judge_theirs_put_json(&call.json, "action", question->action);
	judge_theirs_put_json(&call.json, "resource", question->resource);
	judge_theirs_put_json(&call.json, "context", question->context);
	json_put_string(&call.json, "preparsedPolicySetId", STR("case"));
	if (asking->made->schema.p != NULL)
		json_put_string(&call.json, "preparsedSchemaName",
		    STR("case"));
	json_put_bool(&call.json, "validateRequest", !question->is_unchecked);
	judge_theirs_put_json(&call.json, "entities", asking->made->entities);
	if (!ask(&answer, &line, &why, asking, "statefulIsAuthorized",
		call_finish(&call, asking->arena)))
		return why;
	response = cedar_jsontree_get(&answer, STR("response"));
	diagnostics = cedar_jsontree_get(response, STR("diagnostics"));
	reason = ids_of(asking,
	    cedar_jsontree_get(diagnostics, STR("reason")), NULL);
	errors = ids_of(asking,
	    cedar_jsontree_get(diagnostics, STR("errors")), NULL);
	return arena_format(asking->arena, "%.*s|%.*s|%.*s",
	    STR_ARG(string_of(response, "decision")), STR_ARG(reason),
	    STR_ARG(errors));
}

static struct str
validate(struct asking *asking, const struct question *question)
{
	const char *function = question->kind == QUESTION_PERMISSIVE
	    ? "validatePermissive"
	    : question->kind == QUESTION_LEVEL ? "validateLevel" : "validate";
	const struct jsontree *list;
	struct jsontree answer;
	struct call call;
	struct str line;
	struct str why;
	struct str errors;
	struct str warnings;

	call_init(&call);
	put_schema(&call.json, asking->made);
	judge_theirs_put_json(&call.json, "policies", asking->made->policies);
	if (question->kind == QUESTION_LEVEL)
		json_put_i64(&call.json, "level", question->level);
	if (!ask(&answer, &line, &why, asking, function,
		call_finish(&call, asking->arena)))
		return why;
	list = cedar_jsontree_get(&answer, STR("validationErrors"));
	errors = ids_of(asking, list, NULL);
	/* What is wrong and cannot apply either is said to be wrong alone. */
	warnings = ids_of(asking,
	    cedar_jsontree_get(&answer, STR("validationWarnings")), list);
	return arena_format(asking->arena, "%s %.*s; warned of %.*s",
	    errors.len == 0 ? "valid" : "not valid", STR_ARG(errors),
	    STR_ARG(warnings));
}

static struct str
entities(struct asking *asking)
{
	struct jsontree answer;
	struct call call;
	struct str line;
	struct str why;

	call_init(&call);
	judge_theirs_put_json(&call.json, "entities", asking->made->entities);
	if (asking->made->schema.p != NULL)
		put_schema(&call.json, asking->made);
	return ask(&answer, &line, &why, asking, "checkParseEntities",
		   call_finish(&call, asking->arena)) ? STR("ok") : why;
}

/* The member of the answer: a text, or its JSON as it was written. */
static struct str
form(struct asking *asking, const char *function, struct str call,
    const char *member)
{
	const struct jsontree *found;
	struct jsontree answer;
	struct str line;
	struct str why;

	if (!ask(&answer, &line, &why, asking, function, call))
		return why;
	found = cedar_jsontree_get(&answer, str_of(member));
	if (found == NULL)
		return STR("fail: an answer without a form");
	return found->kind == JSONTREE_STRING ? found->text
	    : str_part(line, found->span.at,
	    (size_t)found->span.at + found->span.len);
}

static struct str
format(struct asking *asking, const struct question *question)
{
	struct call call;

	call_init(&call);
	json_put_string(&call.json, "policyText", question->text);
	json_put_i64(&call.json, "lineWidth", question->width);
	json_put_i64(&call.json, "indentWidth", question->indent);
	return form(asking, "formatPolicies",
	    call_finish(&call, asking->arena), "formatted_policy");
}

static struct str
answer_of(struct asking *asking, const struct question *question)
{
	const struct generate_case *made = asking->made;
	bool is_text = question->kind == QUESTION_POLICY_TEXT;

	switch (question->kind) {
	case QUESTION_DECIDE:
		return decide(asking, question);
	case QUESTION_VALIDATE:
	case QUESTION_PERMISSIVE:
	case QUESTION_LEVEL:
		return validate(asking, question);
	case QUESTION_ENTITIES:
		return entities(asking);
	case QUESTION_POLICY_JSON:
	case QUESTION_POLICY_TEXT:
		return form(asking, question->is_template
			? (is_text ? "templateToText" : "templateToJson")
			: (is_text ? "policyToText" : "policyToJson"),
		    text_call(asking->arena, question->text,
			question->is_json), is_text ? "text" : "json");
	case QUESTION_FORMAT:
		return format(asking, question);
	case QUESTION_SCHEMA_JSON:
		return form(asking, "schemaToJson", text_call(asking->arena,
		    made->schema, made->is_schema_json), "json");
	case QUESTION_SCHEMA_RESOLVED:
		return form(asking, "schemaToJsonWithResolvedTypes",
		    text_call(asking->arena, made->schema, false), "json");
	case QUESTION_SCHEMA_TEXT:
		return form(asking, "schemaToText", text_call(asking->arena,
		    made->schema, made->is_schema_json), "text");
	case QUESTION_KINDS:
		break;
	}
	abort();
}

/* What decisions need is parsed once. */
static void
prepare(struct asking *asking)
{
	const struct generate_case *made = asking->made;
	bool is_needed = false;
	struct jsontree answer;
	struct str line;

	for (size_t i = 0; i < made->n_questions; i++)
		is_needed |= made->questions[i].kind == QUESTION_DECIDE;
	if (!is_needed)
		return;
	(void)ask(&answer, &line, &asking->why_policies, asking,
	    "preparsePolicySet", text_call(asking->arena, made->policies,
	    true));
	if (made->schema.p != NULL)
		(void)ask(&answer, &line, &asking->why_schema, asking,
		    "preparseSchema", text_call(asking->arena, made->schema,
		    made->is_schema_json));
}

void
judge_theirs(struct str answers[static GENERATE_QUESTIONS],
    struct theirs *theirs, const struct generate_case *made,
    struct arena *arena)
{
	struct asking asking = { theirs, made, arena, { 0 }, { 0 } };

	prepare(&asking);
	for (size_t i = 0; i < made->n_questions; i++)
		answers[i] = answer_of(&asking, &made->questions[i]);
}
