/* Bytes in memory as the source of a log, a few at a time. */
#ifndef TESTS_AUDIT_SOURCE_H
#define TESTS_AUDIT_SOURCE_H

#include <string.h>

#include "util/attr.h"
#include "util/str.h"

struct audit_source {
	struct str text;
	size_t at;
	size_t most; /* bytes at once; 0: any number */
};

/* A csv_file_source_fn. */
static inline int
audit_source_read(void *context, char *bytes, size_t room, size_t *n)
{
	struct audit_source *source = context;

	*n = MIN(room, source->text.len - source->at);
	if (source->most > 0)
		*n = MIN(*n, source->most);
	memcpy(bytes, source->text.p + source->at, *n);
	source->at += *n;
	return 0;
}

#endif
