/* fold_belief.c -- folding of what a process believes: of itself, of its peers, reports,
 * handshakes.
 *
 * The process must run or be frozen, and a peer must be known before anything is said of it;
 * PEER_ADDED makes it known and PEER_REMOVED blank again. Reports and handshakes have records of
 * their own: a peer that is removed takes none along. */
#include "sim/trace/fold.h"

#include "sim/base/assert.h"

#include <inttypes.h>
#include <string.h>

/* --- of itself --- */

static bool fold_self(HostState *row, const TraceRecord *record)
{
    switch ((int)record->type) {
    case TRACE_SELF_EPOCHS:
        row->current_epoch = record->u.SELF_EPOCHS.current;
        row->last_vote_epoch = record->u.SELF_EPOCHS.last_vote;
        return true;
    case TRACE_SELF_STATE:
        row->state = record->u.SELF_STATE.state;
        row->size = record->u.SELF_STATE.size;
        return true;
    case TRACE_SELF_ELECTION:
        row->auth_ms = record->u.SELF_ELECTION.auth_ms;
        row->votes = record->u.SELF_ELECTION.votes;
        row->rank = record->u.SELF_ELECTION.rank;
        row->auth_sent = record->u.SELF_ELECTION.sent;
        row->auth_epoch = record->u.SELF_ELECTION.epoch;
        return true;
    case TRACE_SELF_REPL:
        row->repl = record->u.SELF_REPL.link;
        row->repl_primary = record->u.SELF_REPL.primary;
        return true;
    case TRACE_SELF_OFFSET: row->repl_offset = record->u.SELF_OFFSET.offset; return true;
    }
    SIM_ASSERT(false);
    return false;
}

/* --- of a peer --- */

/* The cell for `peer`, which must be known or not known as said; NULL with *err otherwise. */
static Belief *cell_of(TraceState *state, const TraceRecord *record, NodeId peer, bool known,
                       Error *err)
{
    if (peer == NODE_NONE) {
        fold_refuse(err, record, "a peer is missing");
        return NULL;
    }
    Belief *cell = state_need_belief(state, record->host, peer);
    if (cell->known == known) return cell;
    fold_refuse(err, record, "node %u is %s", peer, known ? "not known" : "known already");
    return NULL;
}

static bool fold_peer_added(TraceState *state, const TraceRecord *record, Error *err)
{
    const TracePEER_ADDED *payload = &record->u.PEER_ADDED;
    Belief *cell = cell_of(state, record, payload->peer, false, err);
    if (!cell) return false;
    *cell = (Belief){
        .known = true, .addr = payload->addr, .flags = payload->flags, .primary = NODE_NONE};
    return true;
}

static NodeId peer_of(const TraceRecord *record)
{
    switch ((int)record->type) {
    case TRACE_PEER_REMOVED: return record->u.PEER_REMOVED.peer;
    case TRACE_PEER_FLAGS: return record->u.PEER_FLAGS.peer;
    case TRACE_PEER_EPOCH: return record->u.PEER_EPOCH.peer;
    case TRACE_PEER_SLOTS: return record->u.PEER_SLOTS.peer;
    case TRACE_PEER_PRIMARY: return record->u.PEER_PRIMARY.peer;
    case TRACE_PEER_ADDR: return record->u.PEER_ADDR.peer;
    case TRACE_PEER_UP: return record->u.PEER_UP.peer;
    case TRACE_PEER_LINK: return record->u.PEER_LINK.peer;
    case TRACE_PEER_PING: return record->u.PEER_PING.peer;
    case TRACE_PEER_PONG: return record->u.PEER_PONG.peer;
    case TRACE_PEER_OFFSET: return record->u.PEER_OFFSET.peer;
    }
    SIM_ASSERT(false);
    return NODE_NONE;
}

static bool fold_peer(TraceState *state, const TraceRecord *record, Error *err)
{
    Belief *cell = cell_of(state, record, peer_of(record), true, err);
    if (!cell) return false;
    switch ((int)record->type) {
    case TRACE_PEER_REMOVED: *cell = belief_blank(); break;
    case TRACE_PEER_FLAGS: cell->flags = record->u.PEER_FLAGS.flags; break;
    case TRACE_PEER_EPOCH: cell->epoch = record->u.PEER_EPOCH.epoch; break;
    case TRACE_PEER_SLOTS: cell->slots = record->u.PEER_SLOTS.slots; break;
    case TRACE_PEER_PRIMARY: cell->primary = record->u.PEER_PRIMARY.primary; break;
    case TRACE_PEER_ADDR: cell->addr = record->u.PEER_ADDR.addr; break;
    case TRACE_PEER_UP: cell->up = record->u.PEER_UP.up; break;
    case TRACE_PEER_LINK: cell->link = (uint8_t)record->u.PEER_LINK.link; break;
    case TRACE_PEER_PING: cell->ping_ms = record->u.PEER_PING.ping_ms; break;
    case TRACE_PEER_PONG: cell->pong_ms = record->u.PEER_PONG.pong_ms; break;
    case TRACE_PEER_OFFSET: cell->offset = record->u.PEER_OFFSET.offset; break;
    }
    return true;
}

/* --- failure reports, sorted by (peer, reporter) --- */

static uint32_t report_key(Report report)
{
    return (uint32_t)report.peer << 16 | report.reporter;
}

/* The first report not before `wanted`. */
static uint32_t find_report(const HostState *row, Report wanted)
{
    uint32_t low = 0, high = row->reports.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (report_key(row->reports.items[middle]) < report_key(wanted)) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool has_report(const HostState *row, uint32_t i, Report wanted)
{
    return i < row->reports.count && report_key(row->reports.items[i]) == report_key(wanted);
}

static bool fold_report(TraceState *state, HostState *row, const TraceRecord *record, Error *err)
{
    bool adds = record->type == TRACE_REPORT_ADDED;
    Report report =
        adds ? (Report){record->u.REPORT_ADDED.peer, record->u.REPORT_ADDED.reporter}
             : (Report){record->u.REPORT_REMOVED.peer, record->u.REPORT_REMOVED.reporter};
    if (report.peer == NODE_NONE || report.reporter == NODE_NONE) {
        return fold_refuse(err, record, "a report needs a peer and a reporter");
    }
    uint32_t i = find_report(row, report);
    if (has_report(row, i, report) == adds) {
        return fold_refuse(err, record, "node %u's report on node %u is %s", report.reporter,
                           report.peer, adds ? "there already" : "not there");
    }
    if (!adds) {
        array_remove(&row->reports, i);
        return true;
    }
    if (row->reports.count >= REPORTS_MAX) {
        return fold_refuse(err, record, "more than %" PRIu32 " reports on one host", REPORTS_MAX);
    }
    array_push(state->mem, &row->reports, report);
    memmove(&row->reports.items[i + 1], &row->reports.items[i],
            (row->reports.count - 1 - i) * sizeof(Report));
    row->reports.items[i] = report;
    return true;
}

/* --- handshakes, sorted by number --- */

static uint32_t find_handshake(const HostState *row, uint32_t number)
{
    uint32_t low = 0, high = row->handshakes.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row->handshakes.items[middle].handshake < number) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool has_handshake(const HostState *row, uint32_t i, uint32_t number)
{
    return i < row->handshakes.count && row->handshakes.items[i].handshake == number;
}

static bool fold_handshake_added(TraceState *state, HostState *row, const TraceRecord *record,
                                 Error *err)
{
    const TraceHANDSHAKE_ADDED *payload = &record->u.HANDSHAKE_ADDED;
    uint32_t i = find_handshake(row, payload->handshake);
    if (has_handshake(row, i, payload->handshake)) {
        return fold_refuse(err, record, "handshake %" PRIu32 " is there already",
                           payload->handshake);
    }
    if (!fold_is_node_id(payload->id)) {
        return fold_refuse(err, record, "a node ID has 40 lower-case hex digits");
    }
    if (row->handshakes.count >= HANDSHAKES_MAX) {
        return fold_refuse(err, record, "more than %" PRIu32 " handshakes on one host",
                           HANDSHAKES_MAX);
    }
    HandshakeState handshake = {.handshake = payload->handshake, .addr = payload->addr};
    memcpy(handshake.id, payload->id.chars, NODE_ID_SIZE);
    array_push(state->mem, &row->handshakes, handshake);
    memmove(&row->handshakes.items[i + 1], &row->handshakes.items[i],
            (row->handshakes.count - 1 - i) * sizeof(HandshakeState));
    row->handshakes.items[i] = handshake;
    return true;
}

static bool fold_handshake_removed(HostState *row, const TraceRecord *record, Error *err)
{
    uint32_t number = record->u.HANDSHAKE_REMOVED.handshake;
    uint32_t i = find_handshake(row, number);
    if (!has_handshake(row, i, number)) {
        return fold_refuse(err, record, "handshake %" PRIu32 " is not there", number);
    }
    array_remove(&row->handshakes, i);
    return true;
}

/* --- every row --- */

bool fold_belief(TraceState *state, const TraceRecord *record, Error *err)
{
    HostState *row = fold_process(state, record, err);
    if (!row) return false;
    switch ((int)record->type) {
    case TRACE_SELF_EPOCHS:
    case TRACE_SELF_STATE:
    case TRACE_SELF_ELECTION:
    case TRACE_SELF_REPL:
    case TRACE_SELF_OFFSET: return fold_self(row, record);
    case TRACE_PEER_ADDED: return fold_peer_added(state, record, err);
    case TRACE_REPORT_ADDED:
    case TRACE_REPORT_REMOVED: return fold_report(state, row, record, err);
    case TRACE_HANDSHAKE_ADDED: return fold_handshake_added(state, row, record, err);
    case TRACE_HANDSHAKE_REMOVED: return fold_handshake_removed(row, record, err);
    default: return fold_peer(state, record, err);
    }
}
