/* The operator's log; see eventlog.h. */
#include "util/eventlog.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "limits.h"
#include "util/buf.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"
#include "util/utf8.h"

static const char *const levels[] = {
	[EVENTLOG_ERROR] = "error",
	[EVENTLOG_WARNING] = "warning",
	[EVENTLOG_INFO] = "info",
	[EVENTLOG_DEBUG] = "debug",
};

struct eventlog
eventlog_stderr(const char *role)
{
	return (struct eventlog){ STDERR_FILENO, role, EVENTLOG_INFO,
		clock_system() };
}

enum eventlog_level
eventlog_level_of(struct str name)
{
	for (unsigned i = 0; i < ARRAY_LEN(levels); i++)
		if (str_is_equal(name, str_of(levels[i])))
			return (enum eventlog_level)i;
	return EVENTLOG_INFO;
}

/* JSON asks for UTF-8; an error text of another encoding must not break it. */
static void
clean(char *text)
{
	if (utf8_is_valid(str_of(text)))
		return;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			*text = '?';
}

static void
write_line(const struct eventlog *log, enum eventlog_level level, char *message)
{
	char time[INSTANT_TEXT_SIZE];
	struct json json;
	CLEANUP(buf_fini) struct buf line;

	buf_init(&line, 8 * (size_t)LIMIT_EVENT_BYTES);
	instant_format(time, clock_now_us(&log->clock));
	clean(message);
	json_init(&json, &line);
	json_open_object(&json);
	json_put_string(&json, "time", str_of(time));
	json_put_string(&json, "role", str_of(log->role));
	json_put_i64(&json, "pid", getpid());
	json_put_string(&json, "level", str_of(levels[level]));
	json_put_string(&json, "message", str_of(message));
	json_close_object(&json);
	buf_add_char(&line, '\n');
	/* One write, so that lines of several roles never mix. */
	if (buf_finish(&line) == 0) {
		ssize_t n UNUSED = write(log->fd, line.bytes, line.len);
	}
}

void
eventlog_write(const struct eventlog *log, enum eventlog_level level,
    const char *format, ...)
{
	char message[LIMIT_EVENT_BYTES];
	va_list arguments;
	int n;

	assert(level < ARRAY_LEN(levels));
	if (level > log->level)
		return;
	va_start(arguments, format);
	n = vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (n >= 0)
		write_line(log, level, message);
}

void
eventlog_fault(const struct eventlog *log, int r, const char *what)
{
	char trail[LIMIT_EVENT_BYTES / 2] = "";
	FILE *out = fmemopen(trail, sizeof(trail) - 1, "w");

	if (out != NULL) {
		fault_trail(out);
		fclose(out);
	}
	for (char *p = trail; *p != '\0'; p++)
		if (*p == '\n')
			*p = ';';
	eventlog_write(log, EVENTLOG_ERROR, "%s: %s (%s)", what, strerror(-r),
	    trail);
}
