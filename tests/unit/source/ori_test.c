/* Agency identifiers. */
#include "tap.h"
#include "source/ori.h"

static void
an_ori_is_two_letters_and_seven_letters_or_digits(void)
{
	check(ori_is_valid(STR("NY0303000")));
	check(ori_is_valid(STR("KYUSM0200")));
	check(ori_is_valid(STR("AA999AA99")));
	check(!ori_is_valid(STR("C0034019E"))); /* in the published list */
	check(!ori_is_valid(STR("ny0303000")));
	check(!ori_is_valid(STR("NY030300")));
	check(!ori_is_valid(STR("NY03030000")));
	check(!ori_is_valid(STR("NY03-3000")));
	check(!ori_is_valid(STR("")));
}

static void
the_ninth_character_tells_the_kind_of_agency(void)
{
	check(ori_kind_of(STR("NY0303000")) == ORI_KIND_LAW_ENFORCEMENT);
	check(ori_kind_of(STR("NY030303A")) == ORI_KIND_PROSECUTOR);
	check(ori_kind_of(STR("NY030303J")) == ORI_KIND_COURT);
	check(ori_kind_of(STR("NY030303E")) == ORI_KIND_PRIVATE_POLICE);
	check(ori_kind_of(STR("NY030303Q")) == ORI_KIND_UNKNOWN);
	check(ori_kind_of(STR("NY")) == ORI_KIND_UNKNOWN);
	check_str(ori_kind_text(ORI_KIND_COURT), STR("court"));
}

static const struct tap_test tests[] = {
	TEST(an_ori_is_two_letters_and_seven_letters_or_digits),
	TEST(the_ninth_character_tells_the_kind_of_agency),
};

TAP_MAIN(tests)
