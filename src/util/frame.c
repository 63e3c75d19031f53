/* Frames between roles; the format is drawn in frame.h. */
#include "util/frame.h"

#include <errno.h>

#include "limits.h"
#include "util/fault.h"

static uint32_t
get_u32(const char *bytes)
{
	const uint8_t *p = (const uint8_t *)bytes;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
set_u32(char *bytes, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		bytes[i] = (char)(value & 0xff);
}

bool
frame_next(uint16_t *tag, struct str *value, struct str *rest)
{
	uint32_t len;

	if (rest->len < FRAME_FIELD_HEAD)
		return false;
	*tag = (uint16_t)((uint8_t)rest->p[0] << 8 | (uint8_t)rest->p[1]);
	len = get_u32(rest->p + 2);
	if (len > rest->len - FRAME_FIELD_HEAD)
		return false;
	*value = str_part(*rest, FRAME_FIELD_HEAD, FRAME_FIELD_HEAD + len);
	*rest = str_part(*rest, FRAME_FIELD_HEAD + len, rest->len);
	return true;
}

int
frame_parse(struct frame *frame, size_t *len, struct str bytes)
{
	struct str rest;
	struct str value;
	uint16_t tag;
	uint32_t total;

	if (bytes.len > 0 && bytes.p[0] != FRAME_VERSION)
		return FRAME_E_BAD;
	if (bytes.len < FRAME_HEAD)
		return FRAME_E_SHORT;
	total = get_u32(bytes.p + 4);
	if (bytes.p[2] != 0 || bytes.p[3] != 0 || total < FRAME_HEAD ||
	    total > LIMIT_FRAME_BYTES)
		return FRAME_E_BAD;
	if (bytes.len < total)
		return FRAME_E_SHORT;
	*frame = (struct frame){ .kind = (uint8_t)bytes.p[1],
		.id = frame_get_u64(bytes.p + 8),
		.fields = str_part(bytes, FRAME_HEAD, total) };
	rest = frame->fields;
	for (size_t n = 0; frame_next(&tag, &value, &rest); n++) {
		if (n == LIMIT_FRAME_FIELDS)
			return FRAME_E_BAD;
	}
	if (rest.len > 0)
		return FRAME_E_BAD;
	*len = total;
	return 0;
}

struct str
frame_find(const struct frame *frame, uint16_t tag)
{
	struct str rest = frame->fields;
	struct str value;
	uint16_t found;

	while (frame_next(&found, &value, &rest)) {
		if (found == tag)
			return value;
	}
	return (struct str){ 0 };
}

bool
frame_find_u64(uint64_t *value, const struct frame *frame, uint16_t tag)
{
	struct str bytes = frame_find(frame, tag);

	if (bytes.len != 8)
		return false;
	*value = frame_get_u64(bytes.p);
	return true;
}

size_t
frame_begin(struct buf *buf, uint8_t kind, uint64_t id)
{
	char head[FRAME_HEAD] = { FRAME_VERSION, (char)kind };
	size_t place = buf->len;

	frame_set_u64(head + 8, id);
	buf_add(buf, head, sizeof(head));
	return place;
}

void
frame_put(struct buf *buf, uint16_t tag, struct str value)
{
	frame_put_parts(buf, tag, &value, 1);
}

void
frame_put_parts(struct buf *buf, uint16_t tag, const struct str *parts,
    size_t n)
{
	char head[FRAME_FIELD_HEAD];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > LIMIT_FRAME_BYTES ||
		    (len += parts[i].len) > LIMIT_FRAME_BYTES) {
			buf->failed = ENOBUFS;
			return;
		}
	}
	head[0] = (char)(tag >> 8);
	head[1] = (char)(tag & 0xff);
	set_u32(head + 2, (uint32_t)len);
	buf_add(buf, head, sizeof(head));
	for (size_t i = 0; i < n; i++)
		buf_add_str(buf, parts[i]);
}

void
frame_put_u64(struct buf *buf, uint16_t tag, uint64_t value)
{
	char bytes[8];

	frame_set_u64(bytes, value);
	frame_put(buf, tag, (struct str){ bytes, sizeof(bytes) });
}

int
frame_end(struct buf *buf, size_t place)
{
	int failed = buf->failed;

	if (failed == 0 && buf->len - place > LIMIT_FRAME_BYTES)
		failed = ENOBUFS;
	if (failed != 0) {
		buf->len = MIN(buf->len, place);
		buf->failed = 0;
		return failed == ENOBUFS ? BUF_E_LIMIT : FAULT(failed);
	}
	set_u32(buf->bytes + place + 4, (uint32_t)(buf->len - place));
	return 0;
}
