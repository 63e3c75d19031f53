/*
 * The clerk's life: open the store to read, lock the door, publish.
 *
 * Checkpoints come faster than they are worth publishing, so only the newest
 * waits, and is published once the interval since the last one is over.
 */
#include "clerk/clerk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clerk/cosign.h"
#include "clerk/publish.h"
#include "config/config.h"
#include "frames.h"
#include "limits.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/sandbox.h"
#include "util/seat.h"

#define MIGRATION_MS 30000 /* wait for the gate to migrate */
#define LOOK_US 100000 /* how often the outbox is looked at in a round */
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h */

struct clerk {
	const char *dir;
	char log_path[4096];
	struct eventlog log;
	struct tlog_note_key key;
	struct store *store;
	struct publish publish;
	struct cosign cosign;
	struct seat seat;
	int64_t interval_us;
	struct buf pending;   /* newest checkpoint not yet published */
	int64_t not_before_us; /* monotonic: the next publication */
	bool is_stuck;	       /* only a fresh process helps */
};

static void
report(const struct clerk *clerk, const struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n_items; i++)
		eventlog_write(&clerk->log, EVENTLOG_ERROR, "%.*s: %.*s",
		    STR_ARG(diags->items[i].where),
		    STR_ARG(diags->items[i].text));
}

static int
read_key(struct clerk *clerk, struct arena *arena)
{
	char path[4096];
	struct str vkey;
	int r;

	snprintf(path, sizeof(path), "%s/keys/log.vkey", clerk->dir);
	r = file_read(&vkey, arena, AT_FDCWD, path, LIMIT_KEEPER_KEY);
	if (r == 0 && tlog_note_key_parse(&clerk->key, str_trim(vkey)) == 0)
		return 0;
	eventlog_write(&clerk->log, EVENTLOG_ERROR, "%s: is not a log's key",
	    path);
	return EXIT_CONFIG;
}

static int
read_settings(struct clerk *clerk)
{
	CLEANUP(arena_fini) struct arena arena;
	struct config config;
	struct diag_list diags;
	int r;

	arena_init(&arena, LIMIT_CONFIG_ARENA);
	diag_init(&diags, &arena, STR(""), STR(""));
	r = config_load(&config, &diags, clerk->dir);
	report(clerk, &diags);
	if (r != 0)
		return EXIT_CONFIG;
	clerk->log.level = eventlog_level_of(config.log.level);
	clerk->interval_us = config.log.publish_interval_ms * 1000;
	clerk->publish.keep_partials_us = config.log.keep_partials_s * 1000000;
	r = read_key(clerk, &arena);
	if (r == 0) {
		clerk->cosign.log = &clerk->log;
		clerk->cosign.key = &clerk->key;
		r = cosign_open(&clerk->cosign, clerk->dir, &config);
		if (r < 0)
			eventlog_fault(&clerk->log, r, "outbox");
		r = r > 0 ? EXIT_CONFIG : r < 0;
	}
	if (r == 0 && clerk->cosign.is_on)
		clerk->interval_us = config.witness.interval_s * 1000000;
	config_fini(&config);
	return r;
}

/*
 * Open the store; while a gate of this start migrates it, wait.
 *
 * Returns: 0 or an exit code.
 */
static int
open_store(struct clerk *clerk)
{
	int64_t end = clock_monotonic_us() +
	    MIGRATION_MS * INT64_C(1000);
	char path[4096];

	snprintf(path, sizeof(path), "%s/state/stile.db", clerk->dir);
	for (;;) {
		CLEANUP(arena_fini) struct arena arena;
		struct diag_list diags;
		int r;

		arena_init(&arena, LIMIT_CONFIG_ARENA);
		diag_init(&diags, &arena, str_of(path), STR(""));
		r = store_open(&clerk->store, str_of(path), STORE_READ, &diags);
		if (r == 0)
			return 0;
		if (r != STORE_E_OLDER || clock_monotonic_us() >= end) {
			report(clerk, &diags);
			return 1;
		}
		usleep(100000);
	}
}

/*
 * The store is read-only to it but for the two files in which SQLite's readers
 * mark where they read; the log is its own.
 */
static int
lock_in(struct clerk *clerk)
{
	char state[4096];
	char wal[4096];
	char shm[4096];
	char outbox[4096];
	const struct sandbox_path paths[] = { { clerk->log_path, true },
		{ state, false }, { wal, true }, { shm, true },
		{ outbox, true } };
	struct sandbox sandbox = { .role = SANDBOX_CLERK, .paths = paths,
		.n_paths = ARRAY_LEN(paths) };
	int r;

	snprintf(outbox, sizeof(outbox), "%s/outbox", clerk->dir);
	snprintf(state, sizeof(state), "%s/state", clerk->dir);
	snprintf(wal, sizeof(wal), "%s/state/stile.db-wal", clerk->dir);
	snprintf(shm, sizeof(shm), "%s/state/stile.db-shm", clerk->dir);
	r = sandbox_enter(&sandbox);
	if (r == SANDBOX_E_LANDLOCK)
		eventlog_write(&clerk->log, EVENTLOG_WARNING,
		    "this kernel has no Landlock; only file permissions keep "
		    "the clerk to its files");
	if (r < 0)
		eventlog_fault(&clerk->log, r, "sandbox");
	return r < 0 ? 1 : 0;
}

/* Say what came of a publication. Returns: true when it is worth a retry. */
static bool
explain(struct clerk *clerk, int r)
{
	switch (r) {
	case 0:
	case PUBLISH_E_OLD:
		return false;
	case PUBLISH_E_NOTE:
		eventlog_write(&clerk->log, EVENTLOG_ERROR,
		    "the gate sent a checkpoint that is not this log's");
		return false;
	case PUBLISH_E_SHORT:
		eventlog_write(&clerk->log, EVENTLOG_ERROR,
		    "the store has fewer entries than the signed checkpoint: "
		    "nothing is published");
		return true;
	case PUBLISH_E_ROOT:
		eventlog_write(&clerk->log, EVENTLOG_ERROR,
		    "the store's entries are not those of the signed "
		    "checkpoint: nothing is published");
		return true;
	default:
		eventlog_fault(&clerk->log, r, "publish");
		/* A lock of its own that it cannot let go: ending does. */
		clerk->is_stuck |= r == -EPROTO;
		return true;
	}
}

static void
publish_pending(struct clerk *clerk)
{
	bool is_worth_it = explain(clerk,
	    publish_checkpoint(&clerk->publish, buf_str(&clerk->pending)));

	if (!is_worth_it)
		buf_reset(&clerk->pending);
	clerk->not_before_us = clock_monotonic_us() + (is_worth_it ?
	    LIMIT_CLERK_RETRY_MS * INT64_C(1000) : clerk->interval_us);
}

/* The round ended: publish what it brought. */
static void
end_round(struct clerk *clerk)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	int r;

	buf_init(&note, LIMIT_TLOG_NOTE_BYTES);
	r = cosign_end(&clerk->cosign, &note);
	if (r == COSIGN_E_WAIT)
		return;
	if (r < 0)
		eventlog_fault(&clerk->log, r, "cosignatures");
	/* Even so: the log goes on without its witnesses. */
	explain(clerk, publish_cosigned(&clerk->publish,
	    note.len > 0 ? buf_str(&note) : buf_str(&clerk->cosign.last)));
}

/* Have a checkpoint's tiles there, and send it to the witnesses. */
static void
begin_round(struct clerk *clerk, struct str note)
{
	int r = publish_prepare(&clerk->publish, note);
	bool is_worth_it = explain(clerk, r);

	clerk->not_before_us = clock_monotonic_us() + (is_worth_it ?
	    LIMIT_CLERK_RETRY_MS * INT64_C(1000) : clerk->interval_us);
	if (r == 0) {
		r = cosign_begin(&clerk->cosign, note);
		if (r < 0) {
			eventlog_fault(&clerk->log, r, "outbox");
			explain(clerk, publish_checkpoint(&clerk->publish,
			    note));
		}
	}
	if (!is_worth_it)
		buf_reset(&clerk->pending);
}

/* With witnesses: one checkpoint at a time is on its way to them. */
static void
work_with_witnesses(struct clerk *clerk)
{
	int64_t now = clock_monotonic_us();

	if (clerk->cosign.waiting.len > 0) {
		end_round(clerk);
	} else if (clerk->pending.len > 0) {
		if (now >= clerk->not_before_us)
			begin_round(clerk, buf_str(&clerk->pending));
	} else if (now >= cosign_due_us(&clerk->cosign, clerk->interval_us)) {
		CLEANUP(buf_fini) struct buf again = { 0 };

		buf_init(&again, LIMIT_TLOG_NOTE_BYTES);
		buf_add_str(&again, buf_str(&clerk->cosign.last));
		begin_round(clerk, buf_str(&again));
	}
}

/* Returns: false when it is no message of the gate's. */
static bool
take(struct clerk *clerk, const struct frame *frame)
{
	struct str note = frame_find(frame, CLERK_NOTE);

	if (frame->kind != CLERK_KIND_CHECKPOINT || note.len == 0 ||
	    note.len > LIMIT_TLOG_NOTE_BYTES)
		return false;
	buf_reset(&clerk->pending);
	buf_add_str(&clerk->pending, note);
	return buf_finish(&clerk->pending) == 0;
}

/* Do what is due. Returns: milliseconds until something is; -1 for never. */
static int
work(struct clerk *clerk)
{
	int64_t now = clock_monotonic_us();
	int64_t due;

	if (clerk->cosign.is_on)
		work_with_witnesses(clerk);
	else if (clerk->pending.len > 0 && now >= clerk->not_before_us)
		publish_pending(clerk);
	now = clock_monotonic_us();
	due = tilefiles_sweep(&clerk->publish.files, now);
	if (clerk->pending.len > 0)
		due = MIN(due, clerk->not_before_us);
	due = MIN(due, cosign_due_us(&clerk->cosign, clerk->interval_us));
	if (clerk->cosign.waiting.len > 0)
		due = now + LOOK_US;
	if (due == INT64_MAX)
		return -1;
	return (int)MIN(60000, MAX(0, (due - now + 999) / 1000));
}

static int
serve(struct clerk *clerk)
{
	struct frame frame;

	for (;;) {
		int r = seat_wait(&frame, &clerk->seat, work(clerk));

		if (clerk->is_stuck)
			return 1;

		if (r == SEAT_E_STOP) {
			/* The newest is not left behind. */
			if (clerk->pending.len > 0)
				publish_pending(clerk);
			return 0;
		}
		if (r < 0) {
			eventlog_fault(&clerk->log, r, "serve");
			return 1;
		}
		if (r == SEAT_E_IDLE || (r == 0 && take(clerk, &frame)))
			continue;
		eventlog_write(&clerk->log, EVENTLOG_ERROR,
		    "the gate sent what is no message: closed");
		seat_drop(&clerk->seat);
	}
}

/* Everything it needs, opened in the order in which it could be refused. */
static int
prepare(struct clerk *clerk, int listen_fd, int parent_fd)
{
	int r = seat_init(&clerk->seat, listen_fd, parent_fd);
	int code = r < 0 ? 1 : 0;

	if (r < 0)
		eventlog_fault(&clerk->log, r, "seat");
	if (code == 0)
		code = read_settings(clerk);
	if (code == 0)
		code = open_store(clerk);
	if (code != 0)
		return code;
	clerk->publish.store = clerk->store;
	clerk->publish.key = &clerk->key;
	clerk->publish.log = &clerk->log;
	clerk->publish.path = clerk->log_path;
	return 0;
}

static int
begin(struct clerk *clerk)
{
	/* Landlock names only what is there. */
	int code = mkdir(clerk->log_path, 0755) < 0 && errno != EEXIST;
	int r;

	if (code != 0)
		eventlog_write(&clerk->log, EVENTLOG_ERROR, "%s: %s",
		    clerk->log_path, strerror(errno));
	if (code == 0)
		code = lock_in(clerk);
	if (code != 0)
		return code;
	r = seat_ready(&clerk->seat);
	if (r < 0)
		return 1;
	r = publish_open(&clerk->publish);
	explain(clerk, r);
	/* A directory that can not be opened will not open later either. */
	return clerk->publish.files.fd < 0 ? 1 : 0;
}

int
clerk_run(const char *dir, int listen_fd, int parent_fd)
{
	struct clerk clerk = { .dir = dir, .log = eventlog_stderr("clerk"),
		.cosign.outbox_fd = -1 };
	int code;

	buf_init(&clerk.pending, LIMIT_TLOG_NOTE_BYTES);
	snprintf(clerk.log_path, sizeof(clerk.log_path), "%s/log", dir);
	code = prepare(&clerk, listen_fd, parent_fd);
	if (code == 0) {
		code = begin(&clerk);
		if (code == 0)
			code = serve(&clerk);
		publish_close(&clerk.publish);
	}
	cosign_close(&clerk.cosign);
	store_close(clerk.store);
	buf_fini(&clerk.pending);
	seat_fini(&clerk.seat);
	return code;
}
