-- What the holder says to the public: drafted by one person, approved by
-- another; each change an entry. approved_us 0: not approved.

CREATE TABLE statement (
	number TEXT NOT NULL PRIMARY KEY,
	topic TEXT NOT NULL,
	body TEXT NOT NULL,
	supersedes TEXT NOT NULL,
	drafted_by TEXT NOT NULL,
	drafted_us INTEGER NOT NULL,
	drafted_idx INTEGER NOT NULL,
	approved_by TEXT NOT NULL,
	approved_us INTEGER NOT NULL,
	approved_idx INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX statement_of_topic ON statement (topic);
