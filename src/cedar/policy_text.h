/*
 * The canonical text of a policy: one line a policy, parentheses around every
 * operand that is not a literal, a variable, a set or a record. Spelling is that
 * of the original's policyToText; for text to be read by people see format.h.
 */
#ifndef STILE_CEDAR_POLICY_TEXT_H
#define STILE_CEDAR_POLICY_TEXT_H

#include "cedar/ast.h"
#include "util/attr.h"
#include "util/buf.h"

enum {
	/*
	 * Write `a && b && c` as it is, not as `(a && b) && c`: then a chain of
	 * any length can be parsed again.
	 */
	POLICY_TEXT_CHAINS = 1u << 0,
	/*
	 * Parentheses only where the grammar asks for them: text that people
	 * read. With POLICY_TEXT_CHAINS.
	 */
	POLICY_TEXT_PLAIN = 1u << 1,
};

/* Append one policy or template, without a newline. Spans are not used. */
void cedar_policy_text_print(struct buf *buf, const struct ast_policy *policy,
    unsigned flags) NONNULL;

#endif
