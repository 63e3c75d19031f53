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

/* store */

/* source */

/* keeper */

/* clerk */

/* gate */
#define LIMIT_BATCH 256		   /* requests walked and committed together */
#define LIMIT_ASK_BYTES (512u << 10) /* arena of one request */
#define LIMIT_ASK_FIELDS 48	   /* record fields in one request */
#define LIMIT_ASK_SUBJECTS 16	   /* persons or vehicles a ground may name */
#define LIMIT_ENTRY_VALUE 16384	   /* one label's value */
#define LIMIT_ENTRY_BYTES 65535	   /* one leaf (C2SP tlog-tiles: u16 length) */
#define LIMIT_ENTRY_DISCLOSURES 32768 /* so that a receipt's extra stays < 64 KiB */
#define LIMIT_PACKS 16		   /* packs in force */
#define LIMIT_PACK_BYTES (4u << 20) /* one file of a pack */
#define LIMIT_PACK_POLICIES 2048   /* policies in one pack */
#define LIMIT_PACK_TESTS 2048	   /* cases in a pack's tests.json */
#define LIMIT_NEEDS 8		   /* roles one request may wait for */
#define LIMIT_RULINGS 64	   /* rules told of in one decision */
#define LIMIT_DUTIES 32		   /* duties, and marks, of one decision */
#define LIMIT_FRONTS 64		   /* front processes connected to the gate */

/* front */

/* cli */

#endif
