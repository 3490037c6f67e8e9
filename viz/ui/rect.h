/* rect.h -- cutting rectangles into smaller ones: the whole of our layout engine.
 *
 * A panel starts with its rect and takes strips off its sides; what is left is the rest. Nothing
 * gets a negative size: a strip is never larger than what there is. */
#ifndef UI_RECT_H
#define UI_RECT_H

#include "viz/draw/draw.h"

static inline Rect rect_of(float x, float y, float w, float h)
{
    return (Rect){x, y, w, h};
}

static inline float rect_right(Rect rect)
{
    return rect.x + rect.w;
}

static inline float rect_bottom(Rect rect)
{
    return rect.y + rect.h;
}

static inline Point rect_center(Rect rect)
{
    return (Point){rect.x + rect.w / 2, rect.y + rect.h / 2};
}

/* Left and top edge belong to the rect, right and bottom edge do not. */
bool rect_contains(Rect rect, Point at);
/* Smaller by dx on the left and right, by dy above and below. */
Rect rect_inset(Rect rect, float dx, float dy);
/* The strip of `size` px at that side; *rect keeps the rest. */
Rect rect_take_left(Rect *rect, float size);
Rect rect_take_right(Rect *rect, float size);
Rect rect_take_top(Rect *rect, float size);
Rect rect_take_bottom(Rect *rect, float size);
/* Column `index` of `count` equal columns with `gap` px between them. */
Rect rect_column(Rect rect, uint32_t index, uint32_t count, float gap);

#endif
