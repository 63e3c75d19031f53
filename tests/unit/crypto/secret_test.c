/* Secret memory and comparing. */
#include "crypto/secret.h"

#include "tap.h"

static void
secret_memory_begins_zeroed(void)
{
	uint8_t *secret = secret_alloc(100);

	if (!check(secret != NULL))
		return;
	for (size_t i = 0; i < 100; i++)
		check(secret[i] == 0);
	memset(secret, 7, 100);
	secret_wipe(secret, 100);
	for (size_t i = 0; i < 100; i++)
		check(secret[i] == 0);
	secret_free(secret);
	secret_free(NULL);
}

static void
comparing_sees_every_byte(void)
{
	uint8_t a[33] = { 0 };
	uint8_t b[33] = { 0 };

	check(secret_is_equal(a, b, sizeof(a)));
	check(secret_is_equal(NULL, NULL, 0));
	for (size_t i = 0; i < sizeof(a); i++) {
		a[i] = 0x80;
		check(!secret_is_equal(a, b, sizeof(a)));
		a[i] = 0;
	}
}

static const struct tap_test tests[] = {
	TEST(secret_memory_begins_zeroed),
	TEST(comparing_sees_every_byte),
};

TAP_MAIN(tests)
