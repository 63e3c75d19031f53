/*
 * The extension type ipaddr: an address as written, with a prefix.
 *
 * Text: IPv4 with four octets, or IPv6 with or without `::`, then optionally
 * "/" and a prefix. No leading zeros in octets or prefix, no zone, no brackets,
 * no IPv4 inside IPv6.
 */
#ifndef STILE_CEDAR_EXT_IP_H
#define STILE_CEDAR_EXT_IP_H

#include <stdbool.h>

#include "stile/cedar.h"
#include "util/attr.h"
#include "util/str.h"

#define EXT_IP_TEXT 48 /* longest text and NUL */

enum {
	EXT_IP_E_FORM = 1, /* not an address */
	EXT_IP_E_PREFIX,   /* the prefix is none */
};

/* Returns: 0 and *ip; EXT_IP_E_*. */
int cedar_ext_ip_parse(struct cedar_ip *ip, struct str text) MUST_USE NONNULL;

/* Every address of inner's range is in outer's range. */
bool cedar_ext_ip_is_in_range(const struct cedar_ip *inner,
    const struct cedar_ip *outer) NONNULL;

/* The whole range is in 127.0.0.0/8 or ::1/128. */
bool cedar_ext_ip_is_loopback(const struct cedar_ip *ip) NONNULL;

/* The whole range is in 224.0.0.0/4 or ff00::/8. */
bool cedar_ext_ip_is_multicast(const struct cedar_ip *ip) NONNULL;

/* Text that parses to it, prefix always shown. Returns: its length. */
size_t cedar_ext_ip_format(char text[static EXT_IP_TEXT],
    const struct cedar_ip *ip);

#endif
