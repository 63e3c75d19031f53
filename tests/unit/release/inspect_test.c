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
	check_u64(press.report.n_shown, 7);
	check_u64(press.report.n_bare,
	    press.order.to - press.order.from - 7);
	check(press.report.n_open > 20);
	check(press.report.n_withheld > 60);
	check_u64(press.report.n_stated, 2 * 5 + 2);
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

/* A policy of one witness, whose key is made of that byte. */
static void
make_policy(struct tlog_policy *policy, struct tlog_note_signer *witness,
    uint8_t byte)
{
	struct ed25519_seed seed;
	struct buf text;

	memset(seed.b, byte, sizeof(seed.b));
	check(tlog_note_signer_init(witness, STR("w.example"),
		  TLOG_NOTE_COSIGNATURE, &seed) == 0);
	buf_init(&text, 1 << 16);
	buf_add_text(&text, "witness w ");
	tlog_note_key_format(&witness->key, &text);
	buf_add_text(&text, "\nquorum w\n");
	check(tlog_policy_parse(policy, &press.house.arena, &press.diags,
		  buf_str(&text)) == 0);
	buf_fini(&text);
}

static void
p10_a_policys_witnesses_must_have_cosigned(void)
{
	struct tlog_note_signer witness;
	struct tlog_note_signer other;
	struct tlog_policy policy;
	struct tlog_policy others;
	struct tlog_note note;
	struct str release;
	struct buf text;
	int fd;

	press_open(&press);
	make_policy(&policy, &witness, 7);
	make_policy(&others, &other, 8);
	buf_init(&text, 1 << 16);
	check(tlog_note_parse(&note, press.house.gate.note) == 0);
	buf_add_str(&text, press.house.gate.note);
	tlog_note_add_signature(&text, note.text, &witness, 1000);
	press.checkpoint = buf_str(&text);
	fd = press_release(&press);
	release = press_bytes(&press, fd);
	close(fd);
	press.policy = &others;
	expect(INSPECT_QUORUM, release);
	press.policy = &policy;
	expect(INSPECT_NONE, release);
	check(press.report.witnesses.is_met);
	check_u64(press.report.witnesses.n_good, 1);
	buf_fini(&text);
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
	expect(INSPECT_COUNT, replaced(release, "\"shown\":7", "\"shown\":8"));
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

static void
h12_hidden_bytes_are_found_wherever_they_are(void)
{
	static const char *const edits[][2] = {
		{ "{\"stile\":", "{ \"stile\":" },
		{ ",\"made\":", ",\"x\":\"y\",\"made\":" },
		{ ",\"open\":[", ", \"open\":[" },
		{ ",\"withheld\":[[", ",\"withheld\":[ [" },
		{ "\"ground\",\"(b)(7)(A)\"", "\"gro\\u0075nd\",\"(b)(7)(A)\"" },
		{ "\"title\":\"R", "\"title\":\"\\u0052" },
		{ "{\"entry\":2,", "{\"entry\":02," },
		{ "\"from\":1,", "\"from\":1.0," },
		{ "{\"end\":", "{\"end\" :" },
	};
	struct str release = begin();
	struct str parts[2] = { release, STR("\n") };

	for (size_t i = 0; i < ARRAY_LEN(edits); i++)
		expect(INSPECT_FORMAT,
		    replaced(release, edits[i][0], edits[i][1]));
	/* Behind the end, and between the lines. */
	expect(INSPECT_EXTRA, arena_join(&press.house.arena, parts, 2));
	parts[1] = STR("one more thing");
	expect(INSPECT_EXTRA, arena_join(&press.house.arena, parts, 2));
	expect(INSPECT_FORMAT,
	    replaced(release, "\n{\"entry\":3,", "\n\n{\"entry\":3,"));
	expect(INSPECT_FORMAT,
	    replaced(release, "\n{\"entry\":3,", "\r\n{\"entry\":3,"));
	press_close(&press);
}

static void
h12_a_release_cut_anywhere_is_not_taken(void)
{
	struct str release = begin();

	for (size_t len = 0; len < release.len; len += 1 + len % 97) {
		enum inspect_flaw flaw = press_inspect(&press,
		    str_part(release, 0, len));

		check(flaw != INSPECT_NONE);
	}
	expect(INSPECT_CUT, STR(""));
	expect(INSPECT_CUT, str_part(release, 0, lines[0].len + 1));
	press_close(&press);
}

static void
h12_a_shown_value_that_was_not_logged_is_named(void)
{
	struct str release = begin();
	size_t a = find_line("{\"entry\":2,");
	size_t b = find_line("{\"entry\":3,");
	const char *open = "\"open\":[\"";
	const char *from = strstr(lines[a].p, open) + strlen(open);
	const char *other = strstr(lines[b].p, open) + strlen(open);
	struct str first = { from, (size_t)(strchr(from, '"') - from) };
	struct str foreign = { other, (size_t)(strchr(other, '"') - other) };
	struct str second = { from + first.len + 3,
		(size_t)(strchr(from + first.len + 3, '"') -
		    (from + first.len + 3)) };
	struct arena *arena = &press.house.arena;
	const char *pair = arena_format(arena, "%.*s\",\"%.*s",
	    STR_ARG(first), STR_ARG(second)).p;

	/* One of another entry; one changed; not base64; not a disclosure. */
	expect(INSPECT_FOREIGN, replaced(release,
	    arena_str(arena, first).p, arena_str(arena, foreign).p));
	expect(INSPECT_FOREIGN, replaced(release, arena_str(arena, first).p,
	    "WyJzYWx0IiwiYW15Il0"));
	expect(INSPECT_DISCLOSURE, replaced(release,
	    arena_str(arena, first).p, "!!!!"));
	expect(INSPECT_DISCLOSURE, replaced(release,
	    arena_str(arena, first).p, "e30"));
	/* Two of the same entry exchanged; one twice. */
	expect(INSPECT_SWAPPED, replaced(release, pair,
	    arena_format(arena, "%.*s\",\"%.*s", STR_ARG(second),
		STR_ARG(first)).p));
	expect(INSPECT_DOUBLE, replaced(release, pair,
	    arena_format(arena, "%.*s\",\"%.*s", STR_ARG(first),
		STR_ARG(first)).p));
	press_close(&press);
}

static void
h12_what_is_withheld_is_told_once_and_only_that(void)
{
	struct str release = begin();

	expect(INSPECT_UNTOLD, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"],", ""));
	expect(INSPECT_UNKNOWN, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"],",
	    "[\"ground\",\"(b)(7)(A)\"],[\"nothing\",\"(b)(6)\"],"));
	expect(INSPECT_DOUBLE, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"],",
	    "[\"ground\",\"(b)(7)(A)\"],[\"ground\",\"(b)(7)(A)\"],"));
	/* Of a label that is shown. */
	expect(INSPECT_UNKNOWN, replaced(release,
	    "[\"body_digest\",\"(b)(6),(b)(7)(C)\"]]",
	    "[\"body_digest\",\"(b)(6),(b)(7)(C)\"],"
	    "[\"agency\",\"(b)(6)\"]]"));
	expect(INSPECT_UNTOLD, replaced(release,
	    ",[\"body_digest\",\"(b)(6),(b)(7)(C)\"]]", "]"));
	press_close(&press);
}

static void
h12_exemptions_and_statements_are_of_known_kinds(void)
{
	struct str release = begin();

	expect(INSPECT_EXEMPTION, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"]", "[\"ground\",\"(b)(10)\"]"));
	expect(INSPECT_EXEMPTION, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"]", "[\"ground\",\"\"]"));
	expect(INSPECT_EXEMPTION, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"]",
	    "[\"ground\",\"(b)(7)(A),(b)(6)\"]"));
	expect(INSPECT_EXEMPTION, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"]",
	    "[\"ground\",\"(b)(7)(A),(b)(7)(A)\"]"));
	expect(INSPECT_STATEMENT, replaced(release, "\"count\",", "\"sum\","));
	expect(INSPECT_FORMAT, replaced(release, "\"count\",", "\"\","));
	/* Characters that make a text look like another. */
	expect(INSPECT_TEXT, replaced(release, "\"title\":\"R",
	    "\"title\":\"\xe2\x80\xaeR"));
	expect(INSPECT_TEXT, replaced(release, "\"count\",\"",
	    "\"count\",\"\xe2\x80\x8b"));
	/* An exemption exchanged for another that is known: the signature. */
	expect(INSPECT_SIGNED, replaced(release,
	    "[\"ground\",\"(b)(7)(A)\"]", "[\"ground\",\"(b)(7)(E)\"]"));
	expect(INSPECT_SIGNED, replaced(release, "\"count\",\"2\"",
	    "\"count\",\"3\""));
	expect(INSPECT_SIGNED, replaced(release, "Requests for", "Request for"));
	press_close(&press);
}

static void
h12_an_entry_of_another_holder_or_none_at_all_is_named(void)
{
	struct str release = begin();

	expect(INSPECT_LEAF,
	    replaced(release, "\"holder\":\"NYDMV\",\"origin\"",
		"\"holder\":\"MADMV\",\"origin\""));
	expect(INSPECT_LEAF, replaced(release, "\"leaf\":{", "\"leaf\":["));
	expect(INSPECT_LEAF, replaced(release, "\"leaf\":{", "\"leaf\":{}{"));
	press_close(&press);
}

/* The rule for a label, to break it. */
static struct profile_rule *
rule_of(const char *label)
{
	for (size_t i = 0; i < press.profile.n_rules; i++) {
		if (str_is_equal(press.profile.rules[i].label, str_of(label)))
			return &press.profile.rules[i];
	}
	check(false);
	return &press.profile.rules[0];
}

static void
p6_values_that_no_release_may_show_are_refused_even_when_signed(void)
{
	static const char *const labels[] = { "subject", "reason" };

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		int fd;

		press_open(&press);
		rule_of(labels[i])->action = PROFILE_OPEN;
		fd = press_release(&press);
		expect(i == 0 ? INSPECT_FORBIDDEN : INSPECT_UNREAD,
		    press_bytes(&press, fd));
		close(fd);
		press_close(&press);
	}
}

static void
p10_words_of_a_person_need_their_reviewers_entry(void)
{
	struct str release = begin();
	size_t review = find_line("{\"sign\":");

	(void)release;
	memmove(&lines[review], &lines[review + 1],
	    (n_lines - review - 1) * sizeof(lines[0]));
	n_lines--;
	expect(INSPECT_UNREAD, join_lines());
	press_close(&press);
}

/* Between the review and the build the log may have been published. */
static void
p10_a_review_may_stand_under_the_checkpoint(void)
{
	struct str parts[4];
	char body[65];
	char review[65];
	int fd;

	press_open(&press);
	check(press_build(&press, &fd, NULL) == 0);
	press_digests(body, review, press_bytes(&press, fd));
	close(fd);
	parts[1] = press_sign(&press, "pam", "privacy_officer", "review",
	    review);
	check(press_build(&press, &fd, NULL) == 0);
	parts[0] = press_bytes(&press, fd);
	close(fd);
	press_digests(body, review, parts[0]);
	parts[2] = press_sign(&press, "cal", "counsel", "sign", body);
	parts[3] = press_sign(&press, "pam", "privacy_officer", "sign", body);
	expect(INSPECT_NONE, arena_join(&press.house.arena, parts, 4));
	press_close(&press);
}

static void
p9_two_signatures_are_of_two_persons(void)
{
	struct str release = begin();
	size_t review = find_line("{\"sign\":");
	struct str kept = lines[review + 2];

	(void)release;
	lines[review + 2] = lines[review + 1];
	expect(INSPECT_SIGNERS, join_lines());
	n_lines--;
	expect(INSPECT_SIGNERS, join_lines());
	n_lines--;
	expect(INSPECT_SIGNERS, join_lines());
	lines[review + 1] = kept;
	n_lines++;
	expect(INSPECT_SIGNERS, join_lines());
	press_close(&press);
}

static void
h12_a_signature_of_something_else_is_none(void)
{
	struct str release = begin();
	size_t first = find_line("{\"sign\":");
	char other[65];

	(void)release;
	/* A true entry that signs another text. */
	memset(other, 'a', 64);
	other[64] = '\0';
	lines[first + 1] = press_sign(&press, "dot", "counsel", "sign", other);
	lines[first + 1].len--;
	expect(INSPECT_SIGNED, join_lines());
	/* An entry that is no signature: its labels are not those of one. */
	lines[first + 1] = replaced(lines[first + 1], "extra ey", "extra e3");
	expect(INSPECT_SIGNATURE, join_lines());
	lines[first + 1] = STR("{\"sign\":\"\"}");
	expect(INSPECT_SIGNATURE, join_lines());
	press_close(&press);
}

static void
h12_more_than_the_limits_is_refused(void)
{
	struct str release = begin();
	struct buf big;
	struct buf many;
	size_t first = find_line("{\"sign\":");

	buf_init(&big, 1 << 20);
	while (big.len <= LIMIT_RELEASE_LINE)
		buf_add_text(&big, "0123456789abcdef");
	expect(INSPECT_LIMIT, replaced(release, "\"title\":\"",
	    arena_format(&press.house.arena, "\"title\":\"%.*s",
		STR_ARG(buf_str(&big))).p));
	buf_init(&many, 1 << 20);
	for (size_t i = 0; i < LIMIT_RELEASE_CLAIMS + 1; i++)
		buf_add_text(&many, "[\"x\",\"(b)(6)\"],");
	expect(INSPECT_LIMIT, replaced(release, "\"withheld\":[",
	    arena_format(&press.house.arena, "\"withheld\":[%.*s",
		STR_ARG(buf_str(&many))).p));
	while (n_lines < first + LIMIT_RELEASE_SIGNS + 1) {
		lines[n_lines] = lines[first];
		n_lines++;
	}
	expect(INSPECT_LIMIT, join_lines());
	buf_fini(&big);
	buf_fini(&many);
	press_close(&press);
}

/* A head of escapes all over needs its bytes twice: there is room for it. */
static void
the_longest_head_fits_the_room_for_it(void)
{
	struct str release = begin();
	struct buf title;

	buf_init(&title, 1 << 20);
	check(2 * LIMIT_RELEASE_LINE < LIMIT_RELEASE_HEAD);
	while (title.len + lines[0].len + 8 < LIMIT_RELEASE_LINE)
		buf_add_text(&title, "\\\"");
	expect(INSPECT_SIGNED, replaced(release, "\"title\":\"",
	    arena_format(&press.house.arena, "\"title\":\"%.*s",
		STR_ARG(buf_str(&title))).p));
	buf_fini(&title);
	press_close(&press);
}

/* More epochs than keys are held: each is opened again when its turn comes. */
static int
see_kept(void *context, struct stock *stock, const struct stock_entry *entry)
{
	uint64_t *n_kept = context;
	struct str agency;

	check(stock_text(stock, entry, "agency", &agency) == 0);
	*n_kept += entry->is_kept &&
	    str_is_equal(agency, STR("NY0303000"));
	return 0;
}

static void
p6_entries_of_many_epochs_are_opened_and_of_erased_ones_are_not(void)
{
	uint64_t n_kept = 0;
	uint64_t bad;
	uint64_t from;

	press_open_with(&press, NULL, 0);
	from = house_size(&press.house);
	for (size_t i = 0; i < LIMIT_RELEASE_EPOCHS + 6; i++) {
		press.house.now_us += INT64_C(1000000) * 3600 * 25;
		house_ask(&press.house, "amy", "getReceipt", "0", NULL, NULL);
	}
	for (size_t round = 0; round < 2; round++)
		check(stock_each(&press.stock, &bad, from, UINT64_MAX,
			  see_kept, &n_kept) == 0);
	check_u64(n_kept, 2 * (LIMIT_RELEASE_EPOCHS + 6));
	check(store_begin(press.house.store) == 0);
	check(entries_erase_epoch(press.house.store, 3) == 0);
	check(store_commit(press.house.store) == 0);
	n_kept = 0;
	check(stock_each(&press.stock, &bad, from, UINT64_MAX, see_kept,
		  &n_kept) == 0);
	check_u64(n_kept, LIMIT_RELEASE_EPOCHS + 6 - 1);
	press_close(&press);
}

static const struct tap_test tests[] = {
	TEST(p10_a_release_verifies_offline_with_the_logs_key_alone),
	TEST(p10_another_logs_key_or_checkpoint_is_refused),
	TEST(p10_a_policys_witnesses_must_have_cosigned),
	TEST(h12_sizes_and_places_that_are_not_so_are_named),
	TEST(h12_an_entry_cut_off_the_end_is_missed),
	TEST(h12_changed_bytes_of_an_entry_do_not_lead_to_the_root),
	TEST(h12_hidden_bytes_are_found_wherever_they_are),
	TEST(h12_a_release_cut_anywhere_is_not_taken),
	TEST(h12_a_shown_value_that_was_not_logged_is_named),
	TEST(h12_what_is_withheld_is_told_once_and_only_that),
	TEST(h12_exemptions_and_statements_are_of_known_kinds),
	TEST(h12_an_entry_of_another_holder_or_none_at_all_is_named),
	TEST(p6_values_that_no_release_may_show_are_refused_even_when_signed),
	TEST(p10_words_of_a_person_need_their_reviewers_entry),
	TEST(p10_a_review_may_stand_under_the_checkpoint),
	TEST(p9_two_signatures_are_of_two_persons),
	TEST(h12_a_signature_of_something_else_is_none),
	TEST(h12_more_than_the_limits_is_refused),
	TEST(the_longest_head_fits_the_room_for_it),
	TEST(p6_entries_of_many_epochs_are_opened_and_of_erased_ones_are_not),
};

TAP_MAIN(tests)
