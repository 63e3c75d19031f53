/* Writing an entry down: allow-list in the open, the rest as digests. */
#include "gate/entry.h"

#include <assert.h>
#include <errno.h>

#include "claims/claims.h"
#include "claims/disclosure.h"
#include "claims/kept.h"
#include "limits.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

struct label_row {
	enum entry_type type;
	enum entry_label label;
	struct str name;
	enum entry_audience audience;
};

static const struct label_row labels[] = {
#define L(kind, symbol, text, who)                                             \
	{ ENTRY_##kind, LABEL_##symbol, STR_INIT(text), AUDIENCE_##who },
#include "gate/entries.def"
};

static const struct str type_names[ENTRY_N] = {
	[ENTRY_NONE] = STR_INIT(""),
#define T(kind, text) [ENTRY_##kind] = STR_INIT(text),
#include "gate/entries.def"
};

struct str
entry_type_name(enum entry_type type)
{
	assert(type < ENTRY_N);
	return type_names[type];
}

void
entry_put_json(struct entry *entry, enum entry_label label, struct str json)
{
	assert(label < LABEL_N);
	entry->values[label] = json;
}

void
entry_put(struct entry *entry, struct arena *arena, enum entry_label label,
    struct str text)
{
	struct buf buf;

	buf_init_in(&buf, arena, LIMIT_ENTRY_VALUE);
	json_add_string(&buf, text);
	entry->values[label] = buf_take(&buf);
	if (entry->values[label].p == NULL)
		entry->has_failed = true;
}

static void
open_members(struct json *json, const struct entry *entry)
{
	char time[INSTANT_TEXT_SIZE];

	instant_format(time, entry->time_us);
	json_put_i64(json, "v", 1);
	json_put_string(json, "type", entry_type_name(entry->type));
	json_put_string(json, "time", str_of(time));
	json_put_string(json, "holder", entry->holder);
	json_put_string(json, "decision", entry->decision);
	json_key(json, STR("packs"));
	json_open_array(json);
	for (size_t i = 0; i < entry->n_packs; i++)
		json_string(json, entry->packs[i]);
	json_close_array(json);
}

/* One label: its digest into the leaf, its disclosure to those who may see. */
static int
put_label(struct json *leaf, struct buf *for_asker, struct buf *kept,
    const struct label_row *row, struct str value, const struct random *random)
{
	bool is_absent = value.p == NULL;
	bool is_asker = row->audience == AUDIENCE_ASKER && !is_absent;
	struct claims_digest digest;
	size_t from;

	claims_kept_begin(kept,
	    is_asker ? CLAIMS_KEPT_ASKER : CLAIMS_KEPT_HOLDER);
	from = kept->len;
	/* Absence is a value too: it can be shown, and cannot be told apart. */
	if (claims_disclosure_add(kept, &digest, random,
		is_absent ? STR("null") : value) != 0)
		return FAULT(ENOBUFS);
	claims_kept_end(kept);
	if (is_asker && kept->len > from)
		buf_add(for_asker, kept->bytes + from, kept->len - from);
	claims_put(leaf, row->name.p, &digest);
	return 0;
}

static int
write_all(struct buf *bytes, struct buf *for_asker, struct buf *kept,
    const struct entry *entry, const struct random *random)
{
	struct json leaf;

	json_init(&leaf, bytes);
	json_open_object(&leaf);
	open_members(&leaf, entry);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		int r;

		if (labels[i].type != entry->type)
			continue;
		r = put_label(&leaf, for_asker, kept, &labels[i],
		    entry->values[labels[i].label], random);
		if (r < 0)
			return TRACE(r);
	}
	json_close_object(&leaf);
	if (buf_finish(bytes) != 0 || buf_finish(for_asker) != 0 ||
	    buf_finish(kept) != 0)
		return FAULT(ENOBUFS);
	return 0;
}

int
entry_write(struct entry_text *text, struct arena *arena,
    const struct entry *entry, const struct random *random)
{
	CLEANUP(buf_fini) struct buf bytes = { 0 };
	CLEANUP(buf_fini) struct buf for_asker = { 0 };
	CLEANUP(buf_fini) struct buf kept = { 0 };
	int r;

	buf_init(&bytes, LIMIT_ENTRY_BYTES);
	buf_init(&for_asker, LIMIT_ENTRY_DISCLOSURES);
	buf_init(&kept, LIMIT_ENTRY_KEPT);
	if (entry->has_failed)
		return FAULT(ENOMEM);
	r = write_all(&bytes, &for_asker, &kept, entry, random);
	if (r < 0)
		return TRACE(r);
	text->leaf = arena_str(arena, buf_str(&bytes));
	text->for_asker = arena_str(arena, buf_str(&for_asker));
	text->kept = arena_str(arena, buf_str(&kept));
	if (text->leaf.p == NULL || text->for_asker.p == NULL ||
	    text->kept.p == NULL)
		return FAULT(ENOMEM);
	return 0;
}
