/*
 * A press for release tests: a holder (tests/unit/gate/house.h) with a log of
 * many kinds of entries, from which releases are built, signed and inspected
 * as files.
 */
#ifndef STILE_TESTS_RELEASE_PRESS_H
#define STILE_TESTS_RELEASE_PRESS_H

#include "../gate/house.h"
#include "release/build.h"
#include "release/draft.h"
#include "release/inspect.h"
#include "util/buf.h"

/* What requests of the log ask and say; each from a row. */
struct press_request {
	const char *who;
	const char *subject; /* JSON */
	const char *fields;  /* JSON */
	const char *reason;  /* p == NULL: none is given */
};

struct press {
	struct house house;
	struct profile profile;
	struct stock stock;
	struct order order;
	struct diag_list diags;
	struct inspect_report report;
	/* When they are set: what is built under, and what is asked for. */
	struct str checkpoint;
	const struct tlog_policy *policy;
};

extern const char press_profile[];

/* The usual log: permits, refusals, a ground, a look. */
void press_open(struct press *press);

/* As press_open() with these requests only. */
void press_open_with(struct press *press, const struct press_request *rows,
    size_t n);
void press_close(struct press *press);

/* An empty file without a name. */
int press_file(void);

/* All bytes of the file, in the press's arena; rewinds it. */
struct str press_bytes(struct press *press, int fd);

/* A file of these bytes, at its start. */
int press_file_of(struct str bytes);

/*
 * Draft, decide every text by decide() (NULL: release all) and build. Returns:
 * what build_run() returned, with the unsigned release in *fd.
 */
int press_build(struct press *press, int *fd,
    const char *(*decide)(uint64_t entry, const char *value));

/* Build, have texts reviewed by pam, and cal and pam sign. */
int press_release(struct press *press);

/* Let a person act on the digest; the signature line, or STR(""). */
struct str press_sign(struct press *press, const char *who, const char *role,
    const char *act, const char *hex);

/* The digest of a release's text, and of the review named in its head. */
void press_digests(char body[static 65], char review[static 65],
    struct str release);

/* Inspect; the flaw. */
enum inspect_flaw press_inspect(struct press *press, struct str release);

#endif
