/* Signatures of releases; see countersign.h. */
#include "gate/countersign.h"

#include <errno.h>

#include "gate/office.h"
#include "store/releases.h"
#include "util/fault.h"
#include "util/hex.h"

static const struct member_shape shape[] = {
	{ "/act", 's', 16, true },
	{ "/role", 's', 32, true },
};

static const char *const acts[] = { "draft", "review", "sign" };

static void
read_act(struct ask *ask)
{
	struct str act = members_find(&ask->members, "/act");

	ask->office.act = act;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (str_is_equal(act, str_of(acts[i])))
			return;
	}
	ask_refuse(ask, REFUSAL_BAD_VALUE, STR("/act"),
	    STR("an act is draft, review or sign"));
}

static void
read_digest(struct ask *ask)
{
	struct str hex = ask->n_parameters > 0 ? ask->parameters[0] : STR("");

	if (!hex_parse(ask->office.digest.b, sizeof(ask->office.digest.b),
		hex))
		ask_refuse(ask, REFUSAL_BAD_VALUE, STR("digest"),
		    STR("64 lower-case hexadecimal digits of a SHA-256"));
	else
		ask->office.hex = hex;
}

int
countersign_read(struct gate *gate, struct ask *ask)
{
	(void)gate;
	if (!members_check(&ask->refusal, &ask->members, shape,
		ARRAY_LEN(shape))) {
		ask->is_settled = true;
		return 0;
	}
	read_digest(ask);
	read_act(ask);
	office_read_role(ask);
	return 0;
}

int
countersign_apply(struct gate *gate, struct ask *ask)
{
	struct ask_office *office = &ask->office;
	struct store_release_sign row = {
		.digest = { (const char *)office->digest.b,
		    sizeof(office->digest.b) },
		.act = office->act,
		.person = ask->operator.id,
		.role = people_role(office->role),
		.time_us = ask->now_us,
		.index = tlog_edge_size(gate->edge),
	};
	int r = releases_count(gate->store, &office->n, row.digest, row.act);

	if (r == 0 && office->n >= LIMIT_RELEASE_SIGNS) {
		ask_refuse(ask, REFUSAL_CONFLICT, STR(""),
		    STR("enough persons signed it"));
		return 0;
	}
	if (r == 0)
		r = releases_sign(gate->store, &row);
	/* Two signatures are two persons (P9). */
	if (r == STORE_E_EXISTS)
		ask_refuse(ask, REFUSAL_CONFLICT, STR(""),
		    STR("you did so before: the second person is another"));
	else if (r == 0)
		office->n++;
	return r < 0 ? TRACE(r) : r == STORE_E_EXISTS || r == 0 ? 0 : FAULT(EIO);
}

void
countersign_fill(struct ask *ask)
{
	const struct ask_office *office = &ask->office;

	if (office->act.len > 0)
		entry_put(&ask->entry, &ask->arena, LABEL_CHANGE, office->act);
	if (office->role.len > 0)
		entry_put(&ask->entry, &ask->arena, LABEL_ROLE, office->role);
	if (office->hex.len > 0)
		entry_put(&ask->entry, &ask->arena, LABEL_DIGEST, office->hex);
}

void
countersign_put(struct json *json, struct ask *ask)
{
	const struct ask_office *office = &ask->office;

	json_put_string(json, "release", office->hex);
	json_put_string(json, "act", office->act);
	json_put_string(json, "role", office->role);
	json_put_i64(json, "persons", (int64_t)office->n);
	ask->status = 201;
}
