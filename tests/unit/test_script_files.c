/* test_script_files.c -- the scripts under tests/scripts: good ones whose expects must hold, and
 * broken ones, each of which must end with exactly one sentence that names file and line.
 *
 * A broken script's first line is "-- expect: " and a part of that sentence; when it begins with
 * ":3:" the line is part of it. */
#include "tests/unit/script_run.h"

#include "sim/trace/state.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_script_files_suite(void);

static void run_good(const char *path, void *state)
{
    (void)state;
    size_t size = 0;
    char *source = script_read_file(path, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);

    ScriptRun run = script_run_bytes(path, source, size, 1);

    bool good = run.script && run.status == SCRIPT_FINISHED && script_expects(&run, false) == 0;
    if (!good) fprintf(stderr, "%s: status %d, %s\n", path, (int)run.status, run.err.text);
    CU_ASSERT_TRUE(good);
    if (run.script && strstr(path, "story") == NULL) CU_ASSERT(script_expects(&run, true) > 4);
    script_run_close(&run);
    free(source);
}

static void good_scripts_hold_what_they_expect(void)
{
    CU_ASSERT(script_each_file("tests/scripts/good", run_good, NULL) >= 10);
}

/* One sentence on one line, "path:line: ..." or at least "path: ...". */
static bool is_one_sentence(const char *path, const char *text)
{
    size_t size = strlen(path);
    return strncmp(text, path, size) == 0 && text[size] == ':' && !strchr(text, '\n') &&
           strlen(text) > size + 4 && !strstr(text, "prelude:") && !strstr(text, "traceback") &&
           !strstr(text, "0x");
}

static void run_bad(const char *path, void *state)
{
    (void)state;
    static const char mark[] = "-- expect: ";
    size_t size = 0;
    char *source = script_read_file(path, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    char *wanted = strstr(source, mark);
    CU_ASSERT_PTR_NOT_NULL_FATAL(wanted);
    char want[300];
    snprintf(want, sizeof(want), "%.*s", (int)strcspn(wanted + strlen(mark), "\n"),
             wanted + strlen(mark));

    ScriptRun run = script_run_bytes(path, source, size, 1);

    const char *got = run.err.text;
    bool good = run.status == SCRIPT_FAILED && is_one_sentence(path, got) && strstr(got, want);
    if (!good) fprintf(stderr, "%s:\n  wanted \"%s\"\n  got    \"%s\"\n", path, want, got);
    CU_ASSERT_TRUE(good);
    script_run_close(&run);
    free(source);
}

static void broken_scripts_end_with_one_sentence(void)
{
    CU_ASSERT(script_each_file("tests/scripts/bad", run_bad, NULL) >= 45);
}

/* Cutting a good script short anywhere, or flipping a byte of it, never crashes the host. */
static void a_script_cut_short_never_crashes(void)
{
    size_t size = 0;
    char *source = script_read_file("tests/scripts/good/values.lua", &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    for (size_t at = 1; at < size; at += 37) {
        ScriptRun run = script_run_bytes("cut.lua", source, at, 1);
        if (run.status == SCRIPT_FAILED) CU_ASSERT(is_one_sentence("cut.lua", run.err.text));
        script_run_close(&run);
        source[at] ^= 0x11;
        run = script_run_bytes("bent.lua", source, size, 1);
        if (run.status == SCRIPT_FAILED) CU_ASSERT(is_one_sentence("bent.lua", run.err.text));
        script_run_close(&run);
        source[at] ^= 0x11;
    }
    free(source);
}

/* Extreme values, impossible orders, everything at once: the host stays in charge, and folding the
 * trace gives the truth. */
static void chaos_leaves_a_trace_that_adds_up(void)
{
    size_t size = 0;
    char *source = script_read_file("tests/scripts/chaos.lua", &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        ScriptRun run = script_run_bytes("chaos.lua", source, size, seed);
        if (run.status != SCRIPT_FINISHED)
            fprintf(stderr, "seed %u: %s\n", (unsigned)seed, run.err.text);
        CU_ASSERT_EQUAL_FATAL(run.status, SCRIPT_FINISHED);
        TraceState folded, truth;
        Text why = {0};
        state_init(&folded, NULL);
        state_init(&truth, NULL);
        const Trace *trace = sim_trace(script_sim(run.script));
        trace_state_at(trace, trace_count(trace), &folded);
        sim_truth(script_sim(run.script), &truth);
        bool equal = state_equal(&folded, &truth, &why);
        if (!equal) fprintf(stderr, "seed %u: %s\n", (unsigned)seed, text_chars(&why));
        CU_ASSERT_TRUE(equal);
        text_deinit(&why);
        state_deinit(&folded);
        state_deinit(&truth);
        script_run_close(&run);
    }
    free(source);
}

void test_script_files_suite(void)
{
    CU_pSuite suite = CU_add_suite("script: good and broken files", NULL, NULL);
    CU_add_test(suite, "good scripts hold what they expect", good_scripts_hold_what_they_expect);
    CU_add_test(suite, "broken scripts end with one sentence",
                broken_scripts_end_with_one_sentence);
    CU_add_test(suite, "chaos leaves a trace that adds up", chaos_leaves_a_trace_that_adds_up);
    CU_add_test(suite, "a script cut short or bent never crashes",
                a_script_cut_short_never_crashes);
}
