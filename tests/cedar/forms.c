/* Holding the forms of policies against the oracle; see forms.h. */
#include "forms.h"

#include "limits.h"
#include "stile/cedar.h"
#include "util/buf.h"

#define FORM_BYTES ((size_t)16 << 20)

struct forms {
	struct arena arena;
	struct diag_list diags;
	struct cedar_names *names;
	struct cedar_policies *policies;
	struct cedar_policies *read; /* from the oracle's JSON */
	struct buf buf;
};

static void
forms_fini(struct forms *forms)
{
	cedar_policies_free(forms->policies);
	cedar_policies_free(forms->read);
	cedar_names_free(forms->names);
	buf_fini(&forms->buf);
	arena_fini(&forms->arena);
}

/* Members in any order. */
static bool
is_same(const struct jsontree *a, const struct jsontree *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case JSONTREE_NULL:
		return true;
	case JSONTREE_BOOL:
		return a->boolean == b->boolean;
	case JSONTREE_INTEGER:
		return a->number == b->number;
	case JSONTREE_NUMBER:
	case JSONTREE_STRING:
		return str_is_equal(a->text, b->text);
	case JSONTREE_ARRAY:
		for (size_t i = 0; i < a->array.n; i++) {
			if (i >= b->array.n ||
			    !is_same(&a->array.items[i], &b->array.items[i]))
				return false;
		}
		return a->array.n == b->array.n;
	case JSONTREE_OBJECT:
		break;
	}
	for (size_t i = 0; i < a->object.n; i++) {
		const struct jsontree *other =
		    cedar_jsontree_get(b, a->object.items[i].name);

		if (other == NULL ||
		    !is_same(&a->object.items[i].value, other))
			return false;
	}
	return a->object.n == b->object.n;
}

/* The one policy of a set in JSON form is what the oracle says. */
static bool
is_form(struct forms *forms, const struct cedar_policies *policies,
    const struct jsontree *want)
{
	const struct jsontree *statics;
	struct jsontree tree;
	struct str json;

	buf_reset(&forms->buf);
	if (cedar_policies_to_json(policies, &forms->buf) != 0)
		return false;
	json = arena_str(&forms->arena, buf_str(&forms->buf));
	forms->diags.source = json;
	if (cedar_jsontree_parse_deep(&tree, &forms->arena, json,
	    LIMIT_CEDAR_EST_DEPTH, &forms->diags) != 0)
		return false;
	statics = cedar_jsontree_get(&tree, STR("staticPolicies"));
	return statics != NULL && statics->object.n == 1 &&
	    is_same(&statics->object.items[0].value, want);
}

/* The oracle's answer is JSON text, with the form under `json`. */
static const struct jsontree *
form_of(struct forms *forms, const struct jsontree *line, struct str *json)
{
	const struct jsontree *est = cedar_jsontree_get(line, STR("est"));
	const struct jsontree *form;
	struct jsontree *answer = ARENA_NEW(&forms->arena, struct jsontree);

	if (est == NULL || est->kind != JSONTREE_STRING || answer == NULL)
		return NULL;
	forms->diags.source = est->text;
	if (cedar_jsontree_parse_deep(answer, &forms->arena, est->text,
	    LIMIT_CEDAR_EST_DEPTH, &forms->diags) != 0)
		return NULL;
	form = cedar_jsontree_get(answer, STR("json"));
	if (form != NULL)
		*json = str_part(est->text, form->span.at,
		    (size_t)form->span.at + form->span.len);
	return form;
}

static bool
is_text(const struct buf *buf, const struct jsontree *want, const char *end)
{
	struct str got = buf_str(buf);

	return want != NULL && want->kind == JSONTREE_STRING &&
	    str_has_suffix(got, str_of(end)) &&
	    str_is_equal(str_part(got, 0, got.len - strlen(end)), want->text);
}

struct forms_verdict
forms_judge(const struct jsontree *line, struct str source)
{
	CLEANUP(forms_fini) struct forms forms = { 0 };
	struct forms_verdict verdict = { 0 };
	const struct jsontree *form;
	struct str json;

	arena_init(&forms.arena, (size_t)1 << 30);
	buf_init(&forms.buf, FORM_BYTES);
	diag_init(&forms.diags, &forms.arena, STR(""), source);
	form = form_of(&forms, line, &json);
	forms.diags.source = source;
	if (form == NULL || cedar_names_new(&forms.names) != 0 ||
	    cedar_policies_parse(&forms.policies, forms.names, source, NULL, 0,
	    0, &forms.diags) != 0)
		return verdict;
	forms.diags.source = json;
	if (cedar_policies_from_json(&forms.read, forms.names, json,
	    &forms.diags) == 0) {
		verdict.est = is_form(&forms, forms.policies, form) &&
		    is_form(&forms, forms.read, form);
		buf_reset(&forms.buf);
		verdict.text =
		    cedar_policies_to_text(forms.read, &forms.buf) == 0 &&
		    is_text(&forms.buf, cedar_jsontree_get(line, STR("text")),
		    "\n");
	}
	buf_reset(&forms.buf);
	forms.diags.source = source;
	verdict.format = cedar_format_text(&forms.buf, source, NULL,
	    &forms.diags) == 0 &&
	    is_text(&forms.buf, cedar_jsontree_get(line, STR("fmt")), "");
	return verdict;
}
