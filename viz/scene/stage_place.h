/* stage_place.h -- a search for free room on the stage: words go where they cover nothing. */
#ifndef SCENE_STAGE_PLACE_H
#define SCENE_STAGE_PLACE_H

#include "viz/scene/stage.h"

#define PLACER_RECTS_MAX  160u
#define PLACER_POINTS_MAX 2400u

typedef struct Placer {
    Rect bounds;
    uint32_t rect_count, point_count;
    Rect rects[PLACER_RECTS_MAX];    /* never covered */
    Point points[PLACER_POINTS_MAX]; /* covered only if there is no better place: lines */
} Placer;

void placer_init(Placer *placer, Rect bounds);
void placer_add_rect(Placer *placer, Rect rect);
void placer_add_point(Placer *placer, Point point);
void placer_add_path(Placer *placer, const StagePath *path);

typedef struct Placed {
    bool found;
    bool crosses; /* a line runs behind it */
    Rect rect;
    TextAlign align;
    float cost; /* of placer_near */
} Placed;

/* Beside, below or above a node of that reach; the side away from `center` is tried first. The rect
 * found is not yet added. */
Placed placer_beside(const Placer *placer, Point node, float reach, float w, float h, Point center);
/* The free place nearest to a point, on a grid over the bounds. */
Placed placer_near(const Placer *placer, Point point, float w, float h);

#endif
