/* keys.c -- what keys and the mouse do (view: §8). Every action is also on a key. */
#include "viz/app/app.h"

#include <string.h>

static const int64_t speeds[] = {1,    2,    5,    10,    20,    50,    100,    200,    500,
                                 1000, 2000, 5000, 10000, 20000, 50000, 100000, 1000000};

static void change_speed(App *app, int direction)
{
    int count = (int)ARRAY_LENGTH(speeds), at = 0;
    while (at + 1 < count && speeds[at] < app->ui.speed_permille) at++;
    at += direction;
    if (at < 0) at = 0;
    if (at >= count) at = count - 1;
    app->ui.speed_permille = speeds[at];
    app->slow_permille = 0;
}

void keys_answer(App *app, int choice)
{
    TraceRecord record;
    uint64_t seq = app->model.state.predict_seq;
    if (!app->ui.question_open || seq == 0) return;
    trace_get(app->source.trace, seq, &record);
    int count = 1;
    for (uint32_t i = 0; i < record.u.PREDICT.choices.size; i++) {
        if (record.u.PREDICT.choices.chars[i] == '\n') count++;
    }
    if (choice < 1 || choice > count) return;
    app->ui.prediction = choice;
    app->predict_done = seq;
    app->ui.question_open = false;
    if (choice == record.u.PREDICT.answer) app_message(app, "You say %d. Watch.", choice);
    else app_message(app, "You say %d. Let us see.", choice);
}

static void select_next(App *app, int direction)
{
    uint32_t count = app->model.state.hosts.count;
    if (count == 0) return;
    uint32_t at =
        app->ui.selected == HOST_NONE ? (direction > 0 ? count - 1 : 0) : app->ui.selected;
    app->ui.selected = (HostId)((at + count + (uint32_t)(direction > 0 ? 1 : -1)) % count);
}

static void next_theme(App *app)
{
    app->ui.theme = (ThemeName)((app->ui.theme + 1) % THEME_COUNT);
}

static void set_lens(App *app, Lens lens)
{
    if (lens == LENS_NODE && app->ui.selected == HOST_NONE) select_next(app, 1);
    app->ui.lens = lens;
}

static void next_tab(App *app)
{
    app->ui.dock = app->ui.dock == DOCK_INSPECTOR ? DOCK_WHY
                   : app->ui.dock == DOCK_WHY     ? DOCK_AGREEMENT
                                                  : DOCK_INSPECTOR;
}

/* Keys that break or mend something. */
static bool fault_key(App *app, uint32_t key)
{
    HostId host = app->ui.selected;
    bool frozen =
        host != HOST_NONE && app->model.state.hosts.items[host].status == PROCESS_IS_FROZEN;
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

/* Keys that move in time. */
static bool time_key(App *app, uint32_t key)
{
    switch (key) {
    case ' ': app->ui.paused = !app->ui.paused; return true;
    case '.':
    case KEY_PAGE_DOWN: play_step(app, 1); return true;
    case ',':
    case KEY_PAGE_UP: play_step(app, -1); return true;
    case ']': play_interesting(app, 1); return true;
    case '[': play_interesting(app, -1); return true;
    case '+':
    case '=': change_speed(app, 1); return true;
    case '-': change_speed(app, -1); return true;
    case KEY_HOME: play_jump(app, 0); return true;
    case KEY_END: play_jump(app, source_end(&app->source)); return true;
    case KEY_LEFT:
        play_jump(app, app->time > 100 * SIM_MS ? app->time - 100 * SIM_MS : 0);
        return true;
    case KEY_RIGHT: play_jump(app, app->time + 100 * SIM_MS); return true;
    case 'j': app->director = !app->director; return true;
    default: return false;
    }
}

/* Keys that change how it is shown. */
static bool view_key(App *app, const Input *input)
{
    switch (input->key) {
    case KEY_TAB: select_next(app, input->modifiers & MODIFIER_SHIFT ? -1 : 1); return true;
    case KEY_ESCAPE:
        app->ui.selected = HOST_NONE;
        app->ui.show_keys = false;
        return true;
    case 'h':
        app->ui.slot_layout = app->ui.slot_layout == SLOTS_HILBERT ? SLOTS_TAPE : SLOTS_HILBERT;
        return true;
    case 'i': next_tab(app); return true;
    case 'b': app->ui.dock = DOCK_AGREEMENT; return true;
    case 'w': app->ui.dock = DOCK_WHY; return true;
    case KEY_F1: app->ui.show_keys = !app->ui.show_keys; return true;
    case KEY_F10: next_theme(app); return true;
    case 'q': app->quit = true; return true;
    default: return false;
    }
}

static void on_key(App *app, const Input *input)
{
    uint32_t key = input->key;
    app->ui.message[0] = '\0';
    if (key >= '1' && key <= '9') {
        if (app->ui.question_open) keys_answer(app, (int)(key - '0'));
        else if (key == '1') set_lens(app, LENS_TRUTH);
        else if (key == '2') set_lens(app, LENS_NODE);
    } else if (!time_key(app, key) && !view_key(app, input)) {
        fault_key(app, key);
    }
    app->dirty = true;
}

static bool inside(Rect rect, Point at)
{
    return at.x >= rect.x && at.y >= rect.y && at.x < rect.x + rect.w && at.y < rect.y + rect.h;
}

/* The time under a point of the timeline's plot. */
static SimTime time_at(const App *app, const Layout *layout, Point at)
{
    float left, right;
    scene_timeline_span(layout, &app->ui, &left, &right);
    float part = (at.x - left) / (right - left);
    if (part < 0) part = 0;
    if (part > 1) part = 1;
    return app->ui.view_from + (SimTime)(part * (float)(app->ui.view_to - app->ui.view_from));
}

static void on_down(App *app, const Input *input, const Layout *layout)
{
    int hit = scene_choice_at(&app->model, &app->ui, layout, input->at);
    if (hit > 0) {
        keys_answer(app, hit);
    } else if (inside(layout->timeline, input->at)) {
        play_jump(app, time_at(app, layout, input->at));
        app->ui.paused = true;
    } else if (inside(layout->stage, input->at)) {
        HostId host = stage_host_at(&app->plan, input->at);
        if (host != HOST_NONE) app->ui.selected = host;
        else app->ui.drag_from = input->at;
        app->ui.dragging_wall = host == HOST_NONE;
    }
}

static void on_move(App *app, const Input *input, const Layout *layout)
{
    app->ui.mouse = input->at;
    HostId hovered =
        inside(layout->stage, input->at) ? stage_host_at(&app->plan, input->at) : HOST_NONE;
    int slot = scene_slot_at(layout, &app->ui, &app->model, input->at);
    bool scrub = (input->buttons & BUTTON_LEFT) && inside(layout->timeline, input->from);
    if (scrub) play_jump(app, time_at(app, layout, input->at));
    if (hovered != app->ui.hovered || slot != app->ui.hovered_slot || app->ui.dragging_wall)
        app->dirty = true;
    app->ui.hovered = hovered;
    app->ui.hovered_slot = slot;
}

static void on_up(App *app, const Input *input)
{
    if (app->ui.dragging_wall && input->is_drag) {
        fault_wall(app, app->ui.drag_from, input->at, (input->modifiers & MODIFIER_ALT) != 0);
    }
    app->ui.dragging_wall = false;
}

/* The wheel over the timeline zooms around the mouse. */
static void on_wheel(App *app, const Input *input, const Layout *layout)
{
    if (!inside(layout->timeline, input->at)) return;
    SimTime middle = time_at(app, layout, input->at);
    SimSpan span = app->ui.view_to - app->ui.view_from;
    span = input->by.y > 0 ? span * 2 / 3 : span * 3 / 2;
    if (span < 10 * SIM_MS) span = 10 * SIM_MS;
    if (span > 3600 * SIM_SEC) span = 3600 * SIM_SEC;
    app->ui.view_from = middle > span / 2 ? middle - span / 2 : 0;
    app->ui.view_to = app->ui.view_from + span;
}

void keys_input(App *app, const Input *input)
{
    Layout layout = scene_layout(&app->ui, 4);
    switch (input->kind) {
    case INPUT_NOTHING:
    case INPUT_TEXT: return;
    case INPUT_QUIT: app->quit = true; return;
    case INPUT_KEY: on_key(app, input); return;
    case INPUT_MOUSE_DOWN:
        app->ui.message[0] = '\0';
        if (input->button == BUTTON_LEFT) on_down(app, input, &layout);
        break;
    case INPUT_MOUSE_MOVE: on_move(app, input, &layout); return;
    case INPUT_MOUSE_UP: on_up(app, input); break;
    case INPUT_WHEEL: on_wheel(app, input, &layout); break;
    case INPUT_LEAVE:
        app->ui.hovered = HOST_NONE;
        app->ui.hovered_slot = -1;
        break;
    case INPUT_RESIZE:
    case INPUT_EXPOSE: break;
    }
    app->dirty = true;
}
