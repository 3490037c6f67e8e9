/* plan_create.c -- what `redis-cli --cluster create` decides (protocol.md §9.11).
 *
 * redis-cli computes slot ranges with floats; here each bound is the same number by integer
 * arithmetic: lround(i * 16384 / M - 1) with halves rounded up. */
#include "sim/plan/plan.h"

#include "sim/base/assert.h"
#include "sim/base/ids.h"

#include <stdbool.h>
#include <stdlib.h>

#define SWAPS_PER_NODE  500
#define SCORE_SAME_HOST 10000

/* The nodes in the order that takes one of each IP in turn; returns the order as indices. */
static void interleave(const CreateNode *nodes, uint32_t count, uint32_t *order)
{
    uint32_t taken = 0;
    bool used[HOSTS_MAX] = {false};
    while (taken < count) {
        uint32_t round = taken;
        for (uint32_t i = 0; i < count; i++) {
            bool seen = used[i];
            for (uint32_t j = round; j < taken && !seen; j++)
                seen = nodes[order[j]].ip == nodes[i].ip;
            if (seen) continue;
            used[i] = true;
            order[taken++] = i;
        }
    }
}

static void give_slots(CreateNode *nodes, const uint32_t *order, uint32_t primaries)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < primaries; i++) {
        CreateNode *node = &nodes[order[i]];
        /* round(16384 (i+1) / M) - 1, halves up */
        uint32_t last = (2 * SLOT_COUNT * (i + 1) + primaries) / (2 * primaries) - 1;
        if (i == primaries - 1) last = SLOT_COUNT - 1;
        node->is_primary = true;
        node->primary = PLAN_NONE;
        node->first_slot = (uint16_t)first;
        node->last_slot = (uint16_t)last;
        first = last + 1;
    }
}

/* The first free node on another IP than the primary's, else the first free one; PLAN_NONE when all
 * are taken. */
static uint32_t take_replica(const CreateNode *nodes, const uint32_t *free, uint32_t count,
                             const bool *used, uint32_t ip)
{
    uint32_t any = PLAN_NONE;
    for (uint32_t i = 0; i < count; i++) {
        if (used[i]) continue;
        if (nodes[free[i]].ip != ip) return i;
        if (any == PLAN_NONE) any = i;
    }
    return any;
}

/* The remaining nodes, rotated by one, to the primaries; left-over ones in turn. */
static void give_replicas(CreateNode *nodes, const uint32_t *order, uint32_t primaries,
                          uint32_t count, uint32_t replicas)
{
    uint32_t free[HOSTS_MAX] = {0}, left = count - primaries, assigned = 0;
    bool used[HOSTS_MAX] = {false};
    for (uint32_t i = 0; i < left; i++) free[i] = order[primaries + (i + 1) % left];
    for (uint32_t i = 0; i < primaries; i++) {
        for (uint32_t r = 0; r < replicas; r++) {
            uint32_t place = take_replica(nodes, free, left, used, nodes[order[i]].ip);
            if (place == PLAN_NONE) return;
            used[place] = true;
            nodes[free[place]].primary = order[i];
            assigned++;
        }
    }
    for (uint32_t i = 0; assigned < left; i = (i + 1) % primaries, assigned++) {
        uint32_t place = take_replica(nodes, free, left, used, nodes[order[i]].ip);
        used[place] = true;
        nodes[free[place]].primary = order[i];
    }
}

/* 10000 for each replica on its primary's host, 1 for each extra pair of one shard's replicas on
 * one host. */
static uint32_t badness(const CreateNode *nodes, uint32_t count)
{
    uint32_t score = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i].is_primary || nodes[i].primary == PLAN_NONE) continue;
        if (nodes[i].ip == nodes[nodes[i].primary].ip) score += SCORE_SAME_HOST;
        for (uint32_t j = i + 1; j < count; j++) {
            bool siblings = !nodes[j].is_primary && nodes[j].primary == nodes[i].primary;
            if (siblings && nodes[j].ip == nodes[i].ip) score++;
        }
    }
    return score;
}

static bool shares_addresses(const CreateNode *nodes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = i + 1; j < count; j++) {
            if (nodes[i].ip == nodes[j].ip) return true;
        }
    }
    return false;
}

/* Random swaps of two replicas' primaries, kept unless the score gets worse. Nothing to better:
 * nothing is swapped. */
static void spread(CreateNode *nodes, uint32_t count, Rng *rng)
{
    uint32_t replicas[HOSTS_MAX] = {0}, replica_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!nodes[i].is_primary && nodes[i].primary != PLAN_NONE) replicas[replica_count++] = i;
    }
    if (replica_count < 2 || !shares_addresses(nodes, count)) return;
    uint32_t score = badness(nodes, count);
    for (uint32_t i = 0; i < SWAPS_PER_NODE * count && score > 0; i++) {
        CreateNode *a = &nodes[replicas[rng_below(rng, replica_count)]];
        CreateNode *b = &nodes[replicas[rng_below(rng, replica_count)]];
        uint32_t primary = a->primary;
        if (a == b || a->primary == b->primary) continue;
        a->primary = b->primary;
        b->primary = primary;
        uint32_t swapped = badness(nodes, count);
        if (swapped > score) {
            b->primary = a->primary;
            a->primary = primary;
        } else {
            score = swapped;
        }
    }
}

bool plan_create(CreateNode *nodes, uint32_t count, uint32_t replicas, Rng *rng, Error *err)
{
    uint32_t order[HOSTS_MAX];
    if (count > HOSTS_MAX)
        return error_set(err, "%u nodes are too many; %d are allowed", count, HOSTS_MAX);
    uint32_t primaries = count / (replicas + 1);
    if (primaries < 3) {
        return error_set(err,
                         "*** Redis Cluster requires at least 3 master nodes. This is not possible "
                         "with %u nodes and %u "
                         "replicas per node.",
                         count, replicas);
    }
    interleave(nodes, count, order);
    for (uint32_t i = 0; i < count; i++) {
        nodes[i].is_primary = false;
        nodes[i].primary = PLAN_NONE;
        nodes[i].first_slot = nodes[i].last_slot = 0;
        nodes[i].epoch = i + 1;
    }
    give_slots(nodes, order, primaries);
    if (count > primaries) give_replicas(nodes, order, primaries, count, replicas);
    spread(nodes, count, rng);
    return true;
}
