/* GnuTLS behind tls.h. */
#include "front/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "limits.h"
#include "util/arena.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"

/* A file as it was when it was read. */
struct mark {
	struct timespec changed;
	off_t size;
	ino_t inode;
};

struct tls {
	struct tls_files files;
	struct arena arena; /* PEM texts but for the list */
	struct str certificate;
	struct str key;
	struct str ca;
	gnutls_x509_trust_list_t trust;
	uint64_t generation; /* counts the trust lists; the first is 1 */
	struct mark crl_mark;
	bool has_crl;
	int64_t crl_end_us; /* nextUpdate; past it nobody is verified */
	bool is_end_said;
};

const char *
tls_priority(void)
{
	/* RFC 9325; no renegotiation without its extension (RFC 5746). */
	return "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:"
	       "+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:"
	       "+SIGN-EDDSA-ED25519:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:"
	       "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
	       "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:"
	       "+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:"
	       "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:"
	       "+COMP-NULL:+CTYPE-X509:%SAFE_RENEGOTIATION:"
	       "%SERVER_PRECEDENCE:%PROFILE_MEDIUM";
}

static struct mark
mark_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return (struct mark){ 0 };
	return (struct mark){ status.st_mtim, status.st_size, status.st_ino };
}

static bool
is_same(const struct mark *a, const struct mark *b)
{
	return a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec && a->size == b->size &&
	    a->inode == b->inode;
}

static gnutls_datum_t
datum_of(struct str text)
{
	/* GnuTLS does not write through it. */
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)text.p,
		(unsigned)text.len };
}

static bool
read_pem(struct str *text, struct arena *arena, const char *path,
    const struct eventlog *log)
{
	int r = file_read(text, arena, AT_FDCWD, path, LIMIT_FRONT_PEM_BYTES);

	if (r == 0)
		return true;
	if (r < 0)
		eventlog_fault(log, r, path);
	else
		eventlog_write(log, EVENTLOG_ERROR, "%s: %s", path,
		    r == FILE_E_ABSENT ? "there is no such file" :
		    r == FILE_E_TOO_LARGE ? "too large" : "not a regular file");
	return false;
}

/* When the first of the lists in the text is to be replaced (RFC 5280). */
static int64_t
crl_end_us(const gnutls_datum_t *text)
{
	gnutls_x509_crl_t *lists;
	unsigned n;
	int64_t end = INT64_MAX;

	if (gnutls_x509_crl_list_import2(&lists, &n, text, GNUTLS_X509_FMT_PEM,
	    0) < 0)
		return end;
	for (unsigned i = 0; i < n; i++) {
		time_t at = gnutls_x509_crl_get_next_update(lists[i]);

		if (at != (time_t)-1)
			end = MIN(end, (int64_t)at * INSTANT_SECOND);
		gnutls_x509_crl_deinit(lists[i]);
	}
	gnutls_free(lists);
	return end;
}

static bool
add_crl(gnutls_x509_trust_list_t trust, struct tls *tls,
    const struct eventlog *log)
{
	struct arena arena;
	struct str text;
	gnutls_datum_t datum;
	bool is_good;

	arena_init(&arena, LIMIT_FRONT_PEM_BYTES + 4096);
	is_good = read_pem(&text, &arena, tls->files.crl, log);
	if (is_good) {
		datum = datum_of(text);
		/* Signed by the authority, or it is not taken. */
		is_good = gnutls_x509_trust_list_add_trust_mem(trust, NULL,
		    &datum, GNUTLS_X509_FMT_PEM, GNUTLS_TL_VERIFY_CRL, 0) > 0;
		if (!is_good)
			eventlog_write(log, EVENTLOG_ERROR,
			    "%s: no revocation list of the authority in %s",
			    tls->files.crl, tls->files.ca);
		else
			tls->crl_end_us = crl_end_us(&datum);
	}
	arena_fini(&arena);
	return is_good;
}

/* Build a new list and put it in force, or leave the old one. */
static bool
load_trust(struct tls *tls, const struct eventlog *log)
{
	gnutls_x509_trust_list_t trust;
	gnutls_datum_t ca = datum_of(tls->ca);
	bool is_good;

	tls->crl_mark = mark_of(tls->files.crl);
	if (gnutls_x509_trust_list_init(&trust, 0) < 0)
		return false;
	is_good = gnutls_x509_trust_list_add_trust_mem(trust, &ca, NULL,
	    GNUTLS_X509_FMT_PEM, 0, 0) > 0;
	if (!is_good)
		eventlog_write(log, EVENTLOG_ERROR,
		    "%s: no certificate in PEM in it", tls->files.ca);
	else if (tls->has_crl || tls->crl_mark.inode != 0)
		is_good = add_crl(trust, tls, log);
	if (!is_good) {
		gnutls_x509_trust_list_deinit(trust, 1);
		return false;
	}
	if (tls->trust != NULL)
		gnutls_x509_trust_list_deinit(tls->trust, 1);
	tls->trust = trust;
	tls->has_crl = tls->crl_end_us != INT64_MAX || tls->has_crl;
	tls->generation++;
	return true;
}

int
tls_new(struct tls **out, const struct tls_files *files,
    const struct eventlog *log)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (tls == NULL)
		return FAULT(ENOMEM);
	tls->files = *files;
	tls->crl_end_us = INT64_MAX;
	arena_init(&tls->arena, 4 * (size_t)LIMIT_FRONT_PEM_BYTES);
	if (!read_pem(&tls->certificate, &tls->arena, files->certificate,
	    log) ||
	    !read_pem(&tls->key, &tls->arena, files->key, log) ||
	    !read_pem(&tls->ca, &tls->arena, files->ca, log) ||
	    !load_trust(tls, log)) {
		tls_free(tls);
		return TLS_E_FILES;
	}
	*out = tls;
	return 0;
}

struct tls *
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return NULL;
	if (tls->key.p != NULL)
		gnutls_memset((char *)(uintptr_t)tls->key.p, 0, tls->key.len);
	if (tls->trust != NULL)
		gnutls_x509_trust_list_deinit(tls->trust, 1);
	arena_fini(&tls->arena);
	free(tls);
	return NULL;
}

const char *
tls_certificate(const struct tls *tls)
{
	return tls->certificate.p;
}

const char *
tls_key(const struct tls *tls)
{
	return tls->key.p;
}

const char *
tls_ca(const struct tls *tls)
{
	return tls->ca.p;
}

struct chain {
	gnutls_x509_crt_t items[LIMIT_FRONT_CHAIN];
	unsigned n;
};

static void
chain_fini(struct chain *chain)
{
	while (chain->n > 0)
		gnutls_x509_crt_deinit(chain->items[--chain->n]);
}

static bool
chain_read(struct chain *chain, const gnutls_datum_t *raw, unsigned n)
{
	if (raw == NULL || n == 0 || n > LIMIT_FRONT_CHAIN)
		return false;
	while (chain->n < n) {
		gnutls_x509_crt_t item;

		if (gnutls_x509_crt_init(&item) < 0)
			return false;
		chain->items[chain->n++] = item;
		if (gnutls_x509_crt_import(item, &raw[chain->n - 1],
		    GNUTLS_X509_FMT_DER) < 0)
			return false;
	}
	return true;
}

static int64_t
chain_end_us(const struct chain *chain)
{
	int64_t end = INT64_MAX;

	for (unsigned i = 0; i < chain->n; i++) {
		time_t at = gnutls_x509_crt_get_expiration_time(chain->items[i]);

		end = MIN(end, (int64_t)at * INSTANT_SECOND);
	}
	return end;
}

static bool
is_trusted(const struct tls *tls, const struct chain *chain)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID };
	char oid[] = GNUTLS_KP_TLS_WWW_CLIENT;
	/* The library wants an array that it may change. */
	gnutls_x509_crt_t items[LIMIT_FRONT_CHAIN];
	unsigned status = GNUTLS_CERT_INVALID;

	memcpy(items, chain->items, sizeof(items));
	purpose.data = (unsigned char *)oid;
	return gnutls_x509_trust_list_verify_crt2(tls->trust, items, chain->n,
	    &purpose, 1, GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM),
	    &status, NULL) >= 0 && status == 0;
}

/* Decide about the session's certificate and remember what was found. */
static bool
verify(gnutls_session_t session, struct tls_peer *peer)
{
	struct chain chain = { 0 };
	unsigned n = 0;
	const gnutls_datum_t *raw = gnutls_certificate_get_peers(session, &n);
	bool is_good = chain_read(&chain, raw, n) &&
	    is_trusted(peer->tls, &chain) &&
	    gnutls_hash_fast(GNUTLS_DIG_SHA256, raw[0].data, raw[0].size,
	    peer->certificate) >= 0;

	if (is_good) {
		peer->not_after_us = chain_end_us(&chain);
		peer->generation = peer->tls->generation;
	}
	peer->is_verified = is_good;
	chain_fini(&chain);
	return is_good;
}

static int
on_certificate(gnutls_session_t session)
{
	struct tls_peer *peer = gnutls_session_get_ptr(session);
	struct clock clock = clock_system();

	/* GnuTLS itself does not mind a list that is out of date. */
	return clock_now_us(&clock) < peer->tls->crl_end_us &&
	    verify(session, peer) ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

void
tls_require(struct tls *tls, void *session, struct tls_peer *peer)
{
	*peer = (struct tls_peer){ .tls = tls };
	gnutls_session_set_ptr(session, peer);
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_function(session, on_certificate);
}

bool
tls_check(void *session, struct tls_peer *peer, int64_t now_us)
{
	if (!peer->is_verified || now_us >= peer->not_after_us ||
	    now_us >= peer->tls->crl_end_us)
		return false;
	if (peer->generation == peer->tls->generation)
		return true;
	return verify(session, peer);
}

bool
tls_refresh(struct tls *tls, int64_t now_us, const struct eventlog *log)
{
	struct mark mark = mark_of(tls->files.crl);

	if (tls->crl_end_us <= now_us && !tls->is_end_said) {
		eventlog_write(log, EVENTLOG_ERROR,
		    "%s: out of date; no client is let in until it is renewed",
		    tls->files.crl);
		tls->is_end_said = true;
	}
	if (is_same(&mark, &tls->crl_mark))
		return false;
	if (!load_trust(tls, log))
		return false;
	tls->is_end_said = false;
	eventlog_write(log, EVENTLOG_INFO, "%s: read again", tls->files.crl);
	return true;
}
