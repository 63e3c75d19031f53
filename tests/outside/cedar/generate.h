/*
 * A random case for two engines: policies, templates, links, entities, requests.
 *
 * Expressions are made for a wanted type, with a mistake now and then, so that
 * most of them get somewhere before they fail. Texts are put together with no
 * more parentheses than precedence asks for. Some policy texts are damaged
 * afterwards, to compare what is refused.
 */
#ifndef STILE_TESTS_GENERATE_H
#define STILE_TESTS_GENERATE_H

#include "draw.h"
#include "stile/cedar.h"

#define GENERATE_REQUESTS 3

struct generate_request {
	struct cedar_uid principal;
	struct cedar_uid action;
	struct cedar_uid resource;
	struct str context; /* JSON */
	bool is_like_last;  /* all but the resource */
};

struct generate_case {
	struct str text;     /* all policies and templates in one text */
	unsigned flags;	     /* for cedar_policies_parse() */
	struct cedar_link *links;
	size_t n_links;
	struct str policies; /* JSON: a PolicySet of cedar-wasm */
	struct str entities; /* JSON */
	struct generate_request requests[GENERATE_REQUESTS];
	size_t n_requests;
};

/* Everything lives in the arena. */
void generate_case(struct generate_case *made, struct draw *draw,
    struct arena *arena);

#endif
