/*
 * The rules of a pack: its policies parsed, their annotations held to what a
 * rule must say of itself.
 */
#ifndef STILE_GATE_PACK_RULES_H
#define STILE_GATE_PACK_RULES_H

#include "gate/pack.h"

/*
 * Parse the policies into pack->policies. Every rule has @id (unique), @cite,
 * @asof (a date) and @verified ("true" or "false"); an unverified permit is
 * refused: an unverified rule may only restrict. A forbid says why (@says) and
 * what would help (@remedy). Unknown annotations are errors.
 *
 * schema: the pack's vocabulary in Cedar's schema syntax; the policies must
 * validate against it in strict mode, so that none can fail for a type.
 *
 * Returns: 0; PACK_E_BAD; fault.
 */
int pack_rules_load(struct pack *pack, struct str text, struct str schema,
    struct diag_list *diags) MUST_USE;

#endif
