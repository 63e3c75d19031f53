/* The whole of a consignment; see whole.h. */
#include "consign/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consign/folder.h"
#include "consign/piece.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "util/fault.h"
#include "util/file.h"

/* Between guard pages. */
struct memory {
	struct seal_key root;
	struct hmac keys; /* prepared with the root */
	uint8_t piece[PIECE_MAX];
};

struct whole {
	const struct whole_options *options;
	struct diag_list *diags;
	struct consign_head head;
	struct memory *memory;
	FILE *data;
	int out;
	struct sha256 hash;
	uint64_t n_done;
};

static int
refuse(struct whole *whole, const char *why)
{
	diag_error_at(whole->diags, str_of(whole->options->id), "%s", why);
	return WHOLE_E_REFUSED;
}

/* The root key, which must be the one the pieces were sealed with. */
static int
make_root(struct whole *whole)
{
	const struct whole_options *options = whole->options;
	uint8_t mark[CONSIGN_CHECK];
	struct keyfile file;
	size_t at;
	int r = folder_keys(&file, options->dir, options->id);

	if (r != 0)
		return r < 0 ? TRACE(r)
			     : refuse(whole, "its keys are erased or damaged");
	if (file.threshold == 0)
		return refuse(whole, "it was sealed so that nobody can open "
		    "the whole");
	r = keyfile_root(&whole->memory->root, &at, &file, options->half,
	    options->shares, options->n_shares);
	if (r != 0 && at < options->n_shares) {
		diag_error_at(whole->diags, str_of(options->id),
		    "share %zu is not a share of it", at + 1);
		return WHOLE_E_REFUSED;
	}
	if (r != 0) {
		diag_error_at(whole->diags, str_of(options->id),
		    "%zu different shares are too few: %u of %u custodians "
		    "open it", options->n_shares, file.threshold,
		    file.n_custodians);
		return WHOLE_E_REFUSED;
	}
	keyfile_check(mark, &whole->memory->root);
	if (!secret_is_equal(mark, whole->head.check, sizeof(mark)))
		return refuse(whole, "the keeper's half is not its half");
	hmac_init(&whole->memory->keys, whole->memory->root.b,
	    sizeof(whole->memory->root.b));
	return 0;
}

static int
open_data(struct whole *whole)
{
	char path[FOLDER_PATH];
	int r = folder_path(path, whole->options->dir, whole->options->id,
	    "data");

	if (r < 0)
		return TRACE(r);
	whole->data = fopen(path, "re");
	return whole->data != NULL ? 0 : FAULT(errno);
}

/* The next piece, which must be the one of this number. */
static int
take_piece(struct whole *whole, uint64_t number)
{
	uint8_t *piece = whole->memory->piece;
	struct piece_head head;
	struct str bytes;
	size_t rest;
	int r;

	if (fread(piece, 1, PIECE_HEAD, whole->data) != PIECE_HEAD ||
	    piece_head_read(&head, piece) != 0 || head.number != number)
		return refuse(whole, "its pieces are damaged");
	rest = piece_head_size(&head) - PIECE_HEAD;
	if (fread(piece + PIECE_HEAD, 1, rest, whole->data) != rest ||
	    piece_open(&bytes, piece, &head, &whole->memory->keys) != 0)
		return refuse(whole, "its pieces are damaged");
	sha256_add(&whole->hash, bytes.p, bytes.len);
	whole->n_done += bytes.len;
	r = file_write_all(whole->out, bytes);
	return TRACE(r);
}

static int
take_all(struct whole *whole)
{
	const struct whole_options *options = whole->options;
	struct digest digest;
	int r = 0;

	for (uint64_t i = 0; i < whole->head.n_pieces && r == 0; i++) {
		r = take_piece(whole, i);
		if (options->progress != NULL && i % 1024 == 0)
			options->progress(options->context, whole->n_done,
			    whole->head.size);
	}
	if (r != 0)
		return TRACE(r);
	sha256_finish(&whole->hash, &digest);
	if (fgetc(whole->data) != EOF || whole->n_done != whole->head.size ||
	    memcmp(digest.b, whole->head.digest.b, sizeof(digest.b)) != 0)
		return refuse(whole, "its pieces are not what came");
	return fsync(whole->out) < 0 ? FAULT(errno) : 0;
}

/* Into path.new, and then to its name: a file that is there is whole. */
static int
write_out(struct whole *whole)
{
	const char *path = whole->options->path;
	char fresh[4096];
	int n = snprintf(fresh, sizeof(fresh), "%s.new", path);
	int r;

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return FAULT(ENAMETOOLONG);
	if (access(path, F_OK) == 0)
		return refuse(whole, "the file to be written is there already");
	whole->out = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	if (whole->out < 0)
		return FAULT(errno);
	r = take_all(whole);
	if (r == 0)
		r = file_rename(AT_FDCWD, fresh, path);
	if (r != 0)
		unlink(fresh);
	return TRACE(r);
}

int
whole_open(struct diag_list *diags, const struct whole_options *options)
{
	struct whole whole = { .options = options, .diags = diags, .out = -1 };
	enum folder_state state;
	int r = folder_look(&state, &whole.head, options->dir, options->id);

	sha256_init(&whole.hash);
	if (r < 0)
		return TRACE(r);
	if (state != FOLDER_HELD)
		return refuse(&whole, state == FOLDER_ERASED
			? "its keys are erased: nothing opens it"
			: "no such consignment, or it is not finished");
	whole.memory = secret_alloc(sizeof(*whole.memory));
	if (whole.memory == NULL)
		return FAULT(ENOMEM);
	r = make_root(&whole);
	if (r == 0)
		r = open_data(&whole);
	if (r == 0)
		r = write_out(&whole);
	if (whole.data != NULL)
		fclose(whole.data);
	if (whole.out >= 0)
		close(whole.out);
	secret_free(whole.memory);
	return r < 0 ? TRACE(r) : r;
}
