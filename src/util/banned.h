/* Functions that must not be used, as compile errors. Forced in by the build. */
#ifndef STILE_UTIL_BANNED_H
#define STILE_UTIL_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Under clang, _FORTIFY_SOURCE makes macros of these. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcat strncat sprintf vsprintf gets strtok atoi atol atoll
#pragma GCC poison strncpy mktemp tmpnam gmtime localtime asctime ctime
#pragma GCC poison rand srand system popen

#endif
