/* Certificates of the holder; see issue.h. */
#include "cli/issue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "crypto/x509.h"
#include "limits.h"
#include "util/arena.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"

/* Not in tls/, which fronts may read: a broken one must not issue anything. */
#define AUTHORITY_KEY "ca/ca"
#define PEM_BYTES 16384 /* a certificate or key we made */
#define ISSUE_ARENA (16 * (size_t)PEM_BYTES)
#define DAY INT64_C(86400)
#define BACKDATED INT64_C(3600) /* a client's clock may be behind */

/* Memory that held a secret key: erased with the arena. */
struct desk {
	struct arena arena;
	int dir_fd;
	struct x509_pair authority;
	struct x509_pair fresh;
};

static void
desk_fini(struct desk *desk)
{
	const struct str keys[] = { desk->authority.key, desk->fresh.key };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].p != NULL)
			secret_wipe((void *)(uintptr_t)keys[i].p, keys[i].len);
	arena_fini(&desk->arena);
	if (desk->dir_fd >= 0)
		close(desk->dir_fd);
}

static int
desk_init(struct desk *desk, const char *dir)
{
	*desk = (struct desk){ .dir_fd = open(dir, O_RDONLY | O_DIRECTORY |
		O_CLOEXEC) };
	arena_init(&desk->arena, ISSUE_ARENA);
	return desk->dir_fd < 0 ? FAULT(errno) : 0;
}

static int64_t
now_s(void)
{
	struct clock clock = clock_system();

	return clock_now_us(&clock) / 1000000;
}

/* Returns: 0; 1 there is no such pair; fault. */
static int
load_authority(struct desk *desk)
{
	int r = file_read(&desk->authority.certificate, &desk->arena,
	    desk->dir_fd, "tls/ca.crt", PEM_BYTES);

	if (r == 0)
		r = file_read(&desk->authority.key, &desk->arena, desk->dir_fd,
		    AUTHORITY_KEY ".key", PEM_BYTES);
	return r < 0 ? TRACE(r) : r > 0;
}

/* Write the pair; the key first, so that no certificate is without one. */
static int
save(const struct desk *desk, const char *name, const char *key)
{
	char path[LIMIT_ISSUE_NAME + 32];
	int r;

	snprintf(path, sizeof(path), "%s.key", key);
	r = file_replace(desk->dir_fd, path, desk->fresh.key, 0600);
	if (r < 0)
		return TRACE(r);
	snprintf(path, sizeof(path), "%s.crt", name);
	return TRACE(file_replace(desk->dir_fd, path, desk->fresh.certificate,
	    0644));
}

int
issue_authority(const char *dir, const char *holder, int64_t years)
{
	CLEANUP(desk_fini) struct desk desk;
	int r = desk_init(&desk, dir);
	int64_t now = now_s();
	struct x509_request request = { .kind = X509_AUTHORITY,
		.common_name = arena_format(&desk.arena, "%s Stile CA", holder),
		.organization = str_of(holder), .not_before = now - BACKDATED,
		.not_after = now + years * 366 * DAY };

	if (r == 0)
		r = x509_issue(&desk.fresh, &desk.arena, &request, NULL);
	if (r != 0)
		return TRACE(r);
	return TRACE(save(&desk, "tls/ca", AUTHORITY_KEY));
}

static const struct str local_hosts[] = { STR_INIT("localhost"),
	STR_INIT("127.0.0.1"), STR_INIT("::1") };

int
issue_server(const char *dir, const char *const *hosts, size_t n_hosts)
{
	struct str names[LIMIT_ISSUE_HOSTS + ARRAY_LEN(local_hosts)];
	CLEANUP(desk_fini) struct desk desk;
	int r = desk_init(&desk, dir);
	int64_t now = now_s();
	struct x509_request request = { .kind = X509_SERVER, .hosts = names,
		.common_name = n_hosts > 0 ? str_of(hosts[0]) : local_hosts[0],
		.n_hosts = ARRAY_LEN(local_hosts), .not_before = now - BACKDATED,
		.not_after = now + ISSUE_SERVER_DAYS * DAY };

	memcpy(names, local_hosts, sizeof(local_hosts));
	for (size_t i = 0; i < MIN(n_hosts, LIMIT_ISSUE_HOSTS); i++)
		names[request.n_hosts++] = str_of(hosts[i]);
	/* A long DNS name is in the alternative names; CN has its bound. */
	request.common_name = str_part(request.common_name, 0,
	    LIMIT_ISSUE_NAME);
	if (r == 0)
		r = load_authority(&desk);
	if (r > 0)
		return ISSUE_SERVER_E_CA;
	/* A CA near its end: as long as it lasts, in days. */
	while (r == 0) {
		r = x509_issue(&desk.fresh, &desk.arena, &request,
		    &desk.authority);
		if (r != X509_E_DATES || request.not_after < now + 2 * DAY)
			break;
		request.not_after = now + (request.not_after - now) / 2;
		r = 0;
	}
	if (r != 0)
		return r < 0 ? TRACE(r) : ISSUE_SERVER_E_CA;
	return TRACE(save(&desk, "tls/server", "tls/server"));
}

static bool
is_requester(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > LIMIT_ISSUE_NAME || name[0] == '.')
		return false;
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789._-@") == len;
}

static bool
is_ori(const char *ori)
{
	return strlen(ori) == 9 &&
	    strspn(ori, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 9;
}

int
issue_certificate(uint8_t fingerprint[static ISSUE_FINGERPRINT],
    const char *dir, const char *requester, const char *ori, int64_t days)
{
	char name[LIMIT_ISSUE_NAME + 16];
	char path[LIMIT_ISSUE_NAME + 24];
	CLEANUP(desk_fini) struct desk desk = { .dir_fd = -1 };
	int64_t now = now_s();
	struct x509_request request = { .kind = X509_CLIENT,
		.common_name = str_of(requester), .organization = str_of(ori),
		.not_before = now - BACKDATED, .not_after = now + days * DAY };
	struct stat info;
	int r;

	if (!is_requester(requester) || !is_ori(ori))
		return ISSUE_E_NAME;
	if (days < 1 || days > LIMIT_ISSUE_DAYS)
		return ISSUE_E_DAYS;
	snprintf(name, sizeof(name), "clients/%s", requester);
	snprintf(path, sizeof(path), "%s.crt", name);
	r = desk_init(&desk, dir);
	if (r < 0)
		return TRACE(r);
	if (fstatat(desk.dir_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0)
		return ISSUE_E_EXISTS;
	r = load_authority(&desk);
	if (r != 0)
		return r < 0 ? TRACE(r) : ISSUE_E_CA;
	r = x509_issue(&desk.fresh, &desk.arena, &request, &desk.authority);
	if (r != 0)
		return r < 0 ? TRACE(r) :
		    r == X509_E_DATES ? ISSUE_E_DAYS : ISSUE_E_CA;
	memcpy(fingerprint, desk.fresh.fingerprint, ISSUE_FINGERPRINT);
	return TRACE(save(&desk, name, name));
}
