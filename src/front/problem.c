/* Problem documents of the front; the table is problems.def. */
#include "front/problem.h"

#include <assert.h>

#include "util/json.h"

static const struct problem problems[] = {
	[PROBLEM_NONE] = { 0 },
#define PROBLEM(name, code, status, title, detail)                             \
	[PROBLEM_##name] = { (code), (status), (title), (detail) },
#include "front/problems.def"
#undef PROBLEM
};

const struct problem *
problem_get(enum problem_id id)
{
	assert(id > PROBLEM_NONE && id < ARRAY_LEN(problems));
	return &problems[id];
}

void
problem_format(struct buf *buf, enum problem_id id, struct str instance)
{
	const struct problem *problem = problem_get(id);
	struct json json;

	json_init(&json, buf);
	json_open_object(&json);
	json_key(&json, STR("type"));
	buf_add_format(buf, "\"/problems/%s\"", problem->code);
	json.needs_comma = true;
	json_put_string(&json, "title", str_of(problem->title));
	json_put_i64(&json, "status", problem->status);
	json_put_string(&json, "detail", str_of(problem->detail));
	json_put_string(&json, "instance", instance);
	json_close_object(&json);
	buf_add_char(buf, '\n');
}
