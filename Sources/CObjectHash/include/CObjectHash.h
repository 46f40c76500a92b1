#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor computes SHA-1 itself, and libgit2's detector is the one known here.
bool cobjecthash_is_supported(void);

/// Computes git's ID of an object. Only where it is supported.
///
/// Returns whether there is one: not for an unknown type, nor if the detector takes a block for a
/// part of a collision attack. Types are git's numbers: 1 commit, 2 tree, 3 blob, 4 tag.
bool cobjecthash(int type, const uint8_t *bytes, size_t count, uint8_t id[20]);

/// Hashes blocks of 64 bytes on from `state`, and returns whether none of them is a part of an
/// attack. Only where it is supported.
bool cobjecthash_blocks(uint32_t state[5], const uint8_t *blocks, size_t count);
