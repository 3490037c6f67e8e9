/* outline.c -- see outline.h. */
#include "viz/sdl/outline.h"

#include <math.h>

void outline_path(cairo_t *cairo, const Outline *outline)
{
    double width = outline->right - outline->left;
    double height = outline->bottom - outline->top;
    cairo_new_path(cairo);
    if (outline->radius < 0) {
        cairo_save(cairo);
        cairo_translate(cairo, outline->left + width / 2, outline->top + height / 2);
        cairo_scale(cairo, width / 2, height / 2);
        cairo_arc(cairo, 0, 0, 1, -PI / 2, 3 * PI / 2);
        cairo_restore(cairo);
        cairo_close_path(cairo);
        return;
    }
    double radius = fmin(outline->radius, fmin(width, height) / 2);
    if (radius <= 0) {
        cairo_rectangle(cairo, outline->left, outline->top, width, height);
        return;
    }
    cairo_arc(cairo, outline->right - radius, outline->top + radius, radius, -PI / 2, 0);
    cairo_arc(cairo, outline->right - radius, outline->bottom - radius, radius, 0, PI / 2);
    cairo_arc(cairo, outline->left + radius, outline->bottom - radius, radius, PI / 2, PI);
    cairo_arc(cairo, outline->left + radius, outline->top + radius, radius, PI, 3 * PI / 2);
    cairo_close_path(cairo);
}
