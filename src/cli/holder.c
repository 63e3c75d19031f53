/* Which holder a verb means; see holder.h. */
#include "cli/holder.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

const char *
holder_dir(const struct cli *cli)
{
	const char *dir = option_get(&cli->options, "dir");

	if (dir == NULL)
		dir = getenv("STILE_DIR");
	return dir != NULL ? dir : ".";
}

struct str
holder_person(struct cli *cli)
{
	const struct passwd *user = getpwuid(getuid());

	if (user != NULL)
		return arena_str(&cli->arena, str_of(user->pw_name));
	return arena_format(&cli->arena, "uid %u", (unsigned)getuid());
}

int
holder_open(struct cli *cli, struct admin **admin)
{
	struct diag_list diags;
	int r;

	diag_init(&diags, &cli->arena, STR(""), (struct str){ 0 });
	r = admin_open(admin, holder_dir(cli), &diags);
	if (r < 0)
		return verb_fault(cli, r, holder_dir(cli));
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

int
holder_read(struct cli *cli, struct store **store)
{
	struct str path = arena_format(&cli->arena, "%s/state/stile.db",
	    holder_dir(cli));
	struct diag_list diags;
	int r;

	if (path.p == NULL)
		return verb_fault(cli, ENOMEM, "memory");
	diag_init(&diags, &cli->arena, path, (struct str){ 0 });
	r = store_open(store, path, STORE_READ, &diags);
	if (r < 0)
		return verb_fault(cli, r, path.p);
	return r > 0 ? verb_diags(cli, VERB_CANNOT, &diags) : VERB_OK;
}

int
holder_done(struct cli *cli, int r, const struct diag_list *diags,
    const char *what)
{
	if (r < 0)
		return verb_fault(cli, r, what);
	if (r > 0)
		return verb_diags(cli, VERB_NO, diags);
	if (!cli->is_quiet && !cli->is_json)
		fprintf(cli->out.file, "%s\n", what);
	return VERB_OK;
}
