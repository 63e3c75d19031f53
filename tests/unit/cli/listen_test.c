/* Ports, sockets and the lock: taken once, refused with the reason. */
#include "cli/listen.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

#define LISTEN_QUEUE 1024 /* as in listen.c */

static uint16_t
port_of(int fd)
{
	struct sockaddr_in at = { 0 };
	socklen_t len = sizeof(at);

	check(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	return ntohs(at.sin_port);
}

static void
a_port_is_shared_by_ours_and_by_nobody_else(void)
{
	int probe[1];
	int fds[3];
	int other[1];
	uint16_t port;

	check_u64(listen_tcp(probe, 1, "127.0.0.1", 0), 0);
	port = port_of(probe[0]);
	check_u64(listen_tcp(other, 1, "127.0.0.1", port), LISTEN_E_TAKEN);
	close(probe[0]);
	check_u64(listen_tcp(fds, 3, "127.0.0.1", port), 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		check_u64(port_of(fds[i]), port);
	check_u64(listen_tcp(other, 1, "127.0.0.1", port), LISTEN_E_TAKEN);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
}

static void
an_address_of_another_machine_is_refused(void)
{
	int fds[1];

	check_u64(listen_tcp(fds, 1, "192.0.2.1", 8443), LISTEN_E_ADDRESS);
	check_u64(listen_tcp(fds, 1, "localhost", 8443), LISTEN_E_ADDRESS);
}

static void
connections_queue_up_to_the_limit(void)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	FILE *file = fopen("/proc/sys/net/core/somaxconn", "re");
	unsigned most = LISTEN_QUEUE;
	int fds[1];

	if (file != NULL) {
		char line[32] = "";

		if (fgets(line, sizeof(line), file) != NULL)
			most = (unsigned)strtoul(line, NULL, 10);
		fclose(file);
	}
	check_u64(listen_tcp(fds, 1, "127.0.0.1", 0), 0);
	check(getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &len) == 0);
	/* Of a listening socket: its greatest queue. */
	check_u64(info.tcpi_sacked, MIN(most, LISTEN_QUEUE));
	close(fds[0]);
}

static void
a_unix_socket_is_private_and_replaces_a_stale_one(void)
{
	char dir[] = "/tmp/stile-listen-XXXXXX";
	char path[256];
	struct stat info;
	int fd[2];

	check(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/sock", dir);
	check_u64(listen_unix(&fd[0], path), 0);
	check_u64(listen_unix(&fd[1], path), 0);
	check(stat(path, &info) == 0 && (info.st_mode & 07777) == 0600);
	close(fd[0]);
	close(fd[1]);
	unlink(path);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	check_u64(listen_unix(&fd[0], path), LISTEN_E_LONG);
	rmdir(dir);
}

static void
a_lock_is_held_once_and_says_by_whom(void)
{
	char dir[] = "/tmp/stile-listen-XXXXXX";
	char path[64];
	int64_t holder = -1;
	int fd;
	int other;

	check(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/lock", dir);
	check_u64(listen_is_locked(&holder, path), 0);
	check_u64(listen_lock(&fd, &holder, path), 0);
	check_u64(listen_is_locked(&holder, path), LISTEN_E_LOCKED);
	check_u64(holder, (uint64_t)getpid());
	check_u64(listen_lock(&other, &holder, path), LISTEN_E_LOCKED);
	check_u64(holder, (uint64_t)getpid());
	close(fd);
	check_u64(listen_is_locked(&holder, path), 0);
	check_u64(listen_lock(&fd, &holder, path), 0);
	close(fd);
	unlink(path);
	rmdir(dir);
}

static const struct tap_test tests[] = {
	TEST(a_port_is_shared_by_ours_and_by_nobody_else),
	TEST(an_address_of_another_machine_is_refused),
	TEST(connections_queue_up_to_the_limit),
	TEST(a_unix_socket_is_private_and_replaces_a_stale_one),
	TEST(a_lock_is_held_once_and_says_by_whom),
};

TAP_MAIN(tests)
