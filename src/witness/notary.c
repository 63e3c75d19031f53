/* Records of what was cosigned; see notary.h. */
#include "witness/notary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "limits.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/hex.h"

enum {
	HEX = 64,
	DAY_US = 86400,
};

/* Names are of the file below the folder: hexadecimal, so without a slash. */
struct record {
	char name[HEX + 1];
	struct buf note; /* cosigned last; empty: never */
	double tokens;	 /* requests left */
	int64_t filled_us; /* when tokens was worked out */
	bool is_uncertain; /* a write failed: read it again */
};

struct notary {
	int fd; /* the folder */
	const struct loglist *list;
	const struct tlog_note_signer *signer;
	struct clock clock;
	struct tlog_witness_log *logs; /* a row of the list each */
	struct record *records;
	struct buf body;
	struct tlog_witness_verdict verdict;
};

static void
record_name(char name[static HEX + 1], struct str origin)
{
	struct digest digest;

	sha256_of(&digest, origin.p, origin.len);
	hex_format(name, digest.b, sizeof(digest.b));
}

/* Is it a checkpoint of this log that we cosigned? Returns: 0; 1 no; fault. */
static int
believe(struct notary *notary, size_t i, struct str bytes)
{
	struct tlog_witness_log *log = &notary->logs[i];
	struct tlog_checkpoint checkpoint;
	struct tlog_note *note = &notary->verdict.note;
	int r;

	if (tlog_note_parse(note, bytes) != 0 ||
	    tlog_checkpoint_parse(&checkpoint, note->text) != 0 ||
	    !str_is_equal(checkpoint.origin, log->origin))
		return 1;
	r = tlog_note_verify(note, NULL, &notary->signer->key, 1);
	if (r != 0)
		return r < 0 ? TRACE(r) : 1;
	log->size = checkpoint.size;
	log->root = checkpoint.root;
	return 0;
}

/*
 * Read a record. Returns: 0, also when there is none; 1 it is damaged; fault.
 */
static int
load(struct notary *notary, size_t i)
{
	CLEANUP(arena_fini) struct arena arena;
	struct record *record = &notary->records[i];
	struct str bytes;
	int r;

	arena_init(&arena, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	r = file_read(&bytes, &arena, notary->fd, record->name,
	    LIMIT_TLOG_NOTE_BYTES);
	if (r == FILE_E_ABSENT)
		return 0;
	if (r != 0)
		return r < 0 ? TRACE(r) : 1;
	r = believe(notary, i, bytes);
	if (r != 0)
		return r < 0 ? TRACE(r) : 1;
	buf_reset(&record->note);
	buf_add_str(&record->note, bytes);
	return buf_finish(&record->note) == 0 ? 0 : FAULT(ENOMEM);
}

static int
load_all(struct notary *notary, struct diag_list *diags)
{
	for (size_t i = 0; i < notary->list->n_rows; i++) {
		const struct loglist_row *row = &notary->list->rows[i];
		struct record *record = &notary->records[i];
		int r;

		notary->logs[i] = (struct tlog_witness_log){
			.origin = row->origin, .keys = row->keys,
			.n_keys = row->n_keys };
		record_name(record->name, row->origin);
		buf_init(&record->note, LIMIT_TLOG_NOTE_BYTES);
		record->tokens = LIMIT_WITNESS_BURST;
		record->filled_us = clock_now_us(&notary->clock);
		r = load(notary, i);
		if (r < 0)
			return TRACE(r);
		if (r > 0)
			diag_error_at(diags, str_of(record->name),
			    "the record of %.*s is not what this witness "
			    "cosigned: restore it; without it the log could "
			    "roll back", STR_ARG(row->origin));
	}
	return diags->n_errors > 0 ? NOTARY_E_WRONG : 0;
}

int
notary_open(struct notary **out, struct diag_list *diags, const char *path,
    const struct loglist *list, const struct tlog_note_signer *signer,
    const struct clock *clock)
{
	CLEANUP(notary_closep) struct notary *notary = calloc(1,
	    sizeof(*notary));
	int r;

	if (notary == NULL)
		return FAULT(ENOMEM);
	notary->list = list;
	notary->signer = signer;
	notary->clock = *clock;
	buf_init(&notary->body, LIMIT_TLOG_NOTE_BYTES);
	notary->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (notary->fd < 0)
		return FAULT(errno);
	notary->logs = calloc(list->n_rows + 1, sizeof(*notary->logs));
	notary->records = calloc(list->n_rows + 1, sizeof(*notary->records));
	if (notary->logs == NULL || notary->records == NULL)
		return FAULT(ENOMEM);
	r = load_all(notary, diags);
	if (r == 0)
		*out = TAKE(notary);
	return r < 0 ? TRACE(r) : r;
}

struct notary *
notary_close(struct notary *notary)
{
	if (notary == NULL)
		return NULL;
	for (size_t i = 0; notary->records != NULL && i < notary->list->n_rows;
	     i++)
		buf_fini(&notary->records[i].note);
	free(notary->records);
	free(notary->logs);
	buf_fini(&notary->body);
	if (notary->fd > 0)
		close(notary->fd);
	free(notary);
	return NULL;
}

void
notary_closep(struct notary **notary)
{
	*notary = notary_close(*notary);
}

/* What stands in the folder now is what counts; make sure that it stays. */
static int
settle(struct notary *notary, size_t i)
{
	struct record *record = &notary->records[i];
	int r = file_sync_directory(notary->fd, record->name);

	if (r == 0)
		r = load(notary, i);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EILSEQ);
	record->is_uncertain = false;
	return 0;
}

/*
 * Whether one more request of the log is within what was agreed: a bucket that
 * holds LIMIT_WITNESS_BURST and fills by per_day a day.
 */
static bool
take_token(struct notary *notary, size_t i, uint64_t *retry_s)
{
	struct record *record = &notary->records[i];
	double per_s = (double)notary->list->rows[i].per_day / DAY_US;
	int64_t now = clock_now_us(&notary->clock);

	if (per_s == 0)
		return true;
	if (now > record->filled_us)
		record->tokens += (double)(now - record->filled_us) / 1e6 *
		    per_s;
	record->filled_us = now;
	record->tokens = MIN(record->tokens, (double)LIMIT_WITNESS_BURST);
	if (record->tokens >= 1) {
		record->tokens--;
		return true;
	}
	*retry_s = (uint64_t)((1 - record->tokens) / per_s) + 1;
	return false;
}

/* The log's own lines of the note; those of others are nothing to us. */
static void
add_log_lines(struct buf *out, const struct tlog_note *note,
    const struct loglist_row *row)
{
	for (size_t s = 0; s < note->n_signatures; s++) {
		const struct tlog_note_signature *line = &note->signatures[s];

		for (size_t k = 0; k < row->n_keys; k++) {
			if (line->id != row->keys[k].id ||
			    !str_is_equal(line->name, (struct str){
				row->keys[k].name.text,
				row->keys[k].name.len }))
				continue;
			buf_add_text(out, "\xe2\x80\x94 ");
			buf_add_str(out, line->name);
			buf_add_char(out, ' ');
			buf_add_str(out, line->base64);
			buf_add_char(out, '\n');
			break;
		}
	}
}

/* Make the note durable as the log's last. Returns: 0; fault. */
static int
record_note(struct notary *notary, size_t i, struct str note)
{
	const struct tlog_checkpoint *head = &notary->verdict.checkpoint;
	struct record *record = &notary->records[i];
	struct tlog_witness_log *log = &notary->logs[i];
	bool is_same = record->note.len > 0 && log->size == head->size;
	int r;

	/* Cosigned once more: only the time is new, the record says enough. */
	if (!is_same) {
		record->is_uncertain = true;
		r = file_replace(notary->fd, record->name, note, 0644);
		if (r < 0)
			return TRACE(r);
		record->is_uncertain = false;
	}
	buf_reset(&record->note);
	buf_add_str(&record->note, note);
	log->size = head->size;
	log->root = head->root;
	return buf_finish(&record->note) == 0 ? 0 : FAULT(ENOMEM);
}

static int
cosign(struct notary *notary, struct notary_answer *answer, size_t i)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	const struct tlog_note *given = &notary->verdict.note;
	int64_t now = clock_now_us(&notary->clock) / 1000000;
	int r;

	if (now <= 0)
		return FAULT(ERANGE); /* a clock that knows no time */
	tlog_note_add_signature(&notary->body, given->text, notary->signer,
	    (uint64_t)now);
	buf_init(&note, LIMIT_TLOG_NOTE_BYTES);
	buf_add_str(&note, given->text);
	buf_add_char(&note, '\n');
	add_log_lines(&note, given, &notary->list->rows[i]);
	buf_add_str(&note, buf_str(&notary->body));
	if (buf_finish(&note) != 0 || buf_finish(&notary->body) != 0)
		return FAULT(ENOMEM);
	r = record_note(notary, i, buf_str(&note));
	answer->size = notary->verdict.checkpoint.size;
	return TRACE(r);
}

static void
say(struct notary *notary, struct notary_answer *answer, unsigned status,
    const char *text)
{
	buf_reset(&notary->body);
	buf_add_text(&notary->body, text);
	buf_add_char(&notary->body, '\n');
	answer->status = status;
}

/* The signature is the log's: what its size and proof are worth. */
static int
answer_log(struct notary *notary, struct notary_answer *answer, size_t i)
{
	int r;

	if (!take_token(notary, i, &answer->retry_s)) {
		say(notary, answer, NOTARY_TOO_MANY,
		    "more requests of this log than agreed");
		return 0;
	}
	if (answer->status == TLOG_WITNESS_CONFLICT) {
		buf_reset(&notary->body);
		buf_add_u64(&notary->body, notary->logs[i].size);
		buf_add_char(&notary->body, '\n');
		return 0;
	}
	if (answer->status != TLOG_WITNESS_OK)
		return 0;
	buf_reset(&notary->body);
	r = cosign(notary, answer, i);
	return TRACE(r);
}

/* Before anything is judged by it, a record must be certain. */
static int
settle_all(struct notary *notary)
{
	for (size_t i = 0; i < notary->list->n_rows; i++) {
		int r = notary->records[i].is_uncertain ? settle(notary, i) : 0;

		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

static int
judge(struct notary *notary, struct notary_answer *answer, struct str body)
{
	struct tlog_witness_verdict *verdict = &notary->verdict;
	struct tlog_witness_request request;
	size_t i;
	int r = settle_all(notary);

	if (r < 0)
		return TRACE(r);
	if (tlog_witness_parse(&request, body) != 0) {
		say(notary, answer, TLOG_WITNESS_MALFORMED,
		    "not an add-checkpoint body (c2sp.org/tlog-witness)");
		return 0;
	}
	r = tlog_witness_judge(verdict, &request, notary->logs,
	    notary->list->n_rows);
	if (r < 0)
		return TRACE(r);
	say(notary, answer, verdict->status, verdict->why);
	if (verdict->log == NULL)
		return 0;
	i = (size_t)(verdict->log - notary->logs);
	answer->origin = verdict->log->origin;
	return verdict->status == TLOG_WITNESS_UNSIGNED
	    ? 0
	    : TRACE(answer_log(notary, answer, i));
}

void
notary_add(struct notary *notary, struct notary_answer *answer,
    struct str body)
{
	*answer = (struct notary_answer){ 0 };
	answer->fault = judge(notary, answer, body);
	if (answer->fault < 0 || buf_finish(&notary->body) != 0)
		say(notary, answer, NOTARY_FAULT,
		    "the checkpoint could not be recorded; nothing is "
		    "cosigned");
	answer->body = buf_str(&notary->body);
}

struct str
notary_find(const struct notary *notary, struct str hex)
{
	for (size_t i = 0; i < notary->list->n_rows; i++) {
		const struct record *record = &notary->records[i];

		if (str_is_equal(hex, (struct str){ record->name, HEX }) &&
		    record->note.len > 0 && !record->is_uncertain)
			return buf_str(&record->note);
	}
	return (struct str){ 0 };
}

struct str
notary_get(const struct notary *notary, size_t i, uint64_t *size)
{
	*size = notary->logs[i].size;
	return notary->records[i].note.len > 0
	    ? buf_str(&notary->records[i].note)
	    : (struct str){ 0 };
}
