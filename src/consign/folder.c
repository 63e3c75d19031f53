/* A consignment's folder; see folder.h. */
#include "consign/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fault.h"
#include "util/file.h"

static const char *const state_texts[] = {
	[FOLDER_ABSENT] = "absent",
	[FOLDER_UNFINISHED] = "unfinished",
	[FOLDER_HELD] = "held",
	[FOLDER_ERASED] = "erased",
	[FOLDER_DAMAGED] = "damaged",
};

/* Keys, in the order in which they are erased. */
static const char *const secrets[] = { "keys", "work", "keys.new",
	"work.new" };

static const char *const others[] = { "resume", "resume.new", "index", "data",
	"runs", "form", "form.new", "head.new" };

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int
folder_path(char path[static FOLDER_PATH], const char *dir, const char *id,
    const char *name)
{
	int n = snprintf(path, FOLDER_PATH, "%s/consign%s%s%s%s", dir,
	    id != NULL ? "/" : "", id != NULL ? id : "",
	    name != NULL ? "/" : "", name != NULL ? name : "");

	return n < 0 || n >= FOLDER_PATH ? FAULT(ENAMETOOLONG) : 0;
}

int
folder_open(const char *dir, const char *id)
{
	char path[FOLDER_PATH];
	int r = folder_path(path, dir, id, NULL);
	int fd;

	if (r < 0)
		return TRACE(r);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? FAULT(errno) : fd;
}

static bool
has_file(int folder, const char *name)
{
	struct stat info;

	return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(info.st_mode);
}

/* Read a file of a fixed size. Returns: 0; FILE_E_*; fault. */
static int
read_fixed(struct str *bytes, struct arena *arena, int folder, const char *name,
    size_t size)
{
	int r = file_read(bytes, arena, folder, name, size);

	if (r == 0 && bytes->len != size)
		return FILE_E_KIND;
	return r < 0 ? TRACE(r) : r;
}

static int
look(enum folder_state *state, struct consign_head *head, int folder,
    const char *id)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct str bytes;
	int r;

	arena_init(&arena, 2 * CONSIGN_HEAD_BYTES);
	r = read_fixed(&bytes, &arena, folder, "head", CONSIGN_HEAD_BYTES);
	if (r < 0)
		return TRACE(r);
	if (r == FILE_E_ABSENT)
		*state = FOLDER_UNFINISHED;
	else if (r > 0 || consign_head_decode(head, bytes) != 0 ||
	    strcmp(head->id, id) != 0)
		*state = FOLDER_DAMAGED;
	else
		*state = has_file(folder, "keys") ? FOLDER_HELD
						  : FOLDER_ERASED;
	return 0;
}

int
folder_look(enum folder_state *state, struct consign_head *head,
    const char *dir, const char *id)
{
	CLEANUP(closep) int folder = -1;

	*head = (struct consign_head){ 0 };
	*state = FOLDER_ABSENT;
	if (!consign_head_is_id(str_of(id)))
		return 0;
	folder = folder_open(dir, id);
	if (folder == -ENOENT)
		return 0;
	if (folder < 0)
		return TRACE(folder);
	return TRACE(look(state, head, folder, id));
}

const char *
folder_state_text(enum folder_state state)
{
	return state_texts[state];
}

int
folder_keys(struct keyfile *file, const char *dir, const char *id)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	CLEANUP(closep) int folder = folder_open(dir, id);
	struct str bytes;
	int r;

	arena_init(&arena, 2 * KEYFILE_BYTES);
	*file = (struct keyfile){ 0 };
	if (folder < 0)
		return folder == -ENOENT ? KEYFILE_E_BAD : TRACE(folder);
	r = read_fixed(&bytes, &arena, folder, "keys", KEYFILE_BYTES);
	if (r != 0)
		return r < 0 ? TRACE(r) : KEYFILE_E_BAD;
	r = keyfile_decode(file, bytes);
	return r == 0 && strcmp(file->id, id) == 0 ? 0 : KEYFILE_E_BAD;
}

static int
is_consignment(const struct dirent *entry)
{
	return consign_head_is_id(str_of(entry->d_name));
}

int
folder_each(const char *dir, folder_each_fn *each, void *context)
{
	struct dirent **entries = NULL;
	char path[FOLDER_PATH];
	int r = folder_path(path, dir, NULL, NULL);
	int n;

	if (r < 0)
		return TRACE(r);
	n = scandir(path, &entries, is_consignment, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0 : FAULT(errno);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = each(context, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return r < 0 ? TRACE(r) : 0;
}

/* Overwrite what a secret file holds, in its place. */
static int
overwrite(int fd, const struct random *random)
{
	uint8_t noise[4096];
	struct stat info;

	if (fstat(fd, &info) < 0)
		return FAULT(errno);
	for (off_t at = 0; at < info.st_size; at += (off_t)sizeof(noise)) {
		size_t len = (size_t)MIN(info.st_size - at,
		    (off_t)sizeof(noise));

		random_fill(random, noise, sizeof(noise));
		if (pwrite(fd, noise, len, at) != (ssize_t)len)
			return FAULT(errno != 0 ? errno : EIO);
	}
	return fdatasync(fd) < 0 ? FAULT(errno) : 0;
}

static int
erase_secret(int folder, const char *name, const struct random *random)
{
	CLEANUP(closep) int fd = openat(folder, name, O_WRONLY | O_CLOEXEC |
		O_NOFOLLOW | O_NONBLOCK);
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : FAULT(errno);
	r = overwrite(fd, random);
	if (r < 0)
		return TRACE(r);
	return unlinkat(folder, name, 0) < 0 ? FAULT(errno) : 0;
}

static int
erase(int folder, const struct random *random)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(secrets) && r == 0; i++)
		r = erase_secret(folder, secrets[i], random);
	if (r < 0)
		return TRACE(r);
	/* From here on nothing opens it, whatever comes after. */
	if (fsync(folder) < 0)
		return FAULT(errno);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (unlinkat(folder, others[i], 0) < 0 && errno != ENOENT)
			return FAULT(errno);
	}
	return fsync(folder) < 0 ? FAULT(errno) : 0;
}

int
folder_settle(const char *dir, const char *id, const struct random *random)
{
	CLEANUP(closep) int folder = folder_open(dir, id);
	int r;

	if (folder < 0)
		return TRACE(folder);
	r = erase_secret(folder, "work", random);
	if (r < 0)
		return TRACE(r);
	if ((unlinkat(folder, "resume", 0) < 0 && errno != ENOENT) ||
	    (unlinkat(folder, "runs", 0) < 0 && errno != ENOENT))
		return FAULT(errno);
	return fsync(folder) < 0 ? FAULT(errno) : 0;
}

int
folder_erase(const char *dir, const char *id, const struct random *random)
{
	CLEANUP(closep) int folder = folder_open(dir, id);

	if (folder < 0)
		return TRACE(folder);
	return TRACE(erase(folder, random));
}

int
folder_remove(const char *dir, const char *id, const struct random *random)
{
	CLEANUP(closep) int folder = folder_open(dir, id);
	char path[FOLDER_PATH];
	int r;

	if (folder < 0)
		return folder == -ENOENT ? 0 : TRACE(folder);
	r = erase(folder, random);
	if (r == 0 && unlinkat(folder, "head", 0) < 0 && errno != ENOENT)
		r = FAULT(errno);
	if (r == 0)
		r = folder_path(path, dir, id, NULL);
	if (r < 0)
		return TRACE(r);
	return rmdir(path) < 0 ? FAULT(errno) : 0;
}
