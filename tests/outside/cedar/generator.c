/* Text that several generators write: see generator.h. */
#include "generator.h"

void
generator_literal(struct generator *g, const char *text)
{
	put(g, "\"");
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			putf(g, "\\%c", *p);
		else if (*p == '\n' || *p == '\t')
			put(g, *p == '\n' ? "\\n" : "\t");
		else if (*p > 0 && once_in(g, 32))
			putf(g, "\\u{%x}", (unsigned)*p);
		else
			buf_add_char(g->out, *p);
	}
	put(g, "\"");
}

bool
generator_is_name(const char *text)
{
	static const char *const reserved[] = { "true", "false", "if", "then",
		"else", "in", "like", "has", "is", "__cedar" };
	const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "_0123456789";

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		if (strcmp(text, reserved[i]) == 0)
			return false;
	}
	return *text != '\0' && strspn(text, letters) == strlen(text) &&
	    strspn(text, letters + 53) == 0;
}
