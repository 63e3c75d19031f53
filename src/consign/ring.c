/* The shared ring; see ring.h. */
#include "consign/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/fault.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* linux/fcntl.h; Linux 5.1 */
#endif

/* Map the file twice at place, which is reserved. */
static int
map_twice(uint8_t *place, int fd, int rights)
{
	for (size_t half = 0; half < 2; half++) {
		void *at = place + half * LIMIT_CONSIGN_RING;

		if (mmap(at, LIMIT_CONSIGN_RING, rights, MAP_SHARED | MAP_FIXED,
			fd, 0) != at)
			return FAULT(errno);
	}
	return 0;
}

static int
make(struct ring *ring)
{
	void *place;
	int r;

	ring->fd = memfd_create("stile-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (ring->fd < 0 || ftruncate(ring->fd, LIMIT_CONSIGN_RING) < 0)
		return FAULT(errno);
	place = mmap(NULL, 2 * LIMIT_CONSIGN_RING, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (place == MAP_FAILED)
		return FAULT(errno);
	ring->bytes = place;
	r = map_twice(ring->bytes, ring->fd, PROT_READ | PROT_WRITE);
	if (r < 0)
		return TRACE(r);
	if (fcntl(ring->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
		    F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0)
		return FAULT(errno);
	ring->is_locked = mlock(ring->bytes, LIMIT_CONSIGN_RING) == 0;
	return 0;
}

int
ring_init(struct ring *ring)
{
	int r;

	*ring = (struct ring){ .fd = -1 };
	r = make(ring);
	if (r < 0)
		ring_fini(ring);
	return TRACE(r);
}

void
ring_fini(struct ring *ring)
{
	if (ring->bytes != NULL)
		munmap(ring->bytes, 2 * LIMIT_CONSIGN_RING);
	if (ring->fd >= 0)
		close(ring->fd);
	*ring = (struct ring){ .fd = -1 };
}

int
ring_make_read_only(struct ring *ring)
{
	int r = map_twice(ring->bytes, ring->fd, PROT_READ);

	if (r < 0)
		return TRACE(r);
	close(ring->fd);
	ring->fd = -1;
	return 0;
}
