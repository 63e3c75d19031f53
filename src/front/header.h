/* Header field values that the front reads: small grammars, strictly. */
#ifndef STILE_FRONT_HEADER_H
#define STILE_FRONT_HEADER_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/str.h"

/* application/json, with charset=utf-8 or nothing behind it (RFC 9110, 8.3). */
bool header_is_json(struct str value);

/*
 * The token of "Bearer TOKEN" (RFC 6750, 2.1), the scheme in any letter case.
 * Empty when it is of another scheme. What the token holds is the gate's to say.
 */
struct str header_bearer(struct str value);

/* 1 to LIMIT_FRONT_TOKEN_BYTES visible ASCII characters. */
bool header_is_token(struct str value);

/* As a token, of characters that can stand in any log or URI. */
bool header_is_request_id(struct str value);

/* Version 00 of W3C Trace Context, 3.2: neither id all zero. */
bool header_is_traceparent(struct str value);

#endif
