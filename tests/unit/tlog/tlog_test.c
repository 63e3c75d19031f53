/* The installed interface, used as an outsider would. */
#include "stile/tlog.h"

#include "memory_log.h"
#include "tap.h"

#define TESSERA TESTS_DIR "/log-vectors/tessera-testdata-log"

static const char vkey[] = "example.com/log/testdata+33d7b496+"
			   "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

static void
a_foreign_log_verifies_as_a_directory(void)
{
	struct tlog_head head;
	char message[200];

	check(tlog_verify_directory(&head, TESSERA, vkey, sizeof(vkey) - 1,
		  message, sizeof(message)) == TLOG_OK);
	check_u64(head.size, 15);
	check_str(str_of(message), STR("15 entries and 1 tiles are sound"));
	check(tlog_verify_directory(&head, TESSERA, vkey, sizeof(vkey) - 2,
		  message, sizeof(message)) == TLOG_BAD_KEY);
	check(tlog_verify_directory(&head, TESSERA "/tile", vkey,
		  sizeof(vkey) - 1, message, sizeof(message)) == TLOG_ABSENT);
	check_str(str_of(message), STR("there is no log here"));
	check(tlog_verify_directory(&head, "/nowhere", vkey, sizeof(vkey) - 1,
		  message, 5) == TLOG_ABSENT);
	check_str(str_of(message), STR("ther"));
}

static void
hashes_and_proofs_verify(void)
{
	struct digest leaves[2];
	struct digest root;

	tlog_leaf_hash(&leaves[0], "a", 1);
	tlog_leaf_hash(&leaves[1], NULL, 0);
	tlog_node_hash(&root, &leaves[0], &leaves[1]);
	check(tlog_verify_inclusion(&root, 2, 1, &leaves[1], &leaves[0], 1) ==
	    TLOG_OK);
	check(tlog_verify_inclusion(&root, 2, 0, &leaves[1], &leaves[0], 1) ==
	    TLOG_BAD_PROOF);
	check(tlog_verify_consistency(&leaves[0], 1, &root, 2, &leaves[1],
		  1) == TLOG_OK);
	check(tlog_verify_consistency(&leaves[1], 1, &root, 2, &leaves[1],
		  1) == TLOG_BAD_PROOF);
}

static void
a_checkpoint_is_believed_or_not(void)
{
	static const char note[] =
	    "monkeys\n5\n41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=\n\n"
	    "\xe2\x80\x94 monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ"
	    "/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZCkEx9AY=\n";
	static const char key[] = "monkeys+db4d9f7e+"
				  "AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT";
	struct tlog_head head;

	check(tlog_verify_checkpoint(&head, note, sizeof(note) - 1, key,
		  sizeof(key) - 1) == TLOG_OK);
	check_u64(head.size, 5);
	check(tlog_verify_checkpoint(&head, note, sizeof(note) - 1, vkey,
		  sizeof(vkey) - 1) == TLOG_BAD_SIGNATURE);
	check(tlog_verify_checkpoint(&head, note, 20, key, sizeof(key) - 1) ==
	    TLOG_BAD_FORMAT);
	check(tlog_verify_checkpoint(&head, note, sizeof(note) - 1, note,
		  4) == TLOG_BAD_KEY);
}

static const struct tap_test tests[] = {
	TEST(a_foreign_log_verifies_as_a_directory),
	TEST(hashes_and_proofs_verify),
	TEST(a_checkpoint_is_believed_or_not),
};

TAP_MAIN(tests)
