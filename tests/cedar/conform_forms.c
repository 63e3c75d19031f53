/*
 * The forms of a policy held against what the original engine answered: as
 * JSON, as canonical text, formatted.
 */
#include "conform.h"
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
	    conform_is_equal(&statics->object.items[0].value, want);
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

	return want->kind == JSONTREE_STRING &&
	    str_has_suffix(got, str_of(end)) &&
	    str_is_equal(str_part(got, 0, got.len - strlen(end)), want->text);
}

struct verdict {
	bool est; /* the JSON form, and what is read back from it */
	bool text;
	bool format;
};

static struct verdict
judge(struct forms *forms, const struct jsontree *line, struct str source)
{
	struct verdict verdict = { 0 };
	const struct jsontree *form;
	struct str json;

	form = form_of(forms, line, &json);
	forms->diags.source = source;
	if (form == NULL || cedar_names_new(&forms->names) != 0 ||
	    cedar_policies_parse(&forms->policies, forms->names, source, NULL,
		0, 0, &forms->diags) != 0)
		return verdict;
	forms->diags.source = json;
	if (cedar_policies_from_json(&forms->read, forms->names, json,
		&forms->diags) == 0) {
		verdict.est = is_form(forms, forms->policies, form) &&
		    is_form(forms, forms->read, form);
		buf_reset(&forms->buf);
		verdict.text =
		    cedar_policies_to_text(forms->read, &forms->buf) == 0 &&
		    is_text(&forms->buf, conform_get(line, "text"), "\n");
	}
	buf_reset(&forms->buf);
	forms->diags.source = source;
	verdict.format =
	    cedar_format_text(&forms->buf, source, NULL, &forms->diags) == 0 &&
	    is_text(&forms->buf, conform_get(line, "fmt"), "");
	return verdict;
}

/* The policy is that of the case. An oracle need not know of its forms. */
void
conform_forms_oracle(struct conform *conform, const struct jsontree *line,
    const char *path)
{
	CLEANUP(forms_fini) struct forms forms = { 0 };
	struct verdict verdict;
	struct jsontree json;
	struct str source;
	struct str text;

	if (cedar_jsontree_get(line, STR("est")) == NULL ||
	    (!conform_wants(conform, EST) && !conform_wants(conform, TEXT) &&
		!conform_wants(conform, FORMAT)))
		return;
	arena_init(&forms.arena, (size_t)1 << 30);
	buf_init(&forms.buf, FORM_BYTES);
	diag_init(&forms.diags, &forms.arena, STR(""), STR(""));
	if (!conform_files_read(&text, &forms.arena, path) ||
	    cedar_jsontree_parse(&json, &forms.arena, text, &forms.diags) !=
		0 ||
	    !conform_files_read_beside(&source, &forms.arena, path,
		conform_member(&json, "policies")))
		return;
	verdict = judge(&forms, line, source);
	conform_count(conform, EST, verdict.est, path, STR("JSON form"));
	if (cedar_jsontree_get(line, STR("text")) != NULL)
		conform_count(conform, TEXT, verdict.text, path, STR("text"));
	if (cedar_jsontree_get(line, STR("fmt")) != NULL)
		conform_count(conform, FORMAT, verdict.format, path,
		    STR("formatted"));
}
