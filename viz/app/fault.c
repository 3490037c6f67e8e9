/* fault.c -- breaking things by hand: a key or a gesture becomes a Command, and its Lua line is
 * printed.
 *
 * A fault at a moment that is past begins another future: the script is run again up to that
 * moment, with what was done by hand before it, and goes on from there. Taking the last fault back
 * does the same without it. */
#include "viz/app/app.h"

#include "sim/base/bitset.h"

#include <stdio.h>
#include <string.h>

#define LIMP 50000u /* permille: everything takes 50 times as long */

static void log_line(const App *app, SimTime time, const char *line)
{
    if (!app->log) return;
    fprintf(app->log, "%.3f  %s\n", (double)time / 1e9, line);
    fflush(app->log);
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
    play_jump(app, source_end(&app->source));
}

/* Makes the shown moment the end of the run. False (and a message) when that cannot be. */
static bool stand_here(App *app)
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

/* Submits the command and tells its Lua line, or why it was refused. */
static bool act(App *app, const Command *command)
{
    Error err = {{0}};
    Text line = {0};
    if (!source_submit(&app->source, command, &err)) {
        app_message(app, "%s.", err.text);
        return false;
    }
    script_command_lua(app->source.script, command, &line);
    app_message(app, "%s", text_chars(&line));
    log_line(app, source_end(&app->source), text_chars(&line));
    text_deinit(&line);
    play_jump(app, source_end(&app->source));
    return true;
}

static bool has_host(App *app, HostId host)
{
    if (host < app->model.state.hosts.count) return true;
    app_message(app, "Choose a node first: click it or press Tab.");
    return false;
}

void fault_process(App *app, CommandKind kind, HostId host)
{
    if (!has_host(app, host) || !stand_here(app)) return;
    act(app, &(Command){.kind = kind, .host = host});
}

void fault_slow(App *app, HostId host)
{
    if (!has_host(app, host) || !stand_here(app)) return;
    bool is_slow = app->model.state.hosts.items[host].slow_permille != 1000;
    Command command = {.kind = CMD_SLOW, .host = host};
    command.u.permille = is_slow ? 1000 : LIMP;
    act(app, &command);
}

static void add_rule(App *app, Command *command)
{
    command->kind = CMD_RULE_ADD;
    command->host = HOST_NONE;
    command->u.rule.id = SCRIPT_GESTURE_FAULTS + app->next_fault++;
    command->u.rule.cut = true;
    act(app, command);
}

void fault_isolate(App *app, HostId host)
{
    if (!has_host(app, host) || !stand_here(app)) return;
    Command command = {0};
    for (uint32_t i = 0; i < app->model.state.hosts.count; i++) {
        bitset_add(i == host ? command.u.rule.from : command.u.rule.to, i);
    }
    add_rule(app, &command);
}

/* Which side of the line a-b a point lies on. */
static float side(Point a, Point b, Point at)
{
    return (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x);
}

void fault_wall(App *app, Point from, Point to, bool oneway)
{
    Command command = {0};
    uint32_t left = 0, right = 0;
    for (uint32_t i = 0; i < app->plan.places.count && i < app->model.state.hosts.count; i++) {
        bool is_left = side(from, to, app->plan.places.items[i].at) < 0;
        bitset_add(is_left ? command.u.rule.from : command.u.rule.to, i);
        if (is_left) left++;
        else right++;
    }
    if (left == 0 || right == 0) {
        app_message(app, "All nodes stand on one side of that wall; draw it between them.");
        return;
    }
    if (!stand_here(app)) return;
    command.u.rule.oneway = oneway;
    add_rule(app, &command);
}

void fault_heal(App *app)
{
    if (app->model.state.rules.count == 0) {
        app_message(app, "Nothing is cut.");
        return;
    }
    if (!stand_here(app)) return;
    while (app->model.state.rules.count > 0) {
        Command command = {.kind = CMD_RULE_REMOVE, .host = HOST_NONE};
        command.u.rule.id = app->model.state.rules.items[0].rule;
        if (!act(app, &command)) return;
    }
}

void fault_undo(App *app)
{
    Error err = {{0}};
    Text line = {0};
    uint32_t count = app->source.by_hand.count;
    if (!app->source.script || count == 0) {
        app_message(app, "Nothing was done by hand that could be taken back.");
        return;
    }
    HandCommand last = app->source.by_hand.items[count - 1];
    script_command_lua(app->source.script, &last.command, &line);
    if (source_again(&app->source, last.time, count - 1, &err)) {
        take_new_run(app);
        app->ui.paused = true;
        app_message(app, "Taken back: %s", text_chars(&line));
        log_line(app, last.time, "-- the last line is taken back");
    } else {
        app_message(app, "%s.", err.text);
    }
    text_deinit(&line);
}
