/* play.c -- how time passes: playing, stepping, jumping, the director, and the pause at a question
 * and at a sentence that is still being read. */
#include "viz/app/app.h"

#include <string.h>

#define FLIGHT_WALL_MS 900                   /* how long the director lets a rare message fly */
#define LETTER_WALL_MS 40                    /* and a letter of what is said stay */
#define STRIDE_MIN     ((SimSpan)5 * SIM_MS) /* of virtual time, between two looks at the wall */
#define STRIDE_MAX     ((SimSpan)60 * SIM_SEC)
#define AHEAD_MAX      ((SimSpan)600 * SIM_SEC) /* how far the next step is looked for */
#define AHEAD_STRIDE   ((SimSpan)100 * SIM_MS)

static const int64_t speeds[] = {1,    2,    5,    10,    20,    50,    100,    200,    500,
                                 1000, 2000, 5000, 10000, 20000, 50000, 100000, 1000000};

void play_speed(App *app, int direction)
{
    int count = (int)ARRAY_LENGTH(speeds), at = 0;
    while (at + 1 < count && speeds[at] < app->speed_permille) at++;
    at += direction;
    if (at < 0) at = 0;
    if (at >= count) at = count - 1;
    app->speed_permille = app->ui.speed_permille = speeds[at];
    app->slow_pace = 0;
}

/* --- questions --- */

static int answer_to(const App *app, uint64_t seq)
{
    for (uint32_t i = 0; i < app->answers.count; i++) {
        if (app->answers.items[i].seq == seq) return app->answers.items[i].choice;
    }
    return 0;
}

/* A question is open at the moment it is asked, and while nobody has answered it. */
static void look_for_question(App *app)
{
    const TraceState *state = &app->model.state;
    app->ui.prediction = answer_to(app, state->predict_seq);
    /* A script that says nothing more tells its answer by going on. */
    run_index_update(&app->index, app->source.trace);
    uint32_t steps = run_index_count(&app->index.steps, state->seq) -
                     run_index_count(&app->index.steps, state->predict_seq);
    bool told = state->say_seq > state->predict_seq || steps > 1;
    app->ui.question_open = state->predict_seq > 0 && app->ui.prediction == 0 &&
                            state->predicted_seq < state->predict_seq && !told;
}

void play_answer(App *app, int choice)
{
    TraceRecord record;
    uint64_t seq = app->model.state.predict_seq;
    if (!app->ui.question_open || seq == 0) return;
    trace_get(app->source.trace, seq, &record);
    int count = 1;
    for (uint32_t i = 0; i < record.u.PREDICT.choices.size; i++) {
        if (record.u.PREDICT.choices.chars[i] == '\n') count++;
    }
    if (choice < 1 || choice > count) {
        app_message(app, "The answers are 1 to %d.", count);
        return;
    }
    array_push(NULL, &app->answers, (Answer){seq, choice});
    app->ui.paused = false;
    app->dirty = true;
    look_for_question(app);
}

/* --- where we are --- */

/* The timeline keeps its window until the time leaves it, then moves on by three quarters. */
static void follow_window(App *app)
{
    SimTime from = app->ui.view_from, to = app->ui.view_to;
    SimSpan span = to > from ? to - from : 12 * SIM_SEC;
    bool inside = app->time >= from && app->time <= to - span / 20;
    if (inside && to > from) return;
    SimSpan unit = span > 4 * SIM_SEC ? SIM_SEC : span / 12 + 1;
    from = app->time > span * 3 / 4 ? app->time - span * 3 / 4 : 0;
    app->ui.view_from = from - from % unit;
    app->ui.view_to = app->ui.view_from + span;
}

void play_settle(App *app)
{
    if (app->time > app->seen_to) app->seen_to = app->time;
    look_for_question(app);
    follow_window(app);
    app->dirty = true;
}

void play_jump(App *app, SimTime time)
{
    SimTime end = source_end(&app->source);
    app->time = time < end ? time : end;
    app->slow_pace = 0;
    app->ui.is_reading = false;
    model_seek(&app->model, app->time);
    play_settle(app);
}

/* --- playing --- */

/* Which rare messages the director slows down for: a cluster being born sends a MEET to everybody.
 */
static bool is_drama(uint8_t kind)
{
    return kind != MSG_MEET;
}

/* Whether what is said now has stood as long as it takes to read it. Faster playing is for those
 * who need not read all of it. */
static bool is_read(const App *app)
{
    TraceRecord record;
    if (!app->director || app->model.state.say_seq == 0) return true;
    trace_get(app->source.trace, app->model.state.say_seq, &record);
    uint64_t wanted = (uint64_t)record.u.SAY.text.size * LETTER_WALL_MS;
    if (app->speed_permille > 1000) wanted = wanted * 1000 / (uint64_t)app->speed_permille;
    return app->read_seq == app->model.state.say_seq && app->read_ms >= wanted;
}

/* Wall time passes for the reader, too, while a question waits. */
static void read_on(App *app, uint64_t wall_ms)
{
    if (app->read_seq != app->model.state.say_seq) app->read_ms = 0;
    app->read_seq = app->model.state.say_seq;
    app->read_ms += wall_ms;
}

typedef struct Stop {
    uint64_t seq;  /* 0: none */
    bool is_shown; /* that record is still shown */
} Stop;

/* The first rare message sent, question asked, or sentence that would replace an unread one, after
 * `after` and up to `until`. */
static Stop first_stop(const App *app, uint64_t after, uint64_t until, bool rare)
{
    TraceRecord record;
    bool read = is_read(app), covers = !app_layout(app).full; /* a question covers a sentence */
    for (uint64_t seq = after + 1; seq <= until; seq++) {
        trace_get(app->source.trace, seq, &record);
        bool asks = record.type == TRACE_PREDICT && answer_to(app, seq) == 0;
        if (!read && (record.type == TRACE_SAY || (asks && covers))) return (Stop){seq, false};
        if (record.type == TRACE_SAY) read = !app->director;
        if (asks) return (Stop){seq, true};
        if (rare && record.type == TRACE_MSG_SENT && record.u.MSG_SENT.rare &&
            is_drama((uint8_t)record.u.MSG_SENT.kind))
            return (Stop){seq, true};
    }
    return (Stop){0, false};
}

/* The director's pace while rare messages are under way: the nearest to arrive takes
 * FLIGHT_WALL_MS. */
static int64_t director_pace(const App *app)
{
    SimSpan shortest = 0;
    for (uint32_t i = 0; i < app->model.state.flights.count; i++) {
        const FlightState *flight = &app->model.state.flights.items[i];
        if (!flight->rare || flight->due <= app->time || !is_drama(flight->kind)) continue;
        SimSpan flies = flight->due - flight->sent;
        if (shortest == 0 || flies < shortest) shortest = flies;
    }
    if (shortest == 0 || shortest > SIM_SEC) return 0;
    int64_t pace = (int64_t)(shortest / FLIGHT_WALL_MS);
    return pace < 1 ? 1 : pace;
}

/* The director only ever slows down. */
static void direct(App *app)
{
    int64_t own = app->speed_permille * 1000, pace = app->director ? director_pace(app) : 0;
    app->slow_pace = pace < own ? pace : 0;
    app->ui.speed_permille = app->speed_permille;
    app->ui.slow_factor = app->slow_pace ? (uint32_t)(1000000 / app->slow_pace) : 0;
}

/* Where a run or its script ends is said once, and playing stops there. */
static void tell_end(App *app, SimTime target)
{
    if (!app->source.script) {
        if (target < source_end(&app->source)) return;
        app->ui.paused = true;
        app_message(app, "This is the end of the trace.");
    } else if (app->source.status != SCRIPT_RUNNING && !app->ended) {
        app->ended = app->ui.paused = true;
        if (app->source.status == SCRIPT_FAILED) app_message(app, "%s", app->source.failure.text);
        else app_message(app, "The script has ended. Space lets the cluster go on by itself.");
    }
}

void play_advance(App *app, uint64_t wall_ms)
{
    read_on(app, wall_ms);
    if (app->ui.paused || app->ui.question_open || wall_ms == 0) return;
    int64_t pace = app->slow_pace ? app->slow_pace : app->speed_permille * 1000;
    SimSpan span = (SimSpan)pace * wall_ms;
    if (span > app->span_max) span = app->span_max;
    SimTime target = app->time + span;
    source_run(&app->source, target);
    SimTime end = source_end(&app->source);
    if (target > end) target = end;

    uint64_t to = trace_last_at(app->source.trace, target);
    bool rare = app->director && app->slow_pace == 0;
    Stop stop = first_stop(app, app->model.state.seq, to, rare);
    TraceRecord record = {0};
    if (stop.seq) trace_get(app->source.trace, stop.seq, &record);
    if (stop.seq && record.time < target) target = record.time;
    app->time = target;
    app->ui.is_reading = stop.seq && !stop.is_shown;
    /* At a question what comes after it at the same moment is not shown yet. */
    if (app->ui.is_reading) model_seek_record(&app->model, stop.seq - 1);
    else if (stop.seq && record.type == TRACE_PREDICT) model_seek_record(&app->model, stop.seq);
    else model_seek(&app->model, target);
    direct(app);
    play_settle(app);
    if (!stop.seq) tell_end(app, target);
}

void play_took(App *app, uint64_t wall_ms)
{
    if (wall_ms > 40) app->span_max /= 2;
    else if (wall_ms < 10) app->span_max = app->span_max * 5 / 4;
    if (app->span_max < STRIDE_MIN) app->span_max = STRIDE_MIN;
    if (app->span_max > STRIDE_MAX) app->span_max = STRIDE_MAX;
}

/* --- stepping --- */

static void go_to_record(App *app, uint64_t seq)
{
    TraceRecord record;
    trace_get(app->source.trace, seq, &record);
    app->time = record.time;
    app->slow_pace = 0;
    app->ui.is_reading = false;
    model_seek_record(&app->model, seq);
    play_settle(app);
}

/* A live run that stands at its end is carried on until it has recorded something more. */
static void need_record(App *app, uint64_t seq)
{
    SimTime last = source_end(&app->source) + AHEAD_MAX;
    if (!app->source.script || app->ui.question_open) return;
    while (trace_count(app->source.trace) < seq && source_end(&app->source) < last)
        source_run(&app->source, source_end(&app->source) + SIM_MS);
}

void play_step(App *app, int direction)
{
    uint64_t seq = app->model.state.seq;
    app->ui.paused = true;
    if (direction > 0) need_record(app, seq + 1);
    if (direction > 0 && seq < trace_count(app->source.trace)) go_to_record(app, seq + 1);
    else if (direction < 0 && seq > 1) go_to_record(app, seq - 1);
    else app_message(app, direction > 0 ? "This is the last event." : "This is the first event.");
}

void play_interesting(App *app, int direction)
{
    uint64_t from = app->model.state.seq;
    uint64_t seq = model_interesting(&app->model, from, direction);
    SimTime last = source_end(&app->source) + AHEAD_MAX;
    app->ui.paused = true;
    while (!seq && direction > 0 && app->source.script && !app->ui.question_open &&
           source_end(&app->source) < last) {
        source_run(&app->source, source_end(&app->source) + AHEAD_STRIDE);
        seq = model_interesting(&app->model, from, direction);
    }
    if (seq) go_to_record(app, seq);
    else
        app_message(app, direction > 0 ? "Nothing more has happened yet."
                                       : "This is where the run begins.");
}

/* --- steps of a lesson --- */

/* The first step or open question after `seq`; 0 when none is known. */
static uint64_t next_chapter(const App *app, uint64_t seq)
{
    TraceRecord record;
    for (uint64_t at = seq + 1; at <= trace_count(app->source.trace); at++) {
        trace_get(app->source.trace, at, &record);
        if (record.type == TRACE_STEP) return at;
        if (record.type == TRACE_PREDICT && answer_to(app, at) == 0) return at;
    }
    return 0;
}

/* What a script says at once belongs together: the last of its words at that moment. */
static uint64_t last_word(const App *app, uint64_t seq)
{
    TraceRecord first, record;
    trace_get(app->source.trace, seq, &first);
    for (uint64_t at = seq + 1; at <= trace_count(app->source.trace); at++) {
        trace_get(app->source.trace, at, &record);
        if (record.time != first.time || record.type == TRACE_STEP) break;
        if (record.type == TRACE_SAY) seq = at;
        if (record.type == TRACE_PREDICT) return at;
    }
    return seq;
}

void play_next_step(App *app)
{
    if (app->ui.question_open) {
        app_message(app, "First your prediction: press its number.");
        return;
    }
    uint64_t seen = app->model.state.seq, found = next_chapter(app, seen);
    SimTime last = source_end(&app->source) + AHEAD_MAX;
    while (!found && app->source.status == SCRIPT_RUNNING && app->source.script &&
           source_end(&app->source) < last) {
        uint64_t before = trace_count(app->source.trace);
        source_run(&app->source, source_end(&app->source) + AHEAD_STRIDE);
        found = next_chapter(app, before > seen ? before : seen);
    }
    if (found) go_to_record(app, last_word(app, found));
    else app_message(app, "The lesson has no further step.");
}

void play_last_step(App *app)
{
    run_index_update(&app->index, app->source.trace);
    const IndexEntries *steps = &app->index.steps;
    uint64_t now = app->model.state.step_seq;
    for (uint32_t i = steps->count; i-- > 0;) {
        if (steps->items[i].seq >= now) continue;
        go_to_record(app, last_word(app, steps->items[i].seq));
        return;
    }
    play_jump(app, 0);
}
