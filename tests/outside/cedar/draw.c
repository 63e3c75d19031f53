/* Choices: see draw.h. */
#include "draw.h"

void
draw_seed(struct draw *draw, uint64_t seed)
{
	draw->replay = NULL;
	draw->n_made = 0;
	(void)random_seeded(&draw->random, seed);
}

void
draw_again(struct draw *draw, const uint32_t *choices, size_t n)
{
	draw->replay = choices;
	draw->n_replay = n;
	draw->n_made = 0;
}

uint32_t
draw_below(struct draw *draw, uint32_t n)
{
	uint32_t choice = 0;

	if (draw->n_made == DRAW_MOST)
		return 0;
	if (draw->replay == NULL)
		choice = (uint32_t)random_below(&draw->random, n);
	else if (draw->n_made < draw->n_replay)
		choice = draw->replay[draw->n_made] % n;
	draw->made[draw->n_made++] = choice;
	return choice;
}

bool
draw_once_in(struct draw *draw, uint32_t n)
{
	return draw_below(draw, n) == n - 1;
}
