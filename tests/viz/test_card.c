/* test_card.c -- the card: what it tells, what it asks, which choice lies under the mouse. */
#include "viz/scene/card.h"

#include "tests/viz/draw_expect.h"
#include "tests/viz/story.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_card_suite(void);

/* Two nodes, and a script that speaks. */
typedef struct Told {
    Story story;
    StoryView view;
} Told;

static void told_open(Told *told, float width, float height)
{
    told->story = story_open(2, 5000);
    story_view_open(&told->view, told->story.trace, width, height);
}

static void note(Told *told, uint64_t ms, TraceType type, const char *text)
{
    story_at(&told->story, ms);
    story_note(&told->story, type, text);
}

static void asks(Told *told, uint64_t ms)
{
    story_at(&told->story, ms);
    story_asks(&told->story, "Who wins?", "n1 wins\nn2 wins\nnobody", 2);
}

static void told_draw(Told *told)
{
    StoryView *view = &told->view;
    trace_set_end(told->story.trace, 20 * SIM_SEC);
    story_view_seek(view, 20 * SIM_SEC);
    scene_card(&view->list, &view->model, &view->ui, &view->layout, &view->metrics);
}

static void told_close(Told *told)
{
    story_view_close(&told->view);
    story_close(&told->story);
}

static void card_numbers_the_step_and_sets_names_in_bold(void)
{
    Told told;
    told_open(&told, 1920, 1080);
    note(&told, 1000, TRACE_STEP, "All is well");
    note(&told, 2000, TRACE_STEP, "The vote");
    note(&told, 2000, TRACE_SAY, "n2 asks n1, but not n12.");

    told.view.ui.steps_total = 5;
    told_draw(&told);

    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "\"Step 2: The vote\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "\"n2\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "\"n1\""), 1);
    CU_ASSERT_EQUAL(draw_lines(&told.view.list, "disc"), 5);
    told_close(&told);
}

static void card_keeps_the_last_words_until_a_step_has_its_own(void)
{
    Told told;
    told_open(&told, 1920, 1080);
    note(&told, 1000, TRACE_SAY, "Everything is quiet.");
    note(&told, 2000, TRACE_STEP, "The vote");

    told_draw(&told);

    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "Everything is quiet."), 1);
    told_close(&told);
}

static void card_without_words_counts_what_is_under_way(void)
{
    Told told;
    told_open(&told, 1920, 1080);

    told_draw(&told);

    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "Messages under way now"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "\"AUTH_REQUEST\""), 1);
    told_close(&told);
}

/* The places of the choices do not depend on fonts, so the mouse needs none. */
static void choice_under_the_mouse_is_found_while_the_question_stands(void)
{
    static const struct {
        const char *row;
        float width, height;
    } rows[] = {{"full", 1920, 1080}, {"small", 1280, 720}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Told told;
        uint32_t found[4] = {0};
        told_open(&told, rows[i].width, rows[i].height);
        asks(&told, 1000);
        told.view.ui.question_open = true;
        told_draw(&told);
        Layout layout = scene_layout(&told.view.ui, SCENE_LANES);
        for (float y = layout.card.y; y < layout.card.y + layout.card.h; y += 2) {
            for (float x = layout.card.x; x < layout.card.x + layout.card.w; x += 4) {
                int choice =
                    scene_choice_at(&told.view.model, &told.view.ui, &layout, (Point){x, y});
                if (choice >= 0 && choice <= 3) found[choice]++;
            }
        }
        if (!found[0] || !found[1] || !found[2] || !found[3]) CU_FAIL(rows[i].row);
        CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "\"n2 wins\""), 1);

        told.view.ui.question_open = false;
        Point middle = {layout.card.x + layout.card.w * 0.8f, layout.card.y + layout.card.h - 30};
        CU_ASSERT_EQUAL(scene_choice_at(&told.view.model, &told.view.ui, &layout, middle), 0);
        told_close(&told);
    }
}

/* A verdict is a sign and words, never only a colour. */
static void answer_is_told_once_the_script_has_gone_on(void)
{
    static const struct {
        const char *row, *want;
        int prediction;
    } rows[] = {{"right", "Right: as you said", 2},
                {"wrong", "Not so: it went otherwise", 1},
                {"not asked", "The answer", 0}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Told told;
        told_open(&told, 1920, 1080);
        asks(&told, 1000);
        note(&told, 2000, TRACE_SAY, "It was n2.");
        told.view.ui.prediction = rows[i].prediction;

        told_draw(&told);

        if (draw_occurs(&told.view.list, rows[i].want) != 1) CU_FAIL(rows[i].row);
        told_close(&told);
    }
}

static void question_leaves_with_the_second_step_after_it(void)
{
    Told told;
    CardQuestion question;
    told_open(&told, 1920, 1080);
    asks(&told, 1000);
    note(&told, 2000, TRACE_STEP, "Then");
    told_draw(&told);
    CU_ASSERT_TRUE(card_question(&told.view.model, &told.view.ui, &question));

    note(&told, 20000, TRACE_STEP, "Later");
    told_draw(&told);

    CU_ASSERT_FALSE(card_question(&told.view.model, &told.view.ui, &question));
    told_close(&told);
}

static void small_card_shows_question_or_narration(void)
{
    Told told;
    told_open(&told, 1280, 720);
    note(&told, 1000, TRACE_SAY, "Everything is quiet.");
    asks(&told, 2000);
    told.view.ui.question_open = true;

    told_draw(&told);

    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "Who wins?"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&told.view.list, "quiet"), 0);
    told_close(&told);
}

static void markup_of_the_script_is_kept(void)
{
    Told told;
    Text text = {0};
    told_open(&told, 1920, 1080);
    story_view_seek(&told.view, 0);

    card_markup(&told.view.model, trace_text("*n1* hears n2's `n1` twice"), &text);

    CU_ASSERT_STRING_EQUAL(text_chars(&text), "*n1* hears *n2*'s `n1` twice");
    text_deinit(&text);
    told_close(&told);
}

void test_card_suite(void)
{
    CU_pSuite suite = CU_add_suite("card", NULL, NULL);
    CU_add_test(suite, "numbers the step, bold names",
                card_numbers_the_step_and_sets_names_in_bold);
    CU_add_test(suite, "keeps the last words", card_keeps_the_last_words_until_a_step_has_its_own);
    CU_add_test(suite, "without words", card_without_words_counts_what_is_under_way);
    CU_add_test(suite, "choice under the mouse",
                choice_under_the_mouse_is_found_while_the_question_stands);
    CU_add_test(suite, "answer is told", answer_is_told_once_the_script_has_gone_on);
    CU_add_test(suite, "question leaves", question_leaves_with_the_second_step_after_it);
    CU_add_test(suite, "small form", small_card_shows_question_or_narration);
    CU_add_test(suite, "markup of the script", markup_of_the_script_is_kept);
}
