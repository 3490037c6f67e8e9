/* keyframe.c -- a TraceState as bytes and back (docs/trace.md §5).
 *
 * Counters, hosts, beliefs, network rules, flights, in this order. The
 * matrix of beliefs is by far the largest part and is in beliefs.c. */
#include "sim/trace/keyframe.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "sim/trace/beliefs.h"
#include "sim/trace/state_tables.h"

#include <string.h>

/* --- sets --- */

void keyframe_put_set(ByteWriter *out, const uint64_t *words, uint32_t bits)
{
    uint32_t runs = 0;
    for (uint32_t at = bitset_next(words, bits, 0); at < bits; runs++) {
        at = bitset_next(words, bits, bitset_next_clear(words, bits, at));
    }
    bytes_put_varint(out, runs);
    uint32_t end = 0;
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t start = bitset_next(words, bits, end);
        bytes_put_varint(out, start - end);
        end = bitset_next_clear(words, bits, start);
        bytes_put_varint(out, end - start);
    }
}

bool keyframe_get_set(ByteReader *reader, uint64_t *words, uint32_t bits)
{
    memset(words, 0, BITSET_WORDS(bits) * sizeof(uint64_t));
    uint64_t runs = bytes_get_varint(reader);
    if (runs > bits) return false;
    uint64_t end = 0;
    for (uint64_t i = 0; i < runs; i++) {
        uint64_t gap = bytes_get_varint(reader);
        uint64_t length = bytes_get_varint(reader);
        if (reader->failed || gap > bits || length < 1 || length > bits) return false;
        if (end + gap + length > bits) return false;
        for (uint64_t bit = end + gap; bit < end + gap + length; bit++) {
            bitset_add(words, (uint32_t)bit);
        }
        end += gap + length;
    }
    return !reader->failed;
}

/* --- small pieces --- */

/* A number of at most `max`; a larger one fails the reader. */
static uint64_t get_bounded(ByteReader *reader, uint64_t max)
{
    uint64_t value = bytes_get_varint(reader);
    if (value <= max) return value;
    reader->failed = true;
    return 0;
}

/* How many rows follow, each of at least `size` bytes. */
static uint32_t get_count(ByteReader *reader, uint32_t max, size_t size)
{
    uint64_t count = get_bounded(reader, max);
    if (count <= (reader->size - reader->at) / size) return (uint32_t)count;
    reader->failed = true;
    return 0;
}

/* Ids are stored plus one, so that "none" (all ones) is 0. */
static void put_id(ByteWriter *out, uint16_t id)
{
    bytes_put_varint(out, (uint16_t)(id + 1));
}

static uint16_t get_id(ByteReader *reader)
{
    return (uint16_t)(get_bounded(reader, UINT16_MAX) - 1);
}

static void put_name(ByteWriter *out, const char *name)
{
    bytes_put_text(out, name, (uint32_t)strlen(name));
}

static void get_name(ByteReader *reader, char *name, uint32_t capacity)
{
    uint32_t size;
    const char *chars = bytes_get_text(reader, &size);
    if (size >= capacity) {
        reader->failed = true;
        return;
    }
    memset(name, 0, capacity);
    memcpy(name, chars, size);
}

static void put_raw_id(ByteWriter *out, const char *id)
{
    bytes_put_raw(out, id, NODE_ID_SIZE);
}

static void get_raw_id(ByteReader *reader, char *id)
{
    if (reader->failed || reader->size - reader->at < NODE_ID_SIZE) {
        reader->failed = true;
        return;
    }
    memcpy(id, reader->bytes + reader->at, NODE_ID_SIZE);
    reader->at += NODE_ID_SIZE;
}

/* --- counters --- */

static void put_counters(const TraceState *state, ByteWriter *out)
{
    bytes_put_varint(out, state->seq);
    bytes_put_varint(out, state->time);
    bytes_put_varint(out, state->title_seq);
    bytes_put_varint(out, state->step_seq);
    bytes_put_varint(out, state->say_seq);
    bytes_put_varint(out, state->predict_seq);
    bytes_put_varint(out, state->predicted_seq);
    bytes_put_varint(out, state->expect_held);
    bytes_put_varint(out, state->expect_failed);
}

static void get_counters(ByteReader *reader, TraceState *state)
{
    state->seq = bytes_get_varint(reader);
    state->time = get_bounded(reader, SIM_TIME_MAX);
    state->title_seq = bytes_get_varint(reader);
    state->step_seq = bytes_get_varint(reader);
    state->say_seq = bytes_get_varint(reader);
    state->predict_seq = bytes_get_varint(reader);
    state->predicted_seq = bytes_get_varint(reader);
    state->expect_held = (uint32_t)get_bounded(reader, UINT32_MAX);
    state->expect_failed = (uint32_t)get_bounded(reader, UINT32_MAX);
}

/* --- hosts --- */

static void put_reports(const HostState *host, ByteWriter *out)
{
    bytes_put_varint(out, host->reports.count);
    NodeId peer = 0;
    for (uint32_t i = 0; i < host->reports.count; i++) {
        Report report = host->reports.items[i];
        SIM_ASSERT(report.peer >= peer);
        bytes_put_varint(out, (uint32_t)(report.peer - peer));
        bytes_put_varint(out, report.reporter);
        peer = report.peer;
    }
}

static void get_reports(ByteReader *reader, TraceState *state, HostState *host)
{
    uint32_t count = get_count(reader, REPORTS_MAX, 2);
    array_clear(&host->reports);
    array_reserve(state->mem, &host->reports, count);
    uint64_t peer = 0;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        peer += get_bounded(reader, UINT16_MAX);
        uint64_t reporter = get_bounded(reader, UINT16_MAX);
        Report report = {(NodeId)peer, (NodeId)reporter};
        array_push(state->mem, &host->reports, report);
    }
}

static void put_handshakes(const HostState *host, ByteWriter *out)
{
    bytes_put_varint(out, host->handshakes.count);
    for (uint32_t i = 0; i < host->handshakes.count; i++) {
        const HandshakeState *handshake = &host->handshakes.items[i];
        bytes_put_varint(out, handshake->handshake);
        bytes_put_varint(out, handshake->addr);
        put_raw_id(out, handshake->id);
    }
}

static void get_handshakes(ByteReader *reader, TraceState *state, HostState *host)
{
    uint32_t count = get_count(reader, HANDSHAKES_MAX, 2 + NODE_ID_SIZE);
    array_clear(&host->handshakes);
    array_reserve(state->mem, &host->handshakes, count);
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        HandshakeState handshake = {.handshake = (uint32_t)get_bounded(reader, UINT32_MAX)};
        handshake.addr = (AddrId)get_bounded(reader, UINT32_MAX);
        get_raw_id(reader, handshake.id);
        array_push(state->mem, &host->handshakes, handshake);
    }
}

/* Few hosts have slots under migration; those that do say so beside their status. */
#define WITH_OPEN_SLOTS 4u
#define CLIENT_STATUS   8u /* PROCESS_NEVER */

static void put_open_slots(const HostState *host, ByteWriter *out)
{
    if (host->open_slots.count == 0) return;
    bytes_put_varint(out, host->open_slots.count);
    for (uint32_t i = 0; i < host->open_slots.count; i++) {
        const OpenSlotState *mark = &host->open_slots.items[i];
        bytes_put_varint(out, (uint32_t)mark->slot * 2 + (mark->importing ? 1 : 0));
        put_id(out, mark->peer);
        bytes_put_varint(out, mark->keys);
    }
}

static void get_open_slots(ByteReader *reader, TraceState *state, HostState *host)
{
    uint32_t count = get_count(reader, OPEN_SLOTS_MAX, 3);
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        uint64_t key = get_bounded(reader, OPEN_SLOTS_MAX - 1);
        OpenSlotState mark = {.slot = (uint16_t)(key / 2), .importing = key % 2 == 1};
        mark.peer = get_id(reader);
        mark.keys = (uint32_t)get_bounded(reader, UINT32_MAX);
        array_push(state->mem, &host->open_slots, mark);
    }
}

static void put_host(const HostState *host, ByteWriter *out)
{
    put_name(out, host->name);
    put_name(out, host->zone);
    bytes_put_varint(out, host->addr);
    bytes_put_varint(out, host->node_timeout_ms);
    uint32_t open = host->open_slots.count > 0 ? WITH_OPEN_SLOTS : 0;
    bool is_client = host->status == PROCESS_NEVER;
    bytes_put_varint(out, is_client ? CLIENT_STATUS : (uint32_t)host->status + open);
    put_id(out, host->node);
    bytes_put_varint(out, host->slow_permille);
    bytes_put_varint(out, host->since);
    bytes_put_varint(out, (uint64_t)host->state);
    bytes_put_varint(out, host->size);
    bytes_put_varint(out, host->current_epoch);
    bytes_put_varint(out, host->last_vote_epoch);
    bytes_put_varint(out, host->auth_ms);
    bytes_put_varint(out, host->auth_epoch);
    bytes_put_varint(out, host->votes);
    bytes_put_varint(out, host->rank);
    bytes_put_varint(out, host->auth_sent);
    bytes_put_varint(out, (uint64_t)host->repl);
    put_id(out, host->repl_primary);
    bytes_put_varint(out, host->repl_offset);
    put_reports(host, out);
    put_handshakes(host, out);
    put_open_slots(host, out);
}

static void get_host(ByteReader *reader, TraceState *state, HostState *host)
{
    get_name(reader, host->name, sizeof(host->name));
    get_name(reader, host->zone, sizeof(host->zone));
    host->addr = (AddrId)get_bounded(reader, UINT32_MAX);
    host->node_timeout_ms = (uint32_t)get_bounded(reader, UINT32_MAX);
    uint64_t status = get_bounded(reader, CLIENT_STATUS);
    host->status = (ProcessStatus)(status % WITH_OPEN_SLOTS);
    if (status == CLIENT_STATUS) host->status = PROCESS_NEVER;
    host->node = get_id(reader);
    host->slow_permille = (uint32_t)get_bounded(reader, UINT32_MAX);
    host->since = get_bounded(reader, SIM_TIME_MAX);
    host->state = (ClusterState)get_bounded(reader, STATE_COUNT - 1);
    host->size = (uint16_t)get_bounded(reader, UINT16_MAX);
    host->current_epoch = bytes_get_varint(reader);
    host->last_vote_epoch = bytes_get_varint(reader);
    host->auth_ms = bytes_get_varint(reader);
    host->auth_epoch = bytes_get_varint(reader);
    host->votes = (uint16_t)get_bounded(reader, UINT16_MAX);
    host->rank = (uint16_t)get_bounded(reader, UINT16_MAX);
    host->auth_sent = get_bounded(reader, 1) == 1;
    host->repl = (ReplState)get_bounded(reader, REPL_COUNT - 1);
    host->repl_primary = get_id(reader);
    host->repl_offset = bytes_get_varint(reader);
    get_reports(reader, state, host);
    get_handshakes(reader, state, host);
    array_clear(&host->open_slots);
    bool has_open_slots = status >= WITH_OPEN_SLOTS && status < CLIENT_STATUS;
    if (has_open_slots) get_open_slots(reader, state, host);
}

static void get_hosts(ByteReader *reader, TraceState *state, uint32_t count)
{
    state_drop_hosts(state, count);
    while (state->hosts.count < count) {
        array_push(state->mem, &state->hosts, (HostState){.node = NODE_NONE});
    }
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        get_host(reader, state, &state->hosts.items[i]);
    }
}

/* --- network --- */

enum { RULE_ONEWAY = 1, RULE_CUT = 2 };

static void put_rules(const TraceState *state, ByteWriter *out)
{
    bytes_put_varint(out, state->rules.count);
    for (uint32_t i = 0; i < state->rules.count; i++) {
        const NetRuleState *rule = &state->rules.items[i];
        bytes_put_varint(out, rule->rule);
        bytes_put_varint(out, (rule->oneway ? RULE_ONEWAY : 0u) | (rule->cut ? RULE_CUT : 0u));
        bytes_put_varint(out, rule->loss_ppm);
        bytes_put_varint(out, rule->latency);
        bytes_put_varint(out, rule->jitter);
        bytes_put_varint(out, rule->bytes_per_s);
        keyframe_put_set(out, rule->from, HOSTS_MAX);
        keyframe_put_set(out, rule->to, HOSTS_MAX);
    }
}

static void get_rules(ByteReader *reader, TraceState *state)
{
    uint32_t count = get_count(reader, NET_RULES_MAX, 8);
    array_clear(&state->rules);
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        NetRuleState rule = {.rule = (uint32_t)get_bounded(reader, UINT32_MAX)};
        uint64_t bits = get_bounded(reader, RULE_ONEWAY | RULE_CUT);
        rule.oneway = (bits & RULE_ONEWAY) != 0;
        rule.cut = (bits & RULE_CUT) != 0;
        rule.loss_ppm = (uint32_t)get_bounded(reader, UINT32_MAX);
        rule.latency = bytes_get_varint(reader);
        rule.jitter = bytes_get_varint(reader);
        rule.bytes_per_s = bytes_get_varint(reader);
        bool read = keyframe_get_set(reader, rule.from, HOSTS_MAX) &&
                    keyframe_get_set(reader, rule.to, HOSTS_MAX);
        if (!read) reader->failed = true;
        array_push(state->mem, &state->rules, rule);
    }
}

static void put_flights(const TraceState *state, ByteWriter *out)
{
    bytes_put_varint(out, state->flights.count);
    uint64_t msg = 0;
    for (uint32_t i = 0; i < state->flights.count; i++) {
        const FlightState *flight = &state->flights.items[i];
        bytes_put_varint(out, flight->msg - msg);
        bytes_put_varint(out, flight->seq);
        put_id(out, flight->from);
        put_id(out, flight->to);
        bytes_put_varint(out, (uint32_t)flight->kind * 2 + (flight->rare ? 1 : 0));
        bytes_put_varint(out, flight->bytes);
        bytes_put_varint(out, flight->epoch);
        bytes_put_varint(out, flight->sent);
        bytes_put_varint(out, flight->due);
        msg = flight->msg;
    }
}

static void get_flights(ByteReader *reader, TraceState *state)
{
    uint32_t count = get_count(reader, FLIGHTS_MAX, 9);
    array_clear(&state->flights);
    array_reserve(state->mem, &state->flights, count);
    uint64_t msg = 0;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        msg += bytes_get_varint(reader);
        FlightState flight = {.msg = msg, .seq = bytes_get_varint(reader)};
        flight.from = get_id(reader);
        flight.to = get_id(reader);
        uint64_t kind = get_bounded(reader, 2 * MSG_COUNT - 1);
        flight.kind = (uint8_t)(kind / 2);
        flight.rare = kind % 2 == 1;
        flight.bytes = (uint32_t)get_bounded(reader, UINT32_MAX);
        flight.epoch = bytes_get_varint(reader);
        flight.sent = bytes_get_varint(reader);
        flight.due = bytes_get_varint(reader);
        array_push(state->mem, &state->flights, flight);
    }
}

/* --- the whole --- */

void keyframe_encode(const TraceState *state, ByteWriter *out)
{
    put_counters(state, out);
    bytes_put_varint(out, state->addrs.count);
    bytes_put_varint(out, state->nodes.count);
    bytes_put_varint(out, bitpool_count(state->slots));
    bytes_put_varint(out, state->hosts.count);
    for (uint32_t i = 0; i < state->hosts.count; i++) put_host(&state->hosts.items[i], out);
    beliefs_encode(state, out);
    put_rules(state, out);
    put_flights(state, out);
}

static bool set_definitions(TraceState *state, const Definitions *definitions, uint32_t addr_count,
                            uint32_t node_count, uint32_t slots_count)
{
    array_reserve(state->mem, &state->addrs, addr_count);
    memcpy(state->addrs.items, definitions->addrs.items, addr_count * sizeof(AddrState));
    state->addrs.count = addr_count;
    array_reserve(state->mem, &state->nodes, node_count);
    if (node_count > 0) {
        memcpy(state->nodes.items, definitions->nodes.items, node_count * sizeof(NodeState));
    }
    state->nodes.count = node_count;

    uint64_t words[BITSET_WORDS(SLOT_COUNT)];
    ByteReader reader = {.bytes = definitions->slot_bytes.bytes,
                         .size = definitions->slot_bytes.size};
    for (uint32_t i = 0; i < slots_count; i++) {
        if (!keyframe_get_set(&reader, words, SLOT_COUNT)) return false;
        if (!state_set_slots(state, i, words)) return false;
    }
    state_trim_slots(state, slots_count);
    return true;
}

static bool decode(ByteReader *reader, const Definitions *definitions, TraceState *state,
                   Error *err)
{
    get_counters(reader, state);
    uint64_t addr_count = bytes_get_varint(reader);
    uint64_t node_count = bytes_get_varint(reader);
    uint64_t slots_count = bytes_get_varint(reader);
    uint64_t host_count = get_bounded(reader, HOSTS_MAX);
    if (reader->failed || addr_count < 1 || addr_count > definitions->addrs.count ||
        node_count > definitions->nodes.count || slots_count < 1 ||
        slots_count > definitions->slots.count || host_count * node_count > BELIEF_CELLS_MAX) {
        return error_set(err, "its counts are out of range");
    }
    array_clear(&state->nodes); /* nothing of the old matrix is worth moving */
    state_cover(state, (uint32_t)host_count, (uint32_t)node_count);
    if (!set_definitions(state, definitions, (uint32_t)addr_count, (uint32_t)node_count,
                         (uint32_t)slots_count)) {
        return error_set(err, "two of its slot sets are the same");
    }
    get_hosts(reader, state, (uint32_t)host_count);
    if (reader->failed) return error_set(err, "its hosts are malformed");
    if (!beliefs_decode(reader, state)) return error_set(err, "its beliefs are malformed");
    get_rules(reader, state);
    get_flights(reader, state);
    if (reader->failed) return error_set(err, "its network is malformed");
    if (reader->at != reader->size) return error_set(err, "more bytes follow it");
    return true;
}

bool keyframe_decode(const uint8_t *bytes, size_t size, const Definitions *definitions,
                     TraceState *state, Error *err)
{
    ByteReader reader = {.bytes = bytes, .size = size};
    if (decode(&reader, definitions, state, err)) return true;
    Mem *mem = state->mem;
    state_deinit(state);
    state_init(state, mem);
    return false;
}
