/* slots.h -- the slot map as data before it is drawn: who owns each slot, in runs; where a slot
 * lies; which tint its shard has. Used by slots*.c only.
 *
 * Everything is derived once a frame in a few passes over 16384 slots; no pass depends on the
 * number of nodes times slots. */
#ifndef SCENE_SLOTS_H
#define SCENE_SLOTS_H

#include "viz/scene/panel.h"
#include "viz/scene/shard.h"

#define MAP_SIDE         128u /* cells; 128 x 128 = 16384 */
#define SLOTS_TAPE_MAX   6u   /* owners; more are laid out along Hilbert's curve */
#define SLOTS_LABELS_MAX 60u  /* owners; with more only pinned shards are labelled */
#define SLOTS_LIST_MAX   60u  /* owners; with more the list is a summary */

typedef enum SlotMark {
    MARK_NONE,
    MARK_SUSPECT,   /* the owner is suspected (P?) or does not run and nobody has noticed */
    MARK_FAIL,      /* the owner is held for failing */
    MARK_CONTESTED, /* two would accept a write */
    MARK_UNCOVERED  /* nobody */
} SlotMark;

/* Slots in a row with the same owner and mark. */
typedef struct SlotRun {
    uint16_t first, last;
    uint16_t shard; /* SHARD_NONE: uncovered */
    HostId owner;   /* who has them, alive or not; HOST_NONE: uncovered */
    SlotMark mark;
} SlotRun;

typedef struct SlotOwner {
    HostId host;
    uint16_t shard;
    SlotMark mark;
    uint16_t first, last; /* of all its slots */
    uint32_t slots, runs;
    uint64_t epoch;
} SlotOwner;

typedef struct SlotView {
    Ui ui;
    const Model *model;
    const UiState *state;
    const Layout *layout;
    ShardPalette palette;
    bool is_hilbert, is_belief;
    Point map; /* top left of the cells */
    float cell;
    HostId owner[SLOT_COUNT];
    uint16_t shard[SLOT_COUNT];
    uint8_t mark[SLOT_COUNT];     /* SlotMark */
    ARRAY_OF(SlotRun) runs;       /* in order of slots */
    ARRAY_OF(SlotOwner) owners;   /* in order of shards */
    ARRAY_OF(Color) tints;        /* by shard */
    uint32_t covered, contested;  /* slots */
    ARRAY_OF(OpenSlotModel) open; /* under migration; in a belief: as far as its node marks them */
} SlotView;

/* slots_view.c */
void slots_view_init(SlotView *view, const Model *model, const UiState *state,
                     const Layout *layout);
void slots_view_deinit(SlotView *view);
/* Who else would accept a write for a slot of this owner, the first such in the range; HOST_NONE
 * when nobody would. */
HostId slots_rival(const SlotView *view, HostId owner, uint32_t first, uint32_t last);

/* slots_curve.c: where slot and cell meet. Column and row are 0..127. */
typedef struct MapCell {
    uint8_t column, row;
} MapCell;
MapCell slots_cell(bool is_hilbert, uint32_t slot);
uint32_t slots_at(bool is_hilbert, MapCell cell);
/* The cells of slots first..last as rects in cells, at most SLOTS_RECTS_MAX of them: rows of the
 * tape, squares of the curve. Returns their number. */
#define SLOTS_RECTS_MAX 48u
uint32_t slots_rects(bool is_hilbert, uint32_t first, uint32_t last, Rect out[SLOTS_RECTS_MAX]);
/* Such a rect in px. */
Rect slots_px(const SlotView *view, Rect cells);

/* slots_tint.c: a tint for every shard; with hues for all, they are the hues. */
void slots_tint(SlotView *view);

/* slots_map.c, slots_mark.c, slots_list.c: drawing. */
void slots_draw_map(const SlotView *view);
Color slots_cell_color(const SlotView *view, uint32_t slot);
void slots_draw_marks(const SlotView *view);
void slots_draw_labels(const SlotView *view);
void slots_draw_hovered(const SlotView *view);
void slots_draw_list(const SlotView *view, Rect rect);
/* slots_votes.c. Votes of the election under way; the y below them, or the top when there is none.
 * Reports: what a node has heard of failures; false when it has heard of none. The meter: votes or
 * voters, in one line. */
float slots_draw_votes(const SlotView *view, Rect rect);
bool slots_draw_reports(const SlotView *view, Rect rect);
void slots_draw_meter(const SlotView *view, Rect rect);
/* slots_open.c: slots under migration, and small holes in the map, which need a frame to be seen.
 */
void slots_draw_open(const SlotView *view);
void slots_draw_holes(const SlotView *view);
void slots_draw_open_frames(const SlotView *view);
/* The one that is told of: the slot under the mouse, else the first; NULL when none is open. */
const OpenSlotModel *slots_open_shown(const SlotView *view);
/* The leader from its cell to the list at x `right`; its magnified cells: the y below them. */
void slots_draw_leader(const SlotView *view, float right);
float slots_draw_open_section(const SlotView *view, Rect rect);
void slots_open_swatch(const SlotView *view, Rect rect, const OpenSlotModel *entry);
/* "66.7 %" */
void slots_covered_words(const SlotView *view, char *out, size_t size);
/* A square that looks as slots of that mark do on the map. */
void slots_swatch(const SlotView *view, Rect rect, Color color, SlotMark mark);

#endif
