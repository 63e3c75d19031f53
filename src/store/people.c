/* Who may ask: agencies, units, requesters, credentials. */
#include "store/people.h"

#include "store/row.h"
#include "util/fault.h"

static const struct people_role_name roles[] = {
	{ PEOPLE_ROLE_REQUESTER, STR_INIT("requester") },
	{ PEOPLE_ROLE_SUPERVISOR, STR_INIT("supervisor") },
	{ PEOPLE_ROLE_COMMANDER, STR_INIT("commander") },
	{ PEOPLE_ROLE_COUNSEL, STR_INIT("counsel") },
	{ PEOPLE_ROLE_PRIVACY_OFFICER, STR_INIT("privacy_officer") },
	{ PEOPLE_ROLE_DATA_OWNER, STR_INIT("data_owner") },
	{ PEOPLE_ROLE_AUDITOR, STR_INIT("auditor") },
	{ PEOPLE_ROLE_POLICY_ADMIN, STR_INIT("policy_admin") },
	{ PEOPLE_ROLE_KEY_HOLDER, STR_INIT("key_holder") },
	{ PEOPLE_ROLE_PORTAL, STR_INIT("portal") },
};

static const struct row_field agency_fields[] = {
	ROW_FIELD(TEXT, struct store_agency, ori),
	ROW_FIELD(TEXT, struct store_agency, name),
	ROW_FIELD(TEXT, struct store_agency, state),
	ROW_FIELD(TEXT, struct store_agency, kind),
	ROW_FIELD(U32, struct store_agency, status),
	ROW_FIELD(I64, struct store_agency, agreement_until),
};

static const struct row_field unit_fields[] = {
	ROW_FIELD(TEXT, struct store_unit, ori),
	ROW_FIELD(TEXT, struct store_unit, unit),
	ROW_FIELD(TEXT, struct store_unit, name),
	ROW_FIELD(U32, struct store_unit, status),
};

static const struct row_field requester_fields[] = {
	ROW_FIELD(TEXT, struct store_requester, id),
	ROW_FIELD(TEXT, struct store_requester, ori),
	ROW_FIELD(TEXT, struct store_requester, unit),
	ROW_FIELD(TEXT, struct store_requester, name),
	ROW_FIELD(TEXT, struct store_requester, title),
	ROW_FIELD(U32, struct store_requester, roles),
	ROW_FIELD(U32, struct store_requester, status),
	ROW_FIELD(I64, struct store_requester, training_until),
	ROW_FIELD(I64, struct store_requester, agreement_until),
	ROW_FIELD(I64, struct store_requester, need_ends),
	ROW_FIELD(DIGEST, struct store_requester, subject),
};

static const struct row_field credential_fields[] = {
	ROW_FIELD(DIGEST, struct store_credential, fingerprint),
	ROW_FIELD(TEXT, struct store_credential, requester),
	ROW_FIELD(I64, struct store_credential, not_after),
	ROW_FIELD(U32, struct store_credential, status),
};

static const struct row_field asker_fields[] = {
	ROW_FIELD(I64, struct store_asker, credential.not_after),
	ROW_FIELD(U32, struct store_asker, credential.status),
	ROW_FIELD(TEXT, struct store_asker, requester.id),
	ROW_FIELD(TEXT, struct store_asker, requester.ori),
	ROW_FIELD(TEXT, struct store_asker, requester.unit),
	ROW_FIELD(U32, struct store_asker, requester.roles),
	ROW_FIELD(U32, struct store_asker, requester.status),
	ROW_FIELD(I64, struct store_asker, requester.training_until),
	ROW_FIELD(I64, struct store_asker, requester.agreement_until),
	ROW_FIELD(I64, struct store_asker, requester.need_ends),
	ROW_FIELD(DIGEST, struct store_asker, requester.subject),
	ROW_FIELD(TEXT, struct store_asker, agency.state),
	ROW_FIELD(TEXT, struct store_asker, agency.kind),
	ROW_FIELD(U32, struct store_asker, agency.status),
	ROW_FIELD(I64, struct store_asker, agency.agreement_until),
	ROW_FIELD(U32, struct store_asker, unit),
};

static const struct row_table asker_table =
    ROW_TABLE(asker_fields, struct store_asker);
static const struct row_table agency_table =
    ROW_TABLE(agency_fields, struct store_agency);
static const struct row_table unit_table =
    ROW_TABLE(unit_fields, struct store_unit);
static const struct row_table requester_table =
    ROW_TABLE(requester_fields, struct store_requester);
static const struct row_table credential_table =
    ROW_TABLE(credential_fields, struct store_credential);

const struct people_role_name *
people_roles(size_t *n_roles)
{
	*n_roles = ARRAY_LEN(roles);
	return roles;
}

uint32_t
people_role(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (str_is_equal(roles[i].name, name))
			return (uint32_t)roles[i].role;
	return 0;
}

/* Bridges from a row's object to the caller's typed function. */
struct walk {
	people_agency_fn *agency;
	people_unit_fn *unit;
	people_requester_fn *requester;
	people_credential_fn *credential;
	void *context;
};

static int
walk_agency(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->agency(walk->context, object);
}

static int
walk_unit(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->unit(walk->context, object);
}

static int
walk_requester(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->requester(walk->context, object);
}

static int
walk_credential(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->credential(walk->context, object);
}

int
people_put_agency(struct store *store, const struct store_agency *agency)
{
	return TRACE(row_write(store, STATEMENT_AGENCY_PUT, &agency_table,
	    agency, STORE_E_EXISTS));
}

int
people_update_agency(struct store *store, const struct store_agency *agency)
{
	return TRACE(row_write(store, STATEMENT_AGENCY_UPDATE, &agency_table,
	    agency, STORE_E_ABSENT));
}

int
people_find_agency(struct store *store, struct arena *arena,
    struct store_agency *agency, struct str ori)
{
	return TRACE(row_find(store, arena, STATEMENT_AGENCY_FIND,
	    &agency_table, agency,
	    (const struct backend_value[]){ row_text(ori) }));
}

int
people_each_agency(struct store *store, people_agency_fn *each, void *context)
{
	struct walk walk = { .agency = each, .context = context };

	return TRACE(row_each(store, STATEMENT_AGENCY_EACH, &agency_table, NULL,
	    walk_agency, &walk));
}

static int
require_agency(struct store *store, struct str ori)
{
	return row_require(store, STATEMENT_AGENCY_IS,
	    (const struct backend_value[]){ row_text(ori) });
}

static int
require_requester(struct store *store, struct str id)
{
	return row_require(store, STATEMENT_REQUESTER_IS,
	    (const struct backend_value[]){ row_text(id) });
}

int
people_put_unit(struct store *store, const struct store_unit *unit)
{
	int r;

	r = require_agency(store, unit->ori);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_UNIT_PUT, &unit_table, unit,
	    STORE_E_EXISTS));
}

int
people_update_unit(struct store *store, const struct store_unit *unit)
{
	return TRACE(row_write(store, STATEMENT_UNIT_UPDATE, &unit_table, unit,
	    STORE_E_ABSENT));
}

int
people_find_unit(struct store *store, struct arena *arena,
    struct store_unit *unit, struct str ori, struct str name)
{
	return TRACE(row_find(store, arena, STATEMENT_UNIT_FIND, &unit_table,
	    unit,
	    (const struct backend_value[]){ row_text(ori), row_text(name) }));
}

int
people_each_unit(struct store *store, struct str ori, people_unit_fn *each,
    void *context)
{
	struct walk walk = { .unit = each, .context = context };

	return TRACE(row_each(store, STATEMENT_UNIT_EACH, &unit_table,
	    (const struct backend_value[]){
		row_text(ori), row_text(row_upper(ori)) },
	    walk_unit, &walk));
}

static int
require_place(struct store *store, const struct store_requester *requester)
{
	if (requester->unit.len == 0)
		return require_agency(store, requester->ori);
	return row_require(store, STATEMENT_UNIT_IS,
	    (const struct backend_value[]){
		row_text(requester->ori), row_text(requester->unit) });
}

int
people_put_requester(struct store *store,
    const struct store_requester *requester)
{
	int r;

	r = require_place(store, requester);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_REQUESTER_PUT, &requester_table,
	    requester, STORE_E_EXISTS));
}

int
people_update_requester(struct store *store,
    const struct store_requester *requester)
{
	int r;

	r = require_place(store, requester);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_REQUESTER_UPDATE,
	    &requester_table, requester, STORE_E_ABSENT));
}

int
people_find_requester(struct store *store, struct arena *arena,
    struct store_requester *requester, struct str id)
{
	return TRACE(row_find(store, arena, STATEMENT_REQUESTER_FIND,
	    &requester_table, requester,
	    (const struct backend_value[]){ row_text(id) }));
}

int
people_each_requester(struct store *store, struct str ori,
    people_requester_fn *each, void *context)
{
	struct walk walk = { .requester = each, .context = context };

	return TRACE(row_each(store, STATEMENT_REQUESTER_EACH, &requester_table,
	    (const struct backend_value[]){
		row_text(ori), row_text(row_upper(ori)) },
	    walk_requester, &walk));
}

int
people_put_credential(struct store *store,
    const struct store_credential *credential)
{
	int r;

	r = require_requester(store, credential->requester);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_CREDENTIAL_PUT,
	    &credential_table, credential, STORE_E_EXISTS));
}

int
people_update_credential(struct store *store,
    const struct store_credential *credential)
{
	int r;

	r = require_requester(store, credential->requester);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_CREDENTIAL_UPDATE,
	    &credential_table, credential, STORE_E_ABSENT));
}

int
people_find_credential(struct store *store, struct arena *arena,
    struct store_credential *credential, struct str fingerprint)
{
	return TRACE(row_find(store, arena, STATEMENT_CREDENTIAL_FIND,
	    &credential_table, credential,
	    (const struct backend_value[]){ row_bytes(fingerprint) }));
}

int
people_find_asker(struct store *store, struct arena *arena,
    struct store_asker *asker, struct str fingerprint)
{
	int r;

	*asker = (struct store_asker){ .credential.fingerprint = fingerprint };
	r = row_find(store, arena, STATEMENT_ASKER_FIND, &asker_table, asker,
	    (const struct backend_value[]){ row_bytes(fingerprint) });
	asker->credential.requester = asker->requester.id;
	asker->agency.ori = asker->requester.ori;
	return TRACE(r);
}

int
people_each_credential(struct store *store, struct str requester,
    people_credential_fn *each, void *context)
{
	struct walk walk = { .credential = each, .context = context };

	return TRACE(row_each(store, STATEMENT_CREDENTIAL_EACH,
	    &credential_table,
	    (const struct backend_value[]){ row_text(requester) },
	    walk_credential, &walk));
}
