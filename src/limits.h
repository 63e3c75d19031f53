/*
 * Every bound in the program, in one place, each with its reason.
 *
 * A limit that an outsider can push against has a test that reaches it
 * (tools/check-limits). Sizes are bytes unless the name says otherwise.
 */
#ifndef STILE_LIMITS_H
#define STILE_LIMITS_H

/* util */
#define LIMIT_FAULT_TRAIL 16	     /* places kept of one fault */
#define LIMIT_DIAGS 64		     /* messages of one load; the rest is counted */
#define LIMIT_DIAG_TEXT 512	     /* one message */
#define LIMIT_ARENA_BLOCK 16384	     /* first block; later ones double to 64x */
#define LIMIT_CSV_FIELD 65536	     /* one cell of an imported file */
#define LIMIT_CSV_COLUMNS 256	     /* cells of one row */
#define LIMIT_FILE_BYTES (64u << 20) /* a file read whole (policy, key, map) */

/* frames between the roles */
#define LIMIT_FRAME_BYTES (1u << 20) /* one frame, header included */
#define LIMIT_FRAME_FIELDS 512	     /* TLV fields in one frame */
#define LIMIT_CHANNEL_QUEUE (8u << 20) /* bytes waiting to be written to a role */

/* crypto */

/* cedar */
#define LIMIT_CEDAR_TEXT (64u << 20) /* one policy text; offsets are 32 bits */
#define LIMIT_CEDAR_DEPTH 512 /* height of an expression: bounds all recursion */
#define LIMIT_CEDAR_ANNOTATIONS 256 /* of one policy; each is compared with all */
#define LIMIT_CEDAR_POLICIES (1u << 20) /* policies, templates and links of a set */
#define LIMIT_CEDAR_VALUE_DEPTH 128 /* sets and records in each other (serde's) */
#define LIMIT_CEDAR_OVERLAY 4096 /* entities that come with one request */
#define LIMIT_CEDAR_NAMES (1u << 24) /* distinct names, and distinct uids */
#define LIMIT_CEDAR_ANCESTORS (1u << 28) /* ancestor entries of one store */
#define LIMIT_CEDAR_STRING (1u << 30) /* one text value: lengths are 32 bits */
#define LIMIT_CEDAR_ARENA ((size_t)8 << 30) /* memory of one set or store */

/* tlog and claims */

/* store */
#define LIMIT_STORE_TEXT 4096	       /* one text column: a name, a number */
#define LIMIT_STORE_BYTES (1u << 20)   /* one sealed value or answer: a frame */
#define LIMIT_STORE_ENTRY 65535	       /* one entry: C2SP tlog-tiles bundles */
#define LIMIT_STORE_SCOPE 256	       /* fields named by one instrument */
#define LIMIT_STORE_SUBJECTS 64	       /* subjects of one warrant, instrument */
#define LIMIT_STORE_CHUNK 256	       /* entries fetched at once in a walk */
#define LIMIT_STORE_CACHE_KIB 8192     /* page cache: all roles fit 64 MiB */
#define LIMIT_STORE_WAL_PAGES 4096     /* 16 MiB of log: time to checkpoint */
#define LIMIT_STORE_BUSY_MS 2000       /* wait for a reader's short lock */

/* source */

/* keeper */

/* clerk */

/* gate */

/* front */

/* cli */

#endif
