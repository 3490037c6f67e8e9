/* node.c -- birth, steps and the work before sleep of one node; what it keeps on disk.
 *
 * protocol.md §2.5-2.7 (nodes.conf), §3.7 (before sleep), §3.10 (links). */
#include "sim/cluster/node.h"

#include "sim/cluster/clusterstate.h"
#include "sim/cluster/cron.h"
#include "sim/cluster/sample.h"
#include "sim/cluster/election.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/link.h"
#include "sim/cluster/packet.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

#include <string.h>

/* Flags that nodes.conf keeps (§2.2). */
#define FLAGS_ON_DISK                                                                              \
    (FLAG_PRIMARY | FLAG_REPLICA | FLAG_PFAIL | FLAG_FAIL | FLAG_MYSELF | FLAG_NOADDR |            \
     FLAG_NOFAILOVER)

/* --- birth --- */

static uint16_t nofailover_flag(const Node *self)
{
    return self->cfg.replica_no_failover ? FLAG_NOFAILOVER : 0;
}

/* clusterUpdateMyselfFlags */
static void update_own_flags(Node *self, NodeEnv *env)
{
    uint16_t flags = node_me(self)->flags & (uint16_t)~FLAG_NOFAILOVER;
    flags |= nofailover_flag(self);
    if (flags == node_me(self)->flags) return;
    peer_set_flags(self, self->self, flags, env);
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
}

void node_set_config(Node *self, const NodeConfig *config, NodeEnv *env)
{
    self->cfg = *config;
    update_own_flags(self, env);
}

/* A record as nodes.conf has it. Replicas start with config epoch 0; times become now (§2.7). */
static void load_record(Node *self, NodeId node, const DiskPeer *disk, NodeEnv *env)
{
    peer_add(self, node, disk->addr, disk->flags, env);
    bool is_replica = disk->flags & FLAG_REPLICA && disk->primary != NODE_NONE;
    if (!is_replica) peer_set_epoch(self, node, disk->epoch, env);
    if (disk->flags & FLAG_FAIL) self->peers[node].fail_ms = env->now_ms;
    if (disk->pinged) peer_set_ping(self, node, env->now_ms, env);
    if (disk->ponged) peer_set_pong(self, node, env->now_ms, env);
}

/* Somebody who is only named by another line of the file: a record without flags and address. */
static void need_record(Node *self, NodeId node, NodeEnv *env)
{
    if (!peer_known(self, node)) peer_add(self, node, ADDR_NONE, 0, env);
}

/* The primary of a replica, and the slots of anybody: after all records exist. */
static void load_relations(Node *self, NodeId node, const DiskPeer *disk, NodeEnv *env)
{
    if (disk->primary != NODE_NONE) {
        need_record(self, disk->primary, env);
        peer_set_primary(self, node, disk->primary, env);
        uint16_t flags = self->peers[disk->primary].flags | FLAG_MIGRATE_TO;
        peer_set_flags(self, disk->primary, flags, env);
    }
    if (disk->slots != SLOTS_EMPTY) slots_assign(self, disk->slots, node, env);
}

static void load_disk(Node *self, const NodeDisk *disk, NodeEnv *env)
{
    peers_reserve(self, disk->peers.count, env->mem);
    for (uint32_t i = 0; i < disk->peers.count; i++) {
        const DiskPeer *peer = &disk->peers.items[i];
        if (peer->known) load_record(self, (NodeId)i, peer, env);
    }
    for (uint32_t i = 0; i < disk->peers.count; i++) {
        const DiskPeer *peer = &disk->peers.items[i];
        if (peer->known) load_relations(self, (NodeId)i, peer, env);
    }
    for (uint32_t i = 0; i < disk->open_slots.count; i++) {
        need_record(self, disk->open_slots.items[i].node, env);
        array_push(env->mem, &self->open_slots, disk->open_slots.items[i]);
    }
    uint64_t epoch = disk->current_epoch;
    for (uint32_t i = 0; i < self->known.count; i++) {
        const Peer *peer = node_peer(self, self->known.items[i]);
        if (peer->epoch > epoch) epoch = peer->epoch;
    }
    self->knows_ip = disk->knows_ip;
    self_set_epochs(self, epoch, disk->last_vote_epoch, env);
}

/* The state before anything is believed. */
static Node *new_node(HostId host, AddrId addr, const NodeConfig *config, NodeEnv *env)
{
    Node *self = mem_alloc(env->mem, sizeof(*self));
    self->host = host;
    self->addr = addr;
    self->cfg = *config;
    self->self = NODE_NONE;
    self->state = STATE_FAIL;
    self->election.mf_replica = NODE_NONE;
    self->last_slice = cron_slice(env->now_ms);
    self->bucket_seed = rng_next(env->rng);
    self->armed_timeout_ms = config->node_timeout_ms;
    self->gate_base_s = env->now_ms / 1000 - GATE_BACK_S;
    for (uint32_t i = 0; i < SLOT_COUNT; i++) self->owner[i] = NODE_NONE;
    peers_reserve(self, env->directory->nodes.count, env->mem);
    return self;
}

Node *node_create(HostId host, AddrId addr, NodeId identity, const NodeConfig *config,
                  const NodeDisk *disk, NodeEnv *env)
{
    bool fresh = disk->self == NODE_NONE;
    Node *self = new_node(host, addr, config, env);
    self->self = fresh ? identity : disk->self;
    SIM_ASSERT(self->self < env->directory->nodes.count);
    if (fresh) {
        peer_add(self, self->self, addr, FLAG_MYSELF | FLAG_PRIMARY, env);
        self->before_sleep |= SLEEP_SAVE | SLEEP_FSYNC;
    } else {
        load_disk(self, disk, env);
    }
    update_own_flags(self, env);
    self_set_state(self, STATE_FAIL, rule_on(env->rules, RULE_SIZE_STARTS_ZERO) ? 0 : 1, env);
    node_check(self);
    return self;
}

void node_become(Node *self, NodeId identity, NodeEnv *env)
{
    NodeId old = self->self;
    AddrId addr = self->peers[old].addr;
    effect_note(env, TRACE_IDENTIFIED)->u.IDENTIFIED.node = identity;
    self->self = identity;
    peer_add(self, identity, addr, FLAG_MYSELF | FLAG_PRIMARY, env);
    peer_remove(self, old, env);
    update_own_flags(self, env);
}

void node_destroy(Node *self, Mem *mem)
{
    if (!self) return;
    failure_deinit(self, mem);
    peers_deinit(self, mem);
    array_deinit(mem, &self->blacklist);
    array_deinit(mem, &self->open_slots);
    mem_free(mem, self, sizeof(*self));
}

/* --- links --- */

void node_link_opened(Node *self, PeerRef ref, LinkId link)
{
    Peer *peer = node_peer(self, ref);
    SIM_ASSERT(peer->link_state == PLINK_CONNECTING);
    SIM_ASSERT(peer->link == LINK_NONE);
    peer->link = link;
    if (!(ref & PEER_HANDSHAKE)) self->out_links[ref] = link;
}

/* The first packet on a new connection: MEET if one was asked for, else PING. An older unanswered
 * ping keeps its time, so that connecting again never resets the clock of failure detection
 * (§3.10). */
static void on_link_up(Node *self, const NodeInput *input, NodeEnv *env)
{
    if (input->inbound) return;
    PeerRef ref = link_find_outbound(self, input->link, NODE_NONE);
    if (ref == PEER_NONE) return;
    peer_set_link(self, ref, input->link, PLINK_CONNECTED, env);
    Peer *peer = node_peer(self, ref);
    NodeMs ping_ms = peer->ping_sent_ms;
    MsgKind kind = peer->flags & FLAG_MEET ? MSG_MEET : MSG_PING;
    link_send_ping(self, ref, LINK_NONE, kind, env);
    if (ping_ms != 0) peer_set_ping(self, ref, ping_ms, env);
    peer_set_flags(self, ref, peer->flags & (uint16_t)~FLAG_MEET, env);
}

/* Closed, reset, refused or given up: no flag is set and no time touched; a tick opens it again. */
static void on_link_down(Node *self, const NodeInput *input, NodeEnv *env)
{
    if (input->inbound) {
        NodeId node = link_find_inbound(self, input->link);
        if (node != NODE_NONE) peer_set_inbound(self, node, LINK_NONE);
        return;
    }
    PeerRef ref = link_find_outbound(self, input->link, NODE_NONE);
    if (ref != PEER_NONE) peer_set_link(self, ref, LINK_NONE, PLINK_NONE, env);
}

/* --- steps --- */

void node_step(Node *self, const NodeInput *input, NodeEnv *env)
{
    peers_reserve(self, env->directory->nodes.count, env->mem);
    peers_rebase_gate(self, env->now_ms);
    switch (input->kind) {
    case NODE_INPUT_MSG: packet_receive(self, input, env); break;
    case NODE_INPUT_LINK_UP: on_link_up(self, input, env); break;
    case NODE_INPUT_LINK_DOWN: on_link_down(self, input, env); break;
    case NODE_INPUT_CRON: cron_run(self, env); break;
    case NODE_INPUT_COUNT: SIM_ASSERT(input->kind < NODE_INPUT_COUNT);
    }
    node_check(self);
}

/* What the work itself leaves to do waits for the next turn, as in Redis. */
void node_before_sleep(Node *self, NodeEnv *env)
{
    uint32_t before_sleep = self->before_sleep;
    self->before_sleep = 0;
    if (before_sleep & SLEEP_MANUAL) {
        if (!node_is_primary(self)) {
            election_manual_step(self, env);
            election_step(self, env);
        }
    } else if (before_sleep & SLEEP_FAILOVER) {
        election_step(self, env);
    }
    if (before_sleep & SLEEP_STATE) clusterstate_update(self, env);
    if (before_sleep & SLEEP_SAVE) {
        bool fsync = (before_sleep & SLEEP_FSYNC) != 0;
        effect_push(env, (Effect){.kind = EFFECT_PERSIST, .u.fsync = fsync});
    }
    node_check(self);
}

bool node_is_restless(const Node *self)
{
    return self->before_sleep != 0;
}

/* --- disk --- */

static void save_peer(const Node *self, NodeId node, DiskPeer *disk)
{
    const Peer *peer = &self->peers[node];
    if (!peer->used) {
        *disk = (DiskPeer){.primary = NODE_NONE};
        return;
    }
    *disk = (DiskPeer){
        .epoch = peer->epoch,
        .slots = peer->slots,
        .addr = peer->addr,
        .flags = peer->flags & FLAGS_ON_DISK,
        .primary = peer->primary,
        .known = true,
        .pinged = peer->ping_sent_ms != 0,
        .ponged = peer_pong_ms(self, node) != 0,
    };
}

static void grow_disk(NodeDisk *disk, uint32_t count, Mem *mem)
{
    array_reserve(mem, &disk->peers, count);
    while (disk->peers.count < count) {
        disk->peers.items[disk->peers.count++] = (DiskPeer){.primary = NODE_NONE};
    }
}

/* Writes the records that changed since the last save; all of them on a disk of another identity.
 */
void node_save(Node *self, NodeDisk *disk, Mem *mem)
{
    grow_disk(disk, self->capacity, mem);
    for (uint32_t i = 0; i < self->dirty.count; i++) {
        NodeId node = self->dirty.items[i];
        save_peer(self, node, &disk->peers.items[node]);
        self->peers[node].dirty = false;
    }
    array_clear(&self->dirty);
    if (disk->self != self->self) {
        for (uint32_t i = 0; i < disk->peers.count; i++) {
            save_peer(self, (NodeId)i, &disk->peers.items[i]);
        }
    }
    disk->self = self->self;
    disk->knows_ip = self->knows_ip;
    disk->current_epoch = self->current_epoch;
    disk->last_vote_epoch = self->last_vote_epoch;
    array_clear(&disk->open_slots);
    for (uint32_t i = 0; i < self->open_slots.count; i++) {
        array_push(mem, &disk->open_slots, self->open_slots.items[i]);
    }
}

void node_disk_deinit(NodeDisk *disk, Mem *mem)
{
    array_deinit(mem, &disk->peers);
    array_deinit(mem, &disk->open_slots);
}

/* --- checks --- */

void node_check(const Node *self)
{
    const Peer *me = &self->peers[self->self];
    SIM_ASSERT(me->used);
    SIM_ASSERT(me->flags & FLAG_MYSELF);
    SIM_ASSERT(!(me->flags & (FLAG_PFAIL | FLAG_FAIL)));
    SIM_ASSERT(me->link_state == PLINK_NONE);
    SIM_ASSERT(self->known.count >= 1);
    SIM_ASSERT(self->last_vote_epoch <= self->current_epoch);
    SIM_ASSERT(self->gate[self->self] == GATE_CLOSED);
    SIM_ASSERT(self->assigned <= SLOT_COUNT);
}

/* A record is in its place in `known`, and the tables beside it agree with it. */
static void check_record(const Node *self, uint32_t order)
{
    PeerRef ref = self->known.items[order];
    if (ref & PEER_HANDSHAKE) {
        const Peer *handshake = &self->handshakes.items[ref & 0x7FFF];
        SIM_ASSERT(handshake->used);
        SIM_ASSERT(handshake->order == order);
        SIM_ASSERT(handshake->flags & FLAG_HANDSHAKE);
        return;
    }
    const Peer *peer = &self->peers[ref];
    SIM_ASSERT(peer->used);
    SIM_ASSERT(peer->node == ref);
    SIM_ASSERT(peer->order == order);
    SIM_ASSERT((self->marks[ref] & MARK_FLAGS) == peer->flags);
    SIM_ASSERT(self->marks[ref] & MARK_KNOWN);
    SIM_ASSERT(((self->marks[ref] & MARK_NO_LINK) != 0) == (peer->link_state == PLINK_NONE));
    SIM_ASSERT(self->out_links[ref] == peer->link);
    SIM_ASSERT(self->in_links[ref] == peer->inbound);
    SIM_ASSERT(peer->primary == NODE_NONE || self->peers[peer->primary].used);
    if (self->gate[ref] == GATE_CLOSED) return;
    SIM_ASSERT(self->gate_base_s + self->gate[ref] >= peer->pong_ms / 1000);
    SIM_ASSERT(peer->ping_sent_ms == 0 && peer->report_count == 0);
    SIM_ASSERT(!(peer->flags & (FLAG_PFAIL | FLAG_FAIL)));
}

static void check_counts(const Node *self)
{
    uint32_t used = 0, suspects = 0, pfails = 0;
    for (uint32_t i = 0; i < self->capacity; i++) {
        const Peer *peer = &self->peers[i];
        if (peer->used) used++;
        else
            SIM_ASSERT(self->gate[i] == GATE_CLOSED &&
                       self->marks[i] == (MARK_NO_LINK | MARK_BARE));
        if (self->marks[i] & MARK_SUSPECT) suspects++;
        if (peer->used && peer->flags & FLAG_PFAIL) pfails++;
    }
    for (uint32_t i = 0; i < self->handshakes.count; i++) used += self->handshakes.items[i].used;
    SIM_ASSERT(used == self->known.count);
    SIM_ASSERT(suspects == self->suspect_count);
    SIM_ASSERT(pfails == self->pfails.count);
    for (uint32_t i = 1; i < self->pfails.count; i++) {
        PeerRef left = self->pfails.items[i - 1], right = self->pfails.items[i];
        SIM_ASSERT(self->peers[left].order < self->peers[right].order);
    }
}

/* The census, counted anew. */
static void check_census(const Node *self)
{
    Census census = {0};
    for (uint32_t i = 0; i < self->capacity; i++) {
        const Peer *peer = &self->peers[i];
        if (!peer->used || peer->slot_count == 0) continue;
        if (peer->flags & FLAG_FAIL) census.failed_owners++;
        if (peer->flags & FLAG_REPLICA) continue;
        census.size++;
        if (!(peer->flags & (FLAG_FAIL | FLAG_PFAIL))) census.reachable++;
    }
    SIM_ASSERT(census.size == self->census.size);
    SIM_ASSERT(census.reachable == self->census.reachable);
    SIM_ASSERT(census.failed_owners == self->census.failed_owners);
}

/* Node.owner and the sets of the records say the same. */
static void check_owners(const Node *self, const BitPool *slots)
{
    uint64_t assigned = 0;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        NodeId owner = self->owner[slot];
        if (owner == NODE_NONE) continue;
        assigned++;
        SIM_ASSERT(self->peers[owner].used);
        SIM_ASSERT(bitset_has(bitpool_words(slots, self->peers[owner].slots), slot));
    }
    SIM_ASSERT(assigned == self->assigned);
    uint64_t claimed = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        SIM_ASSERT(self->peers[ref].slot_count == bitpool_members(slots, self->peers[ref].slots));
        claimed += self->peers[ref].slot_count;
    }
    SIM_ASSERT(claimed == assigned);
}

void node_check_slow(const Node *self, const BitPool *slots)
{
    node_check(self);
    for (uint32_t i = 0; i < self->known.count; i++) check_record(self, i);
    check_counts(self);
    sample_check(self);
    check_census(self);
    check_owners(self, slots);
}

bool node_ignores(const Node *self, const Msg *msg)
{
    return self->drop_kind == (int)msg->kind + 1;
}

bool node_knows_sender(const Node *self, const Msg *msg)
{
    if (node_ignores(self, msg)) return false;
    return msg->sender < self->capacity && self->peers[msg->sender].used;
}
