/* nodesfile.h -- nodes.conf as a text, read as redis-server reads it (§2.5, §2.7:
 * clusterLoadConfig); nodestext_conf writes it.
 *
 * Every refusal of redis-server is one here, with the line and what is wrong with it. What it lets
 * pass passes: blank lines, a missing bus port, a host name behind the address, unknown variables,
 * a slot that is claimed twice (the first claim counts). Simplified: addresses are IPv4, and
 * records in handshake, which a save leaves out, are dropped. */
#ifndef CLUSTER_NODESFILE_H
#define CLUSTER_NODESFILE_H

#include "sim/base/slice.h"
#include "sim/cluster/node.h"

/* Who the file speaks of: asked once the form of the whole file is right. */
typedef struct NodesNames {
    void *state;
    /* The node of this ID; NODE_NONE and a sentence when there is none. `is_self`: the line of
     * `myself`. */
    NodeId (*node)(void *state, const char *id, bool is_self, Error *err);
    /* The address; `node` NODE_NONE never. False and a sentence when the node is elsewhere. */
    bool (*addr)(void *state, NodeId node, AddrState given, AddrId *addr, Error *err);
} NodesNames;

typedef struct NodesProblem {
    uint32_t line;   /* 0: of the file as a whole */
    const char *log; /* what redis-server logs before it ends */
    Error reason;    /* one sentence of ours, with the line */
} NodesProblem;

/* Fills *disk, which must be empty; left empty after a refusal. An empty text is no refusal: the
 * disk stays without a file (self NODE_NONE), and a start makes a new identity. */
bool nodesfile_read(Slice text, const NodesNames *names, BitPool *slots, NodeDisk *disk, Mem *mem,
                    NodesProblem *problem);

#endif
