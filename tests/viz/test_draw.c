/* test_draw.c -- the draw list: what is appended is what the text form says. */
#include "tests/viz/draw_expect.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_draw_suite(void);

static void draw_dump_names_every_kind(void)
{
    DrawList list = {0};
    Stroke dashed = stroke_dashed(0xFFFFFFFF, 2, 1, 6);
    dashed.round_caps = true;

    draw_rect(&list, (Rect){24, 64, 300, 152}, 10, 0x15191FFF, stroke_solid(0x2A313AFF, 1));
    draw_disc(&list, (Point){100, 50}, 34, COLOR_NONE, stroke_solid(0x009E73FF, 3));
    draw_pie(&list, (Point){10, 10}, 12, 0, 240, 0xECEFF3FF);
    draw_arc(&list, (Point){10, 10}, 49, 0, 120.5f, stroke_solid(0x0072B2FF, 4));
    draw_line(&list, (Point){0, 1}, (Point){2, 3}, stroke_solid(0xFF, 1));
    draw_curve(&list, (Point){0, 0}, (Point){5, -0.5f}, (Point){9, 0}, dashed);
    draw_polygon(&list, (const Point[]){{0, 0}, {4, 0}, {2, 3}}, 3, 0xC84E00FF, STROKE_NONE);
    draw_pattern(&list, (Rect){0, 0, 8, 8}, 3, PATTERN_DOTS_SHIFTED, 0xFF, 12, 1.5f);
    draw_clip(&list, (Rect){1, 2, 3, 4});
    draw_unclip(&list);

    CU_ASSERT_TRUE(draw_is("kinds", &list,
                           "rect 24 64 300 152 radius 10 fill 15191FFF line 2A313AFF 1\n"
                           "disc 100 50 34 line 009E73FF 3\n"
                           "pie 10 10 12 from 0 240 fill ECEFF3FF\n"
                           "arc 10 10 49 from 0 120.5 line 0072B2FF 4\n"
                           "line 0 1 2 3 line 000000FF 1\n"
                           "curve 0 0 5 -0.5 9 0 line FFFFFFFF 2 dash 1 6 round\n"
                           "polygon 0 0 4 0 2 3 fill C84E00FF\n"
                           "pattern 0 0 8 8 dots-shifted 12 1.5 radius 3 fill 000000FF\n"
                           "clip 1 2 3 4\n"
                           "unclip\n"));
    draw_deinit(&list);
}

static void draw_text_keeps_its_bytes_and_formats(void)
{
    DrawList list = {0};

    draw_text(&list, (Point){40, 86}, ALIGN_LEFT, FONT_SANS_MEDIUM, 12, 0x7D8794FF, "Virtual time");
    draw_textf(&list, (Point){1.25f, -0.04f}, ALIGN_RIGHT, FONT_MONO, 12.5f, 0xFFFFFFFF, "%d of %s",
               2, "α");

    CU_ASSERT_TRUE(draw_is("text", &list,
                           "text 40 86 left sans-medium 12 7D8794FF \"Virtual time\"\n"
                           "text 1.3 0 right mono 12.5 FFFFFFFF \"2 of α\"\n"));
    CU_ASSERT_EQUAL(list.items.items[1].count, strlen("2 of α"));
    draw_deinit(&list);
}

static void draw_cells_are_told_as_runs(void)
{
    DrawList list = {0};
    const Color colors[6] = {0x0072B2FF, 0x0072B2FF, 0xE69F00FF,
                             0xE69F00FF, 0xE69F00FF, 0x0072B2FF};

    draw_cells(&list, (Point){8, 9}, 3, 2, 4, colors, 0.14f, 0x15191FFF);

    CU_ASSERT_TRUE(
        draw_is("cells", &list, "cells 8 9 3x2 cell 4 0072B2FFx2 E69F00FFx3 0072B2FFx1\n"));
    CU_ASSERT_EQUAL(list.items.items[0].rect.w, 12);
    CU_ASSERT_EQUAL(list.items.items[0].rect.h, 8);
    draw_deinit(&list);
}

static void draw_leaves_out_what_is_no_shape(void)
{
    DrawList list = {0};
    const Point points[2] = {{0, 0}, {1, 1}};

    draw_polyline(&list, points, 1, stroke_solid(0xFF, 1));
    draw_polygon(&list, points, 2, 0xFF, STROKE_NONE);
    draw_pattern(&list, (Rect){0, 0, 8, 8}, 0, PATTERN_NONE, 0xFF, 8, 1);

    CU_ASSERT_EQUAL(list.items.count, 0);
    draw_deinit(&list);
}

static void draw_clear_forgets_all_and_keeps_the_memory(void)
{
    DrawList list = {0};
    draw_line(&list, (Point){0, 0}, (Point){1, 1}, stroke_solid(0xFF, 1));
    draw_text(&list, (Point){0, 0}, ALIGN_LEFT, FONT_SANS, 12, 0xFF, "gone");
    uint32_t capacity = list.items.capacity;

    draw_clear(&list);
    draw_text(&list, (Point){0, 0}, ALIGN_CENTER, FONT_SANS, 12, 0xFF, "new");

    CU_ASSERT_TRUE(draw_is("cleared", &list, "text 0 0 center sans 12 000000FF \"new\"\n"));
    CU_ASSERT_EQUAL(list.items.capacity, capacity);
    draw_deinit(&list);
}

static void color_mixes_per_channel_and_keeps_the_first_alpha(void)
{
    static const struct {
        const char *row;
        Color a, b;
        float k;
        Color want;
    } rows[] = {
        {"nothing of b", 0x102030FF, 0xFFFFFFFF, 0, 0x102030FF},
        {"all of b", 0x102030FF, 0xFFEEDD00, 1, 0xFFEEDDFF},
        {"half, rounded up", 0x000000FF, 0xFF0101FF, 0.5f, 0x800101FF},
        {"beyond the end", 0x00000080, 0xFFFFFFFF, 7, 0xFFFFFF80},
        {"slot cell: mix(shard, panel, 0.30)", 0x0072B2FF, 0x15191FFF, 0.30f, 0x065786FF},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Color got = color_mix(rows[i].a, rows[i].b, rows[i].k);
        if (got != rows[i].want) CU_FAIL(rows[i].row);
        CU_ASSERT_EQUAL(got, rows[i].want);
    }
}

static void color_alpha_replaces_only_the_alpha(void)
{
    CU_ASSERT_EQUAL(color_alpha(0x123456FF, 0.5f), 0x12345680);
    CU_ASSERT_EQUAL(color_alpha(0x12345600, 1), 0x123456FF);
    CU_ASSERT_EQUAL(color_alpha(0x123456FF, -1), 0x12345600);
}

static void plain_metrics_are_proportional_and_count_characters(void)
{
    TextMetrics metrics = draw_metrics_plain();

    CU_ASSERT_DOUBLE_EQUAL(text_width(&metrics, FONT_MONO, 10, "12345"), 30, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(text_width(&metrics, FONT_MONO, 10, "αβγ"), 18, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(text_width(&metrics, FONT_SANS, 20, "node"),
                           2 * (double)text_width(&metrics, FONT_SANS, 10, "node"), 0.001);
    CU_ASSERT_TRUE(text_width(&metrics, FONT_SANS, 10, "ill") <
                   text_width(&metrics, FONT_SANS, 10, "WWW"));
    CU_ASSERT_TRUE(text_width(&metrics, FONT_SANS_BOLD, 10, "node") >
                   text_width(&metrics, FONT_SANS, 10, "node"));
    CU_ASSERT_EQUAL(text_width(&metrics, FONT_SANS, 10, ""), 0);
}

void test_draw_suite(void)
{
    CU_pSuite suite = CU_add_suite("draw", NULL, NULL);
    CU_ADD_TEST(suite, draw_dump_names_every_kind);
    CU_ADD_TEST(suite, draw_text_keeps_its_bytes_and_formats);
    CU_ADD_TEST(suite, draw_cells_are_told_as_runs);
    CU_ADD_TEST(suite, draw_leaves_out_what_is_no_shape);
    CU_ADD_TEST(suite, draw_clear_forgets_all_and_keeps_the_memory);
    CU_ADD_TEST(suite, color_mixes_per_channel_and_keeps_the_first_alpha);
    CU_ADD_TEST(suite, color_alpha_replaces_only_the_alpha);
    CU_ADD_TEST(suite, plain_metrics_are_proportional_and_count_characters);
}
