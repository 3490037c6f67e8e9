/* zset.h -- a sorted set: members ordered by (score, bytes), looked up by member and by rank.
 *
 * An array in order beside a Dict from member to score: an insertion moves what lies behind it,
 * which is fast up to many thousands of members. Scores are never NaN. */
#ifndef STORE_ZSET_H
#define STORE_ZSET_H

#include "sim/store/dict.h"

typedef struct ZsetItem {
    double score;
    Slice member; /* lies in the Dict */
} ZsetItem;

Zset *zset_create(Mem *mem);
void zset_destroy(Zset *zset, Mem *mem);
uint32_t zset_count(const Zset *zset);
uint64_t zset_bytes(const Zset *zset);
const DictHistory *zset_history(const Zset *zset);
void zset_set_history(Zset *zset, DictHistory history);         /* of a copy, before it is filled */
bool zset_score(const Zset *zset, Slice member, double *score); /* false: no such member */
bool zset_rank(const Zset *zset, Slice member, uint32_t *rank); /* from 0, lowest score first */
ZsetItem zset_at(const Zset *zset, uint32_t rank);
/* Adds the member or changes its score; true when it was added. */
bool zset_put(Zset *zset, Slice member, double score, Mem *mem);
bool zset_remove(Zset *zset, Slice member, Mem *mem);
/* How many items stand before the first with this score or more (or_equal false: more than it). */
uint32_t zset_lower(const Zset *zset, double score, bool or_equal);

#endif
