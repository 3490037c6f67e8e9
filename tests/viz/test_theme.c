/* test_theme.c -- the palettes keep the promises of colour: text can be read, hues can be told
 * apart.
 *
 * Contrast is the ratio of WCAG 2: (lighter + 0.05) / (darker + 0.05) of relative luminance. */
#include "sim/base/array.h"
#include "viz/draw/theme.h"

#include <CUnit/CUnit.h>

#include <math.h>
#include <stdio.h>

void test_theme_suite(void);

static double linear(uint32_t channel)
{
    double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(Color color)
{
    return 0.2126 * linear(color >> 24) + 0.7152 * linear((color >> 16) & 0xFF) +
           0.0722 * linear((color >> 8) & 0xFF);
}

static double contrast(Color a, Color b)
{
    double first = luminance(a) + 0.05;
    double second = luminance(b) + 0.05;
    return first > second ? first / second : second / first;
}

/* L* of CIELAB, 0..100. */
static double lightness(Color color)
{
    double y = luminance(color);
    return y <= 0.008856 ? 903.3 * y : 116 * cbrt(y) - 16;
}

/* WCAG asks 4.5 for text; text3 is a label and the tokens promise it 4.75 on stage and panel. */
static void theme_text_can_be_read_on_its_ground(void)
{
    for (int name = 0; name < THEME_COUNT; name++) {
        const Theme *t = theme_get((ThemeName)name);
        const struct {
            const char *row;
            Color ink, ground;
            double least;
        } rows[] = {
            {"text on stage", t->text, t->stage, 12},
            {"text on panel", t->text, t->panel, 12},
            {"text on raised", t->text, t->raised, 7},
            {"text2 on stage", t->text2, t->stage, 7},
            {"text2 on panel", t->text2, t->panel, 7},
            {"text3 on stage", t->text3, t->stage, 4.75},
            {"text3 on panel", t->text3, t->panel, 4.75},
            {"ink on invert", t->ink, t->invert, 12},
            {"ink on danger", t->danger_ink, t->danger, 4.5},
            {"danger text on stage", t->danger_text, t->stage, 4.5},
            {"danger text on panel", t->danger_text, t->panel, 4.5},
            {"danger text on its tint", t->danger_text, t->danger_bg, 4.5},
            {"text on the first hull", t->text, t->hull1, 12},
            {"text on the second hull", t->text, t->hull2, 12},
        };
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
            double got = contrast(rows[i].ink, rows[i].ground);
            if (got < rows[i].least) printf("\n  theme %d, %s: %.2f", name, rows[i].row, got);
            CU_ASSERT_TRUE(got >= rows[i].least);
        }
    }
}

static void theme_letters_can_be_read_on_every_shard(void)
{
    for (int name = 0; name < THEME_COUNT; name++) {
        const Theme *t = theme_get((ThemeName)name);
        for (int shard = 0; shard < SHARD_HUES; shard++) {
            CU_ASSERT_TRUE(contrast(t->shard_ink[shard], t->shard[shard]) >= 4.5);
        }
    }
}

/* Hue is never the only carrier, but the first three shards must survive greyscale (view tokens
 * §2). */
static void theme_first_three_shards_differ_in_lightness(void)
{
    const Theme *t = theme_get(THEME_DARK);
    for (int a = 0; a < 3; a++) {
        for (int b = a + 1; b < 3; b++) {
            CU_ASSERT_TRUE(fabs(lightness(t->shard[a]) - lightness(t->shard[b])) >= 11);
        }
    }
}

static void theme_shards_are_the_same_in_all_themes(void)
{
    const Theme *dark = theme_get(THEME_DARK);
    for (int name = 0; name < THEME_COUNT; name++) {
        for (int shard = 0; shard < SHARD_HUES; shard++) {
            CU_ASSERT_EQUAL(theme_get((ThemeName)name)->shard[shard], dark->shard[shard]);
        }
    }
}

static void theme_neutral_tints_go_one_way(void)
{
    for (int name = 0; name < THEME_COUNT; name++) {
        const Theme *t = theme_get((ThemeName)name);
        double sign = name == THEME_LIGHT ? -1 : 1;
        for (int i = 1; i < NEUTRAL_TINTS; i++) {
            CU_ASSERT_TRUE(sign * (lightness(t->neutral[i]) - lightness(t->neutral[i - 1])) > 3);
        }
    }
}

/* Every colour of every theme is opaque: alpha is the caller's to give. */
static void theme_colors_are_opaque(void)
{
    for (int name = 0; name < THEME_COUNT; name++) {
        const Theme *t = theme_get((ThemeName)name);
        const Color colors[] = {t->stage,     t->panel, t->raised, t->well,       t->line,
                                t->line2,     t->ghost, t->text,   t->text2,      t->text3,
                                t->invert,    t->ink,   t->danger, t->danger_ink, t->danger_text,
                                t->danger_bg, t->hull1, t->hull2,  t->white,      t->black};
        for (size_t i = 0; i < ARRAY_LENGTH(colors); i++) CU_ASSERT_EQUAL(colors[i] & 0xFF, 0xFF);
    }
}

static void theme_darkens_thin_strokes_only_in_the_light(void)
{
    Color yellow = theme_get(THEME_LIGHT)->shard[4];

    CU_ASSERT_EQUAL(theme_stroke(theme_get(THEME_DARK), yellow), yellow);
    CU_ASSERT_EQUAL(theme_stroke(theme_get(THEME_CONTRAST), yellow), yellow);
    CU_ASSERT_EQUAL(theme_stroke(theme_get(THEME_LIGHT), yellow), 0xA8A02EFF);
}

/* "Towards white" is away from the ground, "towards black" into it. */
static void theme_white_stands_out_from_the_panel(void)
{
    for (int name = 0; name < THEME_COUNT; name++) {
        const Theme *t = theme_get((ThemeName)name);
        CU_ASSERT_TRUE(contrast(t->white, t->panel) > 12);
        CU_ASSERT_TRUE(contrast(t->black, t->panel) < 1.5);
    }
}

void test_theme_suite(void)
{
    CU_pSuite suite = CU_add_suite("theme", NULL, NULL);
    CU_ADD_TEST(suite, theme_text_can_be_read_on_its_ground);
    CU_ADD_TEST(suite, theme_letters_can_be_read_on_every_shard);
    CU_ADD_TEST(suite, theme_first_three_shards_differ_in_lightness);
    CU_ADD_TEST(suite, theme_shards_are_the_same_in_all_themes);
    CU_ADD_TEST(suite, theme_neutral_tints_go_one_way);
    CU_ADD_TEST(suite, theme_colors_are_opaque);
    CU_ADD_TEST(suite, theme_darkens_thin_strokes_only_in_the_light);
    CU_ADD_TEST(suite, theme_white_stands_out_from_the_panel);
}
