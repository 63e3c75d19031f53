/* Frames of a front as the gate reads them: decode, check, find. */
#include <stdint.h>

#include "gate/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct member_shape shape[] = {
	{ "/subject/plate/number", 's', 10, false },
	{ "/fields/*", 's', 64, true },
	{ "/granted", 'b', 5, false },
	{ "/year", 'i', 4, false },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refusal refusal = { 0 };
	struct members members;
	struct str values[4];
	struct frame frame;
	struct arena arena;
	size_t len;

	if (frame_parse(&frame, &len,
		(struct str){ (const char *)data, size }) != 0)
		return 0;
	arena_init(&arena, 1 << 20);
	if (members_decode(&members, &refusal, &arena, &frame) == 0 &&
	    members_check(&refusal, &members, shape, ARRAY_LEN(shape))) {
		size_t n = members_list(values, ARRAY_LEN(values), &members,
		    "/fields");

		for (size_t i = 0; i < n; i++)
			if (values[i].len > 64)
				__builtin_trap();
		if (members_find(&members, "/subject/plate/number").len > 10)
			__builtin_trap();
	}
	arena_fini(&arena);
	return 0;
}
