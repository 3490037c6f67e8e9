/* test_ui_label.c -- roles of type, cutting with an ellipsis, digits that do not jitter. */
#include "tests/viz/draw_expect.h"
#include "viz/ui/label.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_ui_label_suite(void);

/* View tokens §3: the smallest on screen is 11 px, on the projector at scale 1.5 16 device px. */
static void type_is_never_too_small(void)
{
    for (int role = 0; role < TYPE_ROLE_COUNT; role++) {
        TypeStyle desk = type_style((TypeRole)role, false);
        TypeStyle projector = type_style((TypeRole)role, true);
        CU_ASSERT_TRUE(desk.size >= 11);
        CU_ASSERT_TRUE(desk.line > desk.size);
        CU_ASSERT_TRUE(projector.size * 1.5f > 15.9f);
        CU_ASSERT_TRUE(projector.line > projector.size);
        CU_ASSERT_EQUAL(projector.face, desk.face);
    }
}

static void type_bold_is_heavier_or_the_same(void)
{
    CU_ASSERT_EQUAL(type_bold(FONT_SANS), FONT_SANS_SEMIBOLD);
    CU_ASSERT_EQUAL(type_bold(FONT_SANS_BOLD), FONT_SANS_BOLD);
    CU_ASSERT_EQUAL(type_bold(FONT_MONO), FONT_MONO_SEMIBOLD);
}

/* Mono at 10 px is 6 px a character in the plain metrics, the ellipsis too. */
static void label_fit_cuts_where_it_must(void)
{
    static const struct {
        const char *chars;
        float width;
        const char *want;
        bool fits;
    } rows[] = {
        {"primary", 42, "primary", true}, {"primary", 41.9f, "prima…", false},
        {"primary", 12, "p…", false},     {"primary", 6, "…", false},
        {"primary", 5, "", false},        {"n1 and n2", 36, "n1 an…", false},
        {"n1 and n2", 24, "n1…", false},  {"first, second", 42, "first…", false},
        {"αβγδε", 24, "αβγ…", false},     {"", 0, "", true},
    };
    TextMetrics metrics = draw_metrics_plain();
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char got[64];
        bool fits =
            label_fit(&metrics, FONT_MONO, 10, rows[i].chars, rows[i].width, got, sizeof(got));
        bool is_right = strcmp(got, rows[i].want) == 0 && fits == rows[i].fits;
        if (!is_right)
            printf("\n  \"%s\" in %g px: \"%s\"", rows[i].chars, (double)rows[i].width, got);
        CU_ASSERT_TRUE(is_right);
    }
}

static void label_fit_respects_a_small_buffer(void)
{
    TextMetrics metrics = draw_metrics_plain();
    char got[8]; /* four bytes of text, three of ellipsis, the NUL */

    bool fits = label_fit(&metrics, FONT_MONO, 10, "primary node", 1000, got, sizeof(got));

    CU_ASSERT_FALSE(fits);
    CU_ASSERT_STRING_EQUAL(got, "prim…");
}

static void label_digits_are_all_as_wide_as_a_zero(void)
{
    UiBench bench;
    bench_init(&bench);
    Ui *ui = &bench.ui;
    float zero = label_width(ui, TYPE_TITLE, "0");
    float dot = label_width(ui, TYPE_TITLE, ".");

    float ones = label_digits(ui, (Point){100, 50}, ALIGN_LEFT, TYPE_TITLE, 0xFFFFFFFF, "11.1 s");

    CU_ASSERT_DOUBLE_EQUAL(ones, label_digits_width(ui, TYPE_TITLE, "80.8 s"), 0.001);
    CU_ASSERT_EQUAL(draw_lines(&bench.list, "text"), 5); /* 1 1 . 1 and " s" */
    const DrawItem *items = bench.list.items.items;
    CU_ASSERT_EQUAL(items[0].align, ALIGN_CENTER);
    CU_ASSERT_DOUBLE_EQUAL(items[0].rect.x, 100 + zero / 2, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(items[3].rect.x, 100 + 2 * zero + dot + zero / 2, 0.001);
    bench_deinit(&bench);
}

static void label_digits_end_where_they_are_aligned(void)
{
    UiBench bench;
    bench_init(&bench);
    Ui *ui = &bench.ui;
    float zero = label_width(ui, TYPE_TITLE, "0");

    label_digits(ui, (Point){100, 50}, ALIGN_RIGHT, TYPE_TITLE, 0xFFFFFFFF, "42");

    CU_ASSERT_DOUBLE_EQUAL(bench.list.items.items[1].rect.x, 100 - zero / 2, 0.001);
    bench_deinit(&bench);
}

/* View tokens §3: label above value, baselines 21 px apart in the header. */
static void label_pair_stands_label_above_value(void)
{
    UiBench bench;
    bench_init(&bench);

    float width = label_pair(&bench.ui, (Point){68, 22}, LABEL_GAP_HEADER, "Speed",
                             TYPE_HEADER_MONO, bench.ui.theme->text, "x1/1000");

    CU_ASSERT_TRUE(draw_is("pair", &bench.list,
                           "text 68 22 left sans-medium 12 7D8794FF \"Speed\"\n"
                           "text 68 43 left mono-medium 15 ECEFF3FF \"x1/1000\"\n"));
    CU_ASSERT_DOUBLE_EQUAL(width, 7 * 9, 0.001);
    bench_deinit(&bench);
}

static void label_in_a_box_stands_in_its_middle(void)
{
    UiBench bench;
    bench_init(&bench);

    label_in(&bench.ui, (Rect){0, 0, 100, 40}, ALIGN_CENTER, 4, TYPE_TABLE, 0xFFFFFFFF, "n1");

    /* 20 + 0.365 x 12.5 */
    CU_ASSERT_TRUE(draw_is("in", &bench.list, "text 50 24.6 center mono 12.5 FFFFFFFF \"n1\"\n"));
    bench_deinit(&bench);
}

void test_ui_label_suite(void)
{
    CU_pSuite suite = CU_add_suite("ui: labels", NULL, NULL);
    CU_ADD_TEST(suite, type_is_never_too_small);
    CU_ADD_TEST(suite, type_bold_is_heavier_or_the_same);
    CU_ADD_TEST(suite, label_fit_cuts_where_it_must);
    CU_ADD_TEST(suite, label_fit_respects_a_small_buffer);
    CU_ADD_TEST(suite, label_digits_are_all_as_wide_as_a_zero);
    CU_ADD_TEST(suite, label_digits_end_where_they_are_aligned);
    CU_ADD_TEST(suite, label_pair_stands_label_above_value);
    CU_ADD_TEST(suite, label_in_a_box_stands_in_its_middle);
}
