/* The list of logs (logs/v0); see loglist.h. */
#include "witness/loglist.h"

#include <errno.h>

#include "util/fault.h"

struct reading {
	struct loglist *list;
	struct arena *arena;
	struct diag_list *diags;
	struct str text;
	struct loglist_row row; /* the log at hand */
	struct str vkey;	/* where it begins; empty: none is begun */
	bool has_header;
};

static void
wrong(struct reading *reading, struct str at, const char *why)
{
	diag_error(reading->diags, (size_t)(at.p - reading->text.p), at.len,
	    "%s", why);
}

static struct loglist_row *
find_row(const struct loglist *list, struct str origin)
{
	for (size_t i = 0; i < list->n_rows; i++)
		if (str_is_equal(list->rows[i].origin, origin))
			return &list->rows[i];
	return NULL;
}

/* The log at hand is whole: it is a new one, or one more key of a known one. */
static int
end_row(struct reading *reading)
{
	struct loglist *list = reading->list;
	struct loglist_row *row = &reading->row;
	struct loglist_row *known;

	if (reading->vkey.p == NULL)
		return 0;
	if (row->origin.p == NULL)
		row->origin = arena_str(reading->arena, (struct str){
		    row->keys[0].name.text, row->keys[0].name.len });
	if (row->origin.p == NULL)
		return FAULT(ENOMEM);
	known = find_row(list, row->origin);
	if (known == NULL && list->n_rows == LIMIT_WITNESS_LOGS)
		wrong(reading, reading->vkey, "more logs than allowed");
	else if (known == NULL)
		list->rows[list->n_rows++] = *row;
	else if (known->n_keys == LOGLIST_KEYS)
		wrong(reading, reading->vkey, "more keys than a log may have");
	else
		known->keys[known->n_keys++] = row->keys[0];
	reading->vkey = (struct str){ 0 };
	*row = (struct loglist_row){ 0 };
	return 0;
}

static int
read_vkey(struct reading *reading, struct str value)
{
	struct tlog_note_key *key = &reading->row.keys[0];
	int r = end_row(reading);

	if (r < 0)
		return TRACE(r);
	reading->vkey = value;
	reading->row.n_keys = 1;
	if (tlog_note_key_parse(key, value) != 0)
		wrong(reading, value, "not a verifier key, or of a type that "
				      "is not known");
	else if (key->type != TLOG_NOTE_ED25519)
		wrong(reading, value, "a log's key is of type 0x01 (Ed25519)");
	return 0;
}

/* origin, qpd, contact. bastion is what others reach witnesses by: not us. */
static int
read_member(struct reading *reading, struct str name, struct str value)
{
	struct loglist_row *row = &reading->row;

	if (reading->vkey.p == NULL) {
		wrong(reading, name, "a log begins with its vkey");
	} else if (str_is_equal(name, STR("qpd"))) {
		if (!str_to_u64(&row->per_day, value))
			wrong(reading, value, "not a number");
	} else if (str_is_equal(name, STR("contact"))) {
		row->contact = arena_str(reading->arena, value);
	} else if (str_is_equal(name, STR("origin"))) {
		if (value.len == 0 || value.len > LIMIT_TLOG_NAME)
			wrong(reading, name, "an origin has 1 to 255 bytes");
		else if (!str_is_equal(value, STR("none")))
			row->origin = arena_str(reading->arena, value);
	} else if (!str_is_equal(name, STR("bastion"))) {
		wrong(reading, name, "a line is vkey, origin, qpd or contact");
	}
	return 0;
}

static int
read_line(struct reading *reading, struct str line)
{
	size_t space = str_find(line, ' ', 0);
	struct str name = str_part(line, 0, space);
	struct str value = str_part(line, space + 1, line.len);

	if (line.len == 0 || line.p[0] == '#')
		return 0;
	if (!reading->has_header) {
		reading->has_header = true;
		if (!str_is_equal(line, STR("logs/v0")))
			wrong(reading, line, "the first line is logs/v0");
		return 0;
	}
	return str_is_equal(name, STR("vkey"))
	    ? TRACE(read_vkey(reading, value))
	    : TRACE(read_member(reading, name, value));
}

int
loglist_parse(struct loglist *list, struct arena *arena,
    struct diag_list *diags, struct str text)
{
	struct reading reading = { .list = list, .arena = arena,
		.diags = diags, .text = text };
	struct str rest = text;
	struct str line;
	int r = 0;

	*list = (struct loglist){ 0 };
	list->rows = ARENA_ARRAY(arena, LIMIT_WITNESS_LOGS, struct loglist_row);
	if (list->rows == NULL)
		return FAULT(ENOMEM);
	while (r == 0 && str_split(&line, &rest, '\n'))
		r = read_line(&reading, line);
	if (r == 0)
		r = end_row(&reading);
	if (r < 0)
		return TRACE(r);
	if (!reading.has_header)
		diag_error(diags, 0, 0, "the first line is logs/v0");
	return diags->n_errors > 0 ? LOGLIST_E_WRONG : 0;
}
