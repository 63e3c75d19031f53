/* Policies as plain text: parentheses where the grammar asks, nowhere else. */
#include "cedar/policy_text.h"

#include "cedar/policies.h"
#include "cedar_fixture.h"

static const char *const expressions[] = {
	/* As written is as it must be. */
	"1 + 2 * 3 == 7 && true || false",
	"(1 + 2) * 3 == 9",
	"1 - (2 - 3) == 2",
	"1 - 2 - 3 == -4",
	"!(true && false)",
	"!(!true)",
	"(true || false) && true",
	"(true && false) && true",
	"true || (true || false)",
	"(if true then 1 else 2) == 1",
	"if true then if false then 1 else 2 else 3",
	"if true then 1 else if false then 1 else 2",
	"true && (if true then true else false)",
	"-principal.n < -(5)",
	"-5 < 1",
	"1 - -5 == 6",
	"-(-principal.n) == 1",
	"-(1 + 2) == 1",
	"!(-1 == 1)",
	"(-1).lessThan(decimal(\"1.0\"))",
	"(1 < 2) == true",
	"(principal in resource) == (principal is User)",
	"(principal is User in Group::\"g\") == true",
	"principal is User in principal.group",
	"(principal has a.b) == (resource has \"c d\")",
	"(principal.a like \"x*\\*\") == true",
	"principal[\"if\"].b[\"\"].contains([1, {a: 1, \"b c\": [2]}])",
	"(principal.a + 1).b == 1",
	"(!principal.a).b == 1",
	"(if true then principal else resource).a == 1",
	"ip(\"::1\").isInRange(ip(\"::\")) && datetime(\"2024-01-01\")"
	".offset(duration(\"1d\")).toDate() == context.d",
	"principal.hasTag(\"a\") && principal.getTag(\"a\") == [].isEmpty()",
	"(1 + 2 == 3) == true",
	"1 * (2 + 3) * -4 == 5",
	"[if true then 1 else 2, 1].contains(if true then 1 else 2)",
};

/* As expressions[i] without parentheses that are not needed. */
static struct str
plain(struct fixture *f, struct buf *buf)
{
	const struct ast_set *set = cedar_policies_ast(f->policies);
	struct str text;

	buf_reset(buf);
	cedar_policy_text_print(buf, &set->policies[0],
	    POLICY_TEXT_CHAINS | POLICY_TEXT_PLAIN);
	text = buf_str(buf);
	return str_part(text, strlen("permit(principal, action, resource) when "
	    "{ "), text.len - strlen(" };"));
}

static void
est(struct fixture *f, struct buf *buf)
{
	buf_reset(buf);
	check(cedar_policies_to_json(f->policies, buf) == 0);
}

static void
plain_text_is_read_as_the_same_policy(void)
{
	for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
		CLEANUP(fixture_fini) struct fixture f;
		CLEANUP(fixture_fini) struct fixture again;
		CLEANUP(buf_fini) struct buf text = { 0 };
		CLEANUP(buf_fini) struct buf first = { 0 };
		CLEANUP(buf_fini) struct buf second = { 0 };
		char policy[1024];
		struct str got;

		fixture_init(&f);
		fixture_init(&again);
		buf_init(&text, 65536);
		buf_init(&first, 65536);
		buf_init(&second, 65536);
		snprintf(policy, sizeof(policy),
		    "permit(principal, action, resource) when { %s };",
		    expressions[i]);
		if (!check(fixture_policies(&f, policy) == 0)) {
			diag_print(&f.diags, stdout);
			continue;
		}
		got = plain(&f, &text);
		check_str(got, str_of(expressions[i]));
		est(&f, &first);
		check(fixture_policies(&again, text.bytes) == 0);
		est(&again, &second);
		check_str(buf_str(&second), buf_str(&first));
	}
}

static const struct tap_test tests[] = {
	TEST(plain_text_is_read_as_the_same_policy),
};

TAP_MAIN(tests)
