/* The list of logs that a witness serves. */
#include "witness/loglist.h"

#include "tap.h"
#include "util/buf.h"

struct given {
	struct arena arena;
	struct buf text;
	struct diag_list diags;
	struct loglist list;
};

static void
add_vkey(struct buf *text, const char *name, unsigned n)
{
	struct tlog_note_signer signer;
	struct ed25519_seed seed = { .b = { (uint8_t)n, (uint8_t)(n >> 8) } };

	check(tlog_note_signer_init(&signer, str_of(name), TLOG_NOTE_ED25519,
		  &seed) == 0);
	buf_add_text(text, "vkey ");
	tlog_note_key_format(&signer.key, text);
	buf_add_char(text, '\n');
}

static void
begin(struct given *given, const char *text)
{
	*given = (struct given){ 0 };
	buf_init(&given->text, LIMIT_WITNESS_LIST_BYTES);
	buf_add_text(&given->text, text);
}

static int
parse(struct given *given)
{
	arena_init(&given->arena, 32u << 20);
	diag_init(&given->diags, &given->arena, STR("logs"),
	    buf_str(&given->text));
	return loglist_parse(&given->list, &given->arena, &given->diags,
	    buf_str(&given->text));
}

static void
end(struct given *given)
{
	arena_fini(&given->arena);
	buf_fini(&given->text);
}

static void
a_list_is_read(void)
{
	struct given given;

	begin(&given, "# made today\n\nlogs/v0\n\n");
	add_vkey(&given.text, "a.example/log", 1);
	buf_add_text(&given.text, "origin none\nqpd 86400\nbastion none\n"
				  "contact sysadmin (at) a.example\n# next\n");
	add_vkey(&given.text, "b.example/key", 2);
	buf_add_text(&given.text, "origin b.example/log\n");
	add_vkey(&given.text, "c.example", 3);
	check(parse(&given) == 0);
	check_u64(given.list.n_rows, 3);
	check_str(given.list.rows[0].origin, STR("a.example/log"));
	check_u64(given.list.rows[0].per_day, 86400);
	check_str(given.list.rows[0].contact,
	    STR("sysadmin (at) a.example"));
	check_str(given.list.rows[1].origin, STR("b.example/log"));
	check_str(given.list.rows[2].origin, STR("c.example"));
	check_u64(given.list.rows[2].per_day, 0);
	end(&given);
	begin(&given, "logs/v0");
	check(parse(&given) == 0);
	check_u64(given.list.n_rows, 0);
	end(&given);
}

static void
a_log_may_have_several_keys(void)
{
	struct given given;

	begin(&given, "logs/v0\n");
	for (unsigned i = 0; i < LOGLIST_KEYS; i++)
		add_vkey(&given.text, "a.example/log", i);
	check(parse(&given) == 0);
	check_u64(given.list.n_rows, 1);
	check_u64(given.list.rows[0].n_keys, LOGLIST_KEYS);
	arena_fini(&given.arena);
	add_vkey(&given.text, "a.example/log", 99);
	check(parse(&given) == LOGLIST_E_WRONG);
	end(&given);
}

static void
refused(const char *text, const char *why)
{
	struct given given;

	begin(&given, text);
	if (!check(parse(&given) == LOGLIST_E_WRONG))
		printf("# of %s\n", text);
	else if (strstr(diag_first(&given.diags).p, why) == NULL)
		check_str(diag_first(&given.diags), str_of(why));
	end(&given);
}

static void
h12_each_wrong_line_is_named(void)
{
	struct given given;

	refused("", "the first line is logs/v0");
	refused("# only a comment\n", "the first line is logs/v0");
	refused("logs/v1\n", "the first line is logs/v0");
	refused("vkey x\n", "the first line is logs/v0");
	refused("logs/v0\nvkey nonsense\n", "not a verifier key");
	refused("logs/v0\nvkey\n", "not a verifier key");
	refused("logs/v0\norigin x\n", "begins with its vkey");
	refused("logs/v0\nqpd 1\n", "begins with its vkey");
	/* A witness's key, type 0x04, and one of a type not known. */
	refused("logs/v0\nvkey w.example/1+4086e1fb+"
		"BA/l71RjiWp7r5pxfj59HEl9yvTbFdshSfnUdak8onLd\n",
	    "type 0x01");
	refused("logs/v0\nvkey w+01020304+BgAA\n", "not a verifier key");
	for (int i = 0; i < 3; i++) {
		static const char *const lines[] = { "qpd many\n", "origin \n",
			"quota 5\n" };

		begin(&given, "logs/v0\n");
		add_vkey(&given.text, "a.example/log", 1);
		buf_add_text(&given.text, lines[i]);
		check(parse(&given) == LOGLIST_E_WRONG);
		check_u64(given.diags.items[0].line, 3);
		end(&given);
	}
}

static void
as_many_logs_as_allowed_are_read(void)
{
	struct given given;
	char name[32];

	begin(&given, "logs/v0\n");
	for (unsigned i = 0; i < LIMIT_WITNESS_LOGS; i++) {
		snprintf(name, sizeof(name), "%u.example", i);
		add_vkey(&given.text, name, i);
	}
	check(parse(&given) == 0);
	check_u64(given.list.n_rows, LIMIT_WITNESS_LOGS);
	arena_fini(&given.arena);
	add_vkey(&given.text, "one.more.example", 1);
	check(parse(&given) == LOGLIST_E_WRONG);
	end(&given);
}

static const struct tap_test tests[] = {
	TEST(a_list_is_read),
	TEST(a_log_may_have_several_keys),
	TEST(h12_each_wrong_line_is_named),
	TEST(as_many_logs_as_allowed_are_read),
};

TAP_MAIN(tests)
