/*
 * Classes of the reasons that officers type.
 *
 * Table-driven (reason_words.def): a text is cut into words, each word is held
 * against the table with the misspellings that its length allows, and the
 * class of the highest rank among them is the text's. The classes describe what
 * was written down, not what was meant, and decide nothing: they tell the
 * judge which ground was claimed and for what end.
 */
#ifndef STILE_CLI_REASON_H
#define STILE_CLI_REASON_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/str.h"

/* In rising rank: of two that fit, the later one is the class. */
enum reason_class {
	REASON_OTHER = 0,  /* words that no class knows */
	REASON_BLANK,	   /* nothing, or None */
	REASON_KEYS,	   /* key-mash, a single character, an oath */
	REASON_NUMBER,	   /* a case number and nothing else */
	REASON_PLATE,	   /* a plate and nothing else */
	REASON_NAME,	   /* a name was there, taken out of the release */
	REASON_GENERIC,	   /* "investigation" */
	REASON_TOOL,	   /* text that the search tool wrote itself */
	REASON_BROAD,	   /* pattern of life, dragnet, monitoring */
	REASON_TEST,	   /* test, training, demonstration */
	REASON_TRAFFIC,	   /* traffic, expired licence */
	REASON_VEHICLE,	   /* suspicious vehicle, BOLO, attempt to locate */
	REASON_OFFENCE,	   /* a category of offence */
	REASON_MISSING,	   /* missing, endangered, welfare check */
	REASON_WANTED,	   /* warrant, wanted, fugitive */
	REASON_FEDERAL,	   /* a border or homeland agency, for no civil end said */
	REASON_IMMIGRATION, /* deportation, detainer, removal */
	REASON_PERSONAL,   /* wife, ex, neighbour: a personal marker */
	REASON_WITHHELD,   /* no such column, or taken out of the release */
	REASON_N_CLASSES,
};

struct reason {
	enum reason_class class;
	bool has_plate; /* a plate, or what a release put in its place */
	bool has_name;	/* what a release put in the place of a name */
	bool has_words; /* at least one word of two letters */
	bool is_common; /* all words are of the table: it can name nobody */
};

/* Classify a reason. */
void reason_classify(struct reason *reason, struct str text) NONNULL;

/* "Generic word only": for people. */
const char *reason_title(enum reason_class class);

/* "generic": for programs. */
const char *reason_name(enum reason_class class);

/*
 * The end use (of a request's `end_use`) that goes with the class: "criminal",
 * "wanted-person", "missing-person", "immigration-civil", …
 */
const char *reason_end_use(enum reason_class class);

#endif
