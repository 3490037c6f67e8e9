/* panel.h -- what the panels share: the Ui they draw with, names and times as words. */
#ifndef SCENE_PANEL_H
#define SCENE_PANEL_H

#include "viz/scene/scene.h"
#include "viz/ui/ui.h"

#include <stddef.h>

/* A Ui for drawing only: nothing can be clicked through it. The projector's type scale is for
 * windows in the small form that are also enlarged; at scale 1 its letters would be too small. */
Ui panel_ui(DrawList *list, const UiState *ui, const TextMetrics *metrics);

/* "19.460", "19.460 700" with six decimals. */
void panel_time(SimTime time, uint32_t decimals, char *out, size_t size);
/* "×1", "×10", "×1/1000". */
void panel_speed(int64_t permille, char *out, size_t size);
/* The name of a host, "?" when there is none of that number. */
const char *panel_host(const Model *model, HostId host);
/* "migrating n1 → n2, 3 keys left, 20 arrived"; who does not know of it. (slots_open.c) */
void slots_open_words(const Model *model, const OpenSlotModel *entry, Text *out);
/* True when the picture shows one node's beliefs: the lens is on a node that exists. */
bool panel_is_belief(const Model *model, const UiState *ui);

#endif
