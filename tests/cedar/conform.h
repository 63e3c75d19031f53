/* What the parts of cedar-conform share. */
#ifndef STILE_TESTS_CEDAR_CONFORM_H
#define STILE_TESTS_CEDAR_CONFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "cedar/jsontree.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/str.h"

struct kind {
	const char *name;
	size_t n_passed;
	size_t n_failed;
};

enum {
	DECISIONS,
	VALIDATION, /* strict: shouldValidate */
	PERMISSIVE, /* verdicts of the original validator */
	SCHEMA_JSON, /* the schema as JSON, and reading that back */
	TRANSLATE_JSON, /* oracle: sj, sr, st */
	TRANSLATE_RESOLVED,
	TRANSLATE_TEXT,
	EST,	/* oracle: est, and reading it back */
	TEXT,	/* oracle: text */
	FORMAT, /* oracle: fmt, every byte */
	ANSWERS, /* oracle: rs, of the version that the engine follows */
	PROBES,
	N_KINDS,
};

/* A growing list of paths, in the order found. */
struct paths {
	char **items;
	size_t n;
	size_t size;
};

/* What lies in a folder, by what the files are; conform_files.c. */
struct files {
	struct arena arena; /* of the maps */
	struct paths tests;
	struct paths oracles;
	struct paths probes;
	struct map verdicts; /* by the name of the case: path */
	struct map schemas;
	struct map cases; /* path of its .json */
	char *unpacked;	  /* a folder of ours, to be removed; NULL: none */
};

/* What an oracle says of a case beside its forms. */
struct oracle {
	bool has_verdict;
	bool is_valid;
	struct str answers; /* "a1.0 d0.1 ..": decision, reasons, errors */
};

struct conform {
	bool is_verbose;
	const char *only; /* kind to run; NULL: all */
	struct kind kinds[N_KINDS];
	size_t n_skipped; /* cases of an older language, told apart */
	struct files files;
	struct map oracles; /* by the name of the case: struct oracle */
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

/* An array member; empty when it is not there. */
struct jsontree conform_list(const struct jsontree *json, const char *name);

/* Equal as JSON: members in any order. */
bool conform_is_equal(const struct jsontree *a, const struct jsontree *b);

/* ------------------------------------------------------------------ */
/* conform_files.c						      */

/*
 * Find everything below a folder, in whatever folders it lies; archives whose
 * name begins with "corpus" are unpacked when no case is there otherwise.
 * Exits when the folder cannot be read.
 */
void conform_files_find(struct files *files, const char *folder);

/* Release, and remove what was unpacked. */
void conform_files_fini(struct files *files);

/* Read a file. Returns: false when it cannot be read. */
bool conform_files_read(struct str *text, struct arena *arena,
    const char *path);

/*
 * Read the file that a case names: relative to one of the folders above the
 * case, or beside the case.
 */
bool conform_files_read_beside(struct str *text, struct arena *arena,
    const char *path, struct str name);

/* "X" of "../X.json"; borrowed. */
struct str conform_files_name(const char *path);

/* Call for every line of a file, which may be gzipped. */
void conform_files_lines(struct conform *conform, const char *path,
    void (*take)(struct conform *conform, const char *path, struct str line));

/* ------------------------------------------------------------------ */

/* conform_case.c: one file of the corpus. */
void conform_case(struct conform *conform, const char *path);

/* conform_probes.c: a file of edge cases. */
void conform_probes(struct conform *conform, const char *path);

/* conform_schema.c: the schema of one case, by the path of its .json. */
void conform_schema_case(struct conform *conform, const char *path,
    struct str schema);

/* One line of the oracle. */
void conform_schema_oracle(struct conform *conform,
    const struct jsontree *line, const char *path);

/* conform_forms.c: one line of the oracle. */
void conform_forms_oracle(struct conform *conform,
    const struct jsontree *line, const char *path);

#endif
