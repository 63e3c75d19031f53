/* A transfer comes in; see receive.h. */
#include "consign/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "consign/cutproc.h"
#include "consign/cuts.h"
#include "consign/form.h"
#include "consign/resume.h"
#include "consign/ring.h"
#include "consign/sealer.h"
#include "crypto/secret.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"

#define READ_BYTES 262144		 /* asked of the input at a time */
#define CHECKPOINT_BYTES (256u << 20)	 /* of the transfer */
#define SPACE_BYTES (64u << 20)		 /* sealed between looks at the disk */
#define SLOT_KEYS (LIMIT_CONSIGN_CUTS / 3) /* a slot of cuts has fewer */

_Static_assert(SLOT_KEYS <= LIMIT_CONSIGN_RUN, "a slot fits a run");

struct receive {
	const struct receive_options *options;
	struct receive_report *report;
	struct diag_list *diags;
	struct arena *arena;
	struct form form;
	struct ring ring;
	struct cutproc proc;
	bool has_proc;
	struct sealer sealer;
	struct seal_key work; /* when going on */
	struct stat before;   /* of the input */
	uint64_t n_all;	      /* its size; 0: not known */
	struct sha256 hash;   /* of what is sealed */
	uint64_t n_read;
	uint64_t n_sealed;
	uint64_t n_hashed;
	uint64_t n_kept;   /* sealed at the last checkpoint */
	uint64_t n_looked; /* sealed at the last look at the disk */
	bool is_end;	   /* of the input */
	bool has_checkpoint;
	uint8_t *cuts; /* a slot, copied: between guard pages */
};

static int
refuse(struct receive *receive, const char *why)
{
	diag_error_at(receive->diags, str_of(receive->options->name), "%s",
	    why);
	return RECEIVE_E_REFUSED;
}

/* --- bounds -------------------------------------------------------------- */

static int
refuse_size(struct receive *receive)
{
	diag_error_at(receive->diags, str_of(receive->options->name),
	    "larger than the %" PRIu64 " bytes that consign.max_mib allows; "
	    "nothing was kept", receive->options->max_bytes);
	return RECEIVE_E_REFUSED;
}

/* Whether n more bytes leave the disk what is to stay free. */
static int
check_space(struct receive *receive, uint64_t n)
{
	const struct receive_options *options = receive->options;
	struct statvfs info;
	uint64_t free_bytes;

	if (statvfs(options->dir, &info) < 0)
		return FAULT(errno);
	free_bytes = (uint64_t)info.f_bavail * info.f_frsize;
	if (free_bytes >= options->keep_free &&
	    free_bytes - options->keep_free >= n)
		return 0;
	diag_error_at(receive->diags, str_of(options->dir),
	    "%" PRIu64 " MiB are free, %" PRIu64 " MiB are to stay free "
	    "(consign.keep_free_mib) and %" PRIu64 " MiB are needed; nothing "
	    "was kept", free_bytes >> 20, options->keep_free >> 20,
	    (n >> 20) + 1);
	return RECEIVE_E_REFUSED;
}

static int
look_at_disk(struct receive *receive)
{
	if (receive->n_sealed - receive->n_looked < SPACE_BYTES)
		return 0;
	receive->n_looked = receive->n_sealed;
	return TRACE(check_space(receive, 0));
}

/* What is known before the first byte. */
static int
check_input(struct receive *receive)
{
	const struct receive_options *options = receive->options;

	if (fstat(options->fd, &receive->before) < 0)
		return FAULT(errno);
	if (S_ISDIR(receive->before.st_mode))
		return refuse(receive, "a directory, not a transfer");
	if (!S_ISREG(receive->before.st_mode))
		return 0;
	receive->n_all = (uint64_t)receive->before.st_size;
	if (receive->n_all > options->max_bytes)
		return refuse_size(receive);
	if (options->size > 0 && receive->n_all != options->size)
		return refuse(receive,
		    "not of the size that was stated; nothing was kept");
	return TRACE(check_space(receive, receive->n_all));
}

/* Where the input ended, is it what was begun with and what was stated? */
static int
check_end(struct receive *receive, const struct digest *digest)
{
	const struct receive_options *options = receive->options;
	const struct stat *before = &receive->before;
	struct stat after;

	if (fstat(options->fd, &after) < 0)
		return FAULT(errno);
	if (S_ISREG(before->st_mode) &&
	    (after.st_size != before->st_size ||
		after.st_mtim.tv_sec != before->st_mtim.tv_sec ||
		after.st_mtim.tv_nsec != before->st_mtim.tv_nsec ||
		receive->n_read != receive->n_all))
		return refuse(receive,
		    "it changed while it was read; nothing was kept");
	if (receive->n_read == 0)
		return refuse(receive, "it is empty; nothing was kept");
	if (options->size > 0 && receive->n_read != options->size)
		return refuse(receive, receive->n_read < options->size
			? "shorter than was stated; nothing was kept"
			: "longer than was stated; nothing was kept");
	if (options->digest != NULL &&
	    memcmp(options->digest->b, digest->b, sizeof(digest->b)) != 0)
		return refuse(receive,
		    "not the SHA-256 that was stated; nothing was kept");
	return 0;
}

/* --- reading ------------------------------------------------------------- */

static bool
is_stopped(const struct receive *receive)
{
	return receive->options->is_stopped != NULL &&
	    *receive->options->is_stopped != 0;
}

/*
 * Once, what the input has ready into the ring.
 *
 * Returns: 0; RECEIVE_E_*; fault.
 */
static int
read_some(struct receive *receive)
{
	size_t room = (size_t)(LIMIT_CONSIGN_RING -
	    (receive->n_read - receive->n_sealed));
	ssize_t n;

	n = read(receive->options->fd,
	    receive->ring.bytes + receive->n_read % LIMIT_CONSIGN_RING,
	    MIN(room, (size_t)READ_BYTES));
	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0) {
		diag_error_at(receive->diags, str_of(receive->options->name),
		    "reading stopped: %s", strerror(errno));
		return RECEIVE_E_STOPPED;
	}
	receive->n_read += (uint64_t)n;
	receive->is_end = n == 0;
	if (receive->n_read > receive->options->max_bytes)
		return refuse_size(receive);
	if (receive->has_proc &&
	    cutproc_tell(&receive->proc, receive->n_read, n == 0) != 0)
		return refuse(receive,
		    "the reader of formats ended; nothing was kept");
	return 0;
}

/* Whether there is room for more, and more to come. */
static bool
may_read(const struct receive *receive)
{
	return !receive->is_end &&
	    receive->n_read - receive->n_sealed <=
		LIMIT_CONSIGN_RING - READ_BYTES;
}

/* --- sealing ------------------------------------------------------------- */

/* Bring the hash up to what is sealed; it is in the ring still. */
static void
hash_sealed(struct receive *receive)
{
	struct str view = ring_view(&receive->ring, receive->n_hashed,
	    (size_t)(receive->n_sealed - receive->n_hashed));

	sha256_add(&receive->hash, view.p, view.len);
	receive->n_hashed = receive->n_sealed;
}

static int
checkpoint(struct receive *receive)
{
	struct sha256 hash = receive->hash;
	struct digest prefix;
	int r;

	sha256_finish(&hash, &prefix);
	r = sealer_checkpoint(&receive->sealer, receive->n_sealed, &prefix);
	if (r == SEALER_E_FULL)
		return refuse(receive, "more identifiers than an index can "
		    "have; nothing was kept");
	if (r > 0)
		return FAULT(EIO);
	receive->n_kept = receive->n_sealed;
	receive->has_checkpoint = r == 0;
	return TRACE(r);
}

/* After each slot: the moments that come by size. */
static int
settle(struct receive *receive)
{
	int r = 0;

	hash_sealed(receive);
	if (receive->options->progress != NULL)
		receive->options->progress(receive->options->context,
		    receive->n_sealed, receive->n_all);
	if (!tagruns_has_room(&receive->sealer.runs, SLOT_KEYS) ||
	    receive->n_sealed - receive->n_kept >= CHECKPOINT_BYTES)
		r = checkpoint(receive);
	return r != 0 ? TRACE(r) : TRACE(look_at_disk(receive));
}

static int
broken(struct receive *receive)
{
	return refuse(receive, "the reader of formats was ended by what it "
	    "read; receive it --as bytes. Nothing was kept");
}

/* u16 columns, u16 index of each entry. */
static int
take_binding(struct receive *receive, struct str text)
{
	uint16_t index[LIMIT_CSV_COLUMNS];
	const uint8_t *p = (const uint8_t *)text.p;
	size_t n = text.len / 2;

	if (text.len % 2 != 0 || n == 0 || n - 1 > ARRAY_LEN(index) ||
	    receive->form.is_bound)
		return broken(receive);
	for (size_t i = 1; i < n; i++)
		index[i - 1] = (uint16_t)(p[2 * i] << 8 | p[2 * i + 1]);
	if (form_bind_to(&receive->form, index, n - 1,
		(size_t)p[0] << 8 | p[1]) != 0)
		return broken(receive);
	return TRACE(sealer_put_form(&receive->sealer, &receive->form));
}

static bool
has_sound_keys(const struct cut *cut)
{
	for (size_t i = 0; i < cut->n_texts; i++) {
		if (cut->texts[i].len == 0 ||
		    cut->texts[i].len > LIMIT_KEEPER_SUBJECT)
			return false;
	}
	return cut->kind == CUTS_RECORD || cut->n_texts == 0;
}

static int
take_cut(struct receive *receive, const struct cut *cut)
{
	int r;

	switch (cut->kind) {
	case CUTS_BINDING:
		return TRACE(take_binding(receive, cut->texts[0]));
	case CUTS_REFUSED:
		diag_error_at(receive->diags,
		    str_of(receive->options->name), "%.*s",
		    STR_ARG(cut->texts[0]));
		return RECEIVE_E_REFUSED;
	case CUTS_BYTES:
	case CUTS_RECORD:
		break;
	case CUTS_N_KINDS:
	default:
		return broken(receive);
	}
	if (cut->len > receive->n_read - receive->n_sealed ||
	    !has_sound_keys(cut) || !receive->form.is_bound)
		return broken(receive);
	r = sealer_put(&receive->sealer,
	    cut->kind == CUTS_RECORD ? PIECE_RECORD : PIECE_BYTES, cut->texts,
	    cut->n_texts,
	    ring_view(&receive->ring, receive->n_sealed, cut->len));
	receive->n_sealed += cut->len;
	return TRACE(r);
}

/* One slot of cuts. Returns: 0; RECEIVE_E_*; fault. *is_end: it was the last. */
static int
seal_slot(struct receive *receive, bool *is_end)
{
	struct str rest;
	struct cut cut;
	unsigned slot;
	int r = cutproc_wait(&rest, &slot, &receive->proc);

	if (r == -EINTR)
		return 0;
	*is_end = r == CUTPROC_E_END;
	if (*is_end)
		return receive->is_end && receive->n_sealed == receive->n_read
		    ? 0
		    : broken(receive);
	if (r != 0)
		return broken(receive);
	/* Out of the reader's reach before it is believed. */
	memcpy(receive->cuts, rest.p, rest.len);
	rest.p = (const char *)receive->cuts;
	if (cutproc_hand_back(&receive->proc, slot) != 0)
		return broken(receive);
	while ((r = cuts_next(&cut, &rest)) == 0) {
		r = take_cut(receive, &cut);
		if (r != 0)
			return TRACE(r);
	}
	return r == CUTS_E_END ? TRACE(settle(receive)) : broken(receive);
}

/* Bytes that nobody reads: up to a piece of them. */
static int
seal_bytes(struct receive *receive, bool *is_end)
{
	size_t len = (size_t)MIN(receive->n_read - receive->n_sealed,
	    (uint64_t)LIMIT_CONSIGN_PIECE);
	int r = 0;

	*is_end = receive->is_end && len == 0;
	if (len == 0)
		return 0;
	r = sealer_put(&receive->sealer, PIECE_BYTES, NULL, 0,
	    ring_view(&receive->ring, receive->n_sealed, len));
	receive->n_sealed += len;
	return r < 0 ? TRACE(r) : TRACE(settle(receive));
}

static bool
has_piece(const struct receive *receive)
{
	uint64_t n = receive->n_read - receive->n_sealed;

	return n >= LIMIT_CONSIGN_PIECE || receive->is_end;
}

/* Wait for the input or for cuts; a signal ends the wait with neither. */
static void
wait_for_work(struct receive *receive, bool *can_read, bool *has_cuts)
{
	/* A descriptor of -1 is passed over. */
	struct pollfd items[] = {
		{ may_read(receive) ? receive->options->fd : -1, POLLIN, 0 },
		{ receive->has_proc ? receive->proc.fd : -1, POLLIN, 0 },
	};
	int n = poll(items, ARRAY_LEN(items), -1);

	*can_read = n > 0 && items[0].revents != 0;
	*has_cuts = n > 0 && items[1].revents != 0;
}

static int
seal_all(struct receive *receive)
{
	bool is_end = false;
	int r = 0;

	while (r == 0 && !is_end) {
		bool can_read = false;
		bool has_cuts = false;

		if (is_stopped(receive))
			return RECEIVE_E_STOPPED;
		if (may_read(receive) || receive->has_proc)
			wait_for_work(receive, &can_read, &has_cuts);
		if (can_read)
			r = read_some(receive);
		if (r == 0 && has_cuts)
			r = seal_slot(receive, &is_end);
		while (r == 0 && !is_end && !receive->has_proc &&
		    has_piece(receive))
			r = seal_bytes(receive, &is_end);
	}
	return TRACE(r);
}

/* --- beginning ----------------------------------------------------------- */

/* What is in memory must not reach the disk by way of swap. */
static int
check_memory(struct receive *receive)
{
	FILE *swaps;
	char line[512];
	size_t n = 0;

	if (receive->ring.is_locked &&
	    (!receive->has_proc || receive->proc.is_locked))
		return 0;
	swaps = fopen("/proc/swaps", "re");
	if (swaps == NULL)
		return 0;
	while (fgets(line, sizeof(line), swaps) != NULL)
		n++;
	fclose(swaps);
	/* The first line is a heading. */
	return n <= 1 ? 0
		      : refuse(receive, "memory cannot be locked and this "
			    "machine swaps: raise the limit (ulimit -l)");
}

static void
fill_head(struct receive *receive, struct consign_head *head)
{
	const struct receive_options *options = receive->options;

	memcpy(head->id, receive->report->id, CONSIGN_ID + 1);
	head->form = options->form;
	head->threshold = options->threshold;
	head->n_custodians = (uint8_t)options->n_custodians;
	head->received_us = options->now_us;
	head->deadline = options->deadline;
	memcpy(head->sender, options->sender.p,
	    MIN(options->sender.len, (size_t)LIMIT_CONSIGN_SENDER));
}

static int
begin(struct receive *receive)
{
	const struct receive_options *options = receive->options;
	struct keyfile *keys = ARENA_NEW(receive->arena, struct keyfile);
	struct consign_head head = { 0 };
	int r;

	if (keys == NULL)
		return FAULT(ENOMEM);
	fill_head(receive, &head);
	memcpy(keys->id, head.id, sizeof(keys->id));
	keys->threshold = head.threshold;
	keys->n_custodians = head.n_custodians;
	if (options->n_custodians > 0)
		memcpy(keys->custodians, options->custodians,
		    options->n_custodians * sizeof(keys->custodians[0]));
	r = sealer_begin(&receive->sealer, keys, &head);
	if (r > 0)
		return refuse(receive, r == SEALER_E_EXISTS
			? "a consignment of this id is there already"
			: "a public key is none: consign.pub or a custodian's");
	/* CSV is known only by its header. */
	if (r == 0 && receive->form.is_bound)
		r = sealer_put_form(&receive->sealer, &receive->form);
	return TRACE(r);
}

/* Read past what is sealed already, and see that it is the same. */
static int
skip_prefix(struct receive *receive, const struct resume *resume)
{
	struct sha256 hash;
	struct digest prefix;

	while (receive->n_read < resume->n_done) {
		uint64_t left = resume->n_done - receive->n_read;
		ssize_t n = read(receive->options->fd, receive->ring.bytes,
		    (size_t)MIN(left, (uint64_t)LIMIT_CONSIGN_RING));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAULT(errno);
		if (n == 0)
			break;
		sha256_add(&receive->hash, receive->ring.bytes, (size_t)n);
		receive->n_read += (uint64_t)n;
	}
	hash = receive->hash;
	sha256_finish(&hash, &prefix);
	if (receive->n_read != resume->n_done ||
	    memcmp(prefix.b, resume->prefix.b, sizeof(prefix.b)) != 0)
		return refuse(receive, "does not begin as the transfer that "
		    "was interrupted; that one is kept as it was");
	receive->n_sealed = receive->n_read;
	receive->n_hashed = receive->n_read;
	receive->n_kept = receive->n_read;
	receive->n_looked = receive->n_read;
	return 0;
}

/* A file of what is to be gone on with. */
static int
read_unfinished(struct receive *receive, struct str *bytes, const char *name,
    size_t limit)
{
	int folder = folder_open(receive->options->dir,
	    receive->options->resume_id);
	int r;

	if (folder < 0)
		return refuse(receive, "there is no such consignment");
	r = file_read(bytes, receive->arena, folder, name, limit);
	close(folder);
	if (r > 0)
		return refuse(receive, "it has nothing durable to go on with: "
		    "abandon it");
	return TRACE(r);
}

static int
read_form(struct receive *receive)
{
	const struct receive_options *options = receive->options;
	struct str text;
	int r;

	if (options->resume_id == NULL) {
		r = form_init(&receive->form, receive->diags, receive->arena,
		    options->form, options->map);
		return r > 0 ? RECEIVE_E_REFUSED : TRACE(r);
	}
	r = read_unfinished(receive, &text, "form",
	    LIMIT_IMPORT_MAP_BYTES + 4096);
	if (r != 0)
		return TRACE(r);
	r = form_decode(&receive->form, receive->diags, receive->arena, text);
	return r > 0 ? RECEIVE_E_REFUSED : TRACE(r);
}

/* The keys and the place where it was left. */
static int
read_resume(struct receive *receive, struct resume *resume)
{
	const struct receive_options *options = receive->options;
	struct seal_wrapped wrapped;
	struct str bytes;
	int r = read_unfinished(receive, &bytes, "work", sizeof(wrapped));

	if (r != 0)
		return TRACE(r);
	if (bytes.len != sizeof(wrapped))
		return refuse(receive, "its work key is damaged");
	memcpy(wrapped.b, bytes.p, sizeof(wrapped.b));
	r = options->open_work(options->context, &receive->work, &wrapped);
	if (r > 0)
		return refuse(receive, "its work key is not of this keeper");
	if (r == 0)
		r = read_unfinished(receive, &bytes, "resume",
		    RESUME_BYTES_MAX);
	if (r != 0)
		return TRACE(r);
	r = resume_decode(resume, receive->arena, bytes, &receive->work);
	return r > 0 ? refuse(receive, "its resume file is damaged")
		     : TRACE(r);
}

/* Its keys come last: the process that reads formats is forked by then. */
static int
go_on(struct receive *receive)
{
	struct resume *resume = secret_alloc(sizeof(*resume));
	int r;

	if (resume == NULL)
		return FAULT(ENOMEM);
	r = read_resume(receive, resume);
	if (r == 0)
		r = skip_prefix(receive, resume);
	if (r == 0)
		r = sealer_go_on(&receive->sealer, resume, &receive->work);
	secret_free(resume);
	if (r == SEALER_E_CHANGED && !receive->sealer.is_begun &&
	    receive->diags->n_errors == 0)
		return refuse(receive, "its files are shorter than they were");
	receive->has_checkpoint = r == 0;
	return TRACE(r);
}

static int
start_reader(struct receive *receive)
{
	int r = 0;

	if (receive->form.kind != CONSIGN_BYTES) {
		r = cutproc_init(&receive->proc, &receive->ring,
		    &receive->form, instant_day(receive->options->now_us));
		receive->has_proc = r == 0;
	}
	return r < 0 ? TRACE(r) : TRACE(check_memory(receive));
}

/* --- the whole ----------------------------------------------------------- */

struct search {
	struct receive_report *report;
	const char *dir;
	struct digest digest;
	uint64_t size;
};

static int
match(void *context, const char *id)
{
	struct search *search = context;
	struct consign_head head;
	enum folder_state state;
	int r = folder_look(&state, &head, search->dir, id);

	if (r < 0)
		return TRACE(r);
	if ((state != FOLDER_HELD && state != FOLDER_ERASED) ||
	    head.size != search->size ||
	    memcmp(head.digest.b, search->digest.b, sizeof(head.digest.b)) != 0)
		return 0;
	memcpy(search->report->earlier, id, CONSIGN_ID + 1);
	search->report->is_earlier_erased = state == FOLDER_ERASED;
	return state == FOLDER_HELD;
}

static int
finish(struct receive *receive)
{
	struct search search = { .report = receive->report,
		.dir = receive->options->dir };
	int r;

	sha256_finish(&receive->hash, &search.digest);
	search.size = receive->n_read;
	r = check_end(receive, &search.digest);
	if (r == 0)
		r = folder_each(search.dir, match, &search);
	if (r != 0)
		return TRACE(r);
	if (search.report->earlier[0] != '\0' &&
	    !search.report->is_earlier_erased)
		return RECEIVE_E_AGAIN;
	r = sealer_finish(&receive->sealer, receive->n_read, &search.digest);
	if (r > 0)
		return refuse(receive, "more identifiers than an index can "
		    "have; nothing was kept");
	receive->report->head = receive->sealer.head;
	return TRACE(r);
}

/* A disk that is full is no fault of ours: say so, and leave nothing. */
static int
explain(struct receive *receive, int r)
{
	if (r != -ENOSPC && r != -EDQUOT && r != -EFBIG)
		return TRACE(r);
	diag_error_at(receive->diags, str_of(receive->options->dir),
	    "the disk is full; nothing was kept");
	return RECEIVE_E_REFUSED;
}

/* Stopped: with something durable it can be gone on with, else it is undone. */
static int
stop(struct receive *receive)
{
	int r = 0;

	if (receive->form.is_bound && receive->n_sealed > receive->n_kept)
		r = checkpoint(receive);
	if (r == 0 && receive->has_checkpoint)
		return RECEIVE_E_STOPPED;
	if (r == 0)
		r = refuse(receive, "stopped at its beginning; nothing was "
		    "kept");
	return TRACE(r);
}

static int
take_in(struct receive *receive)
{
	int r = ring_init(&receive->ring);

	if (r == 0)
		r = start_reader(receive);
	if (r != 0)
		return TRACE(r);
	receive->cuts = secret_alloc(LIMIT_CONSIGN_CUTS);
	if (receive->cuts == NULL)
		return FAULT(ENOMEM);
	r = receive->options->resume_id == NULL ? begin(receive)
						: go_on(receive);
	if (r == 0 && receive->has_proc &&
	    cutproc_begin(&receive->proc, receive->n_sealed) != 0)
		r = broken(receive);
	if (r == 0)
		r = seal_all(receive);
	return r != 0 ? TRACE(r) : TRACE(finish(receive));
}

static void
release(struct receive *receive)
{
	if (receive->has_proc)
		cutproc_fini(&receive->proc);
	ring_fini(&receive->ring);
	sealer_fini(&receive->sealer);
	secret_free(receive->cuts);
	secret_wipe(&receive->work, sizeof(receive->work));
}

int
receive_run(struct receive_report *report, struct diag_list *diags,
    struct arena *arena, const struct receive_options *options)
{
	struct receive receive = { .options = options, .report = report,
		.diags = diags, .arena = arena, .ring.fd = -1 };
	int dropped;
	int r;

	sha256_init(&receive.hash);
	sealer_init(&receive.sealer, options->dir, options->random,
	    &options->public);
	r = check_input(&receive);
	if (r == 0)
		r = read_form(&receive);
	if (r == 0)
		r = take_in(&receive);
	if (r == RECEIVE_E_STOPPED)
		r = stop(&receive);
	report->n_done = receive.n_sealed;
	r = explain(&receive, r);
	if (r > 0 ? r != RECEIVE_E_STOPPED : r < 0 && !receive.has_checkpoint) {
		dropped = sealer_drop(&receive.sealer);
		r = dropped < 0 ? TRACE(dropped) : r;
	}
	release(&receive);
	return r < 0 ? TRACE(r) : r;
}
