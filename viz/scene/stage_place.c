/* stage_place.c -- see stage_place.h. */
#include "viz/scene/stage_place.h"

#include "viz/ui/rect.h"

#define SAMPLES      20u
#define GRID         16.0f
#define BESIDE_GAP   10.0f
#define BELOW_GAP    6.0f
#define LINE_PENALTY 4.0f
#define CROSS_COST   8000.0f /* as a way of 90 px */

void placer_init(Placer *placer, Rect bounds)
{
    placer->bounds = bounds;
    placer->rect_count = placer->point_count = 0;
}

void placer_add_rect(Placer *placer, Rect rect)
{
    if (rect.w <= 0 || rect.h <= 0 || placer->rect_count == PLACER_RECTS_MAX) return;
    placer->rects[placer->rect_count++] = rect;
}

void placer_add_point(Placer *placer, Point point)
{
    if (placer->point_count < PLACER_POINTS_MAX) placer->points[placer->point_count++] = point;
}

void placer_add_path(Placer *placer, const StagePath *path)
{
    for (uint32_t i = 0; i <= SAMPLES && placer->point_count < PLACER_POINTS_MAX; i++) {
        float t = path->from + (path->to - path->from) * (float)i / SAMPLES;
        placer->points[placer->point_count++] = path_at(path, t);
    }
}

static bool overlaps(Rect a, Rect b)
{
    return a.x < rect_right(b) && b.x < rect_right(a) && a.y < rect_bottom(b) &&
           b.y < rect_bottom(a);
}

static bool is_inside(Rect outer, Rect rect)
{
    return rect.x >= outer.x && rect.y >= outer.y && rect_right(rect) <= rect_right(outer) &&
           rect_bottom(rect) <= rect_bottom(outer);
}

static bool is_free(const Placer *placer, Rect rect)
{
    if (!is_inside(placer->bounds, rect)) return false;
    for (uint32_t i = 0; i < placer->rect_count; i++) {
        if (overlaps(placer->rects[i], rect)) return false;
    }
    return true;
}

static uint32_t points_in(const Placer *placer, Rect rect)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < placer->point_count; i++) {
        count += rect_contains(rect, placer->points[i]);
    }
    return count;
}

Placed placer_beside(const Placer *placer, Point node, float reach, float w, float h, Point center)
{
    float side = reach + BESIDE_GAP, slant = reach * 0.72f + 4;
    bool to_right = node.x >= center.x - 1, below = node.y >= center.y;
    float out = to_right ? 1 : -1, down = below ? 1 : -1;
    /* x and y: where the block's near edge lies; what is nearer to the first row is preferred. */
    struct {
        float x, y; /* -1, 0, 1: left, middle, right of the node; above, level, below */
        float penalty;
    } tries[] = {{out, 0, 0},   {out, down, 2},  {0, down, 3},    {out, -down, 4},
                 {0, -down, 5}, {-out, 0, 2.5f}, {-out, down, 7}, {-out, -down, 8}};
    Placed best = {0};
    float best_penalty = 0;
    for (uint32_t i = 0; i < ARRAY_LENGTH(tries); i++) {
        float tx = tries[i].x, ty = tries[i].y;
        float dx = ty == 0 ? side : slant, dy = tx == 0 ? reach + BELOW_GAP : slant * 0.6f;
        Rect rect = {node.x - w / 2, node.y - h / 2, w, h};
        if (tx > 0) rect.x = node.x + dx;
        if (tx < 0) rect.x = node.x - dx - w;
        if (ty > 0) rect.y = node.y + dy;
        if (ty < 0) rect.y = node.y - dy - h;
        if (!is_free(placer, rect)) continue;
        uint32_t crossed = points_in(placer, rect);
        float penalty = tries[i].penalty + LINE_PENALTY * (float)crossed;
        if (best.found && penalty >= best_penalty) continue;
        best = (Placed){.found = true, .crosses = crossed > 0, .rect = rect};
        best.align = tx > 0 ? ALIGN_LEFT : tx < 0 ? ALIGN_RIGHT : ALIGN_CENTER;
        best_penalty = penalty;
    }
    return best;
}

Placed placer_near(const Placer *placer, Point point, float w, float h)
{
    Placed best = {.align = ALIGN_LEFT};
    float best_cost = 0;
    Rect bounds = placer->bounds;
    for (float y = bounds.y; y + h <= rect_bottom(bounds); y += GRID) {
        for (float x = bounds.x; x + w <= rect_right(bounds); x += GRID) {
            Rect rect = {x, y, w, h};
            float dx = x + w / 2 - point.x, dy = y + h / 2 - point.y;
            float cost = dx * dx + dy * dy;
            if (best.found && cost >= best_cost) continue;
            if (!is_free(placer, rect)) continue;
            uint32_t crossed = points_in(placer, rect);
            cost += (float)crossed * CROSS_COST;
            if (best.found && cost >= best_cost) continue;
            best = (Placed){true, crossed > 0, rect, ALIGN_LEFT, cost};
            best_cost = cost;
        }
    }
    return best;
}
