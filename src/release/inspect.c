/* Inspecting releases; see inspect.h. */
#include "release/inspect.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/sha256.h"
#include "release/coarse.h"
#include "release/profile.h"
#include "tlog/checkpoint.h"
#include "tlog/merkle.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/lines.h"
#include "util/utf8.h"

static const struct {
	struct str name;
	struct str text;
} flaws[INSPECT_N] = {
#define F(symbol, name, text)                                                  \
	[INSPECT_##symbol] = { STR_INIT(name), STR_INIT(text) },
#include "release/flaws.def"
#undef F
};

struct inspect {
	struct inspect_report *report;
	const struct inspect_terms *terms;
	const struct inspect_visitor *visitor;
	struct lines lines;
	struct arena lasting; /* the head and what follows from it */
	struct arena passing; /* one line */
	struct sha256 body;
	struct sha256 texts; /* shown ones that a reviewer must have read */
	struct tlog_merkle tree;
	struct sheet_head head;
	struct sheet_entry sheet;
	struct sheet_end end;
	struct claims claims;
	struct inspect_entry entry;
	uint64_t next; /* the entry that must come */
	bool has_ended;
	/* Texts of exemptions that were checked, so that each is once. */
	size_t n_known;
	struct str known[LIMIT_RELEASE_CLAIMS];
	char own_text[67]; /* the holder's id as JSON */
};

struct str
inspect_flaw_name(enum inspect_flaw flaw)
{
	return flaws[flaw].name;
}

struct str
inspect_flaw_text(enum inspect_flaw flaw)
{
	return flaws[flaw].text;
}

static int
found(struct inspect *inspect, enum inspect_flaw flaw)
{
	inspect->report->flaw = flaw;
	inspect->report->line = inspect->lines.n;
	return INSPECT_E_FLAW;
}

PRINTF(3, 4) static int
found_about(struct inspect *inspect, enum inspect_flaw flaw,
    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(inspect->report->detail, sizeof(inspect->report->detail),
	    format, arguments);
	va_end(arguments);
	return found(inspect, flaw);
}

/* What a reader of sheet.h said. */
static int
unreadable(struct inspect *inspect, int r, size_t at)
{
	if (r < 0)
		return TRACE(r);
	return found_about(inspect,
	    r == SHEET_E_LIMIT ? INSPECT_LIMIT : INSPECT_FORMAT,
	    "at byte %zu of the line", at);
}

static bool
is_head_honest(const struct sheet_head *head)
{
	bool is_good = utf8_is_honest(head->holder) && utf8_is_honest(head->origin) &&
	    utf8_is_honest(head->title) && utf8_is_honest(head->made) &&
	    utf8_is_honest(head->profile) && utf8_is_honest(head->review);

	for (size_t i = 0; i < head->n_exemptions; i++) {
		const struct sheet_exemption *row = &head->exemptions[i];

		is_good = is_good && utf8_is_honest(row->code) &&
		    utf8_is_honest(row->title) && utf8_is_honest(row->cite) &&
		    utf8_is_honest(row->harm) && utf8_is_honest(row->standing);
	}
	return is_good;
}

/* --- the head ------------------------------------------------------------- */

/* Did enough of the policy's witnesses see it? */
static int
judge_witnesses(struct inspect *inspect)
{
	const struct inspect_terms *terms = inspect->terms;
	struct tlog_policy_verdict *verdict = &inspect->report->witnesses;
	struct tlog_checkpoint checkpoint;
	int r = 0;

	if (terms->policy != NULL)
		r = tlog_policy_open(terms->policy, &checkpoint, verdict,
		    inspect->head.checkpoint, &terms->key);
	if (r == TLOG_POLICY_E_QUORUM)
		return found_about(inspect, INSPECT_QUORUM, "%zu of %zu",
		    verdict->n_good, terms->policy->n_witnesses);
	return r > 0 ? found(inspect, INSPECT_CHECKPOINT) : TRACE(r);
}

static int
believe_checkpoint(struct inspect *inspect)
{
	const struct sheet_head *head = &inspect->head;
	struct tlog_checkpoint checkpoint;
	int r = tlog_checkpoint_open(&checkpoint, head->checkpoint,
	    &inspect->terms->key);

	if (r < 0)
		return TRACE(r);
	if (r > 0 || !str_is_equal(head->origin, checkpoint.origin))
		return found(inspect, INSPECT_CHECKPOINT);
	inspect->report->tree_size = checkpoint.size;
	inspect->report->root = checkpoint.root;
	r = judge_witnesses(inspect);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (head->from >= head->to || head->to > checkpoint.size)
		return found_about(inspect, INSPECT_SIZE,
		    "entries %llu to %llu of a tree of %llu",
		    (unsigned long long)head->from,
		    (unsigned long long)head->to,
		    (unsigned long long)checkpoint.size);
	return 0;
}

static int
check_head(struct inspect *inspect)
{
	struct sheet_head *head = &inspect->head;
	int r;

	if (!is_head_honest(head))
		return found(inspect, INSPECT_TEXT);
	if (head->holder.len + 3 > sizeof(inspect->own_text))
		return found(inspect, INSPECT_LIMIT);
	snprintf(inspect->own_text, sizeof(inspect->own_text), "\"%.*s\"",
	    STR_ARG(head->holder));
	r = believe_checkpoint(inspect);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (tlog_range_begin(&inspect->tree, head->from, head->left,
		head->n_left) != 0)
		return found(inspect, INSPECT_PROOF);
	inspect->report->from = head->from;
	inspect->report->to = head->to;
	inspect->next = head->from;
	return 0;
}

static int
take_head(struct inspect *inspect, struct str line)
{
	size_t at = 0;
	struct str copy = arena_str(&inspect->lasting, line);
	int r;

	if (copy.p == NULL)
		return FAULT(ENOMEM);
	r = sheet_read_head(&inspect->head, &at, &inspect->lasting, copy);
	if (r != 0)
		return unreadable(inspect, r, at);
	r = check_head(inspect);
	if (r == 0 && inspect->visitor->head != NULL)
		r = inspect->visitor->head(inspect->visitor->context,
		    &inspect->head);
	return r < 0 ? TRACE(r) : r;
}

/* --- an entry ------------------------------------------------------------- */

static enum inspect_flaw
flaw_of_claims(int r)
{
	switch (r) {
	case CLAIMS_E_ENTRY:
		return INSPECT_LEAF;
	case CLAIMS_E_DISCLOSURE:
		return INSPECT_DISCLOSURE;
	case CLAIMS_E_DUPLICATE:
		return INSPECT_DOUBLE;
	case CLAIMS_E_FOREIGN:
		return INSPECT_FOREIGN;
	case CLAIMS_E_LIMIT:
	default:
		return INSPECT_LIMIT;
	}
}

/* The open member of that name without its quotes; empty when it is not so. */
static struct str
open_member(const struct claims *claims, const char *name)
{
	const struct claims_claim *claim = claims_find(claims, name);

	if (claim == NULL || claim->state != CLAIMS_OPEN ||
	    claim->value.len < 2 || claim->value.p[0] != '"')
		return STR("");
	return str_part(claim->value, 1, claim->value.len - 1);
}

/* Is the code one of the head's, behind all that were named before it? */
static bool
is_explained(const struct sheet_head *head, size_t *from, struct str code)
{
	while (*from < head->n_exemptions) {
		if (str_is_equal(head->exemptions[(*from)++].code, code))
			return true;
	}
	return false;
}

static int
check_exemptions(struct inspect *inspect, struct str text)
{
	struct str rest = text;
	struct str code;
	size_t from = 0;

	for (size_t i = 0; i < inspect->n_known; i++) {
		if (str_is_equal(inspect->known[i], text))
			return 0;
	}
	if (text.len > LIMIT_RELEASE_BAR)
		return found(inspect, INSPECT_LIMIT);
	do {
		size_t end = str_find(rest, ',', 0);

		code = str_part(rest, 0, end);
		if (!is_explained(&inspect->head, &from, code))
			return found_about(inspect, INSPECT_EXEMPTION, "%.*s",
			    STR_ARG(text));
		rest = str_part(rest, end + 1, rest.len);
	} while (code.p + code.len < text.p + text.len);
	if (inspect->n_known < ARRAY_LEN(inspect->known)) {
		struct str copy = arena_str(&inspect->lasting, text);

		if (copy.p == NULL)
			return FAULT(ENOMEM);
		inspect->known[inspect->n_known++] = copy;
	}
	return 0;
}

static int
check_withheld(struct inspect *inspect, const struct sheet_withheld *row)
{
	inspect->report->n_withheld++;
	if (row->how.len > 0) {
		if (coarse_find(row->how) == COARSE_NONE)
			return found_about(inspect, INSPECT_STATEMENT, "%.*s",
			    STR_ARG(row->how));
		if (!utf8_is_honest(row->said))
			return found(inspect, INSPECT_TEXT);
		inspect->report->n_stated++;
	}
	return check_exemptions(inspect, row->exemptions);
}

/* May this value be shown at all, and unread? */
static int
check_shown(struct inspect *inspect, const struct claims_claim *claim)
{
	enum profile_nature nature = profile_nature(claim->label);
	struct str decision = inspect->entry.decision;

	inspect->report->n_open++;
	if (nature == PROFILE_NEVER)
		return found_about(inspect, INSPECT_FORBIDDEN, "%.*s",
		    STR_ARG(claim->label));
	if (nature == PROFILE_TYPED &&
	    (str_is_equal(decision, STR("permit")) ||
		str_is_equal(decision, STR("done"))))
		return 0;
	if (nature == PROFILE_CODE)
		return 0;
	if (inspect->head.review.len == 0)
		return found_about(inspect, INSPECT_UNREAD, "%.*s",
		    STR_ARG(claim->label));
	signoff_add_text(&inspect->texts, inspect->sheet.index, claim->label,
	    claim->digest);
	return 0;
}

/* What is told there is not withheld there: was it told before? */
static int
found_extra(struct inspect *inspect, size_t at)
{
	const struct sheet_entry *sheet = &inspect->sheet;
	struct str label = sheet->withheld[at].label;

	for (size_t i = 0; i < at; i++) {
		if (str_is_equal(sheet->withheld[i].label, label))
			return found_about(inspect, INSPECT_DOUBLE, "%.*s",
			    STR_ARG(label));
	}
	return found_about(inspect, INSPECT_UNKNOWN, "%.*s", STR_ARG(label));
}

/* A withheld claim is not the one that is told next. */
static int
found_untold(struct inspect *inspect, const struct claims_claim *claim,
    size_t at)
{
	const struct sheet_entry *sheet = &inspect->sheet;

	for (size_t i = at; i < sheet->n_withheld; i++) {
		if (str_is_equal(sheet->withheld[i].label, claim->label))
			return found_extra(inspect, at);
	}
	return found_about(inspect, INSPECT_UNTOLD, "%.*s",
	    STR_ARG(claim->label));
}

/* Every closed claim is shown or told, once, in the order of the entry. */
static int
match_claims(struct inspect *inspect)
{
	const struct claims *claims = &inspect->claims;
	const struct sheet_entry *sheet = &inspect->sheet;
	size_t n_open = 0;
	size_t n_told = 0;
	int r = 0;

	for (size_t i = 0; i < claims->n_claims && r == 0; i++) {
		const struct claims_claim *claim = &claims->claims[i];
		const struct sheet_withheld *row = &sheet->withheld[n_told];

		inspect->entry.withheld[i] = NULL;
		if (claim->state == CLAIMS_OPEN)
			continue;
		if (claim->state == CLAIMS_DISCLOSED) {
			if (claim->disclosure != n_open++)
				return found(inspect, INSPECT_SWAPPED);
			r = check_shown(inspect, claim);
			continue;
		}
		if (n_told == sheet->n_withheld ||
		    !str_is_equal(row->label, claim->label))
			return found_untold(inspect, claim, n_told);
		inspect->entry.withheld[i] = row;
		n_told++;
		r = check_withheld(inspect, row);
	}
	if (r == 0 && n_told < sheet->n_withheld)
		return found_extra(inspect, n_told);
	return r < 0 ? TRACE(r) : r;
}

static int
check_entry(struct inspect *inspect)
{
	const struct sheet_entry *sheet = &inspect->sheet;
	const struct claims_claim *holder;
	int r = claims_verify(&inspect->claims, NULL, &inspect->passing,
	    sheet->leaf, sheet->open, sheet->n_open);

	if (r != 0)
		return r < 0 ? TRACE(r) : found(inspect, flaw_of_claims(r));
	inspect->entry = (struct inspect_entry){ .sheet = sheet,
		.type = open_member(&inspect->claims, "type"),
		.time = open_member(&inspect->claims, "time"),
		.decision = open_member(&inspect->claims, "decision"),
		.claims = &inspect->claims };
	holder = claims_find(&inspect->claims, "holder");
	if (holder == NULL || holder->state != CLAIMS_OPEN ||
	    !str_is_equal(holder->value, str_of(inspect->own_text)) ||
	    inspect->entry.type.len == 0)
		return found(inspect, INSPECT_LEAF);
	return match_claims(inspect);
}

static int
place_entry(struct inspect *inspect)
{
	uint64_t index = inspect->sheet.index;

	inspect->report->entry = index;
	inspect->report->has_entry = true;
	if (inspect->head.checkpoint.len == 0)
		return found(inspect, INSPECT_FORMAT);
	if (index > inspect->next && index < inspect->head.to)
		return found_about(inspect, INSPECT_GAP, "entry %llu",
		    (unsigned long long)inspect->next);
	if (index != inspect->next || index >= inspect->head.to)
		return found(inspect, INSPECT_ORDER);
	inspect->next++;
	return 0;
}

static int
take_entry(struct inspect *inspect, struct str line)
{
	struct sheet_entry *sheet = &inspect->sheet;
	size_t at = 0;
	int r = sheet_read_entry(sheet, &at, &inspect->passing, line);

	if (r != 0)
		return unreadable(inspect, r, at);
	r = place_entry(inspect);
	if (r == 0 && !sheet->is_bare)
		r = check_entry(inspect);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (sheet->is_bare) {
		inspect->entry = (struct inspect_entry){ .sheet = sheet };
		inspect->report->n_bare++;
	} else {
		tlog_merkle_leaf(&sheet->hash, sheet->leaf);
		inspect->report->n_shown++;
	}
	tlog_merkle_append(&inspect->tree, &sheet->hash);
	if (inspect->visitor->entry != NULL)
		r = inspect->visitor->entry(inspect->visitor->context,
		    &inspect->entry);
	return TRACE(r);
}

/* --- the end and the signatures ------------------------------------------- */

/* The texts that are shown are those that the review is of. */
static int
check_texts(struct inspect *inspect)
{
	struct digest digest;
	char hex[65];

	if (inspect->head.review.len == 0)
		return 0;
	sha256_finish(&inspect->texts, &digest);
	hex_format(hex, digest.b, sizeof(digest.b));
	return str_is_equal(str_of(hex), inspect->head.review)
	    ? 0
	    : found(inspect, INSPECT_UNREAD);
}

static int
take_end(struct inspect *inspect, struct str line)
{
	struct inspect_report *report = inspect->report;
	const struct sheet_end *end = &inspect->end;
	struct digest root;
	size_t at = 0;
	int r = sheet_read_end(&inspect->end, &at, &inspect->passing, line);

	report->has_entry = false;
	if (r != 0)
		return unreadable(inspect, r, at);
	if (inspect->next < inspect->head.to)
		return found_about(inspect, INSPECT_GAP, "entry %llu",
		    (unsigned long long)inspect->next);
	if (end->to != inspect->head.to || end->n_shown != report->n_shown ||
	    end->n_bare != report->n_bare)
		return found(inspect, INSPECT_COUNT);
	if (tlog_range_finish(&inspect->tree, &root, end->to,
		report->tree_size, end->right, end->n_right) != 0)
		return found(inspect, INSPECT_PROOF);
	if (memcmp(&root, &report->root, sizeof(root)) != 0)
		return found(inspect, INSPECT_TREE);
	sha256_finish(&inspect->body, &report->body);
	inspect->has_ended = true;
	return check_texts(inspect);
}

static int
take_sign(struct inspect *inspect, struct str line)
{
	struct signoff_list *list = &inspect->report->signs;
	struct str receipt;
	size_t at = 0;
	int r = sheet_read_sign(&receipt, &at, &inspect->passing, line);

	if (r != 0)
		return unreadable(inspect, r, at);
	if (list->n == ARRAY_LEN(list->items))
		return found(inspect, INSPECT_LIMIT);
	r = signoff_read(&list->items[list->n], &inspect->passing, receipt,
	    &inspect->terms->key);
	/* What is signed holds its checkpoint; texts were read before. */
	if (r > 0 || (r == 0 &&
			 strcmp(list->items[list->n].act, "sign") == 0 &&
			 list->items[list->n].index <
			     inspect->report->tree_size))
		return found(inspect, INSPECT_SIGNATURE);
	list->n++;
	return TRACE(r);
}

/* Each signature is of this text or of its review, and they are enough. */
static int
judge_signs(struct inspect *inspect)
{
	const struct signoff_list *list = &inspect->report->signs;
	struct str review = inspect->head.review;
	char body[65];

	hex_format(body, inspect->report->body.b,
	    sizeof(inspect->report->body.b));
	for (size_t i = 0; i < list->n; i++) {
		struct str digest = str_of(list->items[i].digest);
		bool is_review = strcmp(list->items[i].act, "review") == 0;

		if (!str_is_equal(digest, is_review ? review : str_of(body)))
			return found_about(inspect, INSPECT_SIGNED,
			    "by %s, entry %llu", list->items[i].person,
			    (unsigned long long)list->items[i].index);
	}
	if (inspect->terms->is_draft)
		return 0;
	if (!signoff_is_signed(list, str_of(body)))
		return found(inspect, INSPECT_SIGNERS);
	if (review.len > 0 && !signoff_is_reviewed(list, review))
		return found(inspect, INSPECT_UNREAD);
	return 0;
}

static int
take_line(struct inspect *inspect, struct str line)
{
	enum sheet_kind kind = sheet_kind(line);

	if (inspect->has_ended)
		return kind == SHEET_SIGN ? take_sign(inspect, line)
					  : found(inspect, INSPECT_EXTRA);
	if ((inspect->lines.n == 1) != (kind == SHEET_HEAD))
		return found(inspect, INSPECT_FORMAT);
	sha256_add(&inspect->body, line.p, line.len);
	sha256_add(&inspect->body, "\n", 1);
	switch (kind) {
	case SHEET_HEAD:
		return take_head(inspect, line);
	case SHEET_ENTRY:
		return take_entry(inspect, line);
	case SHEET_END:
		return take_end(inspect, line);
	case SHEET_SIGN:
	case SHEET_OTHER:
	default:
		return found(inspect, INSPECT_FORMAT);
	}
}

static int
run(struct inspect *inspect)
{
	struct str line;
	int r;

	for (;;) {
		r = lines_next(&inspect->lines, &line);
		if (r == LINES_E_LONG)
			return found(inspect, INSPECT_LIMIT);
		if (r == LINES_E_CUT)
			return found(inspect,
			    inspect->has_ended ? INSPECT_EXTRA : INSPECT_CUT);
		if (r != 0)
			break;
		arena_reset(&inspect->passing);
		r = take_line(inspect, line);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
	}
	if (r < 0)
		return TRACE(r);
	if (!inspect->has_ended)
		return found(inspect, INSPECT_CUT);
	r = judge_signs(inspect);
	if (r == 0 && inspect->visitor->end != NULL)
		r = inspect->visitor->end(inspect->visitor->context,
		    inspect->report);
	return r < 0 ? TRACE(r) : r;
}

int
inspect_run(struct inspect_report *report, int fd,
    const struct inspect_terms *terms, const struct inspect_visitor *visitor)
{
	struct inspect *inspect = calloc(1, sizeof(*inspect));
	int r;

	*report = (struct inspect_report){ 0 };
	if (inspect == NULL)
		return FAULT(ENOMEM);
	inspect->report = report;
	inspect->terms = terms;
	inspect->visitor = visitor;
	arena_init(&inspect->lasting, LIMIT_RELEASE_HEAD);
	arena_init(&inspect->passing, LIMIT_RELEASE_ENTRY);
	sha256_init(&inspect->body);
	sha256_init(&inspect->texts);
	r = lines_init(&inspect->lines, fd, LIMIT_RELEASE_LINE);
	if (r == 0)
		r = run(inspect);
	lines_fini(&inspect->lines);
	arena_fini(&inspect->lasting);
	arena_fini(&inspect->passing);
	free(inspect);
	return r < 0 ? TRACE(r) : r;
}

void
inspect_describe(const struct inspect_report *report, struct buf *text)
{
	if (report->line > 0)
		buf_add_format(text, "line %llu",
		    (unsigned long long)report->line);
	if (report->has_entry)
		buf_add_format(text, ", entry %llu",
		    (unsigned long long)report->entry);
	buf_add_text(text, report->line > 0 ? ": " : "");
	buf_add_str(text, flaws[report->flaw].name);
	buf_add_text(text, ": ");
	buf_add_str(text, flaws[report->flaw].text);
	if (report->detail[0] != '\0')
		buf_add_format(text, " (%s)", report->detail);
}
