/* The real clocks; see clock.h. */
#include "util/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t
read_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
system_now_us(void *context)
{
	(void)context;
	return read_us(CLOCK_REALTIME);
}

struct clock
clock_system(void)
{
	return (struct clock){ .now_us = system_now_us, .context = NULL };
}

int64_t
clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}
