/*
 * The head of a consignment: what is known of it without opening anything.
 *
 * Written last, when all else is durable: a folder without a head is a transfer
 * that was not finished. It names no person; what a thief of the disk learns
 * from it is said in docs/format/consignment.md, and so is the layout.
 */
#ifndef STILE_CONSIGN_HEAD_H
#define STILE_CONSIGN_HEAD_H

#include <stdint.h>

#include "limits.h"
#include "stile/digest.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

#define CONSIGN_ID 26 /* a ULID */
#define CONSIGN_CHECK 16
#define CONSIGN_HEAD_BYTES 512

/* How the bytes that came are to be read. */
enum consign_form {
	CONSIGN_BYTES = 0, /* not at all: they are sealed whole */
	CONSIGN_CSV,
	CONSIGN_JSON, /* an object a line */
	CONSIGN_AAMVA,
	CONSIGN_N_FORMS,
};

struct consign_head {
	char id[CONSIGN_ID + 1];
	enum consign_form form;
	uint8_t threshold; /* custodians needed for the whole; 0: nobody can */
	uint8_t n_custodians;
	int64_t received_us;
	int32_t deadline; /* the last day it may be held */
	uint64_t size;	  /* bytes that came */
	struct digest digest; /* SHA-256 of them */
	uint64_t n_pieces;
	uint64_t n_records; /* pieces that are one record each */
	uint64_t n_found;   /* records that have a whole key */
	uint64_t n_shared;  /* keys that lead to several records: to none */
	uint64_t n_tags;    /* entries of the index */
	uint64_t data_bytes; /* of the file of pieces */
	uint8_t check[CONSIGN_CHECK]; /* of the root key */
	char sender[LIMIT_CONSIGN_SENDER + 1];
};

enum {
	CONSIGN_HEAD_E_BAD = 1, /* not a whole head */
};

/* 26 characters of Crockford's base 32, upper case. */
bool consign_head_is_id(struct str text);

/* "bytes", "csv", "json", "aamva". */
struct str consign_head_form_text(enum consign_form form);

/* Write the bytes of a head. */
void consign_head_encode(uint8_t bytes[static CONSIGN_HEAD_BYTES],
    const struct consign_head *head);

/* Read them. Returns: 0; CONSIGN_HEAD_E_BAD, and *head is zero. */
int consign_head_decode(struct consign_head *head, struct str bytes)
    MUST_USE NONNULL;

#endif
