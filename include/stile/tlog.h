/*
 * Transparency logs after C2SP: hash, prove, verify. Installed header.
 *
 * Stands on nothing but the C library's types; texts are pointer and length.
 * Implements RFC 6962 section 2.1, C2SP signed-note, tlog-checkpoint,
 * tlog-tiles and tlog-proof@v1. Every call is a pure function of its inputs,
 * apart from tlog_verify_directory(), which reads files.
 */
#ifndef STILE_TLOG_H
#define STILE_TLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"

enum tlog_result {
	TLOG_OK = 0,
	TLOG_BAD_KEY,	    /* the verifier key text is not one */
	TLOG_BAD_FORMAT,    /* the note, checkpoint or receipt is malformed */
	TLOG_BAD_SIGNATURE, /* not signed by the key, or of another origin */
	TLOG_BAD_PROOF,	    /* the hashes do not lead to the root */
	TLOG_BAD_LOG,	    /* an entry or tile is wrong; see the message */
	TLOG_ABSENT,	    /* no such log */
	TLOG_FAULT,	    /* memory or reading failed */
};

/* A checkpoint that was believed. */
struct tlog_head {
	uint64_t size;
	struct digest root;
};

/* The leaf hash of an entry; entry may be NULL when len is 0. */
void tlog_leaf_hash(struct digest *leaf, const void *entry, size_t len);

/* The hash of an inner node. */
void tlog_node_hash(struct digest *node, const struct digest *left,
    const struct digest *right);

/* Is leaf the index-th of size leaves under root? TLOG_OK, TLOG_BAD_PROOF. */
enum tlog_result tlog_verify_inclusion(const struct digest *root, uint64_t size,
    uint64_t index, const struct digest *leaf, const struct digest *hashes,
    size_t n_hashes);

/* Is the old tree a prefix of the other? TLOG_OK, TLOG_BAD_PROOF. */
enum tlog_result tlog_verify_consistency(const struct digest *old_root,
    uint64_t old_size, const struct digest *root, uint64_t size,
    const struct digest *hashes, size_t n_hashes);

/*
 * Believe a signed checkpoint under a vkey.
 *
 * Returns: TLOG_OK and *head; TLOG_BAD_KEY, _FORMAT, _SIGNATURE.
 */
enum tlog_result tlog_verify_checkpoint(struct tlog_head *head,
    const char *note, size_t note_len, const char *vkey, size_t vkey_len);

/*
 * Does a tlog-proof@v1 text place this leaf hash in the log of the vkey?
 *
 * Returns: TLOG_OK, *head and *index; TLOG_BAD_KEY, _FORMAT, _SIGNATURE,
 * _PROOF; TLOG_FAULT.
 */
enum tlog_result tlog_verify_receipt(struct tlog_head *head, uint64_t *index,
    const char *receipt, size_t receipt_len, const struct digest *leaf,
    const char *vkey, size_t vkey_len);

/*
 * Verify every tile and entry of the log directory against its checkpoint.
 *
 * message: one line that names the first bad thing; size bytes with the NUL.
 * Returns: TLOG_OK and *head; any other.
 */
enum tlog_result tlog_verify_directory(struct tlog_head *head,
    const char *path, const char *vkey, size_t vkey_len, char *message,
    size_t size);

#endif
