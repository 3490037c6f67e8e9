/* factions.c -- what each process believes, summed up; who believes the same; what others believe
 * of a host that does not run.
 *
 * The hash of a slot table is the sum of a hash of each (owner, slots, epoch), so that the order of
 * the rows plays no part. Equal sets of slots have equal ids. */
#include "sim/base/assert.h"
#include "sim/base/hash.h"
#include "viz/model/inside.h"

#include <stdlib.h>

/* --- rows --- */

static uint64_t claim_hash(uint32_t node, const Belief *belief)
{
    uint64_t hash = hash_u64(HASH_START, (uint64_t)node << 32 | belief->slots);
    return hash_u64(hash, belief->epoch);
}

/* Adds what a belief contributes to the sums, or takes it away again. */
static void count_claim(RowSummary *row, NodeId node, const Belief *belief, bool add)
{
    if (!belief->known || belief->slots == SLOTS_EMPTY) return;
    uint64_t hash = claim_hash(node, belief);
    uint16_t voter = (belief->flags & FLAG_PRIMARY) != 0;
    row->hash = add ? row->hash + hash : row->hash - hash;
    row->size = (uint16_t)(add ? row->size + voter : row->size - voter);
}

static uint16_t suspicion(const Belief *belief)
{
    return belief->known ? belief->flags & (FLAG_PFAIL | FLAG_FAIL) : 0;
}

static void sum_up(const TraceState *state, HostId host, RowSummary *row)
{
    row->hash = 0;
    row->size = 0;
    row->stale = false;
    array_clear(&row->flagged);
    const HostState *process = &state->hosts.items[host];
    if (!model_is_live(process)) return;
    const Belief *beliefs = state_belief(state, host, 0);
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *belief = &beliefs[node];
        count_claim(row, (NodeId)node, belief, true);
        uint16_t flags = suspicion(belief);
        if (flags && node != process->node) {
            array_push(NULL, &row->flagged, (Flagged){.node = (NodeId)node, .flags = flags});
        }
    }
}

static void set_flags(RowSummary *row, NodeId node, uint16_t flags)
{
    uint32_t low = 0, high = row->flagged.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row->flagged.items[middle].node < node) low = middle + 1;
        else high = middle;
    }
    bool is_there = low < row->flagged.count && row->flagged.items[low].node == node;
    if (flags == 0) {
        if (is_there) array_remove(&row->flagged, low);
        return;
    }
    if (!is_there) {
        array_push(NULL, &row->flagged, (Flagged){0});
        for (uint32_t i = row->flagged.count - 1; i > low; i--) {
            row->flagged.items[i] = row->flagged.items[i - 1];
        }
    }
    row->flagged.items[low] = (Flagged){.node = node, .flags = flags};
}

void model_touch_belief(Model *model, HostId host, NodeId node, const Belief *before)
{
    if (host >= model->cache->rows.count || model->cache->rows.items[host].stale) return;
    RowSummary *row = &model->cache->rows.items[host];
    const Belief *now = state_belief(&model->state, host, node);
    count_claim(row, node, before, false);
    count_claim(row, node, now, true);
    if (suspicion(before) == suspicion(now)) return;
    if (node != model->state.hosts.items[host].node) set_flags(row, node, suspicion(now));
}

void model_derive_rows(Model *model)
{
    ModelCache *cache = model->cache;
    while (cache->rows.count < model->state.hosts.count) {
        array_push(NULL, &cache->rows, (RowSummary){.stale = true});
    }
    for (uint32_t i = 0; i < model->state.hosts.count; i++) {
        RowSummary *row = &cache->rows.items[i];
        if (row->stale) sum_up(&model->state, (HostId)i, row);
    }
}

/* --- factions --- */

typedef struct Member {
    uint64_t hash;
    HostId host;
} Member;

static int by_hash(const void *left, const void *right)
{
    const Member *a = left, *b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    return (a->host > b->host) - (a->host < b->host);
}

static int by_size(const void *left, const void *right)
{
    const Faction *a = left, *b = right;
    if (a->hosts != b->hosts) return a->hosts > b->hosts ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static bool is_voter(const Model *model, HostId host)
{
    const HostState *process = &model->state.hosts.items[host];
    const Belief *self = state_belief(&model->state, host, process->node);
    return self->known && (self->flags & FLAG_PRIMARY) && self->slots != SLOTS_EMPTY;
}

static void name_members(Model *model)
{
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        HostModel *host = &model->hosts.items[i];
        host->faction = FACTION_NONE;
        if (!model_is_live(&model->state.hosts.items[i])) continue;
        uint16_t index = 0;
        while (model->factions.items[index].hash != model->cache->rows.items[i].hash) index++;
        host->faction = index;
    }
}

void model_derive_factions(Model *model)
{
    array_clear(&model->factions);
    uint32_t hosts = model->state.hosts.count;
    Member *members = mem_alloc(NULL, hosts * sizeof(*members));
    uint32_t count = 0;
    for (uint32_t i = 0; i < hosts; i++) {
        if (!model_is_live(&model->state.hosts.items[i])) continue;
        members[count++] = (Member){.hash = model->cache->rows.items[i].hash, .host = (HostId)i};
    }
    if (count > 1) qsort(members, count, sizeof(*members), by_hash);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || members[i].hash != members[i - 1].hash) {
            Faction faction = {.hash = members[i].hash, .first = members[i].host};
            array_push(NULL, &model->factions, faction);
        }
        Faction *faction = &model->factions.items[model->factions.count - 1];
        faction->hosts++;
        if (is_voter(model, members[i].host)) faction->voters++;
    }
    mem_free(NULL, members, hosts * sizeof(*members));
    if (model->factions.count > 1) {
        qsort(model->factions.items, model->factions.count, sizeof(Faction), by_size);
    }
    name_members(model);
}

/* --- hosts --- */

/* What is true of the host's node: its own belief, or that of the largest faction that knows it. */
static const Belief *truth_of(const Model *model, HostId host, HostId *observer)
{
    const TraceState *state = &model->state;
    const HostState *process = &state->hosts.items[host];
    if (process->node == NODE_NONE) return NULL;
    if (model_is_live(process)) {
        *observer = host;
        const Belief *self = state_belief(state, host, process->node);
        return self->known ? self : NULL;
    }
    for (uint32_t i = 0; i < model->factions.count; i++) {
        *observer = model->factions.items[i].first;
        const Belief *belief = state_belief(state, *observer, process->node);
        if (belief->known) return belief;
    }
    return NULL;
}

static void derive_host(Model *model, HostId id)
{
    const TraceState *state = &model->state;
    const HostState *process = &state->hosts.items[id];
    uint16_t island = model->hosts.items[id].island, faction = model->hosts.items[id].faction;
    HostModel *host = &model->hosts.items[id];
    *host = (HostModel){.shard = SHARD_NONE,
                        .island = island,
                        .faction = faction,
                        .primary = NODE_NONE,
                        .deadline_peer = NODE_NONE,
                        .voted_for = NODE_NONE};
    HostId observer = HOST_NONE;
    const Belief *truth = truth_of(model, id, &observer);
    if (!truth) return;
    host->is_primary = (truth->flags & FLAG_PRIMARY) != 0;
    host->epoch = truth->epoch;
    if (host->is_primary) {
        host->slots = truth->slots;
        host->slot_count = (uint16_t)bitpool_members(state->slots, truth->slots);
        host->accepts = process->status == PROCESS_RUNNING && process->state == STATE_OK &&
                        truth->slots != SLOTS_EMPTY;
    } else {
        host->primary = truth->primary;
        if (truth->primary != NODE_NONE) {
            host->epoch = state_belief(state, observer, truth->primary)->epoch;
        }
    }
}

static void count_flags(Model *model)
{
    const TraceState *state = &model->state;
    for (uint32_t i = 0; i < state->hosts.count; i++) {
        if (state->hosts.items[i].status != PROCESS_RUNNING) continue;
        const RowSummary *row = &model->cache->rows.items[i];
        for (uint32_t j = 0; j < row->flagged.count; j++) {
            const Flagged *flagged = &row->flagged.items[j];
            HostId about = state->nodes.items[flagged->node].host;
            if (state->hosts.items[about].node != flagged->node) continue; /* a former identity */
            HostModel *host = &model->hosts.items[about];
            if (flagged->flags & FLAG_FAIL) host->failed_by++;
            else host->suspected_by++;
        }
    }
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        HostModel *host = &model->hosts.items[i];
        if (host->failed_by) host->worst_flag = FLAG_FAIL;
        else if (host->suspected_by) host->worst_flag = FLAG_PFAIL;
    }
}

void model_derive_hosts(Model *model)
{
    for (uint32_t i = 0; i < model->hosts.count; i++) derive_host(model, (HostId)i);
    count_flags(model);
}
