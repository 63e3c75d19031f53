/* A path below /log/: what passes is canonical and stays below. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "front/route.h"
#include "front/tilepath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str path = { (const char *)data, size };
	struct route_match match;
	struct tilepath tilepath;

	if (tilepath_parse(&tilepath, path)) {
		assert(tilepath.kind != TILEPATH_NONE);
		assert(str_is_equal(str_of(tilepath.text), path));
		assert(strstr(tilepath.text, "..") == NULL);
		assert(strstr(tilepath.text, "//") == NULL);
		assert(tilepath.text[0] != '/' && tilepath.level < 64);
		assert(tilepath.kind == TILEPATH_CHECKPOINT ||
		    (tilepath.width > 0 && tilepath.width <= 256));
	}
	if (route_find(&match, ROUTE_GET, path) == 0)
		assert(match.n_parameters <= ROUTE_PARAMETERS);
	return 0;
}
