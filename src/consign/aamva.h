/*
 * Records as they are in the barcode of a licence: the text of the AAMVA DL/ID
 * card design standard, annex D, versions 1 to 10.
 *
 * A record begins with "@", separators and "ANSI " or "AAMVA", and goes on to
 * the next such beginning. Its elements are lines of three letters and a value;
 * offsets at its head are not believed, since nothing here depends on them.
 */
#ifndef STILE_CONSIGN_AAMVA_H
#define STILE_CONSIGN_AAMVA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/record.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

#define AAMVA_KEYS 3 /* licence; name and birth date, without and with middle */

/* Whether a record begins at byte at of text. */
bool aamva_begins(struct str text, size_t at);

/* Bytes that aamva_begins() may look at. */
#define AAMVA_BEGIN_BYTES 12

/*
 * Read one record, with its canonical keys. Elements that are wrong are absent;
 * a text that is no AAMVA record has no element and no key.
 *
 * Returns: 0, slices the arena's; fault ENOMEM.
 */
int aamva_read(struct record *record, struct str keys[static AAMVA_KEYS],
    size_t *n_keys, struct arena *arena, struct str text, int32_t today)
    MUST_USE;

#endif
