/* migration.c -- replica migration (protocol.md §8): a spare replica moves to a primary that lost
 * all of its own.
 *
 * Runs at each tick of a replica. Two passes over the table: how many replicas each primary has
 * that are not FAIL, then who is orphaned. "First" orphan is by order of creation here; in Redis by
 * hash-table order (§17.1). */
#include "sim/cluster/election.h"

#include "sim/cluster/peers.h"

#include <string.h>

#define ORPHANED_MIN_MS 5000 /* CLUSTER_SLAVE_MIGRATION_DELAY */

typedef struct Attached {
    uint16_t ok[NODES_MAX]; /* by primary: replicas that are not FAIL */
} Attached;

static void count_attached(const Node *self, Attached *attached)
{
    memset(attached->ok, 0, self->capacity * sizeof(attached->ok[0]));
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        const Peer *peer = &self->peers[ref];
        if (peer->primary != NODE_NONE && !(peer->flags & FLAG_FAIL)) attached->ok[peer->primary]++;
    }
}

static bool is_working_primary(const Peer *peer)
{
    return (peer->flags & FLAG_PRIMARY) && !(peer->flags & FLAG_FAIL);
}

/* §8.1: is there an orphan, and does my primary have more replicas than any other, two at least? */
static bool is_triggered(Node *self, const Attached *attached)
{
    NodeId mine = node_me(self)->primary;
    uint32_t orphans = 0, max = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        const Peer *peer = &self->peers[ref];
        if (!is_working_primary(peer)) continue;
        uint32_t ok = attached->ok[ref];
        if (ok == 0 && peer->slot_count > 0 && (peer->flags & FLAG_MIGRATE_TO)) orphans++;
        if (ok > max) max = ok;
    }
    bool mine_counts =
        mine != NODE_NONE && peer_known(self, mine) && is_working_primary(&self->peers[mine]);
    return orphans > 0 && max >= 2 && mine_counts && attached->ok[mine] == max;
}

/* Step 2: replicas that would stay behind, PFAIL ones not counted. */
static bool leaves_enough(const Node *self, NodeId primary)
{
    uint32_t ok = 0;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        const Peer *peer = &self->peers[ref];
        if (peer->primary == primary && !(peer->flags & (FLAG_FAIL | FLAG_PFAIL))) ok++;
    }
    return ok > self->cfg.migration_barrier;
}

/* Step 3, first half: keeps the orphan times; returns the first orphan with slots. The times are
 * kept only while this runs, so the 5 s begin when the FAIL is known. */
static NodeId find_target(Node *self, const Attached *attached, const NodeEnv *env)
{
    NodeId target = NODE_NONE;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        Peer *peer = &self->peers[ref];
        bool is_orphaned =
            is_working_primary(peer) && (peer->flags & FLAG_MIGRATE_TO) && attached->ok[ref] == 0;
        if (!is_orphaned) {
            peer->orphaned_ms = 0;
            continue;
        }
        if (target == NODE_NONE && peer->slot_count > 0) target = ref;
        if (peer->orphaned_ms == 0) peer->orphaned_ms = env->now_ms;
    }
    return target;
}

/* Step 3, second half: the smallest ID among the replicas, FAIL ones too, of the primaries that
 * have `max` of them. A primary that is FAIL itself is counted here, though not in §8.1: so it is
 * in the source. */
static bool am_candidate(const Node *self, const Attached *attached, uint32_t max,
                         const NodeEnv *env)
{
    const NodeEntry *entries = env->directory->nodes.items;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if ((ref & PEER_HANDSHAKE) || ref == self->self) continue;
        NodeId primary = self->peers[ref].primary;
        if (primary == NODE_NONE || !(self->peers[primary].flags & FLAG_PRIMARY)) continue;
        if (attached->ok[primary] != max) continue;
        if (memcmp(entries[ref].id, entries[self->self].id, NODE_ID_SIZE) < 0) return false;
    }
    return true;
}

/* Redis: clusterHandleSlaveMigration() and its trigger in clusterCron(). */
void election_migration_step(Node *self, NodeEnv *env)
{
    NodeId mine = node_me(self)->primary;
    if (node_is_primary(self) || !self->cfg.allow_replica_migration) return;
    if (!rule_on(env->rules, RULE_REPLICA_MIGRATION)) return;
    SIM_ASSERT(self->capacity <= NODES_MAX);
    Attached attached;
    count_attached(self, &attached);
    if (mine == NODE_NONE || attached.ok[mine] < 2) return;
    if (!is_triggered(self, &attached)) return;

    if (self->state != STATE_OK) return;
    if (!leaves_enough(self, mine)) return;
    NodeId target = find_target(self, &attached, env);
    if (target == NODE_NONE || !am_candidate(self, &attached, attached.ok[mine], env)) return;
    if (env->now_ms - self->peers[target].orphaned_ms <= ORPHANED_MIN_MS) return;
    election_follow(self, target, ROLE_MIGRATION, env);
}
