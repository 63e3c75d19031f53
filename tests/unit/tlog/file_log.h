/*
 * Writes a log directory for tests: full tiles as they fill, the partial ones
 * of the last size, entry bundles, and a checkpoint signed by a known key.
 */
#ifndef STILE_TESTS_FILE_LOG_H
#define STILE_TESTS_FILE_LOG_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tlog/bundle.h"
#include "tlog/checkpoint.h"
#include "tlog/edge.h"
#include "tlog/merkle.h"
#include "tlog/note.h"
#include "tlog/tile.h"
#include "util/attr.h"
#include "util/buf.h"

#define FILE_LOG_NAME "stile.example/test"

UNUSED static void
file_log_die(const char *what)
{
	printf("Bail out! %s: errno %d\n", what, errno);
	exit(1);
}

UNUSED static struct tlog_note_signer
file_log_signer(void)
{
	struct ed25519_seed seed = { { 's', 't', 'i', 'l', 'e' } };
	struct tlog_note_signer signer;

	if (tlog_note_signer_init(&signer, STR(FILE_LOG_NAME),
		TLOG_NOTE_ED25519, &seed) != 0)
		file_log_die("signer");
	return signer;
}

/* Write a file at dir/path with the directories it needs. */
UNUSED static void
file_log_put(const char *dir, const char *path, const void *bytes, size_t len)
{
	char name[512];
	FILE *file;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	for (char *at = name + strlen(dir) + 1; *at != '\0'; at++) {
		if (*at == '/') {
			*at = '\0';
			mkdir(name, 0777);
			*at = '/';
		}
	}
	file = fopen(name, "wb");
	if (file == NULL || fwrite(bytes, 1, len, file) != len ||
	    fclose(file) != 0)
		file_log_die(name);
}

UNUSED static void
file_log_put_tile(const char *dir, const struct tlog_tile *tile,
    const void *bytes, size_t len)
{
	char path[TLOG_TILE_PATH_BYTES];

	tlog_tile_format_path(path, tile);
	file_log_put(dir, path, bytes, len);
}

UNUSED static void
file_log_put_bundle(const char *dir, uint64_t size, const struct buf *bundle)
{
	struct tlog_tile tile = { .is_entries = true };

	tile.index = (size - 1) / TLOG_TILE_WIDTH;
	tile.width = tlog_tile_width(size, 0, tile.index);
	file_log_put_tile(dir, &tile, bundle->bytes, bundle->len);
}

UNUSED static void
file_log_put_hashes(const char *dir, struct tlog_edge_tile tile)
{
	struct tlog_tile where = { false, tile.level, tile.index, tile.width };

	if (tile.width > 0)
		file_log_put_tile(dir, &where, tile.hashes,
		    32 * (size_t)tile.width);
}

UNUSED static void
file_log_put_checkpoint(const char *dir, struct tlog_edge *edge)
{
	struct tlog_note_signer signer = file_log_signer();
	struct tlog_checkpoint checkpoint = { .origin = STR(FILE_LOG_NAME) };
	struct buf note;

	checkpoint.size = tlog_edge_size(edge);
	tlog_edge_root(edge, &checkpoint.root);
	buf_init(&note, 4096);
	tlog_checkpoint_sign(&checkpoint, &note, &signer);
	file_log_put(dir, "checkpoint", note.bytes, note.len);
	buf_fini(&note);
}

/* Entries say their number and are of lengths from least to least + spread. */
UNUSED static void
file_log_write_of(const char *dir, uint64_t size, size_t least, size_t spread)
{
	struct tlog_edge *edge = NULL;
	struct buf bundle;
	char *entry = malloc(least + spread);

	if (entry == NULL || tlog_edge_new(&edge) != 0)
		file_log_die("memory");
	buf_init(&bundle, (size_t)1 << 25);
	for (uint64_t i = 0; i < size; i++) {
		size_t len = least + (spread > 0 ? (size_t)(i * 31 % spread) : 0);
		struct digest leaf;

		memset(entry, 'a' + (int)(i % 26), len);
		snprintf(entry, len, "entry %llu", (unsigned long long)i);
		tlog_merkle_leaf(&leaf, (struct str){ entry, len });
		if (tlog_bundle_add(&bundle, (struct str){ entry, len }) != 0 ||
		    tlog_edge_append(edge, &leaf) != 0)
			file_log_die("append");
		for (size_t t = 0; t < tlog_edge_n_full(edge); t++)
			file_log_put_hashes(dir, tlog_edge_full(edge, t));
		tlog_edge_mark(edge);
		if ((i + 1) % TLOG_TILE_WIDTH == 0 || i + 1 == size) {
			file_log_put_bundle(dir, i + 1, &bundle);
			buf_reset(&bundle);
		}
	}
	for (unsigned l = 0; l < TLOG_TILE_LEVELS; l++)
		file_log_put_hashes(dir, tlog_edge_partial(edge, l));
	file_log_put_checkpoint(dir, edge);
	tlog_edge_free(edge);
	buf_fini(&bundle);
	free(entry);
}

/* Entries of 20 bytes and up to spread more. */
UNUSED static void
file_log_write(const char *dir, uint64_t size, size_t spread)
{
	file_log_write_of(dir, size, 20, spread);
}

UNUSED static void
file_log_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[512];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) < 0)
			file_log_remove(name);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

#endif
