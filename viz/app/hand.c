/* hand.c -- what is done by hand: a Command goes in by the one door, and its Lua line is printed.
 *
 * A command at a moment that is past begins another future: the script is run again up to that
 * moment, with what was done by hand before it, and goes on from there. Taking the last one back
 * does the same without it. */
#include "viz/app/app.h"

#include <stdio.h>

static void log_line(const App *app, SimTime time, const char *line)
{
    if (!app->log) return;
    fprintf(app->log, "%.3f  %s\n", (double)time / 1e9, line);
    fflush(app->log);
}

/* The Lua line that does the same; a connection made has the number that it got. */
static void tell_lua(const App *app, const HandCommand *hand, Text *line)
{
    Command command = hand->command;
    if (command.kind == CMD_CONNECT) command.u.call = hand->number;
    script_command_lua(app->source.script, &command, line);
}

/* The run was done again: nothing of the old trace may be remembered. */
static void take_new_run(App *app)
{
    uint64_t count = trace_count(app->source.trace);
    model_deinit(&app->model);
    model_init(&app->model, app->source.trace);
    lanes_deinit(&app->lanes);
    run_index_clear(&app->index);
    for (uint32_t i = app->answers.count; i-- > 0;) {
        if (app->answers.items[i].seq > count) array_remove(&app->answers, i);
    }
    app->ended = false;
    console_new_run(app);
    app->seen_to = 0;
    play_jump(app, source_end(&app->source));
}

bool hand_stand_here(App *app)
{
    Error err = {{0}};
    if (!app->source.script) {
        app_message(app,
                    "A trace file cannot be changed; open the scenario itself to break things.");
        return false;
    }
    if (app->ui.question_open) {
        app_message(app, "First your prediction: press its number.");
        return false;
    }
    if (app->time >= source_end(&app->source)) return true;
    uint32_t kept = 0;
    while (kept < app->source.by_hand.count && app->source.by_hand.items[kept].time <= app->time)
        kept++;
    if (!source_again(&app->source, app->time, kept, &err)) {
        app_message(app, "%s.", err.text);
        return false;
    }
    log_line(app, app->time, "-- back here: another future begins");
    take_new_run(app);
    return true;
}

bool hand_act(App *app, const Command *command, uint32_t *number)
{
    Error err = {{0}};
    Text line = {0};
    if (!source_submit(&app->source, command, number, &err)) {
        app_message(app, "%s.", err.text);
        return false;
    }
    tell_lua(app, &app->source.by_hand.items[app->source.by_hand.count - 1], &line);
    app_message(app, "%s", text_chars(&line));
    log_line(app, source_end(&app->source), text_chars(&line));
    text_deinit(&line);
    play_jump(app, source_end(&app->source));
    return true;
}

static bool is_connect(const Source *source, uint32_t i)
{
    return source->by_hand.items[i].command.kind == CMD_CONNECT;
}

void hand_undo(App *app)
{
    Error err = {{0}};
    Text line = {0};
    uint32_t count = app->source.by_hand.count;
    if (!app->source.script || count == 0) {
        app_message(app, "Nothing was done by hand that could be taken back.");
        return;
    }
    uint32_t kept = count - 1;
    const HandCommand *last = &app->source.by_hand.items[kept];
    SimTime time = last->time;
    tell_lua(app, last, &line);
    /* With the first line typed at a node goes the connection made for it. */
    if (kept > 0 && is_connect(&app->source, kept - 1))
        time = app->source.by_hand.items[--kept].time;
    if (source_again(&app->source, time, kept, &err)) {
        take_new_run(app);
        app->ui.paused = true;
        app_message(app, "Taken back: %s", text_chars(&line));
        log_line(app, time, "-- the last line is taken back");
    } else {
        app_message(app, "%s.", err.text);
    }
    text_deinit(&line);
}
