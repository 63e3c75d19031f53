/* Certificates of a holder's own authority; see x509.h. */
#include "crypto/x509.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <time.h>

#include "util/fault.h"

#define SERIAL 16 /* random bytes: RFC 5280 4.1.2.2 allows 20, positive */

struct signer {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
};

/* GnuTLS reports its own codes; here none of them is for a caller to handle. */
static int
fault_of(int code)
{
	return FAULT(code == GNUTLS_E_MEMORY_ERROR ? ENOMEM : EPROTO);
}

static void
signer_fini(struct signer *signer)
{
	if (signer->certificate != NULL)
		gnutls_x509_crt_deinit(signer->certificate);
	if (signer->key != NULL)
		gnutls_x509_privkey_deinit(signer->key);
}

static int
signer_init(struct signer *signer)
{
	int code = gnutls_x509_crt_init(&signer->certificate);

	if (code == 0)
		code = gnutls_x509_privkey_init(&signer->key);
	return code < 0 ? fault_of(code) : 0;
}

static gnutls_datum_t
datum(struct str s)
{
	gnutls_datum_t d = { .size = (unsigned)s.len };

	/* Read only, whatever the type says. */
	memcpy(&d.data, &s.p, sizeof(d.data));
	return d;
}

/* Returns: 0; X509_E_AUTHORITY. */
static int
load_authority(struct signer *signer, const struct x509_pair *pair)
{
	gnutls_datum_t certificate = datum(pair->certificate);
	gnutls_datum_t key = datum(pair->key);
	unsigned char of_certificate[32];
	unsigned char of_key[32];
	size_t len[2] = { sizeof(of_certificate), sizeof(of_key) };
	unsigned is_authority = 0;

	if (gnutls_x509_crt_import(signer->certificate, &certificate,
		GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_x509_privkey_import(signer->key, &key,
		GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_x509_crt_get_ca_status(signer->certificate,
		&is_authority) <= 0 ||
	    gnutls_x509_crt_get_key_id(signer->certificate,
		GNUTLS_KEYID_USE_SHA256, of_certificate, &len[0]) < 0 ||
	    gnutls_x509_privkey_get_key_id(signer->key,
		GNUTLS_KEYID_USE_SHA256, of_key, &len[1]) < 0)
		return X509_E_AUTHORITY;
	return memcmp(of_certificate, of_key, sizeof(of_key)) == 0 ?
	    0 : X509_E_AUTHORITY;
}

static int
set_name(gnutls_x509_crt_t certificate, const char *oid, struct str name)
{
	return name.len == 0 ? 0 :
	    gnutls_x509_crt_set_dn_by_oid(certificate, oid, 0, name.p,
		(unsigned)name.len);
}

static int
set_host(gnutls_x509_crt_t certificate, struct str host)
{
	unsigned char address[16];
	char text[256];

	if (host.len >= sizeof(text))
		return GNUTLS_E_INVALID_REQUEST;
	memcpy(text, host.p, host.len);
	text[host.len] = '\0';
	if (inet_pton(AF_INET, text, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(certificate,
		    GNUTLS_SAN_IPADDRESS, address, 4, GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, text, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(certificate,
		    GNUTLS_SAN_IPADDRESS, address, 16, GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(certificate,
	    GNUTLS_SAN_DNSNAME, text, (unsigned)host.len, GNUTLS_FSAN_APPEND);
}

/* What the certificate may be used for: exactly one thing. */
static int
set_use(gnutls_x509_crt_t certificate, const struct x509_request *request)
{
	bool is_authority = request->kind == X509_AUTHORITY;
	int code = gnutls_x509_crt_set_basic_constraints(certificate,
	    is_authority, is_authority ? 0 : -1);

	if (code == 0)
		code = gnutls_x509_crt_set_key_usage(certificate, is_authority ?
		    GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN :
		    GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (code == 0 && !is_authority)
		code = gnutls_x509_crt_set_key_purpose_oid(certificate,
		    request->kind == X509_SERVER ? GNUTLS_KP_TLS_WWW_SERVER :
						   GNUTLS_KP_TLS_WWW_CLIENT, 0);
	for (size_t i = 0; code == 0 && i < request->n_hosts; i++)
		code = set_host(certificate, request->hosts[i]);
	return code;
}

static int
set_ids(gnutls_x509_crt_t certificate, gnutls_x509_crt_t authority)
{
	unsigned char serial[SERIAL];
	unsigned char id[64];
	size_t len = sizeof(id);
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	/* A serial number is positive and has no leading zero. */
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	if (code == 0)
		code = gnutls_x509_crt_set_serial(certificate, serial,
		    sizeof(serial));
	if (code == 0)
		code = gnutls_x509_crt_get_key_id(certificate, 0, id, &len);
	if (code == 0)
		code = gnutls_x509_crt_set_subject_key_id(certificate, id,
		    MIN(len, 20));
	len = sizeof(id);
	if (code == 0)
		code = gnutls_x509_crt_get_key_id(authority, 0, id, &len);
	if (code == 0)
		code = gnutls_x509_crt_set_authority_key_id(certificate, id,
		    MIN(len, 20));
	return code;
}

static int
fill_in(struct signer *fresh, const struct x509_request *request,
    gnutls_x509_crt_t authority)
{
	gnutls_x509_crt_t certificate = fresh->certificate;
	int code = gnutls_x509_privkey_generate(fresh->key, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);

	if (code == 0)
		code = gnutls_x509_crt_set_version(certificate, 3);
	if (code == 0)
		code = gnutls_x509_crt_set_key(certificate, fresh->key);
	if (code == 0)
		code = gnutls_x509_crt_set_activation_time(certificate,
		    (time_t)request->not_before);
	if (code == 0)
		code = gnutls_x509_crt_set_expiration_time(certificate,
		    (time_t)request->not_after);
	if (code == 0)
		code = set_name(certificate, GNUTLS_OID_X520_ORGANIZATION_NAME,
		    request->organization);
	if (code == 0)
		code = set_name(certificate, GNUTLS_OID_X520_COMMON_NAME,
		    request->common_name);
	if (code == 0)
		code = set_use(certificate, request);
	if (code == 0)
		code = set_ids(certificate, authority);
	return code;
}

/* Copy what GnuTLS allocated into the arena, and release it. */
static int
take(struct str *to, struct arena *arena, gnutls_datum_t *from)
{
	*to = arena_str(arena, (struct str){ (const char *)from->data,
	    from->size });
	gnutls_memset(from->data, 0, from->size);
	gnutls_free(from->data);
	return to->p != NULL ? 0 : FAULT(ENOMEM);
}

static int
export(struct x509_pair *pair, struct arena *arena, const struct signer *fresh)
{
	gnutls_datum_t text = { 0 };
	size_t len = sizeof(pair->fingerprint);
	int code = gnutls_x509_crt_get_fingerprint(fresh->certificate,
	    GNUTLS_DIG_SHA256, pair->fingerprint, &len);
	int r;

	if (code == 0)
		code = gnutls_x509_crt_export2(fresh->certificate,
		    GNUTLS_X509_FMT_PEM, &text);
	if (code < 0)
		return fault_of(code);
	r = take(&pair->certificate, arena, &text);
	if (r < 0)
		return TRACE(r);
	code = gnutls_x509_privkey_export2_pkcs8(fresh->key,
	    GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &text);
	if (code < 0)
		return fault_of(code);
	return TRACE(take(&pair->key, arena, &text));
}

static int
issue(struct x509_pair *pair, struct arena *arena,
    const struct x509_request *request, struct signer *fresh,
    struct signer *authority)
{
	int code = fill_in(fresh, request, authority->certificate);

	if (code == 0)
		code = gnutls_x509_crt_sign2(fresh->certificate,
		    authority->certificate, authority->key, GNUTLS_DIG_SHA256,
		    0);
	return code < 0 ? fault_of(code) : TRACE(export(pair, arena, fresh));
}

int
x509_issue(struct x509_pair *pair, struct arena *arena,
    const struct x509_request *request, const struct x509_pair *authority)
{
	CLEANUP(signer_fini) struct signer fresh = { 0 };
	CLEANUP(signer_fini) struct signer signer = { 0 };
	int r = signer_init(&fresh);

	if (r == 0)
		r = signer_init(&signer);
	if (r < 0)
		return TRACE(r);
	if (request->kind == X509_AUTHORITY)
		return TRACE(issue(pair, arena, request, &fresh, &fresh));
	r = load_authority(&signer, authority);
	if (r != 0)
		return r;
	if (gnutls_x509_crt_get_expiration_time(signer.certificate) <
	    (time_t)request->not_after)
		return X509_E_DATES;
	return TRACE(issue(pair, arena, request, &fresh, &signer));
}
