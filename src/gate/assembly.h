/*
 * The gate put together from its inputs: vocabulary, the log's edge, the time
 * of the newest entry. For the process, the command line and the simulator.
 */
#ifndef STILE_GATE_ASSEMBLY_H
#define STILE_GATE_ASSEMBLY_H

#include "gate/path.h"
#include "util/diag.h"

/*
 * Fill in what follows from the inputs of *gate (store open for writing,
 * source, keys, clock, random, holder, dir set; all else zero).
 *
 * Returns: 0, to be ended by assembly_fini(); STORE_E_*; fault.
 */
int assembly_init(struct gate *gate) MUST_USE NONNULL;

/* Release what assembly_init() and force_load() made; not the inputs. */
void assembly_fini(struct gate *gate) NONNULL;

/*
 * Have the head of the log signed, as after a start or a keeper's absence.
 *
 * Returns: 0; KEYS_E_*; fault.
 */
int assembly_sign_head(struct gate *gate) MUST_USE NONNULL;

/*
 * The clock must not be behind the newest entry, but for the little that a
 * clock may be set back: times in the log do not run backwards.
 *
 * Returns: 0; ASSEMBLY_E_CLOCK, and diags say both times.
 */
enum {
	ASSEMBLY_E_CLOCK = 1,
};
int assembly_check_clock(const struct gate *gate, struct diag_list *diags)
    MUST_USE NONNULL;

#endif
