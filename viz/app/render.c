/* render.c -- pictures without a display: the frame at given times, painted to PNG files. */
#include "viz/app/app.h"

#include "viz/sdl/painter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMES_MAX   64
#define SCRIPT_STEP SIM_SEC /* how far a script runs at a time when its end is wanted */
#define SCRIPT_END  (3600 * SIM_SEC)

/* "12.5" (seconds), "12.5s", "800ms" or "end". */
static bool read_time(App *app, const char *chars, SimTime *time, Error *err)
{
    if (strcmp(chars, "end") == 0) {
        while (app->source.status == SCRIPT_RUNNING && source_end(&app->source) < SCRIPT_END)
            source_run(&app->source, source_end(&app->source) + SCRIPT_STEP);
        *time = source_end(&app->source);
        return true;
    }
    char *end;
    double seconds = strtod(chars, &end);
    if (*end == '\0' && end != chars && seconds >= 0 && seconds < 9e6) {
        *time = (SimTime)(seconds * 1e9);
        return true;
    }
    if (text_parse_span(chars, time, err)) return true;
    error_set(err, "--at does not understand \"%s\"; write 12.5, 12.5s, 800ms or end", chars);
    return false;
}

/* out.png, or out-2.png for the second of several. */
static void output_name(const char *output, int index, int count, char *name, size_t size)
{
    const char *dot = strrchr(output, '.');
    if (count == 1) snprintf(name, size, "%s", output);
    else if (!dot) snprintf(name, size, "%s-%d.png", output, index + 1);
    else snprintf(name, size, "%.*s-%d%s", (int)(dot - output), output, index + 1, dot);
}

/* Names on the command line that no node has. */
static bool know_names(const App *app, Error *err)
{
    const char *name = app->want_select ? app->want_select : app->want_as;
    if (!name) return true;
    error_set(err, "there is no node \"%s\" at %.3f s; the run has %u nodes%s%s", name,
              (double)app->time / 1e9, app->model.state.hosts.count,
              app->model.state.hosts.count ? ", the first is " : "",
              app->model.state.hosts.count ? app->model.state.hosts.items[0].name : "");
    return false;
}

static bool paint(App *app, Painter *painter, SimTime time, const char *name, Error *err)
{
    source_run(&app->source, time);
    if (app->source.status == SCRIPT_FAILED && source_end(&app->source) <= time) {
        *err = app->source.failure;
        return false;
    }
    play_jump(app, time);
    TextMetrics metrics = painter_metrics(painter);
    app_frame(app, &metrics);
    if (!know_names(app, err)) return false;
    painter_paint(painter, &app->list, theme_get(app->ui.theme)->stage);
    if (!painter_save_png(painter, name, err)) return false;
    printf("%s  t = %.6f s\n", name, (double)app->time / 1e9);
    return true;
}

static int fail(const Error *err)
{
    fprintf(stderr, "slotscope-view: %s\n", err->text);
    return 2;
}

int render_pictures(App *app, const Options *options)
{
    Error err = {{0}};
    char times[1024], name[1024];
    char *words[TIMES_MAX];
    int count = 0;
    snprintf(times, sizeof(times), "%s", options->pictures.times);
    for (char *word = strtok(times, ","); word && count < TIMES_MAX; word = strtok(NULL, ","))
        words[count++] = word;
    if (count == 0) {
        error_set(&err, "--at wants one or more times, as in --at 12.5,14.25s,end");
        return fail(&err);
    }
    float scale =
        options->scale > 0 ? options->scale : app_natural_scale(options->width, options->height);
    Painter *painter = painter_create(options->width, options->height, scale, &err);
    if (!painter) return fail(&err);
    app_resize(app, options->width, options->height, scale);
    app->ui.paused = true;
    bool ok = true;
    for (int i = 0; i < count && ok; i++) {
        SimTime time = 0;
        output_name(options->pictures.output, i, count, name, sizeof(name));
        ok = read_time(app, words[i], &time, &err) && paint(app, painter, time, name, &err);
    }
    painter_destroy(painter);
    return ok ? 0 : fail(&err);
}
