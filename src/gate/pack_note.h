/*
 * The signature of a pack: a signed note over the hashes of its files.
 */
#ifndef STILE_GATE_PACK_NOTE_H
#define STILE_GATE_PACK_NOTE_H

#include "gate/pack.h"

/*
 * Fold the folder's files into pack->hash and hold pack.sig against it.
 *
 * vkey empty: the hash is made, no signature is asked for.
 * Returns: 0; PACK_E_BAD; fault.
 */
int pack_note_check(struct pack *pack, int folder, struct str vkey,
    struct diag_list *diags) MUST_USE;

/* Write pack.sig. Returns: 0; PACK_E_BAD (unusable key); fault. */
int pack_note_sign(struct pack *pack, int folder, struct str skey,
    struct diag_list *diags) MUST_USE;

#endif
