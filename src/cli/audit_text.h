/*
 * The bytes of a published log as UTF-8 text, whatever they were written in:
 * UTF-8, UTF-16 with or without its mark, or a Windows code page (bytes that
 * are no UTF-8 are read as Windows-1252, one by one). NUL bytes are left out.
 * Read piece by piece; memory does not grow with the log.
 */
#ifndef STILE_CLI_AUDIT_TEXT_H
#define STILE_CLI_AUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/csv_file.h"

enum audit_text_form {
	AUDIT_TEXT_UTF8 = 0,
	AUDIT_TEXT_UTF16_LITTLE,
	AUDIT_TEXT_UTF16_BIG,
};

struct audit_text {
	csv_file_source_fn *source; /* of the bytes */
	void *context;
	enum audit_text_form form;
	bool is_begun;
	bool is_ended; /* the source has no more */
	bool has_windows; /* bytes were no UTF-8 */
	uint32_t high;	  /* first half of a UTF-16 pair; 0: none */
	uint64_t n_read;  /* bytes of the source so far */
	char start[16];	  /* the first of them */
	size_t n_start;
	char bytes[65536];
	size_t at, n_bytes; /* those not yet handed on */
};

/* Begin; source hands out the bytes. */
void audit_text_init(struct audit_text *text, csv_file_source_fn *source,
    void *context) NONNULL;

/* A csv_file_source_fn whose context is the struct audit_text. */
int audit_text_read(void *context, char *bytes, size_t room, size_t *n)
    MUST_USE NONNULL;

/* "UTF-8", "UTF-16" or "Windows-1252": what it was so far. */
const char *audit_text_encoding(const struct audit_text *text) NONNULL;

/*
 * Files that are no text, told by their first bytes. Asked after the first
 * read. Returns: "an Excel workbook", and *help how to make a CSV of it; NULL
 * for text.
 */
const char *audit_text_foreign(const struct audit_text *text,
    const char **help) NONNULL;

#endif
