/* link.h -- building and sending bus messages, and the life of links (protocol.md §3.1-3.3, §3.10).
 */
#ifndef CLUSTER_LINK_H
#define CLUSTER_LINK_H

#include "sim/cluster/node.h"

/* A message with all header fields filled in (clusterBuildMessageHdr), without gossip. */
MsgId link_build(Node *self, MsgKind kind, uint16_t gossip_capacity, NodeEnv *env);
/* Sends on the record's outbound link, or drops it when there is none; counts it. Takes the
 * reference. */
void link_send(Node *self, PeerRef ref, MsgId msg, NodeEnv *env);
/* To every record with an outbound link, except myself and handshakes (clusterBroadcastMessage). */
void link_broadcast(Node *self, MsgId msg, NodeEnv *env);
/* PING, PONG or MEET with a gossip section (clusterSendPing): on the outbound link of ref, or as an
 * answer on `link` when ref is PEER_NONE. A PING on an outbound link sets ping_sent. */
void link_send_ping(Node *self, PeerRef ref, LinkId link, MsgKind kind, NodeEnv *env);
/* A message of a channel (§1.8): MSG_PUBLISH to everybody, MSG_PUBLISHSHARD to the nodes of the own
 * shard (clusterPropagatePublish). */
void link_publish(Node *self, MsgKind kind, Slice channel, Slice message, NodeEnv *env);
typedef enum PongTarget { PONG_TO_ALL, PONG_TO_LOCAL_REPLICAS } PongTarget;
void link_broadcast_pong(Node *self, PongTarget target, NodeEnv *env); /* clusterBroadcastPong */
/* Asks the world to open the outbound link of a record that has none. */
void link_open(Node *self, PeerRef ref, NodeEnv *env);
/* The record whose outbound link this is; `hint` is the likely one or NODE_NONE. PEER_NONE: none
 * any more. */
PeerRef link_find_outbound(const Node *self, LinkId link, NodeId hint);
/* The identity an inbound link is bound to, or NODE_NONE. */
NodeId link_find_inbound(const Node *self, LinkId link);
/* Is there an outbound link, be it still connecting. */
static inline bool link_exists(const Peer *peer)
{
    return peer->link_state != PLINK_NONE;
}
/* Closes the outbound link, keeping ping_sent (freeClusterLink). */
void link_close(Node *self, PeerRef ref, NodeEnv *env);

#endif
