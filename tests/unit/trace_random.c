/* trace_random.c -- random but valid traces.
 *
 * A record of a random type gets random ids among those defined; if the fold refuses it another one
 * is drawn. Small numbers of hosts and nodes make most draws fit. */
#include "tests/unit/trace_random.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"

#include <string.h>

void trace_random_init(TraceRandom *random, uint64_t seed)
{
    *random = (TraceRandom){.rng = rng_derive(seed, "trace", 0), .hosts_max = 12, .nodes_max = 20};
    state_init(&random->state, NULL);
}

void trace_random_deinit(TraceRandom *random)
{
    state_deinit(&random->state);
    for (size_t i = 0; i < ARRAY_LENGTH(random->scratch); i++) text_deinit(&random->scratch[i]);
}

static uint32_t below(TraceRandom *random, uint32_t bound)
{
    return rng_below(&random->rng, bound);
}

/* Mostly small, sometimes of any size. */
static uint64_t number(TraceRandom *random)
{
    return rng_next(&random->rng) >> below(random, 64);
}

/* One in twenty is "none". */
static uint16_t some_id(TraceRandom *random, uint32_t count)
{
    return count == 0 || below(random, 20) == 0 ? 0xFFFF : (uint16_t)below(random, count);
}

static TraceText keep(TraceRandom *random, uint32_t i)
{
    return (TraceText){text_chars(&random->scratch[i]), random->scratch[i].size};
}

static TraceText some_text(TraceRandom *random, uint32_t i)
{
    Text *text = &random->scratch[i];
    uint32_t size = below(random, 10) == 0 ? below(random, 300) : below(random, 12);
    text_clear(text);
    for (uint32_t at = 0; at < size; at++) {
        char c = (char)(below(random, 8) == 0 ? below(random, 256) : 'a' + below(random, 26));
        text_append_bytes(text, &c, 1);
    }
    return keep(random, i);
}

static TraceText node_id(TraceRandom *random, uint32_t i)
{
    text_clear(&random->scratch[i]);
    for (int at = 0; at < NODE_ID_SIZE; at++) {
        text_append(&random->scratch[i], "%x", (unsigned)below(random, 16));
    }
    return keep(random, i);
}

static TraceText ranges(TraceRandom *random, uint32_t i, uint32_t bits, char separator)
{
    uint64_t words[BITSET_WORDS(SLOT_COUNT)] = {0};
    uint32_t runs = 1 + below(random, 4);
    for (uint32_t run = 0; run < runs; run++) {
        uint32_t from = below(random, bits), to = from + below(random, 50);
        for (uint32_t bit = from; bit <= to && bit < bits; bit++) bitset_add(words, bit);
    }
    text_clear(&random->scratch[i]);
    text_append_ranges(&random->scratch[i], words, bits, separator);
    return keep(random, i);
}

/* Any value of the kind, an id among those defined. */
/* clang-format off */
#define MAKE_ADDR below(random, state->addrs.count)
#define MAKE_HOST some_id(random, state->hosts.count)
#define MAKE_NODE some_id(random, state->nodes.count)
#define MAKE_SLOTS below(random, bitpool_count(state->slots))
#define MAKE_BOOL (below(random, 2) == 1)
#define MAKE_U8 (uint8_t)number(random)
#define MAKE_U16 (uint16_t)number(random)
#define MAKE_U32 (uint32_t)number(random)
#define MAKE_U64 number(random)
#define MAKE_EPOCH number(random)
#define MAKE_FLAGS (uint16_t)below(random, 1024)
#define MAKE_TIME (below(random, 4) == 0 ? 0 : record->time + number(random))
#define MAKE_SPAN number(random)
#define MAKE_TEXT some_text(random, texts++)
#define MAKE_ENUM_EXIT (ExitReason)below(random, EXIT_COUNT)
#define MAKE_ENUM_MSG (MsgKind)below(random, MSG_COUNT)
#define MAKE_ENUM_LOST (LostReason)below(random, LOST_COUNT)
#define MAKE_ENUM_STATE (ClusterState)below(random, STATE_COUNT)
#define MAKE_ENUM_REPL (ReplState)below(random, REPL_COUNT)
#define MAKE_ENUM_LINK (PeerLink)below(random, PLINK_COUNT)
#define MAKE_ENUM_CLEAR (ClearReason)below(random, CLEAR_COUNT)
#define MAKE_ENUM_ELECT (ElectRefusal)below(random, ELECT_COUNT)
#define MAKE_ENUM_VOTE (VoteVerdict)below(random, VOTE_COUNT)
#define MAKE_ENUM_ROLE (RoleReason)below(random, ROLE_COUNT)
#define MAKE_ENUM_HANGUP (HangupReason)below(random, HANGUP_COUNT)
#define MAKE_ENUM_WRITE (WriteEnd)below(random, WRITE_COUNT)
/* clang-format on */

static void fill(TraceRandom *random, TraceRecord *record)
{
    const TraceState *state = &random->state;
    uint32_t texts = 0;
    switch ((TraceType)record->type) {
#define F(kind, name) payload->name = MAKE_##kind;
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        Trace##NAME *payload = &record->u.NAME;                                                    \
        (void)payload;                                                                             \
        fields break;                                                                              \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: SIM_ASSERT(false);
    }
    SIM_ASSERT(texts <= ARRAY_LENGTH(random->scratch));
}

static void fix_host(TraceRandom *random, TraceRecord *record)
{
    TraceState *state = &random->state;
    if (state->hosts.count >= random->hosts_max) record->type = TRACE_SAY;
    record->host = (HostId)state->hosts.count;
    text_clear(&random->scratch[0]);
    text_append(&random->scratch[0], "n%u", record->host + 1u);
    text_clear(&random->scratch[1]);
    text_append(&random->scratch[1], "zone%u", record->host % 3u);
    record->u.HOST_ADDED.name = keep(random, 0);
    record->u.HOST_ADDED.zone = keep(random, 1);
    if (record->type == TRACE_SAY) record->u.SAY.text = trace_text("that is enough hosts");
}

/* A message that is under way, as its receiver sees it. */
static void fix_received(TraceRandom *random, TraceRecord *record)
{
    TraceState *state = &random->state;
    if (state->flights.count == 0) return;
    const FlightState *flight = &state->flights.items[below(random, state->flights.count)];
    record->host = flight->to;
    record->u.MSG_RECEIVED.msg = flight->msg;
    record->u.MSG_RECEIVED.from = flight->from;
    record->u.MSG_RECEIVED.kind = (MsgKind)flight->kind;
}

static void fix_report_removed(TraceRandom *random, TraceRecord *record)
{
    if (record->host >= random->state.hosts.count) return;
    const HostState *host = &random->state.hosts.items[record->host];
    if (host->reports.count == 0) return;
    Report report = host->reports.items[below(random, host->reports.count)];
    record->u.REPORT_REMOVED.peer = report.peer;
    record->u.REPORT_REMOVED.reporter = report.reporter;
}

static void fix_handshake_removed(TraceRandom *random, TraceRecord *record)
{
    if (record->host >= random->state.hosts.count) return;
    const HostState *host = &random->state.hosts.items[record->host];
    if (host->handshakes.count == 0) return;
    record->u.HANDSHAKE_REMOVED.handshake =
        host->handshakes.items[below(random, host->handshakes.count)].handshake;
}

/* A slot that is open there, most of the time. */
static uint16_t open_slot(TraceRandom *random, const TraceRecord *record, bool *importing)
{
    *importing = below(random, 2) == 0;
    uint16_t slot = (uint16_t)below(random, 40);
    if (record->host >= random->state.hosts.count) return slot;
    const HostState *host = &random->state.hosts.items[record->host];
    if (host->open_slots.count == 0) return slot;
    const OpenSlotState *mark = &host->open_slots.items[below(random, host->open_slots.count)];
    *importing = mark->importing;
    return mark->slot;
}

/* Where any value of the kind will not do. */
static void fix(TraceRandom *random, TraceRecord *record)
{
    TraceState *state = &random->state;
    bool ignored;
    switch ((int)record->type) {
    case TRACE_ADDR_DEFINED: record->u.ADDR_DEFINED.addr = state->addrs.count; break;
    case TRACE_HOST_ADDED: fix_host(random, record); break;
    case TRACE_CLIENT_ADDED:
        record->host = (HostId)state->hosts.count;
        if (state->hosts.count >= random->hosts_max) record->type = TRACE_PROCESS_FROZEN;
        break;
    case TRACE_NODE_DEFINED:
        record->u.NODE_DEFINED.node =
            (NodeId)(state->nodes.count < random->nodes_max ? state->nodes.count : NODE_NONE);
        record->u.NODE_DEFINED.id = node_id(random, 0);
        break;
    case TRACE_SLOTS_DEFINED:
        record->u.SLOTS_DEFINED.slots = bitpool_count(state->slots);
        record->u.SLOTS_DEFINED.ranges = ranges(random, 0, SLOT_COUNT, ' ');
        break;
    case TRACE_NET_RULE_ADDED:
        record->u.NET_RULE_ADDED.from = ranges(random, 0, 64, ',');
        record->u.NET_RULE_ADDED.to = ranges(random, 1, HOSTS_MAX, ',');
        break;
    case TRACE_NET_RULE_REMOVED:
        if (state->rules.count == 0) break;
        record->u.NET_RULE_REMOVED.rule =
            state->rules.items[below(random, state->rules.count)].rule;
        break;
    case TRACE_MSG_SENT: record->u.MSG_SENT.msg = 1000 + state->seq; break;
    case TRACE_MSG_RECEIVED: fix_received(random, record); break;
    case TRACE_MSG_LOST:
        if (state->flights.count > 0) record->u.MSG_LOST.msg = state->flights.items[0].msg;
        break;
    case TRACE_REPORT_REMOVED: fix_report_removed(random, record); break;
    case TRACE_HANDSHAKE_ADDED: record->u.HANDSHAKE_ADDED.id = node_id(random, 0); break;
    case TRACE_HANDSHAKE_REMOVED: fix_handshake_removed(random, record); break;
    case TRACE_SLOT_OPENED: record->u.SLOT_OPENED.slot = (uint16_t)below(random, 40); break;
    case TRACE_SLOT_CLOSED:
        record->u.SLOT_CLOSED.slot = open_slot(random, record, &record->u.SLOT_CLOSED.importing);
        break;
    case TRACE_SLOT_KEYS: record->u.SLOT_KEYS.slot = open_slot(random, record, &ignored); break;
    }
}

TraceRecord trace_random_next(TraceRandom *random)
{
    TraceState *state = &random->state;
    for (;;) {
        TraceRecord record = {
            .seq = state->seq + 1,
            .time = state->time + (below(random, 3) == 0 ? 0 : below(random, 1000000)),
            .cause = below(random, 3) == 0 ? 0 : rng_below64(&random->rng, state->seq + 1),
            .host = some_id(random, state->hosts.count),
            .type = (uint16_t)below(random, TRACE_TYPE_COUNT),
        };
        /* Processes live a while. */
        if (record.type == TRACE_PROCESS_EXITED && below(random, 8) > 0) continue;
        fill(random, &record);
        fix(random, &record);
        if (state_apply(state, &record, NULL)) return record;
    }
}

Trace *trace_random_make(uint64_t seed, uint32_t count, uint32_t spacing)
{
    TraceHeader header = {.seed = seed,
                          .level = 2,
                          .profile = "redis-7.0",
                          .program = "slotscope test",
                          .scenario = "random.lua",
                          .unix_base_ms = 1700000000000};
    Trace *trace = trace_create(NULL, &header);
    TraceRandom random;
    trace_random_init(&random, seed);
    for (uint32_t i = 0; i < count; i++) {
        TraceRecord record = trace_random_next(&random);
        trace_append(trace, &record);
        if (spacing > 0 && (i + 1) % spacing == 0) trace_add_keyframe(trace, &random.state);
        if (i % 50 == 10) trace_append_command(trace, &record.time, (uint32_t)(i % 9));
    }
    trace_set_end(trace, random.state.time + SIM_SEC);
    trace_random_deinit(&random);
    return trace;
}
