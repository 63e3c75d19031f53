/* Settings: strict, and every problem with its line. */
#include "config/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "tap.h"

static const char holder[] =
    "holder: { id = \"NYDMV\"; name = \"New York\"; state = \"NY\";\n"
    "origin = \"log.example/ny\"; };\n";

struct read {
	struct arena arena;
	struct diag_list diags;
	struct config config;
	int r;
};

static void
read_text(struct read *read, struct str text)
{
	arena_init(&read->arena, 1u << 20);
	diag_init(&read->diags, &read->arena, STR("stile.conf"), text);
	read->r = config_parse(&read->config, &read->diags, text);
}

static void
done(struct read *read)
{
	config_fini(&read->config);
	arena_fini(&read->arena);
}

/* Read the holder's lines and more; check the first message and its line. */
static void
check_complaint(const char *more, size_t line, const char *message)
{
	char text[4096];
	struct read read;

	snprintf(text, sizeof(text), "%s%s", holder, more);
	read_text(&read, str_of(text));
	check_u64(read.r, CONFIG_E_WRONG);
	check(read.diags.n_items > 0);
	if (read.diags.n_items > 0) {
		check_u64(read.diags.items[0].line, line);
		check_str(read.diags.items[0].text, str_of(message));
	}
	done(&read);
}

static void
what_is_not_set_has_its_default(void)
{
	struct read read;

	read_text(&read, str_of(holder));
	check_u64(read.r, 0);
	check_str(read.config.holder.id, STR("NYDMV"));
	check_str(read.config.listen.address, STR("127.0.0.1"));
	check_u64(read.config.listen.port, 8443);
	check_u64(read.config.log.publish_interval_ms, 200);
	check_u64(read.config.n_packs, 2);
	check_str(read.config.packs[1], STR("house"));
	check_u64(read.config.n_trust, 0);
	check(read.config.fronts >= 1);
	done(&read);
}

static void
what_is_set_is_taken(void)
{
	char text[1024];
	struct read read;

	snprintf(text, sizeof(text), "%s%s", holder,
	    "fronts = 3; listen: { port = 443; address = \"::1\"; };\n"
	    "packs = [ \"federal\", \"ny\", \"house\" ];\n"
	    "batch: { max = 7; };\n");
	read_text(&read, str_of(text));
	check_u64(read.r, 0);
	check_u64(read.config.fronts, 3);
	check_u64(read.config.listen.port, 443);
	check_str(read.config.listen.address, STR("::1"));
	check_u64(read.config.n_packs, 3);
	check_u64(read.config.batch.max, 7);
	done(&read);
}

static void
an_unknown_name_is_an_error_with_its_line(void)
{
	check_complaint("\n  colour = 1;\n", 4,
	    "colour: there is no such setting");
	check_complaint("listen: {\n port = 1;\n prot = 2; };\n", 5,
	    "listen.prot: there is no such setting");
	check_complaint("listne: { port = 1; };\n", 3,
	    "listne: there is no such setting");
}

static void
a_value_of_another_kind_is_an_error(void)
{
	check_complaint("fronts = \"2\";\n", 3, "fronts: is not a whole number");
	check_complaint("fronts = 2.5;\n", 3, "fronts: is not a whole number");
	check_complaint("fronts = true;\n", 3, "fronts: is not a whole number");
	check_complaint("user = 1;\n", 3, "user: is not a text in quotes");
	check_complaint("packs = \"house\";\n", 3,
	    "packs: is not a list of names: [ \"a\", \"b\" ]");
	check_complaint("listen = 8443;\n", 3,
	    "listen: is not a group: listen: { … }");
}

static void
a_number_out_of_range_is_an_error(void)
{
	check_complaint("listen: { port = 0; };\n", 3,
	    "listen.port: 0 is not between 1 and 65535");
	check_complaint("listen: { port = 65536; };\n", 3,
	    "listen.port: 65536 is not between 1 and 65535");
	check_complaint("batch: { max = 99999999999L; };\n", 3,
	    "batch.max: 99999999999 is not between 1 and 256");
	check_u64(LIMIT_CONFIG_FRONTS, 64);
	check_complaint("fronts = 65;\n", 3,
	    "fronts: 65 is not between 0 and 64");
}

static void
a_text_of_the_wrong_form_is_an_error(void)
{
	check_complaint("listen: { address = \"localhost\"; };\n", 3,
	    "listen.address: \"localhost\" is not an IPv4 or IPv6 address");
	check_complaint("source: { path = \"../records.db\"; };\n", 3,
	    "source.path: \"../records.db\" is not a path below the directory");
	check_complaint("source: { path = \"/etc/passwd\"; };\n", 3,
	    "source.path: \"/etc/passwd\" is not a path below the directory");
	check_complaint("log: { level = \"loud\"; };\n", 3,
	    "log.level: \"loud\" is not error, warning, info or debug");
	check_complaint("packs = [ \"../x\" ];\n", 3,
	    "packs: \"../x\" is not a name of a-z, 0-9, - and _");
	check_complaint("packs = [ \"a\", \"a\" ];\n", 3,
	    "packs: \"a\" is there twice");
	check_complaint("user = \"-rf\";\n", 3,
	    "user: \"-rf\" is not the name of a user");
}

static void
what_cannot_be_read_says_why(void)
{
	check_complaint("fronts = ;\n", 3, "syntax error");
	check_complaint("@include \"/etc/passwd\"\n", 3,
	    "@include: settings are in one file");
	check_complaint("fronts = 1;\nfronts = 2;\n", 4,
	    "duplicate setting name");
}

static void
a_missing_setting_is_an_error(void)
{
	struct read read;

	read_text(&read, STR("fronts = 1;\n"));
	check_u64(read.r, CONFIG_E_WRONG);
	check_u64(read.diags.n_errors, 4);
	check_str(read.diags.items[0].text, STR("holder.id: is not set"));
	done(&read);
}

static void
every_problem_is_reported_in_one_run(void)
{
	struct read read;

	read_text(&read, STR("holder: { id = \"ny\"; name = \"\"; state = \"N\";"
			     "origin = \"a b\"; };\nx = 1;\nfronts = -1;\n"
			     "listen: { public_port = 8443; };"));
	check_u64(read.r, CONFIG_E_WRONG);
	check_u64(read.diags.n_errors, 7);
	done(&read);
}

static void
a_nul_byte_is_an_error(void)
{
	struct read read;

	read_text(&read, STR("fronts = 1;\0x"));
	check_u64(read.r, CONFIG_E_WRONG);
	check_str(read.diags.items[0].text, STR("holds a NUL byte"));
	done(&read);
}

/* The longest names a file may give, and one byte more. */
static void
lengths_are_limited(void)
{
	char text[4096];
	char value[300];
	struct read read;

	memset(value, 'a', sizeof(value));
	for (int more = 0; more < 2; more++) {
		snprintf(text, sizeof(text), "%spacks = [ \"%.*s\" ];\n", holder,
		    LIMIT_CONFIG_WORD + more, value);
		read_text(&read, str_of(text));
		check_u64(read.r, more == 0 ? 0 : CONFIG_E_WRONG);
		done(&read);
		snprintf(text, sizeof(text),
		    "holder: { id = \"%.*s\"; name = \"%.*s\"; state = \"NY\"; "
		    "origin = \"%.*s\"; };\nsource: { path = \"%.*s\"; };\n",
		    LIMIT_CONFIG_ID, "AAAAAAAAAAAAAAAAAAAA",
		    LIMIT_CONFIG_NAME + more, value,
		    LIMIT_CONFIG_ORIGIN + more, value,
		    LIMIT_CONFIG_PATH + more, value);
		read_text(&read, str_of(text));
		check_u64(read.diags.n_errors, more == 0 ? 0 : 3);
		done(&read);
	}
}

static void
a_list_of_too_many_names_is_an_error(void)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof(text), "%spacks = [", holder);
	struct read read;

	for (int i = 0; i <= LIMIT_CONFIG_NAMES; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s\"p%d\"", i > 0 ? "," : "", i);
	snprintf(text + len, sizeof(text) - len, "];\n");
	read_text(&read, str_of(text));
	check_u64(read.r, CONFIG_E_WRONG);
	check_str(read.diags.items[0].text, STR("packs: more than 32 names"));
	done(&read);
}

static void
the_template_reads_as_the_defaults(void)
{
	struct config holder_only = {
		.holder = { .id = STR("WADOL"), .name = STR("A \"quoted\" \\ name"),
		    .state = STR("WA"), .origin = STR("wa.example/log") },
		.listen.port = 9443,
	};
	struct read read;
	struct str text;

	arena_init(&read.arena, 1u << 20);
	text = config_template(&read.arena, &holder_only);
	check(text.p != NULL);
	diag_init(&read.diags, &read.arena, STR("stile.conf"), text);
	read.r = config_parse(&read.config, &read.diags, text);
	check_u64(read.r, 0);
	diag_print(&read.diags, stdout);
	check_str(read.config.holder.name, STR("A \"quoted\" \\ name"));
	check_u64(read.config.listen.port, 9443);
	check_u64(read.config.batch.max, 256);
	check_u64(read.config.n_packs, 2);
	done(&read);
}

static void
a_directory_without_settings_is_no_holder(void)
{
	char dir[] = "/tmp/stile-config-XXXXXX";
	struct read read;

	check(mkdtemp(dir) != NULL);
	arena_init(&read.arena, 1u << 20);
	diag_init(&read.diags, &read.arena, STR(""), STR(""));
	read.r = config_load(&read.config, &read.diags, dir);
	check_u64(read.r, CONFIG_E_ABSENT);
	check_str(read.diags.items[0].text, STR("there is no such file"));
	done(&read);
	rmdir(dir);
}

/* As long as it may be, every byte of it ours: the arena holds it thrice. */
static void
a_file_at_its_limit_is_read(void)
{
	static char text[LIMIT_CONFIG_BYTES];
	struct read read;

	_Static_assert(LIMIT_CONFIG_ARENA >= 3 * LIMIT_CONFIG_BYTES, "");
	memset(text, '#', sizeof(text));
	memcpy(text, holder, sizeof(holder) - 1);
	read_text(&read, (struct str){ text, sizeof(text) });
	check_u64(read.r, 0);
	done(&read);
}

static void
a_file_past_its_limit_is_not_read(void)
{
	char dir[] = "/tmp/stile-config-XXXXXX";
	char path[64];
	struct read read;

	check(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/stile.conf", dir);
	close(creat(path, 0600));
	check(truncate(path, LIMIT_CONFIG_BYTES + 1) == 0);
	arena_init(&read.arena, 1u << 20);
	diag_init(&read.diags, &read.arena, STR(""), STR(""));
	read.r = config_load(&read.config, &read.diags, dir);
	check_u64(read.r, CONFIG_E_WRONG);
	check_u64(read.diags.n_errors, 1);
	done(&read);
	unlink(path);
	rmdir(dir);
}

static const struct tap_test tests[] = {
	TEST(what_is_not_set_has_its_default),
	TEST(what_is_set_is_taken),
	TEST(an_unknown_name_is_an_error_with_its_line),
	TEST(a_value_of_another_kind_is_an_error),
	TEST(a_number_out_of_range_is_an_error),
	TEST(a_text_of_the_wrong_form_is_an_error),
	TEST(what_cannot_be_read_says_why),
	TEST(a_missing_setting_is_an_error),
	TEST(every_problem_is_reported_in_one_run),
	TEST(a_nul_byte_is_an_error),
	TEST(lengths_are_limited),
	TEST(a_list_of_too_many_names_is_an_error),
	TEST(the_template_reads_as_the_defaults),
	TEST(a_directory_without_settings_is_no_holder),
	TEST(a_file_at_its_limit_is_read),
	TEST(a_file_past_its_limit_is_not_read),
};

TAP_MAIN(tests)
