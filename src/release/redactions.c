/* Counting what is withheld; see redactions.h. */
#include "release/redactions.h"

#include <errno.h>

#include "util/fault.h"

static int
head(void *context, const struct sheet_head *head)
{
	struct redactions *redactions = context;

	for (size_t i = 0; i < head->n_exemptions; i++) {
		const struct sheet_exemption *row = &head->exemptions[i];
		struct sheet_exemption *copy = &redactions->exemptions[i];

		copy->code = arena_str(redactions->arena, row->code);
		copy->title = arena_str(redactions->arena, row->title);
		copy->cite = arena_str(redactions->arena, row->cite);
		if (copy->code.p == NULL || copy->title.p == NULL ||
		    copy->cite.p == NULL)
			return FAULT(ENOMEM);
	}
	redactions->n_exemptions = head->n_exemptions;
	return 0;
}

static int
count(struct redactions *redactions, struct str exemptions)
{
	size_t i = 0;

	while (i < redactions->n_rows &&
	    !str_is_equal(redactions->rows[i].exemptions, exemptions))
		i++;
	if (i == ARRAY_LEN(redactions->rows)) {
		redactions->n_others++;
		return 0;
	}
	if (i == redactions->n_rows) {
		redactions->rows[i].exemptions =
		    arena_str(redactions->arena, exemptions);
		if (redactions->rows[i].exemptions.p == NULL)
			return FAULT(ENOMEM);
		redactions->n_rows++;
	}
	redactions->rows[i].n++;
	return 0;
}

static int
entry(void *context, const struct inspect_entry *entry)
{
	int r = 0;

	for (size_t i = 0; i < entry->sheet->n_withheld && r == 0; i++)
		r = count(context, entry->sheet->withheld[i].exemptions);
	return TRACE(r);
}

struct inspect_visitor
redactions_visitor(struct redactions *redactions)
{
	return (struct inspect_visitor){ .head = head,
		.entry = entry,
		.context = redactions };
}
