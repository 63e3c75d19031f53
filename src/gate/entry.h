/*
 * Entries: what the log keeps of every event.
 *
 * An entry is a JSON object whose open members are an allow-list and whose
 * labels are public while their values are salted digests (SD-JWT array-element
 * digests, RFC 9901 section 4.2.4.2). The kinds and their labels are rows of
 * entries.def.
 */
#ifndef STILE_GATE_ENTRY_H
#define STILE_GATE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/random.h"
#include "util/str.h"

enum entry_type {
	ENTRY_NONE = 0,
#define T(type, name) ENTRY_##type,
#include "gate/entries.def"
	ENTRY_N,
};

enum entry_label {
	LABEL_ABOUT,
	LABEL_AGENCY,
	LABEL_APPROVALS,
	LABEL_BIRTH_MONTH,
	LABEL_BODY_DIGEST,
	LABEL_CERTIFICATE,
	LABEL_CHANGE,
	LABEL_COMPLAINT,
	LABEL_CUSTODIANS,
	LABEL_DEADLINE,
	LABEL_DETAIL,
	LABEL_DIGEST,
	LABEL_DISCLOSED,
	LABEL_DUTIES,
	LABEL_END_USE,
	LABEL_ERASED,
	LABEL_FIELDS,
	LABEL_FORM,
	LABEL_GRANTED,
	LABEL_GROUND,
	LABEL_GROUND_KIND,
	LABEL_HOLD,
	LABEL_ID,
	LABEL_INSTRUMENT,
	LABEL_MARKING,
	LABEL_NEEDS,
	LABEL_NUMBER,
	LABEL_OPERATOR,
	LABEL_OUTCOME,
	LABEL_PACK,
	LABEL_PEER,
	LABEL_PERMITTED,
	LABEL_PURPOSE,
	LABEL_RANGE,
	LABEL_REASON,
	LABEL_RECORD,
	LABEL_RECORDS,
	LABEL_REFUSED_MEMBER,
	LABEL_REQUESTOR,
	LABEL_ROLE,
	LABEL_RULES,
	LABEL_SEALED_UNTIL,
	LABEL_SENDER,
	LABEL_SIZE,
	LABEL_SOURCE,
	LABEL_SUBJECT,
	LABEL_SUBJECT_INDEX,
	LABEL_SUBJECT_KIND,
	LABEL_SUBJECTS,
	LABEL_SUPERSEDES,
	LABEL_TEXT,
	LABEL_TOPIC,
	LABEL_UNIT,
	LABEL_WHAT,
	LABEL_N,
};

enum entry_audience {
	AUDIENCE_HOLDER = 0, /* stays in the holder's sealed copy */
	AUDIENCE_ASKER,	     /* opened in the receipt of the one who asked */
};

struct entry {
	enum entry_type type;
	int64_t time_us;
	struct str holder;
	struct str decision; /* "permit", "refer", "deny", "done" */
	const struct str *packs; /* "name:hash" */
	size_t n_packs;
	struct str values[LABEL_N]; /* JSON text; p == NULL: absent */
	struct str answer[2]; /* kept sealed beside the values; empty: none */
	bool has_failed; /* a value found no memory; entry_write() fails */
};

/* What came of an entry: all in the arena. */
struct entry_text {
	struct str leaf; /* the bytes that are hashed into the log */
	/* Disclosures (base64url) of the receipt, each followed by '~'. */
	struct str for_asker;
	struct str kept; /* all of them, as claims/kept.h has them */
};

/* "request" and so on; STR("") for ENTRY_NONE. */
struct str entry_type_name(enum entry_type type);

/* Set a label to a string, quoted into the arena. No memory: the entry fails. */
void entry_put(struct entry *entry, struct arena *arena,
    enum entry_label label, struct str text) NONNULL;

/* Set a label to JSON text. */
void entry_put_json(struct entry *entry, enum entry_label label,
    struct str json) NONNULL;

/*
 * Write the entry down: salts, digests, leaf. An absent value is a null whose
 * disclosure the holder keeps, whoever the label is for.
 *
 * random: the salts' source. Returns: 0; fault ENOMEM.
 */
int entry_write(struct entry_text *text, struct arena *arena,
    const struct entry *entry, const struct random *random) MUST_USE NONNULL;

#endif
