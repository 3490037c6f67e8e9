/* open_slots.c -- tells the trace which slots a process migrates or imports (protocol.md §9.2), and
 * how many keys it holds in them.
 *
 * Called at the end of every turn: what the process has now is compared with what the trace was
 * told last. Marks change in many places (SETSLOT, a claim that wins, a node that is forgotten),
 * keys in more; all of them lie within a turn. */
#include "sim/world/world.h"

static uint32_t keys_in(const Host *host, uint16_t slot)
{
    return keyspace_slot_counts(host->keys)[slot];
}

static bool is_before(const OpenSlotState *a, const OpenSlotState *b)
{
    if (a->slot != b->slot) return a->slot < b->slot;
    return !a->importing && b->importing;
}

void open_slots_list(const Host *host, Mem *mem, OpenSlotStates *out)
{
    const Node *node = host->node;
    array_clear(out);
    for (uint32_t i = 0; i < node->open_slots.count; i++) {
        const OpenSlot *open = &node->open_slots.items[i];
        OpenSlotState mark = {open->slot, open->node, open->importing, keys_in(host, open->slot)};
        array_push(mem, out, mark);
        uint32_t at = out->count - 1;
        for (; at > 0 && is_before(&mark, &out->items[at - 1]); at--)
            out->items[at] = out->items[at - 1];
        out->items[at] = mark;
    }
}

static void note_opened(Sim *sim, HostId number, const OpenSlotState *mark)
{
    TraceRecord record = {.type = TRACE_SLOT_OPENED};
    record.u.SLOT_OPENED.slot = mark->slot;
    record.u.SLOT_OPENED.peer = mark->peer;
    record.u.SLOT_OPENED.importing = mark->importing;
    world_note(sim, number, &record);
}

static void note_closed(Sim *sim, HostId number, const OpenSlotState *mark)
{
    TraceRecord record = {.type = TRACE_SLOT_CLOSED};
    record.u.SLOT_CLOSED.slot = mark->slot;
    record.u.SLOT_CLOSED.importing = mark->importing;
    world_note(sim, number, &record);
}

static void note_keys(Sim *sim, HostId number, const OpenSlotState *mark)
{
    TraceRecord record = {.type = TRACE_SLOT_KEYS};
    record.u.SLOT_KEYS.slot = mark->slot;
    record.u.SLOT_KEYS.keys = mark->keys;
    world_note(sim, number, &record);
}

static const OpenSlotState *find(const OpenSlotStates *marks, const OpenSlotState *wanted)
{
    for (uint32_t i = 0; i < marks->count; i++) {
        const OpenSlotState *mark = &marks->items[i];
        bool is_same = mark->slot == wanted->slot && mark->importing == wanted->importing &&
                       mark->peer == wanted->peer;
        if (is_same) return mark;
    }
    return NULL;
}

void open_slots_note(Sim *sim, HostId number)
{
    Host *host = world_host(sim, number);
    OpenSlotStates now = {0};
    if (host->node->open_slots.count == 0 && host->open_shown.count == 0) return;
    open_slots_list(host, sim->mem, &now);
    for (uint32_t i = 0; i < host->open_shown.count; i++) {
        if (!find(&now, &host->open_shown.items[i]))
            note_closed(sim, number, &host->open_shown.items[i]);
    }
    for (uint32_t i = 0; i < now.count; i++) {
        const OpenSlotState *mark = &now.items[i], *before = find(&host->open_shown, mark);
        bool is_second = i > 0 && now.items[i - 1].slot == mark->slot; /* the same keys */
        if (!before) note_opened(sim, number, mark);
        if (!is_second && mark->keys != (before ? before->keys : 0)) note_keys(sim, number, mark);
    }
    array_deinit(sim->mem, &host->open_shown);
    host->open_shown = now;
}
