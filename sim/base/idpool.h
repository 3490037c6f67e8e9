/* idpool.h -- small numbers to take and give back; the last given is the next taken
 * (deterministic). */
#ifndef BASE_IDPOOL_H
#define BASE_IDPOOL_H

#include "sim/base/array.h"

typedef struct IdPool {
    ARRAY_OF(uint32_t) free;
    uint32_t next; /* smallest number never taken */
} IdPool;

uint32_t idpool_take(IdPool *pool);
void idpool_give(IdPool *pool, uint32_t id, Mem *mem);
void idpool_deinit(IdPool *pool, Mem *mem);

#endif
