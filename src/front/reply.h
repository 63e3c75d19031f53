/* Answers on their way out: fields that all of them have, and bodies. */
#ifndef STILE_FRONT_REPLY_H
#define STILE_FRONT_REPLY_H

#include <microhttpd.h>

#include "front/request.h"
#include "util/attr.h"
#include "util/str.h"

/* Copy the gate's answer. Returns: false when there is no memory. */
bool reply_take(struct reply *reply, const struct gatelink_answer *answer)
    MUST_USE NONNULL;

/*
 * Queue the request's reply: its problem document if it has one, or the body
 * taken from the gate. From here on the client has its time to take it.
 */
enum MHD_Result reply_send(struct request *request) MUST_USE NONNULL;

/* 200 with a text that lives as long as the process. */
enum MHD_Result reply_send_static(struct request *request, const char *type,
    struct str body) MUST_USE NONNULL;

/* 200 with a file; fd is taken over. */
enum MHD_Result reply_send_file(struct request *request, int fd, size_t size,
    const char *type, const char *cache) MUST_USE NONNULL;

#endif
