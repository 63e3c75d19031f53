/* Writing drafts; see draft.h. */
#include "release/draft.h"

#include "util/fault.h"
#include "util/json.h"
#include "util/sink.h"

struct drafting {
	struct draft_report *report;
	const struct order *order;
	struct sink sink;
};

void
draft_add_head(struct buf *line, const struct order *order)
{
	struct json json;

	json_init(&json, line);
	json_open_object(&json);
	json_put_string(&json, "stile", STR("release-draft@v1"));
	json_put_string(&json, "title", order->title);
	json_put_i64(&json, "from", (int64_t)order->from);
	json_put_i64(&json, "to", (int64_t)order->to);
	json_put_string(&json, "agency", order->agency);
	json_put_string(&json, "kind", order->kind);
	json_put_string(&json, "profile", str_of(order->profile->hash));
	json_put_string(&json, "nonce", order->nonce);
	json_close_object(&json);
	buf_add_char(line, '\n');
}

static void
put_text(struct drafting *drafting, const struct stock_entry *entry, size_t i,
    struct str value)
{
	struct json json;

	json_init(&json, &drafting->sink.buf);
	json_open_object(&json);
	json_put_i64(&json, "entry", (int64_t)entry->index);
	json_put_string(&json, "label", entry->claims.claims[i].label);
	json_put_string(&json, "digest", entry->claims.claims[i].digest);
	json_put_raw(&json, "value", value);
	json_put_string(&json, "decision", STR(""));
	json_close_object(&json);
	buf_add_char(&drafting->sink.buf, '\n');
	drafting->report->n_texts++;
}

static int
draft_claims(struct drafting *drafting, struct stock *stock,
    const struct stock_entry *entry)
{
	for (size_t i = 0; i < entry->claims.n_claims; i++) {
		struct str value;
		int r;

		if (entry->claims.claims[i].state == CLAIMS_OPEN ||
		    order_rule(drafting->order, entry, i).action !=
			PROFILE_REVIEW)
			continue;
		r = stock_value(stock, entry, i, &value);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
		if (!str_is_equal(value, STR("null")))
			put_text(drafting, entry, i, value);
	}
	return 0;
}

static int
draft_entry(void *context, struct stock *stock,
    const struct stock_entry *entry)
{
	struct drafting *drafting = context;
	bool is_shown;
	int r = order_shows(drafting->order, &is_shown, stock, entry);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (!is_shown) {
		drafting->report->n_bare++;
		return 0;
	}
	drafting->report->n_shown++;
	r = draft_claims(drafting, stock, entry);
	if (r == 0)
		r = sink_pass(&drafting->sink);
	return r < 0 ? TRACE(r) : r;
}

int
draft_write(struct draft_report *report, int fd, struct stock *stock,
    const struct order *order)
{
	struct drafting drafting = { .report = report, .order = order };
	int r;

	*report = (struct draft_report){ 0 };
	sink_init(&drafting.sink, fd, LIMIT_RELEASE_LINE);
	draft_add_head(&drafting.sink.buf, order);
	r = stock_each(stock, &report->bad, order->from, order->to,
	    draft_entry, &drafting);
	if (r == 0)
		r = sink_end(&drafting.sink);
	sink_fini(&drafting.sink);
	return r < 0 ? TRACE(r) : r;
}
