/*
 * The draft: an order as a file, with every text that a reviewer has to read.
 *
 * JSON lines, for people and their editors. The first says what the release is
 * about; each other is one text with an empty decision:
 *
 *	{"stile":"release-draft@v1","title":…,"from":0,"to":200,"agency":"",
 *	 "kind":"","profile":"<hash>","nonce":"<hex>"}
 *	{"entry":7,"label":"reason","digest":"…","value":"…","decision":""}
 *
 * The reviewer writes "release" or "withhold" as the decision and, if need be,
 * "exemptions" other than the profile's, or a summary to be stated, "say". The
 * draft holds values in the clear: it stays with the holder, mode 0600.
 */
#ifndef STILE_RELEASE_DRAFT_H
#define STILE_RELEASE_DRAFT_H

#include <stdint.h>

#include "release/order.h"
#include "util/attr.h"
#include "util/buf.h"

struct draft_report {
	uint64_t n_shown;
	uint64_t n_bare;
	uint64_t n_texts; /* to be read */
	uint64_t bad;	  /* the entry that is damaged, see below */
};

/* Append the first line, with its newline: what is entered is its SHA-256. */
void draft_add_head(struct buf *line, const struct order *order) NONNULL;

/*
 * Write the draft of an order to fd.
 *
 * Returns: 0; STOCK_E_DAMAGED and report->bad; fault.
 */
int draft_write(struct draft_report *report, int fd, struct stock *stock,
    const struct order *order) MUST_USE NONNULL;

#endif
