/* array.h -- a growing array of any element type.
 *
 *     typedef ARRAY_OF(SimTime) Times;
 *     array_push(mem, &times, value);   array_reserve(mem, &times, n);
 *     array_clear(&times);              array_deinit(mem, &times);
 *
 * An all-zero array is empty and valid. Growth doubles. Elements may move at every push. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "sim/base/mem.h"

#include <stdint.h>

#define ARRAY_OF(T)                                                                                \
    struct {                                                                                       \
        T *items;                                                                                  \
        uint32_t count;                                                                            \
        uint32_t capacity;                                                                         \
    }

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Makes room for at least `wanted` elements of `size` bytes; returns the new items and sets
 * *capacity. */
void *array_grow(Mem *mem, void *items, uint32_t *capacity, uint32_t wanted, size_t size);

#define array_reserve(mem, array, wanted)                                                          \
    ((void)((array)->capacity < (uint32_t)(wanted)                                                 \
                ? ((array)->items = array_grow((mem), (array)->items, &(array)->capacity,          \
                                               (uint32_t)(wanted), sizeof(*(array)->items)))       \
                : (array)->items))

#define array_push(mem, array, ...)                                                                \
    (array_reserve((mem), (array), (array)->count + 1),                                            \
     (void)((array)->items[(array)->count++] = (__VA_ARGS__)))

#define array_clear(array) ((void)((array)->count = 0))

/* Removes element i, keeping the order of the others. */
#define array_remove(array, i)                                                                     \
    array_remove_at((array)->items, &(array)->count, (i), sizeof(*(array)->items))
void array_remove_at(void *items, uint32_t *count, uint32_t index, size_t size);

#define array_deinit(mem, array)                                                                   \
    (mem_free((mem), (array)->items, (array)->capacity * sizeof(*(array)->items)),                 \
     (void)((array)->items = NULL, (array)->count = 0, (array)->capacity = 0))

#endif
