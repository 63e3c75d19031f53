/* The operator's log: one JSON object a line, whatever the message holds. */
#include "util/eventlog.h"

#include <errno.h>
#include <unistd.h>

#include "limits.h"
#include "tap.h"
#include "util/fault.h"

static int64_t
noon(void *context)
{
	(void)context;
	return INT64_C(1795435200000000);
}

struct written {
	int fds[2];
	struct eventlog log;
	char text[16 * LIMIT_EVENT_BYTES];
};

static void
begin(struct written *written)
{
	check(pipe(written->fds) == 0);
	written->log = (struct eventlog){ written->fds[1], "keeper",
		EVENTLOG_INFO, { noon, NULL } };
}

static struct str
end(struct written *written)
{
	ssize_t n;

	close(written->fds[1]);
	n = read(written->fds[0], written->text, sizeof(written->text));
	close(written->fds[0]);
	return (struct str){ written->text, n > 0 ? (size_t)n : 0 };
}

static void
a_line_says_when_who_and_what(void)
{
	struct written written;
	char want[256];

	begin(&written);
	eventlog_write(&written.log, EVENTLOG_WARNING, "slot %d is \"torn\"", 1);
	snprintf(want, sizeof(want), "{\"time\":\"2026-11-23T12:00:00.000000Z\","
	    "\"role\":\"keeper\",\"pid\":%d,\"level\":\"warning\","
	    "\"message\":\"slot 1 is \\\"torn\\\"\"}\n", (int)getpid());
	check_str(end(&written), str_of(want));
}

static void
what_is_below_the_level_is_not_written(void)
{
	struct written written;

	begin(&written);
	eventlog_write(&written.log, EVENTLOG_DEBUG, "nobody asked");
	check_u64(end(&written).len, 0);
}

static void
a_line_break_in_a_message_does_not_make_two_lines(void)
{
	struct written written;
	struct str text;

	begin(&written);
	eventlog_write(&written.log, EVENTLOG_INFO, "a\nb\xff");
	text = end(&written);
	check_u64(str_find(text, '\n', 0), text.len - 1);
	check(strstr(written.text, "a\\nb?") != NULL);
}

static void
a_message_past_the_limit_is_cut(void)
{
	struct written written;
	char message[2 * LIMIT_EVENT_BYTES + 1];
	struct str text;

	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	begin(&written);
	eventlog_write(&written.log, EVENTLOG_INFO, "%s", message);
	text = end(&written);
	check(text.len > LIMIT_EVENT_BYTES && text.len < LIMIT_EVENT_BYTES + 256);
	check(str_has_suffix(text, STR("x\"}\n")));
}

static void
a_fault_is_reported_with_its_trail(void)
{
	struct written written;

	begin(&written);
	eventlog_fault(&written.log, FAULT(ENOSPC), "state");
	check(str_has_suffix(end(&written), STR(";)\"}\n")));
	check(strstr(written.text, "state: No space left on device (fault: ") !=
	    NULL);
}

static void
a_level_has_a_name(void)
{
	check(eventlog_level_of(STR("error")) == EVENTLOG_ERROR);
	check(eventlog_level_of(STR("debug")) == EVENTLOG_DEBUG);
	check(eventlog_level_of(STR("loud")) == EVENTLOG_INFO);
}

static const struct tap_test tests[] = {
	TEST(a_line_says_when_who_and_what),
	TEST(what_is_below_the_level_is_not_written),
	TEST(a_line_break_in_a_message_does_not_make_two_lines),
	TEST(a_message_past_the_limit_is_cut),
	TEST(a_fault_is_reported_with_its_trail),
	TEST(a_level_has_a_name),
};

TAP_MAIN(tests)
