/* thin.h -- thin lines and curves without dashes, many times faster than as cairo paths.
 *
 * Coverage is the distance of a px to the line. All segments of one line go to a plane of coverage
 * first, keeping the larger value, so that joints do not show in translucent colours; then the
 * plane is painted and wiped, only where it was touched. */
#ifndef SDL_THIN_H
#define SDL_THIN_H

#include "viz/sdl/canvas.h"

#define THIN_WIDTH_MAX 3.0f /* device px; wider ones need real joins and ends */

typedef struct ThinPlane ThinPlane; /* opaque; thin.c */

ThinPlane *thin_plane_create(void);
void thin_plane_destroy(ThinPlane *plane); /* NULL is allowed */

/* An open polyline; points in device px. */
void thin_line(Canvas *canvas, ThinPlane *plane, const Point *points, uint32_t count,
               const Stroke *stroke);
/* A quadratic curve from a to b. */
void thin_curve(Canvas *canvas, ThinPlane *plane, Point a, Point control, Point b,
                const Stroke *stroke);

#endif
