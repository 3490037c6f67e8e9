/* failure.h -- PFAIL, failure reports, FAIL and their clearing (protocol.md §5.1-5.5). */
#ifndef CLUSTER_FAILURE_H
#define CLUSTER_FAILURE_H

#include "sim/cluster/node.h"

void failure_suspect(Node *self, PeerRef ref, NodeEnv *env); /* PFAIL, from the cron */
/* Adds or refreshes a report; true when it is new (clusterNodeAddFailureReport). */
bool failure_report_add(Node *self, NodeId peer, NodeId reporter, NodeEnv *env);
bool failure_report_remove(Node *self, NodeId peer, NodeId reporter, NodeEnv *env);
/* Valid reports about the peer, after dropping those older than 2T
 * (clusterNodeFailureReportsCount). */
uint32_t failure_report_count(Node *self, NodeId peer, NodeEnv *env);
/* Forgets reports about a peer, and those it made (clusterDelNode). */
void failure_forget(Node *self, NodeId node, NodeEnv *env);
/* Appends every report held to the caller's list, in the order of reporters: for keyframes and
 * tests. */
void failure_list_reports(const Node *self, FailReports *list, Mem *mem);
void failure_deinit(Node *self, Mem *mem);
void failure_mark_if_needed(Node *self, NodeId peer, NodeEnv *env); /* markNodeAsFailingIfNeeded */
void failure_on_fail_message(Node *self, const Msg *msg, NodeEnv *env); /* §5.4 */
void failure_on_pong(Node *self, PeerRef ref, NodeEnv *env); /* clears PFAIL, or FAIL by §5.5 */

#endif
