/* slots.h -- who owns which slot, in one node's own table; claims and UPDATE (§6.10, §6.11, §9.1).
 */
#ifndef CLUSTER_SLOTS_H
#define CLUSTER_SLOTS_H

#include "sim/cluster/node.h"

/* Binds every slot of `set` to `owner` (NODE_NONE: to nobody), whoever had it; keeps the peers'
 * sets and Node.owner equal. */
void slots_assign(Node *self, SlotsId set, NodeId owner, NodeEnv *env);
void slots_assign_words(Node *self, const uint64_t *words, NodeId owner,
                        NodeEnv *env); /* the same */
/* A claim by header or UPDATE: clusterUpdateSlotsConfigWith(sender, epoch, set). */
void slots_on_claim(Node *self, NodeId sender, uint64_t epoch, SlotsId set, NodeEnv *env);
/* After a PING/PONG/MEET whose header's slots differ: compare, claim, and correct a stale sender
 * with one UPDATE (§3.8 step 6, §6.11). Cheap when the ids are equal. */
void slots_on_header(Node *self, NodeId sender, const Msg *msg, NodeEnv *env);
void slots_on_update(Node *self, const Msg *msg, NodeEnv *env);
/* All slots of a node become unassigned (clusterDelNodeSlots). */
void slots_drop(Node *self, NodeId node, NodeEnv *env);

#endif
