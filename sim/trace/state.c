/* state.c -- tables of a TraceState: growing, copying, and who can reach whom.
 *
 * The matrix of beliefs always covers hosts.count x nodes.count, and every cell in there is either
 * a belief or blank; what lies beyond (spare capacity) may hold anything. */
#include "sim/trace/state.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "sim/trace/state_tables.h"

#include <string.h>

void state_init(TraceState *state, Mem *mem)
{
    *state = (TraceState){.mem = mem};
    state->slots = bitpool_create(mem, SLOT_COUNT);
    array_push(mem, &state->addrs, (AddrState){0}); /* ADDR_NONE */
}

void state_drop_hosts(TraceState *state, uint32_t kept)
{
    for (uint32_t i = kept; i < state->hosts.count; i++) {
        array_deinit(state->mem, &state->hosts.items[i].reports);
        array_deinit(state->mem, &state->hosts.items[i].handshakes);
        array_deinit(state->mem, &state->hosts.items[i].open_slots);
    }
    if (kept < state->hosts.count) state->hosts.count = kept;
}

static size_t beliefs_size(const TraceState *state)
{
    return (size_t)state->host_stride * state->node_stride * sizeof(Belief);
}

void state_deinit(TraceState *state)
{
    Mem *mem = state->mem;
    state_drop_hosts(state, 0);
    array_deinit(mem, &state->addrs);
    array_deinit(mem, &state->nodes);
    array_deinit(mem, &state->hosts);
    array_deinit(mem, &state->rules);
    array_deinit(mem, &state->flights);
    bitpool_destroy(state->slots);
    mem_free(mem, state->beliefs, beliefs_size(state));
    *state = (TraceState){0};
}

void state_reset(TraceState *state)
{
    TraceState old = *state;
    state_drop_hosts(&old, 0);
    state_trim_slots(&old, 1);
    *state = (TraceState){.mem = old.mem, .slots = old.slots};
    state->addrs = old.addrs;
    state->addrs.count = 1; /* ADDR_NONE */
    state->nodes = old.nodes;
    state->nodes.count = 0;
    state->hosts = old.hosts;
    state->rules = old.rules;
    state->rules.count = 0;
    state->flights = old.flights;
    state->flights.count = 0;
    state->beliefs = old.beliefs;
    state->host_stride = old.host_stride;
    state->node_stride = old.node_stride;
}

/* --- growing --- */

static Belief *row_of(const TraceState *state, uint32_t host)
{
    return state->beliefs + (size_t)host * state->node_stride;
}

static void blank_cells(Belief *cells, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) cells[i] = belief_blank();
}

/* Moves the matrix into one of the given strides; the cells in use keep their places. */
static void reshape(TraceState *state, uint32_t host_stride, uint32_t node_stride)
{
    TraceState old = *state;
    state->host_stride = host_stride;
    state->node_stride = node_stride;
    state->beliefs = mem_alloc(state->mem, beliefs_size(state));
    if (old.nodes.count > 0) {
        for (uint32_t i = 0; i < old.hosts.count; i++) {
            memcpy(row_of(state, i), row_of(&old, i), old.nodes.count * sizeof(Belief));
        }
    }
    mem_free(state->mem, old.beliefs, beliefs_size(&old));
}

/* As asked for the first time, then a quarter more, so that adding one by one reshapes rarely. */
static uint32_t stride_for(uint32_t stride, uint32_t needed)
{
    if (needed <= stride) return stride;
    return stride == 0 ? needed : needed + needed / 4 + 4;
}

void state_cover(TraceState *state, uint32_t host_count, uint32_t node_count)
{
    SIM_ASSERT((uint64_t)host_count * node_count <= BELIEF_CELLS_MAX);
    if (host_count <= state->host_stride && node_count <= state->node_stride) return;

    uint32_t host_stride = stride_for(state->host_stride, host_count);
    uint32_t node_stride = stride_for(state->node_stride, node_count);
    if ((uint64_t)host_stride * node_stride > BELIEF_CELLS_MAX) {
        host_stride = host_count;
        node_stride = node_count;
    }
    reshape(state, host_stride, node_stride);
}

HostState *state_need_host(TraceState *state, HostId host)
{
    SIM_ASSERT(host < HOSTS_MAX);
    if (host >= state->hosts.count) {
        state_cover(state, (uint32_t)host + 1, state->nodes.count);
        while (state->hosts.count <= host) {
            if (state->nodes.count > 0) {
                blank_cells(row_of(state, state->hosts.count), state->nodes.count);
            }
            HostState row = {.node = NODE_NONE, .repl_primary = NODE_NONE, .slow_permille = 1000};
            array_push(state->mem, &state->hosts, row);
        }
    }
    return &state->hosts.items[host];
}

NodeState *state_need_node(TraceState *state, NodeId node)
{
    SIM_ASSERT(node < NODES_MAX);
    if (node >= state->nodes.count) {
        uint32_t added = (uint32_t)node + 1 - state->nodes.count;
        state_cover(state, state->hosts.count, (uint32_t)node + 1);
        for (uint32_t i = 0; i < state->hosts.count; i++) {
            blank_cells(row_of(state, i) + state->nodes.count, added);
        }
        while (state->nodes.count <= node) {
            array_push(state->mem, &state->nodes, (NodeState){.host = HOST_NONE});
        }
    }
    return &state->nodes.items[node];
}

AddrState *state_need_addr(TraceState *state, AddrId addr)
{
    SIM_ASSERT(addr < ADDRS_MAX);
    while (state->addrs.count <= addr) array_push(state->mem, &state->addrs, (AddrState){0});
    return &state->addrs.items[addr];
}

Belief *state_need_belief(TraceState *state, HostId host, NodeId node)
{
    state_need_host(state, host);
    state_need_node(state, node);
    return row_of(state, host) + node;
}

/* --- copying --- */

/* A pool cannot forget: to do so, make a new one with the first `kept` sets. */
static void forget_slots(TraceState *state, uint32_t kept)
{
    BitPool *old = state->slots;
    state->slots = bitpool_create(state->mem, SLOT_COUNT);
    for (uint32_t i = 1; i < kept; i++) {
        uint32_t id = bitpool_intern(state->slots, bitpool_words(old, i));
        SIM_ASSERT(id == i);
    }
    bitpool_destroy(old);
}

bool state_set_slots(TraceState *state, SlotsId id, const uint64_t *words)
{
    if (id < bitpool_count(state->slots)) {
        if (memcmp(bitpool_words(state->slots, id), words, SLOT_COUNT / 8) == 0) return true;
        if (id == SLOTS_EMPTY) return false;
        forget_slots(state, id);
    }
    return bitpool_intern(state->slots, words) == id;
}

void state_trim_slots(TraceState *state, uint32_t count)
{
    SIM_ASSERT(count >= 1);
    SIM_ASSERT(count <= bitpool_count(state->slots));
    if (count < bitpool_count(state->slots)) forget_slots(state, count);
}

static void copy_slots(TraceState *to, const TraceState *from)
{
    uint32_t count = bitpool_count(from->slots);
    for (uint32_t i = 0; i < count; i++) {
        bool set = state_set_slots(to, i, bitpool_words(from->slots, i));
        SIM_ASSERT(set);
    }
    state_trim_slots(to, count);
}

#define COPY_ARRAY(mem, to, from)                                                                  \
    do {                                                                                           \
        array_reserve((mem), (to), (from)->count);                                                 \
        if ((from)->count > 0) {                                                                   \
            memcpy((to)->items, (from)->items, (from)->count * sizeof(*(from)->items));            \
        }                                                                                          \
        (to)->count = (from)->count;                                                               \
    } while (false)

static void copy_hosts(TraceState *to, const TraceState *from)
{
    state_drop_hosts(to, from->hosts.count);
    while (to->hosts.count < from->hosts.count) {
        array_push(to->mem, &to->hosts, (HostState){.node = NODE_NONE});
    }
    for (uint32_t i = 0; i < from->hosts.count; i++) {
        const HostState *source = &from->hosts.items[i];
        HostState *target = &to->hosts.items[i];
        HostState kept = *target; /* its arrays */
        *target = *source;
        target->reports = kept.reports;
        target->handshakes = kept.handshakes;
        target->open_slots = kept.open_slots;
        COPY_ARRAY(to->mem, &target->reports, &source->reports);
        COPY_ARRAY(to->mem, &target->handshakes, &source->handshakes);
        COPY_ARRAY(to->mem, &target->open_slots, &source->open_slots);
    }
}

static void copy_counters(TraceState *to, const TraceState *from)
{
    to->seq = from->seq;
    to->time = from->time;
    to->title_seq = from->title_seq;
    to->step_seq = from->step_seq;
    to->say_seq = from->say_seq;
    to->predict_seq = from->predict_seq;
    to->predicted_seq = from->predicted_seq;
    to->expect_held = from->expect_held;
    to->expect_failed = from->expect_failed;
}

void state_copy(TraceState *to, const TraceState *from)
{
    SIM_ASSERT(to != from);

    to->nodes.count = 0; /* nothing of the old matrix is worth moving */
    state_cover(to, from->hosts.count, from->nodes.count);
    copy_hosts(to, from);
    COPY_ARRAY(to->mem, &to->addrs, &from->addrs);
    COPY_ARRAY(to->mem, &to->nodes, &from->nodes);
    COPY_ARRAY(to->mem, &to->rules, &from->rules);
    COPY_ARRAY(to->mem, &to->flights, &from->flights);
    if (from->nodes.count > 0) {
        for (uint32_t i = 0; i < from->hosts.count; i++) {
            memcpy(row_of(to, i), row_of(from, i), from->nodes.count * sizeof(Belief));
        }
    }
    copy_slots(to, from);
    copy_counters(to, from);
}

/* --- the network --- */

bool state_reachable(const TraceState *state, HostId a, HostId b)
{
    SIM_ASSERT(a < state->hosts.count);
    SIM_ASSERT(b < state->hosts.count);
    if (a == b) return true;

    for (uint32_t i = 0; i < state->rules.count; i++) {
        const NetRuleState *rule = &state->rules.items[i];
        if (!rule->cut) continue;
        if (bitset_has(rule->from, a) && bitset_has(rule->to, b)) return false;
        if (!rule->oneway && bitset_has(rule->from, b) && bitset_has(rule->to, a)) return false;
    }
    return true;
}
