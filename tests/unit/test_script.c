/* test_script.c -- what a script leaves in the trace, how the host is driven from outside, and that
 * equal runs are equal. */
#include "tests/unit/script_run.h"

#include "sim/base/array.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_script_suite(void);

static bool text_is(TraceText text, const char *want)
{
    return text.size == strlen(want) && memcmp(text.chars, want, text.size) == 0;
}

/* --- the story --- */

static void the_story_is_in_the_trace(void)
{
    ScriptRun run = script_run_text("title('The %s', 'title')\n"
                                    "step 'One'\n"
                                    "say('after %s', duration '6.2345s')\n"
                                    "predict { 'Who?', choices = { 'a', 'b', 'c' }, answer = 2 }\n"
                                    "wait '2s'\n"
                                    "expect(false, 'it is %s', 'so')\n"
                                    "report('took', now())\n",
                                    1);
    TraceRecord record;
    CU_ASSERT_EQUAL_FATAL(run.status, SCRIPT_FINISHED);
    CU_ASSERT(script_find_record(&run, TRACE_TITLE, 1, &record));
    CU_ASSERT(text_is(record.u.TITLE.text, "The title"));
    CU_ASSERT(script_find_record(&run, TRACE_STEP, 1, &record));
    CU_ASSERT(text_is(record.u.STEP.text, "One"));
    CU_ASSERT(script_find_record(&run, TRACE_SAY, 1, &record));
    CU_ASSERT(text_is(record.u.SAY.text, "after 6.2 s"));
    CU_ASSERT(script_find_record(&run, TRACE_PREDICT, 1, &record));
    CU_ASSERT(text_is(record.u.PREDICT.question, "Who?"));
    CU_ASSERT(text_is(record.u.PREDICT.choices, "a\nb\nc"));
    CU_ASSERT_EQUAL(record.u.PREDICT.answer, 2);
    CU_ASSERT(script_find_record(&run, TRACE_EXPECT, 1, &record));
    CU_ASSERT(text_is(record.u.EXPECT.text, "it is so"));
    CU_ASSERT_FALSE(record.u.EXPECT.held);
    CU_ASSERT_EQUAL(record.time, 2 * SIM_SEC);
    CU_ASSERT(script_find_record(&run, TRACE_REPORT, 1, &record));
    CU_ASSERT(text_is(record.u.REPORT.name, "took"));
    CU_ASSERT(text_is(record.u.REPORT.value, "2 s"));
    script_run_close(&run);
}

/* --- driving the host --- */

static Script *open_script(const char *source, const ScriptOptions *options)
{
    Error err = {{0}};
    Script *script = script_create("folder/test.lua", source, strlen(source), options, &err);
    if (!script) fprintf(stderr, "%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    return script;
}

static void a_script_runs_piece_by_piece(void)
{
    ScriptOptions options = {.seed = 1};
    Error err = {{0}};
    Script *script = open_script("say 'a'\nwait '2s'\nsay 'b'\n\nwait '2s'\n", &options);

    CU_ASSERT_EQUAL(script_line(script), 0);
    CU_ASSERT_EQUAL(script_run(script, SIM_SEC, &err), SCRIPT_RUNNING);
    CU_ASSERT_EQUAL(sim_now(script_sim(script)), SIM_SEC);
    CU_ASSERT_EQUAL(script_line(script), 2);
    CU_ASSERT_EQUAL(script_run(script, 2 * SIM_SEC, &err), SCRIPT_RUNNING);
    CU_ASSERT_EQUAL(script_line(script), 5);
    CU_ASSERT_EQUAL(script_run(script, 100 * SIM_SEC, &err), SCRIPT_FINISHED);
    CU_ASSERT_EQUAL(sim_now(script_sim(script)), 4 * SIM_SEC);
    CU_ASSERT_EQUAL(script_line(script), 0);
    script_destroy(script);
}

static void settings_reach_the_script(void)
{
    static const ScriptSetting settings[] = {
        {"T", "2s"}, {"count", "7"}, {"slow", "true"}, {"tiemout", "x"}};
    ScriptOptions options = {
        .seed = 1, .settings = settings, .setting_count = ARRAY_LENGTH(settings)};
    Error err = {{0}};
    Script *script = open_script(
        "expect(setting('T', '5s') == '2s' and setting('T', duration '5s') == duration '2s', 'T')\n"
        "expect(setting('count', 3) == 7 and setting('slow', false) == true, 'types')\n"
        "expect(setting('other', 'x') == 'x', 'default')\n",
        &options);

    CU_ASSERT_EQUAL(script_run(script, SIM_SEC, &err), SCRIPT_FINISHED);
    CU_ASSERT_STRING_EQUAL(script_unused_setting(script), "tiemout");
    ScriptRun run = {.script = script};
    CU_ASSERT_EQUAL(script_expects(&run, false), 0);
    CU_ASSERT_EQUAL(script_expects(&run, true), 3);
    script_destroy(script);

    script = open_script("\nsetting('T', 3)", &options);
    CU_ASSERT_EQUAL(script_run(script, SIM_SEC, &err), SCRIPT_FAILED);
    CU_ASSERT_STRING_EQUAL(err.text, "folder/test.lua:2: --set T=2s: a number is wanted, as in 3");
    script_destroy(script);
}

static void the_source_may_begin_with_a_shell_line(void)
{
    ScriptRun run = script_run_text("\xEF\xBB\xBF#!/usr/bin/env slotscope\nsay 'x'\nnonsense()", 1);
    CU_ASSERT_EQUAL(run.status, SCRIPT_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.err.text, "test.lua:3: \"nonsense\""));
    script_run_close(&run);
}

static void a_long_path_is_named_whole(void)
{
    char path[200] = "";
    for (int i = 0; i < 9; i++)
        memcpy(path + strlen(path), "a-long-folder/", sizeof("a-long-folder/"));
    memcpy(path + strlen(path), "and-a-file-with-a-name-that-is-long-as-well.lua", 48);
    ScriptRun run = script_run_bytes(path, "\nwait(1)", 8, 1);
    CU_ASSERT_EQUAL(strncmp(run.err.text, path, strlen(path)), 0);
    CU_ASSERT_EQUAL(strncmp(run.err.text + strlen(path), ":2: wait is 1", 13), 0);
    script_run_close(&run);
}

/* --- equal runs are equal --- */

static const char *const lively =
    "local c = cluster { primaries = 3, replicas = 1, node_timeout = '2s' }\n"
    "local log = {}\n"
    "on('suspected', function(e) log[e.node.name .. e.peer.name] = e.time say('%s: %s', e.node, "
    "e.peer) end)\n"
    "on('election_won', function(e) say('%s won', e.node) end)\n"
    "every('700ms', function() report('draw', math.random(1000)) end)\n"
    "c:create()\n"
    "wait '8s'\n"
    "spawn(function() wait('1s' == '1s' and '500ms') c.n1:kill() end)\n"
    "wait_until(function() return c:owner(0) and c:owner(0) ~= c.n1 end, '20s')\n"
    "for key, value in pairs(log) do say('%s at %s', key, value) end\n"
    "c.n1:restart()\n"
    "wait(duration('1s') * (1 + math.random()))\n"
    "report('random', math.random())\n";

static uint64_t hash_of(uint64_t seed)
{
    ScriptRun run = script_run_text(lively, seed);
    if (run.err.text[0]) fprintf(stderr, "%s\n", run.err.text);
    CU_ASSERT_EQUAL_FATAL(run.status, SCRIPT_FINISHED);
    uint64_t hash = script_hash(&run);
    script_run_close(&run);
    return hash;
}

static void same_seed_same_trace(void)
{
    CU_ASSERT_EQUAL(hash_of(7), hash_of(7));
    CU_ASSERT_NOT_EQUAL(hash_of(7), hash_of(8));
}

/* The view runs a script frame by frame: the pieces must not change the run. */
static void pieces_do_not_change_a_run(void)
{
    ScriptOptions options = {.seed = 7, .reproduce = "test.lua"};
    Error err = {{0}};
    Script *script = script_create("test.lua", lively, strlen(lively), &options, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    SimTime until = 0;
    ScriptStatus status = SCRIPT_RUNNING;
    while (status == SCRIPT_RUNNING) status = script_run(script, until += 16666667, &err);

    CU_ASSERT_EQUAL(status, SCRIPT_FINISHED);
    CU_ASSERT_EQUAL(trace_hash(sim_trace(script_sim(script))), hash_of(7));
    script_destroy(script);
}

/* Config, seed and commands are the run: replaying the commands without the script gives the same
 * trace. */
static void commands_replay_a_script(void)
{
    ScriptRun run = script_run_text(lively, 7);
    CU_ASSERT_EQUAL_FATAL(run.status, SCRIPT_FINISHED);
    const Trace *recorded = sim_trace(script_sim(run.script));
    SimConfig config = sim_config_default();
    Error err = {{0}};
    config.seed = 7;
    snprintf(config.scenario, sizeof(config.scenario), "test.lua");
    Sim *sim = sim_replay(&config, recorded, trace_end(recorded), &err);
    if (!sim) fprintf(stderr, "%s\n", err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sim);
    CU_ASSERT_EQUAL(trace_hash(sim_trace(sim)), script_hash(&run));
    sim_destroy(sim);
    script_run_close(&run);
}

void test_script_suite(void)
{
    CU_pSuite suite = CU_add_suite("script: the host", NULL, NULL);
    CU_add_test(suite, "the story is in the trace", the_story_is_in_the_trace);
    CU_add_test(suite, "a script runs piece by piece", a_script_runs_piece_by_piece);
    CU_add_test(suite, "settings reach the script", settings_reach_the_script);
    CU_add_test(suite, "the source may begin with a shell line",
                the_source_may_begin_with_a_shell_line);
    CU_add_test(suite, "a long path is named whole", a_long_path_is_named_whole);
    CU_add_test(suite, "same seed, same trace; another seed, another", same_seed_same_trace);
    CU_add_test(suite, "pieces do not change a run", pieces_do_not_change_a_run);
    CU_add_test(suite, "commands replay a script", commands_replay_a_script);
}
