/* peers.h -- the table of known nodes: look-up, creation, removal, and the setters.
 *
 * Every change that a trace shows goes through one of these functions, which notes it (PEER_*,
 * SELF_*). Nobody else writes Peer fields that TraceState's Belief has, so that folding the trace
 * yields the truth. All take a valid PeerRef of this node's table. */
#ifndef CLUSTER_PEERS_H
#define CLUSTER_PEERS_H

#include "sim/cluster/node.h"

/* Makes room for identities below `count` in every table by NodeId. */
void peers_reserve(Node *self, uint32_t count, Mem *mem);
void peers_deinit(Node *self, Mem *mem);

/* Is this identity in the table (handshakes have none). */
static inline bool peer_known(const Node *self, NodeId node)
{
    return node < self->capacity && (self->marks[node] & MARK_KNOWN);
}

/* Adds a record for a known identity, with flags; returns its ref (== node). */
PeerRef peer_add(Node *self, NodeId node, AddrId addr, uint16_t flags, NodeEnv *env);
/* Adds a handshake record with a random temporary ID; `flags` has HANDSHAKE and perhaps MEET. */
PeerRef peer_add_handshake(Node *self, AddrId addr, uint16_t flags, NodeEnv *env);
/* A handshake is over: its record, link and place go on under the real identity, which must be new
 * here (clusterRenameNode). Returns the new ref. */
PeerRef peer_rename_handshake(Node *self, PeerRef ref, NodeId node, uint16_t flags, NodeEnv *env);
/* Removes a record with its links, reports (about it and by it), slots and references (§4.6). */
void peer_remove(Node *self, PeerRef ref, NodeEnv *env);

void peer_set_flags(Node *self, PeerRef ref, uint16_t flags, NodeEnv *env);
void peer_set_epoch(Node *self, PeerRef ref, uint64_t epoch, NodeEnv *env);
/* Keeps slot_count; does not touch Node.owner (slots.h does both). */
void peer_set_slots(Node *self, PeerRef ref, SlotsId slots, NodeEnv *env);
void peer_set_primary(Node *self, PeerRef ref, NodeId primary, NodeEnv *env);
void peer_set_addr(Node *self, PeerRef ref, AddrId addr, NodeEnv *env);
void peer_set_link(Node *self, PeerRef ref, LinkId link, PeerLink state, NodeEnv *env);
void peer_set_ping(Node *self, PeerRef ref, NodeMs ping_ms, NodeEnv *env);
void peer_set_pong(Node *self, PeerRef ref, NodeMs pong_ms, NodeEnv *env);
void peer_set_offset(Node *self, PeerRef ref, uint64_t offset, NodeEnv *env);
/* The inbound link bound to a known identity; closes nothing. */
void peer_set_inbound(Node *self, NodeId node, LinkId link);
/* Brings gate and marks up to date with the cold part of a known identity. */
void peer_refresh(Node *self, NodeId node);
/* Something changed that the cron must look at in its next tick. */
void peer_touch(Node *self, PeerRef ref, const NodeEnv *env);
/* The record differs from what nodes.conf says of it. */
void peer_mark_dirty(Node *self, PeerRef ref, NodeEnv *env);
/* Enters a record into the list of PFAIL ones, which is in the order of `known`. */
void peer_list_pfail(Node *self, PeerRef ref, NodeEnv *env);
/* Notes a whole record as new, for one that was just loaded or renamed. */
void peer_note_all(Node *self, NodeId node, NodeEnv *env);
/* Moves the base of the gate on when it lies hours behind. */
void peers_rebase_gate(Node *self, NodeMs now_ms);
/* pong_received in whole seconds, without touching the cold part if the gate knows it. */
static inline uint32_t peer_pong_s(const Node *self, NodeId node)
{
    uint16_t gate = self->gate[node];
    return gate != GATE_CLOSED ? self->gate_base_s + gate : self->peers[node].pong_ms / 1000;
}

/* pong_received, wherever it is kept. */
static inline NodeMs peer_pong_ms(const Node *self, PeerRef ref)
{
    if (ref & PEER_HANDSHAKE) return self->handshakes.items[ref & 0x7FFF].pong_ms;
    NodeMs pong_ms = self->peers[ref].pong_ms;
    if (self->gate[ref] == GATE_CLOSED) return pong_ms;
    uint32_t second = self->gate_base_s + self->gate[ref];
    return second == pong_ms / 1000 ? pong_ms : second * 1000;
}

/* Role changes of a record, with the list of replicas kept by Peer.primary (§3.8 "Role in step 6").
 */
void peer_make_primary(Node *self, PeerRef ref, NodeEnv *env);
void peer_make_replica(Node *self, PeerRef ref, NodeId primary, NodeEnv *env);
/* How many replicas of `primary` are known; with healthy_only those neither FAIL (nor PFAIL if
 * strict). */
uint32_t peer_replica_count(const Node *self, NodeId primary);

/* Own epochs and state, noted. */
void self_set_epochs(Node *self, uint64_t current, uint64_t last_vote, NodeEnv *env);
void self_set_state(Node *self, ClusterState state, uint16_t size, NodeEnv *env);
/* Notes Node.election as it stands (call after changing it). */
void self_note_election(Node *self, NodeEnv *env);

#endif
