/*
 * For tests of consignments: a holder's directory with the public halves of a
 * keeper's pairs, three custodians, a way to receive a text, and the keeper's
 * answers made here from the secret halves.
 */
#ifndef STILE_TESTS_CONSIGN_HOUSE_H
#define STILE_TESTS_CONSIGN_HOUSE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "consign/folder.h"
#include "consign/receive.h"
#include "consign/source_consign.h"
#include "consign/whole.h"
#include "crypto/hmac.h"
#include "tap.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"

#define HOUSE_NOW INT64_C(1795521600000000) /* 2026-11-24 */

struct consign_house {
	char dir[64];
	struct random_state state;
	struct random random;
	struct seal_secret index, half, work;
	struct keyfile_custodian custodians[3];
	struct seal_secret custodian_secrets[3];
	struct receive_options options;
	struct receive_report report;
	struct arena arena;
	struct diag_list diags;
	unsigned n_ids;
};

UNUSED static int
house_open_work(void *context, struct seal_key *key,
    const struct seal_wrapped *wrapped)
{
	struct consign_house *house = context;

	return seal_unwrap(key, &house->options.public.work, &house->work,
	    wrapped);
}

UNUSED static void
house_open(struct consign_house *house)
{
	static const char *const names[] = { "ann", "ben", "cem" };
	uint8_t seed[32] = { 1 };

	*house = (struct consign_house){ .dir = "/tmp/stile-consign-XXXXXX" };
	check(mkdtemp(house->dir) != NULL);
	house->random = random_seeded(&house->state, 11);
	arena_init(&house->arena, 64 << 20);
	seal_pair_from_seed(&house->options.public.index, &house->index, seed);
	seed[0]++;
	seal_pair_from_seed(&house->options.public.half, &house->half, seed);
	seed[0]++;
	seal_pair_from_seed(&house->options.public.work, &house->work, seed);
	for (size_t i = 0; i < 3; i++) {
		seed[0]++;
		memcpy(house->custodians[i].name, names[i], 3);
		seal_pair_from_seed(&house->custodians[i].public,
		    &house->custodian_secrets[i], seed);
	}
	house->options = (struct receive_options){ .dir = house->dir,
		.name = "transfer",
		.form = CONSIGN_BYTES,
		.sender = STR("Another state"),
		.deadline = instant_day(HOUSE_NOW) + 30,
		.now_us = HOUSE_NOW,
		.threshold = 2,
		.custodians = house->custodians,
		.n_custodians = 3,
		.public = house->options.public,
		.max_bytes = UINT64_C(1) << 40,
		.open_work = house_open_work,
		.context = house,
		.random = &house->random };
}

UNUSED static int
house_remove_one(const char *path, const struct stat *info, int kind,
    struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

UNUSED static void
house_close(struct consign_house *house)
{
	arena_fini(&house->arena);
	nftw(house->dir, house_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A descriptor that reads the text. */
UNUSED static int
house_text_fd(struct str text)
{
	int fd = memfd_create("text", MFD_CLOEXEC);

	check(fd >= 0 && file_write_all(fd, text) == 0 &&
	    lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Receive what the descriptor gives, under the next id; closes it. */
UNUSED static int
house_receive_fd(struct consign_house *house, int fd)
{
	int r;

	diag_init(&house->diags, &house->arena, STR("transfer"),
	    (struct str){ 0 });
	house->report = (struct receive_report){ 0 };
	if (house->options.resume_id != NULL)
		memcpy(house->report.id, house->options.resume_id,
		    CONSIGN_ID);
	else
		snprintf(house->report.id, sizeof(house->report.id),
		    "01KAN0000000000000000000%02u", ++house->n_ids);
	house->options.fd = fd;
	r = receive_run(&house->report, &house->diags, &house->arena,
	    &house->options);
	if (r < 0) {
		printf("# receive: %s\n", strerror(-r));
		fault_trail(stdout);
	}
	if (r == RECEIVE_E_REFUSED && getenv("TAP_VERBOSE") != NULL)
		diag_print(&house->diags, stdout);
	close(fd);
	return r;
}

UNUSED static int
house_receive(struct consign_house *house, struct str text)
{
	return house_receive_fd(house, house_text_fd(text));
}

/* The keeper's answer to "what is the token of this subject?" */
UNUSED static int
house_ask(void *context, struct piece_token *token,
    const struct seal_wrapped *index, struct str subject)
{
	struct consign_house *house = context;
	struct seal_key key;
	struct hmac hmac;

	if (seal_unwrap(&key, &house->options.public.index, &house->index,
		index) != 0)
		return 1;
	hmac_init(&hmac, key.b, sizeof(key.b));
	hmac_of(&hmac, &token->code, subject.p, subject.len);
	return 0;
}

/* Fetch one record by a canonical key. */
UNUSED static int
house_fetch(struct consign_house *house, struct record *record,
    const char *canonical)
{
	struct subject_problem problem;
	struct subject subject;
	struct source source;
	int r = subject_parse_canonical(&subject, &problem, &house->arena,
	    str_of(canonical), instant_day(HOUSE_NOW));

	check(r == 0);
	r = source_consign_open(&source, house->dir, house->report.id,
	    instant_day(HOUSE_NOW), house_ask, house);
	if (r != 0)
		return r;
	r = source_fetch(record, &source, &house->arena, &subject);
	source_close(&source);
	return r;
}

/* What a custodian has of a consignment: bit i of set, custodian i. */
UNUSED static size_t
house_shares(struct consign_house *house, struct shamir_share *shares,
    unsigned set)
{
	struct keyfile file;
	size_t n = 0;

	if (folder_keys(&file, house->dir, house->report.id) != 0)
		return 0;
	for (size_t i = 0; i < file.n_custodians; i++) {
		struct seal_key y;

		if ((set >> i & 1) == 0)
			continue;
		check(seal_unwrap(&y, &file.custodians[i].public,
			  &house->custodian_secrets[i],
			  &file.custodians[i].share) == 0);
		shares[n].x = (uint8_t)(i + 1);
		memcpy(shares[n++].y, y.b, sizeof(y.b));
	}
	return n;
}

UNUSED static bool
house_half(struct consign_house *house, struct seal_key *half)
{
	struct keyfile file;

	return folder_keys(&file, house->dir, house->report.id) == 0 &&
	    seal_unwrap(half, &house->options.public.half, &house->half,
		&file.half) == 0;
}

/* Open the whole into DIR/whole with the custodians of the set. */
UNUSED static int
house_open_whole(struct consign_house *house, struct str *text, unsigned set)
{
	struct shamir_share shares[3];
	struct seal_key half = { { 0 } };
	char path[80];
	struct whole_options options = { .dir = house->dir,
		.id = house->report.id,
		.half = &half,
		.shares = shares,
		.n_shares = house_shares(house, shares, set),
		.path = path };
	int r;

	house_half(house, &half);
	snprintf(path, sizeof(path), "%s/whole", house->dir);
	diag_init(&house->diags, &house->arena, STR("whole"),
	    (struct str){ 0 });
	r = whole_open(&house->diags, &options);
	if (r == 0) {
		check(file_read(text, &house->arena, AT_FDCWD, path,
			  64 << 20) == 0);
		unlink(path);
	}
	return r;
}

/* Whether any file of the holder has the bytes. */
static const void *house_needle;
static size_t house_needle_len;
static unsigned house_n_found;

UNUSED static int
house_search_one(const char *path, const struct stat *info, int kind,
    struct FTW *place)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *bytes = info->st_size > 0
	    ? mmap(NULL, (size_t)info->st_size, PROT_READ, MAP_PRIVATE, fd, 0)
	    : MAP_FAILED;

	(void)kind;
	(void)place;
	if (bytes != MAP_FAILED) {
		house_n_found += memmem(bytes, (size_t)info->st_size,
		    house_needle, house_needle_len) != NULL;
		munmap(bytes, (size_t)info->st_size);
	}
	if (fd >= 0)
		close(fd);
	return 0;
}

UNUSED static unsigned
house_search(struct consign_house *house, struct str needle)
{
	house_needle = needle.p;
	house_needle_len = needle.len;
	house_n_found = 0;
	nftw(house->dir, house_search_one, 16, FTW_PHYS);
	return house_n_found;
}

/* Whether the reasons given hold this text. */
UNUSED static bool
house_said(const struct consign_house *house, const char *text)
{
	struct str first = diag_first(&house->diags);

	if (memmem(first.p, first.len, text, strlen(text)) != NULL)
		return true;
	printf("# said: %.*s\n", STR_ARG(first));
	return false;
}

#endif
