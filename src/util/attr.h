/*
 * Compiler attributes, named once.
 *
 * Everything beyond C17 that the tree uses is behind a macro in this file, so a
 * reader learns the dialect in one screen and another compiler needs one edit.
 */
#ifndef STILE_UTIL_ATTR_H
#define STILE_UTIL_ATTR_H

#include <stddef.h>

/* Run fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hand a pointer over: yields its value and leaves NULL behind. */
#define TAKE(p)                                                                \
	(__extension__({                                                       \
		__typeof__(p) take_value_ = (p);                               \
		(p) = NULL;                                                    \
		take_value_;                                                   \
	}))

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(at, first) __attribute__((format(printf, at, first)))
#define NONNULL __attribute__((nonnull))
#define NORETURN _Noreturn
#define UNUSED __attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
