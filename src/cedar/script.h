/* Scripts that a text is written in (UTS 39, section 5). */
#ifndef STILE_CEDAR_SCRIPT_H
#define STILE_CEDAR_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/str.h"

/*
 * Is there one script in which all characters are used? Digits, punctuation and
 * marks are used in all; unassigned characters in none. text: valid UTF-8.
 */
bool cedar_script_is_single(struct str text);

/* Identifier_Status: Allowed, or ASCII that prints. */
bool cedar_script_is_identifier(uint32_t code);

/* Turns the direction of what is shown: the Trojan Source characters. */
bool cedar_script_is_bidi(uint32_t code);

#endif
