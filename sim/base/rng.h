/* rng.h -- random numbers from integers only; one stream per consumer (docs/determinism.md).
 *
 * PCG-like or xoshiro: 64-bit output, at most 16 bytes of state, so that every node and link may
 * have its own. A stream is named by the run's seed, a word and a number: another draw here changes
 * nothing there. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

typedef struct Rng {
    uint64_t state;
    uint64_t stream;
} Rng;

/* The stream `name`/`number` of the run with this seed. */
Rng rng_derive(uint64_t seed, const char *name, uint64_t number);
uint64_t rng_next(Rng *rng);
/* Uniform in 0..bound-1, without modulo bias; bound must be at least 1. */
uint32_t rng_below(Rng *rng, uint32_t bound);
uint64_t rng_below64(Rng *rng, uint64_t bound);
/* True with probability parts / 1,000,000. */
_Bool rng_chance(Rng *rng, uint32_t parts_per_million);

#endif
