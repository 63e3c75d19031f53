/*
 * Who may ask: agencies, their units, requesters and the certificates that
 * stand for them.
 *
 * Instants named *_until are the first moment something no longer holds, so a
 * zero means "not any more" and INT64_MAX "without end". Whether roles exclude
 * each other is the gate's business.
 */
#ifndef STILE_STORE_PEOPLE_H
#define STILE_STORE_PEOPLE_H

#include <stdint.h>

#include "store/store.h"

enum people_status {
	PEOPLE_SUSPENDED = 0, /* may do nothing */
	PEOPLE_ACTIVE = 1,
};

/* Bits of store_requester.roles; the names people see are in people_roles(). */
enum people_role {
	PEOPLE_ROLE_REQUESTER = 1 << 0,
	PEOPLE_ROLE_SUPERVISOR = 1 << 1, /* registers grounds of own agency */
	PEOPLE_ROLE_COMMANDER = 1 << 2, /* approves what a supervisor may not */
	PEOPLE_ROLE_COUNSEL = 1
	    << 3, /* holder's lawyer: approves instruments */
	PEOPLE_ROLE_PRIVACY_OFFICER = 1 << 4,
	PEOPLE_ROLE_DATA_OWNER = 1 << 5, /* holder's records officer */
	PEOPLE_ROLE_AUDITOR = 1 << 6,
	PEOPLE_ROLE_POLICY_ADMIN = 1 << 7,
	PEOPLE_ROLE_KEY_HOLDER = 1 << 8,
	PEOPLE_ROLE_PORTAL = 1 << 9, /* vouches who a person is; not a person */
};

struct people_role_name {
	enum people_role role;
	struct str name; /* "supervisor" */
};

struct store_agency {
	struct str ori; /* nine characters */
	struct str name;
	struct str state; /* two letters */
	struct str kind;  /* "police", "sheriff", …: the gate's vocabulary */
	enum people_status status;
	int64_t agreement_until; /* of the agency with the holder */
};

struct store_unit {
	struct str ori;
	struct str unit; /* short name, unique in its agency */
	struct str name;
	enum people_status status;
};

struct store_requester {
	struct str id;
	struct str ori;
	struct str unit; /* empty: directly of the agency */
	struct str name;
	struct str title;
	uint32_t roles; /* bits of enum people_role */
	enum people_status status;
	int64_t training_until;
	int64_t agreement_until; /* rules of behaviour */
	int64_t need_ends;	 /* the access need itself */
	struct str subject; /* 32 bytes: index of the requester's own person
			     * key, for the rule against looking up oneself;
			     * or empty */
};

struct store_credential {
	struct str fingerprint; /* 32 bytes: SHA-256 of the certificate */
	struct str requester;
	int64_t not_after;
	enum people_status status;
};

/* Everything behind a certificate that a request needs: no names, no title. */
struct store_asker {
	struct store_credential credential;
	struct store_requester requester;
	struct store_agency agency;
	enum people_status unit; /* active when the requester has none */
};

/* Called for each row; as entries_each_fn. */
typedef int people_agency_fn(void *context, const struct store_agency *agency);
typedef int people_unit_fn(void *context, const struct store_unit *unit);
typedef int people_requester_fn(void *context,
    const struct store_requester *requester);
typedef int people_credential_fn(void *context,
    const struct store_credential *credential);

/* The table of roles and their names. Returns: n_roles rows, static. */
const struct people_role_name *people_roles(size_t *n_roles) NONNULL;

/* Returns: the bit of a role's name; 0 when there is no such role. */
uint32_t people_role(struct str name);

/*
 * put: add a row. Returns: 0; STORE_E_EXISTS; STORE_E_ABSENT (the agency, unit
 * or requester it belongs to); STORE_E_TEXT; STORE_E_TOO_LARGE; fault.
 *
 * update: replace all but the key. Returns: as put, STORE_E_ABSENT also when
 * there is no such row, never STORE_E_EXISTS.
 *
 * find: copy a row into the arena. Returns: 0; STORE_E_ABSENT; fault.
 *
 * each: walk rows in the order of their keys. Returns: 0; fault.
 */
int people_put_agency(struct store *store, const struct store_agency *agency)
    MUST_USE NONNULL;
int people_update_agency(struct store *store, const struct store_agency *agency)
    MUST_USE NONNULL;
int people_find_agency(struct store *store, struct arena *arena,
    struct store_agency *agency, struct str ori) MUST_USE NONNULL;
int people_each_agency(struct store *store, people_agency_fn *each,
    void *context) MUST_USE;

int people_put_unit(struct store *store, const struct store_unit *unit)
    MUST_USE NONNULL;
int people_update_unit(struct store *store, const struct store_unit *unit)
    MUST_USE NONNULL;
int people_find_unit(struct store *store, struct arena *arena,
    struct store_unit *unit, struct str ori, struct str name) MUST_USE NONNULL;
int people_each_unit(struct store *store, struct str ori, people_unit_fn *each,
    void *context) MUST_USE;

int people_put_requester(struct store *store,
    const struct store_requester *requester) MUST_USE NONNULL;
int people_update_requester(struct store *store,
    const struct store_requester *requester) MUST_USE NONNULL;
int people_find_requester(struct store *store, struct arena *arena,
    struct store_requester *requester, struct str id) MUST_USE NONNULL;
/* ori: of one agency; empty: all. */
int people_each_requester(struct store *store, struct str ori,
    people_requester_fn *each, void *context) MUST_USE;

int people_put_credential(struct store *store,
    const struct store_credential *credential) MUST_USE NONNULL;
int people_update_credential(struct store *store,
    const struct store_credential *credential) MUST_USE NONNULL;
/* fingerprint: 32 bytes. */
int people_find_credential(struct store *store, struct arena *arena,
    struct store_credential *credential, struct str fingerprint)
    MUST_USE NONNULL;
/* Who stands behind a certificate, in one look. fingerprint: 32 bytes, borrowed. */
int people_find_asker(struct store *store, struct arena *arena,
    struct store_asker *asker, struct str fingerprint) MUST_USE NONNULL;
int people_each_credential(struct store *store, struct str requester,
    people_credential_fn *each, void *context) MUST_USE;

#endif
