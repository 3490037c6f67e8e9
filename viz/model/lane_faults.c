/* lane_faults.c -- what was done to the cluster, as bars: killed, frozen, slowed, cut, bad links.
 *
 * Bars that overlap in time go to further rows; the last row shortens what a new bar covers. */
#include "sim/base/bitset.h"
#include "viz/model/lanes.h"

#include <stdio.h>
#include <string.h>

#define ROWS_MAX     3
#define NAMES_LISTED 6 /* hosts of one side of a fault that are named; else their number */

typedef struct Fault {
    SimTime from, to; /* SIM_TIME_NEVER: lasts */
    char text[96];
    SimSpan timeout; /* 0: nobody's silence */
} Fault;

typedef struct Faults {
    ARRAY_OF(Fault) items;
} Faults;

/* The first mark of these kinds of the host after `seq`. */
static SimTime end_of(const LaneWork *work, HostId host, uint64_t seq, MarkKind a, MarkKind b)
{
    SimTime end = SIM_TIME_NEVER;
    MarkKind kinds[2] = {a, b};
    for (int k = 0; k < 2; k++) {
        MarkSlice marks = lane_marks_all(work, kinds[k]);
        for (uint32_t i = marks_until(&work->history->marks[kinds[k]], seq); i < marks.count; i++) {
            if (marks.items[i].host != host) continue;
            if (marks.items[i].time < end) end = marks.items[i].time;
            break;
        }
    }
    return end;
}

static void push(Faults *faults, const LaneWork *work, const Fault *fault)
{
    bool visible = fault->to == SIM_TIME_NEVER || fault->to >= work->from;
    if (visible && fault->from <= work->now) array_push(NULL, &faults->items, *fault);
}

static SimSpan timeout_of(const LaneWork *work, HostId host)
{
    return work->model->state.hosts.items[host].node_timeout_ms * SIM_MS;
}

static void add_processes(Faults *faults, const LaneWork *work)
{
    static const struct {
        MarkKind begins, ends, ends_too;
        const char *word;
    } kinds[] = {
        {MARK_EXITED, MARK_STARTED, MARK_STARTED, "killed"},
        {MARK_FROZEN, MARK_THAWED, MARK_EXITED, "frozen"},
    };
    for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++) {
        MarkSlice marks = lane_marks_all(work, kinds[k].begins);
        for (uint32_t i = 0; i < marks.count; i++) {
            const Mark *mark = &marks.items[i];
            Fault fault = {.from = mark->time, .timeout = timeout_of(work, mark->host)};
            fault.to = end_of(work, mark->host, mark->seq, kinds[k].ends, kinds[k].ends_too);
            const char *word = kinds[k].word;
            if (mark->value == EXIT_SHUTDOWN && k == 0) word = "shut down";
            if (mark->value == EXIT_POWER && k == 0) word = "loses power";
            snprintf(fault.text, sizeof(fault.text), "%s %s", lane_host(work, mark->host), word);
            push(faults, work, &fault);
        }
    }
}

static void add_slowed(Faults *faults, const LaneWork *work)
{
    MarkSlice marks = lane_marks_all(work, MARK_SLOWED);
    for (uint32_t i = 0; i < marks.count; i++) {
        const Mark *mark = &marks.items[i];
        if (mark->value == 1000) continue;
        Fault fault = {.from = mark->time};
        fault.to = end_of(work, mark->host, mark->seq, MARK_SLOWED, MARK_SLOWED);
        uint32_t tenths = (uint32_t)(mark->value / 100);
        snprintf(fault.text, sizeof(fault.text), "%s slowed \xC3\x97%u.%u",
                 lane_host(work, mark->host), tenths / 10, tenths % 10);
        if (tenths % 10 == 0) fault.text[strlen(fault.text) - 2] = '\0';
        push(faults, work, &fault);
    }
}

/* The zone whose hosts these are, all of them and no others; "" when there is none. */
static const char *zone_of(const LaneWork *work, const uint64_t *hosts)
{
    const TraceState *state = &work->model->state;
    uint32_t known = state->hosts.count, first = bitset_next(hosts, known, 0);
    if (first == known) return "";
    const char *zone = state->hosts.items[first].zone;
    for (uint32_t host = 0; host < known; host++) {
        bool lives_there = strcmp(state->hosts.items[host].zone, zone) == 0;
        if (lives_there != bitset_has(hosts, host)) return "";
    }
    return zone;
}

/* "n1 n4", "zone c", or "40 hosts". */
static void write_side(const LaneWork *work, const uint64_t *hosts, char *text, size_t size)
{
    uint32_t count = bitset_count(hosts, BITSET_WORDS_HOSTS);
    size_t used = 0;
    const char *zone = zone_of(work, hosts);
    text[0] = '\0';
    if (zone[0] != '\0') {
        snprintf(text, size, strncmp(zone, "zone", 4) == 0 ? "%s" : "zone %s", zone);
        return;
    }
    if (count > NAMES_LISTED) {
        snprintf(text, size, "%u hosts", count);
        return;
    }
    uint32_t known = work->model->hosts.count;
    for (uint32_t host = bitset_next(hosts, known, 0); host < known;
         host = bitset_next(hosts, known, host + 1)) {
        int got = snprintf(text + used, size - used, "%s%s", used ? " " : "",
                           lane_host(work, (HostId)host));
        if (got < 0 || (size_t)got >= size - used) {
            snprintf(text, size, "%u hosts", count);
            return;
        }
        used += (size_t)got;
    }
}

static void write_rule(const LaneWork *work, const NetRuleState *rule, char *text, size_t size)
{
    char from[28], to[28], kind[24];
    write_side(work, rule->from, from, sizeof(from));
    write_side(work, rule->to, to, sizeof(to));
    if (rule->cut) snprintf(kind, sizeof(kind), "%s", rule->oneway ? "one-way wall" : "wall");
    else if (rule->loss_ppm) snprintf(kind, sizeof(kind), "loss %u%%", rule->loss_ppm / 10000);
    else if (rule->latency)
        snprintf(kind, sizeof(kind), "slow link %u ms", (uint32_t)(rule->latency / SIM_MS));
    else snprintf(kind, sizeof(kind), "%s", rule->bytes_per_s ? "narrow link" : "link");
    snprintf(text, size, "%s: %s %s %s", kind, from, rule->oneway ? "\xE2\x86\x92" : "|", to);
}

static void add_rules(Faults *faults, const LaneWork *work)
{
    MarkSlice marks = lane_marks_all(work, MARK_RULE);
    for (uint32_t i = 0; i < marks.count; i++) {
        const RuleTrack *track = &work->history->rules.items[marks.items[i].value];
        bool ended = track->end_seq != 0 && track->end_seq <= work->seq;
        Fault fault = {.from = track->time, .to = ended ? track->end : SIM_TIME_NEVER};
        if (track->rule.cut) {
            uint32_t host = bitset_next(track->rule.from, work->model->hosts.count, 0);
            if (host < work->model->hosts.count) fault.timeout = timeout_of(work, (HostId)host);
        }
        if (!ended || track->end >= work->from) {
            write_rule(work, &track->rule, fault.text, sizeof(fault.text));
        }
        push(faults, work, &fault);
    }
}

static void sort_faults(Faults *faults)
{
    for (uint32_t i = 1; i < faults->items.count; i++) {
        Fault fault = faults->items.items[i];
        uint32_t j = i;
        for (; j > 0 && faults->items.items[j - 1].from > fault.from; j--) {
            faults->items.items[j] = faults->items.items[j - 1];
        }
        faults->items.items[j] = fault;
    }
}

/* T after something fell silent the first suspicion may come. */
static void expect_timeout(LaneWork *work, Lane *lane, const Fault *fault)
{
    if (fault->timeout == 0) return;
    SimTime at = fault->from + fault->timeout;
    if (fault->to < at) return;
    uint64_t ms = fault->timeout / SIM_MS;
    if (ms % 1000 == 0) lane_expect(work, lane, at, "T = %u s after", (uint32_t)(ms / 1000));
    else lane_expect(work, lane, at, "T = %u ms after", (uint32_t)ms);
}

static void place(LaneWork *work, uint32_t first, uint32_t row, const Fault *fault)
{
    Lane *lane = &work->lanes->lanes.items[first + row];
    if (row == ROWS_MAX - 1) {
        for (uint32_t i = 0; i < lane->spans.count; i++) {
            LaneSpan *span = &lane->spans.items[i];
            if (span->mark != LANE_BAR || (!span->open && span->to <= fault->from)) continue;
            span->to = fault->from;
            span->open = false;
        }
    }
    lane_bar(work, lane, fault->from, fault->to, "%s", fault->text);
    expect_timeout(work, lane, fault);
}

void lanes_faults(LaneWork *work)
{
    Faults faults = {0};
    SimTime until[ROWS_MAX] = {0};
    uint32_t first = work->used, rows = 1;
    add_processes(&faults, work);
    add_slowed(&faults, work);
    add_rules(&faults, work);
    sort_faults(&faults);
    lane_add(work, "Faults");
    for (uint32_t i = 0; i < faults.items.count; i++) {
        const Fault *fault = &faults.items.items[i];
        uint32_t row = 0;
        while (row < ROWS_MAX - 1 && until[row] > fault->from) row++;
        if (row >= rows) {
            lane_add(work, "%s", "");
            rows++;
        }
        place(work, first, row, fault);
        until[row] = fault->to;
    }
    array_deinit(NULL, &faults.items);
}
