/* timeline_lanes.c -- the bars and ticks of one lane, each with its word.
 *
 * Words stand inside their bar when they fit, else beside it where there is room up to the next
 * thing, else they are cut; what has no room at all is a mark without a word. */
#include "viz/scene/shard.h"
#include "viz/scene/timeline.h"

#include "viz/ui/label.h"

#define BAR_RADIUS   2.5f
#define BAR_PADDING  8
#define TICK_PADDING 5
#define TICK_WIDTH   3
#define BAR_LEAST    2
#define CUT_LEAST    34 /* px of a bar in which a cut word still says something */
#define WORD_GAP     6

typedef struct LaneLook {
    Color fill, ink;
} LaneLook;

static LaneLook look_of(const Plot *plot, const ShardPalette *palette, const LaneSpan *span)
{
    const Theme *theme = plot->ui.theme;
    LaneLook look = {theme->raised, theme->text};
    if (span->danger) {
        look = (LaneLook){theme->danger, theme->danger_ink};
    } else if (span->shard != SHARD_NONE) {
        shard_hue(palette, span->shard, &look.fill, &look.ink);
    }
    return look;
}

static TypeStyle word_style(const Plot *plot)
{
    TypeStyle style = type_style(TYPE_LABEL, plot->ui.projector);
    style.face = FONT_SANS_SEMIBOLD;
    return style;
}

static void draw_word(const Plot *plot, Rect row, float x, float width, Color ink, const char *word)
{
    TypeStyle style = word_style(plot);
    char line[80];
    label_fit(plot->ui.metrics, style.face, style.size, word, width, line, sizeof(line));
    Point at = {x, row.y + row.h / 2 + type_cap_middle(style.size)};
    draw_text(plot->ui.list, at, ALIGN_LEFT, style.face, style.size, ink, line);
}

static float word_width(const Plot *plot, const char *word)
{
    TypeStyle style = word_style(plot);
    return text_width(plot->ui.metrics, style.face, style.size, word);
}

/* How far a lane is drawn: where its words and where its bars end. */
typedef struct LaneEnd {
    float words, bars;
} LaneEnd;

/* The word of a bar from x0 to x1; the next thing may lie on top of its end. Returns where the word
 * ends, x0 when there is none. */
static float bar_word(const Plot *plot, Rect row, const LaneSpan *span, Color ink, float x0,
                      float x1, LaneEnd end, float next)
{
    float visible = x1 < next ? x1 : next;
    float free_from = end.words;
    float start = x0 + BAR_PADDING > free_from + WORD_GAP ? x0 + BAR_PADDING : free_from + WORD_GAP;
    float word = word_width(plot, span->text);
    Color beside = span->danger ? plot->ui.theme->danger_text : plot->ui.theme->text;
    if (start + word + BAR_PADDING <= visible) {
        draw_word(plot, row, start, word + 1, ink, span->text);
        return start + word;
    }
    if (x1 <= next && x1 + WORD_GAP + word <= next - WORD_GAP) {
        draw_word(plot, row, x1 + WORD_GAP, word + 1, beside, span->text);
        return x1 + WORD_GAP + word;
    }
    if (x0 - WORD_GAP - word >= (end.bars > free_from ? end.bars : free_from) + WORD_GAP) {
        draw_word(plot, row, x0 - WORD_GAP - word, word + 1, beside, span->text);
        return x0;
    }
    if (visible - start - BAR_PADDING < CUT_LEAST) return x0;
    draw_word(plot, row, start, visible - start - BAR_PADDING, ink, span->text);
    return visible;
}

static Rect bar_rect(const Plot *plot, Rect row, const LaneSpan *span)
{
    float x0 = plot_x(plot, span->from), x1 = plot_x(plot, span->to);
    return (Rect){x0, row.y, x1 - x0 < BAR_LEAST ? BAR_LEAST : x1 - x0, row.h};
}

static void draw_bar(const Plot *plot, Rect row, const LaneSpan *span, LaneLook look)
{
    Rect bar = bar_rect(plot, row, span);
    draw_rect(plot->ui.list, bar, bar.w > 4 * BAR_RADIUS ? BAR_RADIUS : 0, look.fill, STROKE_NONE);
}

/* The word of a bar; `end` moves on, `next` is where the following thing begins. */
static void draw_bar_word(const Plot *plot, Rect row, const LaneSpan *span, LaneLook look,
                          LaneEnd *end, float next)
{
    Rect bar = bar_rect(plot, row, span);
    float word = bar.x;
    if (span->text[0] != '\0')
        word = bar_word(plot, row, span, look.ink, bar.x, rect_right(bar), *end, next);
    if (word > end->words) end->words = word;
    if (rect_right(bar) > end->bars) end->bars = rect_right(bar);
}

/* A moment: a small plate with its word, or only a mark where the plate has no room. */
static void draw_moment(const Plot *plot, Rect row, const LaneSpan *span, LaneLook look,
                        LaneEnd *end, float right)
{
    float x = plot_x(plot, span->from);
    float word = word_width(plot, span->text);
    float width = word + 2 * TICK_PADDING;
    float left = x - width / 2;
    if (left < end->words + 2) left = end->words + 2; /* a plate may begin at its moment */
    if (left + width > right) left = right - width;
    bool fits = span->text[0] != '\0' && left >= end->words && left <= x;
    if (fits) {
        Rect plate = {left, row.y, width, row.h};
        draw_rect(plot->ui.list, plate, BAR_RADIUS, look.fill, STROKE_NONE);
        draw_word(plot, row, left + TICK_PADDING, word + 1, look.ink, span->text);
        end->words = left + width;
        return;
    }
    if (x < end->words) return; /* a moment as good as the one before it */
    Color color = span->danger ? plot->ui.theme->danger : plot->ui.theme->text2;
    draw_rect(plot->ui.list, (Rect){x, row.y, TICK_WIDTH, row.h}, 1, color, STROKE_NONE);
    end->words = x + TICK_WIDTH + 1;
}

static bool is_seen(const Plot *plot, const LaneSpan *span)
{
    return span->to >= plot->from && span->from <= plot->to;
}

/* The part of a row that bars cover. */
static Rect band_of(const Plot *plot, uint32_t row_number)
{
    Rect row = plot_row(plot, row_number);
    float height = plot->pitch - 6 > 16 ? 16 : plot->pitch - 6;
    return (Rect){row.x, row.y + (row.h - height) / 2, row.w, height};
}

/* Where the next thing in the lane begins, the handle at the latest. */
static float next_after(const Plot *plot, const Lane *lane, uint32_t index)
{
    for (uint32_t i = index + 1; i < lane->spans.count; i++) {
        const LaneSpan *span = &lane->spans.items[i];
        if (span->from > plot->model->time) break;
        if (is_seen(plot, span)) return plot_x(plot, span->from);
    }
    return plot->now_x;
}

static bool is_ahead(const Plot *plot, const LaneSpan *span)
{
    return span->mark == LANE_EXPECTED && is_seen(plot, span) && span->from > plot->model->time;
}

static void draw_expected(const Plot *plot, Rect band, float x)
{
    draw_line(plot->ui.list, (Point){x, band.y}, (Point){x, band.y + band.h},
              stroke_dashed(plot->ui.theme->text, 1.75f, 3, 3));
}

/* A moment that was expected and lies behind us: its word before the tick, inside the bar of its
 * cause. */
static void draw_passed(const Plot *plot, Rect band, const LaneSpan *span, LaneEnd *end)
{
    float x = plot_x(plot, span->from), width = label_width(&plot->ui, TYPE_LABEL, span->text);
    draw_expected(plot, band, x);
    Rect before = {x - 8 - width, band.y, width, band.h};
    if (before.x >= end->words + WORD_GAP)
        label_in(&plot->ui, before, ALIGN_RIGHT, 0, TYPE_LABEL, plot->ui.theme->text3, span->text);
    if (x + TICK_WIDTH > end->words) end->words = x + TICK_WIDTH;
}

void plot_lane(const Plot *plot, const Lane *lane, uint32_t row_number)
{
    ShardPalette palette = shard_palette(plot->model, plot->state);
    Rect band = band_of(plot, row_number);
    Rect words = {plot->label_left, band.y, plot->left - plot->label_left - 8, band.h};
    label_in(&plot->ui, words, ALIGN_LEFT, 0, TYPE_LABEL, plot->ui.theme->text2, lane->label);
    LaneEnd end = {plot->left - WORD_GAP, plot->left - WORD_GAP};
    for (uint32_t i = 0; i < lane->spans.count; i++) {
        const LaneSpan *span = &lane->spans.items[i];
        if (span->mark == LANE_BAR && is_seen(plot, span))
            draw_bar(plot, band, span, look_of(plot, &palette, span));
    }
    /* Words and moments come after all bars: a moment before a bar may reach over its beginning. */
    for (uint32_t i = 0; i < lane->spans.count; i++) {
        const LaneSpan *span = &lane->spans.items[i];
        if (!is_seen(plot, span) || is_ahead(plot, span)) continue;
        LaneLook look = look_of(plot, &palette, span);
        float next = next_after(plot, lane, i);
        if (span->mark == LANE_EXPECTED) draw_passed(plot, band, span, &end);
        else if (span->mark == LANE_TICK) draw_moment(plot, band, span, look, &end, plot->now_x);
        else draw_bar_word(plot, band, span, look, &end, next);
    }
}

/* x of the next timer of the lane that is seen, else the end of the plot. */
static float next_expected(const Plot *plot, const Lane *lane, uint32_t index)
{
    for (uint32_t i = index + 1; i < lane->spans.count; i++) {
        const LaneSpan *span = &lane->spans.items[i];
        if (is_ahead(plot, span)) return plot_x(plot, span->from);
    }
    return plot->right;
}

/* The word of a timer ahead: behind its tick, or before it when there is no room. */
static void expected_word(const Plot *plot, Rect band, const char *words, float x, float free_from,
                          float next)
{
    float width = label_width(&plot->ui, TYPE_LABEL, words) + 8;
    float left = x + 6 + width <= next - 4 ? x + 6 : x - 6 - width;
    if (left < x && left < free_from + 4) return;
    Rect plate = {left, band.y, width, band.h};
    draw_rect(plot->ui.list, plate, 3, plot->ui.theme->panel, STROKE_NONE);
    label_in(&plot->ui, plate, ALIGN_CENTER, 0, TYPE_LABEL, plot->ui.theme->text2, words);
}

void plot_lane_expected(const Plot *plot, const Lane *lane, uint32_t row_number)
{
    Rect band = band_of(plot, row_number);
    float free_from = plot->now_x;
    for (uint32_t i = 0; i < lane->spans.count; i++) {
        const LaneSpan *span = &lane->spans.items[i];
        if (!is_ahead(plot, span)) continue;
        float x = plot_x(plot, span->from), next = next_expected(plot, lane, i);
        draw_expected(plot, band, x);
        expected_word(plot, band, span->text, x, free_from, next);
        free_from = next > x ? next : x; /* a word may reach up to there */
    }
}

bool plot_lane_is_clear(const Plot *plot, const Lane *lane)
{
    for (uint32_t i = 0; i < lane->spans.count; i++) {
        if (is_ahead(plot, &lane->spans.items[i])) return false;
    }
    return true;
}
