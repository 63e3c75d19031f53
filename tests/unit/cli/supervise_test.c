/*
 * The parent of the roles, with roles made for the test: this program is
 * exec'd again as `… role NAME DIR`, as the product is. What a role does, it
 * writes into DIR/events, one line a thing.
 */
#include "cli/supervise.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/role.h"
#include "frames.h"
#include "limits.h"
#include "tap.h"
#include "util/clock.h"

#define PATIENCE_US (20 * INT64_C(1000000))

/* --- the roles ---------------------------------------------------------- */

PRINTF(2, 3) static void
note(const char *dir, const char *format, ...)
{
	char path[256];
	va_list arguments;
	FILE *events;

	snprintf(path, sizeof(path), "%s/events", dir);
	events = fopen(path, "ae");
	if (events == NULL)
		return;
	flock(fileno(events), LOCK_EX);
	va_start(arguments, format);
	vfprintf(events, format, arguments);
	va_end(arguments);
	fclose(events);
}

static volatile sig_atomic_t got_term;
static volatile sig_atomic_t got_hup;

static void
on_signal(int signal)
{
	if (signal == SIGTERM)
		got_term = 1;
	else
		got_hup = 1;
}

/* Hear the parent. Returns: false at its end. */
static bool
hear(const char *name, const char *dir)
{
	uint8_t bytes[5];
	ssize_t n = recv(ROLE_PARENT_FD, bytes, sizeof(bytes), MSG_WAITALL);

	if (n == 5 && bytes[0] == PARENT_GATE)
		note(dir, "%s told %d\n", name,
		    bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4]);
	return n != 0;
}

static int
stub_role(const char *name, const char *dir)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct pollfd item = { .fd = ROLE_PARENT_FD, .events = POLLIN };

	if (strcmp(name, "stubborn") != 0)
		sigaction(SIGTERM, &action, NULL);
	else
		signal(SIGTERM, SIG_IGN);
	sigaction(SIGHUP, &action, NULL);
	note(dir, "%s start %d\n", name, (int)getpid());
	if (strcmp(name, "broken") == 0)
		return 3;
	if (send(ROLE_PARENT_FD, &(char){ PARENT_READY }, 1, 0) != 1)
		return 4;
	for (;;) {
		int n = poll(&item, 1, 20);

		if (n > 0 && !hear(name, dir)) {
			note(dir, "%s orphan\n", name);
			return 0;
		}
		if (got_hup) {
			got_hup = 0;
			note(dir, "%s hup\n", name);
		}
		if (got_term) {
			usleep(30000);
			note(dir, "%s end\n", name);
			return 0;
		}
	}
}

/* --- a serve under test ------------------------------------------------- */

static const struct supervise_role roles[] = {
	{ .name = "keeper", .socket = "run/keeper.sock", .n_processes = 1,
	    .stop_order = 3, .wants_gate_pid = true },
	{ .name = "clerk", .socket = "run/clerk.sock", .n_processes = 1,
	    .stop_order = 2, .wants_gate_pid = true },
	{ .name = "gate", .socket = "run/gate.sock", .n_processes = 1,
	    .stop_order = 1, .is_gate = true },
	{ .name = "front" },
};

struct serve {
	char dir[40];
	char events[65536];
	uint16_t port;
	pid_t pid;
	int out; /* its standard output */
};

/* A port that nobody had a moment ago. */
static uint16_t
free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool is_bound = bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &len) == 0;

	check(is_bound);
	close(fd);
	return ntohs(at.sin_port);
}

static void
settle(struct serve *serve, const char *more)
{
	char path[64];
	FILE *conf;

	*serve = (struct serve){ .dir = "/tmp/stile-serve-XXXXXX" };
	check(mkdtemp(serve->dir) != NULL);
	serve->port = free_port();
	snprintf(path, sizeof(path), "%s/stile.conf", serve->dir);
	conf = fopen(path, "we");
	check(conf != NULL);
	fprintf(conf, "holder: { id = \"NYDMV\"; name = \"New York\"; "
	    "state = \"NY\"; origin = \"log.example/ny\"; };\n"
	    "listen: { port = %u; };\nfronts = 2;\n%s", serve->port, more);
	fclose(conf);
}

static void
launch(struct serve *serve, const struct supervise_role *table, size_t n)
{
	int fds[2];

	check(pipe2(fds, O_CLOEXEC) == 0);
	serve->pid = fork();
	if (serve->pid == 0) {
		FILE *out = fdopen(fds[1], "w");
		int log = open("/dev/null", O_WRONLY | O_CLOEXEC);

		setvbuf(out, NULL, _IONBF, 0);

		if (getenv("SERVE_LOG") == NULL)
			dup2(log, STDERR_FILENO);
		_exit(supervise_serve(serve->dir, table, n, out, out));
	}
	close(fds[1]);
	serve->out = fds[0];
}

/* Read standard output up to a newline or its end. */
static struct str
first_line(const struct serve *serve, char *line, size_t size)
{
	struct pollfd item = { .fd = serve->out, .events = POLLIN };
	size_t len = 0;

	while (len < size && poll(&item, 1, 20000) > 0 &&
	    read(serve->out, line + len, 1) == 1)
		if (line[len++] == '\n')
			break;
	return (struct str){ line, len };
}

static const char *
events(struct serve *serve)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/events", serve->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, serve->events, sizeof(serve->events) - 1) : 0;
	serve->events[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return serve->events;
}

/* Wait until the events hold a text so many times. */
static bool
saw(struct serve *serve, const char *text, unsigned times)
{
	int64_t end = clock_monotonic_us() + PATIENCE_US;

	while (clock_monotonic_us() < end) {
		const char *at = events(serve);
		unsigned n = 0;

		while ((at = strstr(at, text)) != NULL) {
			at += strlen(text);
			n++;
		}
		if (n >= times)
			return true;
		usleep(10000);
	}
	printf("# waited in vain for \"%s\" in:\n# %s\n", text, serve->events);
	return false;
}

static bool
is_before(struct serve *serve, const char *first, const char *then)
{
	const char *a = strstr(events(serve), first);
	const char *b = strstr(serve->events, then);

	return a != NULL && b != NULL && a < b;
}

/* The process id behind the n-th "<name> start". */
static pid_t
pid_of(struct serve *serve, const char *name, unsigned n)
{
	char text[32];
	const char *at = events(serve);

	snprintf(text, sizeof(text), "%s start ", name);
	for (; n > 0 && at != NULL; n--) {
		at = strstr(at, text);
		at = at != NULL ? at + strlen(text) : NULL;
	}
	return at != NULL ? (pid_t)strtol(at, NULL, 10) : -1;
}

/* Never to -1, which is everybody. */
static void
end_role(struct serve *serve, const char *name, unsigned n, int signal)
{
	pid_t pid = pid_of(serve, name, n);

	check(pid > 0 && kill(pid, signal) == 0);
}

static int
exit_code(const struct serve *serve)
{
	int status = -1;

	check(waitpid(serve->pid, &status, 0) == serve->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
remove_file(const struct serve *serve, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", serve->dir, name);
	if (unlink(path) < 0 && errno != ENOENT)
		rmdir(path);
}

static void
clear(struct serve *serve)
{
	static const char *const names[] = { "events", "stile.conf",
		"run/lock", "run/gate.sock", "run/keeper.sock",
		"run/clerk.sock", "run/x.sock", "notify" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		remove_file(serve, names[i]);
	rmdir(serve->dir);
	{
		char path[64];

		snprintf(path, sizeof(path), "%s/run", serve->dir);
		rmdir(path);
	}
	rmdir(serve->dir);
	if (serve->out > 0)
		close(serve->out);
}

static void
start(struct serve *serve, const char *more)
{
	char line[256];

	settle(serve, more);
	launch(serve, roles, ARRAY_LEN(roles));
	check(str_has_prefix(first_line(serve, line, sizeof(line)),
	    STR("ready https://127.0.0.1:")));
}

static int
end(struct serve *serve)
{
	int code;

	kill(serve->pid, SIGTERM);
	code = exit_code(serve);
	clear(serve);
	return code;
}

/* --- tests -------------------------------------------------------------- */

static void
ready_is_said_once_all_roles_are(void)
{
	struct serve serve;
	char line[256];
	char want[256];

	settle(&serve, "");
	launch(&serve, roles, ARRAY_LEN(roles));
	snprintf(want, sizeof(want),
	    "ready https://127.0.0.1:%u holder NYDMV fronts 2\n", serve.port);
	check_str(first_line(&serve, line, sizeof(line)), str_of(want));
	check(saw(&serve, "front start", 2));
	check(saw(&serve, "gate start", 1));
	check_u64(end(&serve), 0);
}

static void
as_many_fronts_as_may_be_are_started(void)
{
	struct serve serve;
	char more[32];
	char path[64];
	FILE *conf;
	char line[256];

	settle(&serve, "");
	snprintf(more, sizeof(more), "fronts = %d;\n", LIMIT_CONFIG_FRONTS);
	snprintf(path, sizeof(path), "%s/stile.conf", serve.dir);
	conf = fopen(path, "we");
	fprintf(conf, "holder: { id = \"NYDMV\"; name = \"New York\"; "
	    "state = \"NY\"; origin = \"log.example/ny\"; };\n"
	    "listen: { port = %u; };\n%s", serve.port, more);
	fclose(conf);
	launch(&serve, roles, ARRAY_LEN(roles));
	check(str_has_suffix(first_line(&serve, line, sizeof(line)),
	    STR(" fronts 64\n")));
	check(saw(&serve, "front start", LIMIT_CONFIG_FRONTS));
	check_u64(end(&serve), 0);
}

static mode_t
mode_of(const struct serve *serve, const char *name)
{
	char path[128];
	struct stat info = { 0 };

	snprintf(path, sizeof(path), "%s/%s", serve->dir, name);
	check(stat(path, &info) == 0);
	return info.st_mode & 0777;
}

static void
sockets_are_the_users_alone(void)
{
	struct serve serve;

	start(&serve, "");
	check_u64(mode_of(&serve, "run"), 0700);
	check_u64(mode_of(&serve, "run/gate.sock"), 0600);
	check_u64(mode_of(&serve, "run/keeper.sock"), 0600);
	check_u64(end(&serve), 0);
}

static void
the_keeper_is_told_the_gate_before_it_runs(void)
{
	struct serve serve;
	char told[64];
	char started[64];

	start(&serve, "");
	snprintf(told, sizeof(told), "keeper told %d\n",
	    (int)pid_of(&serve, "gate", 1));
	check(saw(&serve, told, 1));
	/* And again, about the next gate. */
	end_role(&serve, "gate", 1, SIGKILL);
	check(saw(&serve, "gate start", 2));
	snprintf(started, sizeof(started), "gate start %d\n",
	    (int)pid_of(&serve, "gate", 2));
	snprintf(told, sizeof(told), "keeper told %d\n",
	    (int)pid_of(&serve, "gate", 2));
	check(saw(&serve, told, 1));
	/* And a fresh keeper about the gate that is there. */
	end_role(&serve, "keeper", 1, SIGKILL);
	check(saw(&serve, told, 2));
	check_u64(end(&serve), 0);
}

static void
check_comes_back_after(int signal)
{
	struct serve serve;
	pid_t first;

	start(&serve, "");
	first = pid_of(&serve, "gate", 1);
	end_role(&serve, "gate", 1, signal);
	check(saw(&serve, "gate start", 2));
	check(pid_of(&serve, "gate", 2) != first);
	check_u64(end(&serve), 0);
}

static void
a_role_that_dies_is_started_again(void)
{
	check_comes_back_after(SIGKILL);
	check_comes_back_after(SIGSYS);
}

static void
a_role_that_keeps_dying_waits_longer_each_time(void)
{
	struct serve serve;
	int64_t began;

	start(&serve, "");
	began = clock_monotonic_us();
	for (unsigned n = 1; n <= 3; n++) {
		end_role(&serve, "gate", n, SIGKILL);
		check(saw(&serve, "gate start", n + 1));
	}
	/* 100 + 200 + 400 ms. */
	check(clock_monotonic_us() - began >=
	    7 * LIMIT_RESTART_FIRST_MS * 1000);
	check_u64(end(&serve), 0);
}

static void
roles_end_in_order(void)
{
	struct serve serve;

	start(&serve, "");
	kill(serve.pid, SIGTERM);
	check_u64(exit_code(&serve), 0);
	check(saw(&serve, "front end\n", 2));
	check(is_before(&serve, "front end", "gate end"));
	check(is_before(&serve, "gate end", "clerk end"));
	check(is_before(&serve, "clerk end", "keeper end"));
	check(strstr(serve.events, "orphan") == NULL);
	clear(&serve);
}

static void
a_role_that_does_not_end_is_killed(void)
{
	static const struct supervise_role table[] = {
		{ .name = "stubborn", .n_processes = 1, .socket = "run/x.sock" },
		{ .name = "gate", .n_processes = 1, .stop_order = 1,
		    .socket = "run/gate.sock", .is_gate = true },
	};
	struct serve serve;
	char line[256];

	settle(&serve, "timeouts: { stop_ms = 200; };\n");
	launch(&serve, table, ARRAY_LEN(table));
	first_line(&serve, line, sizeof(line));
	kill(serve.pid, SIGTERM);
	check_u64(exit_code(&serve), 0);
	check(saw(&serve, "gate end\n", 1));
	clear(&serve);
}

static void
a_second_request_to_stop_waits_for_nobody(void)
{
	static const struct supervise_role table[] = {
		{ .name = "stubborn", .n_processes = 1, .socket = "run/x.sock" },
	};
	struct serve serve;
	char line[256];
	int64_t began;

	settle(&serve, "timeouts: { stop_ms = 60000; };\n");
	launch(&serve, table, ARRAY_LEN(table));
	first_line(&serve, line, sizeof(line));
	began = clock_monotonic_us();
	kill(serve.pid, SIGINT);
	usleep(100000);
	kill(serve.pid, SIGINT);
	check_u64(exit_code(&serve), 0);
	check(clock_monotonic_us() - began < 10000000);
	clear(&serve);
}

static void
a_hangup_goes_to_the_gate_alone(void)
{
	struct serve serve;

	start(&serve, "");
	kill(serve.pid, SIGHUP);
	check(saw(&serve, "gate hup\n", 1));
	check(strstr(serve.events, "front hup") == NULL);
	check(strstr(serve.events, "keeper hup") == NULL);
	check_u64(end(&serve), 0);
}

static void
a_role_that_never_gets_ready_ends_the_start(void)
{
	static const struct supervise_role table[] = {
		{ .name = "keeper", .n_processes = 1, .socket = "run/x.sock" },
		{ .name = "broken", .n_processes = 1,
		    .socket = "run/gate.sock" },
	};
	struct serve serve;

	settle(&serve, "");
	launch(&serve, table, ARRAY_LEN(table));
	check_u64(exit_code(&serve), 1);
	check(strstr(events(&serve), "keeper end") != NULL ||
	    strstr(serve.events, "keeper start") == NULL);
	check_u64(pid_of(&serve, "broken", 2), -1);
	clear(&serve);
}

static void
roles_end_when_the_parent_is_killed(void)
{
	struct serve serve;

	start(&serve, "");
	kill(serve.pid, SIGKILL);
	exit_code(&serve);
	check(saw(&serve, " orphan\n", 5));
	clear(&serve);
}

static void
a_second_serve_on_the_directory_is_refused(void)
{
	struct serve serve;
	struct serve second;
	char line[256];
	char want[256];
	int64_t began = clock_monotonic_us();

	start(&serve, "");
	second = serve;
	launch(&second, roles, ARRAY_LEN(roles));
	snprintf(want, sizeof(want), "stile serve: %s: another stile serve "
	    "(pid %d) runs on this directory\n", serve.dir, (int)serve.pid);
	check_str(first_line(&second, line, sizeof(line)), str_of(want));
	check_u64(exit_code(&second), 1);
	/* It gave the roles of a parent just killed their time to end. */
	check(clock_monotonic_us() - began >= LIMIT_LOCK_WAIT_MS * 1000);
	close(second.out);
	/* The first one did not notice. */
	check(kill(serve.pid, 0) == 0);
	check_u64(end(&serve), 0);
}

static void
a_taken_port_is_refused(void)
{
	struct serve serve;
	struct serve other;
	char line[256];
	char want[128];
	char more[64];

	start(&serve, "");
	settle(&other, "");
	snprintf(more, sizeof(more), "%s/stile.conf", other.dir);
	{
		FILE *conf = fopen(more, "we");

		fprintf(conf, "holder: { id = \"NYDMV\"; name = \"New York\"; "
		    "state = \"NY\"; origin = \"log.example/ny\"; };\n"
		    "listen: { port = %u; };\n", serve.port);
		fclose(conf);
	}
	launch(&other, roles, ARRAY_LEN(roles));
	snprintf(want, sizeof(want), "stile serve: 127.0.0.1 port %u: another "
	    "program listens there\n", serve.port);
	check_str(first_line(&other, line, sizeof(line)), str_of(want));
	check_u64(exit_code(&other), 1);
	clear(&other);
	check_u64(end(&serve), 0);
}

static void
a_wrong_configuration_is_exit_78(void)
{
	struct serve serve;
	char line[256];

	settle(&serve, "colour = 1;\n");
	launch(&serve, roles, ARRAY_LEN(roles));
	check(str_has_suffix(first_line(&serve, line, sizeof(line)),
	    STR("stile.conf:4:1: error: colour: there is no such setting\n")));
	check_u64(exit_code(&serve), 78);
	clear(&serve);
}

static void
an_unknown_user_is_refused(void)
{
	struct serve serve;
	char line[256];

	settle(&serve, "user = \"no-such-user\";\n");
	launch(&serve, roles, ARRAY_LEN(roles));
	check_str(first_line(&serve, line, sizeof(line)),
	    STR("stile serve: user: there is no user no-such-user\n"));
	check_u64(exit_code(&serve), 1);
	clear(&serve);
}

static void
systemd_is_told_when_it_is_ready(void)
{
	struct serve serve;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char line[256];
	char got[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	settle(&serve, "");
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", serve.dir);
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	launch(&serve, roles, ARRAY_LEN(roles));
	unsetenv("NOTIFY_SOCKET");
	first_line(&serve, line, sizeof(line));
	check(recv(fd, got, sizeof(got) - 1, 0) > 0);
	check_str(str_of(got), STR("READY=1\nSTATUS=serving"));
	kill(serve.pid, SIGTERM);
	memset(got, 0, sizeof(got));
	check(recv(fd, got, sizeof(got) - 1, 0) > 0);
	check_str(str_of(got), STR("STOPPING=1"));
	close(fd);
	check_u64(end(&serve), 0);
}

static const struct tap_test tests[] = {
	TEST(a_wrong_configuration_is_exit_78),
	TEST(an_unknown_user_is_refused),
	TEST(ready_is_said_once_all_roles_are),
	TEST(as_many_fronts_as_may_be_are_started),
	TEST(sockets_are_the_users_alone),
	TEST(a_second_serve_on_the_directory_is_refused),
	TEST(a_taken_port_is_refused),
	TEST(the_keeper_is_told_the_gate_before_it_runs),
	TEST(a_role_that_dies_is_started_again),
	TEST(a_role_that_keeps_dying_waits_longer_each_time),
	TEST(roles_end_in_order),
	TEST(a_role_that_does_not_end_is_killed),
	TEST(a_second_request_to_stop_waits_for_nobody),
	TEST(a_hangup_goes_to_the_gate_alone),
	TEST(a_role_that_never_gets_ready_ends_the_start),
	TEST(roles_end_when_the_parent_is_killed),
	TEST(systemd_is_told_when_it_is_ready),
};

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "role") == 0)
		return stub_role(argv[2], argv[3]);
	return tap_main(tests, ARRAY_LEN(tests), argc, argv);
}
