/* test_slots_view.c -- the slot map: where a slot lies, who it belongs to, how it looks. */
#include "sim/base/rng.h"
#include "tests/viz/draw_expect.h"
#include "tests/viz/view_run.h"
#include "viz/scene/slots.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_slots_view_suite(void);

/* Each slot has a cell of its own, and the cell knows the slot. */
static void curve_visits_each_cell_once_in_steps_of_one(void)
{
    bool seen[SLOT_COUNT] = {false};
    MapCell before = slots_cell(true, 0);
    CU_ASSERT_EQUAL(before.column, 0);
    CU_ASSERT_EQUAL(before.row, 0);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        MapCell cell = slots_cell(true, slot);
        uint32_t place = cell.row * MAP_SIDE + cell.column;
        int step = abs(cell.row - before.row) + abs(cell.column - before.column);
        CU_ASSERT_FATAL(!seen[place]);
        CU_ASSERT_FATAL(slot == 0 || step == 1);
        CU_ASSERT_FATAL(slots_at(true, cell) == slot);
        CU_ASSERT_FATAL(slots_at(false, slots_cell(false, slot)) == slot);
        seen[place] = true;
        before = cell;
    }
    CU_ASSERT_EQUAL(before.column, MAP_SIDE - 1); /* it ends at the top right */
    CU_ASSERT_EQUAL(before.row, 0);
}

/* The rects of a range hold exactly its cells, in both layouts. */
static void rects_cover_a_range_exactly(void)
{
    Rng rng = rng_derive(1, "slots", 0);
    for (uint32_t round = 0; round < 400; round++) {
        bool is_hilbert = round % 2 == 0;
        uint32_t a = rng_below(&rng, SLOT_COUNT), b = rng_below(&rng, SLOT_COUNT);
        uint32_t first = a < b ? a : b, last = a < b ? b : a;
        Rect rects[SLOTS_RECTS_MAX];
        uint8_t covered[SLOT_COUNT] = {0};
        uint32_t count = slots_rects(is_hilbert, first, last, rects);
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t y = 0; y < (uint32_t)rects[i].h; y++) {
                for (uint32_t x = 0; x < (uint32_t)rects[i].w; x++) {
                    MapCell cell = {(uint8_t)((uint32_t)rects[i].x + x),
                                    (uint8_t)((uint32_t)rects[i].y + y)};
                    covered[slots_at(is_hilbert, cell)]++;
                }
            }
        }
        bool is_exact = true;
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
            is_exact = is_exact && covered[slot] == (slot >= first && slot <= last);
        CU_ASSERT_FATAL(is_exact);
    }
}

/* What is under the mouse is what is drawn there. */
static void slot_at_finds_what_is_drawn(void)
{
    static const SlotLayout layouts[] = {SLOTS_TAPE, SLOTS_HILBERT};
    static const float sizes[][3] = {{1920, 1080, 1}, {1600, 900, 1}, {1280, 720, 1.5f}};
    ViewRun run;
    view_run_open(&run, 3, 1);
    for (uint32_t i = 0; i < ARRAY_LENGTH(sizes) * ARRAY_LENGTH(layouts); i++) {
        const float *size = sizes[i / 2];
        run.ui.slot_layout = layouts[i % 2];
        view_run_resize(&run, size[0], size[1], size[2]);
        Layout layout = scene_layout(&run.ui, SCENE_LANES);
        SlotView view;
        slots_view_init(&view, &run.model, &run.ui, &layout);
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot += 7) {
            MapCell cell = slots_cell(view.is_hilbert, slot);
            Rect px = slots_px(&view, (Rect){cell.column, cell.row, 1, 1});
            int found = scene_slot_at(&layout, &run.ui, &run.model, rect_center(px));
            CU_ASSERT_EQUAL_FATAL(found, (int)slot);
        }
        Point outside[] = {{view.map.x - 1, view.map.y + 5},
                           {view.map.x + 5, view.map.y - 1},
                           {view.map.x + view.cell * MAP_SIDE + 1, view.map.y + 5}};
        for (uint32_t k = 0; k < ARRAY_LENGTH(outside); k++)
            CU_ASSERT_EQUAL(scene_slot_at(&layout, &run.ui, &run.model, outside[k]), -1);
        slots_view_deinit(&view);
    }
    view_run_close(&run);
}

/* After the failover the shard has its letter and hue still, and another owner. */
static void shard_keeps_its_hue_through_a_failover(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    SlotView before, after;
    model_seek(&run.model, run.killed - SIM_MS);
    slots_view_init(&before, &run.model, &run.ui, &layout);
    model_seek(&run.model, trace_end(run.model.trace));
    slots_view_init(&after, &run.model, &run.ui, &layout);

    CU_ASSERT_EQUAL(before.owners.count, 3);
    CU_ASSERT_EQUAL(after.owners.count, 3);
    CU_ASSERT_EQUAL(before.owner[0], 0);
    CU_ASSERT_NOT_EQUAL(after.owner[0], 0);
    CU_ASSERT_EQUAL(before.shard[0], after.shard[0]);
    CU_ASSERT_EQUAL(before.tints.items[0], theme_get(THEME_DARK)->shard[0]);
    CU_ASSERT_EQUAL(after.covered, SLOT_COUNT);
    slots_view_deinit(&before);
    slots_view_deinit(&after);
    view_run_close(&run);
}

/* Dead and unnoticed: dots. Held for failing: cross-hatch. Served again: nothing. */
static void textures_follow_what_is_known_of_the_owner(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    SimTime failed = run.killed;
    bool was_failed = false;
    for (SimTime at = run.killed; at < trace_end(run.model.trace); at += 10 * SIM_MS) {
        model_seek(&run.model, at);
        was_failed = run.model.hosts.items[0].worst_flag == FLAG_FAIL;
        failed = at;
        if (was_failed) break;
    }
    CU_ASSERT_TRUE_FATAL(was_failed);
    const struct {
        SimTime at;
        uint32_t dots, hatches, covered;
    } rows[] = {{run.killed - SIM_MS, 0, 0, SLOT_COUNT},
                {run.killed + SIM_MS, 1, 0, SLOT_COUNT - 5461},
                {failed, 0, 1, SLOT_COUNT - 5461},
                {trace_end(run.model.trace), 0, 0, SLOT_COUNT}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        SlotView view;
        model_seek(&run.model, rows[i].at);
        slots_view_init(&view, &run.model, &run.ui, &layout);
        CU_ASSERT_EQUAL(view.covered, rows[i].covered);
        draw_clear(&run.list);
        view.ui = panel_ui(&run.list, &run.ui, &run.metrics);
        slots_draw_marks(&view);
        CU_ASSERT_EQUAL(draw_occurs(&run.list, "dots-shifted") > 0, rows[i].dots > 0);
        CU_ASSERT_EQUAL(draw_occurs(&run.list, "cross-hatch") > 0, rows[i].hatches > 0);
        slots_view_deinit(&view);
    }
    view_run_close(&run);
}

/* Two who would accept a write: the map shows both halves and the list both names. */
static void contested_slots_show_both_owners(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    HostId owner = run.model.holder_host[0];
    HostId rival = (HostId)(owner == 1 ? 2 : 1);
    for (uint32_t slot = 0; slot < 5461; slot++) run.model.second_host[slot] = rival;
    run.model.contest =
        (Contest){.a = owner, .b = rival, .epoch_a = 7, .epoch_b = 1, .count = 5461, .total = 5461};
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    draw_clear(&run.list);

    scene_slots(&run.list, &run.model, &run.ui, &layout, &run.metrics);

    CU_ASSERT_TRUE(draw_lines(&run.list, "polygon") >= 10); /* rows of teeth */
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "contested n"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "\"writable too\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "\"bright: the higher epoch\""), 1);

    /* A second pair contests the next shard: each is told of its own rival. */
    char want[64];
    HostId next = run.model.holder_host[5461], other = next == 5 ? 4 : 5;
    for (uint32_t slot = 5461; slot < 10000; slot++) run.model.second_host[slot] = other;
    draw_clear(&run.list);
    scene_slots(&run.list, &run.model, &run.ui, &layout, &run.metrics);
    snprintf(want, sizeof(want), "contested n%d | n%d", next + 1, other + 1);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, want), 1);
    snprintf(want, sizeof(want), "contested n%d | n%d", owner + 1, rival + 1);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, want), 1);
    CU_ASSERT_EQUAL(draw_occurs(&run.list, "\"writable too\""), 2);
    view_run_close(&run);
}

/* View tokens §2: with more than six shards neighbours never have the same tint. */
static void neighbours_differ_when_shards_have_no_hues(void)
{
    ViewRun run;
    view_run_open(&run, 12, 0);
    model_seek(&run.model, run.killed - SIM_MS);
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    SlotView view;
    slots_view_init(&view, &run.model, &run.ui, &layout);
    CU_ASSERT_TRUE(view.is_hilbert);
    CU_ASSERT_EQUAL(view.owners.count, 12);
    for (uint32_t row = 0; row < MAP_SIDE; row++) {
        for (uint32_t column = 1; column < MAP_SIDE; column++) {
            uint16_t a = view.shard[slots_at(true, (MapCell){(uint8_t)column, (uint8_t)row})];
            uint16_t b = view.shard[slots_at(true, (MapCell){(uint8_t)(column - 1), (uint8_t)row})];
            CU_ASSERT_TRUE_FATAL(a == b || view.tints.items[a] != view.tints.items[b]);
        }
    }
    slots_view_deinit(&view);
    view_run_close(&run);
}

/* One node's map is its own table: the dead owner is still there before the news arrives. */
static void one_nodes_map_is_what_it_believes(void)
{
    ViewRun run;
    view_run_open(&run, 3, 1);
    run.ui.lens = LENS_NODE;
    run.ui.selected = 1;
    model_seek(&run.model, run.killed + SIM_MS);
    Layout layout = scene_layout(&run.ui, SCENE_LANES);
    SlotView view;
    slots_view_init(&view, &run.model, &run.ui, &layout);
    CU_ASSERT_EQUAL(view.owner[0], 0);
    CU_ASSERT_EQUAL(view.mark[0], MARK_NONE); /* n2 suspects nothing */
    CU_ASSERT_EQUAL(view.covered, SLOT_COUNT);
    slots_view_deinit(&view);
    view_run_close(&run);
}

static void words_never_lie_on_each_other(void)
{
    static const float sizes[][3] = {
        {1920, 1080, 1}, {1600, 900, 1}, {1280, 720, 1}, {1280, 720, 1.5f}, {960, 600, 1}};
    static const uint32_t primaries[] = {3, 12, 40};
    for (uint32_t p = 0; p < ARRAY_LENGTH(primaries); p++) {
        ViewRun run;
        view_run_open(&run, primaries[p], p == 0 ? 1 : 0);
        for (uint32_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
            view_run_resize(&run, sizes[i][0], sizes[i][1], sizes[i][2]);
            for (uint32_t lens = 0; lens < 2; lens++) {
                run.ui.lens = lens == 0 ? LENS_TRUTH : LENS_NODE;
                run.ui.selected = 1;
                Layout layout = scene_layout(&run.ui, SCENE_LANES);
                draw_clear(&run.list);
                scene_slots(&run.list, &run.model, &run.ui, &layout, &run.metrics);
                CU_ASSERT_EQUAL(texts_overlapping(&run.list, &run.metrics, "slots"), 0);
                CU_ASSERT_EQUAL(texts_outside(&run.list, &run.metrics, layout.slots, "slots"), 0);
            }
        }
        view_run_close(&run);
    }
}

void test_slots_view_suite(void)
{
    CU_pSuite suite = CU_add_suite("scene: slot map", NULL, NULL);
    CU_ADD_TEST(suite, curve_visits_each_cell_once_in_steps_of_one);
    CU_ADD_TEST(suite, rects_cover_a_range_exactly);
    CU_ADD_TEST(suite, slot_at_finds_what_is_drawn);
    CU_ADD_TEST(suite, shard_keeps_its_hue_through_a_failover);
    CU_ADD_TEST(suite, textures_follow_what_is_known_of_the_owner);
    CU_ADD_TEST(suite, contested_slots_show_both_owners);
    CU_ADD_TEST(suite, neighbours_differ_when_shards_have_no_hues);
    CU_ADD_TEST(suite, one_nodes_map_is_what_it_believes);
    CU_ADD_TEST(suite, words_never_lie_on_each_other);
}
