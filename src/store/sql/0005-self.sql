-- What a person may be told: who looked them up, and what they complain of.

-- An entry is about a person: found by the keyed digest of the one asked for,
-- or of the one whose record was found. Only what may be told is here.
CREATE TABLE lookup (
	subject BLOB NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (subject, idx)
) STRICT, WITHOUT ROWID;

CREATE INDEX lookup_of_entry ON lookup (idx);

-- A ground under seal. after_us: so long after the ground ended, or -1.
CREATE TABLE veil (
	kind TEXT NOT NULL,
	ori TEXT NOT NULL,
	number TEXT NOT NULL,
	lifts_us INTEGER NOT NULL,
	after_us INTEGER NOT NULL,
	PRIMARY KEY (kind, ori, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX veil_lifting ON veil (lifts_us);

-- Rows of lookup that wait for their ground's seal to lift. By ground and not
-- by subject: who looks for a subject does not pass them.
CREATE TABLE veiled (
	kind TEXT NOT NULL,
	ori TEXT NOT NULL,
	number TEXT NOT NULL,
	idx INTEGER NOT NULL,
	subject BLOB NOT NULL,
	PRIMARY KEY (kind, ori, number, idx)
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

-- What was asked before there were seals: by the key it was asked with.
INSERT INTO lookup (subject, idx)
	SELECT subject, idx FROM request WHERE length(subject) = 32
	UNION SELECT subject, latest FROM request WHERE length(subject) = 32;
