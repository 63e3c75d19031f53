/* The head of a consignment: whole, or not believed. */
#include "consign/head.h"

#include "tap.h"

static struct consign_head
make(void)
{
	struct consign_head head = { .id = "01KAN0YGM4WZ1SVQ0D8X6T7R5E",
		.form = CONSIGN_CSV,
		.threshold = 2,
		.n_custodians = 3,
		.received_us = 1795521600000000,
		.deadline = 20781,
		.size = UINT64_C(3) << 30,
		.digest = { { 1, 2, 3 } },
		.n_pieces = 11,
		.n_records = 10,
		.n_found = 9,
		.n_shared = 1,
		.n_tags = 18,
		.data_bytes = UINT64_C(5) << 30,
		.check = { 7 },
		.sender = "Another state" };

	return head;
}

static struct str
encode(uint8_t bytes[static CONSIGN_HEAD_BYTES],
    const struct consign_head *head)
{
	consign_head_encode(bytes, head);
	return (struct str){ (const char *)bytes, CONSIGN_HEAD_BYTES };
}

static void
a_head_comes_back_as_it_was(void)
{
	uint8_t bytes[CONSIGN_HEAD_BYTES];
	struct consign_head head = make();
	struct consign_head back;

	check(consign_head_decode(&back, encode(bytes, &head)) == 0);
	check(memcmp(&back, &head, sizeof(head)) == 0);
	head.deadline = -1;
	check(consign_head_decode(&back, encode(bytes, &head)) == 0);
	check(back.deadline == -1);
}

static void
a_sender_may_be_as_long_as_its_limit(void)
{
	uint8_t bytes[CONSIGN_HEAD_BYTES];
	struct consign_head head = make();
	struct consign_head back;

	memset(head.sender, 's', LIMIT_CONSIGN_SENDER);
	check(consign_head_decode(&back, encode(bytes, &head)) == 0);
	check_u64(strlen(back.sender), LIMIT_CONSIGN_SENDER);
}

static void
h12_no_bit_of_a_head_can_be_changed(void)
{
	uint8_t bytes[CONSIGN_HEAD_BYTES];
	struct consign_head head = make();
	struct str text = encode(bytes, &head);
	struct consign_head back;

	for (size_t i = 0; i < 8 * sizeof(bytes); i++) {
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		check(consign_head_decode(&back, text) == CONSIGN_HEAD_E_BAD);
		check_u64(back.size, 0);
		bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t len = 0; len < sizeof(bytes); len++)
		check(consign_head_decode(&back, str_part(text, 0, len)) ==
		    CONSIGN_HEAD_E_BAD);
}

/* What its own digest vouches for is looked at all the same. */
static void
h12_a_head_that_contradicts_itself_is_refused(void)
{
	struct consign_head heads[10];
	uint8_t bytes[CONSIGN_HEAD_BYTES];
	struct consign_head back;

	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		heads[i] = make();
	heads[0].n_found = 11;
	heads[1].n_records = 12;
	heads[2].n_tags = 9 * LIMIT_CONSIGN_KEYS + 1;
	heads[3].n_shared = 19;
	heads[4].threshold = 4;
	heads[5].n_custodians = LIMIT_CONSIGN_CUSTODIANS + 1;
	heads[6].form = CONSIGN_N_FORMS;
	heads[7].sender[0] = '\0';
	heads[8].sender[3] = '\n';
	memcpy(heads[9].id, "../../../../../../etc/pass", CONSIGN_ID);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		check(consign_head_decode(&back, encode(bytes, &heads[i])) ==
		    CONSIGN_HEAD_E_BAD);
}

static void
an_id_is_a_ulid_and_nothing_else(void)
{
	check(consign_head_is_id(STR("01KAN0YGM4WZ1SVQ0D8X6T7R5E")));
	check(!consign_head_is_id(STR("01KAN0YGM4WZ1SVQ0D8X6T7R5")));
	check(!consign_head_is_id(STR("01KAN0YGM4WZ1SVQ0D8X6T7R5e")));
	check(!consign_head_is_id(STR("01KAN0YGM4WZ1SVQ0D8X6T7R5U")));
	check(!consign_head_is_id(STR("01KAN0YGM4WZ1SVQ/../T7R5E")));
	check(!consign_head_is_id(STR("")));
}

static const struct tap_test tests[] = {
	TEST(a_head_comes_back_as_it_was),
	TEST(a_sender_may_be_as_long_as_its_limit),
	TEST(h12_no_bit_of_a_head_can_be_changed),
	TEST(h12_a_head_that_contradicts_itself_is_refused),
	TEST(an_id_is_a_ulid_and_nothing_else),
};

TAP_MAIN(tests)
