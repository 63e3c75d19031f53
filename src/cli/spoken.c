/* The register of statements, read and checked; see spoken.h. */
#include "cli/spoken.h"

#include <errno.h>

#include "util/fault.h"
#include "util/utf8.h"

static int
keep(void *context, const struct store_saying *saying)
{
	struct spoken *spoken = context;
	struct spoken_item *item = ARENA_NEW(spoken->arena,
	    struct spoken_item);
	struct str *texts[] = { &item->saying.number, &item->saying.topic,
		&item->saying.text, &item->saying.supersedes,
		&item->saying.drafted_by, &item->saying.approved_by };

	if (item == NULL)
		return FAULT(ENOMEM);
	item->saying = *saying;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		*texts[i] = arena_str(spoken->arena, *texts[i]);
		if (texts[i]->p == NULL)
			return FAULT(ENOMEM);
	}
	*spoken->last = item;
	spoken->last = &item->next;
	return 0;
}

const struct spoken_item *
spoken_find(const struct spoken *spoken, struct str number)
{
	for (const struct spoken_item *item = spoken->first; item != NULL;
	     item = item->next) {
		if (str_is_equal(item->saying.number, number))
			return item;
	}
	return NULL;
}

const struct spoken_item *
spoken_in_force(const struct spoken *spoken, struct str topic)
{
	for (const struct spoken_item *item = spoken->first; item != NULL;
	     item = item->next) {
		if (spoken_state(item) == SPOKEN_IN_FORCE &&
		    str_is_equal(item->saying.topic, topic))
			return item;
	}
	return NULL;
}

enum spoken_state
spoken_state(const struct spoken_item *item)
{
	if (item->saying.approved_us == 0)
		return SPOKEN_DRAFT;
	return item->successor == NULL ? SPOKEN_IN_FORCE : SPOKEN_SUPERSEDED;
}

const char *
spoken_word(enum spoken_state state)
{
	switch (state) {
	case SPOKEN_IN_FORCE:
		return "in force";
	case SPOKEN_SUPERSEDED:
		return "superseded";
	case SPOKEN_DRAFT:
	default:
		return "draft";
	}
}

/* --- what must be true --------------------------------------------------- */

static bool
is_plain(struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		int32_t code = utf8_next(text, &at);

		if (code < 0 || utf8_is_deceptive((uint32_t)code))
			return false;
	}
	return true;
}

/* A statement's own row; NULL: nothing is wrong. */
static const char *
wrong_alone(const struct store_saying *saying)
{
	if (sayings_topic(saying->topic) == NULL)
		return "its topic is not one of those on which the holder "
		       "speaks";
	if (!is_plain(saying->text) || !is_plain(saying->number))
		return "it holds characters that deceive or control";
	if (saying->approved_us == 0)
		return saying->approved_by.len > 0
		    ? "it names who approved it and not when"
		    : NULL;
	if (saying->approved_by.len == 0)
		return "nobody is named who approved it";
	if (str_is_equal(saying->approved_by, saying->drafted_by))
		return "the person who approved it drafted it (P9)";
	return NULL;
}

/* From one to the next that it supersedes: back at the first, or too long. */
static bool
is_circle(const struct spoken *spoken, const struct spoken_item *from)
{
	const struct spoken_item *slow = from;
	const struct spoken_item *fast = from;

	while (fast != NULL) {
		for (int i = 0; i < 2 && fast != NULL; i++)
			fast = fast->saying.supersedes.len > 0
			    ? spoken_find(spoken, fast->saying.supersedes)
			    : NULL;
		slow = slow->saying.supersedes.len > 0
		    ? spoken_find(spoken, slow->saying.supersedes)
		    : NULL;
		if (fast != NULL && fast == slow)
			return true;
	}
	return false;
}

/* What it supersedes; links the two. */
static const char *
wrong_order(struct spoken *spoken, const struct spoken_item *item)
{
	const struct store_saying *saying = &item->saying;
	struct spoken_item *old = spoken->first;

	if (saying->supersedes.len == 0)
		return NULL;
	while (old != NULL &&
	    !str_is_equal(old->saying.number, saying->supersedes))
		old = old->next;
	if (old == NULL)
		return "what it supersedes is not in the register";
	if (is_circle(spoken, item))
		return "it supersedes itself in a circle";
	if (!str_is_equal(old->saying.topic, saying->topic))
		return "what it supersedes is on another topic";
	if (old->saying.approved_us == 0)
		return "what it supersedes was never approved";
	if (saying->approved_us == 0)
		return NULL;
	if (old->successor != NULL)
		return "another supersedes the same";
	old->successor = item;
	return NULL;
}

static const char *
wrong_force(const struct spoken *spoken, const struct spoken_item *item)
{
	return spoken_state(item) == SPOKEN_IN_FORCE &&
		spoken_in_force(spoken, item->saying.topic) != item
	    ? "another is in force on the same topic"
	    : NULL;
}

static int
refuse(struct cli *cli, const struct spoken_item *item, const char *why)
{
	const struct store_saying *saying = &item->saying;
	struct diag_list diags;

	diag_init(&diags, &cli->arena, STR("register"), (struct str){ 0 });
	diag_error_at(&diags,
	    arena_format(&cli->arena, "statement %.*s (entry %llu)",
		STR_ARG(saying->number),
		(unsigned long long)(saying->approved_us != 0
			? saying->approved_index
			: saying->drafted_index)),
	    "%s", why);
	return verb_diags(cli, VERB_NO, &diags);
}

int
spoken_read(struct spoken *spoken, struct cli *cli, struct store *store)
{
	const char *why = NULL;
	int r;

	*spoken = (struct spoken){ .arena = &cli->arena };
	spoken->last = &spoken->first;
	r = sayings_each(store, keep, spoken);
	if (r < 0)
		return verb_fault(cli, r, "store");
	for (const struct spoken_item *item = spoken->first; item != NULL;
	     item = item->next) {
		why = wrong_alone(&item->saying);
		if (why == NULL)
			why = wrong_order(spoken, item);
		if (why != NULL)
			return refuse(cli, item, why);
	}
	for (const struct spoken_item *item = spoken->first; item != NULL;
	     item = item->next) {
		why = wrong_force(spoken, item);
		if (why != NULL)
			return refuse(cli, item, why);
	}
	return VERB_OK;
}
