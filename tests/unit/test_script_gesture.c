/* test_script_gesture.c -- the Lua line printed for a gesture does the same as the gesture. */
#include "tests/unit/script_run.h"

#include "sim/base/array.h"
#include "sim/base/bitset.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_script_gesture_suite(void);

/* What a gesture meets at 3 s: n2 is dead, n3 frozen; n4 stands alone, outside the cluster. */
#define BEFORE                                                                                     \
    "local shop = cluster { primaries = 3 }\n"                                                     \
    "node { name = 'n4' }\n"                                                                       \
    "wait '1s'\n"                                                                                  \
    "shop.n2:kill()\n"                                                                             \
    "shop.n3:freeze()\n"                                                                           \
    "wait '2s'\n"
#define AFTER "\nwait '3s'\n"

static Script *open_script(const char *source)
{
    ScriptOptions options = {.seed = 3};
    Error err = {{0}};
    Script *script = script_create("test.lua", source, strlen(source), &options, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    return script;
}

/* Runs the rest and returns the trace's hash; 0 when the script failed. */
static uint64_t finish(Script *script)
{
    Error err = {{0}};
    ScriptStatus status = script_run(script, SIM_TIME_MAX, &err);
    if (status != SCRIPT_FINISHED) fprintf(stderr, "%s\n", err.text);
    uint64_t hash = status == SCRIPT_FINISHED ? trace_hash(sim_trace(script_sim(script))) : 0;
    script_destroy(script);
    return hash;
}

static Command process_command(CommandKind kind, HostId host)
{
    return (Command){.kind = kind, .host = host};
}

static Command rule_command(bool oneway, bool cut, HostId from, HostId to)
{
    Command command = {.kind = CMD_RULE_ADD, .host = HOST_NONE};
    command.u.rule = (NetRule){.id = 1, .oneway = oneway, .cut = cut};
    if (!cut) {
        command.u.rule.latency = 80 * SIM_MS;
        command.u.rule.jitter = 1500;
        command.u.rule.loss_ppm = 12345;
        command.u.rule.bytes_per_s = 1000000;
    }
    bitset_add(command.u.rule.from, from);
    bitset_add(command.u.rule.from, 3);
    bitset_add(command.u.rule.to, to);
    return command;
}

/* By mouse at 3 s, and by its line at 3 s: the same trace, byte for byte. */
static void check_line(const Command *command, const char *want)
{
    Error err = {{0}};
    Text line = {0}, source = {0};
    Script *script = open_script(BEFORE AFTER);
    CU_ASSERT_EQUAL(script_run(script, 3 * SIM_SEC, &err), SCRIPT_RUNNING);
    script_command_lua(script, command, &line);
    bool accepted = sim_submit(script_sim(script), command, NULL, &err);
    if (!accepted) fprintf(stderr, "%s\n", err.text);
    CU_ASSERT_TRUE(accepted);
    uint64_t by_mouse = finish(script);

    text_append(&source, "%s%s%s", BEFORE, text_chars(&line), AFTER);
    uint64_t by_line = finish(open_script(text_chars(&source)));

    if (by_mouse != by_line || strcmp(text_chars(&line), want) != 0)
        fprintf(stderr, "line: %s\nwant: %s\n", text_chars(&line), want);
    CU_ASSERT_STRING_EQUAL(text_chars(&line), want);
    CU_ASSERT_NOT_EQUAL(by_mouse, 0);
    CU_ASSERT_EQUAL(by_mouse, by_line);
    text_deinit(&line);
    text_deinit(&source);
}

static void lines_of_processes(void)
{
    Command kill = process_command(CMD_KILL, 0), power = kill;
    Command start = process_command(CMD_START, 1), wipe = process_command(CMD_WIPE, 1);
    Command freeze = process_command(CMD_FREEZE, 3), thaw = process_command(CMD_THAW, 2);
    Command slow = process_command(CMD_SLOW, 0), fast = slow;
    power.u.kill.power = true;
    slow.u.permille = 50000;
    fast.u.permille = 250;
    check_line(&kill, "shop.n1:kill()");
    check_line(&power, "shop.n1:power_off()");
    check_line(&start, "shop.n2:restart()");
    check_line(&wipe, "shop.n2:wipe()");
    check_line(&freeze, "find(\"n4\"):freeze()");
    check_line(&thaw, "shop.n3:thaw()");
    check_line(&slow, "shop.n1:slow(50)");
    check_line(&fast, "shop.n1:slow(0.25)");
}

static void lines_of_faults(void)
{
    Command both = rule_command(false, true, 0, 1), one = rule_command(true, true, 0, 1);
    Command bad = rule_command(false, false, 0, 1), half = rule_command(true, false, 0, 1);
    check_line(&both, "cut({ shop.n1, find(\"n4\") }, { shop.n2 })");
    check_line(&one, "one_way({ shop.n1, find(\"n4\") }, { shop.n2 })");
    check_line(&bad, "link({ shop.n1, find(\"n4\") }, { shop.n2 }, { latency = \"80000000ns\", "
                     "jitter = \"1500ns\", bandwidth = 1000000, loss = \"1.2345%\" })");
    check_line(&half, "link({ shop.n1, find(\"n4\") }, { shop.n2 }, { latency = \"80000000ns\", "
                      "jitter = \"1500ns\", bandwidth = 1000000, loss = \"1.2345%\", "
                      "one_way = true })");
}

static void lines_of_calls(void)
{
    Command feed = process_command(CMD_FEED, 0);
    feed.u.bytes = 500;
    check_line(&feed, "shop.n1:feed(500)");
}

/* Faults made by mouse have names of their own; those of the script go by their number. */
static void faults_have_names(void)
{
    Script *script = open_script(BEFORE "cut(shop.n1, shop.n2)" AFTER);
    Error err = {{0}};
    Text line = {0};
    CU_ASSERT_EQUAL(script_run(script, 3 * SIM_SEC, &err), SCRIPT_RUNNING);
    Command mine = rule_command(false, true, 0, 1), heal = {.kind = CMD_RULE_REMOVE};
    mine.u.rule.id = SCRIPT_GESTURE_FAULTS + 1;
    script_command_lua(script, &mine, &line);
    CU_ASSERT_STRING_EQUAL(text_chars(&line),
                           "local fault2 = cut({ shop.n1, find(\"n4\") }, { shop.n2 })");
    text_clear(&line);
    heal.u.rule.id = SCRIPT_GESTURE_FAULTS + 1;
    script_command_lua(script, &heal, &line);
    CU_ASSERT_STRING_EQUAL(text_chars(&line), "fault2:heal()");
    text_clear(&line);
    heal.u.rule.id = 1;
    script_command_lua(script, &heal, &line);
    CU_ASSERT_STRING_EQUAL(text_chars(&line), "fault(1):heal()");
    text_clear(&line);
    Command call = {.kind = CMD_CALL, .host = 0, .text = "SET \"a\tb\" \\x"};
    script_command_lua(script, &call, &line);
    CU_ASSERT_STRING_EQUAL(text_chars(&line), "shop.n1:call(\"SET \\\"a\\009b\\\" \\\\x\")");
    text_deinit(&line);
    script_destroy(script);
}

/* What somebody broke by mouse is no mistake of the script: the lesson goes on. */
static void a_gesture_does_not_end_a_lesson(void)
{
    Script *script = open_script("local c = cluster { primaries = 3 }\n"
                                 "local wall = cut(c.n1, c.n3)\n"
                                 "wait '2s'\n"
                                 "c.n1:kill()\n"
                                 "c.n2:thaw()\n"
                                 "wall:heal()\n"
                                 "expect(c.n1:status() == 'dead', 'dead all the same')\n");
    Error err = {{0}};
    CU_ASSERT_EQUAL(script_run(script, SIM_SEC, &err), SCRIPT_RUNNING);
    Command kill = process_command(CMD_KILL, 0), freeze = process_command(CMD_FREEZE, 1);
    Command heal = {.kind = CMD_RULE_REMOVE, .host = HOST_NONE};
    heal.u.rule.id = 1;
    CU_ASSERT(sim_submit(script_sim(script), &kill, NULL, &err));
    CU_ASSERT(sim_submit(script_sim(script), &freeze, NULL, &err));
    CU_ASSERT(sim_submit(script_sim(script), &heal, NULL, &err));
    CU_ASSERT_NOT_EQUAL(finish(script), 0);
}

void test_script_gesture_suite(void)
{
    CU_pSuite suite = CU_add_suite("script: lines of gestures", NULL, NULL);
    CU_add_test(suite, "lines of processes", lines_of_processes);
    CU_add_test(suite, "lines of faults", lines_of_faults);
    CU_add_test(suite, "lines of calls and writes", lines_of_calls);
    CU_add_test(suite, "faults have names", faults_have_names);
    CU_add_test(suite, "a gesture does not end a lesson", a_gesture_does_not_end_a_lesson);
}
