/* packet.h -- receiving a packet of the cluster bus (protocol.md §3.8, clusterProcessPacket). */
#ifndef CLUSTER_PACKET_H
#define CLUSTER_PACKET_H

#include "sim/cluster/node.h"

/* `input` is of kind NODE_INPUT_MSG. */
void packet_receive(Node *self, const NodeInput *input, NodeEnv *env);

#endif
