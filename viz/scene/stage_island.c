/* stage_island.c -- bands of zones, islands when the network is cut, and the strait between. */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <math.h>
#include <stdio.h>

#define BAND_RADIUS   20.0f
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

/* The island with the majority is cool, the others are warm; without any they take turns. Words say
 * it as well. */
Color stage_hull_color(const Stage *stage, uint16_t island)
{
    if (!stage_is_cut(stage)) return stage->theme->hull1;
    bool any_majority = false;
    for (uint32_t i = 0; i < stage->model->islands.count; i++)
        any_majority = any_majority || stage->model->islands.items[i].has_majority;
    bool is_cool =
        any_majority ? stage->model->islands.items[island].has_majority : island % 2 == 0;
    return is_cool ? stage->theme->hull1 : stage->theme->hull2;
}

Color stage_ground(const Stage *stage, HostId host)
{
    if (stage->map.form == FORM_RING && (stage->map.has_zones || stage_is_cut(stage)))
        return stage_hull_color(stage, island_of(stage, host));
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
    draw_rect(stage->list, rect, BAND_RADIUS, stage_hull_color(stage, island), edge);
}

/* The water between zones i and i + 1 if they are parted; empty otherwise. */
static Rect water_after(const Stage *stage, uint32_t i)
{
    const StageMap *map = &stage->map;
    bool parted = map->zones_are_islands && map->zone_island[i] != map->zone_island[i + 1] &&
                  stage_islands_count(stage->model) > 1;
    Rect a = map->zones[i], b = map->zones[i + 1];
    bool below = b.y > a.y + a.h - 1;
    if (!parted || (below && map->blocks > 1)) return (Rect){0};
    Rect water = below ? (Rect){a.x, a.y + a.h + 8, a.w, b.y - a.y - a.h - 16}
                       : (Rect){a.x + a.w + 8, a.y, b.x - a.x - a.w - 16, a.h};
    return water.w > 12 && water.h > 12 ? water : (Rect){0};
}

/* A believer does not know of the cut; its hatch is then as faint as a ghost. */
static void draw_straits(const Stage *stage)
{
    for (uint32_t i = 0; i + 1 < stage->map.zone_count; i++) {
        Rect water = water_after(stage, i);
        Color color = stage_is_cut(stage) ? stage->theme->line2 : stage->theme->line;
        if (water.w > 0)
            draw_pattern(stage->list, water, 0, PATTERN_HATCH, color, STRAIT_PERIOD, 1.5f);
    }
}

static void wide_words(const Stage *stage, Point c, const char *first, const char *second)
{
    const Theme *theme = stage->theme;
    float a = label_width(&stage->ui, TYPE_BODY, first);
    float b = label_width(&stage->ui, TYPE_ANNOTATION_MONO, second);
    float width = a + b + (second[0] != '\0' ? 10 : 0);
    float left = c.x - width / 2, y = c.y + type_cap_middle(12.5f);
    draw_rect(stage->list, (Rect){left - 14, c.y - 13, width + 28, 26}, 6, theme->stage,
              STROKE_NONE);
    label_draw(&stage->ui, (Point){left, y}, ALIGN_LEFT, TYPE_BODY, theme->text2, first);
    label_draw(&stage->ui, (Point){left + a + 10, y}, ALIGN_LEFT, TYPE_ANNOTATION_MONO, theme->text,
               second);
}

static void narrow_words(const Stage *stage, Rect water, Point c, const char *first,
                         const char *second)
{
    const Theme *theme = stage->theme;
    Rect plate = {water.x + 2, c.y - 26, water.w - 4, 52};
    draw_rect(stage->list, plate, 6, theme->stage, STROKE_NONE);
    label_draw(&stage->ui, (Point){c.x, c.y - 5}, ALIGN_CENTER, TYPE_BODY, theme->text2, first);
    label_draw(&stage->ui, (Point){c.x, c.y + 14}, ALIGN_CENTER, TYPE_ANNOTATION_MONO, theme->text,
               second);
}

void stage_strait_words(const Stage *stage)
{
    SimTime since = model_cut_since(stage->model);
    char seconds[24], words[40] = "";
    if (since != SIM_TIME_NEVER && since <= stage->model->time) {
        stage_seconds(stage, stage->model->time - since, seconds);
        snprintf(words, sizeof(words), "%s s", seconds);
    }
    for (uint32_t i = 0; i + 1 < stage->map.zone_count; i++) {
        Rect water = water_after(stage, i);
        if (water.w <= 0) continue;
        Point c = {water.x + water.w / 2, water.y + water.h / 2};
        bool is_wide = water.w > water.h;
        if (!stage_is_cut(stage)) {
            if (is_wide) wide_words(stage, c, "truth: cut off here (press 1)", "");
        } else if (is_wide) {
            wide_words(stage, c, "cut", words);
        } else {
            narrow_words(stage, water, c, "cut", words);
        }
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
    draw_straits(stage);
}

/* ---- all ---- */

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

void stage_islands(Stage *stage)
{
    const StageMap *map = &stage->map;
    bool has_bands = map->has_zones || map->form == FORM_CAPSULES;
    if (map->form == FORM_TILES || has_bands) draw_bands(stage);
    if (!stage_is_cut(stage)) return;
    if (map->form == FORM_RING && !map->has_zones) stage_soft_hulls(stage);
    else if (!map->zones_are_islands && map->form == FORM_RING) draw_tints(stage);
}

void stage_tints(const Stage *stage)
{
    if (stage_is_cut(stage) && !stage->map.zones_are_islands && stage->map.form != FORM_RING)
        draw_tints(stage);
}
