-- Requests, what they wait for and what they counted; packs in force.

-- idx: of the entry that decided it first, latest: last. Under key (the digest
-- of an Idempotency-Key, or nothing) the first answer is found again; body is
-- the digest of what was asked with it.
CREATE TABLE request (
	idx INTEGER NOT NULL PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	latest INTEGER NOT NULL,
	requester TEXT NOT NULL,
	ori TEXT NOT NULL,
	ground TEXT NOT NULL,
	subject BLOB NOT NULL,
	state INTEGER NOT NULL,
	created_us INTEGER NOT NULL,
	decided_us INTEGER NOT NULL,
	expires_us INTEGER NOT NULL,
	needed INTEGER NOT NULL,
	frame BLOB NOT NULL,
	key BLOB NOT NULL,
	body BLOB NOT NULL
) STRICT;

CREATE INDEX request_key ON request (requester, key) WHERE length(key) > 0;

-- State 1 is REQUESTS_REFERRED.
CREATE INDEX request_referred ON request (ori, created_us) WHERE state = 1;
CREATE INDEX request_lapsing ON request (expires_us) WHERE state = 1;

CREATE TABLE approval (
	request TEXT NOT NULL REFERENCES request (id),
	role INTEGER NOT NULL,
	approver TEXT NOT NULL,
	time_us INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (request, role),
	UNIQUE (request, approver)
) STRICT, WITHOUT ROWID;

-- Distinct subjects: the newest minute each was seen, and per minute how many
-- have it as their newest, so that a window is a short sum.
CREATE TABLE seen (
	scope INTEGER NOT NULL,
	key TEXT NOT NULL,
	subject BLOB NOT NULL,
	time_us INTEGER NOT NULL,
	PRIMARY KEY (scope, key, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (
	scope INTEGER NOT NULL,
	key TEXT NOT NULL,
	time_us INTEGER NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (scope, key, time_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
	scope INTEGER NOT NULL,
	key TEXT NOT NULL,
	time_us INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (scope, key, time_us, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE pack (
	idx INTEGER NOT NULL,
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	hash TEXT NOT NULL,
	activated_us INTEGER NOT NULL,
	PRIMARY KEY (name, idx)
) STRICT, WITHOUT ROWID;
