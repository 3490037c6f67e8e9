/* canvas.h -- the pixels being painted, with the clip; what all files of the painter share.
 *
 * Cairo and our own loops write to the same XRGB8888 memory. Device px are integers; a logical
 * length times `scale` is a device length. */
#ifndef SDL_CANVAS_H
#define SDL_CANVAS_H

#include "viz/draw/draw.h"
#include "viz/sdl/mask.h"

#include <cairo.h>

/* Device px; right and bottom are outside. */
typedef struct Box {
    int left, top, right, bottom;
} Box;

typedef struct Canvas {
    uint32_t *pixels;
    int width, height;
    int stride; /* in pixels */
    float scale;
    Box clip;
    cairo_t *cairo;
} Canvas;

/* A logical length or position in device px, rounded. */
int canvas_snap(const Canvas *canvas, float value);
/* A stroke's width in device px: a hairline is 1, all others at least 1 unless they are thinner. */
float canvas_stroke_width(const Canvas *canvas, float width);
/* A rect whose edges lie on device px, so that neighbours meet without a seam. */
Box canvas_box(const Canvas *canvas, Rect rect);
/* The same for a rect that may move: its size does not depend on where it lies. */
Box canvas_box_rigid(const Canvas *canvas, Rect rect);
Box box_intersect(Box a, Box b);
bool box_is_empty(Box box);

/* Sets cairo's source. */
void canvas_source(const Canvas *canvas, Color color);

/* Fills the box with a colour. */
void canvas_fill_box(Canvas *canvas, Box box, Color color);
/* Paints the mask with its origin at device px (x, y) in a colour. */
void canvas_mask(Canvas *canvas, const Mask *mask, int x, int y, Color color);
/* A picture of cells (DRAW_CELLS). */
void canvas_cells(Canvas *canvas, const DrawItem *item, const Color *colors);

#endif
