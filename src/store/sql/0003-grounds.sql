-- Why one may ask.

CREATE TABLE investigation (
	ori TEXT NOT NULL REFERENCES agency (ori),
	number TEXT NOT NULL,
	status INTEGER NOT NULL,
	offence TEXT NOT NULL,
	opened_us INTEGER NOT NULL,
	closed_us INTEGER NOT NULL,
	registered_by TEXT NOT NULL,
	PRIMARY KEY (ori, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignment (
	ori TEXT NOT NULL,
	number TEXT NOT NULL,
	requester TEXT NOT NULL REFERENCES requester (id),
	until_us INTEGER NOT NULL,
	PRIMARY KEY (ori, number, requester),
	FOREIGN KEY (ori, number) REFERENCES investigation (ori, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE investigation_subject (
	ori TEXT NOT NULL,
	number TEXT NOT NULL,
	subject BLOB NOT NULL,
	PRIMARY KEY (ori, number, subject),
	FOREIGN KEY (ori, number) REFERENCES investigation (ori, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE wanted (
	ori TEXT NOT NULL REFERENCES agency (ori),
	number TEXT NOT NULL,
	status INTEGER NOT NULL,
	kind TEXT NOT NULL,
	court TEXT NOT NULL,
	judge TEXT NOT NULL,
	docket TEXT NOT NULL,
	offence TEXT NOT NULL,
	issued INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	registered_by TEXT NOT NULL,
	PRIMARY KEY (ori, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE wanted_subject (
	ori TEXT NOT NULL,
	number TEXT NOT NULL,
	subject BLOB NOT NULL,
	PRIMARY KEY (ori, number, subject),
	FOREIGN KEY (ori, number) REFERENCES wanted (ori, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE instrument (
	id TEXT NOT NULL PRIMARY KEY,
	ori TEXT NOT NULL REFERENCES agency (ori),
	status INTEGER NOT NULL,
	kind TEXT NOT NULL,
	court TEXT NOT NULL,
	docket TEXT NOT NULL,
	issued INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	document BLOB NOT NULL,
	registered_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX instrument_of_agency ON instrument (ori, id);

CREATE TABLE instrument_scope (
	id TEXT NOT NULL REFERENCES instrument (id),
	field TEXT NOT NULL,
	PRIMARY KEY (id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE instrument_subject (
	id TEXT NOT NULL REFERENCES instrument (id),
	subject BLOB NOT NULL,
	PRIMARY KEY (id, subject)
) STRICT, WITHOUT ROWID;
