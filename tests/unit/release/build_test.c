/*
 * What a release gives away: nothing but what it shows, in any output, in any
 * encoding, nor by size, order or difference.
 */
#include "release/build.h"

#include <stdlib.h>
#include <unistd.h>

#include "press.h"
#include "release/paper.h"
#include "release/vaughn.h"
#include "release/webpage.h"
#include "tap.h"
#include "util/base64.h"
#include "util/hex.h"

static struct press press;

/* --- outputs ---------------------------------------------------------------- */

enum {
	OUT_RELEASE,
	OUT_PAGE,
	OUT_PAPER,
	OUT_CSV,
	OUT_INDEX,
	OUT_N,
};

static const char *const out_names[OUT_N] = { "release", "html", "pdf", "csv",
	"index" };

static struct str
visit(int release, struct inspect_visitor visitor, int out)
{
	struct inspect_terms terms = { .key = press.house.signer.key,
		.is_draft = true };
	struct inspect_report again;

	check(lseek(release, 0, SEEK_SET) == 0);
	check(inspect_run(&again, release, &terms, &visitor) == 0);
	return press_bytes(&press, out);
}

/* Everything that is made of the release in fd. */
static void
make_outputs(struct str outputs[static OUT_N], int fd)
{
	struct inspect_terms terms = { .key = press.house.signer.key,
		.is_draft = true };
	struct inspect_visitor nobody = { 0 };
	struct inspect_report report;
	struct webpage page;
	struct paper paper;
	struct vaughn csv;
	struct vaughn html;
	int files[OUT_N];

	for (size_t i = 0; i < OUT_N; i++)
		files[i] = press_file();
	outputs[OUT_RELEASE] = press_bytes(&press, fd);
	check(inspect_run(&report, fd, &terms, &nobody) == 0);
	webpage_init(&page, files[OUT_PAGE], &report);
	outputs[OUT_PAGE] = visit(fd, webpage_visitor(&page), files[OUT_PAGE]);
	webpage_fini(&page);
	paper_init(&paper, files[OUT_PAPER], &report);
	outputs[OUT_PAPER] = visit(fd, paper_visitor(&paper),
	    files[OUT_PAPER]);
	paper_fini(&paper);
	vaughn_init(&csv, files[OUT_CSV], false, &report);
	outputs[OUT_CSV] = visit(fd, vaughn_visitor(&csv), files[OUT_CSV]);
	vaughn_fini(&csv);
	vaughn_init(&html, files[OUT_INDEX], true, &report);
	outputs[OUT_INDEX] = visit(fd, vaughn_visitor(&html),
	    files[OUT_INDEX]);
	vaughn_fini(&html);
	for (size_t i = 0; i < OUT_N; i++)
		close(files[i]);
}

/* --- searching ---------------------------------------------------------------- */

static void
seek(const struct str outputs[static OUT_N], struct str needle,
    struct str value, const char *encoding)
{
	if (needle.len < 5)
		return;
	for (size_t i = 0; i < OUT_N; i++) {
		if (!check(memmem(outputs[i].p, outputs[i].len, needle.p,
			  needle.len) == NULL))
			printf("# %s holds \"%.*s\" (%s)\n", out_names[i],
			    STR_ARG(value), encoding);
	}
}

static void
seek_buf(const struct str outputs[static OUT_N], struct buf *needle,
    struct str value, const char *encoding)
{
	seek(outputs, buf_str(needle), value, encoding);
	buf_reset(needle);
}

/* Base64 of what surrounds the value is not known: its sure middle letters. */
static void
seek_base64(const struct str outputs[static OUT_N], struct buf *text,
    struct str value, enum base64_kind kind)
{
	for (size_t shift = 0; shift < 3; shift++) {
		struct buf bytes;
		struct str all;

		buf_init(&bytes, 1 << 16);
		buf_add(&bytes, "###", shift);
		buf_add_str(&bytes, value);
		base64_add(text, kind, bytes.bytes, bytes.len);
		all = buf_str(text);
		seek(outputs,
		    str_part(all, shift == 0 ? 0 : 4, bytes.len / 3 * 4),
		    value, "base64");
		buf_reset(text);
		buf_fini(&bytes);
	}
}

/* The value in every encoding that a layer of an output could have it in. */
static void
seek_everywhere(const struct str outputs[static OUT_N], struct str value)
{
	static const char *const formats[] = { "%02x", "%02X", "%%%02x",
		"%%%02X", "\\x%02x", "\\u%04x", "\\u%04X", "&#%u;", "&#x%x;",
		"\\%03o", "%u " };
	struct buf text;

	buf_init(&text, 1 << 18);
	seek(outputs, value, value, "plain");
	for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
		for (size_t i = 0; i < value.len; i++) {
			char one[16];

			/* The formats are of this file. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(one, sizeof(one), formats[f],
			    (unsigned)(unsigned char)value.p[i]);
#pragma GCC diagnostic pop
			buf_add_text(&text, one);
		}
		seek_buf(outputs, &text, value, formats[f]);
	}
	for (size_t big = 0; big < 2; big++) {
		for (size_t i = 0; i < value.len; i++) {
			if (big == 1)
				buf_add_char(&text, '\0');
			buf_add_char(&text, value.p[i]);
			if (big == 0)
				buf_add_char(&text, '\0');
		}
		seek_buf(outputs, &text, value, "utf-16");
	}
	for (size_t i = value.len; i-- > 0;)
		buf_add_char(&text, value.p[i]);
	seek_buf(outputs, &text, value, "backwards");
	for (size_t i = 0; i < value.len; i++)
		buf_add_char(&text,
		    (char)(value.p[i] >= 'A' && value.p[i] <= 'Z'
			    ? value.p[i] + 32
			    : value.p[i]));
	seek_buf(outputs, &text, value, "lower case");
	seek_base64(outputs, &text, value, BASE64_STANDARD);
	seek_base64(outputs, &text, value, BASE64_URL);
	buf_fini(&text);
}

/* A claim that is not in the release: no trace of its disclosure either. */
struct hunt {
	const struct str *outputs;
	uint64_t n_withheld;
	uint64_t n_shown;
};

static int
hunt_entry(void *context, struct stock *stock, const struct stock_entry *entry)
{
	struct hunt *hunt = context;
	struct str release = hunt->outputs[OUT_RELEASE];

	for (size_t i = 0; i < entry->claims.n_claims; i++) {
		struct str disclosure = entry->disclosures[i];
		struct claims_disclosure parsed;
		struct str value;

		if (disclosure.len == 0)
			continue;
		if (memmem(release.p, release.len, disclosure.p,
			disclosure.len) != NULL) {
			hunt->n_shown++;
			continue;
		}
		hunt->n_withheld++;
		check(claims_disclosure_parse(&parsed, &stock->arena,
			  disclosure) == 0);
		seek(hunt->outputs, parsed.salt, parsed.salt, "salt");
		/* Its first letters are of the salt, and of nothing else. */
		for (size_t at = 4; at + 12 <= 28; at += 4)
			seek(hunt->outputs, str_part(disclosure, at, at + 12),
			    disclosure, "disclosure");
		check(stock_value(stock, entry, i, &value) == 0);
	}
	return 0;
}

static const char *
withhold_all(uint64_t entry, const char *value)
{
	(void)entry;
	(void)value;
	return "\"decision\":\"withhold\"";
}

static void
p6_no_withheld_byte_is_in_any_output_in_any_encoding(void)
{
	/* All that the log holds of persons, cases and askers. */
	static const char *const secrets[] = { "ABC1234", "OWNERNAME",
		"GIVENNAME", "12 SECRET LANE", "SECRET LANE", "12207",
		"DRIVERNAME", "DRIVERNAME|JANE", "1984-03-09", "123456789",
		"192.0.2.7", "24-001", "24-777", "24-888",
		"owner of the car seen at the scene", "scene",
		"witness named J\xc3\xa4ne Roe", "J\xc3\xa4ne",
		"not on this case", "quoted", "LICENCE|", "plate|NY|ABC1234",
		"burglary", "arson" };
	struct str outputs[OUT_N];
	struct hunt hunt = { .outputs = outputs };
	uint64_t bad;
	int fd;

	press_open(&press);
	check(press_build(&press, &fd, withhold_all) == 0);
	make_outputs(outputs, fd);
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		seek_everywhere(outputs, str_of(secrets[i]));
	check(stock_each(&press.stock, &bad, 0, house_size(&press.house),
		  hunt_entry, &hunt) == 0);
	check(hunt.n_withheld > 100);
	check(hunt.n_shown > 40);
	/* The search finds what is there. */
	check(memmem(outputs[OUT_PAPER].p, outputs[OUT_PAPER].len, "NY0303000",
		  9) != NULL);
	check(memmem(outputs[OUT_PAGE].p, outputs[OUT_PAGE].len, "NY0303000",
		  9) != NULL);
	close(fd);
	press_close(&press);
}

static void
p6_the_pdf_says_nothing_of_who_made_it_and_packs_nothing(void)
{
	static const char *const absent[] = { "/Filter", "/Info", "/ID",
		"/Metadata", "/Producer", "/Creator", "D:20", "/ObjStm",
		"/EmbeddedFile", "/JavaScript", "/Annots", "/OCG" };
	struct str outputs[OUT_N];
	struct str again[OUT_N];
	int fd;

	press_open(&press);
	check(press_build(&press, &fd, NULL) == 0);
	make_outputs(outputs, fd);
	make_outputs(again, fd);
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		check(memmem(outputs[OUT_PAPER].p, outputs[OUT_PAPER].len,
			  absent[i], strlen(absent[i])) == NULL);
	for (size_t i = 0; i < OUT_N; i++)
		check_str(again[i], outputs[i]);
	close(fd);
	press_close(&press);
}

/* --- by difference ---------------------------------------------------------- */

static bool
is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' ||
	    c == '_';
}

/*
 * Runs of 43 base64 letters and more that depend on withheld values by design:
 * digests in the leaves, hashes beside the range, the signed checkpoint. What
 * is opened stays.
 */
static void
mask(char *bytes, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && is_base64(bytes[i]))
			continue;
		/* An "n" before it is of the escaped end of a line. */
		if ((i - from == 43 || i - from == 44 || i - from >= 64) &&
		    !(bytes[from] == 'W' && bytes[from + 1] == 'y'))
			memset(bytes + from, '#', i - from);
		from = i + 1;
	}
}

static struct str
masked_release(const struct press_request *rows, size_t n)
{
	struct str release;
	struct str copy;
	char *bytes;
	int fd;

	press_open_with(&press, rows, n);
	check(press_build(&press, &fd, withhold_all) == 0);
	release = press_bytes(&press, fd);
	bytes = malloc(release.len);
	check(bytes != NULL);
	memcpy(bytes, release.p, release.len);
	mask(bytes, release.len);
	copy = (struct str){ bytes, release.len };
	close(fd);
	press_close(&press);
	return copy;
}

static void
p6_withheld_values_change_neither_size_nor_shape_nor_order(void)
{
	/* Found and not, one record and none, long and short, one letter off. */
	static const struct press_request a[] = {
		{ "amy", HOUSE_PLATE, "[\"owner.family\"]",
		    "owner of the car seen at the scene" },
		{ "amy",
		    "{\"person\":{\"family\":\"DRIVERNAME\",\"given\":\"JANE\","
		    "\"birth_date\":\"1984-03-09\"}}",
		    "[\"person.family\"]", "a witness" },
		{ "amy", "{\"licence\":{\"state\":\"NY\",\"number\":"
			 "\"123456789\"}}",
		    "[\"licence.status\"]", "stopped on the bridge" },
	};
	static const struct press_request b[] = {
		{ "amy",
		    "{\"plate\":{\"state\":\"WA\",\"number\":\"Q1\","
		    "\"year\":2026,\"type\":\"PC\"}}",
		    "[\"owner.family\"]", "a much longer story than the other "
					  "one, told in full, with a name: "
					  "Bartholomew Featherstonehaugh" },
		{ "amy",
		    "{\"person\":{\"family\":\"FEATHERSTONEHAUGH\",\"given\":"
		    "\"BARTHOLOMEW\",\"birth_date\":\"1984-11-30\"}}",
		    "[\"person.family\"]", "another story altogether" },
		{ "amy", "{\"licence\":{\"state\":\"NY\",\"number\":"
			 "\"987654321\"}}",
		    "[\"licence.status\"]", "words" },
	};
	struct str first = masked_release(a, ARRAY_LEN(a));
	struct str second = masked_release(b, ARRAY_LEN(b));

	check_u64(first.len, second.len);
	check(str_is_equal(first, second));
	if (!str_is_equal(first, second)) {
		for (size_t i = 0; i < MIN(first.len, second.len); i++) {
			if (first.p[i] != second.p[i]) {
				printf("# at %zu: %.80s\n# and: %.80s\n", i,
				    first.p + i - 20, second.p + i - 20);
				break;
			}
		}
	}
	free((void *)(uintptr_t)first.p);
	free((void *)(uintptr_t)second.p);
}

static struct str
entry_line(struct str release, uint64_t index)
{
	struct str begin = arena_format(&press.house.arena,
	    "{\"entry\":%llu,", (unsigned long long)index);
	struct str line;

	while (release.len > 0 && str_split(&line, &release, '\n')) {
		if (str_has_prefix(line, begin))
			return line;
	}
	return STR("");
}

static void
p6_releases_that_overlap_say_the_same_of_what_they_share(void)
{
	struct str first;
	struct str second;
	int fd;

	press_open(&press);
	press.order.from = 1;
	press.order.to = 6;
	check(press_build(&press, &fd, NULL) == 0);
	first = press_bytes(&press, fd);
	close(fd);
	press.order.from = 3;
	press.order.to = house_size(&press.house);
	press.house.now_us += 77;
	check(press_build(&press, &fd, NULL) == 0);
	second = press_bytes(&press, fd);
	close(fd);
	for (uint64_t i = 3; i < 6; i++) {
		check(entry_line(first, i).len > 0);
		check_str(entry_line(second, i), entry_line(first, i));
	}
	check(entry_line(second, 2).len == 0);
	press_close(&press);
}

static void
p6_what_is_absent_looks_like_what_is_withheld(void)
{
	static const struct press_request rows[] = {
		{ "amy", HOUSE_PLATE, "[\"owner.family\"]", "words" },
		/* Not found: no record, no marking, no list of fields. */
		{ "amy",
		    "{\"plate\":{\"state\":\"NY\",\"number\":\"ABC1235\","
		    "\"year\":2026,\"type\":\"PC\"}}",
		    "[\"owner.family\"]", "words" },
	};
	const char *told;
	struct str release;
	struct str a;
	struct str b;
	int fd;

	press_open_with(&press, rows, ARRAY_LEN(rows));
	press.order.to = house_size(&press.house);
	check(press_build(&press, &fd, withhold_all) == 0);
	release = press_bytes(&press, fd);
	a = entry_line(release, press.order.to - 2);
	b = entry_line(release, press.order.to - 1);
	told = strstr(a.p, "\"withheld\"");
	check(told != NULL && a.len == b.len);
	check(memcmp(told, strstr(b.p, "\"withheld\""),
		  (size_t)(strstr(told, "\"leaf\"") - told)) == 0);
	close(fd);
	press_close(&press);
}

/* --- which entries ---------------------------------------------------------- */

static uint64_t
count_bare(struct str release)
{
	struct str line;
	uint64_t n = 0;

	while (release.len > 0 && str_split(&line, &release, '\n'))
		n += memmem(line.p, line.len, ",\"hash\":\"", 9) != NULL;
	return n;
}

static struct str
build_all(void)
{
	struct str release = STR("");
	int fd;

	press.order.to = house_size(&press.house);
	press.order.now_us = press.house.now_us;
	if (check(press_build(&press, &fd, withhold_all) == 0)) {
		release = press_bytes(&press, fd);
		close(fd);
	}
	return release;
}

#define CASE_REQUEST(number)                                                   \
	"{\"subject\":" HOUSE_PLATE ",\"ground\":{\"investigation\":\"" number \
	"\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\",\"fields\":["     \
	"\"owner.family\"],\"reason\":\"words\"}"

static void
p6_a_sealed_request_is_never_shown_until_its_seal_lifts(void)
{
	uint64_t index;
	struct str release;

	press_open_with(&press, NULL, 0);
	press.house.gate.seal_us = INT64_C(1000000) * 3600;
	house_ask(&press.house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"25-100\",\"offence\":\"fraud\"}");
	house_ask(&press.house, "sue", "createAssignment", "25-100", NULL,
	    "{\"requester\":\"amy\"}");
	index = house_size(&press.house);
	house_ask(&press.house, "amy", "createRequest", NULL, NULL,
	    CASE_REQUEST("25-100"));
	release = build_all();
	check(memmem(entry_line(release, index).p,
		  entry_line(release, index).len, "\"hash\"", 6) != NULL);
	house_ask(&press.house, "sue", "closeInvestigation", "25-100", NULL,
	    NULL);
	press.house.now_us += INT64_C(1000000) * 3599;
	release = build_all();
	check(memmem(entry_line(release, index).p,
		  entry_line(release, index).len, "\"leaf\"", 6) == NULL);
	press.house.now_us += INT64_C(1000000);
	release = build_all();
	check(memmem(entry_line(release, index).p,
		  entry_line(release, index).len, "\"leaf\"", 6) != NULL);
	press_close(&press);
}

static void
p6_a_courts_order_keeps_the_seal_longer(void)
{
	uint64_t index;

	press_open_with(&press, NULL, 0);
	house_ask(&press.house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"25-101\",\"offence\":\"fraud\","
	    "\"sealed_until\":\"2026-12-01\"}");
	house_ask(&press.house, "sue", "createAssignment", "25-101", NULL,
	    "{\"requester\":\"amy\"}");
	index = house_size(&press.house);
	house_ask(&press.house, "amy", "createRequest", NULL, NULL,
	    CASE_REQUEST("25-101"));
	house_ask(&press.house, "sue", "closeInvestigation", "25-101", NULL,
	    NULL);
	press.house.now_us += INT64_C(1000000) * 86400 * 7;
	check(strstr(entry_line(build_all(), index).p, "\"leaf\"") == NULL ||
	    strstr(entry_line(build_all(), index).p, "\"leaf\"") >
		strchr(entry_line(build_all(), index).p, '\n'));
	press.house.now_us += INT64_C(1000000) * 86400 * 2;
	check(memmem(entry_line(build_all(), index).p,
		  entry_line(build_all(), index).len, "\"leaf\"", 6) != NULL);
	press_close(&press);
}

static void
p6_why_an_entry_is_not_shown_cannot_be_told(void)
{
	struct str release;
	struct str line;
	size_t width = 0;

	/* Another agency's, another kind, sealed, erased: one form for all. */
	press_open(&press);
	check(store_begin(press.house.store) == 0);
	check(entries_erase_sealed(press.house.store, 2) == 0);
	check(store_commit(press.house.store) == 0);
	press.order.agency = STR("WA0170000");
	release = build_all();
	check_u64(count_bare(release), press.order.to - press.order.from);
	press.order.agency = STR("");
	press.order.kind = STR("read");
	release = build_all();
	check_u64(count_bare(release), press.order.to - press.order.from);
	press.order.kind = STR("request");
	check(count_bare(build_all()) < press.order.to - press.order.from);
	press.order.kind = STR("");
	release = build_all();
	check(count_bare(release) >= 3);
	while (release.len > 0 && str_split(&line, &release, '\n')) {
		if (memmem(line.p, line.len, ",\"hash\":\"", 9) == NULL)
			continue;
		check(width == 0 || line.len == width ||
		    line.len == width + 1);
		width = line.len;
	}
	press_close(&press);
}

/* --- drafts that are not as they were ---------------------------------------- */

static const char *
undecided(uint64_t entry, const char *value)
{
	(void)entry;
	(void)value;
	return "\"decision\":\"\"";
}

static const char *
other_code(uint64_t entry, const char *value)
{
	(void)entry;
	(void)value;
	return "\"decision\":\"withhold\",\"exemptions\":\"(b)(7)(D)\","
	       "\"say\":\"a source\"";
}

static void
a_text_that_nobody_decided_stops_the_build(void)
{
	int fd;

	press_open(&press);
	check(press_build(&press, &fd, undecided) == BUILD_E_WRONG);
	check(press.diags.n_items == 1);
	press.diags.n_items = 0;
	close(fd);
	press_close(&press);
}

static void
a_reviewer_may_name_other_exemptions_and_say_what_it_is(void)
{
	const struct str told = STR(
	    "[\"reason\",\"(b)(7)(D)\",\"summary\",\"a source\"]");
	struct str release;
	int fd;

	press_open(&press);
	check(press_build(&press, &fd, other_code) == 0);
	release = press_bytes(&press, fd);
	check(memmem(release.p, release.len, told.p, told.len) != NULL);
	close(fd);
	press_close(&press);
}

static void
a_range_past_what_is_signed_is_refused(void)
{
	int fd;

	press_open(&press);
	press.order.to = house_size(&press.house) + 1;
	check(press_build(&press, &fd, NULL) == BUILD_E_WRONG);
	press.diags.n_items = 0;
	close(fd);
	press_close(&press);
}

static const struct tap_test tests[] = {
	TEST(p6_no_withheld_byte_is_in_any_output_in_any_encoding),
	TEST(p6_the_pdf_says_nothing_of_who_made_it_and_packs_nothing),
	TEST(p6_withheld_values_change_neither_size_nor_shape_nor_order),
	TEST(p6_releases_that_overlap_say_the_same_of_what_they_share),
	TEST(p6_what_is_absent_looks_like_what_is_withheld),
	TEST(p6_a_sealed_request_is_never_shown_until_its_seal_lifts),
	TEST(p6_a_courts_order_keeps_the_seal_longer),
	TEST(p6_why_an_entry_is_not_shown_cannot_be_told),
	TEST(a_text_that_nobody_decided_stops_the_build),
	TEST(a_reviewer_may_name_other_exemptions_and_say_what_it_is),
	TEST(a_range_past_what_is_signed_is_refused),
};

TAP_MAIN(tests)
