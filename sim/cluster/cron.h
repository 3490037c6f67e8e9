/* cron.h -- the 100 ms tick of a node (protocol.md §3.6, clusterCron). */
#ifndef CLUSTER_CRON_H
#define CLUSTER_CRON_H

#include "sim/cluster/node.h"

/* The node clock is cut into slices of one tick; Node.due holds slices modulo 256. */
#define CRON_SLICE_MS 100

static inline uint32_t cron_slice(NodeMs time_ms)
{
    return time_ms / CRON_SLICE_MS;
}

void cron_run(Node *self, NodeEnv *env);
/* The earliest node clock at which a tick could find something to do about this record, as things
 * are. */
NodeMs cron_next_look(const Node *self, PeerRef ref, NodeMs now_ms);
/* Whether self->looks, right after it was collected, leaves out only records with nothing to do. */
bool cron_looks_complete(const Node *self, NodeMs now_ms);

#endif
