/* test_ui_hit.c -- rects, hits by mouse and by key. */
#include "tests/viz/draw_expect.h"

#include <CUnit/CUnit.h>

void test_ui_hit_suite(void);

static bool rect_is(Rect got, float x, float y, float w, float h)
{
    return got.x == x && got.y == y && got.w == w && got.h == h;
}

static void rect_strips_and_rest_cover_the_whole(void)
{
    Rect rest = {10, 20, 100, 50};

    CU_ASSERT_TRUE(rect_is(rect_take_left(&rest, 30), 10, 20, 30, 50));
    CU_ASSERT_TRUE(rect_is(rect_take_top(&rest, 10), 40, 20, 70, 10));
    CU_ASSERT_TRUE(rect_is(rect_take_right(&rest, 20), 90, 30, 20, 40));
    CU_ASSERT_TRUE(rect_is(rect_take_bottom(&rest, 15), 40, 55, 50, 15));
    CU_ASSERT_TRUE(rect_is(rest, 40, 30, 50, 25));
}

static void rect_never_gets_a_negative_size(void)
{
    Rect rest = {0, 0, 10, 10};

    CU_ASSERT_TRUE(rect_is(rect_take_left(&rest, 99), 0, 0, 10, 10));
    CU_ASSERT_TRUE(rect_is(rest, 10, 0, 0, 10));
    CU_ASSERT_TRUE(rect_is(rect_take_top(&rest, -5), 10, 0, 0, 0));
    CU_ASSERT_TRUE(rect_is(rect_inset((Rect){0, 0, 10, 4}, 3, 3), 3, 2, 4, 0));
}

static void rect_columns_share_the_width_without_the_gaps(void)
{
    Rect whole = {100, 5, 320, 36};

    CU_ASSERT_TRUE(rect_is(rect_column(whole, 0, 3, 10), 100, 5, 100, 36));
    CU_ASSERT_TRUE(rect_is(rect_column(whole, 2, 3, 10), 320, 5, 100, 36));
}

static void rect_contains_left_and_top_edge_only(void)
{
    Rect rect = {10, 10, 5, 5};

    CU_ASSERT_TRUE(rect_contains(rect, (Point){10, 10}));
    CU_ASSERT_FALSE(rect_contains(rect, (Point){15, 12}));
    CU_ASSERT_FALSE(rect_contains(rect, (Point){12, 15}));
}

static HitList three_hits(void)
{
    HitList list = {0};
    hit_add(&list, (Rect){0, 0, 100, 100}, 1, 11);
    hit_add_key(&list, (Rect){20, 20, 40, 40}, 2, 22, 'k');
    hit_add_key(&list, (Rect){40, 40, 40, 40}, 3, 33, 'k');
    return list;
}

static void hit_is_the_topmost_under_the_mouse(void)
{
    static const struct {
        const char *row;
        Point at;
        uint32_t want; /* action; 0: none */
    } rows[] = {
        {"only the ground", {5, 5}, 1},       {"second over first", {30, 30}, 2},
        {"third over both", {50, 50}, 3},     {"outside of all", {150, 5}, 0},
        {"the edge is outside", {100, 5}, 0},
    };
    HitList list = three_hits();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const Hit *hit = hit_at(&list, rows[i].at);
        uint32_t got = hit == NULL ? 0 : hit->action;
        if (got != rows[i].want) CU_FAIL(rows[i].row);
    }
    CU_ASSERT_EQUAL(hit_at(&list, (Point){50, 50})->argument, 33);
    hit_deinit(&list);
}

static void hit_by_key_and_by_action(void)
{
    HitList list = three_hits();

    CU_ASSERT_EQUAL(hit_by_key(&list, 'k')->action, 3);
    CU_ASSERT_PTR_NULL(hit_by_key(&list, 'x'));
    CU_ASSERT_PTR_NULL(hit_by_key(&list, 0));
    CU_ASSERT_EQUAL(hit_find(&list, 2, 22)->rect.x, 20);
    CU_ASSERT_PTR_NULL(hit_find(&list, 2, 23));
    hit_deinit(&list);
}

static void hit_next_walks_around_both_ways(void)
{
    HitList list = three_hits();
    const Hit *hit = NULL;

    static const uint32_t forwards[] = {1, 2, 3, 1};
    for (size_t i = 0; i < ARRAY_LENGTH(forwards); i++) {
        hit = hit_next(&list, hit, 1);
        CU_ASSERT_EQUAL(hit->action, forwards[i]);
    }
    CU_ASSERT_EQUAL(hit_next(&list, hit, -1)->action, 3);
    CU_ASSERT_EQUAL(hit_next(&list, NULL, -1)->action, 3);
    hit_clear(&list);
    CU_ASSERT_PTR_NULL(hit_next(&list, NULL, 1));
    hit_deinit(&list);
}

void test_ui_hit_suite(void)
{
    CU_pSuite suite = CU_add_suite("ui: rects and hits", NULL, NULL);
    CU_ADD_TEST(suite, rect_strips_and_rest_cover_the_whole);
    CU_ADD_TEST(suite, rect_never_gets_a_negative_size);
    CU_ADD_TEST(suite, rect_columns_share_the_width_without_the_gaps);
    CU_ADD_TEST(suite, rect_contains_left_and_top_edge_only);
    CU_ADD_TEST(suite, hit_is_the_topmost_under_the_mouse);
    CU_ADD_TEST(suite, hit_by_key_and_by_action);
    CU_ADD_TEST(suite, hit_next_walks_around_both_ways);
}
