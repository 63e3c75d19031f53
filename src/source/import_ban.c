/* Names of columns that stay out; see import_ban.h. */
#include "source/import_ban.h"

#include <stdbool.h>

#define NAME_BYTES 256

#define BIRTHPLACE "place of birth is not kept (CRS 24-74-104)"
#define STATUS                                                                 \
	"citizenship and immigration status are not kept (CRS 24-74-104)"
#define DOCUMENT "identity and immigration documents are not kept (CRS 24-74-104)"
#define SSN "social security numbers are never stored (OMB M-07-16)"
#define RACE "race, ethnicity and religion have no field"

/*
 * pattern is lower case. A word stands alone in the name ("POB", "owner_ssn",
 * "OwnerSSN"); anything else may stand anywhere once the name's spaces and
 * punctuation are cut ("Place of Birth", "birthPlaceCity").
 */
static const struct {
	struct str pattern;
	bool is_word;
	struct str reason;
} rows[] = {
	{ STR_INIT("placeofbirth"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("birthplace"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("birthcity"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("birthstate"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("birthcountry"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("cityofbirth"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("stateofbirth"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("countryofbirth"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("bornin"), false, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("pob"), true, STR_INIT(BIRTHPLACE) },
	{ STR_INIT("citizen"), false, STR_INIT(STATUS) },
	{ STR_INIT("immigra"), false, STR_INIT(STATUS) },
	{ STR_INIT("migrant"), false, STR_INIT(STATUS) },
	{ STR_INIT("nationality"), false, STR_INIT(STATUS) },
	{ STR_INIT("naturaliz"), false, STR_INIT(STATUS) },
	{ STR_INIT("nationalorigin"), false, STR_INIT(STATUS) },
	{ STR_INIT("countryoforigin"), false, STR_INIT(STATUS) },
	{ STR_INIT("lawfulpresence"), false, STR_INIT(STATUS) },
	{ STR_INIT("legalpresence"), false, STR_INIT(STATUS) },
	{ STR_INIT("legalstatus"), false, STR_INIT(STATUS) },
	{ STR_INIT("lawfulstatus"), false, STR_INIT(STATUS) },
	{ STR_INIT("residencystatus"), false, STR_INIT(STATUS) },
	{ STR_INIT("permanentresident"), false, STR_INIT(STATUS) },
	{ STR_INIT("undocumented"), false, STR_INIT(STATUS) },
	{ STR_INIT("limitedduration"), false, STR_INIT(STATUS) },
	{ STR_INIT("temporarylawful"), false, STR_INIT(STATUS) },
	{ STR_INIT("deport"), false, STR_INIT(STATUS) },
	{ STR_INIT("uscis"), true, STR_INIT(STATUS) },
	{ STR_INIT("daca"), true, STR_INIT(STATUS) },
	{ STR_INIT("ctz"), true, STR_INIT(STATUS) },
	{ STR_INIT("alien"), true, STR_INIT(STATUS) },
	{ STR_INIT("aliennumber"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("alienregistration"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("anumber"), true, STR_INIT(DOCUMENT) },
	{ STR_INIT("passport"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("visa"), true, STR_INIT(DOCUMENT) },
	{ STR_INIT("greencard"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("i94"), true, STR_INIT(DOCUMENT) },
	{ STR_INIT("i551"), true, STR_INIT(DOCUMENT) },
	{ STR_INIT("sevis"), true, STR_INIT(DOCUMENT) },
	{ STR_INIT("matricula"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("consularid"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("foreignid"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("identitydocument"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("documentnumber"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("documenttype"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("documentimage"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("proofof"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("birthcertificate"), false, STR_INIT(DOCUMENT) },
	{ STR_INIT("socialsecurity"), false, STR_INIT(SSN) },
	{ STR_INIT("socsec"), false, STR_INIT(SSN) },
	{ STR_INIT("ssn"), true, STR_INIT(SSN) },
	{ STR_INIT("ssno"), true, STR_INIT(SSN) },
	{ STR_INIT("soc"), true, STR_INIT(SSN) },
	{ STR_INIT("itin"), true, STR_INIT(SSN) },
	{ STR_INIT("taxpayer"), false, STR_INIT(SSN) },
	{ STR_INIT("race"), true, STR_INIT(RACE) },
	{ STR_INIT("rac"), true, STR_INIT(RACE) },
	{ STR_INIT("ethnic"), false, STR_INIT(RACE) },
	{ STR_INIT("eth"), true, STR_INIT(RACE) },
	{ STR_INIT("religio"), false, STR_INIT(RACE) },
	{ STR_INIT("tribal"), true, STR_INIT(RACE) },
};

/* A name as lower-case letters and digits, with where each word begins. */
struct folded {
	char text[NAME_BYTES];
	bool is_start[NAME_BYTES + 1];
	size_t len;
};

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Words end at punctuation, and in "OwnerSSN" or "SSNNumber" where case turns. */
static bool
is_turn(struct str name, size_t i)
{
	if (i == 0)
		return true;
	if (is_upper(name.p[i]) && is_lower(name.p[i - 1]))
		return true;
	return is_upper(name.p[i]) && is_upper(name.p[i - 1]) &&
	    i + 1 < name.len && is_lower(name.p[i + 1]);
}

static void
fold(struct folded *folded, struct str name)
{
	bool is_apart = true;

	folded->len = 0;
	for (size_t i = 0; i < name.len && folded->len < NAME_BYTES; i++) {
		char c = name.p[i];
		bool is_digit = c >= '0' && c <= '9';

		if (!is_lower(c) && !is_upper(c) && !is_digit) {
			is_apart = true;
			continue;
		}
		folded->is_start[folded->len] = is_apart || is_turn(name, i);
		folded->text[folded->len++] =
		    is_upper(c) ? (char)(c - 'A' + 'a') : c;
		is_apart = false;
	}
	folded->is_start[folded->len] = true;
}

static bool
has_pattern(const struct folded *folded, struct str pattern, bool is_word)
{
	for (size_t i = 0; i + pattern.len <= folded->len; i++) {
		if (memcmp(folded->text + i, pattern.p, pattern.len) != 0)
			continue;
		if (!is_word || (folded->is_start[i] &&
			folded->is_start[i + pattern.len]))
			return true;
	}
	return false;
}

struct str
import_ban_reason(struct str column)
{
	struct folded folded;

	fold(&folded, column);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (has_pattern(&folded, rows[i].pattern, rows[i].is_word))
			return rows[i].reason;
	}
	return (struct str){ NULL, 0 };
}
