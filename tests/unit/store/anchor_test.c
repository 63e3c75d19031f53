/* Files under a writer that are not what they were. */
#include "store/anchor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static char folder[] = "/tmp/stile_anchor_XXXXXX";
static char database[64];
static char journal[64];
static char other[64];

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, text, strlen(text)) ==
		(ssize_t)strlen(text));
	close(fd);
}

static void
begin(struct anchor *anchor)
{
	put(database, "database");
	put(journal, "log");
	anchor_init(anchor, database);
	check(anchor_look(anchor) == NULL);
}

static void
files_that_stay_and_grow_are_held(void)
{
	struct anchor anchor;

	begin(&anchor);
	put(journal, "log log");
	check(anchor_look(&anchor) == NULL);
	check(anchor_look(&anchor) == NULL);
}

static void
a_log_that_comes_later_is_remembered_when_it_comes(void)
{
	struct anchor anchor;

	put(database, "database");
	unlink(journal);
	anchor_init(&anchor, database);
	check(anchor_look(&anchor) == NULL);
	put(journal, "log");
	check(anchor_look(&anchor) == NULL);
	unlink(journal);
	check_str(str_of(anchor_look(&anchor)), str_of(journal));
}

static void
h24_unlinked_renamed_or_replaced_is_seen(void)
{
	struct anchor anchor;

	begin(&anchor);
	unlink(database);
	check_str(str_of(anchor_look(&anchor)), str_of(database));
	begin(&anchor);
	check(rename(database, other) == 0);
	check(anchor_look(&anchor) != NULL);
	put(database, "database"); /* alike, and another file */
	check(anchor_look(&anchor) != NULL);
	unlink(other);
	begin(&anchor);
	check(rename(journal, other) == 0 && symlink("/dev/null", journal) == 0);
	check_str(str_of(anchor_look(&anchor)), str_of(journal));
	unlink(journal);
	check(mkfifo(journal, 0600) == 0);
	check(anchor_look(&anchor) != NULL);
	unlink(journal);
	unlink(other);
}

static void
h24_a_log_cut_behind_the_writer_s_back_is_seen(void)
{
	struct anchor anchor;

	begin(&anchor);
	check(truncate(journal, 1) == 0);
	check_str(str_of(anchor_look(&anchor)), str_of(journal));
	begin(&anchor);
	anchor_forget_size(&anchor); /* the writer's own doing */
	check(truncate(journal, 0) == 0);
	check(anchor_look(&anchor) == NULL);
}

static const struct tap_test tests[] = {
	TEST(files_that_stay_and_grow_are_held),
	TEST(a_log_that_comes_later_is_remembered_when_it_comes),
	TEST(h24_unlinked_renamed_or_replaced_is_seen),
	TEST(h24_a_log_cut_behind_the_writer_s_back_is_seen),
};

int
main(int argc, char **argv)
{
	int status;

	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(database, sizeof(database), "%s/db", folder);
	snprintf(journal, sizeof(journal), "%s/db-wal", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	status = tap_main(tests, ARRAY_LEN(tests), argc, argv);
	unlink(database);
	unlink(journal);
	rmdir(folder);
	return status;
}
