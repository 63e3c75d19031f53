/* Tile coordinates: C2SP's examples, widths, and every malformed path. */
#include "tlog/tile.h"

#include "memory_log.h"
#include "tap.h"
#include "vectors.h"

static void
published_paths_come_out_and_are_read_again(void)
{
	json_t *json = vectors_load(TESTS_DIR
	    "/log-vectors/notes-and-paths.json");
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(json, "tile_paths"), i, row) {
		struct tlog_tile tile = { .level = 3,
			.width = TLOG_TILE_WIDTH };
		struct tlog_tile again;
		char want[TLOG_TILE_PATH_BYTES];
		char got[TLOG_TILE_PATH_BYTES];

		tile.index = strtoull(
		    json_string_value(json_array_get(row, 0)) + 2, NULL, 10);
		for (unsigned width = 7; width <= TLOG_TILE_WIDTH;
		     width += TLOG_TILE_WIDTH - 7) {
			tile.width = width;
			snprintf(want, sizeof(want), "tile/3/%s%s",
			    json_string_value(json_array_get(row, 1)),
			    width == 7 ? ".p/7" : "");
			check_u64(tlog_tile_format_path(got, &tile),
			    strlen(want));
			check_str(str_of(got), str_of(want));
			check(tlog_tile_parse_path(&again, str_of(got)));
			check(again.level == 3 && again.index == tile.index &&
			    again.width == width && !again.is_entries);
		}
	}
	check_u64(i, 4);
	json_decref(json);
}

static void
the_longest_path_fits_and_is_read_again(void)
{
	struct tlog_tile tile = { false, 63, TLOG_SIZE_MAX, 255 };
	struct tlog_tile again;
	char path[TLOG_TILE_PATH_BYTES];

	tlog_tile_format_path(path, &tile);
	check_str(str_of(path), STR("tile/63/x009/x223/x372/x036/x854/x775/807"
				    ".p/255"));
	check(tlog_tile_parse_path(&again, str_of(path)));
	check(again.index == TLOG_SIZE_MAX && again.width == 255);
	tile = (struct tlog_tile){ true, 0, 1234067, 256 };
	tlog_tile_format_path(path, &tile);
	check_str(str_of(path), STR("tile/entries/x001/x234/067"));
	check(tlog_tile_parse_path(&again, str_of(path)));
	check(again.is_entries && again.index == 1234067);
}

static void
malformed_paths_are_refused(void)
{
	static const char *const bad[] = { "", "tile", "tile/", "tile/0",
		"tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000",
		"tile/0/1000", "tile/00/000", "tile/64/000", "tile/-1/000",
		"tile//000", "tile/x/000", "tile/0/x000/001", "tile/0/x001",
		"tile/0/x001/", "tile/0/001/000", "tile/0/x01/000",
		"tile/0/000/", "tile/0/000.p", "tile/0/000.p/",
		"tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
		"tile/0/000.p/1/", "tile/0/000p/1", "tile/0/ 00",
		"tile/0/+00", "/tile/0/000", "tile/entries", "tile/entries/",
		"tile/entriesx/000", "tile/0/../000",
		"tile/0/x009/x223/x372/x036/x854/x775/808",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/999" };
	struct tlog_tile tile;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (!check(!tlog_tile_parse_path(&tile, str_of(bad[i]))))
			printf("# %s\n", bad[i]);
	}
}

static void
widths_are_those_of_the_specification(void)
{
	json_t *json = vectors_load(TESTS_DIR
	    "/log-vectors/notes-and-paths.json");
	const json_t *counts = json_object_get(json, "tile_counts_70000");

	check_u64(tlog_tile_width(70000, 0, 272), 256);
	check_u64(tlog_tile_width(70000, 0, 273),
	    vectors_u64(counts, "L0_partial"));
	check_u64(vectors_u64(counts, "L0_full"), 273);
	check_u64(tlog_tile_width(70000, 0, 274), 0);
	check_u64(tlog_tile_width(70000, 1, 0), 256);
	check_u64(tlog_tile_width(70000, 1, 1),
	    vectors_u64(counts, "L1_partial"));
	check_u64(tlog_tile_width(70000, 2, 0),
	    vectors_u64(counts, "L2_partial"));
	check_u64(tlog_tile_width(70000, 3, 0), 0);
	check_u64(tlog_tile_width(256, 0, 0), 256);
	check_u64(tlog_tile_width(256, 1, 0), 1);
	check_u64(tlog_tile_width(0, 0, 0), 0);
	check_u64(tlog_tile_width(TLOG_SIZE_MAX, 7, 0), 127);
	check_u64(tlog_tile_width(TLOG_SIZE_MAX, 8, 0), 0);
	check_u64(tlog_tile_width(TLOG_SIZE_MAX, 0, UINT64_MAX), 0);
	json_decref(json);
}

static void
a_partial_upper_tile_is_worked_out_when_there_is_none(void)
{
	struct memory_tiles tiles = { 3000, false, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct digest got[TLOG_TILE_WIDTH];

	memory_log_fill(3000);
	check(tlog_tile_read(&reader, 1, 0, 11, got) == 0);
	for (size_t i = 0; i < 11; i++) {
		struct digest want = naive_root(i * 256, (i + 1) * 256);

		check(digest_is(&got[i], &want));
	}
	check(tlog_tile_read(&reader, 1, 0, 12, got) == TLOG_TILE_E_MISSING);
	check(tlog_tile_read(&reader, 0, 11, 184, got) == 0);
	check(tlog_tile_read(&reader, 0, 11, 185, got) ==
	    TLOG_TILE_E_MISSING);
}

/* Level 0 and 1 of a real 300-leaf log lead to its cosigned root. */
static void
sunlights_tiles_agree_with_each_other(void)
{
	static const char dir[] = TESTS_DIR
	    "/log-vectors/sunlight-witness-mirror300/mirror/"
	    "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/";
	static struct digest leaves[300];
	struct digest above;
	struct digest root;
	struct digest want;
	const char *const files[] = { "tile/0/000", "tile/0/001.p/44",
		"tile/1/000.p/1" };
	void *const places[] = { leaves, leaves + 256, &above };
	const size_t widths[] = { 256, 44, 1 };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[512];
		FILE *file;

		snprintf(path, sizeof(path), "%s%s", dir, files[i]);
		file = fopen(path, "rb");
		if (!check(file != NULL))
			return;
		check_u64(fread(places[i], 32, widths[i], file), widths[i]);
		check(fgetc(file) == EOF);
		fclose(file);
	}
	tlog_tile_root(&root, leaves);
	check(digest_is(&root, &above));
	tlog_merkle_root_of(&root, leaves, 300);
	check(vectors_digest(&want,
	    STR("gw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=")));
	check(digest_is(&root, &want));
}

static const struct tap_test tests[] = {
	TEST(published_paths_come_out_and_are_read_again),
	TEST(the_longest_path_fits_and_is_read_again),
	TEST(malformed_paths_are_refused),
	TEST(widths_are_those_of_the_specification),
	TEST(a_partial_upper_tile_is_worked_out_when_there_is_none),
	TEST(sunlights_tiles_agree_with_each_other),
};

TAP_MAIN(tests)
