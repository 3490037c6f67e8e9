/* value.c -- what is common to the five types of values. */
#include "sim/store/value.h"

#include "sim/base/assert.h"
#include "sim/store/dict.h"
#include "sim/store/list.h"
#include "sim/store/zset.h"

#include <string.h>

Blob blob_copy(Mem *mem, Slice bytes)
{
    Blob blob = {.chars = mem_alloc(mem, bytes.size), .size = bytes.size};
    if (bytes.size > 0) memcpy(blob.chars, bytes.chars, bytes.size);
    return blob;
}

void blob_free(Mem *mem, Blob *blob)
{
    mem_free(mem, blob->chars, blob->size);
    *blob = (Blob){0};
}

Value value_create(Mem *mem, ValueType type)
{
    Value value = {.type = type};
    switch (type) {
    case VALUE_NONE: SIM_ASSERT(type != VALUE_NONE); break;
    case VALUE_STRING: break;
    case VALUE_LIST: value.u.list = list_create(mem); break;
    case VALUE_SET: value.u.set = dict_create(mem); break;
    case VALUE_HASH: value.u.hash = dict_create(mem); break;
    case VALUE_ZSET: value.u.zset = zset_create(mem); break;
    }
    return value;
}

uint32_t value_count(const Value *value)
{
    switch (value->type) {
    case VALUE_NONE: return 0;
    case VALUE_STRING: return 1;
    case VALUE_LIST: return list_count(value->u.list);
    case VALUE_SET: return dict_count(value->u.set);
    case VALUE_HASH: return dict_count(value->u.hash);
    case VALUE_ZSET: return zset_count(value->u.zset);
    }
    return 0;
}

bool value_remove(Mem *mem, Value *value, Slice member)
{
    if (value->type == VALUE_SET) return dict_remove(value->u.set, member, mem);
    if (value->type == VALUE_HASH) return dict_remove(value->u.hash, member, mem);
    SIM_ASSERT(value->type == VALUE_ZSET);
    return zset_remove(value->u.zset, member, mem);
}

void value_free(Mem *mem, Value *value)
{
    switch (value->type) {
    case VALUE_NONE: break;
    case VALUE_STRING: blob_free(mem, &value->u.string); break;
    case VALUE_LIST: list_destroy(value->u.list, mem); break;
    case VALUE_SET: dict_destroy(value->u.set, mem); break;
    case VALUE_HASH: dict_destroy(value->u.hash, mem); break;
    case VALUE_ZSET: zset_destroy(value->u.zset, mem); break;
    }
    *value = (Value){0};
}

static Dict *copy_dict(Mem *mem, const Dict *from)
{
    Dict *to = dict_create(mem);
    uint32_t at = 0;
    dict_set_history(to, *dict_history(from));
    for (const DictEntry *entry; (entry = dict_next(from, &at));) {
        bool added;
        DictEntry *copy = dict_need(to, blob_slice(entry->field), &added, mem);
        dict_set_value(to, copy, blob_slice(entry->value), mem);
    }
    return to;
}

Value value_copy(Mem *mem, const Value *value)
{
    Value copy = {.type = value->type, .form = value->form};
    switch (value->type) {
    case VALUE_NONE: break;
    case VALUE_STRING: copy.u.string = blob_copy(mem, blob_slice(value->u.string)); break;
    case VALUE_LIST:
        copy.u.list = list_create(mem);
        for (uint32_t i = 0; i < list_count(value->u.list); i++) {
            list_push(copy.u.list, LIST_TAIL, list_at(value->u.list, i), mem);
        }
        break;
    case VALUE_SET: copy.u.set = copy_dict(mem, value->u.set); break;
    case VALUE_HASH: copy.u.hash = copy_dict(mem, value->u.hash); break;
    case VALUE_ZSET:
        copy.u.zset = zset_create(mem);
        zset_set_history(copy.u.zset, *zset_history(value->u.zset));
        for (uint32_t i = 0; i < zset_count(value->u.zset); i++) {
            ZsetItem item = zset_at(value->u.zset, i);
            zset_put(copy.u.zset, item.member, item.score, mem);
        }
        break;
    }
    return copy;
}

static bool lists_equal(const List *a, const List *b)
{
    if (list_count(a) != list_count(b)) return false;
    for (uint32_t i = 0; i < list_count(a); i++) {
        if (!slice_equal(list_at(a, i), list_at(b, i))) return false;
    }
    return true;
}

static bool dicts_equal(const Dict *a, const Dict *b)
{
    uint32_t at = 0;
    if (dict_count(a) != dict_count(b)) return false;
    for (const DictEntry *entry; (entry = dict_next(a, &at));) {
        const DictEntry *other = dict_find(b, blob_slice(entry->field));
        if (!other || !slice_equal(blob_slice(entry->value), blob_slice(other->value)))
            return false;
    }
    return true;
}

static bool zsets_equal(const Zset *a, const Zset *b)
{
    if (zset_count(a) != zset_count(b)) return false;
    for (uint32_t i = 0; i < zset_count(a); i++) {
        ZsetItem one = zset_at(a, i), other = zset_at(b, i);
        if (one.score < other.score || one.score > other.score ||
            !slice_equal(one.member, other.member)) {
            return false;
        }
    }
    return true;
}

bool value_equal(const Value *a, const Value *b)
{
    if (a->type != b->type) return false;
    switch (a->type) {
    case VALUE_NONE: return true;
    case VALUE_STRING: return slice_equal(blob_slice(a->u.string), blob_slice(b->u.string));
    case VALUE_LIST: return lists_equal(a->u.list, b->u.list);
    case VALUE_SET: return dicts_equal(a->u.set, b->u.set);
    case VALUE_HASH: return dicts_equal(a->u.hash, b->u.hash);
    case VALUE_ZSET: return zsets_equal(a->u.zset, b->u.zset);
    }
    return false;
}

const char *value_type_word(ValueType type)
{
    switch (type) {
    case VALUE_NONE: return "none";
    case VALUE_STRING: return "string";
    case VALUE_LIST: return "list";
    case VALUE_SET: return "set";
    case VALUE_ZSET: return "zset";
    case VALUE_HASH: return "hash";
    }
    return "none";
}

uint64_t value_bytes(const Value *value)
{
    switch (value->type) {
    case VALUE_NONE: return 0;
    case VALUE_STRING: return value->u.string.size;
    case VALUE_LIST: return list_bytes(value->u.list);
    case VALUE_SET: return dict_bytes(value->u.set);
    case VALUE_HASH: return dict_bytes(value->u.hash);
    case VALUE_ZSET: return zset_bytes(value->u.zset);
    }
    return 0;
}

/* --- encodings (object.c, t_*.c; limits of redis.conf's defaults) --- */

#define EMBSTR_MAX       44
#define LISTPACK_ENTRIES 128
#define LISTPACK_VALUE   64
#define INTSET_ENTRIES   512

static const char *string_encoding(Slice text, StringForm form)
{
    int64_t number;
    if (form == STRING_GROWN) return "raw";
    if (form == STRING_WRITTEN && text.size <= 20 && slice_integer(text, &number)) return "int";
    return text.size <= EMBSTR_MAX ? "embstr" : "raw";
}

/* A value that once outgrew its compact form keeps the other one. */
static bool is_small(const DictHistory *history)
{
    return history->most <= LISTPACK_ENTRIES && history->longest <= LISTPACK_VALUE;
}

const char *value_encoding(const Value *value)
{
    const DictHistory *history;
    switch (value->type) {
    case VALUE_NONE: return "none";
    case VALUE_STRING: return string_encoding(blob_slice(value->u.string), value->form);
    case VALUE_LIST: return "quicklist";
    case VALUE_SET:
        history = dict_history(value->u.set);
        return history->most <= INTSET_ENTRIES && !history->texts ? "intset" : "hashtable";
    case VALUE_HASH: return is_small(dict_history(value->u.hash)) ? "listpack" : "hashtable";
    case VALUE_ZSET: return is_small(zset_history(value->u.zset)) ? "listpack" : "skiplist";
    }
    return "none";
}
