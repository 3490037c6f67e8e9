/* bitpool.c -- interned bit sets: an open-addressing table of ids over blocks that never move. */
#include "sim/base/bitpool.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "sim/base/hash.h"

#include <string.h>

typedef struct BitEntry {
    uint64_t *words;
    uint64_t hash;
    uint32_t members;
} BitEntry;

struct BitPool {
    Mem *mem;
    uint32_t bits, words;
    ARRAY_OF(BitEntry) entries;
    uint32_t *table; /* id + 1; 0 is a free place */
    uint32_t table_size;
};

#define TABLE_START 64

static void place(BitPool *pool, uint32_t id)
{
    uint32_t mask = pool->table_size - 1;
    uint32_t at = (uint32_t)pool->entries.items[id].hash & mask;
    while (pool->table[at] != 0) at = (at + 1) & mask;
    pool->table[at] = id + 1;
}

static void grow_table(BitPool *pool)
{
    mem_free(pool->mem, pool->table, pool->table_size * sizeof(uint32_t));
    pool->table_size *= 2;
    pool->table = mem_alloc(pool->mem, pool->table_size * sizeof(uint32_t));
    for (uint32_t i = 0; i < pool->entries.count; i++) place(pool, i);
}

static uint32_t add(BitPool *pool, const uint64_t *words, uint64_t hash)
{
    if ((pool->entries.count + 1) * 2 > pool->table_size) grow_table(pool);
    BitEntry entry = {.hash = hash, .members = bitset_count(words, pool->words)};
    entry.words = mem_alloc(pool->mem, pool->words * sizeof(uint64_t));
    memcpy(entry.words, words, pool->words * sizeof(uint64_t));
    array_push(pool->mem, &pool->entries, entry);
    place(pool, pool->entries.count - 1);
    return pool->entries.count - 1;
}

BitPool *bitpool_create(Mem *mem, uint32_t bits)
{
    SIM_ASSERT(bits > 0 && bits % 64 == 0);
    BitPool *pool = mem_alloc(mem, sizeof(*pool));
    pool->mem = mem;
    pool->bits = bits;
    pool->words = bits / 64;
    pool->table_size = TABLE_START;
    pool->table = mem_alloc(mem, pool->table_size * sizeof(uint32_t));
    uint64_t *empty = mem_alloc(mem, pool->words * sizeof(uint64_t));
    uint32_t id = bitpool_intern(pool, empty);
    SIM_ASSERT(id == 0);
    mem_free(mem, empty, pool->words * sizeof(uint64_t));
    return pool;
}

void bitpool_destroy(BitPool *pool)
{
    if (!pool) return;
    Mem *mem = pool->mem;
    for (uint32_t i = 0; i < pool->entries.count; i++) {
        mem_free(mem, pool->entries.items[i].words, pool->words * sizeof(uint64_t));
    }
    array_deinit(mem, &pool->entries);
    mem_free(mem, pool->table, pool->table_size * sizeof(uint32_t));
    mem_free(mem, pool, sizeof(*pool));
}

uint32_t bitpool_intern(BitPool *pool, const uint64_t *words)
{
    size_t size = pool->words * sizeof(uint64_t);
    uint64_t hash = HASH_START;
    for (uint32_t i = 0; i < pool->words; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9FB21C651E98DF25);
        hash ^= hash >> 29; /* the place in the table is taken from the low bits */
    }
    uint32_t mask = pool->table_size - 1;
    for (uint32_t at = (uint32_t)hash & mask; pool->table[at] != 0; at = (at + 1) & mask) {
        const BitEntry *entry = &pool->entries.items[pool->table[at] - 1];
        if (entry->hash == hash && memcmp(entry->words, words, size) == 0)
            return pool->table[at] - 1;
    }
    return add(pool, words, hash);
}

const uint64_t *bitpool_words(const BitPool *pool, uint32_t id)
{
    SIM_ASSERT(id < pool->entries.count);
    return pool->entries.items[id].words;
}

uint32_t bitpool_members(const BitPool *pool, uint32_t id)
{
    SIM_ASSERT(id < pool->entries.count);
    return pool->entries.items[id].members;
}

uint32_t bitpool_count(const BitPool *pool)
{
    return pool->entries.count;
}
