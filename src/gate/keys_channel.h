/*
 * The keys as a keeper process has them, asked over its socket (frames.h).
 */
#ifndef STILE_GATE_KEYS_CHANNEL_H
#define STILE_GATE_KEYS_CHANNEL_H

#include <stdbool.h>

#include "gate/keys.h"
#include "util/channel.h"

struct keys_channel {
	const char *path; /* DIR/run/keeper.sock; outlives this */
	int timeout_ms;	  /* of one question */
	struct channel channel;
	bool is_open;
	uint64_t next_id;
};

/*
 * Prepare; connects when first asked, and again after the keeper was gone.
 *
 * Returns: the interface; *link must outlive it.
 */
struct keys keys_channel_init(struct keys_channel *link, const char *path,
    int timeout_ms) NONNULL;

void keys_channel_fini(struct keys_channel *link) NONNULL;

#endif
