/* test_layout.c -- the panels at many sizes and scales: inside the window, beside each other. */
#include "viz/scene/scene.h"
#include "viz/ui/rect.h"

#include <CUnit/CUnit.h>

#include <math.h>
#include <stdio.h>

void test_layout_suite(void);

static const float scales[] = {1, 1.25f, 1.5f, 2};

static UiState screen(float width, float height, float scale)
{
    UiState ui = {.width = width / scale, .height = height / scale, .scale = scale};
    ui.projector = ui.width < 1600 || ui.height < 900;
    return ui;
}

static bool are_apart(Rect a, Rect b)
{
    if (a.w <= 0 || a.h <= 0 || b.w <= 0 || b.h <= 0) return true;
    return rect_right(a) <= b.x + 0.01f || rect_right(b) <= a.x + 0.01f ||
           rect_bottom(a) <= b.y + 0.01f || rect_bottom(b) <= a.y + 0.01f;
}

static bool is_sound(const UiState *ui, const Layout *layout)
{
    const Rect rects[] = {layout->header, layout->stage, layout->card,
                          layout->slots,  layout->dock,  layout->timeline};
    for (uint32_t i = 0; i < ARRAY_LENGTH(rects); i++) {
        Rect rect = rects[i];
        if (rect.x < 0 || rect.y < 0 || rect.w < 0 || rect.h < 0) return false;
        if (rect_right(rect) > ui->width + 0.01f || rect_bottom(rect) > ui->height + 0.01f)
            return false;
        for (uint32_t k = i + 1; k < ARRAY_LENGTH(rects); k++) {
            if (!are_apart(rect, rects[k])) return false;
        }
    }
    float side = layout->cell * 128;
    return layout->map.x >= layout->slots.x && layout->map.y >= layout->slots.y &&
           layout->map.x + side <= rect_right(layout->slots) + 0.01f &&
           layout->map.y + side <= rect_bottom(layout->slots) + 0.01f;
}

/* Every 37 px of width and 29 of height, and the sizes that screens have. */
static void panels_never_overlap_and_stay_inside(void)
{
    static const float sizes[][2] = {{960, 600},   {1024, 768},  {1280, 720},  {1366, 768},
                                     {1600, 900},  {1920, 1080}, {2560, 1080}, {2560, 1440},
                                     {3440, 1440}, {3840, 2160}};
    for (uint32_t s = 0; s < ARRAY_LENGTH(scales); s++) {
        for (uint32_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
            UiState ui = screen(sizes[i][0] * scales[s], sizes[i][1] * scales[s], scales[s]);
            Layout layout = scene_layout(&ui, SCENE_LANES);
            CU_ASSERT_TRUE(is_sound(&ui, &layout));
        }
        for (float width = 960; width < 2800; width += 37) {
            for (float height = 600; height < 1600; height += 29) {
                UiState ui = screen(width * scales[s], height * scales[s], scales[s]);
                Layout layout = scene_layout(&ui, SCENE_LANES);
                if (is_sound(&ui, &layout)) continue;
                printf("\n  %.0f x %.0f at %.2f\n", (double)width, (double)height,
                       (double)scales[s]);
                CU_FAIL("panels overlap or leave the window");
                return;
            }
        }
    }
}

/* View tokens §5 gives these numbers for 1920x1080 and for 1280x720 at 1.5. */
static void layout_has_the_numbers_of_the_tokens(void)
{
    UiState ui = screen(1920, 1080, 1);
    Layout layout = scene_layout(&ui, SCENE_LANES);
    CU_ASSERT_TRUE(layout.full);
    CU_ASSERT_EQUAL(layout.cell, 4);
    CU_ASSERT_EQUAL(layout.lanes, 5);
    CU_ASSERT_EQUAL(layout.timeline.y, 904);
    CU_ASSERT_EQUAL(layout.slots.x, 1056);
    CU_ASSERT_EQUAL(layout.slots.w, 856);
    CU_ASSERT_EQUAL(layout.slots.h, 576);
    CU_ASSERT_EQUAL(layout.dock.y, 648);
    CU_ASSERT_EQUAL(layout.dock.h, 240);
    CU_ASSERT_EQUAL(layout.card.w, 1016);
    CU_ASSERT_EQUAL(layout.stage.w, 1048);

    ui = screen(1280, 720, 1.5f);
    layout = scene_layout(&ui, SCENE_LANES);
    CU_ASSERT_FALSE(layout.full);
    CU_ASSERT_EQUAL(layout.cell * 1.5f, 3); /* device px */
    CU_ASSERT_EQUAL(layout.lanes, 2);
    CU_ASSERT_DOUBLE_EQUAL(layout.map.x * 1.5f, 872, 0.01);
    CU_ASSERT_EQUAL(layout.dock.w, 0);
}

/* From four pixels on a cell has a grid, which only whole pixels draw evenly. */
static void cells_are_whole_device_pixels_where_they_have_a_grid(void)
{
    for (uint32_t s = 0; s < ARRAY_LENGTH(scales); s++) {
        for (float height = 600; height < 2400; height += 13) {
            UiState ui = screen(height * 1.7f * scales[s], height * scales[s], scales[s]);
            Layout layout = scene_layout(&ui, SCENE_LANES);
            float device = layout.cell * ui.scale;
            float part = device < 4 ? device * 2 : device;
            bool is_limit = layout.cell == 2 || layout.cell == 8; /* logical */
            CU_ASSERT_TRUE(is_limit || fabsf(part - roundf(part)) < 0.01f);
        }
    }
}

/* Panels must not jump when a lane comes or goes. */
static void number_of_lanes_moves_nothing(void)
{
    UiState ui = screen(1920, 1080, 1);
    Layout none = scene_layout(&ui, 0), all = scene_layout(&ui, SCENE_LANES);
    CU_ASSERT_EQUAL(none.timeline.y, all.timeline.y);
    CU_ASSERT_EQUAL(none.cell, all.cell);
}

void test_layout_suite(void)
{
    CU_pSuite suite = CU_add_suite("scene: layout", NULL, NULL);
    CU_ADD_TEST(suite, panels_never_overlap_and_stay_inside);
    CU_ADD_TEST(suite, layout_has_the_numbers_of_the_tokens);
    CU_ADD_TEST(suite, cells_are_whole_device_pixels_where_they_have_a_grid);
    CU_ADD_TEST(suite, number_of_lanes_moves_nothing);
}
