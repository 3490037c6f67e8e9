/* hash.c -- a 64-bit multiply-and-fold hash, read bytewise in little-endian order on every machine.
 */
#include "sim/base/hash.h"

static uint64_t fold(uint64_t value)
{
    value ^= value >> 32;
    value *= UINT64_C(0xD6E8FEB86659FD93);
    value ^= value >> 32;
    return value;
}

uint64_t hash_u64(uint64_t hash, uint64_t value)
{
    return fold((hash ^ value) * UINT64_C(0x9FB21C651E98DF25)) + UINT64_C(0x632BE59BD9B4E019);
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    size_t left = size;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word = 0;
        for (int i = 7; i >= 0; i--) word = word << 8 | at[i];
        hash = hash_u64(hash, word);
    }
    uint64_t tail = 0;
    for (size_t i = left; i > 0; i--) tail = tail << 8 | at[i - 1];
    return hash_u64(hash_u64(hash, tail), size);
}
