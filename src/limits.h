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

/* front */
#define LIMIT_FRONT_CONNECTIONS 1024   /* of one front process */
#define LIMIT_FRONT_PER_ADDRESS 256    /* an agency may sit behind one NAT */
#define LIMIT_FRONT_REQUESTS 10000     /* of one connection; then it is closed */
#define LIMIT_FRONT_OUTSTANDING 1024   /* asked of the gate and not answered */
#define LIMIT_FRONT_HEADER_BYTES 8192  /* request line and header fields */
#define LIMIT_FRONT_POOL_BYTES 24576   /* libmicrohttpd's memory a connection */
#define LIMIT_FRONT_PATH_BYTES 1024    /* request target */
#define LIMIT_FRONT_PARAMETER_BYTES 128 /* one path parameter, decoded */
#define LIMIT_FRONT_TOKEN_BYTES 128    /* Idempotency-Key, X-Request-ID */
#define LIMIT_FRONT_BODY_BYTES 65536   /* body of a request */
#define LIMIT_FRONT_JSON_DEPTH 16      /* nested arrays and objects */
#define LIMIT_FRONT_JSON_MEMBERS 256   /* leaves; fits LIMIT_FRAME_FIELDS */
#define LIMIT_FRONT_STRING_BYTES 4096  /* one string value */
#define LIMIT_FRONT_POINTER_BYTES 256  /* JSON Pointer of a leaf */
#define LIMIT_FRONT_READ_S 30	       /* from idle to a whole request */
#define LIMIT_FRONT_WRITE_S 30	       /* to take a whole answer */
#define LIMIT_FRONT_GATE_MS 10000      /* for the gate to answer */
#define LIMIT_FRONT_DRAIN_MS 15000     /* to finish after SIGTERM */
#define LIMIT_FRONT_RETRY_MS 1000      /* longest wait between connects to gate */
#define LIMIT_FRONT_CHAIN 8	       /* certificates a client may present */
#define LIMIT_FRONT_PEM_BYTES (4u << 20) /* a CA bundle or revocation list */
#define LIMIT_FRONT_LOG_FILE (17u << 20) /* 256 entries of 2 + 65,535 bytes */

/* cli */

#endif
