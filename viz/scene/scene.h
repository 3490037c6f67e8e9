/* scene.h -- what is drawn: from (model, ui state) to a draw list. Pure; no SDL, no clock, no
 * simulator. */
#ifndef SCENE_SCENE_H
#define SCENE_SCENE_H

#include "viz/draw/draw.h"
#include "viz/draw/theme.h"
#include "viz/model/model.h"
#include "viz/scene/run_index.h"

typedef enum Lens { LENS_TRUTH, LENS_NODE, LENS_CLIENT } Lens; /* as seen by (keys 1, 2, 3) */
typedef enum DockTab {
    DOCK_INSPECTOR,
    DOCK_WHY,
    DOCK_AGREEMENT,
    DOCK_METRICS,
    DOCK_CONSOLE,
    DOCK_SOURCE,
    DOCK_COUNT
} DockTab;
typedef enum SlotLayout { SLOTS_AUTO, SLOTS_TAPE, SLOTS_HILBERT } SlotLayout;

#define UI_MARKS_MAX 16

typedef struct ConsoleUi ConsoleUi; /* viz/scene/console.h */

/* What the person at the screen has chosen; everything else comes from the trace. */
typedef struct UiState {
    float width, height; /* logical px */
    float scale;         /* device px per logical px, for texts that say so */
    ThemeName theme;
    bool projector; /* big type, docks hidden (also when the window is small) */
    Lens lens;
    HostId selected; /* HOST_NONE */
    HostId hovered;
    int hovered_slot; /* -1 */
    DockTab dock;
    SlotLayout slot_layout;
    bool paused;
    int64_t speed_permille;     /* virtual / wall * 1000: 1000 real time, 1 = x1/1000 */
    bool live;                  /* a simulator is running behind (faults by mouse are possible) */
    bool show_keys;             /* F1 */
    int prediction;             /* 0 none chosen yet, else 1.. */
    bool question_open;         /* a PREDICT is waiting: the future is hidden */
    SimTime view_from, view_to; /* timeline window */
    SimTime known_to;           /* end of what has been simulated */
    Point mouse;
    bool dragging_wall; /* a wall is being drawn from drag_from to mouse */
    Point drag_from;
    char message[160]; /* last line for the person: the Lua line just done, a hint; "" none */

    /* From here on all may be zero: what there is beside the trace, and what is open. */
    const RunIndex *index;   /* the run's steps, calls, traffic; NULL: panels do without */
    const char *source_text; /* the script, NULL for a trace file */
    const char *source_name;
    uint32_t source_line; /* now executing, 1..; 0 none */
    uint32_t steps_total; /* of the lesson, as far as known; 0 unknown */
    uint32_t dock_first;  /* the dock is scrolled by so many rows */
    bool dock_over;       /* the dock is open over everything (in the small form its only form) */
    bool menu_open;       /* the menu of menu_host hangs at menu_at */
    Point menu_at;
    HostId menu_host;
    uint32_t menu_row;           /* chosen by key */
    bool timeline_focus;         /* arrows move in time, not over slots */
    uint32_t slow_factor;        /* the director slows time to 1/this; 0: speed_permille holds */
    bool is_reading;             /* time stands until the sentence on the card has been read */
    bool slot_by_key;            /* hovered_slot was walked to: its label stands at the map */
    bool mouse_gone;             /* no hover label: the mouse is outside */
    SimTime marks[UI_MARKS_MAX]; /* bookmarks */
    uint32_t mark_count;
    const ConsoleUi
        *console; /* the prompt of the Console tab; NULL: it only shows what was asked */
} UiState;

/* Where the panels are (view tokens §5). */
typedef struct Layout {
    bool full; /* the full form; else projector or small */
    Rect header, stage, card, slots, dock, timeline;
    Point map;  /* top left of the slot map */
    float cell; /* logical px of one slot */
    uint32_t lanes;
} Layout;
#define SCENE_LANES 4 /* lanes of the timeline in the full form, beside the events */
Layout scene_layout(const UiState *ui, uint32_t lane_count);

/* Where every host stands on the stage, for drawing and for the mouse. */
typedef struct HostPlace {
    Point at;
    float radius;
} HostPlace;
typedef struct StagePlan {
    ARRAY_OF(HostPlace) places; /* by HostId */
    int form;                   /* 0 ring or zones, 1 capsules, 2 tiles */
} StagePlan;
void stage_plan(StagePlan *plan, const Model *model, const UiState *ui, Rect stage);
void stage_plan_deinit(StagePlan *plan);
/* The host under a point, HOST_NONE. */
HostId stage_host_at(const StagePlan *plan, Point at);

void scene_stage(DrawList *list, const Model *model, const UiState *ui, const StagePlan *plan,
                 Rect rect, const TextMetrics *metrics);
void scene_slots(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                 const TextMetrics *metrics);
/* The slot under a point of the map, -1. */
int scene_slot_at(const Layout *layout, const UiState *ui, const Model *model, Point at);

/* Where the plot of the timeline lies, for the mouse: x of view_from and of view_to. */
void scene_timeline_span(const Layout *layout, const UiState *ui, float *left, float *right);
/* The choice of the open question under a point: 1.., 0 for none. */
int scene_choice_at(const Model *model, const UiState *ui, const Layout *layout, Point at);

void scene_header(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                  const TextMetrics *metrics);
void scene_card(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                const TextMetrics *metrics);
void scene_timeline(DrawList *list, const Model *model, const Lanes *lanes, const UiState *ui,
                    const Layout *layout, const TextMetrics *metrics);
void scene_dock(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                const TextMetrics *metrics); /* Inspector, Agreement, Why? ... */
/* The key that the button under a point of the header stands for, 0. */
uint32_t scene_header_key_at(const Model *model, const UiState *ui, const Layout *layout,
                             const TextMetrics *metrics, Point at);
/* The tab of the dock under a point, -1. */
int scene_dock_tab_at(const UiState *ui, const Layout *layout, const TextMetrics *metrics,
                      Point at);
/* Where the dock stands now: empty when it is hidden. */
Rect scene_dock_rect(const UiState *ui, const Layout *layout);
void scene_overlay(DrawList *list, const Model *model, const UiState *ui, const Layout *layout,
                   const TextMetrics *metrics); /* hover label, key overlay, menu, message line */

/* The menu of a node: each row is a key (viz/app/keys.c) with its words. */
#define MENU_ROWS_MAX 8
typedef struct MenuRow {
    char title[40];
    char key_name[8];
    uint32_t key;
    bool enabled;
} MenuRow;
uint32_t scene_menu_rows(const Model *model, const UiState *ui, MenuRow *rows);
/* The row of the open menu under a point, -1. */
int scene_menu_at(const Model *model, const UiState *ui, Point at);
/* The whole frame: all of the above. `plan` and `lanes` are made anew for it and stay with the
 * caller: the plan for the mouse, the lanes because making them again is cheap when little has
 * changed. All zero at first; what is drawn does not depend on what they held. */
void scene_frame(DrawList *list, const Model *model, const UiState *ui, StagePlan *plan,
                 Lanes *lanes, const TextMetrics *metrics);

#endif
