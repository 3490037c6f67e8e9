/* bitset.h -- fixed bit arrays in 64-bit words; bit i is bit i%64 of word i/64. */
#ifndef BASE_BITSET_H
#define BASE_BITSET_H

#include <stdbool.h>
#include <stdint.h>

#define BITSET_WORDS(bits) (((bits) + 63) / 64)

static inline bool bitset_has(const uint64_t *words, uint32_t bit)
{
    return (words[bit / 64] >> (bit % 64)) & 1;
}

static inline void bitset_add(uint64_t *words, uint32_t bit)
{
    words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bitset_remove(uint64_t *words, uint32_t bit)
{
    words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

uint32_t bitset_count(const uint64_t *words, uint32_t word_count);
/* The first set bit at or after `from`, or bit_count when there is none. */
uint32_t bitset_next(const uint64_t *words, uint32_t bit_count, uint32_t from);
/* The first clear bit at or after `from`, or bit_count. */
uint32_t bitset_next_clear(const uint64_t *words, uint32_t bit_count, uint32_t from);

#endif
