/* Reading drafts that people edited. */
#include "release/review.h"

#include <stdlib.h>
#include <unistd.h>

#include "limits.h"
#include "tap.h"

#define HEAD                                                                   \
	"{\"stile\":\"release-draft@v1\",\"title\":\"T\",\"from\":1,\"to\":9," \
	"\"agency\":\"\",\"profile\":\"ab\",\"nonce\":\"00\"}\n"
#define TEXT(entry, rest)                                                      \
	"{\"entry\":" entry ",\"label\":\"reason\",\"digest\":\"d" entry       \
	"\",\"value\":\"words\"," rest "}\n"

static struct arena arena;
static struct diag_list diags;
static int file;

static int
read_draft(struct review *review, const char *text)
{
	char path[] = "/tmp/stile-review-XXXXXX";

	arena_fini(&arena);
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("draft"), (struct str){ 0 });
	file = mkstemp(path);
	unlink(path);
	check(write(file, text, strlen(text)) == (ssize_t)strlen(text));
	check(lseek(file, 0, SEEK_SET) == 0);
	return review_open(review, file, &diags);
}

static void
decisions_are_read_in_step_and_counted(void)
{
	struct review review;
	const struct review_text *text;

	check(read_draft(&review,
		  HEAD TEXT("2", "\"decision\":\"release\"")
		      TEXT("4", "\"decision\":\"withhold\",\"exemptions\":"
				"\"(b)(7)(D)\",\"say\":\"a source\"")
			  TEXT("5", "\"decision\":\"\"")) == 0);
	check_u64(review.n_texts, 3);
	check_u64(review.n_released, 1);
	check_u64(review.n_undecided, 1);
	check_u64(review.from, 1);
	check_u64(review.to, 9);
	check(review_find(&review, 1, STR("reason")) == NULL);
	check(review_find(&review, 2, STR("detail")) == NULL);
	text = review_find(&review, 2, STR("reason"));
	check(text != NULL && text->is_released);
	check(review_is_of(&review, STR("\"words\"")));
	check(review_is_of(&review, STR("\"w\\u006frds\"")));
	check(!review_is_of(&review, STR("\"other words\"")));
	check(review_pass(&review, &diags) == 0);
	text = review_find(&review, 4, STR("reason"));
	check(text != NULL && !text->is_released && text->exemptions != 0);
	check_str(text->say, STR("a source"));
	check(review_pass(&review, &diags) == 0);
	check(!review_find(&review, 5, STR("reason"))->is_decided);
	check(review_pass(&review, &diags) == 0);
	check(!review.has_text);
	review_close(&review);
	close(file);
}

/* What a reviewer signs is what is released, and nothing else of the draft. */
static void
p6_the_reviews_digest_is_of_the_released_texts_alone(void)
{
	struct review a;
	struct review b;
	struct review c;
	char first[65];

	check(read_draft(&a, HEAD TEXT("2", "\"decision\":\"release\"")
		  TEXT("4", "\"decision\":\"withhold\"")) == 0);
	memcpy(first, a.digest, sizeof(first));
	review_close(&a);
	close(file);
	check(read_draft(&b, HEAD TEXT("2", "\"decision\":\"release\"")) == 0);
	check(strcmp(b.digest, first) == 0);
	review_close(&b);
	close(file);
	check(read_draft(&c, HEAD TEXT("2", "\"decision\":\"release\"")
		  TEXT("4", "\"decision\":\"release\"")) == 0);
	check(strcmp(c.digest, first) != 0);
	review_close(&c);
	close(file);
}

static void
h12_a_draft_that_is_not_one_is_refused_with_its_line(void)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "", "empty" },
		{ "{}\n", "not the head" },
		{ "[]\n", "not a JSON object" },
		{ "{\"stile\":\"release-draft@v1\",\"from\":-1,\"to\":2}\n",
		    "not the head" },
		{ HEAD "words\n", "line 2" },
		{ HEAD "\n", "line 2" },
		{ HEAD TEXT("2", "\"decision\":\"yes\""), "`decision`" },
		{ HEAD TEXT("2", "\"x\":1"), "`x`" },
		{ HEAD TEXT("2", "\"decision\":\"withhold\",\"decision\":"
				 "\"release\""),
		    "line 2" },
		{ HEAD TEXT("2", "\"decision\":\"withhold\",\"exemptions\":"
				 "\"(b)(77)\""),
		    "not an exemption" },
		{ HEAD TEXT("2", "\"decision\":\"release\",\"say\":\"x\""),
		    "no summary" },
		{ HEAD TEXT("2", "\"decision\":\"withhold\",\"exemptions\":"
				 "\"(b)(6),(b)(7)(A),(b)(7)(B),(b)(7)(C),"
				 "(b)(7)(D)\""),
		    "room for" },
		{ HEAD "{\"entry\":2,\"label\":\"reason\",\"value\":\"x\","
		       "\"decision\":\"\"}\n",
		    "missing" },
		{ HEAD "{\"label\":\"reason\",\"digest\":\"d\",\"value\":1,"
		       "\"decision\":\"\"}\n",
		    "missing" },
	};
	struct review review;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!check(read_draft(&review, cases[i].text) ==
			REVIEW_E_WRONG))
			continue;
		if (!check(memmem(diag_first(&diags).p, diag_first(&diags).len,
			      cases[i].says, strlen(cases[i].says)) != NULL))
			printf("# %s: %.*s\n", cases[i].text,
			    STR_ARG(diag_first(&diags)));
		close(file);
	}
}

static const struct tap_test tests[] = {
	TEST(decisions_are_read_in_step_and_counted),
	TEST(p6_the_reviews_digest_is_of_the_released_texts_alone),
	TEST(h12_a_draft_that_is_not_one_is_refused_with_its_line),
};

TAP_MAIN(tests)
