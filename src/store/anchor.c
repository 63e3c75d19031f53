/* Names and files of a database; see anchor.h. */
#include "store/anchor.h"

#include <stdio.h>

#define LOG 1 /* its place among the files */

void
anchor_init(struct anchor *anchor, const char *path)
{
	static const char *const ends[ANCHOR_FILES] = { "", "-wal", "-shm" };

	*anchor = (struct anchor){ 0 };
	for (size_t i = 0; i < ANCHOR_FILES; i++)
		snprintf(anchor->files[i].path, sizeof(anchor->files[i].path),
		    "%s%s", path, ends[i]);
}

static bool
is_same(struct anchor_file *file, const struct stat *st, bool is_log)
{
	if (!file->is_known) {
		file->is_known = true;
		file->device = st->st_dev;
		file->inode = st->st_ino;
	}
	if (st->st_dev != file->device || st->st_ino != file->inode ||
	    !S_ISREG(st->st_mode) || st->st_nlink == 0)
		return false;
	if (is_log && st->st_size < file->size)
		return false;
	file->size = st->st_size;
	return true;
}

const char *
anchor_look(struct anchor *anchor)
{
	for (size_t i = 0; i < ANCHOR_FILES; i++) {
		struct anchor_file *file = &anchor->files[i];
		struct stat st;

		if (stat(file->path, &st) != 0) {
			if (file->is_known)
				return file->path;
		} else if (!is_same(file, &st, i == LOG)) {
			return file->path;
		}
	}
	return NULL;
}

void
anchor_forget_size(struct anchor *anchor)
{
	anchor->files[LOG].size = 0;
}
