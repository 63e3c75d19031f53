/* One policy's trace for people and programs; see policy_why.h. */
#include "cli/policy_why.h"

#include "cedar/policies.h"
#include "cedar/value_json.h"
#include "cli/excerpt.h"
#include "cli/policy_json.h"
#include "limits.h"

#define VALUE_COLUMNS 60 /* of a value at an underline */
#define MOST_WHERE 8	 /* values told besides */

int
policy_why_trace(struct policy_why *why, const struct policy_ask *ask,
    const struct policy_input *input, struct cli *cli,
    const struct policy_file *file, size_t number)
{
	int r;

	*why = (struct policy_why){ .file = file, .number = number,
		.policy = cedar_policies_get(file->policies, number) };
	r = cedar_trace_policy(&why->trace, input->arena, ask->query,
	    file->policies, number, ask->resource);
	if (r < 0)
		return verb_fault(cli, r, "memory");
	return r == 0 ? VERB_OK
		      : verb_fail(cli, VERB_CANNOT,
			    "explaining needs more memory than the limit");
}

/* ------------------------------------------------------------------ */
/* Words.							      */

/* A value in so many columns. Lives in the arena. */
static struct str
shown_value(struct arena *arena, const struct cedar_value *value,
    size_t columns)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct str text;

	buf_init(&buf, LIMIT_FILE_BYTES);
	if (cedar_literal_print(&buf, value, 0) != 0)
		return STR("(a value too large to show)");
	text = buf_str(&buf);
	if (terminal_width_of(text) > columns) {
		size_t len = columns;

		while (len > 0 && (text.p[len] & 0xc0) == 0x80)
			len--;
		text = arena_format(arena, "%.*s...",
		    STR_ARG(str_part(text, 0, len)));
	} else {
		text = arena_str(arena, text);
	}
	return text.p != NULL ? text : STR("");
}

static struct str
step_text(const struct policy_why *why, const struct cedar_step *step)
{
	return str_part(why->file->source, step->offset,
	    (size_t)step->offset + step->len);
}

static const char *
effect_word(const struct policy_why *why)
{
	return why->policy.effect == CEDAR_PERMIT ? "permit" : "forbid";
}

static void
print_template(const struct policy_why *why, const struct cli *cli)
{
	terminal_style(&cli->out, TERMINAL_DIM);
	fputs(" (a link of ", cli->out.file);
	terminal_text(&cli->out,
	    why->file->policies->rules[why->number].ast->id, UINT16_MAX);
	fputs(")", cli->out.file);
	terminal_style(&cli->out, TERMINAL_PLAIN);
}

static void
print_title(const struct policy_why *why, const struct policy_input *input,
    const struct cli *cli)
{
	static const char *const words[] = {
		[CEDAR_TRACE_SCOPE] = " does not %s it: it is about other "
				      "requests",
		[CEDAR_TRACE_FALSE] = " does not %s it: a condition is not met",
		[CEDAR_TRACE_SATISFIED] = " %ss it",
		[CEDAR_TRACE_ERROR] = " does not %s it: it could not be "
				      "evaluated",
	};
	static const enum terminal_style styles[] = {
		[CEDAR_TRACE_SCOPE] = TERMINAL_DIM,
		[CEDAR_TRACE_FALSE] = TERMINAL_PLAIN,
		[CEDAR_TRACE_SATISFIED] = TERMINAL_PLAIN,
		[CEDAR_TRACE_ERROR] = TERMINAL_WAIT,
	};
	char line[128];

	fputc('\n', cli->out.file);
	terminal_style(&cli->out, TERMINAL_BOLD);
	terminal_text(&cli->out, policy_input_id(input, why->file,
	    why->number), UINT16_MAX);
	terminal_style(&cli->out, TERMINAL_PLAIN);
	if (why->policy.is_link)
		print_template(why, cli);
	snprintf(line, sizeof(line), "%.*s",
	    STR_ARG(str_of(words[why->trace.outcome])));
	terminal_style(&cli->out, styles[why->trace.outcome]);
	for (const char *p = line; *p != '\0'; p++) {
		if (p[0] == '%') {
			fputs(effect_word(why), cli->out.file);
			p++;
		} else {
			fputc(*p, cli->out.file);
		}
	}
	if (styles[why->trace.outcome] != TERMINAL_PLAIN)
		terminal_style(&cli->out, TERMINAL_PLAIN);
	fputc('\n', cli->out.file);
}

static void
print_place(const struct policy_why *why, const struct cli *cli, size_t offset)
{
	size_t line;
	size_t column;

	policy_input_place(why->file->source, offset, &line, &column);
	terminal_print(&cli->out, TERMINAL_DIM, "  %.*s:%zu:%zu\n",
	    STR_ARG(why->file->name), line, column);
}

/* ------------------------------------------------------------------ */
/* Labels.							      */

struct labels {
	struct excerpt_label items[EXCERPT_LABELS];
	size_t n;
};

static void
add_label(struct labels *labels, const struct cedar_step *step,
    struct str text, enum terminal_style style, bool is_main)
{
	if (labels->n < EXCERPT_LABELS)
		labels->items[labels->n++] = (struct excerpt_label){
			step->offset, step->len, text, style, is_main };
}

static enum terminal_style
main_style(const struct policy_why *why)
{
	switch (why->trace.outcome) {
	case CEDAR_TRACE_SATISFIED:
		return TERMINAL_GOOD;
	case CEDAR_TRACE_ERROR:
		return TERMINAL_WAIT;
	case CEDAR_TRACE_SCOPE:
	case CEDAR_TRACE_FALSE:
		break;
	}
	return TERMINAL_BAD;
}

/* A variable that only begins a path says nothing: the request is above. */
static bool
begins_path(const struct policy_why *why, const struct cedar_step *step)
{
	size_t end = (size_t)step->offset + step->len;
	struct str rest = str_part(why->file->source, end, end + 5);

	return str_has_prefix(rest, STR(".")) ||
	    str_has_prefix(rest, STR("[")) || str_has_prefix(rest, STR(" has"));
}

/* The operands of what decided, with their values. */
static void
label_parts(struct labels *labels, const struct policy_why *why,
    struct arena *arena, size_t cause)
{
	for (size_t i = cause + 1; i < why->trace.n_steps; i++) {
		const struct cedar_step *step = &why->trace.steps[i];

		if (step->parent != cause || step->kind == CEDAR_STEP_LITERAL ||
		    step->outcome != CEDAR_STEP_VALUE || step->is_cause)
			continue;
		if (step->kind == CEDAR_STEP_VARIABLE &&
		    (begins_path(why, step) || step->value.kind ==
			CEDAR_RECORD))
			continue;
		add_label(labels, step, shown_value(arena, &step->value,
		    VALUE_COLUMNS), TERMINAL_PLAIN, false);
	}
}

/* The word `unless` of the condition that a cause is in, if it is one. */
static void
label_unless(struct labels *labels, const struct policy_why *why,
    size_t cause)
{
	const struct cedar_step *step = &why->trace.steps[cause];
	struct cedar_step word;

	while (step->parent != (size_t)(step - why->trace.steps))
		step = &why->trace.steps[step->parent];
	if (step->kind != CEDAR_STEP_UNLESS)
		return;
	for (size_t i = 0; i < labels->n; i++) {
		if (labels->items[i].offset == step->offset)
			return;
	}
	word = *step;
	word.len = (uint32_t)strlen("unless");
	add_label(labels, &word, why->trace.outcome == CEDAR_TRACE_FALSE
		? STR("not met") : STR("met"), TERMINAL_PLAIN, false);
}

static void
make_labels(struct labels *labels, const struct policy_why *why,
    struct arena *arena)
{
	for (size_t i = 0; i < why->trace.n_steps; i++) {
		const struct cedar_step *step = &why->trace.steps[i];
		struct str text = STR("error");

		if (!step->is_cause)
			continue;
		label_unless(labels, why, i);
		if (step->outcome == CEDAR_STEP_VALUE)
			text = shown_value(arena, &step->value, VALUE_COLUMNS);
		add_label(labels, step, text, main_style(why), true);
		label_parts(labels, why, arena, i);
	}
}

/* ------------------------------------------------------------------ */
/* Besides the excerpt.						      */

static bool
is_below(const struct cedar_trace *trace, size_t i, size_t cause)
{
	while (trace->steps[i].parent != i) {
		i = trace->steps[i].parent;
		if (i == cause)
			return true;
	}
	return false;
}

static bool
was_told(const struct policy_why *why, size_t i)
{
	struct str text = step_text(why, &why->trace.steps[i]);

	for (size_t k = 0; k < i; k++) {
		const struct cedar_step *step = &why->trace.steps[k];

		if (step->kind == CEDAR_STEP_EXPRESSION &&
		    step->outcome == CEDAR_STEP_VALUE &&
		    str_is_equal(step_text(why, step), text))
			return true;
	}
	return false;
}

/* Values of what is deeper inside than the operands. */
static void
print_where(const struct policy_why *why, const struct cli *cli,
    struct arena *arena, size_t cause)
{
	const struct cedar_trace *trace = &why->trace;
	unsigned n = 0;

	for (size_t i = cause + 1; i < trace->n_steps && n < MOST_WHERE; i++) {
		const struct cedar_step *step = &trace->steps[i];

		if (!is_below(trace, i, cause))
			break;
		if (step->parent == cause ||
		    step->kind != CEDAR_STEP_EXPRESSION ||
		    step->outcome != CEDAR_STEP_VALUE || was_told(why, i))
			continue;
		fputs(n++ == 0 ? "  where " : "        ", cli->out.file);
		terminal_text(&cli->out, step_text(why, step), VALUE_COLUMNS);
		fputs(" = ", cli->out.file);
		terminal_text(&cli->out, shown_value(arena, &step->value,
		    cli->out.width), UINT16_MAX);
		fputc('\n', cli->out.file);
	}
}

static void
print_notes(const struct policy_why *why, const struct cli *cli,
    struct arena *arena)
{
	for (size_t i = 0; i < why->trace.n_steps; i++) {
		const struct cedar_step *step = &why->trace.steps[i];

		if (!step->is_cause)
			continue;
		if (step->note.len > 0) {
			fputs(why->trace.outcome == CEDAR_TRACE_ERROR
				? "  error: " : "  note: ", cli->out.file);
			terminal_text(&cli->out, step->note, UINT16_MAX);
			fputc('\n', cli->out.file);
		}
		print_where(why, cli, arena, i);
	}
}

/* The sentences that a rule has for people. */
static void
print_says(const struct policy_why *why, const struct cli *cli)
{
	static const char *const names[] = { "says", "remedy" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str text = cedar_policies_annotation(
		    why->file->policies, why->number, str_of(names[i]));

		if (text.len == 0)
			continue;
		terminal_print(&cli->out, TERMINAL_DIM, "  %s: ", names[i]);
		terminal_text(&cli->out, text, UINT16_MAX);
		fputc('\n', cli->out.file);
	}
}

void
policy_why_print(const struct policy_why *why,
    const struct policy_input *input, const struct cli *cli)
{
	struct labels labels = { .n = 0 };
	size_t first = why->policy.offset;

	make_labels(&labels, why, input->arena);
	for (size_t i = 0; i < labels.n; i++)
		first = i == 0 ? labels.items[i].offset
			       : MIN(first, labels.items[i].offset);
	print_title(why, input, cli);
	print_place(why, cli, first);
	excerpt_print(&cli->out, why->file->source, labels.items, labels.n);
	print_notes(why, cli, input->arena);
	if (why->policy.effect == CEDAR_FORBID &&
	    why->trace.outcome == CEDAR_TRACE_SATISFIED)
		print_says(why, cli);
}

void
policy_why_print_brief(const struct policy_why *why,
    const struct policy_input *input, const struct cli *cli)
{
	bool is_satisfied = why->trace.outcome == CEDAR_TRACE_SATISFIED;
	unsigned n = 0;
	size_t line;
	size_t column;

	policy_input_place(why->file->source, why->policy.offset, &line,
	    &column);
	fputs("  ", cli->out.file);
	terminal_cell(&cli->out, policy_input_id(input, why->file,
	    why->number), 20);
	if (is_satisfied)
		terminal_print(&cli->out, TERMINAL_DIM, " %.*s:%zu",
		    STR_ARG(why->file->name), line);
	for (size_t i = 0; i < why->trace.n_steps; i++) {
		const struct cedar_step *step = &why->trace.steps[i];

		if (!step->is_cause || is_satisfied)
			continue;
		fputs(n++ > 0 ? ", " : " ", cli->out.file);
		terminal_text(&cli->out, step_text(why, step), VALUE_COLUMNS);
		if (step->kind <= CEDAR_STEP_RESOURCE)
			continue;
		fputs(" is ", cli->out.file);
		if (step->outcome == CEDAR_STEP_VALUE)
			terminal_text(&cli->out, shown_value(input->arena,
			    &step->value, VALUE_COLUMNS), UINT16_MAX);
		else
			fputs("an error", cli->out.file);
	}
	fputc('\n', cli->out.file);
}

/* ------------------------------------------------------------------ */
/* Every step.							      */

static const char *
kind_word(const struct cedar_step *step)
{
	static const char *const words[] = {
		[CEDAR_STEP_PRINCIPAL] = "principal",
		[CEDAR_STEP_ACTION] = "action",
		[CEDAR_STEP_RESOURCE] = "resource",
		[CEDAR_STEP_WHEN] = "when",
		[CEDAR_STEP_UNLESS] = "unless",
		[CEDAR_STEP_EXPRESSION] = "expression",
		[CEDAR_STEP_VARIABLE] = "variable",
		[CEDAR_STEP_LITERAL] = "literal",
	};

	return words[step->kind];
}

/* The text of a step on one line: runs of blanks become one. */
static struct str
one_line(struct arena *arena, struct str text)
{
	char *line = arena_dup(arena, text.p, text.len);
	size_t n = 0;

	for (size_t i = 0; line != NULL && i < text.len; i++) {
		bool is_blank = text.p[i] == ' ' || text.p[i] == '\t' ||
		    text.p[i] == '\n' || text.p[i] == '\r';

		if (!is_blank)
			line[n++] = text.p[i];
		else if (n > 0 && line[n - 1] != ' ')
			line[n++] = ' ';
	}
	return line != NULL ? (struct str){ line, n } : text;
}

static void
print_step(const struct policy_why *why, const struct cli *cli,
    struct arena *arena, const struct cedar_step *step, unsigned depth)
{
	unsigned left = 48;
	unsigned indent = MIN(2 + depth * 2, left - 16);
	bool is_condition = step->kind == CEDAR_STEP_WHEN ||
	    step->kind == CEDAR_STEP_UNLESS;

	fprintf(cli->out.file, "%*s", (int)indent, "");
	terminal_cell(&cli->out, is_condition
		? str_of(kind_word(step))
		: one_line(arena, step_text(why, step)), left - indent);
	fputs(step->is_cause ? " * " : "   ", cli->out.file);
	if (step->outcome == CEDAR_STEP_SKIPPED)
		terminal_print(&cli->out, TERMINAL_DIM, "not looked at");
	else if (step->outcome == CEDAR_STEP_ERROR)
		terminal_print(&cli->out, TERMINAL_WAIT, "error");
	else if (is_condition)
		fputs(step->value.boolean ? "met" : "not met", cli->out.file);
	else
		terminal_text(&cli->out, shown_value(arena, &step->value,
		    cli->out.width), MAX(cli->out.width, left + 20u) - left -
			3);
	fputc('\n', cli->out.file);
}

void
policy_why_print_steps(const struct policy_why *why, const struct cli *cli)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	const struct cedar_trace *trace = &why->trace;
	unsigned *depths;

	arena_init(&arena, LIMIT_VERB_BYTES);
	depths = ARENA_ARRAY(&arena, trace->n_steps, unsigned);
	for (size_t i = 0; depths != NULL && i < trace->n_steps; i++) {
		const struct cedar_step *step = &trace->steps[i];

		depths[i] = step->parent == i ? 0 : depths[step->parent] + 1;
		if (step->kind == CEDAR_STEP_LITERAL && depths[i] > 1)
			continue;
		print_step(why, cli, &arena, step, depths[i]);
	}
}

/* ------------------------------------------------------------------ */
/* For programs.						      */

static void
put_step(struct json *json, const struct policy_why *why,
    const struct cedar_step *step)
{
	static const char *const outcomes[] = {
		[CEDAR_STEP_SKIPPED] = "skipped",
		[CEDAR_STEP_VALUE] = "value",
		[CEDAR_STEP_ERROR] = "error",
	};

	json_open_object(json);
	json_put_string(json, "kind", str_of(kind_word(step)));
	json_put_i64(json, "parent", step->parent);
	policy_json_place(json, why->file, step->offset);
	json_put_i64(json, "offset", step->offset);
	json_put_i64(json, "length", step->len);
	json_put_string(json, "text", step_text(why, step));
	json_put_string(json, "outcome", str_of(outcomes[step->outcome]));
	if (step->outcome == CEDAR_STEP_VALUE) {
		json_key(json, STR("value"));
		cedar_value_json_add(json, &step->value);
	}
	json_put_bool(json, "cause", step->is_cause);
	if (step->note.len > 0)
		json_put_string(json, "note", step->note);
	json_close_object(json);
}

void
policy_why_json(struct json *json, const struct policy_why *why,
    const struct policy_input *input, bool is_determining)
{
	static const char *const outcomes[] = {
		[CEDAR_TRACE_SCOPE] = "scope",
		[CEDAR_TRACE_FALSE] = "false",
		[CEDAR_TRACE_SATISFIED] = "satisfied",
		[CEDAR_TRACE_ERROR] = "error",
	};

	json_open_object(json);
	json_put_string(json, "id", policy_input_id(input, why->file,
	    why->number));
	policy_json_place(json, why->file, why->policy.offset);
	json_put_string(json, "effect", str_of(effect_word(why)));
	json_put_string(json, "outcome", str_of(outcomes[why->trace.outcome]));
	json_put_bool(json, "determining", is_determining);
	json_key(json, STR("steps"));
	json_open_array(json);
	for (size_t i = 0; i < why->trace.n_steps; i++)
		put_step(json, why, &why->trace.steps[i]);
	json_close_array(json);
	json_close_object(json);
}
