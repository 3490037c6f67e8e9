/* test_ui_rich.c -- markup and wrapping. In plain metrics a mono character of TYPE_TABLE is 7.5 px
 * wide, so that a width of 75 holds ten. */
#include "tests/viz/draw_expect.h"
#include "viz/ui/rich.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

void test_ui_rich_suite(void);

#define TEN_CHARACTERS 75.01f

static const RichStyle mono_style = {.role = TYPE_TABLE, .color = 0x11, .bold_color = 0x22};

/* The texts drawn, lines separated by '|', bold runs in [ ], mono ones in { }. */
static void drawn_text(const DrawList *list, Text *out)
{
    float y = 0;
    for (uint32_t i = 0; i < list->items.count; i++) {
        const DrawItem *item = &list->items.items[i];
        if (i > 0 && item->rect.y != y) text_append(out, "|");
        y = item->rect.y;
        const char *chars = list->chars.items + item->first;
        if (item->fill == 0x22) text_append(out, "[%s]", chars);
        else if (item->face == FONT_MONO && item->size < 12) text_append(out, "{%s}", chars);
        else text_append(out, "%s", chars);
    }
}

static bool wraps_to(const RichStyle *style, float width, const char *chars, const char *want)
{
    UiBench bench;
    bench_init(&bench);
    Text got = {0};

    rich_draw(&bench.ui, (Rect){0, 0, width, 0}, style, chars);
    drawn_text(&bench.list, &got);

    bool is_same = strcmp(text_chars(&got), want) == 0;
    if (!is_same) printf("\n  \"%s\":\n    got  %s\n    want %s", chars, text_chars(&got), want);
    text_deinit(&got);
    bench_deinit(&bench);
    return is_same;
}

static void rich_wraps_words_to_the_width(void)
{
    static const struct {
        const char *chars, *want;
    } rows[] = {
        {"", ""},
        {"one", "one"},
        {"one two three", "one two|three"},
        {"one two th", "one two th"},
        {"  spaces   shrink ", "spaces|shrink"},
        {"a\nb", "a|b"},
        {"a\n\nb", "a|b"},
        {"a\n", "a"},
        {"abcdefghijklm no", "abcdefghij|klm no"},
        {"x abcdefghijkl", "x|abcdefghij|kl"},
        {"αβγδεζηθικλ", "αβγδεζηθικ|λ"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CU_ASSERT_TRUE(wraps_to(&mono_style, TEN_CHARACTERS, rows[i].chars, rows[i].want));
    }
}

static void rich_markup_changes_the_face(void)
{
    static const struct {
        const char *chars, *want;
    } rows[] = {
        {"*n5* asks", "[n5] asks"},
        {"asks *n5*", "asks [n5]"},
        {"*n5*'s vote", "[n5]'s vote"},
        {"*two words* on", "[two words] on"},
        {"see `CLUSTER SLOTS`", "see {CLUSTER SLOTS}"},
        {"2 * 3 * 4", "2 * 3 * 4"},
        {"5* is open", "5* is open"},
        {"*open only", "*open only"},
        {"a *b * c", "a *b * c"},
        {"*a* and *b*", "[a] and [b]"},
        {"\\*not bold\\*", "*not bold*"},
        {"back\\\\slash", "back\\slash"},
        {"`a*b*c`", "{a*b*c}"},
        {"*a\n\nb*", "*a|b*"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CU_ASSERT_TRUE(wraps_to(&mono_style, 1000, rows[i].chars, rows[i].want));
    }
}

static void rich_bold_goes_on_in_the_next_line(void)
{
    CU_ASSERT_TRUE(wraps_to(&mono_style, TEN_CHARACTERS, "so *many bold words* end",
                            "so [many]|[bold words]|end"));
}

static void rich_ends_in_an_ellipsis_at_the_last_line(void)
{
    static const struct {
        uint32_t lines_max;
        const char *chars, *want;
    } rows[] = {
        {2, "one two three four five", "one two|three fou…"},
        {2, "one two three", "one two|three"},
        {1, "one two, three", "one two…"},
        {1, "one\n\ntwo", "one…"},
        {1, "one\n", "one"},
        {1, "abcdefghijklm", "abcdefghi…"},
        {1, "a *bold* name here", "a [bold]…"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        RichStyle style = mono_style;
        style.lines_max = rows[i].lines_max;
        bool same = wraps_to(&style, TEN_CHARACTERS, rows[i].chars, rows[i].want);
        CU_ASSERT_TRUE(same);
    }
}

static void rich_height_is_what_drawing_uses(void)
{
    UiBench bench;
    bench_init(&bench);
    const char *chars = "one two three\n\nfour five six seven";
    RichStyle style = mono_style;
    style.line = 20;

    float measured = rich_height(&bench.ui, TEN_CHARACTERS, &style, chars);
    float drawn = rich_draw(&bench.ui, (Rect){5, 5, TEN_CHARACTERS, 0}, &style, chars);

    CU_ASSERT_DOUBLE_EQUAL(measured, 4 * 20 + 9, 0.001); /* and 0.45 of a line between paragraphs */
    CU_ASSERT_DOUBLE_EQUAL(drawn, measured, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(rich_width(&bench.ui, TEN_CHARACTERS, &style, chars), 9 * 7.5, 0.001);
    bench_deinit(&bench);
}

/* No line is wider than asked for, whatever the widths: a property over many of them. */
static void rich_never_exceeds_its_width(void)
{
    UiBench bench;
    bench_init(&bench);
    RichStyle style = {.role = TYPE_NARRATION, .color = 0x11, .bold_color = 0x22};
    const char *chars =
        "*n5* waited 612 ms, then asked every node for a vote in `epoch 7`. *n2* has said "
        "yes. Only primaries that own slots may answer, once per epoch: "
        "incomprehensibilities-of-gossip.";
    for (float width = 24; width < 900; width += 7.3f) {
        float used = rich_width(&bench.ui, width, &style, chars);
        CU_ASSERT_TRUE(used <= width + 0.01f);
        CU_ASSERT_TRUE(used > 0);
    }
    bench_deinit(&bench);
}

static void rich_line_does_not_wrap(void)
{
    UiBench bench;
    bench_init(&bench);

    float width = rich_line(&bench.ui, (Point){10, 20}, &mono_style, "*n5* asks\nall");

    CU_ASSERT_DOUBLE_EQUAL(width, 11 * 7.5, 0.001);
    CU_ASSERT_TRUE(draw_is("line", &bench.list,
                           "text 10 20 left mono-semibold 12.5 00000022 \"n5\"\n"
                           "text 25 20 left mono 12.5 00000011 \" asks all\"\n"));
    bench_deinit(&bench);
}

void test_ui_rich_suite(void)
{
    CU_pSuite suite = CU_add_suite("ui: rich text", NULL, NULL);
    CU_ADD_TEST(suite, rich_wraps_words_to_the_width);
    CU_ADD_TEST(suite, rich_markup_changes_the_face);
    CU_ADD_TEST(suite, rich_bold_goes_on_in_the_next_line);
    CU_ADD_TEST(suite, rich_ends_in_an_ellipsis_at_the_last_line);
    CU_ADD_TEST(suite, rich_height_is_what_drawing_uses);
    CU_ADD_TEST(suite, rich_never_exceeds_its_width);
    CU_ADD_TEST(suite, rich_line_does_not_wrap);
}
