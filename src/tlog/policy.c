/* Trust policies (C2SP tlog-policy); see policy.h. */
#include "tlog/policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/base64.h"
#include "util/fault.h"

#define NONE "none"

enum {
	WORDS = LIMIT_TLOG_POLICY_ITEMS + 3, /* group NAME K MEMBER... */
	VKEY_BYTES = 2048,		     /* an ML-DSA-44 key has 1,313 */
};

struct reading {
	struct tlog_policy *policy;
	struct arena *arena;
	struct diag_list *diags;
	struct str text;
	struct str words[WORDS]; /* of the line at hand */
	size_t n_words;
	int r;
};

PRINTF(3, 4) static void
wrong(struct reading *reading, struct str at, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diag_error(reading->diags, (size_t)(at.p - reading->text.p), at.len,
	    "%s", text);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Octets of a policy: tab, 0x20 to 0x7e, 0x80 to 0xff. */
static bool
has_control(struct str line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* Returns: false when there are more words than any line has. */
static bool
cut_words(struct reading *reading, struct str line)
{
	size_t at = 0;

	reading->n_words = 0;
	for (;;) {
		size_t from;

		while (at < line.len && is_blank(line.p[at]))
			at++;
		if (at == line.len)
			return true;
		from = at;
		while (at < line.len && !is_blank(line.p[at]))
			at++;
		if (reading->n_words == WORDS)
			return false;
		reading->words[reading->n_words++] = str_part(line, from, at);
	}
}

/* The type byte of a vkey that could not be read; -1: it is no vkey. */
static int
vkey_type(struct str vkey)
{
	uint8_t bytes[VKEY_BYTES];
	size_t len = 0;
	size_t first = str_find(vkey, '+', 0);
	size_t second = str_find(vkey, '+', first + 1);

	if (second >= vkey.len ||
	    base64_parse(bytes, &len, sizeof(bytes), BASE64_STANDARD,
		str_part(vkey, second + 1, vkey.len)) != 0 || len == 0)
		return -1;
	return bytes[0];
}

static bool
read_key(struct reading *reading, struct tlog_note_key *key, struct str vkey,
    enum tlog_note_type type, const char *whose)
{
	int given;

	if (tlog_note_key_parse(key, vkey) == 0) {
		if (key->type == type)
			return true;
		wrong(reading, vkey, "a %s's key is of type 0x%02x, this one "
		    "of 0x%02x", whose, (unsigned)type, (unsigned)key->type);
		return false;
	}
	given = vkey_type(vkey);
	if (given == TLOG_NOTE_ED25519 || given == TLOG_NOTE_COSIGNATURE ||
	    given < 0)
		wrong(reading, vkey, "not a verifier key, or its id is not its "
		    "own (C2SP signed-note)");
	else
		wrong(reading, vkey, "key type 0x%02x is not known; known are "
		    "0x01 for logs and 0x04 for witnesses", (unsigned)given);
	return false;
}

static bool
is_same_key(const struct tlog_note_key *a, const struct tlog_note_key *b)
{
	return memcmp(a->public.b, b->public.b, sizeof(a->public.b)) == 0;
}

static struct str
keep(struct reading *reading, struct str text)
{
	struct str kept = arena_str(reading->arena, text);

	if (kept.p == NULL)
		reading->r = FAULT(ENOMEM);
	return kept;
}

static void
read_log(struct reading *reading)
{
	struct tlog_policy *policy = reading->policy;
	struct tlog_policy_log *log = &policy->logs[policy->n_logs];
	struct str vkey = reading->words[1];

	if (reading->n_words < 2 || reading->n_words > 3) {
		wrong(reading, reading->words[0], "log <vkey> [<url>]");
		return;
	}
	if (policy->n_logs == LIMIT_TLOG_POLICY_ITEMS) {
		wrong(reading, vkey, "more than %d logs",
		    LIMIT_TLOG_POLICY_ITEMS);
		return;
	}
	if (!read_key(reading, &log->key, vkey, TLOG_NOTE_ED25519, "log"))
		return;
	for (size_t i = 0; i < policy->n_logs; i++) {
		if (is_same_key(&policy->logs[i].key, &log->key)) {
			wrong(reading, vkey, "this log is there already");
			return;
		}
	}
	if (reading->n_words == 3)
		log->url = keep(reading, reading->words[2]);
	policy->n_logs++;
}

/* The place of a name in nodes; n_nodes: there is none. */
static size_t
find_node(const struct tlog_policy *policy, struct str name)
{
	size_t i = 0;

	while (i < policy->n_nodes &&
	    !str_is_equal(policy->nodes[i].name, name))
		i++;
	return i;
}

/* A new name for a witness or group. Returns: NULL when it may not be. */
static struct tlog_policy_node *
add_node(struct reading *reading, struct str name)
{
	struct tlog_policy *policy = reading->policy;
	struct tlog_policy_node *node = &policy->nodes[policy->n_nodes];

	if (str_is_equal(name, STR(NONE))) {
		wrong(reading, name, "\"none\" names nobody");
		return NULL;
	}
	if (find_node(policy, name) < policy->n_nodes) {
		wrong(reading, name, "this name is there already");
		return NULL;
	}
	*node = (struct tlog_policy_node){ .name = keep(reading, name) };
	policy->n_nodes++;
	return node;
}

static void
read_witness(struct reading *reading)
{
	struct tlog_policy *policy = reading->policy;
	struct tlog_policy_witness *witness =
	    &policy->witnesses[policy->n_witnesses];
	struct tlog_policy_node *node;
	struct str vkey = reading->words[2];

	if (reading->n_words < 3 || reading->n_words > 4) {
		wrong(reading, reading->words[0],
		    "witness <name> <vkey> [<url>]");
		return;
	}
	if (policy->n_witnesses == LIMIT_TLOG_POLICY_ITEMS) {
		wrong(reading, vkey, "more than %d witnesses",
		    LIMIT_TLOG_POLICY_ITEMS);
		return;
	}
	if (!read_key(reading, &witness->key, vkey, TLOG_NOTE_COSIGNATURE,
		"witness"))
		return;
	for (size_t i = 0; i < policy->n_witnesses; i++) {
		if (is_same_key(&policy->witnesses[i].key, &witness->key)) {
			wrong(reading, vkey, "this witness is there already");
			return;
		}
	}
	node = add_node(reading, reading->words[1]);
	if (node == NULL)
		return;
	node->is_witness = true;
	node->witness = policy->n_witnesses++;
	witness->name = node->name;
	if (reading->n_words == 4)
		witness->url = keep(reading, reading->words[3]);
}

/* Returns: false when it is neither all, any nor 1 to n. */
static bool
read_threshold(size_t *threshold, struct str word, size_t n)
{
	uint64_t number = 0;

	if (str_is_equal(word, STR("all")))
		number = n;
	else if (str_is_equal(word, STR("any")))
		number = 1;
	else if (!str_to_u64(&number, word))
		return false;
	*threshold = (size_t)number;
	return number >= 1 && number <= n;
}

static bool
take_members(struct reading *reading, size_t *members, size_t n)
{
	struct tlog_policy *policy = reading->policy;

	for (size_t i = 0; i < n; i++) {
		struct str name = reading->words[3 + i];
		size_t at = find_node(policy, name);

		if (at == policy->n_nodes) {
			wrong(reading, name, "no line above defines it");
			return false;
		}
		if (policy->nodes[at].is_member) {
			wrong(reading, name, "it is a member already; a name "
			    "counts once");
			return false;
		}
		policy->nodes[at].is_member = true;
		members[i] = at;
	}
	return true;
}

static void
read_group(struct reading *reading)
{
	struct tlog_policy *policy = reading->policy;
	size_t n = reading->n_words > 3 ? reading->n_words - 3 : 0;
	size_t threshold = 0;
	struct tlog_policy_node *node;
	size_t *members;

	if (n == 0) {
		wrong(reading, reading->words[0],
		    "group <name> all|any|<k> <member>...");
		return;
	}
	if (policy->n_nodes - policy->n_witnesses == LIMIT_TLOG_POLICY_ITEMS) {
		wrong(reading, reading->words[1], "more than %d groups",
		    LIMIT_TLOG_POLICY_ITEMS);
		return;
	}
	if (!read_threshold(&threshold, reading->words[2], n)) {
		wrong(reading, reading->words[2],
		    "all, any or a number from 1 to %zu", n);
		return;
	}
	members = ARENA_ARRAY(reading->arena, n, size_t);
	if (members == NULL) {
		reading->r = FAULT(ENOMEM);
		return;
	}
	if (!take_members(reading, members, n))
		return;
	node = add_node(reading, reading->words[1]);
	if (node == NULL)
		return;
	node->threshold = threshold;
	node->members = members;
	node->n_members = n;
}

static void
read_quorum(struct reading *reading)
{
	struct tlog_policy *policy = reading->policy;
	struct str name = reading->words[1];

	if (reading->n_words != 2) {
		wrong(reading, reading->words[0], "quorum <name>|none");
		return;
	}
	if (policy->has_quorum) {
		wrong(reading, reading->words[0], "a second quorum");
		return;
	}
	policy->has_quorum = true;
	policy->is_none = str_is_equal(name, STR(NONE));
	policy->quorum = find_node(policy, name);
	if (!policy->is_none && policy->quorum == policy->n_nodes)
		wrong(reading, name, "no line above defines it");
}

static void
read_line(struct reading *reading, struct str line)
{
	static const struct {
		struct str word;
		void (*read)(struct reading *reading);
	} kinds[] = {
		{ STR_INIT("log"), read_log },
		{ STR_INIT("witness"), read_witness },
		{ STR_INIT("group"), read_group },
		{ STR_INIT("quorum"), read_quorum },
	};

	if (has_control(line)) {
		wrong(reading, line, "a control character other than tab");
		return;
	}
	if (!cut_words(reading, line)) {
		wrong(reading, line, "more words than a line may have");
		return;
	}
	if (reading->n_words == 0 || reading->words[0].p[0] == '#')
		return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is_equal(reading->words[0], kinds[i].word)) {
			kinds[i].read(reading);
			return;
		}
	}
	wrong(reading, reading->words[0],
	    "a line begins with log, witness, group or quorum");
}

static int
make_room(struct tlog_policy *policy, struct arena *arena)
{
	size_t n = LIMIT_TLOG_POLICY_ITEMS + 1; /* one is read before refused */

	policy->logs = ARENA_ARRAY(arena, n, struct tlog_policy_log);
	policy->witnesses = ARENA_ARRAY(arena, n, struct tlog_policy_witness);
	policy->nodes = ARENA_ARRAY(arena, 2 * n, struct tlog_policy_node);
	if (policy->logs == NULL || policy->witnesses == NULL ||
	    policy->nodes == NULL)
		return FAULT(ENOMEM);
	return 0;
}

int
tlog_policy_parse(struct tlog_policy *policy, struct arena *arena,
    struct diag_list *diags, struct str text)
{
	struct reading reading = { .policy = policy, .arena = arena,
		.diags = diags, .text = text };
	struct str rest = text;
	struct str line;
	int r;

	*policy = (struct tlog_policy){ 0 };
	if (text.len > LIMIT_TLOG_POLICY_BYTES) {
		diag_error(diags, 0, 0, "a policy has at most %d bytes",
		    LIMIT_TLOG_POLICY_BYTES);
		return TLOG_POLICY_E_WRONG;
	}
	r = make_room(policy, arena);
	if (r < 0)
		return TRACE(r);
	while (reading.r == 0 && str_split(&line, &rest, '\n'))
		read_line(&reading, line);
	if (reading.r < 0)
		return TRACE(reading.r);
	if (!policy->has_quorum)
		diag_error(diags, text.len, 0,
		    "no quorum line: quorum <name>|none");
	return diags->n_errors > 0 ? TLOG_POLICY_E_WRONG : 0;
}

/* Each node after its members: one pass settles all. */
static bool
is_met(const struct tlog_policy *policy,
    const struct tlog_policy_verdict *verdict)
{
	bool holds[2 * (LIMIT_TLOG_POLICY_ITEMS + 1)] = { false };

	if (policy->is_none)
		return true;
	for (size_t i = 0; i < policy->n_nodes; i++) {
		const struct tlog_policy_node *node = &policy->nodes[i];
		size_t n = 0;

		for (size_t m = 0; m < node->n_members; m++)
			n += holds[node->members[m]];
		holds[i] = node->is_witness
		    ? verdict->of[node->witness].is_signed
		    : n >= node->threshold;
	}
	return policy->has_quorum && policy->quorum < policy->n_nodes &&
	    holds[policy->quorum];
}

int
tlog_policy_judge(const struct tlog_policy *policy,
    struct tlog_policy_verdict *verdict, size_t *bad,
    const struct tlog_note *note)
{
	*verdict = (struct tlog_policy_verdict){ 0 };
	for (size_t i = 0; i < policy->n_witnesses; i++) {
		int r = tlog_note_verify(note, &verdict->of[i],
		    &policy->witnesses[i].key, 1);

		*bad = i;
		if (r == TLOG_NOTE_E_BAD)
			return TLOG_POLICY_E_BAD;
		if (r < 0)
			return TRACE(r);
		if (r == 0) {
			verdict->n_good++;
			verdict->newest = MAX(verdict->newest,
			    verdict->of[i].time);
		}
	}
	verdict->is_met = is_met(policy, verdict);
	return 0;
}

/* Signed by one of them, whose name is the origin? */
static int
check_log(const struct tlog_policy *policy,
    const struct tlog_checkpoint *checkpoint, const struct tlog_note *note,
    const struct tlog_note_key *key)
{
	int outcome = TLOG_POLICY_E_LOG;
	size_t n = key != NULL ? 1 : policy->n_logs;

	for (size_t i = 0; i < n; i++) {
		const struct tlog_note_key *log =
		    key != NULL ? key : &policy->logs[i].key;
		int r = tlog_note_verify(note, NULL, log, 1);

		if (r < 0)
			return TRACE(r);
		if (r == TLOG_NOTE_E_BAD)
			return TLOG_POLICY_E_BAD;
		if (r == 0 && str_is_equal(checkpoint->origin,
			(struct str){ log->name.text, log->name.len }))
			outcome = 0;
	}
	return outcome;
}

int
tlog_policy_open(const struct tlog_policy *policy,
    struct tlog_checkpoint *checkpoint, struct tlog_policy_verdict *verdict,
    struct str bytes, const struct tlog_note_key *key)
{
	struct tlog_note note;
	size_t bad = 0;
	int r;

	*verdict = (struct tlog_policy_verdict){ 0 };
	if (tlog_note_parse(&note, bytes) != 0 ||
	    tlog_checkpoint_parse(checkpoint, note.text) != 0)
		return TLOG_POLICY_E_FORMAT;
	r = check_log(policy, checkpoint, &note, key);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	r = tlog_policy_judge(policy, verdict, &bad, &note);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	return verdict->is_met ? 0 : TLOG_POLICY_E_QUORUM;
}
