/* lanes.c -- the lanes of the timeline: what goes in which order, and how little is done a frame.
 *
 * The lanes are built anew when a mark has come into or left sight, the window moved or a timer
 * changed; otherwise only the bars that end now are made longer. Density counts records by bin
 * from the numbers of the records at the bins' edges, which are found once. */
#include "viz/model/lanes.h"

#include "sim/base/assert.h"
#include "sim/base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct LanesCache {
    uint64_t key;
    SimTime edges_from, edges_to;
    uint32_t edges_sure; /* so many edges are final */
    const Trace *trace;
    ARRAY_OF(uint64_t) edges; /* number of records before each edge of a bin */
};

/* --- filling --- */

Lane *lane_add(LaneWork *work, const char *format, ...)
{
    Lanes *lanes = work->lanes;
    if (work->used == lanes->lanes.count) array_push(NULL, &lanes->lanes, (Lane){.label = ""});
    Lane *lane = &lanes->lanes.items[work->used++];
    array_clear(&lane->spans);
    va_list args;
    va_start(args, format);
    vsnprintf(lane->label, sizeof(lane->label), format, args);
    va_end(args);
    return lane;
}

__attribute__((format(printf, 3, 0))) static LaneSpan *push_span(Lane *lane, LaneSpan span,
                                                                 const char *format, va_list args)
{
    vsnprintf(span.text, sizeof(span.text), format, args);
    span.shard = SHARD_NONE;
    array_push(NULL, &lane->spans, span);
    return &lane->spans.items[lane->spans.count - 1];
}

LaneSpan *lane_bar(LaneWork *work, Lane *lane, SimTime from, SimTime to, const char *format, ...)
{
    bool open = to == SIM_TIME_NEVER;
    if (from > work->now || (!open && to < work->from)) return NULL;
    LaneSpan span = {.mark = LANE_BAR, .from = from, .to = open ? work->now : to, .open = open};
    va_list args;
    va_start(args, format);
    LaneSpan *pushed = push_span(lane, span, format, args);
    va_end(args);
    return pushed;
}

LaneSpan *lane_tick(LaneWork *work, Lane *lane, SimTime at, const char *format, ...)
{
    if (at < work->from || at > work->now) return NULL;
    va_list args;
    va_start(args, format);
    LaneSpan *span =
        push_span(lane, (LaneSpan){.mark = LANE_TICK, .from = at, .to = at}, format, args);
    va_end(args);
    return span;
}

LaneSpan *lane_expect(LaneWork *work, Lane *lane, SimTime at, const char *format, ...)
{
    if (at < work->from || at > work->options->to) return NULL;
    va_list args;
    va_start(args, format);
    LaneSpan *span =
        push_span(lane, (LaneSpan){.mark = LANE_EXPECTED, .from = at, .to = at}, format, args);
    va_end(args);
    return span;
}

const char *lane_due(LaneWork *work, SimTime time)
{
    uint64_t hundredths = (time + 5 * SIM_MS) / (10 * SIM_MS);
    snprintf(work->due, sizeof(work->due), "%llu.%02u", (unsigned long long)(hundredths / 100),
             (unsigned)(hundredths % 100));
    return work->due;
}

const char *lane_host(const LaneWork *work, HostId host)
{
    return work->history->hosts.items[host].name;
}

const char *lane_node(LaneWork *work, NodeId node)
{
    const NodeTrack *track = &work->history->nodes.items[node];
    if (track->ordinal == 1) return lane_host(work, track->host);
    snprintf(work->name, sizeof(work->name), "%s#%u", lane_host(work, track->host), track->ordinal);
    return work->name;
}

MarkSlice lane_marks_all(const LaneWork *work, MarkKind kind)
{
    const Marks *marks = &work->history->marks[kind];
    return (MarkSlice){.items = marks->items, .count = marks_until(marks, work->seq)};
}

MarkSlice lane_marks(const LaneWork *work, MarkKind kind)
{
    MarkSlice all = lane_marks_all(work, kind);
    const Marks *marks = &work->history->marks[kind];
    uint32_t first = marks_from(marks, work->from, all.count);
    uint32_t last = marks_from(marks, work->now + 1, all.count);
    if (first >= last) return (MarkSlice){.items = NULL, .count = 0};
    return (MarkSlice){.items = all.items + first, .count = last - first};
}

/* --- density --- */

static SimTime edge_time(const LaneOptions *options, uint32_t edge)
{
    SimSpan span = options->to - options->from;
    return options->from + span / options->bins * edge +
           span % options->bins * edge / options->bins;
}

/* Edge i is sure when the trace has gone beyond it. */
static void find_edges(LanesCache *cache, const Model *model, const LaneOptions *options)
{
    bool same = cache->edges_from == options->from && cache->edges_to == options->to &&
                cache->edges.count == options->bins + 1;
    if (!same) {
        array_clear(&cache->edges);
        array_reserve(NULL, &cache->edges, options->bins + 1);
        cache->edges.count = options->bins + 1;
        cache->edges_from = options->from;
        cache->edges_to = options->to;
        cache->edges_sure = 0;
    }
    SimTime end = trace_end(model->trace);
    for (uint32_t i = cache->edges_sure; i <= options->bins; i++) {
        SimTime time = edge_time(options, i);
        bool sure = time <= end;
        cache->edges.items[i] = !sure       ? trace_count(model->trace)
                                : time == 0 ? 0
                                            : trace_last_at(model->trace, time - 1);
        if (sure) cache->edges_sure = i + 1;
    }
}

static uint32_t records_between(uint64_t first, uint64_t last, uint64_t seq)
{
    if (first > seq) first = seq;
    if (last > seq) last = seq;
    return (uint32_t)(last - first);
}

static void count_density(Lanes *lanes, const Model *model, const LaneOptions *options)
{
    array_clear(&lanes->density);
    if (options->bins == 0 || options->to <= options->from) return;
    find_edges(lanes->cache, model, options);
    const uint64_t *edges = lanes->cache->edges.items;
    for (uint32_t i = 0; i < options->bins; i++) {
        array_push(NULL, &lanes->density,
                   records_between(edges[i], edges[i + 1], model->state.seq));
    }
}

/* --- building --- */

static uint64_t key_of(const Model *model, const LaneOptions *options)
{
    const History *history = &model->cache->history;
    uint64_t key = hash_u64(HASH_START, options->from);
    key = hash_u64(key, options->to);
    key = hash_u64(key, (uint64_t)(uint32_t)options->slot << 32 | options->max_lanes);
    uint32_t seen = seqs_until(history->changes.items, history->changes.count, model->state.seq);
    key = hash_u64(key, (uint64_t)(model->time >= options->from) << 32 | seen);
    key = hash_u64(key, model->state.hosts.count); /* lanes name hosts and whole zones */
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        bool told = host->deadline == DEADLINE_ELECTION || host->deadline == DEADLINE_WRITE_STOP;
        if (!told) continue;
        key = hash_u64(key, (uint64_t)i << 8 | host->deadline);
        key = hash_u64(key, host->deadline_at);
    }
    for (uint32_t i = 0; i < model->islands.count; i++) {
        const Island *island = &model->islands.items[i];
        key = hash_u64(key, (uint64_t)island->hosts << 1 | island->has_majority);
    }
    return key;
}

static void prolong(Lanes *lanes, SimTime now)
{
    for (uint32_t i = 0; i < lanes->lanes.count; i++) {
        Lane *lane = &lanes->lanes.items[i];
        for (uint32_t j = 0; j < lane->spans.count; j++) {
            if (lane->spans.items[j].open) lane->spans.items[j].to = now;
        }
    }
}

static void sort_spans(Lane *lane)
{
    for (uint32_t i = 1; i < lane->spans.count; i++) {
        LaneSpan span = lane->spans.items[i];
        uint32_t j = i;
        for (; j > 0 && lane->spans.items[j - 1].from > span.from; j--) {
            lane->spans.items[j] = lane->spans.items[j - 1];
        }
        lane->spans.items[j] = span;
    }
}

/* Frees the lanes that this build did not use. */
static void drop_spare(Lanes *lanes, uint32_t used)
{
    while (lanes->lanes.count > used) {
        lanes->lanes.count--;
        array_deinit(NULL, &lanes->lanes.items[lanes->lanes.count].spans);
    }
}

/* Faults and states come first when there is little room, then the slot asked for, beliefs, roles.
 */
static void fill(LaneWork *work)
{
    Split *split = mem_alloc(NULL, sizeof(*split));
    lanes_split(work, split);
    bool slot = work->options->slot >= 0;
    uint32_t states = split->count > 1 ? split->count : 1;
    uint32_t taken = 1 + states + slot;
    uint32_t room = work->options->max_lanes > taken ? work->options->max_lanes - taken : 0;
    lanes_faults(work);
    if (split->count <= 1) lanes_beliefs(work, room < 2 ? room : 2);
    lanes_states(work, split);
    if (slot) lanes_owners(work);
    if (work->used < work->options->max_lanes) lanes_roles(work);
    mem_free(NULL, split, sizeof(*split));
}

void lanes_build(Lanes *lanes, const Model *model, const LaneOptions *options)
{
    if (!lanes->cache) lanes->cache = mem_alloc(NULL, sizeof(*lanes->cache));
    if (lanes->cache->trace != model->trace) {
        lanes->cache->trace = model->trace;
        lanes->cache->key = 0;
        array_clear(&lanes->cache->edges);
    }
    count_density(lanes, model, options);
    SimTime now = model->time < options->to ? model->time : options->to;
    uint64_t key = key_of(model, options);
    if (key != lanes->cache->key) {
        LaneWork work = {.lanes = lanes,
                         .model = model,
                         .history = &model->cache->history,
                         .options = options,
                         .seq = model->state.seq,
                         .from = options->from,
                         .now = now};
        fill(&work);
        uint32_t used = work.used < options->max_lanes ? work.used : options->max_lanes;
        drop_spare(lanes, used);
        for (uint32_t i = 0; i < used; i++) sort_spans(&lanes->lanes.items[i]);
        lanes->cache->key = key;
    }
    prolong(lanes, now);
}

void lanes_deinit(Lanes *lanes)
{
    drop_spare(lanes, 0);
    array_deinit(NULL, &lanes->lanes);
    array_deinit(NULL, &lanes->density);
    if (lanes->cache) {
        array_deinit(NULL, &lanes->cache->edges);
        mem_free(NULL, lanes->cache, sizeof(*lanes->cache));
    }
    *lanes = (Lanes){0};
}
