/* keyspace.c -- the keys of one server, by name and by slot.
 *
 * A chained hash table finds a key by name; every slot has a list of its keys in the order they
 * were created. The table is only looked up, never walked. Always holds: counts[s] is the
 * length of slot s's list, count their sum. */
#include "sim/store/keyspace.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "sim/cluster/keyslot.h"

#include <inttypes.h>
#include <string.h>

#define TABLE_MIN 16 /* places; a power of two */

typedef struct Watch {
    Blob name;
    bool used, touched;
} Watch;

/* The keys of each slot. Made with the first key: thousands of nodes have none. */
typedef struct SlotTable {
    Key *first[SLOT_COUNT], *last[SLOT_COUNT];
    uint32_t counts[SLOT_COUNT];
} SlotTable;

static SlotTable no_keys; /* stays zero */

struct Keyspace {
    Mem *mem;
    Key **table;
    uint32_t places;
    uint32_t count, expires;
    SlotTable *slots; /* &no_keys until there is one */
    ARRAY_OF(Watch) watches;
    uint32_t watches_used;
    ARRAY_OF(Blob) libraries;
    uint64_t libraries_version;
};

Keyspace *keyspace_create(Mem *mem)
{
    Keyspace *keyspace = mem_alloc(mem, sizeof(*keyspace));
    keyspace->mem = mem;
    keyspace->slots = &no_keys;
    return keyspace;
}

static void free_key(Keyspace *keyspace, Key *key)
{
    value_free(keyspace->mem, &key->value);
    mem_free(keyspace->mem, key->name, key->size);
    mem_free(keyspace->mem, key, sizeof(*key));
}

void keyspace_destroy(Keyspace *keyspace)
{
    if (!keyspace) return;
    keyspace_clear(keyspace);
    for (uint32_t i = 0; i < keyspace->watches.count; i++) {
        blob_free(keyspace->mem, &keyspace->watches.items[i].name);
    }
    array_deinit(keyspace->mem, &keyspace->watches);
    keyspace_clear_libraries(keyspace);
    array_deinit(keyspace->mem, &keyspace->libraries);
    mem_free(keyspace->mem, keyspace->table, keyspace->places * sizeof(Key *));
    if (keyspace->slots != &no_keys)
        mem_free(keyspace->mem, keyspace->slots, sizeof(*keyspace->slots));
    mem_free(keyspace->mem, keyspace, sizeof(*keyspace));
}

/* --- watches --- */

static void touch_name(Keyspace *keyspace, Slice name)
{
    if (keyspace->watches_used == 0) return;
    for (uint32_t i = 0; i < keyspace->watches.count; i++) {
        Watch *watch = &keyspace->watches.items[i];
        if (watch->used && slice_equal(blob_slice(watch->name), name)) watch->touched = true;
    }
}

uint32_t keyspace_watch(Keyspace *keyspace, Slice name)
{
    Watch watch = {.name = blob_copy(keyspace->mem, name), .used = true};
    keyspace->watches_used++;
    for (uint32_t i = 0; i < keyspace->watches.count; i++) {
        if (keyspace->watches.items[i].used) continue;
        keyspace->watches.items[i] = watch;
        return i;
    }
    array_push(keyspace->mem, &keyspace->watches, watch);
    return keyspace->watches.count - 1;
}

bool keyspace_watch_touched(const Keyspace *keyspace, uint32_t watch)
{
    SIM_ASSERT(watch < keyspace->watches.count && keyspace->watches.items[watch].used);
    return keyspace->watches.items[watch].touched;
}

void keyspace_unwatch(Keyspace *keyspace, uint32_t watch)
{
    SIM_ASSERT(watch < keyspace->watches.count && keyspace->watches.items[watch].used);
    blob_free(keyspace->mem, &keyspace->watches.items[watch].name);
    keyspace->watches.items[watch] = (Watch){0};
    keyspace->watches_used--;
}

/* --- keys --- */

static Slice name_of(const Key *key)
{
    return (Slice){key->name, key->size};
}

static uint64_t hash_of(Slice name)
{
    return hash_bytes(HASH_START, name.size ? name.chars : "", name.size);
}

static Key **place_of(const Keyspace *keyspace, uint64_t hash)
{
    return &keyspace->table[hash & (keyspace->places - 1)];
}

Key *keyspace_find(const Keyspace *keyspace, Slice name)
{
    if (keyspace->places == 0) return NULL;
    uint64_t hash = hash_of(name);
    for (Key *key = *place_of(keyspace, hash); key; key = key->table_next) {
        if (key->hash == hash && slice_equal(name_of(key), name)) return key;
    }
    return NULL;
}

static void grow_table(Keyspace *keyspace)
{
    uint32_t places = keyspace->places ? 2 * keyspace->places : TABLE_MIN;
    mem_free(keyspace->mem, keyspace->table, keyspace->places * sizeof(Key *));
    keyspace->table = mem_alloc(keyspace->mem, places * sizeof(Key *));
    keyspace->places = places;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        for (Key *key = keyspace->slots->first[slot]; key; key = key->slot_next) {
            Key **place = place_of(keyspace, key->hash);
            key->table_next = *place;
            *place = key;
        }
    }
}

Key *keyspace_add(Keyspace *keyspace, Slice name)
{
    if (keyspace->slots == &no_keys)
        keyspace->slots = mem_alloc(keyspace->mem, sizeof(*keyspace->slots));
    SIM_ASSERT(!keyspace_find(keyspace, name));
    if (keyspace->count >= keyspace->places) grow_table(keyspace);
    Blob copy = blob_copy(keyspace->mem, name);
    Key *key = mem_alloc(keyspace->mem, sizeof(*key));
    *key = (Key){.name = copy.chars,
                 .size = copy.size,
                 .hash = hash_of(name),
                 .slot = keyslot_of(name.size ? name.chars : "", name.size)};
    Key **place = place_of(keyspace, key->hash);
    key->table_next = *place;
    *place = key;

    key->slot_prev = keyspace->slots->last[key->slot];
    if (key->slot_prev) key->slot_prev->slot_next = key;
    else keyspace->slots->first[key->slot] = key;
    keyspace->slots->last[key->slot] = key;
    keyspace->slots->counts[key->slot]++;
    keyspace->count++;
    touch_name(keyspace, name);
    return key;
}

static void unlink_key(Keyspace *keyspace, Key *key)
{
    Key **place = place_of(keyspace, key->hash);
    while (*place != key) place = &(*place)->table_next;
    *place = key->table_next;

    if (key->slot_prev) key->slot_prev->slot_next = key->slot_next;
    else keyspace->slots->first[key->slot] = key->slot_next;
    if (key->slot_next) key->slot_next->slot_prev = key->slot_prev;
    else keyspace->slots->last[key->slot] = key->slot_prev;
    keyspace->slots->counts[key->slot]--;
    keyspace->count--;
    if (key->expire_ms != 0) keyspace->expires--;
}

void keyspace_remove(Keyspace *keyspace, Key *key)
{
    touch_name(keyspace, name_of(key));
    unlink_key(keyspace, key);
    free_key(keyspace, key);
}

void keyspace_touch(Keyspace *keyspace, Key *key)
{
    touch_name(keyspace, name_of(key));
}

void keyspace_set_expiry(Keyspace *keyspace, Key *key, uint64_t expire_ms)
{
    if (key->expire_ms == 0 && expire_ms != 0) keyspace->expires++;
    if (key->expire_ms != 0 && expire_ms == 0) keyspace->expires--;
    key->expire_ms = expire_ms;
}

void keyspace_drop_slot(Keyspace *keyspace, uint16_t slot)
{
    SIM_ASSERT(slot < SLOT_COUNT);
    while (keyspace->slots->first[slot]) keyspace_remove(keyspace, keyspace->slots->first[slot]);
    SIM_ASSERT(keyspace->slots->counts[slot] == 0);
}

void keyspace_clear(Keyspace *keyspace)
{
    if (keyspace->count == 0) return;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) keyspace_drop_slot(keyspace, (uint16_t)slot);
    SIM_ASSERT(keyspace->count == 0 && keyspace->expires == 0);
}

/* --- libraries of functions --- */

uint32_t keyspace_library_count(const Keyspace *keyspace)
{
    return keyspace->libraries.count;
}

Slice keyspace_library(const Keyspace *keyspace, uint32_t index)
{
    SIM_ASSERT(index < keyspace->libraries.count);
    return blob_slice(keyspace->libraries.items[index]);
}

uint64_t keyspace_libraries_version(const Keyspace *keyspace)
{
    return keyspace->libraries_version;
}

void keyspace_add_library(Keyspace *keyspace, Slice source)
{
    array_push(keyspace->mem, &keyspace->libraries, blob_copy(keyspace->mem, source));
    keyspace->libraries_version++;
}

void keyspace_remove_library(Keyspace *keyspace, uint32_t index)
{
    SIM_ASSERT(index < keyspace->libraries.count);
    blob_free(keyspace->mem, &keyspace->libraries.items[index]);
    array_remove(&keyspace->libraries, index);
    keyspace->libraries_version++;
}

void keyspace_clear_libraries(Keyspace *keyspace)
{
    for (uint32_t i = 0; i < keyspace->libraries.count; i++) {
        blob_free(keyspace->mem, &keyspace->libraries.items[i]);
    }
    if (keyspace->libraries.count > 0) keyspace->libraries_version++;
    array_clear(&keyspace->libraries);
}

/* --- looking --- */

uint32_t keyspace_count(const Keyspace *keyspace)
{
    return keyspace->count;
}

uint32_t keyspace_expires_count(const Keyspace *keyspace)
{
    return keyspace->expires;
}

const uint32_t *keyspace_slot_counts(const Keyspace *keyspace)
{
    return keyspace->slots->counts;
}

Key *keyspace_first_of_slot(const Keyspace *keyspace, uint16_t slot)
{
    SIM_ASSERT(slot < SLOT_COUNT);
    return keyspace->slots->first[slot];
}

Key *keyspace_next(const Keyspace *keyspace, const Key *key)
{
    if (key && key->slot_next) return key->slot_next;
    for (uint32_t slot = key ? key->slot + 1u : 0; slot < SLOT_COUNT; slot++) {
        if (keyspace->slots->first[slot]) return keyspace->slots->first[slot];
    }
    return NULL;
}

uint64_t keyspace_data_bytes(const Keyspace *keyspace)
{
    uint64_t bytes = 0;
    for (const Key *key = keyspace_next(keyspace, NULL); key; key = keyspace_next(keyspace, key)) {
        bytes += key->size + value_bytes(&key->value);
    }
    return bytes;
}

bool keyspace_equal(const Keyspace *a, const Keyspace *b, Text *why)
{
    for (const Key *key = keyspace_next(a, NULL); key; key = keyspace_next(a, key)) {
        const Key *other = keyspace_find(b, name_of(key));
        const char *what = !other                                     ? "is in one only"
                           : !value_equal(&key->value, &other->value) ? "has another value"
                           : key->expire_ms != other->expire_ms       ? "has another expiry"
                                                                      : NULL;
        if (!what) continue;
        if (why) text_append(why, "key \"%.*s\" %s", (int)key->size, key->name, what);
        return false;
    }
    if (a->count == b->count) return true;
    if (why)
        text_append(why, "%" PRIu32 " keys in one, %" PRIu32 " in the other", a->count, b->count);
    return false;
}
