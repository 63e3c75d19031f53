/*
 * The extension type decimal: an i64 number of ten-thousandths.
 * Text: -?[0-9]+\.[0-9]{1,4}.
 */
#ifndef STILE_CEDAR_EXT_DECIMAL_H
#define STILE_CEDAR_EXT_DECIMAL_H

#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

enum {
	EXT_DECIMAL_E_FORM = 1,	/* not that pattern */
	EXT_DECIMAL_E_DIGITS,	/* more than four after the point */
	EXT_DECIMAL_E_OVERFLOW, /* does not fit */
};

/* Returns: 0 and *value; EXT_DECIMAL_E_*. */
int cedar_ext_decimal_parse(int64_t *value, struct str text) MUST_USE NONNULL;

/* Shortest text that parses to it: "1.5", "-0.0001". Returns: its length. */
size_t cedar_ext_decimal_format(char text[static 24], int64_t value);

#endif
