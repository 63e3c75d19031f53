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

/* tlog and claims */
#define LIMIT_TLOG_NAME 255 /* key name, origin: one length byte (C2SP) */
#define LIMIT_TLOG_NOTE_BYTES (128u << 10) /* 16 ML-DSA-44 lines are 53 kB */
#define LIMIT_TLOG_SIGNATURES 100 /* of a note: C2SP asks for 16, Go takes 100 */
#define LIMIT_TLOG_SIGNATURE_BYTES 4096 /* one; ML-DSA-44 has 2,432 */
#define LIMIT_TLOG_ENTRY_BYTES 65535 /* its length has two bytes (tlog-tiles) */
#define LIMIT_TLOG_RECEIPT_LINE 65536 /* Go's reader stops at such a line */
#define LIMIT_TLOG_RECEIPT_BYTES (256u << 10) /* extra, proof and checkpoint */
#define LIMIT_TLOG_EDGE_TILES 128 /* filled by one batch: 32,000 entries, 2 MiB */
#define LIMIT_CLAIMS_VALUE 32768 /* JSON text of one; base64 fits a receipt */
#define LIMIT_CLAIMS_DISCLOSURES 256 /* of one entry, which has about 25 */
#define LIMIT_CLAIMS_MEMBERS 256     /* of one JSON object */
#define LIMIT_CLAIMS_DEPTH 16	     /* nesting of JSON text */

/* store */

/* source */

/* keeper */

/* clerk */

/* gate */

/* front */

/* cli */

#endif
