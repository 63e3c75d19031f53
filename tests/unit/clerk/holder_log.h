/* A holder with a store that grows and a key that signs it, for the clerk. */
#ifndef STILE_TESTS_HOLDER_LOG_H
#define STILE_TESTS_HOLDER_LOG_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/entries.h"
#include "store/store.h"
#include "tap.h"
#include "tlog/audit.h"
#include "tlog/checkpoint.h"
#include "tlog/logdir.h"
#include "tlog/merkle.h"
#include "util/buf.h"
#include "util/file.h"

#define ORIGIN "log.example/ny"

struct holder_log {
	char dir[48];
	char log_path[64];
	char store_path[80];
	struct store *store; /* the gate's handle */
	struct tlog_note_signer signer;
	struct tlog_merkle tree;
	uint64_t size;
	struct buf note; /* the newest checkpoint, signed */
};

UNUSED static int
holder_log_remove_one(const char *path, const struct stat *info, int kind,
    struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

UNUSED static void
holder_log_remove(const char *path)
{
	nftw(path, holder_log_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

UNUSED static void
holder_log_begin(struct holder_log *log)
{
	const struct ed25519_seed seed = { { 7 } };
	struct arena arena;
	struct diag_list diags;
	struct buf vkey;
	char path[96];
	FILE *conf;

	memset(log, 0, sizeof(*log));
	memcpy(log->dir, "/tmp/stile-clerk-XXXXXX", 24);
	check(mkdtemp(log->dir) != NULL);
	snprintf(log->log_path, sizeof(log->log_path), "%s/log", log->dir);
	snprintf(path, sizeof(path), "%s/state", log->dir);
	check(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/keys", log->dir);
	check(mkdir(path, 0700) == 0);
	snprintf(log->store_path, sizeof(log->store_path), "%s/state/stile.db",
	    log->dir);
	arena_init(&arena, 1u << 20);
	diag_init(&diags, &arena, STR("store"), STR(""));
	check(store_open(&log->store, str_of(log->store_path), STORE_CREATE,
		  &diags) == 0);
	diag_print(&diags, stdout);
	arena_fini(&arena);
	check(tlog_note_signer_init(&log->signer, STR(ORIGIN),
		  TLOG_NOTE_ED25519, &seed) == 0);
	tlog_merkle_init(&log->tree);
	buf_init(&log->note, 4096);
	buf_init(&vkey, 1024);
	tlog_note_key_format(&log->signer.key, &vkey);
	snprintf(path, sizeof(path), "%s/keys/log.vkey", log->dir);
	check(file_replace(AT_FDCWD, path, buf_str(&vkey), 0644) == 0);
	buf_fini(&vkey);
	snprintf(path, sizeof(path), "%s/stile.conf", log->dir);
	conf = fopen(path, "we");
	fprintf(conf, "holder: { id = \"NYDMV\"; name = \"New York\"; "
	    "state = \"NY\"; origin = \"" ORIGIN "\"; };\n"
	    "log: { publish_interval_ms = 10; };\n");
	fclose(conf);
}

UNUSED static void
holder_log_end(struct holder_log *log)
{
	store_close(log->store);
	buf_fini(&log->note);
	holder_log_remove(log->dir);
}

/* Sign the present size as its checkpoint. */
UNUSED static void
holder_log_sign(struct holder_log *log)
{
	struct tlog_checkpoint checkpoint = { .origin = STR(ORIGIN),
		.size = log->size };

	tlog_merkle_root(&log->tree, &checkpoint.root);
	buf_reset(&log->note);
	tlog_checkpoint_sign(&checkpoint, &log->note, &log->signer);
	check(buf_finish(&log->note) == 0);
}

/* Add n entries to store and tree and sign. Entries differ in length. */
UNUSED static void
holder_log_grow(struct holder_log *log, uint64_t n)
{
	check(store_begin(log->store) == 0);
	for (uint64_t i = 0; i < n; i++) {
		char text[256];
		int len = snprintf(text, sizeof(text),
		    "{\"v\":1,\"type\":\"test\",\"n\":%llu,\"pad\":\"%.*s\"}",
		    (unsigned long long)log->size, (int)(log->size % 97),
		    "0123456789012345678901234567890123456789012345678901234567"
		    "890123456789012345678901234567890123456789");
		struct store_entry entry = { .index = log->size,
			.time_us = (int64_t)log->size + 1, .type = STR("test"),
			.bytes = { text, (size_t)len } };
		struct digest leaf;

		check(entries_append(log->store, &entry) == 0);
		tlog_merkle_leaf(&leaf, entry.bytes);
		tlog_merkle_append(&log->tree, &leaf);
		log->size++;
	}
	check(store_commit(log->store) == 0);
	holder_log_sign(log);
}

/* The published size; UINT64_MAX when there is no checkpoint. */
UNUSED static uint64_t
holder_log_published(const struct holder_log *log)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_logdir *dir = NULL;
	struct arena arena;
	struct str note;
	uint64_t size = UINT64_MAX;

	arena_init(&arena, 1u << 20);
	if (tlog_logdir_open(&dir, log->log_path) == 0 &&
	    tlog_logdir_checkpoint(dir, &note, &arena) == 0 &&
	    check(tlog_checkpoint_open(&checkpoint, note, &log->signer.key) ==
		0))
		size = checkpoint.size;
	tlog_logdir_close(dir);
	arena_fini(&arena);
	return size;
}

/* Every tile and entry of the directory against its checkpoint. */
UNUSED static bool
holder_log_is_sound(const struct holder_log *log)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_audit_finding finding;
	struct tlog_audit_source source;
	struct tlog_logdir *dir = NULL;
	struct arena arena;
	struct str note;
	struct buf text;
	bool is_sound = false;

	arena_init(&arena, 1u << 20);
	buf_init(&text, 4096);
	if (check(tlog_logdir_open(&dir, log->log_path) == 0) &&
	    check(tlog_logdir_checkpoint(dir, &note, &arena) == 0) &&
	    check(tlog_checkpoint_open(&checkpoint, note, &log->signer.key) ==
		0)) {
		source = tlog_logdir_source(dir);
		is_sound = tlog_audit_run(&source, &finding, checkpoint.size,
			       &checkpoint.root) == 0;
		if (!is_sound) {
			tlog_audit_describe(&finding, &text);
			printf("# %.*s\n", STR_ARG(buf_str(&text)));
		}
	}
	tlog_logdir_close(dir);
	buf_fini(&text);
	arena_fini(&arena);
	return is_sound;
}

UNUSED static bool
holder_log_has(const struct holder_log *log, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", log->log_path, name);
	return access(path, F_OK) == 0;
}

UNUSED static off_t
holder_log_size_of(const struct holder_log *log, const char *name)
{
	char path[160];
	struct stat info = { .st_size = -1 };

	snprintf(path, sizeof(path), "%s/%s", log->log_path, name);
	return stat(path, &info) == 0 ? info.st_size : -1;
}

#endif
