/* app_bench.c -- see app_bench.h. */
#include "tests/viz/app_bench.h"

#include <CUnit/CUnit.h>

#include <string.h>

void bench_open(Bench *bench, const char *source)
{
    static const AppOptions options = {.source.seed = 3};
    Error err = {{0}};
    memset(bench, 0, sizeof(*bench));
    bool ok = source_open_script(&bench->app.source, "try.lua", source, strlen(source),
                                 &options.source, &err);
    if (!ok) printf("\n  %s\n", err.text);
    CU_ASSERT_TRUE_FATAL(ok);
    bench->log = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(bench->log);
    bench->app.log = bench->log;
    app_start(&bench->app, &options);
    app_resize(&bench->app, 1920, 1080, 1);
}

void bench_close(Bench *bench)
{
    fclose(bench->log);
    app_close(&bench->app);
}

void frame(Bench *bench)
{
    TextMetrics metrics = draw_metrics_plain();
    app_frame(&bench->app, &metrics);
}

void go(Bench *bench, SimTime time)
{
    source_run(&bench->app.source, time);
    play_jump(&bench->app, time);
    frame(bench);
}

void press_with(Bench *bench, uint32_t key, uint32_t modifiers)
{
    app_input(&bench->app, &(Input){.kind = INPUT_KEY, .key = key, .modifiers = modifiers});
    frame(bench);
}

void press(Bench *bench, uint32_t key)
{
    press_with(bench, key, 0);
}

void type(Bench *bench, const char *chars)
{
    for (; *chars; chars++) {
        Input input = {.kind = INPUT_TEXT};
        input.text[0] = *chars;
        app_input(&bench->app, &input);
    }
    frame(bench);
}

void click(Bench *bench, Point at, uint32_t button)
{
    Input input = {.kind = INPUT_MOUSE_DOWN, .button = button, .buttons = button, .at = at};
    app_input(&bench->app, &input);
    input.kind = INPUT_MOUSE_UP;
    input.buttons = 0;
    app_input(&bench->app, &input);
    frame(bench);
}

Point place(const Bench *bench, HostId host)
{
    return bench->app.plan.places.items[host].at;
}

const char *said(Bench *bench)
{
    rewind(bench->log);
    size_t size = fread(bench->said, 1, sizeof(bench->said) - 1, bench->log);
    bench->said[size] = '\0';
    return bench->said;
}

ProcessStatus status(const Bench *bench, HostId host)
{
    return bench->app.model.state.hosts.items[host].status;
}
