/* What would make a refused request lawful; see lawful.h. */
#include "gate/lawful.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "gate/judge.h"
#include "gate/pack.h"
#include "gate/question.h"
#include "gate/vocabulary.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/fault.h"

enum place { PLACE_CONTEXT, PLACE_REQUESTER };
enum form { FORM_FLAG, FORM_TEXT, FORM_ROLE };

#define PATH(...) { __VA_ARGS__ }

static const struct row {
	const char *path[2]; /* the second may be NULL */
	size_t offset;	     /* of the member in struct facts */
	struct str value;
	const char *clause;
	const char *of_warrant; /* NULL: the same */
	enum place place;
	enum form form;
} rows[] = {
#define X(where, steps, member, kind, text, says, of_a_warrant)                \
	{ .path = steps,                                                       \
	    .offset = offsetof(struct facts, member),                          \
	    .value = STR_INIT(text),                                           \
	    .clause = says,                                                    \
	    .of_warrant = of_a_warrant,                                        \
	    .place = PLACE_##where,                                            \
	    .form = FORM_##kind },
#include "gate/lawful.def"
#undef X
};

/* Sets of rows, and of changes, are bits. */
_Static_assert(ARRAY_LEN(rows) < LIMIT_CEDAR_CHANGES, "too many rows");

/* One way in the making. */
struct candidate {
	uint64_t changes;
	int n;
};

struct search {
	struct arena scratch;
	const struct vocabulary *vocabulary;
	struct pack *const *packs;
	size_t n_packs;
	const struct cedar_policies *sets[LIMIT_PACKS];
	const enum record_field *fields;
	size_t n_fields;
	struct arena *arena; /* of the sentences */
	struct str *sentences;
	size_t n_sentences;

	/* From here on of one base: the facts that changes are made to. */
	struct facts base;
	bool is_new_ground; /* the request would name another ground */
	struct str paths[ARRAY_LEN(rows)][2];
	struct cedar_unknown unknowns[ARRAY_LEN(rows)];
	size_t n_unknowns;
	struct cedar_change changes[LIMIT_CEDAR_CHANGES];
	uint64_t change_rows[LIMIT_CEDAR_CHANGES]; /* what each does */
	size_t n_changes;
	struct candidate candidates[LIMIT_LAWFUL_TRIALS];
	size_t n_candidates;
};

/* ------------------------------------------------------------------ */
/* Facts, and what can be changed of them.			      */

static const void *
member_of(const struct facts *facts, const struct row *row)
{
	return (const char *)facts + row->offset;
}

static bool
has_text(const struct str *list, size_t n, struct str text)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is_equal(list[i], text))
			return true;
	}
	return false;
}

/* Whether it is so already. */
static bool
is_so(const struct facts *facts, const struct row *row)
{
	const void *member = member_of(facts, row);

	if (row->form == FORM_FLAG)
		return *(const bool *)member;
	if (row->form == FORM_TEXT)
		return str_is_equal(*(const struct str *)member, row->value);
	return has_text(facts->approvals, facts->n_approvals, row->value);
}

/* The facts with the rows made so. Returns: false without memory. */
static bool
make_so(struct facts *facts, struct arena *arena, uint64_t which)
{
	struct str *approvals = ARENA_ARRAY(arena,
	    facts->n_approvals + ARRAY_LEN(rows), struct str);

	if (approvals == NULL)
		return false;
	if (facts->n_approvals > 0)
		memcpy(approvals, facts->approvals,
		    facts->n_approvals * sizeof(*approvals));
	facts->approvals = approvals;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *member = (char *)facts + rows[i].offset;

		if ((which >> i & 1) == 0)
			continue;
		if (rows[i].form == FORM_FLAG)
			*(bool *)member = true;
		else if (rows[i].form == FORM_TEXT)
			memcpy(member, &rows[i].value, sizeof(struct str));
		else
			approvals[facts->n_approvals++] = rows[i].value;
	}
	return true;
}

/* Whether a rule of the packs waits for that role at all. */
static bool
is_needed(const struct search *search, struct str role)
{
	for (size_t i = 0; i < search->n_packs; i++) {
		const struct cedar_policies *set = search->sets[i];

		for (size_t k = 0; k < cedar_policies_count(set); k++) {
			if (str_is_equal(cedar_policies_annotation(set, k,
				STR("needs")), role))
				return true;
		}
	}
	return false;
}

static bool
is_same_path(const struct cedar_unknown *unknown, const struct row *row)
{
	return unknown->n_path > 0 &&
	    str_is_equal(unknown->path[0], str_of(row->path[0])) &&
	    (row->path[1] == NULL
		    ? unknown->n_path == 1
		    : unknown->n_path == 2 && str_is_equal(unknown->path[1],
			  str_of(row->path[1])));
}

/* The number of the row's fact among the unknowns, added when it is new. */
static size_t
unknown_of(struct search *search, const struct row *row)
{
	static const enum cedar_kind kinds[] = { [FORM_FLAG] = CEDAR_BOOL,
		[FORM_TEXT] = CEDAR_STRING,
		[FORM_ROLE] = CEDAR_SET };
	size_t n = search->n_unknowns;
	struct str *path = search->paths[n];

	for (size_t i = 0; i < n; i++) {
		if (is_same_path(&search->unknowns[i], row))
			return i;
	}
	path[0] = str_of(row->path[0]);
	path[1] = str_of(row->path[1]);
	search->unknowns[n] = (struct cedar_unknown){
		.what = row->place == PLACE_CONTEXT ? CEDAR_UNKNOWN_CONTEXT
						    : CEDAR_UNKNOWN_ATTRIBUTE,
		.entity = { STR("Requester"), search->base.requester.id },
		.path = path,
		.n_path = row->path[1] != NULL ? 2 : 1,
		.has_kind = true,
		.kind = kinds[row->form],
	};
	return search->n_unknowns++;
}

/* What a fact would be with the rows made so. */
static bool
value_of(struct search *search, struct cedar_value *value, uint64_t which)
{
	const struct row *row = &rows[__builtin_ctzll(which)];
	struct facts then = search->base;
	struct cedar_value *items;

	if (row->form != FORM_ROLE) {
		*value = row->form == FORM_FLAG ? cedar_bool(true)
						: cedar_string(row->value);
		return true;
	}
	if (!make_so(&then, &search->scratch, which))
		return false;
	items = ARENA_ARRAY(&search->scratch, then.n_approvals,
	    struct cedar_value);
	for (size_t i = 0; items != NULL && i < then.n_approvals; i++)
		items[i] = cedar_string(then.approvals[i]);
	*value = cedar_set(items, then.n_approvals);
	return items != NULL;
}

static bool
add_change(struct search *search, uint64_t which)
{
	size_t n = search->n_changes++;

	assert(n < LIMIT_CEDAR_CHANGES);
	search->change_rows[n] = which;
	search->changes[n].unknown =
	    unknown_of(search, &rows[__builtin_ctzll(which)]);
	return value_of(search, &search->changes[n].value, which);
}

/* Every row that is not so yet; roles one by one, and all together. */
static bool
list_changes(struct search *search)
{
	uint64_t roles = 0;

	search->n_unknowns = 0;
	search->n_changes = 0;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool is_role = rows[i].form == FORM_ROLE;

		if (is_so(&search->base, &rows[i]) ||
		    (is_role && !is_needed(search, rows[i].value)))
			continue;
		if (!add_change(search, UINT64_C(1) << i))
			return false;
		if (is_role)
			roles |= UINT64_C(1) << i;
	}
	return __builtin_popcountll(roles) < 2 || add_change(search, roles);
}

/* ------------------------------------------------------------------ */
/* Ways.							      */

/* What would have to be otherwise to do the action to the field. */
static int
find_ways(struct search *search, struct cedar_ways *ways, struct str action,
    enum record_field field)
{
	struct cedar_uid resource = { STR("Field"),
		record_field_get(field)->name };
	struct cedar_partial *partial;
	struct question *question;
	int r = question_make(&question, &search->scratch, search->vocabulary,
	    &search->base, action);

	if (r == 0)
		r = cedar_partial_new(&partial, &search->scratch,
		    &question->request, search->unknowns, search->n_unknowns,
		    NULL);
	if (r == 0)
		r = cedar_partial_ways(ways, partial, search->changes,
		    search->n_changes, search->sets, search->n_packs,
		    resource);
	return r;
}

/* Two changes of one fact cannot both be made. */
static bool
is_possible(const struct search *search, uint64_t changes)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < search->n_changes; i++) {
		uint64_t unknown = UINT64_C(1) << search->changes[i].unknown;

		if ((changes >> i & 1) == 0)
			continue;
		if ((seen & unknown) != 0)
			return false;
		seen |= unknown;
	}
	return true;
}

/* By number of changes, those that ask for more than another left out. */
static void
add_candidate(struct search *search, uint64_t changes)
{
	struct candidate *list = search->candidates;
	struct candidate new = { changes, __builtin_popcountll(changes) };
	size_t n = 0;
	size_t at;

	for (size_t i = 0; i < search->n_candidates; i++) {
		if ((list[i].changes & ~changes) == 0)
			return;
	}
	for (size_t i = 0; i < search->n_candidates; i++) {
		if ((changes & ~list[i].changes) != 0)
			list[n++] = list[i];
	}
	at = n;
	while (at > 0 && list[at - 1].n > new.n)
		at--;
	if (n == ARRAY_LEN(search->candidates))
		n--;
	search->n_candidates = n;
	if (at > n)
		return;
	memmove(&list[at + 1], &list[at], (n - at) * sizeof(*list));
	list[at] = new;
	search->n_candidates++;
}

/* To be answered one must be able to ask, and to see a field. */
static int
find_candidates(struct search *search)
{
	struct cedar_ways asking;
	uint32_t seen_classes = 0;
	int r = find_ways(search, &asking, STR("ask"), search->fields[0]);

	search->n_candidates = 0;
	for (size_t i = 0; i < search->n_fields && r == 0; i++) {
		const struct record_field_info *row =
		    record_field_get(search->fields[i]);
		struct cedar_ways seeing;

		/* One of each class: rules speak of classes. */
		if ((seen_classes >> row->class & 1) != 0)
			continue;
		seen_classes |= 1u << row->class;
		r = find_ways(search, &seeing, STR("see"), search->fields[i]);
		for (size_t a = 0; r == 0 && a < asking.n; a++) {
			for (size_t s = 0; s < seeing.n; s++) {
				uint64_t both =
				    asking.ways[a] | seeing.ways[s];

				if (is_possible(search, both))
					add_candidate(search, both);
			}
		}
	}
	return r;
}

/* ------------------------------------------------------------------ */
/* Sentences.							      */

static bool
is_warrant(const struct search *search)
{
	return str_is_equal(search->base.ground.kind, STR("wanted"));
}

/* The clause, with {ground} named the first time. */
static void
put_clause(struct buf *buf, const struct search *search, const char *clause,
    bool *is_named)
{
	static const char mark[] = "{ground}";
	const char *at = strstr(clause, mark);

	if (at == NULL) {
		buf_add_text(buf, clause);
		return;
	}
	buf_add(buf, clause, (size_t)(at - clause));
	buf_add_text(buf, *is_named ? "it"
		: is_warrant(search) ? "the warrant" : "the investigation");
	buf_add_text(buf, at + sizeof(mark) - 1);
	*is_named = true;
}

static struct str
write_sentence(struct search *search, uint64_t which, enum verdict verdict)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	bool is_named = search->is_new_ground;
	size_t n_left = (size_t)__builtin_popcountll(which);

	buf_init(&buf, LIMIT_LAWFUL_SENTENCE);
	buf_add_text(&buf, verdict == VERDICT_PERMIT
		? "Permitted if " : "Referred to an approval if ");
	if (search->is_new_ground)
		buf_add_format(&buf, "the request names %s%s",
		    is_warrant(search) ? "the warrant for a wanted person"
				       : "an investigation",
		    n_left > 1 ? ", " : n_left == 1 ? " and " : "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		if ((which >> i & 1) == 0)
			continue;
		put_clause(&buf, search,
		    is_warrant(search) && row->of_warrant != NULL
			? row->of_warrant : row->clause, &is_named);
		n_left--;
		buf_add_text(&buf, n_left > 1 ? ", " : n_left == 1 ? " and "
								   : "");
	}
	buf_add_char(&buf, '.');
	if (buf_finish(&buf) != 0)
		return (struct str){ 0 };
	return arena_str(search->arena, buf_str(&buf));
}

/* Make the changes and ask the judge: only what it confirms is said. */
static int
try_candidate(struct search *search, uint64_t changes)
{
	struct facts then = search->base;
	struct decision decision;
	struct str sentence;
	uint64_t which = 0;
	int r;

	for (size_t i = 0; i < search->n_changes; i++) {
		if ((changes >> i & 1) != 0)
			which |= search->change_rows[i];
	}
	if (!make_so(&then, &search->scratch, which))
		return CEDAR_E_LIMIT;
	r = judge(&decision, &search->scratch, search->vocabulary,
	    search->packs, search->n_packs, &then, search->fields,
	    search->n_fields);
	if (r < 0)
		return search->scratch.is_full ? CEDAR_E_LIMIT : TRACE(r);
	if (decision.verdict == VERDICT_DENY)
		return 0;
	sentence = write_sentence(search, which, decision.verdict);
	if (sentence.p == NULL)
		return FAULT(ENOMEM);
	search->sentences[search->n_sentences++] = sentence;
	return 0;
}

/* ------------------------------------------------------------------ */

static int
search_base(struct search *search)
{
	int r;

	if (!list_changes(search))
		return CEDAR_E_LIMIT;
	r = find_candidates(search);
	for (size_t i = 0; i < search->n_candidates && r == 0 &&
	     search->n_sentences < LIMIT_LAWFUL; i++)
		r = try_candidate(search, search->candidates[i].changes);
	return r;
}

/* The request would name such a ground, of which nothing is known. */
static int
search_ground(struct search *search, struct str kind)
{
	search->is_new_ground = true;
	search->base.ground = (struct facts_ground){ .kind = kind,
		.names_subjects = str_is_equal(kind, STR("wanted")) };
	return search_base(search);
}

static int
search_all(struct search *search)
{
	struct str kind = search->base.ground.kind;
	int r;

	if (str_is_equal(kind, STR("investigation")) ||
	    str_is_equal(kind, STR("wanted")))
		return search_base(search);
	r = search_ground(search, STR("investigation"));
	return r != 0 ? r : search_ground(search, STR("wanted"));
}

static void
search_fini(struct search *search)
{
	arena_fini(&search->scratch);
}

int
lawful_find(struct str **sentences, size_t *n_sentences, struct arena *arena,
    const struct vocabulary *vocabulary, struct pack *const *packs,
    size_t n_packs, const struct facts *facts, const enum record_field *fields,
    size_t n_fields)
{
	CLEANUP(search_fini) struct search search = { .vocabulary = vocabulary,
		.packs = packs,
		.n_packs = n_packs,
		.fields = fields,
		.n_fields = n_fields,
		.arena = arena,
		.base = *facts };
	int r = 0;

	assert(facts->n_flags == 0);
	*n_sentences = 0;
	search.sentences = ARENA_ARRAY(arena, LIMIT_LAWFUL, struct str);
	if (search.sentences == NULL)
		return FAULT(ENOMEM);
	arena_init(&search.scratch, LIMIT_LAWFUL_BYTES);
	for (size_t i = 0; i < n_packs && i < LIMIT_PACKS; i++)
		search.sets[i] = packs[i]->policies;
	if (n_packs > 0 && n_packs <= LIMIT_PACKS && n_fields > 0)
		r = search_all(&search);
	if (r < 0 && !search.scratch.is_full)
		return TRACE(r);
	*sentences = search.sentences;
	*n_sentences = search.n_sentences;
	return 0;
}
