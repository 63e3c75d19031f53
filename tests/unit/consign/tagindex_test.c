/* The index: what was added is found, whatever the order and the number. */
#include "consign/tagindex.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "consign/tagruns.h"
#include "tap.h"
#include "util/frame.h"
#include "util/random.h"

static const char id[CONSIGN_ID + 1] = "01KAN0YGM4WZ1SVQ0D8X6T7R5E";

struct desk {
	struct tagruns runs;
	int runs_fd;
	int out;
	uint64_t n_tags;
	uint64_t n_shared;
	struct tagindex index;
};

static void
sit_down(struct desk *desk)
{
	*desk = (struct desk){ .runs_fd = memfd_create("runs", MFD_CLOEXEC),
		.out = memfd_create("index", MFD_CLOEXEC) };
	check(tagruns_init(&desk->runs, desk->runs_fd) == 0);
}

static void
merge(struct desk *desk)
{
	check(tagruns_flush(&desk->runs) == 0);
	check(tagruns_merge(&desk->runs, &desk->n_tags, &desk->n_shared,
		  desk->out, id) == 0);
	check(tagindex_open(&desk->index, desk->out, id) == 0);
	check_u64(desk->index.n_tags, desk->n_tags);
}

static void
get_up(struct desk *desk)
{
	tagruns_fini(&desk->runs);
	close(desk->runs_fd);
	close(desk->out);
}

/* As a keyed hash is: any number, for a given one. */
static uint64_t
tag_of(uint64_t n)
{
	struct random_state state;

	random_seeded(&state, n);
	return random_next(&state);
}

static void
nothing_is_found_in_an_empty_index(void)
{
	struct tagindex_place place;
	struct desk desk;

	sit_down(&desk);
	merge(&desk);
	check_u64(desk.n_tags, 0);
	check(tagindex_find(&place, &desk.index, 0) == TAGINDEX_E_NONE);
	check(tagindex_find(&place, &desk.index, UINT64_MAX) ==
	    TAGINDEX_E_NONE);
	get_up(&desk);
}

static void
every_tag_of_many_runs_is_found(void)
{
	struct tagindex_place place;
	struct desk desk;
	uint64_t n = LIMIT_CONSIGN_RUN + 500000;

	sit_down(&desk);
	for (uint64_t i = 0; i < n; i++) {
		if (!tagruns_has_room(&desk.runs, 1) || i % 300007 == 5)
			check(tagruns_flush(&desk.runs) == 0);
		tagruns_add(&desk.runs, tag_of(i), i << 8 | (i & 3));
	}
	check(desk.runs.n_runs > 4);
	merge(&desk);
	check_u64(desk.n_tags, n);
	check_u64(desk.n_shared, 0);
	for (uint64_t i = 0; i < n; i += 61) {
		if (!check(tagindex_find(&place, &desk.index, tag_of(i)) == 0))
			break;
		check_u64(place.offset, i);
		check_u64(place.which, i & 3);
	}
	for (uint64_t i = n; i < n + 5000; i++)
		check(tagindex_find(&place, &desk.index, tag_of(i)) ==
		    TAGINDEX_E_NONE);
	get_up(&desk);
}

static void
the_ends_of_the_range_are_found(void)
{
	struct tagindex_place place;
	struct desk desk;

	sit_down(&desk);
	tagruns_add(&desk.runs, UINT64_MAX, 1 << 8);
	tagruns_add(&desk.runs, 0, 2 << 8);
	for (uint64_t i = 1; i < 5000; i++)
		tagruns_add(&desk.runs, tag_of(i), i << 8);
	merge(&desk);
	check(tagindex_find(&place, &desk.index, 0) == 0);
	check_u64(place.offset, 2);
	check(tagindex_find(&place, &desk.index, UINT64_MAX) == 0);
	check_u64(place.offset, 1);
	get_up(&desk);
}

/* One identifier a million times: two entries are enough to know. */
static void
h12_a_flood_of_one_identifier_is_two_entries(void)
{
	struct tagindex_place place;
	struct desk desk;

	sit_down(&desk);
	for (uint64_t i = 0; i < 2 * LIMIT_CONSIGN_RUN; i++) {
		if (!tagruns_has_room(&desk.runs, 2))
			check(tagruns_flush(&desk.runs) == 0);
		tagruns_add(&desk.runs, UINT64_C(0x1234567890abcdef), i << 8);
	}
	tagruns_add(&desk.runs, tag_of(7), 7 << 8);
	merge(&desk);
	check_u64(desk.n_tags, 3);
	check_u64(desk.n_shared, 1);
	check(tagindex_find(&place, &desk.index,
		  UINT64_C(0x1234567890abcdef)) == TAGINDEX_E_MANY);
	check(tagindex_find(&place, &desk.index, tag_of(7)) == 0);
	get_up(&desk);
}

static void
h12_more_runs_than_can_be_merged_are_refused(void)
{
	struct desk desk;

	sit_down(&desk);
	desk.runs.n_runs = LIMIT_CONSIGN_RUNS;
	tagruns_add(&desk.runs, 1, 1);
	check(tagruns_flush(&desk.runs) == TAGRUNS_E_FULL);
	desk.runs.n_runs = 0;
	get_up(&desk);
}

static void
h12_a_damaged_index_is_told(void)
{
	struct tagindex_place place;
	uint8_t fence[8];
	struct desk desk;

	sit_down(&desk);
	for (uint64_t i = 0; i < 5000; i++)
		tagruns_add(&desk.runs, tag_of(i), i << 8);
	merge(&desk);
	/* A bucket of more than can be; fences that fall; a file cut short. */
	frame_set_u64(fence, LIMIT_CONSIGN_BUCKET + 1);
	check(pwrite(desk.out, fence, 8, TAGRUNS_HEAD + 8) == 8);
	check(tagindex_find(&place, &desk.index, 0) == TAGINDEX_E_DAMAGED);
	frame_set_u64(fence, UINT64_MAX);
	check(pwrite(desk.out, fence, 8, TAGRUNS_HEAD) == 8);
	check(tagindex_find(&place, &desk.index, 0) == TAGINDEX_E_DAMAGED);
	check(tagindex_open(&desk.index, desk.out,
		  "01KAN0YGM4WZ1SVQ0D8X6T7R50") == TAGINDEX_E_DAMAGED);
	check(ftruncate(desk.out, 70000) == 0);
	check(tagindex_open(&desk.index, desk.out, id) == TAGINDEX_E_DAMAGED);
	check(ftruncate(desk.out, 10) == 0);
	check(tagindex_open(&desk.index, desk.out, id) == TAGINDEX_E_DAMAGED);
	get_up(&desk);
}

static const struct tap_test tests[] = {
	TEST(nothing_is_found_in_an_empty_index),
	TEST(every_tag_of_many_runs_is_found),
	TEST(the_ends_of_the_range_are_found),
	TEST(h12_a_flood_of_one_identifier_is_two_entries),
	TEST(h12_more_runs_than_can_be_merged_are_refused),
	TEST(h12_a_damaged_index_is_told),
};

TAP_MAIN(tests)
