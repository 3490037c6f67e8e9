/* admin.h -- what the CLUSTER subcommands that change a node do, with Redis's own refusals (§9.1,
 * §11.1).
 *
 * Arguments are validated completely before anything changes; errors are the exact texts of
 * Redis 7.0.15, with their prefix "ERR". Work is left in Node.before_sleep for node_before_sleep.
 *
 *   admin.c        dispatch, arity, small ones     admin_slots.c   ADDSLOTS ... SETSLOT
 *   admin_nodes.c  MEET, REPLICATE, FAILOVER, ...  admin_report.c  NODES, SLOTS, SHARDS, LINKS, ...
 */
#ifndef CLUSTER_ADMIN_H
#define CLUSTER_ADMIN_H

#include "sim/base/resp.h"
#include "sim/cluster/node.h"

/* What only the world around the nodes can tell. `resolve` turns an ip and port into the AddrId of
 * the run, defining it if it is new; `identify` draws a new identity for the process of a host. */
typedef struct AdminResolver {
    void *state;
    NodeId (*identify)(void *state, HostId host);
    AddrId (*resolve)(void *state, uint32_t ip, uint16_t port, uint16_t bus_port);
    uint64_t
        unix_base_ms; /* Unix time of virtual time 0, for the times of CLUSTER NODES and LINKS */
} AdminResolver;

/* Executes one CLUSTER subcommand (argv[0] is "CLUSTER"; the arity is checked already),
 * case-insensitive, and writes its reply. False: the answer is known by the server around the node
 * (COUNTKEYSINSLOT, GETKEYSINSLOT, HELP). */
bool admin_cluster_command(Node *self, uint32_t argc, const Slice *argv,
                           const AdminResolver *resolver, const AddrState *addrs, Reply *reply,
                           NodeEnv *env);

/* DEBUG CLUSTERLINK KILL to|from|all id: closes the node's links with another one. */
void admin_debug_clusterlink(Node *self, Slice direction, Slice id, Reply *reply, NodeEnv *env);

#endif
