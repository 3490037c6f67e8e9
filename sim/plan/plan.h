/* plan.h -- who gets which slots and replicas: pure tables in and out (protocol.md §9.9-9.11). */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "sim/base/array.h"
#include "sim/base/error.h"
#include "sim/base/rng.h"

#include <stdint.h>

#define PLAN_NONE UINT32_MAX

/* What `redis-cli --cluster create` decides for one node, §9.11. */
typedef struct CreateNode {
    uint32_t ip;         /* in: for the order and for anti-affinity */
    bool is_primary;     /* out */
    uint16_t first_slot; /* out, primaries */
    uint16_t last_slot;
    uint32_t primary; /* out, replicas: index of its primary in the table; PLAN_NONE otherwise */
    uint32_t epoch;   /* out: SET-CONFIG-EPOCH, 1.. in the order given */
} CreateNode;

/* Fills the table. `rng` makes the random swaps of the anti-affinity search. False and *err
 * (redis-cli's own sentence) when there are fewer than three primaries. */
bool plan_create(CreateNode *nodes, uint32_t count, uint32_t replicas, Rng *rng, Error *err);

#endif
