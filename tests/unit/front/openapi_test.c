/* The OpenAPI file and the table of routes say the same. */
#include <jansson.h>
#include <strings.h>

#include "front/request.h"
#include "tap.h"

static json_t *
load(void)
{
	json_error_t error;
	json_t *root = json_loadb((const char *)openapi_json, openapi_json_len,
	    JSON_REJECT_DUPLICATES, &error);

	check(root != NULL);
	return root;
}

static const char *
method_name(enum route_method method)
{
	return method == ROUTE_POST ? "post" : "get";
}

static void
every_route_is_in_the_file(void)
{
	json_t *root = load();

	for (size_t i = 0; i < route_n_rows; i++) {
		const struct route *route = &route_table[i];
		json_t *operation = json_object_get(
		    json_object_get(json_object_get(root, "paths"),
		    route->path), method_name(route->method));
		json_t *body = json_object_get(operation, "requestBody");

		if (!check(operation != NULL))
			printf("# %s\n", route->path);
		check_str(str_of(json_string_value(
		    json_object_get(operation, "operationId"))),
		    str_of(route->operation));
		check((body != NULL) == (route->body != ROUTE_NO_BODY));
		check(json_is_true(json_object_get(body, "required")) ==
		    (route->body == ROUTE_JSON));
	}
	json_decref(root);
}

static bool
has_route(const char *path, const char *method)
{
	for (size_t i = 0; i < route_n_rows; i++) {
		if (strcmp(route_table[i].path, path) == 0 &&
		    strcmp(method_name(route_table[i].method), method) == 0)
			return true;
	}
	return false;
}

static void
every_operation_of_the_file_is_a_route(void)
{
	json_t *root = load();
	const char *path;
	const char *method;
	json_t *item;
	json_t *operation;

	json_object_foreach(json_object_get(root, "paths"), path, item) {
		json_object_foreach(item, method, operation) {
			if (!check(has_route(path, method)))
				printf("# %s %s\n", method, path);
		}
	}
	json_decref(root);
}

/* A problem of the front with a status that no operation documents. */
static bool
is_documented(json_t *root, unsigned status)
{
	char name[8];
	const char *path;
	const char *method;
	json_t *item;
	json_t *operation;

	snprintf(name, sizeof(name), "%u", status);
	json_object_foreach(json_object_get(root, "paths"), path, item) {
		json_object_foreach(item, method, operation) {
			if (json_object_get(json_object_get(operation,
			    "responses"), name) != NULL)
				return true;
		}
	}
	return false;
}

static void
every_problem_of_an_operation_is_documented(void)
{
	/* These are of no operation: a path, method or version that is none. */
	static const unsigned other[] = { 405, 414, 417, 501, 505 };
	json_t *root = load();

	for (enum problem_id id = PROBLEM_NONE + 1; id <= PROBLEM_VERSION;
	     id++) {
		unsigned status = problem_get(id)->status;
		bool is_other = false;

		for (size_t i = 0; i < ARRAY_LEN(other); i++)
			is_other |= other[i] == status;
		check(is_other || is_documented(root, status));
	}
	json_decref(root);
}

static const struct tap_test tests[] = {
	TEST(every_route_is_in_the_file),
	TEST(every_operation_of_the_file_is_a_route),
	TEST(every_problem_of_an_operation_is_documented),
};

TAP_MAIN(tests)
