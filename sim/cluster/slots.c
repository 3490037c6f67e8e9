/* slots.c -- who owns which slot in one node's own table: claims, UPDATE (protocol.md §6.10-6.13).
 *
 * Always holds: owner[s] == n exactly if s is in the interned set of n's record, and `assigned`
 * counts the owned slots. Only slots_assign changes either, so that a claim of thousands of slots
 * costs one interned set for each node that loses some and one for the node that gains. Sets are
 * compared and cut word by word. */
#include "sim/cluster/slots.h"

#include "sim/cluster/election.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"

#include <string.h>

#define SLOT_WORDS BITSET_WORDS(SLOT_COUNT)

typedef struct SlotSet {
    uint64_t words[SLOT_WORDS];
} SlotSet;

static const uint64_t *words_of(const NodeEnv *env, SlotsId set)
{
    return bitpool_words(env->slots, set);
}

static bool is_empty(const uint64_t *words)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < SLOT_WORDS; i++) any |= words[i];
    return any == 0;
}

static bool is_known(const Node *self, NodeId node)
{
    return node != NODE_NONE && peer_known(self, node);
}

/* --- assigning --- */

/* Does any primary have a replica? Then a primary that gets its first slot may be given one (§8.2).
 */
static bool somebody_has_replicas(const Node *self)
{
    for (uint32_t i = 0; i < self->known.count; i++) {
        PeerRef ref = self->known.items[i];
        if (ref & PEER_HANDSHAKE) continue;
        NodeId primary = self->peers[ref].primary;
        if (is_known(self, primary) && !(self->peers[primary].flags & FLAG_REPLICA)) return true;
    }
    return false;
}

/* Takes from `left` all slots of the owner of its first slot, from that owner's record too; returns
 * the owner. */
static NodeId take_from_owner(Node *self, uint32_t first, SlotSet *left, NodeEnv *env)
{
    NodeId owner = self->owner[first];
    if (owner == NODE_NONE) {
        for (uint32_t s = first; s < SLOT_COUNT; s = bitset_next(left->words, SLOT_COUNT, s + 1)) {
            if (self->owner[s] == NODE_NONE) bitset_remove(left->words, s);
        }
        return owner;
    }
    SlotSet kept;
    const uint64_t *had = words_of(env, self->peers[owner].slots);
    SIM_ASSERT(bitset_has(had, first));
    for (uint32_t i = 0; i < SLOT_WORDS; i++) {
        kept.words[i] = had[i] & ~left->words[i];
        left->words[i] &= ~had[i];
    }
    peer_set_slots(self, owner, bitpool_intern(env->slots, kept.words), env);
    return owner;
}

/* Sets the owner array for every slot of `moved`. */
static void write_owners(Node *self, const SlotSet *moved, NodeId owner)
{
    for (uint32_t i = 0; i < SLOT_WORDS; i++) {
        uint64_t word = moved->words[i];
        if (word == 0) continue;
        for (uint32_t s = i * 64; word != 0; word >>= 1, s++) {
            if (!(word & 1)) continue;
            if (self->owner[s] == NODE_NONE) self->assigned++;
            if (owner == NODE_NONE) self->assigned--;
            self->owner[s] = owner;
        }
    }
}

/* The new owner's record gains `moved`; a primary's first slot makes it a target of replica
 * migration. */
static void give_to_owner(Node *self, NodeId owner, const SlotSet *moved, NodeEnv *env)
{
    const Peer *peer = &self->peers[owner];
    bool is_first = peer->slot_count == 0;
    SlotSet grown;
    const uint64_t *had = words_of(env, peer->slots);
    for (uint32_t i = 0; i < SLOT_WORDS; i++) grown.words[i] = had[i] | moved->words[i];
    peer_set_slots(self, owner, bitpool_intern(env->slots, grown.words), env);
    if (is_first && somebody_has_replicas(self)) {
        peer_set_flags(self, owner, peer->flags | FLAG_MIGRATE_TO, env);
    }
}

void slots_assign_words(Node *self, const uint64_t *words, NodeId owner, NodeEnv *env)
{
    SlotSet moved;
    const uint64_t *has =
        owner == NODE_NONE ? words_of(env, SLOTS_EMPTY) : words_of(env, self->peers[owner].slots);
    for (uint32_t i = 0; i < SLOT_WORDS; i++) moved.words[i] = words[i] & ~has[i];
    if (is_empty(moved.words)) return;

    SlotSet left = moved;
    uint32_t first = bitset_next(left.words, SLOT_COUNT, 0);
    while (first < SLOT_COUNT) {
        take_from_owner(self, first, &left, env);
        first = bitset_next(left.words, SLOT_COUNT, first);
    }
    write_owners(self, &moved, owner);
    if (owner != NODE_NONE) give_to_owner(self, owner, &moved, env);
}

void slots_assign(Node *self, SlotsId set, NodeId owner, NodeEnv *env)
{
    if (owner != NODE_NONE) SIM_ASSERT(peer_known(self, owner));
    slots_assign_words(self, words_of(env, set), owner, env);
}

void slots_drop(Node *self, NodeId node, NodeEnv *env)
{
    SIM_ASSERT(peer_known(self, node));
    slots_assign_words(self, words_of(env, self->peers[node].slots), NODE_NONE, env);
}

/* --- claims --- */

/* What came of one claim. */
typedef struct Claim {
    NodeId sender;
    NodeId primary; /* myself, or my primary: whose slots are "ours" */
    uint64_t epoch;
    SlotSet taken;    /* slots that change hands */
    SlotSet dirty;    /* of these, mine, and keys may be in them */
    uint32_t claimed; /* slots in the claim */
    uint32_t ours;    /* of the taken ones, ours */
} Claim;

/* The slots that `sender` may not take because this node is importing them: only SETSLOT ends that.
 */
static void remove_importing(const Node *self, SlotSet *set)
{
    for (uint32_t i = 0; i < self->open_slots.count; i++) {
        const OpenSlot *open = &self->open_slots.items[i];
        if (open->importing) bitset_remove(set->words, open->slot);
    }
}

/* Of the slots in `left` that belong to the owner of the first: those that are free for the claim.
 */
static void claim_from_owner(Node *self, uint32_t first, SlotSet *left, Claim *claim,
                             const NodeEnv *env)
{
    NodeId owner = self->owner[first];
    SlotSet of_owner = {{0}};
    if (owner == NODE_NONE) {
        for (uint32_t s = first; s < SLOT_COUNT; s = bitset_next(left->words, SLOT_COUNT, s + 1)) {
            if (self->owner[s] == NODE_NONE) bitset_add(of_owner.words, s);
        }
    } else {
        const uint64_t *has = words_of(env, self->peers[owner].slots);
        for (uint32_t i = 0; i < SLOT_WORDS; i++) of_owner.words[i] = left->words[i] & has[i];
    }
    for (uint32_t i = 0; i < SLOT_WORDS; i++) left->words[i] &= ~of_owner.words[i];

    bool all_free = owner == NODE_NONE || self->peers[owner].epoch < claim->epoch;
    if (!all_free) {
        for (uint32_t i = 0; i < SLOT_WORDS; i++) of_owner.words[i] &= self->not_claiming[i];
    }
    for (uint32_t i = 0; i < SLOT_WORDS; i++) {
        claim->taken.words[i] |= of_owner.words[i];
        if (owner == self->self) claim->dirty.words[i] |= of_owner.words[i];
    }
    if (owner != NODE_NONE && owner == claim->primary)
        claim->ours += bitset_count(of_owner.words, SLOT_WORDS);
}

/* Keeps the not-claiming bits of the sender's slots, and finds what it takes from others (the table
 * of §6.10). 7.0.15 quirk: the bits change only here, and this is called only when the claim
 * differs from the stored set. So an owner that drops a slot and adds it again before anybody else
 * claims it leaves the bit set (§6.10). */
static void examine_claim(Node *self, const uint64_t *claimed, Claim *claim, const NodeEnv *env)
{
    const uint64_t *has = words_of(env, self->peers[claim->sender].slots);
    bool keeps_bits = rule_on(env->rules, RULE_NOT_CLAIMING_BIT);
    SlotSet left;
    for (uint32_t i = 0; i < SLOT_WORDS; i++) {
        self->not_claiming[i] &= ~(has[i] & claimed[i]);
        if (keeps_bits) self->not_claiming[i] |= has[i] & ~claimed[i];
        left.words[i] = claimed[i] & ~has[i];
    }
    claim->claimed = bitset_count(claimed, SLOT_WORDS);
    remove_importing(self, &left);
    uint32_t first = bitset_next(left.words, SLOT_COUNT, 0);
    while (first < SLOT_COUNT) {
        claim_from_owner(self, first, &left, claim, env);
        first = bitset_next(left.words, SLOT_COUNT, first);
    }
}

static void rebind(Node *self, const Claim *claim, NodeEnv *env)
{
    uint32_t count = bitset_count(claim->taken.words, SLOT_WORDS);
    if (count == 0) return;
    TraceRecord *note = effect_note(env, TRACE_SLOTS_MOVED);
    note->u.SLOTS_MOVED.peer = claim->sender;
    note->u.SLOTS_MOVED.count = (uint16_t)count;
    note->u.SLOTS_MOVED.epoch = claim->epoch;
    slots_assign_words(self, claim->taken.words, claim->sender, env);
    for (uint32_t i = 0; i < SLOT_WORDS; i++) self->not_claiming[i] &= ~claim->taken.words[i];
    self->before_sleep |= SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC;
}

/* Keys of slots that I lost while I stay a primary. Without a keyspace the node knows only whether
 * it has keys at all: then every lost slot counts as having some. */
static void drop_dirty(Claim *claim, NodeEnv *env)
{
    const uint32_t *keys = env->facts->slot_keys;
    for (uint32_t s = 0; keys && s < SLOT_COUNT; s++) {
        if (keys[s] == 0) bitset_remove(claim->dirty.words, s);
    }
    if (is_empty(claim->dirty.words) || !env->facts->has_keys) return;
    SlotsId set = bitpool_intern(env->slots, claim->dirty.words);
    effect_push(env, (Effect){.kind = EFFECT_DROP_KEYS, .u.slots = set});
}

/* The primary of my primary, if that has become a replica of somebody else than me; NODE_NONE
 * otherwise. */
static NodeId chained_primary(Node *self)
{
    NodeId primary = node_me(self)->primary;
    if (!is_known(self, primary)) return NODE_NONE;
    NodeId above = self->peers[primary].primary;
    if (above == self->self || !is_known(self, above)) return NODE_NONE;
    return above;
}

/* After the loop, the first of the three that applies (§6.10). */
static void follow_up(Node *self, Claim *claim, NodeEnv *env)
{
    uint32_t before_sleep = SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC;
    bool lost_all = claim->ours > 0 && self->peers[claim->primary].slot_count == 0;
    if (lost_all && (self->cfg.allow_replica_migration || claim->claimed == claim->ours)) {
        election_follow(self, claim->sender, ROLE_LOST_SLOTS, env);
        self->before_sleep |= before_sleep;
        return;
    }
    NodeId above = chained_primary(self);
    if (above != NODE_NONE) {
        election_follow(self, above, ROLE_CHAIN, env);
        self->before_sleep |= before_sleep;
        return;
    }
    drop_dirty(claim, env);
}

/* Redis: clusterUpdateSlotsConfigWith(). */
void slots_on_claim(Node *self, NodeId sender, uint64_t epoch, SlotsId set, NodeEnv *env)
{
    SIM_ASSERT(peer_known(self, sender));
    if (sender == self->self) return; /* an UPDATE about myself is discarded */
    Claim claim = {.sender = sender, .epoch = epoch};
    claim.primary = node_is_primary(self) ? self->self : node_me(self)->primary;
    examine_claim(self, words_of(env, set), &claim, env);
    rebind(self, &claim, env);
    follow_up(self, &claim, env);
}

/* --- headers and UPDATE --- */

/* The owner of the first claimed slot that this node knows with a newer epoch, NODE_NONE if there
 * is none. Slots that their owner stopped claiming prove nothing. */
static NodeId newer_owner(const Node *self, NodeId sender, const Msg *msg, const NodeEnv *env)
{
    const uint64_t *claimed = words_of(env, msg->slots);
    const uint64_t *has = words_of(env, self->peers[sender].slots);
    for (uint32_t i = 0; i < SLOT_WORDS; i++) {
        uint64_t word = claimed[i] & ~has[i] & ~self->not_claiming[i];
        for (uint32_t s = i * 64; word != 0; word >>= 1, s++) {
            NodeId owner = self->owner[s];
            if (!(word & 1) || owner == NODE_NONE) continue;
            if (self->peers[owner].epoch > msg->config_epoch) return owner;
        }
    }
    return NODE_NONE;
}

/* What the UPDATE says of the subject's slots: not those it stopped claiming. */
static SlotsId told_slots(const Node *self, NodeId subject, NodeEnv *env)
{
    const uint64_t *has = words_of(env, self->peers[subject].slots);
    SlotSet told;
    uint64_t changed = 0;
    for (uint32_t i = 0; i < SLOT_WORDS; i++) {
        told.words[i] = has[i] & ~self->not_claiming[i];
        changed |= told.words[i] ^ has[i];
    }
    return changed ? bitpool_intern(env->slots, told.words) : self->peers[subject].slots;
}

/* Redis: clusterSendUpdate(). */
static void send_update(Node *self, NodeId to, NodeId subject, NodeEnv *env)
{
    if (!link_exists(&self->peers[to])) return;
    TraceRecord *note = effect_note(env, TRACE_UPDATE_WANTED);
    note->u.UPDATE_WANTED.peer = to;
    note->u.UPDATE_WANTED.subject = subject;
    note->u.UPDATE_WANTED.epoch = self->peers[subject].epoch;
    SlotsId slots = told_slots(self, subject, env);
    MsgId id = link_build(self, MSG_UPDATE, 0, env);
    Msg *msg = msg_at(env->msgs, id);
    msg->subject = subject;
    msg->subject_slots = slots;
    msg->subject_epoch = self->peers[subject].epoch;
    link_send(self, to, id, env);
}

/* The header's slots are compared with those of the sender, or of its primary, as a whole: equal
 * sets have equal ids, and nothing is to be done (§3.8 step 6, §6.11). */
void slots_on_header(Node *self, NodeId sender, const Msg *msg, NodeEnv *env)
{
    SIM_ASSERT(peer_known(self, sender));
    const Peer *peer = &self->peers[sender];
    bool is_primary = (peer->flags & FLAG_PRIMARY) != 0;
    NodeId speaks_for = is_primary ? sender : peer->primary;
    if (!is_known(self, speaks_for) || self->peers[speaks_for].slots == msg->slots) return;

    if (is_primary) slots_on_claim(self, sender, msg->config_epoch, msg->slots, env);
    if (!rule_on(env->rules, RULE_UPDATE_MESSAGES)) return;
    NodeId owner = newer_owner(self, sender, msg, env);
    if (owner != NODE_NONE) send_update(self, sender, owner, env);
}

/* §6.11, receiving. The sender is known (§3.8 step 7). An UPDATE about myself is discarded as a
 * whole. */
void slots_on_update(Node *self, const Msg *msg, NodeEnv *env)
{
    NodeId subject = msg->subject;
    if (subject == self->self || !is_known(self, subject)) return;
    const Peer *peer = &self->peers[subject];
    if (peer->epoch >= msg->subject_epoch) return;
    if (peer->flags & FLAG_REPLICA) peer_make_primary(self, subject, env);
    peer_set_epoch(self, subject, msg->subject_epoch, env);
    self->before_sleep |= SLEEP_SAVE | SLEEP_FSYNC;
    slots_on_claim(self, subject, msg->subject_epoch, msg->subject_slots, env);
}
