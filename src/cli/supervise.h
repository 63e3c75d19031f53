/*
 * `stile serve`: the parent that starts, watches and ends the roles.
 *
 * It binds the ports, becomes the configured user, takes DIR/run/lock, binds
 * the unix sockets and execs itself once per role (cli/role.h). It reads no
 * request and holds no key. A role that dies is started again after 100 ms,
 * doubling to 5 s; one that dies before all were ready ends the whole start.
 * SIGTERM and SIGINT end front, gate, clerk, keeper in this order, each with
 * timeouts.stop_ms; SIGHUP goes to the gate, which reads its packs again.
 */
#ifndef STILE_CLI_SUPERVISE_H
#define STILE_CLI_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/attr.h"

/* One kind of process. */
struct supervise_role {
	const char *name;	/* second word of the command line it is exec'd with */
	const char *socket;	/* below DIR; NULL: the TLS port */
	bool is_deaf;		/* nobody connects to it: no socket at all */
	bool is_for_witnesses;	/* only where witness.policy is set */
	unsigned n_processes;	/* 0: as configured (fronts) */
	unsigned stop_order;	/* lower ends first */
	bool is_gate;		/* gets SIGHUP; the keeper and clerk learn its pid */
	bool wants_gate_pid;	/* is told the gate's pid (frames.h, PARENT_GATE) */
};

/* The roles of the product, in starting order. */
extern const struct supervise_role supervise_roles[];
extern const size_t supervise_n_roles;

/*
 * Serve until told to stop. The one line "ready …" goes to out; everything
 * else is logged (util/eventlog.h).
 *
 * Returns: an exit code: 0 stopped in order, 1 could not start or stay up,
 * 78 the configuration is wrong (EX_CONFIG; the reasons are on errors).
 */
int supervise_serve(const char *dir, const struct supervise_role *roles,
    size_t n_roles, FILE *out, FILE *errors) NONNULL;

#endif
