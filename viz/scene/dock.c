/* dock.c -- the dock: its tab bar, and what its tabs share. */
#include "viz/scene/dock.h"

#include "viz/scene/panel.h"
#include "viz/ui/control.h"
#include "viz/ui/label.h"
#include "viz/ui/rich.h"

#include <string.h>

#define OVER_MARGIN 24.0f

static const char *const titles[DOCK_COUNT] = {
    [DOCK_INSPECTOR] = "Inspector", [DOCK_WHY] = "Why?",        [DOCK_AGREEMENT] = "Agreement",
    [DOCK_METRICS] = "Metrics",     [DOCK_CONSOLE] = "Console", [DOCK_SOURCE] = "Source"};

Ui dock_ui(DrawList *list, HitList *hits, const UiState *ui, const TextMetrics *metrics)
{
    Ui draw = panel_ui(list, ui, metrics);
    draw.hits = hits;
    if (!ui->mouse_gone) draw.mouse = ui->mouse;
    return draw;
}

/* --- names --- */

const char *dock_host_name(const Model *model, HostId host)
{
    return host < model->state.hosts.count ? model->state.hosts.items[host].name : "nobody";
}

void dock_node_name(const Model *model, NodeId node, Text *out)
{
    trace_node_name(&model->state, node, out);
}

HostId dock_node_host(const Model *model, NodeId node)
{
    return node < model->state.nodes.count ? model->state.nodes.items[node].host : HOST_NONE;
}

bool dock_is_running(const Model *model, HostId host)
{
    if (host >= model->state.hosts.count) return false;
    ProcessStatus status = model->state.hosts.items[host].status;
    return status == PROCESS_RUNNING || status == PROCESS_IS_FROZEN;
}

const Belief *dock_belief(const Model *model, HostId host, NodeId node)
{
    static const Belief blank = {.primary = NODE_NONE};
    if (host >= model->state.host_stride || node >= model->state.node_stride) return &blank;
    return state_belief(&model->state, host, node);
}

const char *dock_faction_letter(uint32_t faction)
{
    static const char *const letters[] = {"\xCE\xB1", "\xCE\xB2", "\xCE\xB3",
                                          "\xCE\xB4", "\xCE\xB5", "\xCE\xB6"};
    return faction < ARRAY_LENGTH(letters) ? letters[faction] : "";
}

void dock_sentence(const Scene *scene, Rect rect, const char *sentence)
{
    const Theme *theme = scene->draw.theme;
    RichStyle style = {.role = TYPE_BODY, .color = theme->text2, .bold_color = theme->text};
    Rect inside = rect_inset(rect, 24, 20);
    if (inside.w > 560) inside.w = 560;
    rich_draw(&scene->draw, inside, &style, sentence);
}

/* --- the bar --- */

static void address_caption(const Scene *scene, Text *out)
{
    const Model *model = scene->model;
    HostId host = scene->ui->selected;
    if (host >= model->state.hosts.count) return;
    const HostState *state = &model->state.hosts.items[host];
    text_append(out, "%s", state->name);
    if (state->addr == ADDR_NONE || state->addr >= model->state.addrs.count) return;
    const AddrState *addr = &model->state.addrs.items[state->addr];
    text_append(out, "  %u.%u.%u.%u", addr->ip >> 24, addr->ip >> 16 & 255, addr->ip >> 8 & 255,
                addr->ip & 255);
    if (addr->port != 0) text_append(out, ":%u", addr->port); /* a client listens nowhere */
}

void dock_caption(const Scene *scene, Text *out)
{
    uint32_t factions = scene->model->factions.count;
    switch (scene->ui->dock) {
    case DOCK_INSPECTOR:
    case DOCK_WHY:
    case DOCK_CONSOLE: address_caption(scene, out); break;
    case DOCK_AGREEMENT:
        if (factions > 0) text_append(out, "%u faction%s", factions, factions == 1 ? "" : "s");
        break;
    case DOCK_SOURCE:
        if (scene->ui->source_text && scene->ui->source_name)
            text_append(out, "%s", scene->ui->source_name);
        break;
    case DOCK_METRICS:
    case DOCK_COUNT: break;
    }
}

static void draw_caption(const Scene *scene, Rect bar)
{
    Text caption = {0};
    dock_caption(scene, &caption);
    float left = bar.x + 24;
    for (int i = 0; i < DOCK_COUNT; i++)
        left += label_width(&scene->draw, TYPE_BODY_STRONG, titles[i]) + 28;
    Rect room = {left, bar.y, rect_right(bar) - 24 - left, bar.h};
    bool fits = label_width(&scene->draw, TYPE_TABLE, text_chars(&caption)) <= room.w;
    /* Better the node's name alone than half of its address. */
    char *gap = caption.size > 0 ? strstr(caption.chars, "  ") : NULL;
    if (!fits && gap) *gap = '\0';
    if (room.w > 20) {
        label_in(&scene->draw, room, ALIGN_RIGHT, 0, TYPE_TABLE, scene->draw.theme->text2,
                 text_chars(&caption));
    }
    text_deinit(&caption);
}

void dock_draw(const Scene *scene, Rect rect)
{
    ui_panel(&scene->draw, rect);
    Rect rest = rect;
    Rect bar = rect_take_top(&rest, DOCK_TAB_BAR);
    control_tabs(&scene->draw, bar, titles, DOCK_COUNT, (uint32_t)scene->ui->dock, ACTION_DOCK_TAB);
    draw_caption(scene, bar);
    draw_clip(scene->draw.list, rest);
    switch (scene->ui->dock) {
    case DOCK_INSPECTOR: dock_inspector(scene, rest); break;
    case DOCK_WHY: dock_why(scene, rest); break;
    case DOCK_AGREEMENT: dock_agreement(scene, rest); break;
    case DOCK_METRICS: dock_metrics(scene, rest); break;
    case DOCK_CONSOLE: dock_console(scene, rest); break;
    case DOCK_SOURCE: dock_source(scene, rest); break;
    case DOCK_COUNT: break;
    }
    draw_unclip(scene->draw.list);
}

Rect scene_dock_rect(const UiState *ui, const Layout *layout)
{
    if (ui->dock_over) {
        float top = layout->header.h + OVER_MARGIN;
        float bottom = layout->timeline.y - OVER_MARGIN;
        return (Rect){OVER_MARGIN, top, ui->width - 2 * OVER_MARGIN, bottom - top};
    }
    return layout->full ? layout->dock : (Rect){0};
}

void scene_dock(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                const TextMetrics *metrics)
{
    if (!layout->full || ui->dock_over) return; /* hidden, or drawn by the overlay */
    Scene scene = {.draw = dock_ui(list, NULL, ui, metrics), .model = model, .ui = ui};
    dock_draw(&scene, layout->dock);
}

int scene_dock_tab_at(const UiState *ui, const Layout *layout, const TextMetrics *metrics, Point at)
{
    Rect rect = scene_dock_rect(ui, layout);
    DrawList list = {0};
    HitList hits = {0};
    Ui draw = dock_ui(&list, &hits, ui, metrics);
    if (rect.w <= 0 || !rect_contains(rect, at)) return -1;
    control_tabs(&draw, rect_take_top(&rect, DOCK_TAB_BAR), titles, DOCK_COUNT, 0, ACTION_DOCK_TAB);
    const Hit *hit = hit_at(&hits, at);
    int tab = hit ? (int)hit->argument : -1;
    draw_deinit(&list);
    hit_deinit(&hits);
    return tab;
}
