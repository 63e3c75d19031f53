/* A log that grows, and one that forks from it, for the keeper's tests. */
#ifndef STILE_TESTS_GROWING_LOG_H
#define STILE_TESTS_GROWING_LOG_H

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/csprng.h"
#include "crypto/sha256.h"
#include "frames.h"
#include "keeper/keyring.h"
#include "keeper/lastsigned.h"
#include "tap.h"
#include "tlog/merkle.h"
#include "tlog/proof.h"
#include "util/buf.h"
#include "util/frame.h"

#define ORIGIN "log.example/ny"
#define GROWN 600

struct growing_log {
	struct digest leaves[GROWN];
};

/* Two logs share their entries up to fork_at. */
UNUSED static void
growing_log_init(struct growing_log *log, unsigned fork, unsigned fork_at)
{
	for (unsigned i = 0; i < GROWN; i++) {
		unsigned entry[2] = { i, i < fork_at ? 0 : fork };

		sha256_of_prefixed(&log->leaves[i], 0, entry, sizeof(entry));
	}
}

UNUSED static int
growing_log_read(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	const struct growing_log *log = context;

	if (level > 0 || index * 256 + width > GROWN)
		return TLOG_TILE_E_MISSING;
	memcpy(hashes, &log->leaves[index * 256], 32 * (size_t)width);
	return 0;
}

/* The SIGN question for growing from old_size to size. */
UNUSED static void
growing_log_ask(struct growing_log *log, struct buf *out, uint64_t id,
    uint64_t old_size, uint64_t size)
{
	struct tlog_tile_reader reader = { growing_log_read, log };
	struct tlog_proof proof = { 0 };
	struct digest root;
	size_t place = frame_begin(out, KEEPER_KIND_SIGN, id);

	tlog_merkle_root_of(&root, log->leaves, size);
	if (old_size > 0 && old_size < size)
		check(tlog_proof_consistency(&proof, &reader, old_size, size) ==
		    0);
	frame_put_u64(out, KEEPER_SIZE, size);
	frame_put(out, KEEPER_ROOT,
	    (struct str){ (const char *)&root, sizeof(root) });
	frame_put(out, KEEPER_PROOF, (struct str){ (const char *)proof.hashes,
	    proof.n_hashes * sizeof(proof.hashes[0]) });
	check(frame_end(out, place) == 0);
}

/* A holder's directory with keys, a state and settings. */
struct holder {
	char dir[48];
	struct csprng csprng;
};

UNUSED static void
holder_path(char path[static 96], const struct holder *holder, const char *name)
{
	snprintf(path, 96, "%s/%s", holder->dir, name);
}

UNUSED static void
holder_settle(struct holder *holder)
{
	struct random random;
	char path[96];
	FILE *conf;

	*holder = (struct holder){ .dir = "/tmp/stile-keeper-XXXXXX" };
	check(mkdtemp(holder->dir) != NULL);
	holder_path(path, holder, "keys");
	mkdir(path, 0700);
	check(csprng_open(&holder->csprng) == 0);
	random = csprng_random(&holder->csprng);
	check(keyring_create(holder->dir, STR(ORIGIN), &random) == 0);
	holder_path(path, holder, "keys/keeper.state");
	check(lastsigned_create(path) == 0);
	holder_path(path, holder, "stile.conf");
	conf = fopen(path, "we");
	fprintf(conf, "holder: { id = \"NYDMV\"; name = \"New York\"; "
		      "state = \"NY\"; origin = \"" ORIGIN "\"; };\n");
	fclose(conf);
}

UNUSED static void
holder_leave(struct holder *holder)
{
	static const char *const names[] = { "keys/log.key", "keys/log.vkey",
		"keys/seal.key", "keys/subject.key", "keys/keeper.state",
		"stile.conf", "keeper.sock" };
	char path[96];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		holder_path(path, holder, names[i]);
		unlink(path);
	}
	holder_path(path, holder, "keys");
	rmdir(path);
	rmdir(holder->dir);
	csprng_close(&holder->csprng);
}

#endif
