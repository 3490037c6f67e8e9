/* stage_node.c -- one node of up to twelve, with its rings and badges (view tokens §6). */
#include "viz/scene/stage.h"

#include "viz/ui/control.h"
#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <math.h>

#define BODY          40.0f /* the radius that the measures below belong to */
#define SHARE_RING    9.0f
#define SELECTED_RING 16.0f
#define EPOCH_FROM    26.0f /* smaller nodes have no room for a second line */
#define BADGE_FROM    18.0f
#define PALE          0.45f /* alpha of what is old news */

const char *stage_faction_letter(uint16_t faction)
{
    static const char *const letters[] = {"α", "β", "γ", "δ", "ε", "ζ"};
    return faction < ARRAY_LENGTH(letters) ? letters[faction] : "+";
}

static float scale_of(const HostPlace *place)
{
    return place->radius / BODY;
}

/* Badges shrink less than bodies: their letters must be read. */
static float badge_scale(const HostPlace *place)
{
    return fmaxf(0.75f, scale_of(place));
}

static Color faded(const HostLook *look, Color color)
{
    return color_alpha(color, PALE + (1 - PALE) * look->freshness);
}

/* ---- bodies ---- */

static Rect body_square(const HostPlace *place)
{
    float side = 1.56f * place->radius;
    return (Rect){place->at.x - side / 2, place->at.y - side / 2, side, side};
}

static void draw_down(const Stage *stage, const HostPlace *place)
{
    const Theme *theme = stage->theme;
    float k = scale_of(place), half = 0.36f * place->radius;
    draw_rect(stage->list, body_square(place), 0.28f * place->radius, theme->panel,
              stroke_solid(theme->text3, 2));
    Stroke stroke = stroke_solid(theme->text, 4.5f * k);
    stroke.round_caps = true;
    Point c = {place->at.x, place->at.y - 6 * k};
    draw_line(stage->list, (Point){c.x - half, c.y - half}, (Point){c.x + half, c.y + half},
              stroke);
    draw_line(stage->list, (Point){c.x + half, c.y - half}, (Point){c.x - half, c.y + half},
              stroke);
}

static void draw_body(const Stage *stage, const HostPlace *place, const HostLook *look)
{
    const Theme *theme = stage->theme;
    if (look->is_unknown || !look->is_shown) {
        draw_disc(stage->list, place->at, 0.86f * place->radius, COLOR_NONE,
                  stroke_dashed(theme->ghost, 1.5f, 3, 4));
    } else if (look->is_down) {
        draw_down(stage, place);
    } else if (look->is_primary && look->has_slots) {
        draw_rect(stage->list, body_square(place), 0.28f * place->radius, faded(look, look->fill),
                  STROKE_NONE);
    } else if (look->is_primary) {
        Rect rect = body_square(place);
        draw_rect(stage->list, rect, 0.28f * place->radius, theme->panel,
                  stroke_solid(faded(look, look->line), 2.5f));
    } else {
        draw_disc(stage->list, place->at, 0.86f * place->radius, theme->panel,
                  stroke_solid(faded(look, look->line), 3));
    }
    if (look->is_frozen) {
        draw_pattern(stage->list, body_square(place), 0.28f * place->radius, PATTERN_HATCH,
                     color_alpha(theme->stage, 0.6f), 7, 2.5f);
    }
}

/* The dashed border of a node that itself says cluster_state fail. */
static void draw_state(const Stage *stage, const HostPlace *place, const HostLook *look)
{
    if (!look->says_fail || look->is_down) return;
    Color color = stage->theme->text;
    if (look->is_primary) {
        draw_rect(stage->list, body_square(place), 0.28f * place->radius, COLOR_NONE,
                  stroke_dashed(color, 2, 5, 4));
    } else {
        draw_disc(stage->list, place->at, 0.86f * place->radius + 4.5f * scale_of(place),
                  COLOR_NONE, stroke_dashed(color, 1.5f, 5, 4));
    }
}

static void draw_name(const Stage *stage, HostId host, const HostPlace *place, const HostLook *look)
{
    const Theme *theme = stage->theme;
    float k = scale_of(place);
    bool is_filled = look->is_primary && look->has_slots && !look->is_unknown && !look->is_down;
    Color ink = is_filled ? look->ink : theme->text;
    if (look->is_unknown || !look->is_shown) ink = theme->text3;
    TypeStyle name = type_style(TYPE_NODE_NAME, stage->state->projector);
    TypeStyle epoch = type_style(TYPE_NODE_EPOCH, stage->state->projector);
    const char *chars = stage_host_name(stage, host);
    float size = name.size * fminf(1, k * 1.15f);
    float room = 1.46f * place->radius;
    float width = text_width(stage->metrics, FONT_SANS_BOLD, size, chars);
    if (width > room) size = fmaxf(8, size * room / width);
    if (look->is_down) {
        size = fminf(size, 13 * fmaxf(k, 0.75f));
        Point at = {place->at.x, place->at.y + 0.7f * place->radius};
        draw_text(stage->list, at, ALIGN_CENTER, FONT_SANS_BOLD, size, theme->text2, chars);
        return;
    }
    bool has_epoch = place->radius >= EPOCH_FROM && !look->is_unknown && look->is_shown;
    Point at = {place->at.x, place->at.y + type_cap_middle(size) - (has_epoch ? 5 * k : 0)};
    draw_text(stage->list, at, ALIGN_CENTER, FONT_SANS_BOLD, size, ink, chars);
    if (!has_epoch) return;
    at.y = place->at.y + 12.5f * k + type_cap_middle(epoch.size);
    Color under = is_filled ? look->ink : theme->text2;
    draw_textf(stage->list, at, ALIGN_CENTER, epoch.face, epoch.size, under, "e%llu",
               (unsigned long long)look->epoch);
}

/* ---- rings ---- */

static void draw_rings(const Stage *stage, HostId host, const HostPlace *place,
                       const HostLook *look)
{
    const Theme *theme = stage->theme;
    float k = scale_of(place), ring = place->radius + SHARE_RING * k;
    draw_disc(stage->list, place->at, place->radius * NODE_REACH, stage_ground(stage, host),
              STROKE_NONE);
    if (look->is_shown && !look->is_unknown) {
        draw_disc(stage->list, place->at, ring, COLOR_NONE, stroke_solid(theme->line, 4 * k));
    }
    bool serves = look->share > 0 && look->flag != FLAG_FAIL && !look->is_down;
    if (serves && look->is_primary) {
        draw_arc(stage->list, place->at, ring, 0, 360 * look->share,
                 stroke_solid(faded(look, look->line), 4 * k));
    }
    if (stage->state->selected == host) {
        draw_disc(stage->list, place->at, place->radius + SELECTED_RING * k, COLOR_NONE,
                  stroke_solid(theme->text, 1.5f));
    } else if (stage->state->hovered == host) {
        draw_disc(stage->list, place->at, place->radius + SELECTED_RING * k, COLOR_NONE,
                  stroke_solid(theme->text3, 1));
    }
}

/* ---- badges ---- */

static Point corner(const HostPlace *place, float x, float y)
{
    return (Point){place->at.x + x * 0.8f * place->radius, place->at.y + y * 0.8f * place->radius};
}

static void draw_disc_badge(const Stage *stage, HostId host, Point at, float radius)
{
    draw_disc(stage->list, at, radius + 2, stage_ground(stage, host), STROKE_NONE);
    draw_disc(stage->list, at, radius, stage->theme->raised, stroke_solid(stage->theme->line2, 1));
}

/* Part of the time that is left until the next timer, draining clockwise. */
static void draw_pie_badge(const Stage *stage, HostId host, const HostPlace *place)
{
    const HostModel *model = &stage->model->hosts.items[host];
    SimTime now = stage->model->time;
    if (model->deadline == DEADLINE_NONE || model->deadline_at <= now) return;
    if (model->deadline_at <= model->deadline_from) return;
    float left =
        (float)(model->deadline_at - now) / (float)(model->deadline_at - model->deadline_from);
    if (left > 1) left = 1;
    /* Answers to pings are due all the time; only late ones are news. */
    if (model->deadline == DEADLINE_PONG && left > 0.6f) return;
    float radius = 12 * badge_scale(place);
    Point at = corner(place, 1, 1);
    draw_disc(stage->list, at, radius + 2, stage_ground(stage, host), STROKE_NONE);
    draw_disc(stage->list, at, radius, stage->theme->panel, stroke_solid(stage->theme->text2, 1));
    draw_pie(stage->list, at, radius - 1.5f, 360 * (1 - left), 360, stage->theme->invert);
}

static void draw_vote_badge(const Stage *stage, HostId host, const HostPlace *place)
{
    Point at = corner(place, -1, 1);
    float r = 12 * badge_scale(place);
    Point points[4] = {{at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r}, {at.x - r, at.y}};
    draw_polygon(stage->list, points, 4, stage->theme->invert,
                 stroke_solid(stage_ground(stage, host), 2));
    label_draw(&stage->ui, (Point){at.x, at.y + type_cap_middle(11)}, ALIGN_CENTER, TYPE_TOKEN,
               stage->theme->ink, "V");
}

static void draw_truth_badges(const Stage *stage, HostId host, const HostPlace *place,
                              const HostLook *look)
{
    const HostModel *model = &stage->model->hosts.items[host];
    bool runs = !look->is_down && look->is_shown;
    if (stage->model->factions.count > 1 && runs && stage->model->shards.count > 0) {
        Point at = corner(place, -1, -1);
        draw_disc_badge(stage, host, at, 11 * badge_scale(place));
        label_draw(&stage->ui, (Point){at.x, at.y + type_cap_middle(12)}, ALIGN_CENTER, TYPE_TOKEN,
                   stage->theme->text, stage_faction_letter(model->faction));
    }
    if (stage->model->election.active && model->voted && runs) draw_vote_badge(stage, host, place);
    if (look->is_frozen) {
        Point at = corner(place, 1, 1);
        draw_disc_badge(stage, host, at, 12 * badge_scale(place));
        icon_draw(stage->list, ICON_PAUSE, at, 13, stage->theme->text);
    } else if (runs) {
        draw_pie_badge(stage, host, place);
    }
}

static void draw_badges(const Stage *stage, HostId host, const HostPlace *place,
                        const HostLook *look)
{
    if (place->radius < BADGE_FROM || look->is_unknown) return;
    if (look->flag != 0) {
        bool failed = look->flag == FLAG_FAIL;
        control_badge(&stage->ui, corner(place, 1, -1), 21 * badge_scale(place),
                      failed ? BADGE_FAIL : BADGE_SUSPECT, failed ? "F!" : "P?",
                      stage_ground(stage, host));
    } else if (stage_move_letters(look)) {
        control_badge(&stage->ui, corner(place, 1, -1), 21 * badge_scale(place), BADGE_MOVING,
                      stage_move_letters(look), stage_ground(stage, host));
    }
    if (stage->observer == HOST_NONE && host < stage->model->hosts.count) {
        draw_truth_badges(stage, host, place, look);
    }
    if (stage->observer == host) {
        Point at = {place->at.x, place->at.y + place->radius + 8};
        Rect pill = {at.x - 15, at.y - 10, 30, 20};
        draw_rect(stage->list, pill, 5, stage->theme->invert, STROKE_NONE);
        icon_draw(stage->list, ICON_EYE, at, 16, stage->theme->ink);
    }
}

void stage_nodes(const Stage *stage)
{
    for (uint32_t i = 0; i < stage->map.hosts; i++) {
        HostId host = (HostId)i;
        const HostPlace *place = &stage->plan->places.items[i];
        if (stage->model->state.hosts.items[i].status == PROCESS_NEVER) continue;
        HostLook look = stage_look(stage, host);
        draw_rings(stage, host, place, &look);
        draw_body(stage, place, &look);
        draw_state(stage, place, &look);
        draw_name(stage, host, place, &look);
        draw_badges(stage, host, place, &look);
    }
}
