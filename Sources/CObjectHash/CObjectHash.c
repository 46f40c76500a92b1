#include "CObjectHash.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

// The detector of collision attacks that libgit2 is built with, from its archive. Its first half
// says which known kinds of attack a block's 80 words may be a part of, and 29 of 30 blocks can be
// a part of none; its second half hashes a block with all care.
void ubc_check(const uint32_t words[80], uint32_t kinds[1]);
void SHA1DCInit(void *context);
void SHA1DCUpdate(void *context, const char *bytes, size_t count);
int SHA1DCFinal(unsigned char hash[20], void *context);

// More than a context of the detector takes (2.4 kB), and where its state lies in it.
enum { context_size = 8192, state_offset = 8 };

static const uint32_t initial_state[5] = {
    0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};

bool cobjecthash_is_supported(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_SHA)) return false;
    uint64_t context[context_size / 8];
    memset(context, 0, sizeof context);
    SHA1DCInit(context);
    return memcmp((char *)context + state_offset, initial_state, sizeof initial_state) == 0;
}

/// Whether the block, hashed on from `state`, is a part of an attack.
static __attribute__((noinline)) bool is_attack(const uint32_t state[5], const uint8_t *block) {
    uint64_t context[context_size / 8];
    unsigned char hash[20];
    SHA1DCInit(context);
    memcpy((char *)context + state_offset, state, 20);
    SHA1DCUpdate(context, (const char *)block, 64);
    return SHA1DCFinal(hash, context) != 0;
}

// Four rounds; the words of the message's rest are computed on the way, and kept for the detector.
#define ROUNDS(i, function)                                                                \
    do {                                                                                   \
        __m128i word = message[(i) & 3];                                                   \
        e = (i) == 0 ? _mm_add_epi32(e, word) : _mm_sha1nexte_epu32(e, word);              \
        __m128i before = abcd;                                                             \
        abcd = _mm_sha1rnds4_epu32(abcd, e, function);                                     \
        e = before;                                                                        \
        if ((i) < 16) {                                                                    \
            __m128i next = _mm_sha1msg1_epu32(word, message[((i) + 1) & 3]);               \
            next = _mm_xor_si128(next, message[((i) + 2) & 3]);                            \
            next = _mm_sha1msg2_epu32(next, message[((i) + 3) & 3]);                       \
            message[(i) & 3] = next;                                                       \
            _mm_store_si128((__m128i *)words + (i) + 4, _mm_shuffle_epi32(next, 0x1B));    \
        }                                                                                  \
    } while (0)

#define TWENTY_ROUNDS(i, function)                                                         \
    ROUNDS(i, function);                                                                   \
    ROUNDS(i + 1, function);                                                               \
    ROUNDS(i + 2, function);                                                               \
    ROUNDS(i + 3, function);                                                               \
    ROUNDS(i + 4, function)

__attribute__((target("sha,sse4.1")))
bool cobjecthash_blocks(uint32_t state[5], const uint8_t *blocks, size_t count) {
    const __m128i big_endian = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
    __m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);
    bool is_clean = true;
    for (; count > 0; count--, blocks += 64) {
        __m128i first_abcd = abcd, first_e = e, message[4];
        uint32_t words[80] __attribute__((aligned(16)));
        for (int i = 0; i < 4; i++) {
            message[i] = _mm_loadu_si128((const __m128i *)blocks + i);
            message[i] = _mm_shuffle_epi8(message[i], big_endian);
            _mm_store_si128((__m128i *)words + i, _mm_shuffle_epi32(message[i], 0x1B));
        }
        TWENTY_ROUNDS(0, 0);
        TWENTY_ROUNDS(5, 1);
        TWENTY_ROUNDS(10, 2);
        TWENTY_ROUNDS(15, 3);
        e = _mm_sha1nexte_epu32(e, first_e);
        abcd = _mm_add_epi32(abcd, first_abcd);

        uint32_t kinds = 0;
        ubc_check(words, &kinds);
        if (__builtin_expect(kinds == 0, 1)) continue;
        uint32_t from[5];
        _mm_storeu_si128((__m128i *)from, _mm_shuffle_epi32(first_abcd, 0x1B));
        from[4] = (uint32_t)_mm_extract_epi32(first_e, 3);
        if (is_attack(from, blocks)) is_clean = false;
    }
    _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1B));
    state[4] = (uint32_t)_mm_extract_epi32(e, 3);
    return is_clean;
}

/// Writes the digits of `value`, and returns how many.
static size_t write_decimal(size_t value, uint8_t *target) {
    uint8_t digits[20];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < count; i++) target[i] = digits[count - 1 - i];
    return count;
}

static void write_big_endian(uint32_t value, uint8_t *target) {
    value = __builtin_bswap32(value);
    memcpy(target, &value, 4);
}

bool cobjecthash(int type, const uint8_t *bytes, size_t count, uint8_t id[20]) {
    static const char *const words[] = {0, "commit ", "tree ", "blob ", "tag "};
    if (type < 1 || type > 4) return false;
    uint8_t block[128];
    size_t used = strlen(words[type]);
    memcpy(block, words[type], used);
    used += write_decimal(count, block + used);
    block[used++] = 0;
    const uint64_t bits = (uint64_t)(used + count) * 8;

    uint32_t state[5];
    memcpy(state, initial_state, sizeof state);
    bool is_clean = true;
    if (used + count >= 64) {
        const size_t first = 64 - used;
        memcpy(block + used, bytes, first);
        is_clean &= cobjecthash_blocks(state, block, 1);
        const size_t whole = (count - first) / 64;
        is_clean &= cobjecthash_blocks(state, bytes + first, whole);
        bytes += first + whole * 64;
        count -= first + whole * 64;
        used = 0;
    }
    if (count > 0) memcpy(block + used, bytes, count);
    used += count;
    block[used++] = 0x80;
    const size_t size = used <= 56 ? 64 : 128;
    memset(block + used, 0, size - used);
    write_big_endian((uint32_t)(bits >> 32), block + size - 8);
    write_big_endian((uint32_t)bits, block + size - 4);
    is_clean &= cobjecthash_blocks(state, block, size / 64);
    for (int i = 0; i < 5; i++) write_big_endian(state[i], id + 4 * i);
    return is_clean;
}

#else

bool cobjecthash_is_supported(void) { return false; }

bool cobjecthash(int type, const uint8_t *bytes, size_t count, uint8_t id[20]) {
    return false;
}

bool cobjecthash_blocks(uint32_t state[5], const uint8_t *blocks, size_t count) { return false; }

#endif
