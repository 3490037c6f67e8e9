/* quorum.c -- a box per voter and the line that must be passed (view tokens §9). Part of meter.h.
 *
 * Three forms by number of voters; all say the same four states by fill, dash and strike, never by
 * hue. */
#include "viz/ui/label.h"
#include "viz/ui/meter.h"

#include "sim/base/assert.h"

#include <stddef.h>

#define NAMED_MAX     8u
#define BOXES_MAX     60u
#define FIELD_COLUMNS 20u
#define FIELD_PITCH   13.0f
#define FIELD_SQUARE  11.0f
#define LINE_BEYOND   7
#define LINE_WIDTH    2.5f

typedef struct BoxForm {
    float width, height, gap;
} BoxForm;

static const BoxForm named_form = {46, 22, 6};
static const BoxForm small_form = {13, 18, 3};

static void strike(const Ui *ui, Rect rect, Color color)
{
    float y = rect.y + rect.h / 2;
    float inset = rect.w > 30 ? 9 : 3.5f;
    draw_line(ui->list, (Point){rect.x + inset, y}, (Point){rect_right(rect) - inset, y},
              stroke_solid(color, 1.5f));
}

static void draw_voter(const Ui *ui, Rect rect, const Voter *voter, bool has_room)
{
    const Theme *theme = ui->theme;
    float radius = has_room ? 4 : 3;
    bool has_name = has_room && voter->name != NULL;
    Color ink = theme->text3;
    switch (voter->state) {
    case VOTER_REACHED:
        draw_rect(ui->list, rect, radius, theme->invert, STROKE_NONE);
        ink = theme->ink;
        break;
    case VOTER_ASKED:
        draw_rect(ui->list, rect, radius, COLOR_NONE, stroke_solid(theme->ghost, 1));
        ink = theme->text2;
        break;
    case VOTER_STALE:
        draw_rect(ui->list, rect, radius, COLOR_NONE, stroke_dashed(theme->text, 1.25f, 3, 2.5f));
        ink = theme->text;
        break;
    case VOTER_LOST:
        draw_rect(ui->list, rect, radius, COLOR_NONE, stroke_dashed(theme->ghost, 1, 3, 2.5f));
        break;
    }
    if (has_name) label_in(ui, rect, ALIGN_CENTER, 3, TYPE_BODY_STRONG, ink, voter->name);
    if (voter->state == VOTER_LOST) strike(ui, rect, theme->text3);
}

static Rect draw_boxes(const Ui *ui, Point top_left, const Voter *voters, uint32_t count,
                       uint32_t needed)
{
    bool has_names = count <= NAMED_MAX;
    const BoxForm *form = has_names ? &named_form : &small_form;
    float pitch = form->width + form->gap;
    for (uint32_t i = 0; i < count; i++) {
        Rect rect = {top_left.x + (float)i * pitch, top_left.y, form->width, form->height};
        draw_voter(ui, rect, &voters[i], has_names);
    }
    float x = top_left.x + (float)needed * pitch - form->gap / 2;
    draw_line(ui->list, (Point){x, top_left.y - LINE_BEYOND},
              (Point){x, top_left.y + form->height + LINE_BEYOND},
              stroke_solid(ui->theme->text, LINE_WIDTH));
    return (Rect){top_left.x, top_left.y, (float)count * pitch - form->gap, form->height};
}

static Color square_fill(const Theme *theme, VoterState state)
{
    switch (state) {
    case VOTER_REACHED: return theme->invert;
    case VOTER_ASKED: return theme->ghost;
    case VOTER_STALE: return theme->line2;
    case VOTER_LOST: return COLOR_NONE;
    }
    SIM_ASSERT(false);
    return COLOR_NONE;
}

/* The line under the first `needed` squares: full rows, then a step. */
static void field_line(const Ui *ui, Point top_left, uint32_t count, uint32_t needed)
{
    uint32_t columns = count < FIELD_COLUMNS ? count : FIELD_COLUMNS;
    float between = (FIELD_PITCH - FIELD_SQUARE) / 2;
    float left = top_left.x - between;
    float right = left + (float)columns * FIELD_PITCH;
    float above = top_left.y - between + (float)(needed / FIELD_COLUMNS) * FIELD_PITCH;
    float below = above + FIELD_PITCH;
    float step = left + (float)(needed % FIELD_COLUMNS) * FIELD_PITCH;
    Stroke stroke = stroke_solid(ui->theme->text, 2);
    if (needed % FIELD_COLUMNS == 0) {
        draw_line(ui->list, (Point){left, above}, (Point){right, above}, stroke);
        return;
    }
    Point points[4] = {{left, below}, {step, below}, {step, above}, {right, above}};
    draw_polyline(ui->list, points, 4, stroke);
}

static Rect draw_field(const Ui *ui, Point top_left, const Voter *voters, uint32_t count,
                       uint32_t needed)
{
    const Theme *theme = ui->theme;
    for (uint32_t i = 0; i < count; i++) {
        Rect square = {top_left.x + (float)(i % FIELD_COLUMNS) * FIELD_PITCH,
                       top_left.y + (float)(i / FIELD_COLUMNS) * FIELD_PITCH, FIELD_SQUARE,
                       FIELD_SQUARE};
        Color fill = square_fill(theme, voters[i].state);
        Stroke edge = fill == COLOR_NONE ? stroke_solid(theme->line2, 1) : STROKE_NONE;
        draw_rect(ui->list, square, 2, fill, edge);
    }
    field_line(ui, top_left, count, needed);
    uint32_t rows = (count + FIELD_COLUMNS - 1) / FIELD_COLUMNS;
    float between = FIELD_PITCH - FIELD_SQUARE;
    return (Rect){top_left.x, top_left.y, FIELD_COLUMNS * FIELD_PITCH - between,
                  (float)rows * FIELD_PITCH - between};
}

Rect meter_quorum(const Ui *ui, Point top_left, const Voter *voters, uint32_t count,
                  uint32_t needed)
{
    if (count == 0) return (Rect){top_left.x, top_left.y, 0, 0};
    uint32_t line = needed != 0 ? needed : count / 2 + 1;
    if (count <= BOXES_MAX) return draw_boxes(ui, top_left, voters, count, line);
    return draw_field(ui, top_left, voters, count, line);
}
