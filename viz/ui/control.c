/* control.c -- what can be clicked: buttons, choices, segments, tabs, filters; see control.h. */
#include "viz/ui/control.h"

#include "viz/ui/label.h"

#include <stdio.h>

#define BUTTON_RADIUS   7
#define SEGMENT_RADIUS  5.5f
#define SEGMENT_PADDING 14
#define TAB_PADDING     24
#define TAB_GAP         28
#define FILTER_HEIGHT   28
#define HOVER_MIX       0.07f /* how far a fill moves towards the text when the mouse is over it */

static Color mix_hover(const Ui *ui, Rect rect, Color fill, bool can_click)
{
    if (!can_click || !ui_is_hovered(ui, rect)) return fill;
    return color_mix(fill, ui->theme->text, HOVER_MIX);
}

static void focus_ring(const Ui *ui, Rect rect, float radius, Action action)
{
    if (!ui_is_focused(ui, action)) return;
    Rect outside = {rect.x - 3, rect.y - 3, rect.w + 6, rect.h + 6};
    draw_rect(ui->list, outside, radius + 3, COLOR_NONE, stroke_solid(ui->theme->text, 1.5f));
}

/* Fill, edge, focus ring and hit of anything like a button; returns the colour of its text. */
static Color button_body(const Ui *ui, Rect rect, float radius, ControlState state, Action action)
{
    const Theme *theme = ui->theme;
    bool can_click = state != CONTROL_DISABLED && action.id != HIT_NONE;
    Color fill = state == CONTROL_CHOSEN ? theme->invert : theme->raised;
    bool needs_edge = theme->name == THEME_CONTRAST;
    draw_rect(ui->list, rect, radius, mix_hover(ui, rect, fill, can_click),
              needs_edge ? stroke_solid(theme->line2, 1) : STROKE_NONE);
    focus_ring(ui, rect, radius, action);
    if (can_click) ui_hit(ui, rect, action);
    if (state == CONTROL_CHOSEN) return theme->ink;
    return state == CONTROL_DISABLED ? theme->text3 : theme->text;
}

void control_button(const Ui *ui, Rect rect, const char *title, ControlState state, Action action)
{
    Color ink = button_body(ui, rect, BUTTON_RADIUS, state, action);
    label_in(ui, rect, ALIGN_CENTER, 8, TYPE_TITLE, ink, title);
}

void control_choice(const Ui *ui, Rect rect, uint32_t number, const char *title, ControlState state,
                    Action action)
{
    Color ink = button_body(ui, rect, BUTTON_RADIUS, state, action);
    Color faint = state == CONTROL_CHOSEN ? color_alpha(ink, 0.65f) : ui->theme->text3;
    char digits[12];
    snprintf(digits, sizeof(digits), "%u", number);
    label_in(ui, rect, ALIGN_LEFT, 14, TYPE_TABLE, faint, digits);
    /* The words stand in the middle of the button unless they would touch the number. */
    float side = 14 + label_width(ui, TYPE_TABLE, digits) + 4;
    bool fits_middle = label_width(ui, TYPE_TITLE, title) <= rect.w - 2 * side;
    Rect rest = {rect.x + side, rect.y, rect.w - side, rect.h};
    if (fits_middle) label_in(ui, rect, ALIGN_CENTER, side, TYPE_TITLE, ink, title);
    else label_in(ui, rest, ALIGN_CENTER, 4, TYPE_TITLE, ink, title);
}

void control_icon_button(const Ui *ui, Rect rect, Icon icon, ControlState state, Action action)
{
    Color ink = button_body(ui, rect, BUTTON_RADIUS, state, action);
    icon_draw(ui->list, icon, rect_center(rect), rect.h * 0.42f, ink);
}

/* ---- segments ---- */

static float segment_width(const Ui *ui, const char *title)
{
    return label_width(ui, TYPE_BODY_STRONG, title) + 2 * SEGMENT_PADDING;
}

float control_segments_width(const Ui *ui, const char *const *titles, uint32_t count)
{
    float width = 4; /* the well shows 2 px round the segments */
    for (uint32_t i = 0; i < count; i++) width += segment_width(ui, titles[i]);
    return width;
}

float control_segments(const Ui *ui, Point top_left, const char *const *titles, uint32_t count,
                       uint32_t chosen, uint32_t action)
{
    const Theme *theme = ui->theme;
    float width = control_segments_width(ui, titles, count);
    Rect well = {top_left.x, top_left.y, width, CONTROL_SEGMENTS_HEIGHT};
    draw_rect(ui->list, well, BUTTON_RADIUS, theme->well, stroke_solid(theme->line, 1));
    Rect rest = rect_inset(well, 2, 2);
    for (uint32_t i = 0; i < count; i++) {
        Rect segment = rect_take_left(&rest, segment_width(ui, titles[i]));
        bool is_chosen = i == chosen;
        bool is_hovered = action != HIT_NONE && ui_is_hovered(ui, segment);
        Action act = {.id = action, .argument = i};
        if (is_chosen) {
            draw_rect(ui->list, segment, SEGMENT_RADIUS, theme->invert, STROKE_NONE);
        }
        Color ink = is_chosen ? theme->ink : is_hovered ? theme->text : theme->text2;
        label_in(ui, segment, ALIGN_CENTER, 2, TYPE_BODY_STRONG, ink, titles[i]);
        focus_ring(ui, segment, SEGMENT_RADIUS, act);
        ui_hit(ui, segment, act);
    }
    return width;
}

/* ---- tabs ---- */

void control_tabs(const Ui *ui, Rect rect, const char *const *titles, uint32_t count,
                  uint32_t chosen, uint32_t action)
{
    const Theme *theme = ui->theme;
    float bottom = rect_bottom(rect);
    ui_divider_h(ui, rect.x, bottom - 1, rect.w);
    float x = rect.x + TAB_PADDING;
    for (uint32_t i = 0; i < count; i++) {
        float width = label_width(ui, TYPE_BODY_STRONG, titles[i]);
        Rect tab = {x - TAB_GAP / 2.0f, rect.y, width + TAB_GAP, rect.h};
        Action act = {.id = action, .argument = i};
        bool is_hovered = action != HIT_NONE && ui_is_hovered(ui, tab);
        bool is_bright = i == chosen || is_hovered;
        Point at = {x, label_middle(ui, rect, TYPE_BODY_STRONG)};
        label_draw(ui, at, ALIGN_LEFT, TYPE_BODY_STRONG, is_bright ? theme->text : theme->text3,
                   titles[i]);
        if (i == chosen) {
            draw_rect(ui->list, (Rect){x, bottom - 2, width, 2}, 0, theme->text, STROKE_NONE);
        }
        focus_ring(ui, rect_inset(tab, 8, 8), SEGMENT_RADIUS, act);
        ui_hit(ui, tab, act);
        x += width + TAB_GAP;
    }
}

/* ---- filters ---- */

float control_filter(const Ui *ui, Point left_middle, const char *title, const char *count,
                     ControlState state, Action action)
{
    const Theme *theme = ui->theme;
    float words = label_width(ui, TYPE_BODY_STRONG, title);
    float number = label_width(ui, TYPE_TABLE, count);
    float width = 14 + words + 9 + number + 14;
    Rect rect = {left_middle.x, left_middle.y - FILTER_HEIGHT / 2.0f, width, FILTER_HEIGHT};
    bool can_click = state != CONTROL_DISABLED && action.id != HIT_NONE;
    draw_rect(ui->list, rect, FILTER_HEIGHT / 2.0f, mix_hover(ui, rect, theme->raised, can_click),
              STROKE_NONE);
    bool is_bright = state == CONTROL_CHOSEN;
    float x = rect.x + 14;
    label_draw(ui, (Point){x, label_middle(ui, rect, TYPE_BODY_STRONG)}, ALIGN_LEFT,
               TYPE_BODY_STRONG, is_bright ? theme->text : theme->text3, title);
    label_draw(ui, (Point){x + words + 9, label_middle(ui, rect, TYPE_TABLE)}, ALIGN_LEFT,
               TYPE_TABLE, is_bright ? theme->text2 : theme->text3, count);
    focus_ring(ui, rect, FILTER_HEIGHT / 2.0f, action);
    if (can_click) ui_hit(ui, rect, action);
    return width;
}
