/* election.h -- automatic failover: preconditions, delay, rank, request, votes, promotion (§6). */
#ifndef CLUSTER_ELECTION_H
#define CLUSTER_ELECTION_H

#include "sim/cluster/node.h"

void election_step(Node *self, NodeEnv *env); /* clusterHandleSlaveFailover */
/* Decides on a vote request; a granted vote is sent and made durable
 * (clusterSendFailoverAuthIfNeeded). */
VoteVerdict election_on_request(Node *self, const Msg *msg, NodeEnv *env);
void election_on_ack(Node *self, const Msg *msg, NodeEnv *env);
uint16_t election_rank(const Node *self, const NodeEnv *env); /* clusterGetSlaveRank */
/* Manual failover (§7): MFSTART at the primary, the paused primary's offset at the replica, the
 * step and the timeout. */
void election_on_mfstart(Node *self, const Msg *msg, LinkId link, NodeEnv *env);
void election_manual_offset(Node *self, const Msg *msg,
                            NodeEnv *env);            /* §3.8 step 4, last clause */
void election_manual_step(Node *self, NodeEnv *env);  /* clusterHandleManualFailover */
void election_manual_check(Node *self, NodeEnv *env); /* time-out, cron step 6 */
void election_manual_reset(Node *self, NodeEnv *env); /* resetManualFailover */
/* CLUSTER FAILOVER was accepted: whatever ran before is forgotten, the 5 s begin. */
void election_manual_begin(Node *self, NodeEnv *env);
/* I take over from my primary, with the config epoch that I have
 * (clusterFailoverReplaceYourMaster). */
void election_promote(Node *self, NodeEnv *env);
/* Orphaned primaries and spare replicas, each cron of a replica (§8). */
void election_migration_step(Node *self, NodeEnv *env);
/* I become a replica of `primary`, now (clusterSetMaster): role, open slots, replication. */
void election_follow(Node *self, NodeId primary, RoleReason reason, NodeEnv *env);

#endif
