/* stage_path.c -- the curve between two nodes, and where walls stand on it. */
#include "viz/scene/stage.h"

#include "viz/ui/rect.h"

#include <math.h>

#define INWARDS    0.6f /* control point: from the midpoint towards the centre of the ring */
#define OUTWARDS   -0.12f
#define ARC        0.32f /* control point above the chord, of its length: apex at half of it */
#define SAMPLES    40u
#define WALL_HALF  9.0f
#define WALL_WIDTH 3.5f
#define WALL_OUT   0.42f /* between soft hulls */
#define WALL_IN    0.58f

static Point between(Point a, Point b, float k)
{
    return (Point){a.x + (b.x - a.x) * k, a.y + (b.y - a.y) * k};
}

/* The point of the curve that belongs to two parameters (its blossom): for equal ones the point on
 * the curve, for two the control point of the part between them. */
static Point blossom(const StagePath *path, float s, float t)
{
    Point left = between(path->a, path->control, s);
    Point right = between(path->control, path->b, s);
    return between(left, right, t);
}

Point path_at(const StagePath *path, float t)
{
    return blossom(path, t, t);
}

void path_draw(const Stage *stage, const StagePath *path, float from, float to, Stroke stroke)
{
    if (to <= from) return;
    draw_curve(stage->list, blossom(path, from, from), blossom(path, from, to),
               blossom(path, to, to), stroke);
}

static bool is_near(Point a, Point b, float distance)
{
    float dx = a.x - b.x, dy = a.y - b.y;
    return dx * dx + dy * dy < distance * distance;
}

/* The part of the curve outside both nodes, by samples: curves are short and flat. */
static void trim(const Stage *stage, StagePath *path, float reach_a, float reach_b)
{
    if (stage->map.form != FORM_RING) { /* arcs are long compared with a node */
        float dx = path->b.x - path->a.x, dy = path->b.y - path->a.y;
        float length = sqrtf(dx * dx + dy * dy) * 1.1f + 1;
        path->from = fminf(reach_a / length, 0.45f);
        path->to = 1 - fminf(reach_b / length, 0.45f);
        return;
    }
    path->from = 0.5f;
    path->to = 0.5f;
    for (uint32_t i = 1; i < SAMPLES / 2; i++) {
        float t = (float)i / SAMPLES;
        if (path->from == 0.5f && !is_near(path_at(path, t), path->a, reach_a)) path->from = t;
        if (path->to == 0.5f && !is_near(path_at(path, 1 - t), path->b, reach_b)) path->to = 1 - t;
    }
}

StagePath stage_path(const Stage *stage, HostId a, HostId b, bool is_replication)
{
    const HostPlace *places = stage->plan->places.items;
    StagePath path = {.a = places[a].at, .b = places[b].at};
    Point middle = between(path.a, path.b, 0.5f);
    path.control = middle;
    if (stage->map.form != FORM_RING) {
        float dx = path.b.x - path.a.x, dy = path.b.y - path.a.y;
        path.control.y -= ARC * sqrtf(dx * dx + dy * dy);
        if (path.control.y < stage->rect.y + 8) path.control.y = stage->rect.y + 8;
    } else if (!stage->map.has_zones) {
        float k = is_replication ? OUTWARDS : INWARDS;
        path.control = between(middle, rect_center(stage->map.field), k);
    }
    bool is_ring = stage->map.form == FORM_RING;
    float reach_a = is_ring ? places[a].radius * NODE_REACH : places[a].radius + 3;
    float reach_b = is_ring ? places[b].radius * NODE_REACH : places[b].radius + 3;
    trim(stage, &path, reach_a, reach_b);
    return path;
}

/* ---- walls ---- */

static bool is_on_island(const Stage *stage, uint16_t island, Point at)
{
    const StageMap *map = &stage->map;
    if (map->form == FORM_RING && !map->has_zones) return stage_is_in_hull(stage, island, at);
    for (uint32_t i = 0; i < map->zone_count; i++) {
        if (map->zone_island[i] == island && rect_contains(map->zones[i], at)) return true;
    }
    return false;
}

void path_walls(const Stage *stage, const StagePath *path, HostId a, HostId b, float *out,
                float *in)
{
    const Model *model = stage->model;
    bool has_shores =
        stage->map.zones_are_islands || (stage->map.form == FORM_RING && !stage->map.has_zones);
    *out = WALL_OUT;
    *in = WALL_IN;
    if (!has_shores || !stage_is_cut(stage)) return;
    uint16_t from = model->hosts.items[a].island, to = model->hosts.items[b].island;
    if (from == to) return;
    float left = 0, reached = 1;
    for (uint32_t i = 1; i < SAMPLES; i++) {
        float t = (float)i / SAMPLES;
        if (left == (float)(i - 1) / SAMPLES && is_on_island(stage, from, path_at(path, t)))
            left = t;
        float back = 1 - t;
        if (reached > 1 - t && reached - back < 1.5f / SAMPLES &&
            is_on_island(stage, to, path_at(path, back)))
            reached = back;
    }
    if (left >= reached) return;
    *out = fmaxf(left, path->from + 0.02f);
    *in = fminf(reached, path->to - 0.02f);
}

/* A wall stands across the path; where bands have straight shores, along the shore. */
void path_wall(const Stage *stage, const StagePath *path, float t)
{
    Point at = path_at(path, t);
    Point along = {0, 1};
    if (stage->map.zones_are_islands && stage->map.form == FORM_CAPSULES) {
        along = (Point){1, 0};
    } else if (!stage->map.zones_are_islands) {
        Point before = path_at(path, t - 0.02f), after = path_at(path, t + 0.02f);
        float dx = after.x - before.x, dy = after.y - before.y;
        float length = sqrtf(dx * dx + dy * dy) + 0.001f;
        along = (Point){-dy / length, dx / length};
    }
    Stroke stroke = stroke_solid(stage->theme->text2, WALL_WIDTH);
    stroke.round_caps = true;
    draw_line(stage->list, (Point){at.x - along.x * WALL_HALF, at.y - along.y * WALL_HALF},
              (Point){at.x + along.x * WALL_HALF, at.y + along.y * WALL_HALF}, stroke);
}
