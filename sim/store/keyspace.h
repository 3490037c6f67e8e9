/* keyspace.h -- the keys of one server, by name and by slot, with their expiry and who
 * watches them.
 *
 * Times are Unix milliseconds of virtual time (NodeEnv.now + the run's base). Order never depends
 * on a hash: keys of a slot stand in the order they were created, walks go slot by slot. All memory
 * comes from one Mem. Values belong to their key.
 *
 *   keyspace.c  keys            value.h    the five types of values
 *   expire.c    the expiry cycle */
#ifndef STORE_KEYSPACE_H
#define STORE_KEYSPACE_H

#include "sim/base/ids.h"
#include "sim/store/value.h"

typedef struct Key {
    char *name; /* its own block */
    uint32_t size;
    uint16_t slot;
    Value value;
    uint64_t expire_ms;  /* 0: never */
    uint64_t touched_ms; /* last access, for OBJECT IDLETIME */
    uint64_t hash;
    struct Key *slot_prev, *slot_next; /* keys of one slot, oldest first */
    struct Key *table_next;            /* keys of one place of the table */
} Key;

typedef struct Keyspace Keyspace; /* opaque; sim/store/keyspace.c */

Keyspace *keyspace_create(Mem *mem);
void keyspace_destroy(Keyspace *keyspace); /* NULL is allowed */

/* The key as it stands, an expired one included; NULL when there is none. */
Key *keyspace_find(const Keyspace *keyspace, Slice name);
static inline bool key_is_expired(const Key *key, uint64_t now_ms)
{
    return key->expire_ms != 0 && now_ms >= key->expire_ms;
}
/* A new key without a value (VALUE_NONE), which the caller fills in; it must not exist. */
Key *keyspace_add(Keyspace *keyspace, Slice name);
void keyspace_remove(Keyspace *keyspace, Key *key); /* with its value */
/* Tells watchers and statistics that the key's value or expiry has changed. */
void keyspace_touch(Keyspace *keyspace, Key *key);
void keyspace_set_expiry(Keyspace *keyspace, Key *key, uint64_t expire_ms); /* 0: never */
void keyspace_clear(Keyspace *keyspace);
void keyspace_drop_slot(Keyspace *keyspace, uint16_t slot); /* deletes its keys */

uint32_t keyspace_count(const Keyspace *keyspace);
uint32_t keyspace_expires_count(const Keyspace *keyspace);      /* keys with an expiry */
const uint32_t *keyspace_slot_counts(const Keyspace *keyspace); /* SLOT_COUNT of them; NodeFacts */
Key *keyspace_first_of_slot(const Keyspace *keyspace, uint16_t slot); /* then slot_next; or NULL */
/* All keys, slot by slot: the first after NULL; NULL at the end. */
Key *keyspace_next(const Keyspace *keyspace, const Key *key);
/* WATCH: a watch is touched by every creation, change, expiry or deletion of its name, whether the
 * key exists or not (touchWatchedKey). Numbers are reused after keyspace_unwatch. */
uint32_t keyspace_watch(Keyspace *keyspace, Slice name);
bool keyspace_watch_touched(const Keyspace *keyspace, uint32_t watch);
void keyspace_unwatch(Keyspace *keyspace, uint32_t watch);

/* Libraries of functions (FUNCTION LOAD) live and travel with the keys, as in an RDB: here only
 * their sources, in the order they were loaded; commands on keys and keyspace_clear pass them over.
 * The version is another one after every change. */
uint32_t keyspace_library_count(const Keyspace *keyspace);
Slice keyspace_library(const Keyspace *keyspace, uint32_t index);
void keyspace_add_library(Keyspace *keyspace, Slice source);
void keyspace_remove_library(Keyspace *keyspace, uint32_t index);
void keyspace_clear_libraries(Keyspace *keyspace);
uint64_t keyspace_libraries_version(const Keyspace *keyspace);

uint64_t keyspace_data_bytes(const Keyspace *keyspace); /* names and values; for sync sizes, INFO */

/* Equal keys, values and expiries, in any order; *why (may be NULL) names the first difference. */
bool keyspace_equal(const Keyspace *a, const Keyspace *b, Text *why);

#endif
