/* peers.c -- the table of known nodes: memory, look-up, creation, renaming and removal.
 *
 * Always holds (node_check_slow): known lists every used record once, in the order of creation;
 * gate, marks and link tables agree with the cold records. Setters are in peers_set.c. */
#include "sim/cluster/peers.h"

#include "sim/cluster/cron.h"
#include "sim/cluster/sample.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/link.h"
#include "sim/cluster/slots.h"

#include <string.h>

static const Peer peer_blank = {
    .addr = ADDR_NONE,
    .link = LINK_NONE,
    .inbound = LINK_NONE,
    .primary = NODE_NONE,
    .node = NODE_NONE,
};

/* --- memory --- */

static uint32_t grown(uint32_t capacity, uint32_t count)
{
    uint32_t wanted = capacity + capacity / 4;
    if (wanted < count) wanted = count;
    return (wanted + 7) & ~(uint32_t)7;
}

void peers_reserve(Node *self, uint32_t count, Mem *mem)
{
    if (count <= self->capacity) return;
    SIM_ASSERT(count <= NODES_MAX);
    uint32_t old = self->capacity;
    uint32_t new = grown(old, count);
    self->peers = mem_resize(mem, self->peers, old * sizeof(Peer), new * sizeof(Peer));
    self->gate = mem_resize(mem, self->gate, old * sizeof(uint16_t), new * sizeof(uint16_t));
    self->marks = mem_resize(mem, self->marks, old * sizeof(uint16_t), new * sizeof(uint16_t));
    self->out_links = mem_resize(mem, self->out_links, old * sizeof(LinkId), new * sizeof(LinkId));
    self->in_links = mem_resize(mem, self->in_links, old * sizeof(LinkId), new * sizeof(LinkId));
    for (uint32_t i = old; i < new; i++) {
        self->peers[i] = peer_blank;
        self->gate[i] = GATE_CLOSED;
        self->marks[i] = MARK_NO_LINK | MARK_BARE;
        self->out_links[i] = LINK_NONE;
        self->in_links[i] = LINK_NONE;
    }
    self->capacity = new;
}

static void order_reserve(Node *self, uint32_t count, Mem *mem)
{
    if (count <= self->order_capacity) return;
    uint32_t old = self->order_capacity;
    uint32_t new = grown(old, count);
    self->due = mem_resize(mem, self->due, old, new);
    self->chain = mem_resize(mem, self->chain, old * sizeof(uint16_t), new * sizeof(uint16_t));
    self->order_capacity = new;
}

void peers_rebase_gate(Node *self, NodeMs now_ms)
{
    uint32_t now_s = now_ms / 1000;
    if (now_s - self->gate_base_s < GATE_AHEAD_S) return;
    for (uint32_t i = 0; i < self->capacity; i++) {
        self->peers[i].pong_ms = peer_pong_ms(self, (NodeId)i);
        self->gate[i] = GATE_CLOSED;
    }
    self->gate_base_s = now_s - GATE_BACK_S;
    for (uint32_t i = 0; i < self->capacity; i++) peer_refresh(self, (NodeId)i);
}

void peers_deinit(Node *self, Mem *mem)
{
    for (uint32_t i = 0; i < self->handshake_names.count; i++) {
        mem_free(mem, self->handshake_names.items[i].id, NODE_ID_SIZE);
    }
    mem_free(mem, self->peers, self->capacity * sizeof(Peer));
    mem_free(mem, self->gate, self->capacity * sizeof(uint16_t));
    mem_free(mem, self->marks, self->capacity * sizeof(uint16_t));
    mem_free(mem, self->out_links, self->capacity * sizeof(LinkId));
    mem_free(mem, self->in_links, self->capacity * sizeof(LinkId));
    mem_free(mem, self->due, self->order_capacity);
    mem_free(mem, self->chain, self->order_capacity * sizeof(uint16_t));
    sample_deinit(self, mem);
    array_deinit(mem, &self->handshakes);
    array_deinit(mem, &self->handshake_names);
    array_deinit(mem, &self->known);
    array_deinit(mem, &self->looks);
    array_deinit(mem, &self->pfails);
    array_deinit(mem, &self->dirty);
}

/* --- the order of creation --- */

static void order_append(Node *self, PeerRef ref, const NodeEnv *env)
{
    uint32_t order = self->known.count;
    order_reserve(self, order + 1, env->mem);
    array_push(env->mem, &self->known, ref);
    node_peer(self, ref)->order = (uint16_t)order;
    sample_append(self, env->mem);
    peer_touch(self, ref, env);
}

static void order_remove(Node *self, uint32_t order)
{
    uint32_t behind = self->known.count - order - 1;
    array_remove(&self->known, order);
    memmove(&self->due[order], &self->due[order + 1], behind);
    for (uint32_t i = order; i < self->known.count; i++) {
        node_peer(self, self->known.items[i])->order = (uint16_t)i;
    }
    sample_rebuild(self);
}

/* --- look-up --- */

uint32_t peer_replica_count(const Node *self, NodeId primary)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (!(ref & PEER_HANDSHAKE) && self->peers[ref].primary == primary) count++;
    }
    return count;
}

void node_handshake_name(const Node *self, PeerRef ref, uint32_t *number, char id[NODE_ID_SIZE])
{
    SIM_ASSERT(ref & PEER_HANDSHAKE);
    const HandshakeName *name = &self->handshake_names.items[ref & 0x7FFF];
    *number = name->number;
    memcpy(id, name->id, NODE_ID_SIZE);
}

/* --- creation --- */

PeerRef peer_add(Node *self, NodeId node, AddrId addr, uint16_t flags, NodeEnv *env)
{
    SIM_ASSERT(node != NODE_NONE);
    SIM_ASSERT(!(flags & FLAG_HANDSHAKE));
    peers_reserve(self, node + 1u, env->mem);
    Peer *peer = &self->peers[node];
    SIM_ASSERT(!peer->used);

    bool dirty = peer->dirty;
    *peer = peer_blank;
    peer->used = true;
    peer->dirty = dirty;
    peer->node = node;
    peer->addr = addr;
    peer->created_ms = env->now_ms;
    peer->flags = flags;
    order_append(self, node, env);
    if (flags & FLAG_PFAIL) peer_list_pfail(self, node, env);
    peer_refresh(self, node);
    peer_note_all(self, node, env);
    return node;
}

/* A place in the table of handshakes that is free, with memory for its name. */
static uint32_t take_handshake(Node *self, Mem *mem)
{
    uint32_t slot = 0;
    while (slot < self->handshakes.count && self->handshakes.items[slot].used) slot++;
    if (slot < self->handshakes.count) return slot;
    SIM_ASSERT(slot < NODES_MAX);
    array_push(mem, &self->handshakes, peer_blank);
    array_push(mem, &self->handshake_names, (HandshakeName){.id = mem_alloc(mem, NODE_ID_SIZE)});
    return slot;
}

/* A random ID: 40 hex digits (getRandomHexChars). */
static void draw_id(char *id, Rng *rng)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < NODE_ID_SIZE; i++) {
        if (i % 16 == 0) bits = rng_next(rng);
        id[i] = "0123456789abcdef"[bits & 15];
        bits >>= 4;
    }
}

PeerRef peer_add_handshake(Node *self, AddrId addr, uint16_t flags, NodeEnv *env)
{
    SIM_ASSERT(flags & FLAG_HANDSHAKE);
    uint32_t slot = take_handshake(self, env->mem);
    PeerRef ref = (PeerRef)(PEER_HANDSHAKE + slot);
    Peer *peer = &self->handshakes.items[slot];
    *peer = peer_blank;
    peer->used = true;
    peer->addr = addr;
    peer->flags = flags;
    peer->created_ms = env->now_ms;
    HandshakeName *name = &self->handshake_names.items[slot];
    name->number = ++self->handshake_count;
    draw_id(name->id, env->rng);
    order_append(self, ref, env);

    TraceRecord *record = effect_note(env, TRACE_HANDSHAKE_ADDED);
    record->u.HANDSHAKE_ADDED.handshake = name->number;
    record->u.HANDSHAKE_ADDED.addr = addr;
    record->u.HANDSHAKE_ADDED.id = (TraceText){.chars = name->id, .size = NODE_ID_SIZE};
    return ref;
}

static void note_handshake_over(const Node *self, PeerRef ref, NodeEnv *env)
{
    effect_note(env, TRACE_HANDSHAKE_REMOVED)->u.HANDSHAKE_REMOVED.handshake =
        self->handshake_names.items[ref & 0x7FFF].number;
}

PeerRef peer_rename_handshake(Node *self, PeerRef ref, NodeId node, uint16_t flags, NodeEnv *env)
{
    SIM_ASSERT(ref & PEER_HANDSHAKE);
    SIM_ASSERT(!(flags & (FLAG_HANDSHAKE | FLAG_PFAIL)));
    peers_reserve(self, node + 1u, env->mem);
    Peer *old = node_peer(self, ref);
    Peer *peer = &self->peers[node];
    SIM_ASSERT(old->used);
    SIM_ASSERT(!peer->used);

    note_handshake_over(self, ref, env);
    bool dirty = peer->dirty;
    *peer = *old;
    peer->dirty = dirty;
    peer->node = node;
    peer->flags = flags;
    *old = peer_blank;
    self->known.items[peer->order] = node;
    sample_rebuild(self);
    self->out_links[node] = peer->link;
    peer_refresh(self, node);
    peer_touch(self, node, env);
    peer_note_all(self, node, env);
    return node;
}

/* --- removal --- */

/* Open slots to or from a node that is no longer known are closed (clusterDelNode). */
static void drop_open_slots(Node *self, NodeId node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < self->open_slots.count; i++) {
        OpenSlot open = self->open_slots.items[i];
        if (open.node != node) self->open_slots.items[kept++] = open;
    }
    self->open_slots.count = kept;
}

/* Its replicas no longer know whose replicas they are, and its own primary loses it
 * (freeClusterNode). */
static void drop_relations(Node *self, NodeId node, NodeEnv *env)
{
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        if (self->peers[ref].primary == node) peer_set_primary(self, ref, NODE_NONE, env);
    }
    NodeId primary = self->peers[node].primary;
    if (primary == NODE_NONE || !(self->peers[node].flags & FLAG_REPLICA)) return;
    peer_set_primary(self, node, NODE_NONE, env);
    if (peer_replica_count(self, primary) > 0) return;
    uint16_t flags = self->peers[primary].flags & (uint16_t)~FLAG_MIGRATE_TO;
    peer_set_flags(self, primary, flags, env);
}

static void remove_identity(Node *self, NodeId node, NodeEnv *env)
{
    Peer *peer = &self->peers[node];
    drop_open_slots(self, node);
    if (peer->slot_count > 0) slots_drop(self, node, env);
    failure_forget(self, node, env);
    drop_relations(self, node, env);
    if (self->election.mf_replica == node) self->election.mf_replica = NODE_NONE;
    link_close(self, node, env);
    if (peer->inbound != LINK_NONE) effect_link_close(env, peer->inbound);
    peer_set_inbound(self, node, LINK_NONE);
    peer_set_flags(self, node, peer->flags & (uint16_t)~FLAG_PFAIL, env); /* leaves the list */
    peer_mark_dirty(self, node, env);
    effect_note(env, TRACE_PEER_REMOVED)->u.PEER_REMOVED.peer = node;

    order_remove(self, peer->order);
    bool dirty = peer->dirty;
    *peer = peer_blank;
    peer->dirty = dirty;
    peer_refresh(self, node);
}

void peer_remove(Node *self, PeerRef ref, NodeEnv *env)
{
    SIM_ASSERT(ref != self->self);
    SIM_ASSERT(node_peer(self, ref)->used);
    if (!(ref & PEER_HANDSHAKE)) {
        remove_identity(self, ref, env);
        return;
    }
    link_close(self, ref, env);
    note_handshake_over(self, ref, env);
    Peer *peer = node_peer(self, ref);
    order_remove(self, peer->order);
    *peer = peer_blank;
}
