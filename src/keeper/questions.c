/* What the gate may ask of the keeper; see questions.h. */
#include "keeper/questions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "crypto/secret.h"
#include "frames.h"
#include "tlog/checkpoint.h"
#include "tlog/merkle.h"
#include "tlog/proof.h"
#include "util/fault.h"

/* The fields of one question, each at most once unless it may repeat. */
struct asked {
	struct str fields[KEEPER_REASON + 1]; /* by tag; the last one of it */
	size_t n[KEEPER_REASON + 1];
};

#define BIT(tag) (1u << (tag))

/* One row a kind: what it needs, what it may have several of, who answers. */
struct question {
	enum keeper_kind kind;
	unsigned needs;
	unsigned repeats;
	int (*answer)(struct questions *questions, struct buf *out,
	    const struct frame *ask, const struct asked *asked);
};

static struct str
bytes_of(const void *bytes, size_t len)
{
	return (struct str){ bytes, len };
}

static int
close_frame(struct buf *out, size_t place)
{
	int r = frame_end(out, place);

	return r > 0 ? QUESTIONS_E_FULL : TRACE(r);
}

PRINTF(4, 5) static int
refuse(struct questions *questions, struct buf *out, const struct frame *ask,
    const char *format, ...)
{
	char reason[256];
	va_list arguments;
	size_t place = frame_begin(out, KEEPER_KIND_REFUSED, ask->id);

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	eventlog_write(questions->log, EVENTLOG_ERROR, "refused: %s", reason);
	frame_put(out, KEEPER_REASON, str_of(reason));
	return close_frame(out, place);
}

static int
answer_hello(struct questions *questions, struct buf *out,
    const struct frame *ask, const struct asked *asked)
{
	const struct keyring *keys = questions->keys;
	size_t place = frame_begin(out, KEEPER_KIND_HELLO, ask->id);
	CLEANUP(buf_fini) struct buf vkey;

	(void)asked;
	buf_init(&vkey, LIMIT_KEEPER_KEY);
	tlog_note_key_format(&keys->log.key, &vkey);
	frame_put(out, KEEPER_VKEY, buf_str(&vkey));
	frame_put(out, KEEPER_SEAL_PUBLIC,
	    bytes_of(&keys->seal_public, sizeof(keys->seal_public)));
	if (questions->last->note_len > 0)
		frame_put(out, KEEPER_NOTE, lastsigned_note(questions->last));
	return close_frame(out, place);
}

static int
answer_index(struct questions *questions, struct buf *out,
    const struct frame *ask, const struct asked *asked)
{
	size_t place = frame_begin(out, KEEPER_KIND_INDEX, ask->id);
	struct str rest = ask->fields;
	struct str subject;
	uint16_t tag;

	(void)asked;
	while (frame_next(&tag, &subject, &rest)) {
		struct digest index;

		hmac_of(&questions->keys->subjects, &index, subject.p,
		    subject.len);
		frame_put(out, KEEPER_INDEX, bytes_of(&index, sizeof(index)));
	}
	return close_frame(out, place);
}

static int
give_note(struct questions *questions, struct buf *out, const struct frame *ask)
{
	size_t place = frame_begin(out, KEEPER_KIND_SIGN, ask->id);

	frame_put(out, KEEPER_NOTE, lastsigned_note(questions->last));
	return close_frame(out, place);
}

/* Sign, remember durably, and only then give it out. */
static int
sign(struct questions *questions, struct buf *out, const struct frame *ask,
    uint64_t size, const struct digest *root)
{
	const struct tlog_note_signer *signer = &questions->keys->log;
	struct tlog_checkpoint checkpoint = {
		.origin = { signer->key.name.text, signer->key.name.len },
		.size = size, .root = *root };
	CLEANUP(buf_fini) struct buf note;
	int r;

	buf_init(&note, LIMIT_KEEPER_NOTE);
	tlog_checkpoint_sign(&checkpoint, &note, signer);
	r = buf_finish(&note);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EOVERFLOW);
	r = lastsigned_save(questions->last, size, root, buf_str(&note));
	if (r < 0)
		return TRACE(r);
	return give_note(questions, out, ask);
}

static int
answer_sign(struct questions *questions, struct buf *out,
    const struct frame *ask, const struct asked *asked)
{
	const struct lastsigned *last = questions->last;
	struct str proof = asked->fields[KEEPER_PROOF];
	struct digest hashes[TLOG_PROOF_HASHES];
	struct digest root;
	uint64_t size;

	if (asked->fields[KEEPER_SIZE].len != 8 ||
	    asked->fields[KEEPER_ROOT].len != sizeof(root) ||
	    proof.len % sizeof(root) != 0 || proof.len > sizeof(hashes))
		return QUESTIONS_E_BAD;
	size = frame_get_u64(asked->fields[KEEPER_SIZE].p);
	memcpy(&root, asked->fields[KEEPER_ROOT].p, sizeof(root));
	if (proof.len > 0)
		memcpy(hashes, proof.p, proof.len);
	/* From an empty log everything follows, this too. */
	if (size > TLOG_SIZE_MAX)
		return refuse(questions, out, ask, "%" PRIu64
		    " entries are more than a log can have", size);
	if (size < last->size)
		return refuse(questions, out, ask, "the log was rolled back: "
		    "it has %" PRIu64 " entries, %" PRIu64 " are signed", size,
		    last->size);
	if (size == last->size && memcmp(&root, &last->root, sizeof(root)) != 0)
		return refuse(questions, out, ask, "the log was forked: its "
		    "%" PRIu64 " entries are not those that are signed", size);
	/* Asked again, after a crash between two of our steps. */
	if (size == last->size && last->note_len > 0)
		return give_note(questions, out, ask);
	/* Of an empty log there is nothing to prove: the first is taken. */
	if (last->size > 0 &&
	    tlog_proof_verify_consistency(&last->root, last->size, &root, size,
		hashes, proof.len / sizeof(root)) != 0)
		return refuse(questions, out, ask, "the log of %" PRIu64
		    " entries is not shown to extend the %" PRIu64
		    " that are signed", size, last->size);
	return sign(questions, out, ask, size, &root);
}

static int
answer_unwrap(struct questions *questions, struct buf *out,
    const struct frame *ask, const struct asked *asked)
{
	const struct keyring *keys = questions->keys;
	struct seal_wrapped wrapped;
	struct seal_key key;
	size_t place;

	if (asked->fields[KEEPER_WRAPPED].len != sizeof(wrapped))
		return QUESTIONS_E_BAD;
	memcpy(&wrapped, asked->fields[KEEPER_WRAPPED].p, sizeof(wrapped));
	if (seal_unwrap(&key, &keys->seal_public, &keys->seal_secret,
		&wrapped) != 0)
		return refuse(questions, out, ask,
		    "the key is not wrapped to this keeper");
	place = frame_begin(out, KEEPER_KIND_UNWRAP, ask->id);
	frame_put(out, KEEPER_KEY, bytes_of(&key, sizeof(key)));
	secret_wipe(&key, sizeof(key));
	return close_frame(out, place);
}

/* Open a key wrapped to one of the pairs for consignments. */
static int
unwrap_for(struct seal_key *key, const struct questions *questions,
    enum keyring_pair pair, struct str bytes)
{
	const struct keyring *keys = questions->keys;
	struct seal_wrapped wrapped;

	memcpy(&wrapped, bytes.p, sizeof(wrapped));
	return seal_unwrap(key, &keys->consign_public[pair],
	    &keys->consign_secret[pair], &wrapped);
}

/* One token of one identifier; the index key itself never leaves. */
static int
answer_token(struct questions *questions, struct buf *out,
    const struct frame *ask, const struct asked *asked)
{
	struct str subject = asked->fields[KEEPER_SUBJECT];
	struct digest token;
	struct seal_key key;
	struct hmac hmac;
	size_t place;

	if (asked->fields[KEEPER_WRAPPED].len != sizeof(struct seal_wrapped))
		return QUESTIONS_E_BAD;
	if (unwrap_for(&key, questions, KEYRING_INDEX,
		asked->fields[KEEPER_WRAPPED]) != 0)
		return refuse(questions, out, ask,
		    "the index key is not wrapped to this keeper");
	hmac_init(&hmac, key.b, sizeof(key.b));
	hmac_of(&hmac, &token, subject.p, subject.len);
	place = frame_begin(out, KEEPER_KIND_TOKEN, ask->id);
	frame_put(out, KEEPER_INDEX, bytes_of(&token, sizeof(token)));
	secret_wipe(&key, sizeof(key));
	secret_wipe(&hmac, sizeof(hmac));
	secret_wipe(&token, sizeof(token));
	return close_frame(out, place);
}

static int
answer_half(struct questions *questions, struct buf *out,
    const struct frame *ask, const struct asked *asked)
{
	struct seal_key key;
	size_t place;

	if (asked->fields[KEEPER_WRAPPED].len != sizeof(struct seal_wrapped))
		return QUESTIONS_E_BAD;
	if (unwrap_for(&key, questions, KEYRING_HALF,
		asked->fields[KEEPER_WRAPPED]) != 0)
		return refuse(questions, out, ask,
		    "the half is not wrapped to this keeper");
	place = frame_begin(out, KEEPER_KIND_HALF, ask->id);
	frame_put(out, KEEPER_KEY, bytes_of(&key, sizeof(key)));
	secret_wipe(&key, sizeof(key));
	return close_frame(out, place);
}

static const struct question table[] = {
	{ KEEPER_KIND_HELLO, 0, 0, answer_hello },
	{ KEEPER_KIND_INDEX, BIT(KEEPER_SUBJECT), BIT(KEEPER_SUBJECT),
	    answer_index },
	{ KEEPER_KIND_SIGN,
	    BIT(KEEPER_SIZE) | BIT(KEEPER_ROOT) | BIT(KEEPER_PROOF), 0,
	    answer_sign },
	{ KEEPER_KIND_UNWRAP, BIT(KEEPER_WRAPPED), 0, answer_unwrap },
	{ KEEPER_KIND_TOKEN, BIT(KEEPER_WRAPPED) | BIT(KEEPER_SUBJECT), 0,
	    answer_token },
	{ KEEPER_KIND_HALF, BIT(KEEPER_WRAPPED), 0, answer_half },
};

static const struct question *
find_question(uint8_t kind)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].kind == kind)
			return &table[i];
	return NULL;
}

/*
 * Sort the fields of a frame. A proof of no hashes may be left out.
 *
 * Returns: true when there is nothing foreign, missing, doubled or too long.
 */
static bool
sort_fields(struct asked *asked, const struct question *question,
    const struct frame *ask)
{
	unsigned needs = question->needs & ~BIT(KEEPER_PROOF);
	struct str rest = ask->fields;
	struct str value;
	uint16_t tag;

	while (frame_next(&tag, &value, &rest)) {
		if (tag > KEEPER_REASON || (question->needs & BIT(tag)) == 0)
			return false;
		if (asked->n[tag]++ > 0 && (question->repeats & BIT(tag)) == 0)
			return false;
		if (tag == KEEPER_SUBJECT &&
		    (value.len == 0 || value.len > LIMIT_KEEPER_SUBJECT))
			return false;
		asked->fields[tag] = value;
		needs &= ~BIT(tag);
	}
	return needs == 0;
}

int
questions_answer(struct questions *questions, struct buf *out,
    const struct frame *ask)
{
	const struct question *question = find_question(ask->kind);
	struct asked asked = { 0 };
	int r;

	if (question == NULL || !sort_fields(&asked, question, ask))
		return QUESTIONS_E_BAD;
	r = question->answer(questions, out, ask, &asked);
	return r < 0 ? TRACE(r) : r;
}

bool
questions_is_own(const struct questions *questions)
{
	const struct lastsigned *last = questions->last;
	struct tlog_checkpoint checkpoint;

	if (last->note_len == 0)
		return last->size == 0;
	return tlog_checkpoint_open(&checkpoint, lastsigned_note(last),
		   &questions->keys->log.key) == 0 &&
	    checkpoint.size == last->size &&
	    memcmp(&checkpoint.root, &last->root, sizeof(last->root)) == 0;
}
