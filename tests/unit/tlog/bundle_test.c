/* Entry bundles: read what was written, nothing more, nothing less. */
#include "tlog/bundle.h"

#include "limits.h"
#include "tap.h"

static void
a_bundle_reads_as_it_was_written(void)
{
	CLEANUP(buf_fini) struct buf bundle = { 0 };
	struct str want[] = { STR("one"), STR(""), STR("three, longer") };
	struct str got[3];
	size_t n;

	buf_init(&bundle, 1000);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		check(tlog_bundle_add(&bundle, want[i]) == 0);
	check_u64(bundle.len, 2 + 3 + 2 + 0 + 2 + 13);
	check(memcmp(bundle.bytes, "\0\3one\0\0\0\15", 9) == 0);
	check(tlog_bundle_parse(got, &n, 3, buf_str(&bundle)) == 0);
	check_u64(n, 3);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		check_str(got[i], want[i]);
	check(tlog_bundle_parse(got, &n, 2, buf_str(&bundle)) ==
	    TLOG_BUNDLE_E_EXTRA);
	check_u64(n, 2);
}

static void
a_bundle_cut_anywhere_is_short(void)
{
	CLEANUP(buf_fini) struct buf bundle = { 0 };
	struct str got[2];
	size_t n;

	buf_init(&bundle, 1000);
	check(tlog_bundle_add(&bundle, STR("abc")) == 0);
	check(tlog_bundle_add(&bundle, STR("defg")) == 0);
	for (size_t len = 0; len < bundle.len; len++) {
		check(tlog_bundle_parse(got, &n, 2,
			  (struct str){ bundle.bytes, len }) ==
		    TLOG_BUNDLE_E_SHORT);
		check_u64(n, len >= 5 ? 1 : 0);
	}
}

static void
an_entry_of_limit_tlog_entry_bytes_fits_and_one_more_does_not(void)
{
	static char entry[LIMIT_TLOG_ENTRY_BYTES + 1];
	CLEANUP(buf_fini) struct buf bundle = { 0 };
	struct str got;
	size_t n;

	buf_init(&bundle, 100000);
	check(tlog_bundle_add(&bundle, (struct str){ entry, sizeof(entry) }) ==
	    TLOG_BUNDLE_E_SIZE);
	check_u64(bundle.len, 0);
	check(tlog_bundle_add(&bundle,
		  (struct str){ entry, LIMIT_TLOG_ENTRY_BYTES }) == 0);
	check(tlog_bundle_parse(&got, &n, 1, buf_str(&bundle)) == 0);
	check_u64(got.len, LIMIT_TLOG_ENTRY_BYTES);
}

static const struct tap_test tests[] = {
	TEST(a_bundle_reads_as_it_was_written),
	TEST(a_bundle_cut_anywhere_is_short),
	TEST(an_entry_of_limit_tlog_entry_bytes_fits_and_one_more_does_not),
};

TAP_MAIN(tests)
