/*
 * Inspecting releases: a true one verifies with the log's key alone, and each
 * way to change one has its name.
 */
#include "release/inspect.h"

#include <stdlib.h>
#include <unistd.h>

#include "press.h"
#include "tap.h"

static struct press press;

/* The release as lines. */
static struct str lines[64];
static size_t n_lines;

static void
cut_lines(struct str release)
{
	n_lines = 0;
	while (n_lines < ARRAY_LEN(lines) && release.len > 0 &&
	    str_split(&lines[n_lines], &release, '\n'))
		n_lines++;
}

static struct str
join_lines(void)
{
	struct str parts[2 * ARRAY_LEN(lines)];

	for (size_t i = 0; i < n_lines; i++) {
		parts[2 * i] = lines[i];
		parts[2 * i + 1] = STR("\n");
	}
	return arena_join(&press.house.arena, parts, 2 * n_lines);
}

/* The text with the first (or last) piece replaced; must be there. */
static struct str
replaced(struct str text, const char *what, const char *with)
{
	const char *at = memmem(text.p, text.len, what, strlen(what));
	size_t from;
	struct str parts[3];

	if (!check(at != NULL)) {
		printf("# not there: %s\n", what);
		return text;
	}
	from = (size_t)(at - text.p);
	parts[0] = str_part(text, 0, from);
	parts[1] = str_of(with);
	parts[2] = str_part(text, from + strlen(what), text.len);
	return arena_join(&press.house.arena, parts, 3);
}

static size_t
find_line(const char *with)
{
	for (size_t i = 0; i < n_lines; i++) {
		if (memmem(lines[i].p, lines[i].len, with, strlen(with)) !=
		    NULL)
			return i;
	}
	check(false);
	return 0;
}

/* The signed release, cut into lines. */
static struct str
begin(void)
{
	struct str release;
	int fd;

	press_open(&press);
	fd = press_release(&press);
	release = press_bytes(&press, fd);
	close(fd);
	cut_lines(release);
	return release;
}

static void
expect(enum inspect_flaw flaw, struct str release)
{
	enum inspect_flaw got = press_inspect(&press, release);

	if (!check(got == flaw))
		printf("# found %s (%s), expected %s\n",
		    inspect_flaw_name(got).p, press.report.detail,
		    inspect_flaw_name(flaw).p);
}

static void
p10_a_release_verifies_offline_with_the_logs_key_alone(void)
{
	struct str release = begin();

	expect(INSPECT_NONE, release);
	check_u64(press.report.n_shown, 6);
	check_u64(press.report.n_bare,
	    press.order.to - press.order.from - 6);
	check(press.report.n_open > 20);
	check(press.report.n_withheld > 60);
	check_u64(press.report.n_stated, 2 * 5 + 1);
	check_u64(press.report.signs.n, 3);
	check(strcmp(press.report.signs.items[1].person, "cal") == 0);
	check(strcmp(press.report.signs.items[2].role, "privacy_officer") == 0);
	press_close(&press);
}

static void
p10_another_logs_key_or_checkpoint_is_refused(void)
{
	struct str release = begin();
	struct inspect_terms terms = { 0 };
	struct inspect_visitor nobody = { 0 };
	struct tlog_note_signer other;
	struct ed25519_seed seed = { { 9 } };
	int fd = press_file_of(release);

	check(tlog_note_signer_init(&other, STR("test.example/log"),
		  TLOG_NOTE_ED25519, &seed) == 0);
	terms.key = other.key;
	check(inspect_run(&press.report, fd, &terms, &nobody) ==
	    INSPECT_E_FLAW);
	check(press.report.flaw == INSPECT_CHECKPOINT);
	close(fd);
	expect(INSPECT_CHECKPOINT,
	    replaced(release, "\"origin\":\"test.example/log\"",
		"\"origin\":\"other.example/log\""));
	press_close(&press);
}

static void
h12_sizes_and_places_that_are_not_so_are_named(void)
{
	struct str release = begin();
	size_t first = find_line("{\"entry\":");
	struct str kept;

	expect(INSPECT_SIZE, replaced(release, "\"from\":1,", "\"from\":900,"));
	expect(INSPECT_SIZE, replaced(release, "\"to\":", "\"to\":9"));
	expect(INSPECT_PROOF, replaced(release, "\"from\":1,", "\"from\":3,"));
	expect(INSPECT_PROOF, replaced(release, "\"left\":[\"",
				  "\"left\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				  "AAAAAAAAAAA=\",\""));
	expect(INSPECT_COUNT, replaced(release, "\"shown\":6", "\"shown\":7"));
	expect(INSPECT_COUNT, replaced(release, ",\"bare\":", ",\"bare\":1"));
	/* A missing entry, one twice, two exchanged. */
	kept = lines[first + 1];
	lines[first + 1] = lines[first + 2];
	expect(INSPECT_GAP, join_lines());
	lines[first + 2] = kept;
	expect(INSPECT_GAP, join_lines());
	lines[first + 2] = lines[first + 1];
	lines[first + 1] = kept;
	lines[first + 2] = kept;
	expect(INSPECT_ORDER, join_lines());
	press_close(&press);
}

static void
h12_an_entry_cut_off_the_end_is_missed(void)
{
	struct str release = begin();
	size_t end = find_line("{\"end\":");

	(void)release;
	memmove(&lines[end - 1], &lines[end],
	    (n_lines - end) * sizeof(lines[0]));
	n_lines--;
	expect(INSPECT_GAP, join_lines());
	press_close(&press);
}

static void
h12_changed_bytes_of_an_entry_do_not_lead_to_the_root(void)
{
	struct str release = begin();
	size_t at;

	expect(INSPECT_TREE, replaced(release, "\"decision\":\"deny\"",
				 "\"decision\":\"refer\""));
	/* A bare entry is bound as well. */
	at = find_line("\"hash\":");
	lines[at] = replaced(lines[at],
	    arena_format(&press.house.arena, "%.10s",
		strstr(lines[at].p, "\"hash\":\"") + 8)
		.p,
	    "AAAAAAAAAA");
	expect(INSPECT_TREE, join_lines());
	press_close(&press);
}

static const struct tap_test tests[] = {
	TEST(p10_a_release_verifies_offline_with_the_logs_key_alone),
	TEST(p10_another_logs_key_or_checkpoint_is_refused),
	TEST(h12_sizes_and_places_that_are_not_so_are_named),
	TEST(h12_an_entry_cut_off_the_end_is_missed),
	TEST(h12_changed_bytes_of_an_entry_do_not_lead_to_the_root),
};

TAP_MAIN(tests)
