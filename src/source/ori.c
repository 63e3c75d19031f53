/* Shape and kind of agency identifiers; see ori.h. */
#include "source/ori.h"

#include <assert.h>

bool
ori_is_valid(struct str text)
{
	if (text.len != ORI_LEN)
		return false;
	for (size_t i = 0; i < ORI_LEN; i++) {
		char c = text.p[i];
		bool is_letter = c >= 'A' && c <= 'Z';
		bool is_digit = c >= '0' && c <= '9';

		if (!is_letter && !(is_digit && i >= 2))
			return false;
	}
	return true;
}

enum ori_kind
ori_kind_of(struct str text)
{
	static const struct {
		char last;
		enum ori_kind kind;
	} rows[] = {
		{ 'A', ORI_KIND_PROSECUTOR },	{ 'B', ORI_KIND_PRETRIAL },
		{ 'C', ORI_KIND_CORRECTIONS },	{ 'E', ORI_KIND_PRIVATE_POLICE },
		{ 'G', ORI_KIND_PROBATION },	{ 'I', ORI_KIND_INTERPOL },
		{ 'J', ORI_KIND_COURT },
	};
	char last;

	if (!ori_is_valid(text))
		return ORI_KIND_UNKNOWN;
	last = text.p[ORI_LEN - 1];
	if (last >= '0' && last <= '9')
		return ORI_KIND_LAW_ENFORCEMENT;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].last == last)
			return rows[i].kind;
	}
	return ORI_KIND_UNKNOWN;
}

struct str
ori_kind_text(enum ori_kind kind)
{
	static const struct str texts[] = {
		[ORI_KIND_UNKNOWN] = STR_INIT("unknown"),
		[ORI_KIND_LAW_ENFORCEMENT] = STR_INIT("law enforcement"),
		[ORI_KIND_PROSECUTOR] = STR_INIT("prosecutor"),
		[ORI_KIND_PRETRIAL] = STR_INIT("pretrial services"),
		[ORI_KIND_CORRECTIONS] = STR_INIT("corrections"),
		[ORI_KIND_PRIVATE_POLICE] =
		    STR_INIT("railroad or campus police"),
		[ORI_KIND_PROBATION] = STR_INIT("probation and parole"),
		[ORI_KIND_INTERPOL] = STR_INIT("INTERPOL"),
		[ORI_KIND_COURT] = STR_INIT("court"),
	};

	assert((size_t)kind < ARRAY_LEN(texts));
	return texts[kind];
}
