-- What arrived in bulk and is held sealed; what was ordered of it.

-- State 0 is CONSIGNMENTS_ERASED, 1 HELD, 2 ENDING.
CREATE TABLE consignment (
	id TEXT NOT NULL PRIMARY KEY,
	idx INTEGER NOT NULL,
	state INTEGER NOT NULL,
	sender TEXT NOT NULL,
	form TEXT NOT NULL,
	digest BLOB NOT NULL,
	size INTEGER NOT NULL,
	records INTEGER NOT NULL,
	received_us INTEGER NOT NULL,
	deadline INTEGER NOT NULL,
	registered_by TEXT NOT NULL,
	ordered TEXT NOT NULL,
	ordered_by TEXT NOT NULL,
	ordered_us INTEGER NOT NULL,
	confirmed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The same bytes are held once.
CREATE UNIQUE INDEX consignment_digest ON consignment (digest) WHERE state <> 0;
CREATE INDEX consignment_ending ON consignment (id) WHERE state = 2;
