/* thin.c -- see thin.h. Between two calls the whole plane is 0 and no row is marked as touched. */
#include "viz/sdl/thin.h"

#include "sim/base/assert.h"
#include "sim/base/mem.h"

#include <math.h>
#include <string.h>

#define FLATNESS_PX  0.08f /* how far a chord may lie from its curve */
#define SEGMENTS_MAX 160u

typedef struct Row {
    int from, to; /* touched px; from >= to: none */
} Row;

struct ThinPlane {
    uint8_t *coverage;
    Row *rows;
    int width, height;
    int top, bottom; /* touched rows; top >= bottom: none */
};

ThinPlane *thin_plane_create(void)
{
    return mem_alloc(NULL, sizeof(ThinPlane));
}

static void plane_close(ThinPlane *plane)
{
    mem_free(NULL, plane->coverage, (size_t)plane->width * (size_t)plane->height);
    mem_free(NULL, plane->rows, (size_t)plane->height * sizeof(Row));
}

void thin_plane_destroy(ThinPlane *plane)
{
    if (plane == NULL) return;
    plane_close(plane);
    mem_free(NULL, plane, sizeof(*plane));
}

/* Gives the plane the canvas's size. */
static void plane_fit(ThinPlane *plane, const Canvas *canvas)
{
    if (plane->width == canvas->width && plane->height == canvas->height) return;
    plane_close(plane);
    plane->width = canvas->width;
    plane->height = canvas->height;
    plane->coverage = mem_alloc(NULL, (size_t)plane->width * (size_t)plane->height);
    plane->rows = mem_alloc(NULL, (size_t)plane->height * sizeof(Row));
    plane->top = plane->bottom = 0;
}

/* A segment on its way into the plane. */
typedef struct Segment {
    Point a;
    float dx, dy;
    float unit_x, unit_y; /* its direction; 0, 0 for a point */
    float length;
    float per_dy; /* 1 / dy; 0 when it is level */
    float reach;  /* half the width and half a px: beyond it nothing is covered */
    float peak;   /* a line thinner than a px covers less than all of it */
} Segment;

/* Not fminf and fmaxf: those are calls, for the sake of NaN. */
static float lower(float a, float b)
{
    return a < b ? a : b;
}

static float higher(float a, float b)
{
    return a > b ? a : b;
}

static float clamp(float value, float low, float high)
{
    return lower(higher(value, low), high);
}

/* Coverage 0..255 of the px whose centre is (x, y). Beside the segment the distance is linear and
 * needs no root; beyond its ends it is that to the end. */
static uint8_t coverage_at(const Segment *segment, float x, float y)
{
    float from_x = x - segment->a.x;
    float from_y = y - segment->a.y;
    float along = from_x * segment->unit_x + from_y * segment->unit_y;
    float across = fabsf(from_x * segment->unit_y - from_y * segment->unit_x);
    float beyond = higher(-along, along - segment->length);
    if (beyond >= segment->reach || across >= segment->reach) return 0;
    float distance = beyond <= 0 ? across : sqrtf(across * across + beyond * beyond);
    float covered = clamp(segment->reach - distance, 0, segment->peak);
    return (uint8_t)(covered * 255 + 0.5f);
}

/* The x between which the segment can cover anything in the row whose centre is y. */
static void row_reach(const Segment *segment, float y, float *low, float *high)
{
    float t0 = 0, t1 = 1;
    if (segment->per_dy != 0) {
        float enters = (y - segment->reach - segment->a.y) * segment->per_dy;
        float leaves = (y + segment->reach - segment->a.y) * segment->per_dy;
        t0 = clamp(lower(enters, leaves), 0, 1);
        t1 = clamp(higher(enters, leaves), 0, 1);
    }
    float x0 = segment->a.x + t0 * segment->dx;
    float x1 = segment->a.x + t1 * segment->dx;
    *low = lower(x0, x1) - segment->reach;
    *high = higher(x0, x1) + segment->reach;
}

static void touch_row(ThinPlane *plane, int y, int from, int to)
{
    Row *row = &plane->rows[y];
    if (row->from >= row->to) {
        *row = (Row){from, to};
    } else {
        if (from < row->from) row->from = from;
        if (to > row->to) row->to = to;
    }
    if (plane->top >= plane->bottom) {
        plane->top = y;
        plane->bottom = y + 1;
        return;
    }
    if (y < plane->top) plane->top = y;
    if (y >= plane->bottom) plane->bottom = y + 1;
}

static Segment segment_of(Point a, Point b, float width)
{
    float dx = b.x - a.x, dy = b.y - a.y;
    float length = sqrtf(dx * dx + dy * dy);
    return (Segment){.a = a,
                     .dx = dx,
                     .dy = dy,
                     .unit_x = length > 0 ? dx / length : 0,
                     .unit_y = length > 0 ? dy / length : 0,
                     .length = length,
                     .per_dy = fabsf(dy) > 0.001f ? 1 / dy : 0,
                     .reach = width / 2 + 0.5f,
                     .peak = lower(width, 1)};
}

static void add_segment(ThinPlane *plane, Box clip, Point a, Point b, float width)
{
    Segment segment = segment_of(a, b, width);
    float top = clamp(lower(a.y, b.y) - segment.reach, (float)clip.top, (float)clip.bottom);
    float bottom = clamp(higher(a.y, b.y) + segment.reach, (float)clip.top, (float)clip.bottom);
    for (int y = (int)top; (float)y < bottom; y++) {
        float low = 0, high = 0;
        row_reach(&segment, (float)y + 0.5f, &low, &high);
        int from = (int)clamp(low, (float)clip.left, (float)clip.right);
        int to = (int)clamp(high + 1, (float)clip.left, (float)clip.right);
        if (from >= to) continue;
        uint8_t *row = plane->coverage + (ptrdiff_t)y * plane->width;
        for (int x = from; x < to; x++) {
            uint8_t covered = coverage_at(&segment, (float)x + 0.5f, (float)y + 0.5f);
            if (covered > row[x]) row[x] = covered;
        }
        touch_row(plane, y, from, to);
    }
}

/* Paints what was touched and wipes it. */
static void plane_paint(Canvas *canvas, ThinPlane *plane, Color color)
{
    for (int y = plane->top; y < plane->bottom; y++) {
        Row *row = &plane->rows[y];
        if (row->from >= row->to) continue;
        uint8_t *coverage = plane->coverage + (ptrdiff_t)y * plane->width + row->from;
        Mask mask = {.width = row->to - row->from, .height = 1, .coverage = coverage};
        canvas_mask(canvas, &mask, row->from, y, color);
        memset(coverage, 0, (size_t)mask.width);
        *row = (Row){0, 0};
    }
    plane->top = plane->bottom = 0;
}

/* `end` moved towards `other` by `by` px: half a width, since the distance rounds every end by as
 * much. */
static Point pulled_in(Point end, Point other, float by)
{
    float dx = other.x - end.x, dy = other.y - end.y;
    float length = sqrtf(dx * dx + dy * dy);
    if (length <= 2 * by) return end;
    return (Point){end.x + dx / length * by, end.y + dy / length * by};
}

void thin_line(Canvas *canvas, ThinPlane *plane, const Point *points, uint32_t count,
               const Stroke *stroke)
{
    SIM_ASSERT(count >= 2);
    plane_fit(plane, canvas);
    if (box_is_empty(canvas->clip)) return;
    float width = canvas_stroke_width(canvas, stroke->width);
    float shorter = stroke->round_caps ? 0 : width / 2;
    for (uint32_t i = 0; i + 1 < count; i++) {
        Point a = points[i], b = points[i + 1];
        if (i == 0) a = pulled_in(a, b, shorter);
        if (i + 2 == count) b = pulled_in(b, points[i], shorter);
        add_segment(plane, canvas->clip, a, b, width);
    }
    plane_paint(canvas, plane, stroke->color);
}

static Point curve_at(Point a, Point control, Point b, float t)
{
    float u = 1 - t;
    return (Point){u * u * a.x + 2 * u * t * control.x + t * t * b.x,
                   u * u * a.y + 2 * u * t * control.y + t * t * b.y};
}

void thin_curve(Canvas *canvas, ThinPlane *plane, Point a, Point control, Point b,
                const Stroke *stroke)
{
    /* A chord over 1/n of a quadratic curve lies |a - 2 control + b| / 4n² away from it at most. */
    float bend_x = a.x - 2 * control.x + b.x, bend_y = a.y - 2 * control.y + b.y;
    float bend = sqrtf(bend_x * bend_x + bend_y * bend_y);
    float wanted = ceilf(sqrtf(bend / (4 * FLATNESS_PX)));
    uint32_t count = (uint32_t)clamp(wanted, 1, SEGMENTS_MAX);
    Point points[SEGMENTS_MAX + 1];
    for (uint32_t i = 0; i <= count; i++) {
        points[i] = curve_at(a, control, b, (float)i / (float)count);
    }
    thin_line(canvas, plane, points, count + 1, stroke);
}
