/* Request heads as the HTTP library leaves them: parted in place by NULs. */
#include "front/framing.h"

#include "limits.h"
#include "tap.h"


/* Parse head as the library does: CR and LF become NUL, ": " is skipped. */
static enum problem_id
check_head(const char *text)
{
	char head[512];
	size_t len = strlen(text);
	char *at = head;
	char *target;
	char *version;
	struct framing framing;

	memcpy(head, text, len + 1);
	target = strchr(head, ' ');
	*target++ = '\0';
	version = strchr(target, ' ');
	*version++ = '\0';
	at = strpbrk(version, "\r\n");
	*at++ = '\0';
	at += *at == '\n';
	framing_init(&framing, head, str_of(target), version, len);
	while (*at != '\r' && *at != '\n') {
		char *end = strpbrk(at, "\r\n");
		char *value = strchr(at, ':');
		char *next = end + (end[0] == '\r' && end[1] == '\n' ? 2 : 1);

		*end = '\0';
		*value++ = '\0';
		value += strspn(value, " \t");
		framing_field(&framing, at, str_of(value));
		at = next;
	}
	return framing_check(&framing, LIMIT_FRONT_HEADER_BYTES,
	    LIMIT_FRONT_BODY_BYTES);
}

#define LINE "POST /a HTTP/1.1\r\n"
#define HOST "Host: x\r\n"

static void
a_plain_head_passes(void)
{
	check(check_head(LINE HOST "\r\n") == PROBLEM_NONE);
	check(check_head(LINE HOST "A: b\r\nContent-Length: 65536\r\n\r\n") ==
	    PROBLEM_NONE);
	check(check_head(LINE HOST "A:b\r\nB:   c\r\nC: \r\n\r\n") ==
	    PROBLEM_NONE);
}

static void
h13_a_bare_lf_is_found_wherever_it_stands(void)
{
	check(check_head("POST /a HTTP/1.1\n" HOST "\r\n") ==
	    PROBLEM_BAD_FRAMING);
	check(check_head(LINE "Host: x\n\r\n") == PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST "A: b\nB: c\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST "A: b\r\n\n") == PROBLEM_BAD_FRAMING);
	check(check_head("POST /a HTTP/1.1\n" HOST "A:    b\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
}

static void
h13_length_and_coding_together_are_refused(void)
{
	check(check_head(LINE HOST
	    "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST "transfer-encoding: chunked\r\n\r\n") ==
	    PROBLEM_LENGTH_REQUIRED);
	check(check_head(LINE HOST
	    "Content-Length: 3\r\nContent-Length: 3\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST "Content-Length: 3,3\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST "Content-Length: 03\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
}

static void
there_is_one_host_and_one_version(void)
{
	check(check_head(LINE "A: b\r\n\r\n") == PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST HOST "\r\n") == PROBLEM_BAD_FRAMING);
	check(check_head("POST /a HTTP/1.0\r\n" HOST "\r\n") ==
	    PROBLEM_VERSION);
	check(check_head(LINE HOST "A b: c\r\n\r\n") == PROBLEM_BAD_FRAMING);
	check(check_head(LINE HOST "A: b\x01\r\n\r\n") ==
	    PROBLEM_BAD_FRAMING);
}

static void
bodies_heads_and_targets_are_limited(void)
{
	static char target[LIMIT_FRONT_PATH_BYTES + 32];
	struct framing framing;

	check(check_head(LINE HOST "Content-Length: 65537\r\n\r\n") ==
	    PROBLEM_BODY_TOO_LARGE);
	for (size_t n = 0; n < 2; n++) {
		char *p = target;

		memcpy(p, "G", 2);
		memset(p + 2, 'x', LIMIT_FRONT_PATH_BYTES + n);
		p += 2 + LIMIT_FRONT_PATH_BYTES + n;
		memcpy(p, "\0HTTP/1.1\0\0Host\0x", 18);
		framing_init(&framing, target,
		    (struct str){ target + 2, LIMIT_FRONT_PATH_BYTES + n },
		    p + 1, (size_t)(p + 17 - target) + 4);
		framing_field(&framing, p + 11, str_of(p + 16));
		check(framing_check(&framing, LIMIT_FRONT_HEADER_BYTES,
		    LIMIT_FRONT_BODY_BYTES) ==
		    (n == 0 ? PROBLEM_NONE : PROBLEM_TARGET_TOO_LONG));
	}
	framing.head_len = LIMIT_FRONT_HEADER_BYTES + 1;
	check(framing_check(&framing, LIMIT_FRONT_HEADER_BYTES,
	    LIMIT_FRONT_BODY_BYTES) == PROBLEM_HEADER_TOO_LARGE);
}

static const struct tap_test tests[] = {
	TEST(a_plain_head_passes),
	TEST(h13_a_bare_lf_is_found_wherever_it_stands),
	TEST(h13_length_and_coding_together_are_refused),
	TEST(there_is_one_host_and_one_version),
	TEST(bodies_heads_and_targets_are_limited),
};

TAP_MAIN(tests)
