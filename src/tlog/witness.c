/* Witnessing (C2SP tlog-witness); see witness.h. */
#include "tlog/witness.h"

#include <errno.h>

#include "limits.h"
#include "tlog/merkle.h"
#include "util/base64.h"
#include "util/fault.h"

#define OLD "old "

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

static bool
parse_hash(struct digest *hash, struct str line)
{
	size_t len = 0;

	return base64_parse(hash->b, &len, sizeof(hash->b), BASE64_STANDARD,
		   line) == 0 && len == sizeof(hash->b);
}

int
tlog_witness_parse(struct tlog_witness_request *request, struct str body)
{
	struct str line;
	struct str rest = body;

	*request = (struct tlog_witness_request){ 0 };
	if (body.len > LIMIT_TLOG_WITNESS_BODY || !cut_line(&line, &rest) ||
	    !str_has_prefix(line, STR(OLD)) ||
	    !str_to_u64(&request->old_size,
		str_part(line, sizeof(OLD) - 1, line.len)))
		return TLOG_WITNESS_E_FORMAT;
	for (;;) {
		if (!cut_line(&line, &rest))
			return TLOG_WITNESS_E_FORMAT;
		if (line.len == 0)
			break;
		if (request->proof.n_hashes == TLOG_WITNESS_HASHES ||
		    !parse_hash(&request->proof.hashes[
			request->proof.n_hashes++], line))
			return TLOG_WITNESS_E_FORMAT;
	}
	request->checkpoint = rest;
	return rest.len > 0 ? 0 : TLOG_WITNESS_E_FORMAT;
}

void
tlog_witness_format(const struct tlog_witness_request *request,
    struct buf *body)
{
	buf_add_text(body, OLD);
	buf_add_u64(body, request->old_size);
	buf_add_char(body, '\n');
	for (size_t i = 0; i < request->proof.n_hashes; i++) {
		base64_add(body, BASE64_STANDARD, request->proof.hashes[i].b,
		    sizeof(request->proof.hashes[i].b));
		buf_add_char(body, '\n');
	}
	buf_add_char(body, '\n');
	buf_add_str(body, request->checkpoint);
}

static void
say(struct tlog_witness_verdict *verdict, enum tlog_witness_status status,
    const char *why)
{
	verdict->status = status;
	verdict->why = why;
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* Does the checkpoint extend what was cosigned last? */
static void
judge_growth(struct tlog_witness_verdict *verdict,
    const struct tlog_witness_request *request)
{
	const struct tlog_witness_log *log = verdict->log;
	const struct tlog_checkpoint *head = &verdict->checkpoint;
	const struct tlog_proof *proof = &request->proof;
	struct digest empty;

	tlog_merkle_empty(&empty);
	if (head->size == 0 && !is_same(&head->root, &empty)) {
		say(verdict, TLOG_WITNESS_FORK,
		    "the root of size 0 is not that of the empty log");
	} else if (log->size == 0 && proof->n_hashes != 0) {
		say(verdict, TLOG_WITNESS_FORK,
		    "consistency proof: from size 0 there is none");
	} else if (log->size == head->size && log->size != 0 &&
	    !is_same(&log->root, &head->root)) {
		say(verdict, TLOG_WITNESS_FORK,
		    "another root of this size was cosigned: the log forked");
	} else if (log->size != 0 &&
	    tlog_proof_verify_consistency(&log->root, log->size, &head->root,
		head->size, proof->hashes, proof->n_hashes) != 0) {
		say(verdict, TLOG_WITNESS_FORK,
		    "consistency proof: does not lead from the checkpoint "
		    "cosigned last to this one");
	} else {
		say(verdict, TLOG_WITNESS_OK, "cosigned");
	}
}

static void
judge_size(struct tlog_witness_verdict *verdict,
    const struct tlog_witness_request *request)
{
	if (request->old_size > verdict->checkpoint.size)
		say(verdict, TLOG_WITNESS_MALFORMED,
		    "the old size is larger than the checkpoint's");
	else if (request->old_size != verdict->log->size)
		say(verdict, TLOG_WITNESS_CONFLICT,
		    "the old size is not the last cosigned");
	else
		judge_growth(verdict, request);
}

int
tlog_witness_judge(struct tlog_witness_verdict *verdict,
    const struct tlog_witness_request *request,
    const struct tlog_witness_log *logs, size_t n_logs)
{
	int r;

	verdict->log = NULL;
	if (tlog_note_parse(&verdict->note, request->checkpoint) != 0 ||
	    tlog_checkpoint_parse(&verdict->checkpoint,
		verdict->note.text) != 0) {
		say(verdict, TLOG_WITNESS_MALFORMED, "not a checkpoint");
		return 0;
	}
	for (size_t i = 0; i < n_logs; i++) {
		if (str_is_equal(logs[i].origin, verdict->checkpoint.origin))
			verdict->log = &logs[i];
	}
	if (verdict->log == NULL) {
		say(verdict, TLOG_WITNESS_UNKNOWN, "unknown log");
		return 0;
	}
	r = tlog_note_verify(&verdict->note, NULL, verdict->log->keys,
	    verdict->log->n_keys);
	if (r < 0)
		return TRACE(r);
	if (r == TLOG_NOTE_E_BAD)
		say(verdict, TLOG_WITNESS_UNSIGNED, "invalid signature");
	else if (r != 0)
		say(verdict, TLOG_WITNESS_UNSIGNED,
		    "no signature by a key of the log");
	else
		judge_size(verdict, request);
	return 0;
}

/* The text of a checkpoint and the answer's lines as one note. */
static int
join(struct buf *joined, struct str *text, struct str checkpoint,
    struct str answer)
{
	struct tlog_note note;
	int r;

	if (answer.len > LIMIT_TLOG_WITNESS_ANSWER ||
	    tlog_note_parse(&note, checkpoint) != 0)
		return TLOG_WITNESS_E_FORMAT;
	*text = note.text;
	buf_init(joined, LIMIT_TLOG_NOTE_BYTES);
	buf_add_str(joined, note.text);
	buf_add_char(joined, '\n');
	buf_add_str(joined, answer);
	r = buf_finish(joined);
	return r > 0 ? TLOG_WITNESS_E_FORMAT : TRACE(r);
}

static bool
is_now(uint64_t time, uint64_t now)
{
	uint64_t apart = time > now ? time - now : now - time;

	return time != 0 && apart <= LIMIT_TLOG_WITNESS_CLOCK_S;
}

/* Every line of this key was found good: append the first. */
static void
add_line(struct buf *lines, const struct tlog_note *note,
    const struct tlog_note_key *key)
{
	struct str name = { key->name.text, key->name.len };

	for (size_t i = 0; i < note->n_signatures; i++) {
		const struct tlog_note_signature *line = &note->signatures[i];

		if (line->id != key->id || !str_is_equal(line->name, name))
			continue;
		buf_add_text(lines, "\xe2\x80\x94 ");
		buf_add_str(lines, name);
		buf_add_char(lines, ' ');
		buf_add_str(lines, line->base64);
		buf_add_char(lines, '\n');
		return;
	}
}

int
tlog_witness_take(struct buf *lines, uint64_t *time, struct str checkpoint,
    struct str answer, const struct tlog_note_key *key, uint64_t now)
{
	CLEANUP(buf_fini) struct buf joined = { 0 };
	struct tlog_note_verdict verdict = { 0 };
	struct tlog_note note;
	struct str text = { 0 };
	int r = join(&joined, &text, checkpoint, answer);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	/* An empty line in the answer would move where the text ends. */
	if (tlog_note_parse(&note, buf_str(&joined)) != 0 ||
	    !str_is_equal(note.text, text))
		return TLOG_WITNESS_E_FORMAT;
	r = tlog_note_verify(&note, &verdict, key, 1);
	if (r < 0)
		return TRACE(r);
	if (r != 0)
		return r == TLOG_NOTE_E_BAD ? TLOG_WITNESS_E_BAD :
					      TLOG_WITNESS_E_UNSIGNED;
	*time = verdict.time;
	if (!is_now(verdict.time, now))
		return TLOG_WITNESS_E_TIME;
	add_line(lines, &note, key);
	return 0;
}

bool
tlog_witness_parse_size(uint64_t *size, struct str body)
{
	return body.len > 1 && body.p[body.len - 1] == '\n' &&
	    str_to_u64(size, str_part(body, 0, body.len - 1)) &&
	    *size <= TLOG_SIZE_MAX;
}
