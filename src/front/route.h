/*
 * Which operation a request is: the table routes.def and its matching.
 *
 * A path is compared byte by byte, segment by segment, before it is decoded;
 * only parameters are percent-decoded, one by one. There is no normalising: a
 * path that is written otherwise is another path, and there is none such.
 */
#ifndef STILE_FRONT_ROUTE_H
#define STILE_FRONT_ROUTE_H

#include <stddef.h>

#include "limits.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#define ROUTE_PARAMETERS 2 /* most parameters in one path */

enum route_method {
	ROUTE_OTHER, /* a method that is not known */
	ROUTE_GET,
	ROUTE_HEAD,
	ROUTE_POST,
	ROUTE_OPTIONS,
};

enum route_body {
	ROUTE_NO_BODY,
	ROUTE_JSON,	     /* must be there */
	ROUTE_JSON_OPTIONAL, /* may be left out */
};

enum route_kind {
	ROUTE_GATE,    /* asked of the gate */
	ROUTE_LIVE,    /* answered by the front itself */
	ROUTE_OPENAPI, /* the embedded OpenAPI file */
	ROUTE_VERIFY,  /* the embedded page that verifies receipts */
	ROUTE_LOG,     /* a file below DIR/log; its path is the last parameter */
};

struct route {
	enum route_method method;
	const char *path; /* template: /v1/requests/{id} */
	const char *operation; /* operationId */
	enum route_body body;
	enum route_kind kind;
};

struct route_parameter {
	char bytes[LIMIT_FRONT_PARAMETER_BYTES];
	size_t len;
};

struct route_match {
	const struct route *route;
	struct route_parameter parameters[ROUTE_PARAMETERS];
	size_t n_parameters;
	struct str rest; /* ROUTE_LOG: the path below /log/; borrowed */
};

enum {
	ROUTE_E_PATH = 1,  /* no such path */
	ROUTE_E_METHOD,	   /* the path is there, the method is not */
	ROUTE_E_PARAMETER, /* a parameter is too long or not decodable UTF-8 */
};

/* All rows, for tests and for what is generated from the table. */
extern const struct route route_table[];
extern const size_t route_n_rows;

/* ROUTE_OTHER for a method that is not known. Methods are case-sensitive. */
enum route_method route_method_of(struct str name);

/*
 * Find the row. HEAD matches the row of GET where that is not asked of the
 * gate: a look at a record leaves an entry, and a HEAD would leave one for
 * nothing. path: the raw target, without query.
 *
 * Returns: 0; ROUTE_E_*.
 */
int route_find(struct route_match *match, enum route_method method,
    struct str path) MUST_USE NONNULL;

/* Append the methods of a path for Allow, "GET, HEAD, OPTIONS"; "" if none. */
void route_allow(struct buf *buf, struct str path) NONNULL;

#endif
