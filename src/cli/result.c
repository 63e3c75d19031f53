/* JSON of what was done; see result.h. */
#include "cli/result.h"

#include <errno.h>

#include "limits.h"

void
result_begin(struct result *result, struct cli *cli)
{
	result->cli = cli;
	buf_init(&result->buf, LIMIT_FILE_BYTES);
	json_init(&result->json, &result->buf);
	json_open_object(&result->json);
}

void
result_end(struct result *result)
{
	struct buf *buf = &result->buf;

	json_close_object(&result->json);
	buf_add_char(buf, '\n');
	if (buf_finish(buf) != 0)
		verb_fault(result->cli, ENOMEM, "result");
	else
		fwrite(buf->bytes, 1, buf->len, result->cli->out.file);
	buf_fini(buf);
}
