/* peers_set.c -- the setters of node records and of what a node believes of itself.
 *
 * Every change that a trace shows is made and noted here, and nowhere else. Setting what is already
 * so does nothing. Handshake records have no identity: what happens to them is not noted. */
#include "sim/cluster/cron.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#include <string.h>

static bool is_handshake(PeerRef ref)
{
    return (ref & PEER_HANDSHAKE) != 0;
}

void peer_mark_dirty(Node *self, PeerRef ref, NodeEnv *env)
{
    if (is_handshake(ref) || self->peers[ref].dirty) return;
    self->peers[ref].dirty = true;
    array_push(env->mem, &self->dirty, ref);
}

void peer_touch(Node *self, PeerRef ref, const NodeEnv *env)
{
    self->due[node_peer(self, ref)->order] = (uint8_t)cron_slice(env->now_ms);
}

static bool gate_may_open(const Node *self, NodeId node)
{
    const Peer *peer = &self->peers[node];
    return peer->used && node != self->self && peer->ping_sent_ms == 0 && peer->pong_ms != 0 &&
           peer->report_count == 0 && !(peer->flags & (FLAG_PFAIL | FLAG_FAIL)) &&
           peer->pong_ms / 1000 - self->gate_base_s < GATE_CLOSED;
}

/* Adds what a record with these marks counts for, or takes it away (`by` -1). A replica can own
 * slots by mistake (ADDSLOTS has no role check): it counts for coverage, not for size. */
static void count_census(Census *census, uint16_t marks, int by)
{
    if (!(marks & MARK_SLOTS)) return;
    if (marks & FLAG_FAIL) census->failed_owners = (uint16_t)(census->failed_owners + by);
    if (marks & FLAG_REPLICA) return;
    census->size = (uint16_t)(census->size + by);
    if (!(marks & (FLAG_FAIL | FLAG_PFAIL))) census->reachable = (uint16_t)(census->reachable + by);
}

void peer_refresh(Node *self, NodeId node)
{
    Peer *peer = &self->peers[node];
    peer->pong_ms = peer_pong_ms(self, node);
    self->gate[node] = gate_may_open(self, node)
                           ? (uint16_t)(peer->pong_ms / 1000 - self->gate_base_s)
                           : GATE_CLOSED;

    uint16_t marks = peer->flags;
    if (peer->used) marks |= MARK_KNOWN;
    if (peer->slot_count > 0) marks |= MARK_SLOTS;
    if (peer->link_state == PLINK_NONE) marks |= MARK_NO_LINK;
    if (peer->link_state == PLINK_NONE && peer->slot_count == 0) marks |= MARK_BARE;
    if (peer->flags & (FLAG_PFAIL | FLAG_FAIL) || peer->report_count > 0) marks |= MARK_SUSPECT;
    if ((marks ^ self->marks[node]) & MARK_SUSPECT) {
        if (marks & MARK_SUSPECT) self->suspect_count++;
        else self->suspect_count--;
    }
    if (marks == self->marks[node]) return;
    count_census(&self->census, self->marks[node], -1);
    count_census(&self->census, marks, 1);
    self->marks[node] = marks;
}

/* --- flags --- */

void peer_list_pfail(Node *self, PeerRef ref, NodeEnv *env)
{
    uint16_t order = self->peers[ref].order;
    array_push(env->mem, &self->pfails, ref);
    uint32_t at = self->pfails.count - 1;
    while (at > 0 && self->peers[self->pfails.items[at - 1]].order > order) {
        self->pfails.items[at] = self->pfails.items[at - 1];
        at--;
    }
    self->pfails.items[at] = ref;
}

static void pfails_remove(Node *self, PeerRef ref)
{
    uint32_t at = 0;
    while (self->pfails.items[at] != ref) {
        at++;
        SIM_ASSERT(at < self->pfails.count);
    }
    array_remove(&self->pfails, at);
}

void peer_set_flags(Node *self, PeerRef ref, uint16_t flags, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    uint16_t changed = peer->flags ^ flags;
    if (!changed) return;
    peer->flags = flags;
    if (is_handshake(ref)) return;

    if (changed & FLAG_PFAIL) {
        if (flags & FLAG_PFAIL) peer_list_pfail(self, ref, env);
        else pfails_remove(self, ref);
    }
    TraceRecord *record = effect_note(env, TRACE_PEER_FLAGS);
    record->u.PEER_FLAGS.peer = ref;
    record->u.PEER_FLAGS.flags = flags;
    peer_mark_dirty(self, ref, env);
    peer_refresh(self, ref);
    peer_touch(self, ref, env);
}

/* --- what headers say --- */

void peer_set_epoch(Node *self, PeerRef ref, uint64_t epoch, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    if (peer->epoch == epoch) return;
    peer->epoch = epoch;
    if (is_handshake(ref)) return;
    TraceRecord *record = effect_note(env, TRACE_PEER_EPOCH);
    record->u.PEER_EPOCH.peer = ref;
    record->u.PEER_EPOCH.epoch = epoch;
    peer_mark_dirty(self, ref, env);
}

void peer_set_slots(Node *self, PeerRef ref, SlotsId slots, NodeEnv *env)
{
    SIM_ASSERT(!is_handshake(ref));
    Peer *peer = &self->peers[ref];
    if (peer->slots == slots) return;
    peer->slots = slots;
    peer->slot_count = (uint16_t)bitpool_members(env->slots, slots);
    TraceRecord *record = effect_note(env, TRACE_PEER_SLOTS);
    record->u.PEER_SLOTS.peer = ref;
    record->u.PEER_SLOTS.slots = slots;
    peer_mark_dirty(self, ref, env);
    peer_refresh(self, ref);
}

void peer_set_primary(Node *self, PeerRef ref, NodeId primary, NodeEnv *env)
{
    SIM_ASSERT(!is_handshake(ref));
    Peer *peer = &self->peers[ref];
    if (peer->primary == primary) return;
    peer->primary = primary;
    TraceRecord *record = effect_note(env, TRACE_PEER_PRIMARY);
    record->u.PEER_PRIMARY.peer = ref;
    record->u.PEER_PRIMARY.primary = primary;
    peer_mark_dirty(self, ref, env);
}

void peer_set_addr(Node *self, PeerRef ref, AddrId addr, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    if (peer->addr == addr) return;
    peer->addr = addr;
    if (is_handshake(ref)) return;
    TraceRecord *record = effect_note(env, TRACE_PEER_ADDR);
    record->u.PEER_ADDR.peer = ref;
    record->u.PEER_ADDR.addr = addr;
    peer_mark_dirty(self, ref, env);
}

void peer_set_offset(Node *self, PeerRef ref, uint64_t offset, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    if (peer->offset == offset) return;
    peer->offset = offset;
    if (is_handshake(ref)) return;
    TraceRecord *record = effect_note(env, TRACE_PEER_OFFSET);
    record->u.PEER_OFFSET.peer = ref;
    record->u.PEER_OFFSET.offset = offset;
}

/* --- links, pings, pongs --- */

static void note_link(PeerRef ref, PeerLink state, NodeEnv *env)
{
    TraceRecord *record = effect_note(env, TRACE_PEER_LINK);
    record->u.PEER_LINK.peer = ref;
    record->u.PEER_LINK.link = state;
}

static void note_up(PeerRef ref, bool up, NodeEnv *env)
{
    TraceRecord *record = effect_note(env, TRACE_PEER_UP);
    record->u.PEER_UP.peer = ref;
    record->u.PEER_UP.up = up;
}

void peer_set_link(Node *self, PeerRef ref, LinkId link, PeerLink state, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    SIM_ASSERT(state != PLINK_NONE || link == LINK_NONE);
    PeerLink before = (PeerLink)peer->link_state;
    peer->link = link;
    peer->link_state = (uint8_t)state;
    peer_touch(self, ref, env);
    if (is_handshake(ref)) return;

    self->out_links[ref] = link;
    peer_refresh(self, ref);
    if (before == state) return;
    note_link(ref, state, env);
    if (before == PLINK_CONNECTED || state == PLINK_CONNECTED) {
        note_up(ref, state == PLINK_CONNECTED, env);
    }
}

void peer_set_inbound(Node *self, NodeId node, LinkId link)
{
    self->peers[node].inbound = link;
    self->in_links[node] = link;
}

void peer_set_ping(Node *self, PeerRef ref, NodeMs ping_ms, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    if (peer->ping_sent_ms == ping_ms) return;
    bool was_pinged = peer->ping_sent_ms != 0;
    peer->ping_sent_ms = ping_ms;
    peer_touch(self, ref, env);
    if (is_handshake(ref)) return;

    TraceRecord *record = effect_note(env, TRACE_PEER_PING);
    record->u.PEER_PING.peer = ref;
    record->u.PEER_PING.ping_ms = ping_ms;
    if (was_pinged != (ping_ms != 0)) peer_mark_dirty(self, ref, env);
    peer_refresh(self, ref);
}

void peer_set_pong(Node *self, PeerRef ref, NodeMs pong_ms, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    NodeMs before = peer_pong_ms(self, ref);
    if (before == pong_ms) return;
    peer->pong_ms = pong_ms;
    peer_touch(self, ref, env);
    if (is_handshake(ref)) return;

    self->gate[ref] = GATE_CLOSED; /* what it knew is superseded */
    TraceRecord *record = effect_note(env, TRACE_PEER_PONG);
    record->u.PEER_PONG.peer = ref;
    record->u.PEER_PONG.pong_ms = pong_ms;
    if (before == 0) peer_mark_dirty(self, ref, env);
    peer_refresh(self, ref);
}

/* --- roles --- */

/* A replica leaves the list of its primary; the last one to leave takes MIGRATE_TO along
 * (clusterNodeRemoveSlave, §8.2). */
static void leave_primary(Node *self, PeerRef ref, NodeEnv *env)
{
    NodeId primary = self->peers[ref].primary;
    if (primary == NODE_NONE) return;
    peer_set_primary(self, ref, NODE_NONE, env);
    if (peer_replica_count(self, primary) > 0) return;
    peer_set_flags(self, primary, self->peers[primary].flags & (uint16_t)~FLAG_MIGRATE_TO, env);
}

/* clusterSetNodeAsMaster */
void peer_make_primary(Node *self, PeerRef ref, NodeEnv *env)
{
    const Peer *peer = &self->peers[ref];
    if (peer->flags & FLAG_PRIMARY) return;
    uint16_t flags = (peer->flags & (uint16_t)~FLAG_REPLICA) | FLAG_PRIMARY;
    if (peer->primary != NODE_NONE) {
        leave_primary(self, ref, env);
        if (ref != self->self) flags |= FLAG_MIGRATE_TO;
    }
    peer_set_flags(self, ref, flags, env);
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
}

/* The header of `ref` names a primary (NODE_NONE: one that is not known here), §3.8 step 6. */
void peer_make_replica(Node *self, PeerRef ref, NodeId primary, NodeEnv *env)
{
    const Peer *peer = &self->peers[ref];
    if (peer->flags & FLAG_PRIMARY) {
        if (peer->slot_count > 0) slots_drop(self, ref, env);
        uint16_t flags = peer->flags & (uint16_t) ~(FLAG_PRIMARY | FLAG_MIGRATE_TO);
        peer_set_flags(self, ref, flags | FLAG_REPLICA, env);
        self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
    }
    if (primary == NODE_NONE || peer->primary == primary) return;
    leave_primary(self, ref, env);
    peer_set_primary(self, ref, primary, env);
    peer_set_flags(self, primary, self->peers[primary].flags | FLAG_MIGRATE_TO, env);
    self->before_sleep |= SLEEP_SAVE;
}

/* --- a whole record --- */

/* The times of a record, which only level 2 shows. */
static void note_times(const Node *self, NodeId node, NodeEnv *env)
{
    const Peer *peer = &self->peers[node];
    NodeMs pong_ms = peer_pong_ms(self, node);
    if (peer->ping_sent_ms) {
        TraceRecord *record = effect_note(env, TRACE_PEER_PING);
        record->u.PEER_PING.peer = node;
        record->u.PEER_PING.ping_ms = peer->ping_sent_ms;
    }
    if (pong_ms) {
        TraceRecord *record = effect_note(env, TRACE_PEER_PONG);
        record->u.PEER_PONG.peer = node;
        record->u.PEER_PONG.pong_ms = pong_ms;
    }
    if (peer->offset) {
        TraceRecord *record = effect_note(env, TRACE_PEER_OFFSET);
        record->u.PEER_OFFSET.peer = node;
        record->u.PEER_OFFSET.offset = peer->offset;
    }
}

void peer_note_all(Node *self, NodeId node, NodeEnv *env)
{
    const Peer *peer = &self->peers[node];
    TraceRecord *record = effect_note(env, TRACE_PEER_ADDED);
    record->u.PEER_ADDED.peer = node;
    record->u.PEER_ADDED.addr = peer->addr;
    record->u.PEER_ADDED.flags = peer->flags;
    peer_mark_dirty(self, node, env);
    if (peer->epoch) {
        record = effect_note(env, TRACE_PEER_EPOCH);
        record->u.PEER_EPOCH.peer = node;
        record->u.PEER_EPOCH.epoch = peer->epoch;
    }
    if (peer->slots != SLOTS_EMPTY) {
        record = effect_note(env, TRACE_PEER_SLOTS);
        record->u.PEER_SLOTS.peer = node;
        record->u.PEER_SLOTS.slots = peer->slots;
    }
    if (peer->primary != NODE_NONE) {
        record = effect_note(env, TRACE_PEER_PRIMARY);
        record->u.PEER_PRIMARY.peer = node;
        record->u.PEER_PRIMARY.primary = peer->primary;
    }
    if (peer->link_state != PLINK_NONE) note_link(node, (PeerLink)peer->link_state, env);
    if (peer->link_state == PLINK_CONNECTED) note_up(node, true, env);
    note_times(self, node, env);
}

/* --- of itself --- */

void self_set_epochs(Node *self, uint64_t current, uint64_t last_vote, NodeEnv *env)
{
    if (self->current_epoch == current && self->last_vote_epoch == last_vote) return;
    self->current_epoch = current;
    self->last_vote_epoch = last_vote;
    TraceRecord *record = effect_note(env, TRACE_SELF_EPOCHS);
    record->u.SELF_EPOCHS.current = current;
    record->u.SELF_EPOCHS.last_vote = last_vote;
}

void self_set_state(Node *self, ClusterState state, uint16_t size, NodeEnv *env)
{
    if (self->state == state && self->size == size) return;
    self->state = state;
    self->size = size;
    TraceRecord *record = effect_note(env, TRACE_SELF_STATE);
    record->u.SELF_STATE.state = state;
    record->u.SELF_STATE.size = size;
}

void self_note_election(Node *self, NodeEnv *env)
{
    const Election *election = &self->election;
    TraceRecord *record = effect_note(env, TRACE_SELF_ELECTION);
    record->u.SELF_ELECTION.auth_ms = election->auth_ms;
    record->u.SELF_ELECTION.votes = election->votes;
    record->u.SELF_ELECTION.rank = election->rank;
    record->u.SELF_ELECTION.sent = election->sent;
    record->u.SELF_ELECTION.epoch = election->epoch;
}
