/* Counting a holder's log for a report; see insight.h. */
#include "cli/insight.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/holder.h"
#include "config/config.h"
#include "crypto/secret.h"
#include "keeper/keyring.h"
#include "store/entries.h"
#include "tlog/checkpoint.h"
#include "tlog/merkle.h"
#include "util/fault.h"
#include "util/frame.h"
#include "util/instant.h"

#define SEALED_HEAD 8 /* u64 epoch in front of what is sealed */
#define DISCLOSURES (2 * (size_t)LIMIT_CLAIMS_MEMBERS)

struct insight_keys {
	struct seal_public public;
	struct seal_secret secret;
	uint64_t epoch; /* of the key opened last; 0: none */
	struct seal_key key;
};

struct insight {
	struct cli *cli;
	const char *dir;
	struct config config;
	bool has_config;
	struct store *store;
	struct insight_keys *keys;
	struct report_log log;
	int64_t first_us, last_us;

	/* while it is counted */
	struct arena arena; /* of one entry */
	struct figures *figures;
	struct tlog_merkle tree;
	uint64_t at; /* entry that is counted */
	const char *wrong;
};

static const char *
path_in(const struct insight *insight, const char *name)
{
	return arena_format(&insight->cli->arena, "%s/%s", insight->dir,
	    name).p;
}

static int
open_config(struct insight *insight)
{
	struct cli *cli = insight->cli;
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, str_of(insight->dir),
	    (struct str){ 0 });
	r = config_load(&insight->config, &diags, insight->dir);
	insight->has_config = r == 0;
	if (r < 0)
		return verb_fault(cli, r, insight->dir);
	if (r == CONFIG_E_ABSENT)
		return verb_fail(cli, VERB_CANNOT,
		    "%s: not a holder's directory", insight->dir);
	insight->log.holder = insight->config.holder.name;
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

/* The published checkpoint, held against the log's public key. */
static int
read_checkpoint(struct insight *insight)
{
	struct cli *cli = insight->cli;
	const char *path = path_in(insight, "log/checkpoint");
	struct tlog_checkpoint checkpoint;
	struct tlog_note_key key;
	struct str text;
	int r = verb_read(cli, &text, path_in(insight, "keys/log.vkey"),
	    LIMIT_TLOG_NOTE_BYTES);

	if (r == VERB_OK && tlog_note_key_parse(&key, str_trim(text)) != 0)
		r = verb_fail(cli, VERB_CANNOT,
		    "keys/log.vkey: not a log's public key");
	if (r == VERB_OK)
		r = verb_read(cli, &insight->log.checkpoint, path,
		    LIMIT_TLOG_NOTE_BYTES);
	if (r != VERB_OK)
		return r;
	if (tlog_checkpoint_open(&checkpoint, insight->log.checkpoint,
		&key) != 0)
		return verb_fail(cli, VERB_NO,
		    "%s: not signed by the log's key", path);
	insight->log.origin = checkpoint.origin;
	insight->log.size = checkpoint.size;
	insight->log.root = checkpoint.root;
	return checkpoint.size > 0 ? VERB_OK
				   : verb_fail(cli, VERB_CANNOT,
					 "%s: the log is empty", path);
}

static int
open_seal(struct insight *insight)
{
	struct cli *cli = insight->cli;
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR("keys"), (struct str){ 0 });
	insight->keys = secret_alloc(sizeof(*insight->keys));
	if (insight->keys == NULL)
		return verb_fail(cli, VERB_CANNOT, "no memory for the key");
	insight->keys->epoch = 0;
	r = keyring_load_seal(&insight->keys->public, &insight->keys->secret,
	    &diags, insight->dir);
	if (r < 0)
		return verb_fault(cli, r, "keys");
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

/* The checkpoint came first: the store holds at least what it is about. */
static int
open_store(struct insight *insight)
{
	struct cli *cli = insight->cli;
	struct str path = str_of(path_in(insight, "state/stile.db"));
	struct store_entry first = { 0 };
	struct store_entry last = { 0 };
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, path, (struct str){ 0 });
	r = store_open(&insight->store, path, STORE_READ, &diags);
	if (r == 0)
		r = store_begin(insight->store);
	if (r > 0)
		return verb_diags(cli, VERB_CANNOT, &diags);
	if (r == 0)
		r = entries_find(insight->store, &cli->arena, &first, 0);
	if (r == 0)
		r = entries_find(insight->store, &cli->arena, &last,
		    insight->log.size - 1);
	if (r > 0)
		return verb_fail(cli, VERB_NO,
		    "%s: it has fewer entries than the published checkpoint",
		    path.p);
	insight->first_us = first.time_us;
	insight->last_us = last.time_us;
	return r < 0 ? verb_fault(cli, r, path.p) : VERB_OK;
}

int
insight_open(struct insight **out, struct cli *cli)
{
	CLEANUP(insight_closep) struct insight *insight =
	    calloc(1, sizeof(*insight));
	int r;

	if (insight == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	insight->cli = cli;
	insight->dir = holder_dir(cli);
	arena_init(&insight->arena, LIMIT_REPORT_ENTRY);
	r = open_config(insight);
	if (r == VERB_OK)
		r = read_checkpoint(insight);
	if (r == VERB_OK)
		r = open_store(insight);
	if (r == VERB_OK)
		r = open_seal(insight);
	if (r == VERB_OK)
		*out = TAKE(insight);
	return r;
}

void
insight_closep(struct insight **pointer)
{
	struct insight *insight = *pointer;

	if (insight == NULL)
		return;
	secret_free(insight->keys);
	store_close(insight->store);
	arena_fini(&insight->arena);
	if (insight->has_config)
		config_fini(&insight->config);
	free(insight);
	*pointer = NULL;
}

int64_t
insight_first_us(const struct insight *insight)
{
	return insight->first_us;
}

int64_t
insight_last_us(const struct insight *insight)
{
	return insight->last_us;
}

struct store *
insight_store(const struct insight *insight)
{
	return insight->store;
}

/* --- what is kept beside an entry ------------------------------------------------- */

enum {
	OPEN_E_ERASED = 1,
	OPEN_E_DAMAGED,
};

static int
open_epoch(struct insight *insight, uint64_t epoch)
{
	struct insight_keys *keys = insight->keys;
	struct seal_wrapped wrapped;
	struct store_epoch row;
	int r;

	if (epoch == keys->epoch && epoch != 0)
		return 0;
	keys->epoch = 0;
	r = entries_find_epoch(insight->store, &insight->arena, &row, epoch);
	if (r != 0)
		return r < 0 ? TRACE(r) : OPEN_E_ERASED;
	if (row.wrapped.len != sizeof(wrapped.b))
		return OPEN_E_DAMAGED;
	memcpy(wrapped.b, row.wrapped.p, row.wrapped.len);
	if (seal_unwrap(&keys->key, &keys->public, &keys->secret, &wrapped) !=
	    0)
		return OPEN_E_DAMAGED;
	keys->epoch = epoch;
	return 0;
}

/* Its disclosures, each with a tilde behind it. */
static int
open_kept(struct insight *insight, struct str *plain)
{
	struct arena *arena = &insight->arena;
	struct str context = arena_format(arena, "entry %llu",
	    (unsigned long long)insight->at);
	struct store_sealed row;
	char *bytes;
	size_t len;
	int r = entries_find_sealed(insight->store, arena, &row, insight->at);

	if (r != 0)
		return r < 0 ? TRACE(r) : OPEN_E_ERASED;
	if (row.bytes.len < SEALED_HEAD + SEAL_OVERHEAD)
		return OPEN_E_DAMAGED;
	r = open_epoch(insight, frame_get_u64(row.bytes.p));
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	len = row.bytes.len - SEALED_HEAD;
	bytes = arena_alloc(arena, len);
	if (bytes == NULL || context.p == NULL)
		return FAULT(ENOMEM);
	if (seal_decrypt((uint8_t *)bytes, &insight->keys->key, context.p,
		context.len, (const uint8_t *)row.bytes.p + SEALED_HEAD,
		len) != 0)
		return OPEN_E_DAMAGED;
	*plain = (struct str){ bytes, len - SEAL_OVERHEAD };
	return 0;
}

/* Cut "a~b~\nc~" into a, b, c. */
static bool
cut(struct str *items, size_t *n, struct str plain)
{
	struct str item;

	*n = 0;
	while (str_split(&item, &plain, '~')) {
		if (item.len > 0 && item.p[0] == '\n')
			item = str_part(item, 1, item.len);
		if (item.len == 0)
			continue;
		if (*n == DISCLOSURES)
			return false;
		items[(*n)++] = item;
	}
	return true;
}

/* --- counting ---------------------------------------------------------------------- */

static int
wrong(struct insight *insight, const char *what)
{
	insight->wrong = what;
	return 1;
}

static int
count_entry(void *context, const struct store_entry *entry)
{
	struct insight *insight = context;
	struct str items[DISCLOSURES];
	struct str plain = STR("");
	struct claims claims;
	struct digest leaf;
	size_t n;
	int kept;
	int r;

	arena_reset(&insight->arena);
	tlog_merkle_leaf(&leaf, entry->bytes);
	tlog_merkle_append(&insight->tree, &leaf);
	insight->at = entry->index;
	kept = open_kept(insight, &plain);
	if (kept < 0)
		return TRACE(kept);
	if (kept == OPEN_E_DAMAGED || !cut(items, &n, plain))
		return wrong(insight, "what is kept beside it does not open");
	r = claims_verify(&claims, NULL, &insight->arena, entry->bytes, items,
	    n);
	if (r > 0)
		return wrong(insight,
		    "what is kept beside it is not what it says");
	if (r == 0)
		r = figures_take(insight->figures, &claims,
		    kept != OPEN_E_ERASED);
	if (r == FIGURES_E_FOREIGN)
		return wrong(insight, "not an entry, or before the last one");
	if (r == FIGURES_E_LIMIT)
		return wrong(insight, "more kinds of things than can be told "
				      "apart");
	terminal_progress(&insight->cli->err, "entries", entry->index + 1,
	    insight->log.size);
	return TRACE(r);
}

static int
count(struct insight *insight)
{
	struct cli *cli = insight->cli;
	struct digest root;
	int r;

	tlog_merkle_init(&insight->tree);
	insight->wrong = NULL;
	r = entries_each(insight->store, 0, insight->log.size, count_entry,
	    insight);
	if (r < 0)
		return verb_fault(cli, r, "store");
	if (insight->wrong != NULL)
		return verb_fail(cli, VERB_NO, "entry %llu: %s",
		    (unsigned long long)insight->at, insight->wrong);
	tlog_merkle_root(&insight->tree, &root);
	if (memcmp(root.b, insight->log.root.b, sizeof(root.b)) != 0)
		return verb_fail(cli, VERB_NO,
		    "the entries of the store are not those under the "
		    "published checkpoint");
	return VERB_OK;
}

int
insight_report(struct insight *insight, struct report **report,
    int64_t from_us, int64_t to_us, bool is_exact)
{
	struct cli *cli = insight->cli;
	int r;

	insight->figures = ARENA_NEW(&cli->arena, struct figures);
	if (insight->figures == NULL)
		return verb_fault(cli, -ENOMEM, "memory");
	r = figures_begin(insight->figures, &cli->arena, from_us, to_us,
	    is_exact);
	if (r > 0)
		return verb_fail(cli, VERB_USAGE,
		    "the period ends before it begins, or has more than %d "
		    "quarters", LIMIT_REPORT_QUARTERS);
	if (r < 0)
		return verb_fault(cli, r, "memory");
	r = count(insight);
	if (r != VERB_OK)
		return r;
	r = report_make(report, &cli->arena, insight->figures, &insight->log);
	return r < 0 ? verb_fault(cli, r, "memory") : VERB_OK;
}

/* --- which period -------------------------------------------------------------------- */

void
insight_year_of(int year, int64_t *from_us, int64_t *to_us)
{
	*from_us = instant_day_of(year, 1, 1) * INSTANT_DAY;
	*to_us = instant_day_of(year + 1, 1, 1) * INSTANT_DAY;
}

void
insight_year(const struct insight *insight, int64_t *from_us, int64_t *to_us)
{
	int first;
	int last;
	int month;
	int day;

	instant_civil(instant_day(insight->first_us), &first, &month, &day);
	instant_civil(instant_day(insight->last_us), &last, &month, &day);
	insight_year_of(first < last ? last - 1 : last, from_us, to_us);
}
