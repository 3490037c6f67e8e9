/* test_dock.c -- the tabs of the dock on a real run: a failover, and a cluster cut in two. */
#include "tests/fixture/fixture.h"
#include "tests/viz/draw_expect.h"
#include "tests/viz/story.h"
#include "viz/scene/dock.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_dock_suite(void);

/* Three primaries with a replica each, created and agreed. */
typedef struct View {
    Fixture fixture;
    StoryView view;
} View;

static void view_open(View *view)
{
    FixtureConfig config = fixture_config(7, 3, 1, 2000);
    view->fixture = fixture_open(&config);
    fixture_create(&view->fixture, 60 * SIM_SEC);
    story_view_open(&view->view, sim_trace(view->fixture.sim), 1920, 1080);
}

static void view_draw(View *view, DockTab tab)
{
    StoryView *on = &view->view;
    on->ui.dock = tab;
    story_view_seek(on, sim_now(view->fixture.sim));
    scene_dock(&on->list, &on->model, &on->ui, &on->layout, &on->metrics);
}

static void view_close(View *view)
{
    story_view_close(&view->view);
    fixture_close(&view->fixture);
}

static void inspector_shows_the_nodes_own_table(void)
{
    View view;
    view_open(&view);
    view.view.ui.selected = 3;

    view_draw(&view, DOCK_INSPECTOR);

    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"myself,slave\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"master\""), 3);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"connected\""), 6);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"10.0.0.2:6379\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "replica of "), 1);
    view_close(&view);
}

/* Danger has a word of its own and the colour of danger. */
static void inspector_marks_a_failed_peer(void)
{
    View view;
    view_open(&view);
    view.view.ui.selected = 1;
    fixture_kill(&view.fixture, 0, false);
    fixture_run(&view.fixture, 4 * SIM_SEC);

    view_draw(&view, DOCK_INSPECTOR);

    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "FF8A45FF \"master,fail\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "FF8A45FF \"disconnected\""), 1);
    view_close(&view);
}

static void inspector_says_what_is_wrong_without_a_table(void)
{
    View view;
    view_open(&view);
    view_draw(&view, DOCK_INSPECTOR);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "Click a node"), 1);

    fixture_kill(&view.fixture, 0, false);
    view.view.ui.selected = 0;
    view_draw(&view, DOCK_INSPECTOR);

    CU_ASSERT_TRUE(draw_occurs(&view.view.list, "is dead since") >= 1);
    view_close(&view);
}

static void why_follows_causes_back_to_the_vote(void)
{
    View view;
    view_open(&view);
    fixture_kill(&view.fixture, 0, false);
    fixture_run(&view.fixture, 8 * SIM_SEC);
    view_draw(&view, DOCK_WHY);
    HostId heir = view.view.model.hosts.items[0].shard == SHARD_NONE ? HOST_NONE : 0;
    for (uint32_t i = 0; i < view.view.model.hosts.count; i++) {
        if (view.view.model.hosts.items[i].epoch > 3 && view.view.model.hosts.items[i].is_primary)
            heir = (HostId)i;
    }
    view.view.ui.selected = heir;

    view_draw(&view, DOCK_WHY);

    CU_ASSERT_TRUE(draw_occurs(&view.view.list, "won the election") >= 1);
    CU_ASSERT_TRUE(draw_occurs(&view.view.list, "sends AUTH_ACK to") >= 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "receives AUTH_ACK"), 0);
    view_close(&view);
}

static void agreement_counts_factions_and_who_suspects_whom(void)
{
    View view;
    view_open(&view);
    view_draw(&view, DOCK_AGREEMENT);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"1 faction\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"!\""), 0);

    fixture_fault(&view.fixture, 1, 2 | 4 | 8 | 16 | 32, (NetRule){.cut = true});
    fixture_run(&view.fixture, 8 * SIM_SEC);
    view_draw(&view, DOCK_AGREEMENT);

    CU_ASSERT_TRUE(draw_occurs(&view.view.list, "\"!\"") >= 4);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "factions\""), 1);
    CU_ASSERT_TRUE(draw_lines(&view.view.list, "cells") >= 2);
    view_close(&view);
}

static void metrics_time_a_failure_from_its_first_moment(void)
{
    View view;
    view_open(&view);
    fixture_kill(&view.fixture, 0, false);
    fixture_run(&view.fixture, 8 * SIM_SEC);

    view_draw(&view, DOCK_METRICS);

    CU_ASSERT_EQUAL(view.view.index.failures.count, 1);
    const FailureStory *story = view.view.index.failures.items;
    CU_ASSERT_EQUAL(story->host, 0);
    CU_ASSERT_TRUE(story->down < story->suspect && story->suspect <= story->failed);
    CU_ASSERT_TRUE(story->failed < story->asked && story->asked < story->replaced);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "no client in this scenario"), 1);
    view_close(&view);
}

static void console_shows_calls_of_the_selected_node_only(void)
{
    View view;
    view_open(&view);
    fixture_call(&view.fixture, 0, "CLUSTER MYID");
    fixture_call(&view.fixture, 1, "CLUSTER NONSENSE");
    view.view.ui.selected = 1;

    view_draw(&view, DOCK_CONSOLE);

    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "CLUSTER NONSENSE"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "CLUSTER MYID"), 0);
    CU_ASSERT_TRUE(draw_occurs(&view.view.list, "\"10.0.0.2:6379> \"") >= 1);
    CU_ASSERT_TRUE(draw_occurs(&view.view.list, "FF8A45FF \"(error) ERR") >= 1);
    view_close(&view);
}

static void source_marks_the_line_now_executing(void)
{
    View view;
    view_open(&view);
    view_draw(&view, DOCK_SOURCE);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "A trace file holds what happened"), 1);
    view.view.ui.source_text = "-- a comment\nc:create()\nwait \"5s\"\n";
    view.view.ui.source_line = 2;

    view_draw(&view, DOCK_SOURCE);

    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "ECEFF3FF \"c:create()\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "7D8794FF \"-- a comment\""), 1);
    view_close(&view);
}

static void tabs_are_found_under_the_mouse_and_the_dock_may_lie_over_all(void)
{
    UiState ui = {.width = 1920, .height = 1080, .scale = 1};
    TextMetrics metrics = draw_metrics_plain();
    Layout layout = scene_layout(&ui, SCENE_LANES);
    Rect dock = scene_dock_rect(&ui, &layout);
    CU_ASSERT_EQUAL(scene_dock_tab_at(&ui, &layout, &metrics, (Point){dock.x + 30, dock.y + 20}),
                    0);
    CU_ASSERT_EQUAL(scene_dock_tab_at(&ui, &layout, &metrics, (Point){dock.x + 30, dock.y + 90}),
                    -1);

    ui.width = 1280;
    ui.height = 720;
    ui.projector = true;
    layout = scene_layout(&ui, SCENE_LANES);
    CU_ASSERT_EQUAL(scene_dock_rect(&ui, &layout).w, 0);
    ui.dock_over = true;

    CU_ASSERT_TRUE(scene_dock_rect(&ui, &layout).w > 1000);
}

/* Scrubbing back shows less, never something of the future. */
static void index_lists_are_cut_at_the_present_record(void)
{
    View view;
    view_open(&view);
    uint64_t before = trace_count(sim_trace(view.fixture.sim));
    fixture_call(&view.fixture, 0, "CLUSTER MYID");
    run_index_update(&view.view.index, sim_trace(view.fixture.sim));

    uint32_t then = run_index_count(&view.view.index.calls, before);
    uint32_t now = run_index_count(&view.view.index.calls, view.view.index.seq);

    CU_ASSERT_EQUAL(now, then + 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run_index_last(&view.view.index.calls, before, 0));
    CU_ASSERT_TRUE(run_index_last(&view.view.index.calls, before, 0)->seq <= before);
    view_close(&view);
}

void test_dock_suite(void)
{
    CU_pSuite suite = CU_add_suite("dock", NULL, NULL);
    CU_add_test(suite, "inspector: own table", inspector_shows_the_nodes_own_table);
    CU_add_test(suite, "inspector: failed peer", inspector_marks_a_failed_peer);
    CU_add_test(suite, "inspector: sentences", inspector_says_what_is_wrong_without_a_table);
    CU_add_test(suite, "why: back to the vote", why_follows_causes_back_to_the_vote);
    CU_add_test(suite, "agreement: factions, suspicion",
                agreement_counts_factions_and_who_suspects_whom);
    CU_add_test(suite, "metrics: times of a failure", metrics_time_a_failure_from_its_first_moment);
    CU_add_test(suite, "console: calls of a node", console_shows_calls_of_the_selected_node_only);
    CU_add_test(suite, "source: line now executing", source_marks_the_line_now_executing);
    CU_add_test(suite, "tabs under the mouse",
                tabs_are_found_under_the_mouse_and_the_dock_may_lie_over_all);
    CU_add_test(suite, "index is cut at the present", index_lists_are_cut_at_the_present_record);
}
