/* The seat of a role: who is let in, what is heard, how it ends. */
#include "util/seat.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "frames.h"
#include "tap.h"

struct place {
	char dir[40];
	struct sockaddr_un at;
	int parent_fd; /* the parent's end */
	struct seat seat;
};

static void
begin(struct place *place)
{
	int fds[2];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*place = (struct place){ .dir = "/tmp/stile-seat-XXXXXX" };
	check(mkdtemp(place->dir) != NULL);
	place->at.sun_family = AF_UNIX;
	snprintf(place->at.sun_path, sizeof(place->at.sun_path), "%s/sock",
	    place->dir);
	check(bind(fd, (struct sockaddr *)&place->at, sizeof(place->at)) == 0 &&
	    listen(fd, 16) == 0);
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	place->parent_fd = fds[0];
	check(seat_init(&place->seat, fd, fds[1]) == 0);
}

static void
end(struct place *place)
{
	static const struct timespec now = { 0, 0 };
	sigset_t set;

	seat_fini(&place->seat);
	if (place->parent_fd >= 0)
		close(place->parent_fd);
	unlink(place->at.sun_path);
	rmdir(place->dir);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* The signal that ended the wait may still be pending. */
	while (sigtimedwait(&set, NULL, &now) > 0)
		continue;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
name_gate(const struct place *place, pid_t gate)
{
	uint8_t bytes[5] = { PARENT_GATE, (uint8_t)((uint32_t)gate >> 24),
		(uint8_t)((uint32_t)gate >> 16), (uint8_t)((uint32_t)gate >> 8),
		(uint8_t)gate };

	/* Byte by byte: a stream has no messages. */
	for (size_t i = 0; i < sizeof(bytes); i++)
		check(send(place->parent_fd, &bytes[i], 1, 0) == 1);
}

static int
reach(const struct place *place)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(connect(fd, (const struct sockaddr *)&place->at,
		  sizeof(place->at)) == 0);
	return fd;
}

static void
send_frame(int fd, uint64_t id)
{
	struct buf out;
	size_t at;

	buf_init(&out, 1024);
	at = frame_begin(&out, 1, id);
	check(frame_end(&out, at) == 0);
	check(write(fd, out.bytes, out.len) == (ssize_t)out.len);
	buf_fini(&out);
}

static void
frames_of_the_gate_come_in_order(void)
{
	struct place place;
	struct frame frame;
	int fd;

	begin(&place);
	name_gate(&place, getpid());
	fd = reach(&place);
	for (uint64_t id = 1; id <= 3; id++)
		send_frame(fd, id);
	for (uint64_t id = 1; id <= 3; id++) {
		check_u64(seat_wait(&frame, &place.seat, 5000), 0);
		check_u64(frame.id, id);
	}
	check_u64(seat_wait(&frame, &place.seat, 0), SEAT_E_IDLE);
	close(fd);
	end(&place);
}

static void
nobody_is_served_before_the_gate_is_named(void)
{
	struct place place;
	struct frame frame;
	char byte;
	int fd;

	begin(&place);
	fd = reach(&place);
	send_frame(fd, 1);
	check_u64(seat_wait(&frame, &place.seat, 20), SEAT_E_IDLE);
	check_u64(place.seat.n_turned_away, 1);
	check(read(fd, &byte, 1) <= 0);
	close(fd);
	end(&place);
}

static void
a_stranger_is_turned_away_and_does_not_hold_up_the_gate(void)
{
	struct place place;
	struct frame frame;
	int strangers[8];
	int fd;

	begin(&place);
	name_gate(&place, getppid());
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++)
		strangers[i] = reach(&place);
	check_u64(seat_wait(&frame, &place.seat, 20), SEAT_E_IDLE);
	check_u64(place.seat.n_turned_away, ARRAY_LEN(strangers));
	name_gate(&place, getpid());
	fd = reach(&place);
	send_frame(fd, 7);
	check_u64(seat_wait(&frame, &place.seat, 5000), 0);
	check_u64(frame.id, 7);
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++)
		close(strangers[i]);
	close(fd);
	end(&place);
}

static void
half_a_frame_is_waited_for_no_longer_than_told(void)
{
	struct place place;
	struct frame frame;
	int fd;

	begin(&place);
	name_gate(&place, getpid());
	fd = reach(&place);
	check(write(fd, "\1\1\0\0\0\0\0\20", 8) == 8);
	check_u64(seat_wait(&frame, &place.seat, 20), SEAT_E_IDLE);
	check_u64(seat_wait(&frame, &place.seat, 0), SEAT_E_IDLE);
	check(write(fd, "\0\0\0\0\0\0\0\11", 8) == 8);
	check_u64(seat_wait(&frame, &place.seat, 5000), 0);
	check_u64(frame.id, 9);
	close(fd);
	end(&place);
}

static void
what_is_no_frame_closes_the_connection(void)
{
	struct place place;
	struct frame frame;
	char byte;
	int fd;

	begin(&place);
	name_gate(&place, getpid());
	fd = reach(&place);
	check(write(fd, "GET / HTTP/1.1\r\n\r\n", 18) == 18);
	check_u64(seat_wait(&frame, &place.seat, 5000), SEAT_E_BROKEN);
	check(read(fd, &byte, 1) <= 0);
	close(fd);
	end(&place);
}

static void
what_was_sent_before_the_end_is_still_read(void)
{
	struct place place;
	struct frame frame;
	int fd;

	begin(&place);
	name_gate(&place, getpid());
	fd = reach(&place);
	send_frame(fd, 1);
	send_frame(fd, 2);
	close(fd);
	raise(SIGTERM);
	check_u64(seat_wait(&frame, &place.seat, -1), 0);
	check_u64(frame.id, 1);
	check_u64(seat_wait(&frame, &place.seat, -1), 0);
	check_u64(frame.id, 2);
	check_u64(seat_wait(&frame, &place.seat, -1), SEAT_E_STOP);
	end(&place);
}

static void
it_ends_when_the_parent_is_gone(void)
{
	struct place place;
	struct frame frame;

	begin(&place);
	close(place.parent_fd);
	place.parent_fd = -1;
	check_u64(seat_wait(&frame, &place.seat, -1), SEAT_E_STOP);
	end(&place);
}

static void
answers_are_written_while_it_waits(void)
{
	struct place place;
	struct frame frame;
	size_t at;
	char bytes[FRAME_HEAD];
	int fd;

	begin(&place);
	name_gate(&place, getpid());
	fd = reach(&place);
	send_frame(fd, 5);
	check_u64(seat_wait(&frame, &place.seat, 5000), 0);
	at = frame_begin(seat_out(&place.seat), 1, frame.id);
	check(frame_end(seat_out(&place.seat), at) == 0);
	check_u64(seat_wait(&frame, &place.seat, 0), SEAT_E_IDLE);
	check(read(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	check_u64(frame_get_u64(bytes + 8), 5);
	close(fd);
	end(&place);
}

static const struct tap_test tests[] = {
	TEST(frames_of_the_gate_come_in_order),
	TEST(answers_are_written_while_it_waits),
	TEST(nobody_is_served_before_the_gate_is_named),
	TEST(a_stranger_is_turned_away_and_does_not_hold_up_the_gate),
	TEST(half_a_frame_is_waited_for_no_longer_than_told),
	TEST(what_is_no_frame_closes_the_connection),
	TEST(what_was_sent_before_the_end_is_still_read),
	TEST(it_ends_when_the_parent_is_gone),
};

TAP_MAIN(tests)
