/* shape.c -- shapes as cached masks or cairo paths; see shape.h. */
#include "viz/sdl/shape.h"

#include "sim/base/assert.h"
#include "sim/base/mem.h"
#include "viz/sdl/outline.h"
#include "viz/sdl/thin.h"

#include <math.h>

#define SPRITE_PX_MAX 128 /* larger shapes are painted directly */
#define SPRITE_BYTES  (16u << 20)
#define PHASES        4 /* sub-pixel positions of a disc in each direction */

struct ShapeCache {
    MaskCache *masks;
    ThinPlane *plane;
};

ShapeCache *shape_cache_create(void)
{
    ShapeCache *cache = mem_alloc(NULL, sizeof(*cache));
    cache->masks = mask_cache_create(SPRITE_BYTES);
    cache->plane = thin_plane_create();
    return cache;
}

void shape_cache_destroy(ShapeCache *cache)
{
    if (cache == NULL) return;
    mask_cache_destroy(cache->masks);
    thin_plane_destroy(cache->plane);
    mem_free(NULL, cache, sizeof(*cache));
}

void shape_cache_begin_frame(ShapeCache *cache)
{
    mask_cache_trim(cache->masks);
}

/* ---- paths ---- */

/* Sets width, dashes and ends on cairo; false if there is nothing to stroke. */
static bool stroke_begin(const Canvas *canvas, const Stroke *stroke)
{
    if ((stroke->color & 0xFF) == 0 || stroke->width <= 0) return false;
    cairo_t *cairo = canvas->cairo;
    double scale = (double)canvas->scale;
    cairo_set_line_width(cairo, (double)canvas_stroke_width(canvas, stroke->width));
    if (stroke->dash.on > 0 && stroke->dash.off > 0) {
        double dashes[2] = {(double)stroke->dash.on * scale, (double)stroke->dash.off * scale};
        cairo_set_dash(cairo, dashes, 2, (double)stroke->dash.phase * scale);
    } else {
        cairo_set_dash(cairo, NULL, 0, 0);
    }
    cairo_set_line_cap(cairo, stroke->round_caps ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_MITER);
    canvas_source(canvas, stroke->color);
    return true;
}

static bool has_stroke(const DrawItem *item)
{
    return (item->stroke.color & 0xFF) != 0 && item->stroke.width > 0;
}

static bool has_fill(const DrawItem *item)
{
    return (item->fill & 0xFF) != 0;
}

/* ---- cached masks ---- */

typedef struct SpriteKey {
    int32_t width, height; /* of the outline, in 1/8 px */
    int32_t radius;        /* in 1/8 px; negative: an ellipse */
    int32_t stroke;        /* width in 1/8 px; 0: the fill */
    int32_t phase_x, phase_y;
} SpriteKey;

static int32_t eighths(double value)
{
    return (int32_t)lround(value * 8);
}

/* Rasterises the outline, whose corner lies at (phase_x, phase_y), into a mask. */
static void sprite_render(ShapeCache *cache, Mask *mask, const Outline *outline, double stroke)
{
    int margin = (int)ceil(stroke / 2) + 1;
    int width = (int)ceil(outline->right) + 2 * margin;
    int height = (int)ceil(outline->bottom) + 2 * margin;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    cairo_t *cairo = cairo_create(surface);
    cairo_translate(cairo, margin, margin);
    outline_path(cairo, outline);
    cairo_set_source_rgba(cairo, 1, 1, 1, 1);
    if (stroke > 0) {
        cairo_set_line_width(cairo, stroke);
        cairo_stroke(cairo);
    } else {
        cairo_fill(cairo);
    }
    cairo_surface_flush(surface);
    mask_cache_fill(cache->masks, mask, width, height);
    mask->left = -margin;
    mask->top = -margin;
    const unsigned char *bytes = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) mask->coverage[y * width + x] = bytes[y * stride + x];
    }
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
}

/* Paints a small outline, filled (stroke 0) or stroked. */
static void sprite_paint(Canvas *canvas, ShapeCache *cache, const Outline *outline, double stroke,
                         Color color)
{
    int x = (int)floor(outline->left + 0.5 / PHASES);
    int y = (int)floor(outline->top + 0.5 / PHASES);
    int phase_x = (int)floor((outline->left - x) * PHASES + 0.5);
    int phase_y = (int)floor((outline->top - y) * PHASES + 0.5);
    SpriteKey key = {.width = eighths(outline->right - outline->left),
                     .height = eighths(outline->bottom - outline->top),
                     .radius = eighths(outline->radius),
                     .stroke = eighths(stroke),
                     .phase_x = phase_x,
                     .phase_y = phase_y};
    const Mask *mask = mask_cache_find(cache->masks, &key, sizeof(key));
    if (mask == NULL) {
        double left = (double)phase_x / PHASES;
        double top = (double)phase_y / PHASES;
        Outline at_phase = {.left = left,
                            .top = top,
                            .right = left + key.width / 8.0,
                            .bottom = top + key.height / 8.0,
                            .radius = outline->radius};
        Mask *fresh = mask_cache_add(cache->masks, &key, sizeof(key));
        sprite_render(cache, fresh, &at_phase, stroke);
        mask = fresh;
    }
    canvas_mask(canvas, mask, x, y, color);
}

static bool fits_sprite(const Outline *outline, const Stroke *stroke)
{
    double width = outline->right - outline->left;
    double height = outline->bottom - outline->top;
    if (stroke != NULL && stroke->dash.on > 0) return false;
    return width > 0 && height > 0 && width <= SPRITE_PX_MAX && height <= SPRITE_PX_MAX;
}

static bool is_outside(const Canvas *canvas, const Outline *outline, double margin)
{
    return outline->right + margin <= canvas->clip.left ||
           outline->left - margin >= canvas->clip.right ||
           outline->bottom + margin <= canvas->clip.top ||
           outline->top - margin >= canvas->clip.bottom;
}

static void outline_fill(Canvas *canvas, ShapeCache *cache, const Outline *outline, Color color)
{
    if (fits_sprite(outline, NULL)) {
        sprite_paint(canvas, cache, outline, 0, color);
        return;
    }
    canvas_source(canvas, color);
    outline_path(canvas->cairo, outline);
    cairo_fill(canvas->cairo);
}

static void outline_stroke(Canvas *canvas, ShapeCache *cache, const Outline *outline,
                           const Stroke *stroke)
{
    if (fits_sprite(outline, stroke)) {
        double width = (double)canvas_stroke_width(canvas, stroke->width);
        sprite_paint(canvas, cache, outline, width, stroke->color);
        return;
    }
    if (!stroke_begin(canvas, stroke)) return;
    outline_path(canvas->cairo, outline);
    cairo_stroke(canvas->cairo);
}

/* ---- rects and discs ---- */

/* The four sides of a sharp box, inside it. */
static void frame_box(Canvas *canvas, Box box, int width, Color color)
{
    canvas_fill_box(canvas, (Box){box.left, box.top, box.right, box.top + width}, color);
    canvas_fill_box(canvas, (Box){box.left, box.bottom - width, box.right, box.bottom}, color);
    int top = box.top + width;
    int bottom = box.bottom - width;
    canvas_fill_box(canvas, (Box){box.left, top, box.left + width, bottom}, color);
    canvas_fill_box(canvas, (Box){box.right - width, top, box.right, bottom}, color);
}

/* The line along which a rect is stroked. A hairline runs inside the edge, so that it covers
 * exactly one px; a wider stroke is centred on the edge, shifted by half a px if it is odd. */
static Outline stroked_outline(const Canvas *canvas, Box box, const DrawItem *item)
{
    double width = (double)canvas_stroke_width(canvas, item->stroke.width);
    double inset = item->stroke.width <= 1 ? width / 2 : (int)lround(width) % 2 == 1 ? 0.5 : 0;
    double radius = (double)(item->radius * canvas->scale) - inset;
    return (Outline){box.left + inset, box.top + inset, box.right - inset, box.bottom - inset,
                     radius < 0 ? 0 : radius};
}

void shape_rect(Canvas *canvas, ShapeCache *cache, const DrawItem *item)
{
    bool is_sharp = item->radius <= 0;
    Box box = is_sharp ? canvas_box(canvas, item->rect) : canvas_box_rigid(canvas, item->rect);
    Outline outline = {box.left, box.top, box.right, box.bottom,
                       (double)(item->radius * canvas->scale)};
    if (is_outside(canvas, &outline, (double)(item->stroke.width * canvas->scale) + 1)) return;
    if (has_fill(item)) {
        if (is_sharp) canvas_fill_box(canvas, box, item->fill);
        else if (!box_is_empty(box)) outline_fill(canvas, cache, &outline, item->fill);
    }
    if (!has_stroke(item) || box_is_empty(box)) return;
    if (is_sharp && item->stroke.width == 1 && item->stroke.dash.on <= 0) {
        frame_box(canvas, box, 1, item->stroke.color);
        return;
    }
    Outline edge = stroked_outline(canvas, box, item);
    outline_stroke(canvas, cache, &edge, &item->stroke);
}

void shape_disc(Canvas *canvas, ShapeCache *cache, const DrawItem *item)
{
    double scale = (double)canvas->scale;
    Outline outline = {.left = (double)item->rect.x * scale,
                       .top = (double)item->rect.y * scale,
                       .right = (double)(item->rect.x + item->rect.w) * scale,
                       .bottom = (double)(item->rect.y + item->rect.h) * scale,
                       .radius = -1};
    if (item->rect.w <= 0 || item->rect.h <= 0) return;
    if (is_outside(canvas, &outline, (double)item->stroke.width * scale + 1)) return;
    if (has_fill(item)) outline_fill(canvas, cache, &outline, item->fill);
    if (has_stroke(item)) outline_stroke(canvas, cache, &outline, &item->stroke);
}

/* ---- arcs, lines, polygons ---- */

/* Degrees clockwise from 12 o'clock to cairo's radians clockwise from 3 o'clock. */
static double radians(float degrees)
{
    return ((double)degrees - 90) * PI / 180;
}

static Point item_center(const Canvas *canvas, const DrawItem *item)
{
    return (Point){(item->rect.x + item->rect.w / 2) * canvas->scale,
                   (item->rect.y + item->rect.h / 2) * canvas->scale};
}

void shape_pie(Canvas *canvas, const DrawItem *item)
{
    if (!has_fill(item) || item->a1 <= item->a0) return;
    Point center = item_center(canvas, item);
    double radius = (double)(item->rect.w / 2 * canvas->scale);
    canvas_source(canvas, item->fill);
    cairo_new_path(canvas->cairo);
    cairo_move_to(canvas->cairo, (double)center.x, (double)center.y);
    cairo_arc(canvas->cairo, (double)center.x, (double)center.y, radius, radians(item->a0),
              radians(item->a1));
    cairo_close_path(canvas->cairo);
    cairo_fill(canvas->cairo);
}

void shape_arc(Canvas *canvas, ShapeCache *cache, const DrawItem *item)
{
    if (item->a1 - item->a0 >= 360) { /* a ring is a disc without a fill */
        shape_disc(canvas, cache, item);
        return;
    }
    if (item->a1 <= item->a0 || !stroke_begin(canvas, &item->stroke)) return;
    Point center = item_center(canvas, item);
    double radius = (double)(item->rect.w / 2 * canvas->scale);
    cairo_new_path(canvas->cairo);
    cairo_arc(canvas->cairo, (double)center.x, (double)center.y, radius, radians(item->a0),
              radians(item->a1));
    cairo_stroke(canvas->cairo);
}

/* Where a line of `width` device px is sharp: whole px for even widths, half ones for odd. */
static double crisp(double value, double width)
{
    return (int)lround(width) % 2 == 1 ? floor(value) + 0.5 : floor(value + 0.5);
}

/* A straight line along an axis is moved onto the px grid, but only across its direction. */
static void axis_line(const Canvas *canvas, const DrawItem *item, Point a, Point b)
{
    double width = (double)canvas_stroke_width(canvas, item->stroke.width);
    double x0 = (double)(a.x * canvas->scale), y0 = (double)(a.y * canvas->scale);
    double x1 = (double)(b.x * canvas->scale), y1 = (double)(b.y * canvas->scale);
    if (a.x == b.x) x0 = x1 = crisp(x0, width);
    else y0 = y1 = crisp(y0, width);
    cairo_new_path(canvas->cairo);
    cairo_move_to(canvas->cairo, x0, y0);
    cairo_line_to(canvas->cairo, x1, y1);
    cairo_stroke(canvas->cairo);
}

static void points_path(const Canvas *canvas, const Point *points, uint32_t count)
{
    cairo_new_path(canvas->cairo);
    for (uint32_t i = 0; i < count; i++) {
        cairo_line_to(canvas->cairo, (double)(points[i].x * canvas->scale),
                      (double)(points[i].y * canvas->scale));
    }
}

static Point to_device(const Canvas *canvas, Point at)
{
    return (Point){at.x * canvas->scale, at.y * canvas->scale};
}

static bool is_thin(const Canvas *canvas, const Stroke *stroke)
{
    return stroke->dash.on <= 0 && canvas_stroke_width(canvas, stroke->width) <= THIN_WIDTH_MAX;
}

#define THIN_POINTS_MAX 1024u

static void thin_polyline(Canvas *canvas, ShapeCache *cache, const DrawItem *item,
                          const Point *points)
{
    Point device[THIN_POINTS_MAX];
    for (uint32_t i = 0; i < item->count; i++) device[i] = to_device(canvas, points[i]);
    thin_line(canvas, cache->plane, device, item->count, &item->stroke);
}

void shape_line(Canvas *canvas, ShapeCache *cache, const DrawItem *item, const Point *points)
{
    if (!has_stroke(item)) return;
    bool is_axis = item->count == 2 && (points[0].x == points[1].x || points[0].y == points[1].y);
    if (!is_axis && is_thin(canvas, &item->stroke) && item->count <= THIN_POINTS_MAX) {
        thin_polyline(canvas, cache, item, points);
        return;
    }
    stroke_begin(canvas, &item->stroke);
    if (is_axis) {
        axis_line(canvas, item, points[0], points[1]);
        return;
    }
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    points_path(canvas, points, item->count);
    cairo_stroke(canvas->cairo);
}

void shape_curve(Canvas *canvas, ShapeCache *cache, const DrawItem *item, const Point *points)
{
    if (!has_stroke(item)) return;
    Point a = to_device(canvas, points[0]), control = to_device(canvas, points[1]);
    Point b = to_device(canvas, points[2]);
    if (is_thin(canvas, &item->stroke)) {
        thin_curve(canvas, cache->plane, a, control, b, &item->stroke);
        return;
    }
    stroke_begin(canvas, &item->stroke);
    /* As a cubic curve: both inner points lie 2/3 of the way to the control point. */
    double x1 = (double)a.x + 2.0 / 3.0 * (double)(control.x - a.x);
    double y1 = (double)a.y + 2.0 / 3.0 * (double)(control.y - a.y);
    double x2 = (double)b.x + 2.0 / 3.0 * (double)(control.x - b.x);
    double y2 = (double)b.y + 2.0 / 3.0 * (double)(control.y - b.y);
    cairo_new_path(canvas->cairo);
    cairo_move_to(canvas->cairo, (double)a.x, (double)a.y);
    cairo_curve_to(canvas->cairo, x1, y1, x2, y2, (double)b.x, (double)b.y);
    cairo_stroke(canvas->cairo);
}

void shape_polygon(Canvas *canvas, const DrawItem *item, const Point *points)
{
    points_path(canvas, points, item->count);
    cairo_close_path(canvas->cairo);
    if (has_fill(item)) {
        canvas_source(canvas, item->fill);
        cairo_fill_preserve(canvas->cairo);
    }
    if (stroke_begin(canvas, &item->stroke)) {
        cairo_stroke(canvas->cairo);
    } else {
        cairo_new_path(canvas->cairo);
    }
}
