/*
 * The packs in force: loaded together, replaced together or not at all (P11).
 */
#ifndef STILE_GATE_FORCE_H
#define STILE_GATE_FORCE_H

#include "gate/path.h"
#include "util/diag.h"

enum {
	FORCE_E_REFUSED = 1, /* the old packs stand; the diagnostics say why */
};

/*
 * Load the named packs from DIR/packs, each signed by its authority
 * (DIR/trust/<authority>.vkey), none older than one that was in force, and put
 * them in force; every change is an entry. Own transaction.
 *
 * Returns: 0; FORCE_E_REFUSED; KEYS_E_* as 16 + it; fault.
 */
int force_load(struct gate *gate, const struct str *names, size_t n_names,
    int64_t now_us, struct diag_list *diags) MUST_USE;

/* Free the packs in force. */
void force_fini(struct gate *gate) NONNULL;

#endif
