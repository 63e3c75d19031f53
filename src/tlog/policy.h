/*
 * Trust policies (C2SP tlog-policy): which logs are believed, which witnesses
 * are known, and who of them must have cosigned a checkpoint.
 *
 *	log <vkey> [url]
 *	witness <name> <vkey> [url]
 *	group <name> all|any|<k> <member>...
 *	quorum <name>|none
 *
 * Each line names only what stands above it, so a policy has no cycles and is
 * judged in one pass.
 */
#ifndef STILE_TLOG_POLICY_H
#define STILE_TLOG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "tlog/checkpoint.h"
#include "tlog/note.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

struct tlog_policy_log {
	struct tlog_note_key key; /* its name is the log's origin */
	struct str url;		  /* may be empty */
};

struct tlog_policy_witness {
	struct str name; /* within the policy; opaque bytes */
	struct tlog_note_key key;
	struct str url; /* submission prefix; may be empty */
};

/* What a name stands for: a witness, or k of n names above. */
struct tlog_policy_node {
	struct str name;
	bool is_witness;
	bool is_member;	   /* of a group: only once */
	size_t witness;	   /* its place in witnesses */
	size_t threshold;  /* of a group */
	size_t *members;   /* places in nodes */
	size_t n_members;
};

/* Texts and rows are the arena's. */
struct tlog_policy {
	struct tlog_policy_log *logs;
	size_t n_logs;
	struct tlog_policy_witness *witnesses;
	size_t n_witnesses;
	struct tlog_policy_node *nodes;
	size_t n_nodes;
	bool has_quorum; /* the line is there */
	bool is_none;	 /* and asks for nobody */
	size_t quorum;	 /* the node that must hold */
};

/* What a checkpoint's signatures are worth under a policy. */
struct tlog_policy_verdict {
	bool is_met;   /* the quorum */
	size_t n_good; /* witnesses that cosigned */
	struct tlog_note_verdict of[LIMIT_TLOG_POLICY_ITEMS]; /* by witness */
	uint64_t newest; /* latest time of a cosignature; 0: none */
};

enum {
	TLOG_POLICY_E_WRONG = 1, /* parse: the diagnostics say what */
};

enum {
	TLOG_POLICY_E_FORMAT = 1, /* open: not a checkpoint */
	TLOG_POLICY_E_LOG,	  /* signed by none of the policy's logs, or of
				     another origin than its key's */
	TLOG_POLICY_E_BAD,	  /* a known key's signature is wrong */
	TLOG_POLICY_E_QUORUM,	  /* good, but too few witnesses cosigned */
};

/*
 * Read a policy. Strict: every line that is not understood is an error with
 * its place, all of them in one run.
 *
 * diags: its source is text. Returns: 0; TLOG_POLICY_E_WRONG; fault ENOMEM.
 */
int tlog_policy_parse(struct tlog_policy *policy, struct arena *arena,
    struct diag_list *diags, struct str text) MUST_USE NONNULL;

/*
 * Which witnesses cosigned a parsed note, and do they make the quorum?
 *
 * Returns: 0, and the verdict (also when it is not met); TLOG_POLICY_E_BAD, and
 * *bad is the witness whose signature is wrong; fault.
 */
int tlog_policy_judge(const struct tlog_policy *policy,
    struct tlog_policy_verdict *verdict, size_t *bad,
    const struct tlog_note *note) MUST_USE NONNULL;

/*
 * Read a checkpoint and believe it as the policy says: signed by a log of it
 * whose name is the origin, cosigned by its quorum. With _E_QUORUM checkpoint
 * and verdict are good to be told of.
 *
 * key: of the log where it is known otherwise; then it alone may have signed.
 * NULL: any log of the policy. Returns: 0; TLOG_POLICY_E_*; fault.
 */
int tlog_policy_open(const struct tlog_policy *policy,
    struct tlog_checkpoint *checkpoint, struct tlog_policy_verdict *verdict,
    struct str note, const struct tlog_note_key *key) MUST_USE;

#endif
