/* Somebody's published log; see logsource.h. */
#include "cli/logsource.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "tlog/bundle.h"
#include "tlog/logdir.h"
#include "util/fault.h"
#include "webcall/webcall.h"

#define AHEAD 4 /* bundles fetched at once */

enum {
	URL_MAX = 2048,
	BUNDLE_MAX = TLOG_TILE_WIDTH * (2 + LIMIT_TLOG_ENTRY_BYTES),
};

/* A bundle that was asked for. */
struct ahead {
	struct webcall call;
	char url[URL_MAX + TLOG_TILE_PATH_BYTES];
	struct tlog_tile tile;
	bool is_begun;
};

struct logsource {
	struct tlog_logdir *dir; /* a folder, or */
	struct webcall_agent *agent;
	char base[URL_MAX]; /* the URL, without a slash at its end */
	int64_t timeout_ms;
	uint64_t size;
	struct ahead ahead[AHEAD]; /* bundle i in slot i % AHEAD */
	char why[512];
};

static bool
is_url(const char *where)
{
	return strncmp(where, "https://", 8) == 0 ||
	    strncmp(where, "http://", 7) == 0;
}

static int
open_url(struct logsource *source, const struct logsource_options *options)
{
	struct webcall_options web = { .ca = options->ca,
		.caller = "stile-monitor" };
	size_t len = strlen(options->where);
	char host[256];
	uint16_t port;
	int r;

	while (len > 0 && options->where[len - 1] == '/')
		len--;
	if (len >= URL_MAX ||
	    !webcall_parse_url(host, &port, options->where)) {
		snprintf(source->why, sizeof(source->why), "not a usable URL");
		return LOGSOURCE_E_CANNOT;
	}
	memcpy(source->base, options->where, len);
	r = webcall_agent_new(&source->agent, &web);
	if (r > 0) {
		snprintf(source->why, sizeof(source->why), "%s: cannot be read",
		    options->ca);
		return LOGSOURCE_E_CANNOT;
	}
	return TRACE(r);
}

int
logsource_open(struct logsource **out, const struct logsource_options *options)
{
	struct logsource *source = calloc(1, sizeof(*source));
	int r;

	if (source == NULL)
		return FAULT(ENOMEM);
	*out = source;
	source->timeout_ms = options->timeout_ms;
	if (is_url(options->where))
		return TRACE(open_url(source, options));
	r = tlog_logdir_open(&source->dir, options->where);
	if (r > 0)
		snprintf(source->why, sizeof(source->why),
		    "no such folder, and no URL of http or https");
	return r > 0 ? LOGSOURCE_E_ABSENT : TRACE(r);
}

static void
drop(struct logsource *source, struct ahead *ahead)
{
	if (!ahead->is_begun)
		return;
	webcall_cancel(source->agent, &ahead->call);
	webcall_fini(&ahead->call);
	ahead->is_begun = false;
}

struct logsource *
logsource_close(struct logsource *source)
{
	if (source == NULL)
		return NULL;
	for (size_t i = 0; i < AHEAD; i++)
		drop(source, &source->ahead[i]);
	webcall_agent_freep(&source->agent);
	tlog_logdir_closep(&source->dir);
	free(source);
	return NULL;
}

void
logsource_closep(struct logsource **source)
{
	*source = logsource_close(*source);
}

const char *
logsource_why(const struct logsource *source)
{
	return source->why;
}

/* What came of a call. Returns: 0 a body; LOGSOURCE_E_*. */
static int
judge(struct logsource *source, const struct webcall *call)
{
	if (call->end == WEBCALL_DONE && call->status == 200)
		return 0;
	if (call->end == WEBCALL_DONE)
		snprintf(source->why, sizeof(source->why), "%s: status %ld",
		    call->url, call->status);
	else
		snprintf(source->why, sizeof(source->why), "%s: %s", call->url,
		    call->reason);
	return call->end == WEBCALL_DONE &&
		(call->status == 404 || call->status == 410)
	    ? LOGSOURCE_E_ABSENT
	    : LOGSOURCE_E_CANNOT;
}

int
logsource_checkpoint(struct logsource *source, struct str *note,
    struct arena *arena)
{
	struct webcall call = { .limit = LIMIT_TLOG_NOTE_BYTES };
	char url[URL_MAX + 16];
	int r;

	if (source->dir != NULL) {
		r = tlog_logdir_checkpoint(source->dir, note, arena);
		if (r > 0)
			snprintf(source->why, sizeof(source->why),
			    "no checkpoint in it");
		return r > 0 ? LOGSOURCE_E_ABSENT : TRACE(r);
	}
	snprintf(url, sizeof(url), "%s/checkpoint", source->base);
	call.url = url;
	r = webcall_run(source->agent, &call, source->timeout_ms);
	if (r == 0)
		r = judge(source, &call);
	if (r == 0) {
		*note = arena_str(arena, buf_str(&call.body));
		r = note->p != NULL ? 0 : FAULT(ENOMEM);
	}
	webcall_fini(&call);
	return r < 0 ? TRACE(r) : r;
}

/* --- over the network ---------------------------------------------------- */

static void
url_of(const struct logsource *source, char *url, size_t size,
    const struct tlog_tile *tile)
{
	char path[TLOG_TILE_PATH_BYTES];

	tlog_tile_format_path(path, tile);
	snprintf(url, size, "%s/%s", source->base, path);
}

/* Fetch a tile, or the full one where there is no partial one any more. */
static int
fetch_tile(struct logsource *source, struct webcall *call,
    struct tlog_tile *tile)
{
	char url[URL_MAX + TLOG_TILE_PATH_BYTES];
	int r;

	call->limit = TLOG_TILE_BYTES + 1; /* one more shows an excess */
	call->url = url;
	url_of(source, url, sizeof(url), tile);
	r = webcall_run(source->agent, call, source->timeout_ms);
	if (r == 0)
		r = judge(source, call);
	if (r == LOGSOURCE_E_ABSENT && tile->width < TLOG_TILE_WIDTH) {
		tile->width = TLOG_TILE_WIDTH;
		url_of(source, url, sizeof(url), tile);
		r = webcall_run(source->agent, call, source->timeout_ms);
		if (r == 0)
			r = judge(source, call);
	}
	call->url = NULL;
	return r < 0 ? TRACE(r) : r;
}

static int
read_tile(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	struct logsource *source = context;
	struct tlog_tile tile = { false, level, index, width };
	struct webcall call = { 0 };
	int r = fetch_tile(source, &call, &tile);

	if (call.end == WEBCALL_TOO_LARGE)
		r = TLOG_TILE_E_EXTRA;
	else if (r == LOGSOURCE_E_ABSENT)
		r = TLOG_TILE_E_MISSING;
	else if (r != 0)
		r = r < 0 ? TRACE(r) : FAULT(EIO);
	else if (call.body.len < 32 * (size_t)tile.width)
		r = TLOG_TILE_E_SHORT;
	else if (call.body.len > 32 * (size_t)tile.width)
		r = TLOG_TILE_E_EXTRA;
	else
		memcpy(hashes, call.body.bytes, 32 * (size_t)width);
	webcall_fini(&call);
	return r;
}

static int
start(struct logsource *source, struct ahead *ahead, uint64_t index,
    unsigned width)
{
	drop(source, ahead);
	ahead->tile = (struct tlog_tile){ true, 0, index, width };
	url_of(source, ahead->url, sizeof(ahead->url), &ahead->tile);
	ahead->call = (struct webcall){ .url = ahead->url,
		.limit = BUNDLE_MAX + 1 };
	ahead->is_begun = true;
	return TRACE(webcall_start(source->agent, &ahead->call,
	    source->timeout_ms));
}

static bool
is_of(const struct ahead *ahead, uint64_t index, unsigned width)
{
	return ahead->is_begun && ahead->tile.index == index &&
	    ahead->tile.width >= width;
}

/* Have this bundle on its way, and the next ones. */
static int
start_all(struct logsource *source, uint64_t index, unsigned width)
{
	for (uint64_t i = index; i < index + AHEAD; i++) {
		struct ahead *ahead = &source->ahead[i % AHEAD];
		unsigned of = i == index ? width :
		    tlog_tile_width(source->size, 0, i);
		int r;

		if (of == 0 || is_of(ahead, i, of))
			continue;
		r = start(source, ahead, i, of);
		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

/* Wait for one, whichever ends before it. */
static int
await(struct logsource *source, struct ahead *ahead)
{
	while (ahead->call.end == WEBCALL_PENDING) {
		struct webcall *ended = NULL;
		int r = webcall_wait(source->agent, &ended,
		    source->timeout_ms + 1000, -1);

		if (r < 0)
			return TRACE(r);
		if (r > 0)
			webcall_cancel(source->agent, &ahead->call);
	}
	return judge(source, &ahead->call);
}

static int
kind_of_parse(int r)
{
	return r == TLOG_BUNDLE_E_SHORT ? TLOG_AUDIT_SHORT
	    : r == TLOG_BUNDLE_E_EXTRA	? TLOG_AUDIT_EXTRA
					: 0;
}

static int
read_entries(void *context, uint64_t index, unsigned width,
    struct str *entries, size_t *n)
{
	struct logsource *source = context;
	struct ahead *ahead = &source->ahead[index % AHEAD];
	struct str all[TLOG_TILE_WIDTH];
	int r = start_all(source, index, width);

	*n = 0;
	if (r == 0)
		r = await(source, ahead);
	if (r == LOGSOURCE_E_ABSENT && ahead->tile.width < TLOG_TILE_WIDTH) {
		r = start(source, ahead, index, TLOG_TILE_WIDTH);
		if (r == 0)
			r = await(source, ahead);
	}
	if (ahead->call.end == WEBCALL_TOO_LARGE)
		return TLOG_AUDIT_EXTRA;
	if (r == LOGSOURCE_E_ABSENT)
		return TLOG_AUDIT_MISSING;
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	r = kind_of_parse(tlog_bundle_parse(all, n, ahead->tile.width,
	    buf_str(&ahead->call.body)));
	*n = MIN(*n, width);
	memcpy(entries, all, *n * sizeof(all[0]));
	return r;
}

struct tlog_audit_source
logsource_reader(struct logsource *source, uint64_t size)
{
	source->size = size;
	if (source->dir != NULL)
		return tlog_logdir_source(source->dir);
	return (struct tlog_audit_source){ .tiles = { read_tile, source },
		.entries = read_entries, .context = source };
}
