/*
 * How the log stands towards others: what is published, who cosigned it, and
 * how each witness fares (the courier's report in DIR/outbox).
 */
#ifndef STILE_CLI_LOG_STATUS_H
#define STILE_CLI_LOG_STATUS_H

#include "cli/verb.h"
#include "util/attr.h"

/*
 * Print it: for people, as JSON, or as metrics in Prometheus' text format.
 *
 * Returns: VERB_OK; VERB_NO when a quorum is configured and not met by what is
 * published, or a witness lies or says that the log forked; VERB_CANNOT.
 */
int log_status_run(struct cli *cli, const char *dir, bool is_metrics) NONNULL;

#endif
