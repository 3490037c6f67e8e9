/* painter.h -- paints a draw list; the only folder that includes SDL, SDL_ttf and cairo.
 *
 * Shapes are painted by cairo onto the pixels of an SDL surface, text by SDL_ttf onto the same
 * pixels, so that a window, a hi-DPI window and a PNG without any display show exactly the same
 * frame. */
#ifndef SDL_PAINTER_H
#define SDL_PAINTER_H

#include "sim/base/error.h"
#include "viz/draw/draw.h"

typedef struct Painter Painter; /* opaque; viz/sdl/painter.c */

/* A painter for frames of width x height device px at `scale` device px per logical px. Loads the
 * fonts (Inter and JetBrains Mono of Debian; DejaVu when they are missing); NULL and *err when none
 * is found. */
Painter *painter_create(int width, int height, float scale, Error *err);
void painter_destroy(Painter *painter);
void painter_resize(Painter *painter, int width, int height, float scale);

/* Real text widths in logical px; borrowed from the painter. */
TextMetrics painter_metrics(Painter *painter);

void painter_paint(Painter *painter, const DrawList *list, Color background);

/* The pixels last painted: XRGB8888 rows of `pitch` bytes. */
const uint32_t *painter_pixels(const Painter *painter, int *width, int *height, int *pitch);
/* Writes them as a PNG file. */
bool painter_save_png(const Painter *painter, const char *path, Error *err);

#endif
