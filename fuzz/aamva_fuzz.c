/*
 * One AAMVA record. Whatever the text, values are valid and within their fields,
 * and keys are whole and canonical.
 */
#include <assert.h>
#include <stdint.h>

#include "consign/aamva.h"
#include "source/subject.h"
#include "util/utf8.h"

#define TODAY 20781 /* 2026-11-24 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct str keys[AAMVA_KEYS];
	struct record record;
	struct arena arena;
	size_t n_keys;

	arena_init(&arena, 1 << 20);
	assert(aamva_read(&record, keys, &n_keys, &arena, text, TODAY) == 0 ||
	    arena.is_full);
	assert(n_keys <= AAMVA_KEYS && record.kind == RECORD_DRIVER);
	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		const struct record_field_info *info =
		    record_field_get((enum record_field)i);
		struct str value = record.values[i];

		assert(value.p == NULL || info->kind == RECORD_DRIVER);
		assert(value.p == NULL || info->class != RECORD_NEVER);
		assert(value.len <= info->max);
	}
	for (size_t i = 0; i < n_keys; i++) {
		struct subject_problem problem;
		struct subject subject;

		assert(subject_parse_canonical(&subject, &problem, &arena,
			   keys[i], TODAY) == 0);
	}
	arena_fini(&arena);
	return 0;
}
