/*
 * Time as an input.
 *
 * Nothing below the roles asks the system for the time: it is handed a clock,
 * so that the same gate runs under a simulator. Real clocks are in clock.c,
 * a settable one is two lines in a test.
 */
#ifndef STILE_UTIL_CLOCK_H
#define STILE_UTIL_CLOCK_H

#include <stdint.h>

#include "util/attr.h"

struct clock {
	/* Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted. */
	int64_t (*now_us)(void *context);
	void *context;
};

/* The system's wall clock. */
struct clock clock_system(void);

/* A monotonic clock, for durations only. */
int64_t clock_monotonic_us(void);

static inline int64_t
clock_now_us(const struct clock *clock)
{
	return clock->now_us(clock->context);
}

#endif
