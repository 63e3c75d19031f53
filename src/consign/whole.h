/*
 * Opening a consignment whole: by the keeper's half and the custodians' shares,
 * into one file, byte for byte what came.
 */
#ifndef STILE_CONSIGN_WHOLE_H
#define STILE_CONSIGN_WHOLE_H

#include <stddef.h>
#include <stdint.h>

#include "consign/receive.h"
#include "crypto/shamir.h"
#include "util/attr.h"
#include "util/diag.h"

struct whole_options {
	const char *dir;
	const char *id;
	const struct seal_key *half;
	const struct shamir_share *shares;
	size_t n_shares;
	const char *path; /* of the file to be written; it must not exist */
	receive_progress_fn progress; /* may be NULL */
	void *context;
};

enum {
	WHOLE_E_REFUSED = 1, /* nothing was written; diags say why */
};

/*
 * Open it. What is written is compared with the digest of what came before the
 * file gets its name.
 *
 * Returns: 0, durable; WHOLE_E_REFUSED; fault, and there is no file.
 */
int whole_open(struct diag_list *diags, const struct whole_options *options)
    MUST_USE NONNULL;

#endif
