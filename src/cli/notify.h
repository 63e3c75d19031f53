/*
 * Telling systemd how it goes: sd_notify(3) by its socket protocol.
 */
#ifndef STILE_CLI_NOTIFY_H
#define STILE_CLI_NOTIFY_H

#include "util/attr.h"

/*
 * Send one state, such as "READY=1", to the socket that NOTIFY_SOCKET names.
 * Does nothing where there is none: then nobody asked.
 *
 * Returns: 0; fault, which is worth a warning and no more.
 */
int notify_send(const char *state) MUST_USE NONNULL;

#endif
