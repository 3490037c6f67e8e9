/* array.c -- growth and removal of untyped array elements. */
#include "sim/base/array.h"

#include "sim/base/assert.h"

#include <string.h>

void *array_grow(Mem *mem, void *items, uint32_t *capacity, uint32_t wanted, size_t size)
{
    uint32_t grown = *capacity < 8 ? 8 : *capacity;
    while (grown < wanted) {
        SIM_ASSERT(grown <= UINT32_MAX / 2);
        grown *= 2;
    }
    items = mem_resize(mem, items, *capacity * size, grown * size);
    *capacity = grown;
    return items;
}

void array_remove_at(void *items, uint32_t *count, uint32_t index, size_t size)
{
    SIM_ASSERT(index < *count);
    char *at = (char *)items + index * size;
    memmove(at, at + size, (*count - index - 1) * size);
    (*count)--;
}
