/* test_ui_meter.c -- quorum, countdown, parts, tables: geometry that carries meaning. */
#include "tests/viz/draw_expect.h"
#include "viz/ui/meter.h"
#include "viz/ui/table.h"

#include <CUnit/CUnit.h>

void test_ui_meter_suite(void);

static const Point origin = {100, 100};

/* The x of the threshold line: the last line drawn that is 2.5 px wide. */
static float threshold_x(const DrawList *list)
{
    for (uint32_t i = list->items.count; i-- > 0;) {
        const DrawItem *item = &list->items.items[i];
        if (item->kind == DRAW_LINE && item->stroke.width == 2.5f) {
            return list->points.items[item->first].x;
        }
    }
    return -1;
}

/* protocol.md §7.3: a majority of all voting primaries, the dead ones included, is floor(n/2)+1. */
static void quorum_line_stands_behind_the_majority(void)
{
    static const struct {
        uint32_t voters, needed, line_after; /* needed 0: the majority */
    } rows[] = {{1, 0, 1}, {2, 0, 2}, {3, 0, 2},   {4, 0, 3},
                {5, 0, 3}, {8, 0, 5}, {20, 0, 11}, {5, 1, 1}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        UiBench bench;
        bench_init(&bench);
        Voter voters[20] = {0};
        float pitch = rows[i].voters <= 8 ? 46 + 6 : 13 + 3;
        float gap = rows[i].voters <= 8 ? 6 : 3;

        Rect used = meter_quorum(&bench.ui, origin, voters, rows[i].voters, rows[i].needed);

        float want = origin.x + (float)rows[i].line_after * pitch - gap / 2;
        CU_ASSERT_DOUBLE_EQUAL(threshold_x(&bench.list), want, 0.001);
        CU_ASSERT_DOUBLE_EQUAL(used.w, (float)rows[i].voters * pitch - gap, 0.001);
        CU_ASSERT_EQUAL(draw_lines(&bench.list, "rect"), rows[i].voters);
        bench_deinit(&bench);
    }
}

static void quorum_tells_four_states_without_hue(void)
{
    static const struct {
        VoterState state;
        const char *want;
    } rows[] = {
        {VOTER_REACHED, "rect 100 100 46 22 radius 4 fill ECEFF3FF\n"
                        "text 123 115.7 center sans-semibold 13 0A0D10FF \"n1\"\n"},
        {VOTER_ASKED, "rect 100 100 46 22 radius 4 line 4A5460FF 1\n"
                      "text 123 115.7 center sans-semibold 13 AAB3BFFF \"n1\"\n"},
        {VOTER_STALE, "rect 100 100 46 22 radius 4 line ECEFF3FF 1.3 dash 3 2.5\n"
                      "text 123 115.7 center sans-semibold 13 ECEFF3FF \"n1\"\n"},
        {VOTER_LOST, "rect 100 100 46 22 radius 4 line 4A5460FF 1 dash 3 2.5\n"
                     "text 123 115.7 center sans-semibold 13 7D8794FF \"n1\"\n"
                     "line 109 111 137 111 line 7D8794FF 1.5\n"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        UiBench bench;
        bench_init(&bench);
        Voter voter = {.name = "n1", .state = rows[i].state};
        meter_quorum(&bench.ui, origin, &voter, 1, 0);
        bench.list.items.count--; /* the threshold is tested above */
        CU_ASSERT_TRUE(draw_is("voter", &bench.list, rows[i].want));
        bench_deinit(&bench);
    }
}

static void quorum_of_many_is_a_field_with_a_step(void)
{
    UiBench bench;
    bench_init(&bench);
    Voter voters[200] = {0};

    Rect used = meter_quorum(&bench.ui, origin, voters, 200, 0); /* needs 101: five rows and one */

    CU_ASSERT_EQUAL(draw_lines(&bench.list, "rect"), 200);
    CU_ASSERT_DOUBLE_EQUAL(used.w, 20 * 13 - 2, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(used.h, 10 * 13 - 2, 0.001);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "line 99 177 112 177 112 164 359 164"), 1);
    bench_deinit(&bench);
}

static void quorum_without_voters_draws_nothing(void)
{
    UiBench bench;
    bench_init(&bench);

    Rect used = meter_quorum(&bench.ui, origin, NULL, 0, 0);

    CU_ASSERT_EQUAL(used.w, 0);
    CU_ASSERT_EQUAL(bench.list.items.count, 0);
    bench_deinit(&bench);
}

static void countdown_is_as_full_as_time_is_left(void)
{
    static const struct {
        float left;
        const char *clip;
    } rows[] = {{1, "clip 0 0 200 40"},
                {0.25f, "clip 0 0 50 40"},
                {0, "clip 0 0 0 40"},
                {7, "clip 0 0 200 40"}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        UiBench bench;
        bench_init(&bench);
        meter_countdown(&bench.ui, (Rect){0, 0, 200, 40}, rows[i].left, "still writing", "0.7 s");
        CU_ASSERT_EQUAL(draw_lines(&bench.list, rows[i].clip), 1);
        CU_ASSERT_EQUAL(draw_lines(&bench.list, "unclip"), 1);
        bool has_danger = draw_occurs(&bench.list, "FF8A45FF") > 0;
        CU_ASSERT_EQUAL(has_danger, rows[i].left > 0);
        bench_deinit(&bench);
    }
}

static void parts_share_the_width_by_weight(void)
{
    UiBench bench;
    bench_init(&bench);
    const MeterPart parts[] = {
        {.weight = 1, .color = 0x11}, {.weight = 0, .color = 0x22}, {.weight = 3, .color = 0x33}};

    meter_parts(&bench.ui, (Rect){10, 0, 202, 8}, parts, 3);

    CU_ASSERT_TRUE(draw_is("parts", &bench.list,
                           "rect 10 0 50 8 radius 2 fill 00000011\n"
                           "rect 62 0 150 8 radius 2 fill 00000033\n"));
    bench_deinit(&bench);
}

static void parts_of_nothing_are_an_empty_track(void)
{
    UiBench bench;
    bench_init(&bench);
    const MeterPart part = {.weight = 0, .color = 0x11};

    meter_parts(&bench.ui, (Rect){10, 0, 200, 8}, &part, 1);

    CU_ASSERT_TRUE(draw_is("none", &bench.list, "rect 10 0 200 8 radius 2 fill 0A0D10FF\n"));
    bench_deinit(&bench);
}

/* Vermillion from the threshold on, not before (view tokens §1.2). */
static void reports_turn_to_danger_at_the_threshold(void)
{
    for (uint32_t count = 0; count <= 5; count++) {
        UiBench bench;
        bench_init(&bench);
        meter_reports(&bench.ui, origin, count, 3, 5);
        CU_ASSERT_EQUAL(draw_occurs(&bench.list, "fill C84E00FF"), count >= 3 ? count : 0);
        CU_ASSERT_EQUAL(draw_lines(&bench.list, "rect"), 5);
        bench_deinit(&bench);
    }
}

static void spark_spans_its_rect_and_clamps(void)
{
    UiBench bench;
    bench_init(&bench);
    const float values[] = {0, 5, 20, -3};

    meter_spark(&bench.ui, (Rect){0, 0, 30, 10}, values, 4, 0, 10, 0xFF);

    CU_ASSERT_EQUAL(draw_lines(&bench.list, "line 0 10 10 5 20 0 30 10"), 1);
    CU_ASSERT_EQUAL(draw_lines(&bench.list, "disc 30 10 3"), 1);
    bench_deinit(&bench);
}

static const TableColumn columns[] = {{.title = "id", .width = 60},
                                      {.title = "flags", .width = 0, .is_strong = true},
                                      {.title = "epoch", .width = 50, .align = ALIGN_RIGHT}};
static const TableCell cells[] = {{"5d9e11a7", TABLE_PLAIN}, {"master,fail", TABLE_DANGER},
                                  {"1", TABLE_PLAIN},        {"a08c42f3", TABLE_FAINT},
                                  {NULL, TABLE_PLAIN},       {"2", TABLE_PLAIN}};

static Table small_table(void)
{
    return (Table){.columns = columns,
                   .column_count = 3,
                   .cells = cells,
                   .row_count = 2,
                   .chosen_row = -1,
                   .action = 9};
}

static void table_aligns_colours_and_cuts_its_cells(void)
{
    UiBench bench;
    bench_init(&bench);
    Table table = small_table();

    table_draw(&bench.ui, (Rect){0, 0, 200, 100}, &table);

    /* 60 - 10 px hold six characters of 7.5; the column without a width gets 90. */
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "text 0 32.8 left mono 12.5 AAB3BFFF \"5d9e1…\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "text 60 32.8 left mono 12.5 FF8A45FF \"master,fa…\""),
                    1);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "text 200 32.8 right mono 12.5 AAB3BFFF \"1\""), 1);
    CU_ASSERT_EQUAL(draw_occurs(&bench.list, "7D8794FF \"a08c4…\""), 1);
    CU_ASSERT_EQUAL(draw_lines(&bench.list, "text"), 3 + 5);
    bench_deinit(&bench);
}

static void table_shows_only_rows_that_fit(void)
{
    static const struct {
        float height;
        uint32_t first_row, want; /* hits are rows */
        int64_t first_hit;
    } rows[] = {{100, 0, 2, 0}, {40, 0, 1, 0}, {19, 0, 0, -1}, {100, 1, 1, 1}, {100, 5, 0, -1}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        UiBench bench;
        bench_init(&bench);
        Table table = small_table();
        table.first_row = rows[i].first_row;
        table_draw(&bench.ui, (Rect){0, 0, 200, rows[i].height}, &table);
        CU_ASSERT_EQUAL(bench.hits.items.count, rows[i].want);
        if (rows[i].want > 0)
            CU_ASSERT_EQUAL(bench.hits.items.items[0].argument, rows[i].first_hit);
        bench_deinit(&bench);
    }
}

static void table_puts_a_bar_under_the_chosen_row(void)
{
    UiBench bench;
    bench_init(&bench);
    Table table = small_table();
    table.chosen_row = 1;

    table_draw(&bench.ui, (Rect){0, 0, 200, 100}, &table);

    CU_ASSERT_EQUAL(draw_lines(&bench.list, "rect -10 37.5 220 18.5 radius 3 fill 1E242CFF"), 1);
    CU_ASSERT_EQUAL(draw_lines(&bench.list, "rect"), 1);
    bench_deinit(&bench);
}

void test_ui_meter_suite(void)
{
    CU_pSuite suite = CU_add_suite("ui: meters and tables", NULL, NULL);
    CU_ADD_TEST(suite, quorum_line_stands_behind_the_majority);
    CU_ADD_TEST(suite, quorum_tells_four_states_without_hue);
    CU_ADD_TEST(suite, quorum_of_many_is_a_field_with_a_step);
    CU_ADD_TEST(suite, quorum_without_voters_draws_nothing);
    CU_ADD_TEST(suite, countdown_is_as_full_as_time_is_left);
    CU_ADD_TEST(suite, parts_share_the_width_by_weight);
    CU_ADD_TEST(suite, parts_of_nothing_are_an_empty_track);
    CU_ADD_TEST(suite, reports_turn_to_danger_at_the_threshold);
    CU_ADD_TEST(suite, spark_spans_its_rect_and_clamps);
    CU_ADD_TEST(suite, table_aligns_colours_and_cuts_its_cells);
    CU_ADD_TEST(suite, table_shows_only_rows_that_fit);
    CU_ADD_TEST(suite, table_puts_a_bar_under_the_chosen_row);
}
