/* bench_frame.c -- how long one frame takes, in software: the model's step, the draw list, the
 * painting, at several sizes of the cluster.
 *
 *     build/bench_frame [N ...]        default 12 60 300 1000
 *
 * The cluster loses a node; then frames are drawn 16 ms of virtual time apart, as in playing. The
 * time is the processor's, so that other programs on the machine matter little. */
#include "tests/fixture/fixture.h"
#include "viz/app/app.h"
#include "viz/sdl/painter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAMES    60u
#define FRAME     ((SimSpan)16 * SIM_MS)
#define SIZE_FULL 1920, 1080

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values)
{
    qsort(values, FRAMES, sizeof(*values), by_size);
    return values[FRAMES / 2];
}

/* The app reads a run as it would read a trace file; the fixture drives it. */
static void frames(App *app, Painter *painter, Fixture *fixture, uint32_t nodes)
{
    double models[FRAMES], lists[FRAMES], paints[FRAMES], wholes[FRAMES], worst = 0;
    TextMetrics metrics = painter_metrics(painter);
    for (uint32_t i = 0; i < FRAMES; i++) {
        fixture_run(fixture, FRAME);
        double start = milliseconds();
        play_jump(app, sim_now(fixture->sim));
        double moved = milliseconds();
        app_frame(app, &metrics);
        double listed = milliseconds();
        painter_paint(painter, &app->list, theme_get(app->ui.theme)->stage);
        double painted = milliseconds();
        models[i] = moved - start;
        lists[i] = listed - moved;
        paints[i] = painted - listed;
        wholes[i] = painted - start;
        if (i > 0 && wholes[i] > worst) worst = wholes[i];
    }
    printf("N = %-5u %-9s model %6.2f   list %6.2f   paint %6.2f   frame %6.2f   slowest %6.2f\n",
           nodes, app->ui.dock == DOCK_INSPECTOR ? "inspector" : "agreement", median(models),
           median(lists), median(paints), median(wholes), worst);
    fflush(stdout);
}

/* Up to 120 nodes a whole cluster, each primary with a replica; above only primaries, since waiting
 * until a thousand replicas are in sync is another benchmark. */
static Fixture cluster_of(uint32_t nodes)
{
    bool whole = nodes <= 120;
    FixtureConfig config =
        fixture_config(1, whole ? nodes / 2 : nodes, whole ? 1 : 0, whole ? 5000 : 15000);
    config.sim.trace_level = nodes <= 24 ? 2 : 1;
    Fixture fixture = fixture_open(&config);
    if (whole) {
        fixture_create(&fixture, 600 * SIM_SEC);
        return fixture;
    }
    for (uint32_t i = 0; i < nodes; i++)
        fixture_call(&fixture, (HostId)i, "CLUSTER ADDSLOTSRANGE %u %u", i * SLOT_COUNT / nodes,
                     (i + 1) * SLOT_COUNT / nodes - 1);
    fixture_join(&fixture, 600 * SIM_SEC);
    return fixture;
}

static void bench(uint32_t nodes)
{
    Error err = {{0}};
    App app;
    AppOptions options = {.tab = DOCK_INSPECTOR};
    Fixture fixture = cluster_of(nodes);
    fixture_kill(&fixture, 0, false);
    fixture_run(&fixture, 5 * SIM_SEC);
    Painter *painter = painter_create(SIZE_FULL, 1, &err);
    if (!painter) {
        printf("no painter: %s\n", err.text);
        exit(1);
    }
    memset(&app, 0, sizeof(app));
    app.source.trace = sim_trace(fixture.sim);
    app.source.status = SCRIPT_FINISHED;
    app_start(&app, &options);
    app_resize(&app, SIZE_FULL, 1);
    app.ui.selected = 1;
    frames(&app, painter, &fixture, nodes);
    app.ui.dock = DOCK_AGREEMENT;
    frames(&app, painter, &fixture, nodes);
    app_close(&app);
    painter_destroy(painter);
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    static const uint32_t standard[] = {12, 60, 300, 1000};
    printf("ms of one frame at 1920x1080, median of %u\n", FRAMES);
    for (int i = 1; i < argc; i++) bench((uint32_t)strtoul(argv[i], NULL, 10));
    for (int i = 0; argc == 1 && i < 4; i++) bench(standard[i]);
    return 0;
}
