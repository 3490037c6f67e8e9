/* slots_mark.c -- textures over slots whose owner is suspected or failing, that nobody covers or
 * that two contest (view tokens §7). They survive greyscale: state is never told by hue alone. */
#include "viz/scene/slots.h"

#include "viz/ui/control.h"

#define CONTEST_TILE   16
#define CONTEST_BRIGHT 0.12f
#define CROSS_PERIOD   9
#define CROSS_WEIGHT   1.8f
#define DOTS_PERIOD    12
#define DOTS_RADIUS    1.5f
#define SAW_TEETH_MAX  80u

/* One row of teeth: the lower left half of each tile is the one with the higher epoch. */
static void draw_saw(const SlotView *view, Rect strip, Color bright)
{
    Point points[2 * SAW_TEETH_MAX + 2];
    uint32_t count = 0;
    float bottom = strip.y + CONTEST_TILE;
    points[count++] = (Point){strip.x, bottom};
    for (uint32_t tooth = 0; tooth < SAW_TEETH_MAX && (float)tooth * CONTEST_TILE < strip.w;
         tooth++) {
        float x = strip.x + (float)tooth * CONTEST_TILE;
        points[count++] = (Point){x, strip.y};
        points[count++] = (Point){x + CONTEST_TILE, bottom};
    }
    draw_polygon(view->ui.list, points, count, bright, STROKE_NONE);
}

/* Tiles stand on one grid for the whole map, so that rects that touch join without a seam. */
static void draw_contest(const SlotView *view, Rect rect, Color bright)
{
    draw_clip(view->ui.list, rect);
    uint32_t left = (uint32_t)((rect.x - view->map.x) / CONTEST_TILE);
    uint32_t top = (uint32_t)((rect.y - view->map.y) / CONTEST_TILE);
    float x = view->map.x + (float)left * CONTEST_TILE;
    for (float y = view->map.y + (float)top * CONTEST_TILE; y < rect.y + rect.h; y += CONTEST_TILE)
        draw_saw(view, (Rect){x, y, rect.x + rect.w - x, CONTEST_TILE}, bright);
    draw_unclip(view->ui.list);
}

static void draw_texture(const SlotView *view, Rect rect, float radius, SlotMark mark)
{
    const Theme *theme = view->palette.theme;
    bool is_light = theme->name == THEME_LIGHT;
    switch (mark) {
    case MARK_NONE:
    case MARK_CONTESTED: break;
    case MARK_FAIL:
        draw_pattern(view->ui.list, rect, radius, PATTERN_CROSS_HATCH,
                     is_light ? theme->text : theme->well, CROSS_PERIOD, CROSS_WEIGHT);
        break;
    case MARK_SUSPECT:
        draw_pattern(view->ui.list, rect, radius, PATTERN_DOTS_SHIFTED, theme->text, DOTS_PERIOD,
                     DOTS_RADIUS);
        break;
    case MARK_UNCOVERED:
        draw_pattern(view->ui.list, rect, radius, PATTERN_CROSSES, theme->text3, 8, 1);
        break;
    }
}

void slots_draw_marks(const SlotView *view)
{
    for (uint32_t i = 0; i < view->runs.count; i++) {
        const SlotRun *run = &view->runs.items[i];
        Rect rects[SLOTS_RECTS_MAX];
        if (run->mark == MARK_NONE) continue;
        uint32_t count = slots_rects(view->is_hilbert, run->first, run->last, rects);
        Color hue = run->shard < view->tints.count ? view->tints.items[run->shard]
                                                   : view->palette.theme->neutral[1];
        Color bright = color_mix(hue, view->palette.theme->white, CONTEST_BRIGHT);
        for (uint32_t k = 0; k < count; k++) {
            Rect px = slots_px(view, rects[k]);
            if (run->mark == MARK_CONTESTED) draw_contest(view, px, bright);
            else draw_texture(view, px, 0, run->mark);
        }
    }
}

void slots_swatch(const SlotView *view, Rect rect, Color color, SlotMark mark)
{
    const Theme *theme = view->palette.theme;
    const float radius = 4;
    if (mark == MARK_CONTESTED) {
        Color bright = color_mix(color, theme->white, CONTEST_BRIGHT);
        Color dark = color_mix(color, theme->black, 0.62f);
        Point half[] = {{rect.x, rect.y + 1.5f},
                        {rect.x + rect.w - 1.5f, rect.y + rect.h},
                        {rect.x, rect.y + rect.h}};
        draw_rect(view->ui.list, rect, radius, dark, STROKE_NONE);
        draw_polygon(view->ui.list, half, 3, bright, STROKE_NONE);
        return;
    }
    Stroke edge = mark == MARK_UNCOVERED ? stroke_solid(theme->line2, 1) : STROKE_NONE;
    draw_rect(view->ui.list, rect, radius, mark == MARK_UNCOVERED ? theme->stage : color, edge);
    draw_texture(view, rect, radius, mark);
}
