/* The keeper's key files: made, read, and refused when they are not right. */
#include "keeper/keyring.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/csprng.h"
#include "crypto/secret.h"
#include "limits.h"
#include "tap.h"
#include "util/file.h"

#define ORIGIN STR("log.example/ny")

static const char *const names[] = { "log.key", "log.vkey", "seal.key",
	"subject.key", "consign.pub" };

struct place {
	char dir[48];
	struct arena arena;
	struct diag_list diags;
	struct csprng csprng;
};

static void
settle(struct place *place)
{
	struct random random;
	char path[64];

	*place = (struct place){ .dir = "/tmp/stile-keyring-XXXXXX" };
	check(mkdtemp(place->dir) != NULL);
	snprintf(path, sizeof(path), "%s/keys", place->dir);
	mkdir(path, 0700);
	arena_init(&place->arena, 1u << 20);
	diag_init(&place->diags, &place->arena, STR("keys"), STR(""));
	check(csprng_open(&place->csprng) == 0);
	random = csprng_random(&place->csprng);
	check(keyring_create(place->dir, ORIGIN, &random) == 0);
}

static void
path_of(char path[static 96], const struct place *place, const char *name)
{
	snprintf(path, 96, "%s/keys/%s", place->dir, name);
}

static void
leave(struct place *place)
{
	char path[96];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path_of(path, place, names[i]);
		unlink(path);
	}
	path_of(path, place, "");
	rmdir(path);
	rmdir(place->dir);
	csprng_close(&place->csprng);
	arena_fini(&place->arena);
}

static void
keys_that_were_made_load(void)
{
	struct place place;
	struct keyring *keys = NULL;
	struct keyring *again = NULL;
	struct stat info;
	char path[96];

	settle(&place);
	check_u64(keyring_load(&keys, &place.diags, place.dir, ORIGIN), 0);
	check_u64(keyring_load(&again, &place.diags, place.dir, ORIGIN), 0);
	check(keys != NULL && again != NULL &&
	    memcmp(keys, again, sizeof(*keys)) == 0);
	path_of(path, &place, "seal.key");
	check(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
	path_of(path, &place, "log.key");
	check(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
	keyring_free(keys);
	keyring_free(again);
	leave(&place);
}

static void
the_public_key_verifies_what_the_secret_one_signs(void)
{
	struct place place;
	struct keyring *keys = NULL;
	struct tlog_note_key public;
	struct str text;
	char path[96];

	settle(&place);
	check(keyring_load(&keys, &place.diags, place.dir, ORIGIN) == 0);
	path_of(path, &place, "log.vkey");
	check(file_read(&text, &place.arena, AT_FDCWD, path, 1024) == 0);
	check(tlog_note_key_parse(&public, str_trim(text)) == 0);
	check(memcmp(&public.public, &keys->log.key.public,
	    sizeof(public.public)) == 0);
	keyring_free(keys);
	leave(&place);
}

/* Replace a file, expect one message about it. */
static void
check_wrong(const char *name, struct str bytes, mode_t mode,
    const char *message)
{
	struct place place;
	struct keyring *keys = NULL;
	char path[96];

	settle(&place);
	path_of(path, &place, name);
	if (bytes.p == NULL)
		unlink(path);
	else if (bytes.len > 0)
		check(file_replace(AT_FDCWD, path, bytes, 0600) == 0);
	if (mode != 0)
		chmod(path, mode);
	check_u64(keyring_load(&keys, &place.diags, place.dir, ORIGIN),
	    KEYRING_E_WRONG);
	check(keys == NULL);
	check_u64(place.diags.n_items, 1);
	check_str(place.diags.items[0].where, str_of(name));
	check_str(place.diags.items[0].text, str_of(message));
	leave(&place);
}

static void
a_key_that_is_not_right_is_refused_with_its_name(void)
{
	char long_line[LIMIT_KEEPER_KEY + 1];

	check_wrong("log.key", (struct str){ NULL, 0 }, 0,
	    "No such file or directory");
	check_wrong("seal.key", (struct str){ NULL, 0 }, 0,
	    "No such file or directory");
	check_wrong("seal.key", STR("abc\n"), 0,
	    "is not 64 hexadecimal digits");
	check_wrong("subject.key", STR("abc"), 0, "is not one line");
	check_wrong("log.key", STR("PRIVATE+KEY+x\n"), 0,
	    "is not an Ed25519 key (C2SP signed-note)");
	memset(long_line, 'a', sizeof(long_line));
	long_line[LIMIT_KEEPER_KEY] = '\n';
	check_wrong("seal.key", (struct str){ long_line, sizeof(long_line) }, 0,
	    "is not one line");
}

static void
a_key_that_others_may_read_is_refused(void)
{
	check_wrong("log.key", STR(""), 0640,
	    "others may read this secret: chmod 0600 it");
	check_wrong("subject.key", STR(""), 0604,
	    "others may read this secret: chmod 0600 it");
}

static void
a_key_of_another_log_is_refused(void)
{
	struct place place;
	struct keyring *keys = NULL;

	settle(&place);
	check_u64(keyring_load(&keys, &place.diags, place.dir,
		      STR("log.example/wa")),
	    KEYRING_E_WRONG);
	check_str(place.diags.items[0].text,
	    STR("its name is not holder.origin of stile.conf"));
	leave(&place);
}

static void
public_halves_are_read_without_a_secret(void)
{
	struct seal_public public[KEYRING_PAIRS];
	struct keyring *keys = NULL;
	struct place place;
	char path[96];

	settle(&place);
	check_u64(keyring_load(&keys, &place.diags, place.dir, ORIGIN), 0);
	path_of(path, &place, "seal.key");
	check(rename(path, place.dir) != 0 && chmod(path, 0) == 0);
	check_u64(keyring_read_public(public, &place.diags, place.dir), 0);
	check(keys != NULL && memcmp(public, keys->consign_public,
				  sizeof(public)) == 0);
	check(memcmp(&public[0], &public[1], sizeof(public[0])) != 0 &&
	    memcmp(&public[0], &keys->seal_public, sizeof(public[0])) != 0);
	path_of(path, &place, "consign.pub");
	check(file_replace(AT_FDCWD, path, STR("index 12\n"), 0644) == 0);
	check_u64(keyring_read_public(public, &place.diags, place.dir),
	    KEYRING_E_WRONG);
	unlink(path);
	check_u64(keyring_read_public(public, &place.diags, place.dir),
	    KEYRING_E_WRONG);
	keyring_free(keys);
	leave(&place);
}

static const struct tap_test tests[] = {
	TEST(public_halves_are_read_without_a_secret),
	TEST(keys_that_were_made_load),
	TEST(the_public_key_verifies_what_the_secret_one_signs),
	TEST(a_key_that_is_not_right_is_refused_with_its_name),
	TEST(a_key_that_others_may_read_is_refused),
	TEST(a_key_of_another_log_is_refused),
};

TAP_MAIN(tests)
