/* dict.c -- bytes to bytes, in the order of insertion. */
#include "sim/store/dict.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"

#include <string.h>

#define INDEX_EMPTY UINT32_MAX
#define INDEX_MIN   8 /* places in the smallest index; a power of two */

struct Dict {
    ARRAY_OF(DictEntry) entries;
    uint32_t *index; /* by hash: number of an entry, or INDEX_EMPTY */
    uint32_t places; /* of the index; at least twice as many as entries */
    uint32_t used;   /* entries that are not gaps */
    uint64_t bytes;
    DictHistory history;
};

Dict *dict_create(Mem *mem)
{
    return mem_alloc(mem, sizeof(Dict));
}

void dict_destroy(Dict *dict, Mem *mem)
{
    if (!dict) return;
    for (uint32_t i = 0; i < dict->entries.count; i++) {
        blob_free(mem, &dict->entries.items[i].field);
        blob_free(mem, &dict->entries.items[i].value);
    }
    array_deinit(mem, &dict->entries);
    mem_free(mem, dict->index, dict->places * sizeof(*dict->index));
    mem_free(mem, dict, sizeof(*dict));
}

uint32_t dict_count(const Dict *dict)
{
    return dict->used;
}

uint64_t dict_bytes(const Dict *dict)
{
    return dict->bytes;
}

const DictHistory *dict_history(const Dict *dict)
{
    return &dict->history;
}

void dict_set_history(Dict *dict, DictHistory history)
{
    dict->history = history;
}

/* --- the index --- */

static void index_put(Dict *dict, uint64_t hash, uint32_t number)
{
    uint32_t mask = dict->places - 1, place = (uint32_t)hash & mask;
    while (dict->index[place] != INDEX_EMPTY) place = (place + 1) & mask;
    dict->index[place] = number;
}

/* Closes the gaps and makes an index for at least `wanted` entries. */
static void rebuild(Dict *dict, uint32_t wanted, Mem *mem)
{
    uint32_t kept = 0, places = INDEX_MIN;
    for (uint32_t i = 0; i < dict->entries.count; i++) {
        if (dict->entries.items[i].used) dict->entries.items[kept++] = dict->entries.items[i];
    }
    SIM_ASSERT(kept == dict->used);
    dict->entries.count = kept;
    while (places < 2 * (wanted + 1)) places *= 2;
    mem_free(mem, dict->index, dict->places * sizeof(*dict->index));
    dict->index = mem_alloc(mem, places * sizeof(*dict->index));
    dict->places = places;
    memset(dict->index, 0xFF, places * sizeof(*dict->index));
    for (uint32_t i = 0; i < kept; i++) index_put(dict, dict->entries.items[i].hash, i);
}

/* The place in the index of this field, or UINT32_MAX. Entries that are gaps keep their place until
 * the next rebuild, so that searches do not stop before what lies behind them. */
static uint32_t find_place(const Dict *dict, Slice field, uint64_t hash)
{
    if (dict->places == 0) return UINT32_MAX;
    uint32_t mask = dict->places - 1;
    for (uint32_t place = (uint32_t)hash & mask; dict->index[place] != INDEX_EMPTY;
         place = (place + 1) & mask) {
        const DictEntry *entry = &dict->entries.items[dict->index[place]];
        if (entry->used && entry->hash == hash && slice_equal(blob_slice(entry->field), field))
            return place;
    }
    return UINT32_MAX;
}

static uint64_t hash_of(Slice field)
{
    return hash_bytes(HASH_START, field.size ? field.chars : "", field.size);
}

/* --- entries --- */

DictEntry *dict_find(const Dict *dict, Slice field)
{
    uint32_t place = find_place(dict, field, hash_of(field));
    return place == UINT32_MAX ? NULL : &dict->entries.items[dict->index[place]];
}

static void note_field(DictHistory *history, Slice field, uint32_t count)
{
    int64_t number;
    if (field.size > history->longest) history->longest = field.size;
    if (count > history->most) history->most = count;
    if (!history->texts) history->texts = !slice_integer(field, &number);
}

DictEntry *dict_need(Dict *dict, Slice field, bool *added, Mem *mem)
{
    uint64_t hash = hash_of(field);
    uint32_t place = find_place(dict, field, hash);
    *added = place == UINT32_MAX;
    if (!*added) return &dict->entries.items[dict->index[place]];
    if (2 * (dict->entries.count + 1) > dict->places) rebuild(dict, 2 * (dict->used + 1), mem);
    DictEntry entry = {.field = blob_copy(mem, field), .hash = hash, .used = true};
    array_push(mem, &dict->entries, entry);
    index_put(dict, hash, dict->entries.count - 1);
    dict->used++;
    dict->bytes += field.size;
    note_field(&dict->history, field, dict->used);
    return &dict->entries.items[dict->entries.count - 1];
}

void dict_set_value(Dict *dict, DictEntry *entry, Slice value, Mem *mem)
{
    Blob old = entry->value;
    dict->bytes = dict->bytes - old.size + value.size;
    if (value.size > dict->history.longest) dict->history.longest = value.size;
    entry->value = blob_copy(mem, value); /* first the copy: value may lie in the old one */
    blob_free(mem, &old);
}

bool dict_remove(Dict *dict, Slice field, Mem *mem)
{
    uint32_t place = find_place(dict, field, hash_of(field));
    if (place == UINT32_MAX) return false;
    DictEntry *entry = &dict->entries.items[dict->index[place]];
    dict->bytes -= (uint64_t)entry->field.size + entry->value.size;
    blob_free(mem, &entry->field);
    blob_free(mem, &entry->value);
    entry->used = false;
    dict->used--;
    uint32_t gaps = dict->entries.count - dict->used;
    if (gaps > 8 && gaps * 3 > dict->entries.count) rebuild(dict, dict->used, mem);
    return true;
}

const DictEntry *dict_next(const Dict *dict, uint32_t *at)
{
    while (*at < dict->entries.count) {
        const DictEntry *entry = &dict->entries.items[(*at)++];
        if (entry->used) return entry;
    }
    return NULL;
}

const DictEntry *dict_at(const Dict *dict, uint32_t index)
{
    SIM_ASSERT(index < dict->used);
    if (dict->used == dict->entries.count) return &dict->entries.items[index];
    uint32_t at = 0;
    const DictEntry *entry = dict_next(dict, &at);
    for (uint32_t i = 0; i < index; i++) entry = dict_next(dict, &at);
    return entry;
}
