/* Mapping files: what is read, what is refused and with which words. */
#include "tap.h"
#include "source/import_map.h"
#include "util/csv.h"

static struct arena arena;
static struct diag_list diags;
static struct import_map map;

static int
parse(struct str text)
{
	arena_reset(&arena);
	diag_init(&diags, &arena, STR("m.map"), text);
	return import_map_parse(&map, &diags, &arena, text);
}

/* The mapping is refused, at this line, with these words in the message. */
static void
check_refused(const char *text, size_t line, const char *words, int at)
{
	int r = parse(str_of(text));
	struct str said = diags.n_items > 0 ? diags.items[0].text : STR("");

	if (r == IMPORT_MAP_E_BAD && diags.items[0].line == line &&
	    memmem(said.p, said.len, words, strlen(words)) != NULL)
		return;
	printf("# line %d: %d, line %zu: %.*s\n", at, r,
	    diags.n_items > 0 ? diags.items[0].line : 0, STR_ARG(said));
	tap_failed = true;
}

#define refused(text, line, words) check_refused((text), (line), (words), __LINE__)
#define MAP(entries) "kind = \"vehicle\";\ncolumns = (\n" entries "\n);\n"

static void
a_mapping_is_read_with_its_transforms(void)
{
	check_u64(parse(STR("kind = \"driver\"; separator = \"\\t\";\n"
			    "columns = (\n"
			    " { column = \" Born \"; field = "
			    "\"person.birth_date\"; date = \"M/D/YYYY\"; },\n"
			    " { column = \"Sex\"; field = \"person.sex\"; "
			    "codes = ((\"1\", \"M\"), (\"2\", \"F\")); "
			    "optional = true; },\n"
			    " { value = \"NY\"; field = \"licence.state\"; },\n"
			    " { column = \"S\"; field = \"flag.sealed\"; },\n"
			    " { column = \"X\"; drop = \"why\"; });\n")),
	    0);
	check(map.kind == RECORD_DRIVER && map.separator == '\t');
	check_u64(map.n_entries, 5);
	check_str(map.entries[0].column, STR("Born"));
	check(map.entries[0].field == RECORD_PERSON_BIRTH_DATE);
	check_u64(map.entries[1].n_codes, 2);
	check_str(map.entries[1].codes[1].value, STR("F"));
	check(map.entries[1].is_optional);
	check(map.entries[3].target == IMPORT_MAP_SEALED);
	check(map.entries[4].target == IMPORT_MAP_DROP);
	check_str(map.entries[4].reason, STR("why"));
}

static void
a_wrong_mapping_is_refused_at_its_line(void)
{
	refused("", 1, "kind is missing");
	refused("kind = ;", 1, "syntax error");
	refused("kind = \"boat\";\ncolumns = ({});", 1, "vehicle");
	refused("kind = \"vehicle\";\n", 1, "columns");
	refused("kind = \"vehicle\";\ncolumns = ();", 2, "columns");
	refused("kind = \"vehicle\";\nfile = \"x\";\ncolumns = ({});", 2,
	    "there is no setting \"file\"");
	refused("separator = \";;\";\n"
		"kind = \"vehicle\"; columns = ({});", 1, "one character");
	refused("separator = \"\\\"\";\n"
		"kind = \"vehicle\"; columns = ({});", 1, "one character");
	refused(MAP("{ column = \"A\"; field = \"vehicle.wings\"; }"), 3,
	    "there is no field \"vehicle.wings\"");
	refused(MAP("{ column = \"A\"; field = \"person.sex\"; }"), 3,
	    "a vehicle has no field");
	refused(MAP("{ column = \"A\"; }"), 3, "field (or drop");
	refused(MAP("{ field = \"vehicle.make\"; }"), 3, "column (or value)");
	refused(MAP("{ column = \"A\"; value = \"B\"; "
		    "field = \"vehicle.make\"; }"),
	    3, "exclude");
	refused(MAP("{ column = \"A\"; drop = \"b\"; "
		    "field = \"vehicle.make\"; }"),
	    3, "exclude");
	refused(MAP("{ column = \"A\"; drop = \"\"; }"), 3, "say why");
	refused(MAP("{ column = \"\"; field = \"vehicle.make\"; }"), 3,
	    "empty");
	refused(MAP("{ column = 7; field = \"vehicle.make\"; }"), 3,
	    "a text in quotes");
	refused(MAP("{ column = \"A\"; field = \"vehicle.make\";\n"
		    "upper = \"yes\"; }"),
	    4, "true or false");
	refused(MAP("{ column = \"A\"; field = \"vehicle.make\";\n"
		    "shout = true; }"),
	    4, "no setting \"shout\"");
	refused(MAP("{ column = \"A\"; field = \"registration.expires\";\n"
		    "date = \"MM/YY\"; }"),
	    4, "no pattern");
	refused(MAP("{ column = \"A\"; field = \"vehicle.make\";\n"
		    "codes = ((\"a\")); }"),
	    4, "pairs");
	refused("kind = \"vehicle\";\ncolumns = (\n\"A\" );", 3,
	    "groups are expected");
	refused("@include \"/etc/passwd\"\n", 1, "@include");
	refused("kind = \"\xff\";", 1, "UTF-8");
}

static void
a_mapping_cannot_ask_for_what_must_stay_out(void)
{
	check_u64(parse(STR(MAP("{ column = \"Place of Birth\"; "
				"field = \"vehicle.model\"; }"))),
	    0);
	check(map.entries[0].target == IMPORT_MAP_DROP);
	check_u64(parse(STR("kind = \"driver\"; columns = ("
			    "{ column = \"Number 2\"; field = "
			    "\"person.ssn\"; });")),
	    0);
	check(map.entries[0].target == IMPORT_MAP_DROP);
	check(map.entries[0].reason.len > 0);
}

static int
bind(const char *header)
{
	struct csv csv;
	int r;

	csv_init(&csv, str_of(header), ',');
	check_u64(csv_next(&csv), 0);
	r = import_map_bind(&map, &diags, &csv);
	csv_fini(&csv);
	return r;
}

static void
columns_are_found_by_name_wherever_they_stand(void)
{
	check_u64(parse(STR(MAP(
		      "{ column = \"Make\"; field = \"vehicle.make\"; },"
		      "{ column = \"Color\"; field = \"vehicle.color\"; "
		      "optional = true; },"
		      "{ column = \"P\"; field = \"flag.protected\"; }"))),
	    0);
	check_u64(bind("P, Make ,X"), 0);
	check(map.entries[0].is_bound && map.entries[0].index == 1);
	check(!map.entries[1].is_bound);
	check(map.has_protected && !map.has_sealed);
	check(import_map_find(&map, 0) == &map.entries[2]);
	check(import_map_find(&map, 2) == NULL);
}

static void
a_missing_or_doubled_column_is_named(void)
{
	struct str said;

	check_u64(parse(STR(MAP("{ column = \"Make\"; "
				"field = \"vehicle.make\"; }"))),
	    0);
	check_u64(bind("make,Color"), IMPORT_MAP_E_BAD);
	said = diags.items[0].text;
	check_str(said,
	    STR("the file has no column \"Make\" (mapping line 3)"));
	check_str(diags.items[0].help,
	    STR("its columns are \"make\", \"Color\""));
	check_u64(parse(STR(MAP("{ column = \"Make\"; "
				"field = \"vehicle.make\"; }"))),
	    0);
	check_u64(bind("Make,Make"), IMPORT_MAP_E_BAD);
}

static void
dates_are_read_by_their_pattern_only(void)
{
	static const struct {
		const char *pattern;
		const char *text;
		const char *iso; /* NULL: refused */
	} rows[] = {
		{ "MM/DD/YYYY", "05/31/2018", "2018-05-31" },
		{ "MM/DD/YYYY", "5/31/2018", NULL },
		{ "M/D/YYYY", "5/1/2018", "2018-05-01" },
		{ "M/D/YYYY", "12/31/2018", "2018-12-31" },
		{ "YYYYMMDD", "20240229", "2024-02-29" },
		{ "YYYYMMDD", "20230229", NULL },
		{ "YYYY-MM-DD", "2018-05-31", "2018-05-31" },
		{ "DD.MM.YYYY", "31.05.2018", "2018-05-31" },
		{ "MM/DD/YYYY", "31/05/2018", NULL },
		{ "MM/DD/YYYY", "05/31/2018 00:00", NULL },
		{ "MM/DD/YYYY", "05/31/18", NULL },
		{ "MM/DD/YYYY", "", NULL },
		{ "MM/DD/YYYY", "00/00/0000", NULL },
	};
	char iso[11];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool is_date = import_map_date(iso, str_of(rows[i].pattern),
		    str_of(rows[i].text));

		check(is_date == (rows[i].iso != NULL));
		if (is_date && rows[i].iso != NULL)
			check_str(str_of(iso), str_of(rows[i].iso));
	}
}

static const struct tap_test tests[] = {
	TEST(a_mapping_is_read_with_its_transforms),
	TEST(a_wrong_mapping_is_refused_at_its_line),
	TEST(a_mapping_cannot_ask_for_what_must_stay_out),
	TEST(columns_are_found_by_name_wherever_they_stand),
	TEST(a_missing_or_doubled_column_is_named),
	TEST(dates_are_read_by_their_pattern_only),
};

int
main(int argc, char **argv)
{
	int r;

	arena_init(&arena, 1 << 20);
	r = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
