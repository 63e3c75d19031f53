/*
 * An ask: one frame of a front on its way down the path, and all that the
 * steps learn about it. Lives in its own arena; zero is the safe value: an ask
 * that was forgotten half-way is denied and discloses nothing.
 */
#ifndef STILE_GATE_ASK_H
#define STILE_GATE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/entry.h"
#include "gate/facts.h"
#include "gate/judge.h"
#include "gate/members.h"
#include "gate/refusal.h"
#include "gate/token.h"
#include "limits.h"
#include "source/record.h"
#include "source/subject.h"
#include "stile/digest.h"
#include "store/budgets.h"
#include "store/entries.h"
#include "store/grounds.h"
#include "store/people.h"
#include "store/requests.h"
#include "util/arena.h"
#include "util/frame.h"
#include "util/str.h"

enum operation_id {
#define X(symbol, name, path, role, entry) OPERATION_##symbol,
#include "gate/operations.def"
#undef X
	OPERATION_N,
};

enum operation_path {
	PATH_REQUEST,  /* the main path */
	PATH_REGISTER, /* a ground is registered or changed */
	PATH_APPROVE,  /* a person approves, the request is decided again */
	PATH_CONSIGN,  /* a consignment is registered, opened whole or ended */
	PATH_OFFICE,   /* the holder's staff does something */
	PATH_LOOK,     /* something of one's own is read */
	PATH_SELF,     /* a person, vouched for by a portal, looks or complains */
	PATH_COMPLAINT, /* the holder reads or answers complaints */
	PATH_READY,    /* can the log be written? */
};

struct operation {
	struct str name;
	enum operation_path path;
	uint32_t role; /* bits of enum people_role, any of them; 0 = all */
	enum entry_type entry;
};

/* What a request says, in canonical form. */
struct ask_request {
	struct subject subject;
	struct str ground_kind; /* "investigation", "wanted", "none" */
	struct str ground;	/* number */
	struct str instrument;	/* id; empty: none */
	struct str purpose;
	struct str end_use;
	struct str reason;
	struct str requestor; /* id; empty: the operator */
	struct str source;    /* id of a consignment; empty: the records */
	enum record_field fields[LIMIT_ASK_FIELDS];
	size_t n_fields;
};

/* What a registration says; each operation uses what it needs. */
struct ask_register {
	struct str change; /* "open", "close", "assign", … */
	struct str kind;   /* "investigation", "wanted", "instrument" */
	struct str number;
	struct str requester;
	int64_t until_us;
	struct str offence;
	struct str warrant_kind;
	struct str court;
	struct str judge;
	struct str docket;
	int32_t issued;
	int32_t expires;
	int64_t sealed_until_us; /* by order of a court; 0: no order */
	struct str sealed_until; /* the same as it was written */
	struct str document; /* 32 bytes or empty */
	struct str scope[LIMIT_ASK_FIELDS];
	size_t n_scope;
};

/* What a complaint, or the answer to one, says. */
struct ask_complaint {
	struct str change; /* "file", "answer" */
	struct str id;
	uint64_t about; /* the entry complained of */
	struct str reason; /* or the finding; code */
	struct str text;
};

/* An entry shown to the person whom it is about: what its receipt opens. */
struct ask_shown {
	uint64_t index;
	struct str leaf;
	struct str opened; /* disclosures, each followed by '~' */
	struct str core;   /* JSON members */
};

/* What an operation of the office says; each uses what it needs. */
struct ask_office {
	struct str act;	  /* "sign" */
	struct str role;  /* in which the operator acts */
	struct str hex;	  /* digest as text */
	struct digest digest;
	uint64_t n; /* persons who did so, this one included */
	struct str hold; /* name of a legal hold */
	struct str reason;
	uint64_t from, to; /* entries it is about */
	struct str report; /* what was erased: JSON */
};

/* A statement that is drafted or approved. */
struct ask_saying {
	struct str change; /* "draft", "approve" */
	struct str number;
	struct str topic;
	struct str text;
	struct str supersedes; /* number of another; empty: of none */
};

#define ASK_SCOPES 5 /* places by enum scope, of which 0 is none */

/* An older entry that is looked at: its receipt goes into the answer. */
struct ask_look {
	uint64_t index;
	struct str leaf;
	struct str for_asker;
	bool is_whole_answer; /* the answer is the receipt itself */
};

struct ask_consign; /* gate/consignment.h */

struct ask {
	struct arena arena;

	/* whom to answer */
	size_t channel;
	uint64_t id;

	/* the frame */
	struct frame frame;
	const struct operation *operation;
	struct str parameters[2];
	size_t n_parameters;
	struct str certificate; /* 32 bytes */
	struct str peer;
	struct str idempotency;
	struct str token; /* of a portal, as it came */
	struct digest body_digest;
	struct digest key_digest;
	struct members members;
	int64_t now_us;

	/* how it ends */
	struct refusal refusal;
	bool is_silent;	 /* decided again for an approver: no one waits */
	bool is_settled; /* walks no further, except to enter and answer */
	bool is_replay;	 /* answered before: same answer, no new entry */
	bool is_known;	 /* the certificate leads to a requester */
	bool is_unit_active;
	bool is_active; /* the operator is, with unit, agency and need */
	bool has_instrument;
	bool has_entry;

	/* identify */
	struct store_credential credential;
	struct store_requester operator;
	struct store_requester requestor;
	struct store_agency agency;

	/* read */
	struct ask_request request;
	struct ask_register registration;
	struct ask_complaint complaint;
	struct token vouched; /* what the token says */
	uint64_t before;      /* look-ups below this index are shown */
	struct ask_office office;
	struct ask_saying saying;
	struct subject subjects[LIMIT_ASK_SUBJECTS]; /* named by a ground */
	size_t n_subjects;
	struct digest indexes[LIMIT_ASK_SUBJECTS]; /* of those; [0] of a request */

	/* ground, weigh, decide */
	struct facts facts;
	struct budgets_weight weights[ASK_SCOPES];
	uint32_t weighed; /* bits: which of these are filled in */
	struct store_instrument instrument;
	struct decision decision;
	struct str approvals[LIMIT_NEEDS];
	size_t n_approvals;

	/* fetch, minimise, mark */
	struct record record;
	struct str person; /* whose record it is: canonical; or empty */
	uint64_t disclosed; /* RECORD_BIT set */
	struct str outcome; /* "one", "none", "many", "sealed", … */
	struct str record_json;
	struct str marking_json;

	/* approvals */
	struct store_request pending; /* the row of a request looked at */
	struct ask *child;	      /* the request decided again */
	struct ask *approver;	      /* of a child: who waits for it */
	struct ask_look *look;	      /* NULL: no older entry */
	struct ask_shown *shown;      /* NULL: none are shown */
	size_t n_shown;
	bool has_more; /* older ones than these */
	struct ask_consign *consign;  /* NULL: nothing of a consignment */

	/* enter, answer */
	struct str request_id;
	struct entry entry;
	struct entry_text text;
	uint64_t index;
	struct str core; /* answer without its receipt: JSON members */
	uint64_t status;
	struct str content_type;
	struct str location;
	struct str body;
};

/* The operation of that name; NULL when there is none. */
const struct operation *ask_operation(struct str name);
const struct operation *ask_operation_of(enum operation_id id);

/* Settle with a refusal; the first one stands. */
void ask_refuse(struct ask *ask, enum refusal_code code, struct str member,
    struct str detail) NONNULL;

/* As ask_refuse with the detail formatted into the ask's arena. */
void ask_refuse_format(struct ask *ask, enum refusal_code code,
    const char *member, const char *format, ...) PRINTF(4, 5);

static inline bool
ask_is(const struct ask *ask, enum operation_id id)
{
	return ask->operation == ask_operation_of(id);
}

#endif
