/* Kept disclosures: cut back into what was put together, or refused. */
#include "claims/kept.h"

#include "tap.h"

static void
kept_disclosures_come_back_one_by_one(void)
{
	enum claims_kept whose;
	struct str disclosure;
	struct str rest;
	struct buf text;

	buf_init(&text, 256);
	claims_kept_begin(&text, CLAIMS_KEPT_ASKER);
	buf_add_text(&text, "WyJ");
	claims_kept_end(&text);
	claims_kept_begin(&text, CLAIMS_KEPT_HOLDER);
	buf_add_text(&text, "x");
	claims_kept_end(&text);
	check_str(buf_str(&text), STR("aWyJ~hx~"));
	rest = buf_str(&text);
	check(claims_kept_next(&whose, &disclosure, &rest));
	check(whose == CLAIMS_KEPT_ASKER);
	check_str(disclosure, STR("WyJ"));
	check(claims_kept_next(&whose, &disclosure, &rest));
	check(whose == CLAIMS_KEPT_HOLDER);
	check_str(disclosure, STR("x"));
	check(!claims_kept_next(&whose, &disclosure, &rest));
	check_u64(rest.len, 0);
	buf_fini(&text);
}

static void
h12_what_is_not_kept_text_is_told_apart_from_its_end(void)
{
	static const char *const bad[] = { "a", "a~", "aWyJ", "xWyJ~", "~",
		"WyJ~" };
	enum claims_kept whose;
	struct str disclosure;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct str rest = str_of(bad[i]);

		check(!claims_kept_next(&whose, &disclosure, &rest));
		check(rest.len > 0);
	}
}

static const struct tap_test tests[] = {
	TEST(kept_disclosures_come_back_one_by_one),
	TEST(h12_what_is_not_kept_text_is_told_apart_from_its_end),
};

TAP_MAIN(tests)
