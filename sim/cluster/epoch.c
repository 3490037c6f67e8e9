/* epoch.c -- config epochs without a vote: two primaries with one epoch, and bumping (protocol.md
 * §4.9, §4.10). */
#include "sim/cluster/epoch.h"

#include "sim/cluster/peers.h"

#include <string.h>

uint64_t epoch_max(const Node *self)
{
    uint64_t max = self->current_epoch;
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue; /* has none */
        if (self->peers[ref].epoch > max) max = self->peers[ref].epoch;
    }
    return max;
}

/* currentEpoch + 1 becomes the config epoch of this node. */
static void take_next_epoch(Node *self, NodeEnv *env)
{
    self_set_epochs(self, self->current_epoch + 1, self->last_vote_epoch, env);
    peer_set_epoch(self, self->self, self->current_epoch, env);
}

/* The smaller ID moves, so that in a group of equal epochs the largest ID keeps its own. It is on
 * disk before anybody hears of it. Redis: clusterHandleConfigEpochCollision(). */
void epoch_on_collision(Node *self, NodeId sender, uint64_t sender_epoch, NodeEnv *env)
{
    SIM_ASSERT(peer_known(self, sender));
    const Peer *other = &self->peers[sender];
    const Peer *me = node_me(self);

    if (!rule_on(env->rules, RULE_EPOCH_COLLISION)) return;
    if (sender_epoch != me->epoch || other->epoch != me->epoch) return;
    if (!(other->flags & FLAG_PRIMARY) || !(me->flags & FLAG_PRIMARY)) return;
    const NodeEntry *entries = env->directory->nodes.items;
    if (memcmp(entries[sender].id, entries[self->self].id, NODE_ID_SIZE) <= 0) return;

    TraceRecord *note = effect_note(env, TRACE_EPOCH_COLLISION);
    note->u.EPOCH_COLLISION.peer = sender;
    note->u.EPOCH_COLLISION.epoch = self->current_epoch + 1;
    take_next_epoch(self, env);
    effect_push(env, (Effect){.kind = EFFECT_PERSIST, .u.fsync = 1});
}

/* Redis: clusterBumpConfigEpochWithoutConsensus(). */
bool epoch_bump(Node *self, NodeEnv *env)
{
    uint64_t mine = node_me(self)->epoch;
    if (mine != 0 && mine == epoch_max(self)) return false;
    TraceRecord *note = effect_note(env, TRACE_EPOCH_BUMPED);
    note->u.EPOCH_BUMPED.epoch = self->current_epoch + 1;
    take_next_epoch(self, env);
    self->before_sleep |= SLEEP_SAVE | SLEEP_FSYNC;
    return true;
}
