/* handshake.h -- MEET, handshake and discovery (§4.1-4.5). */
#ifndef CLUSTER_HANDSHAKE_H
#define CLUSTER_HANDSHAKE_H

#include "sim/cluster/node.h"

/* Starts a handshake with an address (CLUSTER MEET: flags HANDSHAKE|MEET); false when one with the
 * same address is in progress (clusterStartHandshake). */
bool handshake_start(Node *self, AddrId addr, uint16_t flags, NodeEnv *env);
/* A PONG came on the outbound link of `ref`, a handshake record: rename or delete (§4.2 step 3).
 * Returns the known peer's ref, or PEER_NONE when the record is gone. */
PeerRef handshake_on_pong(Node *self, PeerRef ref, const Msg *msg, NodeEnv *env);
/* The address from which `sender` speaks differs from its record: take it, drop the link (§4.5,
 * nodeUpdateAddressIfNeeded). True when it did. */
bool handshake_update_address(Node *self, NodeId sender, const Msg *msg, NodeEnv *env);
bool handshake_blacklisted(Node *self, NodeId node, const NodeEnv *env);
void handshake_blacklist(Node *self, NodeId node, NodeEnv *env); /* for 60 s, §4.6 */

#endif
