/* One record out of a consignment; see source_consign.h. */
#include "consign/source_consign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "consign/folder.h"
#include "consign/form.h"
#include "consign/tagindex.h"
#include "crypto/secret.h"
#include "util/fault.h"
#include "util/file.h"

struct consignment {
	struct consign_head head;
	struct seal_wrapped index_key;
	struct form form;
	struct arena arena; /* of the form */
	struct csv scratch;
	int data;
	int index;
	struct tagindex tags;
	int32_t today;
	source_consign_ask_fn *ask;
	void *context;
	uint8_t piece[PIECE_MAX];
};

/* Returns: 0; SOURCE_E_DOWN; fault. */
static int
open_file(int *fd, int folder, const char *name)
{
	*fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? SOURCE_E_DOWN : FAULT(errno);
	return 0;
}

static int
read_form(struct consignment *consignment, int folder)
{
	struct diag_list diags;
	struct str text;
	int r = file_read(&text, &consignment->arena, folder, "form",
	    LIMIT_IMPORT_MAP_BYTES + 4096);

	if (r != 0)
		return r < 0 ? TRACE(r) : SOURCE_E_DOWN;
	diag_init(&diags, &consignment->arena, STR("form"), text);
	r = form_decode(&consignment->form, &diags, &consignment->arena, text);
	return r < 0 ? TRACE(r) : r > 0 ? SOURCE_E_DOWN : 0;
}

static int
open_files(struct consignment *consignment, int folder)
{
	int r = open_file(&consignment->data, folder, "data");

	if (r == 0)
		r = open_file(&consignment->index, folder, "index");
	if (r == 0)
		r = tagindex_open(&consignment->tags, consignment->index,
		    consignment->head.id);
	if (r > 0)
		return SOURCE_E_DOWN;
	return r < 0 ? TRACE(r) : TRACE(read_form(consignment, folder));
}

static int
open_folder(struct consignment *consignment, const char *dir, const char *id)
{
	enum folder_state state;
	struct keyfile keys;
	int folder;
	int r = folder_look(&state, &consignment->head, dir, id);

	if (r < 0)
		return TRACE(r);
	if (state != FOLDER_HELD)
		return SOURCE_E_DOWN;
	r = folder_keys(&keys, dir, id);
	if (r != 0)
		return r < 0 ? TRACE(r) : SOURCE_E_DOWN;
	consignment->index_key = keys.index;
	folder = folder_open(dir, id);
	if (folder < 0)
		return TRACE(folder);
	r = open_files(consignment, folder);
	close(folder);
	return TRACE(r);
}

static void
consign_close(struct source *source)
{
	struct consignment *consignment = source->state;

	if (consignment->data >= 0)
		close(consignment->data);
	if (consignment->index >= 0)
		close(consignment->index);
	csv_fini(&consignment->scratch);
	arena_fini(&consignment->arena);
	secret_wipe(consignment->piece, sizeof(consignment->piece));
	free(consignment);
}

int
source_consign_open(struct source *source, const char *dir, const char *id,
    int32_t today, source_consign_ask_fn *ask, void *context)
{
	struct consignment *consignment = calloc(1, sizeof(*consignment));
	int r;

	*source = (struct source){ .backend = NULL };
	if (consignment == NULL)
		return FAULT(ENOMEM);
	consignment->data = -1;
	consignment->index = -1;
	consignment->today = today;
	consignment->ask = ask;
	consignment->context = context;
	arena_init(&consignment->arena, 4 * LIMIT_IMPORT_MAP_BYTES);
	csv_init(&consignment->scratch, STR(""), ',');
	r = open_folder(consignment, dir, id);
	*source = (struct source){ .backend = &source_consign_backend,
		.state = consignment };
	if (r != 0)
		source_close(source);
	return r < 0 ? TRACE(r) : r;
}

/* Read len bytes of the pieces. Returns: 0; SOURCE_E_DOWN (cut); fault. */
static int
read_data(const struct consignment *consignment, void *bytes, size_t len,
    uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(consignment->data, (char *)bytes + done,
		    len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAULT(errno);
		if (n == 0)
			return SOURCE_E_DOWN;
		done += (size_t)n;
	}
	return 0;
}

/*
 * Read and open one piece. Returns: 0 and its bytes; SOURCE_E_NONE (the token
 * does not open it); SOURCE_E_DOWN; fault.
 */
static int
open_piece(struct str *bytes, struct consignment *consignment,
    const struct tagindex_place *place, const struct piece_token *token)
{
	struct piece_head head;
	int r = read_data(consignment, consignment->piece, PIECE_HEAD,
	    place->offset);

	if (r == 0 && piece_head_read(&head, consignment->piece) != 0)
		r = SOURCE_E_DOWN;
	if (r == 0)
		r = read_data(consignment, consignment->piece + PIECE_HEAD,
		    piece_head_size(&head) - PIECE_HEAD,
		    place->offset + PIECE_HEAD);
	if (r != 0)
		return TRACE(r);
	/* The first piece may have no key: the work is that of one that has. */
	if (head.n_keys == 0) {
		head.n_keys = 1;
		head.sealed_len = PIECE_STEP + PIECE_TAG;
	}
	return piece_open_by_token(bytes, consignment->piece, &head, token,
		   place->which) == 0
	    ? 0
	    : SOURCE_E_NONE;
}

/* The record in the bytes, if it is the one asked for. */
static int
read_record(struct record *record, struct consignment *consignment,
    struct arena *arena, struct str bytes, const struct subject *subject)
{
	struct form_row row;
	int r = form_read(&row, &consignment->form, &consignment->scratch,
	    arena, bytes, consignment->today, false);

	if (r < 0 && arena->is_full)
		return SOURCE_E_NONE;
	if (r < 0)
		return TRACE(r);
	for (size_t i = 0; i < row.n_keys; i++) {
		if (str_is_equal(row.keys[i], subject->canonical)) {
			*record = row.record;
			return 0;
		}
	}
	return SOURCE_E_NONE;
}

static int
consign_fetch(struct record *record, struct source *source,
    struct arena *arena, const struct subject *subject)
{
	struct consignment *consignment = source->state;
	struct tagindex_place place;
	struct piece_token token;
	struct str bytes = STR("");
	int opened;
	int r = consignment->ask(consignment->context, &token,
	    &consignment->index_key, subject->canonical);

	if (r != 0)
		return r < 0 ? TRACE(r) : SOURCE_E_DOWN;
	r = tagindex_find(&place, &consignment->tags, piece_tag(&token));
	if (r < 0)
		return TRACE(r);
	if (r == TAGINDEX_E_DAMAGED)
		return SOURCE_E_DOWN;
	/* None and many: the first piece, which this token does not open. */
	if (r != 0)
		place = (struct tagindex_place){ 0 };
	opened = open_piece(&bytes, consignment, &place, &token);
	secret_wipe(&token, sizeof(token));
	if (opened < 0)
		return TRACE(opened);
	if (r != 0)
		return r == TAGINDEX_E_MANY ? SOURCE_E_MANY : SOURCE_E_NONE;
	if (opened > 0)
		return SOURCE_E_DOWN;
	r = read_record(record, consignment, arena, bytes, subject);
	secret_wipe(consignment->piece, sizeof(consignment->piece));
	return TRACE(r);
}

static struct str
consign_provenance(struct source *source, struct arena *arena)
{
	const struct consignment *consignment = source->state;
	struct str text = arena_format(arena, "consignment %s",
	    consignment->head.id);

	return text.p != NULL ? text : STR("a consignment");
}

static int
consign_open(struct source *source, const char *location)
{
	(void)source;
	(void)location;
	return SOURCE_E_DOWN;
}

const struct source_backend source_consign_backend = {
	.name = "consign",
	.open = consign_open,
	.fetch = consign_fetch,
	.provenance = consign_provenance,
	.close = consign_close,
};
