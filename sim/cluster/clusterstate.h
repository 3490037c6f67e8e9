/* clusterstate.h -- cluster_state: ok or fail, as this node sees it (protocol.md §5.6, §5.7). */
#ifndef CLUSTER_CLUSTERSTATE_H
#define CLUSTER_CLUSTERSTATE_H

#include "sim/cluster/node.h"

void clusterstate_update(Node *self, NodeEnv *env); /* clusterUpdateState */
/* quorum = size / 2 + 1 */
uint16_t clusterstate_quorum(const Node *self);

#endif
