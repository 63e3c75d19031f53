/* Plots as inline SVG; see chart.h. */
#include "release/chart.h"

#include "release/webtext.h"

#define WIDTH 640
#define LABEL 250 /* room for the titles of lying bars */
#define ROW 22
#define HEIGHT 160 /* of standing bars */
#define FOOT 18	   /* room for their titles */

static uint64_t
sum_of(const struct chart_bar *bar, size_t n_parts)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n_parts; i++)
		sum += bar->parts[i];
	return sum;
}

static uint64_t
most_of(const struct chart_bar *bars, size_t n, size_t n_parts)
{
	uint64_t most = 1;

	for (size_t i = 0; i < n; i++)
		most = MAX(most, sum_of(&bars[i], n_parts));
	return most;
}

static void
open_plot(struct buf *page, const char *id, const char *title, size_t height,
    const char *about)
{
	buf_add_format(page,
	    "<svg role=\"img\" aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %d "
	    "%zu\"><title id=\"%s-t\">",
	    id, id, WIDTH, height, id);
	webtext_add(page, str_of(title));
	buf_add_format(page, "</title><desc id=\"%s-d\">%s The table below has "
	    "the same numbers.</desc>\n", id, about);
}

/* The length of n of most along room. */
static uint64_t
scale(uint64_t n, uint64_t most, uint64_t room)
{
	if (n == 0)
		return 0;
	for (; n > UINT32_MAX; n /= 2)
		most /= 2;
	return MAX(n * room / MAX(most, UINT64_C(1)), UINT64_C(1));
}

static void
lay_bar(struct buf *page, const struct chart_bar *bar, size_t row,
    size_t n_parts, uint64_t most)
{
	uint64_t x = LABEL + 8;
	uint64_t y = row * ROW;

	buf_add_format(page,
	    "<text x=\"%d\" y=\"%llu\" class=\"l\">", LABEL,
	    (unsigned long long)y + 15);
	webtext_add(page, str_part(bar->title, 0, 40));
	buf_add_text(page, "</text>");
	for (size_t k = 0; k < n_parts; k++) {
		uint64_t width = scale(bar->parts[k], most, WIDTH - LABEL - 98);

		if (width > 0)
			buf_add_format(page,
			    "<rect class=\"c%zu\" x=\"%llu\" y=\"%llu\" "
			    "width=\"%llu\" height=\"%d\"/>",
			    k, (unsigned long long)x,
			    (unsigned long long)y + 3,
			    (unsigned long long)width, ROW - 6);
		x += width;
	}
	if (bar->is_withheld)
		buf_add_format(page,
		    "<text x=\"%llu\" y=\"%llu\" class=\"w\">%s</text>",
		    (unsigned long long)x + 4, (unsigned long long)y + 15,
		    sum_of(bar, n_parts) > 0 ? "and withheld" : "withheld");
	buf_add_char(page, '\n');
}

void
chart_lying(struct buf *page, const char *id, const char *title,
    const struct chart_bar *bars, size_t n, size_t n_parts)
{
	uint64_t most = most_of(bars, n, n_parts);

	if (n == 0)
		return;
	open_plot(page, id, title, n * ROW,
	    "One bar for each row, in parts by decision; where figures are "
	    "withheld the bar shows the others.");
	for (size_t i = 0; i < n; i++)
		lay_bar(page, &bars[i], i, n_parts, most);
	buf_add_text(page, "</svg>\n");
}

static void
stand_bar(struct buf *page, const struct chart_bar *bar, uint64_t x,
    uint64_t width, size_t n_parts, uint64_t most)
{
	uint64_t y = HEIGHT;

	for (size_t k = 0; k < n_parts; k++) {
		uint64_t height = scale(bar->parts[k], most, HEIGHT - 10);

		y -= MIN(height, y);
		if (height > 0)
			buf_add_format(page,
			    "<rect class=\"c%zu\" x=\"%llu\" y=\"%llu\" "
			    "width=\"%llu\" height=\"%llu\"/>",
			    k, (unsigned long long)x, (unsigned long long)y,
			    (unsigned long long)width,
			    (unsigned long long)height);
	}
}

void
chart_standing(struct buf *page, const char *id, const char *title,
    const struct chart_bar *bars, size_t n, size_t n_parts)
{
	uint64_t most = most_of(bars, n, n_parts);
	uint64_t pitch = n > 0 ? WIDTH / n : WIDTH;
	uint64_t width = pitch > 8 ? pitch - 4 : pitch;
	uint64_t x = 0;

	if (n == 0)
		return;
	open_plot(page, id, title, HEIGHT + FOOT,
	    "One bar for each month, in parts by decision.");
	for (size_t i = 0; i < n; i++, x += pitch) {
		stand_bar(page, &bars[i], x, MAX(width, UINT64_C(1)),
		    n_parts, most);
		if (pitch < 48 && i % (48 / MAX(pitch, UINT64_C(1)) + 1) != 0)
			continue;
		buf_add_format(page, "<text x=\"%llu\" y=\"%d\">",
		    (unsigned long long)x, HEIGHT + FOOT - 4);
		webtext_add(page, bars[i].title);
		buf_add_text(page, "</text>\n");
	}
	buf_add_text(page, "</svg>\n");
}
