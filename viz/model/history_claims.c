/* history_claims.c -- who accepts writes for which slots, and which shard each node carries. */
#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "viz/model/inside.h"

void history_carry(History *history, NodeId node, uint16_t shard, const TraceRecord *record)
{
    if (history->nodes.items[node].shard == shard) return;
    history->nodes.items[node].shard = shard;
    history_mark(history, MARK_CARRIES, record, node, shard);
}

/* Is there a host whose present identity carries the shard? */
static bool is_carried(const History *history, uint16_t shard)
{
    for (uint32_t i = 0; i < history->hosts.count; i++) {
        NodeId node = history->hosts.items[i].node;
        if (node != NODE_NONE && history->nodes.items[node].shard == shard) return true;
    }
    return false;
}

/* A node owns slots for the first time: it gets the next letter, or the first one whose nodes are
 * all gone with their disks, so that a cluster that is made anew looks like the former one. */
static void found_shard(History *history, NodeId node, const TraceRecord *record)
{
    uint16_t shard = 0;
    while (shard < history->shards && is_carried(history, shard)) shard++;
    if (shard == history->shards) history->shards++;
    history_carry(history, node, shard, record);
    history_mark(history, MARK_FOUNDED, record, node, shard);
}

/* A process that accepts writes: it runs, is a primary, and its cluster_state is ok. */
static SlotsId accepted(const HostTrack *host)
{
    bool accepts = host->status == PROCESS_RUNNING && (host->flags & FLAG_PRIMARY) != 0 &&
                   host->state == STATE_OK;
    return accepts ? host->slots : SLOTS_EMPTY;
}

static void count_writers(History *history, SlotsId slots, int change)
{
    const uint64_t *words = bitpool_words(history->slots, slots);
    for (uint32_t i = 0; i < SLOT_COUNT / 64; i++) {
        for (uint64_t word = words[i]; word; word &= word - 1) {
            uint16_t *writers = &history->writers[i * 64 + (uint32_t)__builtin_ctzll(word)];
            bool was = *writers >= 2;
            *writers = (uint16_t)(*writers + change);
            bool is = *writers >= 2;
            if (is && !was) history->contested++;
            if (was && !is) history->contested--;
        }
    }
}

/* Something of the host has changed that decides on its claims. */
void history_claim(History *history, HostId id, const TraceRecord *record)
{
    HostTrack *host = &history->hosts.items[id];
    bool holds = (host->flags & FLAG_PRIMARY) && host->slots != SLOTS_EMPTY;
    if (holds && history->nodes.items[host->node].shard == SHARD_NONE) {
        found_shard(history, host->node, record);
    }

    SlotsId now = accepted(host);
    if (now == host->accepts) return;
    uint32_t contested = history->contested;
    count_writers(history, host->accepts, -1);
    count_writers(history, now, +1);
    host->accepts = now;
    history_mark(history, MARK_CLAIM, record, host->node, now);
    if (contested == 0 && history->contested > 0) {
        history_mark(history, MARK_CONTESTED, record, NODE_NONE, 0);
    }
    if (contested > 0 && history->contested == 0) {
        history_mark(history, MARK_SETTLED, record, NODE_NONE, 0);
    }
}
