/* The next log; see rotate.h. */
#include "cli/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/admin.h"
#include "cli/copytree.h"
#include "cli/holder.h"
#include "config/config.h"
#include "crypto/csprng.h"
#include "keeper/keyring.h"
#include "keeper/lastsigned.h"
#include "store/consignments.h"
#include "store/entries.h"
#include "store/requests.h"
#include "store/succession.h"
#include "tlog/checkpoint.h"
#include "util/fault.h"
#include "util/file.h"

/* Of the new log alone; made here. The rest is copied. */
static const struct {
	const char *name;
	mode_t mode;
} folders[] = {
	{ "state", 0700 }, { "keys", 0700 }, { "log", 0755 },
	{ "run", 0700 }, { "outbox", 0700 }, { "consign", 0700 },
};

struct rotation {
	struct cli *cli;
	const char *dir;
	const char *next;
	const char *fresh; /* NEXT.new */
	struct admin *old;
	struct str origin;     /* of the new log */
	struct str checkpoint; /* of the old one, signed */
	struct str vkey;       /* of the new log */
	uint64_t size;	       /* of the old log */
};

static const char *
in(struct rotation *rotation, const char *dir, const char *name)
{
	return arena_format(&rotation->cli->arena, "%s/%s", dir, name).p;
}

/* --- may it be done? --------------------------------------------------------- */

static int
note_request(void *context, const struct store_request *request)
{
	(void)request;
	*(bool *)context = true;
	return 0;
}

static int
note_consignment(void *context, const struct store_consignment *consignment)
{
	if (consignment->state != CONSIGNMENTS_ERASED)
		*(bool *)context = true;
	return 0;
}

/* What would have to be in two places. */
static int
check_nothing_waits(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	struct store *store = admin_gate(rotation->old)->store;
	bool is_waiting = false;
	bool is_held = false;
	int r = requests_each_referred(store, STR(""), note_request,
	    &is_waiting);

	if (r == 0)
		r = consignments_each(store, note_consignment, &is_held);
	if (r < 0)
		return verb_fault(cli, r, "store");
	if (is_waiting)
		return verb_fail(cli, VERB_NO, "requests wait for an approval: "
			"have them decided first");
	return is_held
	    ? verb_fail(cli, VERB_NO, "a consignment is held: it stays with "
		"the log that it came to; have it opened or destroyed first")
	    : VERB_OK;
}

/* Everything that is logged is published, and nothing waits. */
static int
check_old(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	struct gate *gate = admin_gate(rotation->old);
	struct tlog_checkpoint checkpoint;
	struct tlog_note_key key;
	struct digest root;
	struct str vkey;
	int r = verb_read(cli, &vkey, in(rotation, rotation->dir,
	    "keys/log.vkey"), LIMIT_TLOG_NOTE_BYTES);

	if (r == VERB_OK)
		r = verb_read(cli, &rotation->checkpoint,
		    in(rotation, rotation->dir, "log/checkpoint"),
		    LIMIT_TLOG_NOTE_BYTES);
	if (r != VERB_OK)
		return r;
	rotation->size = tlog_edge_size(gate->edge);
	tlog_edge_root(gate->edge, &root);
	if (tlog_note_key_parse(&key, str_trim(vkey)) != 0 ||
	    tlog_checkpoint_open(&checkpoint, rotation->checkpoint, &key) != 0)
		return verb_fail(cli, VERB_NO,
		    "log/checkpoint is not signed by keys/log.vkey");
	if (checkpoint.size != rotation->size ||
	    memcmp(&checkpoint.root, &root, sizeof(root)) != 0)
		return verb_fail(cli, VERB_NO,
		    "%" PRIu64 " entries are logged and %" PRIu64
		    " are published: serve it until all are",
		    rotation->size, checkpoint.size);
	return check_nothing_waits(rotation);
}

/* What follows "example.org/log" is "example.org/log/2", and so on. */
static int
name_origin(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	const char *given = option_get(&cli->options, "origin");
	struct str old = admin_gate(rotation->old)->origin;
	size_t slash = old.len;
	uint64_t number = 1;

	while (slash > 0 && old.p[slash - 1] != '/')
		slash--;
	if (slash < 2 ||
	    !str_to_u64(&number, str_part(old, slash, old.len)))
		slash = old.len + 1;
	rotation->origin = given != NULL
	    ? str_of(given)
	    : arena_format(&cli->arena, "%.*s/%" PRIu64,
		  STR_ARG(str_part(old, 0, slash - 1)), number + 1);
	if (str_is_equal(rotation->origin, old))
		return verb_fail(cli, VERB_USAGE,
		    "--origin: the next log needs another name");
	return VERB_OK;
}

/* --- making the next directory ----------------------------------------------- */

static bool
is_left_out(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (strcmp(name, folders[i].name) == 0)
			return true;
	}
	return strcmp(name, "stile.conf") == 0;
}

static int
make_folders(struct rotation *rotation)
{
	if (mkdir(rotation->fresh, 0700) < 0)
		return FAULT(errno);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const char *path = in(rotation, rotation->fresh,
		    folders[i].name);

		if (mkdir(path, 0700) < 0 || chmod(path, folders[i].mode) < 0)
			return FAULT(errno);
	}
	return TRACE(copytree(rotation->dir, rotation->fresh, is_left_out));
}

/* New keys, but for that of subjects: budgets go on. */
static int
make_keys(struct rotation *rotation)
{
	const char *subject = in(rotation, rotation->fresh, "keys/subject.key");
	struct csprng csprng;
	struct random random;
	struct str vkey;
	int r = csprng_open(&csprng);

	if (r < 0)
		return TRACE(r);
	random = csprng_random(&csprng);
	r = keyring_create(rotation->fresh, rotation->origin, &random);
	csprng_close(&csprng);
	if (r == 0 && unlink(subject) < 0)
		r = FAULT(errno);
	if (r == 0)
		r = copytree_file(in(rotation, rotation->dir,
		    "keys/subject.key"), subject);
	if (r == 0)
		r = lastsigned_create(in(rotation, rotation->fresh,
		    "keys/keeper.state"));
	if (r == 0)
		r = file_read(&vkey, &rotation->cli->arena, AT_FDCWD,
		    in(rotation, rotation->fresh, "keys/log.vkey"),
		    LIMIT_TLOG_NOTE_BYTES);
	rotation->vkey = r == 0 ? str_trim(vkey) : STR("");
	return r > 0 ? FAULT(EINVAL) : TRACE(r);
}

/* The settings with the new origin in the old one's place. */
static int
make_conf(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	struct str old = arena_format(&cli->arena, "\"%.*s\"",
	    STR_ARG(admin_gate(rotation->old)->origin));
	CLEANUP(buf_fini) struct buf conf = { 0 };
	struct config read;
	struct diag_list diags;
	struct str text;
	const char *at;
	int r = verb_read(cli, &text, in(rotation, rotation->dir,
	    "stile.conf"), LIMIT_CONFIG_BYTES);

	if (r != VERB_OK)
		return r;
	at = memmem(text.p, text.len, old.p, old.len);
	if (at == NULL)
		return verb_fail(cli, VERB_NO,
		    "stile.conf does not spell the origin as %s", old.p);
	buf_init(&conf, LIMIT_CONFIG_BYTES);
	buf_add_str(&conf, (struct str){ text.p, (size_t)(at - text.p) });
	buf_add_format(&conf, "\"%.*s\"", STR_ARG(rotation->origin));
	buf_add_str(&conf, str_part(text, (size_t)(at - text.p) + old.len,
	    text.len));
	diag_init(&diags, &cli->arena, STR("stile.conf"), buf_str(&conf));
	r = config_parse(&read, &diags, buf_str(&conf));
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, "stile.conf")
			     : verb_diags(cli, VERB_NO, &diags);
	config_fini(&read);
	r = file_replace(AT_FDCWD, in(rotation, rotation->fresh, "stile.conf"),
	    buf_str(&conf), 0600);
	return r < 0 ? verb_fault(cli, r, "stile.conf") : VERB_OK;
}

static int
clear(struct store *store)
{
	int r = store_begin(store);

	if (r == 0)
		r = succession_clear(store);
	if (r == 0)
		r = store_commit(store);
	if (r == 0)
		r = store_checkpoint(store, STORE_CHECKPOINT_TRUNCATE);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* The old one is ours alone, and all of it in its file after a checkpoint. */
static int
make_store(struct rotation *rotation)
{
	const char *path = in(rotation, rotation->fresh, "state/stile.db");
	struct store *store = NULL;
	struct diag_list diags;
	int r = store_checkpoint(admin_gate(rotation->old)->store,
	    STORE_CHECKPOINT_ERASE);

	if (r == 0)
		r = copytree_file(in(rotation, rotation->dir,
		    "state/stile.db"), path);
	diag_init(&diags, &rotation->cli->arena, str_of(path), STR(""));
	if (r == 0)
		r = store_open(&store, str_of(path), STORE_WRITE, &diags);
	if (r == 0)
		r = clear(store);
	store_close(store);
	return r > 0 ? FAULT(EBUSY) : TRACE(r);
}

/* --- its first entry, and the old one's last --------------------------------- */

static int
begin_log(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	CLEANUP(admin_closep) struct admin *admin = NULL;
	CLEANUP(buf_fini) struct buf claims = { 0 };
	struct diag_list diags;
	int r;

	buf_init(&claims, LIMIT_TLOG_RECEIPT_BYTES);
	diag_init(&diags, &cli->arena, str_of(rotation->fresh),
	    (struct str){ 0 });
	r = admin_open(&admin, rotation->fresh, &diags);
	if (r == 0)
		r = admin_begin_log(admin, &claims, rotation->checkpoint,
		    &diags);
	if (r == 0)
		r = file_replace(AT_FDCWD, in(rotation, rotation->fresh,
		    "log/previous"), buf_str(&claims), 0644);
	if (r < 0)
		return verb_fault(cli, r, rotation->fresh);
	return r > 0 ? verb_diags(cli, VERB_NO, &diags) : VERB_OK;
}

static int
end_log(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, str_of(rotation->dir),
	    (struct str){ 0 });
	r = admin_end_log(rotation->old, rotation->vkey, holder_person(cli),
	    &diags);
	if (r < 0)
		return verb_fault(cli, r, rotation->dir);
	return r > 0 ? verb_diags(cli, VERB_NO, &diags) : VERB_OK;
}

static int
make(struct rotation *rotation)
{
	static int (*const steps[])(struct rotation *rotation) = {
		make_folders, make_keys, make_store };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps) && r == 0; i++)
		r = steps[i](rotation);
	if (r < 0)
		return verb_fault(rotation->cli, r, rotation->fresh);
	r = make_conf(rotation);
	return r == VERB_OK ? begin_log(rotation) : r;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

/* The new directory whole, then the old one's end, then the name. */
static int
rotate(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;
	int r = make(rotation);

	if (r == VERB_OK)
		r = end_log(rotation);
	if (r != VERB_OK) {
		nftw(rotation->fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS);
		return r;
	}
	r = file_rename(AT_FDCWD, rotation->fresh, rotation->next);
	if (r < 0)
		return verb_fault(cli, r, rotation->next);
	if (!cli->is_quiet)
		fprintf(cli->out.file,
		    "%s: %.*s, after %" PRIu64 " entries of %s\n"
		    "serve it in its place; publish its keys/log.vkey and "
		    "log/previous\n",
		    rotation->next, STR_ARG(rotation->origin), rotation->size,
		    rotation->dir);
	return VERB_OK;
}

static int
check_names(struct rotation *rotation)
{
	struct cli *cli = rotation->cli;

	if (access(rotation->next, F_OK) == 0)
		return verb_fail(cli, VERB_NO, "%s is there already",
		    rotation->next);
	if (access(rotation->fresh, F_OK) == 0)
		return verb_fail(cli, VERB_NO,
		    "%s: left over by a rotation that did not end; when the "
		    "last entry of %s is `log ends`, rename it, else remove it",
		    rotation->fresh, rotation->dir);
	return VERB_OK;
}

int
rotate_run(struct cli *cli)
{
	CLEANUP(admin_closep) struct admin *old = NULL;
	struct rotation rotation = { .cli = cli,
		.dir = cli->options.operands[0],
		.next = cli->options.operands[1] };
	int64_t least = option_number(&cli->options, "over", 0);
	struct diag_list diags;
	int r;

	rotation.fresh = arena_format(&cli->arena, "%s.new", rotation.next).p;
	r = check_names(&rotation);
	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(rotation.dir),
	    (struct str){ 0 });
	r = admin_open(&old, rotation.dir, &diags);
	if (r != 0)
		return r < 0 ? verb_fault(cli, r, rotation.dir)
			     : verb_diags(cli, VERB_CANNOT, &diags);
	rotation.old = old;
	if (tlog_edge_size(admin_gate(old)->edge) <= (uint64_t)least &&
	    least > 0) {
		fprintf(cli->out.file, "%s: %" PRIu64 " entries: it goes on\n",
		    rotation.dir, tlog_edge_size(admin_gate(old)->edge));
		return VERB_OK;
	}
	r = check_old(&rotation);
	if (r == VERB_OK)
		r = name_origin(&rotation);
	return r == VERB_OK ? rotate(&rotation) : r;
}
