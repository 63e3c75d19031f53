/* Tile coordinates, paths and reading (C2SP tlog-tiles); see tile.h. */
#include "tlog/tile.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "tlog/merkle.h"
#include "util/fault.h"

enum {
	LEVELS_OF_PATHS = 64,
};

unsigned
tlog_tile_width(uint64_t size, unsigned level, uint64_t index)
{
	uint64_t n_hashes = level < TLOG_TILE_LEVELS ? size >> 8 * level : 0;

	if (index > n_hashes / TLOG_TILE_WIDTH)
		return 0;
	n_hashes -= index * TLOG_TILE_WIDTH;
	return n_hashes < TLOG_TILE_WIDTH ? (unsigned)n_hashes
					  : TLOG_TILE_WIDTH;
}

/* The index in groups of three digits, all but the last marked with an x. */
static size_t
format_index(char *text, size_t size, uint64_t index)
{
	size_t len = 0;
	uint64_t scale = 1;

	while (index / scale >= 1000)
		scale *= 1000;
	for (; scale >= 1000; scale /= 1000)
		len += (size_t)snprintf(text + len, size - len, "x%03u/",
		    (unsigned)(index / scale % 1000));
	len += (size_t)snprintf(text + len, size - len, "%03u",
	    (unsigned)(index % 1000));
	return len;
}

size_t
tlog_tile_format_path(char text[static TLOG_TILE_PATH_BYTES],
    const struct tlog_tile *tile)
{
	size_t size = TLOG_TILE_PATH_BYTES;
	size_t len;

	assert(tile->width > 0 && tile->width <= TLOG_TILE_WIDTH);
	if (tile->is_entries)
		len = (size_t)snprintf(text, size, "tile/entries/");
	else
		len = (size_t)snprintf(text, size, "tile/%u/", tile->level);
	len += format_index(text + len, size - len, tile->index);
	if (tile->width < TLOG_TILE_WIDTH)
		len += (size_t)snprintf(text + len, size - len, ".p/%u",
		    tile->width);
	assert(len < size);
	return len;
}

/* Cut a prefix off. */
static bool
cut(struct str *path, struct str prefix)
{
	if (!str_has_prefix(*path, prefix))
		return false;
	*path = str_part(*path, prefix.len, path->len);
	return true;
}

/* Cut a decimal number of one to three digits off. */
static bool
cut_number(struct str *path, uint64_t *number)
{
	size_t len = 0;
	struct str digits;

	while (len < path->len && path->p[len] >= '0' && path->p[len] <= '9')
		len++;
	digits = str_part(*path, 0, len);
	*path = str_part(*path, len, path->len);
	return str_to_u64(number, digits);
}

/* Exactly three digits. */
static bool
cut_group(struct str *path, uint64_t *index)
{
	uint64_t group = 0;

	if (path->len < 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (path->p[i] < '0' || path->p[i] > '9')
			return false;
		group = group * 10 + (uint64_t)(path->p[i] - '0');
	}
	*path = str_part(*path, 3, path->len);
	if (*index > (UINT64_MAX - group) / 1000)
		return false;
	*index = *index * 1000 + group;
	return true;
}

static bool
cut_index(struct str *path, uint64_t *index)
{
	bool is_first = true;

	*index = 0;
	for (; cut(path, STR("x")); is_first = false) {
		if (!cut_group(path, index) || !cut(path, STR("/")))
			return false;
		if (is_first && *index == 0)
			return false; /* a leading group of zeroes */
	}
	return cut_group(path, index) && *index <= TLOG_SIZE_MAX;
}

bool
tlog_tile_parse_path(struct tlog_tile *tile, struct str path)
{
	uint64_t number = 0;

	*tile = (struct tlog_tile){ .width = TLOG_TILE_WIDTH };
	if (!cut(&path, STR("tile/")))
		return false;
	if (cut(&path, STR("entries"))) {
		tile->is_entries = true;
	} else {
		if (!cut_number(&path, &number) || number >= LEVELS_OF_PATHS)
			return false;
		tile->level = (unsigned)number;
	}
	if (!cut(&path, STR("/")) || !cut_index(&path, &tile->index))
		return false;
	if (cut(&path, STR(".p/"))) {
		if (!cut_number(&path, &number) || number == 0 ||
		    number >= TLOG_TILE_WIDTH)
			return false;
		tile->width = (unsigned)number;
	}
	return path.len == 0;
}

/* What a reader says, in this file's words. */
static int
reader_result(int r)
{
	return r > TLOG_TILE_E_EXTRA ? FAULT(EINVAL) : TRACE(r);
}

/* A partial tile from the full tiles below it. */
static int
derive(const struct tlog_tile_reader *reader, unsigned level, uint64_t index,
    unsigned width, struct digest *hashes)
{
	struct digest below[TLOG_TILE_WIDTH];

	for (unsigned i = 0; i < width; i++) {
		int r = reader->read(reader->context, level - 1,
		    index * TLOG_TILE_WIDTH + i, TLOG_TILE_WIDTH, below[0].b);

		if (r != 0)
			return reader_result(r);
		tlog_tile_root(&hashes[i], below);
	}
	return 0;
}

int
tlog_tile_read(const struct tlog_tile_reader *reader, unsigned level,
    uint64_t index, unsigned width, struct digest *hashes)
{
	int r;

	assert(width > 0 && width <= TLOG_TILE_WIDTH);
	r = reader->read(reader->context, level, index, width, hashes[0].b);
	if (r == TLOG_TILE_E_MISSING && level > 0 && width < TLOG_TILE_WIDTH)
		return derive(reader, level, index, width, hashes);
	return reader_result(r);
}

void
tlog_tile_root(struct digest *root, const struct digest *hashes)
{
	struct digest row[TLOG_TILE_WIDTH / 2];

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		tlog_merkle_node(&row[i], &hashes[2 * i], &hashes[2 * i + 1]);
	for (size_t n = ARRAY_LEN(row) / 2; n > 0; n /= 2) {
		for (size_t i = 0; i < n; i++)
			tlog_merkle_node(&row[i], &row[2 * i], &row[2 * i + 1]);
	}
	*root = row[0];
}
