/* fold.c -- a state and a record make the next state (docs/trace.md §4).
 *
 * Called by the view for every record it passes, by trace_state_at, and by trace_read to check a
 * file. Two steps: the ids a record names must be defined (generated from the table), then its row
 * is folded. Here are the rows of processes, network and script. */
#include "sim/trace/fold.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <string.h>

bool fold_refuse(Error *err, const TraceRecord *record, const char *format, ...)
{
    Error reason = {{0}};
    va_list args;
    va_start(args, format);
    error_vset(&reason, format, args);
    va_end(args);
    return error_set(err, "record %" PRIu64 " (%s): %s", record->seq,
                     trace_type_name((TraceType)record->type), reason.text);
}

/* --- are the ids defined? --- */

/* A kind of id, how many are defined, and whether "none" may stand for it. */
static bool defined(Error *err, const TraceRecord *record, const char *field, uint32_t id,
                    uint32_t count, uint64_t none)
{
    if (id < count || id == none) return true;
    return fold_refuse(err, record, "%s %" PRIu32 " is not defined; %" PRIu32 " are", field, id,
                       count);
}

#define NO_NONE UINT64_MAX

/* clang-format off */
#define CHECK_ADDR(v, name) defined(err, record, name, v, state->addrs.count, NO_NONE)
#define CHECK_HOST(v, name) defined(err, record, name, v, state->hosts.count, HOST_NONE)
#define CHECK_NODE(v, name) defined(err, record, name, v, state->nodes.count, NODE_NONE)
#define CHECK_SLOTS(v, name) defined(err, record, name, v, bitpool_count(state->slots), NO_NONE)
#define CHECK_BOOL(v, name) true
#define CHECK_U8(v, name) true
#define CHECK_U16(v, name) true
#define CHECK_U32(v, name) true
#define CHECK_U64(v, name) true
#define CHECK_EPOCH(v, name) true
#define CHECK_FLAGS(v, name) true
#define CHECK_TIME(v, name) true
#define CHECK_SPAN(v, name) true
#define CHECK_TEXT(v, name) true
#define CHECK_ENUM_EXIT(v, name) true
#define CHECK_ENUM_MSG(v, name) true
#define CHECK_ENUM_LOST(v, name) true
#define CHECK_ENUM_STATE(v, name) true
#define CHECK_ENUM_REPL(v, name) true
#define CHECK_ENUM_LINK(v, name) true
#define CHECK_ENUM_CLEAR(v, name) true
#define CHECK_ENUM_ELECT(v, name) true
#define CHECK_ENUM_VOTE(v, name) true
#define CHECK_ENUM_ROLE(v, name) true
#define CHECK_ENUM_HANGUP(v, name) true
#define CHECK_ENUM_WRITE(v, name) true
/* clang-format on */

static bool fields_defined(const TraceState *state, const TraceRecord *record, Error *err)
{
    switch ((TraceType)record->type) {
#define F(kind, name) &&CHECK_##kind(payload->name, #name)
#define TRACE_EVENT(NAME, level, text, fields)                                                     \
    case TRACE_##NAME: {                                                                           \
        const Trace##NAME *payload = &record->u.NAME;                                              \
        (void)payload;                                                                             \
        return true fields;                                                                        \
    }
#include "sim/trace/trace_events.def"
#undef TRACE_EVENT
#undef F
    case TRACE_TYPE_COUNT: break;
    }
    SIM_ASSERT(false);
    return false;
}

/* Who acts: records of level 1 and 2 are of some host, those of level 0 may be of the run. */
static bool actor_defined(const TraceState *state, const TraceRecord *record, Error *err)
{
    bool needed = trace_type_level((TraceType)record->type) > 0;
    return defined(err, record, "its host", record->host, state->hosts.count,
                   needed ? NO_NONE : HOST_NONE);
}

/* --- processes --- */

void fold_clear_process(TraceState *state, HostId host)
{
    HostState *row = &state->hosts.items[host];
    row->state = STATE_FAIL;
    row->size = 0;
    row->current_epoch = row->last_vote_epoch = 0;
    row->auth_ms = row->auth_epoch = 0;
    row->votes = row->rank = 0;
    row->auth_sent = false;
    row->repl = REPL_NONE;
    row->repl_primary = NODE_NONE;
    row->repl_offset = 0;
    array_clear(&row->reports);
    array_clear(&row->handshakes);
    array_clear(&row->open_slots);
    for (uint32_t node = 0; node < state->nodes.count; node++) {
        *state_need_belief(state, host, (NodeId)node) = belief_blank();
    }
}

HostState *fold_process(TraceState *state, const TraceRecord *record, Error *err)
{
    SIM_ASSERT(record->host < state->hosts.count);
    HostState *row = &state->hosts.items[record->host];
    if (row->status == PROCESS_RUNNING || row->status == PROCESS_IS_FROZEN) return row;
    fold_refuse(err, record, "no process runs on %s", row->name);
    return NULL;
}

static bool fold_started(TraceState *state, const TraceRecord *record, Error *err)
{
    HostState *row = &state->hosts.items[record->host];
    NodeId node = record->u.PROCESS_STARTED.node;
    if (node == NODE_NONE) return fold_refuse(err, record, "a process needs a node");
    if (row->status == PROCESS_RUNNING || row->status == PROCESS_IS_FROZEN) {
        return fold_refuse(err, record, "a process runs on %s already", row->name);
    }
    if (row->status == PROCESS_NEVER) return fold_refuse(err, record, "%s is a client", row->name);
    fold_clear_process(state, record->host);
    row->status = PROCESS_RUNNING;
    row->since = record->time;
    row->node = node;
    return true;
}

/* RESET HARD: the process goes on under another identity. */
static bool fold_identified(TraceState *state, const TraceRecord *record, Error *err)
{
    HostState *row = fold_process(state, record, err);
    if (!row) return false;
    if (record->u.IDENTIFIED.node == NODE_NONE)
        return fold_refuse(err, record, "a process needs a node");
    row->node = record->u.IDENTIFIED.node;
    return true;
}

/* From one status to another; refused if the process has another one. */
static bool fold_status(TraceState *state, const TraceRecord *record, ProcessStatus from,
                        ProcessStatus to, Error *err)
{
    HostState *row = &state->hosts.items[record->host];
    if (row->status != from) return fold_refuse(err, record, "the process of %s is not", row->name);
    row->status = to;
    row->since = record->time;
    return true;
}

static bool fold_exited(TraceState *state, const TraceRecord *record, Error *err)
{
    HostState *row = fold_process(state, record, err);
    if (!row) return false;
    fold_clear_process(state, record->host);
    row->status = PROCESS_DEAD;
    row->since = record->time;
    return true;
}

static bool fold_of_process(TraceState *state, const TraceRecord *record, Error *err)
{
    if (record->host == HOST_NONE) return fold_refuse(err, record, "a process needs a host");
    switch ((int)record->type) {
    case TRACE_PROCESS_STARTED: return fold_started(state, record, err);
    case TRACE_PROCESS_EXITED: return fold_exited(state, record, err);
    case TRACE_IDENTIFIED: return fold_identified(state, record, err);
    case TRACE_PROCESS_FROZEN:
        return fold_status(state, record, PROCESS_RUNNING, PROCESS_IS_FROZEN, err);
    case TRACE_PROCESS_THAWED:
        return fold_status(state, record, PROCESS_IS_FROZEN, PROCESS_RUNNING, err);
    case TRACE_PROCESS_SLOWED:
        state->hosts.items[record->host].slow_permille = record->u.PROCESS_SLOWED.permille;
        return true;
    }
    SIM_ASSERT(false);
    return false;
}

/* --- network --- */

static uint32_t find_rule(const TraceState *state, uint32_t rule)
{
    uint32_t i = 0;
    while (i < state->rules.count && state->rules.items[i].rule != rule) i++;
    return i;
}

/* Host ranges such as "0-2,5". */
static bool read_hosts(const TraceRecord *record, TraceText text, uint64_t *words, Error *err)
{
    Text chars = {0};
    Error reason = {{0}};
    text_append_bytes(&chars, text.chars, text.size);
    bool read = strlen(text_chars(&chars)) == text.size &&
                text_parse_ranges(text_chars(&chars), words, HOSTS_MAX, &reason);
    text_deinit(&chars);
    return read || fold_refuse(err, record, "its hosts are not ranges: %s", reason.text);
}

static bool fold_rule_added(TraceState *state, const TraceRecord *record, Error *err)
{
    const TraceNET_RULE_ADDED *payload = &record->u.NET_RULE_ADDED;
    if (find_rule(state, payload->rule) < state->rules.count) {
        return fold_refuse(err, record, "rule %" PRIu32 " is in force already", payload->rule);
    }
    if (state->rules.count >= NET_RULES_MAX) {
        return fold_refuse(err, record, "more than %" PRIu32 " rules are in force", NET_RULES_MAX);
    }
    NetRuleState row = {
        .rule = payload->rule,
        .oneway = payload->oneway,
        .cut = payload->cut,
        .loss_ppm = payload->loss_ppm,
        .latency = payload->latency,
        .jitter = payload->jitter,
        .bytes_per_s = payload->bytes_per_s,
    };
    if (!read_hosts(record, payload->from, row.from, err)) return false;
    if (!read_hosts(record, payload->to, row.to, err)) return false;
    array_push(state->mem, &state->rules, row);
    return true;
}

static bool fold_rule_removed(TraceState *state, const TraceRecord *record, Error *err)
{
    uint32_t i = find_rule(state, record->u.NET_RULE_REMOVED.rule);
    if (i == state->rules.count) {
        return fold_refuse(err, record, "rule %" PRIu32 " is not in force",
                           record->u.NET_RULE_REMOVED.rule);
    }
    array_remove(&state->rules, i);
    return true;
}

/* --- the script --- */

static bool fold_expect(TraceState *state, const TraceRecord *record)
{
    if (record->u.EXPECT.held) state->expect_held++;
    else state->expect_failed++;
    return true;
}

static bool fold_script(uint64_t *last, const TraceRecord *record)
{
    *last = record->seq;
    return true;
}

/* --- every row --- */

static bool fold_row(TraceState *state, const TraceRecord *record, Error *err)
{
    /* clang-format off */
    switch ((TraceType)record->type) {
    case TRACE_ADDR_DEFINED: case TRACE_HOST_ADDED: case TRACE_NODE_DEFINED: case TRACE_SLOTS_DEFINED:
    case TRACE_CLIENT_ADDED:
        return fold_definition(state, record, err);
    case TRACE_PROCESS_STARTED: case TRACE_IDENTIFIED: case TRACE_PROCESS_EXITED: case TRACE_PROCESS_FROZEN:
    case TRACE_PROCESS_THAWED: case TRACE_PROCESS_SLOWED:
        return fold_of_process(state, record, err);
    case TRACE_NET_RULE_ADDED: return fold_rule_added(state, record, err);
    case TRACE_NET_RULE_REMOVED: return fold_rule_removed(state, record, err);
    case TRACE_TITLE: return fold_script(&state->title_seq, record);
    case TRACE_STEP: return fold_script(&state->step_seq, record);
    case TRACE_SAY: return fold_script(&state->say_seq, record);
    case TRACE_PREDICT: return fold_script(&state->predict_seq, record);
    case TRACE_PREDICTED: return fold_script(&state->predicted_seq, record);
    case TRACE_EXPECT: return fold_expect(state, record);
    case TRACE_MSG_SENT: case TRACE_MSG_RECEIVED: case TRACE_MSG_LOST:
        return fold_flight(state, record, err);
    case TRACE_SELF_EPOCHS: case TRACE_SELF_STATE: case TRACE_SELF_ELECTION: case TRACE_SELF_REPL:
    case TRACE_SELF_OFFSET: case TRACE_PEER_ADDED: case TRACE_PEER_REMOVED: case TRACE_PEER_FLAGS:
    case TRACE_PEER_EPOCH: case TRACE_PEER_SLOTS: case TRACE_PEER_PRIMARY: case TRACE_PEER_ADDR:
    case TRACE_PEER_UP: case TRACE_PEER_LINK: case TRACE_PEER_PING: case TRACE_PEER_PONG:
    case TRACE_PEER_OFFSET: case TRACE_REPORT_ADDED: case TRACE_REPORT_REMOVED:
    case TRACE_HANDSHAKE_ADDED: case TRACE_HANDSHAKE_REMOVED:
        return fold_belief(state, record, err);
    case TRACE_SLOT_OPENED: case TRACE_SLOT_CLOSED: case TRACE_SLOT_KEYS:
        return fold_open_slot(state, record, err);
    /* these explain and change nothing */
    case TRACE_REPORT: case TRACE_COMMAND: case TRACE_CALL_SENT: case TRACE_CALL_REPLIED:
    case TRACE_SUSPECTED: case TRACE_FAILED: case TRACE_FAIL_HEARD: case TRACE_CLEARED:
    case TRACE_ELECTION_DELAYED: case TRACE_ELECTION_STARTED: case TRACE_ELECTION_REFUSED:
    case TRACE_ELECTION_EXPIRED: case TRACE_ELECTION_WON: case TRACE_VOTE_GRANTED:
    case TRACE_VOTE_REFUSED: case TRACE_VOTE_COUNTED: case TRACE_ROLE_CHANGED:
    case TRACE_SLOTS_MOVED: case TRACE_UPDATE_WANTED: case TRACE_EPOCH_COLLISION:
    case TRACE_EPOCH_BUMPED: case TRACE_REPL_SYNCED: case TRACE_SAVED: case TRACE_DATA_DROPPED:
    case TRACE_CONN_OPENED: case TRACE_CONN_ENDED: case TRACE_REQUEST_SENT:
    case TRACE_REQUEST_ENDED: case TRACE_WRITE_ENDED:
    case TRACE_LOGGED:
        return true;
    case TRACE_TYPE_COUNT: break;
    }
    /* clang-format on */
    SIM_ASSERT(false);
    return false;
}

bool state_apply(TraceState *state, const TraceRecord *record, Error *err)
{
    SIM_ASSERT(record->type < TRACE_TYPE_COUNT);

    if (record->seq != state->seq + 1) {
        return fold_refuse(err, record, "it cannot follow record %" PRIu64, state->seq);
    }
    if (record->time < state->time) return fold_refuse(err, record, "it is before the last one");
    /* A definition names the next id, which is not defined yet: fold_define.c looks at those. */
    if (record->type > TRACE_SLOTS_DEFINED && record->type != TRACE_CLIENT_ADDED) {
        if (!actor_defined(state, record, err)) return false;
        if (!fields_defined(state, record, err)) return false;
    }
    if (!fold_row(state, record, err)) return false;
    state->seq = record->seq;
    state->time = record->time;
    return true;
}
