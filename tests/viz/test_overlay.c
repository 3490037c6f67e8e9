/* test_overlay.c -- what lies on top: message line, hover label, menu, keys. */
#include "tests/fixture/fixture.h"
#include "tests/viz/draw_expect.h"
#include "tests/viz/story.h"
#include "viz/scene/scene.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_overlay_suite(void);

/* Three primaries with a replica each, created and agreed; the mouse is there. */
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
    view->view.ui.live = true;
    view->view.ui.mouse_gone = false;
    view->view.ui.view_to = 12 * SIM_SEC;
    story_view_seek(&view->view, sim_now(view->fixture.sim));
}

static void view_draw(View *view)
{
    StoryView *on = &view->view;
    story_view_seek(on, sim_now(view->fixture.sim));
    scene_overlay(&on->list, &on->model, &on->ui, &on->layout, &on->metrics);
}

static void view_close(View *view)
{
    story_view_close(&view->view);
    fixture_close(&view->fixture);
}

static void nothing_to_say_draws_nothing(void)
{
    View view;
    view_open(&view);
    view_draw(&view);
    CU_ASSERT_EQUAL(view.view.list.items.count, 0);
    view_close(&view);
}

static void lua_lines_are_mono_sentences_are_not(void)
{
    View view;
    view_open(&view);
    snprintf(view.view.ui.message, sizeof(view.view.ui.message), "c.n1:kill()");
    view_draw(&view);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "mono"), 1);

    snprintf(view.view.ui.message, sizeof(view.view.ui.message), "Nothing is cut.");
    view_draw(&view);

    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "mono"), 0);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "Nothing is cut."), 1);
    view_close(&view);
}

static void hover_tells_of_nodes_and_slots(void)
{
    View view;
    view_open(&view);
    view.view.ui.hovered = 0;
    view_draw(&view);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "primary of 5461 slots"), 1);
    view.view.ui.hovered = HOST_NONE;
    view.view.ui.hovered_slot = 866;
    view_draw(&view);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "slot 866  shard A"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "n1 takes writes for it"), 1);
    fixture_kill(&view.fixture, 0, false);

    view_draw(&view);

    CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "nobody would take a write"), 1);
    view_close(&view);
}

/* The menu mirrors the keys and offers only what is possible. */
static void menu_offers_what_can_be_done_to_the_node(void)
{
    static const struct {
        const char *row;
        bool live, dead;
        const char *enabled; /* keys */
    } rows[] = {{"running", true, false, "s2kplc"},
                {"dead", true, true, "srlc"},
                {"a trace file", false, false, "s2"}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        View view;
        MenuRow menu[MENU_ROWS_MAX];
        char enabled[MENU_ROWS_MAX + 1] = "";
        view_open(&view);
        if (rows[i].dead) fixture_kill(&view.fixture, 2, false);
        model_seek(&view.view.model, sim_now(view.fixture.sim));
        view.view.ui.live = rows[i].live;
        view.view.ui.menu_host = 2;

        uint32_t count = scene_menu_rows(&view.view.model, &view.view.ui, menu);

        for (uint32_t k = 0; k < count; k++) {
            if (menu[k].enabled) snprintf(enabled + strlen(enabled), 2, "%c", (int)menu[k].key);
        }
        if (strcmp(enabled, rows[i].enabled) != 0) {
            printf("\n  %s: got %s, want %s", rows[i].row, enabled, rows[i].enabled);
            CU_FAIL(rows[i].row);
        }
        view_close(&view);
    }
}

static void menu_stays_inside_the_window(void)
{
    View view;
    view_open(&view);
    view.view.ui.menu_open = true;
    view.view.ui.menu_host = 0;
    view.view.ui.menu_at = (Point){1915, 1075};
    bool found[MENU_ROWS_MAX] = {false};

    for (float y = 700; y < 1080; y += 4) {
        int row = scene_menu_at(&view.view.model, &view.view.ui, (Point){1800, y});
        if (row >= 0) found[row] = true;
    }

    for (uint32_t i = 0; i < MENU_ROWS_MAX; i++) CU_ASSERT_TRUE(found[i]);
    view.view.ui.menu_open = false;
    CU_ASSERT_EQUAL(scene_menu_at(&view.view.model, &view.view.ui, (Point){1800, 1000}), -1);
    view_close(&view);
}

static void keys_fit_into_every_window(void)
{
    static const Point sizes[] = {{1920, 1080}, {1600, 900}, {1280, 720}, {853, 480}};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        View view;
        view_open(&view);
        view.view.ui.width = sizes[i].x;
        view.view.ui.height = sizes[i].y;
        view.view.ui.projector = sizes[i].x < 1600;
        view.view.ui.scale = sizes[i].x < 900 ? 1.5f : 1;
        view.view.ui.show_keys = true;

        view_draw(&view);

        for (uint32_t k = 0; k < view.view.list.items.count; k++) {
            const DrawItem *item = &view.view.list.items.items[k];
            if (item->kind != DRAW_TEXT) continue;
            CU_ASSERT_TRUE(item->rect.x > 0 && item->rect.x < sizes[i].x);
            CU_ASSERT_TRUE(item->rect.y > 10 && item->rect.y < sizes[i].y - 2);
        }
        CU_ASSERT_EQUAL(draw_occurs(&view.view.list, "\"Space\""), 1);
        view_close(&view);
    }
}

static void bookmarks_stand_on_the_timeline(void)
{
    View view;
    view_open(&view);
    view.view.ui.marks[0] = 3 * SIM_SEC;
    view.view.ui.marks[1] = 40 * SIM_SEC; /* outside of the window */
    view.view.ui.mark_count = 2;

    view_draw(&view);

    CU_ASSERT_EQUAL(draw_lines(&view.view.list, "polygon"), 1);
    view_close(&view);
}

void test_overlay_suite(void)
{
    CU_pSuite suite = CU_add_suite("overlay", NULL, NULL);
    CU_add_test(suite, "nothing to say", nothing_to_say_draws_nothing);
    CU_add_test(suite, "lua lines are mono", lua_lines_are_mono_sentences_are_not);
    CU_add_test(suite, "hover", hover_tells_of_nodes_and_slots);
    CU_add_test(suite, "menu offers", menu_offers_what_can_be_done_to_the_node);
    CU_add_test(suite, "menu stays inside", menu_stays_inside_the_window);
    CU_add_test(suite, "keys fit", keys_fit_into_every_window);
    CU_add_test(suite, "bookmarks", bookmarks_stand_on_the_timeline);
}
