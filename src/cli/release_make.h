/*
 * Making a release: draft, review, build, sign. The actions of `stile release`
 * that need the holder; the others need a file and a key (cmd_release.c).
 */
#ifndef STILE_CLI_RELEASE_MAKE_H
#define STILE_CLI_RELEASE_MAKE_H

#include "cli/verb.h"
#include "util/attr.h"

/* Each runs its action. Returns: the exit code. */
int release_make_draft(struct cli *cli) NONNULL;
int release_make_review(struct cli *cli) NONNULL;
int release_make_build(struct cli *cli) NONNULL;
int release_make_sign(struct cli *cli) NONNULL;

#endif
