/* Custodians and their shares; see consign_custodian.h. */
#include "cli/consign_custodian.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/holder.h"
#include "consign/folder.h"
#include "crypto/csprng.h"
#include "crypto/secret.h"
#include "util/file.h"
#include "util/hex.h"

#define SEED 32
#define SHARE_BYTES 256 /* a share's file */

static int
is_public(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return name.len > 4 && name.len <= KEYFILE_NAME + 4 &&
	    name.p[0] != '.' && str_has_suffix(name, STR(".pub"));
}

/* One line of 64 digits. */
static bool
read_key(uint8_t key[static SEED], struct cli *cli, const char *path)
{
	struct str text;

	return file_read(&text, &cli->arena, AT_FDCWD, path, 2 * SEED + 1) ==
	    0 && text.len == 2 * SEED + 1 &&
	    text.p[text.len - 1] == '\n' &&
	    hex_parse(key, SEED, str_part(text, 0, 2 * SEED));
}

static int
take(struct cli *cli, struct keyfile_custodian *custodian, const char *folder,
    const char *file)
{
	struct str path = arena_format(&cli->arena, "%s/%s", folder, file);

	*custodian = (struct keyfile_custodian){ 0 };
	memcpy(custodian->name, file, strlen(file) - 4);
	if (path.p == NULL || !read_key(custodian->public.b, cli, path.p))
		return verb_fail(cli, VERB_CANNOT,
		    "%s: not the public key of a custodian", path.p);
	return VERB_OK;
}

int
consign_custodian_list(struct cli *cli,
    struct keyfile_custodian custodians[static LIMIT_CONSIGN_CUSTODIANS],
    size_t *n)
{
	struct str folder = arena_format(&cli->arena, "%s/custodians",
	    holder_dir(cli));
	struct dirent **files = NULL;
	int n_files = scandir(folder.p, &files, is_public, alphasort);
	int r = VERB_OK;

	*n = 0;
	if (n_files < 0 && errno != ENOENT)
		return verb_fault(cli, errno, folder.p);
	if (n_files > LIMIT_CONSIGN_CUSTODIANS)
		r = verb_fail(cli, VERB_CANNOT,
		    "%s: %d custodians, %d at most", folder.p, n_files,
		    LIMIT_CONSIGN_CUSTODIANS);
	for (int i = 0; i < n_files; i++) {
		if (r == VERB_OK)
			r = take(cli, &custodians[(*n)++], folder.p,
			    files[i]->d_name);
		free(files[i]);
	}
	free(files);
	return r;
}

int
consign_custodian_write(struct cli *cli, const char *path, struct str secret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return verb_fault(cli, errno, path);
	r = file_write_all(fd, secret);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	close(fd);
	if (r < 0)
		unlink(path);
	return r < 0 ? verb_fault(cli, r, path) : VERB_OK;
}

/* A name of a file and of a person: the requester's id. */
static bool
is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (strchr("/\n\t ", name.p[i]) != NULL)
			return false;
	}
	return name.len > 0 && name.len <= KEYFILE_NAME && name.p[0] != '.';
}

static int
put_public(struct cli *cli, const char *name, const struct seal_public *public)
{
	struct str folder = arena_format(&cli->arena, "%s/custodians",
	    holder_dir(cli));
	struct str path = arena_format(&cli->arena, "%s/%s.pub", folder.p,
	    name);
	char text[2 * SEED + 2];
	int r;

	hex_format(text, public->b, sizeof(public->b));
	text[2 * SEED] = '\n';
	if (mkdir(folder.p, 0700) < 0 && errno != EEXIST)
		return verb_fault(cli, errno, folder.p);
	if (access(path.p, F_OK) == 0)
		return verb_fail(cli, VERB_NO, "%s: is there already", path.p);
	r = file_replace(AT_FDCWD, path.p,
	    (struct str){ text, 2 * SEED + 1 }, 0644);
	return r < 0 ? verb_fault(cli, r, path.p) : VERB_OK;
}

static int
put_secret(struct cli *cli, const char *path, struct seal_public *public)
{
	uint8_t seed[SEED];
	char text[2 * SEED + 2];
	struct seal_secret secret;
	struct csprng csprng;
	int r;

	if (csprng_open(&csprng) < 0)
		return verb_fault(cli, ENOMEM, "memory");
	csprng_fill(&csprng, seed, sizeof(seed));
	csprng_close(&csprng);
	seal_pair_from_seed(public, &secret, seed);
	hex_format(text, seed, sizeof(seed));
	text[2 * SEED] = '\n';
	r = consign_custodian_write(cli, path,
	    (struct str){ text, 2 * SEED + 1 });
	secret_wipe(seed, sizeof(seed));
	secret_wipe(text, sizeof(text));
	secret_wipe(&secret, sizeof(secret));
	return r;
}

int
consign_custodian_add(struct cli *cli)
{
	const char *name = cli->options.operands[0];
	const char *path = option_get(&cli->options, "secret");
	struct seal_public public;
	int r;

	if (!is_name(str_of(name)))
		return verb_fail(cli, VERB_USAGE,
		    "%s: not the id of a person", name);
	r = put_secret(cli, path, &public);
	if (r == VERB_OK)
		r = put_public(cli, name, &public);
	if (r == VERB_NO || r == VERB_CANNOT)
		return r;
	if (r == VERB_OK && !cli->is_quiet)
		fprintf(cli->out.file, "%s keeps %s, and nobody else; what is "
			"received from now on is shared with %s\n", name, path,
		    name);
	return r;
}

/* The custodian whose secret it is, in this consignment. */
static int
find(struct cli *cli, size_t *at, struct seal_secret *secret,
    const struct keyfile *keys, const char *path)
{
	struct seal_public public;
	uint8_t seed[SEED];
	bool is_read = read_key(seed, cli, path);

	if (is_read)
		seal_pair_from_seed(&public, secret, seed);
	secret_wipe(seed, sizeof(seed));
	if (!is_read)
		return verb_fail(cli, VERB_USAGE,
		    "%s: not the secret of a custodian", path);
	for (*at = 0; *at < keys->n_custodians; ++*at) {
		if (memcmp(keys->custodians[*at].public.b, public.b,
			sizeof(public.b)) == 0)
			return VERB_OK;
	}
	return verb_fail(cli, VERB_NO,
	    "%s: no custodian of %s has this secret", path, keys->id);
}

static int
write_share(struct cli *cli, const struct keyfile *keys, size_t at,
    const struct seal_secret *secret)
{
	const struct keyfile_custodian *custodian = &keys->custodians[at];
	char text[SHARE_BYTES];
	char hex[2 * SEED + 1];
	struct seal_key y;
	int len;
	int r;

	if (keys->threshold == 0 || seal_unwrap(&y, &custodian->public, secret,
					&custodian->share) != 0)
		return verb_fail(cli, VERB_NO, "%s: the share of %s does not "
		    "open", keys->id, custodian->name);
	hex_format(hex, y.b, sizeof(y.b));
	len = snprintf(text, sizeof(text), "stile-share 1\n%s\n%zu\n%s\n",
	    keys->id, at + 1, hex);
	r = consign_custodian_write(cli, option_get(&cli->options, "share"),
	    (struct str){ text, (size_t)len });
	secret_wipe(&y, sizeof(y));
	secret_wipe(hex, sizeof(hex));
	secret_wipe(text, sizeof(text));
	if (r == VERB_OK && !cli->is_quiet)
		fprintf(cli->out.file, "share of %s, %u of %u are needed\n",
		    custodian->name, keys->threshold, keys->n_custodians);
	return r;
}

int
consign_custodian_share(struct cli *cli)
{
	const char *id = cli->options.operands[0];
	struct seal_secret secret;
	struct keyfile keys;
	size_t at = 0;
	int r;

	if (!consign_head_is_id(str_of(id)))
		return verb_fail(cli, VERB_USAGE,
		    "%s: an id has 26 characters", id);
	r = folder_keys(&keys, holder_dir(cli), id);
	if (r < 0)
		return verb_fault(cli, r, id);
	if (r > 0)
		return verb_fail(cli, VERB_NO,
		    "%s: its keys are erased, or it is not there", id);
	r = find(cli, &at, &secret, &keys, option_get(&cli->options, "secret"));
	if (r == VERB_OK)
		r = write_share(cli, &keys, at, &secret);
	secret_wipe(&secret, sizeof(secret));
	return r;
}

int
consign_custodian_read(struct cli *cli, struct shamir_share *share,
    const char *path, const char *id)
{
	struct str text;
	struct str lines[4] = { 0 };
	uint64_t x;
	int r = verb_read(cli, &text, path, SHARE_BYTES);

	if (r != VERB_OK)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (!str_split(&lines[i], &text, '\n'))
			return verb_fail(cli, VERB_USAGE,
			    "%s: not a share", path);
	}
	if (!str_is_equal(lines[0], STR("stile-share 1")) ||
	    !str_to_u64(&x, lines[2]) || x == 0 || x > 255 || text.len > 0 ||
	    !hex_parse(share->y, sizeof(share->y), lines[3]))
		return verb_fail(cli, VERB_USAGE, "%s: not a share", path);
	if (!str_is_equal(lines[1], str_of(id)))
		return verb_fail(cli, VERB_USAGE,
		    "%s: a share of another consignment", path);
	share->x = (uint8_t)x;
	return VERB_OK;
}
