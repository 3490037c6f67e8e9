/* test_app.c -- the view as a person uses it, without a window: keys and mouse go in as Input, what
 * is looked at is the state of the screen and the Lua lines printed. */
#include "tests/viz/app_bench.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void test_app_suite(void);

static const char script[] =
    "title 'Try'\n"
    "local c = cluster { primaries = 3, replicas = 1, node_timeout = '2s' }\n"
    "step 'Birth'\n"
    "c:create()\n"
    "wait '4s'\n"
    "step 'The question'\n"
    "say 'Now.'\n"
    "predict { 'What?', choices = { 'this', 'that' }, answer = 2 }\n"
    "say 'It was that.'\n"
    "wait '5s'\n"
    "step 'The end'\n"
    "wait '1s'\n";

/* --- faults --- */

static void fault_keys_say_their_lua_line(void)
{
    static const struct {
        uint32_t key;
        const char *want;
        ProcessStatus status;
    } rows[] = {
        {'k', "6.000  c.n2:kill()\n", PROCESS_DEAD},
        {'r', "7.000  c.n2:restart()\n", PROCESS_RUNNING},
        {'p', "c.n2:freeze()\n", PROCESS_IS_FROZEN},
        {'p', "c.n2:thaw()\n", PROCESS_RUNNING},
        {'l', "c.n2:slow(", PROCESS_RUNNING},
        {'c', "fault1 = cut({ c.n2 }, { c.n1, c.n3, c.n4, c.n5, c.n6 })\n", PROCESS_RUNNING},
        {'u', "fault1:heal()\n", PROCESS_RUNNING}};
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    press(&bench, KEY_TAB);
    press(&bench, KEY_TAB);
    CU_ASSERT_EQUAL(bench.app.ui.selected, 1);

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        press(&bench, rows[i].key);
        if (!strstr(said(&bench), rows[i].want)) {
            printf("\n  want %s  got\n%s", rows[i].want, bench.said);
            CU_FAIL("the Lua line");
        }
        go(&bench, bench.app.time + SIM_SEC); /* starting takes its time */
        CU_ASSERT_EQUAL(status(&bench, 1), rows[i].status);
    }
    bench_close(&bench);
}

static void fault_without_a_node_asks_for_one(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);

    press(&bench, 'k');

    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "Choose a node"));
    CU_ASSERT_STRING_EQUAL(said(&bench), "");
    bench_close(&bench);
}

static void refused_fault_is_one_sentence(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    press(&bench, KEY_TAB);
    press(&bench, 'k');

    press(&bench, 'k');

    CU_ASSERT_STRING_EQUAL(bench.app.ui.message, "n1 cannot be killed: it is dead.");
    bench_close(&bench);
}

static void wall_is_drawn_across_the_stage(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    Layout layout = app_layout(&bench.app);
    float middle = layout.stage.x + layout.stage.w / 2;
    Point from = {middle, layout.stage.y + 4}, to = {middle, layout.card.y - 6};
    Input input = {.kind = INPUT_MOUSE_DOWN, .button = BUTTON_LEFT, .buttons = BUTTON_LEFT};
    input.at = from;
    app_input(&bench.app, &input);
    CU_ASSERT_TRUE(bench.app.ui.dragging_wall);
    input.kind = INPUT_MOUSE_MOVE;
    input.at = to;
    app_input(&bench.app, &input);

    input.kind = INPUT_MOUSE_UP;
    input.is_drag = true;
    input.modifiers = MODIFIER_ALT;
    app_input(&bench.app, &input);

    CU_ASSERT_FALSE(bench.app.ui.dragging_wall);
    CU_ASSERT_PTR_NOT_NULL(strstr(said(&bench), "fault1 = one_way({"));
    CU_ASSERT_EQUAL(bench.app.model.state.rules.count, 1);
    bench_close(&bench);
}

/* Taking back runs the script again without the last command: as if it had never been given. */
static void undo_leaves_the_run_as_before_the_fault(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    uint64_t hash = trace_hash(bench.app.source.trace);
    press(&bench, KEY_TAB);
    press(&bench, 'k');
    CU_ASSERT_NOT_EQUAL(trace_hash(bench.app.source.trace), hash);

    press_with(&bench, 'z', MODIFIER_CTRL);

    CU_ASSERT_EQUAL(trace_hash(bench.app.source.trace), hash);
    CU_ASSERT_EQUAL(bench.app.time, 6 * SIM_SEC);
    CU_ASSERT_EQUAL(status(&bench, 0), PROCESS_RUNNING);
    press_with(&bench, 'z', MODIFIER_CTRL);
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "Nothing was done by hand"));
    bench_close(&bench);
}

static void fault_in_the_past_begins_another_future(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 7 * SIM_SEC);
    press(&bench, KEY_TAB);
    play_jump(&bench.app, 6 * SIM_SEC);

    press(&bench, 'k');

    CU_ASSERT_EQUAL(source_end(&bench.app.source), 6 * SIM_SEC);
    CU_ASSERT_PTR_NOT_NULL(strstr(said(&bench), "another future begins"));
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.said, "6.000  c.n1:kill()"));
    CU_ASSERT_EQUAL(status(&bench, 0), PROCESS_DEAD);
    bench_close(&bench);
}

/* --- time --- */

static void space_stops_and_goes_on(void)
{
    Bench bench;
    bench_open(&bench, script);
    press(&bench, ' ');
    play_advance(&bench.app, 50);
    CU_ASSERT_EQUAL(bench.app.time, 0);

    press(&bench, ' ');
    play_advance(&bench.app, 50);

    CU_ASSERT_EQUAL(bench.app.time, 50 * SIM_MS);
    bench_close(&bench);
}

static void speed_keys_stay_within_their_bounds(void)
{
    Bench bench;
    bench_open(&bench, script);
    for (int i = 0; i < 30; i++) press(&bench, '-');
    CU_ASSERT_EQUAL(bench.app.ui.speed_permille, 1);
    for (int i = 0; i < 40; i++) press(&bench, '+');
    CU_ASSERT_EQUAL(bench.app.ui.speed_permille, 1000000);
    bench_close(&bench);
}

static void stepping_goes_by_single_records_both_ways(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 3 * SIM_SEC);
    uint64_t seq = bench.app.model.state.seq;

    press(&bench, ',');
    CU_ASSERT_EQUAL(bench.app.model.state.seq, seq - 1);
    press(&bench, '.');
    CU_ASSERT_EQUAL(bench.app.model.state.seq, seq);
    press(&bench, '.'); /* further than what was simulated */

    CU_ASSERT_EQUAL(bench.app.model.state.seq, seq + 1);
    CU_ASSERT_TRUE(bench.app.ui.paused);
    bench_close(&bench);
}

static void timeline_is_scrubbed_by_click_and_arrow(void)
{
    Bench bench;
    float left, right;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    Layout layout = app_layout(&bench.app);
    scene_timeline_span(&layout, &bench.app.ui, &left, &right);
    float part = (float)(2 * SIM_SEC) / (float)(bench.app.ui.view_to - bench.app.ui.view_from);

    click(&bench, (Point){left + part * (right - left), layout.timeline.y + 40}, BUTTON_LEFT);

    CU_ASSERT_TRUE(bench.app.time > 1990 * SIM_MS && bench.app.time < 2010 * SIM_MS);
    SimTime time = bench.app.time;
    press(&bench, KEY_LEFT);
    CU_ASSERT_EQUAL(bench.app.time, time - 100 * SIM_MS);
    press(&bench, KEY_END);
    CU_ASSERT_EQUAL(bench.app.time, 6 * SIM_SEC);
    press(&bench, KEY_HOME);
    CU_ASSERT_EQUAL(bench.app.time, 0);
    bench_close(&bench);
}

static void bookmarks_are_set_and_found_again(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 2 * SIM_SEC);
    press(&bench, 'm');
    go(&bench, 5 * SIM_SEC);
    CU_ASSERT_EQUAL(bench.app.ui.mark_count, 1);

    press_with(&bench, 'm', MODIFIER_SHIFT);

    CU_ASSERT_EQUAL(bench.app.time, 2 * SIM_SEC);
    press(&bench, 'm');
    CU_ASSERT_EQUAL(bench.app.ui.mark_count, 0);
    bench_close(&bench);
}

/* --- the lesson --- */

/* Plays on until the question, at most `ms` of wall time. */
static void play_to_question(Bench *bench)
{
    for (int i = 0; i < 4000 && !bench->app.ui.question_open; i++) play_advance(&bench->app, 16);
    frame(bench);
}

static void question_stops_time_until_it_is_answered(void)
{
    Bench bench;
    bench_open(&bench, script);
    bench.app.director = false;
    play_to_question(&bench);
    CU_ASSERT_TRUE_FATAL(bench.app.ui.question_open);
    SimTime asked = bench.app.time;
    CU_ASSERT_TRUE(bench.app.model.state.say_seq < bench.app.model.state.predict_seq);

    play_advance(&bench.app, 100);
    CU_ASSERT_EQUAL(bench.app.time, asked);
    press(&bench, '7'); /* no such answer: but a tab of the dock */
    CU_ASSERT_TRUE(bench.app.ui.question_open);
    press(&bench, KEY_TAB);
    press(&bench, 'k');
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "First your prediction"));
    press(&bench, '2');

    CU_ASSERT_FALSE(bench.app.ui.question_open);
    CU_ASSERT_EQUAL(bench.app.ui.prediction, 2);
    play_advance(&bench.app, 100);
    CU_ASSERT_TRUE(bench.app.time > asked);
    CU_ASSERT_FALSE(bench.app.ui.question_open);
    bench_close(&bench);
}

/* What is on the card, and for how many ms of playing it stays before something else is. */
static uint64_t stays(Bench *bench, char *words, size_t size)
{
    TraceRecord record;
    uint64_t seq = bench->app.model.state.say_seq, ms = 0;
    trace_get(bench->app.source.trace, seq, &record);
    snprintf(words, size, "%.*s", (int)record.u.SAY.text.size, record.u.SAY.text.chars);
    while (bench->app.model.state.say_seq == seq && !bench->app.ui.question_open && ms < 20000) {
        play_advance(&bench->app, 10);
        ms += 10;
    }
    return ms;
}

/* Sentences said in one moment are shown one after the other, each for as long as reading takes:
 * 40 ms a letter, less when time is played faster, no time without the director. In the small form
 * a question, which would cover the last one, waits as well. */
static void sentences_stay_until_they_are_read(void)
{
    static const char talk[] = "cluster {}\n"
                               "say 'Twenty letters here.'\n"
                               "say 'Twenty five letters here.'\n"
                               "predict { 'What?', choices = { 'a', 'b' }, answer = 1 }\n"
                               "wait '1s'\n";
    static const struct {
        bool director, is_small;
        int64_t speed;
        uint64_t first, second;
    } rows[] = {{true, false, 1000, 800, 0},
                {true, true, 1000, 800, 1000},
                {true, true, 10, 800, 1000},
                {true, true, 10000, 80, 100},
                {false, true, 1000, 0, 0}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Bench bench;
        char words[64];
        bench_open(&bench, talk);
        if (rows[i].is_small) app_resize(&bench.app, 1280, 720, 1.5f);
        bench.app.director = rows[i].director;
        bench.app.speed_permille = rows[i].speed;
        play_advance(&bench.app, 10);
        if (rows[i].first) {
            CU_ASSERT_TRUE(bench.app.ui.is_reading);
            uint64_t ms = stays(&bench, words, sizeof(words));
            CU_ASSERT_STRING_EQUAL(words, "Twenty letters here.");
            CU_ASSERT(ms >= rows[i].first && ms <= rows[i].first + 20);
        }
        if (rows[i].second) {
            uint64_t ms = stays(&bench, words, sizeof(words));
            CU_ASSERT_STRING_EQUAL(words, "Twenty five letters here.");
            CU_ASSERT(ms >= rows[i].second && ms <= rows[i].second + 20);
        }
        CU_ASSERT_TRUE(bench.app.ui.question_open);
        CU_ASSERT_FALSE(bench.app.ui.is_reading);
        bench_close(&bench);
    }
}

static void answer_is_remembered_when_scrubbing(void)
{
    Bench bench;
    bench_open(&bench, script);
    bench.app.director = false;
    play_to_question(&bench);
    press(&bench, '1');
    go(&bench, bench.app.time + 2 * SIM_SEC);
    CU_ASSERT_EQUAL(bench.app.ui.prediction, 1);

    press(&bench, KEY_HOME);
    CU_ASSERT_EQUAL(bench.app.ui.prediction, 0);
    press(&bench, KEY_END);

    CU_ASSERT_EQUAL(bench.app.ui.prediction, 1);
    bench_close(&bench);
}

static void next_step_goes_through_the_lesson(void)
{
    Bench bench;
    bench_open(&bench, script);
    CU_ASSERT_EQUAL(bench.app.source_steps, 3);
    press(&bench, 'n');
    press(&bench, 'n');
    CU_ASSERT_TRUE(bench.app.model.state.say_seq > 0);
    CU_ASSERT_TRUE(bench.app.ui.question_open);
    press(&bench, 'n');
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "First your prediction"));
    press(&bench, '1');
    press(&bench, KEY_PAGE_DOWN);
    CU_ASSERT_EQUAL(bench.app.index.steps.count, 3);
    CU_ASSERT_EQUAL(bench.app.model.state.step_seq, bench.app.index.steps.items[2].seq);

    press(&bench, KEY_PAGE_UP);

    CU_ASSERT_EQUAL(bench.app.model.state.step_seq, bench.app.index.steps.items[1].seq);
    bench_close(&bench);
}

static void end_of_the_script_pauses_once(void)
{
    Bench bench;
    bench_open(&bench, "local c = cluster { primaries = 3 }\nwait '100ms'\n");
    for (int i = 0; i < 50 && !bench.app.ui.paused; i++) play_advance(&bench.app, 16);
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "The script has ended"));
    press(&bench, ' ');
    SimTime time = bench.app.time;

    play_advance(&bench.app, 50);

    CU_ASSERT_FALSE(bench.app.ui.paused);
    CU_ASSERT_EQUAL(bench.app.time, time + 50 * SIM_MS);
    bench_close(&bench);
}

static void mistake_in_the_script_is_told_and_the_view_goes_on(void)
{
    Bench bench;
    bench_open(&bench, "local c = cluster { primaries = 3 }\nwait '100ms'\nc.n1:kil()\n");
    for (int i = 0; i < 50 && !bench.app.ui.paused; i++) play_advance(&bench.app, 16);

    CU_ASSERT_EQUAL(bench.app.source.status, SCRIPT_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "try.lua:3:"));
    press(&bench, ',');
    CU_ASSERT_TRUE(bench.app.model.state.seq > 1);
    bench_close(&bench);
}

/* --- what is shown --- */

static void digits_choose_who_looks_and_the_tab(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 3 * SIM_SEC);
    press(&bench, '2');
    CU_ASSERT_EQUAL(bench.app.ui.lens, LENS_NODE);
    CU_ASSERT_EQUAL(bench.app.ui.selected, 0);
    press(&bench, '3');
    CU_ASSERT_EQUAL(bench.app.ui.lens, LENS_NODE);
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "no client"));
    press(&bench, '1');
    CU_ASSERT_EQUAL(bench.app.ui.lens, LENS_TRUTH);
    press(&bench, '9');
    CU_ASSERT_EQUAL(bench.app.ui.dock, DOCK_CONSOLE);
    press(&bench, KEY_ESCAPE); /* leaves the prompt */
    press_with(&bench, '0', MODIFIER_SHIFT);
    CU_ASSERT_EQUAL(bench.app.ui.dock, DOCK_SOURCE);
    CU_ASSERT_TRUE(bench.app.ui.dock_over);
    press(&bench, KEY_ESCAPE);
    CU_ASSERT_FALSE(bench.app.ui.dock_over);
    press(&bench, 'w');
    CU_ASSERT_EQUAL(bench.app.ui.dock, DOCK_WHY);
    bench_close(&bench);
}

static void tabs_of_the_small_form_open_over_the_rest(void)
{
    Bench bench;
    bench_open(&bench, script);
    app_resize(&bench.app, 1280, 720, 1.5f);
    frame(&bench);

    press(&bench, 'b');
    CU_ASSERT_TRUE(bench.app.ui.dock_over);
    press(&bench, 'b');

    CU_ASSERT_FALSE(bench.app.ui.dock_over);
    bench_close(&bench);
}

static void mouse_selects_and_opens_the_menu(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    click(&bench, place(&bench, 4), BUTTON_LEFT);
    CU_ASSERT_EQUAL(bench.app.ui.selected, 4);
    click(&bench, place(&bench, 2), BUTTON_RIGHT);
    CU_ASSERT_TRUE(bench.app.ui.menu_open);
    CU_ASSERT_EQUAL(bench.app.ui.menu_host, 2);
    press(&bench, KEY_DOWN);
    press(&bench, KEY_DOWN);

    press(&bench, KEY_RETURN);

    CU_ASSERT_FALSE(bench.app.ui.menu_open);
    CU_ASSERT_PTR_NOT_NULL(strstr(said(&bench), "c.n3:kill()"));
    bench_close(&bench);
}

static void mouse_over_nothing_asks_for_no_frame(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    Layout layout = app_layout(&bench.app);
    Input input = {.kind = INPUT_MOUSE_MOVE,
                   .at = {layout.stage.x + 3, layout.stage.y + layout.stage.h - 3}};
    app_input(&bench.app, &input);
    bench.app.dirty = false;
    input.at.x += 2;

    app_input(&bench.app, &input);
    CU_ASSERT_FALSE(bench.app.dirty);
    input.at = place(&bench, 0);
    app_input(&bench.app, &input);

    CU_ASSERT_TRUE(bench.app.dirty);
    CU_ASSERT_EQUAL(bench.app.ui.hovered, 0);
    bench_close(&bench);
}

static void arrows_walk_the_slots_once_up_or_down_was_pressed(void)
{
    Bench bench;
    bench_open(&bench, script);
    go(&bench, 3 * SIM_SEC);
    press(&bench, KEY_DOWN);
    press(&bench, KEY_DOWN);
    press(&bench, KEY_RIGHT);
    CU_ASSERT_EQUAL(bench.app.ui.hovered_slot, 129);
    CU_ASSERT_EQUAL(bench.app.time, 3 * SIM_SEC);

    press(&bench, KEY_ESCAPE);

    CU_ASSERT_EQUAL(bench.app.ui.hovered_slot, -1);
    CU_ASSERT_TRUE(bench.app.ui.timeline_focus);
    bench_close(&bench);
}

static void header_buttons_do_what_their_keys_do(void)
{
    Bench bench;
    uint32_t found = 0;
    bench_open(&bench, script);
    go(&bench, 3 * SIM_SEC);
    Layout layout = app_layout(&bench.app);
    for (float x = 0; x < 1056; x += 8) {
        Point at = {x, layout.header.h / 2};
        uint32_t key =
            scene_header_key_at(&bench.app.model, &bench.app.ui, &layout, &bench.app.metrics, at);
        if (key == ' ') found |= 8;
        if (key >= '1' && key <= '3') found |= 1u << (key - '1');
    }
    CU_ASSERT_EQUAL(found, 15);
    bench_close(&bench);
}

/* --- trace files --- */

static void trace_file_shows_the_same_and_cannot_be_changed(void)
{
    static const AppOptions options = {.source.seed = 3};
    char path[] = "/tmp/slotscope-test-XXXXXX";
    Bench bench;
    App reader;
    ByteWriter bytes = {0};
    Error err = {{0}};
    Text why = {0};
    bench_open(&bench, script);
    go(&bench, 6 * SIM_SEC);
    trace_write(bench.app.source.trace, &bytes);
    int file = mkstemp(path);
    CU_ASSERT_TRUE_FATAL(file >= 0);
    FILE *stream = fdopen(file, "wb");
    fwrite(bytes.bytes, 1, bytes.size, stream);
    fclose(stream);

    CU_ASSERT_TRUE_FATAL(app_open(&reader, path, &options, &err));
    play_jump(&reader, 6 * SIM_SEC);

    CU_ASSERT_TRUE(model_equal(&reader.model, &bench.app.model, &why));
    reader.ui.selected = 0;
    app_input(&reader, &(Input){.kind = INPUT_KEY, .key = 'k'});
    CU_ASSERT_PTR_NOT_NULL(strstr(reader.ui.message, "A trace file cannot be changed"));
    app_close(&reader);

    stream = fopen(path, "wb");
    fwrite(bytes.bytes, 1, bytes.size / 2, stream);
    fclose(stream);
    CU_ASSERT_FALSE(app_open(&reader, path, &options, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, path));
    remove(path);
    bytes_deinit(&bytes);
    text_deinit(&why);
    bench_close(&bench);
}

/* --- the command line --- */

static void options_refuse_in_one_sentence(void)
{
    static const struct {
        const char *words[6];
        const char *want;
    } rows[] = {
        {{"a.lua", "b.lua"}, "\"b.lua\" is a second file; one is shown at a time"},
        {{"a.lua", "--nonsense", "1"}, "option \"--nonsense\" is unknown; --help lists them all"},
        {{"a.lua", "--seed"}, "option --seed wants a value"},
        {{"a.lua", "--seed", "-1"}, "option --seed wants a whole number from 0"},
        {{"a.lua", "--size", "12"}, "option --size wants WIDTHxHEIGHT from 320x240 to 7680x4320"},
        {{"a.lua", "--theme", "pink"}, "option --theme wants dark, light or contrast"},
        {{"a.lua", "--scale", "9"}, "option --scale wants a number from 0.5 to 4"},
        {{"a.lua", "--set", "T"}, "option --set wants NAME=VALUE"},
        {{"a.lua", "--from", "soon"}, "option --from wants a duration such as 12.5s"},
        {{"--render", "a.lua"}, "--render wants --at T[,T...] and -o PNG"},
        {{NULL}, "which file? Give a scenario (.lua) or a trace file; --help says more"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char words[6][32];
        char *argv[7] = {words[0]};
        int argc = 1;
        Options options;
        Error err = {{0}};
        snprintf(words[0], sizeof(words[0]), "slotscope-view");
        for (size_t k = 0; k < 5 && rows[i].words[k]; k++, argc++) {
            snprintf(words[argc], sizeof(words[0]), "%s", rows[i].words[k]);
            argv[argc] = words[argc];
        }

        CU_ASSERT_FALSE(options_read(argc, argv, &options, &err));

        if (strcmp(err.text, rows[i].want) != 0) {
            printf("\n  got  %s\n  want %s", err.text, rows[i].want);
            CU_FAIL("the sentence");
        }
    }
}

static void missing_file_and_broken_script_are_one_sentence(void)
{
    static const AppOptions options = {.source.seed = 1};
    App app;
    Source source;
    Error err = {{0}};

    CU_ASSERT_FALSE(app_open(&app, "/nowhere/x.lua", &options, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cannot be opened"));
    CU_ASSERT_FALSE(source_open_script(&source, "x.lua", "local = 1", 9, &options.source, &err));

    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "x.lua:1"));
    source_close(&source);
}

static void scale_follows_the_size_of_the_window(void)
{
    CU_ASSERT_EQUAL(app_natural_scale(1920, 1080), 1);
    CU_ASSERT_EQUAL(app_natural_scale(1280, 720), 1.5f);
    CU_ASSERT_EQUAL(app_natural_scale(800, 450), 1);
}

void test_app_suite(void)
{
    CU_pSuite suite = CU_add_suite("app", NULL, NULL);
    CU_add_test(suite, "fault keys say their Lua line", fault_keys_say_their_lua_line);
    CU_add_test(suite, "fault without a node", fault_without_a_node_asks_for_one);
    CU_add_test(suite, "refused fault", refused_fault_is_one_sentence);
    CU_add_test(suite, "wall across the stage", wall_is_drawn_across_the_stage);
    CU_add_test(suite, "undo", undo_leaves_the_run_as_before_the_fault);
    CU_add_test(suite, "fault in the past", fault_in_the_past_begins_another_future);
    CU_add_test(suite, "space", space_stops_and_goes_on);
    CU_add_test(suite, "speed keys", speed_keys_stay_within_their_bounds);
    CU_add_test(suite, "stepping", stepping_goes_by_single_records_both_ways);
    CU_add_test(suite, "timeline", timeline_is_scrubbed_by_click_and_arrow);
    CU_add_test(suite, "bookmarks", bookmarks_are_set_and_found_again);
    CU_add_test(suite, "question stops time", question_stops_time_until_it_is_answered);
    CU_add_test(suite, "answer is remembered", answer_is_remembered_when_scrubbing);
    CU_add_test(suite, "next step", next_step_goes_through_the_lesson);
    CU_add_test(suite, "end of the script", end_of_the_script_pauses_once);
    CU_add_test(suite, "mistake in the script", mistake_in_the_script_is_told_and_the_view_goes_on);
    CU_add_test(suite, "digits", digits_choose_who_looks_and_the_tab);
    CU_add_test(suite, "tabs of the small form", tabs_of_the_small_form_open_over_the_rest);
    CU_add_test(suite, "mouse and menu", mouse_selects_and_opens_the_menu);
    CU_add_test(suite, "mouse over nothing", mouse_over_nothing_asks_for_no_frame);
    CU_add_test(suite, "arrows over slots", arrows_walk_the_slots_once_up_or_down_was_pressed);
    CU_add_test(suite, "sentences stay", sentences_stay_until_they_are_read);
    CU_add_test(suite, "header buttons", header_buttons_do_what_their_keys_do);
    CU_add_test(suite, "trace file", trace_file_shows_the_same_and_cannot_be_changed);
    CU_add_test(suite, "options", options_refuse_in_one_sentence);
    CU_add_test(suite, "missing file", missing_file_and_broken_script_are_one_sentence);
    CU_add_test(suite, "scale", scale_follows_the_size_of_the_window);
}
