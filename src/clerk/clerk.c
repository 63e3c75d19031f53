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
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h */

struct clerk {
	const char *dir;
	char log_path[4096];
	struct eventlog log;
	struct tlog_note_key key;
	struct store *store;
	struct publish publish;
	struct seat seat;
	int64_t interval_us;
	struct buf pending;   /* newest checkpoint not yet published */
	int64_t not_before_us; /* monotonic: the next publication */
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
	config_fini(&config);
	return read_key(clerk, &arena);
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
	const struct sandbox_path paths[] = { { clerk->log_path, true },
		{ state, false }, { wal, true }, { shm, true } };
	struct sandbox sandbox = { .role = SANDBOX_CLERK, .paths = paths,
		.n_paths = ARRAY_LEN(paths) };
	int r;

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
explain(const struct clerk *clerk, int r)
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

	if (clerk->pending.len > 0 && now >= clerk->not_before_us)
		publish_pending(clerk);
	now = clock_monotonic_us();
	due = tilefiles_sweep(&clerk->publish.files, now);
	if (clerk->pending.len > 0)
		due = MIN(due, clerk->not_before_us);
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
	struct clerk clerk = { .dir = dir, .log = eventlog_stderr("clerk") };
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
	store_close(clerk.store);
	buf_fini(&clerk.pending);
	seat_fini(&clerk.seat);
	return code;
}
