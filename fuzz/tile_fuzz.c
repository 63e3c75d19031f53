/*
 * Tile paths and entry bundles: the first byte is the width, the rest is tried
 * as a path and as a bundle. What is taken must be written again alike.
 */
#include <assert.h>
#include <stdint.h>

#include "tlog/bundle.h"
#include "tlog/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_path(struct str path)
{
	struct tlog_tile tile;
	char again[TLOG_TILE_PATH_BYTES];
	size_t len;

	if (!tlog_tile_parse_path(&tile, path))
		return;
	len = tlog_tile_format_path(again, &tile);
	assert(str_is_equal((struct str){ again, len }, path));
}

static void
try_bundle(struct str bundle, unsigned width)
{
	struct str entries[TLOG_TILE_WIDTH];
	struct buf again;
	size_t n = 0;
	int r = tlog_bundle_parse(entries, &n, width, bundle);

	assert(n <= width && (r == TLOG_BUNDLE_E_SHORT) == (n < width));
	buf_init(&again, bundle.len + 1);
	for (size_t i = 0; i < n; i++) {
		int added = tlog_bundle_add(&again, entries[i]);

		assert(added == 0);
	}
	assert(str_has_prefix(bundle, buf_str(&again)));
	assert((r == 0) == (n == width && again.len == bundle.len));
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };

	if (size == 0)
		return 0;
	try_path(text);
	try_bundle(str_part(text, 1, size), 1u + data[0]);
	return 0;
}
