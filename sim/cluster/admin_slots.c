/* admin_slots.c -- CLUSTER sub-commands about slots: ADDSLOTS ... FLUSHSLOTS, SETSLOT (§9.1, §9.2,
 * §9.7). */
#include "sim/cluster/admin_call.h"
#include "sim/cluster/election.h"
#include "sim/cluster/epoch.h"
#include "sim/cluster/keyslot.h"
#include "sim/cluster/link.h"
#include "sim/cluster/peers.h"
#include "sim/cluster/slots.h"

typedef struct ChosenSlots {
    uint64_t words[BITSET_WORDS(SLOT_COUNT)];
} ChosenSlots;

typedef enum SlotsVerb { VERB_ADD, VERB_DELETE } SlotsVerb;

/* Keys in one slot. Simplified: without a keyspace (NodeFacts.slot_keys) every single slot counts
 * as empty, so that resharding can be practised. */
static uint32_t keys_in_slot(const AdminCall *call, uint32_t slot)
{
    const uint32_t *keys = call->env->facts->slot_keys;
    return keys ? keys[slot] : 0;
}

/* --- open slots --- */

static void close_slot(Node *self, uint32_t slot, bool importing)
{
    for (uint32_t i = self->open_slots.count; i-- > 0;) {
        const OpenSlot *open = &self->open_slots.items[i];
        if (open->slot == slot && open->importing == importing) array_remove(&self->open_slots, i);
    }
}

static bool is_importing(const Node *self, uint32_t slot)
{
    for (uint32_t i = 0; i < self->open_slots.count; i++) {
        const OpenSlot *open = &self->open_slots.items[i];
        if (open->slot == slot && open->importing) return true;
    }
    return false;
}

static void open_slot(AdminCall *call, uint32_t slot, NodeId node, bool importing)
{
    Node *self = call->self;
    close_slot(self, slot, importing);
    array_push(call->env->mem, &self->open_slots, (OpenSlot){(uint16_t)slot, node, importing});
}

/* --- ADDSLOTS, DELSLOTS and their range forms --- */

/* Adds start..end to the chosen ones, in order; replies at the first that cannot be. */
static bool choose(AdminCall *call, SlotsVerb verb, uint32_t start, uint32_t end,
                   ChosenSlots *chosen)
{
    for (uint32_t slot = start; slot <= end; slot++) {
        bool is_owned = call->self->owner[slot] != NODE_NONE;
        if (verb == VERB_DELETE && !is_owned) {
            admin_error(call, "Slot %u is already unassigned", slot);
            return false;
        }
        if (verb == VERB_ADD && is_owned) {
            admin_error(call, "Slot %u is already busy", slot);
            return false;
        }
        if (bitset_has(chosen->words, slot)) {
            admin_error(call, "Slot %u specified multiple times", slot);
            return false;
        }
        bitset_add(chosen->words, slot);
    }
    return true;
}

/* Whoever owns them: DELSLOTS does not ask (§9.1). Redis: clusterUpdateSlots(). */
static void apply(AdminCall *call, SlotsVerb verb, const ChosenSlots *chosen)
{
    Node *self = call->self;
    for (uint32_t i = self->open_slots.count; i-- > 0;) {
        const OpenSlot *open = &self->open_slots.items[i];
        if (open->importing && bitset_has(chosen->words, open->slot))
            array_remove(&self->open_slots, i);
    }
    slots_assign_words(self, chosen->words, verb == VERB_ADD ? self->self : NODE_NONE, call->env);
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE;
    admin_ok(call);
}

static void change_slots(AdminCall *call, SlotsVerb verb)
{
    ChosenSlots chosen = {{0}};
    uint32_t slot;
    for (uint32_t i = 2; i < call->argc; i++) {
        if (!admin_read_slot(call, call->argv[i], &slot)) return;
    }
    for (uint32_t i = 2; i < call->argc; i++) {
        if (!admin_read_slot(call, call->argv[i], &slot)) return;
        if (!choose(call, verb, slot, slot, &chosen)) return;
    }
    apply(call, verb, &chosen);
}

static void change_ranges(AdminCall *call, SlotsVerb verb)
{
    ChosenSlots chosen = {{0}};
    if (call->argc % 2 == 1) {
        admin_arity(call);
        return;
    }
    for (uint32_t i = 2; i < call->argc; i += 2) {
        uint32_t start, end;
        if (!admin_read_slot(call, call->argv[i], &start)) return;
        if (!admin_read_slot(call, call->argv[i + 1], &end)) return;
        if (start > end) {
            admin_error(call, "start slot number %u is greater than end slot number %u", start,
                        end);
            return;
        }
        if (!choose(call, verb, start, end, &chosen)) return;
    }
    apply(call, verb, &chosen);
}

void admin_addslots(AdminCall *call)
{
    change_slots(call, VERB_ADD);
}

void admin_delslots(AdminCall *call)
{
    change_slots(call, VERB_DELETE);
}

void admin_addslotsrange(AdminCall *call)
{
    change_ranges(call, VERB_ADD);
}

void admin_delslotsrange(AdminCall *call)
{
    change_ranges(call, VERB_DELETE);
}

void admin_flushslots(AdminCall *call)
{
    Node *self = call->self;
    if (call->env->facts->has_keys) {
        admin_error(call, "DB must be empty to perform CLUSTER FLUSHSLOTS.");
        return;
    }
    slots_drop(self, self->self, call->env);
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE;
    admin_ok(call);
}

/* --- SETSLOT --- */

/* The node of MIGRATING and IMPORTING. */
static bool find_target(AdminCall *call, NodeId *node)
{
    PeerRef ref = admin_find(call, call->argv[4]);
    if (ref & PEER_HANDSHAKE) {
        admin_error(call, "I don't know about node %.*s", (int)call->argv[4].size,
                    call->argv[4].chars);
        return false;
    }
    if (call->self->peers[ref].flags & FLAG_REPLICA) {
        admin_error(call, "Target node is not a master");
        return false;
    }
    *node = ref;
    return true;
}

static bool set_migrating(AdminCall *call, uint32_t slot)
{
    NodeId target;
    if (call->self->owner[slot] != call->self->self) {
        admin_error(call, "I'm not the owner of hash slot %u", slot);
        return false;
    }
    if (!find_target(call, &target)) return false;
    open_slot(call, slot, target, false);
    return true;
}

static bool set_importing(AdminCall *call, uint32_t slot)
{
    NodeId source;
    if (call->self->owner[slot] == call->self->self) {
        admin_error(call, "I'm already the owner of hash slot %u", slot);
        return false;
    }
    if (!find_target(call, &source)) return false;
    open_slot(call, slot, source, true);
    return true;
}

/* The effects in the order of §9.1: the mark, the slot, the last slot lost, the end of an import.
 */
static void assign_slot(AdminCall *call, uint32_t slot, NodeId node)
{
    Node *self = call->self;
    NodeEnv *env = call->env;
    ChosenSlots one = {{0}};
    bool was_mine = self->owner[slot] == self->self;
    if (keys_in_slot(call, slot) == 0) close_slot(self, slot, false);
    bitset_add(one.words, slot);
    slots_assign_words(self, one.words, node, env);

    bool lost_last = was_mine && node != self->self && node_me(self)->slot_count == 0;
    if (lost_last && self->cfg.allow_replica_migration) {
        election_follow(self, node, ROLE_LOST_SLOTS, env);
        self->before_sleep |= SLEEP_SAVE | SLEEP_STATE | SLEEP_FSYNC;
    }
    if (node == self->self && is_importing(self, slot)) {
        epoch_bump(self, env);
        close_slot(self, slot, true);
        link_broadcast_pong(self, PONG_TO_ALL, env);
    }
}

static bool set_node(AdminCall *call, uint32_t slot)
{
    const Node *self = call->self;
    NodeId node;
    if (!admin_find_node(call, call->argv[4], &node)) return false;
    if (self->peers[node].flags & FLAG_REPLICA) {
        admin_error(call, "Target node is not a master");
        return false;
    }
    bool leaves_me = self->owner[slot] == self->self && node != self->self;
    if (leaves_me && keys_in_slot(call, slot) > 0) {
        admin_error(call,
                    "Can't assign hashslot %u to a different node while I still hold keys for this "
                    "hash slot.",
                    slot);
        return false;
    }
    assign_slot(call, slot, node);
    return true;
}

static bool set_stable(AdminCall *call, uint32_t slot)
{
    close_slot(call->self, slot, false);
    close_slot(call->self, slot, true);
    return true;
}

void admin_setslot(AdminCall *call)
{
    uint32_t slot;
    bool done;
    Slice form = call->argv[3];
    if (!node_is_primary(call->self)) {
        admin_error(call, "Please use SETSLOT only with masters.");
        return;
    }
    if (!admin_read_slot(call, call->argv[2], &slot)) return;
    if (call->argc == 5 && slice_is(form, "migrating")) done = set_migrating(call, slot);
    else if (call->argc == 5 && slice_is(form, "importing")) done = set_importing(call, slot);
    else if (call->argc == 4 && slice_is(form, "stable")) done = set_stable(call, slot);
    else if (call->argc == 5 && slice_is(form, "node")) done = set_node(call, slot);
    else {
        admin_error(call,
                    "Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP");
        return;
    }
    if (!done) return;
    call->self->before_sleep |= SLEEP_SAVE | SLEEP_STATE;
    admin_ok(call);
}

/* --- keys --- */

void admin_keyslot(AdminCall *call)
{
    Slice key = call->argv[2];
    reply_integer(call->reply, keyslot_of(key.size ? key.chars : "", key.size));
}
