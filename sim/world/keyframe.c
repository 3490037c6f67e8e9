/* keyframe.c -- the truth as a TraceState, made from the processes themselves and never from the
 * records, so that comparing it with the fold of the records is a check of both
 * (docs/determinism.md). */
#include "sim/cluster/failure.h"
#include "sim/cluster/peers.h"
#include "sim/world/world.h"

#include <stdlib.h>
#include <string.h>

static void copy_definitions(const Sim *sim, TraceState *state)
{
    for (uint32_t i = 1; i < sim->addrs.count; i++)
        *state_need_addr(state, i) = sim->addrs.items[i];
    for (uint32_t i = 0; i < sim->directory.nodes.count; i++) {
        const NodeEntry *entry = &sim->directory.nodes.items[i];
        NodeState *node = state_need_node(state, (NodeId)i);
        memcpy(node->id, entry->id, NODE_ID_SIZE);
        node->host = entry->host;
    }
    for (uint32_t i = 1; i < sim->slots_defined; i++) {
        uint32_t id = bitpool_intern(state->slots, bitpool_words(sim->slots, i));
        SIM_ASSERT(id == i);
    }
}

static int compare_reports(const void *a, const void *b)
{
    const Report *left = a, *right = b;
    if (left->peer != right->peer) return left->peer < right->peer ? -1 : 1;
    if (left->reporter != right->reporter) return left->reporter < right->reporter ? -1 : 1;
    return 0;
}

static int compare_handshakes(const void *a, const void *b)
{
    const HandshakeState *left = a, *right = b;
    if (left->handshake == right->handshake) return 0;
    return left->handshake < right->handshake ? -1 : 1;
}

static void copy_lists(const Host *host, HostState *to, Mem *mem)
{
    const Node *node = host->node;
    FailReports reports = {0};
    failure_list_reports(node, &reports, NULL);
    for (uint32_t i = 0; i < reports.count; i++) {
        const FailReport *report = &reports.items[i];
        array_push(mem, &to->reports, (Report){.peer = report->peer, .reporter = report->reporter});
    }
    array_deinit(NULL, &reports);
    for (uint32_t i = 0; i < node->handshakes.count; i++) {
        const Peer *peer = &node->handshakes.items[i];
        if (!peer->used) continue;
        HandshakeState entry = {.addr = peer->addr};
        node_handshake_name(node, (PeerRef)(PEER_HANDSHAKE + i), &entry.handshake, entry.id);
        array_push(mem, &to->handshakes, entry);
    }
    open_slots_list(host, mem, &to->open_slots);
    if (to->reports.count)
        qsort(to->reports.items, to->reports.count, sizeof(Report), compare_reports);
    if (to->handshakes.count) {
        qsort(to->handshakes.items, to->handshakes.count, sizeof(HandshakeState),
              compare_handshakes);
    }
}

/* What a process believes of itself, without the lists. */
static void copy_self(const Sim *sim, const Host *host, HostState *to)
{
    const Node *node = host->node;
    const Election *election = &node->election;
    NodeFacts facts;
    repl_facts(host->repl, &facts);
    to->state = node->state;
    to->size = node->size;
    to->current_epoch = node->current_epoch;
    to->last_vote_epoch = node->last_vote_epoch;
    to->auth_ms = election->auth_ms;
    to->auth_epoch = election->epoch;
    to->votes = election->votes;
    to->rank = election->rank;
    to->auth_sent = election->sent;
    to->repl = repl_state(host->repl);
    to->repl_primary = repl_primary(host->repl);
    to->repl_offset = sim->config.trace_level >= 2 ? facts.repl_offset : 0;
}

static void copy_host(const Sim *sim, const Host *host, HostState *to)
{
    memcpy(to->name, host->name, sizeof(to->name));
    memcpy(to->zone, host->zone, sizeof(to->zone));
    to->addr = host->addr;
    to->node_timeout_ms = host->config.node_timeout_ms;
    to->status = host->status;
    to->node = host->identity;
    to->slow_permille = host->slow_permille;
    to->since = host->since;
    to->repl_primary = NODE_NONE;
    if (host_has_process(host)) copy_self(sim, host, to);
}

static void copy_belief(const Sim *sim, const Node *node, NodeId peer_id, Belief *to)
{
    const Peer *peer = &node->peers[peer_id];
    to->known = true;
    to->epoch = peer->epoch;
    to->slots = peer->slots;
    to->addr = peer->addr;
    to->flags = peer->flags;
    to->primary = peer->primary;
    to->up = peer->link_state == PLINK_CONNECTED;
    if (sim->config.trace_level < 2) return;
    to->ping_ms = peer->ping_sent_ms;
    to->pong_ms = peer_pong_ms(node, peer_id);
    to->offset = peer->offset;
    to->link = peer->link_state;
}

static void copy_beliefs(const Sim *sim, const Host *host, HostId number, TraceState *state)
{
    const Node *node = host->node;
    Belief *row = state_need_belief(state, number, 0); /* every identity has its place already */
    for (uint32_t i = 0; i < node->known.count; i++) {
        PeerRef ref = node->known.items[i];
        if (!(ref & PEER_HANDSHAKE)) copy_belief(sim, node, ref, &row[ref]);
    }
}

static int compare_flights(const void *a, const void *b)
{
    const FlightState *left = a, *right = b;
    if (left->msg == right->msg) return 0;
    return left->msg < right->msg ? -1 : 1;
}

static void copy_network(const Sim *sim, TraceState *state)
{
    for (uint32_t i = 0; i < sim->rules.count; i++) {
        const NetRule *rule = &sim->rules.items[i];
        NetRuleState to = {.rule = rule->id,
                           .oneway = rule->oneway,
                           .cut = rule->cut,
                           .loss_ppm = rule->loss_ppm,
                           .latency = rule->latency,
                           .jitter = rule->jitter,
                           .bytes_per_s = rule->bytes_per_s};
        memcpy(to.from, rule->from, sizeof(to.from));
        memcpy(to.to, rule->to, sizeof(to.to));
        array_push(state->mem, &state->rules, to);
    }
    for (uint32_t i = 0; i < sim->flights.count; i++) {
        const Flight *flight = &sim->flights.items[i];
        if (flight->number == 0) continue;
        FlightState to = {.msg = flight->number,
                          .seq = flight->seq,
                          .from = flight->from,
                          .to = flight->to,
                          .kind = flight->kind,
                          .rare = flight->rare,
                          .bytes = flight->bytes,
                          .epoch = flight->epoch,
                          .sent = flight->sent,
                          .due = flight->due};
        array_push(state->mem, &state->flights, to);
    }
    if (state->flights.count) {
        qsort(state->flights.items, state->flights.count, sizeof(FlightState), compare_flights);
    }
}

void sim_truth(Sim *sim, TraceState *state)
{
    state_cover(state, sim->hosts.count, sim->directory.nodes.count); /* all at once */
    copy_definitions(sim, state);
    for (uint32_t i = 0; i < sim->hosts.count; i++) {
        HostId number = (HostId)i;
        copy_host(sim, &sim->hosts.items[i], state_need_host(state, number));
    }
    for (uint32_t i = 0; i < sim->hosts.count; i++) {
        const Host *host = &sim->hosts.items[i];
        if (!host_has_process(host)) continue;
        copy_lists(host, state_need_host(state, (HostId)i), state->mem);
        copy_beliefs(sim, host, (HostId)i, state);
    }
    copy_network(sim, state);
    state->seq = trace_count(sim->trace);
    state->time = sim->last_record;
    state->title_seq = sim->story.title;
    state->step_seq = sim->story.step;
    state->say_seq = sim->story.say;
    state->predict_seq = sim->story.predict;
    state->predicted_seq = sim->story.predicted;
    state->expect_held = sim->story.held;
    state->expect_failed = sim->story.failed;
}

void sim_add_keyframe(Sim *sim)
{
    TraceState *state = trace_blank_state(sim->trace);
    sim_truth(sim, state);
    trace_add_keyframe(sim->trace, state);
}
