/* From a text to the spelling of a string literal: the inverse of unescape.h. */
#ifndef STILE_CEDAR_ESCAPE_H
#define STILE_CEDAR_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/str.h"

/* Whether a literal spells the code point as \u{..}. */
bool cedar_escape_is_needed(uint32_t code);

/* Append text as a literal, quotes included, as Rust's escape_debug spells it. */
void cedar_escape_add(struct buf *buf, struct str text) NONNULL;

#endif
