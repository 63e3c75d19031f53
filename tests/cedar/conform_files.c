/*
 * What lies below a folder, found by what it is and not by where: cases name
 * policies and requests, lines of an oracle name a case (`f`), and so on. So
 * corpora of several versions may lie side by side, each with its own layout.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"
#include "limits.h"
#include "util/file.h"

#define MOST_DEPTH 8 /* folders in folders */

static void
give_up(const char *what)
{
	perror(what);
	exit(2);
}

static void
push(struct paths *paths, const char *path)
{
	if (paths->n == paths->size) {
		paths->size = MAX(paths->size * 2, (size_t)64);
		paths->items = realloc(paths->items,
		    paths->size * sizeof(*paths->items));
	}
	if (paths->items == NULL)
		give_up("memory");
	paths->items[paths->n] = strdup(path);
	if (paths->items[paths->n++] == NULL)
		give_up("memory");
}

static void
free_paths(struct paths *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		free(paths->items[i]);
	free(paths->items);
}

static void
put(struct files *files, struct map *map, struct str name, const char *path)
{
	struct str key = arena_str(&files->arena, name);
	struct str value = arena_str(&files->arena, str_of(path));

	if (key.p == NULL || value.p == NULL ||
	    map_put(map, key, (void *)(uintptr_t)value.p) != 0)
		give_up("memory");
}

struct str
conform_files_name(const char *path)
{
	static const struct str ends[] = { STR_INIT(".validation.json"),
		STR_INIT(".cedarschema.json"), STR_INIT(".json") };
	struct str name = str_of(path);
	size_t at = name.len;

	while (at > 0 && name.p[at - 1] != '/')
		at--;
	name = str_part(name, at, name.len);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_has_suffix(name, ends[i]))
			return str_part(name, 0, name.len - ends[i].len);
	}
	return name;
}

bool
conform_files_read(struct str *text, struct arena *arena, const char *path)
{
	return file_read(text, arena, AT_FDCWD, path, LIMIT_FILE_BYTES) == 0;
}

bool
conform_files_read_beside(struct str *text, struct arena *arena,
    const char *path, struct str name)
{
	char tried[4096];
	struct str here = str_of(path);
	size_t base = name.len;

	if (name.len == 0)
		return false;
	while (here.len > 0) {
		while (here.len > 0 && here.p[here.len - 1] != '/')
			here.len--;
		snprintf(tried, sizeof(tried), "%.*s%.*s", STR_ARG(here),
		    STR_ARG(name));
		if (conform_files_read(text, arena, tried))
			return true;
		here.len -= here.len > 0;
	}
	here = str_of(path);
	while (here.len > 0 && here.p[here.len - 1] != '/')
		here.len--;
	while (base > 0 && name.p[base - 1] != '/')
		base--;
	snprintf(tried, sizeof(tried), "%.*s%.*s", STR_ARG(here),
	    STR_ARG(str_part(name, base, name.len)));
	return conform_files_read(text, arena, tried);
}

/* ------------------------------------------------------------------ */

/* Run a program that reads argv[last] and hand over what it says. */
static FILE *
open_program(const char *const *argv, pid_t *pid)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	int ends[2];
	int r;

	if (pipe2(ends, O_CLOEXEC) != 0)
		give_up("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	r = posix_spawnp(pid, argv[0], &actions, NULL,
	    (char **)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (r != 0) {
		close(ends[0]);
		errno = r;
		return NULL;
	}
	return fdopen(ends[0], "r");
}

static bool
run(const char *const *argv)
{
	pid_t pid;
	FILE *out = open_program(argv, &pid);
	int status;

	if (out == NULL)
		return false;
	while (getc(out) != EOF)
		;
	(void)fclose(out);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

void
conform_files_lines(struct conform *conform, const char *path,
    void (*take)(struct conform *conform, const char *path, struct str line))
{
	const char *const gzip[] = { "gzip", "-dc", path, NULL };
	bool is_packed = str_has_suffix(str_of(path), STR(".gz"));
	pid_t pid = 0;
	FILE *in = is_packed ? open_program(gzip, &pid) : fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (in == NULL)
		give_up(path);
	while ((len = getline(&line, &size, in)) > 0)
		take(conform, path,
		    str_trim((struct str){ line, (size_t)len }));
	free(line);
	(void)fclose(in);
	if (is_packed)
		(void)waitpid(pid, NULL, 0);
}

/* ------------------------------------------------------------------ */

/* The document's kind, by its members. */
static void
sort_json(struct files *files, const char *path)
{
	CLEANUP(arena_fini) struct arena arena;
	struct diag_list diags;
	struct jsontree json;
	struct str text;

	arena_init(&arena, (size_t)LIMIT_FILE_BYTES * 16);
	diag_init(&diags, &arena, str_of(path), STR(""));
	if (!conform_files_read(&text, &arena, path) ||
	    cedar_jsontree_parse(&json, &arena, text, &diags) != 0)
		return;
	if (cedar_jsontree_get(&json, STR("probes")) != NULL)
		push(&files->probes, path);
	if (cedar_jsontree_get(&json, STR("policies")) == NULL ||
	    (cedar_jsontree_get(&json, STR("requests")) == NULL &&
	    cedar_jsontree_get(&json, STR("queries")) == NULL))
		return;
	push(&files->tests, path);
	put(files, &files->cases, conform_files_name(path), path);
}

/* Lines that name a case (`f`) are an oracle's; others are probes. */
static void
sort_lines(struct files *files, const char *path)
{
	const char *const gzip[] = { "gzip", "-dc", path, NULL };
	bool is_packed = str_has_suffix(str_of(path), STR(".gz"));
	char start[64] = "";
	pid_t pid = 0;
	FILE *in = is_packed ? open_program(gzip, &pid) : fopen(path, "r");

	if (in == NULL)
		give_up(path);
	if (fgets(start, sizeof(start), in) == NULL)
		start[0] = '\0';
	(void)fclose(in);
	if (is_packed)
		(void)waitpid(pid, NULL, 0);
	push(strstr(start, "\"f\"") != NULL ? &files->oracles : &files->probes,
	    path);
}

static void
sort_file(struct files *files, struct paths *archives, const char *path)
{
	static const struct str packed[] = { STR_INIT(".tar"),
		STR_INIT(".tar.gz"), STR_INIT(".tgz"), STR_INIT(".tar.xz"),
		STR_INIT(".tar.bz2"), STR_INIT(".tar.zst") };
	struct str name = str_of(path);

	if (str_has_suffix(name, STR(".validation.json")))
		put(files, &files->verdicts, conform_files_name(path), path);
	else if (str_has_suffix(name, STR(".cedarschema.json")))
		put(files, &files->schemas, conform_files_name(path), path);
	else if (str_has_suffix(name, STR(".json")) &&
	    !str_has_suffix(name, STR(".entities.json")))
		sort_json(files, path);
	else if (str_has_suffix(name, STR(".jsonl")) ||
	    str_has_suffix(name, STR(".jsonl.gz")))
		sort_lines(files, path);
	for (size_t i = 0; i < ARRAY_LEN(packed); i++) {
		if (str_has_suffix(name, packed[i]) &&
		    str_has_prefix(conform_files_name(path), STR("corpus")))
			push(archives, path);
	}
}

static void
walk(struct files *files, struct paths *archives, const char *folder,
    unsigned depth)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);

	if (n < 0 && depth == MOST_DEPTH)
		give_up(folder);
	for (int i = 0; i < n; i++) {
		char path[4096];
		struct stat info;

		snprintf(path, sizeof(path), "%s/%s", folder,
		    entries[i]->d_name);
		if (entries[i]->d_name[0] == '.' || stat(path, &info) != 0)
			info.st_mode = 0;
		free(entries[i]);
		if (S_ISDIR(info.st_mode) && depth > 0)
			walk(files, archives, path, depth - 1);
		else if (S_ISREG(info.st_mode))
			sort_file(files, archives, path);
	}
	if (n >= 0)
		free(entries);
}

static bool
has_corpus(const struct files *files)
{
	for (size_t i = 0; i < files->tests.n; i++) {
		if (strstr(files->tests.items[i], "corpus-tests/") != NULL)
			return true;
	}
	return false;
}

static void
unpack(struct files *files, const struct paths *archives)
{
	char folder[] = "/tmp/cedar-conform.XXXXXX";
	struct paths inner = { 0 };

	if (mkdtemp(folder) == NULL)
		give_up(folder);
	files->unpacked = strdup(folder);
	for (size_t i = 0; i < archives->n; i++) {
		const char *const tar[] = { "tar", "-xf", archives->items[i],
			"-C", folder, NULL };

		printf("unpacking %s\n", archives->items[i]);
		(void)fflush(stdout);
		if (!run(tar)) {
			fprintf(stderr, "%s cannot be unpacked by tar\n",
			    archives->items[i]);
			exit(2);
		}
	}
	walk(files, &inner, folder, MOST_DEPTH);
	free_paths(&inner);
}

void
conform_files_find(struct files *files, const char *folder)
{
	struct paths archives = { 0 };

	arena_init(&files->arena, (size_t)1 << 32);
	map_init(&files->verdicts, &files->arena, 1);
	map_init(&files->schemas, &files->arena, 2);
	map_init(&files->cases, &files->arena, 3);
	walk(files, &archives, folder, MOST_DEPTH);
	if (archives.n > 0 && !has_corpus(files))
		unpack(files, &archives);
	free_paths(&archives);
}

void
conform_files_fini(struct files *files)
{
	const char *const rm[] = { "rm", "-rf", files->unpacked, NULL };

	if (files->unpacked != NULL)
		(void)run(rm);
	free(files->unpacked);
	free_paths(&files->tests);
	free_paths(&files->oracles);
	free_paths(&files->probes);
	arena_fini(&files->arena);
}
