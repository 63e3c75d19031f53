/* Orders, and the whole; see consign_order.h. */
#include "cli/consign_order.h"

#include "cli/consign_custodian.h"
#include "cli/holder.h"
#include "cli/https.h"
#include "cli/response.h"
#include "consign/whole.h"
#include "crypto/secret.h"
#include "util/base64.h"
#include "util/json.h"

#define BODY_BYTES 8192
#define HALF_TEXT 45 /* base64 of 32 bytes, and a newline */

static int
write_body(struct cli *cli, struct buf *body, const char *order)
{
	struct json json;

	buf_init(body, BODY_BYTES);
	json_init(&json, body);
	json_open_object(&json);
	json_put_string(&json, "order", str_of(order));
	json_put_string(&json, "reason",
	    str_of(option_get(&cli->options, "reason")));
	json_close_object(&json);
	return buf_finish(body) == 0
	    ? VERB_OK
	    : verb_fail(cli, VERB_USAGE, "the reason is too long");
}

/* Show an answer that may hold the half: it goes to its file and nowhere else. */
static int
take_half(struct cli *cli, const struct https_reply *reply)
{
	CLEANUP(response_fini) struct response answer = { 0 };
	struct str half;
	struct str text;
	int r = VERB_OK;

	if (!response_parse(&answer, buf_str(&reply->body)))
		return verb_fail(cli, VERB_CANNOT,
		    "status %ld without a JSON object: not a Stile server?",
		    reply->status);
	half = response_text(&answer, "half");
	if (half.len > 0) {
		text = arena_format(&cli->arena, "%.*s\n", STR_ARG(half));
		r = consign_custodian_write(cli,
		    option_get(&cli->options, "half"), text);
	}
	response_print(&answer,
	    response_exit(reply->status) > VERB_NO ? &cli->err : &cli->out);
	return r != VERB_OK ? r : (int)response_exit(reply->status);
}

int
consign_order_run(struct cli *cli)
{
	CLEANUP(buf_fini) struct buf body = { 0 };
	struct https_reply reply = { 0 };
	const char *order = strrchr(cli->name, ' ') + 1;
	struct str path = arena_format(&cli->arena, "/v1/consignments/%.*s/"
	    "orders", STR_ARG(https_escape(&cli->arena,
		cli->options.operands[0])));
	int r = write_body(cli, &body, order);

	if (r != VERB_OK)
		return r;
	if (strcmp(order, "open") != 0)
		return https_run(cli, path.p, buf_str(&body), NULL);
	r = https_call(cli, &reply, path.p, buf_str(&body), NULL);
	if (r == VERB_OK)
		r = take_half(cli, &reply);
	if (reply.body.bytes != NULL)
		secret_wipe(reply.body.bytes, reply.body.len);
	https_reply_fini(&reply);
	return r;
}

/* --- the whole -------------------------------------------------------------- */

static int
read_half(struct cli *cli, struct seal_key *half)
{
	const char *path = option_get(&cli->options, "half");
	struct str text;
	size_t len = 0;
	int r = verb_read(cli, &text, path, HALF_TEXT);

	if (r != VERB_OK)
		return r;
	if (base64_parse(half->b, &len, sizeof(half->b), BASE64_STANDARD,
		str_trim(text)) != 0 || len != sizeof(half->b))
		return verb_fail(cli, VERB_USAGE,
		    "%s: not the keeper's half", path);
	return VERB_OK;
}

static void
show_progress(void *context, uint64_t done, uint64_t all)
{
	terminal_progress(context, "opening", done, all);
}

static int
open_whole(struct cli *cli, struct whole_options *options)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR(""), (struct str){ 0 });
	r = whole_open(&diags, options);
	if (cli->err.is_tty && !cli->is_quiet)
		terminal_progress(&cli->err, "opening", 1, 1);
	if (r < 0)
		return verb_fault(cli, r, options->path);
	if (r > 0)
		return verb_diags(cli, VERB_NO, &diags);
	if (!cli->is_quiet)
		fprintf(cli->out.file, "%s is what came as %s\n",
		    options->path, options->id);
	return VERB_OK;
}

int
consign_order_whole(struct cli *cli)
{
	struct shamir_share shares[LIMIT_CONSIGN_CUSTODIANS];
	struct seal_key half = { { 0 } };
	struct whole_options options = { .dir = holder_dir(cli),
		.id = cli->options.operands[0],
		.half = &half,
		.shares = shares,
		.path = option_get(&cli->options, "out"),
		.progress = cli->err.is_tty && !cli->is_quiet ? show_progress
							      : NULL,
		.context = &cli->err };
	const char *path;
	size_t at = 0;
	int r = read_half(cli, &half);

	while (r == VERB_OK &&
	    (path = option_next(&cli->options, "share", &at)) != NULL) {
		if (options.n_shares == ARRAY_LEN(shares))
			return verb_fail(cli, VERB_USAGE,
			    "more than %d shares", LIMIT_CONSIGN_CUSTODIANS);
		r = consign_custodian_read(cli, &shares[options.n_shares++],
		    path, options.id);
	}
	if (r == VERB_OK)
		r = open_whole(cli, &options);
	secret_wipe(shares, sizeof(shares));
	secret_wipe(&half, sizeof(half));
	return r;
}
