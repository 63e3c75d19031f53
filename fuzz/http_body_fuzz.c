/*
 * A request body to a frame: whatever comes in, the frame is whole, within its
 * limits, and holds members or nothing.
 */
#include <assert.h>
#include <stdint.h>
#include <stddef.h>

#include "frames.h"
#include "front/body.h"
#include "util/frame.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_member(struct str value)
{
	size_t tab;

	assert(value.len >= 3 && value.p[1] == '\t');
	assert(strchr("sinb0oa", value.p[0]) != NULL);
	tab = str_find(value, '\t', 2);
	assert(tab < value.len && tab - 2 <= LIMIT_FRONT_POINTER_BYTES);
	assert(utf8_is_valid(value));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct body_malformed malformed;
	struct buf buf;
	struct frame frame;
	struct str rest;
	struct str value;
	size_t n = 0;
	size_t len;
	size_t place;
	uint16_t tag;
	int r;

	if (size > LIMIT_FRONT_BODY_BYTES)
		return 0;
	buf_init(&buf, LIMIT_FRAME_BYTES);
	place = frame_begin(&buf, ASK_KIND_ASK, 7);
	r = body_flatten(&buf, &malformed,
	    (struct str){ (const char *)data, size });
	assert(r == 0 || r == BODY_E_MALFORMED);
	if (r != 0)
		body_put_malformed(&buf, &malformed);
	r = frame_end(&buf, place);
	assert(r == 0);
	r = frame_parse(&frame, &len, buf_str(&buf));
	assert(r == 0 && len == buf.len);
	rest = frame.fields;
	for (; frame_next(&tag, &value, &rest); n++) {
		assert(tag == ASK_MEMBER || tag == ASK_MALFORMED);
		if (tag == ASK_MEMBER)
			check_member(value);
	}
	assert(n >= 1 && n <= LIMIT_FRONT_JSON_MEMBERS);
	buf_fini(&buf);
	return 0;
}
