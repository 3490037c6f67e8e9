/* verify.c -- see verify.h. */
#include "sim/cluster/verify.h"

#include "sim/cluster/slots.h"

static bool is_importing(const Node *self, uint16_t slot)
{
    for (uint32_t i = 0; i < self->open_slots.count; i++) {
        const OpenSlot *open = &self->open_slots.items[i];
        if (open->slot == slot && open->importing) return true;
    }
    return false;
}

void node_verify_data(Node *self, const uint32_t *slot_keys, VerifiedSlots *changed, NodeEnv *env)
{
    uint64_t taken[BITSET_WORDS(SLOT_COUNT)] = {0};
    uint32_t before = changed->count;
    if (!node_is_primary(self)) return;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        NodeId owner = self->owner[slot];
        if (slot_keys[slot] == 0 || owner == self->self || is_importing(self, (uint16_t)slot))
            continue;
        VerifiedSlot verified = {(uint16_t)slot, owner == NODE_NONE};
        array_push(env->mem, changed, verified);
        if (verified.is_taken) bitset_add(taken, slot);
        else array_push(env->mem, &self->open_slots, (OpenSlot){(uint16_t)slot, owner, true});
    }
    if (changed->count == before) return;
    slots_assign_words(self, taken, self->self, env);
    self->before_sleep |= SLEEP_STATE | SLEEP_SAVE | SLEEP_FSYNC;
}
