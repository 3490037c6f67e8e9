/* test_header.c -- the strip at the top: what it says, and that it has room to say it. */
#include "tests/viz/draw_expect.h"
#include "tests/viz/view_run.h"
#include "viz/scene/panel.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_header_suite(void);

/* A trace of nothing but a title; what the header says of a cluster is set by hand. */
typedef struct HeaderBench {
    Trace *trace;
    Model model;
    UiState ui;
    DrawList list;
    TextMetrics metrics;
} HeaderBench;

static void bench_open(HeaderBench *bench, const char *scenario, const char *title)
{
    memset(bench, 0, sizeof(*bench));
    TraceHeader header = {.seed = 42, .level = 1, .profile = "redis-7.0", .program = "test"};
    strncpy(header.scenario, scenario, sizeof(header.scenario) - 1);
    bench->trace = trace_create(NULL, &header);
    TraceRecord record = {.type = TRACE_TITLE, .host = HOST_NONE};
    record.u.TITLE.text = trace_text(title);
    if (title[0] != '\0') trace_append(bench->trace, &record);
    trace_set_end(bench->trace, UINT64_C(19460700123));
    model_init(&bench->model, bench->trace);
    model_seek(&bench->model, UINT64_C(19460700123));
    bench->ui = (UiState){.width = 1920,
                          .height = 1080,
                          .scale = 1,
                          .selected = HOST_NONE,
                          .speed_permille = 1,
                          .mouse_gone = true};
    bench->metrics = draw_metrics_plain();
    bench->model.states_ok = 5;
    bench->model.epoch_low = bench->model.epoch_high = 6;
}

static void bench_close(HeaderBench *bench)
{
    model_deinit(&bench->model);
    trace_destroy(bench->trace);
    draw_deinit(&bench->list);
}

static void draw(HeaderBench *bench)
{
    Layout layout = scene_layout(&bench->ui, SCENE_LANES);
    draw_clear(&bench->list);
    scene_header(&bench->list, &bench->model, &bench->ui, &layout, &bench->metrics);
}

static bool says(HeaderBench *bench, const char *words)
{
    Text quoted = {0};
    text_append(&quoted, "\"%s\"", words);
    bool is_there = draw_occurs(&bench->list, text_chars(&quoted)) > 0;
    text_deinit(&quoted);
    return is_there;
}

static void names_come_from_the_file_and_the_script(void)
{
    static const struct {
        const char *scenario, *title, *kind, *name;
    } rows[] = {{"09-anatomy-of-a-failover.lua", "Anatomy of a failover", "Lesson 9 of 20",
                 "Anatomy of a failover"},
                {"09-anatomy-of-a-failover.lua", "", "Lesson 9 of 20", "Anatomy of a failover"},
                {"zones-60.lua", "Zone c goes dark", "Scenario", "Zone c goes dark"},
                {"60-zones.lua", "", "Scenario", "Zones"},
                {"", "", "Scenario", "Untitled"}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        HeaderBench bench;
        bench_open(&bench, rows[i].scenario, rows[i].title);
        draw(&bench);
        CU_ASSERT_TRUE(says(&bench, rows[i].kind));
        CU_ASSERT_TRUE(says(&bench, rows[i].name));
        bench_close(&bench);
    }
}

/* Slower than 1/100 three more decimals are worth reading. */
static void clock_and_speed_fit_each_other(void)
{
    static const struct {
        int64_t permille;
        const char *speed;
        bool is_fine;
    } rows[] = {{1, "×1/1000", true},     {10, "×1/100", true}, {100, "×1/10", false},
                {200, "×1/5", false},     {1000, "×1", false},  {10000, "×10", false},
                {1000000, "×1000", false}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        HeaderBench bench;
        bench_open(&bench, "09-x.lua", "x");
        bench.ui.speed_permille = rows[i].permille;
        draw(&bench);
        CU_ASSERT_TRUE(says(&bench, "19.460"));
        CU_ASSERT_TRUE(says(&bench, rows[i].speed));
        CU_ASSERT_EQUAL(says(&bench, "700"), rows[i].is_fine);
        bench_close(&bench);
    }
}

static void state_is_told_by_sign_and_word(void)
{
    static const struct {
        uint16_t ok, bad;
        uint64_t low, high;
        uint32_t contested;
        const char *word, *rest, *epochs;
    } rows[] = {{5, 0, 6, 6, 0, "ok", "5 of 5 nodes", "6"},
                {0, 5, 6, 7, 0, "fail", "seen by 5 of 5", "6 → 7"},
                {4, 2, 6, 7, 0, "fail", "seen by 2 of 6", "6 → 7"},
                {6, 0, 6, 7, 5461, "split", "ok 6 · fail 0", "6 | 7"},
                {0, 0, 0, 0, 0, "none", "nothing runs", "0"}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        HeaderBench bench;
        bench_open(&bench, "09-x.lua", "x");
        bench.model.states_ok = rows[i].ok;
        bench.model.states_fail = rows[i].bad;
        bench.model.epoch_low = rows[i].low;
        bench.model.epoch_high = rows[i].high;
        bench.model.contest.count = rows[i].contested;
        draw(&bench);
        CU_ASSERT_TRUE(says(&bench, rows[i].word));
        CU_ASSERT_TRUE(says(&bench, rows[i].rest));
        CU_ASSERT_TRUE(says(&bench, rows[i].epochs));
        bool is_split = rows[i].contested > 0;
        CU_ASSERT_EQUAL(says(&bench, "two owners of a slot"), is_split);
        CU_ASSERT_EQUAL(says(&bench, "one owner per slot"), !is_split);
        CU_ASSERT_TRUE(says(&bench, "one vote per epoch"));
        bench_close(&bench);
    }
}

/* The whole strip, item by item; what changes here changes the look of every picture. */
static void strip_looks_as_it_did(void)
{
    HeaderBench bench;
    bench_open(&bench, "09-anatomy-of-a-failover.lua", "Anatomy of a failover");
    bench.ui.width = 1280 / 1.5f;
    bench.ui.height = 720 / 1.5f;
    bench.ui.scale = 1.5f;
    bench.ui.projector = true;
    bench.model.states_ok = 0;
    bench.model.states_fail = 5;
    bench.model.epoch_high = 7;
    draw(&bench);
    CU_ASSERT_TRUE(draw_is(
        "small", &bench.list,
        "rect 0 0 853.3 48 fill 15191FFF\n"
        "line 0 47.5 853.3 47.5 line 2A313AFF 1\n"
        "text 16 18 left sans-medium 10.7 7D8794FF \"Lesson 9\"\n"
        "text 16 37 left sans-semibold 16 ECEFF3FF \"Anatomy of a failover\"\n"
        "text 266.4 18 left sans-medium 10.7 7D8794FF \"Virtual time\"\n"
        "text 266.4 38 left mono-semibold 17.3 ECEFF3FF \"19.460\"\n"
        "text 328.8 38 left mono-medium 17.3 7D8794FF \"\"\n"
        "text 335.8 38 left mono 12 7D8794FF \"s\"\n"
        "rect 377.2 10 28 28 radius 7 fill 1E242CFF\n"
        "polygon 387.9 19.1 396.4 24 387.9 28.9 fill ECEFF3FF\n"
        "text 417.2 18 left sans-medium 10.7 7D8794FF \"Speed\"\n"
        "text 417.2 37 left mono-medium 14.7 ECEFF3FF \"×1/1000\"\n"
        "text 498.8 18 left sans-medium 10.7 7D8794FF \"As seen by\"\n"
        "text 498.8 37 left sans-semibold 14.7 ECEFF3FF \"Truth\"\n"
        "text 581.3 18 left sans-medium 10.7 7D8794FF \"cluster_state\"\n"
        "line 588.7 25.5 595.4 37.2 581.9 37.2 588.7 25.5 595.4 37.2 line FF8A45FF 1.8 round\n"
        "line 588.7 29.9 588.7 33.1 line FF8A45FF 1.8 round\n"
        "disc 588.7 35.3 1 fill FF8A45FF\n"
        "text 602 37 left sans-semibold 14.7 FF8A45FF \"fail\"\n"
        "text 633 37 left sans 14.7 AAB3BFFF \"5 of 5\"\n"
        "text 837.3 18 right sans-medium 10.7 7D8794FF \"currentEpoch\"\n"
        "text 837.3 37 right mono-medium 14.7 ECEFF3FF \"6 → 7\"\n"));
    bench_close(&bench);
}

static void words_never_lie_on_each_other(void)
{
    static const float sizes[][3] = {{1920, 1080, 1}, {1600, 900, 1},    {2560, 1440, 1},
                                     {1280, 720, 1},  {1280, 720, 1.5f}, {1366, 768, 1.5f},
                                     {960, 600, 1}};
    static const uint32_t contested[] = {0, 5461};
    for (uint32_t i = 0; i < ARRAY_LENGTH(sizes) * ARRAY_LENGTH(contested); i++) {
        const float *size = sizes[i / 2];
        HeaderBench bench;
        bench_open(&bench, "09-anatomy-of-a-failover.lua",
                   "A title of a lesson that is a good deal longer than any title should be");
        bench.ui.width = size[0] / size[2];
        bench.ui.height = size[1] / size[2];
        bench.ui.scale = size[2];
        bench.ui.projector = bench.ui.width < 1600;
        bench.model.contest.count = contested[i % 2];
        bench.model.states_fail = 998;
        bench.model.epoch_high = 1000;
        draw(&bench);
        Rect window = {0, 0, bench.ui.width, bench.ui.height};
        CU_ASSERT_EQUAL(texts_overlapping(&bench.list, &bench.metrics, "header"), 0);
        CU_ASSERT_EQUAL(texts_outside(&bench.list, &bench.metrics, window, "header"), 0);
        bench_close(&bench);
    }
}

void test_header_suite(void)
{
    CU_pSuite suite = CU_add_suite("scene: header", NULL, NULL);
    CU_ADD_TEST(suite, names_come_from_the_file_and_the_script);
    CU_ADD_TEST(suite, clock_and_speed_fit_each_other);
    CU_ADD_TEST(suite, state_is_told_by_sign_and_word);
    CU_ADD_TEST(suite, strip_looks_as_it_did);
    CU_ADD_TEST(suite, words_never_lie_on_each_other);
}
