/* history.c -- reads the records once and keeps journals of what the questions are about. */
#include "sim/base/assert.h"
#include "viz/model/inside.h"

#include <string.h>

#define DOUBTS_KEPT 16 /* observers of one trouble that get a mark; the lanes show no more */

void history_init(History *history, const Trace *trace)
{
    memset(history, 0, sizeof(*history));
    history->trace = trace;
    history->slots = bitpool_create(NULL, SLOT_COUNT);
}

void history_deinit(History *history)
{
    array_deinit(NULL, &history->hosts);
    array_deinit(NULL, &history->nodes);
    array_deinit(NULL, &history->rules);
    array_deinit(NULL, &history->interesting);
    array_deinit(NULL, &history->changes);
    for (int i = 0; i < MARK_KIND_COUNT; i++) array_deinit(NULL, &history->marks[i]);
    bitpool_destroy(history->slots);
    text_deinit(&history->scratch);
}

/* --- searching --- */

uint32_t marks_until(const Marks *marks, uint64_t seq)
{
    uint32_t low = 0, high = marks->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (marks->items[middle].seq <= seq) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t marks_from(const Marks *marks, SimTime time, uint32_t count)
{
    SIM_ASSERT(count <= marks->count);
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (marks->items[middle].time < time) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t seqs_until(const uint64_t *seqs, uint32_t count, uint64_t seq)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (seqs[middle] <= seq) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* --- reading --- */

void history_mark(History *history, MarkKind kind, const TraceRecord *record, NodeId other,
                  uint64_t value)
{
    Mark mark = {.seq = record->seq,
                 .time = record->time,
                 .value = value,
                 .host = record->host,
                 .other = other};
    array_push(NULL, &history->marks[kind], mark);
    array_push(NULL, &history->changes, record->seq);
}

static void note_interesting(History *history, const TraceRecord *record)
{
    array_push(NULL, &history->interesting, record->seq);
}

static const char *scratch(History *history, TraceText text)
{
    text_clear(&history->scratch);
    text_append_bytes(&history->scratch, text.chars, text.size);
    return text_chars(&history->scratch);
}

static void read_definition(History *history, const TraceRecord *record)
{
    if (record->type == TRACE_HOST_ADDED || record->type == TRACE_CLIENT_ADDED) {
        bool is_client = record->type == TRACE_CLIENT_ADDED;
        HostTrack host = {.node = NODE_NONE, .primary = NODE_NONE};
        TraceText name = is_client ? record->u.CLIENT_ADDED.name : record->u.HOST_ADDED.name;
        if (is_client) host.status = PROCESS_NEVER;
        SIM_ASSERT(name.size < sizeof(host.name));
        memcpy(host.name, name.chars, name.size);
        array_push(NULL, &history->hosts, host);
    } else if (record->type == TRACE_NODE_DEFINED) {
        NodeTrack node = {.host = record->host, .shard = SHARD_NONE, .ordinal = 1};
        for (uint32_t i = 0; i < history->nodes.count; i++) {
            if (history->nodes.items[i].host == record->host) node.ordinal++;
        }
        array_push(NULL, &history->nodes, node);
    } else if (record->type == TRACE_SLOTS_DEFINED) {
        uint64_t words[SLOT_COUNT / 64];
        Error err = {{0}};
        bool read = text_parse_ranges(scratch(history, record->u.SLOTS_DEFINED.ranges), words,
                                      SLOT_COUNT, &err);
        SIM_ASSERT(read);
        uint32_t id = bitpool_intern(history->slots, words);
        SIM_ASSERT(id == record->u.SLOTS_DEFINED.slots);
    }
}

/* A process begins to believe, or ceases to. */
static void set_process(History *history, const TraceRecord *record, ProcessStatus status)
{
    HostTrack *host = &history->hosts.items[record->host];
    host->status = status;
    host->primary = NODE_NONE;
    host->flags = 0;
    host->slots = SLOTS_EMPTY;
    host->state = STATE_FAIL;
    history_claim(history, record->host, record);
}

static void read_process(History *history, const TraceRecord *record)
{
    HostTrack *host = &history->hosts.items[record->host];
    switch ((int)record->type) {
    case TRACE_PROCESS_STARTED:
        host->node = record->u.PROCESS_STARTED.node;
        set_process(history, record, PROCESS_RUNNING);
        history_mark(history, MARK_STARTED, record, host->node, 0);
        break;
    case TRACE_IDENTIFIED: host->node = record->u.IDENTIFIED.node; break;
    case TRACE_PROCESS_EXITED:
        set_process(history, record, PROCESS_DEAD);
        history_mark(history, MARK_EXITED, record, host->node, record->u.PROCESS_EXITED.reason);
        break;
    case TRACE_PROCESS_FROZEN:
        host->status = PROCESS_IS_FROZEN;
        history_claim(history, record->host, record);
        history_mark(history, MARK_FROZEN, record, host->node, 0);
        break;
    case TRACE_PROCESS_THAWED:
        host->status = PROCESS_RUNNING;
        history_claim(history, record->host, record);
        history_mark(history, MARK_THAWED, record, host->node, 0);
        break;
    case TRACE_PROCESS_SLOWED:
        history_mark(history, MARK_SLOWED, record, host->node, record->u.PROCESS_SLOWED.permille);
        break;
    default: return;
    }
    note_interesting(history, record);
}

static void read_rule(History *history, const TraceRecord *record)
{
    if (record->type == TRACE_NET_RULE_ADDED) {
        const TraceNET_RULE_ADDED *added = &record->u.NET_RULE_ADDED;
        RuleTrack track = {.seq = record->seq, .time = record->time};
        Error err = {{0}};
        track.rule.rule = added->rule;
        track.rule.oneway = added->oneway;
        track.rule.cut = added->cut;
        track.rule.loss_ppm = added->loss_ppm;
        track.rule.latency = added->latency;
        track.rule.jitter = added->jitter;
        track.rule.bytes_per_s = added->bytes_per_s;
        bool from =
            text_parse_ranges(scratch(history, added->from), track.rule.from, HOSTS_MAX, &err);
        bool to = text_parse_ranges(scratch(history, added->to), track.rule.to, HOSTS_MAX, &err);
        SIM_ASSERT(from && to);
        history_mark(history, MARK_RULE, record, NODE_NONE, history->rules.count);
        array_push(NULL, &history->rules, track);
    } else {
        uint32_t i = history->rules.count;
        while (i > 0) {
            RuleTrack *track = &history->rules.items[--i];
            if (track->end_seq || track->rule.rule != record->u.NET_RULE_REMOVED.rule) continue;
            track->end_seq = record->seq;
            track->end = record->time;
            history_mark(history, MARK_RULE_ENDS, record, NODE_NONE, i);
            break;
        }
        for (i = 0; i < history->nodes.count; i++) history->nodes.items[i].doubted = 0;
    }
    note_interesting(history, record);
}

/* What a process believes of itself. */
static void read_self(History *history, const TraceRecord *record)
{
    HostTrack *host = &history->hosts.items[record->host];
    switch ((int)record->type) {
    case TRACE_SELF_STATE:
        if (host->state == record->u.SELF_STATE.state) return;
        host->state = record->u.SELF_STATE.state;
        history_mark(history, MARK_STATE, record, host->node, host->state);
        note_interesting(history, record);
        break;
    case TRACE_PEER_ADDED:
        if (record->u.PEER_ADDED.peer != host->node) return;
        host->flags = record->u.PEER_ADDED.flags;
        break;
    case TRACE_PEER_FLAGS:
        if (record->u.PEER_FLAGS.peer != host->node) return;
        host->flags = record->u.PEER_FLAGS.flags;
        break;
    case TRACE_PEER_SLOTS:
        if (record->u.PEER_SLOTS.peer != host->node) return;
        host->slots = record->u.PEER_SLOTS.slots;
        break;
    case TRACE_PEER_PRIMARY:
        if (record->u.PEER_PRIMARY.peer == host->node)
            host->primary = record->u.PEER_PRIMARY.primary;
        return;
    default: return;
    }
    history_claim(history, record->host, record);
}

/* Of one trouble only the first few observers are kept: a thousand nodes in two halves suspect each
 * other half a million times. */
static void read_belief(History *history, const TraceRecord *record, NodeId peer)
{
    if (peer == NODE_NONE) return; /* a file may say so */
    NodeTrack *node = &history->nodes.items[peer];
    MarkKind kind = MARK_FAILED;
    if (record->type == TRACE_SUSPECTED) {
        kind = MARK_SUSPECTED;
        node->cleared = 0;
        if (node->doubted++ >= DOUBTS_KEPT) return;
    } else if (record->type == TRACE_CLEARED) {
        kind = MARK_CLEARED;
        if (node->doubted > 0) node->doubted--;
        if (node->cleared++ >= DOUBTS_KEPT) return;
    }
    history_mark(history, kind, record, peer, 0);
    note_interesting(history, record);
}

/* A replica that is promoted takes its primary's shard over. */
static void read_role(History *history, const TraceRecord *record)
{
    const HostTrack *host = &history->hosts.items[record->host];
    const TraceROLE_CHANGED *role = &record->u.ROLE_CHANGED;
    bool promoted = role->reason == ROLE_PROMOTED && role->primary == NODE_NONE;
    if (promoted && host->primary != NODE_NONE) {
        uint16_t shard = history->nodes.items[host->primary].shard;
        if (shard != SHARD_NONE) history_carry(history, host->node, shard, record);
    }
    history_mark(history, MARK_ROLE, record, role->primary, role->reason);
    note_interesting(history, record);
}

static void read_election(History *history, const TraceRecord *record)
{
    NodeId none = NODE_NONE;
    switch ((int)record->type) {
    case TRACE_ELECTION_DELAYED:
        history_mark(history, MARK_DELAYED, record, none, record->u.ELECTION_DELAYED.delay);
        break;
    case TRACE_ELECTION_STARTED:
        history_mark(history, MARK_ASKED, record, none, record->u.ELECTION_STARTED.epoch);
        break;
    case TRACE_ELECTION_WON:
        history_mark(history, MARK_WON, record, none, record->u.ELECTION_WON.epoch);
        break;
    case TRACE_ELECTION_EXPIRED:
        history_mark(history, MARK_EXPIRED, record, none, record->u.ELECTION_EXPIRED.epoch);
        break;
    case TRACE_VOTE_GRANTED:
        history_mark(history, MARK_VOTE, record, record->u.VOTE_GRANTED.candidate,
                     record->u.VOTE_GRANTED.epoch);
        break;
    default: return;
    }
    note_interesting(history, record);
}

static void read_record(History *history, const TraceRecord *record)
{
    switch ((int)record->type) {
    case TRACE_HOST_ADDED:
    case TRACE_CLIENT_ADDED:
    case TRACE_NODE_DEFINED:
    case TRACE_SLOTS_DEFINED: read_definition(history, record); break;
    case TRACE_PROCESS_STARTED:
    case TRACE_IDENTIFIED:
    case TRACE_PROCESS_EXITED:
    case TRACE_PROCESS_FROZEN:
    case TRACE_PROCESS_THAWED:
    case TRACE_PROCESS_SLOWED: read_process(history, record); break;
    case TRACE_NET_RULE_ADDED:
    case TRACE_NET_RULE_REMOVED: read_rule(history, record); break;
    case TRACE_STEP:
    case TRACE_PREDICT:
    case TRACE_PREDICTED:
    case TRACE_EXPECT: note_interesting(history, record); break;
    case TRACE_SELF_STATE:
    case TRACE_PEER_ADDED:
    case TRACE_PEER_FLAGS:
    case TRACE_PEER_SLOTS:
    case TRACE_PEER_PRIMARY: read_self(history, record); break;
    case TRACE_SUSPECTED: read_belief(history, record, record->u.SUSPECTED.peer); break;
    case TRACE_FAILED: read_belief(history, record, record->u.FAILED.peer); break;
    case TRACE_CLEARED: read_belief(history, record, record->u.CLEARED.peer); break;
    case TRACE_ROLE_CHANGED: read_role(history, record); break;
    case TRACE_ELECTION_DELAYED:
    case TRACE_ELECTION_STARTED:
    case TRACE_ELECTION_WON:
    case TRACE_ELECTION_EXPIRED:
    case TRACE_VOTE_GRANTED: read_election(history, record); break;
    default: break;
    }
}

void history_extend(History *history, uint64_t seq)
{
    while (history->seq < seq) {
        TraceRecord record;
        trace_get(history->trace, history->seq + 1, &record);
        read_record(history, &record);
        history->seq = record.seq;
    }
}
