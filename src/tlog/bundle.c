/* Entry bundles (C2SP tlog-tiles); see bundle.h. */
#include "tlog/bundle.h"

#include "limits.h"

enum {
	LEN_BYTES = 2,
};

int
tlog_bundle_add(struct buf *bundle, struct str entry)
{
	if (entry.len > LIMIT_TLOG_ENTRY_BYTES)
		return TLOG_BUNDLE_E_SIZE;
	buf_add_char(bundle, (char)(entry.len >> 8));
	buf_add_char(bundle, (char)entry.len);
	buf_add_str(bundle, entry);
	return 0;
}

int
tlog_bundle_parse(struct str *entries, size_t *n, unsigned width,
    struct str bundle)
{
	const uint8_t *bytes = (const uint8_t *)bundle.p;
	size_t at = 0;

	for (*n = 0; *n < width; (*n)++) {
		size_t len;

		if (bundle.len - at < LEN_BYTES)
			return TLOG_BUNDLE_E_SHORT;
		len = (size_t)bytes[at] << 8 | bytes[at + 1];
		at += LEN_BYTES;
		if (bundle.len - at < len)
			return TLOG_BUNDLE_E_SHORT;
		entries[*n] = (struct str){ bundle.p + at, len };
		at += len;
	}
	return at == bundle.len ? 0 : TLOG_BUNDLE_E_EXTRA;
}
