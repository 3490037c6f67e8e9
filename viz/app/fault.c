/* fault.c -- breaking things by hand: a key or a gesture becomes a Command (hand.c). */
#include "viz/app/app.h"

#include "sim/base/bitset.h"

#define LIMP 50000u /* permille: everything takes 50 times as long */

static bool has_host(App *app, HostId host)
{
    if (host < app->model.state.hosts.count) return true;
    app_message(app, "Choose a node first: click it or press Tab.");
    return false;
}

void fault_process(App *app, CommandKind kind, HostId host)
{
    if (!has_host(app, host) || !hand_stand_here(app)) return;
    hand_act(app, &(Command){.kind = kind, .host = host}, NULL);
}

void fault_slow(App *app, HostId host)
{
    if (!has_host(app, host) || !hand_stand_here(app)) return;
    bool is_slow = app->model.state.hosts.items[host].slow_permille != 1000;
    Command command = {.kind = CMD_SLOW, .host = host};
    command.u.permille = is_slow ? 1000 : LIMP;
    hand_act(app, &command, NULL);
}

static void add_rule(App *app, Command *command)
{
    command->kind = CMD_RULE_ADD;
    command->host = HOST_NONE;
    command->u.rule.id = SCRIPT_GESTURE_FAULTS + app->next_fault++;
    command->u.rule.cut = true;
    hand_act(app, command, NULL);
}

void fault_isolate(App *app, HostId host)
{
    if (!has_host(app, host) || !hand_stand_here(app)) return;
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
    if (!hand_stand_here(app)) return;
    command.u.rule.oneway = oneway;
    add_rule(app, &command);
}

void fault_heal(App *app)
{
    if (app->model.state.rules.count == 0) {
        app_message(app, "Nothing is cut.");
        return;
    }
    if (!hand_stand_here(app)) return;
    while (app->model.state.rules.count > 0) {
        Command command = {.kind = CMD_RULE_REMOVE, .host = HOST_NONE};
        command.u.rule.id = app->model.state.rules.items[0].rule;
        if (!hand_act(app, &command, NULL)) return;
    }
}
