/*
 * The process that reads formats: nothing but a view of the bytes that came,
 * and a line to the one that seals.
 *
 * It is forked before there is a key and has none; it opens nothing and can
 * write to nothing but its cuts (util/sandbox.h, SANDBOX_READER). A parser that
 * a hostile file takes over can name wrong ends and wrong identifiers, and can
 * end; it sees no key, changes no byte that is sealed or hashed, and reaches no
 * file and no network.
 *
 * Memory: the ring (ring.h), and CUTPROC_SLOTS slots of LIMIT_CONSIGN_CUTS for
 * cuts, each filled by the reader, then read and handed back by the sealer.
 */
#ifndef STILE_CONSIGN_CUTPROC_H
#define STILE_CONSIGN_CUTPROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "consign/form.h"
#include "consign/ring.h"
#include "util/attr.h"

#define CUTPROC_SLOTS 4

struct cutproc {
	pid_t pid;
	int fd; /* to it */
	uint8_t *slots; /* shared */
	bool is_locked; /* the slots, in memory */
};

enum {
	CUTPROC_E_END = 1, /* all was cut up to the end */
	CUTPROC_E_DIED,	   /* killed by what it read, or broken */
};

/*
 * Fork it. The caller holds no key yet. Returns: 0, for cutproc_fini(); fault.
 */
int cutproc_init(struct cutproc *proc, struct ring *ring, struct form *form,
    int32_t today) MUST_USE NONNULL;

/* End it and release all. */
void cutproc_fini(struct cutproc *proc) NONNULL;

/* Begin at this byte of the stream; before all else. Returns: 0; CUTPROC_E_DIED. */
int cutproc_begin(struct cutproc *proc, uint64_t from) MUST_USE NONNULL;

/* Tell that bytes up to this one are in the ring. Returns: 0; CUTPROC_E_DIED. */
int cutproc_tell(struct cutproc *proc, uint64_t available, bool is_end)
    MUST_USE NONNULL;

/*
 * Wait for cuts; *cuts is in the slot, which the reader may still change: copy
 * it before believing any of it.
 *
 * Returns: 0 and *slot to hand back; CUTPROC_E_END; CUTPROC_E_DIED; fault EINTR.
 */
int cutproc_wait(struct str *cuts, unsigned *slot, struct cutproc *proc)
    MUST_USE NONNULL;
int cutproc_hand_back(struct cutproc *proc, unsigned slot) MUST_USE NONNULL;

#endif
