/* link.c -- bus messages out, and the life of outbound links (protocol.md §3.1-3.3, §3.10). */
#include "sim/cluster/link.h"

#include "sim/cluster/gossip.h"
#include "sim/cluster/peers.h"

/* --- messages --- */

static uint32_t fixed_bytes(MsgKind kind)
{
    if (kind == MSG_FAIL) return MSG_FAIL_BYTES;
    if (kind == MSG_UPDATE) return MSG_UPDATE_BYTES;
    return MSG_HEADER_BYTES; /* gossip is added by link_send_ping */
}

MsgId link_build(Node *self, MsgKind kind, uint16_t gossip_capacity, NodeEnv *env)
{
    const Peer *me = node_me(self);
    bool is_replica = (me->flags & FLAG_REPLICA) && me->primary != NODE_NONE;
    /* A replica announces the slots and the config epoch of its primary. */
    const Peer *owner = is_replica ? &self->peers[me->primary] : me;

    MsgId id = msg_new(env->msgs, kind, gossip_capacity);
    Msg *msg = msg_at(env->msgs, id);
    msg->bytes = fixed_bytes(kind);
    msg->sender = self->self;
    msg->replica_of = me->primary;
    msg->current_epoch = self->current_epoch;
    msg->config_epoch = owner->epoch;
    msg->offset = env->facts->repl_offset;
    msg->slots = owner->slots;
    msg->addr = self->addr;
    msg->flags = me->flags;
    msg->state = (uint8_t)self->state;
    if ((me->flags & FLAG_PRIMARY) && self->election.mf_end_ms) msg->mflags |= MFLAG_PAUSED;
    msg->subject = NODE_NONE;
    return id;
}

void link_send(Node *self, PeerRef ref, MsgId msg, NodeEnv *env)
{
    if (!link_exists(node_peer(self, ref))) {
        msg_release(env->msgs, msg);
        return;
    }
    self->sent[msg_at(env->msgs, msg)->kind]++;
    effect_send(env, ref, msg);
}

void link_broadcast(Node *self, MsgId msg, NodeEnv *env)
{
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE || ref == self->self) continue;
        if (!link_exists(&self->peers[ref])) continue;
        msg_retain(env->msgs, msg);
        link_send(self, ref, msg, env);
    }
    msg_release(env->msgs, msg);
}

/* Who is at the other end: only asked when gossip must not name the receiver. */
static NodeId receiver_of(const Node *self, PeerRef ref, LinkId link)
{
    if (ref != PEER_NONE) return ref & PEER_HANDSHAKE ? NODE_NONE : ref;
    NodeId bound = link_find_inbound(self, link);
    if (bound != NODE_NONE) return bound;
    PeerRef owner = link_find_outbound(self, link, NODE_NONE);
    return owner & PEER_HANDSHAKE ? NODE_NONE : owner;
}

void link_send_ping(Node *self, PeerRef ref, LinkId link, MsgKind kind, NodeEnv *env)
{
    SIM_ASSERT(kind == MSG_PING || kind == MSG_PONG || kind == MSG_MEET);
    if (ref != PEER_NONE) {
        if (!link_exists(node_peer(self, ref))) return;
        if (kind == MSG_PING) peer_set_ping(self, ref, env->now_ms, env);
    }
    NodeId receiver = NODE_NONE;
    if (!rule_on(env->rules, RULE_GOSSIP_TO_RECEIVER)) receiver = receiver_of(self, ref, link);

    MsgId id = link_build(self, kind, gossip_capacity(self, env), env);
    Msg *msg = msg_at(env->msgs, id);
    gossip_fill(self, msg, receiver, env);
    msg->bytes = MSG_HEADER_BYTES + MSG_GOSSIP_BYTES * (uint32_t)msg->gossip_count;
    if (ref != PEER_NONE) {
        link_send(self, ref, id, env);
    } else {
        self->sent[kind]++;
        effect_answer(env, link, id);
    }
}

/* A replica of mine, or of my primary if I am a replica. */
static bool is_local_replica(Node *self, const Peer *peer)
{
    if (!(peer->flags & FLAG_REPLICA) || peer->primary == NODE_NONE) return false;
    return peer->primary == self->self || peer->primary == node_me(self)->primary;
}

void link_broadcast_pong(Node *self, PongTarget target, NodeEnv *env)
{
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE || ref == self->self) continue;
        const Peer *peer = &self->peers[ref];
        if (!link_exists(peer)) continue;
        if (target == PONG_TO_LOCAL_REPLICAS && !is_local_replica(self, peer)) continue;
        link_send_ping(self, ref, LINK_NONE, MSG_PONG, env);
    }
}

/* My primary or its replicas, or my own replicas. */
static bool is_of_my_shard(Node *self, NodeId node)
{
    return node == node_me(self)->primary || is_local_replica(self, &self->peers[node]);
}

void link_publish(Node *self, MsgKind kind, Slice channel, Slice message, NodeEnv *env)
{
    MsgId id = link_build(self, kind, 0, env);
    msg_set_payload(env->msgs, id, channel, message);
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE || ref == self->self || !link_exists(&self->peers[ref])) continue;
        if (kind == MSG_PUBLISHSHARD && !is_of_my_shard(self, ref)) continue;
        msg_retain(env->msgs, id);
        link_send(self, ref, id, env);
    }
    msg_release(env->msgs, id);
}

/* --- links --- */

void link_open(Node *self, PeerRef ref, NodeEnv *env)
{
    Peer *peer = node_peer(self, ref);
    SIM_ASSERT(!link_exists(peer));
    peer->link_since_ms = env->now_ms;
    peer_set_link(self, ref, LINK_NONE, PLINK_CONNECTING, env);
    effect_link_open(env, ref, peer->addr);
}

/* The wish to open a link is still in the list of this turn: take it back. */
static void cancel_open(PeerRef ref, NodeEnv *env)
{
    for (uint32_t i = env->out->items.count; i-- > 0;) {
        const Effect *effect = &env->out->items.items[i];
        if (effect->kind != EFFECT_LINK_OPEN || effect->ref != ref) continue;
        array_remove(&env->out->items, i);
        return;
    }
    assert_fail("an unopened link has its wish in the list", __FILE__, __LINE__);
}

void link_close(Node *self, PeerRef ref, NodeEnv *env)
{
    const Peer *peer = node_peer(self, ref);
    if (!link_exists(peer)) return;
    if (peer->link == LINK_NONE) cancel_open(ref, env);
    else effect_link_close(env, peer->link);
    peer_set_link(self, ref, LINK_NONE, PLINK_NONE, env);
}

PeerRef link_find_outbound(const Node *self, LinkId link, NodeId hint)
{
    SIM_ASSERT(link != LINK_NONE);
    if (hint < self->capacity && self->out_links[hint] == link) return hint;
    for (uint32_t i = 0; i < self->handshakes.count; i++) {
        if (self->handshakes.items[i].link == link) return (PeerRef)(PEER_HANDSHAKE + i);
    }
    for (uint32_t i = 0; i < self->capacity; i++) {
        if (self->out_links[i] == link) return (PeerRef)i;
    }
    return PEER_NONE;
}

NodeId link_find_inbound(const Node *self, LinkId link)
{
    SIM_ASSERT(link != LINK_NONE);
    for (uint32_t i = 0; i < self->capacity; i++) {
        if (self->in_links[i] == link) return (NodeId)i;
    }
    return NODE_NONE;
}
