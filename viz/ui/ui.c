/* ui.c -- see ui.h. */
#include "viz/ui/ui.h"

#define PANEL_RADIUS 10

bool ui_is_hovered(const Ui *ui, Rect rect)
{
    return ui->hits != NULL && rect_contains(rect, ui->mouse);
}

bool ui_is_focused(const Ui *ui, Action action)
{
    return action.id != HIT_NONE && action.id == ui->focus && action.argument == ui->focus_argument;
}

void ui_hit(const Ui *ui, Rect rect, Action action)
{
    if (ui->hits == NULL || action.id == HIT_NONE) return;
    hit_add_key(ui->hits, rect, action.id, action.argument, action.key);
}

void ui_divider_h(const Ui *ui, float x, float y, float w)
{
    draw_line(ui->list, (Point){x, y}, (Point){x + w, y}, stroke_solid(ui->theme->line, 1));
}

void ui_divider_v(const Ui *ui, float x, float y, float h)
{
    draw_line(ui->list, (Point){x, y}, (Point){x, y + h}, stroke_solid(ui->theme->line, 1));
}

void ui_panel(const Ui *ui, Rect rect)
{
    /* In high contrast panel and stage are both black: only a line tells them apart (tokens §2). */
    bool needs_edge = ui->theme->name == THEME_CONTRAST;
    Stroke edge = needs_edge ? stroke_solid(ui->theme->line2, 1) : STROKE_NONE;
    draw_rect(ui->list, rect, PANEL_RADIUS, ui->theme->panel, edge);
}

void ui_card(const Ui *ui, Rect rect)
{
    draw_rect(ui->list, rect, PANEL_RADIUS, ui->theme->panel, stroke_solid(ui->theme->line2, 1));
}
