/* fold_open.c -- folding of the slots that a process migrates or imports (protocol.md §9.2), and of
 * the keys it holds in them. The list of a host is sorted by slot, migrating before importing. */
#include "sim/trace/fold.h"

#include "sim/base/assert.h"

#include <string.h>

static uint32_t key_of(uint16_t slot, bool importing)
{
    return (uint32_t)slot * 2 + (importing ? 1 : 0);
}

/* The first mark not before this one. */
static uint32_t find_mark(const HostState *row, uint32_t key)
{
    uint32_t low = 0, high = row->open_slots.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const OpenSlotState *mark = &row->open_slots.items[middle];
        if (key_of(mark->slot, mark->importing) < key) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool has_mark(const HostState *row, uint32_t i, uint32_t key)
{
    if (i >= row->open_slots.count) return false;
    const OpenSlotState *mark = &row->open_slots.items[i];
    return key_of(mark->slot, mark->importing) == key;
}

static bool fold_opened(TraceState *state, HostState *row, const TraceRecord *record, Error *err)
{
    const TraceSLOT_OPENED *payload = &record->u.SLOT_OPENED;
    uint32_t key = key_of(payload->slot, payload->importing), i = find_mark(row, key);
    if (payload->peer == NODE_NONE) return fold_refuse(err, record, "a peer is missing");
    if (has_mark(row, i, key)) {
        return fold_refuse(err, record, "slot %u is open already", payload->slot);
    }
    /* Whoever is both source and target of a slot holds the same keys for both. */
    uint32_t other = find_mark(row, key ^ 1);
    uint32_t keys = has_mark(row, other, key ^ 1) ? row->open_slots.items[other].keys : 0;
    OpenSlotState mark = {payload->slot, payload->peer, payload->importing, keys};
    array_push(state->mem, &row->open_slots, mark);
    memmove(&row->open_slots.items[i + 1], &row->open_slots.items[i],
            (row->open_slots.count - 1 - i) * sizeof(mark));
    row->open_slots.items[i] = mark;
    return true;
}

static bool fold_closed(HostState *row, const TraceRecord *record, Error *err)
{
    const TraceSLOT_CLOSED *payload = &record->u.SLOT_CLOSED;
    uint32_t key = key_of(payload->slot, payload->importing), i = find_mark(row, key);
    if (!has_mark(row, i, key)) {
        return fold_refuse(err, record, "slot %u is not open", payload->slot);
    }
    array_remove(&row->open_slots, i);
    return true;
}

static bool fold_keys(HostState *row, const TraceRecord *record, Error *err)
{
    const TraceSLOT_KEYS *payload = &record->u.SLOT_KEYS;
    bool found = false;
    for (uint32_t importing = 0; importing < 2; importing++) {
        uint32_t key = key_of(payload->slot, importing == 1), i = find_mark(row, key);
        if (!has_mark(row, i, key)) continue;
        row->open_slots.items[i].keys = payload->keys;
        found = true;
    }
    return found || fold_refuse(err, record, "slot %u is not open", payload->slot);
}

static uint16_t slot_of(const TraceRecord *record)
{
    if (record->type == TRACE_SLOT_OPENED) return record->u.SLOT_OPENED.slot;
    if (record->type == TRACE_SLOT_CLOSED) return record->u.SLOT_CLOSED.slot;
    return record->u.SLOT_KEYS.slot;
}

bool fold_open_slot(TraceState *state, const TraceRecord *record, Error *err)
{
    HostState *row = fold_process(state, record, err);
    if (!row) return false;
    if (slot_of(record) >= SLOT_COUNT) {
        return fold_refuse(err, record, "slot %u is beyond the last, %d", slot_of(record),
                           SLOT_COUNT - 1);
    }
    switch ((int)record->type) {
    case TRACE_SLOT_OPENED: return fold_opened(state, row, record, err);
    case TRACE_SLOT_CLOSED: return fold_closed(row, record, err);
    case TRACE_SLOT_KEYS: return fold_keys(row, record, err);
    }
    SIM_ASSERT(false);
    return false;
}
