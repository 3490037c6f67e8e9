/* test_clients_view.c -- machines of clients on the stage and in the console: where they stand, and
 * that what they got is told by shape and word. */
#include "tests/viz/draw_expect.h"
#include "tests/viz/story.h"
#include "viz/scene/stage.h"
#include "viz/ui/rect.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_clients_view_suite(void);

static Story served(uint32_t nodes)
{
    Story story = story_open(nodes, 5000);
    for (uint32_t i = 0; i < 3; i++) {
        static const char *const ranges[] = {"0-5460", "5461-10922", "10923-16383"};
        story_owner(&story, (NodeId)i, ranges[i], i + 1);
    }
    for (uint32_t i = 3; i < nodes; i++) story_replica(&story, (NodeId)i, (NodeId)(i % 3));
    story_states(&story, STATE_OK);
    return story;
}

static void draw_stage(StoryView *view, uint64_t ms)
{
    StagePlan plan = {0};
    story_view_seek(view, ms * SIM_MS);
    stage_plan(&plan, &view->model, &view->ui, view->layout.stage);
    scene_stage(&view->list, &view->model, &view->ui, &plan, view->layout.stage, &view->metrics);
    stage_plan_deinit(&plan);
}

static void box_tells_the_last_second_by_shape_and_word(void)
{
    static const struct {
        const char *reply, *box, *line;
    } rows[] = {
        {"+OK", "\"1/s\"", NULL},
        {"$value", "\"1/s\"", NULL},
        {"-MOVED 1649 10.0.0.1:6379", "\"1 sent on\"", "\"MOVED 1649: from now on\""},
        {"-ASK 324 10.0.0.2:6379", "\"1 sent on\"", "\"ASK 324: only this once\""},
        {"-CLUSTERDOWN The cluster is down", "\"1 error\"", "\"CLUSTERDOWN\""},
        {"connection refused", "\"1 error\"", "\"connection refused\""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = served(6);
        StoryView view;
        story_at(&story, 1000);
        HostId shop = story_client(&story, "shop", "");
        story_request(&story, shop, 1, "GET a", rows[i].reply);
        story_view_open(&view, story.trace, 1920, 1080);
        draw_stage(&view, 1000);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"shop\""), 1);
        bool fits = draw_occurs(&view.list, rows[i].box) == 1 &&
                    (!rows[i].line || draw_occurs(&view.list, rows[i].line) == 1);
        if (!fits) CU_FAIL(rows[i].reply);
        bool is_danger = draw_occurs(&view.list, "FF8A45FF") > 0;
        CU_ASSERT_EQUAL(is_danger, strcmp(rows[i].box, "\"1 error\"") == 0);

        story_at(&story, 3000); /* two seconds later it is no news */
        draw_stage(&view, 3000);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, rows[i].box), 0);
        story_view_close(&view);
        story_close(&story);
    }
}

/* What is not answered yet is not shown, and going back shows less. */
static void nothing_is_shown_before_the_client_knows_it(void)
{
    Story story = served(6);
    StoryView view;
    story_at(&story, 1000);
    HostId shop = story_client(&story, "shop", "");
    story_request(&story, shop, 0, "SET a b", "");
    story_at(&story, 1500);
    story_request(&story, shop, 1, "GET a", "-CLUSTERDOWN x");
    story_view_open(&view, story.trace, 1920, 1080);
    draw_stage(&view, 1500);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "CLUSTERDOWN"), 1);
    draw_stage(&view, 1200);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "CLUSTERDOWN"), 0);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "1/s"), 0);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"shop\""), 1);
    story_view_close(&view);
    story_close(&story);
}

/* As seen by a node there are no clients' lines: it knows its own replies only. */
static void belief_shows_no_lines_of_clients(void)
{
    Story story = served(6);
    StoryView view;
    story_at(&story, 1000);
    HostId shop = story_client(&story, "shop", "");
    story_request(&story, shop, 1, "GET a", "-MOVED 1 10.0.0.1:6379");
    story_view_open(&view, story.trace, 1920, 1080);
    view.ui.selected = 2;
    view.ui.lens = LENS_NODE;
    draw_stage(&view, 1000);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "MOVED"), 0);
    story_view_close(&view);
    story_close(&story);
}

/* A client has no table of its own: there is no view as it believes. */
static void client_has_no_belief_to_look_through(void)
{
    Story story = served(6);
    StoryView view;
    HostId shop = story_client(&story, "shop", "");
    story_view_open(&view, story.trace, 1920, 1080);
    view.ui.selected = shop;
    view.ui.lens = LENS_NODE;
    draw_stage(&view, 0);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "never heard"), 0);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"All six agree\""), 1);
    story_view_close(&view);
    story_close(&story);
}

static bool meet(Rect a, Rect b)
{
    return a.x < rect_right(b) && b.x < rect_right(a) && a.y < rect_bottom(b) &&
           b.y < rect_bottom(a);
}

/* Boxes stand on the stage, cover no node and no other box; clicking one finds it. */
static void boxes_cover_nothing_in_any_form(void)
{
    static const struct {
        uint32_t nodes;
        float width, height;
    } rows[] = {{6, 1920, 1080}, {12, 1920, 1080}, {60, 1920, 1080}, {300, 1920, 1080},
                {6, 853, 480},   {60, 853, 480},   {300, 853, 480}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = story_open_plain(rows[i].nodes, 5000);
        StoryView view;
        StagePlan plan = {0};
        for (int k = 0; k < 4; k++) story_client(&story, "shop", "");
        story_view_open(&view, story.trace, rows[i].width, rows[i].height);
        story_view_seek(&view, 0);
        stage_plan(&plan, &view.model, &view.ui, view.layout.stage);
        CU_ASSERT_EQUAL_FATAL(plan.places.count, rows[i].nodes + 4);
        Stage stage = {.plan = &plan};
        stage_map(&stage.map, &view.model, &view.ui, view.layout.stage);
        CU_ASSERT_EQUAL(stage.map.clients, 4);
        for (uint32_t c = rows[i].nodes; c < plan.places.count; c++) {
            Rect box = stage_client_box(&stage, (HostId)c);
            CU_ASSERT_TRUE(box.x >= view.layout.stage.x);
            CU_ASSERT_TRUE(rect_right(box) <= rect_right(view.layout.stage));
            CU_ASSERT_TRUE(rect_bottom(box) <= rect_bottom(view.layout.stage));
            CU_ASSERT_EQUAL(stage_host_at(&plan, rect_center(box)), c);
            for (uint32_t n = 0; n < plan.places.count; n++) {
                const HostPlace *place = &plan.places.items[n];
                float r = place->radius;
                Rect body = {place->at.x - r, place->at.y - r, 2 * r, 2 * r};
                if (n >= rows[i].nodes) body = stage_client_box(&stage, (HostId)n);
                if (n != c && meet(box, body)) {
                    printf("\n  %u nodes at %g: client %u lies on host %u", rows[i].nodes,
                           (double)rows[i].width, c, n);
                    CU_FAIL("a box covers something");
                }
            }
        }
        stage_plan_deinit(&plan);
        story_view_close(&view);
        story_close(&story);
    }
}

/* The console of a client shows what it asked; that of a node who asked. */
static void console_shows_the_talk_from_both_sides(void)
{
    Story story = served(3);
    StoryView view;
    story_at(&story, 1000);
    HostId shop = story_client(&story, "shop", "");
    story_request(&story, shop, 1, "GET a", "-MOVED 15495 10.0.0.3:6379");
    story_request(&story, shop, 2, "GET a", "$blue");
    story_view_open(&view, story.trace, 1920, 1080);
    view.ui.dock = DOCK_CONSOLE;
    view.ui.selected = shop;
    story_view_seek(&view, SIM_SEC);
    scene_dock(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"n2 10.0.0.2:6379> \""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"(error) MOVED 15495 10.0.0.3:6379\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"\"blue\"\""), 1);

    view.ui.selected = 2;
    story_view_seek(&view, SIM_SEC);
    scene_dock(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"shop at 10.0.0.3:6379> \""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "MOVED"), 0);
    story_view_close(&view);
    story_close(&story);
}

void test_clients_view_suite(void)
{
    CU_pSuite suite = CU_add_suite("clients: view", NULL, NULL);
    CU_add_test(suite, "the last second", box_tells_the_last_second_by_shape_and_word);
    CU_add_test(suite, "not before", nothing_is_shown_before_the_client_knows_it);
    CU_add_test(suite, "belief", belief_shows_no_lines_of_clients);
    CU_add_test(suite, "no belief of a client", client_has_no_belief_to_look_through);
    CU_add_test(suite, "boxes cover nothing", boxes_cover_nothing_in_any_form);
    CU_add_test(suite, "console", console_shows_the_talk_from_both_sides);
}
