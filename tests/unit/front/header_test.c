/* Header field values. */
#include "front/header.h"

#include "limits.h"
#include "tap.h"

static void
only_json_in_utf_8_is_json(void)
{
	check(header_is_json(STR("application/json")));
	check(header_is_json(STR("APPLICATION/JSON ; charset=UTF-8")));
	check(header_is_json(STR("application/json;charset=\"utf-8\"")));
	check(!header_is_json(STR("application/json; charset=utf-16")));
	check(!header_is_json(STR("application/json; q=1")));
	check(!header_is_json(STR("application/json-patch+json")));
	check(!header_is_json(STR("text/json")));
	check(!header_is_json(STR("")));
	check(!header_is_json((struct str){ 0 }));
}

static void
tokens_are_visible_ascii_of_limited_length(void)
{
	char text[LIMIT_FRONT_TOKEN_BYTES + 1];

	memset(text, 'k', sizeof(text));
	check(header_is_token((struct str){ text, sizeof(text) - 1 }));
	check(!header_is_token((struct str){ text, sizeof(text) }));
	check(!header_is_request_id((struct str){ text, sizeof(text) }));
	check(!header_is_token(STR("")));
	check(!header_is_token(STR("a b")));
	check(!header_is_token(STR("\xc3\xa9")));
	check(header_is_token(STR("\"quoted\"")));
	check(!header_is_request_id(STR("\"quoted\"")));
	check(header_is_request_id(STR("a-1_2.3~:Z")));
}

static void
the_token_of_a_bearer_is_taken_and_of_no_other_scheme(void)
{
	check_str(header_bearer(STR("Bearer a.b.c")), STR("a.b.c"));
	check_str(header_bearer(STR("bEARER  a.b.c ")), STR("a.b.c"));
	check_str(header_bearer(STR("Bearer a b")), STR("a b"));
	check_u64(header_bearer(STR("Bearer")).len, 0);
	check_u64(header_bearer(STR("Bearer ")).len, 0);
	check_u64(header_bearer(STR("Bearera.b.c")).len, 0);
	check_u64(header_bearer(STR("Basic YTpi")).len, 0);
	check_u64(header_bearer(STR("")).len, 0);
	check_u64(header_bearer((struct str){ 0 }).len, 0);
}

static void
w3c_trace_context_3_2_is_kept_to(void)
{
	check(header_is_traceparent(STR("00-4bf92f3577b34da6a3ce929d0e0e4736-"
					"00f067aa0ba902b7-01")));
	check(!header_is_traceparent(STR("00-4BF92F3577B34DA6A3CE929D0E0E4736-"
					 "00f067aa0ba902b7-01")));
	check(!header_is_traceparent(STR("00-00000000000000000000000000000000-"
					 "00f067aa0ba902b7-01")));
	check(!header_is_traceparent(STR("00-4bf92f3577b34da6a3ce929d0e0e4736-"
					 "0000000000000000-01")));
	check(!header_is_traceparent(STR("ff-4bf92f3577b34da6a3ce929d0e0e4736-"
					 "00f067aa0ba902b7-01")));
	check(!header_is_traceparent(STR("")));
}

static const struct tap_test tests[] = {
	TEST(only_json_in_utf_8_is_json),
	TEST(tokens_are_visible_ascii_of_limited_length),
	TEST(the_token_of_a_bearer_is_taken_and_of_no_other_scheme),
	TEST(w3c_trace_context_3_2_is_kept_to),
};

TAP_MAIN(tests)
