/*
 * The keys the gate does not hold: what it asks of the keeper.
 *
 * An interface, so that the gate runs the same beside a real keeper
 * (keys_channel.h) and under a simulator.
 */
#ifndef STILE_GATE_KEYS_H
#define STILE_GATE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "consign/piece.h"
#include "crypto/seal.h"
#include "stile/digest.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

enum {
	KEYS_E_DOWN = 1, /* the keeper does not answer (now) */
	KEYS_E_REFUSED,	 /* it refused: a rolled-back or forked log */
};

struct keys {
	/* Index n subjects. Returns: 0; KEYS_E_DOWN; KEYS_E_REFUSED; fault. */
	int (*index)(void *context, struct digest *indexes,
	    const struct str *subjects, size_t n);
	/*
	 * Sign the checkpoint of a size, given the consistency proof from
	 * signed_size. Returns: 0 and the note in the arena; as index.
	 */
	int (*sign)(void *context, struct str *note, struct arena *arena,
	    uint64_t size, const struct digest *root,
	    const struct digest *proof, size_t n_proof);
	/* Open a wrapped key. Returns: as index. */
	int (*unwrap)(void *context, struct seal_key *key, struct str wrapped);
	/*
	 * The token of one identifier in a consignment, under its wrapped index
	 * key. Returns: as index.
	 */
	int (*token)(void *context, struct piece_token *token,
	    const struct seal_wrapped *wrapped, struct str subject);
	/* The keeper's half of what opens a whole consignment. As index. */
	int (*half)(void *context, struct seal_key *key,
	    const struct seal_wrapped *wrapped);
	/*
	 * What the keeper says of itself; asked anew after it was restarted.
	 * signed_size: of the last checkpoint it signed, 0 for none.
	 */
	int (*hello)(void *context, uint64_t *signed_size,
	    struct seal_public *seal_public);
	void *context;
};

#endif
