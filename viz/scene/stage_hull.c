/* stage_hull.c -- islands of nodes that have no band of their own: soft hulls round them.
 *
 * A hull is the union of discs, thick lines and triangles between its nodes: no corner, whatever
 * the shape. A line that would touch a foreign node is left out; then the island has two parts of
 * one colour. The same geometry says where a link leaves its island. */
#include "viz/scene/stage.h"

#include <math.h>

#define HULL_REACH     7.0f /* beyond the rings of a node */
#define HULL_REACH_LOW 3.0f
#define HULL_EDGE      1.25f
#define HULL_APART     10.0f /* between two hulls */

static uint16_t island_of(const Stage *stage, uint32_t host)
{
    return host < stage->model->hosts.count ? stage->model->hosts.items[host].island : 0;
}

static float half_width(const Stage *stage)
{
    return stage->map.radius * NODE_REACH + (stage->map.is_low ? HULL_REACH_LOW : HULL_REACH);
}

/* Square of the distance from a point to the line between two others. */
static float distance_square(Point at, Point p, Point q)
{
    float dx = q.x - p.x, dy = q.y - p.y, square = dx * dx + dy * dy + 0.001f;
    float t = ((at.x - p.x) * dx + (at.y - p.y) * dy) / square;
    t = fminf(fmaxf(t, 0), 1);
    float ex = p.x + t * dx - at.x, ey = p.y + t * dy - at.y;
    return ex * ex + ey * ey;
}

static bool line_is_free(const Stage *stage, uint32_t a, uint32_t b)
{
    const HostPlace *places = stage->plan->places.items;
    float reach = 2 * half_width(stage) + HULL_APART;
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        if (island_of(stage, i) == island_of(stage, a)) continue;
        if (distance_square(places[i].at, places[a].at, places[b].at) < reach * reach) return false;
    }
    return true;
}

static bool is_linked(const Stage *stage, uint32_t a, uint32_t b)
{
    return (stage->hull_links[a] >> b) & 1;
}

static void find_links(Stage *stage)
{
    for (uint32_t a = 0; a < stage->map.hosts; a++) stage->hull_links[a] = 0;
    for (uint32_t a = 0; a < stage->map.hosts; a++) {
        for (uint32_t b = a + 1; b < stage->map.hosts; b++) {
            if (island_of(stage, a) != island_of(stage, b) || !line_is_free(stage, a, b)) continue;
            stage->hull_links[a] |= (uint16_t)(1u << b);
            stage->hull_links[b] |= (uint16_t)(1u << a);
        }
    }
}

/* ---- inside or not ---- */

static float turn(Point a, Point b, Point at)
{
    return (b.x - a.x) * (at.y - a.y) - (b.y - a.y) * (at.x - a.x);
}

static bool is_in_triangle(Point at, Point a, Point b, Point c)
{
    float x = turn(a, b, at), y = turn(b, c, at), z = turn(c, a, at);
    return (x >= 0 && y >= 0 && z >= 0) || (x <= 0 && y <= 0 && z <= 0);
}

bool stage_is_in_hull(const Stage *stage, uint16_t island, Point at)
{
    const HostPlace *places = stage->plan->places.items;
    float square = half_width(stage) * half_width(stage);
    for (uint32_t a = 0; a < stage->map.hosts; a++) {
        if (island_of(stage, a) != island) continue;
        if (distance_square(at, places[a].at, places[a].at) < square) return true;
        for (uint32_t b = a + 1; b < stage->map.hosts; b++) {
            if (!is_linked(stage, a, b)) continue;
            if (distance_square(at, places[a].at, places[b].at) < square) return true;
            for (uint32_t c = b + 1; c < stage->map.hosts; c++) {
                if (!is_linked(stage, a, c) || !is_linked(stage, b, c)) continue;
                if (is_in_triangle(at, places[a].at, places[b].at, places[c].at)) return true;
            }
        }
    }
    return false;
}

/* ---- drawing ---- */

static void draw_pass(const Stage *stage, uint16_t island, float half, Color color)
{
    const HostPlace *places = stage->plan->places.items;
    Stroke stroke = stroke_solid(color, 2 * half);
    stroke.round_caps = true;
    for (uint32_t a = 0; a < stage->map.hosts; a++) {
        if (island_of(stage, a) != island) continue;
        draw_disc(stage->list, places[a].at, half, color, STROKE_NONE);
        for (uint32_t b = a + 1; b < stage->map.hosts; b++) {
            if (!is_linked(stage, a, b)) continue;
            draw_line(stage->list, places[a].at, places[b].at, stroke);
            for (uint32_t c = b + 1; c < stage->map.hosts; c++) {
                if (!is_linked(stage, a, c) || !is_linked(stage, b, c)) continue;
                Point points[3] = {places[a].at, places[b].at, places[c].at};
                draw_polygon(stage->list, points, 3, color, STROKE_NONE);
            }
        }
    }
}

void stage_soft_hulls(Stage *stage)
{
    find_links(stage);
    float half = half_width(stage);
    for (uint32_t i = 0; i < stage->model->islands.count; i++)
        draw_pass(stage, (uint16_t)i, half + HULL_EDGE, stage->theme->line2);
    for (uint32_t i = 0; i < stage->model->islands.count; i++)
        draw_pass(stage, (uint16_t)i, half, stage_hull_color(stage, (uint16_t)i));
}
