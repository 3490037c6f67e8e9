/* model.c -- moving to a moment, and the order in which everything is derived from it. */
#include "viz/model/model.h"

#include "sim/base/assert.h"
#include "viz/model/inside.h"

#include <string.h>

#define FOLD_AT_MOST 20000 /* records; a jump further ahead goes by a keyframe */

void model_init(Model *model, const Trace *trace)
{
    memset(model, 0, sizeof(*model));
    model->trace = trace;
    state_init(&model->state, NULL);
    model->cache = mem_alloc(NULL, sizeof(*model->cache));
    history_init(&model->cache->history, trace);
    model->cache->fresh = true;
    model_seek_record(model, 0);
}

void model_deinit(Model *model)
{
    ModelCache *cache = model->cache;
    history_deinit(&cache->history);
    for (uint32_t i = 0; i < cache->rows.count; i++) {
        array_deinit(NULL, &cache->rows.items[i].flagged);
    }
    array_deinit(NULL, &cache->rows);
    mem_free(NULL, cache, sizeof(*cache));
    array_deinit(NULL, &model->shards);
    array_deinit(NULL, &model->islands);
    array_deinit(NULL, &model->factions);
    array_deinit(NULL, &model->hosts);
    array_deinit(NULL, &model->open_slots);
    state_deinit(&model->state);
    memset(model, 0, sizeof(*model));
}

/* --- what has changed --- */

/* Whose row of beliefs a record changes in what RowSummary sums up; NODE_NONE: of nobody. */
static NodeId subject_of(const TraceRecord *record)
{
    switch ((int)record->type) {
    case TRACE_PEER_ADDED: return record->u.PEER_ADDED.peer;
    case TRACE_PEER_REMOVED: return record->u.PEER_REMOVED.peer;
    case TRACE_PEER_FLAGS: return record->u.PEER_FLAGS.peer;
    case TRACE_PEER_EPOCH: return record->u.PEER_EPOCH.peer;
    case TRACE_PEER_SLOTS: return record->u.PEER_SLOTS.peer;
    default: return NODE_NONE;
    }
}

/* Folds one record; the sums of the row that it changes go along. */
static void fold(Model *model, const TraceRecord *record)
{
    TraceState *state = &model->state;
    NodeId subject = subject_of(record);
    bool counts = subject < state->nodes.count && record->host < state->hosts.count;
    Belief before = counts ? *state_belief(state, record->host, subject) : belief_blank();
    Error err = {{0}};
    if (!state_apply(state, record, &err)) assert_fail(err.text, __FILE__, __LINE__);
    if (counts) model_touch_belief(model, record->host, subject, &before);
    bool is_new = record->type == TRACE_PROCESS_STARTED || record->type == TRACE_PROCESS_EXITED ||
                  record->type == TRACE_IDENTIFIED;
    if (is_new && record->host < model->cache->rows.count) {
        model->cache->rows.items[record->host].stale = true;
    }
}

static void touch_all(Model *model)
{
    ModelCache *cache = model->cache;
    for (uint32_t i = 0; i < cache->rows.count; i++) cache->rows.items[i].stale = true;
    cache->fresh = true;
}

/* --- moving --- */

/* Is there a keyframe between here and `seq` that shortens the way? */
static bool keyframe_pays(const Model *model, uint64_t seq)
{
    if (seq - model->state.seq <= FOLD_AT_MOST) return false;
    uint32_t low = 0, high = trace_keyframe_count(model->trace);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace_keyframe_seq(model->trace, middle) <= seq) low = middle + 1;
        else high = middle;
    }
    return low > 0 && trace_keyframe_seq(model->trace, low - 1) > model->state.seq;
}

static void fold_to(Model *model, uint64_t seq)
{
    while (model->state.seq < seq) {
        TraceRecord record;
        trace_get(model->trace, model->state.seq + 1, &record);
        fold(model, &record);
    }
}

static void move_state(Model *model, uint64_t seq)
{
    if (seq < model->state.seq || keyframe_pays(model, seq)) {
        trace_state_at(model->trace, seq, &model->state);
        touch_all(model);
    } else {
        fold_to(model, seq);
    }
    history_extend(&model->cache->history, seq);
}

/* --- deriving --- */

static void count_states(Model *model)
{
    model->running = model->states_ok = model->states_fail = 0;
    model->epoch_low = model->epoch_high = 0;
    for (uint32_t i = 0; i < model->state.hosts.count; i++) {
        const HostState *host = &model->state.hosts.items[i];
        if (host->status != PROCESS_RUNNING) continue;
        uint64_t epoch = host->current_epoch;
        if (model->running == 0 || epoch < model->epoch_low) model->epoch_low = epoch;
        if (model->running == 0 || epoch > model->epoch_high) model->epoch_high = epoch;
        model->running++;
        if (host->state == STATE_OK) model->states_ok++;
        else model->states_fail++;
    }
}

static void derive(Model *model)
{
    bool moved = model->cache->fresh || model->derived_seq != model->state.seq;
    if (moved) {
        model_derive_rows(model);
        model_derive_islands(model);
        model_derive_factions(model);
        model_derive_hosts(model);
        model_derive_slots(model);
        model_derive_shards(model);
        model_derive_majorities(model);
        model_derive_contest(model);
        model_derive_open_slots(model);
        count_states(model);
        model->derived_seq = model->state.seq;
        model->cache->fresh = false;
    }
    model_derive_election(model); /* these two depend on the time, too */
    model_derive_deadlines(model);
}

void model_seek(Model *model, SimTime time)
{
    SimTime end = trace_end(model->trace);
    model->time = time < end ? time : end;
    move_state(model, trace_last_at(model->trace, model->time));
    derive(model);
}

void model_seek_record(Model *model, uint64_t seq)
{
    SIM_ASSERT(seq <= trace_count(model->trace));
    TraceRecord record = {0};
    if (seq > 0) trace_get(model->trace, seq, &record);
    model->time = record.time;
    move_state(model, seq);
    derive(model);
}

bool model_reachable(const Model *model, HostId a, HostId b)
{
    return state_reachable(&model->state, a, b) && state_reachable(&model->state, b, a);
}

SimTime model_cut_since(const Model *model)
{
    SimTime since = SIM_TIME_NEVER;
    if (!model->cache) return since; /* made by hand */
    const History *history = &model->cache->history;
    uint64_t seq = model->state.seq; /* the history may have read further */
    for (uint32_t i = 0; i < history->rules.count; i++) {
        const RuleTrack *track = &history->rules.items[i];
        bool in_force = track->seq <= seq && (track->end_seq == 0 || track->end_seq > seq);
        if (in_force && track->rule.cut && track->time < since) since = track->time;
    }
    return since;
}
