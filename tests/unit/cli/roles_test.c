/*
 * The real keeper and clerk under the real parent, with a gate made for the
 * test that does no more than append entries, have them signed and tell the
 * clerk. Whatever is killed, the log goes on as one log.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clerk/clerk.h"
#include "cli/init.h"
#include "cli/role.h"
#include "cli/supervise.h"
#include "frames.h"
#include "keeper/keeper.h"
#include "store/entries.h"
#include "store/store.h"
#include "tap.h"
#include "tlog/audit.h"
#include "tlog/checkpoint.h"
#include "tlog/edge.h"
#include "tlog/logdir.h"
#include "tlog/merkle.h"
#include "util/channel.h"
#include "util/clock.h"
#include "util/file.h"

#define MOST 20000

/* --- a gate ------------------------------------------------------------- */

struct small_gate {
	const char *dir;
	struct store *store;
	struct tlog_edge *edge;
	struct digest *leaves;
	struct channel keeper;
	struct channel clerk;
	struct buf note;
	uint64_t n_signed;
	int told_fd; /* DIR/told: sizes whose signature was received */
};

static int
read_leaves(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	const struct small_gate *gate = context;

	if (level > 0 || index * 256 + width > MOST)
		return TLOG_TILE_E_MISSING;
	memcpy(hashes, &gate->leaves[index * 256], 32 * (size_t)width);
	return 0;
}

static int
take_leaf(void *context, const struct store_entry *entry)
{
	struct small_gate *gate = context;

	tlog_merkle_leaf(&gate->leaves[entry->index], entry->bytes);
	tlog_edge_mark(gate->edge);
	return tlog_edge_append(gate->edge, &gate->leaves[entry->index]);
}

static int
reach(struct channel *channel, const char *dir, const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/run/%s", dir, name);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		close(fd);
		return -1;
	}
	return channel_init(channel, fd);
}

static void
open_gate(struct small_gate *gate, const char *dir)
{
	struct arena arena;
	struct diag_list diags;
	char path[256];

	*gate = (struct small_gate){ .dir = dir, .keeper.fd = -1,
		.clerk.fd = -1 };
	gate->leaves = calloc(MOST, sizeof(*gate->leaves));
	arena_init(&arena, 1u << 20);
	diag_init(&diags, &arena, STR(""), STR(""));
	snprintf(path, sizeof(path), "%s/state/stile.db", dir);
	if (store_open(&gate->store, str_of(path), STORE_WRITE, &diags) != 0 ||
	    tlog_edge_new(&gate->edge) != 0 ||
	    entries_each(gate->store, 0, MOST, take_leaf, gate) != 0) {
		diag_print(&diags, stderr);
		_exit(40);
	}
	arena_fini(&arena);
	buf_init(&gate->note, 4096);
	snprintf(path, sizeof(path), "%s/told", dir);
	gate->told_fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC,
	    0600);
}

static void
append(struct small_gate *gate, unsigned n)
{
	uint64_t at = tlog_edge_size(gate->edge);

	if (store_begin(gate->store) != 0)
		_exit(41);
	tlog_edge_mark(gate->edge);
	for (unsigned i = 0; i < n; i++, at++) {
		char text[64];
		int len = snprintf(text, sizeof(text), "{\"n\":%llu,\"p\":%d}",
		    (unsigned long long)at, (int)getpid());
		struct store_entry entry = { .index = at, .time_us = 1,
			.type = STR("test"), .bytes = { text, (size_t)len } };

		tlog_merkle_leaf(&gate->leaves[at], entry.bytes);
		if (entries_append(gate->store, &entry) != 0 ||
		    tlog_edge_append(gate->edge, &gate->leaves[at]) != 0)
			_exit(42);
	}
	if (store_commit(gate->store) != 0)
		_exit(43);
}

/* Learn what was signed last, over a fresh connection. */
static bool
meet_keeper(struct small_gate *gate)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_note note;
	struct frame answer;
	struct str text;
	size_t place;

	channel_fini(&gate->keeper);
	if (reach(&gate->keeper, gate->dir, "keeper.sock") != 0)
		return false;
	place = frame_begin(&gate->keeper.out, KEEPER_KIND_HELLO, 1);
	if (frame_end(&gate->keeper.out, place) != 0 ||
	    channel_call(&answer, &gate->keeper, 5000) != 0)
		return false;
	text = frame_find(&answer, KEEPER_NOTE);
	gate->n_signed = 0;
	if (text.p == NULL)
		return true;
	if (tlog_note_parse(&note, text) != 0 ||
	    tlog_checkpoint_parse(&checkpoint, note.text) != 0)
		_exit(44);
	gate->n_signed = checkpoint.size;
	return true;
}

static bool
ask_to_sign(struct small_gate *gate)
{
	struct tlog_tile_reader reader = { read_leaves, gate };
	uint64_t size = tlog_edge_size(gate->edge);
	struct tlog_proof proof = { 0 };
	struct digest root;
	struct frame answer;
	size_t place = frame_begin(&gate->keeper.out, KEEPER_KIND_SIGN, size);

	tlog_edge_root(gate->edge, &root);
	if (gate->n_signed > 0 && gate->n_signed < size &&
	    tlog_proof_consistency(&proof, &reader, gate->n_signed, size) != 0)
		_exit(45);
	frame_put_u64(&gate->keeper.out, KEEPER_SIZE, size);
	frame_put(&gate->keeper.out, KEEPER_ROOT,
	    (struct str){ (const char *)&root, 32 });
	frame_put(&gate->keeper.out, KEEPER_PROOF, (struct str){
	    (const char *)proof.hashes, 32 * proof.n_hashes });
	if (frame_end(&gate->keeper.out, place) != 0 ||
	    channel_call(&answer, &gate->keeper, 5000) != 0)
		return false;
	/* It must never refuse an honest gate, whatever was killed. */
	if (answer.kind != KEEPER_KIND_SIGN)
		_exit(46);
	buf_reset(&gate->note);
	buf_add_str(&gate->note, frame_find(&answer, KEEPER_NOTE));
	gate->n_signed = size;
	return true;
}

static void
sign(struct small_gate *gate)
{
	char line[64];
	int len;

	while (gate->keeper.fd < 0 || !ask_to_sign(gate))
		while (!meet_keeper(gate))
			usleep(5000);
	len = snprintf(line, sizeof(line), "%llu\n",
	    (unsigned long long)gate->n_signed);
	if (write(gate->told_fd, line, (size_t)len) != len)
		_exit(47);
}

static void
tell_clerk(struct small_gate *gate)
{
	size_t place;

	if (gate->clerk.fd < 0 &&
	    reach(&gate->clerk, gate->dir, "clerk.sock") != 0)
		return;
	place = frame_begin(&gate->clerk.out, CLERK_KIND_CHECKPOINT, 1);
	frame_put(&gate->clerk.out, CLERK_NOTE, buf_str(&gate->note));
	if (frame_end(&gate->clerk.out, place) != 0 ||
	    channel_flush(&gate->clerk) != 0)
		channel_fini(&gate->clerk);
}

static volatile sig_atomic_t got_term;

static void
on_term(int number)
{
	(void)number;
	got_term = 1;
}

static int
small_gate_run(const char *dir)
{
	struct sigaction action = { .sa_handler = on_term };
	struct pollfd item = { .fd = ROLE_PARENT_FD, .events = POLLIN };
	struct small_gate gate;
	unsigned step = 1;

	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	open_gate(&gate, dir);
	sign(&gate);
	tell_clerk(&gate);
	if (send(ROLE_PARENT_FD, &(char){ PARENT_READY }, 1, 0) != 1)
		return 48;
	while (!got_term && tlog_edge_size(gate.edge) < MOST - 100) {
		append(&gate, step % 37 + 1);
		sign(&gate);
		tell_clerk(&gate);
		step = step * 5 + 3;
		if (poll(&item, 1, 2) > 0)
			return 0; /* the parent is gone */
	}
	while (!got_term)
		poll(&item, 1, 20);
	/* Say it once more: the clerk may have been away. */
	channel_fini(&gate.clerk);
	tell_clerk(&gate);
	store_close(gate.store);
	return 0;
}

static int
run_role(const char *name, const char *dir)
{
	if (strcmp(name, "keeper") == 0)
		return keeper_run(dir, ROLE_LISTEN_FD, ROLE_PARENT_FD);
	if (strcmp(name, "clerk") == 0)
		return clerk_run(dir, ROLE_LISTEN_FD, ROLE_PARENT_FD);
	return small_gate_run(dir);
}

/* --- serving ------------------------------------------------------------ */

static const struct supervise_role roles[] = {
	{ .name = "keeper", .socket = "run/keeper.sock", .n_processes = 1,
	    .stop_order = 3, .wants_gate_pid = true },
	{ .name = "clerk", .socket = "run/clerk.sock", .n_processes = 1,
	    .stop_order = 2, .wants_gate_pid = true },
	{ .name = "gate", .socket = "run/gate.sock", .n_processes = 1,
	    .stop_order = 1, .is_gate = true },
};

struct serve {
	char base[40];
	char dir[64];
	pid_t pid;
	int out;
};

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void
begin(struct serve *serve)
{
	struct init_options options = { .holder = "NYDMV", .name = "New York",
		.state = "NY", .origin = "log.example/ny" };
	FILE *null = fopen("/dev/null", "we");
	char line[128] = "";
	int fds[2];

	*serve = (struct serve){ .base = "/tmp/stile-roles-XXXXXX" };
	check(mkdtemp(serve->base) != NULL);
	snprintf(serve->dir, sizeof(serve->dir), "%s/h", serve->base);
	options.dir = serve->dir;
	check(init_holder(&options, null, null) == 0);
	check(pipe2(fds, O_CLOEXEC) == 0);
	serve->pid = fork();
	if (serve->pid == 0) {
		FILE *out = fdopen(fds[1], "w");

		if (getenv("SERVE_LOG") == NULL)
			dup2(fileno(null), STDERR_FILENO);
		_exit(supervise_serve(serve->dir, roles, ARRAY_LEN(roles), out,
		    out));
	}
	close(fds[1]);
	fclose(null);
	serve->out = fds[0];
	check(read(serve->out, line, sizeof(line) - 1) > 0);
	check(str_has_prefix(str_of(line), STR("ready ")));
}

/* Stop in order. Returns: the exit code of serve. */
static int
stop(const struct serve *serve)
{
	int status = -1;

	kill(serve->pid, SIGTERM);
	check(waitpid(serve->pid, &status, 0) == serve->pid);
	close(serve->out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
leave(const struct serve *serve)
{
	nftw(serve->base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The published log, checked whole. Returns: its size. */
static uint64_t
audit(const struct serve *serve)
{
	struct tlog_checkpoint checkpoint = { .size = 0 };
	struct tlog_audit_source source;
	struct tlog_audit_finding finding;
	struct tlog_note_key key;
	struct tlog_logdir *dir = NULL;
	struct arena arena;
	struct str text;
	char path[128];

	arena_init(&arena, 1u << 20);
	snprintf(path, sizeof(path), "%s/keys/log.vkey", serve->dir);
	check(file_read(&text, &arena, AT_FDCWD, path, 4096) == 0);
	check(tlog_note_key_parse(&key, str_trim(text)) == 0);
	snprintf(path, sizeof(path), "%s/log", serve->dir);
	if (check(tlog_logdir_open(&dir, path) == 0) &&
	    check(tlog_logdir_checkpoint(dir, &text, &arena) == 0) &&
	    check(tlog_checkpoint_open(&checkpoint, text, &key) == 0)) {
		source = tlog_logdir_source(dir);
		check(tlog_audit_run(&source, &finding, checkpoint.size,
			  &checkpoint.root) == 0);
	}
	tlog_logdir_close(dir);
	arena_fini(&arena);
	return checkpoint.size;
}

/* The last size whose signature a gate received. */
static uint64_t
told(const struct serve *serve)
{
	char path[128];
	char line[32];
	uint64_t last = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/told", serve->dir);
	file = fopen(path, "re");
	check(file != NULL);
	while (fgets(line, sizeof(line), file) != NULL) {
		uint64_t size;

		check(str_to_u64(&size, str_trim(str_of(line))));
		check(size >= last);
		last = size;
	}
	fclose(file);
	return last;
}

/* Processes of serve: their names are their second and third words. */
static pid_t
find_role(const struct serve *serve, const char *name)
{
	char path[64];
	char children[4096] = "";
	const char *at = children;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)serve->pid, (int)serve->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, children, sizeof(children) - 1) <= 0)
		return -1;
	close(fd);
	while (*at != '\0') {
		char words[256] = "";
		pid_t pid = (pid_t)strtol(at, NULL, 10);
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd >= 0 ? read(fd, words, sizeof(words) - 1) : 0;
		if (fd >= 0)
			close(fd);
		if (n > 12 && strcmp(words + strlen(words) + 1, "role") == 0 &&
		    strcmp(words + strlen(words) + 6, name) == 0)
			return pid;
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return -1;
}

static void
what_was_signed_is_published(void)
{
	struct serve serve;

	begin(&serve);
	usleep(500000);
	check_u64(stop(&serve), 0);
	check(told(&serve) > 100);
	check_u64(audit(&serve), told(&serve));
	leave(&serve);
}

static void
p7_whatever_role_is_killed_the_log_stays_one(void)
{
	static const char *const names[] = { "keeper", "clerk", "gate" };
	struct serve serve;
	unsigned n_killed = 0;
	unsigned random = 4711;
	int64_t end;

	begin(&serve);
	end = clock_monotonic_us() + 8000000;
	while (n_killed < 40 && clock_monotonic_us() < end) {
		pid_t pid;

		random = random * 1103515245 + 12345;
		usleep(20000 + (random >> 16) % 120000);
		pid = find_role(&serve, names[(random >> 8) % 3]);
		if (pid > 0 && kill(pid, SIGKILL) == 0)
			n_killed++;
	}
	check(n_killed >= 5);
	/* Let all come back, so that the end is an orderly one. */
	end = clock_monotonic_us() + 20000000;
	while (clock_monotonic_us() < end &&
	    (find_role(&serve, "gate") < 0 || find_role(&serve, "clerk") < 0 ||
		find_role(&serve, "keeper") < 0))
		usleep(50000);
	usleep(300000);
	check_u64(stop(&serve), 0);
	check(told(&serve) > 100);
	check_u64(audit(&serve), told(&serve));
	printf("# %u killed, %llu entries\n", n_killed,
	    (unsigned long long)told(&serve));
	leave(&serve);
}

static void
a_gate_that_nobody_named_is_turned_away(void)
{
	struct serve serve;
	struct small_gate stranger = { .keeper.fd = -1 };

	begin(&serve);
	stranger.dir = serve.dir;
	check(!meet_keeper(&stranger));
	channel_fini(&stranger.keeper);
	check_u64(stop(&serve), 0);
	leave(&serve);
}

static const struct tap_test tests[] = {
	TEST(what_was_signed_is_published),
	TEST(a_gate_that_nobody_named_is_turned_away),
	TEST(p7_whatever_role_is_killed_the_log_stays_one),
};

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "role") == 0)
		return run_role(argv[2], argv[3]);
	signal(SIGPIPE, SIG_IGN);
	return tap_main(tests, ARRAY_LEN(tests), argc, argv);
}
