/* test_timeline_view.c -- axis, lanes, handle and veil. */
#include "tests/viz/draw_expect.h"
#include "tests/viz/view_run.h"
#include "viz/scene/timeline.h"

#include <CUnit/CUnit.h>

void test_timeline_view_suite(void);

static void draw(ViewRun *run, SimTime at)
{
    Layout layout = scene_layout(&run->ui, SCENE_LANES);
    LaneOptions options = {.from = run->ui.view_from,
                           .to = run->ui.view_to,
                           .bins = 100,
                           .slot = -1,
                           .max_lanes = SCENE_LANES};
    model_seek(&run->model, at);
    lanes_build(&run->lanes, &run->model, &options);
    draw_clear(&run->list);
    scene_timeline(&run->list, &run->model, &run->lanes, &run->ui, &layout, &run->metrics);
}

/* Steps of 1, 2 or 5, then of minutes; labels have as many decimals as they need and no more. */
static void axis_has_round_steps_that_leave_room(void)
{
    static const struct {
        SimSpan window, step;
        uint32_t decimals;
    } rows[] = {{12 * SIM_SEC, SIM_SEC, 0},       {30 * SIM_SEC, 2 * SIM_SEC, 0},
                {200 * SIM_SEC, 20 * SIM_SEC, 0}, {3600 * SIM_SEC, 300 * SIM_SEC, 0},
                {2 * SIM_SEC, 200 * SIM_MS, 1},   {200 * SIM_MS, 20 * SIM_MS, 2},
                {20 * SIM_MS, 2 * SIM_MS, 3},     {2 * SIM_MS, 200 * SIM_US, 6}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Plot plot = {.left = 160, .right = 1160, .from = 0, .to = rows[i].window};
        uint32_t decimals = 99;
        SimSpan step = plot_tick(&plot, 60, &decimals);
        CU_ASSERT_EQUAL(step, rows[i].step);
        CU_ASSERT_EQUAL(decimals, rows[i].decimals);
    }
}

static void span_and_x_agree(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    float left, right;
    scene_timeline_span(&layout, &run.ui, &left, &right);
    CU_ASSERT_EQUAL(left, 160);
    CU_ASSERT_EQUAL(right, 1896);
    Plot plot = {.left = left, .right = right, .from = 10 * SIM_SEC, .to = 20 * SIM_SEC};
    CU_ASSERT_EQUAL(plot_x(&plot, 0), left);
    CU_ASSERT_EQUAL(plot_x(&plot, 15 * SIM_SEC), (left + right) / 2);
    CU_ASSERT_EQUAL(plot_x(&plot, 99 * SIM_SEC), right);
    view_run_close(&run);
}

/* Nothing of what comes is shown; while a question is open the veil says why. */
static void future_is_hidden_while_a_question_is_open(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    SimTime before = run.killed - 100 * SIM_MS;
    draw(&run, before);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "n1 killed"), 0);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "hidden until you predict"), 0);

    run.ui.question_open = true;
    draw(&run, before);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "hidden until you predict"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "n1 killed"), 0);

    run.ui.question_open = false;
    draw(&run, trace_end(run.model.trace));
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "n1 killed"), 1);
    view_run_close(&run);
}

static void handle_stands_at_the_moment(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    run.ui.view_from = 0;
    run.ui.view_to = 2 * run.killed;
    draw(&run, run.killed);
    Text line = {0};
    float middle = (160.0f + 1896) / 2;
    text_append(&line, "line %.0f", (double)middle);
    CU_ASSERT_TRUE(draw_lines(&run.list, text_chars(&line)) >= 1);
    CU_ASSERT_TRUE(layout.timeline.h > 0);
    text_deinit(&line);

    run.ui.view_to = run.killed / 2; /* scrolled away: no handle */
    draw(&run, run.killed);
    char now[48];
    panel_time(run.killed, 3, now, sizeof(now));
    CU_ASSERT_EQUAL(draw_occurs(&run.list, now), 0);
    view_run_close(&run);
}

/* At every tenth of a second of a failover, at five zooms and four sizes. */
static void words_never_lie_on_each_other(void)
{
    static const float sizes[][3] = {
        {1920, 1080, 1}, {1600, 900, 1}, {1280, 720, 1.5f}, {960, 600, 1}};
    static const SimSpan windows[] = {400 * SIM_MS, 2 * SIM_SEC, 5 * SIM_SEC, 12 * SIM_SEC,
                                      60 * SIM_SEC};
    ViewRun run;
    view_run_open(&run, 3, 1);
    for (uint32_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        view_run_resize(&run, sizes[i][0], sizes[i][1], sizes[i][2]);
        for (uint32_t w = 0; w < ARRAY_LENGTH(windows); w++) {
            for (SimSpan after = 0; after < 8 * SIM_SEC; after += 190 * SIM_MS) {
                SimTime at = run.killed + after;
                run.ui.view_from = at > windows[w] * 3 / 4 ? at - windows[w] * 3 / 4 : 0;
                run.ui.view_to = run.ui.view_from + windows[w];
                run.ui.question_open = after % (380 * SIM_MS) == 0;
                draw(&run, at);
                CU_ASSERT_EQUAL_FATAL(texts_overlapping(&run.list, &run.metrics, "timeline"), 0);
                Rect window = {0, 0, run.ui.width, run.ui.height};
                CU_ASSERT_EQUAL_FATAL(texts_outside(&run.list, &run.metrics, window, "timeline"),
                                      0);
            }
        }
    }
    view_run_close(&run);
}

void test_timeline_view_suite(void)
{
    CU_pSuite suite = CU_add_suite("scene: timeline", NULL, NULL);
    CU_ADD_TEST(suite, axis_has_round_steps_that_leave_room);
    CU_ADD_TEST(suite, span_and_x_agree);
    CU_ADD_TEST(suite, future_is_hidden_while_a_question_is_open);
    CU_ADD_TEST(suite, handle_stands_at_the_moment);
    CU_ADD_TEST(suite, words_never_lie_on_each_other);
}
