/*
 * A writer whose disk others may break: see store_faults.sh.
 *
 * store_writer write LOCATION COMMITS BATCH [WAIT]: make or open the store,
 * print "ready", append in batches, print "acked COUNT" after each commit. With
 * WAIT it then waits for its input to end. Exit: 0; 10 + the outcome; 1 a fault.
 * store_writer check LOCATION: print the count. Exit: 0 intact; 1 not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/entries.h"
#include "store/store.h"
#include "util/fault.h"

static char leaf[1500];

static int
append(struct store *store, uint64_t batch)
{
	uint64_t count;
	int r;

	r = entries_count(store, &count);
	for (uint64_t i = 0; r == 0 && i < batch; i++)
		r = entries_append(store,
		    &(struct store_entry){
			count + i, 1, STR("test"), { leaf, sizeof(leaf) } });
	return TRACE(r);
}

static int
write_batches(struct store *store, uint64_t commits, uint64_t batch)
{
	uint64_t count = 0;
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < commits; i++) {
		r = store_begin(store);
		if (r == 0) {
			/* Its failure is sticky: the commit returns it. */
			r = append(store, batch);
			r = store_commit(store);
		}
		if (r == 0)
			r = entries_count(store, &count);
		if (r == 0)
			printf("acked %" PRIu64 "\n", count);
	}
	return TRACE(r);
}

/* Outcomes as exit codes, so that a script can tell them apart. */
static int
finish(struct store *store, int r)
{
	if (r != 0 && store != NULL)
		fprintf(stderr, "store_writer: %.*s\n",
		    STR_ARG(store_reason(store)));
	fault_trail(stderr);
	store_close(store);
	return r < 0 ? 1 : r > 0 ? 10 + r : 0;
}

static int
check(struct store *store, struct diag_list *diags)
{
	uint64_t count;
	int r;

	r = store_check(store, diags);
	diag_print(diags, stderr);
	if (r == 0)
		r = entries_count(store, &count);
	if (r == 0)
		printf("%" PRIu64 "\n", count);
	return finish(store, r) != 0 ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct arena arena;
	struct diag_list diags;
	struct store *store = NULL;
	bool is_check = argc > 2 && strcmp(argv[1], "check") == 0;
	int r;

	if (argc < 3 || (!is_check && argc < 5))
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR(""), STR(""));
	r = store_open(&store, str_of(argv[2]),
	    is_check ? STORE_READ : STORE_CREATE, &diags);
	if (r != 0) {
		diag_print(&diags, stderr);
		return finish(NULL, r);
	}
	if (is_check)
		return check(store, &diags);
	puts("ready");
	r = write_batches(store, strtoull(argv[3], NULL, 10),
	    strtoull(argv[4], NULL, 10));
	while (argc > 5 && r == 0 && getchar() != EOF)
		continue;
	return finish(store, r);
}
