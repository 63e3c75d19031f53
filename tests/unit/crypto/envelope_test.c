/* Envelopes: they say whose key opens them, and only that one does. */
#include "crypto/envelope.h"

#include "tap.h"

static const struct str text = STR_INIT("a purpose, a person");

static void
an_envelope_names_its_epoch_and_opens_for_its_place_alone(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 1);
	struct seal_key key = { { 1 } };
	struct seal_key other = { { 2 } };
	char sealed[64 + ENVELOPE_OVERHEAD];
	char plain[64];
	struct str bytes = { sealed, text.len + ENVELOPE_OVERHEAD };
	uint64_t epoch;

	envelope_seal(sealed, UINT64_C(0x0102030405060708), &key, &random,
	    STR("entry 7"), text);
	check(envelope_epoch(&epoch, bytes));
	check_u64(epoch, UINT64_C(0x0102030405060708));
	check(envelope_open(plain, &key, STR("entry 7"), bytes) == 0);
	check_str(((struct str){ plain, text.len }), text);
	check(envelope_open(plain, &key, STR("entry 8"), bytes) ==
	    ENVELOPE_E_BAD);
	check(envelope_open(plain, &other, STR("entry 7"), bytes) ==
	    ENVELOPE_E_BAD);
}

static void
what_is_too_short_is_no_envelope(void)
{
	struct seal_key key = { { 1 } };
	char sealed[ENVELOPE_OVERHEAD] = { 0 };
	char plain[1];
	uint64_t epoch;

	for (size_t len = 0; len < ENVELOPE_OVERHEAD; len++) {
		struct str cut = { sealed, len };

		check(!envelope_epoch(&epoch, cut));
		check(envelope_open(plain, &key, STR(""), cut) ==
		    ENVELOPE_E_BAD);
	}
	check(envelope_epoch(&epoch,
	    (struct str){ sealed, ENVELOPE_OVERHEAD }));
}

static const struct tap_test tests[] = {
	TEST(an_envelope_names_its_epoch_and_opens_for_its_place_alone),
	TEST(what_is_too_short_is_no_envelope),
};

TAP_MAIN(tests)
