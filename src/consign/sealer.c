/* A transfer is sealed; see sealer.h. */
#include "consign/sealer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "consign/resume.h"
#include "crypto/secret.h"
#include "util/fault.h"
#include "util/file.h"

#define START_BYTES (8u << 20) /* the disk is given work in such steps */

void
sealer_init(struct sealer *sealer, const char *dir, const struct random *random,
    const struct keyfile_public *public)
{
	*sealer = (struct sealer){ .dir = dir, .random = random,
		.public = public, .folder = -1, .data = -1, .runs_fd = -1 };
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
sealer_fini(struct sealer *sealer)
{
	close_fd(&sealer->data);
	close_fd(&sealer->runs_fd);
	close_fd(&sealer->folder);
	tagruns_fini(&sealer->runs);
	secret_free(sealer->keys);
	sealer->keys = NULL;
	free(sealer->buffer);
	sealer->buffer = NULL;
}

/*
 * The gate must read it: what root makes belongs to the owner of the holder's
 * directory.
 */
static int
give_to_owner(const struct sealer *sealer, int fd)
{
	struct stat info;

	if (geteuid() != 0)
		return 0;
	if (stat(sealer->dir, &info) < 0 ||
	    fchown(fd, info.st_uid, info.st_gid) < 0)
		return FAULT(errno);
	return 0;
}

static int
open_file(int *fd, struct sealer *sealer, const char *name, int how)
{
	*fd = openat(sealer->folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | how,
	    0600);
	if (*fd < 0)
		return FAULT(errno);
	return TRACE(give_to_owner(sealer, *fd));
}

static int
open_memory(struct sealer *sealer)
{
	int r = tagruns_init(&sealer->runs, sealer->runs_fd);

	if (r < 0)
		return TRACE(r);
	sealer->buffer = malloc(SEALER_BUFFER + PIECE_MAX);
	sealer->keys = secret_alloc(sizeof(*sealer->keys));
	return sealer->buffer != NULL && sealer->keys != NULL ? 0
							      : FAULT(ENOMEM);
}

static void
prepare_keys(struct sealer *sealer)
{
	struct sealer_keys *keys = sealer->keys;

	hmac_init(&keys->index, keys->secrets.index.b,
	    sizeof(keys->secrets.index.b));
	hmac_init(&keys->root, keys->secrets.root.b,
	    sizeof(keys->secrets.root.b));
}

static int
make_directory(struct sealer *sealer, const char *id)
{
	char path[FOLDER_PATH];
	int r = folder_path(path, sealer->dir, id, NULL);
	int fd;

	if (r < 0)
		return TRACE(r);
	if (mkdir(path, 0700) < 0)
		return errno == EEXIST ? SEALER_E_EXISTS : FAULT(errno);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return FAULT(errno);
	r = give_to_owner(sealer, fd);
	if (id != NULL)
		sealer->folder = fd;
	else
		close(fd);
	return TRACE(r);
}

/* A small file, whole and durable, or not at all. */
static int
put_file(struct sealer *sealer, const char *name, struct str bytes)
{
	int r = file_replace(sealer->folder, name, bytes, 0600);
	int fd;

	if (r < 0)
		return TRACE(r);
	fd = openat(sealer->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return FAULT(errno);
	r = give_to_owner(sealer, fd);
	close(fd);
	return TRACE(r);
}

static int
put_keys(struct sealer *sealer, struct keyfile *keys)
{
	uint8_t bytes[KEYFILE_BYTES];
	struct seal_wrapped work;
	int r;

	random_fill(sealer->random, sealer->keys->work.b,
	    sizeof(sealer->keys->work.b));
	if (seal_wrap(&work, &sealer->public->work, &sealer->keys->work) != 0)
		return SEALER_E_BAD;
	r = put_file(sealer, "work",
	    (struct str){ (const char *)work.b, sizeof(work.b) });
	if (r < 0)
		return TRACE(r);
	if (keyfile_make(keys, &sealer->keys->secrets, sealer->public,
		sealer->random) != 0)
		return SEALER_E_BAD;
	prepare_keys(sealer);
	keyfile_check(sealer->head.check, &sealer->keys->secrets.root);
	keyfile_encode(bytes, keys);
	return TRACE(put_file(sealer, "keys",
	    (struct str){ (const char *)bytes, sizeof(bytes) }));
}

int
sealer_begin(struct sealer *sealer, struct keyfile *keys,
    const struct consign_head *head)
{
	int r = make_directory(sealer, NULL);

	if (r >= 0)
		r = make_directory(sealer, head->id);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	sealer->is_begun = true;
	sealer->head = *head;
	r = open_file(&sealer->data, sealer, "data", O_CREAT | O_EXCL);
	if (r == 0)
		r = open_file(&sealer->runs_fd, sealer, "runs",
		    O_CREAT | O_EXCL);
	if (r == 0)
		r = open_memory(sealer);
	if (r == 0)
		r = put_keys(sealer, keys);
	return r < 0 ? TRACE(r) : r;
}

/* Cut a file back to what was durable, and stand at its end. */
static int
cut_back(int fd, uint64_t size)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return FAULT(errno);
	if ((uint64_t)info.st_size < size)
		return SEALER_E_CHANGED;
	if (ftruncate(fd, (off_t)size) < 0 ||
	    lseek(fd, (off_t)size, SEEK_SET) < 0)
		return FAULT(errno);
	return 0;
}

int
sealer_go_on(struct sealer *sealer, const struct resume *resume,
    const struct seal_key *work)
{
	uint64_t n_entries = resume->n_runs > 0
	    ? resume->run_ends[resume->n_runs - 1]
	    : 0;
	int r;

	sealer->folder = folder_open(sealer->dir, resume->head.id);
	if (sealer->folder < 0)
		return TRACE(sealer->folder);
	sealer->head = resume->head;
	r = open_file(&sealer->data, sealer, "data", 0);
	if (r == 0)
		r = open_file(&sealer->runs_fd, sealer, "runs", 0);
	if (r == 0)
		r = open_memory(sealer);
	if (r == 0)
		r = cut_back(sealer->data, resume->head.data_bytes);
	if (r == 0)
		r = cut_back(sealer->runs_fd,
		    n_entries * sizeof(struct tagruns_entry));
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	sealer->is_begun = true;
	sealer->n_written = resume->head.data_bytes;
	sealer->runs.n_runs = resume->n_runs;
	sealer->runs.n_all = n_entries;
	memcpy(sealer->runs.run_ends, resume->run_ends,
	    resume->n_runs * sizeof(resume->run_ends[0]));
	sealer->keys->secrets = resume->secrets;
	sealer->keys->work = *work;
	prepare_keys(sealer);
	return 0;
}

int
sealer_put_form(struct sealer *sealer, const struct form *form)
{
	CLEANUP(buf_fini) struct buf text = { 0 };

	buf_init(&text, LIMIT_IMPORT_MAP_BYTES + 4096);
	form_encode(&text, form);
	if (buf_finish(&text) != 0)
		return FAULT(ENOMEM);
	return TRACE(put_file(sealer, "form", buf_str(&text)));
}

/*
 * The buffer to the file. The disk is told to begin with what has gathered, so
 * that it works while the next pieces are sealed and the sync at the end finds
 * little left.
 */
static int
flush(struct sealer *sealer)
{
	int r = file_write_all(sealer->data,
	    (struct str){ (const char *)sealer->buffer, sealer->n_buffered });

	if (r < 0)
		return TRACE(r);
	sealer->n_written += sealer->n_buffered;
	sealer->n_buffered = 0;
	if (sealer->n_written - sealer->n_started < START_BYTES)
		return 0;
	(void)sync_file_range(sealer->data, (off_t)sealer->n_started,
	    (off_t)(sealer->n_written - sealer->n_started),
	    SYNC_FILE_RANGE_WRITE);
	sealer->n_started = sealer->n_written;
	return 0;
}

int
sealer_put(struct sealer *sealer, enum piece_kind kind, const struct str *keys,
    size_t n_keys, struct str bytes)
{
	struct piece_token tokens[LIMIT_CONSIGN_KEYS];
	struct consign_head *head = &sealer->head;
	uint64_t offset = sealer->n_written + sealer->n_buffered;

	for (size_t i = 0; i < n_keys; i++) {
		hmac_of(&sealer->keys->index, &tokens[i].code, keys[i].p,
		    keys[i].len);
		tagruns_add(&sealer->runs, piece_tag(&tokens[i]),
		    offset << 8 | i);
	}
	piece_seal(sealer->buffer + sealer->n_buffered, &sealer->keys->root,
	    head->n_pieces, kind, tokens, n_keys, bytes.p, bytes.len);
	secret_wipe(tokens, n_keys * sizeof(tokens[0]));
	sealer->n_buffered += piece_size(bytes.len, n_keys);
	head->n_pieces++;
	head->n_records += kind == PIECE_RECORD;
	head->n_found += n_keys > 0;
	head->size += bytes.len;
	if (sealer->n_buffered < SEALER_BUFFER)
		return 0;
	return TRACE(flush(sealer));
}

/* Runs and pieces on the disk. Returns: 0; SEALER_E_FULL; fault. */
static int
settle(struct sealer *sealer)
{
	int r = tagruns_flush(&sealer->runs);

	if (r == TAGRUNS_E_FULL)
		return SEALER_E_FULL;
	if (r == 0)
		r = flush(sealer);
	if (r < 0)
		return TRACE(r);
	sealer->head.data_bytes = sealer->n_written;
	return 0;
}

static int
put_resume(struct sealer *sealer, uint64_t n_done, const struct digest *prefix)
{
	CLEANUP(buf_fini) struct buf bytes = { 0 };
	struct resume *resume = secret_alloc(sizeof(*resume));
	int r;

	if (resume == NULL)
		return FAULT(ENOMEM);
	buf_init(&bytes, RESUME_BYTES_MAX);
	resume->head = sealer->head;
	resume->secrets = sealer->keys->secrets;
	resume->n_done = n_done;
	resume->prefix = *prefix;
	resume->n_runs = sealer->runs.n_runs;
	memcpy(resume->run_ends, sealer->runs.run_ends,
	    sizeof(resume->run_ends));
	r = resume_encode(&bytes, resume, &sealer->keys->work, sealer->random);
	secret_free(resume);
	if (r < 0)
		return TRACE(r);
	return TRACE(put_file(sealer, "resume", buf_str(&bytes)));
}

int
sealer_checkpoint(struct sealer *sealer, uint64_t n_done,
    const struct digest *prefix)
{
	int r = settle(sealer);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (fdatasync(sealer->data) < 0 || fdatasync(sealer->runs_fd) < 0)
		return FAULT(errno);
	r = put_resume(sealer, n_done, prefix);
	return r < 0 ? TRACE(r) : r;
}

static int
put_index(struct sealer *sealer)
{
	struct consign_head *head = &sealer->head;
	int fd;
	int r = open_file(&fd, sealer, "index", O_CREAT | O_TRUNC);

	if (r < 0)
		return TRACE(r);
	r = tagruns_merge(&sealer->runs, &head->n_tags, &head->n_shared, fd,
	    head->id);
	if (r == 0 && fdatasync(fd) < 0)
		r = FAULT(errno);
	close(fd);
	return TRACE(r);
}

int
sealer_finish(struct sealer *sealer, uint64_t size, const struct digest *digest)
{
	uint8_t bytes[CONSIGN_HEAD_BYTES];
	int r = settle(sealer);

	if (r == 0)
		r = put_index(sealer);
	if (r == 0 && fdatasync(sealer->data) < 0)
		r = FAULT(errno);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	assert(sealer->head.size == size);
	sealer->head.digest = *digest;
	consign_head_encode(bytes, &sealer->head);
	r = put_file(sealer, "head",
	    (struct str){ (const char *)bytes, sizeof(bytes) });
	/* The way to go on ends with it, and the keys it held. */
	if (r == 0)
		r = folder_settle(sealer->dir, sealer->head.id,
		    sealer->random);
	return TRACE(r);
}

int
sealer_drop(struct sealer *sealer)
{
	if (!sealer->is_begun)
		return 0;
	return TRACE(folder_remove(sealer->dir, sealer->head.id,
	    sealer->random));
}
