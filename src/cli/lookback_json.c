/* A lookback for programs; see lookback_json.h. */
#include "cli/lookback_json.h"

#include <errno.h>

#include "cli/lookback_notes.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/json.h"

static void
put_u64(struct json *json, const char *name, uint64_t value)
{
	json_put_i64(json, name, (int64_t)value);
}

static void
open_array(struct json *json, const char *name)
{
	json_key(json, str_of(name));
	json_open_array(json);
}

static void
open_object(struct json *json, const char *name)
{
	json_key(json, str_of(name));
	json_open_object(json);
}

static void
put_columns(struct json *json, const struct audit_log *log)
{
	open_object(json, "columns");
	for (size_t i = 0; i < AUDIT_MAP_N_COLUMNS; i++) {
		if (log->names[i].p == NULL)
			continue;
		open_object(json,
		    audit_map_name((enum audit_map_column)i));
		json_put_string(json, "name", log->names[i]);
		json_put_bool(json, "guessed", log->is_guess[i]);
		json_close_object(json);
	}
	json_close_object(json);
	open_array(json, "columns_not_used");
	for (size_t i = 0; i < log->n_header; i++) {
		if (!log->is_used[i] && log->header[i].len > 0)
			json_string(json, log->header[i]);
	}
	json_close_array(json);
}

static void
put_period(struct json *json, const struct lookback *l)
{
	char text[INSTANT_TEXT_SIZE];

	if (l->first_us == INT64_MIN)
		return;
	instant_format(text, l->first_us);
	json_put_string(json, "first", str_of(text));
	instant_format(text, l->last_us);
	json_put_string(json, "last", str_of(text));
}

static void
put_verdicts(struct json *json, const uint64_t *counts)
{
	open_object(json, "verdicts");
	for (size_t i = 0; i < LOOKBACK_N_VERDICTS; i++)
		put_u64(json, lookback_verdict_name((enum lookback_verdict)i),
		    counts[i]);
	json_close_object(json);
}

static void
put_rule(struct json *json, const struct lookback_rule *rule)
{
	json_put_string(json, "pack", rule->pack);
	json_put_string(json, "rule", rule->rule);
	json_put_string(json, "says", rule->says);
	json_put_string(json, "remedy", rule->remedy);
	json_put_string(json, "cite", rule->cite);
}

static void
put_rules(struct json *json, const struct lookback *l)
{
	open_array(json, "rules");
	for (size_t i = 0; i < l->n_rules; i++) {
		json_open_object(json);
		put_rule(json, &l->rules[i].rule);
		json_put_string(json, "answer",
		    l->rules[i].answer == LOOKBACK_REFER ? STR("refer")
							 : STR("deny"));
		put_u64(json, "rows", l->rules[i].n_rows);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
put_classes(struct json *json, const struct lookback *l)
{
	open_array(json, "reasons");
	for (size_t i = 0; i < REASON_N_CLASSES; i++) {
		if (l->classes[i].n_rows == 0)
			continue;
		json_open_object(json);
		json_put_string(json, "class",
		    str_of(reason_name((enum reason_class)i)));
		put_u64(json, "rows", l->classes[i].n_rows);
		put_u64(json, "with_case_number", l->classes[i].n_with_case);
		put_verdicts(json, l->classes[i].n_verdict);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
put_grounds(struct json *json, const struct lookback *l)
{
	open_object(json, "grounds");
	put_u64(json, "none", l->n_ground[LOOKBACK_GROUND_NONE]);
	put_u64(json, "case_number", l->n_ground[LOOKBACK_GROUND_CASE]);
	put_u64(json, "wanted", l->n_ground[LOOKBACK_GROUND_WANTED]);
	put_u64(json, "withheld", l->n_ground[LOOKBACK_GROUND_WITHHELD]);
	json_close_object(json);
	open_object(json, "case_numbers");
	put_u64(json, "sure", l->n_sureness[CASE_REF_SURE]);
	put_u64(json, "likely", l->n_sureness[CASE_REF_LIKELY]);
	put_u64(json, "unsure", l->n_sureness[CASE_REF_UNSURE]);
	json_close_object(json);
}

static void
put_conditions(struct json *json, const struct lookback *l)
{
	open_array(json, "conditions");
	for (size_t i = 0; i < l->n_conditions; i++) {
		json_open_object(json);
		json_put_string(json, "if", str_of(l->conditions[i].text));
		json_put_string(json, "otherwise",
		    l->conditions[i].otherwise == LOOKBACK_REFER
			? STR("refer")
			: STR("deny"));
		put_rule(json, &l->conditions[i].rule);
		put_u64(json, "rows", l->conditions[i].n_rows);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
put_texts(struct json *json, const char *name,
    const struct lookback_text *texts, size_t n)
{
	open_array(json, name);
	for (size_t i = 0; i < n; i++) {
		json_open_object(json);
		json_put_string(json, "text", texts[i].text);
		put_u64(json, "rows", texts[i].n_rows);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
put_notes(struct json *json, const char *name, const struct str *notes,
    size_t n)
{
	open_array(json, name);
	for (size_t i = 0; i < n; i++)
		json_string(json, notes[i]);
	json_close_array(json);
}

static void
put_months(struct json *json, const struct lookback *l)
{
	open_array(json, "months");
	for (size_t i = 0; i < l->n_months; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%04d-%02d", l->months[i].year,
		    l->months[i].month);
		json_open_object(json);
		json_put_string(json, "month", str_of(text));
		put_u64(json, "rows", l->months[i].n_rows);
		put_u64(json, "with_ground", l->months[i].n_grounded);
		json_close_object(json);
	}
	json_close_array(json);
}

int
lookback_json(const struct lookback *lookback, struct arena *arena,
    struct buf *buf)
{
	struct lookback_notes notes;
	struct json json;
	int r = lookback_notes_write(&notes, arena, lookback);

	if (r < 0)
		return TRACE(r);
	json_init(&json, buf);
	json_open_object(&json);
	json_put_string(&json, "agency", lookback->log->agency);
	json_put_string(&json, "packs", lookback->packs);
	put_u64(&json, "rows", lookback->n_rows);
	put_u64(&json, "rows_unreadable", lookback->log->n_unreadable);
	put_u64(&json, "rows_mended", lookback->log->n_mended);
	put_period(&json, lookback);
	put_columns(&json, lookback->log);
	put_verdicts(&json, lookback->n_verdict);
	put_rules(&json, lookback);
	put_classes(&json, lookback);
	put_texts(&json, "frequent_reasons", lookback->texts,
	    lookback->n_texts);
	put_grounds(&json, lookback);
	put_conditions(&json, lookback);
	put_u64(&json, "officers", lookback->n_who);
	put_u64(&json, "vehicles", lookback->n_subjects);
	put_u64(&json, "most_by_one_in_24_hours", lookback->most_by_one);
	put_months(&json, lookback);
	put_texts(&json, "kinds", lookback->kinds, lookback->n_kinds);
	put_texts(&json, "moderation", lookback->moderations,
	    lookback->n_moderations);
	put_notes(&json, "not_known", notes.unknown, notes.n_unknown);
	put_notes(&json, "noteworthy", notes.odd, notes.n_odd);
	put_notes(&json, "reading", notes.reading, notes.n_reading);
	json_close_object(&json);
	buf_add_char(buf, '\n');
	r = buf_finish(buf);
	return r > 0 ? FAULT(ENOMEM) : TRACE(r);
}
