/* A random case for two engines: see generate.h. */
#include "generate.h"

#include <stdlib.h>

#include "damage.h"
#include "typed.h"
#include "untyped.h"

const char *const generate_question_names[QUESTION_KINDS] = {
	"decide", "validate", "validate permissive", "validate level",
	"entities", "policy to JSON", "policy to text", "format",
	"schema to JSON", "schema resolved", "schema to text" };

/* What is being made, and for which schema; model NULL: none. */
struct making {
	struct generator g;
	const struct model *model;
	struct generate_case *made;
};

/* ------------------------------------------------------------------ */
/* Policies.							      */

static struct str
policy(struct making *making, struct str id, bool may_slot,
    struct slots *slots)
{
	struct generator *g = &making->g;
	struct buf buf;
	struct str text;

	buf_init(&buf, 1u << 24);
	g->out = &buf;
	if (id.len > 0)
		putf(g, "@id(\"%.*s\")\n", STR_ARG(id));
	put(g, once_in(g, 8) ? "@if @note(\"x\") " : "");
	if (making->model != NULL)
		typed_policy(g, making->model, may_slot, slots);
	else
		untyped_policy(g, may_slot, slots);
	text = arena_str(g->arena, buf_str(&buf));
	buf_fini(&buf);
	return text;
}

static struct cedar_uid
draw_uid(struct making *making)
{
	struct generator *g = &making->g;

	return making->model == NULL ? untyped_draw_uid(g) :
	    typed_draw_uid(g, making->model,
	    below(g, making->model->n_entities));
}

static void
draw_link(struct making *making, struct cedar_link *link, struct str template,
    const struct slots *slots)
{
	link->template_id = template;
	if (slots->principal != once_in(&making->g, 60))
		link->principal = draw_uid(making);
	if (slots->resource != once_in(&making->g, 60))
		link->resource = draw_uid(making);
}

/* Templates with their links; both forms are written side by side. */
static void
templates(struct making *making, struct buf *text, struct json *json)
{
	struct generator *g = &making->g;
	struct generate_case *made = making->made;
	uint32_t n = below(g, 3);

	made->links = ARENA_ARRAY(g->arena, 8, struct cedar_link);
	json_key(json, STR("templates"));
	json_open_object(json);
	for (uint32_t i = 0; i < n; i++) {
		struct str id = arena_format(g->arena, "t%u", i);
		struct slots slots;
		struct str one = policy(making, id, true, &slots);

		if (!slots.principal && !slots.resource)
			continue;
		buf_add_str(text, one);
		buf_add_char(text, '\n');
		json_key(json, id);
		json_string(json, one);
		for (uint32_t j = 0, m = below(g, 4); j < m; j++)
			draw_link(making, &made->links[made->n_links++], id,
			    &slots);
	}
	json_close_object(json);
}

static void
json_uid(struct json *json, struct cedar_uid uid)
{
	json_open_object(json);
	json_put_string(json, "type", uid.type);
	json_put_string(json, "id", uid.id);
	json_close_object(json);
}

static void
json_links(struct json *json, const struct generate_case *made)
{
	json_key(json, STR("templateLinks"));
	json_open_array(json);
	for (size_t i = 0; i < made->n_links; i++) {
		const struct cedar_link *link = &made->links[i];

		json_open_object(json);
		json_put_string(json, "templateId", link->template_id);
		json_put_string(json, "newId", link->id);
		json_key(json, STR("values"));
		json_open_object(json);
		if (link->principal.type.p != NULL) {
			json_key(json, STR("?principal"));
			json_uid(json, link->principal);
		}
		if (link->resource.type.p != NULL) {
			json_key(json, STR("?resource"));
			json_uid(json, link->resource);
		}
		json_close_object(json);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
name_links(struct making *making)
{
	struct generate_case *made = making->made;

	for (size_t i = 0; i < made->n_links; i++) {
		bool is_taken = once_in(&making->g, 80);

		made->links[i].id = is_taken ? STR("p0") :
		    arena_format(making->g.arena, "l%zu", i);
	}
}

/* Policies under names of their own, templates and links. */
static void
named_policies(struct making *making, struct buf *text, struct json *json)
{
	struct generator *g = &making->g;

	making->made->flags = CEDAR_ID_ANNOTATION;
	json_key(json, STR("staticPolicies"));
	json_open_object(json);
	/* Asked before each, so that shrinking can take one out. */
	for (uint32_t i = 0; i == 0 || (i < 12 && below(g, 5) != 0); i++) {
		struct str id = arena_format(g->arena, "p%u", i);
		struct slots slots;
		struct str one = policy(making, id, false, &slots);

		buf_add_str(text, one);
		buf_add_char(text, '\n');
		json_key(json, id);
		json_string(json, one);
	}
	json_close_object(json);
	templates(making, text, json);
	name_links(making);
	json_links(json, making->made);
}

/* One text, ids by place, perhaps damaged. */
static void
plain_policies(struct making *making, struct buf *text, struct json *json)
{
	struct generator *g = &making->g;
	uint32_t n = below(g, 5);
	struct str whole;

	for (uint32_t i = 0; i < n; i++) {
		struct slots slots;

		buf_add_str(text, policy(making, STR("x"), false, &slots));
		buf_add_text(text, once_in(g, 4) ? " // note\n" : "");
	}
	whole = arena_str(g->arena, buf_str(text));
	if (once_in(g, 4))
		whole = damage_respace(g, whole);
	if (once_in(g, 2) && whole.len > 0)
		whole = damage(g, whole, DAMAGE_CEDAR);
	buf_reset(text);
	buf_add_str(text, whole);
	json_put_string(json, "staticPolicies", buf_str(text));
	json_put_raw(json, "templates", STR("{}"));
	json_put_raw(json, "templateLinks", STR("[]"));
}

/* The same set as JSON; nothing changes when it cannot be had. */
static void
policies_as_json(struct making *making)
{
	struct generate_case *made = making->made;
	struct arena *arena = making->g.arena;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(cedar_policies_freep) struct cedar_policies *set = NULL;
	struct diag_list diags;
	struct buf buf;

	diag_init(&diags, arena, STR(""), made->text);
	buf_init(&buf, 1u << 26);
	if (cedar_names_new(&names) == 0 && cedar_policies_parse(&set, names,
	    made->text, made->links, made->n_links, made->flags, &diags) == 0 &&
	    cedar_policies_to_json(set, &buf) == 0) {
		made->is_est = true;
		made->text = arena_str(arena, buf_str(&buf));
		if (once_in(&making->g, 3))
			made->text = damage(&making->g, made->text,
			    DAMAGE_JSON);
		made->policies = made->text;
	}
	buf_fini(&buf);
}

static void
policies(struct making *making)
{
	struct generate_case *made = making->made;
	struct generator *g = &making->g;
	struct buf text;
	struct buf out;
	struct json json;

	buf_init(&text, 1u << 26);
	buf_init(&out, 1u << 27);
	json_init(&json, &out);
	json_open_object(&json);
	if (once_in(g, 4))
		plain_policies(making, &text, &json);
	else
		named_policies(making, &text, &json);
	json_close_object(&json);
	made->text = arena_str(g->arena, buf_str(&text));
	made->policies = arena_str(g->arena, buf_str(&out));
	buf_fini(&text);
	buf_fini(&out);
	if (once_in(g, 8))
		policies_as_json(making);
}

/* ------------------------------------------------------------------ */
/* Questions.							      */

static struct question *
ask(struct making *making, enum question_kind kind)
{
	struct generate_case *made = making->made;
	struct question *question;

	if (made->n_questions == GENERATE_QUESTIONS)
		made->n_questions--;
	question = &made->questions[made->n_questions++];
	*question = (struct question){ .kind = kind };
	return question;
}

static struct str
uid_json(struct making *making, struct cedar_uid uid)
{
	struct generator *g = &making->g;
	bool is_explicit = once_in(g, 8);
	struct buf buf;
	struct json json;
	struct str text;

	buf_init(&buf, 1u << 16);
	json_init(&json, &buf);
	json_uid(&json, uid);
	text = arena_format(g->arena, is_explicit ? "{\"__entity\":%.*s}" :
	    "%.*s", STR_ARG(buf_str(&buf)));
	buf_fini(&buf);
	return once_in(g, 200) ? damage(g, text, DAMAGE_JSON) : text;
}

static void
ask_decide(struct making *making)
{
	struct generate_case *made = making->made;
	struct generator *g = &making->g;
	struct question *question = ask(making, QUESTION_DECIDE);
	size_t n = made->n_questions;
	struct typed_env env;

	if (n > 1 && question[-1].kind == QUESTION_DECIDE && once_in(g, 2)) {
		*question = question[-1];
		question->is_like_last = true;
		question->resource = uid_json(making, draw_uid(making));
		return;
	}
	if (making->model == NULL) {
		question->principal = uid_json(making, untyped_draw_uid(g));
		question->action = uid_json(making, untyped_draw_action(g));
		question->resource = uid_json(making, untyped_draw_uid(g));
		question->context = untyped_context(g);
		return;
	}
	env = typed_draw_env(g, making->model);
	question->principal =
	    uid_json(making, typed_draw_uid(g, env.model, env.principal));
	question->action =
	    uid_json(making, typed_action_uid(g, env.model, env.action));
	question->resource =
	    uid_json(making, typed_draw_uid(g, env.model, env.resource));
	question->context = typed_context(g, &env);
	question->is_unchecked = once_in(g, 12);
	if (once_in(g, 40))
		question->context = damage(g, question->context, DAMAGE_JSON);
}

static void
untyped_case(struct making *making)
{
	struct generate_case *made = making->made;
	struct generator *g = &making->g;
	uint32_t n = 1 + below(g, 3);

	policies(making);
	made->entities = untyped_entities(g);
	if (once_in(g, 16))
		made->entities = damage(g, made->entities, DAMAGE_JSON);
	if (once_in(g, 16)) {
		(void)ask(making, QUESTION_ENTITIES);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		ask_decide(making);
}

static void
schema(struct making *making, uint32_t damage_chance)
{
	struct generate_case *made = making->made;
	struct generator *g = &making->g;
	struct buf buf;

	making->model = model_draw(g);
	buf_init(&buf, 1u << 26);
	g->out = &buf;
	made->is_schema_json = once_in(g, 3);
	if (made->is_schema_json)
		model_write_json(g, making->model);
	else
		model_write_text(g, making->model);
	made->schema = arena_str(g->arena, buf_str(&buf));
	buf_fini(&buf);
	if (!made->is_schema_json && once_in(g, 8))
		made->schema = damage_respace(g, made->schema);
	if (once_in(g, damage_chance))
		made->schema = damage(g, made->schema,
		    made->is_schema_json ? DAMAGE_JSON : DAMAGE_CEDAR);
}

static void
typed_case(struct making *making)
{
	struct generate_case *made = making->made;
	struct generator *g = &making->g;
	uint32_t n = below(g, 3);

	schema(making, 30);
	policies(making);
	made->entities = typed_entities(g, making->model);
	if (once_in(g, 30))
		made->entities = damage(g, made->entities, DAMAGE_JSON);
	(void)ask(making, QUESTION_VALIDATE);
	if (once_in(g, 2))
		(void)ask(making, QUESTION_PERMISSIVE);
	if (once_in(g, 2))
		ask(making, QUESTION_LEVEL)->level = below(g, 4);
	if (once_in(g, 3))
		(void)ask(making, QUESTION_ENTITIES);
	for (uint32_t i = 0; i < n; i++)
		ask_decide(making);
}

static void
schema_case(struct making *making)
{
	struct generator *g = &making->g;

	schema(making, 2);
	(void)ask(making, QUESTION_SCHEMA_JSON);
	(void)ask(making, QUESTION_SCHEMA_TEXT);
	if (!making->made->is_schema_json && once_in(g, 2))
		(void)ask(making, QUESTION_SCHEMA_RESOLVED);
}

/* The JSON form of one policy; p NULL when it has none. */
static struct str
form_of(struct making *making, struct str text)
{
	struct arena *arena = making->g.arena;
	CLEANUP(cedar_names_freep) struct cedar_names *names = NULL;
	CLEANUP(cedar_policies_freep) struct cedar_policies *set = NULL;
	struct diag_list diags;
	struct str json = { 0 };
	struct buf buf;
	size_t from;

	diag_init(&diags, arena, STR(""), text);
	buf_init(&buf, 1u << 26);
	if (cedar_names_new(&names) == 0 && cedar_policies_parse(&set, names,
	    text, NULL, 0, 0, &diags) == 0 &&
	    cedar_policies_to_json(set, &buf) == 0) {
		/* The one that is in {"staticPolicies":{"policy0":..},..}. */
		static const char name[] = "\"policy0\":";
		struct str all = arena_str(arena, buf_str(&buf));
		const char *found = strstr(all.p, name);
		size_t depth = 0;

		from = found == NULL ? all.len :
		    (size_t)(found - all.p) + sizeof(name) - 1;
		for (size_t i = from; i < all.len; i++) {
			if (all.p[i] == '"')
				while (all.p[++i] != '"')
					i += all.p[i] == '\\';
			depth += all.p[i] == '{';
			depth -= all.p[i] == '}';
			if (depth == 0) {
				json = str_part(all, from, i + 1);
				break;
			}
		}
	}
	buf_fini(&buf);
	return json.p == NULL ? json : arena_str(arena, json);
}

static void
ask_text(struct making *making, struct str text, bool is_template)
{
	struct generator *g = &making->g;
	struct str form = form_of(making, text);
	struct question *question;

	if (form.p == NULL)
		return;
	question = ask(making, QUESTION_POLICY_TEXT);
	question->is_template = is_template;
	question->is_json = true;
	question->text = once_in(g, 2) ? damage(g, form, DAMAGE_JSON) : form;
}

static void
forms_case(struct making *making)
{
	struct generator *g = &making->g;
	bool may_slot = once_in(g, 4);
	struct slots slots;
	struct question *question;
	struct str text;

	if (once_in(g, 3))
		making->model = model_draw(g);
	text = policy(making, STR(""), may_slot, &slots);
	if (once_in(g, 3))
		text = damage_respace(g, text);
	ask_text(making, text, slots.principal || slots.resource);
	if (once_in(g, 4))
		text = damage(g, text, DAMAGE_CEDAR);
	question = ask(making, QUESTION_POLICY_JSON);
	question->text = text;
	question->is_template = slots.principal || slots.resource;
	question = ask(making, QUESTION_FORMAT);
	question->width = once_in(g, 3) ? 20 + below(g, 100) : 80;
	question->indent = once_in(g, 3) ? 1 + below(g, 8) : 2;
	question->text = text;
	if (once_in(g, 3)) {
		struct str other = policy(making, STR("b"), may_slot, &slots);

		question->text = arena_format(g->arena, "%.*s%s%.*s",
		    STR_ARG(text), once_in(g, 2) ? "\n// between\n\n" : "",
		    STR_ARG(other));
	}
}

void
generate_untyped_case(struct generate_case *made, struct draw *draw,
    struct arena *arena)
{
	struct making making = { { draw, arena, NULL }, NULL, made };

	*made = (struct generate_case){ 0 };
	untyped_case(&making);
}

void
generate_case(struct generate_case *made, struct draw *draw,
    struct arena *arena)
{
	struct making making = { { draw, arena, NULL }, NULL, made };

	*made = (struct generate_case){ 0 };
	switch (below(&making.g, 8)) {
	case 0:
	case 1:
	case 2:
		untyped_case(&making);
		return;
	case 3:
	case 4:
	case 5:
		typed_case(&making);
		return;
	case 6:
		schema_case(&making);
		return;
	default:
		forms_case(&making);
	}
}
