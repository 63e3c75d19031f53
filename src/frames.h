/*
 * What the roles say to each other: kinds and tags of util/frame.h frames.
 *
 * Each pair has its own kinds; a receiver closes a channel that sends another.
 * Listeners are bound by the parent in DIR/run and inherited by the role that
 * answers on them: gate.sock (fronts ask), keeper.sock (the gate asks),
 * clerk.sock (the gate tells, no answer is awaited).
 */
#ifndef STILE_FRAMES_H
#define STILE_FRAMES_H

/* front -> gate: one HTTP request of one client. */
enum ask_kind {
	ASK_KIND_ASK = 1,    /* an operation; answered by ASK_KIND_ANSWER */
	ASK_KIND_ANSWER = 2, /* gate -> front, same id */
};

enum ask_tag {
	/* ASK */
	ASK_OPERATION = 1,   /* operationId of the OpenAPI file, e.g. "createRequest" */
	ASK_PARAMETER = 2,   /* path parameter in path order; repeated */
	ASK_CERTIFICATE = 3, /* SHA-256 of the client certificate's DER, 32 bytes */
	ASK_PEER = 4,	     /* client address, text */
	ASK_IDEMPOTENCY = 5, /* Idempotency-Key header */
	ASK_TRACEPARENT = 6, /* traceparent header (W3C Trace Context) */
	ASK_MALFORMED = 7,   /* the body is unusable: "CODE\npath\nreason" */
	/*
	 * One leaf of the JSON body: type byte, '\t', JSON Pointer (RFC 6901),
	 * '\t', value. Types: s string, i integer (decimal, fits int64), n other
	 * number, b true/false, 0 null, o empty object, a empty array. A pointer
	 * holds no tab: control characters in a name are MALFORMED. Repeated, in
	 * document order.
	 */
	ASK_MEMBER = 8,
	ASK_TOKEN = 10, /* bearer token of the Authorization header, on /v1/self/ */
	ASK_DEADLINE = 9, /* u64: microseconds since 1970; answer is useless after */

	/* ANSWER */
	ASK_STATUS = 20,   /* u64: HTTP status */
	ASK_TYPE = 21,	   /* Content-Type */
	ASK_BODY = 22,	   /* bytes of the body */
	ASK_LOCATION = 23, /* Location header */
	ASK_RETRY = 24,	   /* u64: Retry-After, seconds */
};

/* gate -> keeper. Every question has one answer of the kind after it. */
enum keeper_kind {
	KEEPER_KIND_HELLO = 1,	/* -> HELLO with VKEY, SEAL_PUBLIC, NOTE? */
	KEEPER_KIND_INDEX = 2,	/* SUBJECT... -> INDEX with INDEX... in order */
	KEEPER_KIND_SIGN = 3,	/* SIZE, ROOT, PROOF -> SIGN with NOTE */
	KEEPER_KIND_UNWRAP = 4, /* WRAPPED -> UNWRAP with KEY */
	/* Of consignments: keys wrapped to pairs of their own, never given out. */
	KEEPER_KIND_TOKEN = 5,	/* WRAPPED, SUBJECT -> TOKEN with INDEX */
	KEEPER_KIND_HALF = 6,	/* WRAPPED -> HALF with KEY */
	KEEPER_KIND_REFUSED = 9, /* -> REASON, instead of the answer */
};

enum keeper_tag {
	KEEPER_VKEY = 1,	/* C2SP signed-note verifier key, text */
	KEEPER_SEAL_PUBLIC = 2, /* 32 bytes: wrap epoch keys to this (crypto/seal.h) */
	KEEPER_NOTE = 3,	/* signed checkpoint, text */
	KEEPER_SUBJECT = 4,	/* canonical subject key bytes; repeated */
	/* 32 bytes: HMAC-SHA-256(subject-index key, subject); for a TOKEN of the
	 * wrapped index key in its place */
	KEEPER_INDEX = 5,
	KEEPER_SIZE = 6,	/* u64 */
	KEEPER_ROOT = 7,	/* 32 bytes */
	KEEPER_PROOF = 8,	/* n * 32 bytes: consistency, last signed -> SIZE */
	KEEPER_WRAPPED = 9,	/* wrapped epoch key; index key or half */
	KEEPER_KEY = 10,	/* 32 bytes */
	KEEPER_REASON = 11,	/* one line, text */
};

/*
 * gate -> clerk, one way. The gate says the newest again after each connect:
 * the clerk may have been restarted before it had published it.
 */
enum clerk_kind {
	CLERK_KIND_CHECKPOINT = 1, /* NOTE: publish the log up to here */
};

enum clerk_tag {
	CLERK_NOTE = 1, /* signed checkpoint, text */
};

/*
 * clerk <-> courier, by files below DIR/outbox, each replaced whole. The
 * courier has the network, so the clerk believes nothing that is not signed.
 */
#define OUTBOX_PENDING "pending"   /* clerk: the signed checkpoint to be cosigned;
				      its tiles are in DIR/log already */
#define OUTBOX_COSIGNED "cosigned" /* courier: the same, with cosignatures; none
				      when nobody answered */
#define OUTBOX_REPORT "witnesses"  /* courier: how each witness fares, JSON */
#define OUTBOX_WITNESSED "witnessed" /* clerk: the newest that met the quorum;
					the gate puts it into receipts */

/*
 * Role <-> parent, on descriptor 4: a stream of these bytes, both ways. The
 * end of the stream means that the parent is gone, and the role ends too.
 */
enum parent_byte {
	PARENT_READY = 'R', /* role -> parent: it serves from now on */
	/*
	 * Parent -> keeper, clerk: followed by the gate's process id, u32
	 * big-endian, each time before a gate is exec'd. Who connects to them
	 * and is not that process (SO_PEERCRED) is turned away: a front can
	 * reach the sockets' paths, and must not be able to ask there.
	 */
	PARENT_GATE = 'G',
};

#endif
