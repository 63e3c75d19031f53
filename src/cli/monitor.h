/*
 * Following somebody's log from outside: what is new, and is it one history?
 *
 * Every new entry is read and hashed. The state holds the hashes of the
 * complete subtrees of the tree seen last (64 at most): with the new entries'
 * leaves appended they must give the root that the new checkpoint says. So one
 * pass proves that each new entry is in the log and that nothing that was seen
 * has changed, with the memory of one bundle. The hash tiles are then held
 * against the same two roots.
 */
#ifndef STILE_CLI_MONITOR_H
#define STILE_CLI_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/logsource.h"
#include "limits.h"
#include "tlog/merkle.h"
#include "tlog/policy.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

/* What is wrong; the word is monitor_word(). */
enum monitor_code {
	MONITOR_SIGNATURE,  /* the checkpoint is not the log's */
	MONITOR_ROLLBACK,   /* the log is shorter than it was */
	MONITOR_FORK,	    /* another history than the one seen */
	MONITOR_ENTRIES,    /* the entries are not those under the root */
	MONITOR_TILES,	    /* the tiles are not those under the root */
	MONITOR_MISSING,    /* an entry or tile that must be served is not */
	MONITOR_ORDER,	    /* the time of an entry is before its last one's */
	MONITOR_FOREIGN,    /* an entry that is none of Stile's */
	MONITOR_COSIGNATURE, /* a witness's signature is wrong */
	MONITOR_QUORUM,	    /* too few witnesses cosigned */
	MONITOR_SILENCE,    /* no entries for longer than allowed */
};

struct monitor_finding {
	enum monitor_code code;
	struct str text; /* one line */
};

/* Entries of one type and decision. */
struct monitor_kind {
	char type[32];
	char decision[16];
	uint64_t n_new;
	uint64_t n_all;
};

struct monitor_change {
	uint64_t entry; /* the first with the new packs */
	struct str time;
	struct str before; /* JSON text of the member packs */
	struct str after;
};

/* What is kept from run to run; texts are the arena's. */
struct monitor_state {
	bool is_there;	       /* there was a run before */
	struct str checkpoint; /* note seen last */
	struct tlog_merkle tree; /* of its size */
	int64_t first_seen_us;
	int64_t last_seen_us;
	char last_time[64];    /* of the last entry, as it stands in it */
	int64_t last_time_us;
	struct str packs;      /* JSON text of the last entry's packs */
	struct monitor_kind kinds[LIMIT_MONITOR_KINDS];
	size_t n_kinds;
};

struct monitor {
	/* the caller's */
	struct arena *arena;
	const struct tlog_note_key *key;
	const struct tlog_policy *policy; /* NULL: none */
	uint64_t most;	       /* new entries in this run */
	int64_t silence_us;    /* longest allowed; 0: any */
	int64_t now_us;
	void (*progress)(void *context, uint64_t done, uint64_t all);
	void *context;

	/* the run's */
	struct monitor_state state; /* read before, then what is to be kept */
	struct tlog_checkpoint checkpoint;
	struct str note;
	struct tlog_policy_verdict verdict;
	uint64_t old_size;
	int64_t since_us; /* the run before; 0: none */
	int64_t longest_silence_us; /* among the new entries */
	uint64_t silence_before;    /* the entry that ended it */
	struct monitor_change changes[LIMIT_MONITOR_CHANGES];
	size_t n_changes; /* may be more than are kept */
	struct monitor_finding findings[LIMIT_MONITOR_FINDINGS];
	size_t n_findings; /* may be more than are kept */
	bool is_broken;	   /* the history: nothing of this run is kept */
};

enum {
	MONITOR_E_CANNOT = 1, /* it could not be read: see logsource_why() */
	MONITOR_E_TOO_MANY,   /* more new entries than most */
	MONITOR_E_STATE,      /* the state is not one, or of another log */
};

/* Read a state's text. Returns: 0; MONITOR_E_STATE; fault ENOMEM. */
int monitor_read_state(struct monitor *monitor, struct str text)
    MUST_USE NONNULL;

/* The state's text, in the arena. Returns: it; p == NULL without memory. */
struct str monitor_write_state(const struct monitor *monitor) NONNULL;

/*
 * Look at the log once. What is wrong is in the findings; with is_broken the
 * old state stands and monitor.note is the evidence beside its checkpoint.
 *
 * Returns: 0; MONITOR_E_CANNOT, _TOO_MANY; fault.
 */
int monitor_run(struct monitor *monitor, struct logsource *source)
    MUST_USE NONNULL;

/* "fork", "rollback", … */
const char *monitor_word(enum monitor_code code);

#endif
