/* test_ui_control.c -- buttons, segments, tabs, marks: what can be hit, what is shown as chosen. */
#include "tests/viz/draw_expect.h"
#include "viz/ui/control.h"
#include "viz/ui/label.h"

#include <CUnit/CUnit.h>

void test_ui_control_suite(void);

enum { ACTION_PRESS = 7 };

static void button_is_hit_unless_disabled_or_without_action(void)
{
    static const struct {
        const char *row;
        ControlState state;
        uint32_t action;
        uint32_t want; /* hits */
    } rows[] = {
        {"normal", CONTROL_NORMAL, ACTION_PRESS, 1},
        {"chosen", CONTROL_CHOSEN, ACTION_PRESS, 1},
        {"disabled", CONTROL_DISABLED, ACTION_PRESS, 0},
        {"no action", CONTROL_NORMAL, HIT_NONE, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        UiBench bench;
        bench_init(&bench);
        Action action = {.id = rows[i].action, .argument = 3, .key = ' '};
        control_button(&bench.ui, (Rect){10, 10, 80, 30}, "Go", rows[i].state, action);
        if (bench.hits.items.count != rows[i].want) CU_FAIL(rows[i].row);
        if (rows[i].want == 1) CU_ASSERT_EQUAL(hit_by_key(&bench.hits, ' ')->argument, 3);
        bench_deinit(&bench);
    }
}

static void button_is_brighter_under_the_mouse(void)
{
    UiBench bench;
    bench_init(&bench);
    Action action = {.id = ACTION_PRESS};

    bench.ui.mouse = (Point){20, 20};
    control_button(&bench.ui, (Rect){10, 10, 80, 30}, "Go", CONTROL_NORMAL, action);
    Color hovered = bench.list.items.items[0].fill;
    draw_clear(&bench.list);
    control_button(&bench.ui, (Rect){10, 10, 80, 30}, "Go", CONTROL_DISABLED, action);

    CU_ASSERT_NOT_EQUAL(hovered, bench.ui.theme->raised);
    CU_ASSERT_EQUAL(bench.list.items.items[0].fill, bench.ui.theme->raised);
    bench_deinit(&bench);
}

static void button_with_the_focus_has_a_ring(void)
{
    UiBench bench;
    bench_init(&bench);
    bench.ui.focus = ACTION_PRESS;
    bench.ui.focus_argument = 2;

    control_button(&bench.ui, (Rect){10, 10, 80, 30}, "1", CONTROL_NORMAL,
                   (Action){ACTION_PRESS, 1, 0});
    uint32_t without = draw_lines(&bench.list, "rect");
    control_button(&bench.ui, (Rect){10, 10, 80, 30}, "2", CONTROL_NORMAL,
                   (Action){ACTION_PRESS, 2, 0});

    CU_ASSERT_EQUAL(without, 1);
    CU_ASSERT_EQUAL(draw_lines(&bench.list, "rect"), 3);
    bench_deinit(&bench);
}

static void button_without_a_hit_list_is_only_a_picture(void)
{
    UiBench bench;
    bench_init(&bench);
    bench.ui.hits = NULL;
    bench.ui.mouse = (Point){20, 20};

    control_button(&bench.ui, (Rect){10, 10, 80, 30}, "Go", CONTROL_NORMAL,
                   (Action){ACTION_PRESS, 0, 0});

    CU_ASSERT_EQUAL(bench.list.items.items[0].fill, bench.ui.theme->raised);
    CU_ASSERT_EQUAL(bench.hits.items.count, 0);
    bench_deinit(&bench);
}

static void segments_lie_side_by_side_and_one_is_inverted(void)
{
    static const char *const titles[] = {"Truth", "Node", "Client"};
    UiBench bench;
    bench_init(&bench);

    float width = control_segments(&bench.ui, (Point){100, 14}, titles, 3, 1, ACTION_PRESS);

    CU_ASSERT_DOUBLE_EQUAL(width, control_segments_width(&bench.ui, titles, 3), 0.001);
    CU_ASSERT_EQUAL(bench.hits.items.count, 3);
    const Hit *hits = bench.hits.items.items;
    for (uint32_t i = 0; i < 3; i++) CU_ASSERT_EQUAL(hits[i].argument, i);
    CU_ASSERT_DOUBLE_EQUAL(rect_right(hits[0].rect), hits[1].rect.x, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(rect_right(hits[2].rect), 100 + width - 2, 0.01);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "fill ECEFF3FF"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "0A0D10FF \"Node\""), 1); /* ink on invert */
    bench_deinit(&bench);
}

static void tabs_underline_the_chosen_one(void)
{
    static const char *const titles[] = {"Inspector", "Why?"};
    UiBench bench;
    bench_init(&bench);
    float width = label_width(&bench.ui, TYPE_BODY_STRONG, "Inspector");

    control_tabs(&bench.ui, (Rect){1056, 640, 856, 40}, titles, 2, 0, ACTION_PRESS);

    const DrawItem *line = &bench.list.items.items[2]; /* divider, title, line */
    CU_ASSERT_EQUAL(line->kind, DRAW_RECT);
    CU_ASSERT_DOUBLE_EQUAL(line->rect.x, 1080, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(line->rect.w, width, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(rect_bottom(line->rect), 680, 0.001);
    const Hit *second = hit_at(&bench.hits, (Point){1080 + width + 28 + 4, 660});
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    CU_ASSERT_EQUAL(second->argument, 1);
    bench_deinit(&bench);
}

static void pill_and_filter_are_as_wide_as_they_say(void)
{
    UiBench bench;
    bench_init(&bench);

    float pill =
        control_pill(&bench.ui, (Point){10, 50}, 22, 0xFF, 0xFFFFFFFF, TYPE_BODY_STRONG, "n244");
    CU_ASSERT_DOUBLE_EQUAL(bench.list.items.items[0].rect.w, pill, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(pill, control_pill_width(&bench.ui, 22, TYPE_BODY_STRONG, "n244"),
                           0.001);
    float filter = control_filter(&bench.ui, (Point){10, 90}, "F FAIL", "0", CONTROL_CHOSEN,
                                  (Action){ACTION_PRESS, 4, 0});
    CU_ASSERT_DOUBLE_EQUAL(bench.hits.items.items[0].rect.w, filter, 0.001);
    bench_deinit(&bench);
}

/* View tokens §1: what vermillion says is said again by a shape and a word. */
static void lamp_tells_trouble_by_shape_and_colour(void)
{
    UiBench bench;
    bench_init(&bench);

    control_lamp(&bench.ui, (Point){0, 20}, true, "one owner per slot");
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "FF8A45FF"), 0);
    uint32_t shapes = bench.list.items.count;
    draw_clear(&bench.list);
    control_lamp(&bench.ui, (Point){0, 20}, false, "two owners of a slot");
    CU_ASSERT_TRUE(draw_occurs(&bench.list, "FF8A45FF") >= 2);
    CU_ASSERT_TRUE(bench.list.items.count > shapes);
    bench_deinit(&bench);
}

static void hover_note_stays_inside_its_bounds(void)
{
    static const Point points[] = {{5, 5}, {795, 5}, {5, 595}, {795, 595}, {400, 300}};
    Rect bounds = {0, 0, 800, 600};
    for (size_t i = 0; i < ARRAY_LENGTH(points); i++) {
        UiBench bench;
        bench_init(&bench);
        control_hover(&bench.ui, points[i], bounds, "n5: replica of n1", "epoch 1");
        Rect note = bench.list.items.items[0].rect;
        CU_ASSERT_TRUE(note.x >= 0 && note.y >= 0);
        CU_ASSERT_TRUE(rect_right(note) <= 800 && rect_bottom(note) <= 600);
        CU_ASSERT_FALSE(rect_contains(note, points[i])); /* never under the pointer */
        bench_deinit(&bench);
    }
}

static void every_icon_draws_inside_its_square(void)
{
    for (int icon = 0; icon < ICON_COUNT; icon++) {
        DrawList list = {0};
        icon_draw(&list, (Icon)icon, (Point){50, 50}, 20, 0xFF);
        CU_ASSERT_TRUE(list.items.count > 0);
        for (uint32_t i = 0; i < list.points.count; i++) {
            Point at = list.points.items[i];
            CU_ASSERT_TRUE(at.x >= 36 && at.x <= 64 && at.y >= 36 && at.y <= 64);
        }
        draw_deinit(&list);
    }
}

void test_ui_control_suite(void)
{
    CU_pSuite suite = CU_add_suite("ui: controls and marks", NULL, NULL);
    CU_ADD_TEST(suite, button_is_hit_unless_disabled_or_without_action);
    CU_ADD_TEST(suite, button_is_brighter_under_the_mouse);
    CU_ADD_TEST(suite, button_with_the_focus_has_a_ring);
    CU_ADD_TEST(suite, button_without_a_hit_list_is_only_a_picture);
    CU_ADD_TEST(suite, segments_lie_side_by_side_and_one_is_inverted);
    CU_ADD_TEST(suite, tabs_underline_the_chosen_one);
    CU_ADD_TEST(suite, pill_and_filter_are_as_wide_as_they_say);
    CU_ADD_TEST(suite, lamp_tells_trouble_by_shape_and_colour);
    CU_ADD_TEST(suite, hover_note_stays_inside_its_bounds);
    CU_ADD_TEST(suite, every_icon_draws_inside_its_square);
}
