/*
 * X.509 certificates of a holder's own small authority (RFC 5280), by GnuTLS:
 * the authority, the server, the clients. ECDSA P-256 keys, SHA-256.
 *
 * Apart from the rest of the room (library x509), so that who only hashes and
 * signs does not link a TLS library.
 */
#ifndef STILE_CRYPTO_X509_H
#define STILE_CRYPTO_X509_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

#define X509_FINGERPRINT 32

enum x509_kind {
	X509_CLIENT, /* may prove who asks, nothing else */
	X509_SERVER,
	X509_AUTHORITY, /* signs itself and the others; no further authority */
};

struct x509_request {
	enum x509_kind kind;
	struct str common_name;
	struct str organization;    /* may be empty */
	const struct str *hosts;    /* server: names and numeric addresses */
	size_t n_hosts;
	int64_t not_before; /* seconds since 1970 */
	int64_t not_after;
};

/* PEM texts in the arena; the key is PKCS #8 and secret. */
struct x509_pair {
	struct str certificate;
	struct str key;
	uint8_t fingerprint[X509_FINGERPRINT]; /* SHA-256 of the DER */
};

enum {
	X509_E_AUTHORITY = 1, /* not a certificate and key that may sign */
	X509_E_DATES,	      /* the authority ends before not_after */
};

/*
 * Make a key and its certificate, signed by the authority (which ignores
 * authority for X509_AUTHORITY). Serial numbers are random.
 *
 * Returns: 0; X509_E_*; fault. Wipe pair->key when it was written.
 */
int x509_issue(struct x509_pair *pair, struct arena *arena,
    const struct x509_request *request, const struct x509_pair *authority)
    MUST_USE;

#endif
