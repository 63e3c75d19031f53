/* Following a log from outside; see monitor.h. */
#include "cli/monitor.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tlog/proof.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/instant.h"

#define STATE_VERSION 1

const char *
monitor_word(enum monitor_code code)
{
	switch (code) {
	case MONITOR_SIGNATURE:
		return "signature";
	case MONITOR_ROLLBACK:
		return "rollback";
	case MONITOR_FORK:
		return "fork";
	case MONITOR_ENTRIES:
		return "entries";
	case MONITOR_TILES:
		return "tiles";
	case MONITOR_MISSING:
		return "missing";
	case MONITOR_ORDER:
		return "order";
	case MONITOR_FOREIGN:
		return "foreign";
	case MONITOR_COSIGNATURE:
		return "cosignature";
	case MONITOR_QUORUM:
		return "quorum";
	case MONITOR_SILENCE:
	default:
		return "silence";
	}
}

PRINTF(3, 4) static void
find(struct monitor *monitor, enum monitor_code code, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (monitor->n_findings < LIMIT_MONITOR_FINDINGS)
		monitor->findings[monitor->n_findings] =
		    (struct monitor_finding){ code,
			    arena_str(monitor->arena, str_of(text)) };
	monitor->n_findings++;
	monitor->is_broken = monitor->is_broken || code <= MONITOR_MISSING;
}

static const char *
word_of(const json_t *entry, const char *name, size_t size)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text != NULL && strlen(text) < size ? text : NULL;
}

/* --- the state ----------------------------------------------------------- */

static struct str
keep(struct monitor *monitor, const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL ? arena_str(monitor->arena,
	    (struct str){ text, json_string_length(value) }) :
	    (struct str){ 0 };
}

static bool
read_tree(struct monitor_state *state, const json_t *hashes, uint64_t size)
{
	size_t n = (size_t)__builtin_popcountll(size);
	size_t i;
	const json_t *row;

	state->tree.size = size;
	if (json_array_size(hashes) != n)
		return false;
	json_array_foreach(hashes, i, row) {
		struct str text = { json_string_value(row),
			json_string_length(row) };
		size_t len = 0;

		if (text.p == NULL ||
		    base64_parse(state->tree.hashes[i].b, &len,
			sizeof(state->tree.hashes[i].b), BASE64_STANDARD,
			text) != 0 || len != sizeof(state->tree.hashes[i].b))
			return false;
	}
	return true;
}

static bool
read_kinds(struct monitor_state *state, const json_t *kinds)
{
	size_t i;
	const json_t *row;

	json_array_foreach(kinds, i, row) {
		struct monitor_kind *kind = &state->kinds[state->n_kinds];
		const char *type = json_string_value(json_object_get(row,
		    "type"));
		const char *decision = json_string_value(json_object_get(row,
		    "decision"));
		json_int_t n = json_integer_value(json_object_get(row, "n"));

		if (state->n_kinds == LIMIT_MONITOR_KINDS || type == NULL ||
		    decision == NULL || n < 0 ||
		    strlen(type) >= sizeof(kind->type) ||
		    strlen(decision) >= sizeof(kind->decision))
			return false;
		snprintf(kind->type, sizeof(kind->type), "%s", type);
		snprintf(kind->decision, sizeof(kind->decision), "%s",
		    decision);
		kind->n_all = (uint64_t)n;
		state->n_kinds++;
	}
	return true;
}

/* The state must be of this log, and its hashes those of its checkpoint. */
static bool
is_of_log(const struct monitor *monitor)
{
	const struct monitor_state *state = &monitor->state;
	struct tlog_checkpoint checkpoint;
	struct digest root;

	if (tlog_checkpoint_open(&checkpoint, state->checkpoint,
		monitor->key) != 0 || checkpoint.size != state->tree.size)
		return false;
	tlog_merkle_root(&state->tree, &root);
	return memcmp(&root, &checkpoint.root, sizeof(root)) == 0;
}

static bool
read_members(struct monitor *monitor, const json_t *object)
{
	struct monitor_state *state = &monitor->state;
	json_int_t size = json_integer_value(json_object_get(object, "size"));
	const char *last = json_object_get(object, "last_time") == NULL ? "" :
	    word_of(object, "last_time", sizeof(state->last_time));

	if (last == NULL ||
	    json_integer_value(json_object_get(object, "v")) != STATE_VERSION ||
	    size < 0)
		return false;
	state->checkpoint = keep(monitor, json_object_get(object,
	    "checkpoint"));
	snprintf(state->last_time, sizeof(state->last_time), "%s", last);
	state->packs = keep(monitor, json_object_get(object, "packs"));
	state->first_seen_us = json_integer_value(json_object_get(object,
	    "first_seen_us"));
	state->last_seen_us = json_integer_value(json_object_get(object,
	    "last_seen_us"));
	if (last[0] != '\0' &&
	    !instant_parse(&state->last_time_us, str_of(last)))
		return false;
	return state->checkpoint.p != NULL &&
	    read_tree(state, json_object_get(object, "hashes"),
		(uint64_t)size) &&
	    read_kinds(state, json_object_get(object, "kinds"));
}

int
monitor_read_state(struct monitor *monitor, struct str text)
{
	json_t *object = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES,
	    NULL);
	bool is_good = json_is_object(object) &&
	    read_members(monitor, object) && is_of_log(monitor);

	json_decref(object);
	monitor->state.is_there = is_good;
	return is_good ? 0 : MONITOR_E_STATE;
}

/* A text as a value: jansson's json_string() has util/json.h's name. */
static json_t *
text_json(const char *text)
{
	return json_stringn(text, strlen(text));
}

static json_t *
write_tree(const struct tlog_merkle *tree)
{
	json_t *array = json_array();
	int n = __builtin_popcountll(tree->size);

	for (int i = 0; i < n; i++) {
		char text[64];
		size_t len = base64_text_len(BASE64_STANDARD,
		    sizeof(tree->hashes[i].b));

		base64_format(text, BASE64_STANDARD, tree->hashes[i].b,
		    sizeof(tree->hashes[i].b));
		json_array_append_new(array, json_stringn(text, len));
	}
	return array;
}

static json_t *
write_kinds(const struct monitor_state *state)
{
	json_t *array = json_array();

	for (size_t i = 0; i < state->n_kinds; i++) {
		json_t *row = json_object();

		json_object_set_new(row, "type",
		    text_json(state->kinds[i].type));
		json_object_set_new(row, "decision",
		    text_json(state->kinds[i].decision));
		json_object_set_new(row, "n",
		    json_integer((json_int_t)state->kinds[i].n_all));
		json_array_append_new(array, row);
	}
	return array;
}

struct str
monitor_write_state(const struct monitor *monitor)
{
	const struct monitor_state *state = &monitor->state;
	json_t *object = json_object();
	struct str text = { 0 };
	char *dump;

	json_object_set_new(object, "v", json_integer(STATE_VERSION));
	json_object_set_new(object, "size",
	    json_integer((json_int_t)state->tree.size));
	json_object_set_new(object, "checkpoint",
	    json_stringn(state->checkpoint.p, state->checkpoint.len));
	json_object_set_new(object, "hashes", write_tree(&state->tree));
	json_object_set_new(object, "first_seen_us",
	    json_integer(state->first_seen_us));
	json_object_set_new(object, "last_seen_us",
	    json_integer(state->last_seen_us));
	if (state->last_time[0] != '\0')
		json_object_set_new(object, "last_time",
		    text_json(state->last_time));
	if (state->packs.len > 0)
		json_object_set_new(object, "packs",
		    json_stringn(state->packs.p, state->packs.len));
	json_object_set_new(object, "kinds", write_kinds(state));
	dump = json_dumps(object, JSON_INDENT(1));
	if (dump != NULL)
		text = arena_format(monitor->arena, "%s\n", dump);
	free(dump);
	json_decref(object);
	return text;
}

/* --- entries ------------------------------------------------------------- */

static struct monitor_kind *
kind_of(struct monitor_state *state, const char *type, const char *decision)
{
	struct monitor_kind *kind;

	for (size_t i = 0; i < state->n_kinds; i++) {
		kind = &state->kinds[i];
		if (strcmp(kind->type, type) == 0 &&
		    strcmp(kind->decision, decision) == 0)
			return kind;
	}
	/* The last row is for all that have none. */
	if (state->n_kinds >= LIMIT_MONITOR_KINDS - 1) {
		if (strcmp(type, "other") != 0)
			return kind_of(state, "other", "");
		if (state->n_kinds == LIMIT_MONITOR_KINDS)
			return &state->kinds[LIMIT_MONITOR_KINDS - 1];
	}
	kind = &state->kinds[state->n_kinds++];
	*kind = (struct monitor_kind){ 0 };
	snprintf(kind->type, sizeof(kind->type), "%s", type);
	snprintf(kind->decision, sizeof(kind->decision), "%s", decision);
	return kind;
}

static void
see_time(struct monitor *monitor, uint64_t index, const char *time,
    int64_t time_us)
{
	struct monitor_state *state = &monitor->state;
	int64_t silence = time_us - state->last_time_us;

	if (state->last_time[0] != '\0') {
		if (silence < 0)
			find(monitor, MONITOR_ORDER,
			    "entry %llu is of %s, before the entry above it",
			    (unsigned long long)index, time);
		if (silence > monitor->longest_silence_us) {
			monitor->longest_silence_us = silence;
			monitor->silence_before = index;
		}
		if (monitor->silence_us > 0 && silence > monitor->silence_us)
			find(monitor, MONITOR_SILENCE,
			    "no entry for %lld s before entry %llu of %s",
			    (long long)(silence / INSTANT_SECOND),
			    (unsigned long long)index, time);
	}
	snprintf(state->last_time, sizeof(state->last_time), "%s", time);
	state->last_time_us = time_us;
}

static void
see_packs(struct monitor *monitor, uint64_t index, const json_t *packs)
{
	struct monitor_state *state = &monitor->state;
	char *text = json_dumps(packs, JSON_COMPACT);

	if (text == NULL || str_is_equal(str_of(text), state->packs)) {
		free(text);
		return;
	}
	if (state->packs.len > 0) {
		if (monitor->n_changes < LIMIT_MONITOR_CHANGES)
			monitor->changes[monitor->n_changes] =
			    (struct monitor_change){ index,
				arena_str(monitor->arena,
				    str_of(state->last_time)),
				state->packs,
				arena_str(monitor->arena, str_of(text)) };
		monitor->n_changes++;
	}
	/* Past that many changes the texts are only compared, not kept. */
	if (monitor->n_changes <= LIMIT_MONITOR_CHANGES)
		state->packs = arena_str(monitor->arena, str_of(text));
	else if (state->packs.len == strlen(text))
		memcpy((char *)(uintptr_t)state->packs.p, text,
		    state->packs.len);
	free(text);
}

static void
see_entry(struct monitor *monitor, uint64_t index, struct str bytes)
{
	json_t *entry = json_loadb(bytes.p, bytes.len, JSON_REJECT_DUPLICATES,
	    NULL);
	const char *type = word_of(entry, "type", 32);
	const char *decision = word_of(entry, "decision", 16);
	const char *time = word_of(entry, "time", 64);
	const json_t *packs = json_object_get(entry, "packs");
	struct monitor_kind *kind;
	int64_t time_us = 0;

	if (type == NULL || decision == NULL || time == NULL ||
	    !json_is_array(packs) || !instant_parse(&time_us, str_of(time))) {
		find(monitor, MONITOR_FOREIGN, "entry %llu is no entry of a "
		    "Stile log", (unsigned long long)index);
		kind = kind_of(&monitor->state, "other", "");
	} else {
		kind = kind_of(&monitor->state, type, decision);
		see_time(monitor, index, time, time_us);
		see_packs(monitor, index, packs);
	}
	kind->n_new++;
	kind->n_all++;
	json_decref(entry);
}

/* What the source says of a bundle. Returns: 0; MONITOR_E_CANNOT. */
static int
see_trouble(struct monitor *monitor, int r, uint64_t entry)
{
	static const char *const words[] = {
		[TLOG_AUDIT_MISSING] = "is not served",
		[TLOG_AUDIT_SHORT] = "is cut short",
		[TLOG_AUDIT_EXTRA] = "has extra bytes behind its bundle's end",
	};

	if (r < 0)
		return MONITOR_E_CANNOT;
	find(monitor, MONITOR_MISSING, "entry %llu %s",
	    (unsigned long long)entry,
	    r < (int)ARRAY_LEN(words) && words[r] != NULL ? words[r] :
							    "is not served");
	return 0;
}

/* All new entries, into the tree. Returns: 0; MONITOR_E_CANNOT. */
static int
walk(struct monitor *monitor, const struct tlog_audit_source *source)
{
	struct tlog_merkle *tree = &monitor->state.tree;
	uint64_t end = monitor->checkpoint.size;
	struct str entries[TLOG_TILE_WIDTH];

	while (tree->size < end && !monitor->is_broken) {
		uint64_t bundle = tree->size / TLOG_TILE_WIDTH;
		unsigned width = tlog_tile_width(end, 0, bundle);
		size_t n = 0;
		int r = source->entries(source->context, bundle, width,
		    entries, &n);

		for (size_t i = (size_t)(tree->size % TLOG_TILE_WIDTH);
		     r >= 0 && i < n; i++) {
			struct digest leaf;

			see_entry(monitor, tree->size, entries[i]);
			tlog_merkle_leaf(&leaf, entries[i]);
			tlog_merkle_append(tree, &leaf);
		}
		if (r != 0)
			return see_trouble(monitor, r, tree->size);
		if (monitor->progress != NULL)
			monitor->progress(monitor->context,
			    tree->size - monitor->old_size,
			    end - monitor->old_size);
	}
	return 0;
}

/* Do the hash tiles lead from the old root to the new? */
static int
check_tiles(struct monitor *monitor, const struct tlog_audit_source *source,
    const struct digest *old_root, bool *is_good)
{
	const struct tlog_checkpoint *head = &monitor->checkpoint;
	struct tlog_proof proof = { 0 };
	struct digest root;
	int r = tlog_proof_root(&root, &source->tiles, head->size);

	*is_good = r == 0 && memcmp(&root, &head->root, sizeof(root)) == 0;
	if (r == 0 && *is_good && monitor->old_size > 0) {
		r = tlog_proof_consistency(&proof, &source->tiles,
		    monitor->old_size, head->size);
		*is_good = r == 0 && tlog_proof_verify_consistency(old_root,
		    monitor->old_size, &head->root, head->size, proof.hashes,
		    proof.n_hashes) == 0;
	}
	return r < 0 ? MONITOR_E_CANNOT : 0;
}

/* The entries were read: are they, and the tiles, what the checkpoint says? */
static int
judge_history(struct monitor *monitor, const struct tlog_audit_source *source,
    const struct digest *old_root)
{
	const struct tlog_checkpoint *head = &monitor->checkpoint;
	bool has_tiles = false;
	struct digest root;
	int r = check_tiles(monitor, source, old_root, &has_tiles);

	if (r != 0)
		return r;
	tlog_merkle_root(&monitor->state.tree, &root);
	if (memcmp(&root, &head->root, sizeof(root)) == 0) {
		if (!has_tiles)
			find(monitor, MONITOR_TILES, "the hash tiles are not "
			    "those of the entries under this checkpoint");
	} else if (has_tiles) {
		find(monitor, MONITOR_ENTRIES, "the entries served are not "
		    "those under the checkpoint's root");
	} else {
		find(monitor, MONITOR_FORK, "size %llu does not continue the "
		    "log of size %llu that was seen: its history was changed",
		    (unsigned long long)head->size,
		    (unsigned long long)monitor->old_size);
	}
	return 0;
}

/* --- the checkpoint ------------------------------------------------------ */

static void
see_witnesses(struct monitor *monitor)
{
	struct tlog_note note;
	size_t bad = 0;

	if (monitor->policy == NULL ||
	    tlog_note_parse(&note, monitor->note) != 0)
		return;
	if (tlog_policy_judge(monitor->policy, &monitor->verdict, &bad,
		&note) != 0)
		find(monitor, MONITOR_COSIGNATURE,
		    "the cosignature of witness %.*s is wrong",
		    STR_ARG(monitor->policy->witnesses[bad].name));
	else if (!monitor->verdict.is_met)
		find(monitor, MONITOR_QUORUM,
		    "%zu of %zu witnesses cosigned: the quorum is not met",
		    monitor->verdict.n_good, monitor->policy->n_witnesses);
}

/* Returns: whether it is to be looked at further. */
static bool
see_checkpoint(struct monitor *monitor, const struct digest *old_root)
{
	const struct tlog_checkpoint *head = &monitor->checkpoint;
	int r = tlog_checkpoint_open(&monitor->checkpoint, monitor->note,
	    monitor->key);

	if (r != 0) {
		find(monitor, MONITOR_SIGNATURE, r == TLOG_CHECKPOINT_E_FORMAT
			? "what is served as checkpoint is none"
			: r == TLOG_CHECKPOINT_E_ORIGIN
			? "the checkpoint is of another log"
			: "the checkpoint is not signed by this log");
		return false;
	}
	if (head->size < monitor->old_size) {
		find(monitor, MONITOR_ROLLBACK,
		    "the log has %llu entries and had %llu: it was rolled back",
		    (unsigned long long)head->size,
		    (unsigned long long)monitor->old_size);
		return false;
	}
	if (head->size == monitor->old_size && monitor->state.is_there &&
	    memcmp(&head->root, old_root, sizeof(*old_root)) != 0) {
		find(monitor, MONITOR_FORK,
		    "two checkpoints of size %llu have two roots",
		    (unsigned long long)head->size);
		return false;
	}
	see_witnesses(monitor);
	return true;
}

static void
end_run(struct monitor *monitor)
{
	struct monitor_state *state = &monitor->state;
	int64_t silence = monitor->now_us - state->last_time_us;

	if (monitor->silence_us > 0 && state->last_time[0] != '\0' &&
	    silence > monitor->silence_us)
		find(monitor, MONITOR_SILENCE,
		    "no entry for %lld s, since %s",
		    (long long)(silence / INSTANT_SECOND), state->last_time);
	state->checkpoint = monitor->note;
	state->last_seen_us = monitor->now_us;
	if (!state->is_there)
		state->first_seen_us = monitor->now_us;
}

int
monitor_run(struct monitor *monitor, struct logsource *source)
{
	struct monitor_state *state = &monitor->state;
	struct tlog_audit_source reader;
	struct digest old_root;
	int r = logsource_checkpoint(source, &monitor->note, monitor->arena);

	if (r != 0)
		return r < 0 ? TRACE(r) : MONITOR_E_CANNOT;
	if (!state->is_there)
		tlog_merkle_init(&state->tree);
	monitor->old_size = state->tree.size;
	monitor->since_us = state->is_there ? state->last_seen_us : 0;
	tlog_merkle_root(&state->tree, &old_root);
	if (!see_checkpoint(monitor, &old_root))
		return 0;
	if (monitor->checkpoint.size - monitor->old_size > monitor->most)
		return MONITOR_E_TOO_MANY;
	reader = logsource_reader(source, monitor->checkpoint.size);
	r = walk(monitor, &reader);
	if (r == 0 && !monitor->is_broken && monitor->checkpoint.size > 0)
		r = judge_history(monitor, &reader, &old_root);
	if (r == 0 && !monitor->is_broken)
		end_run(monitor);
	return r < 0 ? TRACE(r) : r;
}
