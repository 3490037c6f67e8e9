/* sample.h -- a random record of the table, as Redis draws one (protocol.md §3.5, §3.6 step 3).
 *
 * Redis keeps its records in a hash table of chains. dictGetRandomKey draws a bucket until one is
 * not empty, then one of its chain: a record that shares its bucket with others comes up less often
 * than one that is alone, and it stays so for the life of the process, because the hash is seeded
 * once. Among six nodes in eight buckets one is easily mentioned half as often as the rest, so a
 * join takes twice as long as it would with fair draws. Here the buckets hold places in Node.known;
 * which bucket a record falls into is drawn from the node's own stream. */
#ifndef CLUSTER_SAMPLE_H
#define CLUSTER_SAMPLE_H

#include "sim/cluster/node.h"

#define SAMPLE_NONE ((uint16_t)0xFFFF) /* an empty bucket, the end of a chain */

/* Random bits, 16 at a time, four from one random number. */
typedef struct Draws {
    Rng *rng;
    uint64_t bits;
    uint32_t left;
} Draws;

static inline uint32_t draws_next(Draws *draws)
{
    if (draws->left == 0) {
        draws->bits = rng_next(draws->rng);
        draws->left = 4;
    }
    uint32_t next = (uint32_t)(draws->bits & 0xFFFF);
    draws->bits >>= 16;
    draws->left--;
    return next;
}

/* One of a chain of several that begins with the record at `order`. */
uint32_t sample_from_chain(const Node *self, uint32_t order, Draws *draws);

/* Draws a record, myself and handshakes included; returns its place in Node.known. */
static inline uint32_t sample_record(const Node *self, Draws *draws)
{
    uint16_t order;
    do {
        order = self->buckets[draws_next(draws) & (self->bucket_count - 1)];
    } while (order == SAMPLE_NONE);
    return self->chain[order] == SAMPLE_NONE ? order : sample_from_chain(self, order, draws);
}

/* The record at the end of Node.known is new. */
void sample_append(Node *self, Mem *mem);
/* Places have moved, or a record has another name. */
void sample_rebuild(Node *self);
void sample_deinit(Node *self, Mem *mem);
/* Every record is in exactly one chain, that of its bucket. */
void sample_check(const Node *self);

#endif
