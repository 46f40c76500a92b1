#include "CBuild.h"

#ifndef RELEASE_COMMIT
#define RELEASE_COMMIT ""
#endif

const char *cbuild_commit(void) { return RELEASE_COMMIT; }
