/* Text into HTML: what has a meaning there becomes a character reference. */
#ifndef STILE_RELEASE_WEBTEXT_H
#define STILE_RELEASE_WEBTEXT_H

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* Append text; characters that deceive become U+FFFD. */
void webtext_add(struct buf *html, struct str text) NONNULL;

/*
 * Append the text of a claim's value: of a JSON string its characters, of
 * anything else the JSON itself; null becomes a dash.
 */
void webtext_add_value(struct buf *html, struct str json) NONNULL;

/* Append the head of a page up to <body>: its title, its style, no script. */
void webtext_add_head(struct buf *html, struct str title, const char *style)
    NONNULL;

#endif
