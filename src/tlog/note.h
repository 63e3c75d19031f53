/*
 * Signed notes (C2SP signed-note): text, an empty line, signature lines.
 *
 * Key types: 0x01 Ed25519 over the text, 0x04 Ed25519 timestamped cosignature
 * of a checkpoint (C2SP tlog-cosignature).
 *	vkey  name+hhhhhhhh+base64(type || public key)
 *	skey  PRIVATE+KEY+name+hhhhhhhh+base64(type || seed)
 */
#ifndef STILE_TLOG_NOTE_H
#define STILE_TLOG_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/ed25519.h"
#include "limits.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum tlog_note_type {
	TLOG_NOTE_ED25519 = 0x01,
	TLOG_NOTE_COSIGNATURE = 0x04,
};

/* Who signed: name and key id, as both sides of a key have it. */
struct tlog_note_name {
	size_t len;
	char text[LIMIT_TLOG_NAME + 1]; /* no space, no '+', ends in NUL */
};

/* The public half. */
struct tlog_note_key {
	struct tlog_note_name name;
	uint32_t id; /* first bytes of SHA-256(name, '\n', type, public key) */
	enum tlog_note_type type;
	struct ed25519_public public;
};

/* The secret half: wipe it. */
struct tlog_note_signer {
	struct tlog_note_key key;
	struct ed25519_secret secret;
};

struct tlog_note_signature {
	struct str name;
	uint32_t id;
	struct str base64; /* with the id; decodes to at least 5 bytes */
};

/* A note taken apart; it borrows from the text it was parsed from. */
struct tlog_note {
	struct str text; /* with its last newline: what is signed */
	size_t n_signatures;
	struct tlog_note_signature signatures[LIMIT_TLOG_SIGNATURES];
};

/* What one key had to say about a note. */
struct tlog_note_verdict {
	bool is_signed; /* and the signature is good */
	uint64_t time;	/* of a cosignature: seconds since 1970 */
};

enum {
	TLOG_NOTE_E_KEY = 1,  /* not a well-formed key, or its id is wrong */
	TLOG_NOTE_E_NAME,     /* empty, too long, a '+', space or bad UTF-8 */
	TLOG_NOTE_E_FORMAT,   /* not a well-formed note */
	TLOG_NOTE_E_BAD,      /* a known key's signature is wrong */
	TLOG_NOTE_E_UNSIGNED, /* no known key signed */
};

/* Read a vkey of a known type. Returns: 0; TLOG_NOTE_E_KEY. */
int tlog_note_key_parse(struct tlog_note_key *key, struct str vkey)
    MUST_USE NONNULL;

/* Append the vkey text. */
void tlog_note_key_format(const struct tlog_note_key *key, struct buf *vkey)
    NONNULL;

/* Make a signer from a seed. Returns: 0; TLOG_NOTE_E_NAME. */
int tlog_note_signer_init(struct tlog_note_signer *signer, struct str name,
    enum tlog_note_type type, const struct ed25519_seed *seed) MUST_USE NONNULL;

/* Read an skey of a known type. Returns: 0; TLOG_NOTE_E_KEY. */
int tlog_note_signer_parse(struct tlog_note_signer *signer, struct str skey)
    MUST_USE NONNULL;

/* Append the skey text: secret. */
void tlog_note_signer_format(const struct tlog_note_signer *signer,
    struct buf *skey) NONNULL;

/*
 * Take a note apart: at most LIMIT_TLOG_NOTE_BYTES, 1 to LIMIT_TLOG_SIGNATURES
 * signatures, UTF-8 without control characters other than newline.
 *
 * Returns: 0; TLOG_NOTE_E_FORMAT.
 */
int tlog_note_parse(struct tlog_note *note, struct str bytes) MUST_USE NONNULL;

/*
 * Check a parsed note against the keys one knows. Signatures of others are
 * ignored; one bad signature of a known key condemns the note.
 *
 * verdicts: one a key, or NULL. Returns: 0 at least one is good;
 * TLOG_NOTE_E_BAD; TLOG_NOTE_E_UNSIGNED; fault ENOMEM.
 */
int tlog_note_verify(const struct tlog_note *note,
    struct tlog_note_verdict *verdicts, const struct tlog_note_key *keys,
    size_t n_keys) MUST_USE;

/*
 * Append a whole note: text, empty line, one signature of each signer.
 *
 * time: for cosigners, seconds since 1970. Returns: 0; TLOG_NOTE_E_FORMAT (text
 * does not end in a newline, or holds what a note may not).
 */
int tlog_note_sign(struct buf *note, struct str text,
    const struct tlog_note_signer *signers, size_t n_signers, uint64_t time)
    MUST_USE;

/* Append one signature line for the text, as a witness answers. */
void tlog_note_add_signature(struct buf *lines, struct str text,
    const struct tlog_note_signer *signer, uint64_t time) NONNULL;

#endif
