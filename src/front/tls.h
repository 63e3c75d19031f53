/*
 * TLS: the server's key, and who may be at the other end.
 *
 * TLS 1.2 or 1.3 with forward secrecy and AEAD only. A client presents a
 * certificate that chains to DIR/tls/ca.crt, is for client authentication, in
 * date and not revoked, or the handshake fails. Because connections live long,
 * the same is asked again at every request when the certificate's end has come
 * or the revocation list changed. The one file that includes GnuTLS.
 */
#ifndef STILE_FRONT_TLS_H
#define STILE_FRONT_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/eventlog.h"

struct tls;

/* What is known of the other end of one session. Zero: nobody. */
struct tls_peer {
	struct tls *tls;
	bool is_verified;
	uint8_t certificate[32]; /* SHA-256 of the certificate's DER */
	int64_t not_after_us;	 /* of the chain: the earliest end */
	uint64_t generation;	 /* of the trust it was verified against */
};

/* Paths relative to the working directory; see front_options. */
struct tls_files {
	const char *certificate;
	const char *key;
	const char *ca;
	const char *crl;
};

enum {
	TLS_E_FILES = 1, /* a file is missing or unusable; said in the log */
};

/* Returns: 0; TLS_E_FILES; fault. files' strings must outlive it. */
int tls_new(struct tls **out, const struct tls_files *files, const struct eventlog *log)
    MUST_USE NONNULL;

/* NULL is fine. Returns: NULL. */
struct tls *tls_free(struct tls *tls);

/* PEM texts for the HTTP library; owned by tls. */
const char *tls_certificate(const struct tls *tls) NONNULL;
const char *tls_key(const struct tls *tls) NONNULL;
const char *tls_ca(const struct tls *tls) NONNULL;

/* GnuTLS priority string. */
const char *tls_priority(void);

/*
 * Ask for, require and verify a certificate in the handshake of this session.
 *
 * session: a gnutls_session_t before its handshake. peer: zeroed, outlives the
 * session, filled by the handshake.
 */
void tls_require(struct tls *tls, void *session, struct tls_peer *peer)
    NONNULL;

/*
 * Whether the session's peer is still good at now_us (since 1970).
 *
 * Returns: true; false when the session must end.
 */
bool tls_check(void *session, struct tls_peer *peer, int64_t now_us) NONNULL;

/*
 * Read the revocation list again when the file changed, and notice its end.
 *
 * Returns: true when it did and is in force now; a file that cannot be used is
 * said once in the log, and the old list stays.
 */
bool tls_refresh(struct tls *tls, int64_t now_us, const struct eventlog *log)
    NONNULL;

#endif
