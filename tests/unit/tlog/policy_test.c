/* Trust policies: what is read, what is refused, and what makes a quorum. */
#include "tlog/policy.h"

#include "limits.h"
#include "tap.h"
#include "util/buf.h"

#define N_KEYS 6

static struct tlog_note_signer log_signer;
static struct tlog_note_signer witnesses[N_KEYS];

/* Keys that anybody can make again: seeds of one repeated byte. */
static void
make_keys(void)
{
	static const char *const names[N_KEYS] = { "x1.example", "x2.example",
		"x3.example", "y1.example", "y2.example", "y3.example" };
	struct ed25519_seed seed;

	memset(seed.b, 200, sizeof(seed.b));
	check(tlog_note_signer_init(&log_signer, STR("log.example/a"),
		  TLOG_NOTE_ED25519, &seed) == 0);
	for (size_t i = 0; i < N_KEYS; i++) {
		memset(seed.b, (int)i + 1, sizeof(seed.b));
		check(tlog_note_signer_init(&witnesses[i], str_of(names[i]),
			  TLOG_NOTE_COSIGNATURE, &seed) == 0);
	}
}

static void
add_key(struct buf *text, const struct tlog_note_signer *signer)
{
	tlog_note_key_format(&signer->key, text);
}

/* In a template, %0 to %5 are the witnesses' keys and %L is the log's. */
static void
fill(struct buf *text, const char *template)
{
	buf_init(text, 1 << 20);
	for (; *template != '\0'; template++) {
		if (*template != '%')
			buf_add_char(text, *template);
		else if (*++template == 'L')
			add_key(text, &log_signer);
		else
			add_key(text, &witnesses[*template - '0']);
	}
}

struct given {
	struct arena arena;
	struct buf text;
	struct diag_list diags;
	struct tlog_policy policy;
};

static int
parse_bytes(struct given *given)
{
	arena_init(&given->arena, 1 << 20);
	diag_init(&given->diags, &given->arena, STR("policy"),
	    buf_str(&given->text));
	return tlog_policy_parse(&given->policy, &given->arena, &given->diags,
	    buf_str(&given->text));
}

static int
parse(struct given *given, const char *template)
{
	*given = (struct given){ 0 };
	fill(&given->text, template);
	return parse_bytes(given);
}

static void
end(struct given *given)
{
	arena_fini(&given->arena);
	buf_fini(&given->text);
}

#define EXAMPLE                                                               \
	"# the example of the specification\n"                                 \
	"log %L https://log.example/a/\n"                                      \
	"\n"                                                                   \
	"witness X1 %0 https://x1.example/\n"                                  \
	"\twitness  X2\t%1  \n"                                                \
	"witness X3 %2\n"                                                      \
	"group X-witnesses 2 X1 X2 X3\n"                                       \
	"  # and\n"                                                            \
	"witness Y1 %3\n"                                                      \
	"witness Y2 %4\n"                                                      \
	"witness \xe2\x84\xaa %5\n"                                            \
	"group Y-witnesses any Y1 Y2 \xe2\x84\xaa\n"                           \
	"group X-and-Y all X-witnesses Y-witnesses\n"                          \
	"quorum X-and-Y\n"

static void
the_specifications_example_is_read(void)
{
	struct given given;
	const struct tlog_policy *policy = &given.policy;

	check(parse(&given, EXAMPLE) == 0);
	check_u64(policy->n_logs, 1);
	check_str(policy->logs[0].url, STR("https://log.example/a/"));
	check_u64(policy->n_witnesses, 6);
	check_str(policy->witnesses[0].url, STR("https://x1.example/"));
	check_str(policy->witnesses[1].name, STR("X2"));
	check_u64(policy->witnesses[1].url.len, 0);
	check_u64(policy->n_nodes, 9);
	check_str(policy->nodes[policy->quorum].name, STR("X-and-Y"));
	end(&given);
	check(parse(&given, "quorum none") == 0);
	check(given.policy.is_none);
	end(&given);
}

/* A checkpoint of size 3 signed by the log and by those whose bit is set. */
static void
cosign(struct buf *note, unsigned who, uint64_t time)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct tlog_checkpoint checkpoint = { .origin = STR("log.example/a"),
		.size = 3 };

	buf_init(note, LIMIT_TLOG_NOTE_BYTES);
	buf_init(&body, LIMIT_TLOG_NOTE_BYTES);
	memset(checkpoint.root.b, 7, sizeof(checkpoint.root.b));
	tlog_checkpoint_format(&checkpoint, &body);
	tlog_checkpoint_sign(&checkpoint, note, &log_signer);
	for (size_t i = 0; i < N_KEYS; i++)
		if ((who >> i & 1) != 0)
			tlog_note_add_signature(note, buf_str(&body),
			    &witnesses[i], time + i);
}

static int
judge(const struct tlog_policy *policy, unsigned who)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_policy_verdict verdict;
	struct tlog_checkpoint checkpoint;
	int r;

	cosign(&note, who, 1000);
	r = tlog_policy_open(policy, &checkpoint, &verdict, buf_str(&note),
	    NULL);
	check_u64(checkpoint.size, 3);
	check_u64(verdict.n_good, (unsigned)__builtin_popcount(who));
	check(verdict.is_met == (r == 0));
	return r;
}

static void
a_quorum_holds_exactly_when_its_groups_do(void)
{
	struct given given;

	check(parse(&given, EXAMPLE) == 0);
	for (unsigned who = 0; who < 64; who++) {
		bool is_met = __builtin_popcount(who & 7) >= 2 &&
		    (who & 56) != 0;

		check(judge(&given.policy, who) ==
		    (is_met ? 0 : TLOG_POLICY_E_QUORUM));
	}
	end(&given);
	check(parse(&given, "log %L\nwitness a %0\nquorum a\n") == 0);
	check(given.policy.n_witnesses == 1);
	end(&given);
	check(parse(&given, "log %L\nquorum none\n") == 0);
	check(judge(&given.policy, 0) == 0);
	end(&given);
}

static void
the_newest_time_of_a_cosignature_is_told(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_policy_verdict verdict;
	struct tlog_checkpoint checkpoint;
	struct given given;

	check(parse(&given, EXAMPLE) == 0);
	cosign(&note, 0xb, 5000);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  buf_str(&note), NULL) == 0);
	check_u64(verdict.newest, 5003);
	check_u64(verdict.of[1].time, 5001);
	end(&given);
}

/* Flip one character of the last signature line. */
static void
spoil(struct buf *note)
{
	char *at = &note->bytes[note->len - 10];

	*at = *at == 'A' ? 'B' : 'A';
}

static void
h12_a_wrong_cosignature_condemns_the_checkpoint(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_policy_verdict verdict;
	struct tlog_checkpoint checkpoint;
	struct given given;

	check(parse(&given, EXAMPLE) == 0);
	cosign(&note, 63, 1000);
	spoil(&note);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  buf_str(&note), NULL) == TLOG_POLICY_E_BAD);
	end(&given);
	/* The same line means nothing to one who does not know the key. */
	check(parse(&given, "log %L\nwitness a %0\nquorum a\n") == 0);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  buf_str(&note), NULL) == 0);
	end(&given);
}

static void
h12_a_checkpoint_of_another_log_is_not_believed(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_policy_verdict verdict;
	struct tlog_checkpoint checkpoint;
	struct tlog_note_key other = witnesses[0].key;
	struct given given;

	cosign(&note, 63, 1000);
	check(parse(&given, "witness a %0\nquorum a\n") == 0);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  buf_str(&note), NULL) == TLOG_POLICY_E_LOG);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  buf_str(&note), &other) == TLOG_POLICY_E_LOG);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  buf_str(&note), &log_signer.key) == 0);
	check(tlog_policy_open(&given.policy, &checkpoint, &verdict,
		  STR("no note"), NULL) == TLOG_POLICY_E_FORMAT);
	end(&given);
}

static void
refused(const char *template, const char *why)
{
	struct given given;

	if (!check(parse(&given, template) == TLOG_POLICY_E_WRONG))
		printf("# of: %s\n", template);
	else if (strstr(diag_first(&given.diags).p, why) == NULL)
		check_str(diag_first(&given.diags), str_of(why));
	end(&given);
}

static void
h12_each_wrong_line_is_named(void)
{
	refused("", "no quorum line");
	refused("log %L\n", "no quorum line");
	refused("quorum none\nquorum none\n", "second quorum");
	refused("quorum a\nwitness a %0\n", "no line above");
	refused("quorum\n", "quorum <name>");
	refused("quorum none none\n", "quorum <name>");
	refused("Quorum none\n", "begins with log");
	refused("log\n", "log <vkey>");
	refused("log %L a b\n", "log <vkey>");
	refused("log %0\n", "of type 0x01");
	refused("log %L\nlog %L\n", "there already");
	refused("log example+00000000+AQ==\n", "not a verifier key");
	refused("log nonsense\n", "not a verifier key");
	refused("witness a %L\n", "of type 0x04");
	refused("witness a\n", "witness <name>");
	refused("witness a %0 u v\n", "witness <name>");
	refused("witness none %0\n", "names nobody");
	refused("witness a %0\nwitness a %1\n", "there already");
	refused("witness a %0\nwitness b %0\n", "there already");
	/* ML-DSA-44, a type that others know. */
	refused("witness a w+01020304+BgAA\n", "key type 0x06 is not known");
	refused("witness a w+01020304+/wAA\n", "key type 0xff is not known");
	refused("group g any\n", "group <name>");
	refused("witness a %0\ngroup g 0 a\n", "from 1 to 1");
	refused("witness a %0\ngroup g 2 a\n", "from 1 to 1");
	refused("witness a %0\ngroup g 01 a\n", "from 1 to 1");
	refused("witness a %0\ngroup g most a\n", "from 1 to 1");
	refused("witness a %0\ngroup g any b\n", "no line above");
	refused("witness a %0\ngroup g any a a\n", "counts once");
	refused("witness a %0\ngroup g any a\ngroup h any a\n", "counts once");
	refused("witness a %0\ngroup g any g\n", "no line above");
	refused("witness a %0\ngroup a any a\n", "there already");
	refused("witness a %0\ngroup none any a\n", "names nobody");
	refused("quorum none\r\n", "control character");
	refused("quorum\vnone\n", "control character");
	refused("quorum none \x7f\n", "control character");
}

static void
a_control_octet_of_zero_is_refused(void)
{
	struct given given = { 0 };

	buf_init(&given.text, 100);
	buf_add(&given.text, "quorum none\n\0\n", 14);
	check(parse_bytes(&given) == TLOG_POLICY_E_WRONG);
	end(&given);
}

static void
every_wrong_line_is_told_with_its_place(void)
{
	struct given given;

	check(parse(&given, "nonsense\nlog %L\n  group g any x\n") ==
	    TLOG_POLICY_E_WRONG);
	check_u64(given.diags.n_errors, 3);
	check_u64(given.diags.items[0].line, 1);
	check_u64(given.diags.items[1].line, 3);
	check_u64(given.diags.items[1].column, 15);
	end(&given);
}

static void
add_witness(struct buf *text, unsigned n)
{
	struct tlog_note_signer signer;
	struct ed25519_seed seed = { .b = { 77, (uint8_t)n } };

	check(tlog_note_signer_init(&signer, STR("w"), TLOG_NOTE_COSIGNATURE,
		  &seed) == 0);
	buf_add_format(text, "witness w%u ", n);
	add_key(text, &signer);
	buf_add_text(text, "\n");
}

static void
the_limits_of_a_policy_are_reached(void)
{
	struct given given = { 0 };

	buf_init(&given.text, 1 << 20);
	for (unsigned i = 0; i < LIMIT_TLOG_POLICY_ITEMS; i++)
		add_witness(&given.text, i);
	buf_add_text(&given.text, "group all all");
	for (unsigned i = 0; i < LIMIT_TLOG_POLICY_ITEMS; i++)
		buf_add_format(&given.text, " w%u", i);
	buf_add_text(&given.text, "\nquorum all\n");
	check(parse_bytes(&given) == 0);
	check_u64(given.policy.n_witnesses, LIMIT_TLOG_POLICY_ITEMS);
	arena_fini(&given.arena);
	add_witness(&given.text, LIMIT_TLOG_POLICY_ITEMS);
	check(parse_bytes(&given) == TLOG_POLICY_E_WRONG);
	end(&given);

	buf_init(&given.text, 1 << 20);
	buf_add_text(&given.text, "quorum none\n");
	while (given.text.len < LIMIT_TLOG_POLICY_BYTES)
		buf_add_char(&given.text, ' ');
	check(parse_bytes(&given) == 0);
	arena_fini(&given.arena);
	buf_add_char(&given.text, ' ');
	check(parse_bytes(&given) == TLOG_POLICY_E_WRONG);
	end(&given);
}

static const struct tap_test tests[] = {
	TEST(make_keys),
	TEST(the_specifications_example_is_read),
	TEST(a_quorum_holds_exactly_when_its_groups_do),
	TEST(the_newest_time_of_a_cosignature_is_told),
	TEST(h12_a_wrong_cosignature_condemns_the_checkpoint),
	TEST(h12_a_checkpoint_of_another_log_is_not_believed),
	TEST(h12_each_wrong_line_is_named),
	TEST(a_control_octet_of_zero_is_refused),
	TEST(every_wrong_line_is_told_with_its_place),
	TEST(the_limits_of_a_policy_are_reached),
};

TAP_MAIN(tests)
