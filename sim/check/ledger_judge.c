/* ledger_judge.c -- through which window a lost write was lost (ledger.h, protocol.md §10.5).
 *
 * All records are folded once. From its acknowledgement on, each lost write has its holders: hosts
 * that have it for certain. A replica becomes one when nothing has hindered its connection to a
 * holder for the margin; a process that ends, or a replica that takes a whole data set from
 * somebody else, is none any more. The owner of the slot is whoever claimed it last with a higher
 * epoch. When the owner becomes one who is no holder, the write went that way. */
#include "sim/base/array.h"
#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "sim/check/ledger_inside.h"

#include <string.h>

#define RTO_MOST  (120 * SIM_SEC) /* between two retransmissions of TCP */
#define THIN_MOST (60 * SIM_SEC)  /* until what a thin or far path has taken in is through */
#define TROUBLE   (10 * SIM_SEC)  /* so long after a fault its consequences come */

/* What is known of a host beside the state: moments, 0 never. */
typedef struct Past {
    SimTime link_since;    /* the stream from its primary flows since then; NEVER: it does not */
    SimTime hindered_from; /* it is connected, and something has been in its way since; 0 nothing */
    SimTime thin_until;    /* a slow path was at this host until then */
    SimTime stopped_until; /* it was frozen or slow, until then */
    SimTime started_at, promoted_at;
    SimTime forced_at, asked_at; /* CLUSTER FAILOVER FORCE or TAKEOVER; plain */
} Past;

/* A lost write being followed. */
typedef struct Trail {
    Lost *lost;
    HostId owner;
    NodeId owner_node;
    uint64_t owner_epoch;
    bool emptied;         /* the owner restarted, or took the data of another, meanwhile */
    bool migrated;        /* the slot was given to the owner by a migration */
    SimTime *holds_since; /* by host; 0 not for certain */
} Trail;

typedef struct Judge {
    Ledger *ledger;
    TraceState state;
    uint32_t hosts; /* in the end */
    ARRAY_OF(Past) pasts;
    SimTime *apart_until; /* by pair: the last moment at which a fault was between them */
    ARRAY_OF(Trail) trails;
} Judge;

/* --- facts of the moment --- */

static bool lives(const Judge *judge, HostId host)
{
    ProcessStatus status = judge->state.hosts.items[host].status;
    return status == PROCESS_RUNNING || status == PROCESS_IS_FROZEN;
}

static const Belief *self_of(const Judge *judge, HostId host)
{
    NodeId node = judge->state.hosts.items[host].node;
    if (!lives(judge, host) || node == NODE_NONE || node >= judge->state.node_stride) return NULL;
    const Belief *self = state_belief(&judge->state, host, node);
    return self->known ? self : NULL;
}

/* Does this process hold itself for the primary of the slot? */
static bool claims(const Judge *judge, HostId host, uint16_t slot)
{
    const Belief *self = self_of(judge, host);
    if (!self || !(self->flags & FLAG_PRIMARY) || self->slots == SLOTS_EMPTY) return false;
    return bitset_has(bitpool_words(judge->state.slots, self->slots), slot);
}

static bool rule_is_between(const NetRuleState *rule, HostId a, HostId b)
{
    return (bitset_has(rule->from, a) && bitset_has(rule->to, b)) ||
           (bitset_has(rule->from, b) && bitset_has(rule->to, a));
}

static bool fault_between(const Judge *judge, HostId a, HostId b)
{
    for (uint32_t i = 0; i < judge->state.rules.count; i++) {
        if (rule_is_between(&judge->state.rules.items[i], a, b)) return true;
    }
    return false;
}

static bool is_stopped(const Judge *judge, HostId host)
{
    const HostState *state = &judge->state.hosts.items[host];
    return state->status == PROCESS_IS_FROZEN || state->slow_permille > 1000;
}

/* The host whose stream this replica has without hindrance; HOST_NONE. */
static HostId stream_of(const Judge *judge, HostId host)
{
    const HostState *state = &judge->state.hosts.items[host];
    if (state->status != PROCESS_RUNNING || state->repl != REPL_CONNECTED) return HOST_NONE;
    if (state->repl_primary == NODE_NONE) return HOST_NONE;
    HostId from = judge->state.nodes.items[state->repl_primary].host;
    bool is_it = judge->state.hosts.items[from].node == state->repl_primary;
    if (!is_it || judge->state.hosts.items[from].status != PROCESS_RUNNING) return HOST_NONE;
    if (is_stopped(judge, host) || is_stopped(judge, from)) return HOST_NONE;
    return fault_between(judge, host, from) ? HOST_NONE : from;
}

static SimTime *pair(const Judge *judge, HostId a, HostId b)
{
    return &judge->apart_until[(size_t)a * judge->hosts + b];
}

/* Was a fault between the two at or after `time`? */
static bool were_apart(const Judge *judge, HostId a, HostId b, SimTime time)
{
    return fault_between(judge, a, b) || *pair(judge, a, b) > time;
}

static bool was_stopped(const Judge *judge, HostId host, SimTime time)
{
    return is_stopped(judge, host) || judge->pasts.items[host].stopped_until > time;
}

/* Was a fault between it and anybody? */
static bool was_cut_off(const Judge *judge, HostId host, SimTime time)
{
    for (uint32_t i = 0; i < judge->state.hosts.count; i++) {
        if (i != host && were_apart(judge, host, (HostId)i, time)) return true;
    }
    return false;
}

/* --- holders --- */

/* Who has come to hold it for certain by `now`, as things stood until now. */
static void spread(const Judge *judge, Trail *trail, SimTime now)
{
    SimSpan margin = judge->ledger->margin;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < judge->state.hosts.count; i++) {
            if (trail->holds_since[i] > 0) continue;
            HostId from = stream_of(judge, (HostId)i);
            if (from == HOST_NONE || trail->holds_since[from] == 0) continue;
            SimTime since = judge->pasts.items[i].link_since;
            if (since == SIM_TIME_NEVER) continue;
            if (since < trail->holds_since[from]) since = trail->holds_since[from];
            if (now < since + margin) continue;
            trail->holds_since[i] = since + margin;
            more = true;
        }
    }
}

/* --- windows --- */

static SimTime earlier(SimTime time, SimSpan span)
{
    return time > span ? time - span : 0;
}

/* Another replica of the same primary that holds it for certain and lives. */
static bool better_replica(const Judge *judge, const Trail *trail, HostId promoted)
{
    for (uint32_t i = 0; i < judge->state.hosts.count; i++) {
        const HostState *state = &judge->state.hosts.items[i];
        bool follows = lives(judge, (HostId)i) && state->repl_primary == trail->owner_node;
        if (i != promoted && i != trail->owner && follows && trail->holds_since[i] > 0) return true;
    }
    return false;
}

static bool is_forced(const Judge *judge, HostId host, SimTime now)
{
    SimTime at = judge->pasts.items[host].forced_at;
    return at > 0 && now - at < 10 * SIM_SEC;
}

static bool is_by_hand(const Judge *judge, HostId host, SimTime now)
{
    SimTime at = judge->pasts.items[host].asked_at;
    return at > 0 && now - at < 10 * SIM_SEC;
}

/* Was there a reason to replace it, which may have been over already? */
static bool had_trouble(const Judge *judge, HostId host, SimTime since)
{
    SimTime time = earlier(since, TROUBLE);
    return was_cut_off(judge, host, time) || was_stopped(judge, host, time) ||
           judge->pasts.items[host].started_at > time;
}

/* The slot goes from the owner to a promoted replica that may lack the write. */
static LossWindow window_of_promotion(const Judge *judge, const Trail *trail, HostId to,
                                      SimTime now)
{
    SimTime since = earlier(trail->lost->write.acked, judge->ledger->margin);
    HostId from = trail->owner;
    bool is_same = judge->state.hosts.items[from].node == trail->owner_node;
    if (trail->migrated) return LOSS_MIGRATION;
    if (trail->emptied) return LOSS_EMPTY_START;
    if (is_forced(judge, to, now)) return LOSS_FORCED;
    if (better_replica(judge, trail, to)) return LOSS_RANK;
    if (!lives(judge, from) || !is_same) return LOSS_ASYNC;
    if (judge->state.hosts.items[from].status == PROCESS_IS_FROZEN) return LOSS_ASYNC;
    if (was_cut_off(judge, from, since)) return LOSS_MINORITY;
    if (was_stopped(judge, from, since)) return LOSS_RESUMED;
    return had_trouble(judge, from, since) ? LOSS_RETURN : LOSS_FINDING;
}

/* It was acknowledged when the slot had another owner already. */
static LossWindow window_of_stale(const Judge *judge, HostId by, HostId owner, SimTime now)
{
    SimTime promoted = judge->pasts.items[owner].promoted_at;
    if (is_forced(judge, owner, now)) return LOSS_FORCED;
    if (promoted == 0) return LOSS_TWO_OWNERS;
    if (was_stopped(judge, by, promoted)) return LOSS_RESUMED;
    if (is_by_hand(judge, owner, promoted + 1) && !was_cut_off(judge, by, promoted))
        return LOSS_FINDING;
    if (fault_between(judge, by, owner)) return LOSS_OVERLAP;
    return had_trouble(judge, by, promoted) ? LOSS_RETURN : LOSS_FINDING;
}

/* --- following --- */

static void conclude(Trail *trail, LossWindow window, HostId to, SimTime now)
{
    trail->lost->write.to = to;
    trail->lost->write.window = window;
    trail->lost->write.step = now;
    trail->owner = HOST_NONE;
}

static void begin_trail(Judge *judge, Lost *lost)
{
    HostId by = lost->write.by;
    uint16_t slot = judge->ledger->keys.items[lost->write.key].slot;
    SimTime now = judge->state.time;
    Trail trail = {.lost = lost, .owner = by};
    if (by == HOST_NONE || by >= judge->state.hosts.count) return;
    trail.owner_node = judge->state.hosts.items[by].node;
    HostId best = HOST_NONE;
    uint64_t epoch = 0;
    for (uint32_t i = 0; i < judge->state.hosts.count; i++) {
        if (!claims(judge, (HostId)i, slot)) continue;
        uint64_t own = self_of(judge, (HostId)i)->epoch;
        if (best != HOST_NONE && own <= epoch) continue;
        best = (HostId)i;
        epoch = own;
    }
    if (best != HOST_NONE && best != by) {
        conclude(&trail, window_of_stale(judge, by, best, now), best, now);
        return;
    }
    trail.owner_epoch = epoch;
    trail.holds_since = mem_alloc(judge->ledger->mem, judge->hosts * sizeof(SimTime));
    trail.holds_since[by] = now > 0 ? now : 1;
    array_push(judge->ledger->mem, &judge->trails, trail);
}

/* A process claims the slot. */
static void follow_claim(const Judge *judge, Trail *trail, HostId host)
{
    uint16_t slot = judge->ledger->keys.items[trail->lost->write.key].slot;
    SimTime now = judge->state.time;
    if (!claims(judge, host, slot)) return;
    uint64_t epoch = self_of(judge, host)->epoch;
    NodeId node = judge->state.hosts.items[host].node;
    if (host == trail->owner && node == trail->owner_node) {
        if (epoch > trail->owner_epoch) trail->owner_epoch = epoch;
        return;
    }
    bool gone = judge->state.hosts.items[trail->owner].node != trail->owner_node ||
                (lives(judge, trail->owner) && !claims(judge, trail->owner, slot));
    if (epoch <= trail->owner_epoch && !gone) return;
    bool promoted = judge->pasts.items[host].promoted_at == now ||
                    judge->pasts.items[host].promoted_at > trail->lost->write.acked;
    bool was_lost = !lives(judge, trail->owner) || gone;
    if (trail->holds_since[host] == 0 && promoted) {
        conclude(trail, window_of_promotion(judge, trail, host, now), host, now);
        return;
    }
    if (trail->holds_since[host] == 0 && !lives(judge, trail->owner)) {
        conclude(trail, LOSS_EMPTY_START, host,
                 now); /* an operator gave the slot to an empty node */
        return;
    }
    if (trail->holds_since[host] == 0) { /* by SETSLOT: its keys went before */
        trail->migrated = was_lost || !promoted;
        memset(trail->holds_since, 0, judge->hosts * sizeof(SimTime));
        trail->holds_since[host] = now;
    }
    trail->owner = host;
    trail->owner_node = node;
    trail->owner_epoch = epoch;
    trail->emptied = false;
}

static void drop_holder(Trail *trail, HostId host)
{
    trail->holds_since[host] = 0;
}

/* What a record means for one write. */
static void follow(const Judge *judge, Trail *trail, const TraceRecord *record)
{
    HostId host = record->host;
    switch (record->type) {
    case TRACE_PROCESS_EXITED: drop_holder(trail, host); break;
    case TRACE_PROCESS_STARTED:
        drop_holder(trail, host);
        if (host == trail->owner && record->u.PROCESS_STARTED.node == trail->owner_node)
            trail->emptied = true;
        break;
    case TRACE_REPL_SYNCED:
        if (!record->u.REPL_SYNCED.full) break;
        drop_holder(trail, host);
        if (host == trail->owner) trail->emptied = true; /* it followed somebody meanwhile */
        break;
    case TRACE_DATA_DROPPED: {
        uint16_t slot = judge->ledger->keys.items[trail->lost->write.key].slot;
        if (!claims(judge, host, slot)) drop_holder(trail, host);
        break;
    }
    case TRACE_PEER_SLOTS:
    case TRACE_PEER_EPOCH:
    case TRACE_PEER_FLAGS:
    case TRACE_PEER_ADDED:
    case TRACE_ROLE_CHANGED: follow_claim(judge, trail, host); break;
    default: break;
    }
}

/* Never went to somebody without it: its owner lost it by itself, or nobody did. */
static void end_trail(const Judge *judge, Trail *trail)
{
    LossWindow window = LOSS_FINDING;
    if (trail->owner == HOST_NONE) return;
    bool is_empty = (trail->emptied && trail->holds_since[trail->owner] == 0) ||
                    !lives(judge, trail->owner) ||
                    judge->state.hosts.items[trail->owner].node != trail->owner_node;
    if (trail->migrated) window = is_empty ? LOSS_MIGRATION : LOSS_TWO_OWNERS;
    else if (is_empty) window = LOSS_EMPTY_START;
    conclude(trail, window, HOST_NONE, judge->state.time);
}

/* --- the moments --- */

static bool has_word(TraceText text, const char *word)
{
    size_t size = strlen(word);
    for (uint32_t i = 0; i + size <= text.size; i++) {
        size_t k = 0;
        while (k < size && (text.chars[i + k] | 32) == word[k]) k++;
        if (k == size) return true;
    }
    return false;
}

static void note_command(Judge *judge, HostId to, TraceText line, SimTime now)
{
    if (to >= judge->pasts.count || !has_word(line, "failover")) return;
    Past *past = &judge->pasts.items[to];
    if (has_word(line, "force") || has_word(line, "takeover")) past->forced_at = now;
    else past->asked_at = now;
}

/* A thin or far path ends: for all hosts on its sides. */
static void note_thin(const Judge *judge, uint32_t number, SimTime now)
{
    for (uint32_t i = 0; i < judge->state.rules.count; i++) {
        const NetRuleState *rule = &judge->state.rules.items[i];
        if (rule->rule != number || (rule->bytes_per_s == 0 && rule->latency == 0)) continue;
        for (uint32_t host = 0; host < judge->state.hosts.count; host++) {
            if (bitset_has(rule->from, host) || bitset_has(rule->to, host))
                judge->pasts.items[host].thin_until = now;
        }
    }
}

/* Before a record is folded: what holds until now. */
static void note_until(Judge *judge, const TraceRecord *record)
{
    SimTime now = record->time;
    bool ends = record->type == TRACE_NET_RULE_REMOVED;
    if (ends) note_thin(judge, record->u.NET_RULE_REMOVED.rule, now);
    for (uint32_t a = 0; ends && a < judge->state.hosts.count; a++) {
        for (uint32_t b = 0; b < judge->state.hosts.count; b++) {
            if (a != b && fault_between(judge, (HostId)a, (HostId)b))
                *pair(judge, (HostId)a, (HostId)b) = now;
        }
    }
    bool of_process = record->type == TRACE_PROCESS_THAWED ||
                      record->type == TRACE_PROCESS_SLOWED || record->type == TRACE_PROCESS_EXITED;
    if (of_process && is_stopped(judge, record->host))
        judge->pasts.items[record->host].stopped_until = now;
}

/* What held bytes back is over: TCP sends them again after a time that doubled meanwhile, so at
 * latest as long after it as it lasted; a thin path still has them in its queue. */
static SimSpan recovery(const Past *past, SimTime now)
{
    if (past->hindered_from == 0) return 0;
    SimSpan lasted = now - past->hindered_from;
    SimSpan again = lasted < RTO_MOST ? lasted : RTO_MOST;
    return past->thin_until >= past->hindered_from ? again + THIN_MOST : again;
}

static void watch_stream(const Judge *judge, HostId host, SimTime now)
{
    Past *past = &judge->pasts.items[host];
    bool connected = judge->state.hosts.items[host].repl == REPL_CONNECTED;
    bool flows = stream_of(judge, host) != HOST_NONE;
    if (!connected) past->hindered_from = 0;
    if (flows && past->link_since == SIM_TIME_NEVER) past->link_since = now + recovery(past, now);
    if (flows) past->hindered_from = 0;
    else past->link_since = SIM_TIME_NEVER;
    if (connected && !flows && past->hindered_from == 0) past->hindered_from = now;
}

/* After it: since when streams are unhindered. */
static void note_since(Judge *judge, const TraceRecord *record)
{
    SimTime now = record->time;
    Past *past = record->host < judge->pasts.count ? &judge->pasts.items[record->host] : NULL;
    if (record->type == TRACE_CALL_SENT)
        note_command(judge, record->host, record->u.CALL_SENT.command, now);
    if (record->type == TRACE_REQUEST_SENT)
        note_command(judge, record->u.REQUEST_SENT.to, record->u.REQUEST_SENT.command, now);
    if (past && record->type == TRACE_PROCESS_STARTED) past->started_at = now;
    bool promoted =
        record->type == TRACE_ELECTION_WON ||
        (record->type == TRACE_ROLE_CHANGED && record->u.ROLE_CHANGED.primary == NODE_NONE);
    if (past && promoted) past->promoted_at = now;
    for (uint32_t i = 0; i < judge->state.hosts.count; i++) watch_stream(judge, (HostId)i, now);
}

/* Records that change who holds what, who owns what, or what stands between. */
static bool matters(const Judge *judge, const TraceRecord *record)
{
    NodeId about = NODE_NONE;
    switch (record->type) {
    case TRACE_PROCESS_STARTED:
    case TRACE_PROCESS_EXITED:
    case TRACE_PROCESS_FROZEN:
    case TRACE_PROCESS_THAWED:
    case TRACE_PROCESS_SLOWED:
    case TRACE_NET_RULE_ADDED:
    case TRACE_NET_RULE_REMOVED:
    case TRACE_SELF_REPL:
    case TRACE_REPL_SYNCED:
    case TRACE_ELECTION_WON:
    case TRACE_ROLE_CHANGED:
    case TRACE_DATA_DROPPED:
    case TRACE_CALL_SENT:
    case TRACE_REQUEST_SENT: return true;
    case TRACE_PEER_SLOTS: about = record->u.PEER_SLOTS.peer; break;
    case TRACE_PEER_EPOCH: about = record->u.PEER_EPOCH.peer; break;
    case TRACE_PEER_FLAGS: about = record->u.PEER_FLAGS.peer; break;
    case TRACE_PEER_ADDED: about = record->u.PEER_ADDED.peer; break;
    default: return false;
    }
    return about == judge->state.hosts.items[record->host].node;
}

static void take(Judge *judge, const TraceRecord *record)
{
    bool counts = matters(judge, record);
    for (uint32_t i = 0; counts && i < judge->trails.count; i++) {
        if (judge->trails.items[i].owner != HOST_NONE)
            spread(judge, &judge->trails.items[i], record->time);
    }
    if (counts) note_until(judge, record);
    bool follows = state_apply(&judge->state, record, NULL);
    SIM_ASSERT(follows); /* whoever made or read the trace has seen to it */
    while (judge->pasts.count < judge->state.hosts.count)
        array_push(judge->ledger->mem, &judge->pasts, ((Past){.link_since = SIM_TIME_NEVER}));
    if (!counts) return;
    note_since(judge, record);
    for (uint32_t i = 0; i < judge->trails.count; i++) {
        if (judge->trails.items[i].owner != HOST_NONE)
            follow(judge, &judge->trails.items[i], record);
    }
}

static uint32_t count_hosts(const Trace *trace)
{
    uint32_t hosts = 0;
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        hosts += record.type == TRACE_HOST_ADDED || record.type == TRACE_CLIENT_ADDED;
    }
    return hosts;
}

void ledger_classify(Ledger *ledger, const Trace *trace)
{
    Judge judge = {.ledger = ledger, .hosts = count_hosts(trace)};
    size_t pairs = (size_t)judge.hosts * judge.hosts * sizeof(SimTime);
    uint32_t next = 0;
    judge.apart_until = mem_alloc(ledger->mem, pairs);
    state_init(&judge.state, ledger->mem);
    for (uint64_t seq = 1; seq <= trace_count(trace); seq++) {
        TraceRecord record;
        trace_get(trace, seq, &record);
        take(&judge, &record);
        while (next < ledger->lost.count && ledger->lost.items[next].seq == seq)
            begin_trail(&judge, &ledger->lost.items[next++]);
    }
    for (uint32_t i = 0; i < judge.trails.count; i++) {
        end_trail(&judge, &judge.trails.items[i]);
        mem_free(ledger->mem, judge.trails.items[i].holds_since, judge.hosts * sizeof(SimTime));
    }
    mem_free(ledger->mem, judge.apart_until, pairs);
    array_deinit(ledger->mem, &judge.trails);
    array_deinit(ledger->mem, &judge.pasts);
    state_deinit(&judge.state);
}
