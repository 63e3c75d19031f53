/* The clerk as a process: fed by a gate, killed, starved, ended. */
#include "clerk/clerk.h"

#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "frames.h"
#include "holder_log.h"
#include "limits.h"
#include "util/channel.h"
#include "util/clock.h"

#define PATIENCE_US (20 * INT64_C(1000000))

struct process {
	struct holder_log holder;
	struct sockaddr_un at;
	int listen_fd;
	int parent_fd;
	pid_t pid;
	struct channel channel;
};

static void
launch(struct process *process)
{
	uint32_t id = (uint32_t)getpid();
	uint8_t bytes[5] = { PARENT_GATE, (uint8_t)(id >> 24),
		(uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id };
	int fds[2];

	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	process->pid = fork();
	if (process->pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		close(fds[0]);
		if (getenv("CLERK_LOG") == NULL)
			dup2(null, STDERR_FILENO);
		close(null);
		_exit(clerk_run(process->holder.dir, process->listen_fd,
		    fds[1]));
	}
	close(fds[1]);
	process->parent_fd = fds[0];
	/* One that dies at once does not hear it. */
	check(send(fds[0], bytes, sizeof(bytes), MSG_NOSIGNAL) ==
		sizeof(bytes) || errno == EPIPE);
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
reach(struct process *process)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(connect(fd, (const struct sockaddr *)&process->at,
		  sizeof(process->at)) == 0);
	check(channel_init(&process->channel, fd) == 0);
}

static void
begin(struct process *process)
{
	memset(process, 0, sizeof(*process));
	holder_log_begin(&process->holder);
	process->at.sun_family = AF_UNIX;
	snprintf(process->at.sun_path, sizeof(process->at.sun_path),
	    "%s/clerk.sock", process->holder.dir);
	process->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	check(bind(process->listen_fd, (struct sockaddr *)&process->at,
		  sizeof(process->at)) == 0 &&
	    listen(process->listen_fd, 16) == 0);
	launch(process);
	check(is_ready(process));
	reach(process);
}

static int
status_of(struct process *process)
{
	int status = -1;

	check(waitpid(process->pid, &status, 0) == process->pid);
	close(process->parent_fd);
	channel_fini(&process->channel);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
end(struct process *process)
{
	int code;

	kill(process->pid, SIGTERM);
	code = status_of(process);
	close(process->listen_fd);
	holder_log_end(&process->holder);
	return code;
}

static void
tell(struct process *process, struct str note)
{
	size_t place = frame_begin(&process->channel.out,
	    CLERK_KIND_CHECKPOINT, 1);

	frame_put(&process->channel.out, CLERK_NOTE, note);
	check(frame_end(&process->channel.out, place) == 0);
	check(channel_flush(&process->channel) == 0);
}

static void
tell_newest(struct process *process)
{
	tell(process, buf_str(&process->holder.note));
}

/* Wait until the newest size is published. */
static bool
is_published(const struct process *process)
{
	int64_t end = clock_monotonic_us() + PATIENCE_US;

	while (clock_monotonic_us() < end) {
		if (holder_log_published(&process->holder) ==
		    process->holder.size)
			return true;
		usleep(2000);
	}
	return false;
}

static void
what_the_gate_tells_is_published(void)
{
	struct process process;

	begin(&process);
	for (uint64_t n = 1; n < 1000; n *= 3) {
		holder_log_grow(&process.holder, n);
		tell_newest(&process);
		check(is_published(&process));
		check(holder_log_is_sound(&process.holder));
	}
	check_u64(end(&process), 0);
}

static void
of_many_checkpoints_the_newest_is_published(void)
{
	struct process process;

	begin(&process);
	for (unsigned i = 0; i < 300; i++) {
		holder_log_grow(&process.holder, 3);
		tell_newest(&process);
	}
	check(is_published(&process));
	check(holder_log_is_sound(&process.holder));
	check_u64(end(&process), 0);
}

static void
the_newest_is_not_left_behind_at_the_end(void)
{
	struct process process;
	char path[96];
	FILE *conf;

	begin(&process);
	kill(process.pid, SIGTERM);
	check_u64(status_of(&process), 0);
	/* So seldom that only the end can bring the second one out. */
	snprintf(path, sizeof(path), "%s/stile.conf", process.holder.dir);
	conf = fopen(path, "we");
	fprintf(conf, "holder: { id = \"NYDMV\"; name = \"New York\"; "
	    "state = \"NY\"; origin = \"" ORIGIN "\"; };\n"
	    "log: { publish_interval_ms = 60000; };\n");
	fclose(conf);
	launch(&process);
	check(is_ready(&process));
	reach(&process);
	holder_log_grow(&process.holder, 10);
	tell_newest(&process);
	check(is_published(&process));
	holder_log_grow(&process.holder, 10);
	tell_newest(&process);
	usleep(200000);
	check_u64(holder_log_published(&process.holder), 10);
	kill(process.pid, SIGTERM);
	check_u64(status_of(&process), 0);
	check_u64(holder_log_published(&process.holder), 20);
	check(holder_log_is_sound(&process.holder));
	close(process.listen_fd);
	holder_log_end(&process.holder);
}

static void
what_is_no_message_closes_the_connection(void)
{
	struct process process;
	struct pollfd item = { .events = POLLIN };
	size_t place;
	char byte;

	begin(&process);
	place = frame_begin(&process.channel.out, 9, 1);
	check(frame_end(&process.channel.out, place) == 0);
	check(channel_flush(&process.channel) == 0);
	item.fd = process.channel.fd;
	check(poll(&item, 1, 10000) == 1 &&
	    read(process.channel.fd, &byte, 1) == 0);
	channel_fini(&process.channel);
	/* And what is one, but no checkpoint of ours, changes nothing. */
	reach(&process);
	tell(&process, STR("log.example/ny\n1\nAAAA\n"));
	holder_log_grow(&process.holder, 10);
	tell_newest(&process);
	check(is_published(&process));
	check_u64(end(&process), 0);
}

/* A checkpoint that comes before its entries: it is tried again. */
static void
what_could_not_be_published_is_tried_again(void)
{
	struct process process;
	int64_t began = clock_monotonic_us();
	struct holder_log *log;

	begin(&process);
	log = &process.holder;
	holder_log_grow(log, 5);
	/* Signed for six entries: the sixth is committed later. */
	check(store_begin(log->store) == 0);
	{
		struct store_entry entry = { .index = 5, .time_us = 6,
			.type = STR("test"), .bytes = STR("{\"n\":5}") };
		struct digest leaf;

		check(entries_append(log->store, &entry) == 0);
		tlog_merkle_leaf(&leaf, entry.bytes);
		tlog_merkle_append(&log->tree, &leaf);
		log->size++;
		holder_log_sign(log);
	}
	tell_newest(&process);
	usleep(100000);
	check_u64(holder_log_published(log), UINT64_MAX);
	check(store_commit(log->store) == 0);
	check(is_published(&process));
	check(clock_monotonic_us() - began >= LIMIT_CLERK_RETRY_MS * 1000);
	check(holder_log_is_sound(log));
	check_u64(end(&process), 0);
}

/* Set the schema's version behind everybody's back. */
static void
set_version(const struct process *process, unsigned version)
{
	char sql[64];
	sqlite3 *db = NULL;

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %u", version);
	check(sqlite3_open(process->holder.store_path, &db) == SQLITE_OK &&
	    sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

static void
a_clerk_waits_for_the_gate_to_migrate_the_store(void)
{
	struct process process;
	struct pollfd item = { .events = POLLIN };
	uint32_t version;
	int64_t began;

	begin(&process);
	version = store_version(process.holder.store);
	kill(process.pid, SIGTERM);
	check_u64(status_of(&process), 0);
	set_version(&process, version - 1);
	began = clock_monotonic_us();
	launch(&process);
	item.fd = process.parent_fd;
	check_u64(poll(&item, 1, 300), 0);
	set_version(&process, version);
	check(is_ready(&process));
	check(clock_monotonic_us() - began < PATIENCE_US);
	reach(&process);
	check_u64(end(&process), 0);
}

static void
a_clerk_without_a_store_does_not_start(void)
{
	struct process process;

	begin(&process);
	kill(process.pid, SIGTERM);
	check_u64(status_of(&process), 0);
	store_close(process.holder.store);
	process.holder.store = NULL;
	holder_log_remove(process.holder.store_path);
	launch(&process);
	check_u64(status_of(&process), 1);
	close(process.listen_fd);
	holder_log_end(&process.holder);
}

/* Killed at random moments, the directory is a whole log at each of them. */
static void
a_clerk_killed_at_any_moment_leaves_a_whole_log(void)
{
	struct process process;
	unsigned random = 12345;

	begin(&process);
	for (unsigned round = 0; round < 40; round++) {
		random = random * 1103515245 + 12345;
		holder_log_grow(&process.holder, random >> 16 & 0x1ff);
		tell_newest(&process);
		usleep((random >> 8) % 12000);
		kill(process.pid, SIGKILL);
		check(status_of(&process) == -SIGKILL);
		if (holder_log_has(&process.holder, "checkpoint"))
			check(holder_log_is_sound(&process.holder));
		launch(&process);
		check(is_ready(&process));
		reach(&process);
	}
	tell_newest(&process);
	check(is_published(&process));
	check(holder_log_is_sound(&process.holder));
	printf("# %llu entries\n", (unsigned long long)process.holder.size);
	check_u64(end(&process), 0);
}

static const struct tap_test tests[] = {
	TEST(what_the_gate_tells_is_published),
	TEST(of_many_checkpoints_the_newest_is_published),
	TEST(the_newest_is_not_left_behind_at_the_end),
	TEST(what_is_no_message_closes_the_connection),
	TEST(what_could_not_be_published_is_tried_again),
	TEST(a_clerk_waits_for_the_gate_to_migrate_the_store),
	TEST(a_clerk_without_a_store_does_not_start),
	TEST(a_clerk_killed_at_any_moment_leaves_a_whole_log),
};

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	return tap_main(tests, ARRAY_LEN(tests), argc, argv);
}
