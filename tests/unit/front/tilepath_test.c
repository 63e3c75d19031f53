/* tlog-tiles paths. */
#include "front/tilepath.h"

#include "tap.h"

static void
c2sp_tlog_tiles_paths_are_read(void)
{
	struct tilepath t;

	check(tilepath_parse(&t, STR("checkpoint")));
	check(t.kind == TILEPATH_CHECKPOINT);
	check(tilepath_parse(&t, STR("tile/0/x001/x234/067")));
	check(t.kind == TILEPATH_TILE && t.level == 0);
	check_u64(t.index, 1234067);
	check_u64(t.width, 256);
	check(tilepath_parse(&t, STR("tile/63/999.p/255")));
	check(t.level == 63 && t.width == 255);
	check(tilepath_parse(&t, STR("tile/entries/000.p/1")));
	check(t.kind == TILEPATH_ENTRIES && t.index == 0 && t.width == 1);
	check(tilepath_parse(&t,
	    STR("tile/0/x999/x999/x999/x999/x999/999")));
	check_u64(t.index, UINT64_C(999999999999999999));
}

static void
there_is_one_way_to_write_a_path(void)
{
	struct tilepath t;
	static const char *const wrong[] = { "", "/", "tile", "tile/",
		"tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000",
		"tile/00/000", "tile/01/000", "tile/64/000", "tile/+1/000",
		"tile/-1/000", "tile/ 1/000", "tile/0/x000/000",
		"tile/0/x001", "tile/0/x001/", "tile/0/x001/x002",
		"tile/0/001/002", "tile/0/X001/002", "tile/0/000/",
		"tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
		"tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/",
		"tile/0/000.p/1.p/1", "tile/0/000.P/1", "tile/0/../0/000",
		"tile/entries", "tile/entries/", "tile/entries/0",
		"tile/data/000", "checkpoint/", "Checkpoint", "./checkpoint",
		"/checkpoint", "tile/0/x001/x001/x001/x001/x001/x001/001",
		"tile/4294967296/000", "tile/0/000.p/4294967297" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		if (!check(!tilepath_parse(&t, str_of(wrong[i]))))
			printf("# %s\n", wrong[i]);
	}
	check(!tilepath_parse(&t, STR("tile/0/000\0")));
	check(!tilepath_parse(&t, (struct str){ 0 }));
}

static const struct tap_test tests[] = {
	TEST(c2sp_tlog_tiles_paths_are_read),
	TEST(there_is_one_way_to_write_a_path),
};

TAP_MAIN(tests)
