/* Making releases; see release_make.h. */
#include "cli/release_make.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "cli/holder.h"
#include "cli/https.h"
#include "cli/response.h"
#include "cli/vault.h"
#include "crypto/csprng.h"
#include "crypto/sha256.h"
#include "gate/pack.h"
#include "release/build.h"
#include "release/draft.h"
#include "release/inspect.h"
#include "store/packs.h"
#include "util/file.h"
#include "util/hex.h"
#include "util/instant.h"

#define BODY_BYTES 4096

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* --- acting through the gate ----------------------------------------------- */

/* What the gate answered: the signature line, or why not. */
static int
take_receipt(struct cli *cli, struct buf *line, const struct https_reply *got)
{
	CLEANUP(response_fini) struct response answer = { 0 };
	CLEANUP(buf_fini) struct buf cut = { 0 };
	int r;

	if (!response_parse(&answer, buf_str(&got->body)))
		return verb_fail(cli, VERB_CANNOT,
		    "status %ld without a JSON object: not a Stile server?",
		    got->status);
	if (got->status != 201) {
		response_print(&answer, &cli->err);
		return (int)response_exit(got->status);
	}
	buf_init(&cut, LIMIT_TLOG_RECEIPT_BYTES);
	r = signoff_cut(&cut, &cli->arena, response_text(&answer, "receipt"));
	if (r < 0)
		return verb_fault(cli, r, "receipt");
	if (r > 0 || buf_finish(&cut) != 0)
		return verb_fail(cli, VERB_CANNOT,
		    "the answer holds no receipt of a signature");
	sheet_write_sign(line, buf_str(&cut));
	return VERB_OK;
}

/* Say to the gate what is done to that digest; *line becomes the signature. */
static int
act(struct cli *cli, struct buf *line, const char *what, const char *hex)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct https_reply answer = { 0 };
	struct json json;
	int r;

	buf_init(&body, BODY_BYTES);
	json_init(&json, &body);
	json_open_object(&json);
	json_put_string(&json, "act", str_of(what));
	json_put_string(&json, "role",
	    str_of(option_get(&cli->options, "role")));
	json_close_object(&json);
	r = https_call(cli, &answer,
	    arena_format(&cli->arena, "/v1/releases/%s/signatures", hex).p,
	    buf_str(&body), NULL);
	if (r == VERB_OK)
		r = take_receipt(cli, line, &answer);
	https_reply_fini(&answer);
	return r;
}

/* --- the profile ------------------------------------------------------------ */

/* The folder must be the pack that is in force, file by file. */
static int
check_in_force(struct cli *cli, struct vault *vault, const char *name,
    const char *folder)
{
	CLEANUP(pack_freep) struct pack *pack = NULL;
	struct vocabulary vocabulary;
	struct diag_list diags;
	struct clock clock = clock_system();
	struct store_pack row;
	int r = packs_find(vault->store, &cli->arena, &row, str_of(name));

	if (r < 0)
		return verb_fault(cli, r, "packs");
	if (r > 0)
		return verb_fail(cli, VERB_NO, "%s: no pack of this name is "
					       "in force", name);
	r = vocabulary_init(&vocabulary);
	if (r < 0)
		return verb_fault(cli, r, "vocabulary");
	diag_init(&diags, &cli->arena, str_of(folder), (struct str){ 0 });
	r = pack_load(&pack, &vocabulary, folder, STR(""),
	    clock_now_us(&clock), &diags);
	if (r == 0 && !str_is_equal(str_of(pack->hash), row.hash))
		r = verb_fail(cli, VERB_NO,
		    "%s: not the pack that is in force: sign and activate it",
		    folder);
	else if (r > 0)
		r = verb_diags(cli, VERB_NO, &diags);
	else if (r < 0)
		r = verb_fault(cli, r, folder);
	pack_freep(&pack);
	vocabulary_fini(&vocabulary);
	return r;
}

static int
load_profile(struct cli *cli, struct vault *vault, struct profile *profile)
{
	const char *name = option_get(&cli->options, "pack");
	const char *folder;
	const char *path;
	struct diag_list diags;
	struct str text;
	int r;

	name = name != NULL ? name : "house";
	folder = arena_format(&cli->arena, "%s/packs/%s", vault->dir, name).p;
	path = arena_format(&cli->arena, "%s/release.conf", folder).p;
	r = check_in_force(cli, vault, name, folder);
	if (r == VERB_OK)
		r = verb_read(cli, &text, path, LIMIT_PACK_BYTES);
	if (r != VERB_OK)
		return r;
	diag_init(&diags, &cli->arena, str_of(path), (struct str){ 0 });
	r = profile_parse(profile, &cli->arena, text, &diags);
	if (r < 0)
		return verb_fault(cli, r, path);
	return r > 0 ? verb_diags(cli, VERB_NO, &diags) : VERB_OK;
}

/* --- draft ------------------------------------------------------------------- */

/* The first entry of a day; fallback when the option was not given. */
static int
find_day(struct cli *cli, struct vault *vault, uint64_t *index,
    const char *option, int32_t more, uint64_t fallback)
{
	const char *text = option_get(&cli->options, option);
	int32_t day;
	int r;

	*index = fallback;
	if (text == NULL || !instant_parse_date(&day, str_of(text)))
		return VERB_OK;
	r = entries_find_time(vault->store, index,
	    (int64_t)(day + more) * INSTANT_DAY);
	return r != 0 ? verb_fault(cli, r, "store") : VERB_OK;
}

static int
read_order(struct cli *cli, struct vault *vault, struct order *order)
{
	const char *title = option_get(&cli->options, "title");
	const char *agency = option_get(&cli->options, "agency");
	const char *kind = option_get(&cli->options, "kind");
	uint64_t from = 0;
	uint64_t to = 0;
	int r = find_day(cli, vault, &from, "since", 0, 0);

	if (r == VERB_OK)
		r = find_day(cli, vault, &to, "until", 1, vault->size);
	if (r != VERB_OK)
		return r;
	order->title = title != NULL ? str_of(title) : order->profile->title;
	order->agency = agency != NULL ? str_of(agency) : STR("");
	order->kind = kind != NULL ? str_of(kind) : STR("");
	order->from = MAX(from,
	    (uint64_t)option_number(&cli->options, "from", 0));
	order->to = MIN(MIN(to, vault->size),
	    (uint64_t)option_number(&cli->options, "to", INT64_MAX));
	if (kind != NULL && !profile_has_kind(order->profile, order->kind))
		return verb_fail(cli, VERB_NO,
		    "%s: the profile shows no entries of this kind", kind);
	if (order->from >= order->to)
		return verb_fail(cli, VERB_NO, "no published entry is in that "
					       "range");
	return VERB_OK;
}

/* What is asked for, before anything is opened: it is entered first. */
static int
enter_order(struct cli *cli, const struct order *order)
{
	CLEANUP(buf_fini) struct buf head = { 0 };
	CLEANUP(buf_fini) struct buf line = { 0 };
	struct digest digest;
	char hex[65];

	buf_init(&head, LIMIT_RELEASE_LINE);
	buf_init(&line, LIMIT_RELEASE_LINE);
	draft_add_head(&head, order);
	sha256_of(&digest, head.bytes, head.len);
	hex_format(hex, digest.b, sizeof(digest.b));
	return act(cli, &line, "draft", hex);
}

/* 128 random bits as text, or an exit code. */
static int
make_nonce(struct cli *cli, struct order *order)
{
	struct csprng csprng = { 0 };
	uint8_t bytes[16];
	char *hex = arena_alloc(&cli->arena, 2 * sizeof(bytes) + 1);
	int r = csprng_open(&csprng);

	if (r < 0 || hex == NULL)
		return verb_fail(cli, VERB_CANNOT, "no random bytes");
	csprng_fill(&csprng, bytes, sizeof(bytes));
	csprng_close(&csprng);
	hex_format(hex, bytes, sizeof(bytes));
	order->nonce = str_of(hex);
	return VERB_OK;
}

/* A new file that only its owner reads: it holds values in the clear. */
static int
create(struct cli *cli, int *fd, const char *path, mode_t mode)
{
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (*fd >= 0)
		return VERB_OK;
	if (errno == EEXIST)
		return verb_fail(cli, VERB_NO, "%s exists: not replaced",
		    path);
	return verb_fault(cli, -errno, path);
}

static int
write_draft(struct cli *cli, struct vault *vault, const struct order *order)
{
	const char *path = option_get(&cli->options, "output");
	CLEANUP(closep) int fd = -1;
	struct draft_report report;
	int r = create(cli, &fd, path, 0600);

	if (r == VERB_OK)
		r = enter_order(cli, order);
	if (r == VERB_OK)
		r = vault_unseal(vault, cli);
	if (r != VERB_OK) {
		if (fd >= 0)
			unlink(path);
		return r;
	}
	r = draft_write(&report, fd, &vault->stock, order);
	if (r != 0)
		unlink(path);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (r > 0)
		return verb_fail(cli, VERB_CANNOT,
		    "entry %" PRIu64 ": what is kept of it does not open",
		    report.bad);
	if (!cli->is_quiet)
		fprintf(cli->out.file,
		    "%s: entries %" PRIu64 " to %" PRIu64 ": %" PRIu64
		    " shown, %" PRIu64 " not; %" PRIu64 " texts to read\n",
		    path, order->from, order->to - 1, report.n_shown,
		    report.n_bare, report.n_texts);
	return VERB_OK;
}

int
release_make_draft(struct cli *cli)
{
	CLEANUP(vault_close) struct vault vault = { 0 };
	struct profile profile = { 0 };
	struct clock clock = clock_system();
	struct order order = { .profile = &profile,
		.now_us = clock_now_us(&clock) };
	int r = vault_open(&vault, cli);

	if (r == VERB_OK)
		r = load_profile(cli, &vault, &profile);
	if (r == VERB_OK)
		r = read_order(cli, &vault, &order);
	if (r == VERB_OK)
		r = make_nonce(cli, &order);
	return r != VERB_OK ? r : write_draft(cli, &vault, &order);
}

/* --- review ------------------------------------------------------------------ */

static int
open_review(struct cli *cli, struct review *review, int *fd, const char *path)
{
	struct diag_list diags;
	int r;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return verb_fault(cli, -errno, path);
	diag_init(&diags, &cli->arena, str_of(path), (struct str){ 0 });
	r = review_open(review, *fd, &diags);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (r > 0)
		return verb_diags(cli, VERB_NO, &diags);
	if (review->n_undecided == 0)
		return VERB_OK;
	review_close(review);
	return verb_fail(cli, VERB_NO, "%s: %" PRIu64 " of %" PRIu64
				       " texts are not decided",
	    path, review->n_undecided, review->n_texts);
}

static const char *
review_path(struct cli *cli, const char *draft)
{
	return arena_format(&cli->arena, "%s.review", draft).p;
}

int
release_make_review(struct cli *cli)
{
	const char *path = cli->options.operands[0];
	CLEANUP(closep) int fd = -1;
	CLEANUP(buf_fini) struct buf line = { 0 };
	struct review review = { 0 };
	int r = open_review(cli, &review, &fd, path);

	if (r != VERB_OK)
		return r;
	buf_init(&line, LIMIT_RELEASE_LINE);
	if (review.n_released > 0)
		r = act(cli, &line, "review", review.digest);
	if (r == VERB_OK && review.n_released > 0)
		r = verb_write(cli, review_path(cli, path), buf_str(&line));
	if (r == VERB_OK && !cli->is_quiet)
		fprintf(cli->out.file,
		    "%s: %" PRIu64 " texts, %" PRIu64 " released%s\n", path,
		    review.n_texts, review.n_released,
		    review.n_released > 0 ? ", entered as reviewed" : "");
	review_close(&review);
	return r;
}

/* --- build ------------------------------------------------------------------- */

static int
check_profile(struct cli *cli, const struct review *review,
    const struct profile *profile)
{
	if (str_is_equal(review->profile, str_of(profile->hash)))
		return VERB_OK;
	return verb_fail(cli, VERB_NO,
	    "the profile changed since the draft was made: draft anew");
}

/* The reviewer's signature goes behind the text. */
static int
append_review(struct cli *cli, const struct review *review, int fd,
    const char *draft)
{
	struct str line;
	int r;

	if (review->n_released == 0)
		return VERB_OK;
	r = verb_read(cli, &line, review_path(cli, draft), LIMIT_RELEASE_LINE);
	if (r != VERB_OK)
		return verb_fail(cli, VERB_NO,
		    "the review is not entered: stile release review %s",
		    draft);
	r = file_write_all(fd, line);
	return r < 0 ? verb_fault(cli, r, draft) : VERB_OK;
}

static int
build(struct cli *cli, struct vault *vault, struct review *review,
    const struct profile *profile, int fd)
{
	struct clock clock = clock_system();
	const struct order order = { .title = review->title,
		.agency = review->agency,
		.kind = review->kind,
		.from = review->from,
		.to = review->to,
		.profile = profile,
		.now_us = clock_now_us(&clock) };
	const struct build_input input = { .stock = &vault->stock,
		.order = &order,
		.review = review,
		.holder = vault->config.holder.id,
		.checkpoint = vault->checkpoint,
		.key = vault->key };
	const char *path = option_get(&cli->options, "output");
	struct build_report report;
	struct diag_list diags;
	char hex[65];
	int r;

	diag_init(&diags, &cli->arena,
	    str_of(cli->options.operands[0]), (struct str){ 0 });
	r = build_run(&report, fd, &input, &diags);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (r > 0)
		return verb_diags(cli, VERB_NO, &diags);
	hex_format(hex, report.body.b, sizeof(report.body.b));
	if (!cli->is_quiet)
		fprintf(cli->out.file,
		    "%s: %" PRIu64 " entries shown, %" PRIu64 " not; %" PRIu64
		    " values open, %" PRIu64 " withheld\n%s to be signed by "
		    "two persons\n",
		    path, report.n_shown, report.n_bare, report.n_open,
		    report.n_withheld, hex);
	return VERB_OK;
}

static int
build_file(struct cli *cli, struct vault *vault, struct review *review,
    const struct profile *profile)
{
	const char *path = option_get(&cli->options, "output");
	CLEANUP(closep) int fd = -1;
	int r = create(cli, &fd, path, 0644);

	if (r != VERB_OK)
		return r;
	r = build(cli, vault, review, profile, fd);
	if (r == VERB_OK)
		r = append_review(cli, review, fd, cli->options.operands[0]);
	if (r == VERB_OK && fsync(fd) < 0)
		r = verb_fault(cli, -errno, path);
	if (r != VERB_OK)
		unlink(path);
	return r;
}

int
release_make_build(struct cli *cli)
{
	CLEANUP(vault_close) struct vault vault = { 0 };
	CLEANUP(closep) int fd = -1;
	struct profile profile = { 0 };
	struct review review = { 0 };
	int r = open_review(cli, &review, &fd, cli->options.operands[0]);

	if (r != VERB_OK)
		return r;
	r = vault_open(&vault, cli);
	if (r == VERB_OK)
		r = load_profile(cli, &vault, &profile);
	if (r == VERB_OK)
		r = check_profile(cli, &review, &profile);
	if (r == VERB_OK)
		r = vault_unseal(&vault, cli);
	if (r == VERB_OK)
		r = build_file(cli, &vault, &review, &profile);
	review_close(&review);
	return r;
}

/* --- sign -------------------------------------------------------------------- */

/* Nobody signs what does not hold: it is inspected first. */
static int
inspect_draft(struct cli *cli, struct inspect_report *report, int fd)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct inspect_terms terms = { .is_draft = true };
	struct inspect_visitor nobody = { 0 };
	int r = vault_log_key(cli, &terms.key,
	    option_get(&cli->options, "log-key"));

	if (r != VERB_OK)
		return r;
	r = inspect_run(report, fd, &terms, &nobody);
	if (r < 0)
		return verb_fault(cli, r, cli->options.operands[0]);
	if (r == 0)
		return VERB_OK;
	buf_init(&text, LIMIT_DIAG_TEXT);
	inspect_describe(report, &text);
	return verb_fail(cli, VERB_NO, "%s: %.*s", cli->options.operands[0],
	    STR_ARG(buf_str(&text)));
}

int
release_make_sign(struct cli *cli)
{
	const char *path = cli->options.operands[0];
	CLEANUP(closep) int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
	CLEANUP(buf_fini) struct buf line = { 0 };
	struct inspect_report report;
	char hex[65];
	int r;

	if (fd < 0)
		return verb_fault(cli, -errno, path);
	r = inspect_draft(cli, &report, fd);
	if (r != VERB_OK)
		return r;
	hex_format(hex, report.body.b, sizeof(report.body.b));
	buf_init(&line, LIMIT_RELEASE_LINE);
	r = act(cli, &line, "sign", hex);
	if (r != VERB_OK)
		return r;
	r = file_write_all(fd, buf_str(&line));
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0)
		return verb_fault(cli, r, path);
	if (!cli->is_quiet)
		fprintf(cli->out.file, "signed %s\n", hex);
	return VERB_OK;
}
