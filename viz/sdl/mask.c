/* mask.c -- a hash table of masks with chained buckets; see mask.h. */
#include "viz/sdl/mask.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "sim/base/mem.h"

#include <stdbool.h>
#include <string.h>

#define BUCKETS 4096u /* a power of two; a busy frame has about 2,000 masks */

typedef struct Entry Entry;
struct Entry {
    Mask mask; /* first: a Mask * is its Entry * */
    Entry *next;
    uint64_t hash;
    uint8_t *key;
    uint32_t key_size;
    uint32_t last_frame;
};

struct MaskCache {
    Entry *buckets[BUCKETS];
    uint32_t frame;
    uint32_t bytes, bytes_max;
};

MaskCache *mask_cache_create(uint32_t bytes_max)
{
    MaskCache *cache = mem_alloc(NULL, sizeof(*cache));
    cache->bytes_max = bytes_max;
    return cache;
}

static uint32_t coverage_size(const Mask *mask)
{
    return (uint32_t)mask->width * (uint32_t)mask->height;
}

static void entry_destroy(MaskCache *cache, Entry *entry)
{
    cache->bytes -= coverage_size(&entry->mask) + (uint32_t)sizeof(*entry);
    mem_free(NULL, entry->mask.coverage, coverage_size(&entry->mask));
    mem_free(NULL, entry->key, entry->key_size);
    mem_free(NULL, entry, sizeof(*entry));
}

void mask_cache_destroy(MaskCache *cache)
{
    if (cache == NULL) return;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        while (cache->buckets[i] != NULL) {
            Entry *entry = cache->buckets[i];
            cache->buckets[i] = entry->next;
            entry_destroy(cache, entry);
        }
    }
    mem_free(NULL, cache, sizeof(*cache));
}

const Mask *mask_cache_find(MaskCache *cache, const void *key, uint32_t key_size)
{
    uint64_t hash = hash_bytes(HASH_START, key, key_size);
    for (Entry *entry = cache->buckets[hash % BUCKETS]; entry != NULL; entry = entry->next) {
        bool is_same = entry->hash == hash && entry->key_size == key_size &&
                       memcmp(entry->key, key, key_size) == 0;
        if (!is_same) continue;
        entry->last_frame = cache->frame;
        return &entry->mask;
    }
    return NULL;
}

Mask *mask_cache_add(MaskCache *cache, const void *key, uint32_t key_size)
{
    SIM_ASSERT(key_size > 0);
    Entry *entry = mem_alloc(NULL, sizeof(*entry));
    entry->hash = hash_bytes(HASH_START, key, key_size);
    entry->key = mem_alloc(NULL, key_size);
    memcpy(entry->key, key, key_size);
    entry->key_size = key_size;
    entry->last_frame = cache->frame;
    entry->next = cache->buckets[entry->hash % BUCKETS];
    cache->buckets[entry->hash % BUCKETS] = entry;
    cache->bytes += (uint32_t)sizeof(*entry);
    return &entry->mask;
}

void mask_cache_fill(MaskCache *cache, Mask *mask, int32_t width, int32_t height)
{
    SIM_ASSERT(mask->coverage == NULL);
    SIM_ASSERT(width > 0);
    SIM_ASSERT(height > 0);
    mask->width = width;
    mask->height = height;
    mask->coverage = mem_alloc(NULL, coverage_size(mask));
    cache->bytes += coverage_size(mask);
}

void mask_cache_trim(MaskCache *cache)
{
    cache->frame++;
    if (cache->bytes <= cache->bytes_max) return;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        Entry **link = &cache->buckets[i];
        while (*link != NULL) {
            Entry *entry = *link;
            if (entry->last_frame + 1 >= cache->frame) {
                link = &entry->next;
                continue;
            }
            *link = entry->next;
            entry_destroy(cache, entry);
        }
    }
}
