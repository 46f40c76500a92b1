#pragma once

// What Swift's Glibc module leaves out: settings of the heap, and the beginning of a write-back.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <malloc.h>

// Asks the system to begin to write these bytes of a file to its disk, and does not wait.
static inline int clinux_begin_write_back(int file, long offset, long count) {
    return sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
}
