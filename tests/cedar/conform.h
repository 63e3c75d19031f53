/* What the parts of cedar-conform share. */
#ifndef STILE_TESTS_CEDAR_CONFORM_H
#define STILE_TESTS_CEDAR_CONFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "cedar/jsontree.h"
#include "util/arena.h"
#include "util/str.h"

struct kind {
	const char *name;
	size_t n_passed;
	size_t n_failed;
};

enum {
	DECISIONS,
	VALIDATION, /* strict: shouldValidate */
	PERMISSIVE, /* validation/ */
	SCHEMA_JSON, /* json-schemas/, and reading them back */
	TRANSLATE_JSON, /* oracle: sj, sr, st */
	TRANSLATE_RESOLVED,
	TRANSLATE_TEXT,
	EST,	/* oracle: est, and reading it back */
	TEXT,	/* oracle: text */
	FORMAT, /* oracle: fmt, every byte */
	PROBES,
	N_KINDS,
};

struct conform {
	int dir_fd;
	bool is_verbose;
	const char *only; /* kind to run; NULL: all */
	struct kind kinds[N_KINDS];
};

/* Count one answer. what: which, for --verbose. */
void conform_count(struct conform *conform, int kind, bool is_passed,
    const char *path, struct str what);

/* Whether the kind is to be run. */
bool conform_wants(const struct conform *conform, int kind);

/* A string member; empty when it is not there. */
struct str conform_member(const struct jsontree *json, const char *name);

/* A member; a null when it is not there. */
const struct jsontree *conform_get(const struct jsontree *json,
    const char *name);

/* Read a file below the folder. Returns: false when it cannot be read. */
bool conform_read(struct str *text, const struct conform *conform,
    struct arena *arena, struct str path);

/* Equal as JSON: members in any order. */
bool conform_is_equal(const struct jsontree *a, const struct jsontree *b);

/* conform_schema.c: one case of the corpus, by the path of its .json. */
void conform_schema_case(struct conform *conform, const char *path,
    struct str schema);

/* conform_forms.c: one line of the oracle. */
void conform_forms_oracle(struct conform *conform,
    const struct jsontree *line);

/* One line of the oracle. */
void conform_schema_oracle(struct conform *conform,
    const struct jsontree *line);

#endif
