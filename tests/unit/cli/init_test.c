/* A new holder: whole, private, never over another. */
#include "cli/init.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certificate.h"
#include "config/config.h"
#include "keeper/keyring.h"
#include "keeper/lastsigned.h"
#include "limits.h"
#include "store/store.h"

struct place {
	char base[48];
	char dir[80];
	char report[8192];
	struct init_options options;
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
settle(struct place *place)
{
	*place = (struct place){ .base = "/tmp/stile-init-XXXXXX" };
	check(mkdtemp(place->base) != NULL);
	snprintf(place->dir, sizeof(place->dir), "%s/holder", place->base);
	place->options = (struct init_options){ .dir = place->dir,
		.holder = "NYDMV", .name = "New York State DMV", .state = "NY",
		.origin = "log.example/ny" };
}

static void
leave(struct place *place)
{
	nftw(place->base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int
run(struct place *place)
{
	FILE *report = fmemopen(place->report, sizeof(place->report), "w");
	int r = init_holder(&place->options, report, report);

	fclose(report);
	return r;
}

static mode_t
mode_of(const struct place *place, const char *name)
{
	char path[256];
	struct stat info;

	snprintf(path, sizeof(path), "%s/%s", place->dir, name);
	return stat(path, &info) == 0 ? info.st_mode & 07777 : 0;
}

static bool
is_gone(const char *path, const char *suffix)
{
	char full[256];

	snprintf(full, sizeof(full), "%s%s", path, suffix);
	return access(full, F_OK) < 0;
}

static void
a_new_holder_has_everything(void)
{
	static const char *const secrets[] = { "stile.conf", "keys/log.key",
		"keys/seal.key", "keys/subject.key", "keys/keeper.state",
		"ca/ca.key", "tls/server.key" };
	static const char *const folders[] = { "", "state", "records", "keys",
		"packs", "trust", "tls", "ca", "clients", "run" };
	static const char *const public[] = { "keys/log.vkey", "tls/ca.crt",
		"tls/server.crt" };
	struct place place;

	settle(&place);
	check_u64(run(&place), 0);
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		check_u64(mode_of(&place, secrets[i]), 0600);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		check_u64(mode_of(&place, folders[i]), 0700);
	for (size_t i = 0; i < ARRAY_LEN(public); i++)
		check_u64(mode_of(&place, public[i]), 0644);
	check_u64(mode_of(&place, "log"), 0755);
	check(is_gone(place.dir, ".new"));
	leave(&place);
}

static void
what_was_made_is_what_the_roles_open(void)
{
	struct place place;
	struct config config;
	struct diag_list diags;
	struct arena arena;
	struct keyring *keys = NULL;
	struct lastsigned last;
	struct store *store = NULL;
	char path[256];

	settle(&place);
	place.options.port = 9443;
	check_u64(run(&place), 0);
	arena_init(&arena, 1u << 20);
	diag_init(&diags, &arena, STR(""), STR(""));
	check_u64(config_load(&config, &diags, place.dir), 0);
	check_str(config.holder.name, STR("New York State DMV"));
	check_u64(config.listen.port, 9443);
	check_u64(keyring_load(&keys, &diags, place.dir, config.holder.origin),
	    0);
	snprintf(path, sizeof(path), "%s/keys/keeper.state", place.dir);
	check_u64(lastsigned_open(&last, path), 0);
	check_u64(last.size, 0);
	snprintf(path, sizeof(path), "%s/state/stile.db", place.dir);
	check_u64(store_open(&store, str_of(path), STORE_WRITE, &diags), 0);
	diag_print(&diags, stdout);
	store_close(store);
	lastsigned_close(&last);
	keyring_free(keys);
	config_fini(&config);
	arena_fini(&arena);
	leave(&place);
}

static void
the_server_certificate_is_for_its_hosts(void)
{
	static const char *const hosts[] = { "gate.dmv.example", "192.0.2.7" };
	static const char *const names[] = { "localhost", "127.0.0.1", "::1",
		"gate.dmv.example", "192.0.2.7" };
	struct place place;
	struct certificate ca;
	struct certificate server;

	settle(&place);
	place.options.hosts = hosts;
	place.options.n_hosts = ARRAY_LEN(hosts);
	check_u64(run(&place), 0);
	certificate_load(&ca, place.dir, "tls/ca.crt");
	certificate_load(&server, place.dir, "tls/server.crt");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		check(certificate_is_good(&server, &ca,
		    GNUTLS_KP_TLS_WWW_SERVER, names[i]));
	check(!certificate_is_good(&server, &ca, GNUTLS_KP_TLS_WWW_SERVER,
	    "other.example"));
	check(!certificate_is_good(&server, &ca, GNUTLS_KP_TLS_WWW_CLIENT,
	    NULL));
	certificate_free(&server);
	certificate_free(&ca);
	leave(&place);
}

static void
a_holder_that_exists_is_never_touched(void)
{
	struct place place;
	struct stat before;
	struct stat after;
	char path[256];

	settle(&place);
	check_u64(run(&place), 0);
	snprintf(path, sizeof(path), "%s/keys/log.key", place.dir);
	check(stat(path, &before) == 0);
	check_u64(run(&place), INIT_E_EXISTS);
	check(stat(path, &after) == 0 && before.st_ino == after.st_ino &&
	    before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	check(strstr(place.report, "is there already; nothing was changed\n") !=
	    NULL);
	check(is_gone(place.dir, ".new"));
	leave(&place);
}

static void
a_file_of_that_name_is_never_touched(void)
{
	struct place place;
	int fd;

	settle(&place);
	fd = open(place.dir, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	check(fd >= 0);
	close(fd);
	check_u64(run(&place), INIT_E_EXISTS);
	check(!is_gone(place.dir, ""));
	leave(&place);
}

static void
an_empty_directory_gives_way(void)
{
	struct place place;

	settle(&place);
	check(mkdir(place.dir, 0755) == 0);
	check_u64(run(&place), 0);
	check_u64(mode_of(&place, ""), 0700);
	leave(&place);
}

static void
what_an_unfinished_init_left_is_said(void)
{
	struct place place;
	char path[128];

	settle(&place);
	snprintf(path, sizeof(path), "%s.new", place.dir);
	check(mkdir(path, 0700) == 0);
	check_u64(run(&place), INIT_E_WRONG);
	check(strstr(place.report, "left over by an init that did not end") !=
	    NULL);
	check(is_gone(place.dir, ""));
	leave(&place);
}

/* Change one option; expect that nothing is made, and why. */
static void
check_wrong(struct place *place, const char *message)
{
	check_u64(run(place), INIT_E_WRONG);
	if (!check(strstr(place->report, message) != NULL))
		printf("# %s\n", place->report);
	check(is_gone(place->dir, "") && is_gone(place->dir, ".new"));
	leave(place);
}

static void
options_that_can_not_be_served_are_refused(void)
{
	static const char *const many[LIMIT_ISSUE_HOSTS + 1] = { "a" };
	static const char *const empty[] = { "" };
	struct place place;

	settle(&place);
	place.options.holder = "ny dmv";
	check_wrong(&place, "holder.id: \"ny dmv\" is not 1 to 16 capital "
			    "letters and digits\n");
	settle(&place);
	place.options.state = "New York";
	check_wrong(&place, "holder.state: \"New York\" is not two capital "
			    "letters\n");
	settle(&place);
	place.options.origin = "https://log.example/a b";
	check_wrong(&place, "holder.origin: ");
	settle(&place);
	place.options.port = 70000;
	check_wrong(&place, "listen.port: 70000 is not between 1 and 65535\n");
	settle(&place);
	place.options.years = LIMIT_ISSUE_YEARS + 1;
	check_wrong(&place, "1 to 30 years");
	settle(&place);
	place.options.hosts = many;
	place.options.n_hosts = ARRAY_LEN(many);
	check_wrong(&place, "more than 32 hosts");
	settle(&place);
	place.options.hosts = empty;
	place.options.n_hosts = 1;
	check_wrong(&place, "a host is empty");
}

static const struct tap_test tests[] = {
	TEST(a_new_holder_has_everything),
	TEST(what_was_made_is_what_the_roles_open),
	TEST(the_server_certificate_is_for_its_hosts),
	TEST(a_holder_that_exists_is_never_touched),
	TEST(a_file_of_that_name_is_never_touched),
	TEST(an_empty_directory_gives_way),
	TEST(what_an_unfinished_init_left_is_said),
	TEST(options_that_can_not_be_served_are_refused),
};

TAP_MAIN(tests)
