/* lane_beliefs.c -- who suspects whom, and who becomes what, as ticks. */
#include "viz/model/lanes.h"

#define TICKS_MAX 24 /* of suspicion in one lane */

typedef struct Trouble {
    NodeId node;
    bool failed;
    SimTime since;
} Trouble;

typedef ARRAY_OF(Trouble) Troubles;

static void note(Troubles *troubles, const Mark *mark, bool failed)
{
    for (uint32_t i = 0; i < troubles->count; i++) {
        if (troubles->items[i].node != mark->other) continue;
        troubles->items[i].failed |= failed;
        return;
    }
    array_push(NULL, troubles,
               (Trouble){.node = mark->other, .failed = failed, .since = mark->time});
}

/* Those marked as failing come before the merely suspected, the newer trouble before the older. */
static bool is_worse(const Trouble *a, const Trouble *b)
{
    if (a->failed != b->failed) return a->failed;
    return a->since > b->since;
}

static Trouble take_worst(Troubles *troubles)
{
    uint32_t worst = 0;
    for (uint32_t i = 1; i < troubles->count; i++) {
        if (is_worse(&troubles->items[i], &troubles->items[worst])) worst = i;
    }
    Trouble taken = troubles->items[worst];
    array_remove(troubles, worst);
    return taken;
}

/* P? of each observer, F! once, ok once it is clear again. Each tick names the observer; the sign
 * stands before the first of its kind. */
static void fill_lane(LaneWork *work, Lane *lane, NodeId node)
{
    MarkSlice suspected = lane_marks(work, MARK_SUSPECTED), failed = lane_marks(work, MARK_FAILED),
              cleared = lane_marks(work, MARK_CLEARED);
    uint32_t s = 0, f = 0, c = 0;
    char last = ' ';
    for (uint32_t ticks = 0; ticks < TICKS_MAX;) {
        while (s < suspected.count && suspected.items[s].other != node) s++;
        while (f < failed.count && failed.items[f].other != node) f++;
        while (c < cleared.count && cleared.items[c].other != node) c++;
        uint64_t at_s = s < suspected.count ? suspected.items[s].seq : UINT64_MAX;
        uint64_t at_f = f < failed.count ? failed.items[f].seq : UINT64_MAX;
        uint64_t at_c = c < cleared.count ? cleared.items[c].seq : UINT64_MAX;
        if (at_s == UINT64_MAX && at_f == UINT64_MAX && at_c == UINT64_MAX) break;
        if (at_s < at_f && at_s < at_c) {
            const Mark *mark = &suspected.items[s++];
            lane_tick(work, lane, mark->time, last == 'P' ? "%s" : "P? %s",
                      lane_host(work, mark->host));
            last = 'P';
            ticks++;
        } else if (at_f < at_c) {
            const Mark *mark = &failed.items[f++];
            if (last == 'F') continue;
            LaneSpan *span = lane_tick(work, lane, mark->time, "F!");
            if (span) span->danger = true;
            last = 'F';
            ticks++;
        } else {
            const Mark *mark = &cleared.items[c++];
            lane_tick(work, lane, mark->time, last == 'c' ? "%s" : "ok %s",
                      lane_host(work, mark->host));
            last = 'c';
            ticks++;
        }
    }
}

void lanes_beliefs(LaneWork *work, uint32_t most)
{
    Troubles troubles = {0};
    MarkSlice suspected = lane_marks(work, MARK_SUSPECTED), failed = lane_marks(work, MARK_FAILED);
    for (uint32_t i = 0; i < suspected.count; i++) note(&troubles, &suspected.items[i], false);
    for (uint32_t i = 0; i < failed.count; i++) note(&troubles, &failed.items[i], true);
    for (uint32_t i = 0; i < most && troubles.count > 0; i++) {
        Trouble trouble = take_worst(&troubles);
        Lane *lane = lane_add(work, "Beliefs on %s", lane_node(work, trouble.node));
        fill_lane(work, lane, trouble.node);
    }
    array_deinit(NULL, &troubles);
}

/* --- roles --- */

/* When the host's election ended: won, expired, or the next one of its own; or it lasts. */
static SimTime election_end(const LaneWork *work, const Mark *asked, bool *won)
{
    static const MarkKind kinds[] = {MARK_WON, MARK_EXPIRED, MARK_ASKED, MARK_EXITED};
    SimTime end = SIM_TIME_NEVER;
    *won = false;
    for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++) {
        MarkSlice marks = lane_marks_all(work, kinds[k]);
        uint32_t i = marks_until(&work->history->marks[kinds[k]], asked->seq);
        while (i < marks.count && marks.items[i].host != asked->host) i++;
        if (i == marks.count || marks.items[i].time >= end) continue;
        end = marks.items[i].time;
        *won = kinds[k] == MARK_WON;
    }
    return end;
}

void lanes_roles(LaneWork *work)
{
    MarkSlice asked = lane_marks_all(work, MARK_ASKED), roles = lane_marks(work, MARK_ROLE);
    Lane *lane = NULL;
    for (uint32_t i = 0; i < asked.count; i++) {
        bool won;
        SimTime end = election_end(work, &asked.items[i], &won);
        if (end < work->from) continue;
        if (!lane) lane = lane_add(work, "Roles");
        lane_bar(work, lane, asked.items[i].time, end, "%s asks, epoch %llu",
                 lane_host(work, asked.items[i].host), (unsigned long long)asked.items[i].value);
    }
    for (uint32_t i = 0; i < roles.count; i++) {
        const Mark *mark = &roles.items[i];
        if (!lane) lane = lane_add(work, "Roles");
        if (mark->other == NODE_NONE) {
            lane_tick(work, lane, mark->time, "%s primary", lane_host(work, mark->host));
        } else {
            lane_tick(work, lane, mark->time, "%s follows %s", lane_host(work, mark->host),
                      lane_node(work, mark->other));
        }
    }
    for (uint32_t i = 0; i < work->model->hosts.count; i++) {
        const HostModel *host = &work->model->hosts.items[i];
        if (host->deadline != DEADLINE_ELECTION) continue;
        if (!lane) lane = lane_add(work, "Roles");
        lane_expect(work, lane, host->deadline_at, "%s may ask for votes (timer due %s)",
                    lane_host(work, (HostId)i), lane_due(work, host->deadline_at));
    }
}
