/*
 * The walls of a role: what its process may still do once it runs.
 *
 * sandbox_enter() is one way and called once, after the role has opened what
 * it holds and before it reads a byte from anyone: limits, no new privileges,
 * no core and no tracing, Landlock for the file system (and TCP, abstract
 * sockets and signals where the kernel knows them), then a seccomp allow-list.
 * A system call outside the list kills the process; a path outside the list
 * is EACCES.
 *
 *	         files                     sockets             else
 *	front    read what was named       accept; unix connect
 *	gate     read or write as named    accept; unix connect  fsync, rename
 *	keeper   those already open        accept
 *	clerk    read or write as named    accept              fsync, rename
 *	courier  read or write as named    internet connect    fsync, rename
 *	witness  read or write as named    accept              fsync, rename
 *	reader   those already open        none                 memory
 *
 * No role has threads, children, exec or signals to others. None but the courier
 * can make an internet socket, and where the kernel's Landlock knows of ports
 * (version 4) it reaches only those it named. A role that needs more fails its
 * tests at once, by design: the tables are at the top of sandbox.c.
 */
#ifndef STILE_UTIL_SANDBOX_H
#define STILE_UTIL_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/attr.h"

enum sandbox_role {
	SANDBOX_NOTHING, /* may write to what is open, and end */
	SANDBOX_FRONT,
	SANDBOX_GATE,
	SANDBOX_KEEPER,
	SANDBOX_CLERK,
	SANDBOX_COURIER,
	SANDBOX_WITNESS,
	SANDBOX_READER, /* of formats: consign/cutproc.h */
};

/* A directory or file, with all below it. A missing one is passed over. */
struct sandbox_path {
	const char *path;
	bool is_writable;
};

struct sandbox {
	enum sandbox_role role;
	const struct sandbox_path *paths;
	size_t n_paths;
	const uint16_t *ports; /* that it may connect to by TCP (courier) */
	size_t n_ports;
	uint64_t max_files;	 /* RLIMIT_NOFILE; 0 = LIMIT_SANDBOX_FILES */
	uint64_t max_file_bytes; /* RLIMIT_FSIZE; 0 = LIMIT_SANDBOX_FILE_BYTES */
	uint64_t max_memory;	 /* RLIMIT_AS; 0 = none */
};

enum {
	SANDBOX_E_LANDLOCK = 1, /* entered, but this kernel has no Landlock */
};

/*
 * Enter the sandbox. Nothing opens it again.
 *
 * Returns: 0; SANDBOX_E_LANDLOCK, with everything else in force (say so in the
 * log); fault, and the process must end.
 */
int sandbox_enter(const struct sandbox *sandbox) MUST_USE NONNULL;

enum {
	SANDBOX_E_USER = 1, /* there is no such user */
};

/*
 * Become the named user for good: its groups, its gid, its uid.
 *
 * Needs root; does nothing when the process is that user already.
 * Returns: 0; SANDBOX_E_USER; fault.
 */
int sandbox_become(const char *user) MUST_USE NONNULL;

/* Version of Landlock this kernel offers; 0 = none. */
int sandbox_landlock_version(void);

#endif
