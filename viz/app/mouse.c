/* mouse.c -- what the mouse does: choosing, scrubbing, drawing walls, the menu, scrolling. */
#include "viz/app/app.h"

static bool inside(Rect rect, Point at)
{
    return at.x >= rect.x && at.y >= rect.y && at.x < rect.x + rect.w && at.y < rect.y + rect.h;
}

/* The time under a point of the timeline's plot. */
static SimTime time_at(const App *app, const Layout *layout, Point at)
{
    float left, right;
    scene_timeline_span(layout, &app->ui, &left, &right);
    double part = (double)(at.x - left) / (double)(right - left);
    if (part < 0) part = 0;
    if (part > 1) part = 1;
    return app->ui.view_from + (SimTime)(part * (double)(app->ui.view_to - app->ui.view_from));
}

static void scrub(App *app, const Layout *layout, Point at)
{
    app->ui.paused = true;
    app->ui.timeline_focus = true;
    play_jump(app, time_at(app, layout, at));
}

/* --- the menu --- */

static void menu_click(App *app, const Input *input)
{
    MenuRow rows[MENU_ROWS_MAX];
    int row = scene_menu_at(&app->model, &app->ui, input->at);
    uint32_t count = scene_menu_rows(&app->model, &app->ui, rows);
    app->ui.menu_open = false;
    if (row < 0 || (uint32_t)row >= count || !rows[row].enabled) return;
    app->ui.selected = app->ui.menu_host;
    keys_click(app, rows[row].key);
}

static void open_menu(App *app, const Input *input, const Layout *layout)
{
    HostId host =
        inside(layout->stage, input->at) ? stage_host_at(&app->plan, input->at) : HOST_NONE;
    if (host == HOST_NONE) return;
    app->ui.menu_open = true;
    app->ui.menu_host = app->ui.selected = host;
    app->ui.menu_at = input->at;
    app->ui.menu_row = 0;
}

/* --- buttons --- */

static void left_down(App *app, const Input *input, const Layout *layout)
{
    UiState *ui = &app->ui;
    Rect dock = scene_dock_rect(ui, layout);
    int choice = scene_choice_at(&app->model, ui, layout, input->at);
    uint32_t key = inside(layout->header, input->at)
                       ? scene_header_key_at(&app->model, ui, layout, &app->metrics, input->at)
                       : 0;
    if (dock.w > 0 && inside(dock, input->at)) {
        int tab = scene_dock_tab_at(ui, layout, &app->metrics, input->at);
        if (tab >= 0 && tab != (int)ui->dock) ui->dock_first = 0;
        if (tab >= 0) ui->dock = (DockTab)tab;
        if (tab == DOCK_CONSOLE) console_take_focus(app);
        else if (tab < 0) console_click(app, input->at);
    } else if (ui->dock_over) {
        ui->dock_over = false;
    } else if (key != 0) {
        keys_click(app, key);
    } else if (choice > 0) {
        play_answer(app, choice);
    } else if (inside(layout->timeline, input->at)) {
        scrub(app, layout, input->at);
    } else if (inside(layout->stage, input->at)) {
        HostId host = stage_host_at(&app->plan, input->at);
        if (host != HOST_NONE) ui->selected = host;
        else ui->drag_from = input->at;
        ui->dragging_wall = host == HOST_NONE;
    } else if (scene_slot_at(layout, ui, &app->model, input->at) >= 0) {
        ui->timeline_focus = false;
    }
}

static void on_down(App *app, const Input *input, const Layout *layout)
{
    app->ui.message[0] = '\0';
    app->console.focus = false; /* a click into it takes it back */
    if (app->ui.show_keys) app->ui.show_keys = false;
    else if (app->ui.menu_open) menu_click(app, input);
    else if (input->button == BUTTON_LEFT) left_down(app, input, layout);
    else if (input->button == BUTTON_RIGHT) open_menu(app, input, layout);
}

static void on_up(App *app, const Input *input)
{
    if (input->button != BUTTON_LEFT) return;
    if (app->ui.dragging_wall && input->is_drag)
        fault_wall(app, app->ui.drag_from, input->at, (input->modifiers & MODIFIER_ALT) != 0);
    else if (app->ui.dragging_wall) app->ui.selected = HOST_NONE; /* a click beside all nodes */
    if (app->ui.selected == HOST_NONE) app->ui.lens = LENS_TRUTH;
    app->ui.dragging_wall = false;
}

/* --- moving --- */

/* Most moves change nothing that is seen; only the others ask for a frame. */
static void on_move(App *app, const Input *input, const Layout *layout)
{
    UiState *ui = &app->ui;
    HostId hovered = HOST_NONE;
    int slot = -1;
    bool covered = ui->dock_over || ui->show_keys || ui->menu_open;
    if (!covered && inside(layout->stage, input->at))
        hovered = stage_host_at(&app->plan, input->at);
    if (!covered) slot = scene_slot_at(layout, ui, &app->model, input->at);
    bool shows = ui->hovered != HOST_NONE || (ui->hovered_slot >= 0 && !ui->slot_by_key);
    bool will_show = hovered != HOST_NONE || slot >= 0;
    if (shows || will_show || ui->dragging_wall) app->dirty = true;
    if (ui->menu_open) {
        int row = scene_menu_at(&app->model, ui, input->at);
        if (row >= 0 && (uint32_t)row != ui->menu_row) {
            ui->menu_row = (uint32_t)row;
            app->dirty = true;
        }
    }
    ui->mouse = input->at;
    ui->mouse_gone = false;
    ui->hovered = hovered;
    if (slot >= 0 || !ui->slot_by_key) {
        ui->hovered_slot = slot;
        ui->slot_by_key = false;
    }
    if ((input->buttons & BUTTON_LEFT) && input->is_drag && inside(layout->timeline, input->from))
        scrub(app, layout, input->at);
}

/* The wheel zooms the timeline around the mouse, and scrolls the dock. */
static void on_wheel(App *app, const Input *input, const Layout *layout)
{
    UiState *ui = &app->ui;
    if (inside(scene_dock_rect(ui, layout), input->at)) {
        if (ui->dock == DOCK_SOURCE && ui->dock_first == 0 && ui->source_line > 0)
            ui->dock_first = ui->source_line;
        if (ui->dock == DOCK_CONSOLE) console_scroll(app, input->by.y > 0 ? 3 : -3);
        else if (input->by.y < 0) ui->dock_first += 3;
        else ui->dock_first = ui->dock_first > 3 ? ui->dock_first - 3 : 0;
        app->dirty = true;
    } else if (inside(layout->timeline, input->at)) {
        SimTime middle = time_at(app, layout, input->at);
        SimSpan span = ui->view_to - ui->view_from;
        SimSpan wanted = input->by.y > 0 ? span * 2 / 3 : span * 3 / 2;
        if (wanted < SIM_MS) wanted = SIM_MS;
        if (wanted > 3600 * SIM_SEC) wanted = 3600 * SIM_SEC;
        SimSpan before =
            (SimSpan)((double)(middle - ui->view_from) / (double)span * (double)wanted);
        ui->view_from = middle > before ? middle - before : 0;
        ui->view_to = ui->view_from + wanted;
        app->dirty = true;
    }
}

void mouse_input(App *app, const Input *input)
{
    Layout layout = app_layout(app);
    switch (input->kind) {
    case INPUT_MOUSE_DOWN: on_down(app, input, &layout); break;
    case INPUT_MOUSE_UP: on_up(app, input); break;
    case INPUT_MOUSE_MOVE: on_move(app, input, &layout); return;
    case INPUT_WHEEL: on_wheel(app, input, &layout); return;
    case INPUT_LEAVE:
        app->ui.mouse_gone = true;
        app->ui.hovered = HOST_NONE;
        if (!app->ui.slot_by_key) app->ui.hovered_slot = -1;
        break;
    case INPUT_NOTHING:
    case INPUT_QUIT:
    case INPUT_KEY:
    case INPUT_TEXT:
    case INPUT_RESIZE:
    case INPUT_EXPOSE: return;
    }
    app->dirty = true;
}

void app_input(App *app, const Input *input)
{
    switch (input->kind) {
    case INPUT_NOTHING: return;
    case INPUT_TEXT: console_text(app, input->text); return;
    case INPUT_QUIT: app->quit = true; return;
    case INPUT_KEY: keys_press(app, input); return;
    case INPUT_MOUSE_DOWN:
    case INPUT_MOUSE_UP:
    case INPUT_MOUSE_MOVE:
    case INPUT_WHEEL:
    case INPUT_LEAVE: mouse_input(app, input); return;
    case INPUT_RESIZE:
    case INPUT_EXPOSE: app->dirty = true; return;
    }
}
