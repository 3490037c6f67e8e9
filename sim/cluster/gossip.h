/* gossip.h -- gossip sections: what a node tells of others, and what it makes of what it is told
 * (protocol.md §3.5, §3.9, §4.4, §5.2). */
#ifndef CLUSTER_GOSSIP_H
#define CLUSTER_GOSSIP_H

#include "sim/cluster/node.h"

/* Upper bound of the entries that gossip_fill may append now. */
uint16_t gossip_capacity(const Node *self, const NodeEnv *env);
/* Fills the section of `msg`; `receiver` is who will get it, if known (clusterSendPing). */
void gossip_fill(Node *self, Msg *msg, NodeId receiver, NodeEnv *env);
/* Takes in the section of a packet; `sender` is NODE_NONE when it is not in the table, which
 * happens with a MEET only (clusterProcessGossipSection). */
void gossip_process(Node *self, const Msg *msg, NodeId sender, NodeEnv *env);

#endif
