/* Looking into certificates, for the tests of those who make them. */
#ifndef STILE_TESTS_CERTIFICATE_H
#define STILE_TESTS_CERTIFICATE_H

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tap.h"
#include "util/arena.h"
#include "util/file.h"

struct certificate {
	gnutls_x509_crt_t handle;
	struct arena arena;
};

UNUSED static void
certificate_load(struct certificate *certificate, const char *dir,
    const char *name)
{
	char path[256];
	struct str pem;
	gnutls_datum_t data;

	arena_init(&certificate->arena, 1u << 20);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	check(file_read(&pem, &certificate->arena, AT_FDCWD, path, 65536) == 0);
	data.data = (unsigned char *)(uintptr_t)pem.p;
	data.size = (unsigned)pem.len;
	check(gnutls_x509_crt_init(&certificate->handle) == 0);
	check(gnutls_x509_crt_import(certificate->handle, &data,
		  GNUTLS_X509_FMT_PEM) == 0);
}

UNUSED static void
certificate_free(struct certificate *certificate)
{
	gnutls_x509_crt_deinit(certificate->handle);
	arena_fini(&certificate->arena);
}

/* Whether ca vouches for it, for a purpose (an OID) and a host (or NULL). */
UNUSED static bool
certificate_is_good(const struct certificate *certificate,
    const struct certificate *ca, const char *purpose, const char *host)
{
	gnutls_typed_vdata_st data[] = {
		{ .type = GNUTLS_DT_KEY_PURPOSE_OID,
		    .data = (unsigned char *)(uintptr_t)purpose },
		{ .type = GNUTLS_DT_DNS_HOSTNAME,
		    .data = (unsigned char *)(uintptr_t)host },
	};
	gnutls_x509_crt_t chain[] = { certificate->handle };
	gnutls_x509_crt_t roots[] = { ca->handle };
	gnutls_x509_trust_list_t trust;
	unsigned status = ~0u;
	bool is_good = gnutls_x509_trust_list_init(&trust, 0) == 0 &&
	    gnutls_x509_trust_list_add_cas(trust, roots, 1, 0) == 1 &&
	    gnutls_x509_trust_list_verify_crt2(trust, chain, 1, data,
		host != NULL ? 2 : 1, 0, &status, NULL) == 0 &&
	    status == 0;

	gnutls_x509_trust_list_deinit(trust, 0);
	return is_good;
}

#endif
