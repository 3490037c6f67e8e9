/* main.c -- slotscope-view: arguments, and the loop that lets wall time pass. */
#include "viz/app/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MS 16

typedef struct Arguments {
    const char *file;
    bool render;
    RenderOptions pictures;
    SourceOptions source;
    float scale;
    ThemeName theme;
    const char *selected, *lens, *tab;
    SimTime from;
    bool has_from;
} Arguments;

static const char usage[] =
    "usage: slotscope-view FILE [options]      a scenario (.lua) or a trace file, in a window\n"
    "       slotscope-view --render FILE --at T[,T...] -o PNG [options]\n"
    "options: --seed N, --level 0|1|2, --set name=value, --size WxH, --scale 1|1.5|2,\n"
    "         --theme dark|light|contrast, --select NODE, --as NODE, --tab "
    "inspector|why|agreement, --from T\n";

static int refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "slotscope-view: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    return 2;
}

void app_message(App *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(app->ui.message, sizeof(app->ui.message), format, args);
    va_end(args);
    app->dirty = true;
}

static bool read_size(const char *chars, int *width, int *height)
{
    char rest;
    return sscanf(chars, "%dx%d%c", width, height, &rest) == 2 && *width >= 320 && *width <= 7680 &&
           *height >= 240 && *height <= 4320;
}

static bool read_theme(const char *chars, ThemeName *theme)
{
    static const char *const names[THEME_COUNT] = {"dark", "light", "contrast"};
    for (int i = 0; i < THEME_COUNT; i++) {
        if (strcmp(chars, names[i]) == 0) {
            *theme = (ThemeName)i;
            return true;
        }
    }
    return false;
}

static bool read_setting(Arguments *arguments, char *chars)
{
    char *equals = strchr(chars, '=');
    if (!equals || equals == chars || arguments->source.setting_count >= 32) return false;
    *equals = '\0';
    arguments->source.settings[arguments->source.setting_count++] =
        (ScriptSetting){chars, equals + 1};
    return true;
}

static bool read_number(const char *chars, uint64_t max, uint64_t *number)
{
    char *end;
    *number = strtoull(chars, &end, 10);
    return *end == '\0' && end != chars && chars[0] != '-' && *number <= max;
}

/* One option with its value; NULL when it is fine, else what is allowed. */
static const char *read_option(Arguments *a, const char *name, char *value)
{
    uint64_t number;
    Error err = {{0}};
    if (strcmp(name, "--at") == 0) a->pictures.times = value;
    else if (strcmp(name, "-o") == 0) a->pictures.output = value;
    else if (strcmp(name, "--select") == 0) a->selected = value;
    else if (strcmp(name, "--as") == 0) a->lens = value;
    else if (strcmp(name, "--tab") == 0) a->tab = value;
    else if (strcmp(name, "--seed") == 0) {
        if (!read_number(value, UINT64_MAX, &a->source.seed)) return "a number from 0";
    } else if (strcmp(name, "--level") == 0) {
        if (!read_number(value, 2, &number)) return "0, 1 or 2";
        a->source.has_level = true;
        a->source.level = (uint8_t)number;
    } else if (strcmp(name, "--set") == 0) {
        if (!read_setting(a, value)) return "name=value";
    } else if (strcmp(name, "--size") == 0) {
        if (!read_size(value, &a->pictures.width, &a->pictures.height))
            return "WIDTHxHEIGHT from 320x240 to 7680x4320";
    } else if (strcmp(name, "--scale") == 0) {
        a->scale = (float)atof(value);
        if (a->scale < 0.5f || a->scale > 4) return "a number from 0.5 to 4";
    } else if (strcmp(name, "--theme") == 0) {
        if (!read_theme(value, &a->theme)) return "dark, light or contrast";
    } else if (strcmp(name, "--from") == 0) {
        if (!text_parse_span(value, &a->from, &err)) return "a duration such as 12.5s";
        a->has_from = true;
    } else {
        return "";
    }
    return NULL;
}

static int read_arguments(int argc, char **argv, Arguments *a)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 1;
        }
        if (strcmp(argv[i], "--render") == 0) {
            a->render = true;
        } else if (argv[i][0] != '-') {
            if (a->file) return refuse("\"%s\" is a second file; one is shown at a time", argv[i]);
            a->file = argv[i];
        } else {
            const char *allowed = i + 1 < argc ? read_option(a, argv[i], argv[i + 1]) : "a value";
            if (allowed && *allowed == '\0')
                return refuse("option \"%s\" is unknown; --help lists them all", argv[i]);
            if (allowed) return refuse("option %s wants %s", argv[i], allowed);
            i++;
        }
    }
    if (!a->file)
        return refuse("which file? Give a scenario (.lua) or a trace file; --help says more");
    if (a->render && (!a->pictures.times || !a->pictures.output))
        return refuse("--render wants --at T[,T...] and -o PNG");
    return 0;
}

static HostId find_host(const App *app, const char *name)
{
    for (uint32_t i = 0; i < app->model.state.hosts.count; i++) {
        if (strcmp(app->model.state.hosts.items[i].name, name) == 0) return (HostId)i;
    }
    return HOST_NONE;
}

/* Options that name a node can only be obeyed once the node exists. */
static void apply_names(App *app, const Arguments *a)
{
    if (a->selected && app->ui.selected == HOST_NONE)
        app->ui.selected = find_host(app, a->selected);
    if (a->lens && app->ui.lens == LENS_TRUTH) {
        HostId host = find_host(app, a->lens);
        if (host != HOST_NONE) {
            app->ui.selected = host;
            app->ui.lens = LENS_NODE;
        }
    }
}

static const Arguments
    *arguments_of_app; /* set once in main, read by app_frame: names given on the command line */

void app_frame(App *app, const TextMetrics *metrics)
{
    if (arguments_of_app) apply_names(app, arguments_of_app);
    Layout layout = scene_layout(&app->ui, 4);
    stage_plan(&app->plan, &app->model, &app->ui, layout.stage);
    app->ui.known_to = source_end(&app->source);
    draw_clear(&app->list);
    scene_frame(&app->list, &app->model, &app->ui, metrics);
}

static void resize(App *app, int width, int height, float scale)
{
    app->ui.width = (float)width / scale;
    app->ui.height = (float)height / scale;
    app->ui.scale = scale;
    app->ui.projector = app->ui.width < 1600 || app->ui.height < 900;
    app->dirty = true;
}

static bool open_app(App *app, const Arguments *a, Error *err)
{
    if (!source_open(&app->source, a->file, &a->source, err)) return false;
    model_init(&app->model, app->source.trace);
    app->ui.selected = app->ui.hovered = HOST_NONE;
    app->ui.hovered_slot = -1;
    app->ui.speed_permille = 1000;
    app->ui.theme = a->theme;
    app->ui.live = app->source.script != NULL;
    app->ui.view_to = 12 * SIM_SEC;
    app->director = true;
    if (a->tab && strcmp(a->tab, "why") == 0) app->ui.dock = DOCK_WHY;
    if (a->tab && strcmp(a->tab, "agreement") == 0) app->ui.dock = DOCK_AGREEMENT;
    resize(app, a->pictures.width, a->pictures.height, a->scale);
    return true;
}

static void close_app(App *app)
{
    model_deinit(&app->model);
    draw_deinit(&app->list);
    stage_plan_deinit(&app->plan);
    array_deinit(NULL, &app->faults);
    source_close(&app->source);
}

static void show(App *app, Window *window, Painter *painter)
{
    int width, height;
    float scale;
    window_size(window, &width, &height, &scale);
    painter_resize(painter, width, height, scale);
    resize(app, width, height, scale);
    TextMetrics metrics = painter_metrics(painter);
    app_frame(app, &metrics);
    painter_paint(painter, &app->list, theme_get(app->ui.theme)->stage);
    window_present(window, painter);
    app->dirty = false;
}

/* F9 and F11 belong to the window, not to the picture. */
static void window_key(Window *window, const Input *input)
{
    int width, height;
    float scale;
    if (input->kind != INPUT_KEY) return;
    window_size(window, &width, &height, &scale);
    if (input->key == KEY_F9)
        window_set_scale(window, scale < 1.25f ? 1.5f : scale < 1.75f ? 2.0f : 1.0f);
    if (input->key == KEY_F11) window_set_fullscreen(window, !window_is_fullscreen(window));
}

static int run_window(App *app, const Arguments *a)
{
    Error err = {{0}};
    Window *window =
        window_create("Slotscope", a->pictures.width, a->pictures.height, a->scale, &err);
    if (!window) return refuse("%s", err.text);
    Painter *painter = painter_create(a->pictures.width, a->pictures.height, a->scale, &err);
    if (!painter) {
        window_destroy(window);
        return refuse("%s", err.text);
    }
    if (a->has_from && source_run(&app->source, a->from, &err)) play_jump(app, a->from);
    uint64_t last = window_milliseconds(window);
    bool ok = true;
    app->dirty = true;
    while (!app->quit && ok) {
        Input input = {0};
        bool idle = app->ui.paused || app->ui.question_open;
        if (app->dirty) show(app, window, painter);
        for (bool more = window_wait(window, idle ? 500 : FRAME_MS, &input); more;
             more = window_wait(window, 0, &input)) {
            window_key(window, &input);
            keys_input(app, &input);
        }
        uint64_t now = window_milliseconds(window);
        ok = play_advance(app, now - last > 100 ? 100 : now - last, &err);
        last = now;
    }
    painter_destroy(painter);
    window_destroy(window);
    return ok ? 0 : refuse("%s", err.text);
}

int main(int argc, char **argv)
{
    Arguments a = {.scale = 1, .source = {.seed = 1}, .pictures = {.width = 1920, .height = 1080}};
    int status = read_arguments(argc, argv, &a);
    if (status) return status == 1 ? 0 : status;
    Error err = {{0}};
    App app = {0};
    if (!open_app(&app, &a, &err)) {
        source_close(&app.source);
        return refuse("%s", err.text);
    }
    arguments_of_app = &a;
    status = a.render ? render_pictures(&app, &a.pictures) : run_window(&app, &a);
    close_app(&app);
    return status;
}
