/* sample.c -- the hash table behind random draws (sample.h). */
#include "sim/cluster/sample.h"

#include "sim/base/hash.h"

#include <string.h>

#define BUCKETS_MIN 4 /* DICT_HT_INITIAL_SIZE */

/* By the name of the record: an identity, or the random ID of a handshake. */
static uint32_t bucket_of(const Node *self, PeerRef ref)
{
    uint64_t name = ref;
    if (ref & PEER_HANDSHAKE) {
        name = (UINT64_C(1) << 32) + self->handshake_names.items[ref & 0x7FFF].number;
    }
    return (uint32_t)hash_u64(self->bucket_seed, name) & (self->bucket_count - 1);
}

static void push(Node *self, uint32_t order)
{
    uint16_t *head = &self->buckets[bucket_of(self, self->known.items[order])];
    self->chain[order] = *head;
    *head = (uint16_t)order;
}

void sample_rebuild(Node *self)
{
    memset(self->buckets, 0xFF, self->bucket_count * sizeof(uint16_t));
    for (uint32_t i = 0; i < self->known.count; i++) push(self, i);
}

/* The table doubles when a record comes and there are as many as buckets; it never shrinks. */
void sample_append(Node *self, Mem *mem)
{
    uint32_t count = self->known.count;
    SIM_ASSERT(count >= 1 && count < SAMPLE_NONE);
    if (count <= self->bucket_count) {
        push(self, count - 1);
        return;
    }
    uint32_t old = self->bucket_count;
    uint32_t new = old ? 2 * old : BUCKETS_MIN;
    self->buckets = mem_resize(mem, self->buckets, old * sizeof(uint16_t), new * sizeof(uint16_t));
    self->bucket_count = new;
    sample_rebuild(self);
}

void sample_deinit(Node *self, Mem *mem)
{
    mem_free(mem, self->buckets, self->bucket_count * sizeof(uint16_t));
    self->buckets = NULL;
    self->bucket_count = 0;
}

/* Uniform below a small number: multiply and shift 16 bits, and draw again where a remainder would
 * favour the small results. */
static uint32_t below(uint32_t bound, Draws *draws)
{
    uint32_t threshold = 65536 % bound;
    for (;;) {
        uint32_t product = draws_next(draws) * bound;
        if ((product & 0xFFFF) >= threshold) return product >> 16;
    }
}

uint32_t sample_from_chain(const Node *self, uint32_t order, Draws *draws)
{
    uint32_t length = 0;
    for (uint32_t at = order; at != SAMPLE_NONE; at = self->chain[at]) length++;
    for (uint32_t skip = below(length, draws); skip > 0; skip--) order = self->chain[order];
    return order;
}

void sample_check(const Node *self)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < self->bucket_count; i++) {
        for (uint32_t at = self->buckets[i]; at != SAMPLE_NONE; at = self->chain[at]) {
            SIM_ASSERT(at < self->known.count);
            SIM_ASSERT(bucket_of(self, self->known.items[at]) == i);
            found++;
        }
    }
    SIM_ASSERT(found == self->known.count);
}
