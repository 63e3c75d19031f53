/* The clerk's side of cosigning; see cosign.h. */
#include "clerk/cosign.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frames.h"
#include "limits.h"
#include "tlog/witness.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/file.h"

#define SECOND_US INT64_C(1000000)
#define MARGIN_US (2 * SECOND_US) /* for the courier to see and to write */

static int
read_policy(struct cosign *cosign, const char *dir,
    const struct config *config)
{
	char path[4096];
	struct diag_list diags;
	struct str text = { 0 };
	int r;

	snprintf(path, sizeof(path), "%s/%s", dir,
	    config->witness.policy.p);
	r = file_read(&text, &cosign->arena, AT_FDCWD, path,
	    LIMIT_TLOG_POLICY_BYTES);
	if (r != 0) {
		eventlog_write(cosign->log, EVENTLOG_ERROR,
		    "%s: cannot be read", path);
		return COSIGN_E_WRONG;
	}
	diag_init(&diags, &cosign->arena, str_of(path), text);
	r = tlog_policy_parse(&cosign->policy, &cosign->arena, &diags, text);
	for (size_t i = 0; i < diags.n_items; i++)
		eventlog_write(cosign->log, EVENTLOG_ERROR, "%.*s:%zu: %.*s",
		    STR_ARG(diags.items[i].where), diags.items[i].line,
		    STR_ARG(diags.items[i].text));
	return r < 0 ? TRACE(r) : r == 0 ? 0 : COSIGN_E_WRONG;
}

int
cosign_open(struct cosign *cosign, const char *dir, const struct config *config)
{
	char path[4096];
	int r;

	cosign->outbox_fd = -1;
	arena_init(&cosign->arena, LIMIT_CONFIG_ARENA);
	buf_init(&cosign->waiting, LIMIT_TLOG_NOTE_BYTES);
	buf_init(&cosign->last, LIMIT_TLOG_NOTE_BYTES);
	if (config->witness.policy.len == 0)
		return 0;
	cosign->is_on = true;
	cosign->timeout_us = config->witness.timeout_s * SECOND_US;
	cosign->refresh_us = config->witness.refresh_s > 0 ?
	    config->witness.refresh_s * SECOND_US : INT64_MAX;
	r = read_policy(cosign, dir, config);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	snprintf(path, sizeof(path), "%s/outbox", dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return FAULT(errno);
	cosign->outbox_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cosign->outbox_fd < 0 ? FAULT(errno) : 0;
}

void
cosign_close(struct cosign *cosign)
{
	buf_fini(&cosign->waiting);
	buf_fini(&cosign->last);
	arena_fini(&cosign->arena);
	if (cosign->outbox_fd > 0)
		close(cosign->outbox_fd);
	cosign->outbox_fd = -1;
}

int
cosign_begin(struct cosign *cosign, struct str note)
{
	int r;

	cosign->began_us = clock_monotonic_us();
	/* What is left of an earlier round is not of this one. */
	if (unlinkat(cosign->outbox_fd, OUTBOX_COSIGNED, 0) < 0 &&
	    errno != ENOENT)
		return FAULT(errno);
	r = file_place(cosign->outbox_fd, OUTBOX_PENDING, note, 0600);
	if (r < 0)
		return TRACE(r);
	buf_reset(&cosign->waiting);
	buf_add_str(&cosign->waiting, note);
	buf_reset(&cosign->last);
	buf_add_str(&cosign->last, note);
	return buf_finish(&cosign->waiting) == 0 &&
		buf_finish(&cosign->last) == 0
	    ? 0
	    : FAULT(ENOMEM);
}

/* The lines of one witness, if there is a good one. Returns: 0; fault. */
static int
take(struct cosign *cosign, struct buf *note, struct str lines,
    const struct tlog_policy_witness *witness)
{
	struct clock clock = clock_system();
	uint64_t time = 0;
	int r = tlog_witness_take(note, &time, buf_str(&cosign->waiting), lines,
	    &witness->key, (uint64_t)(clock_now_us(&clock) / SECOND_US));

	if (r < 0)
		return TRACE(r);
	if (r != 0 && r != TLOG_WITNESS_E_UNSIGNED)
		eventlog_write(cosign->log, EVENTLOG_ERROR,
		    "witness %.*s: what the courier brought of it does not "
		    "verify", STR_ARG(witness->name));
	return 0;
}

static int
take_all(struct cosign *cosign, struct buf *note, struct str brought)
{
	struct tlog_note parsed;
	struct str lines;

	if (tlog_note_parse(&parsed, brought) != 0) {
		eventlog_write(cosign->log, EVENTLOG_ERROR,
		    "the courier brought what is no checkpoint");
		return 0;
	}
	lines = str_part(brought, parsed.text.len + 1, brought.len);
	for (size_t i = 0; i < cosign->policy.n_witnesses; i++) {
		int r = take(cosign, note, lines, &cosign->policy.witnesses[i]);

		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

/* Is it the checkpoint that is out, by its text? */
static bool
is_ours(const struct cosign *cosign, struct str brought)
{
	struct tlog_note parsed;
	struct str text;

	if (tlog_note_parse(&parsed, buf_str(&cosign->waiting)) != 0)
		return false;
	text = parsed.text;
	return brought.len > text.len &&
	    str_is_equal(str_part(brought, 0, text.len), text);
}

/* Say how the round ended when that is other than the last time. */
static void
tell(struct cosign *cosign, bool is_met, size_t n_good)
{
	if (is_met == cosign->was_met && cosign->is_told)
		return;
	cosign->is_told = true;
	if (is_met)
		eventlog_write(cosign->log, EVENTLOG_INFO,
		    "the quorum of witnesses is met: %zu cosigned", n_good);
	else
		eventlog_write(cosign->log, EVENTLOG_WARNING,
		    "the quorum of witnesses is not met (%zu cosigned): the "
		    "checkpoint is published without it", n_good);
}

/* The round is over with this note: keep it for receipts when it is witnessed. */
static int
conclude(struct cosign *cosign, const struct buf *note)
{
	struct tlog_policy_verdict verdict = { 0 };
	struct tlog_checkpoint checkpoint;
	bool is_met;
	int r;

	if (buf_finish(note) != 0)
		return FAULT(ENOMEM);
	is_met = tlog_policy_open(&cosign->policy, &checkpoint, &verdict,
	    buf_str(note), cosign->key) == 0;
	tell(cosign, is_met, verdict.n_good);
	cosign->was_met = is_met;
	buf_reset(&cosign->waiting);
	if (!is_met || verdict.n_good == 0)
		return 0;
	r = file_replace(cosign->outbox_fd, OUTBOX_WITNESSED, buf_str(note),
	    0600);
	return TRACE(r);
}

int
cosign_end(struct cosign *cosign, struct buf *note)
{
	CLEANUP(arena_fini) struct arena arena;
	bool is_late = clock_monotonic_us() >= cosign->began_us +
	    cosign->timeout_us + MARGIN_US;
	struct str brought = { 0 };
	int r;

	arena_init(&arena, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	r = file_read(&brought, &arena, cosign->outbox_fd, OUTBOX_COSIGNED,
	    LIMIT_TLOG_NOTE_BYTES);
	if (r < 0)
		return TRACE(r);
	if (r != 0 || !is_ours(cosign, brought)) {
		if (!is_late)
			return COSIGN_E_WAIT;
		brought = (struct str){ 0 };
	}
	buf_add_str(note, buf_str(&cosign->waiting));
	r = brought.len > 0 ? take_all(cosign, note, brought) : 0;
	return r < 0 ? TRACE(r) : TRACE(conclude(cosign, note));
}

int64_t
cosign_due_us(const struct cosign *cosign, int64_t interval_us)
{
	int64_t wait = cosign->was_met ? cosign->refresh_us : interval_us;

	if (!cosign->is_on || cosign->last.len == 0 ||
	    cosign->waiting.len > 0 || wait == INT64_MAX)
		return INT64_MAX;
	return cosign->began_us + wait;
}
