/* Text tools of util: slices, buffers, codings, instants, CSV, frames. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"
#include "limits.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/channel.h"
#include "util/csv.h"
#include "util/diag.h"
#include "util/fault.h"
#include "util/frame.h"
#include "util/hex.h"
#include "util/instant.h"
#include "util/json.h"
#include "util/map.h"
#include "util/utf8.h"

static void
numbers_are_plain_decimal_only(void)
{
	int64_t i;
	uint64_t u;

	check(str_to_u64(&u, STR("18446744073709551615")) && u == UINT64_MAX);
	check(!str_to_u64(&u, STR("18446744073709551616")));
	check(!str_to_u64(&u, STR("007")));
	check(!str_to_u64(&u, STR("+1")));
	check(!str_to_u64(&u, STR("")));
	check(str_to_i64(&i, STR("-9223372036854775808")) && i == INT64_MIN);
	check(!str_to_i64(&i, STR("9223372036854775808")));
	check(!str_to_i64(&i, STR("-0")));
}

static void
a_buffer_stops_at_its_limit_and_says_so(void)
{
	struct buf buf;

	buf_init(&buf, 8);
	buf_add_text(&buf, "12345678");
	check_u64(buf_finish(&buf), 0);
	buf_add_char(&buf, '9');
	buf_add_text(&buf, "");
	check_u64(buf_finish(&buf), BUF_E_LIMIT);
	check_str(buf_str(&buf), STR("12345678"));
	buf_fini(&buf);
}

static void
an_arena_stops_at_its_limit_and_says_so(void)
{
	struct arena arena;

	arena_init(&arena, 1000);
	check(arena_alloc(&arena, 900) != NULL);
	check(!arena.is_full);
	check(arena_alloc(&arena, 200) == NULL);
	check(arena.is_full);
	arena_reset(&arena);
	check(arena_alloc(&arena, 200) != NULL);
	check(arena_array(&arena, SIZE_MAX / 2, 4) == NULL);
	arena_fini(&arena);
}

static void
base64_round_trips_and_refuses_loose_bits(void)
{
	uint8_t bytes[8];
	size_t len;
	struct buf buf;

	buf_init(&buf, 100);
	base64_add(&buf, BASE64_STANDARD, "foob", 4);
	check_str(buf_str(&buf), STR("Zm9vYg=="));
	check_u64(base64_parse(bytes, &len, 8, BASE64_STANDARD, buf_str(&buf)),
	    0);
	check(len == 4 && memcmp(bytes, "foob", 4) == 0);
	check_u64(base64_parse(bytes, &len, 8, BASE64_STANDARD, STR("Zh==")),
	    BASE64_E_FORMAT);
	check_u64(base64_parse(bytes, &len, 8, BASE64_URL, STR("Zg")), 0);
	check_u64(base64_parse(bytes, &len, 8, BASE64_URL, STR("Zg==")),
	    BASE64_E_FORMAT);
	check_u64(base64_parse(bytes, &len, 2, BASE64_URL, STR("Zm9v")),
	    BASE64_E_SIZE);
	buf_fini(&buf);
}

/* Every pair of characters, at every place of a group, of every length. */
static void
base64_writes_what_it_reads_whatever_the_bytes(void)
{
	static const enum base64_kind kinds[] = { BASE64_STANDARD, BASE64_URL };
	uint8_t bytes[96];
	uint8_t again[96];
	char text[140];
	size_t n_wrong = 0;

	for (uint32_t seed = 0; seed < 4096; seed++) {
		size_t len = seed % sizeof(bytes);
		enum base64_kind kind = kinds[seed % 2];
		size_t back = 0;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(seed * 16 + seed / 256 + i * 37);
		base64_format(text, kind, bytes, len);
		if (base64_parse(again, &back, sizeof(again), kind,
			(struct str){ text, base64_text_len(kind, len) }) !=
			0 ||
		    back != len || memcmp(again, bytes, len) != 0)
			n_wrong++;
	}
	check_u64(n_wrong, 0);
}

/* Every byte at every place of a run of others. */
static void
json_strings_are_escaped_wherever_the_character_stands(void)
{
	size_t n_wrong = 0;
	char text[72];

	for (size_t i = 0; i < sizeof(text) * 256; i++) {
		unsigned c = (unsigned)i % 256;
		size_t at = i / 256;
		char want[96];
		struct buf buf;
		size_t len;

		memset(text, 0x80 + (int)at, sizeof(text));
		text[at] = (char)c;
		len = (size_t)snprintf(want, sizeof(want),
		    c == '"' || c == '\\' ? "\\%c"
			: c == '\n'	   ? "\\n"
			: c < 0x20	   ? "\\u%04x"
					   : "%c",
		    c);
		buf_init(&buf, 200);
		json_add_string(&buf, (struct str){ text, sizeof(text) });
		n_wrong += buf.len != 2 + sizeof(text) - 1 + MAX(len, 1) ||
		    (c != 0 && memcmp(buf.bytes + 1 + at, want, len) != 0);
		buf_fini(&buf);
	}
	check_u64(n_wrong, 0);
}

static void
instants_round_trip_and_impossible_dates_are_refused(void)
{
	char text[INSTANT_TEXT_SIZE];
	int64_t us;
	int32_t day;

	check(instant_parse(&us, STR("2026-11-23T19:56:41.5Z")));
	instant_format(text, us);
	check_str(str_of(text), STR("2026-11-23T19:56:41.500000Z"));
	check(instant_parse(&us, STR("1969-12-31T23:59:59Z")) &&
	    us == -INSTANT_SECOND);
	instant_format(text, us);
	check_str(str_of(text), STR("1969-12-31T23:59:59.000000Z"));
	check(instant_parse(&us, STR("1970-01-01T01:00:00+01:00")) && us == 0);
	check(!instant_parse(&us, STR("2026-11-23T19:56:60Z")));
	check(!instant_parse(&us, STR("2026-11-23 19:56:00Z")));
	check(instant_parse_date(&day, STR("2024-02-29")));
	check(!instant_parse_date(&day, STR("2023-02-29")));
	check(!instant_parse_date(&day, STR("2026-13-01")));
}

static void
csv_reads_quotes_marks_and_missing_line_ends(void)
{
	struct csv csv;

	csv_init(&csv, STR("\xef\xbb\xbf"
			   "a,\"b \"\"c\"\"\",\r\n\r\nx,\"1\n2\"\nlast"),
	    ',');
	check_u64(csv_next(&csv), 0);
	check_u64(csv.n_cells, 3);
	check_str(csv_cell(&csv, 1), STR("b \"c\""));
	check_str(csv_cell(&csv, 2), STR(""));
	check_u64(csv_next(&csv), 0);
	check_u64(csv.line, 3);
	check_str(csv_cell(&csv, 1), STR("1\n2"));
	check_u64(csv_next(&csv), 0);
	check_str(csv_cell(&csv, 0), STR("last"));
	check_u64(csv_next(&csv), CSV_E_END);
	csv_fini(&csv);
}

static void
a_bad_csv_row_is_named_and_the_next_one_is_read(void)
{
	struct csv csv;

	csv_init(&csv, STR("\"a\"b\nnext\n"), ',');
	check_u64(csv_next(&csv), CSV_E_QUOTE);
	check_u64(csv_next(&csv), 0);
	check_str(csv_cell(&csv, 0), STR("next"));
	csv_fini(&csv);
}

static void
csv_rows_know_their_line_behind_breaks_in_cells_and_bad_rows(void)
{
	struct csv csv;

	csv_init(&csv, STR("a\n\"1\n2\n3\"\n\"x\"y\n\r\nlast"), ',');
	check_u64(csv_next(&csv), 0);
	check_u64(csv.line, 1);
	check_u64(csv_next(&csv), 0);
	check_u64(csv.line, 2);
	check_u64(csv_next(&csv), CSV_E_QUOTE);
	check_u64(csv.line, 5);
	check_u64(csv_next(&csv), 0);
	check_u64(csv.line, 7);
	csv_fini(&csv);
}

static void
csv_rows_past_the_column_and_size_limits_are_refused(void)
{
	struct csv csv;
	struct buf text;

	buf_init(&text, 4 * LIMIT_CSV_FIELD);
	for (int i = 0; i < LIMIT_CSV_COLUMNS; i++)
		buf_add_char(&text, ',');
	csv_init(&csv, buf_str(&text), ',');
	check_u64(csv_next(&csv), CSV_E_COLUMNS);
	csv_fini(&csv);
	buf_reset(&text);
	for (int i = 0; i < LIMIT_CSV_FIELD + 1; i++)
		buf_add_char(&text, 'x');
	csv_init(&csv, buf_str(&text), ',');
	check_u64(csv_next(&csv), CSV_E_CELL);
	csv_fini(&csv);
	buf_fini(&text);
}

static void
csv_cells_cannot_become_formulas(void)
{
	struct buf buf;

	buf_init(&buf, 100);
	csv_add_cell(&buf, STR("=1+1"));
	check_str(buf_str(&buf), STR("\"'=1+1\""));
	buf_fini(&buf);
}

static void
frames_round_trip_and_broken_ones_are_refused(void)
{
	struct buf buf;
	struct frame frame;
	size_t len;
	size_t place;
	uint64_t number;

	buf_init(&buf, 4 * (size_t)LIMIT_FRAME_BYTES);
	place = frame_begin(&buf, 7, 42);
	frame_put(&buf, 1, STR("hello"));
	frame_put_u64(&buf, 2, 99);
	check_u64(frame_end(&buf, place), 0);
	check_u64(frame_parse(&frame, &len, buf_str(&buf)), 0);
	check_u64(len, buf.len);
	check(frame.kind == 7 && frame.id == 42);
	check_str(frame_find(&frame, 1), STR("hello"));
	check(frame_find_u64(&number, &frame, 2) && number == 99);
	for (size_t i = 0; i < buf.len; i++) {
		int r = frame_parse(&frame, &len,
		    str_part(buf_str(&buf), 0, i));

		check(r == FRAME_E_SHORT);
	}
	buf.bytes[FRAME_HEAD + 5] = 127;
	check_u64(frame_parse(&frame, &len, buf_str(&buf)), FRAME_E_BAD);
	buf.bytes[0] = 9;
	check_u64(frame_parse(&frame, &len, buf_str(&buf)), FRAME_E_BAD);
	buf_fini(&buf);
}

static void
frames_past_their_limits_are_refused(void)
{
	static char big[LIMIT_FRAME_BYTES];
	struct buf buf;
	struct frame frame;
	size_t len;
	size_t place;

	buf_init(&buf, 4 * (size_t)LIMIT_FRAME_BYTES);
	place = frame_begin(&buf, 1, 1);
	frame_put(&buf, 1, (struct str){ big, sizeof(big) });
	check_u64(frame_end(&buf, place), BUF_E_LIMIT);
	check_u64(buf.len, 0);
	place = frame_begin(&buf, 1, 1);
	for (int i = 0; i <= LIMIT_FRAME_FIELDS; i++)
		frame_put(&buf, 1, STR(""));
	check_u64(frame_end(&buf, place), 0);
	check_u64(frame_parse(&frame, &len, buf_str(&buf)), FRAME_E_BAD);
	buf_fini(&buf);
}

static void
utf8_refuses_overlong_surrogate_and_truncated(void)
{
	check(utf8_is_valid(STR("M\xc3\xb6"
				"bius \xf0\x9f\x9a\x97")));
	check(!utf8_is_valid(STR("\xc0\x80")));
	check(!utf8_is_valid(STR("\xed\xa0\x80")));
	check(!utf8_is_valid(STR("\xf4\x90\x80\x80")));
	check(!utf8_is_valid(STR("\xe2\x82")));
	check(utf8_is_deceptive(0x202e));
	check(utf8_is_deceptive(0x200b));
	check(utf8_is_deceptive(0x07));
	check(!utf8_is_deceptive(0xe9));
}

static void
json_escapes_what_must_be_escaped(void)
{
	struct buf buf;
	struct json json;

	buf_init(&buf, 200);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "a", STR("q\" \\ \n \x01"));
	json_put_i64(&json, "n", INT64_MIN);
	json_key(&json, STR("l"));
	json_open_array(&json);
	json_bool(&json, true);
	json_null(&json);
	json_close_array(&json);
	json_close_object(&json);
	check_str(buf_str(&buf),
	    STR("{\"a\":\"q\\\" \\\\ \\n \\u0001\",\"n\":-9223372036854775808,"
		"\"l\":[true,null]}"));
	buf_fini(&buf);
}

static void
a_map_finds_what_was_put_and_nothing_else(void)
{
	struct arena arena;
	struct map map;
	static int values[1000];

	arena_init(&arena, 1 << 20);
	map_init(&map, &arena, 7);
	for (int i = 0; i < 1000; i++)
		check(map_put(&map, arena_format(&arena, "key%d", i),
			  &values[i]) == 0);
	check(map.n_items == 1000);
	check(map_find(&map, STR("key999")) == &values[999]);
	check(map_find(&map, STR("key1000")) == NULL);
	arena_fini(&arena);
}

static void
a_diagnostic_shows_line_column_and_caret(void)
{
	struct arena arena;
	struct diag_list list;
	char text[200] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	arena_init(&arena, 1 << 20);
	diag_init(&list, &arena, STR("p.cedar"), STR("permit\n  oops;\n"));
	diag_error(&list, 9, 4, "unexpected `%s`", "oops");
	diag_help(&list, "write a scope");
	diag_print(&list, out);
	fclose(out);
	check_str(str_of(text), STR("p.cedar:2:3: error: unexpected `oops`\n"
				    "    oops;\n    ^^^^\n"
				    "  help: write a scope\n"));
	for (int i = 0; i < LIMIT_DIAGS + 5; i++)
		diag_error(&list, 0, 0, "again");
	check_u64(list.n_items, LIMIT_DIAGS);
	check_u64(list.n_dropped, 6);
	arena_fini(&arena);
}

static void
a_trail_of_a_fault_is_as_long_as_its_limit(void)
{
	char text[8192] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	size_t n = 0;
	int r = FAULT(ENOENT);

	for (int i = 0; i < LIMIT_FAULT_TRAIL + 5; i++)
		r = TRACE(r);
	check(r == -ENOENT);
	fault_trail(out);
	fclose(out);
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		n++;
	check_u64(n, LIMIT_FAULT_TRAIL);
}

static void
a_message_is_cut_at_its_limit(void)
{
	static char long_text[2 * LIMIT_DIAG_TEXT];
	struct diag_list list;
	struct arena arena;

	memset(long_text, 'x', sizeof(long_text) - 1);
	arena_init(&arena, 1 << 20);
	diag_init(&list, &arena, STR(""), (struct str){ 0 });
	diag_error_at(&list, STR("a"), "%s", long_text);
	check_u64(list.items[0].text.len, LIMIT_DIAG_TEXT - 1);
	arena_fini(&arena);
}

static void
an_allocation_larger_than_a_block_gets_its_own(void)
{
	struct arena arena;
	char *small;
	char *large;

	arena_init(&arena, 4 * LIMIT_ARENA_BLOCK);
	small = arena_alloc(&arena, 16);
	large = arena_alloc(&arena, 2 * LIMIT_ARENA_BLOCK);
	check(small != NULL && large != NULL);
	large[2 * LIMIT_ARENA_BLOCK - 1] = 'x';
	check(arena_join(&arena, NULL, 0).p != NULL);
	arena_fini(&arena);
}

static void
a_channel_queues_so_much_and_no_more(void)
{
	static char bulk[LIMIT_FRAME_BYTES / 2];
	struct channel channel;
	int pair[2];
	int r = 0;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	check(channel_init(&channel, pair[0]) == 0);
	while (r == 0) {
		size_t place = frame_begin(&channel.out, 1, 1);

		frame_put(&channel.out, 1,
		    (struct str){ bulk, sizeof(bulk) });
		r = frame_end(&channel.out, place);
	}
	check_u64((uint64_t)r, BUF_E_LIMIT);
	check(channel.out.len <= LIMIT_CHANNEL_QUEUE);
	check(channel.out.len > LIMIT_CHANNEL_QUEUE - LIMIT_FRAME_BYTES);
	channel_fini(&channel);
	close(pair[1]);
}

static const struct tap_test tests[] = {
	TEST(a_trail_of_a_fault_is_as_long_as_its_limit),
	TEST(a_message_is_cut_at_its_limit),
	TEST(an_allocation_larger_than_a_block_gets_its_own),
	TEST(a_channel_queues_so_much_and_no_more),
	TEST(numbers_are_plain_decimal_only),
	TEST(a_buffer_stops_at_its_limit_and_says_so),
	TEST(an_arena_stops_at_its_limit_and_says_so),
	TEST(base64_round_trips_and_refuses_loose_bits),
	TEST(base64_writes_what_it_reads_whatever_the_bytes),
	TEST(json_strings_are_escaped_wherever_the_character_stands),
	TEST(instants_round_trip_and_impossible_dates_are_refused),
	TEST(csv_reads_quotes_marks_and_missing_line_ends),
	TEST(a_bad_csv_row_is_named_and_the_next_one_is_read),
	TEST(csv_rows_know_their_line_behind_breaks_in_cells_and_bad_rows),
	TEST(csv_rows_past_the_column_and_size_limits_are_refused),
	TEST(csv_cells_cannot_become_formulas),
	TEST(frames_round_trip_and_broken_ones_are_refused),
	TEST(frames_past_their_limits_are_refused),
	TEST(utf8_refuses_overlong_surrogate_and_truncated),
	TEST(json_escapes_what_must_be_escaped),
	TEST(a_map_finds_what_was_put_and_nothing_else),
	TEST(a_diagnostic_shows_line_column_and_caret),
};

TAP_MAIN(tests)
