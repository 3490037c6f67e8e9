/* meter.c -- bars, tracks, columns and lines; the quorum is in quorum.c. See meter.h. */
#include "viz/ui/meter.h"

#include "viz/ui/icon.h"
#include "viz/ui/label.h"

#include <stddef.h>

#define PART_GAP     2
#define REPORT_WIDTH 7
#define REPORT_GAP   2.5f
#define SPARK_MAX    1024u /* points of one line; more are thinned out by the caller */

static float clamp01(float value)
{
    if (value < 0) return 0;
    return value > 1 ? 1 : value;
}

/* The track under bars. Where wells are as black as the panel an edge shows how far it goes. */
static void draw_track(const Ui *ui, Rect rect, float radius)
{
    const Theme *theme = ui->theme;
    bool needs_edge = theme->well == theme->panel;
    draw_rect(ui->list, rect, radius, theme->well,
              needs_edge ? stroke_solid(theme->line, 1) : STROKE_NONE);
}

void meter_countdown(const Ui *ui, Rect rect, float left, const char *words, const char *seconds)
{
    const Theme *theme = ui->theme;
    bool is_over = left <= 0;
    Color color = is_over ? theme->text2 : theme->danger_text;
    draw_rect(ui->list, rect, 7, theme->well, STROKE_NONE);
    /* The fill is cut off by a clip, so that it keeps the round corners of the track. */
    Rect filled = {rect.x, rect.y, rect.w * clamp01(left), rect.h};
    draw_clip(ui->list, filled);
    draw_rect(ui->list, rect, 7, theme->danger_bg, STROKE_NONE);
    draw_unclip(ui->list);
    draw_rect(ui->list, rect, 7, COLOR_NONE, stroke_solid(theme->line, 1));

    Point lock = {rect.x + 18, rect.y + rect.h / 2};
    icon_draw(ui->list, is_over ? ICON_LOCK : ICON_LOCK_OPEN, lock, 16, color);
    float number = label_width(ui, TYPE_CLOCK, seconds);
    Rect words_rect = {rect.x + 36, rect.y, rect.w - 36 - number - 24, rect.h};
    label_in(ui, words_rect, ALIGN_LEFT, 0, TYPE_BODY_STRONG, theme->text, words);
    Point at = {rect_right(rect) - 12, label_middle(ui, rect, TYPE_CLOCK)};
    label_draw(ui, at, ALIGN_RIGHT, TYPE_CLOCK, color, seconds);
}

/* ---- parts of a whole ---- */

static void draw_part(const Ui *ui, Rect rect, const MeterPart *part)
{
    float radius = rect.h >= 16 ? 3 : 2;
    if (part->pattern == PATTERN_NONE) {
        draw_rect(ui->list, rect, radius, part->color, STROKE_NONE);
    } else {
        draw_track(ui, rect, radius);
        draw_pattern(ui->list, rect, radius, part->pattern, part->color, 6, 1.3f);
    }
    if (part->chars == NULL || part->chars[0] == '\0') return;
    float words = label_width(ui, TYPE_BODY_STRONG, part->chars);
    if (words > rect.w - 4) return;
    if (part->pattern != PATTERN_NONE) { /* words on lines need ground under them */
        Rect ground = {rect.x + (rect.w - words) / 2 - 4, rect.y, words + 8, rect.h};
        draw_rect(ui->list, ground, 0, ui->theme->panel, STROKE_NONE);
    }
    label_in(ui, rect, ALIGN_CENTER, 0, TYPE_BODY_STRONG, part->ink, part->chars);
}

void meter_parts(const Ui *ui, Rect rect, const MeterPart *parts, uint32_t count)
{
    float total = 0;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += parts[i].weight;
        if (parts[i].weight > 0) shown++;
    }
    if (total <= 0) {
        draw_track(ui, rect, 2);
        return;
    }
    float room = rect.w - PART_GAP * (float)(shown - 1);
    float x = rect.x;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].weight <= 0) continue;
        float width = room * parts[i].weight / total;
        draw_part(ui, (Rect){x, rect.y, width, rect.h}, &parts[i]);
        x += width + PART_GAP;
    }
}

void meter_bar(const Ui *ui, Rect rect, float value, Color color, float tick)
{
    draw_track(ui, rect, rect.h / 2);
    float width = rect.w * clamp01(value);
    if (width > 0) {
        if (width < rect.h) width = rect.h; /* a little is still to be seen */
        draw_rect(ui->list, (Rect){rect.x, rect.y, width, rect.h}, rect.h / 2, color, STROKE_NONE);
    }
    if (tick < 0) return;
    float x = rect.x + rect.w * clamp01(tick);
    draw_line(ui->list, (Point){x, rect.y - 3}, (Point){x, rect_bottom(rect) + 3},
              stroke_solid(ui->theme->text, 2));
}

float meter_reports(const Ui *ui, Point left_middle, uint32_t count, uint32_t needed,
                    uint32_t total)
{
    const Theme *theme = ui->theme;
    const float pitch = REPORT_WIDTH + REPORT_GAP;
    Color color = count >= needed ? theme->danger : theme->text2;
    for (uint32_t i = 0; i < total; i++) {
        Rect bar = {left_middle.x + (float)i * pitch, left_middle.y - 7, REPORT_WIDTH, 14};
        if (i < count) draw_rect(ui->list, bar, 2, color, STROKE_NONE);
        else draw_track(ui, bar, 2);
    }
    float x = left_middle.x + (float)needed * pitch - REPORT_GAP / 2;
    draw_line(ui->list, (Point){x, left_middle.y - 12}, (Point){x, left_middle.y + 12},
              stroke_solid(theme->text, 2));
    return (float)total * pitch - REPORT_GAP;
}

/* ---- lines and columns ---- */

void meter_spark(const Ui *ui, Rect rect, const float *values, uint32_t count, float low,
                 float high, Color color)
{
    Point points[SPARK_MAX];
    uint32_t shown = count > SPARK_MAX ? SPARK_MAX : count;
    const float *last = values + (count - shown); /* the newest ones */
    ui_divider_h(ui, rect.x, rect_bottom(rect), rect.w);
    if (shown == 0) return;
    for (uint32_t i = 0; i < shown; i++) {
        float part = high > low ? clamp01((last[i] - low) / (high - low)) : 0;
        float along = shown > 1 ? (float)i / (float)(shown - 1) : 1;
        points[i] = (Point){rect.x + rect.w * along, rect_bottom(rect) - rect.h * part};
    }
    draw_polyline(ui->list, points, shown, stroke_solid(color, 1.5f));
    draw_disc(ui->list, points[shown - 1], 3, color, STROKE_NONE);
}

void meter_columns(const Ui *ui, Rect rect, const uint32_t *values, uint32_t count, uint32_t high,
                   Color color)
{
    if (count == 0 || high == 0) return;
    float pitch = rect.w / (float)count;
    float gap = pitch > 3 ? 1 : 0;
    for (uint32_t i = 0; i < count; i++) {
        if (values[i] == 0) continue;
        float height = rect.h * clamp01((float)values[i] / (float)high);
        if (height < 1) height = 1;
        Rect column = {rect.x + (float)i * pitch, rect_bottom(rect) - height, pitch - gap, height};
        draw_rect(ui->list, column, 0, color, STROKE_NONE);
    }
}
