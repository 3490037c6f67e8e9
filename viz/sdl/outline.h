/* outline.h -- ellipses and rounded rects as cairo paths, in device px. */
#ifndef SDL_OUTLINE_H
#define SDL_OUTLINE_H

#include <cairo.h>

#define PI 3.14159265358979323846 /* strict C17 has none */

typedef struct Outline {
    double left, top, right, bottom;
    double radius; /* of the corners, at most half a side; negative: an ellipse */
} Outline;

/* Replaces cairo's path. Starts at 12 o'clock or in the top right corner and runs clockwise. */
void outline_path(cairo_t *cairo, const Outline *outline);

#endif
