/* The reader's process; see cutproc.h. */
#include "consign/cutproc.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "consign/cutter.h"
#include "consign/jsonline.h"
#include "util/fault.h"
#include "util/sandbox.h"

#define SLOTS_BYTES ((size_t)CUTPROC_SLOTS * LIMIT_CONSIGN_CUTS)
#define READER_MEMORY (UINT64_C(512) << 20) /* all its address space */

enum message_kind {
	MESSAGE_BEGIN = 1,     /* to the reader: at this byte of the stream */
	MESSAGE_AVAILABLE,     /* bytes up to this one are in the ring */
	MESSAGE_LAST,	       /* and nothing comes after them */
	MESSAGE_FREE,	       /* the slot may be filled again */
	MESSAGE_CUTS,	       /* from the reader: value bytes in the slot */
	MESSAGE_END,	       /* all was cut */
};

struct message {
	uint32_t kind;
	uint32_t slot;
	uint64_t value;
};

/* Returns: 0; CUTPROC_E_DIED. */
static int
send_message(int fd, uint32_t kind, uint32_t slot, uint64_t value)
{
	struct message message = { kind, slot, value };
	ssize_t n;

	do
		n = write(fd, &message, sizeof(message));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(message) ? 0 : CUTPROC_E_DIED;
}

/* Returns: 0; CUTPROC_E_DIED; fault EINTR. */
static int
receive_message(struct message *message, int fd)
{
	ssize_t n = read(fd, message, sizeof(*message));

	if (n < 0 && errno == EINTR)
		return -EINTR;
	return n == (ssize_t)sizeof(*message) ? 0 : CUTPROC_E_DIED;
}

/* --- in the reader ------------------------------------------------------- */

struct reader {
	const struct ring *ring;
	uint8_t *slots;
	int fd;
	struct cutter cutter;
	uint64_t done;	/* of the stream, cut */
	uint64_t available;
	bool is_last;
	bool is_stuck; /* more must come before more can be cut */
	bool is_free[CUTPROC_SLOTS];
};

/* Take one message. Returns: 0; CUTPROC_E_DIED: the sealer is gone. */
static int
take_message(struct reader *reader)
{
	struct message message;
	int r;

	do
		r = receive_message(&message, reader->fd);
	while (r == -EINTR);
	if (r != 0)
		return r;
	if (message.kind == MESSAGE_FREE && message.slot < CUTPROC_SLOTS) {
		reader->is_free[message.slot] = true;
		return 0;
	}
	if (message.kind == MESSAGE_BEGIN) {
		reader->done = message.value;
		reader->available = message.value;
		return 0;
	}
	if (message.value < reader->available ||
	    message.value - reader->done > LIMIT_CONSIGN_RING)
		return CUTPROC_E_DIED;
	reader->available = message.value;
	reader->is_last = message.kind == MESSAGE_LAST;
	reader->is_stuck = false;
	return 0;
}

static unsigned
find_free(const struct reader *reader)
{
	unsigned slot = 0;

	while (slot < CUTPROC_SLOTS && !reader->is_free[slot])
		slot++;
	return slot;
}

/* Cut into a slot and send it. Returns: 0; CUTPROC_E_*, CUTTER_E_REFUSED; fault. */
static int
fill_slot(struct reader *reader, unsigned slot)
{
	struct buf out = {
		.bytes = (char *)reader->slots +
		    (size_t)slot * LIMIT_CONSIGN_CUTS,
		.size = LIMIT_CONSIGN_CUTS,
		/* The buffer's own NUL; it must never grow out of the slot. */
		.limit = LIMIT_CONSIGN_CUTS - 1,
	};
	size_t n_used;
	struct str view = ring_view(reader->ring, reader->done,
	    (size_t)(reader->available - reader->done));
	int r = cutter_cut(&reader->cutter, &n_used, &out, view,
	    reader->is_last);

	if (r < 0)
		return TRACE(r);
	reader->done += n_used;
	reader->is_stuck = n_used == 0;
	if (out.len == 0)
		return r;
	reader->is_free[slot] = false;
	if (send_message(reader->fd, MESSAGE_CUTS, slot, out.len) != 0)
		return CUTPROC_E_DIED;
	return r;
}

static int
read_all(struct reader *reader)
{
	for (;;) {
		unsigned slot = find_free(reader);
		bool is_done = reader->done == reader->available;
		int r;

		if (is_done && reader->is_last)
			return send_message(reader->fd, MESSAGE_END, 0, 0);
		if (slot == CUTPROC_SLOTS || is_done || reader->is_stuck)
			r = take_message(reader);
		else
			r = fill_slot(reader, slot);
		if (r != 0)
			return r;
	}
}

/* What is unread when a socket closes takes what was sent with it: wait. */
static void
wait_for_end(int fd)
{
	struct message message;
	int r;

	do
		r = receive_message(&message, fd);
	while (r == 0 || r == -EINTR);
}

static int
lock_in(void)
{
	struct sandbox sandbox = { .role = SANDBOX_READER,
		.max_files = 8,
		.max_file_bytes = 1,
		.max_memory = READER_MEMORY };
	int r;

	/* What it holds of the transfer stays out of swap where it may. */
	(void)!mlockall(MCL_CURRENT | MCL_FUTURE);
	jsonline_prepare();
	r = sandbox_enter(&sandbox);
	return r < 0 ? TRACE(r) : 0;
}

/* Everything of the parent but the line to it is given up. */
static int
leave_all_but(int fd)
{
	if (fd != 3 && dup2(fd, 3) < 0)
		return FAULT(errno);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	return close_range(4, ~0u, 0) < 0 ? FAULT(errno) : 0;
}

_Noreturn static void
run_reader(struct ring *ring, uint8_t *slots, int fd, struct form *form,
    int32_t today)
{
	struct reader reader = { .ring = ring, .slots = slots, .fd = 3 };
	int r;

	signal(SIGINT, SIG_IGN); /* the sealer decides when it is over */
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned i = 0; i < CUTPROC_SLOTS; i++)
		reader.is_free[i] = true;
	r = ring_make_read_only(ring);
	if (r == 0)
		r = leave_all_but(fd);
	if (r == 0)
		r = cutter_init(&reader.cutter, form, today);
	if (r == 0)
		r = lock_in();
	if (r == 0)
		r = read_all(&reader);
	if (r < 0)
		fault_trail(stderr);
	else
		wait_for_end(3);
	_exit(r < 0);
}

/* --- in the sealer ------------------------------------------------------- */

static int
start(struct cutproc *proc, struct ring *ring, struct form *form, int32_t today)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return FAULT(errno);
	fflush(NULL);
	proc->fd = fds[0];
	proc->pid = fork();
	if (proc->pid == 0)
		run_reader(ring, proc->slots, fds[1], form, today);
	close(fds[1]);
	return proc->pid < 0 ? FAULT(errno) : 0;
}

int
cutproc_init(struct cutproc *proc, struct ring *ring, struct form *form,
    int32_t today)
{
	void *slots;
	int r;

	*proc = (struct cutproc){ .pid = -1, .fd = -1 };
	slots = mmap(NULL, SLOTS_BYTES, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (slots == MAP_FAILED)
		return FAULT(errno);
	proc->slots = slots;
	proc->is_locked = mlock(slots, SLOTS_BYTES) == 0;
	r = start(proc, ring, form, today);
	if (r < 0)
		cutproc_fini(proc);
	return TRACE(r);
}

void
cutproc_fini(struct cutproc *proc)
{
	if (proc->fd >= 0)
		close(proc->fd);
	if (proc->pid > 0) {
		kill(proc->pid, SIGKILL);
		while (waitpid(proc->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (proc->slots != NULL)
		munmap(proc->slots, SLOTS_BYTES);
	*proc = (struct cutproc){ .pid = -1, .fd = -1 };
}

int
cutproc_begin(struct cutproc *proc, uint64_t from)
{
	return send_message(proc->fd, MESSAGE_BEGIN, 0, from);
}

int
cutproc_tell(struct cutproc *proc, uint64_t available, bool is_end)
{
	return send_message(proc->fd,
	    is_end ? MESSAGE_LAST : MESSAGE_AVAILABLE, 0, available);
}

int
cutproc_wait(struct str *cuts, unsigned *slot, struct cutproc *proc)
{
	struct message message;
	int r = receive_message(&message, proc->fd);

	if (r != 0)
		return r;
	if (message.kind == MESSAGE_END)
		return CUTPROC_E_END;
	if (message.kind != MESSAGE_CUTS || message.slot >= CUTPROC_SLOTS ||
	    message.value == 0 || message.value > LIMIT_CONSIGN_CUTS)
		return CUTPROC_E_DIED;
	*slot = message.slot;
	*cuts = (struct str){ (const char *)proc->slots +
		    (size_t)message.slot * LIMIT_CONSIGN_CUTS,
		(size_t)message.value };
	return 0;
}

int
cutproc_hand_back(struct cutproc *proc, unsigned slot)
{
	return send_message(proc->fd, MESSAGE_FREE, slot, 0);
}
