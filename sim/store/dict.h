/* dict.h -- bytes to bytes, in the order of insertion: hashes, sets, members of sorted sets.
 *
 * An array of entries in order beside an open-addressed index. A removed entry leaves a gap that is
 * closed when a third of the array is gaps; the order of the others stays. */
#ifndef STORE_DICT_H
#define STORE_DICT_H

#include "sim/store/value.h"

typedef struct DictEntry {
    Blob field;
    Blob value;
    double score; /* sorted sets */
    uint64_t hash;
    bool used;
} DictEntry;

/* The largest a Dict has ever been: a redis-server never goes back to a compact encoding. */
typedef struct DictHistory {
    uint32_t most;    /* entries */
    uint32_t longest; /* bytes of a field or value */
    bool texts;       /* some field was no integer */
} DictHistory;

Dict *dict_create(Mem *mem);
void dict_destroy(Dict *dict, Mem *mem);
uint32_t dict_count(const Dict *dict);
DictEntry *dict_find(const Dict *dict, Slice field); /* valid until the next change; NULL */
/* The entry of this field, made if it is new (*added). Its value is empty then. */
DictEntry *dict_need(Dict *dict, Slice field, bool *added, Mem *mem);
void dict_set_value(Dict *dict, DictEntry *entry, Slice value, Mem *mem);
bool dict_remove(Dict *dict, Slice field, Mem *mem);
/* Walks in the order of insertion: *at starts at 0; NULL at the end. Nothing may change meanwhile.
 */
const DictEntry *dict_next(const Dict *dict, uint32_t *at);
const DictEntry *dict_at(const Dict *dict, uint32_t index); /* the index-th in order, from 0 */
uint64_t dict_bytes(const Dict *dict);                      /* fields and values */
const DictHistory *dict_history(const Dict *dict);
void dict_set_history(Dict *dict, DictHistory history); /* of a copy, before it is filled */

#endif
