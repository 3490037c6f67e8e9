/* epoch.h -- config epochs: collision and bump without consensus (§4.8-4.10). */
#ifndef CLUSTER_EPOCH_H
#define CLUSTER_EPOCH_H

#include "sim/cluster/node.h"

void epoch_on_collision(Node *self, NodeId sender, uint64_t sender_epoch, NodeEnv *env);
/* The largest epoch this node knows of (clusterGetMaxEpoch). */
uint64_t epoch_max(const Node *self);
bool epoch_bump(Node *self, NodeEnv *env); /* true: bumped, false: still the greatest */

#endif
