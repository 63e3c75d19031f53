/* Mapping files: what they may say, and what they are told when wrong. */
#include "cli/audit_map.h"

#include "tap.h"

static struct arena arena;
static struct diag_list diags;

static int
parse(struct audit_map *map, const char *text)
{
	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("a.map"), str_of(text));
	return audit_map_parse(map, &diags, &arena, str_of(text));
}

static void
every_setting_is_read(void)
{
	struct audit_map map;

	check(parse(&map,
		  "agency = \"Some PD\";\n"
		  "columns = { when = \"Search Time\"; case = \"\"; };\n"
		  "case_forms = [ \"SP99-999*\", \"2025*\" ];\n"
		  "separator = \"tab\"; dates = \"dmy\"; header = false;\n") ==
	    0);
	check_str(map.agency, STR("Some PD"));
	check_str(map.columns[AUDIT_MAP_WHEN], STR("Search Time"));
	check(map.is_given[AUDIT_MAP_CASE] && !map.is_given[AUDIT_MAP_WHO]);
	check_u64(map.n_case_forms, 2);
	check(map.separator == '\t' && map.has_no_header);
	check(map.dates == AUDIT_MAP_DATES_DMY);
	check(parse(&map, "") == 0);
}

static void
p12_wrong_settings_are_all_told_with_their_lines(void)
{
	struct audit_map map;

	check(parse(&map, "agencey = \"x\";\ncolumns = { wen = \"a\"; };\n"
			  "dates = \"ymd\";\nseparator = \"ab\";\n"
			  "case_forms = [ \"AA\" ];\nagency = 5;\n") ==
	    AUDIT_MAP_E_WRONG);
	check_u64(diags.n_errors, 6);
	check(strstr(diags.items[0].text.p, "line 1: agencey") != NULL);
	check(strstr(diags.items[1].text.p, "line 2: wen") != NULL);
	check(parse(&map, "columns = { when = ") == AUDIT_MAP_E_WRONG);
	check(parse(&map, "columns = \"x\";") == AUDIT_MAP_E_WRONG);
	check(parse(&map, "case_forms = \"x\";") == AUDIT_MAP_E_WRONG);
}

static const struct tap_test tests[] = {
	TEST(every_setting_is_read),
	TEST(p12_wrong_settings_are_all_told_with_their_lines),
};

int
main(int argc, char **argv)
{
	int status = tap_main(tests, ARRAY_LEN(tests), argc, argv);

	arena_fini(&arena);
	return status;
}
