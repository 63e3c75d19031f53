/* Asks and the table of operations; see ask.h. */
#include "gate/ask.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct operation operations[OPERATION_N] = {
#define X(symbol, text, row, who, kind)                                        \
	[OPERATION_##symbol] = { .name = STR_INIT(text),                       \
		.path = PATH_##row,                                            \
		.role = (who),                                                 \
		.entry = ENTRY_##kind },
#include "gate/operations.def"
#undef X
};

const struct operation *
ask_operation(struct str name)
{
	for (size_t i = 0; i < OPERATION_N; i++) {
		if (str_is_equal(operations[i].name, name))
			return &operations[i];
	}
	return NULL;
}

const struct operation *
ask_operation_of(enum operation_id id)
{
	assert(id < OPERATION_N);
	return &operations[id];
}

void
ask_refuse(struct ask *ask, enum refusal_code code, struct str member,
    struct str detail)
{
	ask->is_settled = true;
	if (ask->refusal.code == REFUSAL_NONE)
		ask->refusal = (struct refusal){ code, member, detail };
}

void
ask_refuse_format(struct ask *ask, enum refusal_code code, const char *member,
    const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ask_refuse(ask, code, arena_str(&ask->arena, str_of(member)),
	    arena_str(&ask->arena, str_of(text)));
}
