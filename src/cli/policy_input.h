/*
 * What the actions of `stile policy` read: policies, schema, entities, links.
 *
 * Each may be Cedar's own syntax or JSON; which, its first character tells.
 * Several files of policies are one set: every file keeps its own places, ids
 * must differ. What is wrong is gathered, so that one run tells all of it.
 */
#ifndef STILE_CLI_POLICY_INPUT_H
#define STILE_CLI_POLICY_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "cedar/jsontree.h"
#include "cli/verb.h"
#include "stile/cedar.h"

struct policy_file {
	struct str name; /* as given: for messages */
	struct str text; /* as read */
	bool is_json;
	struct cedar_policies *policies; /* NULL when it is not well-formed */
	struct str source; /* what the places of policies refer to */
};

struct policy_input {
	struct arena *arena;
	struct cedar_names *names;
	struct policy_file *files;
	size_t n_files;
	size_t size_files;
	struct cedar_schema *schema;	 /* NULL: none given */
	struct cedar_entities *entities; /* NULL before the first are read */
	struct cedar_link *links;
	size_t n_links;
	struct diag_list **messages; /* in the order they came */
	size_t n_messages;
	size_t size_messages;
};

/* Returns: VERB_OK; else the exit code, and it was said why. */
int policy_input_init(struct policy_input *input, struct cli *cli) MUST_USE
    NONNULL;
void policy_input_fini(struct policy_input *input) NONNULL;

/* A new list of messages about a text; NULL without memory. */
struct diag_list *policy_input_list(struct policy_input *input,
    struct str where, struct str source) NONNULL;

/* Messages so far. */
size_t policy_input_count(const struct policy_input *input,
    bool are_warnings) NONNULL;

/*
 * Take a text as policies. name: for messages.
 *
 * Returns: VERB_OK, also when it is not well-formed: then a message was added
 * and its policies are NULL; else an exit code.
 */
int policy_input_add(struct policy_input *input, struct cli *cli,
    struct str name, struct str text) MUST_USE NONNULL;

/*
 * Read files of policies; of a folder those named *.cedar, in order of name.
 * The links must have been read before.
 *
 * Returns: as above; VERB_CANNOT and it was said why.
 */
int policy_input_read(struct policy_input *input, struct cli *cli,
    const char *path) MUST_USE NONNULL;

/* See that no id is in two files and that every link has its template. */
int policy_input_check_ids(struct policy_input *input, struct cli *cli) MUST_USE
    NONNULL;

/* Take a schema, an array of entities, a list of links. Returns: as above. */
int policy_input_add_schema(struct policy_input *input, struct cli *cli,
    struct str name, struct str text) MUST_USE NONNULL;
int policy_input_add_entities(struct policy_input *input, struct cli *cli,
    struct str name, struct str text) MUST_USE NONNULL;
int policy_input_add_links(struct policy_input *input, struct cli *cli,
    struct str name, struct str text) MUST_USE NONNULL;

/* As above of entities that are read already. diags: theirs. */
int policy_input_add_entity_tree(struct policy_input *input, struct cli *cli,
    const struct jsontree *tree, struct diag_list *diags) MUST_USE NONNULL;

/* As above of links that are read already. */
int policy_input_add_link_tree(struct policy_input *input, struct cli *cli,
    const struct jsontree *tree, struct diag_list *diags) MUST_USE NONNULL;

/*
 * What the options --schema, --links, --policies and --entities name, of those
 * that the verb has. At the end the entities are closed.
 *
 * Returns: VERB_OK, whatever the messages; VERB_CANNOT.
 */
int policy_input_options(struct policy_input *input, struct cli *cli) MUST_USE
    NONNULL;

/* Add the schema's actions if no entities were given; close the hierarchy. */
int policy_input_finish(struct policy_input *input, struct cli *cli) MUST_USE
    NONNULL;

/*
 * The id of a policy as people are told it: with its file's name in front where
 * several files count theirs from policy0.
 */
struct str policy_input_id(const struct policy_input *input,
    const struct policy_file *file, size_t number) NONNULL;

/* Line and column, from 1, of an offset. */
void policy_input_place(struct str source, size_t offset, size_t *line,
    size_t *column) NONNULL;

/* Print all messages: for people on standard error, not at all for JSON. */
void policy_input_print(const struct policy_input *input,
    const struct cli *cli) NONNULL;

/*
 * When there are errors, print them (with --json as a document of their own).
 *
 * Returns: VERB_OK when there are none; code.
 */
int policy_input_stop(const struct policy_input *input, struct cli *cli,
    enum verb_exit code) MUST_USE NONNULL;

/* Is the text JSON rather than Cedar? By its first characters. */
bool policy_input_is_json(struct str text);

#endif
