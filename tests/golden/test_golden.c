/* test_golden.c -- transcripts: what `slotscope run FILE --seed 1` prints, byte by byte.
 *
 * A changed transcript is a change of behaviour. `make golden` (GOLDEN=write) rewrites them. */
#include "lua/script.h"
#include "sim/cli/narrate.h"
#include "sim/cli/summary.h"

#include <CUnit/CUnit.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_golden_suite(void);

/* The whole file; empty when it cannot be read. */
static void read_all(const char *path, Text *text)
{
    char piece[4096];
    FILE *file = fopen(path, "rb");
    if (!file) return;
    for (size_t size; (size = fread(piece, 1, sizeof(piece), file)) > 0;)
        text_append_bytes(text, piece, (uint32_t)size);
    fclose(file);
}

static bool write_all(const char *path, const Text *text)
{
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool written = fwrite(text_chars(text), 1, text->size, file) == text->size;
    return fclose(file) == 0 && written;
}

/* Runs the scenario to its end and tells it as `slotscope run` does without a terminal. */
static bool tell(const char *path, Text *out)
{
    ScriptOptions options = {.seed = 1};
    Printer printer = {.width = PRINTER_WIDTH};
    Error err = {{0}};
    Text source = {0};
    read_all(path, &source);
    Script *script = script_create(path, text_chars(&source), source.size, &options, &err);
    text_deinit(&source);
    bool ended = script && script_run(script, SIM_TIME_MAX, &err) == SCRIPT_FINISHED;
    if (ended) {
        const Sim *sim = script_sim(script);
        Narrator *narrator = narrator_create(sim_trace(sim), &printer);
        Summary summary;
        narrator_finish(narrator);
        summary_read(&summary, sim_trace(sim));
        summary.events = sim_event_count(sim);
        summary.bus_bytes = sim_bus_bytes(sim);
        summary_print(&summary, &printer);
        CU_ASSERT_EQUAL(summary.failed, 0);
        summary_deinit(&summary);
        narrator_destroy(narrator);
    } else {
        printf("\n    %s: %s\n", path, err.text);
    }
    script_destroy(script);
    *out = printer.out;
    return ended;
}

/* Prints the first line in which the two differ. */
static void show_difference(const char *path, const Text *got, const Text *want)
{
    const char *a = text_chars(got), *b = text_chars(want);
    int line = 1;
    for (;; line++) {
        size_t a_size = strcspn(a, "\n"), b_size = strcspn(b, "\n");
        if (a_size != b_size || memcmp(a, b, a_size) != 0 || a[a_size] == '\0') {
            printf("\n    %s, line %d:\n    got  %.*s\n    want %.*s\n", path, line, (int)a_size, a,
                   (int)b_size, b);
            return;
        }
        a += a_size + 1;
        b += b_size + (b[b_size] != '\0');
    }
}

/* "scenarios/lessons/09-x.lua" -> "tests/golden/09-x.txt" */
static void golden_path(const char *scenario, Text *path)
{
    const char *base = strrchr(scenario, '/') + 1;
    text_append(path, "tests/golden/%.*s.txt", (int)(strlen(base) - strlen(".lua")), base);
}

static void compare_with_golden(const char *scenario)
{
    const char *mode = getenv("GOLDEN");
    Text got = {0}, want = {0}, path = {0};
    golden_path(scenario, &path);
    CU_ASSERT_TRUE(tell(scenario, &got));
    if (mode && strcmp(mode, "write") == 0) CU_ASSERT_TRUE(write_all(text_chars(&path), &got));
    read_all(text_chars(&path), &want);
    bool same = got.size == want.size && memcmp(text_chars(&got), text_chars(&want), got.size) == 0;
    if (!same) show_difference(text_chars(&path), &got, &want);
    if (!same) printf("    (`make golden` rewrites it; the commit says why)\n");
    CU_ASSERT_TRUE(same);
    text_deinit(&got);
    text_deinit(&want);
    text_deinit(&path);
}

static void compare_all(const char *pattern)
{
    glob_t found;
    CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
    CU_ASSERT_TRUE(found.gl_pathc > 0);
    for (size_t i = 0; i < found.gl_pathc; i++) compare_with_golden(found.gl_pathv[i]);
    globfree(&found);
}

static void lessons_are_told_as_before(void)
{
    compare_all("scenarios/lessons/*.lua");
}

static void test_scripts_are_told_as_before(void)
{
    compare_all("tests/scripts/told/*.lua");
}

void test_golden_suite(void)
{
    CU_pSuite suite = CU_add_suite("golden", NULL, NULL);
    CU_add_test(suite, "lessons_are_told_as_before", lessons_are_told_as_before);
    CU_add_test(suite, "test_scripts_are_told_as_before", test_scripts_are_told_as_before);
}
