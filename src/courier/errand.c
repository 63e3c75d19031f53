/* One witness, from a log's side; see errand.h. */
#include "courier/errand.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "limits.h"
#include "tlog/proof.h"
#include "tlog/witness.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/utf8.h"

#define ASKED_MOST 2 /* times in one round: once more after a 409 */
#define SECOND_US INT64_C(1000000)

int
errand_init(struct errand *errand, struct arena *arena,
    const struct tlog_policy_witness *witness)
{
	struct str url = witness->url;

	if (url.len > 0 && url.p[url.len - 1] == '/')
		url.len--;
	*errand = (struct errand){ .witness = witness };
	buf_init(&errand->body, LIMIT_TLOG_WITNESS_BODY);
	buf_init(&errand->line, LIMIT_TLOG_WITNESS_ANSWER);
	errand->url = arena_format(arena, "%.*s/add-checkpoint",
	    STR_ARG(url)).p;
	return errand->url != NULL ? 0 : FAULT(ENOMEM);
}

void
errand_fini(struct errand *errand)
{
	webcall_fini(&errand->call);
	buf_fini(&errand->body);
	buf_fini(&errand->line);
}

PRINTF(3, 4) static void
settle(struct errand *errand, enum errand_state state, const char *why, ...)
{
	va_list arguments;

	va_start(arguments, why);
	vsnprintf(errand->why, sizeof(errand->why), why, arguments);
	va_end(arguments);
	/* Other people's words, too: for a terminal and for JSON. */
	for (char *at = errand->why; *at != '\0'; at++)
		if (*at < 0x20 || *at > 0x7e)
			*at = '?';
	errand->state = state;
	if (state == ERRAND_COSIGNED)
		errand->n_failures = 0;
	else
		errand->n_failures++;
}

static int
write_request(struct errand *errand, const struct errand_round *round)
{
	struct tlog_witness_request request = {
		.old_size = errand->known_size, .checkpoint = round->note };
	int r = tlog_proof_consistency(&request.proof, &round->tiles,
	    errand->known_size, round->checkpoint.size);

	if (r < 0)
		return TRACE(r);
	if (r > 0) {
		settle(errand, ERRAND_REFUSED,
		    "the published log has no tiles for a proof from size %llu",
		    (unsigned long long)errand->known_size);
		return ERRAND_E_TILES;
	}
	buf_reset(&errand->body);
	tlog_witness_format(&request, &errand->body);
	return buf_finish(&errand->body) == 0 ? 0 : FAULT(ENOBUFS);
}

static int
ask(struct errand *errand, struct webcall_agent *agent,
    const struct errand_round *round)
{
	int r = write_request(errand, round);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	errand->n_asked++;
	errand->call.url = errand->url;
	errand->call.post = buf_str(&errand->body);
	errand->call.limit = LIMIT_TLOG_WITNESS_ANSWER;
	errand->call.context = errand;
	return TRACE(webcall_start(agent, &errand->call, round->timeout_ms));
}

int
errand_begin(struct errand *errand, struct webcall_agent *agent,
    const struct errand_round *round)
{
	bool is_again = errand->n_asked > 0;

	buf_reset(&errand->line);
	if (!is_again && clock_monotonic_us() < errand->not_before_us)
		return ERRAND_E_NOT_NOW;
	if (errand->known_size > round->checkpoint.size) {
		settle(errand, ERRAND_AHEAD,
		    "it cosigned size %llu, and this log has %llu: the log was "
		    "rolled back, or the witness is wrong",
		    (unsigned long long)errand->known_size,
		    (unsigned long long)round->checkpoint.size);
		/* It is asked again from the beginning in the next round. */
		errand->known_size = 0;
		return ERRAND_E_NOT_NOW;
	}
	return TRACE(ask(errand, agent, round));
}

static void
take_cosignature(struct errand *errand, const struct errand_round *round)
{
	static const char *const words[] = {
		[TLOG_WITNESS_E_FORMAT] =
		    "its answer is not lines of signatures",
		[TLOG_WITNESS_E_UNSIGNED] =
		    "its answer has no cosignature of its key",
		[TLOG_WITNESS_E_BAD] =
		    "its cosignature is not of this checkpoint",
		[TLOG_WITNESS_E_TIME] =
		    "its cosignature is of another time than now",
	};
	uint64_t time = 0;
	int r = tlog_witness_take(&errand->line, &time, round->note,
	    buf_str(&errand->call.body), &errand->witness->key, round->now);

	if (r == 0 && buf_finish(&errand->line) == 0) {
		errand->known_size = round->checkpoint.size;
		errand->last_size = round->checkpoint.size;
		errand->last_time = time;
		settle(errand, ERRAND_COSIGNED, "cosigned");
		return;
	}
	buf_reset(&errand->line);
	settle(errand, ERRAND_LIES, "%s",
	    r > 0 ? words[r] : "memory ran out");
}

/* 409: which size did it cosign last? Returns: true to ask again. */
static bool
take_size(struct errand *errand, const struct errand_round *round)
{
	uint64_t size = 0;

	if (!tlog_witness_parse_size(&size, buf_str(&errand->call.body))) {
		/* tlog-witness 1.0.0 says so of another root of our size. */
		settle(errand, ERRAND_FORK,
		    "it says that another root of this size was cosigned");
		return false;
	}
	if (size == errand->known_size) {
		settle(errand, ERRAND_LIES,
		    "it refuses the very size %llu that it says is its last",
		    (unsigned long long)size);
		return false;
	}
	errand->known_size = size;
	if (errand->n_asked < ASKED_MOST || size > round->checkpoint.size)
		return true;
	settle(errand, ERRAND_LIES,
	    "it said twice in a round that its last size is another");
	return false;
}

/* The first line of what it says. */
static void
first_words(char text[static 128], const struct buf *body)
{
	struct str line = str_part(buf_str(body), 0,
	    MIN(str_find(buf_str(body), '\n', 0), (size_t)120));

	snprintf(text, 128, "%.*s", STR_ARG(line));
}

static void
take_refusal(struct errand *errand)
{
	const struct webcall *call = &errand->call;
	char words[128];

	first_words(words, &call->body);
	switch (call->status) {
	case TLOG_WITNESS_FORK:
		settle(errand, ERRAND_FORK, "422: %s", words);
		break;
	case 429:
	case 503:
		errand->not_before_us = clock_monotonic_us() +
		    (int64_t)MIN(MAX(call->retry_s, 1), 3600) * SECOND_US;
		settle(errand, ERRAND_REFUSED, "%ld: asks for patience: %s",
		    call->status, words);
		break;
	case TLOG_WITNESS_UNKNOWN:
	case TLOG_WITNESS_UNSIGNED:
		settle(errand, ERRAND_REFUSED,
		    "%ld: it does not know this log or its key: %s",
		    call->status, words);
		break;
	default:
		settle(errand, ERRAND_REFUSED, "status %ld: %s", call->status,
		    words);
		break;
	}
}

bool
errand_hear(struct errand *errand, const struct errand_round *round)
{
	const struct webcall *call = &errand->call;

	if (call->end == WEBCALL_TOO_LARGE) {
		settle(errand, ERRAND_LIES, "%s", call->reason);
		return false;
	}
	if (call->end != WEBCALL_DONE) {
		settle(errand, ERRAND_UNREACHABLE, "%s", call->reason);
		return false;
	}
	switch (call->status) {
	case TLOG_WITNESS_OK:
		take_cosignature(errand, round);
		return false;
	case TLOG_WITNESS_CONFLICT:
		return take_size(errand, round);
	default:
		take_refusal(errand);
		return false;
	}
}

void
errand_give_up(struct errand *errand)
{
	settle(errand, ERRAND_UNREACHABLE, "no answer in time");
}

bool
errand_is_lost(size_t n_errands, int64_t lonely_us)
{
	return n_errands > 0 && lonely_us > LIMIT_COURIER_LOOKUP_S * SECOND_US;
}

const char *
errand_state_name(enum errand_state state)
{
	switch (state) {
	case ERRAND_COSIGNED:
		return "cosigned";
	case ERRAND_UNREACHABLE:
		return "unreachable";
	case ERRAND_REFUSED:
		return "refused";
	case ERRAND_AHEAD:
		return "ahead";
	case ERRAND_FORK:
		return "fork";
	case ERRAND_LIES:
		return "lies";
	case ERRAND_NEW:
	default:
		return "new";
	}
}

/* A policy's names are opaque bytes, JSON's are UTF-8. */
static void
put_name(struct json *json, struct str name)
{
	char text[128];
	size_t at = 0;
	size_t len = 0;

	while (at < name.len && len + 4 < sizeof(text)) {
		size_t from = at;

		if (utf8_next(name, &at) < 0x20) {
			text[len++] = '?';
			at = from + 1;
			continue;
		}
		memcpy(text + len, name.p + from, at - from);
		len += at - from;
	}
	json_put_string(json, "name", (struct str){ text, len });
}

void
errand_json(const struct errand *errand, struct json *json)
{
	json_open_object(json);
	put_name(json, errand->witness->name);
	json_put_string(json, "key", (struct str){
	    errand->witness->key.name.text, errand->witness->key.name.len });
	json_put_string(json, "state",
	    str_of(errand_state_name(errand->state)));
	json_put_string(json, "why", str_of(errand->why));
	json_put_i64(json, "size", (int64_t)errand->last_size);
	json_put_i64(json, "time", (int64_t)errand->last_time);
	json_put_i64(json, "failures", (int64_t)errand->n_failures);
	json_close_object(json);
}
