/* rdb.c -- values and keyspaces as bytes. */
#include "sim/store/rdb.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "sim/store/dict.h"
#include "sim/store/list.h"
#include "sim/store/zset.h"

#include <math.h>
#include <string.h>

#define TRAILER_BYTES 10 /* version u16, checksum u64: as in a DUMP payload of Redis */

/* --- values --- */

static uint64_t bits_of(double score)
{
    uint64_t bits;
    memcpy(&bits, &score, sizeof(bits));
    return bits;
}

static void put_dict(const Dict *dict, bool values, ByteWriter *out)
{
    uint32_t at = 0;
    bytes_put_varint(out, dict_count(dict));
    for (const DictEntry *entry; (entry = dict_next(dict, &at));) {
        bytes_put_text(out, entry->field.chars, entry->field.size);
        if (values) bytes_put_text(out, entry->value.chars, entry->value.size);
    }
}

static void put_value(const Value *value, ByteWriter *out)
{
    bytes_put_u8(out, (uint8_t)value->type);
    switch (value->type) {
    case VALUE_NONE: SIM_ASSERT(value->type != VALUE_NONE); break;
    case VALUE_STRING: bytes_put_text(out, value->u.string.chars, value->u.string.size); break;
    case VALUE_SET: put_dict(value->u.set, false, out); break;
    case VALUE_HASH: put_dict(value->u.hash, true, out); break;
    case VALUE_LIST:
        bytes_put_varint(out, list_count(value->u.list));
        for (uint32_t i = 0; i < list_count(value->u.list); i++) {
            Slice item = list_at(value->u.list, i);
            bytes_put_text(out, item.chars, item.size);
        }
        break;
    case VALUE_ZSET:
        bytes_put_varint(out, zset_count(value->u.zset));
        for (uint32_t i = 0; i < zset_count(value->u.zset); i++) {
            ZsetItem item = zset_at(value->u.zset, i);
            bytes_put_text(out, item.member.chars, item.member.size);
            bytes_put_u64(out, bits_of(item.score));
        }
        break;
    }
}

static Slice get_slice(ByteReader *in)
{
    uint32_t size = 0;
    const char *chars = bytes_get_text(in, &size);
    return (Slice){chars, size};
}

/* Every element takes a byte at least, so a count cannot promise more than there are bytes. */
static uint64_t get_count(ByteReader *in)
{
    uint64_t count = bytes_get_varint(in);
    if (count == 0 || count > in->size - in->at) in->failed = true;
    return in->failed ? 0 : count;
}

static void get_dict(ByteReader *in, Dict *dict, bool values, Mem *mem)
{
    bool added;
    for (uint64_t count = get_count(in); count > 0 && !in->failed; count--) {
        Slice field = get_slice(in), value = values ? get_slice(in) : (Slice){0};
        if (in->failed) return;
        DictEntry *entry = dict_need(dict, field, &added, mem);
        if (!added) in->failed = true; /* a field twice */
        else if (values) dict_set_value(dict, entry, value, mem);
    }
}

static void get_zset(ByteReader *in, Zset *zset, Mem *mem)
{
    for (uint64_t count = get_count(in); count > 0 && !in->failed; count--) {
        double score;
        Slice member = get_slice(in);
        uint64_t bits = bytes_get_u64(in);
        memcpy(&score, &bits, sizeof(score));
        if (in->failed || isnan(score) || !zset_put(zset, member, score, mem)) in->failed = true;
    }
}

/* Fills *value whatever comes; the caller looks at in->failed and frees it. */
static void get_value(ByteReader *in, Value *value, Mem *mem)
{
    uint8_t type = bytes_get_u8(in);
    *value = (Value){0};
    if (in->failed || type <= VALUE_NONE || type > VALUE_HASH) {
        in->failed = true;
        return;
    }
    value->type = (ValueType)type;
    switch (value->type) {
    case VALUE_NONE: break;
    case VALUE_STRING: value->u.string = blob_copy(mem, get_slice(in)); break;
    case VALUE_SET: get_dict(in, value->u.set = dict_create(mem), false, mem); break;
    case VALUE_HASH: get_dict(in, value->u.hash = dict_create(mem), true, mem); break;
    case VALUE_ZSET: get_zset(in, value->u.zset = zset_create(mem), mem); break;
    case VALUE_LIST:
        value->u.list = list_create(mem);
        for (uint64_t count = get_count(in); count > 0 && !in->failed; count--) {
            Slice item = get_slice(in);
            if (!in->failed) list_push(value->u.list, LIST_TAIL, item, mem);
        }
        break;
    }
}

/* --- DUMP and RESTORE --- */

void rdb_dump(const Value *value, ByteWriter *out)
{
    size_t start = out->size;
    put_value(value, out);
    bytes_put_u8(out, RDB_VERSION);
    bytes_put_u8(out, 0);
    bytes_put_u64(out, hash_bytes(HASH_START, out->bytes + start, out->size - start));
}

bool rdb_restore(Slice payload, Value *value, Mem *mem)
{
    const uint8_t *bytes = (const uint8_t *)payload.chars;
    *value = (Value){0};
    if (payload.size < TRAILER_BYTES + 1) return false;
    size_t size = payload.size - TRAILER_BYTES;
    ByteReader trailer = {.bytes = bytes + size, .size = TRAILER_BYTES};
    uint32_t version = bytes_get_u8(&trailer);
    version |= (uint32_t)bytes_get_u8(&trailer) << 8;
    uint64_t checksum = bytes_get_u64(&trailer);
    if (version > RDB_VERSION || checksum != hash_bytes(HASH_START, bytes, size + 2)) return false;
    ByteReader in = {.bytes = bytes, .size = size};
    get_value(&in, value, mem);
    if (!in.failed && in.at == size) return true;
    value_free(mem, value);
    return false;
}

/* --- keyspaces --- */

void rdb_save(const Keyspace *keys, ByteWriter *out)
{
    size_t start = out->size;
    bytes_put_varint(out, keyspace_count(keys));
    for (const Key *key = keyspace_next(keys, NULL); key; key = keyspace_next(keys, key)) {
        bytes_put_text(out, key->name, key->size);
        bytes_put_varint(out, key->expire_ms);
        put_value(&key->value, out);
    }
    bytes_put_varint(out, keyspace_library_count(keys));
    for (uint32_t i = 0; i < keyspace_library_count(keys); i++) {
        Slice source = keyspace_library(keys, i);
        bytes_put_text(out, source.size ? source.chars : "", source.size);
    }
    bytes_put_u64(out, hash_bytes(HASH_START, out->bytes + start, out->size - start));
}

uint64_t rdb_count(Slice bytes)
{
    ByteReader in = {.bytes = (const uint8_t *)bytes.chars, .size = bytes.size};
    return bytes.size > 0 ? bytes_get_varint(&in) : 0;
}

static bool load_key(Keyspace *keys, ByteReader *in, Mem *mem)
{
    Value value;
    Slice name = get_slice(in);
    uint64_t expire_ms = bytes_get_varint(in);
    if (in->failed) return false;
    get_value(in, &value, mem);
    if (in->failed || keyspace_find(keys, name)) {
        value_free(mem, &value);
        return false;
    }
    Key *key = keyspace_add(keys, name);
    key->value = value;
    keyspace_set_expiry(keys, key, expire_ms);
    return true;
}

static bool load_libraries(Keyspace *keys, ByteReader *in)
{
    for (uint64_t count = bytes_get_varint(in); count > 0 && !in->failed; count--) {
        Slice source = get_slice(in);
        if (!in->failed) keyspace_add_library(keys, source);
    }
    return !in->failed;
}

bool rdb_load(Keyspace *keys, Slice bytes, Mem *mem)
{
    keyspace_clear(keys);
    keyspace_clear_libraries(keys);
    if (bytes.size < 9) return false;
    const uint8_t *start = (const uint8_t *)bytes.chars;
    ByteReader sum = {.bytes = start + bytes.size - 8, .size = 8};
    ByteReader in = {.bytes = start, .size = bytes.size - 8};
    bool fine = bytes_get_u64(&sum) == hash_bytes(HASH_START, start, in.size);
    uint64_t count = fine ? bytes_get_varint(&in) : 0;
    for (uint64_t i = 0; i < count && fine; i++) fine = load_key(keys, &in, mem);
    fine = fine && load_libraries(keys, &in) && in.at == in.size;
    if (!fine) {
        keyspace_clear(keys);
        keyspace_clear_libraries(keys);
    }
    return fine;
}
