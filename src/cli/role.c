/* Which body a role has; see role.h. */
#include "cli/role.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "clerk/clerk.h"
#include "courier/courier.h"
#include "front/front.h"
#include "gate/gate.h"
#include "keeper/keeper.h"

#define EXIT_USAGE 64 /* EX_USAGE of sysexits.h */

static const struct {
	const char *name;
	int (*run)(const char *dir, int listen_fd, int parent_fd);
} roles[] = {
	{ "front", front_run },
	{ "gate", gate_run },
	{ "keeper", keeper_run },
	{ "clerk", clerk_run },
	{ "courier", courier_run },
};

int
role_run(const char *name, const char *dir)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].run(dir, ROLE_LISTEN_FD,
			    ROLE_PARENT_FD);
	fprintf(stderr, "stile role: there is no role \"%s\"\n", name);
	return EXIT_USAGE;
}
