/* slots_view.c -- who owns each slot: in truth, or as one node believes. See slots.h. */
#include "viz/scene/slots.h"

#include "sim/base/bitset.h"

#include <string.h>

#define MAP_RIGHT 32 /* how far row numbers push the tape to the right */

/* ---- in truth ---- */

/* The island that decides: the one with a majority. UINT16_MAX when there is no cut or no such
 * island, and everybody's opinion counts. */
static uint16_t deciding_island(const Model *model)
{
    uint32_t alive = 0;
    uint16_t deciding = UINT16_MAX;
    for (uint32_t i = 0; i < model->islands.count; i++) {
        if (model->islands.items[i].hosts > 0) alive++;
        if (model->islands.items[i].has_majority) deciding = (uint16_t)i;
    }
    return alive > 1 ? deciding : UINT16_MAX;
}

/* The worst that the hosts of one island (UINT16_MAX: of all) believe of a process; while any has
 * cluster_state ok, only those do count. */
static uint16_t worst_in(const Model *model, uint16_t island, HostId subject)
{
    NodeId node = model->state.hosts.items[subject].node;
    uint16_t worst = 0;
    for (uint32_t i = 0; i < model->hosts.count && worst != FLAG_FAIL; i++) {
        const HostState *observer = &model->state.hosts.items[i];
        bool is_there = island == UINT16_MAX || model->hosts.items[i].island == island;
        bool is_fit = model->states_ok == 0 || observer->state == STATE_OK;
        bool counts = is_there && is_fit && i != subject && observer->status == PROCESS_RUNNING;
        if (!counts || node == NODE_NONE) continue;
        uint16_t flags = state_belief(&model->state, (HostId)i, node)->flags;
        if (flags & FLAG_FAIL) worst = FLAG_FAIL;
        else if (flags & FLAG_PFAIL) worst = FLAG_PFAIL;
    }
    return worst;
}

/* What others hold of the process that has the slots, and whether it is there at all. The opinion
 * of a minority behind a cut, or just back from there, which suspects everybody, would only hide
 * what matters. */
static SlotMark mark_of_host(const Model *model, HostId host, uint16_t deciding)
{
    if (host >= model->hosts.count) return MARK_SUSPECT;
    uint16_t worst = model->hosts.items[host].worst_flag;
    if (worst != 0) worst = worst_in(model, deciding, host);
    if (worst == FLAG_FAIL) return MARK_FAIL;
    if (worst == FLAG_PFAIL) return MARK_SUSPECT;
    return model->state.hosts.items[host].status == PROCESS_RUNNING ? MARK_NONE : MARK_SUSPECT;
}

HostId slots_rival(const SlotView *view, HostId owner, uint32_t first, uint32_t last)
{
    const Model *model = view->model;
    if (view->is_belief) return HOST_NONE;
    for (uint32_t slot = first; slot <= last; slot++) {
        HostId higher = model->owner_host[slot], lower = model->second_host[slot];
        if (view->owner[slot] != owner || lower == HOST_NONE) continue;
        return higher == owner ? lower : higher;
    }
    return HOST_NONE;
}

/* A slot counts as covered when somebody who runs has it, unless he is held for failing: a primary
 * cut off from the majority serves at most those who are cut off with him. */
static void count_covered(SlotView *view)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        HostId owner = view->owner[slot];
        if (owner == HOST_NONE || view->mark[slot] == MARK_FAIL) continue;
        if (view->model->state.hosts.items[owner].status == PROCESS_RUNNING) view->covered++;
    }
}

static void fill_truth(SlotView *view)
{
    const Model *model = view->model;
    uint16_t deciding = deciding_island(model);
    HostId last = HOST_NONE;
    SlotMark mark = MARK_UNCOVERED;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        HostId owner = model->holder_host[slot];
        if (owner == HOST_NONE) continue;
        if (owner != last) mark = mark_of_host(model, owner, deciding);
        last = owner;
        view->owner[slot] = owner;
        view->shard[slot] = model->owner_shard[slot];
        view->mark[slot] = (uint8_t)mark;
        if (model->second_host[slot] != HOST_NONE) {
            view->mark[slot] = MARK_CONTESTED;
            view->contested++;
        }
    }
    count_covered(view);
}

/* ---- as one node believes ---- */

static void fill_belief(SlotView *view)
{
    const TraceState *state = &view->model->state;
    HostId observer = view->state->selected;
    for (uint32_t node = 0; node < state->nodes.count && node < state->node_stride; node++) {
        const Belief *belief = state_belief(state, observer, (NodeId)node);
        if (!belief->known || belief->slots == SLOTS_EMPTY) continue;
        const uint64_t *words = bitpool_words(state->slots, belief->slots);
        HostId host = state->nodes.items[node].host;
        uint16_t shard =
            host < view->model->hosts.count ? view->model->hosts.items[host].shard : SHARD_NONE;
        SlotMark mark = belief->flags & FLAG_FAIL    ? MARK_FAIL
                        : belief->flags & FLAG_PFAIL ? MARK_SUSPECT
                                                     : MARK_NONE;
        for (uint32_t slot = bitset_next(words, SLOT_COUNT, 0); slot < SLOT_COUNT;
             slot = bitset_next(words, SLOT_COUNT, slot + 1)) {
            view->owner[slot] = host;
            view->shard[slot] = shard;
            view->mark[slot] = (uint8_t)mark;
            if (mark != MARK_FAIL) view->covered++;
        }
    }
}

/* ---- runs and owners ---- */

static void collect_runs(SlotView *view)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        bool is_same = slot > 0 && view->owner[slot] == view->owner[slot - 1] &&
                       view->mark[slot] == view->mark[slot - 1];
        if (is_same) {
            view->runs.items[view->runs.count - 1].last = (uint16_t)slot;
            continue;
        }
        SlotRun run = {(uint16_t)slot, (uint16_t)slot, view->shard[slot], view->owner[slot],
                       (SlotMark)view->mark[slot]};
        array_push(NULL, &view->runs, run);
    }
}

static uint64_t epoch_of(const SlotView *view, HostId host)
{
    const TraceState *state = &view->model->state;
    if (!view->is_belief) return view->model->hosts.items[host].epoch;
    NodeId node = state->hosts.items[host].node;
    if (node == NODE_NONE) return 0;
    return state_belief(state, view->state->selected, node)->epoch;
}

static void collect_owners(SlotView *view)
{
    uint32_t host_count = view->model->hosts.count;
    ARRAY_OF(uint32_t) place = {0}; /* by host: 1 + index of its owner row */
    array_reserve(NULL, &place, host_count + 1);
    memset(place.items, 0, (host_count + 1) * sizeof(*place.items));
    for (uint32_t i = 0; i < view->runs.count; i++) {
        const SlotRun *run = &view->runs.items[i];
        if (run->owner >= host_count) continue;
        if (place.items[run->owner] == 0) {
            SlotOwner owner = {.host = run->owner,
                               .shard = run->shard,
                               .first = run->first,
                               .epoch = epoch_of(view, run->owner)};
            array_push(NULL, &view->owners, owner);
            place.items[run->owner] = view->owners.count;
        }
        SlotOwner *owner = &view->owners.items[place.items[run->owner] - 1];
        owner->slots += run->last - run->first + 1u;
        owner->last = run->last;
        owner->runs++;
        if (run->mark > owner->mark) owner->mark = run->mark;
    }
    array_deinit(NULL, &place);
    for (uint32_t i = 1; i < view->owners.count; i++) { /* by shard; nearly sorted already */
        SlotOwner owner = view->owners.items[i];
        uint32_t k = i;
        for (; k > 0 && view->owners.items[k - 1].shard > owner.shard; k--)
            view->owners.items[k] = view->owners.items[k - 1];
        view->owners.items[k] = owner;
    }
}

static void collect_open(SlotView *view)
{
    HostId observer = view->is_belief ? view->state->selected : HOST_NONE;
    for (uint32_t i = 0; i < view->model->open_slots.count; i++) {
        const OpenSlotModel *entry = &view->model->open_slots.items[i];
        if (!model_open_slot_seen(entry, observer)) continue;
        array_push(NULL, &view->open, *entry);
        if (observer == HOST_NONE) continue;
        OpenSlotModel *seen = &view->open.items[view->open.count - 1];
        if (entry->source != observer) seen->migrating = false;
        if (entry->target != observer) seen->importing = false;
    }
}

static bool wants_hilbert(const UiState *state, const Model *model)
{
    if (state->slot_layout == SLOTS_AUTO) return model->shards.count > SLOTS_TAPE_MAX;
    return state->slot_layout == SLOTS_HILBERT;
}

static void place_map(SlotView *view)
{
    bool has_numbers = view->layout->full && !view->is_hilbert;
    view->cell = view->layout->cell;
    view->map = view->layout->map;
    if (has_numbers) view->map.x += MAP_RIGHT;
}

void slots_view_init(SlotView *view, const Model *model, const UiState *state, const Layout *layout)
{
    memset(view, 0, sizeof(*view));
    view->model = model;
    view->state = state;
    view->layout = layout;
    view->palette = shard_palette(model, state);
    view->is_hilbert = wants_hilbert(state, model);
    view->is_belief = panel_is_belief(model, state);
    place_map(view);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        view->owner[slot] = HOST_NONE;
        view->shard[slot] = SHARD_NONE;
        view->mark[slot] = MARK_UNCOVERED;
    }
    if (view->is_belief) fill_belief(view);
    else fill_truth(view);
    collect_runs(view);
    collect_owners(view);
    collect_open(view);
    slots_tint(view);
}

void slots_view_deinit(SlotView *view)
{
    array_deinit(NULL, &view->runs);
    array_deinit(NULL, &view->owners);
    array_deinit(NULL, &view->tints);
    array_deinit(NULL, &view->open);
}

int scene_slot_at(const Layout *layout, const UiState *ui, const Model *model, Point at)
{
    SlotView view = {.state = ui, .model = model, .layout = layout};
    view.is_hilbert = wants_hilbert(ui, model);
    place_map(&view);
    float x = (at.x - view.map.x) / view.cell, y = (at.y - view.map.y) / view.cell;
    if (x < 0 || y < 0 || x >= MAP_SIDE || y >= MAP_SIDE) return -1;
    return (int)slots_at(view.is_hilbert, (MapCell){(uint8_t)x, (uint8_t)y});
}
