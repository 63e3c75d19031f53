/*
 * Columns an importer never takes, told by their names (design, section 9;
 * PII-10: CRS 24-74-104; OMB M-07-16). A mapping cannot overrule this.
 */
#ifndef STILE_SOURCE_IMPORT_BAN_H
#define STILE_SOURCE_IMPORT_BAN_H

#include "util/attr.h"
#include "util/str.h"

/*
 * Why a column of this name is dropped, as one phrase with its citation;
 * p == NULL when it may be imported. Letter case, spaces and punctuation of the
 * name do not matter. Static.
 */
struct str import_ban_reason(struct str column);

#endif
