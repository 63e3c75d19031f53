/* What the keeper signed last; see lastsigned.h. */
#include "keeper/lastsigned.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "tlog/merkle.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/frame.h"

#define AT_SEQUENCE 8
#define AT_SIZE 16
#define AT_ROOT 24
#define AT_NOTE_LEN 56
#define AT_NOTE 60
#define AT_SUM (LASTSIGNED_SLOT - 32)

static const char magic[8] = { 'S', 'T', 'I', 'L', 'E', 'k', 's', '1' };

_Static_assert(AT_NOTE + LIMIT_KEEPER_NOTE <= AT_SUM, "a note fits a slot");

static void
encode(uint8_t slot[static LASTSIGNED_SLOT], const struct lastsigned *last)
{
	struct digest sum;

	memset(slot, 0, LASTSIGNED_SLOT);
	memcpy(slot, magic, sizeof(magic));
	frame_set_u64(slot + AT_SEQUENCE, last->sequence);
	frame_set_u64(slot + AT_SIZE, last->size);
	memcpy(slot + AT_ROOT, &last->root, 32);
	slot[AT_NOTE_LEN + 2] = (uint8_t)(last->note_len >> 8);
	slot[AT_NOTE_LEN + 3] = (uint8_t)last->note_len;
	memcpy(slot + AT_NOTE, last->note, last->note_len);
	sha256_of(&sum, slot, AT_SUM);
	memcpy(slot + AT_SUM, &sum, 32);
}

/* Returns: true when slot number is whole; a torn one is not. */
static bool
decode(struct lastsigned *last, const uint8_t slot[static LASTSIGNED_SLOT],
    uint64_t number)
{
	struct digest sum;

	sha256_of(&sum, slot, AT_SUM);
	if (memcmp(&sum, slot + AT_SUM, 32) != 0 ||
	    memcmp(slot, magic, sizeof(magic)) != 0)
		return false;
	last->sequence = frame_get_u64(slot + AT_SEQUENCE);
	last->size = frame_get_u64(slot + AT_SIZE);
	memcpy(&last->root, slot + AT_ROOT, 32);
	last->note_len = (size_t)slot[AT_NOTE_LEN + 2] << 8 |
	    slot[AT_NOTE_LEN + 3];
	if (last->note_len > LIMIT_KEEPER_NOTE || last->sequence % 2 != number)
		return false;
	memcpy(last->note, slot + AT_NOTE, last->note_len);
	return true;
}

int
lastsigned_create(const char *path)
{
	uint8_t slots[2 * LASTSIGNED_SLOT] = { 0 };
	struct lastsigned empty = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return FAULT(errno);
	tlog_merkle_empty(&empty.root);
	encode(slots, &empty);
	r = file_write_all(fd, (struct str){ (const char *)slots,
	    sizeof(slots) });
	if (r == 0 && fsync(fd) < 0)
		r = FAULT(errno);
	close(fd);
	return TRACE(r);
}

static int
choose(struct lastsigned *last, const uint8_t *slots)
{
	struct lastsigned read[2] = { { 0 }, { 0 } };
	bool is_whole[2];
	size_t newer;

	for (size_t i = 0; i < 2; i++)
		is_whole[i] = decode(&read[i], slots + i * LASTSIGNED_SLOT, i);
	if (!is_whole[0] && !is_whole[1])
		return LASTSIGNED_E_DAMAGED;
	newer = is_whole[1] &&
	    (!is_whole[0] || read[1].sequence > read[0].sequence);
	/* Written in turn, so the older one is one behind, and not larger. */
	if (is_whole[1 - newer] &&
	    (read[newer].sequence != read[1 - newer].sequence + 1 ||
		read[newer].size < read[1 - newer].size))
		return LASTSIGNED_E_DAMAGED;
	read[newer].fd = last->fd;
	*last = read[newer];
	return 0;
}

static int
read_slots(struct lastsigned *last)
{
	uint8_t slots[2 * LASTSIGNED_SLOT];
	struct stat info;

	if (fstat(last->fd, &info) < 0)
		return FAULT(errno);
	if (!S_ISREG(info.st_mode) || info.st_size != sizeof(slots))
		return LASTSIGNED_E_DAMAGED;
	if (pread(last->fd, slots, sizeof(slots), 0) != sizeof(slots))
		return FAULT(EIO);
	return TRACE(choose(last, slots));
}

int
lastsigned_open(struct lastsigned *last, const char *path)
{
	int r;

	*last = (struct lastsigned){ 0 };
	last->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (last->fd < 0)
		return errno == ENOENT ? LASTSIGNED_E_ABSENT : FAULT(errno);
	if (flock(last->fd, LOCK_EX | LOCK_NB) < 0)
		r = errno == EWOULDBLOCK ? LASTSIGNED_E_LOCKED : FAULT(errno);
	else
		r = read_slots(last);
	if (r != 0)
		lastsigned_close(last);
	return r < 0 ? TRACE(r) : r;
}

int
lastsigned_peek(struct lastsigned *last, const char *path)
{
	int r;

	*last = (struct lastsigned){ 0 };
	last->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (last->fd < 0)
		return errno == ENOENT ? LASTSIGNED_E_ABSENT : FAULT(errno);
	r = read_slots(last);
	close(last->fd);
	last->fd = -1;
	return r < 0 ? TRACE(r) : r;
}

void
lastsigned_close(struct lastsigned *last)
{
	if (last->fd > 0)
		close(last->fd);
	*last = (struct lastsigned){ .fd = -1 };
}

int
lastsigned_save(struct lastsigned *last, uint64_t size,
    const struct digest *root, struct str note)
{
	uint8_t slot[LASTSIGNED_SLOT];
	struct lastsigned next = { .fd = last->fd,
		.sequence = last->sequence + 1, .size = size, .root = *root,
		.note_len = note.len };
	off_t at = (off_t)(next.sequence % 2 * LASTSIGNED_SLOT);
	ssize_t n;

	assert(note.len <= sizeof(next.note) && size >= last->size);
	memcpy(next.note, note.p, note.len);
	encode(slot, &next);
	do
		n = pwrite(last->fd, slot, sizeof(slot), at);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(slot))
		return FAULT(n < 0 ? errno : EIO);
	if (fdatasync(last->fd) < 0)
		return FAULT(errno);
	*last = next;
	return 0;
}
