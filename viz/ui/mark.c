/* mark.c -- small marks that say something and cannot be clicked: chips, pills, badges, lamps,
 * steps, labels on the map, hover notes. The second half of control.h. */
#include "viz/ui/control.h"
#include "viz/ui/label.h"

#include "sim/base/assert.h"

#include <stddef.h>

#define CHIP_RADIUS      3
#define MAP_LABEL_HEIGHT 34
#define MAP_LABEL_PAD    11
#define LAMP_ICON        11
#define STEP_PITCH       15
#define STEP_RADIUS      3.5f
#define HOVER_PADDING    12
#define HOVER_DISTANCE   14

void control_chip(const Ui *ui, Rect rect, Color hue)
{
    /* 12 px chips have radius 3, those of 20 px 5. */
    float radius = rect.h / 4 < CHIP_RADIUS ? CHIP_RADIUS : rect.h / 4;
    draw_rect(ui->list, rect, radius, hue, STROKE_NONE);
}

/* ---- pills ---- */

float control_pill_width(const Ui *ui, float height, TypeRole role, const char *chars)
{
    float width = label_width(ui, role, chars) + height * 0.9f;
    return width < height ? height : width;
}

float control_pill(const Ui *ui, Point left_middle, float height, Color fill, Color ink,
                   TypeRole role, const char *chars)
{
    float width = control_pill_width(ui, height, role, chars);
    Rect rect = {left_middle.x, left_middle.y - height / 2, width, height};
    draw_rect(ui->list, rect, height / 2, fill, STROKE_NONE);
    Point at = {left_middle.x + width / 2, label_middle(ui, rect, role)};
    label_draw(ui, at, ALIGN_CENTER, role, ink, chars);
    return width;
}

void control_pill_at(const Ui *ui, Point center, float height, bool is_hollow, const char *chars)
{
    const Theme *theme = ui->theme;
    float width = control_pill_width(ui, height, TYPE_BODY_STRONG, chars);
    Rect rect = {center.x - width / 2, center.y - height / 2, width, height};
    Color fill = is_hollow ? theme->stage : theme->invert;
    Stroke edge = is_hollow ? stroke_solid(theme->text2, 1.25f) : STROKE_NONE;
    draw_rect(ui->list, rect, height / 2, fill, edge);
    Point at = {center.x, label_middle(ui, rect, TYPE_BODY_STRONG)};
    label_draw(ui, at, ALIGN_CENTER, TYPE_BODY_STRONG, is_hollow ? theme->text : theme->ink, chars);
}

/* ---- labels on the slot map ---- */

Rect control_map_label(const Ui *ui, Point at, Color hue, const char *letter, const char *range)
{
    const Theme *theme = ui->theme;
    bool has_letter = letter != NULL && letter[0] != '\0';
    bool has_range = range != NULL && range[0] != '\0';
    float chip = 12;
    float size = type_style(TYPE_VALUE, ui->projector).size; /* but bold (view tokens §7) */
    float letter_width = has_letter ? 9 + text_width(ui->metrics, FONT_SANS_BOLD, size, letter) : 0;
    float range_width = has_range ? 11 + label_width(ui, TYPE_TABLE, range) : 0;
    Rect rect = {at.x, at.y, 2 * MAP_LABEL_PAD + chip + letter_width + range_width,
                 MAP_LABEL_HEIGHT};
    draw_rect(ui->list, rect, 7, color_alpha(theme->panel, 0.96f), STROKE_NONE);
    float x = at.x + MAP_LABEL_PAD;
    control_chip(ui, (Rect){x, at.y + (MAP_LABEL_HEIGHT - chip) / 2, chip, chip}, hue);
    x += chip;
    if (has_letter) {
        Point baseline = {x + 9, label_middle(ui, rect, TYPE_VALUE)};
        draw_text(ui->list, baseline, ALIGN_LEFT, FONT_SANS_BOLD, size, theme->text, letter);
    }
    x += letter_width;
    if (has_range) {
        Point baseline = {x + 11, label_middle(ui, rect, TYPE_TABLE)};
        label_draw(ui, baseline, ALIGN_LEFT, TYPE_TABLE, theme->text2, range);
    }
    return rect;
}

/* ---- badges and lamps ---- */

static void badge_colors(const Theme *theme, BadgeKind kind, Color *fill, Color *ink)
{
    switch (kind) {
    case BADGE_SUSPECT:
    case BADGE_MOVING:
        *fill = theme->invert;
        *ink = theme->ink;
        return;
    case BADGE_FAIL:
        *fill = theme->danger;
        *ink = theme->danger_ink;
        return;
    case BADGE_NEUTRAL:
        *fill = theme->raised;
        *ink = theme->text;
        return;
    }
    SIM_ASSERT(false);
}

float control_badge(const Ui *ui, Point center, float height, BadgeKind kind, const char *chars,
                    Color edge)
{
    Color fill = COLOR_NONE, ink = COLOR_NONE;
    badge_colors(ui->theme, kind, &fill, &ink);
    float size = height * 0.6f;
    float words = text_width(ui->metrics, FONT_SANS_BOLD, size, chars);
    float width = words + height * 0.5f;
    if (width < height) width = height;
    Rect rect = {center.x - width / 2, center.y - height / 2, width, height};
    if (edge != COLOR_NONE) {
        Rect outside = {rect.x - 2, rect.y - 2, rect.w + 4, rect.h + 4};
        draw_rect(ui->list, outside, 6, edge, STROKE_NONE);
    }
    draw_rect(ui->list, rect, 4, fill, STROKE_NONE);
    Point at = {center.x, center.y + type_cap_middle(size)};
    draw_text(ui->list, at, ALIGN_CENTER, FONT_SANS_BOLD, size, ink, chars);
    return width;
}

float control_lamp(const Ui *ui, Point at, bool holds, const char *words)
{
    const Theme *theme = ui->theme;
    TypeStyle style = type_style(TYPE_BODY, ui->projector);
    FontFace face = holds ? FONT_SANS_MEDIUM : FONT_SANS_SEMIBOLD;
    Color color = holds ? theme->text : theme->danger_text;
    float size = holds ? LAMP_ICON : LAMP_ICON + 3;
    Point middle = {at.x + size / 2, at.y - type_cap_middle(style.size)};
    icon_draw(ui->list, holds ? ICON_CHECK : ICON_WARNING, middle, size, color);
    float x = at.x + size + 6;
    draw_text(ui->list, (Point){x, at.y}, ALIGN_LEFT, face, style.size, color, words);
    return size + 6 + text_width(ui->metrics, face, style.size, words);
}

void control_steps(const Ui *ui, Point left_middle, uint32_t done, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        Point center = {left_middle.x + STEP_RADIUS + (float)i * STEP_PITCH, left_middle.y};
        if (i < done) {
            draw_disc(ui->list, center, STEP_RADIUS, ui->theme->text2, STROKE_NONE);
        } else {
            draw_disc(ui->list, center, STEP_RADIUS - 0.5f, COLOR_NONE,
                      stroke_solid(ui->theme->ghost, 1));
        }
    }
}

/* ---- hover note ---- */

/* Moves the rect inside the bounds; a note larger than them keeps its left top corner inside. */
static Rect keep_inside(Rect rect, Rect bounds)
{
    if (rect_right(rect) > rect_right(bounds)) rect.x = rect_right(bounds) - rect.w;
    if (rect_bottom(rect) > rect_bottom(bounds)) rect.y = rect_bottom(bounds) - rect.h;
    if (rect.x < bounds.x) rect.x = bounds.x;
    if (rect.y < bounds.y) rect.y = bounds.y;
    return rect;
}

void control_hover(const Ui *ui, Point near, Rect bounds, const char *first, const char *second)
{
    const Theme *theme = ui->theme;
    bool has_second = second != NULL && second[0] != '\0';
    float line = type_style(TYPE_BODY, ui->projector).line;
    float width = label_width(ui, TYPE_BODY_STRONG, first);
    float below = has_second ? label_width(ui, TYPE_BODY, second) : 0;
    if (below > width) width = below;
    Rect rect = {near.x + HOVER_DISTANCE, near.y + HOVER_DISTANCE, width + 2 * HOVER_PADDING,
                 line * (has_second ? 2 : 1) + 10};
    /* Where it would cover the pointer it goes to the other side of it. */
    if (rect_right(rect) > rect_right(bounds)) rect.x = near.x - HOVER_DISTANCE - rect.w;
    if (rect_bottom(rect) > rect_bottom(bounds)) rect.y = near.y - HOVER_DISTANCE - rect.h;
    rect = keep_inside(rect, bounds);
    draw_rect(ui->list, rect, 7, theme->raised, stroke_solid(theme->line2, 1));
    Rect rest = rect_inset(rect, HOVER_PADDING, 5);
    Rect top = rect_take_top(&rest, line);
    label_in(ui, top, ALIGN_LEFT, 0, TYPE_BODY_STRONG, theme->text, first);
    if (has_second) label_in(ui, rest, ALIGN_LEFT, 0, TYPE_BODY, theme->text2, second);
}
