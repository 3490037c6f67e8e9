/* handshake.c -- MEET, handshake, addresses and the blacklist of FORGET (protocol.md §4.1-4.6). */
#include "sim/cluster/handshake.h"

#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#define BLACKLIST_TTL_S 60 /* CLUSTER_BLACKLIST_TTL */

static bool in_progress(const Node *self, AddrId addr)
{
    for (uint32_t i = 0; i < self->handshakes.count; i++) {
        const Peer *peer = &self->handshakes.items[i];
        if (peer->used && peer->addr == addr) return true;
    }
    return false;
}

bool handshake_start(Node *self, AddrId addr, uint16_t flags, NodeEnv *env)
{
    SIM_ASSERT(addr != ADDR_NONE);
    if (in_progress(self, addr)) return false;
    peer_add_handshake(self, addr, flags | FLAG_HANDSHAKE, env);
    return true;
}

PeerRef handshake_on_pong(Node *self, PeerRef ref, const Msg *msg, NodeEnv *env)
{
    SIM_ASSERT(ref & PEER_HANDSHAKE);
    if (peer_known(self, msg->sender)) {
        /* It became known otherwise, by gossip: the temporary record was for nothing. */
        if (handshake_update_address(self, msg->sender, msg, env)) {
            self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
        }
        peer_remove(self, ref, env);
        return PEER_NONE;
    }
    uint16_t flags = node_peer(self, ref)->flags & (uint16_t)~FLAG_HANDSHAKE;
    flags |= msg->flags & (FLAG_PRIMARY | FLAG_REPLICA);
    self->before_sleep |= SLEEP_SAVE;
    return peer_rename_handshake(self, ref, msg->sender, flags, env);
}

bool handshake_update_address(Node *self, NodeId sender, const Msg *msg, NodeEnv *env)
{
    const Peer *peer = &self->peers[sender];
    if (peer->addr == msg->addr) return false;
    link_close(self, sender, env);
    peer_set_addr(self, sender, msg->addr, env);
    peer_set_flags(self, sender, peer->flags & (uint16_t)~FLAG_NOADDR, env);
    const Peer *me = node_me(self);
    if (me->flags & FLAG_REPLICA && me->primary == sender) {
        effect_push(env, (Effect){.kind = EFFECT_REPLICATE, .node = sender, .addr = msg->addr});
    }
    return true;
}

/* --- the blacklist: whole seconds, as in Redis --- */

static uint32_t now_s(const NodeEnv *env)
{
    return env->now_ms / 1000;
}

bool handshake_blacklisted(Node *self, NodeId node, const NodeEnv *env)
{
    for (uint32_t i = 0; i < self->blacklist.count; i++) {
        const Blacklisted *entry = &self->blacklist.items[i];
        if (entry->node == node && entry->until_s >= now_s(env)) return true;
    }
    return false;
}

void handshake_blacklist(Node *self, NodeId node, NodeEnv *env)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < self->blacklist.count; i++) {
        Blacklisted entry = self->blacklist.items[i];
        if (entry.node != node && entry.until_s >= now_s(env))
            self->blacklist.items[kept++] = entry;
    }
    self->blacklist.count = kept;
    Blacklisted entry = {.node = node, .until_s = now_s(env) + BLACKLIST_TTL_S};
    array_push(env->mem, &self->blacklist, entry);
}
