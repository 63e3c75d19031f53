/* What the original engine says: see judge_theirs.h. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge_theirs.h"
#include "util/json.h"

void
judge_theirs_start(struct theirs *theirs, const char *script)
{
	int to[2];
	int from[2];

	if (pipe2(to, 0) != 0 || pipe2(from, 0) != 0) {
		perror("pipe");
		exit(2);
	}
	theirs->pid = fork();
	if (theirs->pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[0]);
		close(to[1]);
		close(from[0]);
		close(from[1]);
		execlp("node", "node", script, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	theirs->to = fdopen(to[1], "w");
	theirs->from = fdopen(from[0], "r");
	if (theirs->pid < 0 || theirs->to == NULL || theirs->from == NULL) {
		perror("node");
		exit(2);
	}
}

void
judge_theirs_stop(struct theirs *theirs)
{
	(void)fclose(theirs->to);
	(void)fclose(theirs->from);
	(void)waitpid(theirs->pid, NULL, 0);
}

static void
put_uid(struct json *json, const char *name, struct cedar_uid uid)
{
	json_key(json, str_of(name));
	json_open_object(json);
	json_put_string(json, "type", uid.type);
	json_put_string(json, "id", uid.id);
	json_close_object(json);
}

static void
ask(struct theirs *theirs, const struct generate_case *made,
    const struct generate_request *request)
{
	struct buf buf;
	struct json json;

	buf_init(&buf, 1u << 26);
	json_init(&json, &buf);
	json_open_object(&json);
	put_uid(&json, "principal", request->principal);
	put_uid(&json, "action", request->action);
	put_uid(&json, "resource", request->resource);
	json_put_raw(&json, "context", request->context);
	json_put_string(&json, "preparsedPolicySetId", STR("case"));
	json_put_raw(&json, "entities", made->entities);
	json_close_object(&json);
	if (buf_finish(&buf) != 0)
		abort();
	fprintf(theirs->to, "ask %.*s\n", STR_ARG(buf_str(&buf)));
	buf_fini(&buf);
}

void
judge_theirs(struct str answers[static GENERATE_REQUESTS],
    struct theirs *theirs, const struct generate_case *made,
    struct arena *arena)
{
	char *line = NULL;
	size_t size = 0;

	fprintf(theirs->to, "load %.*s\n", STR_ARG(made->policies));
	for (size_t i = 0; i < made->n_requests; i++)
		ask(theirs, made, &made->requests[i]);
	(void)fflush(theirs->to);
	for (size_t i = 0; i < made->n_requests; i++) {
		ssize_t len = getline(&line, &size, theirs->from);

		if (len <= 0) {
			fprintf(stderr, "the original engine is gone\n");
			exit(2);
		}
		answers[i] = arena_str(arena,
		    (struct str){ line, (size_t)len - 1 });
	}
	free(line);
}
