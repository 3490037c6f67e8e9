/* ui.h -- what every widget needs: where to draw, what to hit, how to measure, which colours.
 *
 * Widgets are pure functions: they append to the draw list and to the hit list and remember
 * nothing. The caller makes one Ui per frame on its stack. Whether a thing is hovered follows from
 * `mouse`; what is chosen or enabled is an argument. */
#ifndef UI_UI_H
#define UI_UI_H

#include "viz/draw/draw.h"
#include "viz/draw/theme.h"
#include "viz/ui/hit.h"
#include "viz/ui/rect.h"
#include "viz/ui/type.h"

typedef struct Ui {
    DrawList *list;
    HitList *hits; /* NULL: nothing can be clicked (pictures, tests of looks) */
    const TextMetrics *metrics;
    const Theme *theme;
    bool projector; /* the projector's type scale */
    Point mouse;    /* logical px; far outside when there is none */
    uint32_t focus; /* the action that has the keyboard focus, with its argument; HIT_NONE */
    int64_t focus_argument;
} Ui;

/* What a click does: added to the hit list with the widget's rect; ACTION_NONE for nothing. */
typedef struct Action {
    uint32_t id;
    int64_t argument;
    uint32_t key; /* shortcut, 0: none */
} Action;

#define ACTION_NONE ((Action){0})

/* Is the mouse over it (and can it be clicked at all)? */
bool ui_is_hovered(const Ui *ui, Rect rect);
/* Has it the keyboard focus? Widgets draw a ring of text colour round it. */
bool ui_is_focused(const Ui *ui, Action action);
/* Adds a hit for the rect unless there is no hit list or no action. */
void ui_hit(const Ui *ui, Rect rect, Action action);

/* A hairline of `line` colour. */
void ui_divider_h(const Ui *ui, float x, float y, float w);
void ui_divider_v(const Ui *ui, float x, float y, float h);
/* A panel: panel fill, radius 10; high contrast has an outline. `outlined`: a card (1 px line2). */
void ui_panel(const Ui *ui, Rect rect);
void ui_card(const Ui *ui, Rect rect);

#endif
