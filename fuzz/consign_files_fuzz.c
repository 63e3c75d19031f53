/*
 * The files of a consignment, as a stranger may have changed them. The first
 * byte of the input says which file the rest is; whatever it holds, it is read
 * whole or refused, and nothing is read past its end.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "consign/cuts.h"
#include "consign/form.h"
#include "consign/head.h"
#include "consign/keyfile.h"
#include "consign/piece.h"
#include "consign/resume.h"
#include "consign/tagindex.h"
#include "util/file.h"
#include "util/instant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the buffer of a string that has no end. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void
try_head(struct str text)
{
	uint8_t bytes[CONSIGN_HEAD_BYTES];
	struct consign_head head;

	if (consign_head_decode(&head, text) != 0)
		return;
	consign_head_encode(bytes, &head);
	assert(memcmp(bytes, text.p, sizeof(bytes)) == 0);
}

static void
try_keys(struct str text)
{
	struct shamir_share share = { .x = 1 };
	struct seal_key half = { { 0 } };
	struct seal_key root;
	struct keyfile file;
	size_t at;

	if (keyfile_decode(&file, text) == 0)
		(void)!keyfile_root(&root, &at, &file, &half, &share, 1);
}

static void
try_piece(struct str text)
{
	uint8_t *piece = malloc(text.len + 1);
	struct piece_token token = { { { 7 } } };
	struct piece_head head;
	struct hmac root;
	struct str bytes;

	assert(piece != NULL);
	memcpy(piece, text.p, text.len);
	hmac_init(&root, "root", 4);
	if (text.len >= PIECE_HEAD && piece_head_read(&head, piece) == 0 &&
	    piece_head_size(&head) <= text.len) {
		if (piece_open(&bytes, piece, &head, &root) == 0)
			assert(bytes.len <= LIMIT_CONSIGN_PIECE);
		memcpy(piece, text.p, text.len);
		(void)!piece_open_by_token(&bytes, piece, &head, &token, 0);
	}
	free(piece);
}

static void
try_index(struct str text)
{
	int fd = memfd_create("index", MFD_CLOEXEC);
	struct tagindex_place place;
	struct tagindex index;

	assert(fd >= 0 && file_write_all(fd, text) == 0);
	if (tagindex_open(&index, fd, "01KAN0YGM4WZ1SVQ0D8X6T7R5E") == 0) {
		for (uint64_t i = 0; i < 64; i++)
			assert(tagindex_find(&place, &index, i << 58) >= 0);
		assert(tagindex_find(&place, &index, UINT64_MAX) >= 0);
	}
	close(fd);
}

static void
try_form(struct str text)
{
	struct form_row row;
	struct diag_list diags;
	struct arena arena;
	struct form form;
	struct csv csv;

	arena_init(&arena, 4 << 20);
	diag_init(&diags, &arena, STR("form"), text);
	csv_init(&csv, STR(""), ',');
	if (form_decode(&form, &diags, &arena, text) == 0)
		(void)!form_read(&row, &form, &csv, &arena,
		    STR("1,MN,DOE,JANE\n"), 20781, false);
	csv_fini(&csv);
	arena_fini(&arena);
}

static void
try_cuts(struct str text)
{
	struct cut cut;
	size_t n = 0;

	while (cuts_next(&cut, &text) == 0) {
		assert(cut.n_texts <= LIMIT_CONSIGN_KEYS);
		n += cut.len;
	}
	assert(n == 0 || n > 0);
}

static void
try_resume(struct str text)
{
	struct resume *resume = calloc(1, sizeof(*resume));
	struct seal_key work = { { 1 } };
	struct arena arena;

	assert(resume != NULL);
	arena_init(&arena, 1 << 20);
	(void)!resume_decode(resume, &arena, text, &work);
	arena_fini(&arena);
	free(resume);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(struct str text) = { try_head, try_keys,
		try_piece, try_index, try_form, try_cuts, try_resume };
	struct str text = { (const char *)data + 1, size - 1 };

	if (size > 0 && data[0] < ARRAY_LEN(tries))
		tries[data[0]](text);
	return 0;
}
