/* HMAC-SHA-256 against RFC 4231 sections 4.2 to 4.8. */
#include "crypto/hmac.h"

#include "tap.h"
#include "util/hex.h"

struct row {
	uint8_t key_byte; /* repeated; 0: the key is the text */
	size_t key_len;
	const char *key;
	uint8_t data_byte;
	size_t data_len;
	const char *data;
	const char *code;
};

static const struct row rows[] = {
	{ 0x0b, 20, NULL, 0, 0, "Hi There",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ 0, 0, "Jefe", 0, 0, "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ 0xaa, 20, NULL, 0xdd, 50, NULL,
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ 0xaa, 131, NULL, 0, 0,
	    "Test Using Larger Than Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ 0xaa, 131, NULL, 0, 0,
	    "This is a test using a larger than block-size key and a larger "
	    "than block-size data. The key needs to be hashed before being "
	    "used by the HMAC algorithm.",
	    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void
the_examples_of_rfc_4231_come_out(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		uint8_t key[256];
		uint8_t data[256];
		size_t key_len = row->key_len;
		size_t data_len = row->data_len;
		char text[65];
		struct hmac hmac;
		struct digest code;

		memset(key, row->key_byte, sizeof(key));
		memset(data, row->data_byte, sizeof(data));
		if (row->key != NULL) {
			key_len = strlen(row->key);
			memcpy(key, row->key, key_len);
		}
		if (row->data != NULL) {
			data_len = strlen(row->data);
			memcpy(data, row->data, data_len);
		}
		hmac_init(&hmac, key, key_len);
		for (int round = 0; round < 2; round++) {
			hmac_of(&hmac, &code, data, data_len);
			hex_format(text, code.b, sizeof(code.b));
			check_str(str_of(text), str_of(row->code));
		}
	}
}

static const struct tap_test tests[] = {
	TEST(the_examples_of_rfc_4231_come_out),
};

TAP_MAIN(tests)
