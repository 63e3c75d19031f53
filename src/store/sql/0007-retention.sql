-- How long sealed values are kept: an epoch's key is for entries of one kind,
-- so that it can be erased when all of them are past; a hold keeps some longer.

ALTER TABLE epoch ADD COLUMN class TEXT NOT NULL DEFAULT '';

CREATE INDEX sealed_of_epoch ON sealed (epoch);

CREATE INDEX request_of_entry ON request (idx);

-- lifted_us 0: in force.
CREATE TABLE hold (
	id TEXT NOT NULL PRIMARY KEY,
	from_idx INTEGER NOT NULL,
	to_idx INTEGER NOT NULL,
	reason TEXT NOT NULL,
	placed_by TEXT NOT NULL,
	placed_us INTEGER NOT NULL,
	lifted_by TEXT NOT NULL,
	lifted_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
