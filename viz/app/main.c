/* main.c -- slotscope-view: the window, and the loop that lets wall time pass.
 *
 * Nothing is drawn when nothing has changed: paused, the loop waits for input. */
#include "viz/app/app.h"

#include "viz/sdl/painter.h"
#include "viz/sdl/window.h"

#include <stdio.h>
#include <string.h>

#define FRAME_MS     16
#define FRAME_MS_MAX 100 /* after a hitch time does not jump */

static int refuse(const char *sentence)
{
    fprintf(stderr, "slotscope-view: %s\n", sentence);
    return 2;
}

static void show(App *app, Window *window, Painter *painter)
{
    int width, height;
    float scale;
    window_size(window, &width, &height, &scale);
    painter_resize(painter, width, height, scale);
    app_resize(app, width, height, scale);
    TextMetrics metrics = painter_metrics(painter);
    app_frame(app, &metrics);
    painter_paint(painter, &app->list, theme_get(app->ui.theme)->stage);
    window_present(window, painter);
    app->dirty = false;
}

/* F9 and F11 belong to the window, not to the picture. */
static void window_key(App *app, Window *window, const Input *input)
{
    float scale = app->ui.scale;
    if (input->kind != INPUT_KEY) return;
    if (input->key == KEY_F9) {
        int width, height;
        float present;
        window_size(window, &width, &height, &present);
        float natural = app_natural_scale(width, height);
        float next = scale < natural ? natural : scale < 1.45f ? 1.5f : scale < 1.95f ? 2.0f : 1.0f;
        window_set_scale(window, next);
        app_message(app, "Type is drawn %.2g times as large.", (double)next);
    }
    if (input->key == KEY_F11) window_set_fullscreen(window, !window_is_fullscreen(window));
}

static void set_title(App *app, Window *window, uint64_t *title_seq)
{
    TraceRecord record;
    char title[160];
    uint64_t seq = app->model.state.title_seq;
    if (seq == *title_seq) return;
    *title_seq = seq;
    if (seq == 0) return;
    trace_get(app->source.trace, seq, &record);
    snprintf(title, sizeof(title), "%.*s - Slotscope", (int)record.u.TITLE.text.size,
             record.u.TITLE.text.chars);
    window_set_title(window, title);
}

/* All input that waits; without any, until the next frame is due. */
static void take_input(App *app, Window *window)
{
    Input input = {0};
    bool idle = (app->ui.paused || app->ui.question_open) && !app->dirty;
    bool more = window_wait(window, idle ? -1 : app->dirty ? 0 : FRAME_MS, &input);
    for (; more; more = window_wait(window, 0, &input)) {
        bool had_focus = console_has_focus(app);
        app_input(app, &input);
        window_key(app, window, &input);
        if (console_has_focus(app) != had_focus) window_set_text_input(window, !had_focus);
    }
}

static void loop(App *app, Window *window, Painter *painter)
{
    uint64_t last = window_milliseconds(window), title_seq = 0;
    bool told = false;
    app->dirty = true;
    while (!app->quit) {
        if (app->dirty) show(app, window, painter);
        bool stood = app->ui.paused || app->ui.question_open;
        take_input(app, window);
        uint64_t now = window_milliseconds(window), passed = now - last;
        last = now;
        if (stood) continue; /* the wait was not playing */
        play_advance(app, passed > FRAME_MS_MAX ? FRAME_MS_MAX : passed);
        play_took(app, window_milliseconds(window) - now);
        set_title(app, window, &title_seq);
        if (app->source.status == SCRIPT_FAILED && !told) {
            refuse(app->source.failure.text);
            told = true;
        }
    }
}

static int run_window(App *app, const Options *options)
{
    Error err = {{0}};
    float scale = options->scale;
    if (scale <= 0) scale = 1;
    int width = (int)((float)options->width / scale),
        height = (int)((float)options->height / scale);
    Window *window = window_create("Slotscope", width, height, scale, &err);
    if (!window) return refuse(err.text);
    int real_width, real_height;
    float real_scale;
    window_size(window, &real_width, &real_height, &real_scale);
    if (options->scale <= 0) {
        float density = real_scale / scale;
        window_set_scale(window, app_natural_scale((int)((float)real_width / density),
                                                   (int)((float)real_height / density)));
    }
    Painter *painter = painter_create(real_width, real_height, real_scale, &err);
    if (!painter) {
        window_destroy(window);
        return refuse(err.text);
    }
    if (options->has_from) {
        source_run(&app->source, options->from);
        play_jump(app, options->from);
    }
    loop(app, window, painter);
    painter_destroy(painter);
    window_destroy(window);
    return app->source.status == SCRIPT_FAILED ? 2 : 0;
}

int main(int argc, char **argv)
{
    static App app;
    Options options;
    Error err = {{0}};
    if (!options_read(argc, argv, &options, &err)) return refuse(err.text);
    if (options.help) {
        fputs(options_usage, stdout);
        return 0;
    }
    if (!app_open(&app, options.file, &options.app, &err)) return refuse(err.text);
    app.log = stdout;
    int status = options.render ? render_pictures(&app, &options) : run_window(&app, &options);
    app_close(&app);
    return status;
}
