/* Files of the log: their queues at their limits. */
#include "clerk/tilefiles.h"

#include "holder_log.h"
#include "limits.h"

struct place {
	char dir[48];
	struct tilefiles files;
};

static void
settle(struct place *place)
{
	memcpy(place->dir, "/tmp/stile-tiles-XXXXXX", 24);
	check(mkdtemp(place->dir) != NULL);
	check(tilefiles_open(&place->files, place->dir) == 0);
}

static void
leave(struct place *place)
{
	tilefiles_close(&place->files);
	holder_log_remove(place->dir);
}

static void
what_is_put_is_there_and_a_second_time_untouched(void)
{
	const struct tlog_tile tile = { .level = 1, .index = 1234067,
		.width = 3 };
	struct place place;
	char path[128];
	struct stat first;
	struct stat second;

	settle(&place);
	check(tilefiles_put(&place.files, &tile, STR("abc")) == 0);
	snprintf(path, sizeof(path), "%s/tile/1/x001/x234/067.p/3", place.dir);
	check(stat(path, &first) == 0);
	check_u64(first.st_mode & 0777, 0644);
	check(tilefiles_put(&place.files, &tile, STR("abc")) == 0);
	check(stat(path, &second) == 0 && first.st_ino == second.st_ino);
	check(tilefiles_put(&place.files, &tile, STR("abd")) == 0);
	check(stat(path, &second) == 0 && first.st_ino != second.st_ino);
	check(tilefiles_has(&place.files, &tile, 3));
	check(!tilefiles_has(&place.files, &tile, 4));
	leave(&place);
}

static void
more_directories_than_are_remembered_are_synced_in_between(void)
{
	struct place place;

	settle(&place);
	for (unsigned i = 0; i < LIMIT_CLERK_DIRECTORIES + 8; i++) {
		struct tlog_tile tile = { .index = i, .width = 1 };

		check(tilefiles_put(&place.files, &tile, STR("x")) == 0);
		check(place.files.n_dirty <= LIMIT_CLERK_DIRECTORIES);
	}
	check(tilefiles_checkpoint(&place.files, STR("note")) == 0);
	check_u64(place.files.n_dirty, 0);
	leave(&place);
}

static void
more_old_tiles_than_wait_are_removed_at_once(void)
{
	struct place place;
	struct tlog_tile first = { .index = 0, .width = 7 };
	struct tlog_tile last = { .index = LIMIT_CLERK_AGED, .width = 7 };

	settle(&place);
	check(tilefiles_put(&place.files, &first, STR("x")) == 0);
	check(tilefiles_put(&place.files, &last, STR("x")) == 0);
	for (unsigned i = 0; i < LIMIT_CLERK_AGED; i++)
		tilefiles_age(&place.files,
		    &(struct tlog_tile){ .index = i, .width = 256 }, 100);
	check(tilefiles_has(&place.files, &first, 1));
	tilefiles_age(&place.files, &(struct tlog_tile){
	    .index = LIMIT_CLERK_AGED, .width = 256 }, 100);
	check(!tilefiles_has(&place.files, &first, 1));
	check(tilefiles_has(&place.files, &last, 1));
	check_u64(place.files.n_aged, LIMIT_CLERK_AGED);
	check_u64(tilefiles_sweep(&place.files, 99), 100);
	check_u64(tilefiles_sweep(&place.files, 100), INT64_MAX);
	check(!tilefiles_has(&place.files, &last, 1));
	leave(&place);
}

static const struct tap_test tests[] = {
	TEST(what_is_put_is_there_and_a_second_time_untouched),
	TEST(more_directories_than_are_remembered_are_synced_in_between),
	TEST(more_old_tiles_than_wait_are_removed_at_once),
};

TAP_MAIN(tests)
