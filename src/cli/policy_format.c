/* stile policy format: policies in the layout that everybody's have. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/excerpt.h"
#include "cli/policy.h"
#include "limits.h"
#include "stile/cedar.h"
#include "util/file.h"

/* How many files would be or were changed. */
struct formatting {
	struct cedar_format format;
	bool writes;
	bool checks;
	size_t n_changed;
};

/* Old or new, never half: of a link what it leads to; the mode stays. */
static int
replace(struct cli *cli, const char *path, struct str text)
{
	char *real = realpath(path, NULL);
	struct stat st;
	int r;

	if (real == NULL || stat(real, &st) != 0) {
		r = verb_fault(cli, errno, path);
		free(real);
		return r;
	}
	r = file_replace(AT_FDCWD, real, text, st.st_mode & 07777);
	free(real);
	return r < 0 ? verb_fault(cli, r, path) : VERB_OK;
}

static int
finish_file(struct formatting *formatting, struct cli *cli, const char *path,
    struct str before, struct str after)
{
	bool is_changed = !str_is_equal(before, after);

	formatting->n_changed += is_changed;
	if (formatting->checks) {
		if (is_changed && !cli->is_quiet)
			fprintf(cli->out.file, "%s: not formatted\n", path);
		return VERB_OK;
	}
	if (!formatting->writes || strcmp(path, "-") == 0)
		return verb_write(cli, "-", after);
	if (!is_changed)
		return VERB_OK;
	if (!cli->is_quiet)
		fprintf(cli->out.file, "%s: formatted\n", path);
	return replace(cli, path, after);
}

static int
format_file(struct formatting *formatting, struct cli *cli, const char *path)
{
	CLEANUP(buf_fini) struct buf buf = { 0 };
	struct diag_list diags;
	struct str text;
	int r = verb_read(cli, &text, path, LIMIT_FILE_BYTES);

	if (r != VERB_OK)
		return r;
	buf_init(&buf, (size_t)LIMIT_FILE_BYTES * 4);
	diag_init(&diags, &cli->arena, strcmp(path, "-") == 0
		? STR("standard input") : str_of(path), text);
	r = cedar_format_text(&buf, text, &formatting->format, &diags);
	if (r < 0)
		return verb_fault(cli, r, path);
	if (r > 0) {
		excerpt_print_diags(&cli->err, &diags);
		return diags.n_errors > 0 ? VERB_USAGE
		    : verb_fail(cli, VERB_CANNOT, "%s: too large to format",
			  path);
	}
	return finish_file(formatting, cli, path, text, buf_str(&buf));
}

int
policy_format_run(struct cli *cli)
{
	struct formatting formatting = {
		.format = {
		    .width = (unsigned)option_number(&cli->options, "width", 0),
		    .indent = (unsigned)option_number(&cli->options, "indent",
			0) },
		.writes = option_has(&cli->options, "write"),
		.checks = option_has(&cli->options, "check") };
	int worst = VERB_OK;

	if (formatting.writes && formatting.checks)
		return verb_fail(cli, VERB_USAGE,
		    "--write and --check: one or the other");
	if (cli->options.n_operands == 0)
		worst = format_file(&formatting, cli, "-");
	for (size_t i = 0; i < cli->options.n_operands; i++) {
		int r = format_file(&formatting, cli,
		    cli->options.operands[i]);

		worst = MAX(worst, r);
	}
	if (worst == VERB_OK && formatting.checks && formatting.n_changed > 0)
		return VERB_NO;
	return worst;
}
