/* The gate's own judge for a lookback; see lookback_judge.h. */
#include "cli/lookback_judge.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "gate/facts.h"
#include "gate/judge.h"
#include "source/record.h"
#include "util/fault.h"

#define QUESTION_BYTES ((size_t)1 << 20)

/* The owner's address is what a look-up of a plate is after. */
#define FIELD "owner.address.street"

static int
is_folder(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
load_one(struct lookback_bench *bench, const char *dir, const char *name,
    int64_t now_us, struct diag_list *diags)
{
	char path[4096];
	struct stat st;
	int r;

	if (snprintf(path, sizeof(path), "%s/%s/pack.conf", dir, name) >=
		(int)sizeof(path) ||
	    stat(path, &st) != 0)
		return 0; /* a folder of something else */
	path[strlen(path) - strlen("/pack.conf")] = '\0';
	if (bench->n_packs == LIMIT_PACKS) {
		diag_error_at(diags, str_of(dir), "more than %d packs",
		    LIMIT_PACKS);
		return LOOKBACK_JUDGE_E_PACKS;
	}
	r = pack_load(&bench->packs[bench->n_packs], &bench->vocabulary, path,
	    STR(""), now_us, diags);
	if (r == 0)
		bench->n_packs++;
	return r > 0 ? LOOKBACK_JUDGE_E_PACKS : TRACE(r);
}

static int
load_all(struct lookback_bench *bench, const char *dir, int64_t now_us,
    struct diag_list *diags)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_folder, alphasort);
	int r = 0;

	if (n < 0) {
		diag_error_at(diags, str_of(dir), "packs: %s", strerror(errno));
		return LOOKBACK_JUDGE_E_PACKS;
	}
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = load_one(bench, dir, entries[i]->d_name, now_us,
			    diags);
		free(entries[i]);
	}
	free(entries);
	if (r == 0 && bench->n_packs == 0) {
		diag_error_at(diags, str_of(dir), "no packs there");
		return LOOKBACK_JUDGE_E_PACKS;
	}
	return r < 0 ? TRACE(r) : r;
}

static int
name_packs(struct lookback_bench *bench)
{
	bench->names = STR("");
	for (size_t i = 0; i < bench->n_packs; i++) {
		bench->names = arena_format(&bench->names_arena, "%.*s%s%.*s",
		    STR_ARG(bench->names), i > 0 ? ", " : "",
		    STR_ARG(bench->packs[i]->name));
		if (bench->names.p == NULL)
			return FAULT(ENOMEM);
	}
	return 0;
}

int
lookback_judge_init(struct lookback_bench *bench, const char *dir,
    int64_t now_us, struct diag_list *diags)
{
	enum record_field field;
	int r;

	*bench = (struct lookback_bench){ 0 };
	arena_init(&bench->arena, QUESTION_BYTES);
	arena_init(&bench->names_arena, QUESTION_BYTES);
	r = vocabulary_init(&bench->vocabulary);
	if (r < 0) {
		bench->vocabulary = (struct vocabulary){ 0 };
		return TRACE(r);
	}
	if (!record_field_find(&field, STR(FIELD)))
		return FAULT(EINVAL);
	bench->field = (int32_t)field;
	r = load_all(bench, dir, now_us, diags);
	if (r == 0)
		r = name_packs(bench);
	if (r != 0)
		lookback_judge_fini(bench);
	return r < 0 ? TRACE(r) : r;
}

void
lookback_judge_fini(struct lookback_bench *bench)
{
	for (size_t i = 0; i < bench->n_packs; i++)
		bench->packs[i] = pack_free(bench->packs[i]);
	if (bench->vocabulary.names != NULL)
		vocabulary_fini(&bench->vocabulary);
	arena_fini(&bench->arena);
	arena_fini(&bench->names_arena);
	*bench = (struct lookback_bench){ 0 };
}

/* A look-up as a request: by plate, for an agency's function. */
static struct facts
as_request(const struct lookback_facts *f, const struct str *roles)
{
	return (struct facts){
		.requester = { .id = STR("officer"),
		    .ori = STR("XX0000000"),
		    .unit = STR(""),
		    .agency_kind = STR("local"),
		    .agency_state = STR("XX"),
		    .roles = roles,
		    .n_roles = 1,
		    .active = f->requester_active,
		    .training_current = f->training_current,
		    .rules_current = f->training_current,
		    .agreement_current = f->agreement_current },
		.ground = { .kind = str_of(f->ground_kind),
		    .registered = f->registered,
		    .open = f->open,
		    .same_agency = f->same_agency,
		    .assigned = f->assigned,
		    .names_subjects = f->names_subjects,
		    .names_subject = f->names_subject },
		.instrument = { .kind = STR("none") },
		.budget = { .requester_day = f->requester_day,
		    .ground = f->ground_count,
		    .agency_day = f->agency_day },
		.purpose = STR("dppa-1"),
		.end_use = str_of(f->end_use),
		.subject_kind = STR("plate"),
		.reason_given = f->reason_given,
		.is_self = f->is_self,
		.now_us = f->now_us == INT64_MIN ? 0 : f->now_us,
	};
}

static enum lookback_answer
answer_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PERMIT:
		return LOOKBACK_PERMIT;
	case VERDICT_REFER:
		return LOOKBACK_REFER;
	case VERDICT_DENY:
	default:
		return LOOKBACK_DENY;
	}
}

int
lookback_judge_ask(void *context, struct lookback_opinion *opinion,
    const struct lookback_facts *look_up)
{
	struct lookback_bench *bench = context;
	struct str roles[1] = { STR("requester") };
	struct facts facts = as_request(look_up, roles);
	enum record_field field = (enum record_field)bench->field;
	struct decision decision = { 0 };
	int r;

	*opinion = (struct lookback_opinion){ 0 };
	arena_reset(&bench->arena);
	r = judge(&decision, &bench->arena, &bench->vocabulary, bench->packs,
	    bench->n_packs, &facts, &field, 1);
	if (r < 0)
		return TRACE(r);
	opinion->answer = answer_of(decision.verdict);
	for (size_t i = 0; i < decision.n_rulings && i < LOOKBACK_RULES; i++) {
		const struct ruling *ruling = &decision.rulings[i];

		opinion->rules[opinion->n_rules++] = (struct lookback_rule){
			.pack = ruling->pack,
			.rule = ruling->rule,
			.says = ruling->says,
			.remedy = ruling->remedy,
			.cite = ruling->cite,
		};
	}
	return 0;
}
