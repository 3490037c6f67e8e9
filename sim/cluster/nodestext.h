/* nodestext.h -- a node's beliefs in Redis's own words: CLUSTER NODES, INFO, SLOTS, nodes.conf (§11, §2.5).
 *
 * CLUSTER NODES is rendered from a Belief row, so that the simulator (from the truth) and the view (from the
 * trace) print the same text with the same code. */
#ifndef CLUSTER_NODESTEXT_H
#define CLUSTER_NODESTEXT_H

#include "sim/cluster/node.h"

/* CLUSTER NODES of a node, from the truth. `addrs` by AddrId. Lines in the order the records were created. */
void nodestext_nodes(Node *self, const NodeEnv *env, const AddrState *addrs, uint64_t unix_base_ms, Text *out);
/* CLUSTER INFO, lines end CRLF (§11.3). */
void nodestext_info(Node *self, const NodeEnv *env, Text *out);
/* nodes.conf as the disk holds it. */
void nodestext_conf(const NodeDisk *disk, const Directory *directory, const AddrState *addrs,
                    const BitPool *slots, Text *out);

#endif
