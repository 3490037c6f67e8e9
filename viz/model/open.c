/* open.c -- slots under migration (protocol.md §9.2): what each process marks for itself, put
 * together. Only the two that a move concerns know of it, and they need not agree: the union is the
 * truth, and who says what stands beside it. */
#include "viz/model/inside.h"

static bool is_before(const OpenSlotModel *a, const OpenSlotModel *b)
{
    if (a->slot != b->slot) return a->slot < b->slot;
    if (a->source != b->source) return a->source < b->source;
    return a->target < b->target;
}

/* The entry of a slot between two hosts; made in its place when it is new. */
static OpenSlotModel *need_entry(Model *model, uint16_t slot, HostId source, HostId target)
{
    OpenSlotModel wanted = {.slot = slot, .source = source, .target = target};
    uint32_t at = model->open_slots.count;
    while (at > 0 && is_before(&wanted, &model->open_slots.items[at - 1])) at--;
    if (at > 0 && !is_before(&model->open_slots.items[at - 1], &wanted))
        return &model->open_slots.items[at - 1];
    array_push(NULL, &model->open_slots, wanted);
    for (uint32_t i = model->open_slots.count - 1; i > at; i--)
        model->open_slots.items[i] = model->open_slots.items[i - 1];
    model->open_slots.items[at] = wanted;
    return &model->open_slots.items[at];
}

void model_derive_open_slots(Model *model)
{
    const TraceState *state = &model->state;
    array_clear(&model->open_slots);
    for (uint32_t i = 0; i < state->hosts.count; i++) {
        const HostState *host = &state->hosts.items[i];
        for (uint32_t k = 0; k < host->open_slots.count; k++) {
            const OpenSlotState *mark = &host->open_slots.items[k];
            HostId self = (HostId)i, peer = HOST_NONE;
            if (mark->peer < state->nodes.count) peer = state->nodes.items[mark->peer].host;
            OpenSlotModel *entry = mark->importing ? need_entry(model, mark->slot, peer, self)
                                                   : need_entry(model, mark->slot, self, peer);
            if (mark->importing) {
                entry->importing = true;
                entry->target_keys = mark->keys;
            } else {
                entry->migrating = true;
                entry->source_keys = mark->keys;
            }
        }
    }
}

bool model_slot_is_open(const Model *model, uint16_t slot, HostId observer, OpenSlotModel *found)
{
    for (uint32_t i = 0; i < model->open_slots.count; i++) {
        const OpenSlotModel *entry = &model->open_slots.items[i];
        if (entry->slot != slot || !model_open_slot_seen(entry, observer)) continue;
        if (found) *found = *entry;
        return true;
    }
    return false;
}
