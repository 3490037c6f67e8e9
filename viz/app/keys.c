/* keys.c -- what keys do (view: §8). Every action of the mouse is also on a key. The overlay that
 * F1 opens (viz/scene/overlay.c) lists them. */
#include "viz/app/app.h"

#include <string.h>

#define TIME_STRIDE ((SimSpan)100 * SIM_MS)
#define MAP_COLUMNS 128 /* slots of one row of the tape */

static void select_next(App *app, int direction)
{
    uint32_t count = app->model.state.hosts.count;
    if (count == 0) return;
    uint32_t at = app->ui.selected;
    if (at >= count) at = direction > 0 ? count - 1 : 0;
    app->ui.selected = (HostId)((at + (direction > 0 ? 1 : count - 1)) % count);
    app->ui.dock_first = 0;
}

static void set_lens(App *app, Lens lens)
{
    if (lens == LENS_CLIENT) {
        bool any = false;
        for (uint32_t i = 0; i < app->model.state.hosts.count; i++)
            any = any || app->model.state.hosts.items[i].status == PROCESS_NEVER;
        app_message(app, any ? "What a client believes is not in the trace; Console shows its talk."
                             : "There is no client in this scenario.");
        return;
    }
    if (lens == LENS_NODE && app->ui.selected == HOST_NONE) select_next(app, 1);
    app->ui.lens = lens;
}

void keys_show_tab(App *app, DockTab tab, bool over)
{
    UiState *ui = &app->ui;
    bool small = !app_layout(app).full;
    bool was = ui->dock_over && ui->dock == tab;
    /* In the small form the dock can only lie over the rest; the same key closes it again. */
    if (over || small) ui->dock_over = !was;
    if (ui->dock != tab) ui->dock_first = 0;
    ui->dock = tab;
    app->dirty = true;
}

/* Keys that break or mend something. */
static bool fault_key(App *app, uint32_t key, HostId host)
{
    bool known = host < app->model.state.hosts.count;
    bool frozen = known && app->model.state.hosts.items[host].status == PROCESS_IS_FROZEN;
    switch (key) {
    case 'k': fault_process(app, CMD_KILL, host); return true;
    case 'r': fault_process(app, CMD_START, host); return true;
    case 'p': fault_process(app, frozen ? CMD_THAW : CMD_FREEZE, host); return true;
    case 'l': fault_slow(app, host); return true;
    case 'c': fault_isolate(app, host); return true;
    case 'u': fault_heal(app); return true;
    default: return false;
    }
}

/* --- bookmarks --- */

static void toggle_mark(App *app)
{
    UiState *ui = &app->ui;
    for (uint32_t i = 0; i < ui->mark_count; i++) {
        if (ui->marks[i] != app->time) continue;
        ui->marks[i] = ui->marks[--ui->mark_count];
        app_message(app, "The bookmark is gone.");
        return;
    }
    if (ui->mark_count == UI_MARKS_MAX) {
        app_message(app, "%d bookmarks are all there is room for.", UI_MARKS_MAX);
        return;
    }
    ui->marks[ui->mark_count++] = app->time;
    app_message(app, "Bookmark at %.3f s. Shift+M goes to the next one.", (double)app->time / 1e9);
}

/* The next bookmark after now, around the end. */
static void go_to_mark(App *app)
{
    const UiState *ui = &app->ui;
    SimTime next = SIM_TIME_NEVER, first = SIM_TIME_NEVER;
    for (uint32_t i = 0; i < ui->mark_count; i++) {
        if (ui->marks[i] < first) first = ui->marks[i];
        if (ui->marks[i] > app->time && ui->marks[i] < next) next = ui->marks[i];
    }
    if (first == SIM_TIME_NEVER) {
        app_message(app, "There is no bookmark yet; M sets one.");
        return;
    }
    app->ui.paused = true;
    play_jump(app, next != SIM_TIME_NEVER ? next : first);
}

/* --- groups of keys --- */

static bool time_key(App *app, const Input *input)
{
    switch (input->key) {
    case ' ': app->ui.paused = !app->ui.paused; return true;
    case '.': play_step(app, 1); return true;
    case ',': play_step(app, -1); return true;
    case ']': play_interesting(app, 1); return true;
    case '[': play_interesting(app, -1); return true;
    case 'n':
    case KEY_PAGE_DOWN: play_next_step(app); return true;
    case KEY_PAGE_UP: play_last_step(app); return true;
    case '+':
    case '=': play_speed(app, 1); return true;
    case '-': play_speed(app, -1); return true;
    case KEY_HOME: play_jump(app, 0); return true;
    case KEY_END: play_jump(app, source_end(&app->source)); return true;
    case 'j':
        app->director = !app->director;
        app->slow_pace = 0;
        app->ui.slow_factor = 0;
        app->ui.is_reading = false;
        app_message(app, app->director
                             ? "Director on: time slows when something rare flies, and waits "
                               "until what is said has been read."
                             : "Director off: time passes evenly.");
        return true;
    case 'm':
        if (input->modifiers & MODIFIER_SHIFT) go_to_mark(app);
        else toggle_mark(app);
        return true;
    default: return false;
    }
}

/* Arrows move in time while the timeline has the focus, else over the slots. Up and Down take the
 * focus to the slots, a click on the timeline takes it back. */
static bool arrow_key(App *app, uint32_t key)
{
    UiState *ui = &app->ui;
    int by = key == KEY_LEFT    ? -1
             : key == KEY_RIGHT ? 1
             : key == KEY_UP    ? -MAP_COLUMNS
             : key == KEY_DOWN  ? MAP_COLUMNS
                                : 0;
    if (by == 0) return false;
    if (ui->timeline_focus && (by == 1 || by == -1)) {
        SimTime back = app->time > TIME_STRIDE ? app->time - TIME_STRIDE : 0;
        ui->paused = true;
        play_jump(app, by < 0 ? back : app->time + TIME_STRIDE);
        return true;
    }
    ui->timeline_focus = false;
    ui->slot_by_key = true;
    if (ui->hovered_slot < 0) ui->hovered_slot = 0;
    else ui->hovered_slot = (ui->hovered_slot + by + SLOT_COUNT) % SLOT_COUNT;
    ui->hovered = HOST_NONE;
    return true;
}

static void escape(App *app)
{
    UiState *ui = &app->ui;
    if (ui->show_keys) ui->show_keys = false;
    else if (ui->dock_over) ui->dock_over = false;
    else if (ui->slot_by_key) ui->hovered_slot = -1;
    else ui->selected = HOST_NONE;
    if (ui->selected == HOST_NONE) ui->lens = LENS_TRUTH;
    ui->slot_by_key = false;
    ui->timeline_focus = true;
}

/* Keys that change how it is shown. */
static bool view_key(App *app, const Input *input)
{
    switch (input->key) {
    case KEY_TAB: select_next(app, input->modifiers & MODIFIER_SHIFT ? -1 : 1); return true;
    case 's':
        if (app->ui.hovered != HOST_NONE) app->ui.selected = app->ui.hovered;
        return true;
    case KEY_ESCAPE: escape(app); return true;
    case 'h':
        app->ui.slot_layout = app->ui.slot_layout == SLOTS_HILBERT ? SLOTS_TAPE : SLOTS_HILBERT;
        return true;
    case 'i': keys_show_tab(app, DOCK_INSPECTOR, false); return true;
    case 'b': keys_show_tab(app, DOCK_AGREEMENT, false); return true;
    case 'w': keys_show_tab(app, DOCK_WHY, false); return true;
    case KEY_F1: app->ui.show_keys = !app->ui.show_keys; return true;
    case KEY_F10: app->ui.theme = (ThemeName)((app->ui.theme + 1) % THEME_COUNT); return true;
    case 'q': app->quit = true; return true;
    case KEY_RETURN:
        if (console_is_shown(app)) console_take_focus(app);
        return true;
    default: return false;
    }
}

/* Digits: the answer while a question stands, else who looks (1..3) and the tabs (5..9, 0). */
static bool digit_key(App *app, const Input *input)
{
    if (input->key < '0' || input->key > '9') return false;
    int digit = (int)(input->key - '0');
    if (app->ui.question_open && digit >= 1 && digit <= 5) play_answer(app, digit);
    else if (digit >= 1 && digit <= 3) set_lens(app, (Lens)(digit - 1));
    else if (digit >= 5 || digit == 0)
        keys_show_tab(app, (DockTab)(digit == 0 ? DOCK_SOURCE : digit - 5),
                      (input->modifiers & MODIFIER_SHIFT) != 0);
    if (digit == 9 && console_is_shown(app)) console_take_focus(app);
    return true;
}

/* --- the open menu --- */

/* Keys that the menu takes for itself; all others close it and do what they do, at its node. */
static bool menu_key(App *app, uint32_t key)
{
    MenuRow rows[MENU_ROWS_MAX];
    UiState *ui = &app->ui;
    uint32_t count = scene_menu_rows(&app->model, ui, rows);
    switch (key) {
    case KEY_UP: ui->menu_row = (ui->menu_row + count - 1) % count; return true;
    case KEY_DOWN: ui->menu_row = (ui->menu_row + 1) % count; return true;
    case KEY_ESCAPE: ui->menu_open = false; return true;
    default: break;
    }
    ui->menu_open = false;
    ui->selected = ui->menu_host;
    if (key != KEY_RETURN) return false;
    if (ui->menu_row < count && rows[ui->menu_row].enabled) keys_click(app, rows[ui->menu_row].key);
    return true;
}

/* A question must not take the digits of buttons for answers. */
void keys_click(App *app, uint32_t key)
{
    if (key >= '1' && key <= '3') set_lens(app, (Lens)(key - '1'));
    else keys_press(app, &(Input){.kind = INPUT_KEY, .key = key});
}

void keys_press(App *app, const Input *input)
{
    app->ui.message[0] = '\0';
    app->dirty = true;
    if (console_key(app, input)) return;
    if (app->ui.menu_open && menu_key(app, input->key)) return;
    if (input->modifiers & MODIFIER_CTRL) {
        if (input->key == 'z') hand_undo(app);
        if (input->key == 'q' || input->key == 'c') app->quit = true;
        return;
    }
    if (digit_key(app, input) || arrow_key(app, input->key) || time_key(app, input) ||
        view_key(app, input))
        return;
    fault_key(app, input->key, app->ui.selected);
}
