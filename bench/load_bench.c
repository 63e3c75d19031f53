/*
 * A load client: many keep-alive connections over mutual TLS, each asking one
 * request after the other (closed loop), or at a given rate over all (then a
 * latency counts from the moment a request was due, so a stall is not hidden).
 *
 * Every request has its own Idempotency-Key. An answer that is not the expected
 * status is counted, never averaged in. With --answers every good body is
 * written out as a line, for whoever wants to hold answers against the log;
 * with --retry a lost connection is made again and the same key asked again.
 * With --wait it says "connected" once every handshake is over and begins at a
 * line on its input: what handshakes cost can be left out of a measure. Prints
 * one line of JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define N_LATENCIES (16u << 20) /* kept; a longer run keeps the first ones */
#define N_STATUS 600
#define ANSWER_BYTES (256u << 10)
#define RETRY_US 20000

struct lines {
	char **items;
	size_t n;
};

struct options {
	const char *host, *port, *ca, *path, *answers, *key_prefix;
	struct lines bodies, identities; /* identity: "CERT KEY" */
	size_t n_clients;
	double seconds, rate;
	uint64_t n_requests; /* 0: until the time is over */
	long expect;
	bool retry;
	bool wait; /* for a line before the first request */
};

enum client_state { CONNECTING, IDLE, SENDING, RECEIVING, BROKEN };

struct client {
	size_t number;
	enum client_state state;
	int fd;
	uint32_t watched; /* events epoll was told of */
	SSL *ssl;
	char *out;
	size_t out_len, out_at, out_room;
	char *in;
	size_t in_len;
	uint64_t began_us;  /* sent, or due when there is a rate */
	uint64_t due_us;    /* IDLE: ask then; BROKEN: connect then */
	uint64_t key;	    /* of the request under way */
	bool has_question;  /* a key is under way and not yet answered */
};

struct run {
	const struct options *options;
	SSL_CTX **contexts; /* one for each identity */
	struct client *clients;
	struct addrinfo *address;
	int epoll;
	FILE *answers;
	uint32_t *latencies;
	size_t n_latencies;
	uint64_t status[N_STATUS];
	uint64_t n_good, n_asked, n_lost, n_connects;
	uint64_t interval_us; /* of one client; 0: closed loop */
	uint64_t end_us;
	struct rusage before; /* what handshakes and set-up have used */
};

static void
die(const char *what)
{
	fprintf(stderr, "load_bench: %s: %s\n", what,
	    errno != 0 ? strerror(errno) : "refused");
	ERR_print_errors_fp(stderr);
	exit(1);
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static struct lines
read_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	struct lines lines = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (file == NULL)
		die(path);
	while ((len = getline(&line, &room, file)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (line[0] == '\0')
			continue;
		lines.items = realloc(lines.items,
		    (lines.n + 1) * sizeof(*lines.items));
		if (lines.items == NULL)
			die("memory");
		lines.items[lines.n++] = strdup(line);
	}
	free(line);
	fclose(file);
	if (lines.n == 0)
		die(path);
	return lines;
}

static SSL_CTX *
new_context(const char *ca, char *identity)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	char *key = strchr(identity, ' ');

	if (context == NULL || key == NULL)
		die("identity: CERT KEY");
	*key++ = '\0';
	if (SSL_CTX_load_verify_locations(context, ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(context, identity) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		die(identity);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return context;
}

static void
watch(struct run *run, struct client *client, uint32_t events, int operation)
{
	struct epoll_event event = { .events = events, .data.ptr = client };

	if (operation == EPOLL_CTL_MOD && events == client->watched)
		return;
	client->watched = events;
	if (epoll_ctl(run->epoll, operation, client->fd, &event) < 0)
		die("epoll_ctl");
}

static void
connect_client(struct run *run, struct client *client)
{
	const struct addrinfo *a = run->address;
	int one = 1;

	client->state = CONNECTING;
	client->in_len = client->out_len = client->out_at = 0;
	client->fd = socket(a->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		die("socket");
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(client->fd, a->ai_addr, a->ai_addrlen) < 0 &&
	    errno != EINPROGRESS)
		die("connect");
	client->ssl = SSL_new(
	    run->contexts[client->number % run->options->identities.n]);
	if (client->ssl == NULL || SSL_set_fd(client->ssl, client->fd) != 1)
		die("SSL_new");
	SSL_set_connect_state(client->ssl);
	watch(run, client, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
	run->n_connects++;
}

static void
lose(struct run *run, struct client *client)
{
	run->n_lost++;
	SSL_free(client->ssl);
	close(client->fd);
	client->ssl = NULL;
	client->state = BROKEN;
	client->due_us = now_us() + RETRY_US;
	if (!run->options->retry)
		client->due_us = UINT64_MAX;
}

/* Begin the next question, or the same again when it was never answered. */
static void
ask(struct run *run, struct client *client)
{
	const struct options *options = run->options;
	const char *body;
	int len;

	if (!client->has_question) {
		client->key = run->n_asked++;
		client->has_question = true;
		client->began_us = run->interval_us > 0 ? client->due_us :
							  now_us();
	}
	body = options->bodies.items[client->key % options->bodies.n];
	len = snprintf(client->out, client->out_room,
	    "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
	    "Idempotency-Key: %s-%" PRIu64 "\r\nContent-Length: %zu\r\n\r\n%s",
	    options->path, options->host, options->key_prefix, client->key,
	    strlen(body), body);
	if (len < 0 || (size_t)len >= client->out_room)
		die("body too long");
	client->out_len = (size_t)len;
	client->out_at = client->in_len = 0;
	client->state = SENDING;
}

/* Length of a whole answer in the buffer; 0 when more is to come. */
static size_t
answer_len(const struct client *client, const char **body)
{
	const char *end, *field;
	size_t head, len;

	end = memmem(client->in, client->in_len, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	head = (size_t)(end - client->in) + 4;
	field = strcasestr(client->in, "\r\nContent-Length:");
	if (field == NULL || field > end)
		return head;
	len = strtoul(field + 17, NULL, 10);
	*body = client->in + head;
	return client->in_len >= head + len ? head + len : 0;
}

static void
take_answer(struct run *run, struct client *client, const char *body)
{
	const struct options *options = run->options;
	long status = strtol(client->in + strlen("HTTP/1.1 "), NULL, 10);
	uint64_t took = now_us() - client->began_us;

	run->status[status > 0 && status < N_STATUS ? status : 0]++;
	if (status == options->expect) {
		run->n_good++;
		if (run->n_latencies < N_LATENCIES)
			run->latencies[run->n_latencies++] = (uint32_t)took;
		if (run->answers != NULL && body != NULL)
			fprintf(run->answers, "%s-%" PRIu64 "\t%s\n",
			    options->key_prefix, client->key, body);
	} else if (options->retry && status >= 500) {
		client->state = IDLE;
		client->due_us = now_us() + RETRY_US;
		return;
	}
	client->has_question = false;
	client->state = IDLE;
	client->due_us = run->interval_us > 0 ?
	    client->due_us + run->interval_us : 0;
}

/* Do what can be done without waiting. Returns: false when the connection ended. */
static bool
progress(struct run *run, struct client *client)
{
	const char *body = NULL;
	int r = 1;

	if (client->state == CONNECTING) {
		r = SSL_do_handshake(client->ssl);
		if (r == 1)
			client->state = IDLE;
	}
	if (r == 1 && client->state == IDLE && client->due_us <= now_us())
		ask(run, client);
	while (r > 0 && client->state == SENDING) {
		r = SSL_write(client->ssl, client->out + client->out_at,
		    (int)(client->out_len - client->out_at));
		if (r > 0)
			client->out_at += (size_t)r;
		if (client->out_at == client->out_len)
			client->state = RECEIVING;
	}
	while (r > 0 && (client->state == RECEIVING || client->state == IDLE)) {
		r = SSL_read(client->ssl, client->in + client->in_len,
		    (int)(ANSWER_BYTES - 1 - client->in_len));
		if (r <= 0)
			break;
		client->in_len += (size_t)r;
		client->in[client->in_len] = '\0';
		if (client->state == RECEIVING && answer_len(client, &body) > 0) {
			take_answer(run, client, body);
			return true;
		}
	}
	if (r > 0)
		return true;
	r = SSL_get_error(client->ssl, r);
	ERR_clear_error();
	return r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE;
}

static void
turn(struct run *run, struct client *client)
{
	enum client_state before;

	do {
		before = client->state;
		if (!progress(run, client)) {
			lose(run, client);
			return;
		}
	} while (client->state == IDLE && before != IDLE &&
	    client->due_us <= now_us() && now_us() < run->end_us);
	watch(run, client, EPOLLIN |
	    (client->state == SENDING || client->state == CONNECTING ?
		(uint32_t)EPOLLOUT : 0), EPOLL_CTL_MOD);
}

static bool
is_over(const struct run *run)
{
	return now_us() >= run->end_us ||
	    (run->options->n_requests > 0 &&
		run->n_good >= run->options->n_requests);
}

/* Those whose time has come. Returns: when to look again. */
static uint64_t
turn_due(struct run *run, uint64_t now)
{
	uint64_t next = now + 100000;

	for (size_t i = 0; i < run->options->n_clients; i++) {
		struct client *client = &run->clients[i];

		if (client->state != BROKEN && client->state != IDLE)
			continue;
		if (client->due_us <= now && client->state == BROKEN)
			connect_client(run, client);
		else if (client->due_us <= now)
			turn(run, client);
		if (client->state == BROKEN || client->state == IDLE)
			next = client->due_us < next ? client->due_us : next;
	}
	return next;
}

static void
loop(struct run *run)
{
	struct epoll_event events[256];
	/* In a closed loop nobody idles: there is nothing to look for. */
	bool is_timed = run->interval_us > 0 || run->options->retry;
	uint64_t next = is_timed ? 0 : UINT64_MAX;

	while (!is_over(run)) {
		uint64_t now = now_us();
		int wait_ms = next > now + 10000 ? 10 :
		    next > now ? (int)((next - now + 999) / 1000) : 0;
		int n = epoll_wait(run->epoll, events, 256, wait_ms);

		for (int i = 0; i < n; i++) {
			struct client *client = events[i].data.ptr;

			if (client->state != BROKEN)
				turn(run, client);
		}
		if (is_timed)
			next = turn_due(run, now_us());
	}
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double
quantile_ms(const struct run *run, double q)
{
	size_t at = (size_t)(q * (double)run->n_latencies);

	if (run->n_latencies == 0)
		return 0;
	if (at >= run->n_latencies)
		at = run->n_latencies - 1;
	return run->latencies[at] / 1000.0;
}

/* Of this client since the first request. */
static double
cpu_seconds(const struct run *run)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec - run->before.ru_utime.tv_sec +
		   usage.ru_stime.tv_sec - run->before.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec - run->before.ru_utime.tv_usec +
		usage.ru_stime.tv_usec - run->before.ru_stime.tv_usec) / 1e6;
}

static void
report(struct run *run, double seconds)
{
	double cpu_s = cpu_seconds(run);

	qsort(run->latencies, run->n_latencies, sizeof(uint32_t), compare);
	printf("{\"clients\":%zu,\"seconds\":%.3f,\"good\":%" PRIu64
	       ",\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f"
	       ",\"lost\":%" PRIu64 ",\"connects\":%" PRIu64
	       ",\"client_cpu_s\":%.3f,\"status\":{",
	    run->options->n_clients, seconds, run->n_good,
	    (double)run->n_good / seconds, quantile_ms(run, 0.50),
	    quantile_ms(run, 0.99), quantile_ms(run, 1), run->n_lost,
	    run->n_connects, cpu_s);
	for (size_t i = 0, n = 0; i < N_STATUS; i++)
		if (run->status[i] > 0)
			printf("%s\"%zu\":%" PRIu64, n++ > 0 ? "," : "", i,
			    run->status[i]);
	printf("}}\n");
}

static const char usage_text[] =
    "usage: load_bench --host H --port P --ca F --identities F --bodies F\n"
    "  --identities F   lines \"CERT KEY\"; connections take them in turn\n"
    "  --bodies F       lines of JSON; requests take them in turn\n"
    "  --path P         default /v1/requests\n"
    "  --clients N      connections, default 16\n"
    "  --seconds S      default 5\n"
    "  --requests N     stop after N good answers\n"
    "  --rate R         requests a second over all clients; default: closed loop\n"
    "  --expect N       good status, default 200\n"
    "  --key-prefix T   of the Idempotency-Keys; default from pid and time\n"
    "  --answers F      write \"key TAB body\" of good answers\n"
    "  --retry          connect again, ask again with the same key\n"
    "  --wait           say \"connected\", begin at a line of input\n";

static void
parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "host", 1, NULL, 'h' }, { "port", 1, NULL, 'p' },
		{ "ca", 1, NULL, 'a' }, { "identities", 1, NULL, 'i' },
		{ "bodies", 1, NULL, 'b' }, { "path", 1, NULL, 'u' },
		{ "clients", 1, NULL, 'c' }, { "seconds", 1, NULL, 's' },
		{ "requests", 1, NULL, 'n' }, { "rate", 1, NULL, 'r' },
		{ "expect", 1, NULL, 'e' }, { "key-prefix", 1, NULL, 'k' },
		{ "answers", 1, NULL, 'o' }, { "retry", 0, NULL, 'R' },
		{ "wait", 0, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'h': options->host = optarg; break;
		case 'p': options->port = optarg; break;
		case 'a': options->ca = optarg; break;
		case 'i': options->identities = read_lines(optarg); break;
		case 'b': options->bodies = read_lines(optarg); break;
		case 'u': options->path = optarg; break;
		case 'c': options->n_clients = strtoul(optarg, NULL, 10); break;
		case 's': options->seconds = strtod(optarg, NULL); break;
		case 'n': options->n_requests = strtoul(optarg, NULL, 10); break;
		case 'r': options->rate = strtod(optarg, NULL); break;
		case 'e': options->expect = strtol(optarg, NULL, 10); break;
		case 'k': options->key_prefix = optarg; break;
		case 'o': options->answers = optarg; break;
		case 'R': options->retry = true; break;
		case 'w': options->wait = true; break;
		default: fputs(usage_text, stderr); exit(2);
		}
	}
	if (options->host == NULL || options->port == NULL ||
	    options->ca == NULL || options->identities.n == 0 ||
	    options->bodies.n == 0 || options->n_clients == 0) {
		fputs(usage_text, stderr);
		exit(2);
	}
}

static void
prepare(struct run *run, const struct options *options)
{
	size_t room = 4096;
	uint64_t now = now_us();

	for (size_t i = 0; i < options->bodies.n; i++)
		if (strlen(options->bodies.items[i]) + 1024 > room)
			room = strlen(options->bodies.items[i]) + 1024;
	run->options = options;
	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->contexts = calloc(options->identities.n, sizeof(*run->contexts));
	run->clients = calloc(options->n_clients, sizeof(*run->clients));
	run->latencies = calloc(N_LATENCIES, sizeof(*run->latencies));
	if (run->epoll < 0 || run->contexts == NULL || run->clients == NULL ||
	    run->latencies == NULL)
		die("memory");
	if (getaddrinfo(options->host, options->port,
		&(struct addrinfo){ .ai_socktype = SOCK_STREAM },
		&run->address) != 0)
		die(options->host);
	if (options->answers != NULL &&
	    (run->answers = fopen(options->answers, "w")) == NULL)
		die(options->answers);
	if (run->answers != NULL)
		setvbuf(run->answers, NULL, _IOLBF, 0);
	for (size_t i = 0; i < options->identities.n; i++)
		run->contexts[i] = new_context(options->ca,
		    options->identities.items[i]);
	if (options->rate > 0)
		run->interval_us = (uint64_t)(1e6 * (double)options->n_clients /
		    options->rate);
	for (size_t i = 0; i < options->n_clients; i++) {
		struct client *client = &run->clients[i];

		client->number = i;
		client->out_room = room;
		client->out = malloc(room);
		client->in = malloc(ANSWER_BYTES);
		if (client->out == NULL || client->in == NULL)
			die("memory");
		client->due_us = run->interval_us > 0 ?
		    now + run->interval_us * i / options->n_clients : 0;
		connect_client(run, client);
	}
}

/* Handshakes are not the requests' latency: have them over before the clock. */
static void
shake_hands(struct run *run)
{
	struct epoll_event events[256];
	size_t n_ready = 0;
	uint64_t patience = now_us() + 30000000;

	while (n_ready < run->options->n_clients && now_us() < patience) {
		int n = epoll_wait(run->epoll, events, 256, 100);

		for (int i = 0; i < n; i++) {
			struct client *client = events[i].data.ptr;
			int r;

			if (client->state != CONNECTING)
				continue;
			r = SSL_do_handshake(client->ssl);
			if (r == 1) {
				client->state = IDLE;
				n_ready++;
				/* Session tickets can wait. */
				watch(run, client, 0, EPOLL_CTL_MOD);
				continue;
			}
			r = SSL_get_error(client->ssl, r);
			ERR_clear_error();
			if (r == SSL_ERROR_WANT_READ)
				watch(run, client, EPOLLIN, EPOLL_CTL_MOD);
			else if (r != SSL_ERROR_WANT_WRITE) {
				lose(run, client);
				n_ready++;
			}
		}
	}
}

int
main(int argc, char **argv)
{
	struct options options = {
		.path = "/v1/requests", .n_clients = 16, .seconds = 5,
		.expect = 200,
	};
	struct run run = { 0 };
	char prefix[64];
	uint64_t began;

	signal(SIGPIPE, SIG_IGN);
	snprintf(prefix, sizeof(prefix), "load-%d-%" PRIu64, (int)getpid(),
	    now_us());
	options.key_prefix = prefix;
	parse(&options, argc, argv);
	prepare(&run, &options);
	shake_hands(&run);
	if (options.wait && (puts("connected") < 0 || fflush(stdout) != 0 ||
	    getchar() == EOF))
		return 1;
	getrusage(RUSAGE_SELF, &run.before);
	began = now_us();
	for (size_t i = 0; i < options.n_clients && run.interval_us > 0; i++)
		run.clients[i].due_us = began +
		    run.interval_us * i / options.n_clients;
	run.end_us = began + (uint64_t)(options.seconds * 1e6);
	for (size_t i = 0; i < options.n_clients; i++)
		if (run.clients[i].state == IDLE &&
		    run.clients[i].due_us <= began)
			turn(&run, &run.clients[i]);
	loop(&run);
	report(&run, (double)(now_us() - began) / 1e6);
	if (run.answers != NULL)
		fclose(run.answers);
	return run.n_good > 0 ? 0 : 1;
}
