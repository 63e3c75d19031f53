/* Client certificates: for one requester, one use, one time. */
#include "cli/issue.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certificate.h"
#include "limits.h"

struct place {
	char dir[48];
	uint8_t fingerprint[ISSUE_FINGERPRINT];
};

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void
settle(struct place *place, int64_t years)
{
	char path[64];

	*place = (struct place){ .dir = "/tmp/stile-issue-XXXXXX" };
	check(mkdtemp(place->dir) != NULL);
	snprintf(path, sizeof(path), "%s/tls", place->dir);
	check(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/ca", place->dir);
	check(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/clients", place->dir);
	check(mkdir(path, 0700) == 0);
	check(issue_authority(place->dir, "NYDMV", years) == 0);
}

static void
leave(struct place *place)
{
	nftw(place->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int
issue(struct place *place, const char *requester, const char *ori, int64_t days)
{
	return issue_certificate(place->fingerprint, place->dir, requester, ori,
	    days);
}

static void
a_client_certificate_is_for_its_requester_alone(void)
{
	struct place place;
	struct certificate ca;
	struct certificate client;
	uint8_t fingerprint[ISSUE_FINGERPRINT];
	size_t len = sizeof(fingerprint);
	char name[256];
	size_t name_len = sizeof(name);
	char path[128];
	struct stat info;

	settle(&place, 10);
	check_u64(issue(&place, "doe.4711", "NY0303000", 365), 0);
	certificate_load(&ca, place.dir, "tls/ca.crt");
	certificate_load(&client, place.dir, "clients/doe.4711.crt");
	check(certificate_is_good(&client, &ca, GNUTLS_KP_TLS_WWW_CLIENT, NULL));
	check(!certificate_is_good(&client, &ca, GNUTLS_KP_TLS_WWW_SERVER,
	    NULL));
	check(gnutls_x509_crt_get_fingerprint(client.handle, GNUTLS_DIG_SHA256,
		  fingerprint, &len) == 0);
	check(memcmp(fingerprint, place.fingerprint, len) == 0);
	check(gnutls_x509_crt_get_dn(client.handle, name, &name_len) == 0);
	check_str(str_of(name), STR("O=NY0303000,CN=doe.4711"));
	check(labs(gnutls_x509_crt_get_expiration_time(client.handle) -
		  time(NULL) - 365 * 86400) < 60);
	snprintf(path, sizeof(path), "%s/clients/doe.4711.key", place.dir);
	check(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
	certificate_free(&client);
	certificate_free(&ca);
	leave(&place);
}

static void
serial_numbers_and_keys_differ(void)
{
	struct place place;
	uint8_t first[ISSUE_FINGERPRINT];
	struct certificate a;
	struct certificate b;
	unsigned char serial[2][32];
	size_t len[2] = { 32, 32 };

	settle(&place, 10);
	check_u64(issue(&place, "a", "NY0303000", 1), 0);
	memcpy(first, place.fingerprint, sizeof(first));
	check_u64(issue(&place, "b", "NY0303000", 1), 0);
	check(memcmp(first, place.fingerprint, sizeof(first)) != 0);
	certificate_load(&a, place.dir, "clients/a.crt");
	certificate_load(&b, place.dir, "clients/b.crt");
	check(gnutls_x509_crt_get_serial(a.handle, serial[0], &len[0]) == 0 &&
	    gnutls_x509_crt_get_serial(b.handle, serial[1], &len[1]) == 0);
	check_u64(len[0], 16);
	check(memcmp(serial[0], serial[1], 16) != 0);
	certificate_free(&a);
	certificate_free(&b);
	leave(&place);
}

static void
a_certificate_is_not_replaced(void)
{
	struct place place;

	settle(&place, 10);
	check_u64(issue(&place, "doe", "NY0303000", 1), 0);
	check_u64(issue(&place, "doe", "NY0303000", 1), ISSUE_E_EXISTS);
	leave(&place);
}

static void
a_name_that_could_be_a_path_is_refused(void)
{
	char long_name[LIMIT_ISSUE_NAME + 2] = "";
	const char *const names[] = { "", ".", "..", "../ca", "a/b",
		".hidden", "a b", "a\nb", "a\xc3\xa9",
		long_name };
	static const char *const oris[] = { "", "NY030300", "NY03030000",
		"ny0303000", "NY030300 " };
	struct place place;

	settle(&place, 10);
	memset(long_name, 'a', LIMIT_ISSUE_NAME + 1);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		check_u64(issue(&place, names[i], "NY0303000", 1),
		    ISSUE_E_NAME);
	for (size_t i = 0; i < ARRAY_LEN(oris); i++)
		check_u64(issue(&place, "doe", oris[i], 1), ISSUE_E_NAME);
	long_name[LIMIT_ISSUE_NAME] = '\0';
	check_u64(issue(&place, long_name, "NY0303000", 1), 0);
	leave(&place);
}

static void
days_are_limited_and_end_with_the_ca(void)
{
	struct place place;

	settle(&place, 1);
	check_u64(issue(&place, "a", "NY0303000", 0), ISSUE_E_DAYS);
	check_u64(issue(&place, "a", "NY0303000", LIMIT_ISSUE_DAYS + 1),
	    ISSUE_E_DAYS);
	check_u64(issue(&place, "a", "NY0303000", 400), ISSUE_E_DAYS);
	check_u64(issue(&place, "a", "NY0303000", 300), 0);
	leave(&place);
	settle(&place, 10);
	check_u64(issue(&place, "a", "NY0303000", LIMIT_ISSUE_DAYS), 0);
	leave(&place);
}

static void
without_its_ca_nothing_is_issued(void)
{
	struct place place;
	char path[64];
	char other[64];

	settle(&place, 10);
	check_u64(issue(&place, "a", "NY0303000", 1), 0);
	/* A client's pair is no authority. */
	snprintf(path, sizeof(path), "%s/clients/a.crt", place.dir);
	snprintf(other, sizeof(other), "%s/tls/ca.crt", place.dir);
	check(rename(path, other) == 0);
	check_u64(issue(&place, "a", "NY0303000", 1), ISSUE_E_CA);
	check(truncate(other, 65536) == 0);
	check_u64(issue(&place, "a", "NY0303000", 1), ISSUE_E_CA);
	unlink(other);
	check_u64(issue(&place, "a", "NY0303000", 1), ISSUE_E_CA);
	check_u64(issue_server(place.dir, NULL, 0), ISSUE_SERVER_E_CA);
	leave(&place);
}

static void
a_server_certificate_ends_before_its_ca(void)
{
	struct place place;
	struct certificate ca;
	struct certificate server;

	settle(&place, 1);
	check_u64(issue_server(place.dir, NULL, 0), 0);
	certificate_load(&ca, place.dir, "tls/ca.crt");
	certificate_load(&server, place.dir, "tls/server.crt");
	check(certificate_is_good(&server, &ca, GNUTLS_KP_TLS_WWW_SERVER,
	    "localhost"));
	check(gnutls_x509_crt_get_expiration_time(server.handle) <=
	    gnutls_x509_crt_get_expiration_time(ca.handle));
	certificate_free(&server);
	certificate_free(&ca);
	leave(&place);
}

static void
a_server_certificate_is_good_for_as_long_as_browsers_take(void)
{
	struct place place;
	struct certificate server;

	settle(&place, 10);
	check_u64(issue_server(place.dir, NULL, 0), 0);
	certificate_load(&server, place.dir, "tls/server.crt");
	check(labs(gnutls_x509_crt_get_expiration_time(server.handle) -
		  time(NULL) - ISSUE_SERVER_DAYS * 86400L) < 60);
	certificate_free(&server);
	leave(&place);
}

static const struct tap_test tests[] = {
	TEST(a_client_certificate_is_for_its_requester_alone),
	TEST(serial_numbers_and_keys_differ),
	TEST(a_certificate_is_not_replaced),
	TEST(a_name_that_could_be_a_path_is_refused),
	TEST(days_are_limited_and_end_with_the_ca),
	TEST(without_its_ca_nothing_is_issued),
	TEST(a_server_certificate_ends_before_its_ca),
	TEST(a_server_certificate_is_good_for_as_long_as_browsers_take),
};

TAP_MAIN(tests)
