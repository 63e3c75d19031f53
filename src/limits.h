/*
 * Every bound in the program, in one place, each with its reason.
 *
 * A limit that an outsider can push against has a test that reaches it
 * (tools/check-limits). Sizes are bytes unless the name says otherwise.
 */
#ifndef STILE_LIMITS_H
#define STILE_LIMITS_H

#include <stdint.h>

/* util */
#define LIMIT_FAULT_TRAIL 16	     /* places kept of one fault */
#define LIMIT_DIAGS 64		     /* messages of one load; the rest is counted */
#define LIMIT_DIAG_TEXT 512	     /* one message */
#define LIMIT_ARENA_BLOCK 16384	     /* first block; later ones double to 64x */
#define LIMIT_CSV_FIELD 65536	     /* one cell of an imported file */
#define LIMIT_CSV_COLUMNS 256	     /* cells of one row */
#define LIMIT_EVENT_BYTES 2048	     /* one message of the operator's log */
#define LIMIT_SANDBOX_FILES 1024     /* descriptors of a role, unless it says */
#define LIMIT_SANDBOX_FILE_BYTES (UINT64_C(1) << 40) /* largest file it writes */
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

/* front */

/* cli */

#endif
