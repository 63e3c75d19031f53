/* demo-data OUT [SEED]: write the demonstration's made-up records into OUT. */
#include <stdio.h>

#include "source/demo_data.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/instant.h"
#include "util/str.h"

int
main(int argc, char **argv)
{
	struct clock clock = clock_system();
	uint64_t seed = 1;
	int r;

	if (argc < 3 || argc > 4 ||
	    (argc == 4 && !str_to_u64(&seed, str_of(argv[3])))) {
		fprintf(stderr, "usage: demo-data DATA OUT [SEED]\n");
		return 2;
	}
	r = demo_data_write(argv[2], argv[1], seed,
	    instant_day(clock_now_us(&clock)));
	if (r != 0) {
		fprintf(stderr, "demo-data: %s: not the data it should be\n",
		    argv[1]);
		fault_trail(stderr);
		return 1;
	}
	puts(demo_data_notice);
	return 0;
}
