/* view_run.h -- what the tests of the panels share: a run to look at, a screen to look at it on,
 * and the question whether words lie on each other. */
#ifndef TESTS_VIEW_RUN_H
#define TESTS_VIEW_RUN_H

#include "tests/fixture/fixture.h"
#include "viz/scene/scene.h"

typedef struct ViewRun {
    Fixture fixture;
    SimTime killed; /* when the first primary died */
    Model model;
    DrawList list;
    Lanes lanes;
    TextMetrics metrics;
    UiState ui;
} ViewRun;

/* So many primaries with so many replicas each, and the first primary dies; the model stands at the
 * end, some seconds later, when a successor serves. 1920x1080, dark, in truth. */
void view_run_open(ViewRun *run, uint32_t primaries, uint32_t replicas);
void view_run_close(ViewRun *run);
/* The window in device px at a scale, as the app does it. */
void view_run_resize(ViewRun *run, float width, float height, float scale);

/* How many pairs of texts in the list cover each other; the first one is printed. */
uint32_t texts_overlapping(const DrawList *list, const TextMetrics *metrics, const char *row);
/* How many texts reach out of the rect. */
uint32_t texts_outside(const DrawList *list, const TextMetrics *metrics, Rect rect,
                       const char *row);

#endif
