/* test_card.c -- the card: what it tells, what it asks, which choice lies under the mouse. */
#include "viz/scene/card.h"

#include "tests/viz/draw_expect.h"

#include <CUnit/CUnit.h>

#include <string.h>

void test_card_suite(void);

/* A trace with two hosts in which a script speaks. */
typedef struct Story {
    Trace *trace;
    Model model;
    UiState ui;
    RunIndex index;
    DrawList list;
} Story;

static void note(Story *story, SimTime time, TraceType type, const char *text)
{
    TraceRecord record = {.time = time, .host = HOST_NONE, .type = (uint16_t)type};
    if (type == TRACE_PREDICT) {
        record.u.PREDICT.question = trace_text(text);
        record.u.PREDICT.choices = trace_text("n1 wins\nn2 wins\nnobody");
        record.u.PREDICT.answer = 2;
    } else {
        record.u.SAY.text = trace_text(text); /* TITLE and STEP have the same fields */
    }
    trace_append(story->trace, &record);
}

static void add_host(Story *story, HostId host, const char *name)
{
    TraceRecord record = {.host = host, .type = TRACE_HOST_ADDED};
    record.u.HOST_ADDED.name = trace_text(name);
    record.u.HOST_ADDED.zone = trace_text("");
    record.u.HOST_ADDED.node_timeout_ms = 5000;
    trace_append(story->trace, &record);
}

static void story_open(Story *story, float width, float height)
{
    TraceHeader header = {.seed = 1, .level = 2, .profile = "redis-7.0", .scenario = "x.lua"};
    memset(story, 0, sizeof(*story));
    story->trace = trace_create(NULL, &header);
    story->ui = (UiState){.width = width,
                          .height = height,
                          .scale = 1,
                          .selected = HOST_NONE,
                          .hovered = HOST_NONE,
                          .hovered_slot = -1,
                          .mouse_gone = true};
    story->ui.projector = width < 1600;
    add_host(story, 0, "n1");
    add_host(story, 1, "n2");
}

static void story_draw(Story *story)
{
    TextMetrics metrics = draw_metrics_plain();
    Layout layout = scene_layout(&story->ui, SCENE_LANES);
    trace_set_end(story->trace, 20 * SIM_SEC);
    run_index_update(&story->index, story->trace);
    story->ui.index = &story->index;
    model_init(&story->model, story->trace);
    model_seek(&story->model, 20 * SIM_SEC);
    scene_card(&story->list, &story->model, &story->ui, &layout, &metrics);
}

static void story_close(Story *story)
{
    model_deinit(&story->model);
    run_index_deinit(&story->index);
    draw_deinit(&story->list);
    trace_destroy(story->trace);
}

static void card_numbers_the_step_and_sets_names_in_bold(void)
{
    Story story;
    story_open(&story, 1920, 1080);
    note(&story, SIM_SEC, TRACE_STEP, "All is well");
    note(&story, 2 * SIM_SEC, TRACE_STEP, "The vote");
    note(&story, 2 * SIM_SEC, TRACE_SAY, "n2 asks n1, but not n12.");

    story.ui.steps_total = 5;
    story_draw(&story);

    CU_ASSERT_EQUAL(draw_occurs(&story.list, "\"Step 2: The vote\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&story.list, "\"n2\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&story.list, "\"n1\""), 1);
    CU_ASSERT_EQUAL(draw_lines(&story.list, "disc"), 5);
    story_close(&story);
}

static void card_keeps_the_last_words_until_a_step_has_its_own(void)
{
    Story story;
    story_open(&story, 1920, 1080);
    note(&story, SIM_SEC, TRACE_SAY, "Everything is quiet.");
    note(&story, 2 * SIM_SEC, TRACE_STEP, "The vote");

    story_draw(&story);

    CU_ASSERT_EQUAL(draw_occurs(&story.list, "Everything is quiet."), 1);
    story_close(&story);
}

static void card_without_words_counts_what_is_under_way(void)
{
    Story story;
    story_open(&story, 1920, 1080);

    story_draw(&story);

    CU_ASSERT_EQUAL(draw_occurs(&story.list, "Messages under way now"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&story.list, "\"AUTH_REQUEST\""), 1);
    story_close(&story);
}

/* The places of the choices do not depend on fonts, so the mouse needs none. */
static void choice_under_the_mouse_is_found_while_the_question_stands(void)
{
    static const struct {
        const char *row;
        float width, height;
    } rows[] = {{"full", 1920, 1080}, {"small", 1280, 720}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Story story;
        uint32_t found[4] = {0};
        story_open(&story, rows[i].width, rows[i].height);
        note(&story, SIM_SEC, TRACE_PREDICT, "Who wins?");
        story.ui.question_open = true;
        story_draw(&story);
        Layout layout = scene_layout(&story.ui, SCENE_LANES);
        for (float y = layout.card.y; y < layout.card.y + layout.card.h; y += 2) {
            for (float x = layout.card.x; x < layout.card.x + layout.card.w; x += 4) {
                int choice = scene_choice_at(&story.model, &story.ui, &layout, (Point){x, y});
                if (choice >= 0 && choice <= 3) found[choice]++;
            }
        }
        if (!found[0] || !found[1] || !found[2] || !found[3]) CU_FAIL(rows[i].row);
        CU_ASSERT_EQUAL(draw_occurs(&story.list, "\"n2 wins\""), 1);

        story.ui.question_open = false;
        Point middle = {layout.card.x + layout.card.w * 0.8f, layout.card.y + layout.card.h - 30};
        CU_ASSERT_EQUAL(scene_choice_at(&story.model, &story.ui, &layout, middle), 0);
        story_close(&story);
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
        Story story;
        story_open(&story, 1920, 1080);
        note(&story, SIM_SEC, TRACE_PREDICT, "Who wins?");
        note(&story, 2 * SIM_SEC, TRACE_SAY, "It was n2.");
        story.ui.prediction = rows[i].prediction;

        story_draw(&story);

        if (draw_occurs(&story.list, rows[i].want) != 1) CU_FAIL(rows[i].row);
        story_close(&story);
    }
}

static void question_leaves_with_the_second_step_after_it(void)
{
    Story story;
    CardQuestion question;
    story_open(&story, 1920, 1080);
    note(&story, SIM_SEC, TRACE_PREDICT, "Who wins?");
    note(&story, 2 * SIM_SEC, TRACE_STEP, "Then");
    story_draw(&story);
    CU_ASSERT_TRUE(card_question(&story.model, &story.ui, &question));
    model_deinit(&story.model);
    draw_clear(&story.list);

    note(&story, 20 * SIM_SEC, TRACE_STEP, "Later");
    story_draw(&story);

    CU_ASSERT_FALSE(card_question(&story.model, &story.ui, &question));
    story_close(&story);
}

static void small_card_shows_question_or_narration(void)
{
    Story story;
    story_open(&story, 1280, 720);
    note(&story, SIM_SEC, TRACE_SAY, "Everything is quiet.");
    note(&story, 2 * SIM_SEC, TRACE_PREDICT, "Who wins?");
    story.ui.question_open = true;

    story_draw(&story);

    CU_ASSERT_EQUAL(draw_occurs(&story.list, "Who wins?"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&story.list, "quiet"), 0);
    story_close(&story);
}

static void markup_of_the_script_is_kept(void)
{
    Story story;
    Text text = {0};
    story_open(&story, 1920, 1080);
    model_init(&story.model, story.trace);
    trace_set_end(story.trace, SIM_SEC);
    model_seek(&story.model, SIM_SEC);

    card_markup(&story.model, trace_text("*n1* hears n2's `n1` twice"), &text);

    CU_ASSERT_STRING_EQUAL(text_chars(&text), "*n1* hears *n2*'s `n1` twice");
    text_deinit(&text);
    story_close(&story);
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
