/* The installed interface over the rest of this room; see stile/tlog.h. */
#include "stile/tlog.h"

#include <stdio.h>

#include "limits.h"
#include "tlog/audit.h"
#include "tlog/checkpoint.h"
#include "tlog/logdir.h"
#include "tlog/merkle.h"
#include "tlog/note.h"
#include "tlog/proof.h"
#include "tlog/receipt.h"
#include "util/arena.h"

enum {
	MESSAGE_MAX = 512,
};

void
tlog_leaf_hash(struct digest *leaf, const void *entry, size_t len)
{
	tlog_merkle_leaf(leaf, (struct str){ entry, len });
}

void
tlog_node_hash(struct digest *node, const struct digest *left,
    const struct digest *right)
{
	tlog_merkle_node(node, left, right);
}

enum tlog_result
tlog_verify_inclusion(const struct digest *root, uint64_t size, uint64_t index,
    const struct digest *leaf, const struct digest *hashes, size_t n_hashes)
{
	return tlog_proof_verify_inclusion(root, size, index, leaf, hashes,
		   n_hashes) == 0
	    ? TLOG_OK
	    : TLOG_BAD_PROOF;
}

enum tlog_result
tlog_verify_consistency(const struct digest *old_root, uint64_t old_size,
    const struct digest *root, uint64_t size, const struct digest *hashes,
    size_t n_hashes)
{
	return tlog_proof_verify_consistency(old_root, old_size, root, size,
		   hashes, n_hashes) == 0
	    ? TLOG_OK
	    : TLOG_BAD_PROOF;
}

static enum tlog_result
checkpoint_result(int r)
{
	switch (r) {
	case 0:
		return TLOG_OK;
	case TLOG_CHECKPOINT_E_FORMAT:
		return TLOG_BAD_FORMAT;
	case TLOG_CHECKPOINT_E_SIGNATURE:
	case TLOG_CHECKPOINT_E_ORIGIN:
		return TLOG_BAD_SIGNATURE;
	default:
		return TLOG_FAULT;
	}
}

enum tlog_result
tlog_verify_checkpoint(struct tlog_head *head, const char *note,
    size_t note_len, const char *vkey, size_t vkey_len)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_note_key key;
	int r;

	if (tlog_note_key_parse(&key, (struct str){ vkey, vkey_len }) != 0)
		return TLOG_BAD_KEY;
	r = tlog_checkpoint_open(&checkpoint, (struct str){ note, note_len },
	    &key);
	if (r == 0)
		*head = (struct tlog_head){ checkpoint.size, checkpoint.root };
	return checkpoint_result(r);
}

static enum tlog_result
receipt_result(int r)
{
	switch (r) {
	case 0:
		return TLOG_OK;
	case TLOG_RECEIPT_E_FORMAT:
	case TLOG_RECEIPT_E_LIMIT:
		return TLOG_BAD_FORMAT;
	case TLOG_RECEIPT_E_SIGNATURE:
		return TLOG_BAD_SIGNATURE;
	case TLOG_RECEIPT_E_PROOF:
		return TLOG_BAD_PROOF;
	default:
		return TLOG_FAULT;
	}
}

enum tlog_result
tlog_verify_receipt(struct tlog_head *head, uint64_t *index,
    const char *receipt_text, size_t receipt_len, const struct digest *leaf,
    const char *vkey, size_t vkey_len)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_checkpoint checkpoint;
	struct tlog_receipt receipt;
	struct tlog_note_key key;
	int r;

	if (tlog_note_key_parse(&key, (struct str){ vkey, vkey_len }) != 0)
		return TLOG_BAD_KEY;
	arena_init(&arena, LIMIT_TLOG_RECEIPT_BYTES);
	r = tlog_receipt_parse(&receipt, &arena,
	    (struct str){ receipt_text, receipt_len });
	if (r == 0)
		r = tlog_receipt_verify(&receipt, &checkpoint, leaf, &key);
	if (r == 0) {
		*head = (struct tlog_head){ checkpoint.size, checkpoint.root };
		*index = receipt.index;
	}
	return receipt_result(r);
}

static enum tlog_result
audit_directory(const struct tlog_head *head, struct tlog_logdir *dir,
    char *message, size_t size)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_audit_finding finding;
	struct tlog_audit_source source = tlog_logdir_source(dir);
	int r = tlog_audit_run(&source, &finding, head->size, &head->root);

	buf_init(&text, MESSAGE_MAX);
	if (r >= 0)
		tlog_audit_describe(&finding, &text);
	snprintf(message, size, "%.*s", STR_ARG(buf_str(&text)));
	if (r != 0)
		return r > 0 ? TLOG_BAD_LOG : TLOG_FAULT;
	return TLOG_OK;
}

enum tlog_result
tlog_verify_directory(struct tlog_head *head, const char *path,
    const char *vkey, size_t vkey_len, char *message, size_t size)
{
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	CLEANUP(arena_fini) struct arena arena = { 0 };
	enum tlog_result result;
	struct str note;
	int r = tlog_logdir_open(&dir, path);

	snprintf(message, size, "%s", "the log could not be read");
	arena_init(&arena, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	if (r == 0)
		r = tlog_logdir_checkpoint(dir, &note, &arena);
	if (r > 0)
		snprintf(message, size, "%s", "there is no log here");
	if (r != 0)
		return r > 0 ? TLOG_ABSENT : TLOG_FAULT;
	result = tlog_verify_checkpoint(head, note.p, note.len, vkey, vkey_len);
	if (result != TLOG_OK) {
		snprintf(message, size, "%s",
		    result == TLOG_BAD_KEY ? "the key is not a verifier key"
					   : "checkpoint: not signed by the key");
		return result;
	}
	return audit_directory(head, dir, message, size);
}
