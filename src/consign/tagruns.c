/* Sorting the index in bounded memory; see tagruns.h. */
#include "consign/tagruns.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fault.h"
#include "util/frame.h"

#define DIGIT 11 /* bits sorted at a time: 2,048 counters fit the first cache */
#define VALUES (1u << DIGIT)
#define SLICE (LIMIT_CONSIGN_RUN / 4) /* entries of a slice, on average */
#define BUFFER 65536

int
tagruns_init(struct tagruns *runs, int fd)
{
	*runs = (struct tagruns){ .fd = fd };
	runs->entries = malloc(LIMIT_CONSIGN_RUN * sizeof(*runs->entries));
	runs->spare = malloc(LIMIT_CONSIGN_RUN * sizeof(*runs->spare));
	if (runs->entries == NULL || runs->spare == NULL) {
		tagruns_fini(runs);
		return FAULT(ENOMEM);
	}
	return 0;
}

void
tagruns_fini(struct tagruns *runs)
{
	free(runs->entries);
	free(runs->spare);
	runs->entries = NULL;
	runs->spare = NULL;
}

/* One digit of all entries, from one array to the other, keeping the order. */
static void
sort_digit(struct tagruns_entry *to, const struct tagruns_entry *from, size_t n,
    unsigned skip, unsigned shift)
{
	size_t starts[VALUES] = { 0 };
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		starts[from[i].tag << skip >> shift & (VALUES - 1)]++;
	for (size_t i = 0; i < VALUES; i++) {
		size_t count = starts[i];

		starts[i] = at;
		at += count;
	}
	for (size_t i = 0; i < n; i++)
		to[starts[from[i].tag << skip >> shift & (VALUES - 1)]++] =
		    from[i];
}

/*
 * Sort by tag; the first skip bits of all tags are the same. Two digits put
 * keyed hashes so near their place that the rest is a step now and then.
 */
static void
sort(struct tagruns_entry *entries, struct tagruns_entry *spare, size_t n,
    unsigned skip)
{
	sort_digit(spare, entries, n, skip, 64 - 2 * DIGIT);
	sort_digit(entries, spare, n, skip, 64 - DIGIT);
	for (size_t i = 1; i < n; i++) {
		struct tagruns_entry entry = entries[i];
		size_t at = i;

		for (; at > 0 && entries[at - 1].tag > entry.tag; at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

/* Keep two of each tag. Returns: how many are left. */
static size_t
thin(struct tagruns_entry *entries, size_t n, uint64_t *n_shared)
{
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++) {
		if (n_left >= 2 && entries[n_left - 1].tag == entries[i].tag &&
		    entries[n_left - 2].tag == entries[i].tag)
			continue;
		*n_shared += n_left >= 1 &&
		    entries[n_left - 1].tag == entries[i].tag;
		entries[n_left++] = entries[i];
	}
	return n_left;
}

static int
write_all(int fd, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FAULT(n < 0 ? errno : EIO);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
tagruns_flush(struct tagruns *runs)
{
	uint64_t before = runs->n_runs > 0 ? runs->run_ends[runs->n_runs - 1]
					   : 0;
	uint64_t ignored = 0;
	size_t n;
	int r;

	if (runs->n_entries == 0)
		return 0;
	if (runs->n_runs == LIMIT_CONSIGN_RUNS)
		return TAGRUNS_E_FULL;
	sort(runs->entries, runs->spare, runs->n_entries, 0);
	n = thin(runs->entries, runs->n_entries, &ignored);
	/* Read by this machine only, and soon: in its own order of bytes. */
	r = write_all(runs->fd, runs->entries, n * sizeof(*runs->entries));
	if (r < 0)
		return TRACE(r);
	runs->n_all -= runs->n_entries - n;
	runs->n_entries = 0;
	runs->run_ends[runs->n_runs++] = before + n;
	return 0;
}

/* --- merging ------------------------------------------------------------- */

/* What is read ahead of one run. */
struct reader {
	struct tagruns_entry *entries;
	size_t n_entries;
	size_t at;
	uint64_t next; /* entry of the runs file to be read next */
	uint64_t end;
};

/* The index file as it is written: buckets and entries, both from the front. */
struct output {
	uint8_t *buffer;
	size_t len;
	int fd;
	uint64_t offset;
};

struct merge {
	struct tagruns *runs;
	struct reader *readers;
	size_t room; /* entries read ahead of each run */
	struct output fences;
	struct output entries;
	unsigned bits;	 /* of a bucket */
	uint64_t bucket; /* whose fence is written next */
	uint64_t n_tags;
	uint64_t n_shared;
};

static int
output_flush(struct output *output)
{
	const uint8_t *p = output->buffer;

	while (output->len > 0) {
		ssize_t n = pwrite(output->fd, p, output->len,
		    (off_t)output->offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FAULT(n < 0 ? errno : EIO);
		p += n;
		output->len -= (size_t)n;
		output->offset += (uint64_t)n;
	}
	return 0;
}

static int
output_u64(struct output *output, uint64_t value)
{
	if (output->len == BUFFER) {
		int r = output_flush(output);

		if (r < 0)
			return TRACE(r);
	}
	frame_set_u64(output->buffer + output->len, value);
	output->len += 8;
	return 0;
}

/* Fences of all buckets up to this one. */
static int
put_fences(struct merge *merge, uint64_t bucket)
{
	int r = 0;

	while (merge->bucket <= bucket && r == 0) {
		r = output_u64(&merge->fences, merge->n_tags);
		merge->bucket++;
	}
	return TRACE(r);
}

static int
put_entries(struct merge *merge, const struct tagruns_entry *entries, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		uint64_t bucket = merge->bits == 0
		    ? 0
		    : entries[i].tag >> (64 - merge->bits);

		r = put_fences(merge, bucket);
		if (r == 0)
			r = output_u64(&merge->entries, entries[i].tag);
		if (r == 0)
			r = output_u64(&merge->entries, entries[i].place);
		merge->n_tags++;
	}
	return TRACE(r);
}

static int
read_ahead(const struct merge *merge, struct reader *reader)
{
	size_t want = (size_t)MIN((uint64_t)merge->room,
	    reader->end - reader->next);
	size_t len = want * sizeof(*reader->entries);
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(merge->runs->fd,
		    (char *)reader->entries + done, len - done,
		    (off_t)(reader->next * sizeof(*reader->entries) + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FAULT(n < 0 ? errno : EIO);
		done += (size_t)n;
	}
	reader->n_entries = want;
	reader->at = 0;
	reader->next += want;
	return 0;
}

/*
 * Of one run, the entries up to the last tag of the slice.
 *
 * Returns: 0; fault. A slice that does not fit memory cannot be: its tags are
 * hashes, and each run has at most two of one tag.
 */
static int
take_slice(struct merge *merge, struct reader *reader, uint64_t last, size_t *n)
{
	for (;;) {
		const struct tagruns_entry *entry;

		if (reader->at == reader->n_entries) {
			int r;

			if (reader->next == reader->end)
				return 0;
			r = read_ahead(merge, reader);
			if (r < 0)
				return TRACE(r);
		}
		entry = &reader->entries[reader->at];
		if (entry->tag > last)
			return 0;
		if (*n == LIMIT_CONSIGN_RUN)
			return FAULT(EOVERFLOW);
		merge->runs->entries[(*n)++] = *entry;
		reader->at++;
	}
}

static int
merge_slices(struct merge *merge)
{
	struct tagruns *runs = merge->runs;
	unsigned skip = 0;
	int r = 0;

	while (skip < TAGRUNS_BITS_MAX && runs->n_all >> skip > SLICE)
		skip++;
	for (uint64_t slice = 0; slice < UINT64_C(1) << skip && r == 0;
	     slice++) {
		uint64_t last = skip == 0
		    ? UINT64_MAX
		    : (slice << (64 - skip)) | (UINT64_MAX >> skip);
		size_t n = 0;

		for (size_t i = 0; i < runs->n_runs && r == 0; i++)
			r = take_slice(merge, &merge->readers[i], last, &n);
		if (r < 0)
			break;
		sort(runs->entries, runs->spare, n, skip);
		n = thin(runs->entries, n, &merge->n_shared);
		r = put_entries(merge, runs->entries, n);
	}
	if (r == 0)
		r = put_fences(merge, UINT64_C(1) << merge->bits);
	if (r == 0)
		r = output_flush(&merge->fences);
	if (r == 0)
		r = output_flush(&merge->entries);
	return TRACE(r);
}

static int
put_head(const struct merge *merge, int out, const char *id)
{
	uint8_t head[TAGRUNS_HEAD] = "STILEci1";
	ssize_t n;

	memcpy(head + 8, id, CONSIGN_ID);
	head[34] = (uint8_t)merge->bits;
	frame_set_u64(head + 40, merge->n_tags);
	n = pwrite(out, head, sizeof(head), 0);
	return n == (ssize_t)sizeof(head) ? 0 : FAULT(n < 0 ? errno : EIO);
}

/* All the memory a merge takes, by the size of a run. */
static int
open_merge(struct merge *merge, int out)
{
	struct tagruns *runs = merge->runs;
	size_t n = MAX(runs->n_runs, (size_t)1);

	merge->room = MAX(LIMIT_CONSIGN_RUN / n, (size_t)1);
	merge->room = MIN(merge->room, (size_t)8192);
	merge->readers = calloc(n, sizeof(*merge->readers));
	merge->fences = (struct output){ .fd = out, .offset = TAGRUNS_HEAD,
		.buffer = malloc(BUFFER) };
	merge->entries = (struct output){ .fd = out,
		.offset = TAGRUNS_HEAD + 8 * ((UINT64_C(1) << merge->bits) + 1),
		.buffer = malloc(BUFFER) };
	if (merge->readers == NULL || merge->fences.buffer == NULL ||
	    merge->entries.buffer == NULL)
		return FAULT(ENOMEM);
	for (size_t i = 0; i < runs->n_runs; i++) {
		struct reader *reader = &merge->readers[i];

		reader->entries = calloc(merge->room,
		    sizeof(*reader->entries));
		reader->next = i > 0 ? runs->run_ends[i - 1] : 0;
		reader->end = runs->run_ends[i];
		if (reader->entries == NULL)
			return FAULT(ENOMEM);
	}
	return 0;
}

static void
close_merge(struct merge *merge)
{
	for (size_t i = 0; merge->readers != NULL && i < merge->runs->n_runs;
	     i++)
		free(merge->readers[i].entries);
	free(merge->readers);
	free(merge->fences.buffer);
	free(merge->entries.buffer);
}

int
tagruns_merge(struct tagruns *runs, uint64_t *n_tags, uint64_t *n_shared,
    int out, const char id[static CONSIGN_ID])
{
	struct merge merge = { .runs = runs };
	int r;

	assert(runs->n_entries == 0);
	while (merge.bits < TAGRUNS_BITS_MAX &&
	    runs->n_all >> merge.bits > TAGRUNS_PER_BUCKET)
		merge.bits++;
	r = open_merge(&merge, out);
	if (r == 0)
		r = merge_slices(&merge);
	if (r == 0)
		r = put_head(&merge, out, id);
	close_merge(&merge);
	*n_tags = merge.n_tags;
	*n_shared = merge.n_shared;
	return TRACE(r);
}
