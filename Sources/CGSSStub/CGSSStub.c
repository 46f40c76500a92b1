// Stands in for the Kerberos library where everything is linked into one file, for there is no
// archive of it. libgit2 asks it for a ticket when a server wants one; here there never is any.
// https://www.rfc-editor.org/rfc/rfc2744

#include "CGSSStub.h"

#include <stddef.h>
#include <stdint.h>

typedef uint32_t OM_uint32;

// GSS_S_UNAVAILABLE: the operation is not there.
enum { unavailable = 16u << 16 };

void *GSS_C_NT_HOSTBASED_SERVICE = NULL;

OM_uint32 gss_indicate_mechs(OM_uint32 *minor, void **mechanisms) {
    *minor = 0;
    *mechanisms = NULL;
    return unavailable;
}

OM_uint32 gss_import_name(OM_uint32 *minor, void *text, void *kind, void **name) {
    (void)text, (void)kind;
    *minor = 0;
    *name = NULL;
    return unavailable;
}

OM_uint32 gss_init_sec_context(
    OM_uint32 *minor, void *credential, void **context, void *target, void *mechanism,
    OM_uint32 flags, OM_uint32 seconds, void *channel, void *input, void **actual_mechanism,
    void *output, OM_uint32 *actual_flags, OM_uint32 *actual_seconds) {
    (void)credential, (void)context, (void)target, (void)mechanism, (void)flags, (void)seconds;
    (void)channel, (void)input, (void)actual_mechanism, (void)output, (void)actual_flags;
    (void)actual_seconds;
    *minor = 0;
    return unavailable;
}

OM_uint32 gss_display_status(
    OM_uint32 *minor, OM_uint32 status, int kind, void *mechanism, OM_uint32 *more, void *text) {
    (void)status, (void)kind, (void)mechanism, (void)text;
    *minor = 0;
    *more = 0;
    return unavailable;
}

OM_uint32 gss_delete_sec_context(OM_uint32 *minor, void **context, void *output) {
    (void)context, (void)output;
    *minor = 0;
    return unavailable;
}

OM_uint32 gss_release_buffer(OM_uint32 *minor, void *buffer) {
    (void)buffer;
    *minor = 0;
    return unavailable;
}

OM_uint32 gss_release_name(OM_uint32 *minor, void **name) {
    (void)name;
    *minor = 0;
    return unavailable;
}

OM_uint32 gss_release_oid_set(OM_uint32 *minor, void **set) {
    (void)set;
    *minor = 0;
    return unavailable;
}
