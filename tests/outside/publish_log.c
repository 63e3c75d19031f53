/*
 * Lets the clerk's publisher write a log in steps, beginning afresh between
 * them, for a stranger to judge; says the vkey it is signed with.
 * usage: publish_log DIR SIZE (DIR is not there yet)
 */
#include <stdio.h>
#include <stdlib.h>

#include "clerk/publish.h"
#include "holder_log.h"

/* One life of a clerk: open, publish the newest, close. */
static bool
publish_once(struct holder_log *holder)
{
	struct eventlog log = eventlog_stderr("clerk");
	struct publish publish = { .store = holder->store,
		.key = &holder->signer.key, .log = &log,
		.path = holder->log_path };
	bool is_done = publish_open(&publish) == 0 &&
	    publish_checkpoint(&publish, buf_str(&holder->note)) == 0;

	publish_close(&publish);
	return is_done;
}

int
main(int argc, char **argv)
{
	struct holder_log holder;
	struct buf vkey;
	uint64_t size;
	bool is_done = true;

	if (argc != 3)
		return 2;
	size = strtoull(argv[2], NULL, 10);
	holder_log_begin(&holder);
	for (uint64_t step = size / 3 + 1; is_done && holder.size < size;) {
		holder_log_grow(&holder, MIN(step, size - holder.size));
		is_done = publish_once(&holder);
	}
	is_done = is_done && rename(holder.log_path, argv[1]) == 0;
	buf_init(&vkey, 1024);
	tlog_note_key_format(&holder.signer.key, &vkey);
	printf("%s\n", vkey.bytes);
	buf_fini(&vkey);
	holder_log_end(&holder);
	return is_done && !tap_failed ? 0 : 1;
}
