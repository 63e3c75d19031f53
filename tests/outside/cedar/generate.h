/*
 * A random case for two engines: schema, policies, templates, links, entities,
 * and questions about them.
 *
 * Four families: without a schema (untyped.h), with one (typed.h), the forms of
 * one policy, a schema alone. Some texts are damaged, to compare what is refused.
 */
#ifndef STILE_TESTS_GENERATE_H
#define STILE_TESTS_GENERATE_H

#include "draw.h"
#include "stile/cedar.h"

#define GENERATE_QUESTIONS 6

enum question_kind {
	QUESTION_DECIDE,
	QUESTION_VALIDATE,   /* strict */
	QUESTION_PERMISSIVE, /* the native engine alone knows it */
	QUESTION_LEVEL,	     /* so with this */
	QUESTION_ENTITIES,   /* whether they are read */
	QUESTION_POLICY_JSON,
	QUESTION_POLICY_TEXT,
	QUESTION_FORMAT,
	QUESTION_SCHEMA_JSON,
	QUESTION_SCHEMA_RESOLVED,
	QUESTION_SCHEMA_TEXT,
	QUESTION_KINDS,
};

extern const char *const generate_question_names[QUESTION_KINDS];

struct question {
	enum question_kind kind;
	/* DECIDE: uids and context as JSON. */
	struct str principal;
	struct str action;
	struct str resource;
	struct str context;
	bool is_like_last; /* all but the resource */
	bool is_unchecked; /* the request is not held against the schema */
	/* POLICY_*, FORMAT: one policy, or a text; as JSON: is_json. */
	struct str text;
	bool is_json;
	bool is_template;
	unsigned width; /* FORMAT */
	unsigned indent;
	uint32_t level; /* LEVEL */
};

struct generate_case {
	struct str schema; /* p NULL: none */
	bool is_schema_json;
	struct str text;     /* all policies and templates in one text */
	bool is_est;	     /* text is no text but a policy set in JSON form */
	unsigned flags;	     /* for cedar_policies_parse() */
	struct cedar_link *links;
	size_t n_links;
	struct str policies; /* JSON: a PolicySet of cedar-wasm */
	struct str entities; /* JSON */
	struct question questions[GENERATE_QUESTIONS];
	size_t n_questions;
};

/* Everything lives in the arena. */
void generate_case(struct generate_case *made, struct draw *draw,
    struct arena *arena);

/* Of the first family. */
void generate_untyped_case(struct generate_case *made, struct draw *draw,
    struct arena *arena);

#endif
