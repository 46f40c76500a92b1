#pragma once

// What Swift's Glibc module leaves out: settings of the heap, the beginning of a write-back, and two
// calls for processes that inherit nothing.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <unistd.h>

// Asks the system to begin to write these bytes of a file to its disk, and does not wait.
static inline int clinux_begin_write_back(int file, long offset, long count) {
    return sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
}

// Lets a process that is started have no file from this descriptor on.
static inline int clinux_close_from(posix_spawn_file_actions_t *actions, int descriptor) {
    return posix_spawn_file_actions_addclosefrom_np(actions, descriptor);
}

// Makes a pipe that no other process inherits and that never waits.
static inline int clinux_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
}
