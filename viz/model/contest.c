/* contest.c -- who holds each slot, who would accept a write for it, and where two would. */
#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "sim/base/hash.h"
#include "viz/model/inside.h"

#include <string.h>

/* Does host a come before host b as the owner of a slot that both claim? */
static bool comes_before(const Model *model, HostId a, HostId b)
{
    if (b == HOST_NONE) return true;
    uint64_t epoch_a = model->hosts.items[a].epoch, epoch_b = model->hosts.items[b].epoch;
    if (epoch_a != epoch_b) return epoch_a > epoch_b;
    return a < b;
}

static void claim_slot(Model *model, HostId host, uint32_t slot)
{
    HostId *holder = &model->holder_host[slot];
    if (comes_before(model, host, *holder)) *holder = host;
    if (!model->hosts.items[host].accepts) return;
    HostId *owner = &model->owner_host[slot], *second = &model->second_host[slot];
    if (comes_before(model, host, *owner)) {
        *second = *owner;
        *owner = host;
    } else if (comes_before(model, host, *second)) {
        *second = host;
    }
}

static uint64_t hash_of_claims(const Model *model)
{
    uint64_t hash = hash_u64(HASH_START, model->hosts.count);
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        if (host->slots == SLOTS_EMPTY) continue;
        hash = hash_u64(hash, (uint64_t)i << 33 | (uint64_t)host->slots << 1 | host->accepts);
        hash = hash_u64(hash, host->epoch);
    }
    return hash;
}

void model_derive_slots(Model *model)
{
    uint64_t hash = hash_of_claims(model);
    if (hash != model->cache->claims_hash || model->cache->fresh) {
        memset(model->holder_host, 0xFF, sizeof(model->holder_host)); /* HOST_NONE */
        memset(model->owner_host, 0xFF, sizeof(model->owner_host));
        memset(model->second_host, 0xFF, sizeof(model->second_host));
        for (uint32_t i = 0; i < model->hosts.count; i++) {
            SlotsId slots = model->hosts.items[i].slots;
            if (slots == SLOTS_EMPTY) continue;
            const uint64_t *words = bitpool_words(model->state.slots, slots);
            for (uint32_t slot = bitset_next(words, SLOT_COUNT, 0); slot < SLOT_COUNT;
                 slot = bitset_next(words, SLOT_COUNT, slot + 1)) {
                claim_slot(model, (HostId)i, slot);
            }
        }
        model->cache->claims_hash = hash;
    }
    model->covered = 0;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        HostId holder = model->holder_host[slot];
        if (holder == HOST_NONE) continue;
        model->covered += model->state.hosts.items[holder].status == PROCESS_RUNNING;
    }
}

/* When the contest that stands at the model's moment began. */
static SimTime contested_since(const Model *model)
{
    const Marks *marks = &model->cache->history.marks[MARK_CONTESTED];
    uint32_t count = marks_until(marks, model->state.seq);
    SIM_ASSERT(count > 0);
    return marks->items[count - 1].time;
}

void model_derive_contest(Model *model)
{
    Contest contest = {.a = HOST_NONE, .b = HOST_NONE};
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        HostId a = model->owner_host[slot], b = model->second_host[slot];
        if (b == HOST_NONE) continue;
        if (contest.total++ == 0) {
            contest.a = a;
            contest.b = b;
            contest.first_slot = (uint16_t)slot;
        }
        if (contest.a == a && contest.b == b) contest.count++;
    }
    if (contest.total > 0) {
        contest.epoch_a = model->hosts.items[contest.a].epoch;
        contest.epoch_b = model->hosts.items[contest.b].epoch;
        contest.since = contested_since(model);
    }
    model->contest = contest;
}
