/* dump.c -- the text form of a draw list: one line per item, numbers to 0.1 px.
 *
 *     rect 24 64 300 152 r10 fill 15191FFF line 2A313AFF 1
 *     text 40 86 left sans-medium 12 7D8794FF "Virtual time"
 *
 * What is zero or absent is left out. Golden tests compare this form. */
#include "viz/draw/draw.h"

#include <math.h>
#include <stdlib.h>

static const char *const face_names[FONT_FACE_COUNT] = {
    "sans", "sans-medium", "sans-semibold", "sans-bold", "mono", "mono-medium", "mono-semibold"};
static const char *const align_names[] = {"left", "center", "right"};
static const char *const pattern_names[] = {"none", "hatch",        "cross-hatch",
                                            "dots", "dots-shifted", "crosses"};

/* Appends " 12" or " 12.5"; goes through integers so that no "-0" appears. */
static void number(Text *out, float value)
{
    long tenths = lroundf(value * 10);
    long whole = tenths / 10;
    long part = tenths % 10;
    if (part == 0) {
        text_append(out, " %ld", whole);
        return;
    }
    text_append(out, " %s%ld.%ld", tenths < 0 ? "-" : "", labs(whole), labs(part));
}

static void numbers(Text *out, const float *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) number(out, values[i]);
}

static void dump_rect(Text *out, Rect rect)
{
    numbers(out, (const float[]){rect.x, rect.y, rect.w, rect.h}, 4);
}

static void dump_center(Text *out, const DrawItem *item)
{
    float x = item->rect.x + item->rect.w / 2;
    float y = item->rect.y + item->rect.h / 2;
    numbers(out, (const float[]){x, y, item->rect.w / 2}, 3);
}

static void dump_paint(Text *out, const DrawItem *item)
{
    if (item->fill != COLOR_NONE) text_append(out, " fill %08X", item->fill);
    const Stroke *stroke = &item->stroke;
    if (stroke->color == COLOR_NONE || stroke->width <= 0) return;
    text_append(out, " line %08X", stroke->color);
    number(out, stroke->width);
    if (stroke->dash.on > 0) {
        text_append(out, " dash");
        numbers(out, (const float[]){stroke->dash.on, stroke->dash.off}, 2);
        if (stroke->dash.phase != 0) number(out, stroke->dash.phase);
    }
    if (stroke->round_caps) text_append(out, " round");
}

static void dump_points(Text *out, const DrawList *list, const DrawItem *item)
{
    for (uint32_t i = 0; i < item->count; i++) {
        Point point = list->points.items[item->first + i];
        numbers(out, (const float[]){point.x, point.y}, 2);
    }
}

static void dump_text(Text *out, const DrawList *list, const DrawItem *item)
{
    numbers(out, (const float[]){item->rect.x, item->rect.y}, 2);
    text_append(out, " %s %s", align_names[item->align], face_names[item->face]);
    number(out, item->size);
    text_append(out, " %08X \"%s\"", item->fill, list->chars.items + item->first);
}

static void dump_pattern(Text *out, const DrawItem *item)
{
    dump_rect(out, item->rect);
    text_append(out, " %s", pattern_names[item->pattern]);
    numbers(out, (const float[]){item->period, item->weight}, 2);
}

/* The colours of cells as runs: "0072B2FFx5461 E69F00FFx5462". */
static void dump_cells(Text *out, const DrawList *list, const DrawItem *item)
{
    numbers(out, (const float[]){item->rect.x, item->rect.y}, 2);
    text_append(out, " %ux%u cell", item->columns, item->rows);
    number(out, item->cell);
    const Color *colors = list->colors.items + item->first;
    for (uint32_t i = 0; i < item->count;) {
        uint32_t end = i + 1;
        while (end < item->count && colors[end] == colors[i]) end++;
        text_append(out, " %08Xx%u", colors[i], end - i);
        i = end;
    }
}

static void dump_angles(Text *out, const DrawItem *item)
{
    dump_center(out, item);
    text_append(out, " from");
    numbers(out, (const float[]){item->a0, item->a1}, 2);
}

static void dump_radius(Text *out, const DrawItem *item)
{
    if (item->radius <= 0) return;
    text_append(out, " radius");
    number(out, item->radius);
}

static void dump_item(Text *out, const DrawList *list, const DrawItem *item)
{
    switch (item->kind) {
    case DRAW_RECT:
        text_append(out, "rect");
        dump_rect(out, item->rect);
        dump_radius(out, item);
        break;
    case DRAW_DISC:
        text_append(out, "disc");
        dump_center(out, item);
        break;
    case DRAW_PIE:
        text_append(out, "pie");
        dump_angles(out, item);
        break;
    case DRAW_ARC:
        text_append(out, "arc");
        dump_angles(out, item);
        break;
    case DRAW_LINE:
        text_append(out, "line");
        dump_points(out, list, item);
        break;
    case DRAW_CURVE:
        text_append(out, "curve");
        dump_points(out, list, item);
        break;
    case DRAW_POLYGON:
        text_append(out, "polygon");
        dump_points(out, list, item);
        break;
    case DRAW_TEXT:
        text_append(out, "text");
        dump_text(out, list, item);
        return;
    case DRAW_PATTERN:
        text_append(out, "pattern");
        dump_pattern(out, item);
        dump_radius(out, item);
        break;
    case DRAW_CELLS:
        text_append(out, "cells");
        dump_cells(out, list, item);
        return;
    case DRAW_CLIP:
        text_append(out, "clip");
        dump_rect(out, item->rect);
        return;
    case DRAW_UNCLIP: text_append(out, "unclip"); return;
    }
    dump_paint(out, item);
}

void draw_dump(const DrawList *list, Text *out)
{
    for (uint32_t i = 0; i < list->items.count; i++) {
        dump_item(out, list, &list->items.items[i]);
        text_append(out, "\n");
    }
}
