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

/* Draws one bar; `free_from` is where the words before it end and moves on, `next` is where the
 * following thing begins. */
static void draw_bar(const Plot *plot, Rect row, const LaneSpan *span, LaneLook look,
                     float *free_from, float next)
{
    float x0 = plot_x(plot, span->from), x1 = plot_x(plot, span->to);
    float width = x1 - x0 < BAR_LEAST ? BAR_LEAST : x1 - x0;
    Rect bar = {x0, row.y, width, row.h};
    draw_rect(plot->ui.list, bar, width > 4 * BAR_RADIUS ? BAR_RADIUS : 0, look.fill, STROKE_NONE);
    float end = x0 + width;
    if (span->text[0] != '\0') {
        float word = word_width(plot, span->text);
        float room = next - end - 2 * WORD_GAP;
        Color beside = span->danger ? plot->ui.theme->danger_text : plot->ui.theme->text;
        if (word + 2 * BAR_PADDING <= width) {
            draw_word(plot, row, x0 + BAR_PADDING, width, look.ink, span->text);
        } else if (word <= room) {
            draw_word(plot, row, end + WORD_GAP, room, beside, span->text);
            end += WORD_GAP + word;
        } else if (x0 - WORD_GAP - word >= *free_from + WORD_GAP) {
            draw_word(plot, row, x0 - WORD_GAP - word, word, beside, span->text);
        } else if (width >= CUT_LEAST) {
            draw_word(plot, row, x0 + BAR_PADDING, width - 2 * BAR_PADDING, look.ink, span->text);
        }
    }
    *free_from = end;
}

/* A moment: a small plate with its word, or only a mark where the plate has no room. */
static void draw_moment(const Plot *plot, Rect row, const LaneSpan *span, LaneLook look,
                        float *free_from, float right)
{
    float x = plot_x(plot, span->from);
    float word = word_width(plot, span->text);
    float width = word + 2 * TICK_PADDING;
    float left = x - width / 2;
    if (left < *free_from) left = x; /* a plate may begin at its moment but not before others */
    if (left + width > right) left = right - width;
    bool fits = span->text[0] != '\0' && left >= *free_from && left <= x;
    if (fits) {
        Rect plate = {left, row.y, width, row.h};
        draw_rect(plot->ui.list, plate, BAR_RADIUS, look.fill, STROKE_NONE);
        draw_word(plot, row, left + TICK_PADDING, word + 1, look.ink, span->text);
        *free_from = left + width + 2;
        return;
    }
    if (x < *free_from) return; /* a moment as good as the one before it */
    Color color = span->danger ? plot->ui.theme->danger : plot->ui.theme->text2;
    draw_rect(plot->ui.list, (Rect){x, row.y, TICK_WIDTH, row.h}, 1, color, STROKE_NONE);
    *free_from = x + TICK_WIDTH + 1;
}

static bool is_seen(const Plot *plot, const LaneSpan *span)
{
    return span->to >= plot->from && span->from <= plot->to;
}

void plot_lane(const Plot *plot, const Lane *lane, uint32_t row_number)
{
    ShardPalette palette = shard_palette(plot->model, plot->state);
    Rect row = plot_row(plot, row_number);
    float height = plot->pitch - 6 > 16 ? 16 : plot->pitch - 6;
    Rect band = {row.x, row.y + (row.h - height) / 2, row.w, height};
    Rect words = {plot->label_left, row.y, plot->left - plot->label_left - 8, row.h};
    label_in(&plot->ui, words, ALIGN_LEFT, 0, TYPE_LABEL, plot->ui.theme->text2, lane->label);
    float free_from = plot->left;
    for (uint32_t i = 0; i < lane->spans.count; i++) {
        const LaneSpan *span = &lane->spans.items[i];
        if (!is_seen(plot, span)) continue;
        float next = plot->now_x;
        for (uint32_t k = i + 1; k < lane->spans.count; k++) {
            if (!is_seen(plot, &lane->spans.items[k])) continue;
            next = plot_x(plot, lane->spans.items[k].from);
            break;
        }
        LaneLook look = look_of(plot, &palette, span);
        if (span->from == span->to) draw_moment(plot, band, span, look, &free_from, plot->now_x);
        else draw_bar(plot, band, span, look, &free_from, next);
    }
}
