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
#define LIMIT_CSV_WINDOW (4 * LIMIT_CSV_FIELD) /* held of a file: a row, all quoted */
#define LIMIT_EVENT_BYTES 2048	     /* one message of the operator's log */
#define LIMIT_SANDBOX_FILES 1024     /* descriptors of a role, unless it says */
#define LIMIT_SANDBOX_FILE_BYTES (UINT64_C(1) << 40) /* largest file it writes */
#define LIMIT_FILE_BYTES (64u << 20) /* a file read whole (policy, key, map) */

/* config: lengths a holder's own file may have; all far past any use */
#define LIMIT_CONFIG_BYTES 65536  /* the file */
#define LIMIT_CONFIG_ARENA 262144 /* the file and what is kept of it */
#define LIMIT_CONFIG_ID 16	  /* holder.id: repeated in every entry */
#define LIMIT_CONFIG_NAME 200	  /* holder.name */
#define LIMIT_CONFIG_ORIGIN 255	  /* C2SP tlog-cosignature: origin <= 255 bytes */
#define LIMIT_CONFIG_PATH 255	  /* a path below DIR */
#define LIMIT_CONFIG_WORD 64	  /* name of a pack or an authority */
#define LIMIT_CONFIG_NAMES 32	  /* packs, authorities */
#define LIMIT_CONFIG_FRONTS 64	  /* front processes */

/* frames between the roles */
#define LIMIT_FRAME_BYTES (1u << 20) /* one frame, header included */
#define LIMIT_FRAME_FIELDS 512	     /* TLV fields in one frame */
#define LIMIT_CHANNEL_QUEUE (8u << 20) /* bytes waiting to be written to a role */

/* crypto */

/* cedar */
#define LIMIT_CEDAR_TEXT (64u << 20) /* one policy text; offsets are 32 bits */
#define LIMIT_CEDAR_DEPTH 512 /* height of an expression: bounds all recursion */
#define LIMIT_CEDAR_ANNOTATIONS 256 /* of one policy; each is compared with all */
#define LIMIT_CEDAR_ERRORS 1000 /* of one text; then the rest is not read */
#define LIMIT_CEDAR_POLICIES (1u << 20) /* policies, templates and links of a set */
#define LIMIT_CEDAR_JSON_DEPTH 128 /* arrays and objects: serde_json's own */
#define LIMIT_CEDAR_EST_DEPTH 2048 /* of policies as JSON: two an operator */
#define LIMIT_CEDAR_VALUE_DEPTH 128 /* sets and records in each other (serde's) */
#define LIMIT_CEDAR_OVERLAY 4096 /* entities that come with one request */
#define LIMIT_CEDAR_UNKNOWNS 256 /* of one query; looked through one by one */
#define LIMIT_CEDAR_CHANGES 64 /* of one search: each is a bit */
#define LIMIT_CEDAR_WAYS 64 /* kept at a time: each is compared with all */
#define LIMIT_CEDAR_WAY_STEPS (1u << 16) /* of one search: a few milliseconds */
#define LIMIT_CEDAR_NAMES (1u << 21) /* distinct names, and distinct uids */
#define LIMIT_CEDAR_ANCESTORS (1u << 25) /* ancestor entries of one store */
#define LIMIT_CEDAR_STRING (1u << 30) /* one text value: lengths are 32 bits */
#define LIMIT_CEDAR_ARENA ((size_t)4 << 30) /* memory of one set or store */
#define LIMIT_CEDAR_SCHEMA_DEPTH 128 /* types in types: bounds all recursion */
#define LIMIT_CEDAR_SCHEMA_CHAIN 2048 /* `type A = B; type B = C; ..`: recursion */
#define LIMIT_CEDAR_TYPE_SIZE (1u << 16) /* parts of a type, common ones inlined */
#define LIMIT_CEDAR_SCHEMA_ARENA ((size_t)1 << 28) /* memory of one schema */
#define LIMIT_CEDAR_SCHEMA_NAMES (1u << 16) /* entity types, and actions, of one */
#define LIMIT_CEDAR_SCHEMA_PAIRS (1u << 22) /* ancestors, in all, of its names */
#define LIMIT_CEDAR_CHECKS (1u << 26) /* expressions typed in one validation */

/* tlog and claims */
#define LIMIT_TLOG_NAME 255 /* key name, origin: one length byte (C2SP) */
#define LIMIT_TLOG_NOTE_BYTES (128u << 10) /* 16 ML-DSA-44 lines are 53 kB */
#define LIMIT_TLOG_SIGNATURES 100 /* of a note: C2SP asks for 16, Go takes 100 */
#define LIMIT_TLOG_SIGNATURE_BYTES 4096 /* one; ML-DSA-44 has 2,432 */
#define LIMIT_TLOG_ENTRY_BYTES 65535 /* its length has two bytes (tlog-tiles) */
#define LIMIT_TLOG_RECEIPT_LINE 65536 /* Go's reader stops at such a line */
#define LIMIT_TLOG_RECEIPT_BYTES (256u << 10) /* extra, proof and checkpoint */
#define LIMIT_TLOG_EDGE_TILES 128 /* filled by one batch: 32,000 entries, 2 MiB */
#define LIMIT_TLOG_POLICY_BYTES 65536 /* a policy: far past 64 rows of each kind */
#define LIMIT_TLOG_POLICY_ITEMS 64 /* logs, witnesses, groups; C2SP asks for 32 */
#define LIMIT_TLOG_WITNESS_BODY 65536 /* add-checkpoint: proof, 16 ML-DSA lines */
#define LIMIT_TLOG_WITNESS_ANSWER 65536 /* cosignature lines of one witness */
#define LIMIT_TLOG_WITNESS_CLOCK_S 3600 /* between its clock and ours */
#define LIMIT_CLAIMS_VALUE 32768 /* JSON text of one; base64 fits a receipt */
#define LIMIT_CLAIMS_DISCLOSURES 256 /* of one entry, which has about 25 */
#define LIMIT_CLAIMS_MEMBERS 256     /* of one JSON object */
#define LIMIT_CLAIMS_DEPTH 16	     /* nesting of JSON text */

/* store */
#define LIMIT_STORE_TEXT 4096	       /* one text column: a name, a number */
#define LIMIT_STORE_BYTES (1u << 20)   /* one sealed value or answer: a frame */
#define LIMIT_STORE_ENTRY 65535	       /* one entry: C2SP tlog-tiles bundles */
#define LIMIT_STORE_KEY 256	       /* key of a budget: ORI and a number */
#define LIMIT_STORE_SCOPE 256	       /* fields named by one instrument */
#define LIMIT_STORE_SUBJECTS 64	       /* subjects of one warrant, instrument */
#define LIMIT_STORE_CHUNK 256	       /* entries fetched at once in a walk */
#define LIMIT_STORE_CACHE_KIB 8192     /* page cache: all roles fit 64 MiB */
#define LIMIT_STORE_WAL_PAGES 2048     /* 16 MiB of log: time to checkpoint */
#define LIMIT_STORE_BUSY_MS 2000       /* wait for a reader's short lock */
#define LIMIT_STORE_REASON 256	       /* why a call failed, one line */
#define LIMIT_STORE_PATH 4096	       /* PATH_MAX of Linux */

/* source */
#define LIMIT_SUBJECT_MEMBER 120 /* bytes of one member of a subject key */
#define LIMIT_SUBJECT_PLATE 10	 /* longest plate any state issues, with reserve */
#define LIMIT_SUBJECT_LICENCE 20 /* OLN of the message switches */
#define LIMIT_IMPORT_REASONS 20	 /* rejected rows told singly; the rest is counted */
#define LIMIT_IMPORT_COLUMN 120 /* bytes shown of a column's name */
#define LIMIT_IMPORT_MAP_BYTES (256u << 10) /* a mapping file */
#define LIMIT_IMPORT_ROW_BYTES (1u << 20) /* memory of one row while it is read */
#define LIMIT_DEMO_BYTES (16u << 20) /* each text of the demonstration data */

/* consign */
#define LIMIT_CONSIGN_SENDER 200   /* bytes of who sent it: a line of the list */
#define LIMIT_CONSIGN_CUSTODIANS 16 /* their shares fit one page with the keys */
#define LIMIT_CONSIGN_KEYS 4	   /* identifiers of one record; an AAMVA one has 3 */
#define LIMIT_CONSIGN_PIECE 65536  /* bytes sealed together: a row (LIMIT_CSV_FIELD) */
#define LIMIT_CONSIGN_RING (4u << 20) /* read ahead: thirty of the longest rows */
#define LIMIT_CONSIGN_CUTS 262144  /* a slot of cuts: some thousand records */
#define LIMIT_CONSIGN_RUN (1u << 20) /* entries sorted at a time: 16 MiB, twice */
#define LIMIT_CONSIGN_RUNS 4096	   /* merged at once: 4 billion identifiers */
#define LIMIT_CONSIGN_BUCKET 1024  /* entries read for a look-up; 64 on average */

/* keeper */
#define LIMIT_KEEPER_SUBJECT 1024 /* one canonical subject key */
#define LIMIT_KEEPER_NOTE 1024	  /* a checkpoint of one signature; slot: 4096 */
#define LIMIT_KEEPER_KEY 1024	  /* a key file */

/* clerk */
#define LIMIT_CLERK_DIRECTORIES 32  /* to be synced before a checkpoint */
#define LIMIT_CLERK_AGED 1024	    /* partial tiles waiting to be removed */
#define LIMIT_CLERK_RETRY_MS 1000   /* after a fault: disk full, store busy */
#define LIMIT_LOG_CHECK_TRIES 5	    /* of a log that grows while it is read */

/* webcall, courier */
#define LIMIT_WEBCALL_CA (4u << 20) /* authorities' certificates, PEM */
#define LIMIT_COURIER_GRACE_MS 500  /* for the others once the quorum is met */
#define LIMIT_COURIER_LOOKUP_S 600  /* a witness unreachable: look names up anew */
#define LIMIT_COURIER_REPORT 262144 /* what came of a round, for 64 witnesses */

/* witness */
#define LIMIT_WITNESS_LOGS 4096	     /* that one witness serves */
#define LIMIT_WITNESS_LIST_BYTES (4u << 20) /* the list of them: 1 KiB a log */
#define LIMIT_WITNESS_BURST 60	     /* requests of a log at once, if it has a rate */
#define LIMIT_WITNESS_CONNECTIONS 256 /* each has at most a body of 64 KiB */
#define LIMIT_WITNESS_PER_ADDRESS 64 /* an operator may run many logs */
#define LIMIT_WITNESS_REQUEST_MS 30000 /* from connection, or the last, to an end */

/* gate */
#define LIMIT_BATCH 256		   /* requests walked and committed together */
#define LIMIT_ASK_BYTES (512u << 10) /* arena of one request */
#define LIMIT_ASK_FIELDS 48	   /* record fields in one request */
#define LIMIT_ASK_SUBJECTS 16	   /* persons or vehicles a ground may name */
#define LIMIT_ENTRY_VALUE 16384	   /* one label's value */
#define LIMIT_ENTRY_BYTES 65535	   /* one leaf (C2SP tlog-tiles: u16 length) */
#define LIMIT_ENTRY_KEPT 65536 /* all disclosures of one entry, sealed together */
#define LIMIT_ENTRY_DISCLOSURES 32768 /* so that a receipt's extra stays < 64 KiB */
#define LIMIT_STATEMENT_TEXT 4000  /* one statement to the public: a page */
#define LIMIT_PACKS 16		   /* packs in force */
#define LIMIT_PACK_BYTES (4u << 20) /* one file of a pack */
#define LIMIT_PACK_POLICIES 2048   /* policies in one pack */
#define LIMIT_PACK_TESTS 2048	   /* cases in a pack's tests.json */
#define LIMIT_NEEDS 8		   /* roles one request may wait for */
#define LIMIT_RULINGS 64	   /* rules told of in one decision */
#define LIMIT_LAWFUL 4		   /* sentences on what would make it lawful */
#define LIMIT_LAWFUL_TRIALS 12	   /* ways that are judged for them */
#define LIMIT_LAWFUL_BYTES (2u << 20) /* memory for finding them */
#define LIMIT_LAWFUL_SENTENCE 1024 /* all clauses are some 900 bytes */
#define LIMIT_DUTIES 32		   /* duties, and marks, of one decision */
#define LIMIT_FRONTS 64		   /* front processes connected to the gate */
#define LIMIT_BATCH_BYTES (8u << 20) /* arena of a whole batch, or of a reload */
#define LIMIT_ASK_TEXT 256	   /* one text of a request: a name, a key */
#define LIMIT_ASK_NUMBER 64	   /* a case, warrant or instrument number; an id */
#define LIMIT_ASK_REASON 1000	   /* the reason in words */
#define LIMIT_WEIGH_COUNT 10000	   /* distinct subjects counted; more is all one */
#define LIMIT_EXTRACT_DAYS 90	   /* erased or justified by then (M-07-16) */
#define LIMIT_EPOCH_HOURS 24	   /* one sealing key */
#define LIMIT_IDEMPOTENCY_HOURS 24 /* an answer can be had again */
#define LIMIT_ANSWER_BYTES (512u << 10) /* body of one answer: half a frame */
#define LIMIT_ERASE 500		   /* entries of one erasure: some 20 ms of the gate */
#define LIMIT_SWEEP 1000	   /* keys of ended epochs overwritten in one step */
#define LIMIT_REFERRAL_HOURS 72	   /* a request waits for its approvals */
#define LIMIT_TOKEN_BYTES 2048	   /* a portal's token: some 500 are usual */
#define LIMIT_TOKEN_ID 128	   /* its jti: a UUID has 36 */
#define LIMIT_TOKEN_LIFE_S 900	   /* from iat to exp, however it is set */
#define LIMIT_TOKEN_CLOCK_S 30	   /* a portal's clock may be ahead by this */
#define LIMIT_SELF_PAGE 8	   /* look-ups told of in one answer */
#define LIMIT_SELF_BUCKET 65536	   /* its length is a multiple of this */
#define LIMIT_SELF_LIFTS 64	   /* seals lifted on the way of one ask */
#define LIMIT_COMPLAINT_TEXT 4000  /* what a person writes */
#define LIMIT_COMPLAINTS 100	   /* of the queue, shown at once */
#define LIMIT_CLOCK_BACK_MS 5000   /* a clock may be behind the log at a start */

/* front */
#define LIMIT_FRONT_CONNECTIONS 1024   /* of one front process */
#define LIMIT_FRONT_PER_ADDRESS 256    /* an agency may sit behind one NAT */
#define LIMIT_FRONT_REQUESTS 10000     /* of one connection; then it is closed */
#define LIMIT_FRONT_OUTSTANDING 1024   /* asked of the gate and not answered */
#define LIMIT_FRONT_HEADER_BYTES 16384 /* request line and header fields */
#define LIMIT_FRONT_POOL_BYTES 32768   /* libmicrohttpd's memory a connection */
#define LIMIT_FRONT_PATH_BYTES 1024    /* request target */
#define LIMIT_FRONT_PARAMETER_BYTES 128 /* one path parameter, decoded */
#define LIMIT_FRONT_TOKEN_BYTES 128    /* Idempotency-Key, X-Request-ID */
#define LIMIT_FRONT_BODY_BYTES 65536   /* body of a request */
#define LIMIT_FRONT_JSON_DEPTH 16      /* nested arrays and objects */
#define LIMIT_FRONT_JSON_MEMBERS 256   /* leaves; fits LIMIT_FRAME_FIELDS */
#define LIMIT_FRONT_STRING_BYTES 4096  /* one string value */
#define LIMIT_FRONT_POINTER_BYTES 256  /* JSON Pointer of a leaf */
#define LIMIT_FRONT_READ_MS 30000       /* from idle to a whole request */
#define LIMIT_FRONT_WRITE_MS 30000	       /* to take a whole answer */
#define LIMIT_FRONT_GATE_MS 10000      /* for the gate to answer */
#define LIMIT_FRONT_DRAIN_MS 15000     /* to finish after SIGTERM */
#define LIMIT_FRONT_RETRY_MS 1000      /* longest wait between connects to gate */
#define LIMIT_FRONT_FILES 64	       /* besides two a connection */
#define LIMIT_FRONT_CHAIN 8	       /* certificates a client may present */
#define LIMIT_FRONT_PEM_BYTES (4u << 20) /* a CA bundle or revocation list */
#define LIMIT_FRONT_LOG_FILE (17u << 20) /* 256 entries of 2 + 65,535 bytes */

/* release */
#define LIMIT_RELEASE_RULES 512	   /* rows of a profile: all labels of all kinds */
#define LIMIT_RELEASE_CLAIMS 64	   /* labels of one entry, which has 28 */
#define LIMIT_RELEASE_LINE (256u << 10) /* an entry, its disclosures, exemptions */
#define LIMIT_RELEASE_HEAD (1u << 20) /* memory of the first line and its texts */
#define LIMIT_RELEASE_ENTRY (2u << 20) /* memory of one line while it is read */
#define LIMIT_RELEASE_PAGES 200000 /* of one PDF; a shelf of 100 volumes */
#define LIMIT_RELEASE_BAR 42	   /* letters of the exemptions of one claim */
#define LIMIT_RELEASE_SIGNS 16	   /* signatures and reviews of one release */
#define LIMIT_RELEASE_EPOCHS 64	   /* sealing keys held open while reading */

/* reports */
#define LIMIT_REPORT_LEAST 5	  /* a smaller cell of a report is withheld */
#define LIMIT_REPORT_ROWS 64	  /* of one table; there are 43 fields */
#define LIMIT_REPORT_COLUMNS 3	  /* decisions */
#define LIMIT_REPORT_QUARTERS 80  /* of one report: twenty years */
#define LIMIT_REPORT_MONTHS 240	  /* the same */
#define LIMIT_REPORT_AGENCIES 65536 /* known by their kind; the US have 18,000 */
#define LIMIT_REPORT_BYTES (4u << 20) /* one form of a report */

/* cli */
#define LIMIT_OPTIONS 256	     /* options on one command line */
#define LIMIT_OPERANDS 64	     /* operands on one command line */
#define LIMIT_LOOKBACK_ROWS 5000000 /* of one log; the largest known has 1.8 m */
#define LIMIT_LOOKBACK_RULES 64	     /* rules told apart; all packs have 30 */
#define LIMIT_MONITOR_ENTRIES 10000000 /* new ones in a run, unless it says */
#define LIMIT_MONITOR_KINDS 64	     /* types and decisions counted apart */
#define LIMIT_MONITOR_CHANGES 64     /* of packs told singly; the rest is counted */
#define LIMIT_MONITOR_FINDINGS 32    /* told singly; the rest is counted */
#define LIMIT_MONITOR_STATE 524288   /* the state file */
#define LIMIT_HTTPS_BYTES (1u << 20) /* an answer of a holder */
#define LIMIT_VERB_BYTES ((size_t)2 << 30) /* memory of one run of a verb */
#define LIMIT_POLICY_FOLDERS 8 /* folders in folders searched for cases: links */
#define LIMIT_RESTART_FIRST_MS 100	 /* a role died: wait, doubling to … */
#define LIMIT_LOCK_WAIT_MS 1000		 /* for the roles of a killed parent */
#define LIMIT_ISSUE_NAME 64		 /* CN: RFC 5280 ub-common-name */
#define LIMIT_ISSUE_HOSTS 32		 /* names of the server certificate */
#define LIMIT_ISSUE_YEARS 30		 /* of the holder's CA */
#define LIMIT_ISSUE_DAYS 1096		 /* a client certificate: three years */

#endif
