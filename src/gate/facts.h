/*
 * Facts: all that a policy may know of one request, before anything is fetched.
 *
 * The vocabulary is the schema that every pack ships (packs/.../schema.cedarschema):
 * a member here is an attribute there, by the same name. Never the record's
 * content; holder flags alone, and those only after the record was fetched.
 * A zeroed facts permits nothing.
 */
#ifndef STILE_GATE_FACTS_H
#define STILE_GATE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

struct facts_requester {
	struct str id;
	struct str ori;
	struct str unit;
	struct str agency_kind;	 /* "federal", "state", "local", "other" */
	struct str agency_state; /* two letters; "US" for federal */
	const struct str *roles;
	size_t n_roles;
	bool active; /* person, unit and agency are */
	bool training_current;
	bool rules_current;
	bool agreement_current;
};

struct facts_ground {
	struct str kind; /* "investigation", "wanted", "none" */
	bool registered;
	bool open;
	bool same_agency;
	bool assigned;
	bool names_subjects;
	bool names_subject;
};

struct facts_instrument {
	struct str kind; /* "none" when there is none */
	bool valid;
	bool names_subject;
};

struct facts_budget {
	int64_t requester_day; /* distinct subjects, this one included */
	int64_t ground;
	int64_t agency_day;
};

struct facts {
	struct facts_requester requester;
	struct facts_ground ground;
	struct facts_instrument instrument;
	struct facts_budget budget;
	struct str purpose;
	struct str end_use;
	struct str subject_kind;
	bool reason_given;
	bool is_self;
	const struct str *approvals; /* roles that approved this request */
	size_t n_approvals;
	const struct str *signals;
	size_t n_signals;
	const struct str *overdue;
	size_t n_overdue;
	const struct str *flags; /* holder flags; after the fetch only */
	size_t n_flags;
	int64_t now_us;
};

#endif
