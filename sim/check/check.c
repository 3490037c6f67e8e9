/* check.c -- the invariants of votes, winners, epochs and owners. */
#include "sim/check/check.h"

#include "sim/base/assert.h"
#include "sim/base/bitset.h"

#include <inttypes.h>

#define TEXT_MAX 20000 /* bytes of violations kept */

typedef struct Vote {
    NodeId voter, candidate;
    uint64_t epoch;
} Vote;

typedef struct Win {
    NodeId winner;
    uint64_t epoch;
} Win;

/* The highest epochs seen of one identity. */
typedef struct Seen {
    uint64_t current, last_vote, config;
} Seen;

struct Check {
    Mem *mem;
    TraceState state;
    uint64_t next; /* seq of the record to take next in check_trace */
    ARRAY_OF(Vote) votes;
    ARRAY_OF(Win) wins;
    ARRAY_OF(Seen) seen; /* by NodeId */
    uint32_t count;
    Text text;
};

Check *check_create(Mem *mem)
{
    Check *check = mem_alloc(mem, sizeof(*check));
    check->mem = mem;
    check->next = 1;
    check->text.mem = mem;
    state_init(&check->state, mem);
    return check;
}

void check_destroy(Check *check)
{
    if (!check) return;
    Mem *mem = check->mem;
    state_deinit(&check->state);
    array_deinit(mem, &check->votes);
    array_deinit(mem, &check->wins);
    array_deinit(mem, &check->seen);
    text_deinit(&check->text);
    mem_free(mem, check, sizeof(*check));
}

/* The host's name, for messages. */
static const char *name_of(const Check *check, NodeId node)
{
    if (node >= check->state.nodes.count) return "?";
    return check->state.hosts.items[check->state.nodes.items[node].host].name;
}

/* Starts the line of a violation; NULL when enough have been told. */
static Text *broken(Check *check, const TraceRecord *record)
{
    check->count++;
    if (check->text.size > TEXT_MAX) return NULL;
    text_append_time(&check->text, record->time);
    text_append(&check->text, " record %" PRIu64 ": ", record->seq);
    return &check->text;
}

static Seen *seen_of(Check *check, NodeId node)
{
    while (check->seen.count <= node) array_push(check->mem, &check->seen, (Seen){0});
    return &check->seen.items[node];
}

static NodeId node_of(const Check *check, HostId host)
{
    return check->state.hosts.items[host].node;
}

static void check_vote(Check *check, const TraceRecord *record)
{
    Vote vote = {.voter = node_of(check, record->host),
                 .candidate = record->u.VOTE_GRANTED.candidate,
                 .epoch = record->u.VOTE_GRANTED.epoch};
    for (uint32_t i = 0; i < check->votes.count; i++) {
        const Vote *old = &check->votes.items[i];
        if (old->voter != vote.voter || old->epoch != vote.epoch) continue;
        Text *text = broken(check, record);
        if (text) {
            text_append(text, "%s votes for %s in epoch %" PRIu64 " and had voted for %s\n",
                        name_of(check, vote.voter), name_of(check, vote.candidate), vote.epoch,
                        name_of(check, old->candidate));
        }
        return;
    }
    array_push(check->mem, &check->votes, vote);
}

/* The same node may win an epoch again (§6.14: its variables survive); another one may not. */
static void check_win(Check *check, const TraceRecord *record)
{
    Win win = {.winner = node_of(check, record->host), .epoch = record->u.ELECTION_WON.epoch};
    for (uint32_t i = 0; i < check->wins.count; i++) {
        const Win *old = &check->wins.items[i];
        if (old->epoch != win.epoch || old->winner == win.winner) continue;
        Text *text = broken(check, record);
        if (text) {
            text_append(text, "%s wins epoch %" PRIu64 ", which %s had won\n",
                        name_of(check, win.winner), win.epoch, name_of(check, old->winner));
        }
        return;
    }
    array_push(check->mem, &check->wins, win);
}

static void fell(Check *check, const TraceRecord *record, const char *what, uint64_t from,
                 uint64_t to)
{
    Text *text = broken(check, record);
    if (!text) return;
    text_append(text, "%s of %s falls from %" PRIu64 " to %" PRIu64 "\n", what,
                name_of(check, node_of(check, record->host)), from, to);
}

static void check_epochs(Check *check, const TraceRecord *record)
{
    Seen *seen = seen_of(check, node_of(check, record->host));
    uint64_t current = record->u.SELF_EPOCHS.current, last_vote = record->u.SELF_EPOCHS.last_vote;
    if (current < seen->current) fell(check, record, "currentEpoch", seen->current, current);
    if (last_vote < seen->last_vote)
        fell(check, record, "lastVoteEpoch", seen->last_vote, last_vote);
    seen->current = current;
    seen->last_vote = last_vote;
}

/* The own configEpoch counts while the node is a primary; a replica's record holds its primary's.
 */
static void check_config_epoch(Check *check, const TraceRecord *record)
{
    NodeId node = node_of(check, record->host);
    const Belief *self = state_belief(&check->state, record->host, node);
    Seen *seen = seen_of(check, node);
    if (!self->known || !(self->flags & FLAG_PRIMARY)) return;
    if (self->epoch < seen->config) fell(check, record, "configEpoch", seen->config, self->epoch);
    seen->config = self->epoch;
}

static bool share_slots(const BitPool *slots, SlotsId a, SlotsId b)
{
    if (a == SLOTS_EMPTY || b == SLOTS_EMPTY) return false;
    const uint64_t *left = bitpool_words(slots, a), *right = bitpool_words(slots, b);
    for (uint32_t i = 0; i < SLOT_COUNT / 64; i++) {
        if (left[i] & right[i]) return true;
    }
    return false;
}

/* The belief of a running process about itself when it is a primary with slots, else NULL. */
static const Belief *own_claim(const Check *check, HostId host)
{
    const HostState *state = &check->state.hosts.items[host];
    if (state->status != PROCESS_RUNNING && state->status != PROCESS_IS_FROZEN) return NULL;
    if (state->node == NODE_NONE || state->node >= check->state.node_stride) return NULL;
    const Belief *self = state_belief(&check->state, host, state->node);
    bool claims = self->known && (self->flags & FLAG_PRIMARY) && self->slots != SLOTS_EMPTY;
    return claims ? self : NULL;
}

static void check_owners(Check *check, const TraceRecord *record)
{
    const Belief *mine = own_claim(check, record->host);
    if (!mine) return;
    for (uint32_t i = 0; i < check->state.hosts.count; i++) {
        const Belief *other = i == record->host ? NULL : own_claim(check, (HostId)i);
        if (!other || other->epoch != mine->epoch) continue;
        if (!share_slots(check->state.slots, mine->slots, other->slots)) continue;
        Text *text = broken(check, record);
        if (text) {
            text_append(text, "%s and %s own a slot with the same configEpoch %" PRIu64 "\n",
                        check->state.hosts.items[record->host].name,
                        check->state.hosts.items[i].name, mine->epoch);
        }
    }
}

/* In one node's table a slot has at most one owner (invariant 4). */
static void check_table(Check *check, const TraceRecord *record)
{
    const TraceState *state = &check->state;
    NodeId peer = record->u.PEER_SLOTS.peer;
    const Belief *changed = state_belief(state, record->host, peer);
    for (uint32_t i = 0; i < state->nodes.count && i < state->node_stride; i++) {
        const Belief *other = state_belief(state, record->host, (NodeId)i);
        if (i == peer || !other->known) continue;
        if (!share_slots(state->slots, changed->slots, other->slots)) continue;
        Text *text = broken(check, record);
        if (!text) return;
        text_append(text, "%s holds both %s and %s for the owner of a slot\n",
                    state->hosts.items[record->host].name, name_of(check, peer),
                    name_of(check, (NodeId)i));
    }
}

/* Counts in one node's table: primaries with slots, and those of them that it can reach. */
static uint32_t count_voters(const Check *check, HostId host, uint32_t *reachable)
{
    const TraceState *state = &check->state;
    uint32_t voters = 0;
    *reachable = 0;
    for (uint32_t i = 0; i < state->nodes.count && i < state->node_stride; i++) {
        const Belief *belief = state_belief(state, host, (NodeId)i);
        if (!belief->known || !(belief->flags & FLAG_PRIMARY)) continue;
        if (belief->slots == SLOTS_EMPTY) continue;
        voters++;
        *reachable += !(belief->flags & (FLAG_PFAIL | FLAG_FAIL));
    }
    return voters;
}

/* Who says that the cluster is well reaches a majority of the primaries (invariant 8). */
static void check_state(Check *check, const TraceRecord *record)
{
    if (record->u.SELF_STATE.state != STATE_OK) return;
    uint32_t reachable, voters = count_voters(check, record->host, &reachable);
    if (reachable >= voters / 2 + 1) return;
    Text *text = broken(check, record);
    if (!text) return;
    text_append(text, "%s says ok and reaches %" PRIu32 " of %" PRIu32 " primaries\n",
                check->state.hosts.items[record->host].name, reachable, voters);
}

/* Nobody marks a node as failing without suspecting it and without enough reports, its own word
 * included (invariant 6). */
static void check_failed(Check *check, const TraceRecord *record)
{
    const HostState *host = &check->state.hosts.items[record->host];
    const Belief *self = state_belief(&check->state, record->host, host->node);
    NodeId peer = record->u.FAILED.peer;
    uint32_t words = self->flags & FLAG_PRIMARY ? 1 : 0;
    for (uint32_t i = 0; i < host->reports.count; i++) words += host->reports.items[i].peer == peer;
    if (words >= record->u.FAILED.quorum && words == record->u.FAILED.reports) return;
    Text *text = broken(check, record);
    if (!text) return;
    text_append(text, "%s marks %s as failing with %" PRIu32 " words of %u\n", host->name,
                name_of(check, peer), words, record->u.FAILED.quorum);
}

/* A restart from disk may forget a currentEpoch that no save took along (§2.6); a new identity is
 * new. */
static void check_start(Check *check, const TraceRecord *record)
{
    seen_of(check, record->u.PROCESS_STARTED.node)->current = 0;
}

static bool is_about_self(const Check *check, const TraceRecord *record, NodeId peer)
{
    return peer == node_of(check, record->host);
}

bool check_record(Check *check, const TraceRecord *record)
{
    Error err = {0};
    uint32_t before = check->count;
    if (!state_apply(&check->state, record, &err)) {
        Text *text = broken(check, record);
        if (text) text_append(text, "the record does not fit: %s\n", err.text);
        return false;
    }
    switch (record->type) {
    case TRACE_PROCESS_STARTED: check_start(check, record); break;
    case TRACE_IDENTIFIED: seen_of(check, record->u.IDENTIFIED.node)->current = 0; break;
    case TRACE_VOTE_GRANTED: check_vote(check, record); break;
    case TRACE_ELECTION_WON: check_win(check, record); break;
    case TRACE_SELF_STATE: check_state(check, record); break;
    case TRACE_FAILED: check_failed(check, record); break;
    case TRACE_SELF_EPOCHS: check_epochs(check, record); break;
    case TRACE_PEER_EPOCH:
        if (!is_about_self(check, record, record->u.PEER_EPOCH.peer)) break;
        check_config_epoch(check, record);
        check_owners(check, record);
        break;
    case TRACE_PEER_SLOTS:
        check_table(check, record);
        if (is_about_self(check, record, record->u.PEER_SLOTS.peer)) check_owners(check, record);
        break;
    case TRACE_PEER_FLAGS:
        if (is_about_self(check, record, record->u.PEER_FLAGS.peer)) check_owners(check, record);
        break;
    default: break; /* nothing to check */
    }
    return check->count == before;
}

uint32_t check_trace(Check *check, const Trace *trace)
{
    TraceRecord record;
    for (; check->next <= trace_count(trace); check->next++) {
        trace_get(trace, check->next, &record);
        check_record(check, &record);
    }
    return check->count;
}

uint32_t check_count(const Check *check)
{
    return check->count;
}

const char *check_text(const Check *check)
{
    return text_chars(&check->text);
}
