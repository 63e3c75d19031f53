/* Counting a holder's log for a report; see insight.h. */
#include "cli/insight.h"

#include <errno.h>
#include <stdlib.h>

#include "claims/jsontext.h"
#include "cli/vault.h"
#include "store/entries.h"
#include "tlog/checkpoint.h"
#include "tlog/merkle.h"
#include "util/fault.h"
#include "util/instant.h"

struct insight {
	struct cli *cli;
	struct vault vault;
	struct report_log log;
	int64_t first_us, last_us;

	/* while it is counted */
	struct figures *figures;
	struct tlog_merkle tree;
	uint64_t at; /* entry that is counted */
	const char *wrong;
};

/* What the checkpoint says; the vault held it against the log's key. */
static int
read_checkpoint(struct insight *insight)
{
	const struct vault *vault = &insight->vault;
	struct tlog_checkpoint checkpoint;

	if (tlog_checkpoint_open(&checkpoint, vault->checkpoint,
		&vault->key) != 0 || checkpoint.size == 0)
		return verb_fail(insight->cli, VERB_CANNOT,
		    "log/checkpoint: the log is empty");
	insight->log = (struct report_log){ vault->config.holder.name,
		checkpoint.origin, checkpoint.size, checkpoint.root,
		vault->checkpoint };
	return VERB_OK;
}

static int
read_times(struct insight *insight)
{
	struct store *store = insight->vault.store;
	struct cli *cli = insight->cli;
	struct store_entry first = { 0 };
	struct store_entry last = { 0 };
	int r = entries_find(store, &cli->arena, &first, 0);

	if (r == 0)
		r = entries_find(store, &cli->arena, &last,
		    insight->log.size - 1);
	if (r > 0)
		return verb_fail(cli, VERB_NO,
		    "the store has fewer entries than the published "
		    "checkpoint");
	insight->first_us = first.time_us;
	insight->last_us = last.time_us;
	return r < 0 ? verb_fault(cli, r, "store") : VERB_OK;
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
	r = vault_open(&insight->vault, cli);
	if (r == VERB_OK)
		r = read_checkpoint(insight);
	if (r == VERB_OK)
		r = read_times(insight);
	if (r == VERB_OK)
		*out = TAKE(insight);
	return r;
}

void
insight_closep(struct insight **pointer)
{
	if (*pointer == NULL)
		return;
	vault_close(&(*pointer)->vault);
	free(*pointer);
	*pointer = NULL;
}

int64_t
insight_last_us(const struct insight *insight)
{
	return insight->last_us;
}

struct store *
insight_store(const struct insight *insight)
{
	return insight->vault.store;
}

const struct report_log *
insight_log(const struct insight *insight)
{
	return &insight->log;
}

/* --- counting ------------------------------------------------------------ */

static int
wrong(struct insight *insight, const char *what)
{
	insight->wrong = what;
	return 1;
}

/* The entry with the values opened that are counted. */
static int
open_values(struct claims *claims, struct stock *stock,
    const struct stock_entry *entry)
{
	size_t n = entry->claims.n_claims;

	*claims = entry->claims;
	claims->claims = ARENA_ARRAY(&stock->arena, n, struct claims_claim);
	if (claims->claims == NULL)
		return FAULT(ENOMEM);
	memcpy(claims->claims, entry->claims.claims,
	    n * sizeof(claims->claims[0]));
	for (size_t i = 0; i < n && entry->is_kept; i++) {
		struct claims_claim *claim = &claims->claims[i];
		int r;

		if (claim->state == CLAIMS_OPEN ||
		    !figures_is_counted(claim->label))
			continue;
		r = stock_value(stock, entry, i, &claim->value);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
		claim->state = CLAIMS_DISCLOSED;
	}
	return 0;
}

static int
count_entry(void *context, struct stock *stock,
    const struct stock_entry *entry)
{
	struct insight *insight = context;
	struct claims claims;
	struct digest leaf;
	int r = open_values(&claims, stock, entry);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	tlog_merkle_leaf(&leaf, entry->leaf);
	tlog_merkle_append(&insight->tree, &leaf);
	insight->at = entry->index;
	r = figures_take(insight->figures, &claims, entry->is_kept);
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
	r = stock_each(&insight->vault.stock, &insight->at, 0,
	    insight->log.size, count_entry, insight);
	if (r < 0)
		return verb_fault(cli, r, "store");
	if (r > 0 && insight->wrong == NULL)
		insight->wrong = "what is kept beside it does not open";
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

static int
unseal(struct insight *insight)
{
	return insight->vault.has_stock
	    ? VERB_OK
	    : vault_unseal(&insight->vault, insight->cli);
}

/* --- one entry ----------------------------------------------------------- */

struct hold {
	const struct insight_claim *claims;
	size_t n;
	const char *why;
	bool is_found;
};

static int
hold_claim(struct hold *hold, struct stock *stock,
    const struct stock_entry *entry, const struct insight_claim *claim)
{
	CLEANUP(buf_fini) struct buf plain = { 0 };
	struct str text;
	int r = stock_text(stock, entry, claim->label, &text);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	buf_init(&plain, LIMIT_ENTRY_VALUE);
	claims_jsontext_unescape(&plain, text);
	if (buf_finish(&plain) != 0)
		return FAULT(ENOMEM);
	if (!str_is_equal(buf_str(&plain), claim->text))
		hold->why = "it is not the logged one";
	return 0;
}

static int
hold_entry(void *context, struct stock *stock, const struct stock_entry *entry)
{
	const struct claims_claim *decision = claims_find(&entry->claims,
	    "decision");
	struct hold *hold = context;
	int r = 0;

	hold->is_found = true;
	if (decision == NULL ||
	    !str_is_equal(decision->value, STR("\"done\"")))
		hold->why = "its entry says that it was refused";
	else if (!entry->is_kept)
		hold->why = "its logged text is erased: nothing shows that it "
			    "is that";
	for (size_t i = 0; i < hold->n && hold->why == NULL && r == 0; i++)
		r = hold_claim(hold, stock, entry, &hold->claims[i]);
	return r < 0 ? TRACE(r) : r;
}

int
insight_hold(struct insight *insight, const char **why, uint64_t index,
    const struct insight_claim *claims, size_t n)
{
	struct hold hold = { .claims = claims, .n = n };
	uint64_t bad;
	int r = unseal(insight);

	if (r != VERB_OK)
		return r;
	/* An entry behind the published checkpoint is not logged yet. */
	if (index < insight->log.size)
		r = stock_each(&insight->vault.stock, &bad, index, index + 1,
		    hold_entry, &hold);
	if (r < 0)
		return verb_fault(insight->cli, r, "store");
	*why = r > 0 ? "what is kept beside its entry does not open"
	    : !hold.is_found ? "the published log has no such entry"
			     : hold.why;
	return VERB_OK;
}

int
insight_report(struct insight *insight, struct report **report,
    int64_t from_us, int64_t to_us, bool is_exact)
{
	struct cli *cli = insight->cli;
	int r = unseal(insight);

	if (r != VERB_OK)
		return r;
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

/* --- which period -------------------------------------------------------- */

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
