/* A lookback on the terminal; see lookback_print.h. */
#include "cli/lookback_print.h"

#include "cli/lookback_notes.h"
#include "util/fault.h"

#define LABEL 30
#define COUNT 9
#define SHARE 9

static const enum terminal_style styles[LOOKBACK_N_VERDICTS] = {
	[LOOKBACK_REFUSED] = TERMINAL_BAD,
	[LOOKBACK_REFERRED] = TERMINAL_WAIT,
	[LOOKBACK_CONFIRM] = TERMINAL_GOOD,
	[LOOKBACK_PERMITTED] = TERMINAL_GOOD,
	[LOOKBACK_UNKNOWN] = TERMINAL_DIM,
};

static void
heading(const struct terminal *terminal, const char *text)
{
	fputc('\n', terminal->file);
	terminal_print(terminal, TERMINAL_BOLD, "%s\n", text);
}

/* label, count, share, bar. */
static void
line(const struct terminal *terminal, struct str label, uint64_t n,
    uint64_t whole, enum terminal_style style)
{
	unsigned room = terminal->width - LABEL - COUNT - SHARE - 4;
	char number[32];
	char share[32];

	fputs("  ", terminal->file);
	terminal_cell(terminal, label, LABEL);
	fprintf(terminal->file, "%*s %*s ", COUNT, terminal_number(number, n),
	    SHARE, terminal_share(share, n, whole));
	terminal_bar(terminal, style, n, whole, room);
	fputc('\n', terminal->file);
}

static void
print_verdicts(const struct lookback *l, const struct terminal *terminal)
{
	heading(terminal, "What they would have come to");
	for (size_t i = 0; i < LOOKBACK_N_VERDICTS; i++)
		line(terminal,
		    str_of(lookback_verdict_title((enum lookback_verdict)i)),
		    l->n_verdict[i], l->n_rows, styles[i]);
	for (size_t i = 0; i < LOOKBACK_N_VERDICTS; i++) {
		if (l->n_verdict[i] > 0)
			terminal_print(terminal, TERMINAL_DIM, "  %s: %s\n",
			    lookback_verdict_title((enum lookback_verdict)i),
			    lookback_verdict_about((enum lookback_verdict)i));
	}
}

static void
print_rules(const struct lookback *l, const struct terminal *terminal)
{
	if (l->n_rules == 0)
		return;
	heading(terminal, "By rule (a look-up may meet several)");
	for (size_t i = 0; i < l->n_rules; i++) {
		const struct lookback_rule_count *one = &l->rules[i];
		char label[96];

		snprintf(label, sizeof(label), "%.*s/%.*s",
		    STR_ARG(one->rule.pack),
		    STR_ARG(one->rule.rule.len > 0 ? one->rule.rule
						   : STR("no-permit")));
		line(terminal, str_of(label), one->n_rows, l->n_rows,
		    one->answer == LOOKBACK_REFER ? TERMINAL_WAIT
						  : TERMINAL_BAD);
		if (one->rule.says.len > 0)
			terminal_wrap(terminal, 4, one->rule.says);
		if (one->rule.remedy.len > 0) {
			terminal_style(terminal, TERMINAL_DIM);
			terminal_wrap(terminal, 4, one->rule.remedy);
			terminal_style(terminal, TERMINAL_PLAIN);
		}
	}
}

static void
print_classes(const struct lookback *l, const struct terminal *terminal)
{
	bool is_done[REASON_N_CLASSES] = { false };

	heading(terminal, "What was written as the reason");
	for (size_t k = 0; k < REASON_N_CLASSES; k++) {
		size_t best = REASON_N_CLASSES;

		for (size_t i = 0; i < REASON_N_CLASSES; i++) {
			if (!is_done[i] && l->classes[i].n_rows > 0 &&
			    (best == REASON_N_CLASSES ||
				l->classes[i].n_rows >
				    l->classes[best].n_rows))
				best = i;
		}
		if (best == REASON_N_CLASSES)
			return;
		is_done[best] = true;
		line(terminal,
		    str_of(reason_title((enum reason_class)best)),
		    l->classes[best].n_rows, l->n_rows, TERMINAL_PLAIN);
	}
}

static void
print_cases(const struct lookback *l, const struct terminal *terminal)
{
	static const char *const grounds[LOOKBACK_N_GROUNDS] = {
		"No ground", "A case number, or like one",
		"A warrant or wanted person", "Withheld in the release" };

	heading(terminal, "Grounds named");
	for (size_t i = 0; i < LOOKBACK_N_GROUNDS; i++) {
		if (l->n_ground[i] > 0 || i == LOOKBACK_GROUND_CASE)
			line(terminal, str_of(grounds[i]), l->n_ground[i],
			    l->n_rows,
			    i == LOOKBACK_GROUND_NONE ? TERMINAL_BAD
						      : TERMINAL_GOOD);
	}
	for (size_t i = 1; i < CASE_REF_N_FORMS; i++) {
		char number[32];

		if (l->n_form[i] > 0)
			terminal_print(terminal, TERMINAL_DIM, "    %*s  as %s\n",
			    LABEL + COUNT - 2,
			    terminal_number(number, l->n_form[i]),
			    case_ref_form_name((enum case_ref_form)i));
	}
}

static void
print_conditions(const struct lookback *l, const struct terminal *terminal)
{
	if (l->n_conditions == 0)
		return;
	heading(terminal, "Permitted if confirmed hangs on");
	for (size_t i = 0; i < l->n_conditions; i++) {
		const struct lookback_condition *one = &l->conditions[i];
		char number[32];

		fputs("  ", terminal->file);
		terminal_cell(terminal, str_of(one->text), 58);
		fprintf(terminal->file, " %*s\n", COUNT,
		    terminal_number(number, one->n_rows));
		terminal_print(terminal, TERMINAL_DIM,
		    "    else %s by %.*s/%.*s\n",
		    one->otherwise == LOOKBACK_REFER ? "referred" : "refused",
		    STR_ARG(one->rule.pack), STR_ARG(one->rule.rule));
	}
}

static void
print_months(const struct lookback *l, const struct terminal *terminal)
{
	uint64_t most = 0;

	if (l->n_months < 2)
		return;
	heading(terminal, "By month");
	for (size_t i = 0; i < l->n_months; i++)
		most = MAX(most, l->months[i].n_rows);
	for (size_t i = 0; i < l->n_months; i++) {
		char label[32];
		char number[32];

		snprintf(label, sizeof(label), "%04d-%02d", l->months[i].year,
		    l->months[i].month);
		fprintf(terminal->file, "  %-*s%*s ", LABEL, label, COUNT,
		    terminal_number(number, l->months[i].n_rows));
		terminal_bar(terminal, TERMINAL_PLAIN, l->months[i].n_rows,
		    most, terminal->width - LABEL - COUNT - 4);
		fputc('\n', terminal->file);
	}
}

static void
print_texts(const struct terminal *terminal, const char *title,
    const struct lookback_text *texts, size_t n, uint64_t whole)
{
	if (n == 0)
		return;
	heading(terminal, title);
	for (size_t i = 0; i < n; i++)
		line(terminal, texts[i].text, texts[i].n_rows, whole,
		    TERMINAL_PLAIN);
}

static void
print_people(const struct lookback *l, const struct terminal *terminal)
{
	char a[32];
	char b[32];

	if (l->n_who > 0) {
		heading(terminal, "How many, how wide");
		fprintf(terminal->file,
		    "  an officer made %s look-ups (median); the most by one "
		    "within 24 hours: %s\n",
		    terminal_number(a, l->median_by_one),
		    terminal_number(b, l->most_by_one));
	}
	if (l->median_breadth >= 0)
		fprintf(terminal->file,
		    "  a look-up searched %s cameras (median), %s at most\n",
		    terminal_number(a, (uint64_t)l->median_breadth),
		    terminal_number(b, (uint64_t)l->most_breadth));
}

static void
print_notes(const struct terminal *terminal, const char *title,
    const struct str *notes, size_t n)
{
	if (n == 0)
		return;
	heading(terminal, title);
	for (size_t i = 0; i < n; i++)
		terminal_wrap(terminal, 2, notes[i]);
}

/* What an officer would look for first, and is not there. */
static void
print_missing(const struct audit_log *log, const struct terminal *terminal)
{
	static const enum audit_map_column columns[] = { AUDIT_MAP_WHEN,
		AUDIT_MAP_WHO, AUDIT_MAP_REASON, AUDIT_MAP_CASE };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (log->names[columns[i]].p != NULL)
			continue;
		if (n++ == 0)
			fprintf(terminal->file, "  %-22s ", "not found");
		else
			fputs(", ", terminal->file);
		fputs(audit_map_title(columns[i]), terminal->file);
	}
	if (n > 0)
		fputs(" (--make-map)\n", terminal->file);
}

void
lookback_print_columns(const struct audit_log *log,
    const struct terminal *terminal)
{
	struct str others = STR("");
	char text[512];
	size_t n = 0;

	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (log->names[i].p == NULL)
			continue;
		fprintf(terminal->file, "  %-22s ",
		    audit_map_title((enum audit_map_column)i));
		terminal_text(terminal, log->names[i], 40);
		fputs(log->is_guess[i] ? "  (guessed)\n" : "\n",
		    terminal->file);
	}
	print_missing(log, terminal);
	for (size_t i = 0; i < log->n_header; i++) {
		struct str name = str_part(log->header[i], 0, 40);

		if (log->is_used[i] || name.len == 0 ||
		    n + name.len + 3 > sizeof(text))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s",
		    n > 0 ? ", " : "", STR_ARG(name));
		others = (struct str){ text, n };
	}
	if (others.len > 0) {
		fprintf(terminal->file, "  %-22s ", "not used");
		terminal_text(terminal, others, terminal->width - 26);
		fputc('\n', terminal->file);
	}
}

int
lookback_print(const struct lookback *lookback, struct arena *arena,
    const struct terminal *terminal)
{
	struct lookback_notes notes;
	int r = lookback_notes_write(&notes, arena, lookback);

	if (r < 0)
		return TRACE(r);
	terminal_style(terminal, TERMINAL_BOLD);
	terminal_wrap(terminal, 0, lookback_notes_headline(arena, lookback));
	terminal_style(terminal, TERMINAL_PLAIN);
	fprintf(terminal->file, "under the packs %.*s\n\n",
	    STR_ARG(lookback->packs));
	terminal_wrap(terminal, 0, lookback_notes_summary(arena, lookback));
	heading(terminal, "Columns");
	lookback_print_columns(lookback->log, terminal);
	print_verdicts(lookback, terminal);
	print_rules(lookback, terminal);
	print_classes(lookback, terminal);
	print_texts(terminal, "Written most often (five times or more)",
	    lookback->texts, lookback->n_texts, lookback->n_rows);
	print_cases(lookback, terminal);
	print_conditions(lookback, terminal);
	print_people(lookback, terminal);
	print_months(lookback, terminal);
	print_texts(terminal, "Kinds of search", lookback->kinds,
	    lookback->n_kinds, lookback->n_rows);
	print_texts(terminal, "What the system itself said to it",
	    lookback->moderations, lookback->n_moderations, lookback->n_rows);
	print_notes(terminal, "What the log cannot tell", notes.unknown,
	    notes.n_unknown);
	print_notes(terminal, "Noteworthy", notes.odd, notes.n_odd);
	print_notes(terminal, "How it was read", notes.reading,
	    notes.n_reading);
	return 0;
}
