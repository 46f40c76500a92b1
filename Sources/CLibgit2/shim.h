#pragma once

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/transport.h>

// Swift cannot call variadic functions; these name the forms of git_libgit2_opts that are used.

static inline int clg_set(int option, int value) {
    return git_libgit2_opts(option, value);
}

static inline int clg_set_size(int option, size_t value) {
    return git_libgit2_opts(option, value);
}

// libgit2 refuses repositories with extensions that its caller has not named.
static inline int clg_accept_extensions(const char *const *names, size_t count) {
    return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, (const char **)names, count);
}

static inline int clg_set_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}
