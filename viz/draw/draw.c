/* draw.c -- the draw list: appending items, mixing colours, the text form.
 *
 * Always holds: item.first + item.count lies inside the array that belongs to its kind; every text
 * ends in a NUL behind its `count` bytes; clips and unclips are the caller's to balance. */
#include "viz/draw/draw.h"

#include "sim/base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- colours ---- */

static uint32_t channel(Color color, uint32_t shift)
{
    return (color >> shift) & 0xFFu;
}

static uint32_t mix_channel(Color a, Color b, uint32_t shift, float k)
{
    float from = (float)channel(a, shift);
    float to = (float)channel(b, shift);
    return (uint32_t)(from * (1 - k) + to * k + 0.5f) << shift;
}

static float clamp01(float value)
{
    if (value < 0) return 0;
    return value > 1 ? 1 : value;
}

Color color_mix(Color a, Color b, float k)
{
    float part = clamp01(k);
    return mix_channel(a, b, 24, part) | mix_channel(a, b, 16, part) | mix_channel(a, b, 8, part) |
           channel(a, 0);
}

Color color_alpha(Color color, float alpha)
{
    return (color & ~(Color)0xFF) | (Color)(clamp01(alpha) * 255 + 0.5f);
}

/* ---- the list ---- */

void draw_clear(DrawList *list)
{
    array_clear(&list->items);
    array_clear(&list->points);
    array_clear(&list->chars);
    array_clear(&list->colors);
}

void draw_deinit(DrawList *list)
{
    array_deinit(NULL, &list->items);
    array_deinit(NULL, &list->points);
    array_deinit(NULL, &list->chars);
    array_deinit(NULL, &list->colors);
}

static uint32_t add_points(DrawList *list, const Point *points, uint32_t count)
{
    uint32_t first = list->points.count;
    array_reserve(NULL, &list->points, first + count);
    memcpy(list->points.items + first, points, count * sizeof(*points));
    list->points.count = first + count;
    return first;
}

static Rect square_around(Point center, float radius)
{
    return (Rect){center.x - radius, center.y - radius, 2 * radius, 2 * radius};
}

Stroke stroke_solid(Color color, float width)
{
    return (Stroke){.color = color, .width = width};
}

Stroke stroke_dashed(Color color, float width, float on, float off)
{
    return (Stroke){.color = color, .width = width, .dash = {.on = on, .off = off}};
}

/* ---- shapes ---- */

void draw_rect(DrawList *list, Rect rect, float radius, Color fill, Stroke stroke)
{
    array_push(
        NULL, &list->items,
        (DrawItem){
            .kind = DRAW_RECT, .rect = rect, .radius = radius, .fill = fill, .stroke = stroke});
}

void draw_disc(DrawList *list, Point center, float radius, Color fill, Stroke stroke)
{
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_DISC,
                          .rect = square_around(center, radius),
                          .radius = radius,
                          .fill = fill,
                          .stroke = stroke});
}

void draw_pie(DrawList *list, Point center, float radius, float a0, float a1, Color fill)
{
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_PIE,
                          .rect = square_around(center, radius),
                          .radius = radius,
                          .a0 = a0,
                          .a1 = a1,
                          .fill = fill});
}

void draw_arc(DrawList *list, Point center, float radius, float a0, float a1, Stroke stroke)
{
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_ARC,
                          .rect = square_around(center, radius),
                          .radius = radius,
                          .a0 = a0,
                          .a1 = a1,
                          .stroke = stroke});
}

void draw_line(DrawList *list, Point a, Point b, Stroke stroke)
{
    Point points[2] = {a, b};
    draw_polyline(list, points, 2, stroke);
}

void draw_polyline(DrawList *list, const Point *points, uint32_t count, Stroke stroke)
{
    if (count < 2) return;
    uint32_t first = add_points(list, points, count);
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_LINE, .stroke = stroke, .first = first, .count = count});
}

void draw_curve(DrawList *list, Point a, Point control, Point b, Stroke stroke)
{
    Point points[3] = {a, control, b};
    uint32_t first = add_points(list, points, 3);
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_CURVE, .stroke = stroke, .first = first, .count = 3});
}

void draw_polygon(DrawList *list, const Point *points, uint32_t count, Color fill, Stroke stroke)
{
    if (count < 3) return;
    uint32_t first = add_points(list, points, count);
    array_push(
        NULL, &list->items,
        (DrawItem){
            .kind = DRAW_POLYGON, .fill = fill, .stroke = stroke, .first = first, .count = count});
}

void draw_pattern(DrawList *list, Rect rect, float radius, Pattern pattern, Color color,
                  float period, float weight)
{
    if (pattern == PATTERN_NONE) return;
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_PATTERN,
                          .rect = rect,
                          .radius = radius,
                          .fill = color,
                          .pattern = pattern,
                          .period = period,
                          .weight = weight});
}

void draw_cells(DrawList *list, Point at, uint16_t columns, uint16_t rows, float cell,
                const Color *colors, float shade, Color shade_to)
{
    uint32_t count = (uint32_t)columns * rows;
    uint32_t first = list->colors.count;
    array_reserve(NULL, &list->colors, first + count);
    if (count > 0) memcpy(list->colors.items + first, colors, count * sizeof(*colors));
    list->colors.count = first + count;
    array_push(NULL, &list->items,
               (DrawItem){.kind = DRAW_CELLS,
                          .rect = {at.x, at.y, (float)columns * cell, (float)rows * cell},
                          .fill = shade_to,
                          .first = first,
                          .count = count,
                          .columns = columns,
                          .rows = rows,
                          .cell = cell,
                          .shade = shade});
}

void draw_clip(DrawList *list, Rect rect)
{
    array_push(NULL, &list->items, (DrawItem){.kind = DRAW_CLIP, .rect = rect});
}

void draw_unclip(DrawList *list)
{
    array_push(NULL, &list->items, (DrawItem){.kind = DRAW_UNCLIP});
}

/* ---- text ---- */

/* The item of a text whose `size` bytes and NUL already stand at chars[first]. */
static void add_text(DrawList *list, DrawItem item, Point at, uint32_t first, uint32_t size)
{
    list->chars.count = first + size + 1;
    item.kind = DRAW_TEXT;
    /* The baseline point goes into rect as well, so that an item can be understood alone. */
    item.rect = (Rect){at.x, at.y, 0, 0};
    item.first = first;
    item.count = size;
    array_push(NULL, &list->items, item);
}

void draw_text(DrawList *list, Point at, TextAlign align, FontFace face, float size, Color color,
               const char *chars)
{
    uint32_t bytes = (uint32_t)strlen(chars);
    uint32_t first = list->chars.count;
    array_reserve(NULL, &list->chars, first + bytes + 1);
    memcpy(list->chars.items + first, chars, bytes + 1);
    add_text(list, (DrawItem){.face = face, .size = size, .align = align, .fill = color}, at, first,
             bytes);
}

void draw_textf(DrawList *list, Point at, TextAlign align, FontFace face, float size, Color color,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(NULL, 0, format, args);
    va_end(args);
    SIM_ASSERT(bytes >= 0);

    uint32_t first = list->chars.count;
    array_reserve(NULL, &list->chars, first + (uint32_t)bytes + 1);
    va_start(args, format);
    vsnprintf(list->chars.items + first, (size_t)bytes + 1, format, args);
    va_end(args);
    add_text(list, (DrawItem){.face = face, .size = size, .align = align, .fill = color}, at, first,
             (uint32_t)bytes);
}
