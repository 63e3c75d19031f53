/*
 * Writes a log directory with our own code for a stranger to judge, and says
 * the vkey it is signed with. usage: write_log DIR SIZE
 */
#include <stdio.h>
#include <stdlib.h>

#include "file_log.h"

int
main(int argc, char **argv)
{
	struct tlog_note_signer signer = file_log_signer();
	struct buf vkey;

	if (argc != 3) {
		fputs("usage: write_log DIR SIZE\n", stderr);
		return 2;
	}
	file_log_write(argv[1], strtoull(argv[2], NULL, 10), 300);
	buf_init(&vkey, 1024);
	tlog_note_key_format(&signer.key, &vkey);
	printf("%s\n", vkey.bytes);
	buf_fini(&vkey);
	return 0;
}
