/* test_lessons.c -- lessons with other settings, seeds and answers than those of their transcripts,
 * and how answers to exercises are graded. */
#include "tests/unit/script_run.h"

#include "sim/base/array.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_lessons_suite(void);

#define SETTINGS_MAX 2

/* Runs a script with settings; the caller closes the run. */
static ScriptRun run_with(const char *name, const char *source, uint64_t seed,
                          const ScriptSetting *settings)
{
    ScriptRun run = {.status = SCRIPT_FAILED};
    uint32_t count = 0;
    while (count < SETTINGS_MAX && settings[count].name) count++;
    ScriptOptions options = {
        .seed = seed, .reproduce = name, .settings = settings, .setting_count = count};
    run.script = script_create(name, source, strlen(source), &options, &run.err);
    if (run.script) run.status = script_run(run.script, SIM_TIME_MAX, &run.err);
    return run;
}

static uint32_t count_expects(const ScriptRun *run, bool held)
{
    TraceRecord record;
    uint32_t count = 0;
    for (uint32_t at = 1; script_find_record(run, TRACE_EXPECT, at, &record); at++)
        count += record.u.EXPECT.held == held;
    return count;
}

/* What is said must be true for whoever tries something else, and a wrong answer must be told. */
static void lessons_hold_with_other_settings(void)
{
    static const struct {
        const char *lesson;
        uint64_t seed;
        ScriptSetting settings[SETTINGS_MAX];
        uint32_t want_failed;
    } rows[] = {
        {"06-the-mesh-and-the-rumour", 2, {{"N", "7"}}, 0},
        {"06-the-mesh-and-the-rumour", 3, {{"N", "30"}, {"loss", "2%"}}, 0},
        {"06-the-mesh-and-the-rumour", 4, {{"T", "1s"}, {"guess", "20ms"}}, 1},
        {"06-the-mesh-and-the-rumour", 5, {{"gossip", "false"}}, 0},
        {"08-primaries-and-replicas", 2, {{"lag", "300ms"}, {"confirm", "true"}}, 0},
        {"08-primaries-and-replicas", 3, {{"lag", "5ms"}, {"cut", "70s"}}, 0},
        {"08-primaries-and-replicas", 5, {{"reads", "ffss"}}, 0},
        {"08-primaries-and-replicas", 2, {{"reads", "fsfs"}}, 1},
        {"10-who-may-vote", 34, {{"answers", "nnynyyny"}}, 0},
        {"10-who-may-vote", 2, {{"T", "5s"}, {"answers", "yynnyynn"}}, 1},
        {"12-healing-epochs-factions", 2, {{"T", "2s"}, {"order", "dbecfa"}}, 0},
        {"12-healing-epochs-factions", 15, {{"T", "15s"}}, 0},
        {"12-healing-epochs-factions", 3, {{"order", "abcdef"}, {"lost", "1-14"}}, 2},
        {"20-hash-tags-and-limits", 2, {{"trips", "500"}, {"answers", "cocomceo"}}, 0},
        {"20-hash-tags-and-limits", 3, {{"schema", "trip:{ID}:FIELD"}}, 0},
        {"20-hash-tags-and-limits", 4, {{"schema", "trip:ID:FIELD"}, {"answers", "oooooooo"}}, 2},
        {"20-hash-tags-and-limits", 5, {{"schema", "{app}:trip:ID:FIELD"}}, 1},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char path[100];
        size_t size = 0;
        snprintf(path, sizeof(path), "scenarios/lessons/%s.lua", rows[i].lesson);
        char *source = script_read_file(path, &size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(source);

        ScriptRun run = run_with(path, source, rows[i].seed, rows[i].settings);

        bool good = run.status == SCRIPT_FINISHED &&
                    count_expects(&run, false) == rows[i].want_failed &&
                    script_unused_setting(run.script) == NULL;
        if (!good)
            fprintf(stderr, "%s, row %zu: status %d, %s\n", path, i, (int)run.status, run.err.text);
        CU_ASSERT_TRUE(good);
        if (!good && run.script) script_expects(&run, false);
        script_run_close(&run);
        free(source);
    }
}

static void an_answer_is_graded(void)
{
    static const struct {
        const char *given;
        const char *options; /* of exercise "x" */
        uint32_t held, failed;
        const char *refused; /* a part of the sentence */
    } rows[] = {
        {"3", "answer = 3", 1, 0, NULL},
        {"4", "answer = 3", 0, 1, NULL},
        {"many", "answer = 3", 0, 0, "a number is wanted"},
        {"2s", "low = duration '1s', high = duration '2s'", 1, 0, NULL},
        {"2.1s", "low = duration '1s', high = duration '2s'", 0, 1, NULL},
        {"2", "low = duration '1s', high = duration '2s'", 0, 0, "not a duration"},
        {"Y, n N", "answer = 'ynn'", 1, 0, NULL},
        {"ynn", "answer = 'yny', why = { 'a', 'b', 'c' }", 0, 1, NULL},
        {"yn", "answer = 'yny'", 0, 0, "3 letters are wanted, each of ny"},
        {"yno", "answer = 'yny'", 0, 0, "3 letters are wanted, each of ny"},
        {"3-7", "answer = '3-7'", 1, 0, NULL},
        {"3-8", "answer = '3-7', why = 'seven was the last'", 0, 1, NULL},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char source[200];
        ScriptSetting settings[SETTINGS_MAX] = {{"x", rows[i].given}};
        snprintf(source, sizeof(source), "exercise { 'x', question = 'What?', %s }",
                 rows[i].options);

        ScriptRun run = run_with("test.lua", source, 1, settings);

        bool refused = rows[i].refused && strstr(run.err.text, rows[i].refused);
        CU_ASSERT_EQUAL(refused, run.status == SCRIPT_FAILED);
        CU_ASSERT_EQUAL(refused, rows[i].refused != NULL);
        CU_ASSERT_EQUAL(count_expects(&run, true), rows[i].held);
        CU_ASSERT_EQUAL(count_expects(&run, false), rows[i].failed);
        script_run_close(&run);
    }
}

/* Letters that are wrong are explained one by one; an exercise without an answer only asks. */
static void a_wrong_answer_is_explained(void)
{
    static const char source[] = "exercise { 'x', question = 'Which?', answer = 'yny',\n"
                                 "  why = { 'the first', 'the second', 'the third' } }\n"
                                 "exercise { 'z', question = 'Why?', answer = 1 }";
    static const ScriptSetting settings[SETTINGS_MAX] = {{"x", "nnn"}};
    TraceRecord record;

    ScriptRun run = run_with("test.lua", source, 1, settings);

    CU_ASSERT_EQUAL(run.status, SCRIPT_FINISHED);
    CU_ASSERT_FATAL(script_find_record(&run, TRACE_SAY, 1, &record));
    CU_ASSERT_EQUAL(
        strncmp(record.u.SAY.text.chars, "1. the first\n3. the third", record.u.SAY.text.size), 0);
    CU_ASSERT_FATAL(script_find_record(&run, TRACE_SAY, 2, &record));
    CU_ASSERT_EQUAL(strncmp(record.u.SAY.text.chars, "Exercise: Why?", 14), 0);
    script_run_close(&run);
}

void test_lessons_suite(void)
{
    CU_pSuite suite = CU_add_suite("lessons", NULL, NULL);
    CU_add_test(suite, "lessons_hold_with_other_settings", lessons_hold_with_other_settings);
    CU_add_test(suite, "an_answer_is_graded", an_answer_is_graded);
    CU_add_test(suite, "a_wrong_answer_is_explained", a_wrong_answer_is_explained);
}
