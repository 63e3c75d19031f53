/* The keeper's state: a crash at any byte leaves the old one or the new. */
#include "keeper/lastsigned.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "tap.h"
#include "tlog/merkle.h"

#define FILE_SIZE (2 * LASTSIGNED_SLOT)

struct place {
	char dir[48];
	char path[80];
};

static void
settle(struct place *place)
{
	snprintf(place->dir, sizeof(place->dir), "/tmp/stile-state-XXXXXX");
	check(mkdtemp(place->dir) != NULL);
	snprintf(place->path, sizeof(place->path), "%s/keeper.state",
	    place->dir);
	check(lastsigned_create(place->path) == 0);
}

static void
leave(const struct place *place)
{
	unlink(place->path);
	rmdir(place->dir);
}

static struct digest
root_of(uint8_t n)
{
	struct digest root;

	memset(&root, n, sizeof(root));
	return root;
}

static void
save(struct lastsigned *last, uint8_t n)
{
	struct digest root = root_of(n);
	char note[32];

	snprintf(note, sizeof(note), "note of %d", n);
	check(lastsigned_save(last, n, &root, str_of(note)) == 0);
}

static void
read_all(const struct place *place, uint8_t bytes[static FILE_SIZE])
{
	int fd = open(place->path, O_RDONLY | O_CLOEXEC);

	check(pread(fd, bytes, FILE_SIZE, 0) == FILE_SIZE);
	close(fd);
}

static void
write_all(const struct place *place, const uint8_t bytes[static FILE_SIZE])
{
	int fd = open(place->path, O_WRONLY | O_CLOEXEC);

	check(pwrite(fd, bytes, FILE_SIZE, 0) == FILE_SIZE);
	close(fd);
}

static void
a_new_state_is_an_empty_log(void)
{
	struct place place;
	struct lastsigned last;
	struct digest empty;

	settle(&place);
	tlog_merkle_empty(&empty);
	check_u64(lastsigned_open(&last, place.path), 0);
	check_u64(last.size, 0);
	check_u64(last.note_len, 0);
	check(memcmp(&last.root, &empty, sizeof(empty)) == 0);
	lastsigned_close(&last);
	check(lastsigned_create(place.path) == -EEXIST);
	leave(&place);
}

static void
the_newest_state_is_read_again(void)
{
	struct place place;
	struct lastsigned last;

	settle(&place);
	for (uint8_t n = 1; n <= 5; n++) {
		struct digest root = root_of(n);
		char note[32];

		check(lastsigned_open(&last, place.path) == 0);
		save(&last, n);
		lastsigned_close(&last);
		check(lastsigned_open(&last, place.path) == 0);
		check_u64(last.size, n);
		check_u64(last.sequence, n);
		check(memcmp(&last.root, &root, sizeof(root)) == 0);
		snprintf(note, sizeof(note), "note of %d", n);
		check_str(lastsigned_note(&last), str_of(note));
		lastsigned_close(&last);
	}
	leave(&place);
}

static void
a_note_may_be_as_long_as_its_limit(void)
{
	struct place place;
	struct lastsigned last;
	struct digest root = root_of(1);
	char note[LIMIT_KEEPER_NOTE];

	settle(&place);
	memset(note, 'n', sizeof(note));
	check(lastsigned_open(&last, place.path) == 0);
	check(lastsigned_save(&last, 1, &root,
	    (struct str){ note, sizeof(note) }) == 0);
	lastsigned_close(&last);
	check(lastsigned_open(&last, place.path) == 0);
	check_u64(last.note_len, sizeof(note));
	lastsigned_close(&last);
	leave(&place);
}

/* Every torn write: a prefix of the new slot over the old file. */
static void
a_write_torn_at_any_byte_leaves_old_or_new(void)
{
	struct place place;
	struct lastsigned last;
	uint8_t old[FILE_SIZE];
	uint8_t new[FILE_SIZE];
	uint8_t torn[FILE_SIZE];
	unsigned n_old = 0;
	unsigned n_new = 0;

	settle(&place);
	check(lastsigned_open(&last, place.path) == 0);
	save(&last, 1);
	save(&last, 2);
	lastsigned_close(&last);
	read_all(&place, old);
	check(lastsigned_open(&last, place.path) == 0);
	save(&last, 3);
	lastsigned_close(&last);
	read_all(&place, new);
	/* Sequence 3 is in the second slot. */
	check(memcmp(old, new, LASTSIGNED_SLOT) == 0);
	for (size_t cut = 0; cut <= LASTSIGNED_SLOT; cut++) {
		memcpy(torn, old, sizeof(torn));
		memcpy(torn + LASTSIGNED_SLOT, new + LASTSIGNED_SLOT, cut);
		write_all(&place, torn);
		if (lastsigned_open(&last, place.path) != 0) {
			check(cut > LASTSIGNED_SLOT);
			continue;
		}
		n_old += last.size == 2;
		n_new += last.size == 3;
		lastsigned_close(&last);
	}
	check_u64(n_old + n_new, LASTSIGNED_SLOT + 1);
	check(n_new >= 1 && n_old >= LASTSIGNED_SLOT - 32);
	leave(&place);
}

static void
a_file_without_a_whole_slot_is_not_an_empty_log(void)
{
	struct place place;
	struct lastsigned last;
	uint8_t zeros[FILE_SIZE] = { 0 };

	settle(&place);
	write_all(&place, zeros);
	check_u64(lastsigned_open(&last, place.path), LASTSIGNED_E_DAMAGED);
	check(truncate(place.path, 0) == 0);
	check_u64(lastsigned_open(&last, place.path), LASTSIGNED_E_DAMAGED);
	unlink(place.path);
	check_u64(lastsigned_open(&last, place.path), LASTSIGNED_E_ABSENT);
	leave(&place);
}

static void
slots_that_contradict_each_other_are_damage(void)
{
	struct place place;
	struct lastsigned last;
	uint8_t early[FILE_SIZE];
	uint8_t late[FILE_SIZE];

	settle(&place);
	check(lastsigned_open(&last, place.path) == 0);
	save(&last, 1);
	lastsigned_close(&last);
	read_all(&place, early);
	check(lastsigned_open(&last, place.path) == 0);
	save(&last, 2);
	save(&last, 3);
	save(&last, 4);
	lastsigned_close(&last);
	read_all(&place, late);
	/* A slot of an old copy beside one of today. */
	memcpy(late + LASTSIGNED_SLOT, early + LASTSIGNED_SLOT,
	    LASTSIGNED_SLOT);
	write_all(&place, late);
	check_u64(lastsigned_open(&last, place.path), LASTSIGNED_E_DAMAGED);
	leave(&place);
}

static void
two_keepers_never_share_a_state(void)
{
	struct place place;
	struct lastsigned last;
	struct lastsigned other;

	settle(&place);
	check(lastsigned_open(&last, place.path) == 0);
	check_u64(lastsigned_open(&other, place.path), LASTSIGNED_E_LOCKED);
	lastsigned_close(&last);
	check_u64(lastsigned_open(&other, place.path), 0);
	lastsigned_close(&other);
	leave(&place);
}

static void
a_state_that_cannot_be_written_is_not_the_new_one(void)
{
	struct place place;
	struct lastsigned last;
	struct digest root = root_of(9);
	int fd;

	settle(&place);
	check(lastsigned_open(&last, place.path) == 0);
	fd = last.fd;
	last.fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	check(lastsigned_save(&last, 9, &root, STR("note")) < 0);
	check_u64(last.size, 0);
	check_u64(last.note_len, 0);
	close(last.fd);
	last.fd = fd;
	lastsigned_close(&last);
	leave(&place);
}

static const struct tap_test tests[] = {
	TEST(a_new_state_is_an_empty_log),
	TEST(the_newest_state_is_read_again),
	TEST(a_note_may_be_as_long_as_its_limit),
	TEST(a_write_torn_at_any_byte_leaves_old_or_new),
	TEST(a_file_without_a_whole_slot_is_not_an_empty_log),
	TEST(slots_that_contradict_each_other_are_damage),
	TEST(two_keepers_never_share_a_state),
	TEST(a_state_that_cannot_be_written_is_not_the_new_one),
};

TAP_MAIN(tests)
