/*
 * The walls of a role; see sandbox.h.
 *
 * The order is fixed: what needs system calls that the filter forbids comes
 * before the filter, and no_new_privs before both Landlock and seccomp, which
 * refuse an unprivileged caller without it.
 */
#include "util/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limits.h"
#include "util/fault.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

/* Rights of kernels newer than the headers of Debian 12 (landlock(7)). */
#define FS_REFER (UINT64_C(1) << 13)	 /* version 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)	 /* version 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* version 5 */
#define FS_ALL_1 ((UINT64_C(1) << 13) - 1)
#define NET_TCP (UINT64_C(3))	/* version 4: bind and connect */
#define NET_CONNECT (UINT64_C(2))
#define RULE_NET_PORT 2
#define SCOPE_ALL (UINT64_C(3)) /* version 6: abstract sockets, signals */

/* struct landlock_ruleset_attr as of version 6; older kernels take a prefix. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scope;
};

/* A condition on the arguments of an allowed call. */
enum test {
	ANY,
	SOCKET_UNIX, /* socket(AF_UNIX, …) */
	SOCKET_INET, /* socket(AF_INET, …) */
	SOCKET_INET6, /* socket(AF_INET6, …) */
	OPEN_READ,   /* openat(…, O_RDONLY without O_CREAT, O_TRUNC) */
	NO_EXEC,     /* mmap, mprotect without PROT_EXEC */
	TO_SELF,     /* tgkill of this process (abort) */
	BY_FD,	     /* newfstatat(fd, "", …, AT_EMPTY_PATH) */
	ASK_TTY,     /* ioctl(fd, TCGETS): stdio */
	ASK_LIMIT,   /* prlimit64(0, …, NULL, …) */
};

#define FRONT (1u << SANDBOX_FRONT)
#define GATE (1u << SANDBOX_GATE)
#define KEEPER (1u << SANDBOX_KEEPER)
#define CLERK (1u << SANDBOX_CLERK)
#define COURIER (1u << SANDBOX_COURIER)
#define WITNESS (1u << SANDBOX_WITNESS)
#define READER (1u << SANDBOX_READER)
#define SERVING (FRONT | GATE | KEEPER | CLERK | COURIER | WITNESS)
#define MEMORY (SERVING | READER)
#define ALL (SERVING | READER | 1u << SANDBOX_NOTHING)
#define FILES (GATE | CLERK | COURIER | WITNESS)

struct rule {
	int call;
	unsigned roles;
	enum test test;
};

#define CALL(name, roles, test) { SCMP_SYS(name), (roles), (test) }

static const struct rule rules[] = {
	/* To speak through what is open, and to end. */
	CALL(write, ALL, ANY), CALL(writev, ALL, ANY), CALL(exit, ALL, ANY),
	CALL(exit_group, ALL, ANY), CALL(rt_sigreturn, ALL, ANY),
	CALL(tgkill, ALL, TO_SELF), CALL(getpid, ALL, ANY),
	CALL(gettid, ALL, ANY), CALL(rt_sigprocmask, ALL, ANY),

	/* Memory, without new code. */
	CALL(mmap, MEMORY, NO_EXEC), CALL(mprotect, SERVING, NO_EXEC),
	CALL(munmap, MEMORY, ANY), CALL(mremap, MEMORY, ANY),
	CALL(madvise, MEMORY, ANY), CALL(brk, MEMORY, ANY),
	CALL(mlock, KEEPER, ANY), CALL(munlock, KEEPER, ANY),

	/* What every loop needs. */
	CALL(read, SERVING | READER, ANY), CALL(readv, SERVING, ANY),
	CALL(close, SERVING, ANY), CALL(fcntl, SERVING, ANY),
	CALL(lseek, SERVING, ANY), CALL(ioctl, SERVING, ASK_TTY),
	CALL(poll, SERVING, ANY), CALL(ppoll, SERVING, ANY),
	CALL(select, SERVING, ANY), CALL(pselect6, SERVING, ANY),
	CALL(epoll_create1, SERVING, ANY), CALL(epoll_ctl, SERVING, ANY),
	CALL(epoll_wait, SERVING, ANY), CALL(epoll_pwait, SERVING, ANY),
	CALL(eventfd2, SERVING, ANY), CALL(signalfd4, SERVING, ANY),
	CALL(timerfd_create, SERVING, ANY), CALL(timerfd_settime, SERVING, ANY),
	CALL(pipe2, SERVING, ANY), CALL(futex, SERVING, ANY),
	CALL(clock_gettime, SERVING, ANY), CALL(clock_getres, SERVING, ANY),
	CALL(clock_nanosleep, SERVING, ANY), CALL(nanosleep, SERVING, ANY),
	CALL(gettimeofday, SERVING, ANY), CALL(time, SERVING, ANY),
	CALL(getrandom, SERVING, ANY), CALL(restart_syscall, SERVING, ANY),
	CALL(rt_sigaction, SERVING, ANY), CALL(sigaltstack, SERVING, ANY),
	CALL(rt_sigpending, SERVING, ANY), CALL(rt_sigtimedwait, SERVING, ANY),
	CALL(sched_yield, SERVING, ANY), CALL(getppid, SERVING, ANY),
	CALL(getuid, SERVING, ANY), CALL(geteuid, SERVING, ANY),
	CALL(getgid, SERVING, ANY), CALL(getegid, SERVING, ANY),
	CALL(getrusage, SERVING, ANY), CALL(sysinfo, SERVING, ANY),
	CALL(prlimit64, SERVING, ASK_LIMIT),

	/* Peers. */
	CALL(accept, SERVING & ~COURIER, ANY),
	CALL(accept4, SERVING & ~COURIER, ANY),
	CALL(getsockopt, SERVING, ANY), CALL(setsockopt, SERVING, ANY),
	CALL(getsockname, SERVING, ANY), CALL(getpeername, SERVING, ANY),
	CALL(recvfrom, SERVING, ANY), CALL(sendto, SERVING, ANY),
	CALL(recvmsg, SERVING, ANY), CALL(sendmsg, SERVING, ANY),
	CALL(shutdown, SERVING, ANY),
	CALL(socket, FRONT | GATE, SOCKET_UNIX),
	CALL(socket, COURIER, SOCKET_INET), CALL(socket, COURIER, SOCKET_INET6),
	CALL(connect, FRONT | GATE | COURIER, ANY), CALL(sendfile, FRONT, ANY),

	/* Open files. */
	CALL(fstat, SERVING, ANY), CALL(newfstatat, KEEPER, BY_FD),
	CALL(newfstatat, FRONT | FILES, ANY), CALL(pread64, SERVING, ANY),
	CALL(pwrite64, KEEPER | FILES, ANY), CALL(fdatasync, KEEPER | FILES, ANY),

	/* The file system, within what Landlock leaves of it. */
	CALL(openat, FRONT, OPEN_READ), CALL(openat, FILES, ANY),
	CALL(statx, FRONT | FILES, ANY), CALL(stat, FRONT | FILES, ANY),
	CALL(lstat, FRONT | FILES, ANY), CALL(getdents64, FRONT | FILES, ANY),
	CALL(access, FILES, ANY), CALL(faccessat, FILES, ANY),
	CALL(faccessat2, FILES, ANY), CALL(readlink, FILES, ANY),
	CALL(readlinkat, FILES, ANY), CALL(getcwd, FILES, ANY),
	CALL(fsync, FILES, ANY), CALL(ftruncate, FILES, ANY),
	CALL(fallocate, FILES, ANY), CALL(preadv, FILES, ANY),
	CALL(pwritev, FILES, ANY), CALL(fchmod, FILES, ANY),
	CALL(fchown, FILES, ANY), CALL(flock, FILES, ANY),
	CALL(msync, FILES, ANY), CALL(unlink, FILES, ANY),
	CALL(unlinkat, FILES, ANY), CALL(rename, FILES, ANY),
	CALL(renameat, FILES, ANY), CALL(renameat2, FILES, ANY),
	CALL(mkdir, CLERK, ANY), CALL(mkdirat, CLERK, ANY),
	CALL(rmdir, CLERK, ANY),
};

/* What the runtime of a sanitizer needs to report, only where it is linked. */
static const struct rule sanitizer_rules[] = {
	CALL(read, ALL, ANY), CALL(close, ALL, ANY), CALL(mmap, ALL, NO_EXEC),
	CALL(munmap, ALL, ANY), CALL(madvise, ALL, ANY),
	CALL(open, ALL, ANY), CALL(openat, ALL, OPEN_READ),
	CALL(newfstatat, ALL, ANY), CALL(readlink, ALL, ANY),
	CALL(lseek, ALL, ANY), CALL(futex, ALL, ANY),
	CALL(sched_yield, ALL, ANY), CALL(sched_getaffinity, ALL, ANY),
	CALL(sigaltstack, ALL, ANY), CALL(rt_sigaction, ALL, ANY),
	CALL(prctl, ALL, ANY), CALL(getppid, ALL, ANY), CALL(brk, ALL, ANY),
	CALL(getuid, ALL, ANY), CALL(geteuid, ALL, ANY),
};

#if HAS_SANITIZER
/* LeakSanitizer stops the world with ptrace at exit, which a sandbox forbids. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
#endif

static struct scmp_arg_cmp
compare(enum test test)
{
	const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;

	switch (test) {
	case SOCKET_UNIX:
		return SCMP_A0_64(SCMP_CMP_EQ, AF_UNIX);
	case SOCKET_INET:
		return SCMP_A0_64(SCMP_CMP_EQ, AF_INET);
	case SOCKET_INET6:
		return SCMP_A0_64(SCMP_CMP_EQ, AF_INET6);
	case OPEN_READ:
		return SCMP_A2_64(SCMP_CMP_MASKED_EQ, writing, O_RDONLY);
	case NO_EXEC:
		return SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	case TO_SELF:
		return SCMP_A0_64(SCMP_CMP_EQ, (uint64_t)getpid());
	case BY_FD:
		return SCMP_A3_64(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH,
		    AT_EMPTY_PATH);
	case ASK_TTY:
		return SCMP_A1_64(SCMP_CMP_EQ, TCGETS);
	case ASK_LIMIT:
		return SCMP_A2_64(SCMP_CMP_EQ, 0);
	case ANY:
		break;
	}
	return (struct scmp_arg_cmp){ 0 };
}

static int
add_rules(scmp_filter_ctx filter, enum sandbox_role role,
    const struct rule *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = &table[i];
		struct scmp_arg_cmp arg = compare(rule->test);
		int r;

		if ((rule->roles & 1u << role) == 0)
			continue;
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->call,
		    rule->test != ANY, &arg);
		/* A call this machine does not have cannot be made either. */
		if (r < 0 && r != -EDOM)
			return FAULT(-r);
	}
	return 0;
}

static void
filter_freep(scmp_filter_ctx *filter)
{
	if (*filter != NULL)
		seccomp_release(*filter);
}

static int
load_filter(enum sandbox_role role)
{
	CLEANUP(filter_freep) scmp_filter_ctx filter =
	    seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r;

	if (filter == NULL)
		return FAULT(ENOMEM);
	/* A binary tree: a table of a hundred calls costs seven comparisons. */
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r < 0)
		return FAULT(-r);
	r = add_rules(filter, role, rules, ARRAY_LEN(rules));
	if (r == 0 && HAS_SANITIZER)
		r = add_rules(filter, role, sanitizer_rules,
		    ARRAY_LEN(sanitizer_rules));
	if (r < 0)
		return TRACE(r);
	r = seccomp_load(filter);
	return r < 0 ? FAULT(-r) : 0;
}

int
sandbox_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

/* All rights to the file system that the kernel's version can withhold. */
static uint64_t
fs_rights(int version)
{
	return FS_ALL_1 | (version >= 2 ? FS_REFER : 0) |
	    (version >= 3 ? FS_TRUNCATE : 0) |
	    (version >= 5 ? FS_IOCTL_DEV : 0);
}

static void
closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int
allow_path(int ruleset, const struct sandbox_path *path, int version)
{
	const uint64_t of_file = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
	uint64_t rights = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_READ_DIR;
	CLEANUP(closep) int fd = open(path->path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = { .parent_fd = fd };
	struct stat info;

	if (fd < 0)
		return errno == ENOENT ? 0 : FAULT(errno);
	if (fstat(fd, &info) < 0)
		return FAULT(errno);
	if (path->is_writable)
		rights |= LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE |
		    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE |
		    LANDLOCK_ACCESS_FS_REMOVE_DIR;
	if (!S_ISDIR(info.st_mode))
		rights &= of_file;
	rule.allowed_access = rights & fs_rights(version);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0) < 0)
		return FAULT(errno);
	return 0;
}

/* struct landlock_net_port_attr of version 4, rule type 2: connect to a port. */
static int
allow_port(int ruleset, uint16_t port)
{
	struct {
		uint64_t access;
		uint64_t port;
	} rule = { NET_CONNECT, port };

	if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) <
	    0)
		return FAULT(errno);
	return 0;
}

static int
restrict_files(const struct sandbox *sandbox)
{
	int version = sandbox_landlock_version();
	struct ruleset attr = { .fs = fs_rights(version) };
	size_t size = sizeof(attr.fs);
	CLEANUP(closep) int ruleset = -1;

	if (version == 0)
		return SANDBOX_E_LANDLOCK;
	if (version >= 4) {
		attr.net = NET_TCP;
		size += sizeof(attr.net);
	}
	if (version >= 6) {
		attr.scope = SCOPE_ALL;
		size += sizeof(attr.scope);
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset < 0)
		return FAULT(errno);
	for (size_t i = 0; i < sandbox->n_paths; i++) {
		int r = allow_path(ruleset, &sandbox->paths[i], version);

		if (r < 0)
			return TRACE(r);
	}
	for (size_t i = 0; version >= 4 && i < sandbox->n_ports; i++) {
		int r = allow_port(ruleset, sandbox->ports[i]);

		if (r < 0)
			return TRACE(r);
	}
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return FAULT(errno);
	return 0;
}

/* Lower a limit for good; one that is lower already stays. */
static int
lower(__rlimit_resource_t resource, uint64_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return FAULT(errno);
	limit.rlim_max = MIN(limit.rlim_max, (rlim_t)value);
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit) < 0 ? FAULT(errno) : 0;
}

static int
limit_resources(const struct sandbox *sandbox)
{
	uint64_t files = sandbox->max_files != 0 ? sandbox->max_files :
						   LIMIT_SANDBOX_FILES;
	uint64_t bytes = sandbox->max_file_bytes != 0 ?
	    sandbox->max_file_bytes : LIMIT_SANDBOX_FILE_BYTES;
	int r = lower(RLIMIT_NOFILE, files);

	if (r == 0)
		r = lower(RLIMIT_NPROC, 0);
	if (r == 0)
		r = lower(RLIMIT_CORE, 0);
	if (r == 0)
		r = lower(RLIMIT_FSIZE, bytes);
	/* A sanitizer's shadow is terabytes of address space. */
	if (r == 0 && sandbox->max_memory != 0 && !HAS_SANITIZER)
		r = lower(RLIMIT_AS, sandbox->max_memory);
	return TRACE(r);
}

int
sandbox_enter(const struct sandbox *sandbox)
{
	int outcome;
	int r;

	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return FAULT(errno);
	r = limit_resources(sandbox);
	if (r < 0)
		return TRACE(r);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return FAULT(errno);
	outcome = restrict_files(sandbox);
	if (outcome < 0)
		return TRACE(outcome);
	r = load_filter(sandbox->role);
	return r < 0 ? TRACE(r) : outcome;
}

int
sandbox_become(const char *user)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (entry == NULL)
		return errno != 0 && errno != ENOENT ? FAULT(errno) :
						       SANDBOX_E_USER;
	if (geteuid() == entry->pw_uid && getuid() == entry->pw_uid)
		return 0;
	if (initgroups(user, entry->pw_gid) < 0 ||
	    setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) < 0 ||
	    setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) < 0)
		return FAULT(errno);
	/* Believe it only when the way back is closed. */
	if (entry->pw_uid != 0 && setuid(0) == 0)
		return FAULT(EPERM);
	return 0;
}
