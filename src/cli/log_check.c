/* A holder's log held against itself; see log_check.h. */
#include "cli/log_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#include "keeper/lastsigned.h"
#include "limits.h"
#include "stile/tlog.h"
#include "store/entries.h"
#include "tlog/checkpoint.h"
#include "tlog/logdir.h"
#include "tlog/merkle.h"
#include "util/diag.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/json.h"

/* A size and the root that belongs to it, from a signed checkpoint. */
struct head {
	uint64_t size;
	struct digest root;
	bool is_there;
	bool is_met; /* the store has this root at this size */
};

struct walk {
	struct log_check *check;
	struct arena *arena;
	const char *dir;
	struct str vkey;
	struct tlog_note_key key;
	struct head keeper;
	struct head published;
	struct tlog_merkle tree;
	/* The published leaf hashes, to name an entry. */
	struct tlog_logdir *log;
	struct digest tile[TLOG_TILE_WIDTH];
	uint64_t tile_index;
	unsigned tile_width;
	bool has_named;
};

static void find(struct walk *walk, const char *format, ...) PRINTF(2, 3);

static void
find(struct walk *walk, const char *format, ...)
{
	struct log_check *check = walk->check;
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (check->n_findings < LOG_CHECK_FINDINGS)
		check->findings[check->n_findings++] =
		    arena_str(walk->arena, str_of(text));
}

static const char *
path_of(struct walk *walk, const char *name)
{
	return arena_format(walk->arena, "%s/%s", walk->dir, name).p;
}

static int
read_key(struct walk *walk)
{
	const char *path = path_of(walk, "keys/log.vkey");
	struct str text = { 0 };
	int r = file_read(&text, walk->arena, AT_FDCWD, path,
	    LIMIT_TLOG_NOTE_BYTES);

	if (r < 0)
		return TRACE(r);
	walk->vkey = str_trim(text);
	if (r > 0 || tlog_note_key_parse(&walk->key, walk->vkey) != 0) {
		find(walk, "%s: no verifier key: is this a holder's directory?",
		    path);
		return LOG_CHECK_E_CANNOT;
	}
	walk->check->origin = arena_str(walk->arena,
	    str_of(walk->key.name.text));
	return 0;
}

/* What the keeper signed last. Before the store: that only grows. */
static int
read_keeper(struct walk *walk)
{
	const char *path = path_of(walk, "keys/keeper.state");
	struct tlog_checkpoint checkpoint;
	struct lastsigned last;
	int r = lastsigned_peek(&last, path);

	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		find(walk, "%s: %s", path,
		    r == LASTSIGNED_E_ABSENT ? "missing" : "damaged");
		return 0;
	}
	if (last.note_len == 0)
		return 0; /* nothing was signed yet */
	r = tlog_checkpoint_open(&checkpoint,
	    (struct str){ last.note, last.note_len }, &walk->key);
	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		find(walk, "%s: its checkpoint is not signed by the log's key",
		    path);
		return 0;
	}
	walk->keeper = (struct head){ checkpoint.size, checkpoint.root, true,
		false };
	walk->check->n_signed = checkpoint.size;
	return 0;
}

/* The text of the published checkpoint; empty when there is none. */
static struct str
checkpoint_now(struct walk *walk)
{
	struct str text = { 0 };

	return file_read(&text, walk->arena, AT_FDCWD,
	    path_of(walk, "log/checkpoint"), LIMIT_TLOG_NOTE_BYTES) == 0
	    ? text
	    : (struct str){ 0 };
}

/*
 * Verify what is published. The clerk of a holder that serves may publish a
 * larger log meanwhile and take partial tiles away: then once more.
 */
static enum tlog_result
verify_published(struct walk *walk, struct tlog_head *head, char *message,
    size_t size)
{
	const char *path = path_of(walk, "log");

	for (int n_left = LIMIT_LOG_CHECK_TRIES;; n_left--) {
		struct str before = checkpoint_now(walk);
		enum tlog_result result = tlog_verify_directory(head, path,
		    walk->vkey.p, walk->vkey.len, message, size);

		if (result == TLOG_OK || n_left <= 1 ||
		    str_is_equal(before, checkpoint_now(walk)))
			return result;
	}
}

static int
read_published(struct walk *walk)
{
	const char *path = path_of(walk, "log");
	struct tlog_head head;
	char message[512] = "";
	enum tlog_result result =
	    verify_published(walk, &head, message, sizeof(message));

	if (result == TLOG_ABSENT)
		return 0;
	if (result == TLOG_FAULT)
		return FAULT(EIO);
	walk->check->has_published = true;
	if (result != TLOG_OK) {
		find(walk, "published log: %s", message);
		return 0;
	}
	walk->published = (struct head){ head.size, head.root, true, false };
	walk->check->n_published = head.size;
	if (tlog_logdir_open(&walk->log, path) != 0)
		walk->log = NULL;
	return 0;
}

/* Name the first entry that is not the one published under its number. */
static void
compare(struct walk *walk, uint64_t index, const struct digest *leaf)
{
	uint64_t tile = index / TLOG_TILE_WIDTH;
	unsigned at = (unsigned)(index % TLOG_TILE_WIDTH);

	if (walk->log == NULL || walk->has_named ||
	    index >= walk->published.size)
		return;
	if (walk->tile_width == 0 || walk->tile_index != tile) {
		struct tlog_audit_source source = tlog_logdir_source(walk->log);
		unsigned width = tlog_tile_width(walk->published.size, 0, tile);

		walk->tile_index = tile;
		walk->tile_width = width;
		if (tlog_tile_read(&source.tiles, 0, tile, width,
			walk->tile) != 0)
			walk->tile_width = 0;
	}
	if (at >= walk->tile_width ||
	    memcmp(&walk->tile[at], leaf, sizeof(*leaf)) == 0)
		return;
	find(walk, "entry %llu of the store is not the one that was published",
	    (unsigned long long)index);
	walk->has_named = true;
}

static void
meet(struct walk *walk, struct head *head)
{
	struct digest root;

	if (!head->is_there || head->is_met || head->size != walk->tree.size)
		return;
	tlog_merkle_root(&walk->tree, &root);
	head->is_met = memcmp(&root, &head->root, sizeof(root)) == 0;
}

static int
each(void *context, const struct store_entry *entry)
{
	struct walk *walk = context;
	struct digest leaf;

	if (entry->index != walk->tree.size) {
		find(walk, "entry %llu is missing from the store",
		    (unsigned long long)walk->tree.size);
		return 1;
	}
	tlog_merkle_leaf(&leaf, entry->bytes);
	compare(walk, entry->index, &leaf);
	tlog_merkle_append(&walk->tree, &leaf);
	meet(walk, &walk->keeper);
	meet(walk, &walk->published);
	return 0;
}

static void
copy_diags(struct walk *walk, const struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n_items; i++)
		find(walk, "store: %.*s", STR_ARG(diags->items[i].text));
}

static int
walk_store(struct walk *walk)
{
	struct str path = str_of(path_of(walk, "state/stile.db"));
	CLEANUP(store_closep) struct store *store = NULL;
	struct diag_list diags;
	int r;

	diag_init(&diags, walk->arena, path, (struct str){ 0 });
	r = store_open(&store, path, STORE_READ, &diags);
	if (r == 0)
		r = store_begin(store);
	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		copy_diags(walk, &diags);
		if (walk->check->n_findings == 0)
			find(walk, "%.*s: cannot be read", STR_ARG(path));
		return r == STORE_E_ABSENT || r == STORE_E_DAMAGED
		    ? LOG_CHECK_E_WRONG
		    : LOG_CHECK_E_CANNOT;
	}
	tlog_merkle_init(&walk->tree);
	meet(walk, &walk->keeper);
	meet(walk, &walk->published);
	r = entries_each(store, 0, UINT64_MAX, each, walk);
	if (r == 0)
		r = store_check(store, &diags);
	copy_diags(walk, &diags);
	store_rollback(store);
	walk->check->n_entries = walk->tree.size;
	return r < 0 ? TRACE(r) : 0;
}

static void
judge_head(struct walk *walk, const struct head *head, const char *whose)
{
	uint64_t size = walk->tree.size;

	if (!head->is_there)
		return;
	if (head->size > size)
		find(walk, "entries %llu to %llu are missing from the store: "
			   "%s holds %llu",
		    (unsigned long long)size,
		    (unsigned long long)head->size - 1, whose,
		    (unsigned long long)head->size);
	else if (!head->is_met)
		find(walk, "an entry below %llu is not what was signed: the "
			   "store has another root than %s",
		    (unsigned long long)head->size, whose);
}

int
log_check_run(struct log_check *check, struct arena *arena, const char *dir)
{
	struct walk walk = { .check = check, .arena = arena, .dir = dir };
	int r;

	*check = (struct log_check){ 0 };
	r = read_key(&walk);
	if (r == 0)
		r = read_published(&walk);
	if (r == 0)
		r = read_keeper(&walk);
	if (r == 0)
		r = walk_store(&walk);
	if (r == 0) {
		judge_head(&walk, &walk.keeper, "the keeper's last checkpoint");
		judge_head(&walk, &walk.published, "the published log");
		if (walk.published.is_there &&
		    (!walk.keeper.is_there ||
			walk.published.size > walk.keeper.size))
			find(&walk, "more is published than the keeper signed");
	}
	tlog_logdir_close(walk.log);
	if (r < 0)
		return TRACE(r);
	if (r > 0)
		return r;
	return check->n_findings > 0 ? LOG_CHECK_E_WRONG : 0;
}

void
log_check_json(const struct log_check *check, struct buf *buf)
{
	struct json json;

	json_init(&json, buf);
	json_open_object(&json);
	json_put_bool(&json, "sound", check->n_findings == 0);
	json_put_string(&json, "origin", check->origin);
	json_put_i64(&json, "entries", (int64_t)check->n_entries);
	json_put_i64(&json, "signed", (int64_t)check->n_signed);
	json_put_i64(&json, "published", (int64_t)check->n_published);
	json_key(&json, STR("findings"));
	json_open_array(&json);
	for (size_t i = 0; i < check->n_findings; i++)
		json_string(&json, check->findings[i]);
	json_close_array(&json);
	json_close_object(&json);
}
