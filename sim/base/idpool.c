/* idpool.c -- numbers to take and give back. */
#include "sim/base/idpool.h"

uint32_t idpool_take(IdPool *pool)
{
    if (pool->free.count > 0) return pool->free.items[--pool->free.count];
    return pool->next++;
}

void idpool_give(IdPool *pool, uint32_t id, Mem *mem)
{
    array_push(mem, &pool->free, id);
}

void idpool_deinit(IdPool *pool, Mem *mem)
{
    array_deinit(mem, &pool->free);
    pool->next = 0;
}
