/*
 * Small cells: nobody can work a withheld one out. A small solver plays the
 * reader: it tries every table of whole numbers that agrees with the published
 * figures, and so finds all that a withheld cell could be.
 */
#include "release/suppress.h"

#include "tap.h"
#include "util/random.h"

#define LEAST 3

/* --- a reader who tries everything --------------------------------------- */

struct reader {
	const struct suppress_table *table;
	uint64_t totals[LIMIT_REPORT_COLUMNS];
	uint64_t guess[4][LIMIT_REPORT_COLUMNS];
	struct suppress_range seen[4][LIMIT_REPORT_COLUMNS + 1];
	uint64_t n_found;
};

static void
see(struct suppress_range *range, uint64_t n)
{
	range->least = MIN(range->least, n);
	range->most = MAX(range->most, n);
}

static void
keep(struct reader *reader)
{
	const struct suppress_table *table = reader->table;

	for (size_t k = 0; k < table->n_columns; k++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < table->n_rows; i++)
			sum += reader->guess[i][k];
		if (sum != reader->totals[k])
			return;
	}
	reader->n_found++;
	for (size_t i = 0; i < table->n_rows; i++) {
		uint64_t sum = 0;

		for (size_t k = 0; k < table->n_columns; k++) {
			see(&reader->seen[i][k], reader->guess[i][k]);
			sum += reader->guess[i][k];
		}
		see(&reader->seen[i][table->n_columns], sum);
	}
}

/* Does the row agree with its published total? */
static bool
is_row_right(const struct reader *reader, size_t row)
{
	const struct suppress_table *table = reader->table;
	const struct suppress_cell *total =
	    &table->cells[row][table->n_columns];
	uint64_t sum = 0;

	for (size_t k = 0; k < table->n_columns; k++)
		sum += reader->guess[row][k];
	return total->is_withheld || sum == total->n;
}

static void
try(struct reader *reader, size_t at)
{
	const struct suppress_table *table = reader->table;
	size_t row = at / table->n_columns;
	size_t column = at % table->n_columns;
	const struct suppress_cell *cell;
	uint64_t above = 0;

	if (at > 0 && column == 0 && !is_row_right(reader, row - 1))
		return;
	if (row == table->n_rows) {
		keep(reader);
		return;
	}
	cell = &table->cells[row][column];
	for (size_t i = 0; i < row; i++)
		above += reader->guess[i][column];
	for (uint64_t n = 0; n + above <= reader->totals[column]; n++) {
		if (cell->is_withheld ? cell->is_impossible && n > 0
				      : n != cell->n)
			continue;
		reader->guess[row][column] = n;
		try(reader, at + 1);
	}
}

static void
read_table(struct reader *reader, const struct suppress_table *table)
{
	*reader = (struct reader){ .table = table };
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++)
			reader->seen[i][k] =
			    (struct suppress_range){ UINT64_MAX, 0 };
		for (size_t k = 0; k < table->n_columns; k++)
			reader->totals[k] += table->cells[i][k].n;
	}
	try(reader, 0);
}

/* --- what must hold ------------------------------------------------------ */

static bool
is_possible(const struct suppress_table *table, size_t column)
{
	size_t n = 0;

	for (size_t i = 0; i < table->n_rows; i++)
		n += !table->cells[i][column].is_impossible;
	return n > 1;
}

static void
check_cell(const struct reader *reader, size_t row, size_t column)
{
	const struct suppress_table *table = reader->table;
	const struct suppress_cell *cell = &table->cells[row][column];
	struct suppress_range seen = reader->seen[row][column];
	struct suppress_range range = suppress_range_of(table, row, column);

	check_u64(range.least, seen.least);
	check_u64(range.most, seen.most);
	if (cell->is_withheld)
		check(seen.most > seen.least);
	else if (column < table->n_columns && is_possible(table, column))
		check(cell->n == 0 || cell->n >= LEAST);
	if (cell->is_withheld && cell->n > 0 && cell->n < LEAST &&
	    column < table->n_columns) {
		check_u64(seen.least, 0);
		check(seen.most >= MIN(LEAST, reader->totals[column]));
	}
}

static void
check_table(struct suppress_table *table)
{
	struct reader reader;

	suppress_split(table, LEAST);
	read_table(&reader, table);
	check(reader.n_found > 0);
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++)
			check_cell(&reader, i, k);
	}
	if (!tap_failed)
		return;
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k <= table->n_columns; k++)
			printf("%s%llu%s", k == 0 ? "# " : " ",
			    (unsigned long long)table->cells[i][k].n,
			    table->cells[i][k].is_withheld ? "*" : " ");
		printf("\n");
	}
}

static void
fill(struct suppress_table *table, size_t n_rows, size_t n_columns,
    const uint64_t *numbers)
{
	*table = (struct suppress_table){ .n_rows = n_rows,
		.n_columns = n_columns };
	for (size_t i = 0; i < n_rows; i++) {
		for (size_t k = 0; k < n_columns; k++)
			table->cells[i][k].n = numbers[i * n_columns + k];
	}
}

static void
every_small_table_keeps_its_secrets(void)
{
	struct suppress_table table;

	/* All tables of three rows and two columns with cells from 0 to 4. */
	for (unsigned code = 0; code < 15625 && !tap_failed; code++) {
		uint64_t numbers[6];
		unsigned rest = code;

		for (size_t i = 0; i < 6; i++, rest /= 5)
			numbers[i] = rest % 5;
		fill(&table, 3, 2, numbers);
		check_table(&table);
	}
}

static uint64_t
draw(const struct random *random, uint64_t n)
{
	uint8_t bytes[8];
	uint64_t number = 0;

	random_fill(random, bytes, sizeof(bytes));
	for (size_t i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number % n;
}

static void
tables_with_cells_that_cannot_be_keep_their_secrets(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 11);
	struct suppress_table table;

	for (unsigned round = 0; round < 4000 && !tap_failed; round++) {
		uint64_t numbers[9] = { 0 };
		size_t n_columns = 1 + draw(&random, 3);
		size_t n_rows = n_columns == 3 ? 3 : 4;

		n_rows = n_columns * n_rows > 9 ? 2 : n_rows;
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
			numbers[i] = draw(&random, 3) == 0 ? 0
							   : draw(&random, 6);
		fill(&table, n_rows, n_columns, numbers);
		for (size_t i = 0; i < n_rows; i++) {
			for (size_t k = 0; k < n_columns; k++) {
				struct suppress_cell *cell =
				    &table.cells[i][k];

				cell->is_impossible =
				    draw(&random, 4) == 0;
			}
		}
		check_table(&table);
	}
}

static void
a_cell_alone_takes_another_with_it(void)
{
	const uint64_t numbers[] = { 40, 9, 2, 7, 30, 8, 60, 50, 90 };
	struct suppress_table table;
	size_t n = 0;

	fill(&table, 3, 3, numbers);
	suppress_split(&table, 5);
	check(table.cells[0][2].is_withheld);
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k <= 3; k++)
			n += table.cells[i][k].is_withheld;
	}
	check_u64(n, 4);
}

static void
tables_without_small_cells_are_whole(void)
{
	const uint64_t numbers[] = { 40, 9, 0, 5, 30, 8, 0, 0, 90 };
	struct suppress_table table;

	fill(&table, 3, 3, numbers);
	suppress_split(&table, 5);
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k <= 3; k++)
			check(!table.cells[i][k].is_withheld);
	}
}

static void
large_tables_keep_their_secrets(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 5);
	static struct suppress_table table;

	for (unsigned round = 0; round < 20; round++) {
		table = (struct suppress_table){ .n_rows = LIMIT_REPORT_ROWS,
			.n_columns = LIMIT_REPORT_COLUMNS };
		for (size_t i = 0; i < table.n_rows; i++) {
			for (size_t k = 0; k < table.n_columns; k++)
				table.cells[i][k].n = draw(&random, 3) > 0
				    ? draw(&random, 9)
				    : draw(&random, 1000000);
		}
		suppress_split(&table, LIMIT_REPORT_LEAST);
		for (size_t i = 0; i < table.n_rows; i++) {
			for (size_t k = 0; k <= table.n_columns; k++) {
				struct suppress_range range =
				    suppress_range_of(&table, i, k);

				check(!table.cells[i][k].is_withheld ||
				    range.most > range.least);
			}
		}
	}
}

static void
lists_withhold_small_numbers(void)
{
	const uint64_t numbers[] = { 0, 2, 3, 9, 4 };
	struct suppress_table table;

	fill(&table, 5, 1, numbers);
	suppress_list(&table, 0, 9, 5);
	check(!table.cells[0][0].is_withheld);
	check(table.cells[1][0].is_withheld);
	check(table.cells[2][0].is_withheld);
	check(!table.cells[3][0].is_withheld);
	check(table.cells[4][0].is_withheld);
}

static void
lists_of_few_entries_say_nothing(void)
{
	const uint64_t numbers[] = { 0, 1, 1 };
	struct suppress_table table;

	fill(&table, 3, 1, numbers);
	suppress_list(&table, 0, 1, 5);
	for (size_t i = 0; i < 3; i++)
		check(table.cells[i][0].is_withheld);
	suppress_list(&table, 0, 0, 5);
	for (size_t i = 0; i < 3; i++)
		check(!table.cells[i][0].is_withheld);
}

/* Eight entries, each of which says one thing: twice 4 at most. */
static void
lists_do_not_give_away_what_every_entry_must_say(void)
{
	const uint64_t numbers[] = { 4, 4, 0 };
	struct suppress_table table;

	fill(&table, 3, 1, numbers);
	suppress_list(&table, 0, 8, 5);
	for (size_t i = 0; i < 3; i++)
		check(table.cells[i][0].is_withheld);
}

static const struct tap_test tests[] = {
	TEST(every_small_table_keeps_its_secrets),
	TEST(tables_with_cells_that_cannot_be_keep_their_secrets),
	TEST(a_cell_alone_takes_another_with_it),
	TEST(tables_without_small_cells_are_whole),
	TEST(large_tables_keep_their_secrets),
	TEST(lists_withhold_small_numbers),
	TEST(lists_of_few_entries_say_nothing),
	TEST(lists_do_not_give_away_what_every_entry_must_say),
};

TAP_MAIN(tests)
