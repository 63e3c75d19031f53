/* Lower-case hexadecimal. */
#ifndef STILE_UTIL_HEX_H
#define STILE_UTIL_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

/* Write 2 * len digits and a NUL to text. */
void hex_format(char *text, const uint8_t *bytes, size_t len) NONNULL;

/* Returns: true when s is exactly 2 * len lower-case digits. */
bool hex_parse(uint8_t *bytes, size_t len, struct str s) NONNULL;

#endif
