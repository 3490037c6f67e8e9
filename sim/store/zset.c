/* zset.c -- a sorted set: an array in order beside a Dict from member to score. */
#include "sim/store/zset.h"

#include "sim/base/assert.h"

#include <string.h>

struct Zset {
    Dict *members;
    ARRAY_OF(ZsetItem) items;
};

Zset *zset_create(Mem *mem)
{
    Zset *zset = mem_alloc(mem, sizeof(*zset));
    zset->members = dict_create(mem);
    return zset;
}

void zset_destroy(Zset *zset, Mem *mem)
{
    if (!zset) return;
    dict_destroy(zset->members, mem);
    array_deinit(mem, &zset->items);
    mem_free(mem, zset, sizeof(*zset));
}

uint32_t zset_count(const Zset *zset)
{
    return zset->items.count;
}

uint64_t zset_bytes(const Zset *zset)
{
    return dict_bytes(zset->members) + 8 * (uint64_t)zset->items.count;
}

const DictHistory *zset_history(const Zset *zset)
{
    return dict_history(zset->members);
}

void zset_set_history(Zset *zset, DictHistory history)
{
    dict_set_history(zset->members, history);
}

bool zset_score(const Zset *zset, Slice member, double *score)
{
    const DictEntry *entry = dict_find(zset->members, member);
    if (entry) *score = entry->score;
    return entry != NULL;
}

static bool is_before(const ZsetItem *item, double score, Slice member)
{
    if (item->score < score) return true;
    if (item->score > score) return false;
    return slice_compare(item->member, member) < 0;
}

/* How many items stand before (score, member). */
static uint32_t place_of(const Zset *zset, double score, Slice member)
{
    uint32_t low = 0, high = zset->items.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(&zset->items.items[middle], score, member)) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t zset_lower(const Zset *zset, double score, bool or_equal)
{
    uint32_t low = 0, high = zset->items.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        double there = zset->items.items[middle].score;
        if (there < score || (!or_equal && there <= score)) low = middle + 1;
        else high = middle;
    }
    return low;
}

bool zset_rank(const Zset *zset, Slice member, uint32_t *rank)
{
    double score;
    if (!zset_score(zset, member, &score)) return false;
    *rank = place_of(zset, score, member);
    return true;
}

ZsetItem zset_at(const Zset *zset, uint32_t rank)
{
    SIM_ASSERT(rank < zset->items.count);
    return zset->items.items[rank];
}

static void insert(Zset *zset, double score, Slice member, Mem *mem)
{
    uint32_t place = place_of(zset, score, member);
    array_push(mem, &zset->items, (ZsetItem){0});
    memmove(&zset->items.items[place + 1], &zset->items.items[place],
            (zset->items.count - 1 - place) * sizeof(ZsetItem));
    zset->items.items[place] = (ZsetItem){score, member};
}

bool zset_put(Zset *zset, Slice member, double score, Mem *mem)
{
    bool added;
    if (score == 0) score = 0; /* a listpack keeps integers, and no negative zero */
    DictEntry *entry = dict_need(zset->members, member, &added, mem);
    Slice own = blob_slice(entry->field); /* its block stays where it is */
    if (!added) {
        if (entry->score == score) return false;
        uint32_t place = place_of(zset, entry->score, own);
        array_remove(&zset->items, place);
    }
    entry->score = score;
    insert(zset, score, own, mem);
    return added;
}

bool zset_remove(Zset *zset, Slice member, Mem *mem)
{
    uint32_t rank;
    if (!zset_rank(zset, member, &rank)) return false;
    array_remove(&zset->items, rank);
    dict_remove(zset->members, member, mem);
    return true;
}
