/*
 * A consignment as a source of records (source/source.h): one exact identifier,
 * at most one record.
 *
 * The token that finds and opens the record is made by the keeper, one at a
 * time; the gate that runs this holds no key that opens another. None, many,
 * and a record that cannot be read walk the same path: one look-up, one piece
 * read and one attempt to open it.
 */
#ifndef STILE_CONSIGN_SOURCE_CONSIGN_H
#define STILE_CONSIGN_SOURCE_CONSIGN_H

#include "consign/piece.h"
#include "crypto/seal.h"
#include "source/source.h"
#include "util/attr.h"

/*
 * Make the token of a canonical subject under a wrapped index key.
 *
 * Returns: 0; > 0 when the keeper does not answer or refuses; fault.
 */
typedef int source_consign_ask_fn(void *context, struct piece_token *token,
    const struct seal_wrapped *index, struct str subject);

/* It opens by source_consign_open() only. */
extern const struct source_backend source_consign_backend;

/*
 * Open the consignment id of the holder's directory dir. today: for ages and
 * plate years. ask and context outlive the source.
 *
 * Returns: 0; SOURCE_E_DOWN (absent, erased, unfinished, damaged); fault.
 */
int source_consign_open(struct source *source, const char *dir,
    const char *id, int32_t today, source_consign_ask_fn *ask, void *context)
    MUST_USE NONNULL;

#endif
