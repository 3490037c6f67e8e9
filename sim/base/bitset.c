/* bitset.c -- counting and walking bits. */
#include "sim/base/bitset.h"

uint32_t bitset_count(const uint64_t *words, uint32_t word_count)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < word_count; i++) count += (uint32_t)__builtin_popcountll(words[i]);
    return count;
}

/* The first bit at or after `from` that is set in words xor flip. */
static uint32_t next(const uint64_t *words, uint32_t bit_count, uint32_t from, uint64_t flip)
{
    if (from >= bit_count) return bit_count;
    uint32_t index = from / 64;
    uint64_t word = (words[index] ^ flip) & (UINT64_MAX << (from % 64));
    while (word == 0) {
        index++;
        if (index * 64 >= bit_count) return bit_count;
        word = words[index] ^ flip;
    }
    uint32_t bit = index * 64 + (uint32_t)__builtin_ctzll(word);
    return bit < bit_count ? bit : bit_count;
}

uint32_t bitset_next(const uint64_t *words, uint32_t bit_count, uint32_t from)
{
    return next(words, bit_count, from, 0);
}

uint32_t bitset_next_clear(const uint64_t *words, uint32_t bit_count, uint32_t from)
{
    return next(words, bit_count, from, UINT64_MAX);
}
