/*
 * Runs the front for tests: front_host DIR [limit=value]...
 *
 * Binds 127.0.0.1 on a free port, prints "port N" and serves DIR. The parent's
 * descriptor is standard input: its end is the parent's death.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/front.h"
#include "util/str.h"

static int
bind_loopback(unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	*port = ntohs(address.sin_port);
	return fd;
}

static bool
set_limit(struct front_limits *limits, const char *argument)
{
	const struct {
		const char *name;
		unsigned *value;
	} rows[] = {
		{ "connections=", &limits->connections },
		{ "per_address=", &limits->per_address },
		{ "requests=", &limits->requests },
		{ "outstanding=", &limits->outstanding },
		{ "read_ms=", &limits->read_ms },
		{ "write_ms=", &limits->write_ms },
		{ "gate_ms=", &limits->gate_ms },
		{ "drain_ms=", &limits->drain_ms },
	};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(argument, rows[i].name, len) != 0)
			continue;
		if (!str_to_u64(&value, str_of(argument + len)))
			return false;
		*rows[i].value = (unsigned)value;
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	struct front_options options;
	unsigned port = 0;
	int public_fd = -1;
	int fd;

	if (argc < 2)
		return 64;
	front_options_init(&options, argv[1]);
	fd = bind_loopback(&port);
	printf("port %u\n", port);
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "public") == 0) {
			public_fd = bind_loopback(&port);
			printf("public %u\n", port);
		} else if (!set_limit(&options.limits, argv[i])) {
			return 64;
		}
	}
	options.public_fd = public_fd;
	fflush(stdout);
	return fd < 0 ? 1 : front_serve(&options, fd, 0);
}
