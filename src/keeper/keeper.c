/*
 * The keeper's life: open everything, lock the door, answer.
 *
 * See keeper.h for what it is, questions.h for what it answers.
 */
#include "keeper/keeper.h"

#include <stdio.h>

#include "config/config.h"
#include "keeper/keyring.h"
#include "keeper/lastsigned.h"
#include "keeper/questions.h"
#include "limits.h"
#include "util/eventlog.h"
#include "util/fault.h"
#include "util/sandbox.h"
#include "util/seat.h"

#define KEEPER_FILES 32 /* descriptors: state, sockets, signals */
#define EXIT_CONFIG 78 /* EX_CONFIG of sysexits.h */

struct keeper {
	struct eventlog log;
	struct keyring *keys;
	struct lastsigned last;
	struct seat seat;
};

static int
read_keys(struct keeper *keeper, struct diag_list *diags, const char *dir)
{
	struct config config;
	int r = config_load(&config, diags, dir);

	if (r != 0)
		return r;
	keeper->log.level = eventlog_level_of(config.log.level);
	r = keyring_load(&keeper->keys, diags, dir, config.holder.origin);
	config_fini(&config);
	return r;
}

static int
load_keys(struct keeper *keeper, const char *dir)
{
	struct arena arena;
	struct diag_list diags;
	int r;

	arena_init(&arena, LIMIT_CONFIG_ARENA);
	diag_init(&diags, &arena, STR("keeper"), STR(""));
	r = read_keys(keeper, &diags, dir);
	for (size_t i = 0; i < diags.n_items; i++)
		eventlog_write(&keeper->log, EVENTLOG_ERROR, "%.*s: %.*s",
		    STR_ARG(diags.items[i].where), STR_ARG(diags.items[i].text));
	if (r < 0)
		eventlog_fault(&keeper->log, r, "keys");
	arena_fini(&arena);
	return r == 0 ? 0 : EXIT_CONFIG;
}

static int
load_state(struct keeper *keeper, const char *dir)
{
	static const char *const why[] = {
		[LASTSIGNED_E_ABSENT] = "is not there; a keeper without it "
		    "could sign a fork",
		[LASTSIGNED_E_DAMAGED] = "is damaged; a keeper without it "
		    "could sign a fork",
		[LASTSIGNED_E_LOCKED] = "is held by another keeper",
	};
	struct questions questions = { keeper->keys, &keeper->last,
		&keeper->log };
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/keys/keeper.state", dir);
	r = lastsigned_open(&keeper->last, path);
	if (r < 0)
		eventlog_fault(&keeper->log, r, path);
	else if (r > 0)
		eventlog_write(&keeper->log, EVENTLOG_ERROR, "%s: %s", path,
		    why[r]);
	else if (!questions_is_own(&questions))
		eventlog_write(&keeper->log, EVENTLOG_ERROR,
		    "%s: is not of this log's key", path);
	else
		return 0;
	return 1;
}

/* From here on it can open nothing, and has all it will ever hold. */
static int
lock_in(struct keeper *keeper)
{
	struct sandbox sandbox = { .role = SANDBOX_KEEPER,
		.max_files = KEEPER_FILES };
	int r = sandbox_enter(&sandbox);

	if (r == SANDBOX_E_LANDLOCK)
		eventlog_write(&keeper->log, EVENTLOG_WARNING,
		    "this kernel has no Landlock; seccomp alone keeps files "
		    "away");
	if (r < 0)
		eventlog_fault(&keeper->log, r, "sandbox");
	return r < 0 ? 1 : 0;
}

static int
serve(struct keeper *keeper)
{
	struct questions questions = { keeper->keys, &keeper->last,
		&keeper->log };
	struct frame ask;

	for (;;) {
		int r = seat_wait(&ask, &keeper->seat, -1);

		if (r == SEAT_E_STOP)
			return 0;
		if (r == 0)
			r = questions_answer(&questions,
			    seat_out(&keeper->seat), &ask);
		if (r < 0) {
			eventlog_fault(&keeper->log, r, "serve");
			return 1;
		}
		if (r == 0)
			continue;
		eventlog_write(&keeper->log, EVENTLOG_ERROR,
		    "the gate sent what is no question: closed");
		seat_drop(&keeper->seat);
	}
}

static int
open_seat(struct keeper *keeper, int listen_fd, int parent_fd)
{
	int r = seat_init(&keeper->seat, listen_fd, parent_fd);

	if (r < 0)
		eventlog_fault(&keeper->log, r, "seat");
	return r < 0 ? 1 : 0;
}

int
keeper_run(const char *dir, int listen_fd, int parent_fd)
{
	struct keeper keeper = { .log = eventlog_stderr("keeper"),
		.last.fd = -1 };
	int code = open_seat(&keeper, listen_fd, parent_fd);

	if (code == 0)
		code = load_keys(&keeper, dir);
	if (code == 0)
		code = load_state(&keeper, dir);
	if (code == 0)
		code = lock_in(&keeper);
	if (code == 0 && seat_ready(&keeper.seat) < 0)
		code = 1;
	if (code == 0)
		code = serve(&keeper);
	keyring_free(keeper.keys);
	lastsigned_close(&keeper.last);
	seat_fini(&keeper.seat);
	return code;
}
