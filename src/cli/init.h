/*
 * `stile init`: a new holder's directory, whole or not at all.
 *
 * Everything is made in DIR.new and renamed to DIR at the end, so a holder
 * that exists is complete and one that exists is never touched.
 */
#ifndef STILE_CLI_INIT_H
#define STILE_CLI_INIT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/attr.h"

struct init_options {
	const char *dir;
	const char *holder; /* id in entries, e.g. "NYDMV" */
	const char *name;
	const char *state;  /* two letters */
	const char *origin; /* log origin; NULL: "stile.invalid/<holder>" */
	const char *const *hosts; /* names and addresses of the server certificate */
	size_t n_hosts;		  /* beside localhost, 127.0.0.1 and ::1 */
	int64_t port;		  /* 0: the default of the settings */
	int64_t years;		  /* the CA is valid; 0: 10 */
};

enum {
	INIT_E_EXISTS = 1, /* DIR is there already; nothing was changed */
	INIT_E_WRONG,	   /* an option is unusable; said on errors */
};

/*
 * Make the directory. What was made is said on report (NULL: not at all), every
 * problem on errors. What was begun is removed again when it fails.
 *
 * Returns: 0; INIT_E_*; fault.
 */
int init_holder(const struct init_options *options, FILE *report,
    FILE *errors) MUST_USE;

#endif
