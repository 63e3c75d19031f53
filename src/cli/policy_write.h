/* A set of policies as text that is read again as the same set. */
#ifndef STILE_CLI_POLICY_WRITE_H
#define STILE_CLI_POLICY_WRITE_H

#include <stddef.h>

#include "stile/cedar.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/json.h"

/*
 * Append static policies and templates, laid out. Text has no place for an id
 * but @id: those whose id their place does not give get one.
 *
 * Returns: 0; CEDAR_E_LIMIT; fault.
 */
int policy_write_text(struct buf *buf, const struct cedar_policies *policies)
    MUST_USE NONNULL;

/* Whether an @id says another id than the policy has: text cannot say that. */
bool policy_write_has_other_id(const struct cedar_policies *policies) NONNULL;

/*
 * The links of a set, which its text cannot say. Texts are borrowed from it.
 *
 * Returns: them in the arena, *n of them; NULL without room.
 */
struct cedar_link *policy_write_links(size_t *n, struct arena *arena,
    const struct cedar_policies *policies) NONNULL;

/* Append links as [{templateId, newId, values}]. */
void policy_write_links_json(struct json *json, const struct cedar_link *links,
    size_t n) NONNULL;

#endif
