/*
 * A client of a holder's API: HTTPS with a certificate of one's own.
 *
 * The certificate says who asks; nothing else does. Redirects are not followed,
 * nothing is sent unless the server's certificate is of the given CA.
 */
#ifndef STILE_CLI_HTTPS_H
#define STILE_CLI_HTTPS_H

#include "cli/verb.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* Rows of an options table: where the server is, who asks. */
#define HTTPS_OPTIONS                                                         \
	{ .name = "server",                                                    \
	    .letter = 's',                                                     \
	    .kind = OPTION_TEXT,                                               \
	    .value = "URL",                                                    \
	    .help = "https://host:port; else STILE_SERVER" },                  \
	    { .name = "cert",                                                  \
		.kind = OPTION_FILE,                                           \
		.value = "FILE",                                               \
		.help = "Your certificate (PEM); else STILE_CERT" },           \
	    { .name = "key",                                                   \
		.kind = OPTION_FILE,                                           \
		.value = "FILE",                                               \
		.help = "Its private key (PEM); else STILE_KEY" },             \
	    { .name = "ca",                                                    \
		.kind = OPTION_FILE,                                           \
		.value = "FILE",                                               \
		.help = "The holder's CA (PEM); else STILE_CA" },              \
	    { .name = "as",                                                    \
		.kind = OPTION_TEXT,                                           \
		.value = "REQUESTER",                                          \
		.help = "Whose files to take in --dir, else STILE_DIR" },      \
	    { .name = "dir",                                                   \
		.letter = 'd',                                                 \
		.kind = OPTION_DIR,                                            \
		.value = "DIR",                                                \
		.help = "A holder's directory on this machine" },              \
	    { .name = "timeout", .kind = OPTION_NUMBER, .value = "SECONDS",    \
		.help = "Wait so long for an answer; 30 when not given",       \
		.least = 1, .most = 600 }

struct https_reply {
	long status;	  /* HTTP */
	struct buf body;  /* at most LIMIT_HTTPS_BYTES */
};

/*
 * Send one request and wait for the answer.
 *
 * path: "/v1/requests"; body: JSON, or empty; p == NULL for GET.
 * idempotency_key: header of that name, NULL for none.
 * Returns: VERB_OK and *answer, to be ended by https_reply_fini(); else the exit
 * code, and it was said why.
 */
int https_call(struct cli *cli, struct https_reply *answer,
    const char *path, struct str body, const char *idempotency_key) MUST_USE;

void https_reply_fini(struct https_reply *answer) NONNULL;

/*
 * What all verbs of the API do: call, print the answer (JSON as it came, or for
 * people), save the receipt when --receipt is among the options and given.
 *
 * Returns: the exit code.
 */
int https_run(struct cli *cli, const char *path, struct str body,
    const char *idempotency_key) MUST_USE;

/* A part of a path, percent-encoded (RFC 3986 unreserved stand as they are). */
struct str https_escape(struct arena *arena, const char *text) NONNULL;

#endif
