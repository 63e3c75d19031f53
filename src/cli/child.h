/*
 * One process of serve: how it is exec'd, and what it died of.
 *
 * A child waits in its last instant before exec until child_go(), so that the
 * parent can first tell others its process id (frames.h, PARENT_GATE).
 */
#ifndef STILE_CLI_CHILD_H
#define STILE_CLI_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/attr.h"

#define CHILD_CALM_MS 10000 /* up this long, it is no crash loop */

struct child {
	pid_t pid;	   /* 0: not running */
	int parent_fd;	   /* our end of the role's descriptor 4; -1: none */
	bool is_ready;	   /* it said PARENT_READY */
	int64_t started_us; /* monotonic */
};

/* What a child gets; the descriptors stay the parent's. */
struct child_plan {
	const char *role;
	const char *dir;
	int listen_fd; /* becomes 3 */
	int public_fd; /* becomes 5; -1: none */
	int lock_fd;   /* becomes 6: the lock lasts as long as any role */
};

/*
 * Fork a child that will exec `/proc/self/exe role ROLE DIR`.
 *
 * Returns: 0; fault. Must be followed by child_go().
 */
int child_fork(struct child *child, const struct child_plan *plan)
    MUST_USE NONNULL;

/* Let it exec. A child that died meanwhile is found by its parent's wait. */
void child_go(const struct child *child) NONNULL;

/* Tell it the gate's process id. Lost when it is not running. */
void child_tell_gate(const struct child *child, pid_t gate) NONNULL;

/*
 * Read what it said. Returns: true when it became ready just now.
 */
bool child_hear(struct child *child) NONNULL;

/*
 * Milliseconds to wait before the next start: doubling from
 * LIMIT_RESTART_FIRST_MS to longest_ms; from the beginning again after it had
 * served for CHILD_CALM_MS.
 *
 * last_ms: the wait before this start, 0 for none; served_ms: 0 when it never
 * got ready; longest_ms: timeouts.restart_ms of the settings.
 */
int64_t child_next_wait_ms(int64_t last_ms, int64_t served_ms,
    int64_t longest_ms);

/* It was waited for: forget it. */
void child_bury(struct child *child) NONNULL;

/* Write what a wait status means, e.g. "was killed by signal 31 (…)". */
void child_describe(char *text, size_t size, int status) NONNULL;

#endif
