/* A press for release tests; see press.h. */
#include "press.h"

#include <stdlib.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "tap.h"
#include "util/fault.h"
#include "util/hex.h"

const char press_profile[] =
    "title = \"Requests for motor-vehicle records\";\n"
    "default = \"(b)(6),(b)(7)(C)\";\n"
    "request = {\n"
    "  id = \"open\";\n"
    "  agency = \"open\";\n"
    "  ground_kind = \"open\";\n"
    "  ground = \"(b)(7)(A)\";\n"
    "  purpose = \"open\";\n"
    "  end_use = \"open\";\n"
    "  reason = \"review (b)(6),(b)(7)(C)\";\n"
    "  subject_kind = \"open\";\n"
    "  subject = \"DPPA,(b)(6)\";\n"
    "  birth_month = \"year (b)(6)\";\n"
    "  fields = \"open\";\n"
    "  permitted = \"count (b)(7)(E)\";\n"
    "  rules = \"open\";\n"
    "  needs = \"open\";\n"
    "};\n"
    "ground = { change = \"open\"; agency = \"state (b)(7)(A)\"; };\n";

#define PERSON                                                                 \
	"{\"person\":{\"family\":\"DRIVERNAME\",\"given\":\"JANE\","           \
	"\"birth_date\":\"1984-03-09\"}}"
#define LICENCE "{\"licence\":{\"state\":\"NY\",\"number\":\"123456789\"}}"

static const struct press_request usual[] = {
	{ "amy", HOUSE_PLATE, "[\"owner.family\",\"vehicle.make\"]",
	    "owner of the car seen at the scene" },
	{ "amy", PERSON, "[\"person.family\",\"licence.status\"]",
	    "witness named J\xc3\xa4ne Roe" },
	{ "bob", HOUSE_PLATE, "[\"owner.family\"]", "not on this case" },
	{ "amy", LICENCE, "[\"licence.status\"]", NULL },
	{ "amy", HOUSE_PLATE, "[\"owner.address.zip\"]",
	    "a \\\"quoted\\\" reason, over two lines" },
};

static int
unwrap(void *context, struct seal_key *key, struct str wrapped)
{
	struct house *house = context;
	struct seal_wrapped bytes;

	memcpy(bytes.b, wrapped.p, sizeof(bytes.b));
	return seal_unwrap(key, &house->seal_public, &house->seal_secret,
	    &bytes);
}

static void
ask_one(struct press *press, const struct press_request *row)
{
	struct house *house = &press->house;
	struct str body = row->reason == NULL
	    ? arena_format(&house->arena,
		  "{\"subject\":%s,\"ground\":{\"investigation\":\"24-001\"},"
		  "\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
		  "\"fields\":%s}",
		  row->subject, row->fields)
	    : arena_format(&house->arena,
		  "{\"subject\":%s,\"ground\":{\"investigation\":\"24-001\"},"
		  "\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
		  "\"fields\":%s,\"reason\":\"%s\"}",
		  row->subject, row->fields, row->reason);

	house->now_us += 1000000;
	house_ask(house, row->who, "createRequest", NULL, NULL, body.p);
}

void
press_open_with(struct press *press, const struct press_request *rows,
    size_t n)
{
	struct house *house = &press->house;

	house_open(house);
	press->checkpoint = STR("");
	press->policy = NULL;
	for (size_t i = 0; i < n; i++)
		ask_one(press, &rows[i]);
	diag_init(&press->diags, &house->arena, STR("release"),
	    (struct str){ 0 });
	check(profile_parse(&press->profile, &house->arena,
		  str_of(press_profile), &press->diags) == 0);
	stock_init(&press->stock, house->store, unwrap, house);
	press->order = (struct order){ .title = press->profile.title,
		.agency = STR(""),
		.kind = STR(""),
		.nonce = STR("00"),
		.from = 1,
		.to = house_size(house),
		.profile = &press->profile,
		.now_us = house->now_us };
}

void
press_open(struct press *press)
{
	press_open_with(press, usual, ARRAY_LEN(usual));
	house_ask(&press->house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"24-777\",\"offence\":\"burglary\"}");
	house_ask(&press->house, "sue", "closeInvestigation", "24-777", NULL,
	    NULL);
	/* One that goes on, and with it stays sealed. */
	house_ask(&press->house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"24-888\",\"offence\":\"arson\"}");
	house_ask(&press->house, "amy", "getReceipt", "0", NULL, NULL);
	press->order.to = house_size(&press->house);
}

void
press_close(struct press *press)
{
	if (press->diags.n_items > 0)
		diag_print(&press->diags, stdout);
	stock_fini(&press->stock);
	house_close(&press->house);
}

int
press_file(void)
{
	char path[] = "/tmp/stile-press-XXXXXX";
	int fd = mkstemp(path);

	check(fd >= 0);
	unlink(path);
	return fd;
}

struct str
press_bytes(struct press *press, int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *bytes = arena_alloc(&press->house.arena, (size_t)len + 1);

	check(bytes != NULL);
	check(pread(fd, bytes, (size_t)len, 0) == len);
	check(lseek(fd, 0, SEEK_SET) == 0);
	return (struct str){ bytes, (size_t)len };
}

int
press_file_of(struct str bytes)
{
	int fd = press_file();

	check(write(fd, bytes.p, bytes.len) == (ssize_t)bytes.len);
	check(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* The draft with a decision in each line. */
static struct str
decide_all(struct press *press, struct str draft,
    const char *(*decide)(uint64_t entry, const char *value))
{
	struct str mark = STR("\"decision\":\"\"}");
	struct str line;
	struct buf out;
	struct str decided;

	buf_init(&out, 1 << 24);
	while (draft.len > 0 && str_split(&line, &draft, '\n')) {
		uint64_t entry = 0;

		if (!str_has_suffix(line, mark)) {
			buf_add_str(&out, line);
			buf_add_char(&out, '\n');
			continue;
		}
		str_to_u64(&entry,
		    str_part(line, 9, str_find(line, ',', 9)));
		buf_add_str(&out, str_part(line, 0, line.len - mark.len));
		buf_add_text(&out, decide != NULL
			? decide(entry, arena_str(&press->house.arena, line).p)
			: "\"decision\":\"release\"");
		buf_add_text(&out, "}\n");
	}
	decided = arena_str(&press->house.arena, buf_str(&out));
	buf_fini(&out);
	return decided;
}

int
press_build(struct press *press, int *fd,
    const char *(*decide)(uint64_t entry, const char *value))
{
	struct house *house = &press->house;
	struct build_input input = { .stock = &press->stock,
		.order = &press->order,
		.holder = STR("NYDMV"),
		.checkpoint = press->checkpoint.len > 0 ? press->checkpoint
							: house->gate.note,
		.key = house->signer.key };
	struct draft_report drafted;
	struct build_report built;
	struct review review;
	int draft = press_file();
	struct str decided;
	int r;

	check(draft_write(&drafted, draft, &press->stock, &press->order) == 0);
	decided = decide_all(press, press_bytes(press, draft), decide);
	close(draft);
	draft = press_file_of(decided);
	r = review_open(&review, draft, &press->diags);
	if (!check(r == 0))
		return r;
	input.review = &review;
	*fd = press_file();
	r = build_run(&built, *fd, &input, &press->diags);
	review_close(&review);
	close(draft);
	return r;
}

struct str
press_sign(struct press *press, const char *who, const char *role,
    const char *act, const char *hex)
{
	struct house *house = &press->house;
	struct house_answer answer;
	struct buf line;
	struct buf cut;
	struct arena arena;
	struct str out = STR("");

	answer = house_ask(house, who, "signRelease", hex, NULL,
	    arena_format(&house->arena, "{\"act\":\"%s\",\"role\":\"%s\"}", act,
		role)
		.p);
	if (answer.status != 201)
		return out;
	arena_init(&arena, 1 << 20);
	buf_init(&line, 1 << 20);
	buf_init(&cut, 1 << 20);
	check(signoff_cut(&cut, &arena,
		  house_member(house, answer, "receipt")) == 0);
	sheet_write_sign(&line, buf_str(&cut));
	out = arena_str(&house->arena, buf_str(&line));
	buf_fini(&line);
	buf_fini(&cut);
	arena_fini(&arena);
	return out;
}

void
press_digests(char body[static 65], char review[static 65], struct str release)
{
	struct digest digest;
	const char *at = memmem(release.p, release.len, "\"review\":\"", 10);

	sha256_of(&digest, release.p, release.len);
	hex_format(body, digest.b, sizeof(digest.b));
	snprintf(review, 65, "%.64s", at != NULL ? at + 10 : "");
	if (review[0] == '"')
		review[0] = '\0';
}

int
press_release(struct press *press)
{
	char body[65];
	char review[65];
	struct str parts[4];
	int fd;

	if (!check(press_build(press, &fd, NULL) == 0))
		return press_file();
	parts[0] = press_bytes(press, fd);
	close(fd);
	press_digests(body, review, parts[0]);
	parts[1] = review[0] != '\0' ? press_sign(press, "pam",
					   "privacy_officer", "review", review)
				     : STR("");
	parts[2] = press_sign(press, "cal", "counsel", "sign", body);
	parts[3] = press_sign(press, "pam", "privacy_officer", "sign", body);
	check(parts[2].len > 0 && parts[3].len > 0);
	return press_file_of(arena_join(&press->house.arena, parts, 4));
}

enum inspect_flaw
press_inspect(struct press *press, struct str release)
{
	struct inspect_terms terms = { .key = press->house.signer.key,
		.policy = press->policy };
	struct inspect_visitor nobody = { 0 };
	int fd = press_file_of(release);
	int r = inspect_run(&press->report, fd, &terms, &nobody);

	close(fd);
	check(r == (press->report.flaw == INSPECT_NONE ? 0 : INSPECT_E_FLAW));
	return press->report.flaw;
}
