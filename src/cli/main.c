/* `stile`: the command line. All it can do is in verbs.def. */
#include "cli/verb.h"

int
main(int argc, char **argv)
{
	return verb_main(argc, argv, stdout, stderr);
}
