/* value.h -- the five types of values. A Value is owned by its key and holds blocks of the Mem.
 *
 * Strings are bytes. Hashes and sets are Dicts, which keep the order of insertion. A list is an
 * array used as a ring. A sorted set is a Dict from member to score beside an array in order.
 * Scores are IEEE doubles, as users' data are: they decide nothing in the simulation itself. */
#ifndef STORE_VALUE_H
#define STORE_VALUE_H

#include "sim/base/array.h"
#include "sim/base/slice.h"
#include "sim/base/text.h"

typedef enum ValueType {
    VALUE_NONE,
    VALUE_STRING,
    VALUE_LIST,
    VALUE_SET,
    VALUE_ZSET,
    VALUE_HASH
} ValueType;

typedef struct Dict Dict; /* dict.h: bytes -> bytes in the order of insertion */
typedef struct List List; /* list.h: bytes at both ends and by index */
typedef struct Zset Zset; /* zset.h: members by score */

typedef struct Blob { /* bytes that are owned */
    char *chars;
    uint32_t size;
} Blob;

/* How a string came to be, as far as OBJECT ENCODING tells it. */
typedef enum StringForm {
    STRING_WRITTEN, /* as a client wrote it: a number is kept as one */
    STRING_TEXT,    /* the result of INCRBYFLOAT: never kept as a number */
    STRING_GROWN    /* changed in place by APPEND, SETRANGE, SETBIT: raw */
} StringForm;

typedef struct Value {
    ValueType type;
    StringForm form; /* of a string */
    union {
        Blob string;
        List *list;
        Dict *set; /* its values are empty */
        Dict *hash;
        Zset *zset;
    } u;
} Value;

Blob blob_copy(Mem *mem, Slice bytes);
void blob_free(Mem *mem, Blob *blob);
static inline Slice blob_slice(Blob blob)
{
    return (Slice){blob.chars, blob.size};
}

Value value_create(Mem *mem, ValueType type); /* empty; not VALUE_NONE */
uint32_t value_count(const Value *value);     /* elements; a string is one */
/* Takes a member of a set or sorted set, or a field of a hash, out; false when it is not there. */
bool value_remove(Mem *mem, Value *value, Slice member);
void value_free(Mem *mem, Value *value); /* becomes VALUE_NONE */
Value value_copy(Mem *mem, const Value *value);
bool value_equal(const Value *a, const Value *b); /* sets and hashes in any order */
const char *value_type_word(ValueType type);      /* "string", "list", ...; "none" */
/* Rough bytes in a real server's memory and in an RDB: documented in docs/fidelity.md. */
uint64_t value_bytes(const Value *value);
/* OBJECT ENCODING as redis-server 7.0 with default limits would say it. */
const char *value_encoding(const Value *value);

/* The RDB-like form of a value inside DUMP, MIGRATE and full synchronisation (rdb.h). */

#endif
