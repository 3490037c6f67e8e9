/* rng.c -- PCG-style generator: a 64-bit linear congruential state, one odd increment per stream,
 * and a strong output permutation. */
#include "sim/base/rng.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"

#include <string.h>

Rng rng_derive(uint64_t seed, const char *name, uint64_t number)
{
    uint64_t hash = hash_u64(hash_bytes(hash_u64(HASH_START, seed), name, strlen(name)), number);
    Rng rng = {.state = hash, .stream = hash_u64(hash, number) | 1};
    rng_next(&rng);
    return rng;
}

uint64_t rng_next(Rng *rng)
{
    uint64_t x = rng->state;
    rng->state = x * UINT64_C(6364136223846793005) + rng->stream;
    x ^= x >> 32;
    x *= UINT64_C(0xD6E8FEB86659FD93);
    x ^= x >> 32;
    x *= UINT64_C(0xD6E8FEB86659FD93);
    return x ^ x >> 32;
}

uint32_t rng_below(Rng *rng, uint32_t bound)
{
    SIM_ASSERT(bound >= 1);
    /* Multiply and shift; the few low products that would bias are drawn again. */
    uint64_t product = (uint64_t)(uint32_t)(rng_next(rng) >> 32) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = (uint32_t)(0 - bound) % bound;
        while ((uint32_t)product < threshold)
            product = (uint64_t)(uint32_t)(rng_next(rng) >> 32) * bound;
    }
    return (uint32_t)(product >> 32);
}

uint64_t rng_below64(Rng *rng, uint64_t bound)
{
    SIM_ASSERT(bound >= 1);
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t value = rng_next(rng);
    while (value >= limit) value = rng_next(rng);
    return value % bound;
}

_Bool rng_chance(Rng *rng, uint32_t parts_per_million)
{
    return rng_below(rng, 1000000) < parts_per_million;
}
