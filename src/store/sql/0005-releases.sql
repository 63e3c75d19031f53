-- Who signed what goes to the public, and who read its texts.

CREATE TABLE release_sign (
	digest BLOB NOT NULL,
	act TEXT NOT NULL,
	person TEXT NOT NULL,
	role INTEGER NOT NULL,
	time_us INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (digest, act, person)
) STRICT, WITHOUT ROWID;
