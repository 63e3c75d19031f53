/* Entries as a gate writes them, for the tests of reports: few labels. */
#ifndef STILE_TESTS_MADE_LOG_H
#define STILE_TESTS_MADE_LOG_H

#include "release/figures.h"
#include "tap.h"
#include "util/instant.h"
#include "util/json.h"
#include "util/random.h"

struct made_label {
	const char *name;
	const char *value; /* JSON; NULL: a decoy */
};

struct made_log {
	struct random_state state;
	struct random random;
	struct arena arena; /* of one entry */
};

UNUSED static void
made_log_init(struct made_log *log)
{
	log->random = random_seeded(&log->state, 3);
	arena_init(&log->arena, 1u << 20);
}

UNUSED static void
made_log_fini(struct made_log *log)
{
	arena_fini(&log->arena);
}

UNUSED static int64_t
made_log_day(int year, int month, int day)
{
	return instant_day_of(year, month, day) * INSTANT_DAY;
}

/* Write one entry and have it counted. Returns: as figures_take(). */
UNUSED static int
made_log_add(struct made_log *log, struct figures *figures, const char *type,
    const char *decision, int64_t us, const struct made_label *labels,
    size_t n_labels, bool is_kept)
{
	CLEANUP(buf_fini) struct buf leaf = { 0 };
	CLEANUP(buf_fini) struct buf texts = { 0 };
	struct str disclosures[16];
	char time[INSTANT_TEXT_SIZE];
	struct claims claims;
	struct json json;
	size_t n = 0;

	arena_reset(&log->arena);
	buf_init(&leaf, 1 << 16);
	json_init(&json, &leaf);
	instant_format(time, us);
	json_open_object(&json);
	json_put_i64(&json, "v", 1);
	json_put_string(&json, "type", str_of(type));
	json_put_string(&json, "time", str_of(time));
	json_put_string(&json, "holder", STR("NYDMV"));
	json_put_string(&json, "decision", str_of(decision));
	json_put_raw(&json, "packs", STR("[\"house:1\"]"));
	for (size_t i = 0; i < n_labels; i++) {
		struct claims_digest digest;

		if (labels[i].value == NULL) {
			claims_disclosure_decoy(&digest, &log->random);
		} else {
			buf_init(&texts, 1 << 16);
			check(claims_disclosure_add(&texts, &digest,
				  &log->random, str_of(labels[i].value)) == 0);
			disclosures[n++] = arena_str(&log->arena,
			    buf_str(&texts));
			buf_fini(&texts);
			texts = (struct buf){ 0 };
		}
		claims_put(&json, labels[i].name, &digest);
	}
	json_close_object(&json);
	check(claims_verify(&claims, NULL, &log->arena,
		  arena_str(&log->arena, buf_str(&leaf)), disclosures,
		  is_kept ? n : 0) == 0);
	return figures_take(figures, &claims, is_kept);
}

#endif
