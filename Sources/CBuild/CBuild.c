#include "CBuild.h"

#ifdef RELEASE_COMMIT

#include <nss.h>

// A file without shared libraries cannot load the machine's own modules for names, which are made
// for another version of the C library. So it asks what it has built in, whatever nsswitch.conf
// says, and asks before anything else can.
__attribute__((constructor)) static void use_built_in_names(void) {
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
}

#else
#define RELEASE_COMMIT ""
#endif

const char *cbuild_commit(void) { return RELEASE_COMMIT; }
