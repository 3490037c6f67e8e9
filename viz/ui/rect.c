/* rect.c -- see rect.h. */
#include "viz/ui/rect.h"

static float clamp_size(float size, float size_max)
{
    if (size < 0) return 0;
    return size > size_max ? size_max : size;
}

bool rect_contains(Rect rect, Point at)
{
    return at.x >= rect.x && at.x < rect.x + rect.w && at.y >= rect.y && at.y < rect.y + rect.h;
}

Rect rect_inset(Rect rect, float dx, float dy)
{
    float inset_x = dx > rect.w / 2 ? rect.w / 2 : dx;
    float inset_y = dy > rect.h / 2 ? rect.h / 2 : dy;
    return (Rect){rect.x + inset_x, rect.y + inset_y, rect.w - 2 * inset_x, rect.h - 2 * inset_y};
}

Rect rect_take_left(Rect *rect, float size)
{
    float taken = clamp_size(size, rect->w);
    Rect strip = {rect->x, rect->y, taken, rect->h};
    rect->x += taken;
    rect->w -= taken;
    return strip;
}

Rect rect_take_right(Rect *rect, float size)
{
    float taken = clamp_size(size, rect->w);
    rect->w -= taken;
    return (Rect){rect->x + rect->w, rect->y, taken, rect->h};
}

Rect rect_take_top(Rect *rect, float size)
{
    float taken = clamp_size(size, rect->h);
    Rect strip = {rect->x, rect->y, rect->w, taken};
    rect->y += taken;
    rect->h -= taken;
    return strip;
}

Rect rect_take_bottom(Rect *rect, float size)
{
    float taken = clamp_size(size, rect->h);
    rect->h -= taken;
    return (Rect){rect->x, rect->y + rect->h, rect->w, taken};
}

Rect rect_column(Rect rect, uint32_t index, uint32_t count, float gap)
{
    float width = (rect.w - gap * (float)(count - 1)) / (float)count;
    return (Rect){rect.x + (float)index * (width + gap), rect.y, width, rect.h};
}
