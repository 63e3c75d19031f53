/*
 * What would make a refused request lawful, in sentences.
 *
 * The packs are evaluated again with what can be mended unknown (lawful.def);
 * what is left of their permits and forbids says which changes would do. Each
 * is then made and judged: a sentence is only said if the decision agrees.
 */
#ifndef STILE_GATE_LAWFUL_H
#define STILE_GATE_LAWFUL_H

#include <stddef.h>

#include "gate/facts.h"
#include "source/record.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

struct pack;
struct vocabulary;

/*
 * For fields that judge() denies on these facts: "Permitted if the investigation
 * is open and you are assigned to it." Each sentence alone is a way, the one
 * that asks for the least first; at most LIMIT_LAWFUL. None: nothing that can be
 * changed would do, or finding out took more than LIMIT_LAWFUL_BYTES.
 *
 * Speaks of facts alone, which know nothing of the record (P5): they must have
 * no holder flags.
 * Returns: 0 and *sentences in the arena; fault.
 */
int lawful_find(struct str **sentences, size_t *n_sentences,
    struct arena *arena, const struct vocabulary *vocabulary,
    struct pack *const *packs, size_t n_packs, const struct facts *facts,
    const enum record_field *fields, size_t n_fields) MUST_USE;

#endif
