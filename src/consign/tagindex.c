/* Look-ups in the index; see tagindex.h. */
#include "consign/tagindex.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "consign/tagruns.h"
#include "limits.h"
#include "util/fault.h"
#include "util/frame.h"

/* Returns: 0; TAGINDEX_E_DAMAGED (the file ends before); fault. */
static int
read_at(void *bytes, size_t len, int fd, uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)bytes + done, len - done,
		    (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAULT(errno);
		if (n == 0)
			return TAGINDEX_E_DAMAGED;
		done += (size_t)n;
	}
	return 0;
}

static uint64_t
entries_at(const struct tagindex *index)
{
	return TAGRUNS_HEAD + 8 * ((UINT64_C(1) << index->bits) + 1);
}

int
tagindex_open(struct tagindex *index, int fd, const char id[static CONSIGN_ID])
{
	uint8_t head[TAGRUNS_HEAD];
	struct stat info;
	int r = read_at(head, sizeof(head), fd, 0);

	*index = (struct tagindex){ .fd = fd };
	if (r != 0)
		return TRACE(r);
	if (fstat(fd, &info) < 0)
		return FAULT(errno);
	index->bits = head[34];
	index->n_tags = frame_get_u64(head + 40);
	if (memcmp(head, "STILEci1", 8) != 0 ||
	    memcmp(head + 8, id, CONSIGN_ID) != 0 ||
	    index->bits > TAGRUNS_BITS_MAX ||
	    index->n_tags > UINT64_MAX / 2 / TAGRUNS_ENTRY ||
	    (uint64_t)info.st_size != entries_at(index) +
		    index->n_tags * TAGRUNS_ENTRY)
		return TAGINDEX_E_DAMAGED;
	return 0;
}

/* First and last entry of the tag's bucket. */
static int
find_bucket(uint64_t *first, size_t *n, const struct tagindex *index,
    uint64_t tag)
{
	uint64_t bucket = index->bits == 0 ? 0 : tag >> (64 - index->bits);
	uint8_t fences[16];
	uint64_t end;
	int r = read_at(fences, sizeof(fences), index->fd,
	    TAGRUNS_HEAD + 8 * bucket);

	if (r != 0)
		return TRACE(r);
	*first = frame_get_u64(fences);
	end = frame_get_u64(fences + 8);
	if (*first > end || end > index->n_tags ||
	    end - *first > LIMIT_CONSIGN_BUCKET)
		return TAGINDEX_E_DAMAGED;
	*n = (size_t)(end - *first);
	return 0;
}

int
tagindex_find(struct tagindex_place *place, const struct tagindex *index,
    uint64_t tag)
{
	uint8_t entries[LIMIT_CONSIGN_BUCKET * TAGRUNS_ENTRY];
	uint64_t first = 0;
	size_t n = 0;
	size_t n_found = 0;
	int r = find_bucket(&first, &n, index, tag);

	*place = (struct tagindex_place){ 0 };
	if (r == 0)
		r = read_at(entries, n * TAGRUNS_ENTRY, index->fd,
		    entries_at(index) + first * TAGRUNS_ENTRY);
	if (r != 0)
		return TRACE(r);
	for (size_t i = 0; i < n; i++) {
		uint64_t value;

		if (frame_get_u64(entries + i * TAGRUNS_ENTRY) != tag)
			continue;
		value = frame_get_u64(entries + i * TAGRUNS_ENTRY + 8);
		*place = (struct tagindex_place){ value >> 8, value & 0xff };
		n_found++;
	}
	return n_found == 1 ? 0 : n_found == 0 ? TAGINDEX_E_NONE
					       : TAGINDEX_E_MANY;
}
