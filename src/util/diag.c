/* Diagnostics with places; see diag.h. */
#include "util/diag.h"

#include <stdarg.h>
#include <stdint.h>

#include "limits.h"

void
diag_init(struct diag_list *list, struct arena *arena, struct str where,
    struct str source)
{
	*list = (struct diag_list){ .arena = arena,
		.where = where,
		.source = source };
}

static void
place(struct diag *diag, struct str source)
{
	size_t line_start = 0;

	diag->line = 1;
	for (size_t i = 0; i < diag->offset && i < source.len; i++) {
		if (source.p[i] == '\n') {
			diag->line++;
			line_start = i + 1;
		}
	}
	diag->column = diag->offset - line_start + 1;
}

PRINTF(3, 0)
static struct diag *
add(struct diag_list *list, bool is_warning, const char *format, va_list args)
{
	char text[LIMIT_DIAG_TEXT];
	struct diag *diag;

	if (!is_warning)
		list->n_errors++;
	if (list->items == NULL)
		list->items = ARENA_ARRAY(list->arena, LIMIT_DIAGS, struct diag);
	if (list->items == NULL || list->n_items == LIMIT_DIAGS) {
		list->n_dropped++;
		return NULL;
	}
	vsnprintf(text, sizeof(text), format, args);
	diag = &list->items[list->n_items++];
	diag->where = list->where;
	diag->is_warning = is_warning;
	diag->text = arena_str(list->arena, str_of(text));
	if (diag->text.p == NULL)
		diag->text = STR("(no memory for the message)");
	return diag;
}

PRINTF(5, 0)
static void
add_at(struct diag_list *list, bool is_warning, size_t offset, size_t len,
    const char *format, va_list args)
{
	struct diag *diag = add(list, is_warning, format, args);

	if (diag == NULL || list->source.p == NULL)
		return;
	diag->offset = MIN(offset, list->source.len);
	diag->len = len;
	place(diag, list->source);
}

void
diag_error(struct diag_list *list, size_t offset, size_t len,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_at(list, false, offset, len, format, args);
	va_end(args);
}

void
diag_warning(struct diag_list *list, size_t offset, size_t len,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_at(list, true, offset, len, format, args);
	va_end(args);
}

void
diag_error_at(struct diag_list *list, struct str where, const char *format, ...)
{
	struct diag *diag;
	va_list args;

	va_start(args, format);
	diag = add(list, false, format, args);
	va_end(args);
	if (diag != NULL)
		diag->where = arena_str(list->arena, where);
}

void
diag_help(struct diag_list *list, const char *format, ...)
{
	char text[LIMIT_DIAG_TEXT];
	va_list args;

	/* Once one was dropped, so were all later ones. */
	if (list->n_items == 0 || list->n_dropped > 0)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	list->items[list->n_items - 1].help =
	    arena_str(list->arena, str_of(text));
}

static void
print_excerpt(const struct diag *diag, struct str source, FILE *out)
{
	size_t start = diag->offset - (diag->column - 1);
	size_t end = str_find(source, '\n', start);
	size_t width = MAX(diag->len, (size_t)1);

	fprintf(out, "  %.*s\n  ", STR_ARG(str_part(source, start, end)));
	for (size_t i = start; i < diag->offset; i++)
		fputc(source.p[i] == '\t' ? '\t' : ' ', out);
	for (size_t i = 0; i < width && diag->offset + i < MAX(end, start + 1);
	    i++)
		fputc('^', out);
	fputc('\n', out);
}

static void
print_one(const struct diag *diag, struct str source, FILE *out)
{
	if (diag->where.len > 0)
		fprintf(out, "%.*s:", STR_ARG(diag->where));
	if (diag->line > 0)
		fprintf(out, "%zu:%zu:", diag->line, diag->column);
	fprintf(out, "%s%s: %.*s\n",
	    diag->where.len > 0 || diag->line > 0 ? " " : "",
	    diag->is_warning ? "warning" : "error", STR_ARG(diag->text));
	if (diag->line > 0 && source.p != NULL)
		print_excerpt(diag, source, out);
	if (diag->help.len > 0)
		fprintf(out, "  help: %.*s\n", STR_ARG(diag->help));
}

void
diag_print(const struct diag_list *list, FILE *out)
{
	for (size_t i = 0; i < list->n_items; i++)
		print_one(&list->items[i], list->source, out);
	if (list->n_dropped > 0)
		fprintf(out, "... and %zu more\n", list->n_dropped);
}

struct str
diag_first(const struct diag_list *list)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const struct diag *diag = &list->items[i];

		if (diag->is_warning)
			continue;
		if (diag->line > 0)
			return arena_format(list->arena, "%.*s:%zu:%zu: %.*s",
			    STR_ARG(diag->where), diag->line, diag->column,
			    STR_ARG(diag->text));
		return arena_format(list->arena, "%.*s: %.*s",
		    STR_ARG(diag->where), STR_ARG(diag->text));
	}
	return (struct str){ 0 };
}
