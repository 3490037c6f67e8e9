/* tile.h -- textures as small pictures that repeat over the whole screen (view tokens §7).
 *
 * A tile is rendered once per (pattern, period, weight, colour) at the current scale and holds a
 * whole number of periods; where a period is no whole number of px it is bent by less than 2%. Its
 * origin is the corner of the screen, so that neighbouring areas with one texture join without a
 * seam. */
#ifndef SDL_TILE_H
#define SDL_TILE_H

#include "viz/sdl/canvas.h"

typedef struct TileSet TileSet; /* opaque; tile.c */

TileSet *tile_set_create(void);
void tile_set_destroy(TileSet *tiles); /* NULL is allowed */

/* Paints item (a DRAW_PATTERN). */
void tile_paint(Canvas *canvas, TileSet *tiles, const DrawItem *item);

#endif
