/* stage_small.c -- nodes as capsules' beads (13 to 120) and as tiles (more), view tokens §6. */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CAPSULE_WIDTH 38.0f
#define FLAG_HEIGHT   16.0f
#define PALE          0.40f
#define PILLS_MAX     6u /* names shown beside tiles */

/* ---- capsule outlines ---- */

typedef struct Run { /* of one column, within one island's bands */
    float top, bottom, x;
    bool any;
} Run;

static void draw_run(const Stage *stage, const Run *run, uint16_t shard)
{
    if (!run->any) return;
    const Theme *theme = stage->theme;
    float width = fminf(CAPSULE_WIDTH, stage->map.pitch - 3), radius = width / 2;
    float cap = fminf(radius, stage->map.radius + 7);
    Rect rect = {run->x - radius, run->top - cap, width, run->bottom - run->top + 2 * cap};
    Color hue, ink;
    bool has_hue = shard_hue(&stage->palette, shard, &hue, &ink);
    Stroke edge =
        has_hue ? stroke_solid(theme_stroke(theme, hue), 2) : stroke_solid(theme->line2, 1.25f);
    draw_rect(stage->list, rect, fminf(radius, rect.h / 2), theme->panel, edge);
}

/* A capsule torn by a strait hangs together by dots. */
static void draw_tear(const Stage *stage, const Run *above, const Run *below, uint16_t shard)
{
    if (!above->any || !below->any) return;
    Color hue, ink;
    bool has_hue = shard_hue(&stage->palette, shard, &hue, &ink);
    Color color = has_hue ? theme_stroke(stage->theme, hue) : stage->theme->line2;
    float from = above->bottom + stage->map.radius + 8, to = below->top - stage->map.radius - 8;
    draw_line(stage->list, (Point){above->x, from}, (Point){below->x, to},
              stroke_dashed(color, has_hue ? 2 : 1.25f, 2, 5));
}

static bool is_strait_above(const StageMap *map, uint32_t zone)
{
    return zone > 0 && map->zones_are_islands &&
           map->zone_island[zone] != map->zone_island[zone - 1];
}

static void draw_capsule(const Stage *stage, uint32_t column)
{
    const StageMap *map = &stage->map;
    Run above = {0}, run = {0};
    for (uint32_t zone = 0; zone < map->zone_count; zone++) {
        if (is_strait_above(map, zone)) {
            draw_tear(stage, &above, &run, (uint16_t)column);
            draw_run(stage, &run, (uint16_t)column);
            if (run.any) above = run;
            run = (Run){0};
        }
        for (uint32_t i = 0; i < map->hosts; i++) {
            if (map->column[i] != column || map->zone_of[i] != zone) continue;
            Point at = stage->plan->places.items[i].at;
            if (!run.any || at.y < run.top) run.top = at.y;
            if (!run.any || at.y > run.bottom) run.bottom = at.y;
            run.x = at.x;
            run.any = true;
        }
    }
    draw_tear(stage, &above, &run, (uint16_t)column);
    draw_run(stage, &run, (uint16_t)column);
}

void stage_capsules(const Stage *stage)
{
    if (stage->map.form != FORM_CAPSULES) return;
    for (uint32_t column = 0; column < stage->map.columns; column++) {
        float x = 0;
        bool any = false;
        for (uint32_t i = 0; i < stage->map.hosts && !any; i++) {
            any = stage->map.column[i] == column;
            if (any) x = stage->plan->places.items[i].at.x;
        }
        if (!any) continue;
        draw_capsule(stage, column);
        if (column >= stage->model->shards.count) continue;
        char name[SHARD_NAME_SIZE];
        Color hue, ink;
        bool is_pinned = shard_hue(&stage->palette, (uint16_t)column, &hue, &ink);
        shard_name(&stage->palette, (uint16_t)column, name);
        float block = (float)(column / stage->map.block_width) * stage->map.block_height;
        Point at = {x, stage->map.zones[0].y + block - 9};
        label_draw(&stage->ui, at, ALIGN_CENTER, is_pinned ? TYPE_BODY_STRONG : TYPE_LABEL,
                   is_pinned ? stage->theme->text : stage->theme->text3, name);
    }
}

/* ---- nodes ---- */

static Color faded(const HostLook *look, Color color)
{
    return color_alpha(color, PALE + (1 - PALE) * look->freshness);
}

static void draw_cross(const Stage *stage, const HostPlace *place, float half)
{
    Stroke stroke = stroke_solid(stage->theme->text, fmaxf(2, place->radius * 0.2f));
    stroke.round_caps = true;
    Point c = place->at;
    draw_line(stage->list, (Point){c.x - half, c.y - half}, (Point){c.x + half, c.y + half},
              stroke);
    draw_line(stage->list, (Point){c.x + half, c.y - half}, (Point){c.x - half, c.y + half},
              stroke);
}

static void draw_shape(const Stage *stage, const HostPlace *place, const HostLook *look)
{
    const Theme *theme = stage->theme;
    float r = place->radius;
    bool is_tile = stage->map.form == FORM_TILES;
    Rect square = {place->at.x - r, place->at.y - r, 2 * r, 2 * r};
    float ring = is_tile ? fmaxf(1.25f, r * 0.2f) : 2.5f;
    if (look->has_hue && is_tile) ring *= 1.4f;
    if (look->is_unknown || !look->is_shown) {
        draw_disc(stage->list, place->at, r * 0.8f, COLOR_NONE,
                  stroke_dashed(theme->ghost, 1.25f, 2, 3));
    } else if (look->is_down) {
        draw_rect(stage->list, square, r * 0.4f, theme->well, stroke_solid(theme->text3, 1.5f));
        draw_cross(stage, place, r * 0.5f);
    } else if (look->is_primary && look->has_slots) {
        draw_rect(stage->list, square, r * 0.46f, faded(look, look->fill), STROKE_NONE);
    } else if (look->is_primary) {
        Rect inner = {square.x + 1, square.y + 1, square.w - 2, square.h - 2};
        draw_rect(stage->list, inner, r * 0.46f, theme->stage,
                  stroke_solid(faded(look, look->line), ring));
    } else {
        draw_disc(stage->list, place->at, r * 0.93f - ring / 2, theme->stage,
                  stroke_solid(faded(look, look->line), ring));
    }
    if (look->is_frozen) icon_draw(stage->list, ICON_PAUSE, place->at, r * 1.1f, theme->text);
}

/* Only digits have room: "8", not "n8"; of other names the last three characters. */
static const char *short_name(const char *name)
{
    size_t size = strlen(name), digits = 0;
    while (digits < size && name[size - 1 - digits] >= '0' && name[size - 1 - digits] <= '9')
        digits++;
    if (digits > 0) return name + size - digits;
    return size > 3 ? name + size - 3 : name;
}

static void draw_number(const Stage *stage, HostId host, const HostPlace *place,
                        const HostLook *look)
{
    if (stage->map.form != FORM_CAPSULES || look->is_down || look->is_frozen) return;
    bool is_filled = look->is_primary && look->has_slots && !look->is_unknown;
    Color ink = is_filled ? look->ink : stage->theme->text;
    if (look->is_unknown) ink = stage->theme->text3;
    float size = fminf(12.5f, place->radius * 0.9f);
    draw_text(stage->list, (Point){place->at.x, place->at.y + type_cap_middle(size)}, ALIGN_CENTER,
              FONT_SANS_BOLD, size, faded(look, ink), short_name(stage_host_name(stage, host)));
}

static void draw_flag(const Stage *stage, const HostPlace *place, const HostLook *look)
{
    const char *moves = stage_move_letters(look);
    if ((look->flag == 0 && !moves) || look->is_unknown) return;
    bool failed = look->flag == FLAG_FAIL;
    BadgeKind kind = failed ? BADGE_FAIL : look->flag ? BADGE_SUSPECT : BADGE_MOVING;
    const char *letters = failed ? "F!" : look->flag ? "P?" : moves;
    bool has_room = stage->map.row_pitch >= 2 * place->radius + 0.75f * FLAG_HEIGHT;
    if (stage->map.form == FORM_CAPSULES && has_room) {
        Point at = {place->at.x, place->at.y + place->radius + FLAG_HEIGHT / 2 - 2};
        control_badge(&stage->ui, at, FLAG_HEIGHT, kind, letters, stage->theme->panel);
        return;
    }
    if (place->radius >= 10 && stage->map.pitch >= 20) {
        Point at = {place->at.x + place->radius * 0.95f, place->at.y - place->radius * 0.9f};
        control_badge(&stage->ui, at, 13, kind, letters, COLOR_NONE);
        return;
    }
    Point at = {place->at.x + place->radius * 0.8f, place->at.y - place->radius * 0.8f};
    draw_disc(stage->list, at, 3, failed ? stage->theme->danger : stage->theme->invert,
              STROKE_NONE);
}

static void draw_small_rings(const Stage *stage, HostId host, const HostPlace *place,
                             const HostLook *look)
{
    const Theme *theme = stage->theme;
    bool is_chosen = stage->state->selected == host;
    bool is_candidate = stage->model->election.active && stage->observer == HOST_NONE &&
                        stage->model->election.candidate == host;
    if (look->says_fail && stage->map.form == FORM_CAPSULES && !look->is_down) {
        draw_disc(stage->list, place->at, place->radius + 3, COLOR_NONE,
                  stroke_dashed(theme->text2, 1, 3, 3));
    }
    if (is_chosen || is_candidate) {
        draw_disc(stage->list, place->at, place->radius + 5, COLOR_NONE,
                  stroke_solid(theme->text, 1.75f));
    } else if (stage->state->hovered == host) {
        draw_disc(stage->list, place->at, place->radius + 4, COLOR_NONE,
                  stroke_solid(theme->text3, 1));
    }
}

/* The name of a node that matters, in a pill below it, or above it at the lower edge. */
static void draw_pill(const Stage *stage, HostId host, const HostPlace *place)
{
    float y = place->at.y + place->radius + 13;
    if (y + 10 > stage->rect.y + stage->rect.h - LEGEND_HEIGHT / 2)
        y = place->at.y - place->radius - 13;
    control_pill_at(&stage->ui, (Point){place->at.x, y}, 20, false, stage_host_name(stage, host));
}

static bool matters(const Stage *stage, HostId host, const HostLook *look)
{
    if (stage->state->selected == host || stage->observer == host) return true;
    if (stage->observer != HOST_NONE) return false;
    if (stage->model->election.active && stage->model->election.candidate == host) return true;
    return look->is_down || look->is_frozen;
}

void stage_small_nodes(const Stage *stage)
{
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        const HostPlace *place = &stage->plan->places.items[i];
        if (stage->model->state.hosts.items[i].status == PROCESS_NEVER) continue;
        HostLook look = stage_look(stage, (HostId)i);
        draw_shape(stage, place, &look);
        draw_number(stage, (HostId)i, place, &look);
        draw_small_rings(stage, (HostId)i, place, &look);
        draw_flag(stage, place, &look);
    }
}

void stage_pills(const Stage *stage)
{
    if (stage->map.form != FORM_TILES) return; /* numbers stand in capsules */
    uint32_t pills = 0;
    for (uint32_t i = 0; i < stage->map.hosts && pills < PILLS_MAX; i++) {
        HostLook look = stage_look(stage, (HostId)i);
        if (!matters(stage, (HostId)i, &look)) continue;
        draw_pill(stage, (HostId)i, &stage->plan->places.items[i]);
        pills++;
    }
}
