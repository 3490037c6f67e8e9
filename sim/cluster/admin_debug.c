/* admin_debug.c -- what DEBUG does to the bus of a node (protocol.md §11.1): links closed, packets
 * ignored. */
#include "sim/cluster/admin_call.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

static void close_inbound(Node *self, NodeId node, NodeEnv *env)
{
    if (self->peers[node].inbound == LINK_NONE) return;
    effect_link_close(env, self->peers[node].inbound);
    peer_set_inbound(self, node, LINK_NONE);
}

/* Redis 7.0: debugCommand, freeClusterLink. */
void admin_debug_clusterlink(Node *self, Slice direction, Slice id, Reply *reply, NodeEnv *env)
{
    AdminCall call = {.self = self, .reply = reply, .env = env};
    NodeId node;
    bool all = slice_is(direction, "all");
    if (!admin_find_node(&call, id, &node)) return;
    if (!all && !slice_is(direction, "to") && !slice_is(direction, "from")) {
        admin_error(&call, "Unknown direction %.*s", (int)direction.size, direction.chars);
        return;
    }
    bool to = all || slice_is(direction, "to"), from = all || slice_is(direction, "from");
    if (to && node != self->self && link_exists(&self->peers[node])) link_close(self, node, env);
    if (from) close_inbound(self, node, env);
    admin_ok(&call);
}
