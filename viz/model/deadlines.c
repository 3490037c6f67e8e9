/* deadlines.c -- the next meaningful timer of each host (protocol.md §5.1, §5.6, §6.3).
 *
 * The most telling one wins: a minority primary's stop, then an election's end, its beginning, an
 * overdue answer. Simplified: an answer is due T after the ping; data from the peer on another link
 * since then, which postpones PFAIL, is not in the trace. */
#include "sim/base/assert.h"
#include "viz/model/inside.h"

#include <stdlib.h>

#define AUTH_TIMEOUT_MIN_MS 2000
#define PING_HOSTS_MAX      128            /* more faces than that nobody watches for pings */
#define OVERDUE_MIN         (500 * SIM_MS) /* a ping unanswered for so long, or T/4, means something */

static SimSpan timeout_of(const HostState *host)
{
    return host->node_timeout_ms * SIM_MS;
}

static void set(HostModel *host, DeadlineKind kind, SimTime from, SimTime at, NodeId peer)
{
    host->deadline = kind;
    host->deadline_from = from;
    host->deadline_at = at;
    host->deadline_peer = peer;
}

/* --- elections --- */

static SimTime delayed_since(const Model *model, HostId id, SimTime asks)
{
    const Marks *marks = &model->cache->history.marks[MARK_DELAYED];
    for (uint32_t i = marks_until(marks, model->state.seq); i > 0; i--) {
        if (marks->items[i - 1].host == id) return marks->items[i - 1].time;
    }
    return asks;
}

static bool set_election(Model *model, HostId id)
{
    const HostState *process = &model->state.hosts.items[id];
    HostModel *host = &model->hosts.items[id];
    if (host->is_primary || host->primary == NODE_NONE || process->auth_ms == 0) return false;
    const Belief *primary = state_belief(&model->state, id, host->primary);
    if (!(primary->flags & FLAG_FAIL)) return false;

    SimTime asks = model_time_of(process->auth_ms);
    uint64_t timeout_ms = (uint64_t)process->node_timeout_ms * 2;
    if (timeout_ms < AUTH_TIMEOUT_MIN_MS) timeout_ms = AUTH_TIMEOUT_MIN_MS;
    SimTime expires = asks + timeout_ms * SIM_MS;
    if (!process->auth_sent && model->time <= expires) {
        set(host, DEADLINE_ELECTION, delayed_since(model, id, asks), asks, NODE_NONE);
        return true;
    }
    if (process->auth_sent && model->time <= expires) {
        set(host, DEADLINE_VOTES, asks, expires, NODE_NONE);
        return true;
    }
    return false;
}

/* --- answers --- */

static void set_pong(Model *model, HostId id)
{
    const TraceState *state = &model->state;
    const HostState *process = &state->hosts.items[id];
    SimSpan timeout = timeout_of(process);
    SimSpan overdue = timeout / 4 < OVERDUE_MIN ? timeout / 4 : OVERDUE_MIN;
    const Belief *beliefs = state_belief(state, id, 0);
    SimTime earliest = 0;
    NodeId peer = NODE_NONE;
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *belief = &beliefs[node];
        if (belief->ping_ms == 0 || (belief->flags & (FLAG_PFAIL | FLAG_FAIL))) continue;
        SimTime sent = model_time_of(belief->ping_ms);
        if (sent + overdue > model->time) continue;
        if (peer != NODE_NONE && sent >= earliest) continue;
        earliest = sent;
        peer = (NodeId)node;
    }
    if (peer == NODE_NONE) return;
    set(&model->hosts.items[id], DEADLINE_PONG, earliest, earliest + timeout, peer);
}

/* --- the minority stops itself --- */

typedef struct Due {
    SimTime at;
    NodeId peer;
} Due;

static int by_time(const void *left, const void *right)
{
    const Due *a = left, *b = right;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return (a->peer > b->peer) - (a->peer < b->peer);
}

/* When `id` will flag this voter that cannot answer. Without a ping under way one will leave at the
 * latest T/2 after the last pong. */
static SimTime due_of(const Belief *belief, SimSpan timeout)
{
    if (belief->ping_ms) return model_time_of(belief->ping_ms) + timeout;
    return model_time_of(belief->pong_ms) + timeout / 2 + timeout;
}

static bool cannot_answer(const Model *model, HostId id, HostId other)
{
    return model->state.hosts.items[other].status != PROCESS_RUNNING ||
           !model_reachable(model, id, other);
}

/* The stop comes with the last PFAIL that takes the reachable voters below the quorum. */
static void set_write_stop(Model *model, HostId id)
{
    const TraceState *state = &model->state;
    const HostState *process = &state->hosts.items[id];
    SimSpan timeout = timeout_of(process);
    uint32_t size = 0, reachable = 0, count = 0;
    Due dues[NODES_MAX];
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        const Belief *belief = state_belief(state, id, (NodeId)node);
        if (!(belief->flags & FLAG_PRIMARY) || belief->slots == SLOTS_EMPTY) continue;
        size++;
        if (belief->flags & (FLAG_PFAIL | FLAG_FAIL)) continue;
        reachable++;
        HostId other = state->nodes.items[node].host;
        if (other == id || !cannot_answer(model, id, other)) continue;
        dues[count++] = (Due){.at = due_of(belief, timeout), .peer = (NodeId)node};
    }
    uint32_t quorum = size / 2 + 1;
    if (reachable < quorum) return;
    uint32_t needed = reachable - quorum + 1;
    if (needed > count) return;
    if (count > 1) qsort(dues, count, sizeof(*dues), by_time);
    const Due *last = &dues[needed - 1];
    set(&model->hosts.items[id], DEADLINE_WRITE_STOP, last->at - timeout, last->at, last->peer);
    Island *island = &model->islands.items[model->hosts.items[id].island];
    if (last->at > island->write_stop) island->write_stop = last->at;
}

/* When the last cut that is in force fell. */
static SimTime last_cut(const Model *model)
{
    const Marks *marks = &model->cache->history.marks[MARK_RULE];
    for (uint32_t i = marks_until(marks, model->state.seq); i > 0; i--) {
        const RuleTrack *track = &model->cache->history.rules.items[marks->items[i - 1].value];
        bool ended = track->end_seq != 0 && track->end_seq <= model->state.seq;
        if (track->rule.cut && !ended) return track->time;
    }
    return model->time;
}

/* Without pings in the trace: the last suspicion comes at most 1.5 T after the cut. */
static void set_latest_stop(Model *model, HostId id, SimTime cut)
{
    HostModel *host = &model->hosts.items[id];
    Island *island = &model->islands.items[host->island];
    if (model->islands.count < 2 || island->has_majority) return;
    SimSpan timeout = timeout_of(&model->state.hosts.items[id]);
    SimTime at = cut + timeout + timeout / 2;
    set(host, DEADLINE_WRITE_STOP, cut, at, NODE_NONE);
    host->deadline_at_latest = true;
    if (at > island->write_stop) island->write_stop = at;
}

void model_derive_deadlines(Model *model)
{
    bool pings = trace_header(model->trace)->level >= 2 && model->hosts.count <= PING_HOSTS_MAX;
    SimTime cut = !pings && model->islands.count > 1 ? last_cut(model) : 0;
    for (uint32_t i = 0; i < model->islands.count; i++) model->islands.items[i].write_stop = 0;
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        HostModel *host = &model->hosts.items[i];
        set(host, DEADLINE_NONE, 0, 0, NODE_NONE);
        host->deadline_at_latest = false;
        if (model->state.hosts.items[i].status != PROCESS_RUNNING) continue;
        if (set_election(model, (HostId)i)) continue;
        if (host->accepts && pings) set_write_stop(model, (HostId)i);
        else if (host->accepts) set_latest_stop(model, (HostId)i, cut);
        if (host->deadline == DEADLINE_NONE && pings) set_pong(model, (HostId)i);
    }
}
