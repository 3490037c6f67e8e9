/* nodestext.h -- a node's beliefs in Redis's own words: CLUSTER NODES, INFO, SLOTS, nodes.conf
 * (§11, §2.5).
 *
 * CLUSTER NODES is rendered from a Belief row, so that the simulator (from the truth) and the view
 * (from the trace) print the same text with the same code. */
#ifndef CLUSTER_NODESTEXT_H
#define CLUSTER_NODESTEXT_H

#include "sim/cluster/node.h"

/* One line of CLUSTER NODES (§11.4) without open slots and line end, from plain values: whoever has
 * a record of any kind (truth, belief, disk) fills one in. */
typedef struct NodesLine {
    const char *id;            /* NODE_ID_SIZE digits */
    AddrState addr;            /* ip 0: unknown, printed as nothing */
    uint16_t flags;            /* FLAG_* */
    const char *primary_id;    /* NULL: "-" */
    uint64_t ping_ms, pong_ms; /* Unix time; 0 never */
    uint64_t epoch;            /* a replica's is its primary's */
    bool connected;
    const uint64_t *slots;
} NodesLine;

void nodestext_line(const NodesLine *line, Text *out);
/* The words of the flags: "myself,master"; "noflags" if there are none. */
void nodestext_flags(uint16_t flags, Text *out);
void nodestext_ip(uint32_t ip, Text *out); /* nothing for 0 */
/* The line of one record of a node, open slots of `myself` included, without line end. */
void nodestext_peer(Node *self, PeerRef ref, const NodeEnv *env, const AddrState *addrs,
                    uint64_t unix_base_ms, Text *out);
/* A time of the node clock as Unix time; 0 stays 0. */
uint64_t nodestext_unix_ms(NodeMs ms, uint64_t unix_base_ms);

/* CLUSTER NODES of a node, from the truth. `addrs` by AddrId. Lines in the order the records were
 * created. */
void nodestext_nodes(Node *self, const NodeEnv *env, const AddrState *addrs, uint64_t unix_base_ms,
                     Text *out);
/* CLUSTER INFO, lines end CRLF (§11.3). */
void nodestext_info(Node *self, const NodeEnv *env, Text *out);
/* nodes.conf as the disk holds it. */
void nodestext_conf(const NodeDisk *disk, const Directory *directory, const AddrState *addrs,
                    const BitPool *slots, Text *out);

#endif
