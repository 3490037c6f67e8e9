/* stage_island.c -- bands of zones, islands when the network is cut, and the strait between. */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <math.h>
#include <stdio.h>

#define BAND_RADIUS   20.0f
#define HULL_REACH    28.0f /* of a soft hull, beyond the rings of its nodes */
#define HULL_EDGE     1.25f
#define STRAIT_PERIOD 11.0f
#define TINT_RADIUS   8.0f

static uint16_t island_of(const Stage *stage, uint32_t host)
{
    return host < stage->model->hosts.count ? stage->model->hosts.items[host].island : 0;
}

bool stage_is_cut(const Stage *stage)
{
    return stage->observer == HOST_NONE && stage_islands_count(stage->model) > 1;
}

/* The first island is cool, the others warm; who has no majority is never told by this alone. */
static Color hull_color(const Stage *stage, uint16_t island)
{
    return stage_is_cut(stage) && island > 0 ? stage->theme->hull2 : stage->theme->hull1;
}

Color stage_ground(const Stage *stage, HostId host)
{
    if (stage->map.form == FORM_RING && (stage->map.has_zones || stage_is_cut(stage)))
        return hull_color(stage, island_of(stage, host));
    return stage->theme->stage;
}

/* ---- bands ---- */

static bool is_joined(const Stage *stage, uint32_t zone)
{
    const StageMap *map = &stage->map;
    return zone + 1 < map->zone_count && map->zones_are_islands && stage_is_cut(stage) &&
           map->form == FORM_RING && map->zone_island[zone] == map->zone_island[zone + 1];
}

static void draw_band(const Stage *stage, Rect rect, uint16_t island)
{
    Stroke edge = stage_is_cut(stage) ? stroke_solid(stage->theme->line2, HULL_EDGE) : STROKE_NONE;
    if (stage->theme->hull1 == stage->theme->stage) edge = stroke_solid(stage->theme->line2, 1);
    draw_rect(stage->list, rect, BAND_RADIUS, hull_color(stage, island), edge);
}

/* The hatched water between two bands, with the age of the cut on it. */
static void draw_strait(const Stage *stage, Rect water, bool is_wide)
{
    const Theme *theme = stage->theme;
    draw_pattern(stage->list, water, 0, PATTERN_HATCH, theme->line2, STRAIT_PERIOD, 1.5f);
    SimTime since = model_cut_since(stage->model);
    if (since == SIM_TIME_NEVER || since > stage->model->time) return;
    char seconds[24], words[40];
    stage_seconds(stage, stage->model->time - since, seconds);
    Point c = {water.x + water.w / 2, water.y + water.h / 2};
    snprintf(words, sizeof(words), "%s s", seconds);
    if (is_wide) {
        float width = label_width(&stage->ui, TYPE_ANNOTATION_MONO, words);
        Rect plate = {c.x - width / 2 - 40, c.y - 14, width + 80, 28};
        draw_rect(stage->list, plate, 6, theme->stage, STROKE_NONE);
        float y = c.y + type_cap_middle(12.5f);
        label_draw(&stage->ui, (Point){plate.x + 14, y}, ALIGN_LEFT, TYPE_BODY, theme->text2,
                   "cut");
        label_draw(&stage->ui, (Point){plate.x + plate.w - 14, y}, ALIGN_RIGHT,
                   TYPE_ANNOTATION_MONO, theme->text, words);
        return;
    }
    Rect plate = {water.x + 4, c.y - 26, water.w - 8, 52};
    draw_rect(stage->list, plate, 6, theme->stage, STROKE_NONE);
    label_draw(&stage->ui, (Point){c.x, c.y - 5}, ALIGN_CENTER, TYPE_BODY, theme->text2, "cut");
    label_draw(&stage->ui, (Point){c.x, c.y + 14}, ALIGN_CENTER, TYPE_ANNOTATION_MONO, theme->text,
               words);
}

static void draw_straits(const Stage *stage)
{
    const StageMap *map = &stage->map;
    for (uint32_t i = 0; i + 1 < map->zone_count; i++) {
        if (map->zone_island[i] == map->zone_island[i + 1]) continue;
        Rect a = map->zones[i], b = map->zones[i + 1];
        bool below = b.y > a.y + a.h - 1;
        if (below && map->blocks > 1) continue;
        Rect water = below ? (Rect){a.x, a.y + a.h + 8, a.w, b.y - a.y - a.h - 16}
                           : (Rect){a.x + a.w + 8, a.y, b.x - a.x - a.w - 16, a.h};
        if (water.w > 12 && water.h > 12) draw_strait(stage, water, below);
    }
}

static void draw_bands(const Stage *stage)
{
    const StageMap *map = &stage->map;
    uint32_t blocks = map->form == FORM_CAPSULES ? map->blocks : 1;
    for (uint32_t block = 0; block < blocks; block++) {
        for (uint32_t i = 0; i < map->zone_count; i++) {
            Rect rect = map->zones[i];
            while (is_joined(stage, i)) {
                i++;
                rect.w = map->zones[i].x + map->zones[i].w - rect.x;
            }
            rect.y += (float)block * map->block_height;
            draw_band(stage, rect, map->zones_are_islands ? map->zone_island[i] : 0);
        }
    }
    if (map->zones_are_islands && stage_is_cut(stage)) draw_straits(stage);
}

/* ---- soft hulls ---- */

/* A hull is the union of thick lines between neighbours: no corner, whatever the shape. Lines that
 * would touch a foreign node are left out; then the island has two parts of one colour. */
static bool line_is_free(const Stage *stage, uint32_t a, uint32_t b, float reach)
{
    const HostPlace *places = stage->plan->places.items;
    Point p = places[a].at, q = places[b].at;
    float dx = q.x - p.x, dy = q.y - p.y, square = dx * dx + dy * dy + 0.001f;
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        if (island_of(stage, i) == island_of(stage, a)) continue;
        float t = ((places[i].at.x - p.x) * dx + (places[i].at.y - p.y) * dy) / square;
        t = fminf(fmaxf(t, 0), 1);
        float ex = p.x + t * dx - places[i].at.x, ey = p.y + t * dy - places[i].at.y;
        if (ex * ex + ey * ey < reach * reach) return false;
    }
    return true;
}

static void draw_hull_pass(const Stage *stage, uint16_t island, float half, Color color)
{
    const HostPlace *places = stage->plan->places.items;
    Stroke stroke = stroke_solid(color, 2 * half);
    stroke.round_caps = true;
    for (uint32_t a = 0; a < stage->map.hosts; a++) {
        if (island_of(stage, a) != island) continue;
        draw_disc(stage->list, places[a].at, half, color, STROKE_NONE);
        for (uint32_t b = a + 1; b < stage->map.hosts; b++) {
            if (island_of(stage, b) != island) continue;
            if (!line_is_free(stage, a, b, 2 * half)) continue;
            draw_line(stage->list, places[a].at, places[b].at, stroke);
        }
    }
}

/* What three nodes enclose belongs to the island as well. */
static void fill_triangles(const Stage *stage, uint16_t island, float half, Color color)
{
    const HostPlace *places = stage->plan->places.items;
    uint32_t hosts = stage->map.hosts;
    for (uint32_t a = 0; a < hosts; a++) {
        for (uint32_t b = a + 1; b < hosts; b++) {
            for (uint32_t c = b + 1; c < hosts; c++) {
                bool ours = island_of(stage, a) == island && island_of(stage, b) == island &&
                            island_of(stage, c) == island;
                if (!ours || !line_is_free(stage, a, b, 2 * half) ||
                    !line_is_free(stage, b, c, 2 * half) || !line_is_free(stage, a, c, 2 * half))
                    continue;
                Point points[3] = {places[a].at, places[b].at, places[c].at};
                draw_polygon(stage->list, points, 3, color, STROKE_NONE);
            }
        }
    }
}

static void draw_soft_hulls(const Stage *stage)
{
    float half = stage->map.radius + HULL_REACH;
    for (uint32_t i = 0; i < stage->model->islands.count; i++) {
        draw_hull_pass(stage, (uint16_t)i, half + HULL_EDGE, stage->theme->line2);
    }
    for (uint32_t i = 0; i < stage->model->islands.count; i++) {
        Color color = hull_color(stage, (uint16_t)i);
        draw_hull_pass(stage, (uint16_t)i, half, color);
        fill_triangles(stage, (uint16_t)i, half, color);
    }
}

/* Many nodes whose islands are not whole zones: a tint behind each node outside the first one. */
static void draw_tints(const Stage *stage)
{
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        if (island_of(stage, i) == 0) continue;
        Point at = stage->plan->places.items[i].at;
        float half = stage->map.form == FORM_TILES ? stage->map.pitch / 2 : stage->map.radius + 4;
        Rect rect = {at.x - half, at.y - half, 2 * half, 2 * half};
        draw_rect(stage->list, rect, TINT_RADIUS, stage->theme->danger_bg,
                  stroke_dashed(stage->theme->text3, 1, 2, 3));
    }
}

void stage_islands(const Stage *stage)
{
    const StageMap *map = &stage->map;
    bool has_bands = map->has_zones || map->form == FORM_CAPSULES;
    if (map->form == FORM_TILES || has_bands) draw_bands(stage);
    if (!stage_is_cut(stage)) return;
    if (map->form == FORM_RING && !map->has_zones) draw_soft_hulls(stage);
    else if (!map->zones_are_islands && map->form == FORM_RING) draw_tints(stage);
}

void stage_tints(const Stage *stage)
{
    if (stage_is_cut(stage) && !stage->map.zones_are_islands && stage->map.form != FORM_RING)
        draw_tints(stage);
}
