/* test_console.c -- the redis-cli prompt: typed at through events, looked at in the draw list. */
#include "tests/viz/app_bench.h"
#include "tests/viz/draw_expect.h"

#include <CUnit/CUnit.h>

#include <stdlib.h>
#include <string.h>

void test_console_suite(void);

static const char script[] =
    "title 'Try'\n"
    "local c = cluster { primaries = 3, replicas = 0, node_timeout = '2s' }\n"
    "c:create()\n"
    "wait '30s'\n";

#define ERROR_INK "FF8A45FF "
#define REPLY_INK "AAB3BFFF "

/* At 4 s, paused, n1 selected and its prompt open. */
static void open_prompt(Bench *bench)
{
    bench_open(bench, script);
    bench->app.ui.paused = true;
    go(bench, 4 * SIM_SEC);
    press(bench, KEY_TAB);
    press(bench, '9');
}

static void give(Bench *bench, const char *line)
{
    type(bench, line);
    press(bench, KEY_RETURN);
}

static uint32_t shown(const Bench *bench, const char *part)
{
    return draw_occurs(&bench->app.list, part);
}

static const char *line_now(const Bench *bench)
{
    const EditLine *line = bench->app.console.ui.line;
    return line ? line->chars : "";
}

/* --- saying a line --- */

static void line_is_answered_as_redis_cli_prints_it(void)
{
    static const struct {
        const char *line, *reply;
    } rows[] = {
        {"SET {e}k \"a b\"", "\"OK\""},
        {"GET {e}k", REPLY_INK "\"\"a b\"\""},
        {"GET {e}none", "\"(nil)\""},
        {"STRLEN {e}k", "\"(integer) 3\""},
        {"MGET {e}k {e}none", "\"2) (nil)\""},
        {"GET user:1000", ERROR_INK "\"(error) MOVED 1649 "},
        {"NONSENSE", ERROR_INK "\"(error) ERR unknown command"},
        {"CLUSTER INFO", "\"cluster_known_nodes:3\""}, /* the text as it is */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        Bench bench;
        bench_open(&bench, script);
        bench.app.ui.paused = true;
        go(&bench, 4 * SIM_SEC);
        /* {e} is slot 15724: n3's; user:1000 is n1's. */
        press_with(&bench, KEY_TAB, MODIFIER_SHIFT);
        press_with(&bench, '9', MODIFIER_SHIFT); /* all over the view: room for long replies */
        give(&bench, "SET {e}k \"a b\"");

        give(&bench, rows[i].line);

        if (shown(&bench, rows[i].reply) == 0) {
            printf("\n  %s: no %s", rows[i].line, rows[i].reply);
            CU_FAIL("the reply");
        }
        CU_ASSERT_TRUE(shown(&bench, "\"10.0.0.3:6379> \"") >= 2);
        bench_close(&bench);
    }
}

/* It goes in by the one door and is told as Lua, on a connection of its own. */
static void line_is_a_command_by_hand(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "PING");
    give(&bench, "PING");

    CU_ASSERT_PTR_NOT_NULL(strstr(said(&bench), "4.000  local conn"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said(&bench), " = c.n1:connect()\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said(&bench), ":call(\"PING\")\n"));
    CU_ASSERT_EQUAL(bench.app.source.by_hand.count, 3); /* connect once */
    CU_ASSERT_TRUE(bench.app.time > 4 * SIM_SEC);       /* the reply took its time */
    CU_ASSERT_TRUE(bench.app.time < 4 * SIM_SEC + 20 * SIM_MS);
    CU_ASSERT_TRUE(bench.app.ui.paused);
    bench_close(&bench);
}

static void multi_shows_in_the_prompt(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "multi");
    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "10.0.0.1:6379(TX)> ");
    give(&bench, "SET user:1000 x");
    CU_ASSERT_EQUAL(shown(&bench, "\"QUEUED\""), 1);
    give(&bench, "EXEC");
    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "10.0.0.1:6379> ");
    CU_ASSERT_EQUAL(shown(&bench, "\"10.0.0.1:6379(TX)> \""), 2); /* what was typed in it */
    give(&bench, "EXEC");
    CU_ASSERT_EQUAL(shown(&bench, "\"(error) ERR EXEC without MULTI\""), 1);
    bench_close(&bench);
}

static void prompt_follows_the_selection_and_keeps_each_state(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "MULTI");
    type(&bench, "half a li");
    press(&bench, KEY_ESCAPE);
    press(&bench, KEY_TAB);
    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "10.0.0.2:6379> ");
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "");
    press_with(&bench, KEY_TAB, MODIFIER_SHIFT);

    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "10.0.0.1:6379(TX)> ");
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "half a li");
    bench_close(&bench);
}

/* --- the line and its keys --- */

static void keys_are_letters_while_the_prompt_has_the_focus(void)
{
    Bench bench;
    open_prompt(&bench);
    CU_ASSERT_TRUE(console_has_focus(&bench.app));
    const uint32_t keys[] = {'k', ' ', 'q', '1', 'n', KEY_HOME, '.', 'p'};
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) press(&bench, keys[i]);
    type(&bench, "k");

    CU_ASSERT_FALSE(bench.app.quit);
    CU_ASSERT_EQUAL(status(&bench, 0), PROCESS_RUNNING);
    CU_ASSERT_TRUE(bench.app.ui.paused);
    CU_ASSERT_EQUAL(bench.app.time, 4 * SIM_SEC);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "k");

    press(&bench, KEY_TAB); /* leaves; the next one chooses */
    CU_ASSERT_FALSE(console_has_focus(&bench.app));
    CU_ASSERT_EQUAL(bench.app.ui.selected, 0);
    type(&bench, "x");
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "k");
    press(&bench, 'k');
    CU_ASSERT_EQUAL(status(&bench, 0), PROCESS_DEAD);
    bench_close(&bench);
}

static void history_goes_up_and_down_for_each_node(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "PING one");
    give(&bench, "PING two");
    type(&bench, "draft");
    press(&bench, KEY_UP);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "PING two");
    press(&bench, KEY_UP);
    press(&bench, KEY_UP);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "PING one");
    press(&bench, KEY_DOWN);
    press(&bench, KEY_DOWN);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "draft");
    press_with(&bench, 'u', MODIFIER_CTRL);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "");

    press(&bench, KEY_ESCAPE);
    press(&bench, KEY_TAB);
    press(&bench, KEY_RETURN);
    press(&bench, KEY_UP);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "");
    bench_close(&bench);
}

static void ctrl_c_clears_the_line_and_quits_nothing(void)
{
    Bench bench;
    open_prompt(&bench);
    type(&bench, "FLUSHALL");
    press_with(&bench, 'c', MODIFIER_CTRL);
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "");
    CU_ASSERT_FALSE(bench.app.quit);
    type(&bench, "GET \"open");
    press(&bench, KEY_RETURN);
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.app.ui.message, "Invalid argument(s)"));
    CU_ASSERT_EQUAL(bench.app.source.by_hand.count, 0);
    give(&bench, "exit");
    CU_ASSERT_FALSE(console_has_focus(&bench.app));
    bench_close(&bench);
}

/* --- nodes that do not answer --- */

static void blocked_command_waits_until_it_is_given_up(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "BLPOP user:1000 0");
    CU_ASSERT_EQUAL(bench.app.console.ui.mode, CONSOLE_WAITING);
    CU_ASSERT_EQUAL(shown(&bench, "waiting"), 1);
    type(&bench, "PING");
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "");

    press_with(&bench, 'c', MODIFIER_CTRL);
    CU_ASSERT_FALSE(bench.app.quit);
    CU_ASSERT_EQUAL(bench.app.console.ui.mode, CONSOLE_READY);
    CU_ASSERT_EQUAL(shown(&bench, "\"^C\""), 1);
    give(&bench, "PING");
    CU_ASSERT_EQUAL(shown(&bench, REPLY_INK "\"PONG\""), 1);
    bench_close(&bench);
}

static void space_lets_time_pass_while_a_reply_is_waited_for(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "BLPOP user:1000 2");
    press(&bench, ' ');
    CU_ASSERT_FALSE(bench.app.ui.paused);
    for (int i = 0; i < 30; i++) play_advance(&bench.app, 100);
    frame(&bench);

    CU_ASSERT_EQUAL(bench.app.console.ui.mode, CONSOLE_READY);
    CU_ASSERT_EQUAL(shown(&bench, "\"(nil)\""), 1);
    bench_close(&bench);
}

static void dead_node_refuses_the_connection(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "MULTI");
    press(&bench, KEY_ESCAPE);
    press(&bench, 'k');
    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "not connected> ");
    press(&bench, KEY_RETURN);

    give(&bench, "PING");

    CU_ASSERT_EQUAL(shown(&bench, ERROR_INK
                          "\"Could not connect to Redis at 10.0.0.1:6379: Connection refused\""),
                    1);
    press(&bench, KEY_ESCAPE);
    press(&bench, 'r');
    go(&bench, bench.app.time + SIM_SEC);
    press(&bench, KEY_RETURN);
    give(&bench, "PING");
    CU_ASSERT_EQUAL(shown(&bench, REPLY_INK "\"PONG\""), 1);
    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "10.0.0.1:6379> "); /* MULTI is gone */
    bench_close(&bench);
}

/* A restarted server knows nothing of the old connection: redis-cli connects again and says the
 * line once more, and shows only that. */
static void restart_behind_an_open_connection_is_not_seen(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "PING first");
    press(&bench, KEY_ESCAPE);
    press(&bench, 'k');
    press(&bench, 'r');
    go(&bench, bench.app.time + SIM_SEC);
    press(&bench, KEY_RETURN);

    give(&bench, "PING second");

    CU_ASSERT_EQUAL(shown(&bench, "\"PING second\""), 1);
    CU_ASSERT_EQUAL(shown(&bench, REPLY_INK "\"\"second\"\""), 1);
    CU_ASSERT_EQUAL(shown(&bench, "closed the connection"), 0);
    bench_close(&bench);
}

/* --- past and recorded runs --- */

static void past_offers_to_branch_or_to_go_to_the_present(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "SET user:1000 late");
    press(&bench, KEY_ESCAPE);
    SimTime end = bench.app.time;
    play_jump(&bench.app, 3 * SIM_SEC);
    frame(&bench);
    CU_ASSERT_EQUAL(bench.app.console.ui.mode, CONSOLE_PAST);
    CU_ASSERT_EQUAL(shown(&bench, "\"Return: branch here\""), 1);
    CU_ASSERT_EQUAL(shown(&bench, "late"), 0);

    press(&bench, KEY_RETURN);
    type(&bench, "GET");
    CU_ASSERT_STRING_EQUAL(line_now(&bench), "");
    press(&bench, KEY_END);
    CU_ASSERT_EQUAL(bench.app.time, end);
    CU_ASSERT_EQUAL(bench.app.console.ui.mode, CONSOLE_READY);

    play_jump(&bench.app, 3 * SIM_SEC);
    frame(&bench);
    press(&bench, KEY_RETURN);
    CU_ASSERT_EQUAL(bench.app.console.ui.mode, CONSOLE_READY);
    CU_ASSERT_EQUAL(bench.app.source.by_hand.count, 0);
    give(&bench, "GET user:1000");
    CU_ASSERT_EQUAL(shown(&bench, "\"(nil)\""), 1); /* it was never set in this future */
    bench_close(&bench);
}

static void undo_takes_the_last_line_back_and_then_the_connection(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "SET user:1000 one");
    give(&bench, "SET user:1000 two");
    press_with(&bench, 'z', MODIFIER_CTRL);
    give(&bench, "GET user:1000");
    CU_ASSERT_EQUAL(shown(&bench, REPLY_INK "\"\"one\"\""), 1);
    press_with(&bench, 'z', MODIFIER_CTRL);
    press_with(&bench, 'z', MODIFIER_CTRL);

    CU_ASSERT_EQUAL(bench.app.source.by_hand.count, 0);
    give(&bench, "GET user:1000");
    CU_ASSERT_EQUAL(shown(&bench, "\"(nil)\""), 1);
    bench_close(&bench);
}

/* What was recorded at the node is there, as redis-cli would have printed it, and why nothing can
 * be typed. */
static void recorded_run_is_read_only(void)
{
    static const AppOptions options = {.source.seed = 1, .tab = DOCK_CONSOLE};
    Bench bench;
    open_prompt(&bench);
    give(&bench, "SET user:1000 x");
    give(&bench, "GET user:1000");
    give(&bench, "GEOADD k");
    give(&bench, "CLUSTER KEYSLOT x");
    give(&bench, "LRANGE user:1000 0 1");
    press(&bench, KEY_ESCAPE);
    static App file;
    memset(&file, 0, sizeof(file));
    ByteWriter bytes = {0};
    Error err = {{0}};
    trace_write(bench.app.source.trace, &bytes);
    file.source.file = trace_read(bytes.bytes, bytes.size, &err);
    file.source.trace = file.source.file;
    file.source.status = SCRIPT_FINISHED;
    CU_ASSERT_PTR_NOT_NULL_FATAL(file.source.file);
    TextMetrics metrics = draw_metrics_plain();
    app_start(&file, &options);
    app_resize(&file, 1920, 1080, 1);
    file.ui.selected = 0;
    play_jump(&file, source_end(&file.source));
    app_input(&file, &(Input){.kind = INPUT_KEY, .key = KEY_RETURN});
    app_input(&file, &(Input){.kind = INPUT_TEXT, .text = "PING"});
    app_frame(&file, &metrics);

    CU_ASSERT_FALSE(console_has_focus(&file));
    CU_ASSERT_EQUAL(file.console.ui.mode, CONSOLE_RECORDED);
    CU_ASSERT_EQUAL(draw_occurs(&file.list, "A recorded run: nobody is there to answer"), 1);
    CU_ASSERT_EQUAL(draw_occurs(&file.list, REPLY_INK "\"\"x\"\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&file.list, "\"(integer) 16287\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&file.list, ERROR_INK "\"(error) WRONGTYPE"), 1);
    bytes_deinit(&bytes);
    app_close(&file);
    bench_close(&bench);
}

/* --- the transcript --- */

static void long_replies_are_cut_with_a_count(void)
{
    Bench bench;
    open_prompt(&bench);
    for (int i = 0; i < 30; i++) give(&bench, "RPUSH {user:1000}l 1 2 3 4 5");
    give(&bench, "LRANGE {user:1000}l 0 -1");

    CU_ASSERT_EQUAL(shown(&bench, "\"... and 50 more lines\""), 1);
    CU_ASSERT_EQUAL(shown(&bench, "\"100) \"5\"\""), 1);
    bench_close(&bench);
}

static void wheel_and_page_keys_scroll_back_and_stop_at_the_end(void)
{
    Bench bench;
    open_prompt(&bench);
    give(&bench, "PING oldest");
    for (int i = 0; i < 20; i++) give(&bench, "PING x");
    CU_ASSERT_EQUAL(shown(&bench, "\"PING oldest\""), 0);
    for (int i = 0; i < 20; i++) press(&bench, KEY_PAGE_UP);
    CU_ASSERT_TRUE(shown(&bench, "rows further down") == 1);
    uint32_t top = bench.app.ui.dock_first;
    press(&bench, KEY_PAGE_UP);
    CU_ASSERT_EQUAL(bench.app.ui.dock_first, top);
    Layout layout = app_layout(&bench.app);
    Input wheel = {.kind = INPUT_WHEEL, .by = {0, -1}};
    wheel.at = rect_center(layout.dock);
    app_input(&bench.app, &wheel);
    CU_ASSERT_EQUAL(bench.app.ui.dock_first, top - 3);

    type(&bench, "a"); /* typing goes back down */
    CU_ASSERT_EQUAL(bench.app.ui.dock_first, 0);
    bench_close(&bench);
}

static void click_puts_the_cursor_there_and_a_click_elsewhere_takes_it_away(void)
{
    Bench bench;
    open_prompt(&bench);
    press(&bench, KEY_ESCAPE);
    Layout layout = app_layout(&bench.app);
    click(&bench, rect_center(layout.dock), BUTTON_LEFT);
    CU_ASSERT_TRUE(console_has_focus(&bench.app));
    click(&bench, place(&bench, 1), BUTTON_LEFT);
    CU_ASSERT_FALSE(console_has_focus(&bench.app));
    CU_ASSERT_STRING_EQUAL(bench.app.console.ui.prompt, "10.0.0.2:6379> ");
    bench_close(&bench);
}

static void every_size_has_room_for_prompt_and_words(void)
{
    static const struct {
        int width, height;
        float scale;
    } sizes[] = {{1920, 1080, 1}, {1600, 900, 1}, {1280, 720, 1.5f}};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        Bench bench;
        open_prompt(&bench);
        app_resize(&bench.app, sizes[i].width, sizes[i].height, sizes[i].scale);
        if (!console_is_shown(&bench.app)) press(&bench, '9');
        console_take_focus(&bench.app);
        for (int k = 0; k < 40; k++) give(&bench, "CLUSTER NODES");
        for (int k = 0; k < 60; k++) type(&bench, "0123456789");
        Layout layout = app_layout(&bench.app);
        Rect dock = scene_dock_rect(&bench.app.ui, &layout);
        uint32_t rows = 0;
        for (uint32_t k = 0; k < bench.app.list.items.count; k++) {
            const DrawItem *item = &bench.app.list.items.items[k];
            const char *chars = bench.app.list.chars.items + item->first;
            if (item->kind != DRAW_TEXT || !strstr(chars, "0123456789")) continue;
            rows++;
            CU_ASSERT_TRUE(item->rect.y < rect_bottom(dock));
        }
        CU_ASSERT_TRUE(rows >= 5);
        bench_close(&bench);
    }
}

void test_console_suite(void)
{
    CU_pSuite suite = CU_add_suite("console", NULL, NULL);
    CU_add_test(suite, "answered as redis-cli", line_is_answered_as_redis_cli_prints_it);
    CU_add_test(suite, "a command by hand", line_is_a_command_by_hand);
    CU_add_test(suite, "MULTI in the prompt", multi_shows_in_the_prompt);
    CU_add_test(suite, "follows the selection", prompt_follows_the_selection_and_keeps_each_state);
    CU_add_test(suite, "keys are letters", keys_are_letters_while_the_prompt_has_the_focus);
    CU_add_test(suite, "history", history_goes_up_and_down_for_each_node);
    CU_add_test(suite, "ctrl-c", ctrl_c_clears_the_line_and_quits_nothing);
    CU_add_test(suite, "blocked command", blocked_command_waits_until_it_is_given_up);
    CU_add_test(suite, "space while waiting", space_lets_time_pass_while_a_reply_is_waited_for);
    CU_add_test(suite, "dead node", dead_node_refuses_the_connection);
    CU_add_test(suite, "restart", restart_behind_an_open_connection_is_not_seen);
    CU_add_test(suite, "past", past_offers_to_branch_or_to_go_to_the_present);
    CU_add_test(suite, "undo", undo_takes_the_last_line_back_and_then_the_connection);
    CU_add_test(suite, "recorded run", recorded_run_is_read_only);
    CU_add_test(suite, "long replies", long_replies_are_cut_with_a_count);
    CU_add_test(suite, "scrolling", wheel_and_page_keys_scroll_back_and_stop_at_the_end);
    CU_add_test(suite, "clicks", click_puts_the_cursor_there_and_a_click_elsewhere_takes_it_away);
    CU_add_test(suite, "sizes", every_size_has_room_for_prompt_and_words);
}
