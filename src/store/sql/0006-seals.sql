-- Until when a ground must not be known outside: sealed while it is open and a
-- while after, and by order of a court until a moment. 2^63 - 1: no end yet.

CREATE TABLE seal (
	ori TEXT NOT NULL,
	kind TEXT NOT NULL,
	number TEXT NOT NULL,
	lift_us INTEGER NOT NULL,
	order_us INTEGER NOT NULL,
	PRIMARY KEY (ori, kind, number)
) STRICT, WITHOUT ROWID;

-- Of grounds that were there before: closed ones for 90 days more.
INSERT INTO seal (ori, kind, number, lift_us, order_us)
	SELECT ori, 'investigation', number,
	    CASE WHEN status = 0 THEN closed_us + 7776000000000
	    ELSE 9223372036854775807 END, 0 FROM investigation;
INSERT INTO seal (ori, kind, number, lift_us, order_us)
	SELECT ori, 'wanted', number, 9223372036854775807, 0 FROM wanted;
