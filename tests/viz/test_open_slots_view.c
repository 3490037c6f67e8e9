/* test_open_slots_view.c -- slots under migration and slots of nobody, in the model and in every
 * place that shows them (view tokens §7: stripes at the source, dots at the target, crosses). */
#include "tests/viz/draw_expect.h"
#include "tests/viz/story.h"
#include "tests/viz/view_run.h"
#include "viz/scene/slots.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_open_slots_view_suite(void);

/* Three primaries; n1 moves slot 324 to n2, 13 keys are left and 20 have arrived. */
static Story moving(void)
{
    Story story = story_open(3, 5000);
    story_owner(&story, 0, "0-5460", 1);
    story_owner(&story, 1, "5461-10922", 2);
    story_owner(&story, 2, "10923-16383", 3);
    story_states(&story, STATE_OK);
    story_at(&story, 1000);
    story_opens(&story, 1, 324, 0, true);
    story_opens(&story, 0, 324, 1, false);
    story_keys(&story, 0, 324, 13);
    story_keys(&story, 1, 324, 20);
    return story;
}

static void draw_frame(StoryView *view, uint64_t ms)
{
    StagePlan plan = {0};
    Lanes lanes = {0};
    story_view_seek(view, ms * SIM_MS);
    view->ui.view_to = 10 * SIM_SEC;
    scene_frame(&view->list, &view->model, &view->ui, &plan, &lanes, &view->metrics);
    stage_plan_deinit(&plan);
    lanes_deinit(&lanes);
}

/* --- the model --- */

static void marks_of_both_sides_make_one_move(void)
{
    Story story = moving();
    StoryView view;
    OpenSlotModel found;
    story_view_open(&view, story.trace, 1920, 1080);
    story_view_seek(&view, SIM_SEC);

    CU_ASSERT_EQUAL_FATAL(view.model.open_slots.count, 1);
    CU_ASSERT_TRUE_FATAL(model_slot_is_open(&view.model, 324, HOST_NONE, &found));
    CU_ASSERT_EQUAL(found.source, 0);
    CU_ASSERT_EQUAL(found.target, 1);
    CU_ASSERT_TRUE(found.migrating && found.importing);
    CU_ASSERT_EQUAL(found.source_keys, 13);
    CU_ASSERT_EQUAL(found.target_keys, 20);
    CU_ASSERT_TRUE(model_slot_is_open(&view.model, 324, 1, NULL));
    CU_ASSERT_FALSE(model_slot_is_open(&view.model, 324, 2, NULL)); /* n3 knows nothing of it */
    CU_ASSERT_FALSE(model_slot_is_open(&view.model, 325, HOST_NONE, NULL));
    story_view_close(&view);
    story_close(&story);
}

/* Two that import the same slot, marks without a counterpart: all are there, in order of slots. */
static void marks_that_do_not_agree_stay_apart(void)
{
    Story story = moving();
    StoryView view;
    Text dump = {0};
    story_at(&story, 2000);
    story_opens(&story, 2, 324, 0, true);
    story_opens(&story, 2, 77, 1, false);
    story_view_open(&view, story.trace, 1920, 1080);
    story_view_seek(&view, 2 * SIM_SEC);
    model_dump(&view.model, &dump);
    const char *open = strstr(text_chars(&dump), "open slot");
    CU_ASSERT_PTR_NOT_NULL_FATAL(open);
    CU_ASSERT_EQUAL(strncmp(open,
                            "open slot 77: n3 to n2, migrating with 0 keys\n"
                            "open slot 324: n1 to n2, migrating with 13 keys, importing with 20 "
                            "keys\n"
                            "open slot 324: n1 to n3, importing with 0 keys\n",
                            164),
                    0);
    story_view_seek(&view, SIM_SEC); /* back: the later marks are gone */
    CU_ASSERT_EQUAL(view.model.open_slots.count, 1);
    text_deinit(&dump);
    story_view_close(&view);
    story_close(&story);
}

/* --- the map --- */

static void source_is_striped_and_a_mark_of_the_target_alone_is_dotted(void)
{
    static const struct {
        const char *row;
        bool migrating, importing;
        uint32_t stripes, dots;
    } rows[] = {
        {"both", true, true, 1, 1}, /* the magnified target is dotted */
        {"the source only", true, false, 1, 0},
        {"the target only", false, true, 0, 1},
        {"none", false, false, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = moving();
        StoryView view;
        story_at(&story, 2000);
        if (!rows[i].migrating) story_closes(&story, 0, 324, false);
        if (!rows[i].importing) story_closes(&story, 1, 324, true);
        story_view_open(&view, story.trace, 1920, 1080);
        story_view_seek(&view, 2 * SIM_SEC);
        scene_slots(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);

        bool is_striped = draw_occurs(&view.list, " hatch ") > 0;
        bool is_dotted = draw_occurs(&view.list, " dots ") > 0;
        if (is_striped != (rows[i].stripes > 0) || is_dotted != (rows[i].dots > 0)) {
            printf("\n  %s: striped %d, dotted %d", rows[i].row, is_striped, is_dotted);
            CU_FAIL(rows[i].row);
        }
        bool disagrees = rows[i].migrating != rows[i].importing;
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "says so"), disagrees);
        bool any = rows[i].migrating || rows[i].importing;
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"Slot 324, open\""), any);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"slot 324\""), any);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"keys left\""), rows[i].migrating);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"keys here\""), rows[i].importing);
        story_view_close(&view);
        story_close(&story);
    }
}

/* A node that the move does not concern knows nothing of it; the two see their own mark alone. */
static void belief_shows_its_own_marks_only(void)
{
    static const struct {
        HostId observer;
        uint32_t left, here;
    } rows[] = {{0, 1, 0}, {1, 0, 1}, {2, 0, 0}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = moving();
        StoryView view;
        story_view_open(&view, story.trace, 1920, 1080);
        view.ui.selected = rows[i].observer;
        view.ui.lens = LENS_NODE;
        draw_frame(&view, 1000);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"keys left\""), rows[i].left);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"keys here\""), rows[i].here);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "says so"), 0);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"M\""), rows[i].left);
        CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"I\""), rows[i].here);
        story_view_close(&view);
        story_close(&story);
    }
}

/* One slot is 4 px wide: a frame of 12 px lies round it, in both layouts. */
static void single_open_slot_has_a_frame_round_its_cell(void)
{
    static const SlotLayout layouts[] = {SLOTS_TAPE, SLOTS_HILBERT};
    for (size_t i = 0; i < ARRAY_LENGTH(layouts); i++) {
        Story story = moving();
        StoryView view;
        SlotView slots;
        char want[96];
        story_view_open(&view, story.trace, 1920, 1080);
        view.ui.slot_layout = layouts[i];
        story_view_seek(&view, SIM_SEC);
        scene_slots(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);
        slots_view_init(&slots, &view.model, &view.ui, &view.layout);
        MapCell cell = slots_cell(slots.is_hilbert, 324);
        Point c = rect_center(slots_px(&slots, (Rect){cell.column, cell.row, 1, 1}));
        snprintf(want, sizeof(want), "rect %g %g 12 12 ", (double)(c.x - 6), (double)(c.y - 6));
        CU_ASSERT_TRUE(draw_lines(&view.list, want) >= 2); /* its ground and its edge */
        slots_view_deinit(&slots);
        story_view_close(&view);
        story_close(&story);
    }
}

static void slot_of_nobody_has_a_frame_a_range_has_words(void)
{
    Story story = story_open(2, 5000);
    StoryView view;
    story_owner(&story, 0, "0-5000 5002-8000", 1);
    story_owner(&story, 1, "10000-16383", 2);
    story_states(&story, STATE_FAIL);
    story_view_open(&view, story.trace, 1920, 1080);
    story_view_seek(&view, SIM_SEC);
    scene_slots(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);

    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"nobody's 8001–9999\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"2000 slots have no owner\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "12 12 fill 0D1014FF line FF8A45FF"), 1);
    story_view_close(&view);
    story_close(&story);
}

/* --- words --- */

static void hover_tells_the_move_and_who_does_not_know_of_it(void)
{
    static const struct {
        bool migrating, importing;
        const char *want;
    } rows[] = {
        {true, true, "migrating n1 → n2, 13 keys left, 20 arrived"},
        {true, false, "migrating n1 → n2, 13 keys left; n2 does not import it"},
        {false, true, "importing n2 ← n1, 20 keys here; n1 does not migrate it"},
        {false, false, "n1 takes writes for it"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story = moving();
        StoryView view;
        story_at(&story, 2000);
        if (!rows[i].migrating) story_closes(&story, 0, 324, false);
        if (!rows[i].importing) story_closes(&story, 1, 324, true);
        story_view_open(&view, story.trace, 1920, 1080);
        view.ui.mouse_gone = false;
        view.ui.hovered_slot = 324;
        story_view_seek(&view, 2 * SIM_SEC);
        scene_overlay(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);
        if (draw_occurs(&view.list, rows[i].want) != 1) CU_FAIL(rows[i].want);
        story_view_close(&view);
        story_close(&story);
    }
}

static void stage_and_inspector_tell_it_at_both_ends(void)
{
    Story story = moving();
    StoryView view;
    story_view_open(&view, story.trace, 1920, 1080);
    view.ui.selected = 0;
    draw_frame(&view, 1000);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"Slot 324 moves from n1 to n2\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"M\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"I\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"slot 324 to n2\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"slot 324 from n1\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"324 → n2\""), 1);
    view.ui.selected = 1;
    draw_frame(&view, 1000);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"324 ← n1\""), 1);
    story_view_close(&view);
    story_close(&story);
}

/* Danger comes first: a suspected source has its flag, not the M. */
static void suspicion_hides_the_letter_of_a_move(void)
{
    Story story = moving();
    StoryView view;
    story_at(&story, 2000);
    story_suspected(&story, 1, 0);
    story_suspected(&story, 2, 0);
    story_view_open(&view, story.trace, 1920, 1080);
    draw_frame(&view, 2000);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"M\""), 0);
    CU_ASSERT_EQUAL(draw_occurs(&view.list, "\"I\""), 1);
    story_view_close(&view);
    story_close(&story);
}

static void words_of_moves_cover_nothing(void)
{
    static const struct {
        float width, height, scale;
    } sizes[] = {{1920, 1080, 1}, {1600, 900, 1}, {1280, 720, 1.5f}};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        Story story = moving();
        StoryView view;
        story_at(&story, 2000);
        for (uint16_t slot = 3000; slot < 3064; slot++) story_opens(&story, 0, slot, 2, false);
        story_opens(&story, 2, 16383, 1, false);
        story_view_open(&view, story.trace, sizes[i].width / sizes[i].scale,
                        sizes[i].height / sizes[i].scale);
        view.ui.scale = sizes[i].scale;
        story_view_seek(&view, 2 * SIM_SEC);
        scene_slots(&view.list, &view.model, &view.ui, &view.layout, &view.metrics);
        CU_ASSERT_EQUAL(texts_overlapping(&view.list, &view.metrics, "slots"), 0);
        CU_ASSERT_EQUAL(texts_outside(&view.list, &view.metrics, view.layout.slots, "slots"), 0);
        story_view_close(&view);
        story_close(&story);
    }
}

void test_open_slots_view_suite(void)
{
    CU_pSuite suite = CU_add_suite("open slots: view", NULL, NULL);
    CU_add_test(suite, "both sides make one", marks_of_both_sides_make_one_move);
    CU_add_test(suite, "marks that do not agree", marks_that_do_not_agree_stay_apart);
    CU_add_test(suite, "stripes and dots",
                source_is_striped_and_a_mark_of_the_target_alone_is_dotted);
    CU_add_test(suite, "belief", belief_shows_its_own_marks_only);
    CU_add_test(suite, "frame", single_open_slot_has_a_frame_round_its_cell);
    CU_add_test(suite, "nobody's", slot_of_nobody_has_a_frame_a_range_has_words);
    CU_add_test(suite, "hover", hover_tells_the_move_and_who_does_not_know_of_it);
    CU_add_test(suite, "stage and inspector", stage_and_inspector_tell_it_at_both_ends);
    CU_add_test(suite, "suspicion first", suspicion_hides_the_letter_of_a_move);
    CU_add_test(suite, "covers nothing", words_of_moves_cover_nothing);
}
