/* play.c -- how time passes: playing, stepping, jumping, the director, and the pause at a question.
 */
#include "viz/app/app.h"

#include <string.h>

#define FLIGHT_WALL_MS   900 /* how long the director lets a rare message fly */
#define SLOWEST_PERMILLE 1   /* x1/1000, below that in parts: see play_nanoseconds */
#define SLICE_MAX        (SimSpan)(200 * SIM_MS)

void play_window(App *app)
{
    SimSpan span =
        app->ui.view_to > app->ui.view_from ? app->ui.view_to - app->ui.view_from : 12 * SIM_SEC;
    SimTime from = app->ui.view_from, to = app->ui.view_to;
    bool inside = app->time >= from && app->time + span / 5 <= to;
    if (!inside || to <= from) {
        from = app->time > span * 3 / 4 ? app->time - span * 3 / 4 : 0;
        from -= from % SIM_SEC;
        to = from + span;
    }
    app->ui.view_from = from;
    app->ui.view_to = to;
}

void play_question(App *app)
{
    uint64_t asked = app->model.state.predict_seq;
    bool open = asked > app->predict_done && asked > app->model.state.predicted_seq;
    if (open && !app->ui.question_open) app->ui.prediction = 0;
    app->ui.question_open = open;
}

void play_jump(App *app, SimTime time)
{
    SimTime end = source_end(&app->source);
    app->time = time < end ? time : end;
    app->slow_permille = 0;
    model_seek(&app->model, app->time);
    play_question(app);
    play_window(app);
    app->dirty = true;
}

/* Virtual nanoseconds that pass in `wall_ms` at the speed now in force. */
static SimSpan passing(const App *app, uint64_t wall_ms)
{
    int64_t permille = app->slow_permille ? app->slow_permille : app->ui.speed_permille * 1000;
    /* slow_permille counts millionths, so that a flight of 75 us can last a second */
    return (SimSpan)permille * wall_ms;
}

/* The first rare message sent, or question asked, after `after` and up to `until`; 0 when none. */
static uint64_t first_stop(const App *app, uint64_t after, uint64_t until, bool rare)
{
    TraceRecord record;
    for (uint64_t seq = after + 1; seq <= until; seq++) {
        trace_get(app->source.trace, seq, &record);
        if (record.type == TRACE_PREDICT && seq > app->predict_done) return seq;
        if (rare && record.type == TRACE_MSG_SENT && record.u.MSG_SENT.rare) return seq;
    }
    return 0;
}

/* The director's speed while rare messages are under way: the nearest to arrive takes
 * FLIGHT_WALL_MS. */
static int64_t director_speed(const App *app)
{
    SimSpan shortest = 0;
    for (uint32_t i = 0; i < app->model.state.flights.count; i++) {
        const FlightState *flight = &app->model.state.flights.items[i];
        if (!flight->rare || flight->due <= app->time) continue;
        SimSpan flies = flight->due - flight->sent;
        if (shortest == 0 || flies < shortest) shortest = flies;
    }
    if (shortest == 0 || shortest > SIM_SEC) return 0;
    int64_t millionths = (int64_t)(shortest / FLIGHT_WALL_MS);
    return millionths < 1 ? 1 : millionths;
}

bool play_advance(App *app, uint64_t wall_ms, Error *err)
{
    if (app->ui.paused || app->ui.question_open) return true;
    SimSpan span = passing(app, wall_ms);
    if (span > SLICE_MAX && app->ui.speed_permille <= 1000) span = SLICE_MAX;
    SimTime target = app->time + span;
    if (!source_run(&app->source, target, err)) return false;
    SimTime end = source_end(&app->source);
    if (target > end) target = end;

    uint64_t to = trace_last_at(app->source.trace, target);
    bool rare = app->director && app->slow_permille == 0;
    uint64_t stop = first_stop(app, app->model.state.seq, to, rare);
    if (stop) {
        TraceRecord record;
        trace_get(app->source.trace, stop, &record);
        if (record.time < target) target = record.time;
    }
    if (target == app->time && end == app->time && !app->source.script) app->ui.paused = true;
    app->time = target;
    model_seek(&app->model, target);
    app->slow_permille = app->director ? director_speed(app) : 0;
    play_question(app);
    play_window(app);
    app->dirty = true;
    return true;
}

static void go_to_record(App *app, uint64_t seq)
{
    TraceRecord record;
    trace_get(app->source.trace, seq, &record);
    app->time = record.time;
    app->slow_permille = 0;
    model_seek_record(&app->model, seq);
    play_question(app);
    play_window(app);
    app->dirty = true;
}

void play_step(App *app, int direction)
{
    uint64_t seq = app->model.state.seq;
    app->ui.paused = true;
    if (direction > 0 && seq < trace_count(app->source.trace)) go_to_record(app, seq + 1);
    if (direction < 0 && seq > 1) go_to_record(app, seq - 1);
}

void play_interesting(App *app, int direction)
{
    uint64_t seq = model_interesting(&app->model, app->model.state.seq, direction);
    app->ui.paused = true;
    if (seq) go_to_record(app, seq);
    else
        app_message(app,
                    direction > 0 ? "Nothing more has happened yet." : "This is the first event.");
}
