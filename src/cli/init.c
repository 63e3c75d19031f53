/* `stile init`; see init.h. */
#include "cli/init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/issue.h"
#include "config/config.h"
#include "crypto/csprng.h"
#include "keeper/keyring.h"
#include "keeper/lastsigned.h"
#include "limits.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/file.h"

#define INIT_YEARS 10
#define INIT_PATH 3584 /* leaves room for what is below */

/* Who may look inside: the log is for everybody, once DIR itself is opened. */
static const struct {
	const char *name;
	mode_t mode;
} folders[] = {
	{ "state", 0700 }, { "records", 0700 }, { "keys", 0700 },
	{ "packs", 0700 }, { "trust", 0700 }, { "tls", 0700 },
	{ "ca", 0700 }, { "clients", 0700 }, { "log", 0755 }, { "run", 0700 },
	{ "outbox", 0700 }, { "consign", 0700 }, { "custodians", 0700 },
};

struct making {
	const struct init_options *options;
	FILE *report; /* NULL: nothing is said of what was made */
	FILE *errors;
	bool is_begun; /* the fresh folder is ours */
	char dir[INIT_PATH];   /* without a slash at its end */
	char fresh[INIT_PATH + 8]; /* DIR.new */
	struct arena arena;
	struct str origin;
	struct str conf; /* text of stile.conf */
};

static int
wrong(const struct making *making, const char *text)
{
	fprintf(making->errors, "stile init: %s\n", text);
	return INIT_E_WRONG;
}

static int
exists(const struct making *making)
{
	fprintf(making->errors, "stile init: %s is there already; nothing was "
	    "changed\n", making->dir);
	return INIT_E_EXISTS;
}

static int
name_directories(struct making *making)
{
	size_t len = strlen(making->options->dir);

	while (len > 1 && making->options->dir[len - 1] == '/')
		len--;
	if (len == 0 || len >= INIT_PATH ||
	    strcmp(making->options->dir, "/") == 0)
		return wrong(making, "the directory can not have that name");
	memcpy(making->dir, making->options->dir, len);
	making->dir[len] = '\0';
	snprintf(making->fresh, sizeof(making->fresh), "%s.new", making->dir);
	return 0;
}

/*
 * The settings, checked as serve will: what can not be served is not made.
 */
static int
make_settings(struct making *making)
{
	const struct init_options *options = making->options;
	struct config holder = { .listen.port = options->port };
	struct config read;
	struct diag_list diags;
	int r;

	making->origin = options->origin != NULL ? str_of(options->origin) :
	    arena_format(&making->arena, "stile.invalid/%s", options->holder);
	holder.holder.id = str_of(options->holder);
	holder.holder.name = str_of(options->name);
	holder.holder.state = str_of(options->state);
	holder.holder.origin = making->origin;
	making->conf = config_template(&making->arena, &holder);
	if (making->conf.p == NULL || making->origin.p == NULL)
		return wrong(making, "the options are too long");
	diag_init(&diags, &making->arena, STR("stile init"), STR(""));
	r = config_parse(&read, &diags, making->conf);
	if (r < 0)
		return TRACE(r);
	for (size_t i = 0; i < diags.n_items; i++)
		fprintf(making->errors, "stile init: %.*s\n",
		    STR_ARG(diags.items[i].text));
	config_fini(&read);
	return r == 0 ? 0 : INIT_E_WRONG;
}

/* Nothing, or a directory that holds nothing (a package made it). */
static bool
is_free(const char *path)
{
	struct dirent *entry;
	bool is_empty = true;
	DIR *folder = opendir(path);

	if (folder == NULL)
		return errno == ENOENT;
	while ((entry = readdir(folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			is_empty = false;
	closedir(folder);
	return is_empty;
}

static int
check_options(struct making *making)
{
	const struct init_options *options = making->options;

	if (options->n_hosts > LIMIT_ISSUE_HOSTS)
		return wrong(making, "more than 32 hosts");
	for (size_t i = 0; i < options->n_hosts; i++)
		if (options->hosts[i][0] == '\0' ||
		    strlen(options->hosts[i]) > 253)
			return wrong(making, "a host is empty or longer than a "
					     "DNS name");
	if (options->years < 0 || options->years > LIMIT_ISSUE_YEARS)
		return wrong(making, "the CA can be valid for 1 to 30 years");
	if (!is_free(making->dir))
		return exists(making);
	return TRACE(make_settings(making));
}

static int
make_folders(struct making *making)
{
	char path[4096];

	if (mkdir(making->fresh, 0700) < 0 && errno == EEXIST) {
		fprintf(making->errors, "stile init: %s: left over by an init "
		    "that did not end; remove it\n", making->fresh);
		return INIT_E_WRONG;
	}
	making->is_begun = access(making->fresh, W_OK) == 0;
	if (!making->is_begun)
		return FAULT(errno);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", making->fresh,
		    folders[i].name);
		if (mkdir(path, 0700) < 0 ||
		    chmod(path, folders[i].mode) < 0)
			return FAULT(errno);
	}
	return 0;
}

static int
make_keys(struct making *making)
{
	char path[4096];
	struct csprng csprng;
	struct random random;
	int r = csprng_open(&csprng);

	if (r < 0)
		return TRACE(r);
	random = csprng_random(&csprng);
	r = keyring_create(making->fresh, making->origin, &random);
	csprng_close(&csprng);
	if (r == KEYRING_E_WRONG)
		return wrong(making, "the origin can not name a key");
	if (r < 0)
		return TRACE(r);
	snprintf(path, sizeof(path), "%s/keys/keeper.state", making->fresh);
	return TRACE(lastsigned_create(path));
}

static int
make_certificates(struct making *making)
{
	const struct init_options *options = making->options;
	int64_t years = options->years != 0 ? options->years : INIT_YEARS;
	int r = issue_authority(making->fresh, options->holder, years);

	if (r == 0)
		r = issue_server(making->fresh, options->hosts,
		    options->n_hosts);
	return r > 0 ? FAULT(EPROTO) : TRACE(r);
}

static int
make_store(struct making *making)
{
	char path[4096];
	struct diag_list diags;
	struct store *store = NULL;
	int r;

	snprintf(path, sizeof(path), "%s/state/stile.db", making->fresh);
	diag_init(&diags, &making->arena, str_of(path), STR(""));
	r = store_open(&store, str_of(path), STORE_CREATE, &diags);
	if (r != 0)
		diag_print(&diags, making->errors);
	store_close(store);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

static int
make_conf(struct making *making)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/stile.conf", making->fresh);
	return TRACE(file_replace(AT_FDCWD, path, making->conf, 0600));
}

/* Give it its name; from here on there is a holder. */
static int
finish(struct making *making)
{
	char inside[INIT_PATH + 16];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[4096];
		int r;

		snprintf(path, sizeof(path), "%s/%s/.", making->fresh,
		    folders[i].name);
		r = file_sync_directory(AT_FDCWD, path);
		if (r < 0)
			return TRACE(r);
	}
	snprintf(inside, sizeof(inside), "%s/.", making->fresh);
	if (file_sync_directory(AT_FDCWD, inside) < 0)
		return FAULT(EIO);
	/* An empty directory gives way; one that holds anything does not. */
	if (rename(making->fresh, making->dir) < 0)
		return errno == ENOTEMPTY || errno == EEXIST ? exists(making) :
							       FAULT(errno);
	return TRACE(file_sync_directory(AT_FDCWD, making->dir));
}

static const struct {
	int (*make)(struct making *making);
	const char *said;
} steps[] = {
	{ make_folders, NULL },
	{ make_keys, "keys/     log key, sealing key, subject-index key" },
	{ make_certificates, "ca/, tls/ certificate authority, server" },
	{ make_store, "state/    empty store" },
	{ make_conf, "stile.conf" },
	{ finish, NULL },
};

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int
init_holder(const struct init_options *options, FILE *report, FILE *errors)
{
	struct making making = { .options = options,
		.report = report,
		.errors = errors };
	int r = name_directories(&making);

	arena_init(&making.arena, LIMIT_CONFIG_ARENA);
	if (r == 0)
		r = check_options(&making);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(steps); i++) {
		r = steps[i].make(&making);
		if (r == 0 && steps[i].said != NULL && report != NULL)
			fprintf(report, "made %s\n", steps[i].said);
	}
	if (r != 0 && making.is_begun)
		nftw(making.fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (r == 0 && report != NULL)
		fprintf(report, "%s is the directory of %s\n", making.dir,
		    options->holder);
	arena_fini(&making.arena);
	return r < 0 ? TRACE(r) : r;
}
