/* election.c -- the election under way: who asks, who has voted (protocol.md §6.3, §6.6). */
#include "viz/model/inside.h"

#define AUTH_TIMEOUT_MIN_MS 2000

/* Has the host asked for votes, and do they still count? */
static bool is_asking(const Model *model, HostId id)
{
    const HostState *host = &model->state.hosts.items[id];
    if (!model_is_live(host) || !host->auth_sent || model->hosts.items[id].is_primary) return false;
    uint64_t timeout_ms = (uint64_t)host->node_timeout_ms * 2;
    if (timeout_ms < AUTH_TIMEOUT_MIN_MS) timeout_ms = AUTH_TIMEOUT_MIN_MS;
    return model->time <= model_time_of(host->auth_ms + timeout_ms);
}

static SimTime asked_at(const Model *model, HostId candidate, uint64_t epoch)
{
    const Marks *marks = &model->cache->history.marks[MARK_ASKED];
    for (uint32_t i = marks_until(marks, model->state.seq); i > 0; i--) {
        const Mark *mark = &marks->items[i - 1];
        if (mark->host == candidate && mark->value == epoch) return mark->time;
    }
    return model_time_of(model->state.hosts.items[candidate].auth_ms);
}

static void find_votes(Model *model)
{
    ElectionModel *election = &model->election;
    NodeId candidate = model->state.hosts.items[election->candidate].node;
    const Marks *marks = &model->cache->history.marks[MARK_VOTE];
    for (uint32_t i = marks_until(marks, model->state.seq); i > 0; i--) {
        const Mark *mark = &marks->items[i - 1];
        if (mark->time < election->asked_at) break;
        if (mark->value != election->epoch) continue;
        HostModel *voter = &model->hosts.items[mark->host];
        voter->voted = true;
        voter->voted_for = mark->other;
        if (mark->other == candidate) election->given++;
    }
}

void model_derive_election(Model *model)
{
    ElectionModel election = {.candidate = HOST_NONE};
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        model->hosts.items[i].voted = false;
        model->hosts.items[i].voted_for = NODE_NONE;
        if (!is_asking(model, (HostId)i)) continue;
        const HostState *host = &model->state.hosts.items[i];
        if (election.active && host->auth_epoch <= election.epoch) continue;
        election.active = true;
        election.candidate = (HostId)i;
        election.epoch = host->auth_epoch;
        election.votes = host->votes;
        election.needed = (uint16_t)(host->size / 2 + 1);
    }
    if (election.active) election.asked_at = asked_at(model, election.candidate, election.epoch);
    model->election = election;
    if (election.active) find_votes(model);
}
