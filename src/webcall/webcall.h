/*
 * HTTP as a client, several calls at once, without waiting longer than wanted.
 *
 * Everything that a server can push against is bounded: the bytes of an
 * answer, the time of a call. Redirects are not followed, no proxy is asked,
 * only http and https are spoken. Who must not look names up once it serves
 * (a sandbox) calls webcall_resolve() before.
 */
#ifndef STILE_WEBCALL_WEBCALL_H
#define STILE_WEBCALL_WEBCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct webcall_agent;

struct webcall_options {
	const char *ca;	     /* PEM file of authorities; NULL: the system's */
	bool is_ca_held;     /* read it now: it can not be opened later */
	const char *caller;  /* User-Agent */
};

enum webcall_end {
	WEBCALL_PENDING = 0,
	WEBCALL_DONE,	   /* answered: status, body */
	WEBCALL_FAILED,	   /* not answered: reason */
	WEBCALL_TOO_LARGE, /* the answer is longer than limit */
};

/* One call. The first members are the caller's, the others are set. */
struct webcall {
	const char *url;
	struct str post; /* body of a POST; p == NULL: GET. Lives as long */
	size_t limit;	 /* most bytes of an answer */
	void *context;

	enum webcall_end end;
	long status;
	uint64_t retry_s; /* Retry-After in seconds; 0: none */
	char type[64];	  /* Content-Type */
	struct buf body;
	char reason[256];
	void *handle; /* while pending */
};

enum {
	WEBCALL_E_CA = 1, /* new: the authorities' file cannot be read */
	WEBCALL_E_IDLE,	  /* wait: nothing ended in time */
	WEBCALL_E_STOP,	  /* wait: stop_fd became readable */
};

/* Returns: 0, *agent owned by the caller; WEBCALL_E_CA; fault. */
int webcall_agent_new(struct webcall_agent **agent,
    const struct webcall_options *options) MUST_USE NONNULL;

/* Release; NULL is fine. Calls must have ended. Returns: NULL. */
struct webcall_agent *webcall_agent_free(struct webcall_agent *agent);
void webcall_agent_freep(struct webcall_agent **agent);

/*
 * Host and port of a URL, http or https. Returns: false when it is none.
 */
bool webcall_parse_url(char host[static 256], uint16_t *port, const char *url)
    NONNULL;

/*
 * Look the host of a URL up now, for all later calls of the agent.
 *
 * Returns: 0; fault, and errors says why in one line.
 */
int webcall_resolve(struct webcall_agent *agent, const char *url,
    const char **why) MUST_USE NONNULL;

/*
 * Begin a call that may take timeout_ms. It must stay until it ended.
 *
 * Returns: 0; fault.
 */
int webcall_start(struct webcall_agent *agent, struct webcall *call,
    int64_t timeout_ms) MUST_USE NONNULL;

/* End a call that is pending: WEBCALL_FAILED, "given up". */
void webcall_cancel(struct webcall_agent *agent, struct webcall *call) NONNULL;

/* Free what a call holds; safe on a zeroed one. It must have ended. */
void webcall_fini(struct webcall *call) NONNULL;

/*
 * Wait until a call ends. stop_fd: -1, or a descriptor that ends the wait.
 *
 * Returns: 0 and *call; WEBCALL_E_IDLE; WEBCALL_E_STOP; fault.
 */
int webcall_wait(struct webcall_agent *agent, struct webcall **call,
    int64_t timeout_ms, int stop_fd) MUST_USE NONNULL;

/*
 * Start one call and wait until it ended; others go on meanwhile.
 *
 * Returns: 0, see call->end; fault.
 */
int webcall_run(struct webcall_agent *agent, struct webcall *call,
    int64_t timeout_ms) MUST_USE NONNULL;

#endif
