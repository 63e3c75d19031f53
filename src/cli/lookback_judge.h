/*
 * The gate's own judge for a lookback: loads packs, turns a look-up's facts
 * into a request's, asks, and hands back what was said. Decides nothing.
 */
#ifndef STILE_CLI_LOOKBACK_JUDGE_H
#define STILE_CLI_LOOKBACK_JUDGE_H

#include "cli/lookback.h"
#include "gate/pack.h"
#include "gate/vocabulary.h"
#include "limits.h"
#include "util/arena.h"
#include "util/diag.h"

struct lookback_bench {
	struct vocabulary vocabulary;
	struct pack *packs[LIMIT_PACKS];
	size_t n_packs;
	struct arena arena; /* of one question */
	struct str names;   /* "federal, house", of the packs */
	struct arena names_arena;
	int32_t field; /* enum record_field that each look-up asks for */
};

enum {
	LOOKBACK_JUDGE_E_PACKS = 1, /* none there, or one is bad: see diags */
};

/*
 * Load every pack folder below dir. Signatures are not asked for: this is a
 * what-if, nothing is disclosed.
 *
 * Returns: 0, to be ended by lookback_judge_fini(); LOOKBACK_JUDGE_E_PACKS;
 * fault.
 */
int lookback_judge_init(struct lookback_bench *bench, const char *dir,
    int64_t now_us, struct diag_list *diags) MUST_USE NONNULL;

/* Safe on a zeroed one. */
void lookback_judge_fini(struct lookback_bench *bench) NONNULL;

/* A lookback_judge_fn whose context is the bench. */
int lookback_judge_ask(void *context, struct lookback_opinion *opinion,
    const struct lookback_facts *facts) MUST_USE NONNULL;

#endif
