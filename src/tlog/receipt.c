/* Receipts (C2SP tlog-proof@v1); see receipt.h. */
#include "tlog/receipt.h"

#include <errno.h>

#include "limits.h"
#include "tlog/merkle.h"
#include "util/base64.h"
#include "util/fault.h"

#define HEADER "c2sp.org/tlog-proof@v1"
#define EXTRA "extra "
#define INDEX "index "

/* Cut one line, which may be empty, off; its newline must be there. */
static bool
cut_line(struct str *line, struct str *rest)
{
	size_t end = str_find(*rest, '\n', 0);

	if (end == rest->len)
		return false;
	*line = str_part(*rest, 0, end);
	*rest = str_part(*rest, end + 1, rest->len);
	return true;
}

static int
parse_extra(struct tlog_receipt *receipt, struct arena *arena, struct str line)
{
	struct str text = str_part(line, sizeof(EXTRA) - 1, line.len);
	uint8_t *bytes;
	size_t len = 0;

	if (line.len >= LIMIT_TLOG_RECEIPT_LINE)
		return TLOG_RECEIPT_E_LIMIT;
	bytes = arena_alloc(arena, text.len / 4 * 3 + 3);
	if (bytes == NULL)
		return arena->is_full ? TLOG_RECEIPT_E_LIMIT : FAULT(ENOMEM);
	if (base64_parse(bytes, &len, text.len / 4 * 3 + 3, BASE64_STANDARD,
		text) != 0)
		return TLOG_RECEIPT_E_FORMAT;
	receipt->has_extra = true;
	receipt->extra = (struct str){ (const char *)bytes, len };
	return 0;
}

static bool
parse_index(uint64_t *index, struct str line)
{
	return str_has_prefix(line, STR(INDEX)) &&
	    str_to_u64(index, str_part(line, sizeof(INDEX) - 1, line.len)) &&
	    *index < TLOG_SIZE_MAX;
}

/* The hash lines and the empty line behind them. */
static bool
parse_hashes(struct tlog_proof *proof, struct str *rest)
{
	struct str line;

	for (;;) {
		struct digest *hash = &proof->hashes[proof->n_hashes];
		size_t len = 0;

		if (!cut_line(&line, rest))
			return false;
		if (line.len == 0)
			return true;
		if (proof->n_hashes == TLOG_PROOF_HASHES ||
		    base64_parse(hash->b, &len, sizeof(hash->b),
			BASE64_STANDARD, line) != 0 || len != sizeof(hash->b))
			return false;
		proof->n_hashes++;
	}
}

int
tlog_receipt_parse(struct tlog_receipt *receipt, struct arena *arena,
    struct str text)
{
	struct str line;
	struct str rest = text;
	int r;

	*receipt = (struct tlog_receipt){ 0 };
	if (text.len > LIMIT_TLOG_RECEIPT_BYTES)
		return TLOG_RECEIPT_E_LIMIT;
	if (!cut_line(&line, &rest) || !str_is_equal(line, STR(HEADER)) ||
	    !cut_line(&line, &rest))
		return TLOG_RECEIPT_E_FORMAT;
	if (str_has_prefix(line, STR(EXTRA))) {
		r = parse_extra(receipt, arena, line);
		if (r != 0)
			return r > 0 ? r : TRACE(r);
		if (!cut_line(&line, &rest))
			return TLOG_RECEIPT_E_FORMAT;
	}
	if (!parse_index(&receipt->index, line) ||
	    !parse_hashes(&receipt->proof, &rest) || rest.len == 0)
		return TLOG_RECEIPT_E_FORMAT;
	receipt->checkpoint = rest;
	return 0;
}

int
tlog_receipt_format(const struct tlog_receipt *receipt, struct buf *text)
{
	if (receipt->has_extra && receipt->extra.len > TLOG_RECEIPT_EXTRA_MAX)
		return TLOG_RECEIPT_E_LIMIT;
	buf_add_text(text, HEADER "\n");
	if (receipt->has_extra) {
		buf_add_text(text, EXTRA);
		base64_add(text, BASE64_STANDARD, receipt->extra.p,
		    receipt->extra.len);
		buf_add_char(text, '\n');
	}
	buf_add_text(text, INDEX);
	buf_add_u64(text, receipt->index);
	buf_add_char(text, '\n');
	for (size_t i = 0; i < receipt->proof.n_hashes; i++) {
		base64_add(text, BASE64_STANDARD, receipt->proof.hashes[i].b,
		    sizeof(receipt->proof.hashes[i].b));
		buf_add_char(text, '\n');
	}
	buf_add_char(text, '\n');
	buf_add_str(text, receipt->checkpoint);
	return 0;
}

int
tlog_receipt_verify(const struct tlog_receipt *receipt,
    struct tlog_checkpoint *checkpoint, const struct digest *leaf,
    const struct tlog_note_key *key)
{
	int r = tlog_checkpoint_open(checkpoint, receipt->checkpoint, key);

	if (r == TLOG_CHECKPOINT_E_FORMAT)
		return TLOG_RECEIPT_E_FORMAT;
	if (r != 0)
		return r > 0 ? TLOG_RECEIPT_E_SIGNATURE : TRACE(r);
	if (tlog_proof_verify_inclusion(&checkpoint->root, checkpoint->size,
		receipt->index, leaf, receipt->proof.hashes,
		receipt->proof.n_hashes) != 0)
		return TLOG_RECEIPT_E_PROOF;
	return 0;
}
