/*
 * Plots as inline SVG: bars in parts, lying or standing, for a page without
 * scripts. A plot is a picture for those who see it: it has a title and a
 * description, and the page has every number of it in a table beside it.
 *
 * Whole numbers only, so that the same figures give the same bytes.
 */
#ifndef STILE_RELEASE_CHART_H
#define STILE_RELEASE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

struct chart_bar {
	struct str title;
	uint64_t parts[LIMIT_REPORT_COLUMNS];
	bool is_withheld; /* in part or in whole: not drawn to scale */
};

/*
 * Append a plot of n bars of n_parts parts each, drawn in the colours c0, c1, …
 * of the page. id: of the plot, unique on the page.
 */
void chart_lying(struct buf *page, const char *id, const char *title,
    const struct chart_bar *bars, size_t n, size_t n_parts);
void chart_standing(struct buf *page, const char *id, const char *title,
    const struct chart_bar *bars, size_t n, size_t n_parts);

#endif
