-- Who may ask.

CREATE TABLE agency (
	ori TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	kind TEXT NOT NULL,
	status INTEGER NOT NULL,
	agreement_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE unit (
	ori TEXT NOT NULL REFERENCES agency (ori),
	unit TEXT NOT NULL,
	name TEXT NOT NULL,
	status INTEGER NOT NULL,
	PRIMARY KEY (ori, unit)
) STRICT, WITHOUT ROWID;

-- An empty unit is no unit, so that column has no reference.
CREATE TABLE requester (
	id TEXT NOT NULL PRIMARY KEY,
	ori TEXT NOT NULL REFERENCES agency (ori),
	unit TEXT NOT NULL,
	name TEXT NOT NULL,
	title TEXT NOT NULL,
	roles INTEGER NOT NULL,
	status INTEGER NOT NULL,
	training_until INTEGER NOT NULL,
	agreement_until INTEGER NOT NULL,
	need_ends INTEGER NOT NULL,
	subject BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX requester_of_agency ON requester (ori, id);

CREATE TABLE credential (
	fingerprint BLOB NOT NULL PRIMARY KEY,
	requester TEXT NOT NULL REFERENCES requester (id),
	not_after INTEGER NOT NULL,
	status INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credential_of_requester ON credential (requester, fingerprint);
