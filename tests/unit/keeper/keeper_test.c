/* The keeper as a process: who it serves, what it survives. */
#include "keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "growing_log.h"
#include "tlog/checkpoint.h"
#include "util/channel.h"

#define KEEPER_FILES 32 /* as in keeper.c */

struct process {
	struct holder holder;
	struct sockaddr_un at;
	int listen_fd;
	int parent_fd;
	pid_t pid;
};

static void
launch(struct process *process)
{
	int fds[2];

	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	process->pid = fork();
	if (process->pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		close(fds[0]);
		if (getenv("KEEPER_LOG") == NULL)
			dup2(null, STDERR_FILENO);
		close(null);
		_exit(keeper_run(process->holder.dir, process->listen_fd,
		    fds[1]));
	}
	close(fds[1]);
	process->parent_fd = fds[0];
}

/* Tell the keeper which process is the gate. */
static void
name_gate(const struct process *process, pid_t gate)
{
	uint32_t id = (uint32_t)gate;
	uint8_t bytes[5] = { PARENT_GATE, (uint8_t)(id >> 24),
		(uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id };

	check(send(process->parent_fd, bytes, sizeof(bytes), MSG_NOSIGNAL) ==
	    sizeof(bytes));
}

static bool
is_ready(const struct process *process)
{
	struct pollfd item = { .fd = process->parent_fd, .events = POLLIN };
	char byte = 0;

	return poll(&item, 1, 10000) == 1 &&
	    read(process->parent_fd, &byte, 1) == 1 && byte == PARENT_READY;
}

static void
begin(struct process *process)
{
	memset(process, 0, sizeof(*process));
	holder_settle(&process->holder);
	process->at.sun_family = AF_UNIX;
	snprintf(process->at.sun_path, sizeof(process->at.sun_path),
	    "%s/keeper.sock", process->holder.dir);
	process->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	check(bind(process->listen_fd, (struct sockaddr *)&process->at,
		  sizeof(process->at)) == 0 &&
	    listen(process->listen_fd, 16) == 0);
	launch(process);
}

static int
status_of(struct process *process)
{
	int status = -1;

	check(waitpid(process->pid, &status, 0) == process->pid);
	close(process->parent_fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
end(struct process *process)
{
	int code;

	kill(process->pid, SIGTERM);
	code = status_of(process);
	close(process->listen_fd);
	holder_leave(&process->holder);
	return code;
}

static void
reach(struct channel *channel, const struct process *process)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(connect(fd, (const struct sockaddr *)&process->at,
		  sizeof(process->at)) == 0);
	check(channel_init(channel, fd) == 0);
}

/* Returns: the kind of the answer to HELLO; 0 when there was none. */
static unsigned
say_hello(struct channel *channel)
{
	size_t place = frame_begin(&channel->out, KEEPER_KIND_HELLO, 1);
	struct frame answer;

	check(frame_end(&channel->out, place) == 0);
	return channel_call(&answer, channel, 10000) == 0 ? answer.kind : 0;
}

static void
the_gate_is_answered(void)
{
	struct process process;
	struct channel channel;

	begin(&process);
	name_gate(&process, getpid());
	check(is_ready(&process));
	reach(&channel, &process);
	check_u64(say_hello(&channel), KEEPER_KIND_HELLO);
	channel_fini(&channel);
	check_u64(end(&process), 0);
}

static void
whoever_is_not_the_gate_is_turned_away(void)
{
	struct process process;
	struct channel channel;

	begin(&process);
	check(is_ready(&process));
	/* Nobody is the gate yet. */
	reach(&channel, &process);
	check_u64(say_hello(&channel), 0);
	channel_fini(&channel);
	/* Another is. */
	name_gate(&process, getppid());
	reach(&channel, &process);
	check_u64(say_hello(&channel), 0);
	channel_fini(&channel);
	name_gate(&process, getpid());
	reach(&channel, &process);
	check_u64(say_hello(&channel), KEEPER_KIND_HELLO);
	channel_fini(&channel);
	check_u64(end(&process), 0);
}

/* More at once than it has descriptors for. */
static void
many_strangers_do_not_keep_the_gate_out(void)
{
	struct process process;
	struct channel channel;
	int strangers[KEEPER_FILES + 8];

	begin(&process);
	check(is_ready(&process));
	name_gate(&process, getppid());
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
		strangers[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
			SOCK_NONBLOCK, 0);
		connect(strangers[i], (const struct sockaddr *)&process.at,
		    sizeof(process.at));
	}
	name_gate(&process, getpid());
	reach(&channel, &process);
	check_u64(say_hello(&channel), KEEPER_KIND_HELLO);
	channel_fini(&channel);
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++)
		close(strangers[i]);
	check_u64(end(&process), 0);
}

static void
the_newest_connection_of_the_gate_counts(void)
{
	struct process process;
	struct channel first;
	struct channel second;

	begin(&process);
	name_gate(&process, getpid());
	check(is_ready(&process));
	reach(&first, &process);
	check_u64(say_hello(&first), KEEPER_KIND_HELLO);
	reach(&second, &process);
	check_u64(say_hello(&second), KEEPER_KIND_HELLO);
	check_u64(say_hello(&first), 0);
	check_u64(say_hello(&second), KEEPER_KIND_HELLO);
	channel_fini(&first);
	channel_fini(&second);
	check_u64(end(&process), 0);
}

/* Send bytes; the keeper must close the connection and live on. */
static void
check_closes(const struct process *process, struct str bytes)
{
	struct channel channel;
	struct frame answer;

	reach(&channel, process);
	buf_add_str(&channel.out, bytes);
	check_u64(channel_call(&answer, &channel, 10000), CHANNEL_E_CLOSED);
	channel_fini(&channel);
}

static void
malformed_frames_close_the_connection(void)
{
	struct process process;
	struct channel channel;
	struct buf frame;
	size_t place;

	begin(&process);
	name_gate(&process, getpid());
	check(is_ready(&process));
	check_closes(&process, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	/* Version, zero bits, and a length past the limit. */
	check_closes(&process, STR("\2\1\0\0\0\0\0\20\0\0\0\0\0\0\0\1"));
	check_closes(&process, STR("\1\1\1\0\0\0\0\20\0\0\0\0\0\0\0\1"));
	check_closes(&process, STR("\1\1\0\0\377\0\0\20\0\0\0\0\0\0\0\1"));
	/* A frame, but no question. */
	buf_init(&frame, 1024);
	place = frame_begin(&frame, KEEPER_KIND_SIGN, 1);
	frame_put_u64(&frame, KEEPER_SIZE, 1);
	check(frame_end(&frame, place) == 0);
	check_closes(&process, buf_str(&frame));
	buf_fini(&frame);
	reach(&channel, &process);
	check_u64(say_hello(&channel), KEEPER_KIND_HELLO);
	channel_fini(&channel);
	check_u64(end(&process), 0);
}

static void
a_second_keeper_on_the_directory_does_not_start(void)
{
	struct process process;
	struct process second;

	begin(&process);
	check(is_ready(&process));
	second = process;
	launch(&second);
	check_u64(status_of(&second), 1);
	check_u64(end(&process), 0);
}

static void
a_keeper_without_its_state_does_not_start(void)
{
	struct process process;
	char path[96];

	begin(&process);
	check(is_ready(&process));
	kill(process.pid, SIGTERM);
	check_u64(status_of(&process), 0);
	holder_path(path, &process.holder, "keys/keeper.state");
	unlink(path);
	launch(&process);
	check_u64(status_of(&process), 1);
	check(access(path, F_OK) < 0);
	close(process.listen_fd);
	holder_leave(&process.holder);
}

static void
a_keeper_without_keys_does_not_start(void)
{
	struct process process;
	char path[96];

	begin(&process);
	check(is_ready(&process));
	kill(process.pid, SIGTERM);
	check_u64(status_of(&process), 0);
	holder_path(path, &process.holder, "keys/seal.key");
	chmod(path, 0644);
	launch(&process);
	check_u64(status_of(&process), 78);
	close(process.listen_fd);
	holder_leave(&process.holder);
}

static void
it_ends_with_its_parent(void)
{
	struct process process;
	int status = -1;

	begin(&process);
	check(is_ready(&process));
	close(process.parent_fd);
	check(waitpid(process.pid, &status, 0) == process.pid);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(process.listen_fd);
	holder_leave(&process.holder);
}

/* One question to sign. Returns: the size signed; 0 when nobody answered. */
static uint64_t
sign(struct channel *channel, struct growing_log *log,
    const struct tlog_note_key *key, uint64_t old_size, uint64_t size)
{
	struct frame answer;
	struct tlog_checkpoint checkpoint;
	struct digest root;

	growing_log_ask(log, &channel->out, size, old_size, size);
	if (channel_call(&answer, channel, 10000) != 0)
		return 0;
	if (!check(answer.kind == KEEPER_KIND_SIGN))
		return 0;
	check(tlog_checkpoint_open(&checkpoint,
		  frame_find(&answer, KEEPER_NOTE), key) == 0);
	tlog_merkle_root_of(&root, log->leaves, checkpoint.size);
	check(memcmp(&root, &checkpoint.root, sizeof(root)) == 0);
	return checkpoint.size;
}

/* What HELLO says was signed last. */
static uint64_t
last_signed(struct channel *channel, struct tlog_note_key *key)
{
	size_t place = frame_begin(&channel->out, KEEPER_KIND_HELLO, 1);
	struct tlog_checkpoint checkpoint = { .size = 0 };
	struct frame answer;
	struct str note;

	check(frame_end(&channel->out, place) == 0);
	check(channel_call(&answer, channel, 10000) == 0);
	check(tlog_note_key_parse(key, frame_find(&answer, KEEPER_VKEY)) == 0);
	note = frame_find(&answer, KEEPER_NOTE);
	if (note.p != NULL)
		check(tlog_checkpoint_open(&checkpoint, note, key) == 0);
	return checkpoint.size;
}

/*
 * A child asks in a row while the parent of both kills the keeper at a random
 * moment; what the gate was told must always be what the next keeper knows, or
 * one step before it.
 */
static void
p7_a_keeper_killed_at_any_moment_never_forgets_what_it_signed(void)
{
	static struct growing_log log;
	struct process process;
	uint64_t told = 0;

	growing_log_init(&log, 0, GROWN);
	begin(&process);
	for (unsigned round = 0; round < 40 && told < GROWN - 30; round++) {
		struct channel channel;
		struct tlog_note_key key;
		uint64_t at;
		pid_t killer;

		name_gate(&process, getpid());
		check(is_ready(&process));
		reach(&channel, &process);
		at = last_signed(&channel, &key);
		check(at == told || at == told + 1);
		told = at;
		killer = fork();
		if (killer == 0) {
			usleep(200 + (round * 7919) % 9000);
			kill(process.pid, SIGKILL);
			_exit(0);
		}
		while (told < GROWN - 1) {
			at = sign(&channel, &log, &key, told, told + 1);
			if (at == 0)
				break;
			check_u64(at, told + 1);
			told = at;
		}
		waitpid(killer, NULL, 0);
		channel_fini(&channel);
		check(status_of(&process) == -SIGKILL);
		launch(&process);
	}
	check(told > 0);
	printf("# %llu signed\n", (unsigned long long)told);
	check(is_ready(&process));
	check_u64(end(&process), 0);
}

static const struct tap_test tests[] = {
	TEST(the_gate_is_answered),
	TEST(whoever_is_not_the_gate_is_turned_away),
	TEST(many_strangers_do_not_keep_the_gate_out),
	TEST(the_newest_connection_of_the_gate_counts),
	TEST(malformed_frames_close_the_connection),
	TEST(a_second_keeper_on_the_directory_does_not_start),
	TEST(a_keeper_without_its_state_does_not_start),
	TEST(a_keeper_without_keys_does_not_start),
	TEST(it_ends_with_its_parent),
	TEST(p7_a_keeper_killed_at_any_moment_never_forgets_what_it_signed),
};

int
main(int argc, char **argv)
{
	/* A keeper that closes must not end its test. */
	signal(SIGPIPE, SIG_IGN);
	return tap_main(tests, ARRAY_LEN(tests), argc, argv);
}
