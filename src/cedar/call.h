/* Extension functions and methods, applied to values. */
#ifndef STILE_CEDAR_CALL_H
#define STILE_CEDAR_CALL_H

#include "cedar/eval.h"

/*
 * Call code->function with n arguments; args has room for two even when n is
 * less.
 *
 * Returns: true and *value; false and eval->error.
 */
bool cedar_call(struct eval *eval, struct value *value,
    const struct code *code, const struct value *args, size_t n) NONNULL;

/*
 * The constructor of an extension type.
 *
 * Returns: NULL and *value; else why not, a static text.
 */
const char *cedar_call_construct(struct cedar_value *value,
    enum cedar_kind kind, struct str text) NONNULL;

#endif
