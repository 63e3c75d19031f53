/* Building releases; see build.h. */
#include "release/build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/sha256.h"
#include "release/sheet.h"
#include "store/tiles.h"
#include "tlog/checkpoint.h"
#include "tlog/merkle.h"
#include "tlog/range.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"
#include "util/utf8.h"

#define WRITE_AT ((size_t)1 << 20)

/* Exemptions and their text. */
struct set_text {
	exemption_set set;
	struct str text;
};

struct build {
	struct build_report *report;
	const struct build_input *input;
	struct diag_list *diags;
	int fd;
	struct buf out;
	struct sha256 body;
	struct sheet_head head;
	struct sheet_entry sheet;
	struct sheet_end end;
	struct tlog_range range;
	exemption_set used;
	struct arena lasting;
	size_t n_texts;
	struct set_text texts[LIMIT_RELEASE_RULES];
};

PRINTF(2, 3) static int
wrong(struct build *build, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diag_error_at(build->diags, build->diags->where, "%s", text);
	return BUILD_E_WRONG;
}

static int
wrong_about(struct build *build, const struct stock_entry *entry, size_t i,
    const char *what)
{
	return wrong(build, "entry %llu, %.*s: %s",
	    (unsigned long long)entry->index,
	    STR_ARG(entry->claims.claims[i].label), what);
}

static int
flush(struct build *build, size_t least)
{
	int r;

	if (build->out.len < least)
		return 0;
	if (buf_finish(&build->out) != 0)
		return FAULT(ENOMEM);
	sha256_add(&build->body, build->out.bytes, build->out.len);
	r = file_write_all(build->fd, buf_str(&build->out));
	buf_reset(&build->out);
	return TRACE(r);
}

/* --- the head ------------------------------------------------------------- */

static int
prove(struct build *build)
{
	const struct build_input *input = build->input;
	const struct order *order = input->order;
	struct tlog_tile_reader reader = tiles_reader(input->stock->store);
	struct tlog_checkpoint checkpoint;
	int r = tlog_checkpoint_open(&checkpoint, input->checkpoint,
	    &input->key);

	if (r != 0)
		return r < 0 ? TRACE(r)
			     : wrong(build, "the checkpoint is not the log's");
	if (order->from >= order->to || order->to > checkpoint.size)
		return wrong(build,
		    "entries %llu to %llu are not a range of the %llu that "
		    "are published",
		    (unsigned long long)order->from,
		    (unsigned long long)order->to,
		    (unsigned long long)checkpoint.size);
	build->head.origin = checkpoint.origin;
	r = tlog_range_make(&build->range, &reader, order->from, order->to,
	    checkpoint.size);
	return r > 0 ? wrong(build, "the log in the store is not whole: run "
				    "`stile log check`")
		     : TRACE(r);
}

static void
explain_exemptions(struct build *build)
{
	struct sheet_head *head = &build->head;
	const struct exemption *rows;
	size_t n;

	rows = exemption_all(&n);
	for (size_t i = 0; i < n; i++) {
		if ((build->used >> i & 1) == 0)
			continue;
		head->exemptions[head->n_exemptions++] =
		    (struct sheet_exemption){ rows[i].code, rows[i].title,
			    rows[i].cite, rows[i].harm,
			    exemption_standing_text(rows[i].standing) };
	}
}

static int
write_head(struct build *build)
{
	const struct build_input *input = build->input;
	const struct review *review = input->review;
	struct sheet_head *head = &build->head;
	char made[INSTANT_TEXT_SIZE];
	int r = prove(build);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	instant_format(made, input->order->now_us);
	build->used = input->order->profile->used;
	head->holder = input->holder;
	head->title = input->order->title;
	head->made = str_of(made);
	head->from = input->order->from;
	head->to = input->order->to;
	head->profile = str_of(input->order->profile->hash);
	head->review = STR("");
	head->checkpoint = input->checkpoint;
	if (review != NULL) {
		build->used |= review->used;
		if (review->n_released > 0)
			head->review = str_of(review->digest);
	}
	head->n_left = build->range.n_left;
	memcpy(head->left, build->range.left, sizeof(head->left));
	explain_exemptions(build);
	sheet_write_head(&build->out, head);
	return 0;
}

/* --- an entry ------------------------------------------------------------- */

/* The text of a set: few sets make all withheld claims, so each is kept. */
static struct str
exemptions_text(struct build *build, exemption_set set)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct set_text *kept = &build->texts[build->n_texts];

	for (size_t i = 0; i < build->n_texts; i++) {
		if (build->texts[i].set == set)
			return build->texts[i].text;
	}
	buf_init(&text, LIMIT_RELEASE_LINE);
	exemption_format(&text, set);
	if (build->n_texts == ARRAY_LEN(build->texts) ||
	    buf_finish(&text) != 0)
		return (struct str){ 0 };
	*kept = (struct set_text){ set,
		arena_str(&build->lasting, buf_str(&text)) };
	build->n_texts++;
	return kept->text;
}

static int
withhold(struct build *build, struct str label, exemption_set set,
    enum coarse how, struct str said)
{
	struct sheet_entry *sheet = &build->sheet;
	struct sheet_withheld *row = &sheet->withheld[sheet->n_withheld];

	if (sheet->n_withheld == ARRAY_LEN(sheet->withheld))
		return FAULT(ENOBUFS);
	*row = (struct sheet_withheld){ .label = label,
		.exemptions = exemptions_text(build, set),
		.how = coarse_name(how),
		.said = said };
	if (row->exemptions.p == NULL || row->said.p == NULL)
		return FAULT(ENOMEM);
	sheet->n_withheld++;
	return 0;
}

static int
show(struct build *build, struct str disclosure)
{
	struct sheet_entry *sheet = &build->sheet;

	if (sheet->n_open == ARRAY_LEN(sheet->open))
		return FAULT(ENOBUFS);
	sheet->open[sheet->n_open++] = disclosure;
	return 0;
}

static int
show_claim(struct build *build, struct stock *stock,
    const struct stock_entry *entry, size_t i)
{
	struct str value;
	int r = stock_value(stock, entry, i, &value);

	if (r != 0)
		return r < 0 ? TRACE(r)
			     : wrong_about(build, entry, i,
				   "what is kept is not what was logged");
	return TRACE(show(build, entry->disclosures[i]));
}

static int
state_claim(struct build *build, struct stock *stock,
    const struct stock_entry *entry, size_t i,
    const struct profile_rule *rule)
{
	struct str value;
	int r = stock_value(stock, entry, i, &value);

	if (r != 0)
		return r < 0 ? TRACE(r)
			     : wrong_about(build, entry, i,
				   "what is kept is not what was logged");
	return TRACE(withhold(build, rule->label, rule->exemptions,
	    rule->coarse, coarse_apply(rule->coarse, &stock->arena, value)));
}

/* As the reviewer decided of the text that stands next. */
static int
follow_review(struct build *build, struct stock *stock,
    const struct stock_entry *entry, size_t i,
    const struct profile_rule *rule, const struct review_text *text)
{
	exemption_set set = text->exemptions != 0 ? text->exemptions
						  : rule->exemptions;
	struct str say = arena_str(&stock->arena, text->say);

	if (say.p == NULL)
		return FAULT(ENOMEM);
	if (!text->is_decided)
		return wrong_about(build, entry, i, "it is not decided");
	if (text->is_released)
		return show_claim(build, stock, entry, i);
	return TRACE(withhold(build, rule->label, set,
	    say.len > 0 ? COARSE_SUMMARY : COARSE_NONE, say));
}

/* What is absent was not reviewed, and is withheld like what was. */
static int
review_claim(struct build *build, struct stock *stock,
    const struct stock_entry *entry, size_t i,
    const struct profile_rule *rule)
{
	struct review *review = build->input->review;
	const struct review_text *text;
	struct str value;
	int r = stock_value(stock, entry, i, &value);

	if (r != 0)
		return r < 0 ? TRACE(r)
			     : wrong_about(build, entry, i,
				   "what is kept is not what was logged");
	if (review == NULL || str_is_equal(value, STR("null")))
		return TRACE(withhold(build, rule->label,
		    rule->exemptions, COARSE_NONE, STR("")));
	text = review_find(review, entry->index, rule->label);
	if (text == NULL)
		return wrong_about(build, entry, i,
		    "the draft does not have it in its place");
	if (!review_is_of(review, value) ||
	    !str_is_equal(text->digest, entry->claims.claims[i].digest))
		return wrong_about(build, entry, i,
		    "the draft has another value than was logged");
	r = follow_review(build, stock, entry, i, rule, text);
	if (r == 0)
		r = review_pass(review, build->diags);
	return r < 0 ? TRACE(r) : r > 0 ? BUILD_E_WRONG : 0;
}

static int
build_claim(struct build *build, struct stock *stock,
    const struct stock_entry *entry, size_t i)
{
	struct profile_rule rule = order_rule(build->input->order, entry, i);

	if (rule.action == PROFILE_OPEN)
		return show_claim(build, stock, entry, i);
	if (rule.action == PROFILE_REVIEW)
		return review_claim(build, stock, entry, i, &rule);
	if (rule.coarse != COARSE_NONE)
		return state_claim(build, stock, entry, i, &rule);
	return TRACE(withhold(build, rule.label, rule.exemptions,
	    COARSE_NONE, STR("")));
}

static int
fill_sheet(struct build *build, struct stock *stock,
    const struct stock_entry *entry)
{
	struct sheet_entry *sheet = &build->sheet;

	sheet->leaf = entry->leaf;
	if (memchr(entry->leaf.p, '\n', entry->leaf.len) != NULL)
		return wrong(build, "entry %llu is not one line",
		    (unsigned long long)entry->index);
	for (size_t i = 0; i < entry->claims.n_claims; i++) {
		int r;

		if (entry->claims.claims[i].state == CLAIMS_OPEN)
			continue;
		r = build_claim(build, stock, entry, i);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
	}
	return 0;
}

static int
build_entry(void *context, struct stock *stock,
    const struct stock_entry *entry)
{
	struct build *build = context;
	struct sheet_entry *sheet = &build->sheet;
	bool is_shown;
	int r = order_shows(build->input->order, &is_shown, stock, entry);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	sheet->index = entry->index;
	sheet->is_bare = !is_shown;
	sheet->n_open = 0;
	sheet->n_withheld = 0;
	if (is_shown) {
		r = fill_sheet(build, stock, entry);
		build->report->n_shown++;
		build->report->n_open += sheet->n_open;
		build->report->n_withheld += sheet->n_withheld;
	} else {
		tlog_merkle_leaf(&sheet->hash, entry->leaf);
		build->report->n_bare++;
	}
	if (r == 0) {
		sheet_write_entry(&build->out, sheet);
		r = flush(build, WRITE_AT);
	}
	return r < 0 ? TRACE(r) : r;
}

/* --- the whole ------------------------------------------------------------ */

static int
write_end(struct build *build)
{
	struct sheet_end *end = &build->end;
	uint64_t n = build->input->order->to - build->input->order->from;

	if (build->report->n_shown + build->report->n_bare != n)
		return wrong(build, "the store ends within the range");
	if (build->input->review != NULL && build->input->review->has_text)
		return wrong(build, "entry %llu, %.*s: the draft has a text "
				    "that is not in the release",
		    (unsigned long long)build->input->review->text.entry,
		    STR_ARG(build->input->review->text.label));
	end->to = build->input->order->to;
	end->n_shown = build->report->n_shown;
	end->n_bare = build->report->n_bare;
	end->n_right = build->range.n_right;
	memcpy(end->right, build->range.right, sizeof(end->right));
	sheet_write_end(&build->out, end);
	return TRACE(flush(build, 0));
}

static int
run(struct build *build)
{
	const struct build_input *input = build->input;
	const struct order *order = input->order;
	uint64_t bad = 0;
	int r;

	if (!utf8_is_honest(order->title))
		return wrong(build,
		    "the title holds characters that deceive");
	r = write_head(build);
	if (r == 0)
		r = stock_each(input->stock, &bad, order->from, order->to,
		    build_entry, build);
	if (r > 0 && build->diags->n_errors == 0)
		return wrong(build,
		    "entry %llu: what is kept of it does not open or is not "
		    "what was logged",
		    (unsigned long long)bad);
	if (r == 0)
		r = write_end(build);
	if (r == 0)
		sha256_finish(&build->body, &build->report->body);
	return r < 0 ? TRACE(r) : r > 0 ? BUILD_E_WRONG : 0;
}

int
build_run(struct build_report *report, int fd, const struct build_input *input,
    struct diag_list *diags)
{
	struct build *build = calloc(1, sizeof(*build));
	int r;

	*report = (struct build_report){ 0 };
	if (build == NULL)
		return FAULT(ENOMEM);
	build->report = report;
	build->input = input;
	build->diags = diags;
	build->fd = fd;
	sha256_init(&build->body);
	arena_init(&build->lasting, LIMIT_RELEASE_HEAD);
	buf_init(&build->out, WRITE_AT + LIMIT_RELEASE_LINE);
	r = run(build);
	buf_fini(&build->out);
	arena_fini(&build->lasting);
	free(build);
	return r < 0 ? TRACE(r) : r;
}
