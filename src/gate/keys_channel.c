/* Asking the keeper; see keys_channel.h. */
#include "gate/keys_channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "frames.h"
#include "limits.h"
#include "util/fault.h"

void
keys_channel_fini(struct keys_channel *link)
{
	if (link->is_open)
		channel_fini(&link->channel);
	link->is_open = false;
}

/* Connect if need be. Returns: 0; KEYS_E_DOWN; fault. */
static int
reach(struct keys_channel *link)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    link->path);
	int fd;
	int r;

	if (link->is_open)
		return 0;
	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return FAULT(ENAMETOOLONG);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return FAULT(errno);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		close(fd);
		return KEYS_E_DOWN;
	}
	r = channel_init(&link->channel, fd);
	if (r < 0) {
		channel_fini(&link->channel);
		return TRACE(r);
	}
	link->is_open = true;
	return 0;
}

static size_t
begin(struct keys_channel *link, enum keeper_kind kind)
{
	return frame_begin(&link->channel.out, (uint8_t)kind, ++link->next_id);
}

/* Send the frame at place and wait for its answer. */
static int
call(struct keys_channel *link, struct frame *answer, enum keeper_kind kind,
    size_t place)
{
	int r = frame_end(&link->channel.out, place);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EMSGSIZE);
	r = channel_call(answer, &link->channel, link->timeout_ms);
	if (r == 0 && answer->kind == KEEPER_KIND_REFUSED &&
	    answer->id == link->next_id) {
		fprintf(stderr, "gate: the keeper refused: %.*s\n",
		    STR_ARG(frame_find(answer, KEEPER_REASON)));
		return KEYS_E_REFUSED;
	}
	if (r == 0 && answer->kind == kind && answer->id == link->next_id)
		return 0;
	/* Late or broken: what comes next would be of another question. */
	keys_channel_fini(link);
	return r < 0 ? TRACE(r) : KEYS_E_DOWN;
}

static int
take_indexes(struct digest *indexes, size_t n, const struct frame *answer)
{
	struct str rest = answer->fields;
	struct str value;
	uint16_t tag;
	size_t i = 0;

	while (frame_next(&tag, &value, &rest)) {
		if (tag != KEEPER_INDEX)
			continue;
		if (i == n || value.len != sizeof(indexes[i].b))
			return KEYS_E_DOWN;
		memcpy(indexes[i++].b, value.p, value.len);
	}
	return i == n ? 0 : KEYS_E_DOWN;
}

/* As many as fit a frame at a time. */
static int
index_some(struct keys_channel *link, struct digest *indexes,
    const struct str *subjects, size_t n)
{
	struct frame answer;
	size_t place;
	int r = reach(link);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	place = begin(link, KEEPER_KIND_INDEX);
	for (size_t i = 0; i < n; i++)
		frame_put(&link->channel.out, KEEPER_SUBJECT, subjects[i]);
	r = call(link, &answer, KEEPER_KIND_INDEX, place);
	if (r == 0)
		r = take_indexes(indexes, n, &answer);
	return r < 0 ? TRACE(r) : r;
}

static int
keys_index(void *context, struct digest *indexes, const struct str *subjects,
    size_t n)
{
	int r = 0;

	for (size_t at = 0; at < n && r == 0; at += LIMIT_FRAME_FIELDS)
		r = index_some(context, indexes + at, subjects + at,
		    MIN(n - at, (size_t)LIMIT_FRAME_FIELDS));
	return r < 0 ? TRACE(r) : r;
}

static int
keys_sign(void *context, struct str *note, struct arena *arena, uint64_t size,
    const struct digest *root, const struct digest *proof, size_t n_proof)
{
	struct keys_channel *link = context;
	struct frame answer;
	size_t place;
	int r = reach(link);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	place = begin(link, KEEPER_KIND_SIGN);
	frame_put_u64(&link->channel.out, KEEPER_SIZE, size);
	frame_put(&link->channel.out, KEEPER_ROOT,
	    (struct str){ (const char *)root->b, sizeof(root->b) });
	frame_put(&link->channel.out, KEEPER_PROOF,
	    (struct str){ (const char *)proof, n_proof * sizeof(*proof) });
	r = call(link, &answer, KEEPER_KIND_SIGN, place);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	*note = arena_str(arena, frame_find(&answer, KEEPER_NOTE));
	if (note->p == NULL)
		return FAULT(ENOMEM);
	return note->len > 0 ? 0 : KEYS_E_DOWN;
}

/* A question whose answer is a key. */
static int
ask_key(struct keys_channel *link, struct seal_key *key, struct str wrapped,
    enum keeper_kind kind)
{
	struct frame answer;
	struct str bytes;
	size_t place;
	int r = reach(link);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	place = begin(link, kind);
	frame_put(&link->channel.out, KEEPER_WRAPPED, wrapped);
	r = call(link, &answer, kind, place);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	bytes = frame_find(&answer, KEEPER_KEY);
	if (bytes.len != sizeof(key->b))
		return KEYS_E_DOWN;
	memcpy(key->b, bytes.p, bytes.len);
	return 0;
}

static int
keys_unwrap(void *context, struct seal_key *key, struct str wrapped)
{
	return ask_key(context, key, wrapped, KEEPER_KIND_UNWRAP);
}

static int
keys_token(void *context, struct piece_token *token,
    const struct seal_wrapped *wrapped, struct str subject)
{
	struct keys_channel *link = context;
	struct frame answer;
	struct str bytes;
	size_t place;
	int r = reach(link);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	place = begin(link, KEEPER_KIND_TOKEN);
	frame_put(&link->channel.out, KEEPER_WRAPPED,
	    (struct str){ (const char *)wrapped->b, sizeof(wrapped->b) });
	frame_put(&link->channel.out, KEEPER_SUBJECT, subject);
	r = call(link, &answer, KEEPER_KIND_TOKEN, place);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	bytes = frame_find(&answer, KEEPER_INDEX);
	if (bytes.len != sizeof(token->code.b))
		return KEYS_E_DOWN;
	memcpy(token->code.b, bytes.p, bytes.len);
	return 0;
}

static int
keys_half(void *context, struct seal_key *key,
    const struct seal_wrapped *wrapped)
{
	struct str bytes = { (const char *)wrapped->b, sizeof(wrapped->b) };

	return ask_key(context, key, bytes, KEEPER_KIND_HALF);
}

/* Size of the checkpoint in a note: its second line. */
static uint64_t
note_size(struct str note)
{
	struct str line;
	uint64_t size = 0;

	if (note.len == 0 || !str_split(&line, &note, '\n') ||
	    !str_split(&line, &note, '\n') || !str_to_u64(&size, line))
		return 0;
	return size;
}

static int
keys_hello(void *context, uint64_t *signed_size,
    struct seal_public *seal_public)
{
	struct keys_channel *link = context;
	struct frame answer;
	struct str public;
	size_t place;
	int r = reach(link);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	place = begin(link, KEEPER_KIND_HELLO);
	r = call(link, &answer, KEEPER_KIND_HELLO, place);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	public = frame_find(&answer, KEEPER_SEAL_PUBLIC);
	if (public.len != sizeof(seal_public->b))
		return KEYS_E_DOWN;
	memcpy(seal_public->b, public.p, public.len);
	*signed_size = note_size(frame_find(&answer, KEEPER_NOTE));
	return 0;
}

struct keys
keys_channel_init(struct keys_channel *link, const char *path, int timeout_ms)
{
	*link = (struct keys_channel){ .path = path,
		.timeout_ms = timeout_ms };
	return (struct keys){ .index = keys_index,
		.sign = keys_sign,
		.unwrap = keys_unwrap,
		.token = keys_token,
		.half = keys_half,
		.hello = keys_hello,
		.context = link };
}
