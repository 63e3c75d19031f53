/* The table of refusals; see refusal.h. */
#include "gate/refusal.h"

#include <assert.h>

static const struct {
	struct str name;
	struct str title;
	uint64_t status;
} table[] = {
#define X(symbol, code, http_status, text)                                     \
	[REFUSAL_##symbol] = { .name = STR_INIT(code),                         \
		.title = STR_INIT(text),                                       \
		.status = (http_status) },
#include "gate/refusals.def"
#undef X
};

struct str
refusal_name(enum refusal_code code)
{
	assert(code < REFUSAL_N);
	return table[code].name;
}

struct str
refusal_title(enum refusal_code code)
{
	assert(code < REFUSAL_N);
	return table[code].title;
}

uint64_t
refusal_status(enum refusal_code code)
{
	assert(code < REFUSAL_N);
	return table[code].status;
}
