/* slots_votes.c -- majorities beside the slot map: votes of an election, voters within reach, and
 * in one node's view the failure reports it has heard (protocol.md §5, §6). */
#include "viz/scene/slots.h"

#include "viz/ui/control.h"
#include "viz/ui/label.h"
#include "viz/ui/meter.h"

#include <stdio.h>

#define VOTERS_MAX      HOSTS_MAX
#define REPORT_ROW      44
#define REPORT_BARS_MAX 14u /* more voters than this are a bar with a tick */
#define REPORT_GAP      2.5f
#define REPORT_BEYOND   3u /* bars behind the threshold */
#define TITLE_HEIGHT    70

typedef struct VoterList {
    Voter items[VOTERS_MAX];
    uint32_t count, reached;
} VoterList;

/* In an election: has it voted; else: does it stand on the side of the majority. */
static VoterState voter_state(const Model *model, HostId host, bool is_election)
{
    const HostModel *row = &model->hosts.items[host];
    if (model->state.hosts.items[host].status != PROCESS_RUNNING) return VOTER_LOST;
    if (is_election) return row->voted ? VOTER_REACHED : VOTER_ASKED;
    bool is_inside =
        row->island < model->islands.count && model->islands.items[row->island].has_majority;
    return is_inside ? VOTER_REACHED : VOTER_LOST;
}

/* Those who have slots on the map, dead ones too; not a primary that lost its slots unknowingly. */
static void collect_voters(const SlotView *view, VoterList *list)
{
    const Model *model = view->model;
    list->count = list->reached = 0;
    for (uint32_t i = 0; i < view->owners.count && list->count < VOTERS_MAX; i++) {
        HostId host = view->owners.items[i].host;
        VoterState state = voter_state(model, host, model->election.active);
        list->items[list->count++] = (Voter){panel_host(model, host), state};
        if (state == VOTER_REACHED) list->reached++;
    }
}

/* Title and count on one line. */
static void draw_heading(const SlotView *view, Rect line, const VoterList *list, uint32_t needed)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    char words[64];
    if (view->model->election.active)
        snprintf(words, sizeof(words), "Votes for %s",
                 panel_host(view->model, view->model->election.candidate));
    else snprintf(words, sizeof(words), "Voters within reach");
    char count[48];
    snprintf(count, sizeof(count), "%u of %u, needs %u", list->reached, list->count, needed);
    float room = line.w - label_width(ui, TYPE_BODY, count) - 10;
    bool fits = label_width(ui, TYPE_TITLE, words) <= room;
    Rect left = {line.x, line.y, room, line.h};
    label_in(ui, left, ALIGN_LEFT, 0, TYPE_TITLE, theme->text, fits ? words : "Voters");
    label_in(ui, line, ALIGN_RIGHT, 0, TYPE_BODY, theme->text2, count);
}

static uint32_t needed_votes(const Model *model, uint32_t voters)
{
    bool is_told = model->election.active && model->election.needed > 0;
    return is_told ? model->election.needed : voters / 2 + 1;
}

float slots_draw_votes(const SlotView *view, Rect rect)
{
    VoterList list;
    if (!view->model->election.active || view->is_belief) return rect.y;
    collect_voters(view, &list);
    uint32_t needed = needed_votes(view->model, list.count);
    float rows = list.count > 60 ? (float)((list.count + 19) / 20) * 13 : 26;
    if (list.count == 0 || rect.h < rows + 44) return rect.y;
    draw_heading(view, (Rect){rect.x, rect.y + 8, rect.w, 24}, &list, needed);
    meter_quorum(&view->ui, (Point){rect.x, rect.y + 42}, list.items, list.count, needed);
    return rect.y + 42 + rows + 12;
}

void slots_draw_meter(const SlotView *view, Rect rect)
{
    VoterList list;
    collect_voters(view, &list);
    if (list.count == 0) return;
    uint32_t needed = needed_votes(view->model, list.count);
    draw_heading(view, rect_take_top(&rect, 22), &list, needed);
    Point at = {rect.x, rect.y + 9};
    float width = list.count <= 8 ? 52.0f * (float)list.count : 16.0f * (float)list.count;
    if (list.count <= 60 && width <= rect.w && rect.h >= 9 + 22 + 7) {
        meter_quorum(&view->ui, at, list.items, list.count, needed);
        return;
    }
    meter_bar(&view->ui, (Rect){at.x, at.y + 4, rect.w, 10},
              (float)list.reached / (float)list.count, view->palette.theme->text2,
              (float)needed / (float)list.count);
}

/* ---- failure reports at one node ---- */

typedef struct ReportRow {
    HostId host;
    uint16_t flags;
    uint32_t count; /* reports heard, its own opinion included when it has a vote */
} ReportRow;

static bool has_vote(const SlotView *view, HostId host)
{
    const HostModel *row = &view->model->hosts.items[host];
    return row->is_primary && row->slot_count > 0;
}

/* The next peer that the observer has something bad to say of, from `node` on; false at the end. */
static bool next_report(const SlotView *view, NodeId *node, ReportRow *row)
{
    const TraceState *state = &view->model->state;
    HostId observer = view->state->selected;
    const HostState *host = &state->hosts.items[observer];
    for (; *node < state->nodes.count; (*node)++) {
        const Belief *belief = state_belief(state, observer, *node);
        if (!belief->known) continue;
        bool is_bad = (belief->flags & (FLAG_PFAIL | FLAG_FAIL)) != 0;
        uint32_t count = is_bad && has_vote(view, observer) ? 1 : 0;
        for (uint32_t i = 0; i < host->reports.count; i++) {
            if (host->reports.items[i].peer == *node) count++;
        }
        if (!is_bad && count == 0) continue;
        *row = (ReportRow){state->nodes.items[*node].host, belief->flags, count};
        (*node)++;
        return true;
    }
    return false;
}

static void draw_report(const SlotView *view, Rect line, const ReportRow *row, uint32_t needed,
                        uint32_t voters)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    float middle = line.y + line.h / 2;
    uint16_t shard = row->host < view->model->hosts.count
                         ? view->model->hosts.items[row->host].shard
                         : SHARD_NONE;
    Color hue = shard < view->tints.count ? view->tints.items[shard] : theme->neutral[1];
    char count[16];
    control_chip(ui, (Rect){line.x, middle - 10, 20, 20}, hue);
    Rect words = {line.x + 32, line.y, 40, line.h};
    label_in(ui, words, ALIGN_LEFT, 0, TYPE_BODY_STRONG, theme->text,
             panel_host(view->model, row->host));
    Point badge = {line.x + 88, middle};
    if (row->flags & FLAG_FAIL) control_badge(ui, badge, 18, BADGE_FAIL, "F!", COLOR_NONE);
    else if (row->flags & FLAG_PFAIL) control_badge(ui, badge, 18, BADGE_SUSPECT, "P?", COLOR_NONE);
    else
        label_in(ui, (Rect){badge.x - 14, line.y, 28, line.h}, ALIGN_CENTER, 0, TYPE_LABEL,
                 theme->text3, "ok");
    snprintf(count, sizeof(count), "%u", row->count);
    label_in(ui, line, ALIGN_RIGHT, 0, TYPE_VALUE_MONO, theme->text, count);
    Rect bar = {line.x + 112, middle - 7, line.w - 112 - 34, 14};
    Color color = row->flags & FLAG_FAIL ? theme->danger : theme->text2;
    uint32_t total = needed + REPORT_BEYOND < voters ? needed + REPORT_BEYOND : voters;
    float pitch = (bar.w + REPORT_GAP) / REPORT_BARS_MAX;
    if (total > REPORT_BARS_MAX) {
        meter_bar(ui, rect_inset(bar, 0, 3), (float)row->count / (float)voters, color,
                  (float)needed / (float)voters);
        return;
    }
    for (uint32_t i = 0; i < total; i++) {
        Rect box = {bar.x + (float)i * pitch, bar.y, pitch - REPORT_GAP, bar.h};
        draw_rect(ui->list, box, 2, i < row->count ? color : theme->well, STROKE_NONE);
    }
    float x = bar.x + (float)needed * pitch - REPORT_GAP / 2;
    draw_line(ui->list, (Point){x, middle - 12}, (Point){x, middle + 12},
              stroke_solid(theme->text, 2));
}

bool slots_draw_reports(const SlotView *view, Rect rect)
{
    const Ui *ui = &view->ui;
    const Theme *theme = view->palette.theme;
    const TraceState *state = &view->model->state;
    uint32_t voters = state->hosts.items[view->state->selected].size, left = 0;
    uint32_t needed = voters / 2 + 1;
    NodeId node = 0;
    ReportRow row;
    if (!next_report(view, &node, &row)) return false;

    char words[64];
    Rect title = rect_take_top(&rect, TITLE_HEIGHT);
    snprintf(words, sizeof(words), "Failure reports at %s",
             panel_host(view->model, view->state->selected));
    label_in(ui, (Rect){title.x, title.y + 13, title.w, 24}, ALIGN_LEFT, 0, TYPE_TITLE, theme->text,
             words);
    snprintf(words, sizeof(words), "by primaries, its own included; %u needed", needed);
    label_in(ui, (Rect){title.x, title.y + 37, title.w, 20}, ALIGN_LEFT, 0, TYPE_LABEL,
             theme->text3, words);
    do {
        if (rect.h < 2 * REPORT_ROW) {
            left++;
            continue;
        }
        Rect line = rect_take_top(&rect, REPORT_ROW);
        ui_divider_h(ui, line.x, line.y, line.w);
        draw_report(view, line, &row, needed, voters);
    } while (next_report(view, &node, &row));
    if (left > 0) {
        snprintf(words, sizeof(words), "and %u more", left);
        label_in(ui, rect_take_top(&rect, 26), ALIGN_LEFT, 0, TYPE_BODY, theme->text3, words);
    }
    return true;
}
