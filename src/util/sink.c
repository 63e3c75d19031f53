/* Buffered writing; see sink.h. */
#include "util/sink.h"

#include <errno.h>

#include "util/fault.h"
#include "util/file.h"

#define ENOUGH ((size_t)256 << 10)

void
sink_init(struct sink *sink, int fd, size_t piece)
{
	*sink = (struct sink){ .fd = fd, .enough = ENOUGH };
	buf_init(&sink->buf, ENOUGH + piece);
}

void
sink_fini(struct sink *sink)
{
	buf_fini(&sink->buf);
}

int
sink_pass(struct sink *sink)
{
	return sink->buf.len < sink->enough && sink->buf.failed == 0
	    ? 0
	    : TRACE(sink_end(sink));
}

int
sink_end(struct sink *sink)
{
	int r = buf_finish(&sink->buf);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(ENOBUFS);
	r = file_write_all(sink->fd, buf_str(&sink->buf));
	sink->passed += sink->buf.len;
	buf_reset(&sink->buf);
	return TRACE(r);
}
