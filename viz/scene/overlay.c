/* overlay.c -- what lies on top of everything: bookmarks, the dock opened over the view, the
 * message line, hover labels, the menu of a node, the overlay of keys. */
#include "viz/scene/dock.h"

#include "viz/scene/panel.h"
#include "viz/scene/shard.h"
#include "viz/ui/control.h"
#include "viz/ui/label.h"

#include <stdio.h>
#include <string.h>

#define MENU_WIDTH   244.0f
#define MENU_ROW     28.0f
#define MENU_TITLE   32.0f
#define MENU_PADDING 6.0f

/* --- the menu of a node --- */

static void menu_row(MenuRow *row, uint32_t key, const char *key_name, bool enabled,
                     const char *title)
{
    row->key = key;
    row->enabled = enabled;
    snprintf(row->key_name, sizeof(row->key_name), "%s", key_name);
    snprintf(row->title, sizeof(row->title), "%s", title);
}

uint32_t scene_menu_rows(const Model *model, const UiState *ui, MenuRow *rows)
{
    if (ui->menu_host >= model->state.hosts.count) return 0;
    const HostState *host = &model->state.hosts.items[ui->menu_host];
    bool runs = dock_is_running(model, ui->menu_host), live = ui->live;
    bool frozen = host->status == PROCESS_IS_FROZEN, slow = host->slow_permille != 1000;
    uint32_t count = 0;
    menu_row(&rows[count++], 's', "S", true, "Select it");
    menu_row(&rows[count++], '2', "2", runs, "See the cluster as it does");
    menu_row(&rows[count++], 'k', "K", live && runs, "Kill its process");
    menu_row(&rows[count++], 'r', "R", live && !runs, "Start its process");
    menu_row(&rows[count++], 'p', "P", live && runs, frozen ? "Let it go on" : "Freeze it");
    menu_row(&rows[count++], 'l', "L", live,
             slow ? "Give it its usual speed" : "Make it limp (x50)");
    menu_row(&rows[count++], 'c', "C", live, "Cut it off from all others");
    menu_row(&rows[count++], 'u', "U", live && model->state.rules.count > 0, "Heal all cuts");
    return count;
}

static Rect menu_rect(const UiState *ui, uint32_t rows)
{
    float height = MENU_TITLE + (float)rows * MENU_ROW + 2 * MENU_PADDING;
    Rect rect = {ui->menu_at.x, ui->menu_at.y, MENU_WIDTH, height};
    if (rect_right(rect) > ui->width - 4) rect.x = ui->width - 4 - rect.w;
    if (rect_bottom(rect) > ui->height - 4) rect.y = ui->height - 4 - rect.h;
    if (rect.y < 4) rect.y = 4;
    return rect;
}

static Rect menu_row_rect(Rect menu, uint32_t row)
{
    return (Rect){menu.x + MENU_PADDING, menu.y + MENU_PADDING + MENU_TITLE + (float)row * MENU_ROW,
                  menu.w - 2 * MENU_PADDING, MENU_ROW};
}

int scene_menu_at(const Model *model, const UiState *ui, Point at)
{
    MenuRow rows[MENU_ROWS_MAX];
    if (!ui->menu_open) return -1;
    uint32_t count = scene_menu_rows(model, ui, rows);
    Rect menu = menu_rect(ui, count);
    for (uint32_t i = 0; i < count; i++) {
        if (rect_contains(menu_row_rect(menu, i), at)) return (int)i;
    }
    return -1;
}

static void draw_menu(const Ui *draw, const Model *model, const UiState *ui)
{
    const Theme *theme = draw->theme;
    MenuRow rows[MENU_ROWS_MAX];
    uint32_t count = scene_menu_rows(model, ui, rows);
    Rect menu = menu_rect(ui, count);
    draw_rect(draw->list, menu, 8, theme->panel, stroke_solid(theme->line2, 1));
    Rect title = {menu.x + MENU_PADDING, menu.y + MENU_PADDING, menu.w - 2 * MENU_PADDING,
                  MENU_TITLE - 4};
    label_in(draw, title, ALIGN_LEFT, 10, TYPE_TITLE, theme->text,
             dock_host_name(model, ui->menu_host));
    ui_divider_h(draw, menu.x, rect_bottom(title), menu.w);
    for (uint32_t i = 0; i < count; i++) {
        Rect row = menu_row_rect(menu, i);
        Color ink = rows[i].enabled ? theme->text : theme->text3;
        if (ui->menu_row == i) draw_rect(draw->list, row, 5, theme->raised, STROKE_NONE);
        label_in(draw, row, ALIGN_LEFT, 10, TYPE_BODY, ink, rows[i].title);
        label_in(draw, row, ALIGN_RIGHT, 10, TYPE_TABLE, theme->text3, rows[i].key_name);
    }
}

/* --- hover --- */

static void node_words(const Model *model, HostId host, Text *first, Text *second)
{
    const HostState *state = &model->state.hosts.items[host];
    const HostModel *derived = host < model->hosts.count ? &model->hosts.items[host] : NULL;
    text_append(first, "%s", state->name);
    if (state->zone[0]) text_append(first, "  zone %s", state->zone);
    if (state->status == PROCESS_NEVER) {
        text_append(second, "a client");
        return;
    }
    if (state->status == PROCESS_ABSENT) {
        text_append(second, "not started yet");
        return;
    }
    if (state->status == PROCESS_DEAD) {
        text_append(second, "dead for ");
        text_append_span(second, model->time > state->since ? model->time - state->since : 0);
    } else {
        const Belief *own = dock_belief(model, host, state->node);
        if (own->flags & FLAG_REPLICA) {
            text_append(second, "replica of ");
            dock_node_name(model, own->primary, second);
        } else {
            text_append(second, "primary of %u slots",
                        bitpool_members(model->state.slots, own->slots));
        }
        text_append(second, ", epoch %llu, cluster_state %s",
                    (unsigned long long)(derived ? derived->epoch : own->epoch),
                    state_word(state->state));
        if (state->status == PROCESS_IS_FROZEN) text_append(second, ", frozen");
        if (state->slow_permille != 1000)
            text_append(second, ", x%.1f slower", (double)state->slow_permille / 1000.0);
    }
    if (derived && derived->failed_by) text_append(second, ", F! at %u", derived->failed_by);
    else if (derived && derived->suspected_by)
        text_append(second, ", P? at %u", derived->suspected_by);
}

static void slot_words(const Model *model, const UiState *ui, Text *first, Text *second)
{
    int slot = ui->hovered_slot;
    HostId owner = model->owner_host[slot];
    HostId observer = panel_is_belief(model, ui) ? ui->selected : HOST_NONE;
    OpenSlotModel open;
    ShardPalette palette = shard_palette(model, ui);
    char shard[SHARD_NAME_SIZE];
    shard_name(&palette, model->owner_shard[slot], shard);
    text_append(first, "slot %d  shard %s", slot, shard);
    if (model_slot_is_open(model, (uint16_t)slot, observer, &open)) {
        slots_open_words(model, &open, second);
        return;
    }
    if (owner == HOST_NONE) {
        text_append(second, "nobody would take a write for it now");
        return;
    }
    text_append(second, "%s takes writes for it", dock_host_name(model, owner));
    if (model->second_host[slot] != HOST_NONE)
        text_append(second, ", and so does %s", dock_host_name(model, model->second_host[slot]));
}

static void draw_hover(const Ui *draw, const Model *model, const UiState *ui, const Layout *layout)
{
    Text first = {0}, second = {0};
    if (ui->hovered < model->state.hosts.count) node_words(model, ui->hovered, &first, &second);
    else if (ui->hovered_slot >= 0 && ui->hovered_slot < SLOT_COUNT)
        slot_words(model, ui, &first, &second);
    if (first.size > 0) {
        Rect bounds = {8, 8, ui->width - 16, ui->height - 16};
        Point near = ui->slot_by_key ? layout->map : ui->mouse;
        control_hover(draw, near, bounds, text_chars(&first), text_chars(&second));
    }
    text_deinit(&first);
    text_deinit(&second);
}

/* --- the message line --- */

static bool is_lua(const char *message)
{
    return strchr(message, '(') != NULL && strchr(message, ')') != NULL &&
           (strchr(message, ':') != NULL || strchr(message, '=') != NULL);
}

static void draw_message(const Ui *draw, const UiState *ui, const Layout *layout)
{
    const Theme *theme = draw->theme;
    TypeRole role = is_lua(ui->message) ? TYPE_TABLE : TYPE_BODY_STRONG;
    float room = layout->stage.w - 48;
    float width = label_width(draw, role, ui->message) + 32;
    if (width > room) width = room;
    Rect rect = {layout->stage.x + 24, layout->card.y - 8 - 32, width, 32};
    draw_rect(draw->list, rect, 7, theme->invert, STROKE_NONE);
    label_in(draw, rect, ALIGN_LEFT, 16, role, theme->ink, ui->message);
}

/* --- bookmarks --- */

static void draw_marks(const Ui *draw, const UiState *ui, const Layout *layout)
{
    float left, right;
    scene_timeline_span(layout, ui, &left, &right);
    if (ui->view_to <= ui->view_from) return;
    for (uint32_t i = 0; i < ui->mark_count && i < UI_MARKS_MAX; i++) {
        SimTime at = ui->marks[i];
        if (at < ui->view_from || at > ui->view_to) continue;
        float part = (float)(at - ui->view_from) / (float)(ui->view_to - ui->view_from);
        float x = left + part * (right - left), y = layout->timeline.y;
        Point flag[] = {{x, y + 1}, {x + 9, y + 5}, {x, y + 9}};
        draw_polygon(draw->list, flag, 3, draw->theme->text2, STROKE_NONE);
        draw_line(draw->list, (Point){x, y + 1}, (Point){x, y + 18},
                  stroke_solid(draw->theme->text2, 1));
    }
}

/* --- the overlay of keys --- */

typedef struct KeyRow {
    const char *keys, *what; /* keys NULL: a heading */
} KeyRow;

static const KeyRow key_rows[] = {
    {NULL, "Time"},
    {"Space", "pause and go on"},
    {". ,", "one event on, one back"},
    {"] [", "next and last interesting event"},
    {"Left Right", "100 ms (while you do not walk the slots)"},
    {"+ -", "faster, slower"},
    {"J", "director: time for what is rare and what is said"},
    {"Home End", "the beginning; where the run stands"},
    {"N PgDn PgUp", "next or last step of the lesson"},
    {"M", "bookmark (Shift+M goes to the next)"},
    {"Wheel", "over the timeline: zoom"},
    {NULL, "Faults, at the selected node"},
    {"K R", "kill; start again"},
    {"P L", "freeze or let go; limp"},
    {"C U", "cut off from all; heal all cuts"},
    {"Drag", "over the stage: a wall; with Alt one-way"},
    {"Ctrl Z", "take the last fault back"},
    {"Right click", "all of these as a menu"},
    {NULL, "What is shown"},
    {"1 2 3", "truth; as the node believes; as a client"},
    {"1 .. 5", "the answer, while a question stands"},
    {"Tab", "next node (with Shift the one before)"},
    {"Up Down", "walk over the slots; Esc ends it"},
    {"H", "slots as a tape or a Hilbert curve"},
    {"I B W", "Inspector, Agreement, Why?"},
    {"5 .. 9 0", "the tabs; with Shift over everything"},
    {"F9 F10 F11", "size; palette; full screen"},
    {"F1 Esc", "these keys; close what is open"},
    {"Q", "quit"},
    {NULL, "Console, at the selected node"},
    {"9 Return", "type there; Esc or Tab leaves"},
    {"Up Down", "lines given before"},
    {"Ctrl A E W U K", "ends; cut word, before, behind"},
    {"Ctrl C", "give up what blocks, or the line"},
    {"PgUp PgDn", "scroll (also with the wheel)"},
};

static float draw_key_row(const Ui *draw, Point at, float column, const KeyRow *row)
{
    const Theme *theme = draw->theme;
    float line = type_style(TYPE_BODY, draw->projector).line + 2;
    if (!row->keys) {
        label_draw(draw, (Point){at.x, at.y + line + 6}, ALIGN_LEFT, TYPE_TITLE, theme->text,
                   row->what);
        return at.y + line + 12;
    }
    label_draw(draw, (Point){at.x, at.y + line - 5}, ALIGN_LEFT, TYPE_TABLE, theme->text,
               row->keys);
    label_cut(draw, (Point){at.x + 96, at.y + line - 5}, column - 96, TYPE_BODY, theme->text2,
              row->what);
    return at.y + line;
}

static void draw_keys(const Ui *draw, const UiState *ui)
{
    const Theme *theme = draw->theme;
    uint32_t count = (uint32_t)ARRAY_LENGTH(key_rows), first_half = 18;
    float line = type_style(TYPE_BODY, draw->projector).line + 2;
    float width = ui->width - 32 < 860 ? ui->width - 32 : 860;
    float height = line * (float)first_half + 62;
    Rect window = {0, 0, ui->width, ui->height};
    Rect panel = {(ui->width - width) / 2, (ui->height - height) / 2, width, height};
    if (panel.y < 4) panel.y = 4;
    draw_rect(draw->list, window, 0, color_alpha(theme->stage, 0.72f), STROKE_NONE);
    draw_rect(draw->list, panel, 10, theme->panel, stroke_solid(theme->line2, 1));
    float column = (width - 3 * 28) / 2;
    Point at = {panel.x + 28, panel.y + 14};
    for (uint32_t i = 0; i < count; i++) {
        if (i == first_half) at = (Point){panel.x + 56 + column, panel.y + 14};
        at.y = draw_key_row(draw, at, column, &key_rows[i]);
    }
}

void scene_overlay(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                   const TextMetrics *metrics)
{
    Ui draw = dock_ui(list, NULL, ui, metrics);
    Rect over = scene_dock_rect(ui, layout);
    draw_marks(&draw, ui, layout);
    if (ui->dock_over) {
        Scene scene = {.draw = draw, .model = model, .ui = ui};
        draw_rect(list, (Rect){0, 0, ui->width, ui->height}, 0,
                  color_alpha(draw.theme->stage, 0.72f), STROKE_NONE);
        dock_draw(&scene, over);
        draw_rect(list, over, 10, COLOR_NONE, stroke_solid(draw.theme->line2, 1));
    }
    if (ui->message[0]) draw_message(&draw, ui, layout);
    if (ui->menu_open) draw_menu(&draw, model, ui);
    else if (!ui->dragging_wall && !ui->dock_over && !ui->show_keys &&
             (!ui->mouse_gone || ui->slot_by_key))
        draw_hover(&draw, model, ui, layout);
    if (ui->show_keys) draw_keys(&draw, ui);
}
