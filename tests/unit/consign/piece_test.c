/* Pieces: opened by the root or by one identifier's token, never by another. */
#include "consign/piece.h"

#include <stdlib.h>

#include "tap.h"

static uint8_t piece[PIECE_MAX];

static void
make_token(struct piece_token *token, const char *subject)
{
	struct hmac hmac;

	hmac_init(&hmac, "index", 5);
	hmac_of(&hmac, &token->code, subject, strlen(subject));
}

/* What was opened in vain is gone: the same again. */
static void
reseal(struct piece_head *head, const struct piece_token tokens[static 2])
{
	struct hmac root;

	hmac_init(&root, "root", 4);
	piece_seal(piece, &root, 7, PIECE_RECORD, tokens, 2, "one record", 10);
	check(piece_head_read(head, piece) == 0);
}

static void
p2_a_token_opens_its_record_and_no_other(void)
{
	struct piece_token tokens[2];
	struct piece_token other;
	struct piece_head head;
	struct str bytes;

	make_token(&tokens[0], "licence|MN|1");
	make_token(&tokens[1], "person|A|BB|1990-01-01");
	make_token(&other, "licence|MN|2");
	for (size_t which = 0; which < 2; which++) {
		reseal(&head, tokens);
		check_u64(head.number, 7);
		check_u64(head.n_keys, 2);
		check_u64(piece_head_size(&head), piece_size(10, 2));
		check(piece_open_by_token(&bytes, piece, &head, &other,
			  which) == PIECE_E_BAD);
		reseal(&head, tokens);
		check(piece_open_by_token(&bytes, piece, &head,
			  &tokens[1 - which], which) == PIECE_E_BAD);
		reseal(&head, tokens);
		check(piece_open_by_token(&bytes, piece, &head,
			  &tokens[which], 2) == PIECE_E_BAD);
		check(piece_open_by_token(&bytes, piece, &head,
			  &tokens[which], which) == 0);
		check_str(bytes, STR("one record"));
	}
}

static void
the_root_opens_every_piece_and_another_root_none(void)
{
	struct piece_head head;
	struct hmac root;
	struct hmac other;
	struct str bytes;

	hmac_init(&root, "root", 4);
	hmac_init(&other, "roof", 4);
	for (uint64_t number = 0; number < 3; number++) {
		piece_seal(piece, &root, number, PIECE_BYTES, NULL, 0, "abc",
		    3);
		check(piece_head_read(&head, piece) == 0);
		check(piece_open(&bytes, piece, &head, &root) == 0);
		check_str(bytes, STR("abc"));
		piece_seal(piece, &root, number, PIECE_BYTES, NULL, 0, "abc",
		    3);
		check(piece_open(&bytes, piece, &head, &other) == PIECE_E_BAD);
	}
}

/* One person in two records: the wraps differ, so neither gives the other. */
static void
one_identifier_in_two_pieces_covers_two_keys(void)
{
	static uint8_t second[PIECE_MAX];
	uint8_t keys[2][PIECE_WRAP];
	struct piece_token token;
	struct hmac root;

	hmac_init(&root, "root", 4);
	make_token(&token, "vin|X");
	piece_seal(piece, &root, 1, PIECE_RECORD, &token, 1, "a", 1);
	piece_seal(second, &root, 2, PIECE_RECORD, &token, 1, "a", 1);
	for (size_t i = 0; i < PIECE_WRAP; i++) {
		keys[0][i] = piece[PIECE_HEAD + i] ^ second[PIECE_HEAD + i];
		keys[1][i] = 0;
	}
	check(memcmp(keys[0], keys[1], PIECE_WRAP) != 0);
	check(memcmp(piece + PIECE_HEAD + PIECE_WRAP,
		  second + PIECE_HEAD + PIECE_WRAP, 80) != 0);
}

static void
a_length_tells_steps_of_64_bytes_only(void)
{
	check_u64(piece_size(0, 0), piece_size(60, 0));
	check_u64(piece_size(61, 0), piece_size(60, 0) + 64);
	check_u64(piece_size(1, 2), piece_size(60, 2));
	check_u64(piece_size(LIMIT_CONSIGN_PIECE, LIMIT_CONSIGN_KEYS),
	    PIECE_MAX);
}

static void
h12_no_byte_of_a_piece_can_be_changed(void)
{
	static uint8_t copy[512];
	struct piece_token token;
	struct piece_head head;
	struct hmac root;
	struct str bytes;
	size_t len = piece_size(50, 1);

	hmac_init(&root, "root", 4);
	make_token(&token, "vin|X");
	for (size_t i = 0; i < len; i++) {
		piece_seal(copy, &root, 3, PIECE_RECORD, &token, 1,
		    "fifty bytes of a record, or so many that matter …", 50);
		copy[i] ^= 0x20;
		if (piece_head_read(&head, copy) != 0)
			continue;
		/* Another length is another piece: not these bytes. */
		if (piece_head_size(&head) != len)
			continue;
		check(i >= 8);
		check(piece_open(&bytes, copy, &head, &root) == PIECE_E_BAD);
	}
}

static void
h12_a_head_that_is_none_is_refused(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{ 0, 1 },  /* longer than any */
		{ 3, 0 },  /* no whole steps */
		{ 4, PIECE_N_KINDS }, { 5, LIMIT_CONSIGN_KEYS + 1 },
		{ 6, 1 },  { 7, 1 },
	};
	struct piece_head head;
	struct hmac root;

	hmac_init(&root, "root", 4);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		piece_seal(piece, &root, 3, PIECE_RECORD, NULL, 0, "x", 1);
		piece[changes[i].at] = changes[i].value;
		check(piece_head_read(&head, piece) == PIECE_E_BAD);
	}
}

static const struct tap_test tests[] = {
	TEST(p2_a_token_opens_its_record_and_no_other),
	TEST(the_root_opens_every_piece_and_another_root_none),
	TEST(one_identifier_in_two_pieces_covers_two_keys),
	TEST(a_length_tells_steps_of_64_bytes_only),
	TEST(h12_no_byte_of_a_piece_can_be_changed),
	TEST(h12_a_head_that_is_none_is_refused),
};

TAP_MAIN(tests)
