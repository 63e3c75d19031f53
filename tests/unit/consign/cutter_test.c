/* Cutting: every byte once, in order, however the transfer comes in. */
#include "consign/cutter.h"

#include <stdlib.h>

#include "consign/cuts.h"
#include "source/subject.h"
#include "tap.h"
#include "util/instant.h"

static const char map[] = "kind = \"driver\";\n"
			  "columns = (\n"
			  "  { column = \"No\"; field = \"licence.number\"; },\n"
			  "  { column = \"St\"; field = \"licence.state\"; }\n"
			  ");\n";

struct tally {
	size_t n_bytes;
	size_t n_records;
	size_t n_keys;
	size_t n_refused;
	char keys[4096]; /* one after the other */
	size_t keys_len;
};

static void
count(struct tally *tally, struct str cuts)
{
	struct cut cut;
	int r;

	while ((r = cuts_next(&cut, &cuts)) == 0) {
		tally->n_bytes += cut.len;
		tally->n_records += cut.kind == CUTS_RECORD;
		tally->n_refused += cut.kind == CUTS_REFUSED;
		for (size_t i = 0; cut.kind == CUTS_RECORD && i < cut.n_texts;
		     i++) {
			tally->n_keys++;
			if (tally->keys_len + cut.texts[i].len >=
			    sizeof(tally->keys))
				continue;
			memcpy(tally->keys + tally->keys_len, cut.texts[i].p,
			    cut.texts[i].len);
			tally->keys_len += cut.texts[i].len;
			tally->keys[tally->keys_len++] = ' ';
		}
	}
	check(r == CUTS_E_END);
}

/* Cut text that comes in steps of so many bytes. */
static void
cut_all(struct tally *tally, enum consign_form kind, struct str text,
    size_t step)
{
	struct arena arena;
	struct diag_list diags;
	struct form form;
	struct cutter cutter;
	struct buf out;
	size_t from = 0;
	size_t to = 0;
	size_t n = 0;
	int r = 0;

	*tally = (struct tally){ 0 };
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("map"), (struct str){ 0 });
	check(form_init(&form, &diags, &arena, kind, str_of(map)) == 0);
	check(cutter_init(&cutter, &form, instant_day_of(2026, 11, 24)) == 0);
	buf_init(&out, LIMIT_CONSIGN_CUTS - 1);
	while (r == 0 && (from < text.len || to < text.len)) {
		bool is_end;

		if (n == 0)
			to = MIN(to + step, text.len);
		is_end = to == text.len;
		buf_reset(&out);
		r = cutter_cut(&cutter, &n, &out, str_part(text, from, to),
		    is_end);
		check(r >= 0 && out.failed == 0);
		count(tally, buf_str(&out));
		from += n;
		if (is_end && n == 0 && from < text.len && r == 0) {
			check(from == text.len);
			break;
		}
	}
	if (r == 0)
		check_u64(tally->n_bytes, text.len);
	buf_fini(&out);
	cutter_fini(&cutter);
	arena_fini(&arena);
}

static void
csv_is_cut_the_same_however_it_comes(void)
{
	static const char rows[] = "No,St\r\n"
				   "512839476,MN\r\n"
				   "\n\n"
				   "\"833100245\",\"MN\"\n"
				   "only one cell\n"
				   "\"a \"\"quoted\"\" cell\",MN\n"
				   "\"broken,MN\n"
				   "700000003,MN";
	static const size_t steps[] = { 1, 7, 64, 1000 };
	struct tally tally;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		cut_all(&tally, CONSIGN_CSV, str_of(rows), steps[i]);
		check_u64(tally.n_records, 5);
		check_str(((struct str){ tally.keys, tally.keys_len }),
		    STR("licence|MN|512839476 licence|MN|833100245 "
			"licence|MN|700000003 "));
	}
}

/* A row larger than a piece, and one larger than the window that csv.h has. */
static void
h12_rows_that_are_too_long_are_bytes(void)
{
	struct buf text;
	struct tally tally;

	buf_init(&text, 8 << 20);
	buf_add_text(&text, "No,St\n1,MN\n\"");
	for (size_t i = 0; i < LIMIT_CONSIGN_PIECE; i++)
		buf_add_text(&text, "\"\"");
	buf_add_text(&text, "\",MN\n2,MN\n");
	for (size_t i = 0; i < 300000; i++)
		buf_add_text(&text, "xxxxxxx,");
	buf_add_text(&text, "\n3,MN\n");
	for (size_t step = 65536; step < 8 << 20; step *= 4) {
		cut_all(&tally, CONSIGN_CSV, buf_str(&text), step);
		check_u64(tally.n_keys, 3);
		check_str(((struct str){ tally.keys, tally.keys_len }),
		    STR("licence|MN|1 licence|MN|2 licence|MN|3 "));
	}
	buf_fini(&text);
}

static void
h12_a_line_without_an_end_is_bytes(void)
{
	struct buf text;
	struct tally tally;

	buf_init(&text, 8 << 20);
	buf_add_text(&text, "{\"No\":\"1\",\"St\":\"MN\"}\n{\"x\":\"");
	for (size_t i = 0; i < 300000; i++)
		buf_add_text(&text, "\\u0041");
	buf_add_text(&text, "\"}\n{\"No\":\"2\",\"St\":\"MN\"}");
	cut_all(&tally, CONSIGN_JSON, buf_str(&text), 100000);
	check_u64(tally.n_keys, 2);
	buf_reset(&text);
	for (size_t i = 0; i < 1 << 20; i++)
		buf_add_char(&text, '@');
	cut_all(&tally, CONSIGN_AAMVA, buf_str(&text), 100000);
	check_u64(tally.n_records, 0);
	cut_all(&tally, CONSIGN_BYTES, buf_str(&text), 100000);
	check_u64(tally.n_records, 0);
	buf_fini(&text);
}

static void
a_mapping_that_does_not_fit_ends_the_cutting(void)
{
	struct tally tally;

	cut_all(&tally, CONSIGN_CSV, STR("A,B\n1,MN\n2,MN\n"), 1000);
	check_u64(tally.n_refused, 1);
	check_u64(tally.n_records, 0);
}

static void
aamva_records_begin_where_they_begin(void)
{
	static const char cards[] =
	    "junk before\n"
	    "@\n\x1e\rANSI 636000100202DL00410422DLDAQT1\nDCSDOE\nDACJANE\n"
	    "DADNONE\nDBB01021990\nDCGUSA\n"
	    "@\n\x1e\rANSI 604432100101DL00310422DLDAQT2\nDCSROE\nDACJOE\n"
	    "DBB19900102\nDCGCAN\nDDEN\n"
	    "@\n\x1e\rANSI 636038100101DL00310422DLDAQT3\nDCSCUTSHO\nDACJOE\n"
	    "DBB01021990\nDCGUSA\nDDET\n"
	    "@ is no beginning\n";
	static const size_t steps[] = { 1, 5, 1000 };
	struct tally tally;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		cut_all(&tally, CONSIGN_AAMVA, str_of(cards), steps[i]);
		check_u64(tally.n_records, 3);
		check_str(((struct str){ tally.keys, tally.keys_len }),
		    STR("licence|VA|T1 person|DOE|JANE|1990-01-02 "
			"licence|AB|T2 person|ROE|JOE|1990-01-02 "
			"licence|MN|T3 "));
	}
}

static void
every_issuer_is_a_place_that_issues(void)
{
	static const char *const codes[] = {
#define X(number, state) state,
#include "consign/aamva_iin.def"
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		check(subject_state_title(str_of(codes[i])).p != NULL);
	check(ARRAY_LEN(codes) > 60);
}

static void
h12_cuts_that_are_none_are_told(void)
{
	struct cut cut = { .kind = CUTS_RECORD, .len = 3,
		.texts = { STR("vin|X") }, .n_texts = 1 };
	struct cut back;
	struct buf out;
	struct str rest;

	buf_init(&out, 4096);
	cuts_put(&out, &cut);
	for (size_t len = 1; len < out.len; len++) {
		rest = str_part(buf_str(&out), 0, len);
		check(cuts_next(&back, &rest) == CUTS_E_BAD);
	}
	rest = buf_str(&out);
	check(cuts_next(&back, &rest) == 0);
	check_str(back.texts[0], STR("vin|X"));
	check(cuts_next(&back, &rest) == CUTS_E_END);
	out.bytes[1] = LIMIT_CONSIGN_KEYS + 1;
	rest = buf_str(&out);
	check(cuts_next(&back, &rest) == CUTS_E_BAD);
	buf_reset(&out);
	cut.len = LIMIT_CONSIGN_PIECE + 1;
	cuts_put(&out, &cut);
	rest = buf_str(&out);
	check(cuts_next(&back, &rest) == CUTS_E_BAD);
	buf_fini(&out);
}

static const struct tap_test tests[] = {
	TEST(csv_is_cut_the_same_however_it_comes),
	TEST(h12_rows_that_are_too_long_are_bytes),
	TEST(h12_a_line_without_an_end_is_bytes),
	TEST(a_mapping_that_does_not_fit_ends_the_cutting),
	TEST(aamva_records_begin_where_they_begin),
	TEST(every_issuer_is_a_place_that_issues),
	TEST(h12_cuts_that_are_none_are_told),
};

TAP_MAIN(tests)
