/* The keeper's keys; see keyring.h. */
#include "keeper/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "limits.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/hex.h"

#define SEED 32

static const char *const pair_names[KEYRING_PAIRS] = {
	[KEYRING_INDEX] = "index",
	[KEYRING_HALF] = "half",
	[KEYRING_WORK] = "work",
};

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int
wrong(struct diag_list *diags, const char *name, const char *text)
{
	diag_error_at(diags, str_of(name), "%s", text);
	return KEYRING_E_WRONG;
}

/*
 * Read one line of a secret file into text, without its newline.
 *
 * A key that others may read is refused: the holder should learn of it from
 * us, not from them.
 */
static int
read_secret(struct str *line, char text[static LIMIT_KEEPER_KEY],
    struct diag_list *diags, int dir_fd, const char *name)
{
	CLEANUP(closep) int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC |
		O_NOFOLLOW | O_NONBLOCK);
	struct stat info;
	ssize_t n;

	if (fd < 0)
		return wrong(diags, name, strerror(errno));
	if (fstat(fd, &info) < 0)
		return FAULT(errno);
	if (!S_ISREG(info.st_mode))
		return wrong(diags, name, "is not a regular file");
	if ((info.st_mode & 077) != 0)
		return wrong(diags, name,
		    "others may read this secret: chmod 0600 it");
	n = read(fd, text, LIMIT_KEEPER_KEY);
	if (n < 0)
		return FAULT(errno);
	if (n < 2 || n == LIMIT_KEEPER_KEY || text[n - 1] != '\n')
		return wrong(diags, name, "is not one line");
	*line = (struct str){ text, (size_t)n - 1 };
	return 0;
}

static int
read_seed(uint8_t seed[static SEED], char text[static LIMIT_KEEPER_KEY],
    struct diag_list *diags, int dir_fd, const char *name)
{
	struct str line = { 0 };
	int r = read_secret(&line, text, diags, dir_fd, name);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	return hex_parse(seed, SEED, line) ? 0 :
	    wrong(diags, name, "is not 64 hexadecimal digits");
}

static int
load_log_key(struct keyring *keyring, char text[static LIMIT_KEEPER_KEY],
    struct diag_list *diags, int dir_fd, struct str origin)
{
	const struct tlog_note_key *key = &keyring->log.key;
	struct str line = { 0 };
	int r = read_secret(&line, text, diags, dir_fd, "log.key");

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (tlog_note_signer_parse(&keyring->log, line) != 0 ||
	    key->type != TLOG_NOTE_ED25519)
		return wrong(diags, "log.key",
		    "is not an Ed25519 key (C2SP signed-note)");
	if (!str_is_equal((struct str){ key->name.text, key->name.len },
		origin))
		return wrong(diags, "log.key",
		    "its name is not holder.origin of stile.conf");
	return 0;
}

/* A pair for each purpose, of the one seed. */
static void
make_pairs(struct seal_public public[static KEYRING_PAIRS],
    struct seal_secret secret[static KEYRING_PAIRS],
    const uint8_t seed[static SEED])
{
	struct digest own;
	struct hmac hmac;

	hmac_init(&hmac, seed, SEED);
	for (int i = 0; i < KEYRING_PAIRS; i++) {
		char text[32];
		int n = snprintf(text, sizeof(text), "stile consign %s 1",
		    pair_names[i]);

		hmac_of(&hmac, &own, text, (size_t)n);
		seal_pair_from_seed(&public[i], &secret[i], own.b);
	}
	secret_wipe(&own, sizeof(own));
	secret_wipe(&hmac, sizeof(hmac));
}

static int
load(struct keyring *keyring, struct diag_list *diags, int dir_fd,
    struct str origin)
{
	char text[LIMIT_KEEPER_KEY];
	uint8_t seed[SEED];
	int r = load_log_key(keyring, text, diags, dir_fd, origin);

	if (r == 0)
		r = read_seed(seed, text, diags, dir_fd, "seal.key");
	if (r == 0) {
		seal_pair_from_seed(&keyring->seal_public,
		    &keyring->seal_secret, seed);
		make_pairs(keyring->consign_public, keyring->consign_secret,
		    seed);
	}
	if (r == 0)
		r = read_seed(seed, text, diags, dir_fd, "subject.key");
	if (r == 0)
		hmac_init(&keyring->subjects, seed, sizeof(seed));
	secret_wipe(text, sizeof(text));
	secret_wipe(seed, sizeof(seed));
	return r < 0 ? TRACE(r) : r;
}

static int
open_keys(const char *dir)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/keys", dir);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(path))
		return FAULT(ENAMETOOLONG);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? FAULT(errno) : fd;
}

int
keyring_load(struct keyring **keyring, struct diag_list *diags, const char *dir,
    struct str origin)
{
	CLEANUP(closep) int dir_fd = open_keys(dir);
	CLEANUP(keyring_freep) struct keyring *fresh = NULL;
	int r;

	if (dir_fd < 0)
		return wrong(diags, "keys", strerror(-dir_fd));
	fresh = secret_alloc(sizeof(*fresh));
	if (fresh == NULL)
		return FAULT(ENOMEM);
	r = load(fresh, diags, dir_fd, origin);
	if (r == 0)
		*keyring = TAKE(fresh);
	return r < 0 ? TRACE(r) : r;
}

int
keyring_load_seal(struct seal_public *public, struct seal_secret *secret,
    struct diag_list *diags, const char *dir)
{
	CLEANUP(closep) int dir_fd = open_keys(dir);
	char text[LIMIT_KEEPER_KEY];
	uint8_t seed[SEED];
	int r;

	if (dir_fd < 0)
		return wrong(diags, "keys", strerror(-dir_fd));
	r = read_seed(seed, text, diags, dir_fd, "seal.key");
	if (r == 0)
		seal_pair_from_seed(public, secret, seed);
	secret_wipe(text, sizeof(text));
	secret_wipe(seed, sizeof(seed));
	return r < 0 ? TRACE(r) : r;
}

void
keyring_free(struct keyring *keyring)
{
	secret_free(keyring);
}

void
keyring_freep(struct keyring **keyring)
{
	keyring_free(*keyring);
	*keyring = NULL;
}

/* "index 64-digits" and so on. */
static int
read_pair(struct seal_public *public, enum keyring_pair pair, struct str *rest)
{
	struct str line;
	struct str word;

	return str_split(&line, rest, '\n') && str_split(&word, &line, ' ') &&
		str_is_equal(word, str_of(pair_names[pair])) &&
		hex_parse(public->b, sizeof(public->b), line)
	    ? 0
	    : KEYRING_E_WRONG;
}

int
keyring_read_public(struct seal_public public[static KEYRING_PAIRS],
    struct diag_list *diags, const char *dir)
{
	CLEANUP(closep) int dir_fd = open_keys(dir);
	struct str text;
	int r;

	if (dir_fd < 0)
		return wrong(diags, "keys", strerror(-dir_fd));
	r = file_read(&text, diags->arena, dir_fd, "consign.pub",
	    LIMIT_KEEPER_KEY);
	if (r < 0)
		return wrong(diags, "keys/consign.pub", strerror(-r));
	for (int i = 0; i < KEYRING_PAIRS && r == 0; i++)
		r = read_pair(&public[i], (enum keyring_pair)i, &text);
	return r != 0 ? wrong(diags, "keys/consign.pub",
		   "is not there, or not three lines of public keys")
		      : 0;
}

static int
write_public(int dir_fd, const uint8_t seed[static SEED])
{
	struct seal_public public[KEYRING_PAIRS];
	struct seal_secret secret[KEYRING_PAIRS];
	CLEANUP(buf_fini) struct buf text = { 0 };
	char hex[2 * SEED + 1];

	make_pairs(public, secret, seed);
	secret_wipe(secret, sizeof(secret));
	buf_init(&text, LIMIT_KEEPER_KEY);
	for (int i = 0; i < KEYRING_PAIRS; i++) {
		hex_format(hex, public[i].b, sizeof(public[i].b));
		buf_add_format(&text, "%s %s\n", pair_names[i], hex);
	}
	if (buf_finish(&text) != 0)
		return FAULT(ENOMEM);
	return TRACE(file_replace(dir_fd, "consign.pub", buf_str(&text), 0644));
}

/* seed: room for it, when what follows needs it; the caller wipes it. */
static int
write_seed(int dir_fd, const char *name, uint8_t seed[static SEED],
    const struct random *random)
{
	char text[2 * SEED + 2];
	int r;

	random_fill(random, seed, SEED);
	hex_format(text, seed, SEED);
	text[2 * SEED] = '\n';
	r = file_replace(dir_fd, name, (struct str){ text, 2 * SEED + 1 },
	    0600);
	secret_wipe(text, sizeof(text));
	return TRACE(r);
}

/* The text of a key and a newline, made by its formatter, to a file. */
static int
write_log_keys(int dir_fd, const struct tlog_note_signer *log)
{
	struct buf text;
	int r;

	buf_init(&text, LIMIT_KEEPER_KEY);
	tlog_note_signer_format(log, &text);
	buf_add_char(&text, '\n');
	r = buf_finish(&text);
	if (r == 0)
		r = file_replace(dir_fd, "log.key", buf_str(&text), 0600);
	if (text.bytes != NULL)
		secret_wipe(text.bytes, text.len);
	buf_reset(&text);
	tlog_note_key_format(&log->key, &text);
	buf_add_char(&text, '\n');
	if (r == 0)
		r = buf_finish(&text);
	if (r == 0)
		r = file_replace(dir_fd, "log.vkey", buf_str(&text), 0644);
	buf_fini(&text);
	return r > 0 ? FAULT(ENOBUFS) : TRACE(r);
}

int
keyring_create(const char *dir, struct str origin, const struct random *random)
{
	CLEANUP(closep) int dir_fd = open_keys(dir);
	struct tlog_note_signer log;
	struct ed25519_seed seed;
	uint8_t seal[SEED];
	int r;

	if (dir_fd < 0)
		return TRACE(dir_fd);
	random_fill(random, &seed, sizeof(seed));
	r = tlog_note_signer_init(&log, origin, TLOG_NOTE_ED25519, &seed);
	if (r == 0)
		r = write_log_keys(dir_fd, &log);
	else
		r = KEYRING_E_WRONG;
	if (r == 0)
		r = write_seed(dir_fd, "seal.key", seal, random);
	if (r == 0)
		r = write_public(dir_fd, seal);
	if (r == 0)
		r = write_seed(dir_fd, "subject.key", seal, random);
	secret_wipe(seal, sizeof(seal));
	secret_wipe(&seed, sizeof(seed));
	secret_wipe(&log, sizeof(log));
	return r < 0 ? TRACE(r) : r;
}
