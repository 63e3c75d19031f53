/*
 * Base64 (RFC 4648): section 4 with padding for the tlog family, section 5
 * without padding for SD-JWT. Decoding is strict: canonical input only.
 */
#ifndef STILE_UTIL_BASE64_H
#define STILE_UTIL_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum base64_kind {
	BASE64_STANDARD, /* + / with = padding */
	BASE64_URL,	 /* - _ without padding */
};

enum {
	BASE64_E_FORMAT = 1, /* foreign byte, wrong padding or loose bits */
	BASE64_E_SIZE,	     /* does not fit the room given */
};

/* Append the text of len bytes. */
void base64_add(struct buf *buf, enum base64_kind kind, const void *bytes,
    size_t len);

/* Length of the text of len bytes. */
size_t base64_text_len(enum base64_kind kind, size_t len);

/* Write the text (no NUL) to text, which has room for base64_text_len(). */
void base64_format(char *text, enum base64_kind kind, const void *bytes,
    size_t len);

/*
 * Decode text into at most size bytes.
 *
 * Returns: 0 and *len; BASE64_E_FORMAT; BASE64_E_SIZE.
 */
int base64_parse(uint8_t *bytes, size_t *len, size_t size,
    enum base64_kind kind, struct str text) MUST_USE;

#endif
