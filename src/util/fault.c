/* The trail of a fault: where it was raised and who passed it on. */
#include "util/fault.h"

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

void
fault_pass(int r, const char *file, int line)
{
	if (n_trail < LIMIT_FAULT_TRAIL)
		trail[n_trail++] = (struct place){ file, line, r };
}

void
fault_start(int r, const char *file, int line)
{
	n_trail = 0;
	fault_pass(r, file, line);
}

void
fault_trail(FILE *out)
{
	for (size_t i = 0; i < n_trail; i++)
		fprintf(out, "fault: %s at %s:%d\n", strerror(-trail[i].r),
		    trail[i].file, trail[i].line);
	n_trail = 0;
}
