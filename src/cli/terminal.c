/* What people see; see terminal.h. */
#include "cli/terminal.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/utf8.h"

#define WIDTH_DEFAULT 80
#define WIDTH_LEAST 40
#define WIDTH_MOST 120

static unsigned
find_width(int fd, bool is_tty)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width = WIDTH_DEFAULT;

	if (columns != NULL && str_to_u64(&width, str_of(columns)))
		;
	else if (is_tty && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	return (unsigned)MAX(WIDTH_LEAST, MIN(WIDTH_MOST, width));
}

void
terminal_init(struct terminal *terminal, FILE *file, bool wants_colour)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	int fd = fileno(file);

	*terminal = (struct terminal){ .file = file };
	terminal->is_tty = fd >= 0 && isatty(fd) != 0;
	terminal->width = find_width(fd, terminal->is_tty);
	terminal->has_colour = wants_colour && terminal->is_tty &&
	    (no_color == NULL || no_color[0] == '\0') &&
	    (term == NULL || strcmp(term, "dumb") != 0);
	terminal->has_unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void
terminal_style(const struct terminal *terminal, enum terminal_style style)
{
	static const char *const codes[] = { "\033[0m", "\033[1m", "\033[2m",
		"\033[32m", "\033[33m", "\033[31m" };

	if (terminal->has_colour)
		fputs(codes[style], terminal->file);
}

void
terminal_print(const struct terminal *terminal, enum terminal_style style,
    const char *format, ...)
{
	va_list arguments;

	if (style != TERMINAL_PLAIN)
		terminal_style(terminal, style);
	va_start(arguments, format);
	vfprintf(terminal->file, format, arguments);
	va_end(arguments);
	if (style != TERMINAL_PLAIN)
		terminal_style(terminal, TERMINAL_PLAIN);
}

/* One character of foreign text: its bytes, or a question mark. */
static struct str
next_char(struct str text, size_t *at)
{
	size_t from = *at;
	int32_t code = utf8_next(text, at);

	if (code < 0) {
		*at = from + 1;
		return STR("?");
	}
	if (utf8_is_deceptive((uint32_t)code))
		return STR("?");
	return str_part(text, from, *at);
}

unsigned
terminal_width_of(struct str text)
{
	unsigned width = 0;

	for (size_t at = 0; at < text.len; width++)
		next_char(text, &at);
	return width;
}

unsigned
terminal_text(const struct terminal *terminal, struct str text, unsigned width)
{
	bool is_cut = terminal_width_of(text) > width;
	unsigned room = is_cut && width > 0 ? width - 1 : width;
	unsigned n = 0;
	size_t at = 0;

	for (; at < text.len && n < room; n++) {
		struct str c = next_char(text, &at);

		if (!terminal->has_unicode && c.len > 1)
			c = STR("?");
		fwrite(c.p, 1, c.len, terminal->file);
	}
	if (is_cut && width > 0) {
		fputs(terminal->has_unicode ? "…" : ">", terminal->file);
		n++;
	}
	return n;
}

void
terminal_cell(const struct terminal *terminal, struct str text, unsigned width)
{
	unsigned n = terminal_text(terminal, text, width);

	fprintf(terminal->file, "%*s", (int)(width - n), "");
}

void
terminal_wrap(const struct terminal *terminal, unsigned indent, struct str text)
{
	fprintf(terminal->file, "%*s", (int)indent, "");
	terminal_hang(terminal, indent, text);
}

void
terminal_hang(const struct terminal *terminal, unsigned indent, struct str text)
{
	unsigned width = terminal->width > indent + 20
	    ? terminal->width - indent
	    : 20;
	struct str rest = text;
	struct str word;
	unsigned n = 0;

	while (str_split(&word, &rest, ' ')) {
		unsigned need = terminal_width_of(word);

		if (n > 0 && n + 1 + need > width) {
			fprintf(terminal->file, "\n%*s", (int)indent, "");
			n = 0;
		} else if (n > 0) {
			fputc(' ', terminal->file);
			n++;
		}
		n += terminal_text(terminal, word, width);
	}
	fputc('\n', terminal->file);
}

void
terminal_bar(const struct terminal *terminal, enum terminal_style style,
    uint64_t part, uint64_t whole, unsigned width)
{
	/* U+258F to U+2589. */
	static const char *const eighths[] = { "", "\xe2\x96\x8f",
		"\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c",
		"\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89" };
	uint64_t cells = whole > 0 ? part * width * 8 / whole : 0;

	if (part > 0 && cells == 0)
		cells = 1; /* what is there is seen */
	terminal_style(terminal, style);
	for (uint64_t i = 0; i < cells / 8; i++)
		fputs(terminal->has_unicode ? "█" : "#", terminal->file);
	if (terminal->has_unicode)
		fputs(eighths[cells % 8], terminal->file);
	else if (cells < 8 && cells > 0)
		fputc('|', terminal->file);
	terminal_style(terminal, TERMINAL_PLAIN);
}

void
terminal_progress(const struct terminal *terminal, const char *label,
    uint64_t done, uint64_t all)
{
	if (!terminal->is_tty)
		return;
	if (done >= all)
		fputs("\r\033[K", terminal->file);
	else
		fprintf(terminal->file, "\r%s %u%%", label,
		    (unsigned)(done * 100 / all));
	fflush(terminal->file);
}

const char *
terminal_number(char text[static 32], uint64_t number)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)number);
	size_t at = 0;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
	return text;
}

const char *
terminal_share(char text[static 32], uint64_t part, uint64_t whole)
{
	uint64_t permille = whole > 0 ? (part * 2000 + whole) / (2 * whole) : 0;

	if (part == 0 || whole == 0)
		snprintf(text, 32, "0 %%");
	else if (permille == 0)
		snprintf(text, 32, "<0.1 %%");
	else if (permille == 1000 && part < whole)
		snprintf(text, 32, ">99.9 %%");
	else
		snprintf(text, 32, "%llu.%llu %%",
		    (unsigned long long)(permille / 10),
		    (unsigned long long)(permille % 10));
	return text;
}
