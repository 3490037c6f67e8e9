/* packet.c -- receiving a packet of the cluster bus, in the order of protocol.md §3.8.
 *
 * Called by node_step. What a packet says of slots, epochs and elections is decided in slots.c,
 * epoch.c and election.c; here stand the order and everything about links and records. */
#include "sim/cluster/packet.h"

#include "sim/cluster/election.h"
#include "sim/cluster/epoch.h"
#include "sim/cluster/failure.h"
#include "sim/cluster/gossip.h"
#include "sim/cluster/handshake.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

/* A packet, where it came from, and what is known of that. */
typedef struct Packet {
    const Msg *msg;
    LinkId link;
    PeerRef owner; /* whose outbound link it came in on; PEER_NONE: an inbound link */
    NodeId sender; /* NODE_NONE: not in the table */
} Packet;

static bool is_heartbeat(MsgKind kind)
{
    return kind == MSG_PING || kind == MSG_PONG || kind == MSG_MEET;
}

/* --- step 2: who is it --- */

/* The first packet of a known sender binds an inbound link to its record. An older one is closed:
 * it is most likely the one that broke (§3.1). */
static void bind_inbound(Node *self, NodeId sender, LinkId link, NodeEnv *env)
{
    LinkId before = self->peers[sender].inbound;
    if (before == link) return;
    if (before != LINK_NONE) effect_link_close(env, before);
    peer_set_inbound(self, sender, link);
}

/* False when the link is no longer this node's. */
static bool identify(Node *self, const NodeInput *input, Packet *packet, NodeEnv *env)
{
    const Msg *msg = input->msg;
    *packet = (Packet){.msg = msg, .link = input->link, .owner = PEER_NONE, .sender = NODE_NONE};
    if (!input->inbound) {
        packet->owner = link_find_outbound(self, input->link, msg->sender);
        if (packet->owner == PEER_NONE) return false;
        if (!(packet->owner & PEER_HANDSHAKE)) {
            packet->sender = packet->owner;
            return true;
        }
    }
    if (!peer_known(self, msg->sender)) return true;
    packet->sender = msg->sender;
    if (input->inbound) bind_inbound(self, packet->sender, input->link, env);
    return true;
}

/* --- steps 3 and 4: what every packet of a known sender says --- */

static void take_header(Node *self, const Packet *packet, NodeEnv *env)
{
    const Msg *msg = packet->msg;
    NodeId sender = packet->sender;
    Peer *peer = &self->peers[sender];
    peer->data_ms = env->now_ms;
    if (msg->current_epoch > self->current_epoch) {
        self_set_epochs(self, msg->current_epoch, self->last_vote_epoch, env);
    }
    if (msg->config_epoch > peer->epoch) {
        peer_set_epoch(self, sender, msg->config_epoch, env);
        self->before_sleep |= SLEEP_SAVE | SLEEP_FSYNC;
    }
    peer_set_offset(self, sender, msg->offset, env);
    if (self->election.mf_end_ms) election_manual_offset(self, msg, env);
}

/* --- step 5: answering PING and MEET --- */

/* The end of the connection at which a MEET arrives says which IP others know this node by; a PING
 * will do as long as it knows none (§4.5). */
static void learn_own_ip(Node *self)
{
    if (self->knows_ip) return;
    self->knows_ip = true;
    self->before_sleep |= SLEEP_SAVE;
}

static void answer(Node *self, const Packet *packet, NodeEnv *env)
{
    const Msg *msg = packet->msg;
    learn_own_ip(self);
    if (packet->sender == NODE_NONE && msg->kind == MSG_MEET) {
        peer_add_handshake(self, msg->addr, FLAG_HANDSHAKE, env);
        self->before_sleep |= SLEEP_SAVE;
        gossip_process(self, msg, NODE_NONE, env);
    }
    link_send_ping(self, PEER_NONE, packet->link, MSG_PONG, env);
}

/* --- step 6: PING, PONG and MEET --- */

/* Somebody else answers at the address of this record: it has no address any more (§4.2). */
static void lose_address(Node *self, PeerRef ref, NodeEnv *env)
{
    link_close(self, ref, env);
    peer_set_addr(self, ref, ADDR_NONE, env);
    peer_set_flags(self, ref, node_peer(self, ref)->flags | FLAG_NOADDR, env);
    self->before_sleep |= SLEEP_SAVE;
}

/* Completes a handshake or finds a wrong ID, on outbound links. False when the link is gone with
 * it. */
static bool check_owner(Node *self, Packet *packet, NodeEnv *env)
{
    if (packet->owner == PEER_NONE) return true;
    if (packet->owner & PEER_HANDSHAKE) {
        packet->owner = handshake_on_pong(self, packet->owner, packet->msg, env);
        return packet->owner != PEER_NONE;
    }
    if (packet->owner == packet->msg->sender) return true;
    lose_address(self, packet->owner, env);
    return false;
}

static void copy_nofailover(Node *self, const Packet *packet, NodeEnv *env)
{
    uint16_t flags = self->peers[packet->sender].flags & (uint16_t)~FLAG_NOFAILOVER;
    flags |= packet->msg->flags & FLAG_NOFAILOVER;
    peer_set_flags(self, packet->sender, flags, env);
}

/* Only a PONG on my own outbound link says that I can reach the node. */
static void take_pong(Node *self, PeerRef owner, NodeEnv *env)
{
    peer_set_pong(self, owner, env->now_ms, env);
    peer_set_ping(self, owner, 0, env);
    failure_on_pong(self, owner, env);
}

static void take_role(Node *self, const Packet *packet, NodeEnv *env)
{
    NodeId primary = packet->msg->replica_of;
    if (primary == NODE_NONE) {
        peer_make_primary(self, packet->sender, env);
    } else {
        if (!peer_known(self, primary)) primary = NODE_NONE;
        peer_make_replica(self, packet->sender, primary, env);
    }
}

static void check_collision(Node *self, const Packet *packet, NodeEnv *env)
{
    if (!node_is_primary(self)) return;
    if (!(self->peers[packet->sender].flags & FLAG_PRIMARY)) return;
    if (packet->msg->config_epoch != node_me(self)->epoch) return;
    epoch_on_collision(self, packet->sender, packet->msg->config_epoch, env);
}

static void take_heartbeat(Node *self, Packet *packet, NodeEnv *env)
{
    const Msg *msg = packet->msg;
    NodeId sender = packet->sender;
    if (!check_owner(self, packet, env)) return;
    if (sender != NODE_NONE) copy_nofailover(self, packet, env);
    if (sender != NODE_NONE && msg->kind == MSG_PING && packet->owner == PEER_NONE &&
        handshake_update_address(self, sender, msg, env)) {
        self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
    }
    if (packet->owner != PEER_NONE && msg->kind == MSG_PONG) take_pong(self, packet->owner, env);
    if (sender == NODE_NONE) return;
    take_role(self, packet, env);
    slots_on_header(self, sender, msg, env);
    check_collision(self, packet, env);
    gossip_process(self, msg, sender, env);
}

/* --- all --- */

/* Step 7: these kinds count only from known senders. */
static void take_other(Node *self, const Packet *packet, NodeEnv *env)
{
    const Msg *msg = packet->msg;
    if (packet->sender == NODE_NONE) return;
    switch (msg->kind) {
    case MSG_FAIL: failure_on_fail_message(self, msg, env); break;
    case MSG_AUTH_REQUEST: election_on_request(self, msg, env); break;
    case MSG_AUTH_ACK: election_on_ack(self, msg, env); break;
    case MSG_UPDATE: slots_on_update(self, msg, env); break;
    case MSG_MFSTART: election_on_mfstart(self, msg, packet->link, env); break;
    case MSG_PUBLISH:
    case MSG_PUBLISHSHARD:
    case MSG_MODULE: break; /* the server delivers it: to the node only data_ms matters */
    case MSG_PING:
    case MSG_PONG:
    case MSG_MEET:
    case MSG_REPL:
    case MSG_CALL:
    case MSG_REPLY:
    case MSG_COUNT: assert_fail("not a message of the bus", __FILE__, __LINE__);
    }
}

void packet_receive(Node *self, const NodeInput *input, NodeEnv *env)
{
    const Msg *msg = input->msg;
    SIM_ASSERT(input->kind == NODE_INPUT_MSG);
    SIM_ASSERT(msg->sender < self->capacity);
    Packet packet;
    if (node_ignores(self, msg)) {
        self->received[msg->kind]++; /* counted and dropped */
        return;
    }
    if (!identify(self, input, &packet, env)) return;
    self->received[msg->kind]++;
    if (packet.sender != NODE_NONE) take_header(self, &packet, env);
    if (msg->kind == MSG_PING || msg->kind == MSG_MEET) answer(self, &packet, env);
    if (is_heartbeat(msg->kind)) take_heartbeat(self, &packet, env);
    else take_other(self, &packet, env);
}
