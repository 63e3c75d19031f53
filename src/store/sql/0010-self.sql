-- What a person may be told: who looked them up, and what they complain of.

-- An entry is about a person: found by the keyed digest of the one asked for,
-- or of the one whose record was found. Only what may be told is here.
CREATE TABLE lookup (
	subject BLOB NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (subject, idx)
) STRICT, WITHOUT ROWID;

CREATE INDEX lookup_of_entry ON lookup (idx);

-- Look-ups that flow from a ground under seal, with an instrument or none, wait
-- for its lifting: in no order of subjects, so that who looks for a subject
-- does not pass them. least_us: not before, by order about the instrument.
CREATE TABLE veil (
	ori TEXT NOT NULL,
	kind TEXT NOT NULL,
	number TEXT NOT NULL,
	instrument TEXT NOT NULL,
	lifts_us INTEGER NOT NULL,
	least_us INTEGER NOT NULL,
	PRIMARY KEY (ori, kind, number, instrument)
) STRICT, WITHOUT ROWID;

CREATE INDEX veil_lifting ON veil (lifts_us);

CREATE TABLE veiled (
	ori TEXT NOT NULL,
	kind TEXT NOT NULL,
	number TEXT NOT NULL,
	instrument TEXT NOT NULL,
	idx INTEGER NOT NULL,
	subject BLOB NOT NULL,
	PRIMARY KEY (ori, kind, number, instrument, idx)
) STRICT, WITHOUT ROWID;

CREATE INDEX veiled_of_entry ON veiled (idx);

-- Tokens of portals that were used: digests of their jti.
CREATE TABLE token (
	portal TEXT NOT NULL,
	jti BLOB NOT NULL,
	expires_us INTEGER NOT NULL,
	PRIMARY KEY (portal, jti)
) STRICT, WITHOUT ROWID;

CREATE INDEX token_expiring ON token (expires_us);

-- idx: of the entry that filed it; about: of the entry complained of; answer:
-- of the entry that answers it. What was written is in these entries, sealed.
CREATE TABLE complaint (
	id TEXT NOT NULL PRIMARY KEY,
	idx INTEGER NOT NULL,
	about INTEGER NOT NULL,
	subject BLOB NOT NULL,
	reason TEXT NOT NULL,
	state INTEGER NOT NULL,
	created_us INTEGER NOT NULL,
	answer INTEGER NOT NULL,
	answered_us INTEGER NOT NULL,
	UNIQUE (subject, about)
) STRICT, WITHOUT ROWID;

-- State 1 is COMPLAINTS_RECEIVED.
CREATE INDEX complaint_waiting ON complaint (created_us) WHERE state = 1;
