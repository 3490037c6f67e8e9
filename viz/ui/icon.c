/* icon.c -- the signs as shapes in a square of side 1 around the origin, scaled by the size. */
#include "viz/ui/icon.h"

#include "sim/base/array.h"
#include "sim/base/assert.h"

typedef struct Pen { /* where and how an icon is drawn */
    DrawList *list;
    Point center;
    float size;
    Color color;
} Pen;

static Point place(const Pen *pen, Point unit)
{
    return (Point){pen->center.x + unit.x * pen->size, pen->center.y + unit.y * pen->size};
}

static Stroke pen_stroke(const Pen *pen, float width)
{
    return (Stroke){.color = pen->color, .width = width * pen->size, .round_caps = true};
}

#define ICON_POINTS_MAX 8u

static void pen_line(const Pen *pen, const Point *units, uint32_t count, float width)
{
    Point points[ICON_POINTS_MAX];
    SIM_ASSERT(count <= ICON_POINTS_MAX);
    for (uint32_t i = 0; i < count; i++) points[i] = place(pen, units[i]);
    draw_polyline(pen->list, points, count, pen_stroke(pen, width));
}

static void pen_fill(const Pen *pen, const Point *units, uint32_t count)
{
    Point points[ICON_POINTS_MAX];
    SIM_ASSERT(count <= ICON_POINTS_MAX);
    for (uint32_t i = 0; i < count; i++) points[i] = place(pen, units[i]);
    draw_polygon(pen->list, points, count, pen->color, STROKE_NONE);
}

static void pen_bar(const Pen *pen, Rect unit, float radius)
{
    Point at = place(pen, (Point){unit.x, unit.y});
    draw_rect(pen->list, (Rect){at.x, at.y, unit.w * pen->size, unit.h * pen->size},
              radius * pen->size, pen->color, STROKE_NONE);
}

static void warning(const Pen *pen)
{
    /* Round joins would need a path of their own; short strokes over the corners do it as well. */
    static const Point triangle[] = {
        {0, -0.42f}, {0.46f, 0.38f}, {-0.46f, 0.38f}, {0, -0.42f}, {0.46f, 0.38f}};
    static const Point bar[] = {{0, -0.12f}, {0, 0.10f}};
    pen_line(pen, triangle, ARRAY_LENGTH(triangle), 0.12f);
    pen_line(pen, bar, ARRAY_LENGTH(bar), 0.12f);
    draw_disc(pen->list, place(pen, (Point){0, 0.25f}), 0.07f * pen->size, pen->color, STROKE_NONE);
}

/* The shackle of a padlock: half a circle on two legs, the right one short when open. */
static void lock(const Pen *pen, bool is_open)
{
    float x = is_open ? 0.34f : 0;
    Stroke stroke = pen_stroke(pen, 0.11f);
    stroke.round_caps = false;
    draw_arc(pen->list, place(pen, (Point){x, -0.2f}), 0.2f * pen->size, -90, 90, stroke);
    Point left[] = {{x - 0.2f, -0.21f}, {x - 0.2f, 0}};
    Point right[] = {{x + 0.2f, -0.21f}, {x + 0.2f, is_open ? -0.1f : 0}};
    for (int i = 0; i < 2; i++) {
        left[i] = place(pen, left[i]);
        right[i] = place(pen, right[i]);
    }
    draw_polyline(pen->list, left, 2, stroke);
    draw_polyline(pen->list, right, 2, stroke);
    pen_bar(pen, (Rect){-0.36f, -0.04f, 0.72f, 0.52f}, 0.08f);
}

static void eye(const Pen *pen)
{
    Point left = place(pen, (Point){-0.48f, 0});
    Point right = place(pen, (Point){0.48f, 0});
    Stroke stroke = pen_stroke(pen, 0.1f);
    draw_curve(pen->list, left, place(pen, (Point){0, -0.68f}), right, stroke);
    draw_curve(pen->list, left, place(pen, (Point){0, 0.68f}), right, stroke);
    draw_disc(pen->list, pen->center, 0.15f * pen->size, pen->color, STROKE_NONE);
}

static void step(const Pen *pen, float direction)
{
    Point triangle[] = {
        {-0.28f * direction, -0.38f}, {0.26f * direction, 0}, {-0.28f * direction, 0.38f}};
    pen_fill(pen, triangle, ARRAY_LENGTH(triangle));
    pen_bar(pen, (Rect){direction > 0 ? 0.26f : -0.4f, -0.38f, 0.14f, 0.76f}, 0.04f);
}

static void cross(const Pen *pen)
{
    static const Point falling[] = {{-0.34f, -0.34f}, {0.34f, 0.34f}};
    static const Point rising[] = {{-0.34f, 0.34f}, {0.34f, -0.34f}};
    pen_line(pen, falling, ARRAY_LENGTH(falling), 0.14f);
    pen_line(pen, rising, ARRAY_LENGTH(rising), 0.14f);
}

static void arrow_right(const Pen *pen)
{
    static const Point shaft[] = {{-0.42f, 0}, {0.4f, 0}};
    static const Point head[] = {{0.12f, -0.28f}, {0.4f, 0}, {0.12f, 0.28f}};
    pen_line(pen, shaft, ARRAY_LENGTH(shaft), 0.12f);
    pen_line(pen, head, ARRAY_LENGTH(head), 0.12f);
}

void icon_draw(DrawList *list, Icon icon, Point center, float size, Color color)
{
    static const Point check[] = {{-0.4f, 0.03f}, {-0.12f, 0.32f}, {0.42f, -0.3f}};
    static const Point play[] = {{-0.28f, -0.42f}, {0.44f, 0}, {-0.28f, 0.42f}};
    Pen pen = {.list = list, .center = center, .size = size, .color = color};
    switch (icon) {
    case ICON_CHECK: pen_line(&pen, check, ARRAY_LENGTH(check), 0.17f); break;
    case ICON_WARNING: warning(&pen); break;
    case ICON_CROSS: cross(&pen); break;
    case ICON_PAUSE:
        pen_bar(&pen, (Rect){-0.36f, -0.42f, 0.24f, 0.84f}, 0.05f);
        pen_bar(&pen, (Rect){0.12f, -0.42f, 0.24f, 0.84f}, 0.05f);
        break;
    case ICON_PLAY: pen_fill(&pen, play, ARRAY_LENGTH(play)); break;
    case ICON_STEP: step(&pen, 1); break;
    case ICON_STEP_BACK: step(&pen, -1); break;
    case ICON_LOCK: lock(&pen, false); break;
    case ICON_LOCK_OPEN: lock(&pen, true); break;
    case ICON_EYE: eye(&pen); break;
    case ICON_ARROW_RIGHT: arrow_right(&pen); break;
    case ICON_COUNT: SIM_ASSERT(false);
    }
}
