/* bitpool.h -- immutable, interned bit sets: equal contents, equal id (design.md §3).
 *
 * A slot bitmap is 2 KB; a thousand nodes hold a million peer entries. Each entry keeps an id, a
 * message carries an id, and "nothing new" is one compare. Id 0 is the empty set. Sets are never
 * freed: a run makes few different ones (an id per state of ownership). */
#ifndef BASE_BITPOOL_H
#define BASE_BITPOOL_H

#include "sim/base/mem.h"

#include <stdint.h>

typedef struct BitPool BitPool; /* opaque; sim/base/bitpool.c */

/* A pool of sets of `bits` bits (a multiple of 64) living in `mem`. */
BitPool *bitpool_create(Mem *mem, uint32_t bits);
void bitpool_destroy(BitPool *pool);

/* The id of the set equal to `words`, new or old. */
uint32_t bitpool_intern(BitPool *pool, const uint64_t *words);
/* The words of a set; stable for the life of the pool. */
const uint64_t *bitpool_words(const BitPool *pool, uint32_t id);
uint32_t bitpool_members(const BitPool *pool, uint32_t id); /* how many bits are set */
uint32_t bitpool_count(const BitPool *pool); /* sets so far, the empty one included */

#endif
