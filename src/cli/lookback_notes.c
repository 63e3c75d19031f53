/* What a lookback could not know; see lookback_notes.h. */
#include "cli/lookback_notes.h"

#include <errno.h>

#include "cli/terminal.h"
#include "util/fault.h"
#include "util/instant.h"

/* A list being written. */
struct pen {
	struct arena *arena;
	struct str *list;
	size_t *n;
	bool is_dry; /* the arena was full */
};

static void
say(struct pen *pen, const char *text)
{
	struct str sentence = arena_str(pen->arena, str_of(text));

	pen->is_dry |= sentence.p == NULL;
	if (*pen->n < LOOKBACK_NOTES)
		pen->list[(*pen->n)++] = sentence;
}

/* before, the number, "row" or "rows", after; nothing when there are none. */
static void
say_rows(struct pen *pen, uint64_t number, const char *before,
    const char *after)
{
	char digits[32];
	char text[512];

	if (number == 0)
		return;
	snprintf(text, sizeof(text), "%s%s row%s%s", before,
	    terminal_number(digits, number), number == 1 ? "" : "s", after);
	say(pen, text);
}

static bool
has(const struct lookback *lookback, enum audit_map_column column)
{
	return lookback->log->names[column].p != NULL;
}

static void
tell_unknown(struct pen *pen, const struct lookback *l)
{
	if (!has(l, AUDIT_MAP_CASE))
		say(pen, "The log has no column for a case number. One that was "
			 "kept elsewhere is not here: each look-up is judged "
			 "as it was typed.");
	if (!has(l, AUDIT_MAP_REASON))
		say(pen, "The log has no column for a reason. That one was "
			 "given is assumed.");
	say_rows(pen, l->n_case_withheld, "The case number was taken out of ",
	    " before the log was published.");
	if (!has(l, AUDIT_MAP_WHO))
		say(pen, "The log does not say who asked: limits for one "
			 "person are not counted.");
	say_rows(pen, l->n_who_masked, "Who asked is masked in ",
	    ": limits for one person are not counted there.");
	if (!has(l, AUDIT_MAP_WHEN))
		say(pen, "The log does not say when: daily limits are not "
			 "counted.");
	say_rows(pen, l->log->n_no_time, "The time cannot be read in ",
	    ": daily limits are not counted there.");
	if (l->n_subjects == 0)
		say(pen, "Which vehicle was looked up is not in the log. "
			 "For the daily limits each look-up counts as another "
			 "one, and what goes over them is shown as referred.");
	say_rows(pen, l->n_ground[LOOKBACK_GROUND_WANTED],
	    "A warrant or a wanted person is spoken of, and none is named, "
	    "in ", ": taken as if one existed.");
	say_rows(pen, l->n_sureness[CASE_REF_UNSURE],
	    "What was taken for a case number may be something else in ", ".");
	say(pen, "The purpose is not in the log: each look-up is taken for "
		 "an agency's own function, 18 U.S.C. 2721(b)(1).");
}

static void
tell_odd(struct pen *pen, const struct lookback *l)
{
	char digits[32];
	char text[128];

	say_rows(pen, l->n_case_none, "The case number is blank or None in ",
	    ".");
	say_rows(pen, l->n_case_words,
	    "The case column holds something that is no case number in ", ".");
	say_rows(pen, l->n_case_differs,
	    "The reason names another case number than the case column in ",
	    ".");
	say_rows(pen, l->n_class_differs,
	    "The reason and the offence name different things in ", ".");
	say_rows(pen, l->n_plate, "A plate stands in the reason of ",
	    ": the log itself tells who was looked up.");
	say_rows(pen, l->n_name, "A name was taken out of the reason of ", ".");
	if (l->most_by_one > 50) {
		snprintf(text, sizeof(text),
		    "One officer made %s look-ups within 24 hours.",
		    terminal_number(digits, l->most_by_one));
		say(pen, text);
	}
}

/* Which way round dates of the form 01/02/2025 were read. */
static void
tell_dates(struct pen *pen, const struct audit_log *log)
{
	uint64_t n_other = log->is_day_first ? log->n_month_first
					     : log->n_day_first;

	if (log->is_day_first)
		say(pen, "Dates were read as day/month/year.");
	say_rows(pen, n_other, "The order of day and month is mixed; in ",
	    log->is_day_first
		? " it can only be month/day/year, and was read so."
		: " it can only be day/month/year, and was read so.");
}

static void
tell_reading(struct pen *pen, const struct lookback *l)
{
	const struct audit_log *log = l->log;
	char text[160];

	say_rows(pen, log->n_unreadable, "Left out as no CSV (too many cells, "
	    "or too long): ", ".");
	say_rows(pen, log->n_mended, "The quotes are broken in ",
	    "; the line was read as it stands.");
	say_rows(pen, log->n_short, "Cells are missing at the end of ",
	    "; they are taken as blank.");
	say_rows(pen, log->n_long, "There are more cells than columns in ",
	    "; the last ones were not used.");
	say_rows(pen, log->n_blank, "Left out as blank: ", ".");
	say_rows(pen, log->n_headers, "Left out as the header once more: ",
	    ".");
	tell_dates(pen, log);
	if (strcmp(audit_text_encoding(&log->text), "UTF-8") != 0) {
		snprintf(text, sizeof(text), "The file was read as %s.",
		    audit_text_encoding(&log->text));
		say(pen, text);
	}
}

int
lookback_notes_write(struct lookback_notes *notes, struct arena *arena,
    const struct lookback *lookback)
{
	struct pen unknown = { arena, notes->unknown, &notes->n_unknown, false };
	struct pen odd = { arena, notes->odd, &notes->n_odd, false };
	struct pen reading = { arena, notes->reading, &notes->n_reading, false };

	*notes = (struct lookback_notes){ 0 };
	tell_unknown(&unknown, lookback);
	tell_odd(&odd, lookback);
	tell_reading(&reading, lookback);
	return unknown.is_dry || odd.is_dry || reading.is_dry ? FAULT(ENOMEM)
							       : 0;
}

struct str
lookback_notes_headline(struct arena *arena, const struct lookback *lookback)
{
	char first[11] = "";
	char last[11] = "";
	char rows[32];
	char who[32];

	if (lookback->first_us != INT64_MIN) {
		instant_format_date(first, instant_day(lookback->first_us));
		instant_format_date(last, instant_day(lookback->last_us));
	}
	terminal_number(rows, lookback->n_rows);
	terminal_number(who, lookback->n_who);
	return arena_format(arena, "%s look-up%s%s%.*s%s%s%s%s%s%s%s", rows,
	    lookback->n_rows == 1 ? "" : "s",
	    lookback->log->agency.len > 0 ? " of " : "",
	    STR_ARG(lookback->log->agency.len > 0 ? lookback->log->agency
						  : STR("")),
	    first[0] != '\0' ? ", " : "", first,
	    first[0] != '\0' ? " to " : "", last,
	    lookback->n_who > 0 ? ", " : "", lookback->n_who > 0 ? who : "",
	    lookback->n_who > 0 ? (lookback->n_who == 1 ? " officer"
							: " officers")
				: "");
}

struct str
lookback_notes_summary(struct arena *arena, const struct lookback *lookback)
{
	static const struct {
		enum lookback_verdict verdict;
		const char *text;
	} parts[] = {
		{ LOOKBACK_REFUSED, "would have been refused" },
		{ LOOKBACK_REFERRED,
		    "would have waited for a supervisor's approval" },
		{ LOOKBACK_CONFIRM, "name a case or a warrant and would have "
				    "been answered if it is confirmed" },
		{ LOOKBACK_PERMITTED, "would have been answered" },
		{ LOOKBACK_UNKNOWN, "cannot be judged: the log withholds why" },
	};
	struct str text = STR("");

	for (size_t i = 0; i < ARRAY_LEN(parts) && text.p != NULL; i++) {
		uint64_t n = lookback->n_verdict[parts[i].verdict];
		char share[32];

		if (n > 0)
			text = arena_format(arena, "%.*s%s%s %s", STR_ARG(text),
			    text.len > 0 ? "; " : "",
			    terminal_share(share, n, lookback->n_rows),
			    parts[i].text);
	}
	return text.p != NULL ? arena_format(arena, "%.*s.", STR_ARG(text))
			      : STR("");
}
