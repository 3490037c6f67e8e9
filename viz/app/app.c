/* app.c -- opening a run, one frame of it, messages. */
#include "viz/app/app.h"

#include "viz/scene/panel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FULL_WIDTH   1600 /* logical px from which the full form is shown (view tokens §5) */
#define FULL_HEIGHT  900
#define SMALL_WIDTH  853 /* the small form is drawn for this many logical px */
#define SMALL_HEIGHT 480

void app_message(App *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(app->ui.message, sizeof(app->ui.message), format, args);
    va_end(args);
    app->dirty = true;
}

HostId app_find_host(const App *app, const char *name)
{
    for (uint32_t i = 0; i < app->model.state.hosts.count; i++) {
        if (strcmp(app->model.state.hosts.items[i].name, name) == 0) return (HostId)i;
    }
    return HOST_NONE;
}

/* Lines that begin with `step`: how many dots the card has before the lesson has come so far.
 * Simplified: a step inside a loop counts once; the dots grow when more come. */
static uint32_t count_steps(const char *text)
{
    uint32_t steps = 0;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        while (*line == '\n' || *line == ' ' || *line == '\t') line++;
        if (strncmp(line, "step", 4) == 0 && line[4] != '\0' && strchr(" (\"'[", line[4])) steps++;
    }
    return steps;
}

float app_natural_scale(int width, int height)
{
    if (width >= FULL_WIDTH && height >= FULL_HEIGHT) return 1;
    float by_width = (float)width / SMALL_WIDTH, by_height = (float)height / SMALL_HEIGHT;
    float scale = by_width < by_height ? by_width : by_height;
    return scale < 1 ? 1 : scale > 1.5f ? 1.5f : scale;
}

void app_resize(App *app, int width, int height, float scale)
{
    app->ui.width = (float)width / scale;
    app->ui.height = (float)height / scale;
    app->ui.scale = scale;
    app->ui.projector = app->ui.width < FULL_WIDTH || app->ui.height < FULL_HEIGHT;
    app->dirty = true;
}

void app_start(App *app, const AppOptions *options)
{
    model_init(&app->model, app->source.trace);
    app->ui.selected = app->ui.hovered = app->ui.menu_host = HOST_NONE;
    app->ui.hovered_slot = -1;
    app->ui.mouse_gone = true;
    app->ui.timeline_focus = true;
    app->ui.theme = options->theme;
    app->ui.dock = options->tab;
    app->ui.lens = options->lens;
    app->ui.live = app->source.script != NULL;
    app->ui.view_to = 12 * SIM_SEC;
    app->ui.source_text = app->source.text;
    app->ui.source_name = app->source.name;
    app->speed_permille = app->ui.speed_permille = 1000;
    app->span_max = 200 * SIM_MS;
    app->source_steps = app->source.text ? count_steps(app->source.text) : 0;
    app->director = true;
    app->want_select = options->select;
    app->want_as = options->as;
    app->metrics = draw_metrics_plain();
    play_jump(app, 0);
}

bool app_open(App *app, const char *path, const AppOptions *options, Error *err)
{
    memset(app, 0, sizeof(*app));
    if (!source_open(&app->source, path, &options->source, err)) {
        source_close(&app->source);
        return false;
    }
    app_start(app, options);
    return true;
}

void app_close(App *app)
{
    model_deinit(&app->model);
    run_index_deinit(&app->index);
    draw_deinit(&app->list);
    lanes_deinit(&app->lanes);
    stage_plan_deinit(&app->plan);
    array_deinit(NULL, &app->answers);
    console_close(app);
    source_close(&app->source);
}

Layout app_layout(const App *app)
{
    return scene_layout(&app->ui, SCENE_LANES);
}

/* Nodes named on the command line are chosen as soon as they exist. */
static void obey_names(App *app)
{
    HostId host = app->want_select ? app_find_host(app, app->want_select) : HOST_NONE;
    if (host != HOST_NONE) {
        app->ui.selected = host;
        app->want_select = NULL;
    }
    host = app->want_as ? app_find_host(app, app->want_as) : HOST_NONE;
    if (host != HOST_NONE) {
        app->ui.selected = host;
        app->ui.lens = LENS_NODE;
        app->want_as = NULL;
    }
}

/* The line of the script now executing; in the past nobody knows it. */
static uint32_t line_now(const App *app)
{
    if (!app->source.script || app->source.status != SCRIPT_RUNNING) return 0;
    if (app->time < source_end(&app->source)) return 0;
    int line = script_line(app->source.script);
    return line > 0 ? (uint32_t)line : 0;
}

void app_frame(App *app, const TextMetrics *metrics)
{
    UiState *ui = &app->ui;
    app->metrics = *metrics;
    obey_names(app);
    if (ui->lens == LENS_NODE && !panel_is_belief(&app->model, ui)) ui->lens = LENS_TRUTH;
    run_index_update(&app->index, app->source.trace);
    ui->index = &app->index;
    ui->known_to = source_end(&app->source);
    ui->source_line = line_now(app);
    console_frame(app);
    ui->steps_total = app->source.script ? app->source_steps : app->index.steps.count;
    draw_clear(&app->list);
    scene_frame(&app->list, &app->model, ui, &app->plan, &app->lanes, metrics);
}
