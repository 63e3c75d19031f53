/*
 * mark: nothing leaves unmarked. Each field carries its class and marks, the
 * whole carries the marks in full words and the erasure date.
 */
#include "gate/path.h"

#include <errno.h>

#include "gate/pack.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

static struct str
mark_text(const struct gate *gate, struct str code)
{
	for (size_t i = 0; i < gate->n_packs; i++) {
		const struct pack *pack = gate->packs[i];

		for (size_t k = 0; k < pack->n_marks; k++) {
			if (str_is_equal(pack->marks[k].code, code))
				return pack->marks[k].text;
		}
	}
	return code;
}

/* "DPPA//FOUO": the codes, as they stand beside each field. */
static void
add_codes(struct buf *buf, const struct decision *decision)
{
	for (size_t i = 0; i < decision->n_marks; i++) {
		if (i > 0)
			buf_add_text(buf, "//");
		buf_add_str(buf, decision->marks[i]);
	}
}

static struct str
write_record(struct ask *ask, struct str codes)
{
	struct buf buf;
	struct json json;

	buf_init_in(&buf, &ask->arena, LIMIT_ENTRY_VALUE);
	json_init(&json, &buf);
	json_open_object(&json);
	for (size_t i = 0; i < ask->request.n_fields; i++) {
		enum record_field field = ask->request.fields[i];
		const struct record_field_info *info = record_field_get(field);

		if ((ask->disclosed & RECORD_BIT(field)) == 0 ||
		    ask->record.values[field].len == 0)
			continue;
		json_key(&json, info->name);
		json_open_object(&json);
		json_put_string(&json, "value", ask->record.values[field]);
		json_put_string(&json, "class", record_class_text(info->class));
		json_put_string(&json, "mark", codes);
		json_close_object(&json);
	}
	json_close_object(&json);
	return buf_take(&buf);
}

static struct str
write_marking(const struct gate *gate, struct ask *ask, struct str codes)
{
	struct buf buf;
	const struct decision *decision = &ask->decision;
	char erase_by[11];
	struct json json;

	instant_format_date(erase_by,
	    instant_day(ask->now_us) + LIMIT_EXTRACT_DAYS);
	buf_init_in(&buf, &ask->arena, LIMIT_ENTRY_VALUE);
	json_init(&json, &buf);
	json_open_object(&json);
	json_put_string(&json, "banner", codes);
	json_key(&json, STR("texts"));
	json_open_array(&json);
	for (size_t i = 0; i < decision->n_marks; i++)
		json_string(&json, mark_text(gate, decision->marks[i]));
	json_close_array(&json);
	json_put_string(&json, "disclosure", ask->request_id);
	json_put_string(&json, "erase_or_justify_by", str_of(erase_by));
	json_close_object(&json);
	return buf_take(&buf);
}

int
mark_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	struct buf buf;
	struct str codes;

	(void)batch;
	if (ask->is_settled || ask->operation->path != PATH_REQUEST)
		return 0;
	buf_init_in(&buf, &ask->arena, LIMIT_ENTRY_VALUE);
	add_codes(&buf, &ask->decision);
	codes = buf_take(&buf);
	if (codes.p == NULL)
		return FAULT(ENOMEM);
	ask->record_json = write_record(ask, codes);
	ask->marking_json = write_marking(gate, ask, codes);
	if (ask->record_json.p == NULL || ask->marking_json.p == NULL)
		return FAULT(ENOMEM);
	return 0;
}
