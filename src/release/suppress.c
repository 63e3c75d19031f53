/* Which small cells are withheld, and which others with them; suppress.h. */
#include "release/suppress.h"

#include <assert.h>
#include <string.h>

/* Nodes: rows, then columns with the totals as the last of them. */
#define NODES (LIMIT_REPORT_ROWS + LIMIT_REPORT_COLUMNS + 1)

/* A cell that is looked at; its arc is left out of the network. */
struct place {
	size_t row, column;
};

struct search {
	const struct suppress_table *table;
	struct place except;
	size_t from[NODES]; /* node before; SIZE_MAX: not reached */
};

static size_t
node_of(const struct suppress_table *table, size_t column)
{
	return table->n_rows + column;
}

/*
 * How much may be added to the flow from node a to node b. A cell's arc goes
 * from its column to its row; a total's from its row to the totals. It may
 * carry any number more, and what it carries may be taken back.
 */
static uint64_t
room(const struct search *search, size_t a, size_t b)
{
	const struct suppress_table *table = search->table;
	bool is_row = a < table->n_rows;
	size_t row = is_row ? a : b;
	size_t column = (is_row ? b : a) - table->n_rows;
	const struct suppress_cell *cell = &table->cells[row][column];
	bool is_total = column == table->n_columns;

	if (!cell->is_withheld || (row == search->except.row &&
				      column == search->except.column))
		return 0;
	return is_row == is_total ? UINT64_MAX : cell->n;
}

/* Breadth first from a; true when b was reached. */
static bool
reach(struct search *search, size_t a, size_t b)
{
	const struct suppress_table *table = search->table;
	size_t n_nodes = table->n_rows + table->n_columns + 1;
	size_t queue[NODES];
	size_t n = 0;

	for (size_t i = 0; i < n_nodes; i++)
		search->from[i] = SIZE_MAX;
	search->from[a] = a;
	queue[n++] = a;
	for (size_t at = 0; at < n && search->from[b] == SIZE_MAX; at++) {
		size_t node = queue[at];
		bool is_row = node < table->n_rows;
		size_t begin = is_row ? table->n_rows : 0;
		size_t end = is_row ? n_nodes : table->n_rows;

		for (size_t i = begin; i < end; i++) {
			if (search->from[i] != SIZE_MAX ||
			    room(search, node, i) == 0)
				continue;
			search->from[i] = node;
			queue[n++] = i;
		}
	}
	return search->from[b] != SIZE_MAX;
}

/* Send n more along an arc of the path. */
static void
send(struct suppress_table *table, size_t a, size_t b, uint64_t n)
{
	bool is_row = a < table->n_rows;
	size_t row = is_row ? a : b;
	size_t column = (is_row ? b : a) - table->n_rows;
	uint64_t *cell = &table->cells[row][column].n;

	if (is_row == (column == table->n_columns))
		*cell += n;
	else
		*cell -= n;
}

/* The most that flows from a to b past the place, at most limit. */
static uint64_t
flow(const struct suppress_table *table, struct place except, size_t a,
    size_t b, uint64_t limit)
{
	struct suppress_table copy = *table;
	struct search search = { .table = &copy, .except = except };
	uint64_t sum = 0;

	while (sum < limit && reach(&search, a, b)) {
		uint64_t n = limit - sum;

		for (size_t i = b; i != a; i = search.from[i])
			n = MIN(n, room(&search, search.from[i], i));
		for (size_t i = b; i != a; i = search.from[i])
			send(&copy, search.from[i], i, n);
		sum += n;
	}
	return sum;
}

static uint64_t
total_of(const struct suppress_table *table, size_t column)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < table->n_rows; i++)
		sum += table->cells[i][column].n;
	return sum;
}

/* What everybody knows of a cell from the columns' totals alone. */
static struct suppress_range
known_of(const struct suppress_table *table, size_t row, size_t column)
{
	bool is_total = column == table->n_columns;
	struct suppress_range known = { 0, 0 };

	for (size_t k = 0; k < table->n_columns; k++) {
		uint64_t total = total_of(table, k);
		size_t n_others = 0;

		if (table->cells[row][k].is_impossible ||
		    (!is_total && k != column))
			continue;
		for (size_t i = 0; i < table->n_rows; i++)
			n_others += i != row &&
			    !table->cells[i][k].is_impossible;
		known.most += total;
		known.least += n_others == 0 ? total : 0;
	}
	return known;
}

struct suppress_range
suppress_range_of(const struct suppress_table *table, size_t row,
    size_t column)
{
	const struct suppress_cell *cell = &table->cells[row][column];
	struct place place = { row, column };
	bool is_total = column == table->n_columns;
	size_t tail = is_total ? row : node_of(table, column);
	size_t head = is_total ? node_of(table, column) : row;
	uint64_t more;

	if (!cell->is_withheld)
		return (struct suppress_range){ cell->n, cell->n };
	/* More through the arc comes back the other way round, and less. */
	more = total_of(table, column) - cell->n;
	return (struct suppress_range){
		cell->n - flow(table, place, tail, head, cell->n),
		cell->n + flow(table, place, head, tail, more),
	};
}

static bool
is_small(const struct suppress_cell *cell, uint64_t least)
{
	return cell->n > 0 && cell->n < least;
}

/* Small, and not known to everybody anyhow. */
static bool
is_primary(const struct suppress_table *table, size_t row, size_t column,
    uint64_t least)
{
	struct suppress_range known = known_of(table, row, column);

	return is_small(&table->cells[row][column], least) &&
	    known.least < known.most;
}

static bool
is_safe(const struct suppress_table *table, size_t row, size_t column,
    uint64_t least)
{
	const struct suppress_cell *cell = &table->cells[row][column];
	struct suppress_range known;
	struct suppress_range range;

	if (!cell->is_withheld)
		return true;
	range = suppress_range_of(table, row, column);
	if (!is_small(cell, least))
		return range.most > range.least;
	known = known_of(table, row, column);
	return range.most > range.least && range.least == known.least &&
	    range.most >= MIN(least, known.most);
}

/* May it be withheld? Not what everybody knows anyhow. */
static bool
is_free(const struct suppress_table *table, size_t row, size_t column)
{
	struct suppress_range known = known_of(table, row, column);

	return !table->cells[row][column].is_impossible &&
	    known.least < known.most;
}

/*
 * Three cells that give a fourth room: what it has more, one in its row or one
 * in its column has less, and so around. A row's total goes the other way.
 */
struct ring {
	struct place places[3];
	uint64_t more; /* so much more the cell may be then, within the ring */
	size_t n_new;  /* cells withheld besides those that are already */
	uint64_t lost; /* what these say */
};

/* A ring over another row and column. Returns: whether there is one. */
static bool
draw_ring(struct ring *ring, const struct suppress_table *table,
    struct place at, struct place other)
{
	bool has_total = at.column == table->n_columns ||
	    other.column == table->n_columns;
	uint64_t beside = table->cells[at.row][other.column].n;
	uint64_t below = table->cells[other.row][at.column].n;
	uint64_t across = table->cells[other.row][other.column].n;

	*ring = (struct ring){ .places = { { at.row, other.column },
				   { other.row, at.column }, other } };
	ring->more = has_total ? MIN(below, across) : MIN(beside, below);
	for (size_t i = 0; i < ARRAY_LEN(ring->places); i++) {
		struct place place = ring->places[i];
		const struct suppress_cell *cell =
		    &table->cells[place.row][place.column];

		if (cell->is_withheld)
			continue;
		if (!is_free(table, place.row, place.column))
			return false;
		ring->n_new++;
		ring->lost += cell->n;
	}
	return ring->n_new > 0;
}

/* Room enough first; then few cells; then small ones. */
static bool
is_better(const struct ring *a, const struct ring *b, uint64_t need)
{
	uint64_t more_a = MIN(a->more, need);
	uint64_t more_b = MIN(b->more, need);

	if (more_a != more_b)
		return more_a > more_b;
	if (a->n_new != b->n_new)
		return a->n_new < b->n_new;
	return a->lost < b->lost;
}

static bool
choose_ring(struct ring *best, const struct suppress_table *table,
    struct place at, uint64_t need)
{
	bool is_found = false;

	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++) {
			struct ring ring = { 0 };

			if (i == at.row || k == at.column ||
			    !draw_ring(&ring, table, at,
				(struct place){ i, k }))
				continue;
			if (!is_found || is_better(&ring, best, need))
				*best = ring;
			is_found = true;
		}
	}
	return is_found;
}

/* Any cell that may be withheld and is not. */
static bool
withhold_any(struct suppress_table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++) {
			struct suppress_cell *cell = &table->cells[i][k];

			if (cell->is_withheld || !is_free(table, i, k))
				continue;
			cell->is_withheld = true;
			return true;
		}
	}
	return false;
}

/* Withhold more until this cell is safe. Returns: whether anything was. */
static bool
protect(struct suppress_table *table, struct place at, uint64_t least)
{
	bool is_changed = false;

	while (!is_safe(table, at.row, at.column, least)) {
		struct ring ring = { 0 };

		if (choose_ring(&ring, table, at, least)) {
			for (size_t i = 0; i < ARRAY_LEN(ring.places); i++)
				table->cells[ring.places[i].row]
					    [ring.places[i].column]
				    .is_withheld = true;
		} else if (!withhold_any(table)) {
			break;
		}
		is_changed = true;
	}
	return is_changed;
}

static void
add_totals(struct suppress_table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		struct suppress_cell *total =
		    &table->cells[i][table->n_columns];

		*total = (struct suppress_cell){ .is_impossible = true };
		for (size_t k = 0; k < table->n_columns; k++) {
			struct suppress_cell *cell = &table->cells[i][k];

			/* What is there was not impossible. */
			cell->is_impossible &= cell->n == 0;
			total->n += cell->n;
			total->is_impossible &= cell->is_impossible;
		}
	}
}

/* A column without entries is 0 throughout, as everybody knows. */
static void
close_empty(struct suppress_table *table)
{
	for (size_t k = 0; k < table->n_columns; k++) {
		if (total_of(table, k) > 0)
			continue;
		for (size_t i = 0; i < table->n_rows; i++)
			table->cells[i][k].is_impossible = true;
	}
}

void
suppress_split(struct suppress_table *table, uint64_t least)
{
	bool is_changed = true;

	assert(table->n_columns <= LIMIT_REPORT_COLUMNS);
	assert(table->n_rows <= LIMIT_REPORT_ROWS && least >= 3);
	close_empty(table);
	add_totals(table);
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++)
			table->cells[i][k].is_withheld =
			    is_primary(table, i, k, least);
	}
	while (is_changed) {
		is_changed = false;
		for (size_t i = 0; i < table->n_rows; i++) {
			for (size_t k = 0; k <= table->n_columns; k++)
				is_changed |= protect(table,
				    (struct place){ i, k }, least);
		}
	}
}

/* Withhold the smallest cell of the column that is published. */
static bool
withhold_one(struct suppress_table *table, size_t column)
{
	struct suppress_cell *best = NULL;

	for (size_t i = 0; i < table->n_rows; i++) {
		struct suppress_cell *cell = &table->cells[i][column];

		if (!cell->is_withheld && (best == NULL || cell->n < best->n))
			best = cell;
	}
	if (best != NULL)
		best->is_withheld = true;
	return best != NULL;
}

void
suppress_list(struct suppress_table *table, size_t column, uint64_t n_entries,
    uint64_t least)
{
	uint64_t sum = 0; /* what they add up to at most */
	size_t n_withheld = 0;

	assert(column < LIMIT_REPORT_COLUMNS);
	for (size_t i = 0; i < table->n_rows; i++) {
		struct suppress_cell *cell = &table->cells[i][column];

		cell->is_withheld = n_entries > 0 &&
		    (n_entries < least || is_small(cell, least));
		n_withheld += cell->is_withheld;
		sum += cell->is_withheld ? least - 1 : cell->n;
	}
	/* Each entry says something: then small cells may have but one size. */
	if (n_entries >= least && n_withheld > 0 && sum <= n_entries)
		(void)withhold_one(table, column);
}
