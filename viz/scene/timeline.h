/* timeline.h -- the plot that timeline.c and timeline_lanes.c draw in. */
#ifndef SCENE_TIMELINE_H
#define SCENE_TIMELINE_H

#include "viz/scene/panel.h"

typedef struct Plot {
    Ui ui;
    const Model *model;
    const UiState *state;
    Rect panel;
    float label_left;  /* x of the words before the lanes */
    float left, right; /* x of `from` and of `to` */
    SimTime from, to;
    float top, pitch; /* first row, and from one row to the next */
    uint32_t rows;    /* the density of events included, if it is shown */
    bool has_density; /* row 0 is the density */
    float now_x;      /* x of the handle, inside the plot */
} Plot;

/* x of a time, clamped to the plot. */
float plot_x(const Plot *plot, SimTime time);
/* The row as a rect over the whole plot. */
Rect plot_row(const Plot *plot, uint32_t row);
/* The distance between two ticks of the axis: 1, 2 or 5 times a power of ten ns, from a minute on
 * in minutes; at least `least_px` px apart. *decimals of its labels in seconds. */
SimSpan plot_tick(const Plot *plot, float least_px, uint32_t *decimals);

/* One lane's bars and ticks with their words; nothing overlaps. */
void plot_lane(const Plot *plot, const Lane *lane, uint32_t row);
/* Its timers that are already set, over the veil: state, and no peek at what comes. */
void plot_lane_expected(const Plot *plot, const Lane *lane, uint32_t row);
/* True when no such timer of the lane is seen. */
bool plot_lane_is_clear(const Plot *plot, const Lane *lane);

#endif
