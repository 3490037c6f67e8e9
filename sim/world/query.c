/* query.c -- reading the truth and the beliefs of one process; nothing here changes the run. */
#include "sim/cluster/keyslot.h"
#include "sim/cluster/nodestext.h"
#include "sim/cluster/peers.h"
#include "sim/world/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const Host *host_at(const Sim *sim, HostId host)
{
    SIM_ASSERT(host < sim->hosts.count);
    return &sim->hosts.items[host];
}

/* The node of a host whose process exists (frozen ones believe, too), else NULL. */
static Node *node_of(const Sim *sim, HostId host)
{
    return host_at(sim, host)->node;
}

uint32_t sim_host_count(const Sim *sim)
{
    return sim->hosts.count;
}

const char *sim_host_name(const Sim *sim, HostId host)
{
    return host_at(sim, host)->name;
}

HostId sim_find_host(const Sim *sim, const char *name)
{
    for (uint32_t i = 0; i < sim->hosts.count; i++) {
        if (strcmp(sim->hosts.items[i].name, name) == 0) return (HostId)i;
    }
    return HOST_NONE;
}

ProcessStatus sim_host_status(const Sim *sim, HostId host)
{
    return host_at(sim, host)->status;
}

bool sim_host_is_client(const Sim *sim, HostId host)
{
    return host_at(sim, host)->is_client;
}

NodeId sim_host_node(const Sim *sim, HostId host)
{
    return host_at(sim, host)->identity;
}

const char *sim_node_id(Sim *sim, NodeId node)
{
    SIM_ASSERT(node < sim->directory.nodes.count);
    memcpy(sim->id_scratch, sim->directory.nodes.items[node].id, NODE_ID_SIZE);
    sim->id_scratch[NODE_ID_SIZE] = '\0';
    return sim->id_scratch;
}

HostId sim_node_host(const Sim *sim, NodeId node)
{
    SIM_ASSERT(node < sim->directory.nodes.count);
    return sim->directory.nodes.items[node].host;
}

uint32_t sim_host_ip(const Sim *sim, HostId host, uint16_t *port)
{
    if (port) *port = host_at(sim, host)->port;
    return host_at(sim, host)->ip;
}

const NodeConfig *sim_host_config(const Sim *sim, HostId host)
{
    return &host_at(sim, host)->config;
}

/* --- slots --- */

HostId sim_owner(const Sim *sim, uint16_t slot)
{
    HostId best = HOST_NONE;
    uint64_t best_epoch = 0;
    SIM_ASSERT(slot < SLOT_COUNT);
    for (uint32_t i = 0; i < sim->hosts.count; i++) {
        const Node *node = sim->hosts.items[i].node;
        if (!node || sim->hosts.items[i].status != PROCESS_RUNNING) continue;
        if (node->owner[slot] != node->self || !node_is_primary(node)) continue;
        uint64_t epoch = node->peers[node->self].epoch;
        if (best == HOST_NONE || epoch > best_epoch) {
            best = (HostId)i;
            best_epoch = epoch;
        }
    }
    return best;
}

NodeId sim_owner_seen(const Sim *sim, HostId host, uint16_t slot)
{
    const Node *node = node_of(sim, host);
    SIM_ASSERT(slot < SLOT_COUNT);
    return node ? node->owner[slot] : NODE_NONE;
}

uint32_t sim_slot_count(const Sim *sim, SlotsId slots)
{
    return bitpool_members(sim->slots, slots);
}

bool sim_value(const Sim *sim, const char *key, uint16_t *slot, Text *value)
{
    uint32_t size = (uint32_t)strlen(key);
    *slot = keyslot_of(key, size);
    HostId owner = sim_owner(sim, *slot);
    if (owner == HOST_NONE) return false;
    const Key *found = keyspace_find(sim->hosts.items[owner].keys, (Slice){key, size});
    if (!found || found->value.type != VALUE_STRING) return false;
    text_append_bytes(value, found->value.u.string.chars, found->value.u.string.size);
    return true;
}

/* --- beliefs --- */

bool sim_belief(const Sim *sim, HostId host, NodeId other, Belief *belief)
{
    const Node *node = node_of(sim, host);
    memset(belief, 0, sizeof(*belief));
    belief->primary = NODE_NONE;
    if (!node || other == NODE_NONE || !peer_known(node, other)) return false;
    const Peer *peer = &node->peers[other];
    *belief = (Belief){.known = true,
                       .epoch = peer->epoch,
                       .ping_ms = peer->ping_sent_ms,
                       .pong_ms = peer_pong_ms(node, other),
                       .offset = peer->offset,
                       .slots = peer->slots,
                       .addr = peer->addr,
                       .flags = peer->flags,
                       .primary = peer->primary,
                       .up = peer->link_state == PLINK_CONNECTED,
                       .link = peer->link_state};
    return true;
}

const HostState *sim_self(Sim *sim, HostId number)
{
    const Host *host = host_at(sim, number);
    if (!host->node) return NULL;
    HostState *self = &sim->self_scratch;
    memset(self, 0, sizeof(*self));
    NodeFacts facts;
    repl_facts(host->repl, &facts);
    memcpy(self->name, host->name, sizeof(self->name));
    memcpy(self->zone, host->zone, sizeof(self->zone));
    self->addr = host->addr;
    self->node_timeout_ms = host->config.node_timeout_ms;
    self->status = host->status;
    self->node = host->identity;
    self->slow_permille = host->slow_permille;
    self->since = host->since;
    self->state = host->node->state;
    self->size = host->node->size;
    self->current_epoch = host->node->current_epoch;
    self->last_vote_epoch = host->node->last_vote_epoch;
    self->auth_ms = host->node->election.auth_ms;
    self->auth_epoch = host->node->election.epoch;
    self->votes = host->node->election.votes;
    self->rank = host->node->election.rank;
    self->auth_sent = host->node->election.sent;
    self->repl = repl_state(host->repl);
    self->repl_primary = repl_primary(host->repl);
    self->repl_offset = facts.repl_offset;
    return self;
}

/* --- agreement --- */

static bool differs(Text *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool differs(Text *why, const char *format, ...)
{
    char line[160];
    va_list args;
    if (!why) return false;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    text_append(why, "%s", line);
    return false;
}

/* What one process thinks of another's process, against what that one thinks of itself. */
static bool agrees_about(const Sim *sim, const Host *host, const Host *other, Text *why)
{
    const Node *node = host->node;
    if (!peer_known(node, other->identity))
        return differs(why, "%s does not know %s", host->name, other->name);
    const Peer *peer = &node->peers[other->identity];
    const Peer *self = &other->node->peers[other->identity];
    (void)sim;
    if (peer->flags & (FLAG_PFAIL | FLAG_FAIL))
        return differs(why, "%s flags %s", host->name, other->name);
    if ((peer->flags & FLAG_PRIMARY) != (self->flags & FLAG_PRIMARY)) {
        return differs(why, "%s is wrong about the role of %s", host->name, other->name);
    }
    if (peer->slots != self->slots)
        return differs(why, "%s is wrong about the slots of %s", host->name, other->name);
    if ((self->flags & FLAG_PRIMARY) && peer->epoch != self->epoch) {
        return differs(why, "%s is wrong about the config epoch of %s", host->name, other->name);
    }
    if ((self->flags & FLAG_REPLICA) && peer->primary != self->primary) {
        return differs(why, "%s is wrong about the primary of %s", host->name, other->name);
    }
    if (node != other->node && peer->link_state != PLINK_CONNECTED) {
        return differs(why, "%s has no connection to %s", host->name, other->name);
    }
    return true;
}

static bool same_owners(const Host *host, const Host *first, Text *why)
{
    if (memcmp(host->node->owner, first->node->owner, sizeof(first->node->owner)) == 0) return true;
    return differs(why, "%s and %s disagree about the owner of a slot", host->name, first->name);
}

/* A running process that is a node of a cluster at all (cluster-enabled). */
static bool is_in_cluster(const Host *host)
{
    return host->status == PROCESS_RUNNING && host->config.cluster_enabled;
}

bool sim_converged(const Sim *sim, Text *why)
{
    const Host *first = NULL;
    for (uint32_t i = 0; i < sim->hosts.count; i++) {
        const Host *host = &sim->hosts.items[i];
        if (!is_in_cluster(host)) continue;
        if (!first) first = host;
        if (host->node->state != STATE_OK)
            return differs(why, "%s says cluster_state:%s", host->name, "fail");
        if (!same_owners(host, first, why)) return false;
        for (uint32_t j = 0; j < sim->hosts.count; j++) {
            const Host *other = &sim->hosts.items[j];
            if (is_in_cluster(other) && !agrees_about(sim, host, other, why)) return false;
        }
    }
    return first || differs(why, "%s process is running%s", "no", "");
}

/* --- texts --- */

void sim_nodes_text(Sim *sim, HostId number, Text *out)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    if (!host->node) return;
    NodeEnv env = process_env(sim, host, &facts);
    nodestext_nodes(host->node, &env, sim->addrs.items, trace_header(sim->trace)->unix_base_ms,
                    out);
}

void sim_info_text(Sim *sim, HostId number, Text *out)
{
    Host *host = world_host(sim, number);
    NodeFacts facts;
    if (!host->node) return;
    NodeEnv env = process_env(sim, host, &facts);
    nodestext_info(host->node, &env, out);
}

void sim_conf_text(Sim *sim, HostId number, Text *out)
{
    const Host *host = host_at(sim, number);
    if (host->nodes_is_new) {
        text_append_bytes(out, text_chars(&host->written_nodes), host->written_nodes.size);
        return;
    }
    if (host->disk.self == NODE_NONE) return;
    nodestext_conf(&host->disk, &sim->directory, sim->addrs.items, sim->slots, out);
}
