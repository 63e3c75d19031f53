-- The log and what stands beside it.
--
-- The files here are written for SQLite; sql/embed turns INTEGER, BLOB, TEXT
-- and table options into PostgreSQL's words. Instants are microseconds since
-- 1970, days are days since 1970, "_until" is the first moment no longer.

CREATE TABLE meta (
	name TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
	idx INTEGER NOT NULL PRIMARY KEY,
	time_us INTEGER NOT NULL,
	type TEXT NOT NULL,
	bytes BLOB NOT NULL
) STRICT;

CREATE TABLE tile (
	level INTEGER NOT NULL,
	n INTEGER NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (level, n)
) STRICT;

-- An erased epoch keeps its id and an empty key.
CREATE TABLE epoch (
	id INTEGER NOT NULL PRIMARY KEY,
	created_us INTEGER NOT NULL,
	wrapped BLOB NOT NULL
) STRICT;

-- The values of an entry and the answer it gave: erased together.
CREATE TABLE sealed (
	idx INTEGER NOT NULL PRIMARY KEY REFERENCES entry (idx),
	epoch INTEGER NOT NULL REFERENCES epoch (id),
	bytes BLOB NOT NULL,
	answer BLOB NOT NULL
) STRICT;

-- What the keeper signed, by the size of the tree, one a batch: a receipt can
-- be made again as it was given.
CREATE TABLE head (
	size INTEGER NOT NULL PRIMARY KEY,
	note BLOB NOT NULL
) STRICT;
