/*
 * A gate that only listens and repeats: fake_gate SOCKET
 *
 * Answers each ASK with JSON of what it got, in batches as they come. The
 * member /do makes it misbehave: "die" exits, "silent" never answers,
 * "late" is answered just before the next request, "garbage" sends no frame, "kind",
 * "id", "status" and "header" send frames that no gate sends. The member
 * /status is the status to answer.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "frames.h"
#include "util/channel.h"
#include "util/hex.h"
#include "util/json.h"

#define MAX_PEERS 8

struct gate {
	int listen_fd;
	struct channel peers[MAX_PEERS];
	size_t n_peers;
	uint64_t late_id;
	unsigned n_asked;
	unsigned batch; /* frames taken together with this one */
};

static const char *const tag_names[] = {
	[ASK_OPERATION] = "operation",
	[ASK_PARAMETER] = "parameter",
	[ASK_CERTIFICATE] = "certificate",
	[ASK_PEER] = "peer",
	[ASK_IDEMPOTENCY] = "idempotency",
	[ASK_TRACEPARENT] = "traceparent",
	[ASK_MALFORMED] = "malformed",
	[ASK_MEMBER] = "member",
	[ASK_DEADLINE] = "deadline",
};

static void
put_field(struct json *json, uint16_t tag, struct str value)
{
	char hex[2 * 64 + 1];

	json_open_array(json);
	json_string(json, str_of(tag_names[tag]));
	if (tag == ASK_CERTIFICATE || tag == ASK_DEADLINE) {
		hex_format(hex, (const uint8_t *)value.p,
		    value.len < 64 ? value.len : 64);
		value = str_of(hex);
	}
	json_string(json, value);
	json_close_array(json);
}

/* The value of the member with the pointer, or an absent slice. */
static struct str
member(const struct frame *frame, struct str pointer)
{
	struct str rest = frame->fields;
	struct str value;
	uint16_t tag;

	while (frame_next(&tag, &value, &rest)) {
		size_t tab = str_find(value, '\t', 2);

		if (tag == ASK_MEMBER &&
		    str_is_equal(str_part(value, 2, tab), pointer))
			return str_part(value, tab + 1, value.len);
	}
	return (struct str){ 0 };
}

static void
put_echo(struct gate *gate, struct buf *out, const struct frame *frame)
{
	struct str rest = frame->fields;
	struct str value;
	struct buf body;
	struct json json;
	uint16_t tag;

	buf_init(&body, 1u << 20);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_i64(&json, "batch", gate->batch);
	json_put_i64(&json, "asked", gate->n_asked);
	json_put_i64(&json, "pid", getpid());
	json_key(&json, STR("fields"));
	json_open_array(&json);
	while (frame_next(&tag, &value, &rest)) {
		if (tag < ARRAY_LEN(tag_names) && tag_names[tag] != NULL)
			put_field(&json, tag, value);
	}
	json_close_array(&json);
	json_close_object(&json);
	frame_put(out, ASK_BODY, buf_str(&body));
	buf_fini(&body);
}

static void
answer(struct gate *gate, struct channel *peer, const struct frame *frame,
    uint64_t id)
{
	struct str what = member(frame, STR("/do"));
	uint8_t kind = ASK_KIND_ANSWER;
	uint64_t status = 200;
	struct str type = STR("application/json");
	size_t place;

	str_to_u64(&status, member(frame, STR("/status")));
	if (str_is_equal(what, STR("kind")))
		kind = 77;
	if (str_is_equal(what, STR("id")))
		id += UINT64_C(1) << 40;
	if (str_is_equal(what, STR("header")))
		type = STR("text/plain\r\nSet-Cookie: a=b");
	place = frame_begin(&peer->out, kind, id);
	frame_put_u64(&peer->out, ASK_STATUS, status);
	frame_put(&peer->out, ASK_TYPE, type);
	if (status == 201)
		frame_put(&peer->out, ASK_LOCATION, STR("/v1/requests/r1"));
	if (status == 503)
		frame_put_u64(&peer->out, ASK_RETRY, 7);
	put_echo(gate, &peer->out, frame);
	if (frame_end(&peer->out, place) != 0)
		exit(3);
}

static void
answer_late(struct gate *gate, struct channel *peer)
{
	size_t place = frame_begin(&peer->out, ASK_KIND_ANSWER, gate->late_id);

	frame_put_u64(&peer->out, ASK_STATUS, 299);
	frame_put(&peer->out, ASK_BODY, STR("late"));
	if (frame_end(&peer->out, place) != 0)
		exit(3);
	gate->late_id = 0;
}

static void
take(struct gate *gate, struct channel *peer, const struct frame *frame)
{
	struct str what = member(frame, STR("/do"));

	gate->n_asked++;
	if (str_is_equal(what, STR("die")))
		exit(9);
	if (str_is_equal(what, STR("silent")))
		return;
	if (str_is_equal(what, STR("garbage"))) {
		buf_add_text(&peer->out, "HTTP/1.1 200 OK\r\n\r\n");
		return;
	}
	if (str_is_equal(what, STR("late"))) {
		gate->late_id = frame->id;
		return;
	}
	if (gate->late_id != 0)
		answer_late(gate, peer);
	answer(gate, peer, frame, frame->id);
}

static bool
turn(struct gate *gate, struct channel *peer)
{
	struct frame frame;
	struct channel count;
	int r = channel_fill(peer);

	if (r != 0)
		return r == CHANNEL_E_EMPTY;
	gate->batch = 0;
	count = *peer;
	while (channel_take(&frame, &count) == 0)
		gate->batch++;
	while ((r = channel_take(&frame, peer)) == 0)
		take(gate, peer, &frame);
	return r == CHANNEL_E_EMPTY && channel_flush(peer) == 0;
}

static void
serve(struct gate *gate)
{
	struct pollfd items[MAX_PEERS + 1];

	for (;;) {
		items[0] = (struct pollfd){ gate->listen_fd, POLLIN, 0 };
		for (size_t i = 0; i < gate->n_peers; i++) {
			items[i + 1] = (struct pollfd){ gate->peers[i].fd,
				POLLIN, 0 };
			if (channel_is_waiting(&gate->peers[i]))
				items[i + 1].events |= POLLOUT;
		}
		if (poll(items, gate->n_peers + 1, -1) < 0 && errno != EINTR)
			exit(2);
		for (size_t i = gate->n_peers; i-- > 0;) {
			if (items[i + 1].revents == 0 ||
			    (channel_flush(&gate->peers[i]) == 0 &&
			    turn(gate, &gate->peers[i])))
				continue;
			channel_fini(&gate->peers[i]);
			gate->peers[i] = gate->peers[--gate->n_peers];
		}
		if ((items[0].revents & POLLIN) && gate->n_peers < MAX_PEERS) {
			int fd = accept(gate->listen_fd, NULL, NULL);

			if (fd >= 0 && channel_init(
			    &gate->peers[gate->n_peers], fd) == 0)
				gate->n_peers++;
		}
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct gate gate = { 0 };

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 64;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[1]);
	unlink(argv[1]);
	gate.listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (gate.listen_fd < 0 ||
	    bind(gate.listen_fd, (const struct sockaddr *)&address,
	    sizeof(address)) < 0 || listen(gate.listen_fd, 8) < 0)
		return 1;
	puts("listening");
	fflush(stdout);
	serve(&gate);
	return 0;
}
