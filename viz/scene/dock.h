/* dock.h -- the tabs of the dock, one file each; private to viz/scene.
 *
 * Each draws into `rect`, the dock without its tab bar, and reads model and ui only. */
#ifndef SCENE_DOCK_H
#define SCENE_DOCK_H

#include "viz/scene/scene.h"
#include "viz/ui/ui.h"

typedef struct Scene { /* what every tab needs */
    Ui draw;           /* where to draw, what can be hit */
    const Model *model;
    const UiState *ui;
} Scene;

/* Everything for drawing in the state's theme and type; `hits` may be NULL. */
Ui dock_ui(DrawList *list, HitList *hits, const UiState *ui, const TextMetrics *metrics);

/* The whole dock with its tab bar into `rect` (which scene_dock_rect gives). */
void dock_draw(const Scene *scene, Rect rect);
#define DOCK_TAB_BAR    40.0f
#define ACTION_DOCK_TAB 1u

void dock_inspector(const Scene *scene, Rect rect); /* inspector.c */
void dock_why(const Scene *scene, Rect rect);       /* why.c */
void dock_agreement(const Scene *scene, Rect rect); /* agreement.c */
void dock_metrics(const Scene *scene, Rect rect);   /* metrics.c */
void dock_console(const Scene *scene, Rect rect);   /* console.c */
void dock_source(const Scene *scene, Rect rect);    /* source.c */

/* A sentence in the middle of a tab that has nothing to show. */
void dock_sentence(const Scene *scene, Rect rect, const char *sentence);
/* What stands at the right of the tab bar: "n5  10.0.0.5:6379", "2 factions". */
void dock_caption(const Scene *scene, Text *out);

/* Names for people. */
const char *dock_host_name(const Model *model, HostId host);     /* "n5"; "nobody" */
void dock_node_name(const Model *model, NodeId node, Text *out); /* "n5", "n5#2" */
HostId dock_node_host(const Model *model, NodeId node);          /* where it was born */
bool dock_is_running(const Model *model, HostId host);           /* or frozen: has beliefs */
const Belief *dock_belief(const Model *model, HostId host, NodeId node);
/* Greek letter of a faction, "" beyond the sixth. */
const char *dock_faction_letter(uint32_t faction);

#endif
