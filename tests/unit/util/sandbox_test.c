/* Each role in its sandbox: what it may do works, what it may not ends it. */
#include "util/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limits.h"
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

enum {
	DID = 0,	 /* the call worked */
	REFUSED = 1,	 /* EACCES or EPERM */
	ELSE = 2,	 /* another errno */
	NO_SANDBOX = 99, /* the sandbox could not be entered */
};

/* Nobody listens on either: an allowed connect ends in ECONNREFUSED. */
#define NAMED_PORT 9
#define OTHER_PORT 10

/* Where the roles of these tests live. */
struct place {
	char dir[64];
	char inside[96];  /* a file below a readable and writable directory */
	char reading[96]; /* a file below a readable directory */
	char outside[96];
	int open_fd; /* of inside, opened before */
	int listen_fd;
};

typedef int (*deed_fn)(const struct place *place);

static void
put(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
}

static void
settle(struct place *place)
{
	char path[96];

	snprintf(place->dir, sizeof(place->dir), "/tmp/stile-sandbox-XXXXXX");
	check(mkdtemp(place->dir) != NULL);
	snprintf(path, sizeof(path), "%s/rw", place->dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/ro", place->dir);
	mkdir(path, 0700);
	snprintf(place->inside, sizeof(place->inside), "%s/rw/file",
	    place->dir);
	snprintf(place->reading, sizeof(place->reading), "%s/ro/file",
	    place->dir);
	snprintf(place->outside, sizeof(place->outside), "%s/file", place->dir);
	put(place->inside);
	put(place->reading);
	put(place->outside);
	place->open_fd = open(place->inside, O_RDWR | O_CLOEXEC);
	place->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
leave(struct place *place)
{
	char path[128];

	close(place->open_fd);
	close(place->listen_fd);
	unlink(place->inside);
	unlink(place->reading);
	unlink(place->outside);
	snprintf(path, sizeof(path), "%s/rw/made", place->dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/rw", place->dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/ro", place->dir);
	rmdir(path);
	rmdir(place->dir);
}

static int
enter(const struct place *place, enum sandbox_role role)
{
	char writable[96];
	char readable[96];
	struct sandbox_path paths[] = { { writable, true }, { readable, false },
		{ "/nonexistent/stile", false } };
	static const uint16_t ports[] = { NAMED_PORT };
	struct sandbox sandbox = { .role = role, .paths = paths,
		.n_paths = role == SANDBOX_KEEPER ? 0 : ARRAY_LEN(paths),
		.ports = ports,
		.n_ports = role == SANDBOX_COURIER ? ARRAY_LEN(ports) : 0 };

	snprintf(writable, sizeof(writable), "%s/rw", place->dir);
	snprintf(readable, sizeof(readable), "%s/ro", place->dir);
	return sandbox_enter(&sandbox);
}

/* Do a deed as a role in a child. Returns: its wait status. */
static int
status_of(enum sandbox_role role, deed_fn deed)
{
	struct place place;
	int status = -1;
	pid_t child;

	settle(&place);
	child = fork();
	if (child == 0) {
		int r = enter(&place, role);

		_exit(r < 0 ? NO_SANDBOX : deed(&place));
	}
	check(child > 0 && waitpid(child, &status, 0) == child);
	leave(&place);
	return status;
}

#define check_done(role, deed)                                                 \
	do {                                                                   \
		int status_ = status_of((role), (deed));                       \
		check(WIFEXITED(status_));                                     \
		check_u64(WEXITSTATUS(status_), DID);                          \
	} while (0)

#define check_refused(role, deed)                                              \
	do {                                                                   \
		int status_ = status_of((role), (deed));                       \
		check(WIFEXITED(status_));                                     \
		check_u64(WEXITSTATUS(status_), REFUSED);                      \
	} while (0)

#define check_killed(role, deed)                                               \
	do {                                                                   \
		int status_ = status_of((role), (deed));                       \
		check(WIFSIGNALED(status_));                                   \
		check_u64(WTERMSIG(status_), SIGSYS);                          \
	} while (0)

static int
result(long r)
{
	if (r >= 0)
		return DID;
	return errno == EACCES || errno == EPERM ? REFUSED : ELSE;
}

static int
run_a_program(const struct place *place)
{
	char *const none[] = { NULL };

	(void)place;
	return result(execve("/bin/true", none, none));
}

static int
open_a_network_socket(const struct place *place)
{
	(void)place;
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
connect_to(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return ELSE;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
	    errno == ECONNREFUSED)
		return DID;
	return result(-1);
}

static int
connect_to_a_named_port(const struct place *place)
{
	(void)place;
	return connect_to(NAMED_PORT);
}

static int
connect_to_another_port(const struct place *place)
{
	(void)place;
	return connect_to(OTHER_PORT);
}

static int
accept_somebody(const struct place *place)
{
	return result(accept4(place->listen_fd, NULL, NULL, SOCK_CLOEXEC)) ==
		REFUSED ? REFUSED : DID;
}

static int
open_a_unix_socket(const struct place *place)
{
	(void)place;
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
read_inside(const struct place *place)
{
	return result(open(place->reading, O_RDONLY | O_CLOEXEC));
}

static int
read_outside(const struct place *place)
{
	return result(open(place->outside, O_RDONLY | O_CLOEXEC));
}

static int
write_inside(const struct place *place)
{
	return result(open(place->inside, O_RDWR | O_CLOEXEC));
}

static int
write_where_only_reading_is_named(const struct place *place)
{
	return result(open(place->reading, O_RDWR | O_CLOEXEC));
}

static int
make_a_file_outside(const struct place *place)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/made", place->dir);
	return result(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static int
write_what_is_open(const struct place *place)
{
	if (pwrite(place->open_fd, "y", 1, 0) != 1)
		return ELSE;
	return result(fdatasync(place->open_fd));
}

static int
say_a_word(const struct place *place)
{
	return result(write(place->open_fd, "y", 1) == 1 ? 0 : -1);
}

static int
fork_a_child(const struct place *place)
{
	(void)place;
	return result(fork());
}

static void *
idle(void *nothing)
{
	return nothing;
}

static int
start_a_thread(const struct place *place)
{
	pthread_t thread;

	(void)place;
	errno = pthread_create(&thread, NULL, idle, NULL);
	return errno == 0 ? DID : result(-1);
}

static int
trace_its_parent(const struct place *place)
{
	(void)place;
	return result(syscall(SYS_ptrace, 16, getppid(), NULL, NULL));
}

static int
signal_another(const struct place *place)
{
	(void)place;
	return result(kill(getppid(), 0));
}

static int
map_new_code(const struct place *place)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)place;
	return result(code == MAP_FAILED ? -1 : 0);
}

static int
allocate_memory(const struct place *place)
{
	volatile char *p = malloc(1u << 22);

	(void)place;
	if (p == NULL)
		return ELSE;
	p[0] = 1;
	free((void *)(uintptr_t)p);
	return DID;
}

static int
open_too_many_files(const struct place *place)
{
	for (int i = 0; i <= LIMIT_SANDBOX_FILES; i++)
		if (fcntl(place->open_fd, F_DUPFD_CLOEXEC, 0) < 0)
			return errno == EMFILE ? DID : ELSE;
	return ELSE;
}

static const enum sandbox_role serving[] = { SANDBOX_FRONT, SANDBOX_GATE,
	SANDBOX_KEEPER, SANDBOX_CLERK, SANDBOX_COURIER, SANDBOX_WITNESS };

#define EACH_ROLE(check_, deed)                                                \
	for (size_t i_ = 0; i_ < ARRAY_LEN(serving); i_++)                     \
	check_(serving[i_], deed)

static void
any_role_that_runs_a_program_is_killed(void)
{
	EACH_ROLE(check_killed, run_a_program);
	check_killed(SANDBOX_NOTHING, run_a_program);
}

static void
any_role_that_starts_a_process_or_thread_is_killed(void)
{
	EACH_ROLE(check_killed, fork_a_child);
	EACH_ROLE(check_killed, start_a_thread);
}

static void
any_role_that_traces_or_signals_another_is_killed(void)
{
	EACH_ROLE(check_killed, trace_its_parent);
	EACH_ROLE(check_killed, signal_another);
}

static void
any_role_that_maps_new_code_is_killed(void)
{
	EACH_ROLE(check_killed, map_new_code);
}

static void
any_role_may_use_memory(void)
{
	EACH_ROLE(check_done, allocate_memory);
}

static void
any_role_runs_out_of_descriptors_at_its_limit(void)
{
	EACH_ROLE(check_done, open_too_many_files);
}

static void
a_front_that_opens_a_network_socket_is_killed(void)
{
	check_killed(SANDBOX_FRONT, open_a_network_socket);
	check_done(SANDBOX_FRONT, open_a_unix_socket);
}

static void
a_front_reads_only_what_was_named(void)
{
	check_done(SANDBOX_FRONT, read_inside);
	check_refused(SANDBOX_FRONT, read_outside);
}

static void
a_front_that_opens_a_file_for_writing_is_killed(void)
{
	check_killed(SANDBOX_FRONT, write_inside);
	check_killed(SANDBOX_FRONT, make_a_file_outside);
	check_killed(SANDBOX_FRONT, write_what_is_open);
}

static void
a_gate_that_opens_a_network_socket_is_killed(void)
{
	check_killed(SANDBOX_GATE, open_a_network_socket);
	check_done(SANDBOX_GATE, open_a_unix_socket);
}

static void
a_gate_reads_and_writes_only_what_was_named(void)
{
	check_done(SANDBOX_GATE, read_inside);
	check_done(SANDBOX_GATE, write_inside);
	check_done(SANDBOX_GATE, write_what_is_open);
	check_refused(SANDBOX_GATE, write_where_only_reading_is_named);
	check_refused(SANDBOX_GATE, read_outside);
	check_refused(SANDBOX_GATE, make_a_file_outside);
}

static void
a_keeper_that_opens_any_file_is_killed(void)
{
#if HAS_SANITIZER
	/* A sanitizer may read files; Landlock still keeps all of them away. */
	check_refused(SANDBOX_KEEPER, read_inside);
#else
	check_killed(SANDBOX_KEEPER, read_inside);
#endif
	check_killed(SANDBOX_KEEPER, write_inside);
	check_killed(SANDBOX_KEEPER, make_a_file_outside);
}

static void
a_keeper_that_opens_any_socket_is_killed(void)
{
	check_killed(SANDBOX_KEEPER, open_a_network_socket);
	check_killed(SANDBOX_KEEPER, open_a_unix_socket);
}

static void
a_keeper_writes_the_state_it_holds_open(void)
{
	check_done(SANDBOX_KEEPER, write_what_is_open);
}

static void
a_clerk_reads_and_writes_only_what_was_named(void)
{
	check_done(SANDBOX_CLERK, read_inside);
	check_done(SANDBOX_CLERK, write_inside);
	check_refused(SANDBOX_CLERK, write_where_only_reading_is_named);
	check_refused(SANDBOX_CLERK, read_outside);
	check_refused(SANDBOX_CLERK, make_a_file_outside);
}

static void
a_clerk_that_opens_any_socket_is_killed(void)
{
	check_killed(SANDBOX_CLERK, open_a_network_socket);
	check_killed(SANDBOX_CLERK, open_a_unix_socket);
}

/* It parses what strangers send: memory, and what is open already. */
static void
a_reader_of_formats_has_memory_and_nothing_else(void)
{
	check_done(SANDBOX_READER, allocate_memory);
	check_done(SANDBOX_READER, say_a_word);
	check_killed(SANDBOX_READER, write_what_is_open);
#if HAS_SANITIZER
	check_refused(SANDBOX_READER, read_outside);
#else
	check_killed(SANDBOX_READER, read_inside);
#endif
	check_killed(SANDBOX_READER, write_inside);
	check_killed(SANDBOX_READER, make_a_file_outside);
	check_killed(SANDBOX_READER, open_a_network_socket);
	check_killed(SANDBOX_READER, open_a_unix_socket);
}

static int
stay_within_limits(const struct place *place)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_max != 0)
		return 4;
	if (getrlimit(RLIMIT_NPROC, &limit) < 0 || limit.rlim_max != 0)
		return 5;
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_max != 100)
		return 7;
	/* Past the limit a write fails; it does not kill. */
	if (lseek(place->open_fd, 100, SEEK_SET) != 100 ||
	    write(place->open_fd, "z", 1) != -1 || errno != EFBIG)
		return 6;
	return DID;
}

static void
a_courier_connects_only_to_the_ports_it_named(void)
{
	check_done(SANDBOX_COURIER, connect_to_a_named_port);
	if (sandbox_landlock_version() >= 4)
		check_refused(SANDBOX_COURIER, connect_to_another_port);
	check_killed(SANDBOX_COURIER, open_a_unix_socket);
	check_killed(SANDBOX_COURIER, accept_somebody);
}

static void
a_courier_reads_and_writes_only_what_was_named(void)
{
	check_done(SANDBOX_COURIER, read_inside);
	check_done(SANDBOX_COURIER, write_inside);
	check_refused(SANDBOX_COURIER, write_where_only_reading_is_named);
	check_refused(SANDBOX_COURIER, read_outside);
	check_refused(SANDBOX_COURIER, make_a_file_outside);
}

static void
a_witness_answers_and_writes_its_records_and_connects_to_nobody(void)
{
	check_done(SANDBOX_WITNESS, accept_somebody);
	check_done(SANDBOX_WITNESS, write_inside);
	check_refused(SANDBOX_WITNESS, read_outside);
	check_refused(SANDBOX_WITNESS, make_a_file_outside);
	check_killed(SANDBOX_WITNESS, open_a_network_socket);
	check_killed(SANDBOX_WITNESS, open_a_unix_socket);
}

static void
a_role_stays_within_its_limits(void)
{
	struct place place;
	int status = -1;
	pid_t child;

	settle(&place);
	child = fork();
	if (child == 0) {
		struct sandbox sandbox = { .role = SANDBOX_GATE,
			.max_file_bytes = 100 };

		if (sandbox_enter(&sandbox) < 0)
			_exit(NO_SANDBOX);
		_exit(stay_within_limits(&place));
	}
	check(child > 0 && waitpid(child, &status, 0) == child);
	check(WIFEXITED(status));
	check_u64(WEXITSTATUS(status), DID);
	leave(&place);
}

static int
report_file_limit(const struct place *place)
{
	struct rlimit limit;

	(void)place;
	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    limit.rlim_max <= LIMIT_SANDBOX_FILE_BYTES ? DID : ELSE;
}

static void
a_role_that_says_nothing_has_a_limit_for_files_too(void)
{
	EACH_ROLE(check_done, report_file_limit);
}

static void
a_process_that_became_a_user_cannot_go_back(void)
{
	int status = -1;
	pid_t child;

	if (geteuid() != 0 || getpwnam("nobody") == NULL) {
		printf("# not root: skipped\n");
		return;
	}
	child = fork();
	if (child == 0) {
		if (sandbox_become("no-such-user-here") != SANDBOX_E_USER)
			_exit(3);
		if (sandbox_become("nobody") != 0)
			_exit(4);
		if (sandbox_become("nobody") != 0)
			_exit(5);
		_exit(getuid() != 0 && setuid(0) < 0 ? 0 : 6);
	}
	check(child > 0 && waitpid(child, &status, 0) == child);
	check(WIFEXITED(status));
	check_u64(WEXITSTATUS(status), 0);
}

static void
this_kernel_has_landlock(void)
{
	if (sandbox_landlock_version() == 0)
		printf("# no Landlock: paths are kept by seccomp alone\n");
	else
		check(sandbox_landlock_version() >= 1);
}

static const struct tap_test tests[] = {
	TEST(this_kernel_has_landlock),
	TEST(any_role_may_use_memory),
	TEST(any_role_that_runs_a_program_is_killed),
	TEST(any_role_that_starts_a_process_or_thread_is_killed),
	TEST(any_role_that_traces_or_signals_another_is_killed),
	TEST(any_role_that_maps_new_code_is_killed),
	TEST(any_role_runs_out_of_descriptors_at_its_limit),
	TEST(a_front_that_opens_a_network_socket_is_killed),
	TEST(a_front_reads_only_what_was_named),
	TEST(a_front_that_opens_a_file_for_writing_is_killed),
	TEST(a_gate_that_opens_a_network_socket_is_killed),
	TEST(a_gate_reads_and_writes_only_what_was_named),
	TEST(a_keeper_that_opens_any_file_is_killed),
	TEST(a_keeper_that_opens_any_socket_is_killed),
	TEST(a_keeper_writes_the_state_it_holds_open),
	TEST(a_clerk_reads_and_writes_only_what_was_named),
	TEST(a_clerk_that_opens_any_socket_is_killed),
	TEST(a_courier_connects_only_to_the_ports_it_named),
	TEST(a_courier_reads_and_writes_only_what_was_named),
	TEST(a_witness_answers_and_writes_its_records_and_connects_to_nobody),
	TEST(a_reader_of_formats_has_memory_and_nothing_else),
	TEST(a_role_stays_within_its_limits),
	TEST(a_role_that_says_nothing_has_a_limit_for_files_too),
	TEST(a_process_that_became_a_user_cannot_go_back),
};

TAP_MAIN(tests)
