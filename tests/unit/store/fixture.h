/*
 * A fresh store for a test, and sample rows to put into it.
 *
 * Without more it is a SQLite file in a new directory. With the environment
 * variable STILE_TEST_POSTGRES, a connection URI, it is that database, emptied
 * first: the same tests hold every backend to the same interface.
 */
#ifndef STILE_TESTS_STORE_FIXTURE_H
#define STILE_TESTS_STORE_FIXTURE_H

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/budgets.h"
#include "store/entries.h"
#include "store/grounds.h"
#include "store/packs.h"
#include "store/people.h"
#include "store/requests.h"
#include "store/store.h"
#include "tests/tap.h"

extern char **environ;

struct fixture {
	char dir[64];
	char location[512];
	struct arena arena;
	struct diag_list diags;
	struct store *store;
};

/* 32 bytes, all the same. */
static const char *
bytes32(char c)
{
	static char all[256][32];

	memset(all[(unsigned char)c], c, 32);
	return all[(unsigned char)c];
}

UNUSED static struct str
subject(char c)
{
	return (struct str){ bytes32(c), 32 };
}

static void
run(const char *const *argv)
{
	char *arguments[8] = { NULL };
	pid_t pid;
	int status = -1;

	for (size_t i = 0; argv[i] != NULL && i < 7; i++)
		arguments[i] = strdup(argv[i]);
	if (posix_spawnp(&pid, argv[0], NULL, NULL, arguments, environ) == 0)
		waitpid(pid, &status, 0);
	check(status == 0);
	for (size_t i = 0; i < 7; i++)
		free(arguments[i]);
}

/* A place without a store. */
static void
fixture_init(struct fixture *f)
{
	const char *uri = getenv("STILE_TEST_POSTGRES");

	memset(f, 0, sizeof(*f));
	arena_init(&f->arena, 16 << 20);
	diag_init(&f->diags, &f->arena, STR(""), STR(""));
	snprintf(f->dir, sizeof(f->dir), "/tmp/stile-store-XXXXXX");
	check(mkdtemp(f->dir) != NULL);
	snprintf(f->location, sizeof(f->location), "%s/stile.db", f->dir);
	if (uri == NULL)
		return;
	snprintf(f->location, sizeof(f->location), "%s", uri);
	run((const char *[]){ "psql", "-qX", f->location, "-c",
	    "SET client_min_messages = error; DROP SCHEMA public CASCADE;"
	    " CREATE SCHEMA public",
	    NULL });
}

static int
fixture_open(struct fixture *f, enum store_mode mode)
{
	return store_open(&f->store, str_of(f->location), mode, &f->diags);
}

/* A store that was just made, with a transaction begun. */
UNUSED static void
fixture_begin(struct fixture *f)
{
	fixture_init(f);
	check_u64(fixture_open(f, STORE_CREATE), 0);
	check_u64(store_begin(f->store), 0);
}

UNUSED static void
fixture_reopen(struct fixture *f, enum store_mode mode)
{
	store_closep(&f->store);
	check_u64(fixture_open(f, mode), 0);
}

static void
fixture_fini(struct fixture *f)
{
	store_closep(&f->store);
	arena_fini(&f->arena);
	run((const char *[]){ "rm", "-rf", f->dir, NULL });
}

UNUSED static struct store_agency
sample_agency(const char *ori)
{
	return (struct store_agency){ str_of(ori), STR("Albany Police"),
		STR("NY"), STR("police"), PEOPLE_ACTIVE, 1000 };
}

UNUSED static struct store_requester
sample_requester(const char *id)
{
	return (struct store_requester){ .id = str_of(id),
		.ori = STR("NY0010100"),
		.name = STR("M\xc3\xb6"
			    "bius"),
		.title = STR("Detective"),
		.roles = PEOPLE_ROLE_REQUESTER | PEOPLE_ROLE_SUPERVISOR,
		.status = PEOPLE_ACTIVE,
		.training_until = 1,
		.agreement_until = 2,
		.need_ends = INT64_MAX,
		.subject = subject('s') };
}

/* The agency NY0010100 and in it requesters "ann" and "bob". */
UNUSED static void
put_people(struct store *store)
{
	struct store_agency agency = sample_agency("NY0010100");
	struct store_requester ann = sample_requester("ann");
	struct store_requester bob = sample_requester("bob");

	check_u64(people_put_agency(store, &agency), 0);
	check_u64(people_put_requester(store, &ann), 0);
	check_u64(people_put_requester(store, &bob), 0);
}

UNUSED static int
append(struct store *store, uint64_t index, const char *text)
{
	return entries_append(store,
	    &(struct store_entry){
		index, (int64_t)index * 10, STR("a.b"), str_of(text) });
}

/* Counts what an each-function hands over; stops or fails when told. */
struct tally {
	uint64_t n;
	uint64_t stop_at; /* 0: never */
	int fault;	  /* given instead of a stop */
	char names[256];  /* the keys seen, with a space behind each */
};

UNUSED static int
tally(struct tally *tally, struct str key)
{
	size_t len = strlen(tally->names);

	tally->n++;
	snprintf(tally->names + len, sizeof(tally->names) - len, "%.*s ",
	    STR_ARG(key));
	if (tally->n == tally->stop_at)
		return tally->fault != 0 ? tally->fault : 1;
	return 0;
}

#endif
