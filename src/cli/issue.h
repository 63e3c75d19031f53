/*
 * Client certificates: who may knock at the front.
 *
 * The holder's own CA (DIR/tls) signs them. CN is the requester id, O the ORI;
 * but what the gate goes by is the SHA-256 of the DER, registered beside the
 * requester, so a certificate that was never registered opens nothing.
 */
#ifndef STILE_CLI_ISSUE_H
#define STILE_CLI_ISSUE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/attr.h"

#define ISSUE_FINGERPRINT 32
#define ISSUE_SERVER_DAYS 825 /* longest that browsers accept */

enum {
	ISSUE_E_NAME = 1, /* requester id or ORI has a character it may not have */
	ISSUE_E_EXISTS,	  /* clients/<requester>.crt is there already */
	ISSUE_E_DAYS,	  /* outside 1 to LIMIT_ISSUE_DAYS, or past the CA's end */
	ISSUE_E_CA,	  /* DIR/tls holds no usable CA */
};

/*
 * Write dir/clients/<requester>.{crt,key}: an ECDSA P-256 key and its
 * certificate for days days.
 *
 * requester: 1-64 of A-Z a-z 0-9 . _ - @, not beginning with '.'.
 * ori: nine of A-Z 0-9. Returns: 0 and the SHA-256 of the certificate's DER;
 * ISSUE_E_*, nothing written; fault.
 */
int issue_certificate(uint8_t fingerprint[static ISSUE_FINGERPRINT],
    const char *dir, const char *requester, const char *ori, int64_t days)
    MUST_USE NONNULL;

enum {
	ISSUE_SERVER_E_CA = 1, /* DIR/tls holds no usable CA */
};

/*
 * Write dir/tls/server.{crt,key} anew: for localhost, 127.0.0.1, ::1 and the
 * hosts, for ISSUE_SERVER_DAYS or until the CA ends.
 *
 * Returns: 0; ISSUE_SERVER_E_CA; fault.
 */
int issue_server(const char *dir, const char *const *hosts, size_t n_hosts)
    MUST_USE;

/*
 * Make the CA of a new holder: dir/tls/ca.{crt,key}, for years years.
 *
 * Returns: 0; fault.
 */
int issue_authority(const char *dir, const char *holder, int64_t years)
    MUST_USE NONNULL;

#endif
