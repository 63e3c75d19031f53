/* Types of the extension functions' arguments and results. */
#ifndef STILE_CEDAR_SIGNATURE_H
#define STILE_CEDAR_SIGNATURE_H

#include "cedar/ast.h"
#include "cedar/schema_type.h"

struct signature {
	enum schema_type_kind result;
	enum schema_type_kind args[2]; /* as many as ast_functions[] says */
};

extern const struct signature cedar_signature_rows[AST_N_FUNCTIONS];

/* Names of the types that stand in signatures; NULL for others. */
extern const char *const cedar_signature_names[TYPE_RECORD + 1];

/* decimal(), ip(), datetime(), duration(): from a string to a value. */
bool cedar_signature_is_constructor(enum ast_function function);

/* Whether the constructor takes the text. */
bool cedar_signature_is_parsed(enum ast_function function, struct str text);

#endif
