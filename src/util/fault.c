/* The trail of a fault: where it was raised and who passed it on. */
#include "util/fault.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "limits.h"

struct place {
	const char *file;
	int line;
	int r;
};

/* Diagnostics of this process alone; roles are single-threaded. */
static _Thread_local struct place trail[LIMIT_FAULT_TRAIL];
static _Thread_local size_t n_trail;

static void
note(int r, const char *file, int line)
{
	if (n_trail < LIMIT_FAULT_TRAIL)
		trail[n_trail++] = (struct place){ file, line, r };
}

int
fault_raise(int error, const char *file, int line)
{
	/* A library that reports failure without errno must not turn into 0. */
	if (error <= 0)
		error = EIO;
	n_trail = 0;
	note(-error, file, line);
	return -error;
}

int
fault_trace(int r, const char *file, int line)
{
	if (r < 0)
		note(r, file, line);
	return r;
}

void
fault_trail(FILE *out)
{
	for (size_t i = 0; i < n_trail; i++)
		fprintf(out, "fault: %s at %s:%d\n", strerror(-trail[i].r),
		    trail[i].file, trail[i].line);
	n_trail = 0;
}
