/* Checkpoints (C2SP tlog-checkpoint); see checkpoint.h. */
#include "tlog/checkpoint.h"

#include <assert.h>

#include "tlog/merkle.h"
#include "util/base64.h"
#include "util/fault.h"

/* Cut one line off; its newline must be there and it may not be empty. */
static bool
cut_line(struct str *line, struct str *rest)
{
	size_t end = str_find(*rest, '\n', 0);

	if (end == rest->len || end == 0)
		return false;
	*line = str_part(*rest, 0, end);
	*rest = str_part(*rest, end + 1, rest->len);
	return true;
}

static bool
parse_root(struct digest *root, struct str line)
{
	size_t len = 0;

	return base64_parse(root->b, &len, sizeof(root->b), BASE64_STANDARD,
		   line) == 0 &&
	    len == sizeof(root->b);
}

int
tlog_checkpoint_parse(struct tlog_checkpoint *checkpoint, struct str body)
{
	struct str line;
	struct str rest = body;

	if (!cut_line(&checkpoint->origin, &rest) ||
	    !cut_line(&line, &rest) || !str_to_u64(&checkpoint->size, line) ||
	    checkpoint->size > TLOG_SIZE_MAX)
		return TLOG_CHECKPOINT_E_FORMAT;
	if (!cut_line(&line, &rest) || !parse_root(&checkpoint->root, line))
		return TLOG_CHECKPOINT_E_FORMAT;
	checkpoint->extension = rest;
	while (rest.len > 0) {
		if (!cut_line(&line, &rest))
			return TLOG_CHECKPOINT_E_FORMAT;
	}
	return 0;
}

void
tlog_checkpoint_format(const struct tlog_checkpoint *checkpoint,
    struct buf *body)
{
	buf_add_str(body, checkpoint->origin);
	buf_add_char(body, '\n');
	buf_add_u64(body, checkpoint->size);
	buf_add_char(body, '\n');
	base64_add(body, BASE64_STANDARD, checkpoint->root.b,
	    sizeof(checkpoint->root.b));
	buf_add_char(body, '\n');
	buf_add_str(body, checkpoint->extension);
}

int
tlog_checkpoint_open(struct tlog_checkpoint *checkpoint, struct str bytes,
    const struct tlog_note_key *key)
{
	struct tlog_note note;
	int r;

	if (tlog_note_parse(&note, bytes) != 0 ||
	    tlog_checkpoint_parse(checkpoint, note.text) != 0)
		return TLOG_CHECKPOINT_E_FORMAT;
	r = tlog_note_verify(&note, NULL, key, 1);
	if (r != 0)
		return r > 0 ? TLOG_CHECKPOINT_E_SIGNATURE : TRACE(r);
	if (!str_is_equal(checkpoint->origin,
		(struct str){ key->name.text, key->name.len }))
		return TLOG_CHECKPOINT_E_ORIGIN;
	return 0;
}

void
tlog_checkpoint_sign(const struct tlog_checkpoint *checkpoint,
    struct buf *note, const struct tlog_note_signer *signer)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	int r;

	assert(str_is_equal(checkpoint->origin,
	    (struct str){ signer->key.name.text, signer->key.name.len }));
	buf_init(&body, LIMIT_TLOG_NOTE_BYTES);
	tlog_checkpoint_format(checkpoint, &body);
	if (body.failed != 0) {
		if (note->failed == 0)
			note->failed = body.failed;
		return;
	}
	r = tlog_note_sign(note, buf_str(&body), signer, 1, 0);
	assert(r == 0); /* what we sign is a note's text */
}
