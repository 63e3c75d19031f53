/* What printing needs to know of characters (Unicode 16). */
#ifndef STILE_CEDAR_UNICODE_H
#define STILE_CEDAR_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

/* Neither control, format, private nor unassigned; of the spaces only U+0020. */
bool cedar_unicode_is_printable(uint32_t code);

/* Property Grapheme_Extend: joins the character before it. */
bool cedar_unicode_is_joining(uint32_t code);

/* Property White_Space. */
bool cedar_unicode_is_space(uint32_t code);

/* Columns that the text takes on a terminal. text: valid UTF-8. */
size_t cedar_unicode_width(struct str text);

#endif
