/* lane_states.c -- cluster_state as bars, of the whole cluster or of each island; who would accept
 * a write for one slot. */
#include "sim/base/assert.h"
#include "sim/base/bitset.h"
#include "viz/model/lanes.h"

#include <stdio.h>
#include <string.h>

#define ISLANDS_SHOWN   4
#define SUSPICIONS_TOLD 6 /* one by one in a lane */

/* --- the islands to show --- */

/* The cuts in force right after record `seq`. */
static uint32_t cuts_at(const History *history, uint64_t seq, NetRuleState *rules)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->rules.count; i++) {
        const RuleTrack *track = &history->rules.items[i];
        bool gone = track->end_seq != 0 && track->end_seq <= seq;
        if (track->rule.cut && track->seq <= seq && !gone) rules[count++] = track->rule;
    }
    return count;
}

/* Looks at the moments when rules changed, latest first, for one that leaves several islands. */
void lanes_split(const LaneWork *work, Split *split)
{
    const History *history = work->history;
    split->count = 1;
    if (history->rules.count == 0) return;
    NetRuleState *rules = mem_alloc(NULL, history->rules.count * sizeof(*rules));
    MarkSlice added = lane_marks_all(work, MARK_RULE);
    uint32_t hosts = work->model->hosts.count;
    for (uint32_t i = added.count; i > 0 && split->count <= 1; i--) {
        const RuleTrack *track = &history->rules.items[added.items[i - 1].value];
        bool ended = track->end_seq != 0 && track->end_seq <= work->seq;
        if (!track->rule.cut || (ended && track->end < work->from)) continue;
        RuleList list = {.items = rules, .count = cuts_at(history, track->seq, rules)};
        split->count = islands_find(list, hosts, split->island_of);
        split->since = track->time;
        split->in_force = !ended;
    }
    mem_free(NULL, rules, history->rules.count * sizeof(*rules));
}

/* --- cluster_state --- */

typedef enum Mood { MOOD_NONE, MOOD_OK, MOOD_PART, MOOD_FAIL } Mood;

typedef struct Group { /* the hosts of one lane */
    const Split *split;
    uint32_t island;
    bool everybody;
    uint32_t ok, running;
    bool *is_ok, *is_running; /* by host */
} Group;

static bool belongs(const Group *group, HostId host)
{
    return group->everybody || group->split->island_of[host] == group->island;
}

static Mood mood_of(const Group *group)
{
    if (group->running == 0) return MOOD_NONE;
    if (group->ok == group->running) return MOOD_OK;
    return group->ok == 0 ? MOOD_FAIL : MOOD_PART;
}

static void set_host(Group *group, HostId host, bool running, bool ok)
{
    group->running += (uint32_t)running - (uint32_t)group->is_running[host];
    group->ok += (uint32_t)(running && ok) - (uint32_t)group->is_ok[host];
    group->is_running[host] = running;
    group->is_ok[host] = running && ok;
}

/* Adds a bar, or makes the last one longer when the mood is the same. */
static void close_bar(LaneWork *work, Lane *lane, Mood mood, SimTime from, SimTime to)
{
    static const char *const words[] = {"", "ok", "fail in part", "fail"};
    if (mood == MOOD_NONE || from == to) return;
    LaneSpan *last = lane->spans.count ? &lane->spans.items[lane->spans.count - 1] : NULL;
    if (last && last->to == from && strcmp(last->text, words[mood]) == 0) {
        last->open = to == SIM_TIME_NEVER;
        last->to = last->open ? work->now : to;
        return;
    }
    LaneSpan *span = lane_bar(work, lane, from, to, "%s", words[mood]);
    if (span) span->danger = mood != MOOD_OK;
}

/* Merges the marks of processes and states in order of their seq. */
typedef struct Feed {
    MarkSlice slices[5];
    uint32_t at[5];
} Feed;

static const MarkKind FEED_KINDS[5] = {MARK_STARTED, MARK_EXITED, MARK_FROZEN, MARK_THAWED,
                                       MARK_STATE};

static const Mark *feed_next(Feed *feed, MarkKind *kind)
{
    int best = -1;
    for (int k = 0; k < 5; k++) {
        if (feed->at[k] >= feed->slices[k].count) continue;
        const Mark *mark = &feed->slices[k].items[feed->at[k]];
        if (best < 0 || mark->seq < feed->slices[best].items[feed->at[best]].seq) best = k;
    }
    if (best < 0) return NULL;
    *kind = FEED_KINDS[best];
    return &feed->slices[best].items[feed->at[best]++];
}

/* A frozen process says nothing: the others' word counts. */
static void apply_mark(Group *group, bool *ok_of, MarkKind kind, const Mark *mark)
{
    bool running = group->is_running[mark->host];
    if (kind == MARK_STARTED || kind == MARK_THAWED) running = true;
    if (kind == MARK_EXITED || kind == MARK_FROZEN) running = false;
    if (kind == MARK_STATE) ok_of[mark->host] = mark->value == STATE_OK;
    if (kind == MARK_STARTED || kind == MARK_EXITED) ok_of[mark->host] = false;
    set_host(group, mark->host, running, ok_of[mark->host]);
}

/* While the news spreads, some know and some do not: too brief to be seen, that counts as news. */
static void fill_states(LaneWork *work, Lane *lane, Group *group)
{
    SimSpan brief = (work->options->to - work->from) / 200;
    uint32_t hosts = work->model->hosts.count;
    bool *ok_of = mem_alloc(NULL, hosts);
    group->is_ok = mem_alloc(NULL, hosts);
    group->is_running = mem_alloc(NULL, hosts);
    Feed feed = {.at = {0}};
    for (int k = 0; k < 5; k++) feed.slices[k] = lane_marks_all(work, FEED_KINDS[k]);

    Mood mood = MOOD_NONE;
    SimTime since = 0;
    MarkKind kind;
    for (const Mark *mark = feed_next(&feed, &kind); mark; mark = feed_next(&feed, &kind)) {
        if (!belongs(group, mark->host)) continue;
        apply_mark(group, ok_of, kind, mark);
        Mood now = mood_of(group);
        if (now == mood) continue;
        if (mood != MOOD_PART || mark->time - since >= brief) {
            close_bar(work, lane, mood, since, mark->time);
            since = mark->time;
        }
        mood = now;
    }
    close_bar(work, lane, mood, since, SIM_TIME_NEVER);
    mem_free(NULL, ok_of, hosts);
    mem_free(NULL, group->is_ok, hosts);
    mem_free(NULL, group->is_running, hosts);
}

/* The first suspicion of each node inside the island since the cut, in its lane; when there are
 * many, one tick stands for all. */
static void add_suspicions(LaneWork *work, Lane *lane, const Group *group)
{
    MarkSlice marks = lane_marks_all(work, MARK_SUSPECTED);
    uint64_t told[BITSET_WORDS(NODES_MAX)] = {0};
    Mark firsts[SUSPICIONS_TOLD];
    uint32_t count = 0;
    uint32_t i =
        marks_from(&work->history->marks[MARK_SUSPECTED], group->split->since, marks.count);
    for (; i < marks.count; i++) {
        const Mark *mark = &marks.items[i];
        if (mark->time > work->now || !belongs(group, mark->host)) continue;
        if (bitset_has(told, mark->other)) continue;
        bitset_add(told, mark->other);
        if (count < SUSPICIONS_TOLD) firsts[count] = *mark;
        count++;
    }
    if (count > SUSPICIONS_TOLD) {
        lane_tick(work, lane, firsts[0].time, "P? %s and %u more", lane_node(work, firsts[0].other),
                  count - 1);
        return;
    }
    for (i = 0; i < count; i++) {
        lane_tick(work, lane, firsts[i].time, "P? %s", lane_node(work, firsts[i].other));
    }
}

/* A minority that has not noticed yet, and when its last primary will stop itself. */
static void add_minority(LaneWork *work, Lane *lane, const Group *group)
{
    const Model *model = work->model;
    if (!group->split->in_force || model->islands.count != group->split->count) return;
    const Island *island = &model->islands.items[group->island];
    if (island->has_majority || island->hosts == 0) return;
    LaneSpan *last = lane->spans.count ? &lane->spans.items[lane->spans.count - 1] : NULL;
    if (last && last->open && !last->danger) {
        snprintf(last->text, sizeof(last->text), "ok (has not noticed)");
    }
    for (uint32_t i = 0; i < model->hosts.count; i++) {
        const HostModel *host = &model->hosts.items[i];
        if (host->deadline != DEADLINE_WRITE_STOP || host->island != group->island) continue;
        lane_expect(work, lane, host->deadline_at,
                    host->deadline_at_latest ? "%s stops itself (%s at the latest)"
                                             : "%s stops itself (timer due %s)",
                    lane_host(work, (HostId)i), lane_due(work, host->deadline_at));
        if (host->deadline_at_latest) break; /* all of them at the same moment */
    }
}

void lanes_states(LaneWork *work, const Split *split)
{
    if (split->count <= 1) {
        Group group = {.split = split, .everybody = true};
        fill_states(work, lane_add(work, "cluster_state"), &group);
        return;
    }
    for (uint32_t i = 0; i < split->count && i < ISLANDS_SHOWN; i++) {
        Group group = {.split = split, .island = i};
        Lane *lane = lane_add(work, "Island %u state", i + 1);
        fill_states(work, lane, &group);
        add_minority(work, lane, &group);
        add_suspicions(work, lane, &group);
    }
}

/* --- the owners of one slot --- */

typedef struct Writer {
    HostId host;
    NodeId node;
} Writer;

typedef ARRAY_OF(Writer) Writers;

static uint16_t shard_at(const LaneWork *work, NodeId node, uint64_t seq)
{
    const Marks *marks = &work->history->marks[MARK_CARRIES];
    for (uint32_t i = marks_until(marks, seq); i > 0; i--) {
        if (marks->items[i - 1].other == node) return (uint16_t)marks->items[i - 1].value;
    }
    return SHARD_NONE;
}

static void show_writers(LaneWork *work, Lane *lane, const Writers *writers, const Mark *since,
                         SimTime to)
{
    if (writers->count == 0 || since->time == to) return;
    char text[64] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < writers->count && used < sizeof(text) - 1; i++) {
        int got = snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
                           lane_host(work, writers->items[i].host));
        if (got > 0) used += (size_t)got;
    }
    LaneSpan *span = lane_bar(work, lane, since->time, to, "%s", text);
    if (!span) return;
    span->danger = writers->count > 1;
    span->shard = shard_at(work, writers->items[0].node, since->seq);
}

void lanes_owners(LaneWork *work)
{
    uint32_t slot = (uint32_t)work->options->slot;
    SIM_ASSERT(slot < SLOT_COUNT);
    Lane *lane = lane_add(work, "Owners of %u", slot);
    MarkSlice claims = lane_marks_all(work, MARK_CLAIM);
    Writers writers = {0};
    const Mark *since = NULL;
    for (uint32_t i = 0; i < claims.count; i++) {
        const Mark *mark = &claims.items[i];
        bool has = bitset_has(bitpool_words(work->history->slots, (SlotsId)mark->value), slot);
        uint32_t at = 0;
        while (at < writers.count && writers.items[at].host != mark->host) at++;
        if (has == (at < writers.count)) continue;
        if (since) show_writers(work, lane, &writers, since, mark->time);
        since = mark;
        if (has) array_push(NULL, &writers, (Writer){.host = mark->host, .node = mark->other});
        else array_remove(&writers, at);
    }
    if (since) show_writers(work, lane, &writers, since, SIM_TIME_NEVER);
    array_deinit(NULL, &writers);
}
