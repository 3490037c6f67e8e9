/* equal.c -- compares two states and names the first difference (docs/determinism.md).
 *
 * One line a field; the functions stop at the first that differs. `Compare` says where we are. */
#include "sim/trace/state.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <string.h>

typedef struct Compare {
    const TraceState *a;
    Text *why;       /* may be NULL */
    HostId host;     /* HOST_NONE outside a host's row */
    NodeId node;     /* NODE_NONE outside a belief */
    const char *row; /* "flight", "address", ... or NULL */
    uint32_t number; /* of that row */
} Compare;

static void say_place(const Compare *compare)
{
    Text *why = compare->why;
    if (compare->host != HOST_NONE) {
        text_append(why, "host %s: ", compare->a->hosts.items[compare->host].name);
    }
    if (compare->node != NODE_NONE) text_append(why, "belief of node %u: ", compare->node);
    if (compare->row) text_append(why, "%s %" PRIu32 ": ", compare->row, compare->number);
}

static bool same(const Compare *compare, const char *field, uint64_t a, uint64_t b)
{
    if (a == b) return true;
    if (!compare->why) return false;
    say_place(compare);
    text_append(compare->why, "%s is %" PRIu64 " in one and %" PRIu64 " in the other", field, a, b);
    return false;
}

static bool same_bytes(const Compare *compare, const char *field, const void *a, const void *b,
                       size_t size)
{
    if (size == 0 || memcmp(a, b, size) == 0) return true;
    if (!compare->why) return false;
    say_place(compare);
    text_append(compare->why, "%s differs", field);
    return false;
}

#define SAME(field)       same(compare, #field, a->field, b->field)
#define SAME_BYTES(field) same_bytes(compare, #field, a->field, b->field, sizeof(a->field))

static bool same_counters(Compare *compare, const TraceState *a, const TraceState *b)
{
    return SAME(seq) && SAME(time) && SAME(title_seq) && SAME(step_seq) && SAME(say_seq) &&
           SAME(predict_seq) && SAME(predicted_seq) && SAME(expect_held) && SAME(expect_failed) &&
           SAME(addrs.count) && SAME(nodes.count) && SAME(hosts.count) && SAME(rules.count) &&
           SAME(flights.count);
}

static bool same_addr(Compare *compare, const AddrState *a, const AddrState *b)
{
    return SAME(ip) && SAME(port) && SAME(bus_port);
}

static bool same_node(Compare *compare, const NodeState *a, const NodeState *b)
{
    return SAME_BYTES(id) && SAME(host);
}

static bool same_rule(Compare *compare, const NetRuleState *a, const NetRuleState *b)
{
    return SAME(rule) && SAME(oneway) && SAME(cut) && SAME(loss_ppm) && SAME(latency) &&
           SAME(jitter) && SAME(bytes_per_s) && SAME_BYTES(from) && SAME_BYTES(to);
}

static bool same_flight(Compare *compare, const FlightState *a, const FlightState *b)
{
    return SAME(msg) && SAME(seq) && SAME(from) && SAME(to) && SAME(kind) && SAME(rare) &&
           SAME(bytes) && SAME(epoch) && SAME(sent) && SAME(due);
}

static bool same_definitions(Compare *compare, const TraceState *a, const TraceState *b)
{
    compare->row = "address";
    for (uint32_t i = 0; i < a->addrs.count; i++) {
        compare->number = i;
        if (!same_addr(compare, &a->addrs.items[i], &b->addrs.items[i])) return false;
    }
    compare->row = "node";
    for (uint32_t i = 0; i < a->nodes.count; i++) {
        compare->number = i;
        if (!same_node(compare, &a->nodes.items[i], &b->nodes.items[i])) return false;
    }
    compare->row = NULL;
    uint32_t count = bitpool_count(a->slots);
    if (!same(compare, "slots.count", count, bitpool_count(b->slots))) return false;
    compare->row = "slot set";
    for (uint32_t i = 0; i < count; i++) {
        compare->number = i;
        if (!same_bytes(compare, "its slots", bitpool_words(a->slots, i),
                        bitpool_words(b->slots, i), SLOT_COUNT / 8)) {
            return false;
        }
    }
    compare->row = NULL;
    return true;
}

static bool same_network(Compare *compare, const TraceState *a, const TraceState *b)
{
    compare->row = "network rule";
    for (uint32_t i = 0; i < a->rules.count; i++) {
        compare->number = i;
        if (!same_rule(compare, &a->rules.items[i], &b->rules.items[i])) return false;
    }
    compare->row = "flight";
    for (uint32_t i = 0; i < a->flights.count; i++) {
        compare->number = i;
        if (!same_flight(compare, &a->flights.items[i], &b->flights.items[i])) return false;
    }
    compare->row = NULL;
    return true;
}

static bool same_reports(Compare *compare, const HostState *a, const HostState *b)
{
    if (!SAME(reports.count)) return false;
    compare->row = "report";
    for (uint32_t i = 0; i < a->reports.count; i++) {
        compare->number = i;
        if (!same(compare, "peer", a->reports.items[i].peer, b->reports.items[i].peer) ||
            !same(compare, "reporter", a->reports.items[i].reporter,
                  b->reports.items[i].reporter)) {
            return false;
        }
    }
    compare->row = NULL;
    return true;
}

static bool same_handshakes(Compare *compare, const HostState *host_a, const HostState *host_b)
{
    if (!same(compare, "handshakes.count", host_a->handshakes.count, host_b->handshakes.count)) {
        return false;
    }
    compare->row = "handshake";
    for (uint32_t i = 0; i < host_a->handshakes.count; i++) {
        const HandshakeState *a = &host_a->handshakes.items[i];
        const HandshakeState *b = &host_b->handshakes.items[i];
        compare->number = i;
        if (!(SAME(handshake) && SAME(addr) && SAME_BYTES(id))) return false;
    }
    compare->row = NULL;
    return true;
}

static bool same_open_slots(Compare *compare, const HostState *host_a, const HostState *host_b)
{
    if (!same(compare, "open_slots.count", host_a->open_slots.count, host_b->open_slots.count)) {
        return false;
    }
    compare->row = "open slot";
    for (uint32_t i = 0; i < host_a->open_slots.count; i++) {
        const OpenSlotState *a = &host_a->open_slots.items[i];
        const OpenSlotState *b = &host_b->open_slots.items[i];
        compare->number = i;
        if (!(SAME(slot) && SAME(peer) && SAME(importing) && SAME(keys))) return false;
    }
    compare->row = NULL;
    return true;
}

static bool same_host(Compare *compare, const HostState *a, const HostState *b)
{
    return SAME_BYTES(name) && SAME_BYTES(zone) && SAME(addr) && SAME(node_timeout_ms) &&
           SAME(status) && SAME(node) && SAME(slow_permille) && SAME(since) && SAME(state) &&
           SAME(size) && SAME(current_epoch) && SAME(last_vote_epoch) && SAME(auth_ms) &&
           SAME(auth_epoch) && SAME(votes) && SAME(rank) && SAME(auth_sent) && SAME(repl) &&
           SAME(repl_primary) && SAME(repl_offset) && same_reports(compare, a, b) &&
           same_handshakes(compare, a, b) && same_open_slots(compare, a, b);
}

static bool same_belief(Compare *compare, const Belief *a, const Belief *b)
{
    return SAME(known) && SAME(flags) && SAME(epoch) && SAME(slots) && SAME(primary) &&
           SAME(addr) && SAME(up) && SAME(link) && SAME(ping_ms) && SAME(pong_ms) && SAME(offset);
}

static bool same_beliefs(Compare *compare, const TraceState *a, const TraceState *b)
{
    for (uint32_t node = 0; node < a->nodes.count; node++) {
        compare->node = (NodeId)node;
        if (!same_belief(compare, state_belief(a, compare->host, compare->node),
                         state_belief(b, compare->host, compare->node))) {
            return false;
        }
    }
    compare->node = NODE_NONE;
    return true;
}

bool state_equal(const TraceState *a, const TraceState *b, Text *why)
{
    Compare compare = {.a = a, .why = why, .host = HOST_NONE, .node = NODE_NONE};
    if (!same_counters(&compare, a, b)) return false;
    if (!same_definitions(&compare, a, b)) return false;
    for (uint32_t host = 0; host < a->hosts.count; host++) {
        compare.host = (HostId)host;
        if (!same_host(&compare, &a->hosts.items[host], &b->hosts.items[host])) return false;
        if (!same_beliefs(&compare, a, b)) return false;
    }
    compare.host = HOST_NONE;
    return same_network(&compare, a, b);
}
