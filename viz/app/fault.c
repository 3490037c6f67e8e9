/* fault.c -- breaking things by hand: a key or a gesture becomes a Command, and its Lua line is
 * printed. */
#include "viz/app/app.h"

#include "sim/base/bitset.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Faults happen where the run stands: not in the past, and not in a file. */
static bool may_act(App *app)
{
    if (!app->source.script) {
        app_message(app,
                    "A trace file cannot be changed; open the scenario itself to break things.");
        return false;
    }
    if (app->time + SIM_MS < source_end(&app->source)) {
        app_message(app, "That moment is past. Press End to go to where the run stands.");
        return false;
    }
    return true;
}

/* Submits the command and tells its Lua line, or why it was refused. */
static bool act(App *app, const Command *command)
{
    Error err = {{0}};
    if (!sim_submit(script_sim(app->source.script), command, NULL, &err)) {
        app_message(app, "%s.", err.text);
        return false;
    }
    Text line = {0};
    script_command_lua(app->source.script, command, &line);
    app_message(app, "%s", text_chars(&line));
    printf("%.3f  %s\n", (double)sim_now(script_sim(app->source.script)) / 1e9, text_chars(&line));
    fflush(stdout);
    text_deinit(&line);
    app->source.trace = sim_trace(script_sim(app->source.script));
    app->time = source_end(&app->source);
    model_seek(&app->model, app->time);
    app->dirty = true;
    return true;
}

static bool has_host(App *app, HostId host)
{
    if (host != HOST_NONE) return true;
    app_message(app, "Choose a node first: click it or press Tab.");
    return false;
}

void fault_process(App *app, CommandKind kind, HostId host)
{
    if (!has_host(app, host) || !may_act(app)) return;
    act(app, &(Command){.kind = kind, .host = host});
}

void fault_slow(App *app, HostId host)
{
    if (!has_host(app, host) || !may_act(app)) return;
    bool is_slow = app->model.state.hosts.items[host].slow_permille != 1000;
    Command command = {.kind = CMD_SLOW, .host = host};
    command.u.permille = is_slow ? 1000 : 50000;
    act(app, &command);
}

static void add_fault(App *app, Command *command)
{
    command->kind = CMD_RULE_ADD;
    command->host = HOST_NONE;
    command->u.rule.id = 1000000 + app->next_fault++;
    command->u.rule.cut = true;
    if (act(app, command)) array_push(NULL, &app->faults, command->u.rule.id);
}

void fault_isolate(App *app, HostId host)
{
    if (!has_host(app, host) || !may_act(app)) return;
    Command command = {0};
    for (uint32_t i = 0; i < app->model.state.hosts.count; i++) {
        bitset_add(i == host ? command.u.rule.from : command.u.rule.to, i);
    }
    add_fault(app, &command);
}

/* Which side of the line a-b a point lies on. */
static float side(Point a, Point b, Point at)
{
    return (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x);
}

void fault_wall(App *app, Point from, Point to, bool oneway)
{
    if (!may_act(app)) return;
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
    command.u.rule.oneway = oneway;
    add_fault(app, &command);
}

void fault_heal(App *app)
{
    if (!may_act(app)) return;
    if (app->model.state.rules.count == 0) {
        app_message(app, "Nothing is cut.");
        return;
    }
    while (app->model.state.rules.count > 0) {
        Command command = {.kind = CMD_RULE_REMOVE, .host = HOST_NONE};
        command.u.rule.id = app->model.state.rules.items[0].rule;
        if (!act(app, &command)) return;
    }
    array_clear(&app->faults);
}
