/* shards.c -- letters for sets of slots (history_claims.c says when they are given). */
#include "sim/base/assert.h"
#include "viz/model/inside.h"

/* The shard that each node carries at the model's moment. */
static uint16_t *carried(const Model *model)
{
    const Marks *marks = &model->cache->history.marks[MARK_CARRIES];
    uint32_t nodes = model->state.nodes.count;
    uint16_t *shard_of = mem_alloc(NULL, nodes * sizeof(*shard_of));
    for (uint32_t i = 0; i < nodes; i++) shard_of[i] = SHARD_NONE;
    uint32_t count = marks_until(marks, model->state.seq);
    for (uint32_t i = 0; i < count; i++) {
        shard_of[marks->items[i].other] = (uint16_t)marks->items[i].value;
    }
    return shard_of;
}

static void list_shards(Model *model)
{
    const Marks *marks = &model->cache->history.marks[MARK_FOUNDED];
    uint32_t count = marks_until(marks, model->state.seq);
    array_clear(&model->shards);
    for (uint32_t i = 0; i < count; i++) {
        const Mark *mark = &marks->items[i];
        SIM_ASSERT(mark->value <= model->shards.count);
        if (mark->value == model->shards.count) {
            array_push(NULL, &model->shards, (Shard){.owner = HOST_NONE});
        }
        model->shards.items[mark->value].founder = mark->other;
    }
}

/* The owner holds most: of two nodes that carry one shard, the one with the higher epoch. */
static void count_slots(Model *model)
{
    uint16_t *shard_of_host = mem_alloc(NULL, model->hosts.count * sizeof(*shard_of_host));
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        shard_of_host[i] = host->is_primary ? host->shard : SHARD_NONE;
    }
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        HostId holder = model->holder_host[slot];
        uint16_t index = holder == HOST_NONE ? SHARD_NONE : shard_of_host[holder];
        model->owner_shard[slot] = index;
        if (index == SHARD_NONE) continue;
        Shard *shard = &model->shards.items[index];
        shard->slots++;
        uint64_t epoch = model->hosts.items[holder].epoch;
        if (shard->owner != HOST_NONE && shard->epoch >= epoch) continue;
        shard->owner = holder;
        shard->epoch = epoch;
    }
    mem_free(NULL, shard_of_host, model->hosts.count * sizeof(*shard_of_host));
}

void model_derive_shards(Model *model)
{
    list_shards(model);
    uint16_t *shard_of = carried(model);
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        HostModel *host = &model->hosts.items[i];
        NodeId node = host->is_primary ? model->state.hosts.items[i].node : host->primary;
        host->shard = node == NODE_NONE ? SHARD_NONE : shard_of[node];
    }
    mem_free(NULL, shard_of, model->state.nodes.count * sizeof(*shard_of));
    count_slots(model);
}
