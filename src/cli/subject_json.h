/*
 * Subjects on the command line, as the API's JSON takes them.
 *
 * A subject is one whole key. For `stile ask` it is spread over options
 * (--plate, --state, --year, --type; --vin; --licence, --state; --person);
 * where several may be named it is one word of --subject:
 *
 *	vin:1HGCM82633A004352		plate:NY:ABC1234:2027:PC
 *	licence:NY:512839476		person:MARTINEZ,ELENA,1984-03-09
 *
 * Only the shape is looked at; whether a key is whole is the gate's to say.
 */
#ifndef STILE_CLI_SUBJECT_JSON_H
#define STILE_CLI_SUBJECT_JSON_H

#include "cli/verb.h"
#include "util/attr.h"
#include "util/json.h"

/* Rows of an options table: the parts of one subject. */
#define SUBJECT_JSON_OPTIONS                                                   \
	{ .name = "plate", .kind = OPTION_TEXT, .value = "NUMBER",             \
	    .help = "A plate, with --state, --year and --type" },              \
	    { .name = "state", .kind = OPTION_TEXT, .value = "ST",             \
		.help = "Two letters: where plate or licence are from" },      \
	    { .name = "year", .kind = OPTION_NUMBER, .value = "YYYY",          \
		.help = "Year the plate expires",                              \
		.least = 1900, .most = 2200 },                                 \
	    { .name = "type", .kind = OPTION_TEXT, .value = "CODE",            \
		.help = "Type of plate, two letters (NCIC): PC, TK, MC …" },   \
	    { .name = "vin", .kind = OPTION_TEXT, .value = "VIN",              \
		.help = "A vehicle's number" },                                \
	    { .name = "licence", .kind = OPTION_TEXT, .value = "NUMBER",       \
		.help = "A driver's licence, with --state" },                  \
	    { .name = "person", .kind = OPTION_TEXT,                           \
		.value = "FAMILY,GIVEN,YYYY-MM-DD",                            \
		.help = "A person by full name and birth date" }

/* The row for several subjects. */
#define SUBJECT_JSON_LIST                                                      \
	{ .name = "subject", .kind = OPTION_TEXT, .value = "KEY",              \
	    .help = "vin:…, plate:ST:NUMBER:YYYY:TYPE, licence:ST:NUMBER, "    \
		    "person:FAMILY,GIVEN,DATE",                                \
	    .is_repeated = true }

/* The row for the order of a court not to tell. */
#define SUBJECT_JSON_SEAL                                                      \
	{ .name = "sealed-until", .kind = OPTION_DATE, .value = "DAY",         \
	    .help = "The last day of a court's order not to tell of it" }

/* Write "sealed_until" of it; nothing when it was not given. */
void subject_json_put_seal(struct cli *cli, struct json *json) NONNULL;

/*
 * Write the one subject of the options. Returns: VERB_OK; else the exit code,
 * and it was said why.
 */
int subject_json_put(struct cli *cli, struct json *json) MUST_USE NONNULL;

/* Write "subjects":[…] of all --subject; nothing when there is none. */
int subject_json_put_list(struct cli *cli, struct json *json) MUST_USE NONNULL;

#endif
