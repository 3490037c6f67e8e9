/* shape.h -- discs, rects, arcs, lines and patterns of a draw list on a canvas.
 *
 * Small discs and rounded rects without dashes come from cached masks: a thousand tiles are then a
 * thousand small copies. Thin lines and curves without dashes are our own
 * (thin.h). Everything else is a cairo path. */
#ifndef SDL_SHAPE_H
#define SDL_SHAPE_H

#include "viz/sdl/canvas.h"

typedef struct ShapeCache ShapeCache; /* opaque; shape.c: masks and pattern tiles */

ShapeCache *shape_cache_create(void);
void shape_cache_destroy(ShapeCache *cache); /* NULL is allowed */
void shape_cache_begin_frame(ShapeCache *cache);

void shape_rect(Canvas *canvas, ShapeCache *cache, const DrawItem *item);
void shape_disc(Canvas *canvas, ShapeCache *cache, const DrawItem *item);
void shape_pie(Canvas *canvas, const DrawItem *item);
void shape_arc(Canvas *canvas, ShapeCache *cache, const DrawItem *item);
void shape_line(Canvas *canvas, ShapeCache *cache, const DrawItem *item, const Point *points);
void shape_curve(Canvas *canvas, ShapeCache *cache, const DrawItem *item, const Point *points);
void shape_polygon(Canvas *canvas, const DrawItem *item, const Point *points);

#endif
