/* Matching of routes. */
#include "front/route.h"

#include <stdio.h>

#include "tap.h"

static const char *
found(enum route_method method, const char *path)
{
	struct route_match match;

	return route_find(&match, method, str_of(path)) == 0 ?
	    match.route->operation : "";
}

static void
every_row_is_found_by_its_own_path(void)
{
	for (size_t i = 0; i < route_n_rows; i++) {
		char path[128];
		size_t n = 0;

		/* Each {name} becomes "name". */
		for (const char *p = route_table[i].path; *p != '\0'; p++) {
			if (*p != '{' && *p != '}')
				path[n++] = *p;
		}
		path[n] = '\0';
		check_str(str_of(found(route_table[i].method, path)),
		    str_of(route_table[i].operation));
	}
}

static void
a_path_written_otherwise_is_no_path(void)
{
	struct route_match match;
	static const char *const paths[] = { "", "/", "v1/requests",
		"//v1/requests", "/v1/requests/", "/v1//requests",
		"/v1/requests/1/", "/V1/requests", "/v1/requests//approvals",
		"/v1/./requests", "/v1/requests/../requests", "/v1/%72equests",
		"/livez/", "/livez/x", "/log", "/log/", "/log/tile",
		"/log/tile/", "/log/checkpointx", "*" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (!check(route_find(&match, ROUTE_GET, str_of(paths[i])) ==
		    ROUTE_E_PATH))
			printf("# %s\n", paths[i]);
	}
}

static void
parameters_are_decoded_and_bounded(void)
{
	char path[256];
	struct route_match match;

	check(route_find(&match, ROUTE_GET,
	    STR("/v1/wanted/a%2Fb%c3%a4-~")) == 0);
	check(match.n_parameters == 1);
	check_str(((struct str){ match.parameters[0].bytes,
	    match.parameters[0].len }), STR("a/b\xc3\xa4-~"));
	for (int n = LIMIT_FRONT_PARAMETER_BYTES;
	     n <= LIMIT_FRONT_PARAMETER_BYTES + 1; n++) {
		snprintf(path, sizeof(path), "/v1/wanted/%0*d", n, 7);
		check(route_find(&match, ROUTE_GET, str_of(path)) ==
		    (n == LIMIT_FRONT_PARAMETER_BYTES ? 0 :
							ROUTE_E_PARAMETER));
	}
	check(route_find(&match, ROUTE_GET, STR("/v1/wanted/%")) ==
	    ROUTE_E_PARAMETER);
	check(route_find(&match, ROUTE_GET, STR("/v1/wanted/%0")) ==
	    ROUTE_E_PARAMETER);
	check(route_find(&match, ROUTE_GET, STR("/v1/wanted/%00")) ==
	    ROUTE_E_PARAMETER);
	check(route_find(&match, ROUTE_GET, STR("/v1/wanted/%ff")) ==
	    ROUTE_E_PARAMETER);
	check(route_find(&match, ROUTE_GET, STR("/v1/wanted/a\"b")) ==
	    ROUTE_E_PARAMETER);
}

static void
head_goes_where_get_leaves_no_entry(void)
{
	check_str(str_of(found(ROUTE_HEAD, "/livez")), STR("livez"));
	check_str(str_of(found(ROUTE_HEAD, "/log/tile/0/000")),
	    STR("getTile"));
	check_str(str_of(found(ROUTE_HEAD, "/v1/wanted/1")), STR(""));
}

static void
a_log_path_is_handed_on_whole(void)
{
	struct route_match match;

	check(route_find(&match, ROUTE_GET,
	    STR("/log/tile/entries/x001/067.p/3")) == 0);
	check_str(match.rest, STR("tile/entries/x001/067.p/3"));
	check(route_find(&match, ROUTE_GET, STR("/log/checkpoint")) == 0);
	check_str(match.rest, STR("checkpoint"));
}

static void
methods_are_known_by_their_exact_names(void)
{
	check(route_method_of(STR("GET")) == ROUTE_GET);
	check(route_method_of(STR("OPTIONS")) == ROUTE_OPTIONS);
	check(route_method_of(STR("get")) == ROUTE_OTHER);
	check(route_method_of(STR("")) == ROUTE_OTHER);
	check(route_method_of(STR("GETS")) == ROUTE_OTHER);
}

static const struct tap_test tests[] = {
	TEST(every_row_is_found_by_its_own_path),
	TEST(a_path_written_otherwise_is_no_path),
	TEST(parameters_are_decoded_and_bounded),
	TEST(head_goes_where_get_leaves_no_entry),
	TEST(a_log_path_is_handed_on_whole),
	TEST(methods_are_known_by_their_exact_names),
};

TAP_MAIN(tests)
