/* control.h -- things to click and small marks: buttons, segments, tabs, chips, pills, badges.
 *
 * Looks are those of view tokens §4: radius 7 for buttons, h/2 for pills, 3 for chips. */
#ifndef UI_CONTROL_H
#define UI_CONTROL_H

#include "viz/ui/icon.h"
#include "viz/ui/ui.h"

typedef enum ControlState {
    CONTROL_NORMAL,
    CONTROL_CHOSEN,  /* invert fill, ink text */
    CONTROL_DISABLED /* text3, cannot be clicked */
} ControlState;

/* A button with a centred title. */
void control_button(const Ui *ui, Rect rect, const char *title, ControlState state, Action action);
/* An answer: a mono number at the left, the words centred. */
void control_choice(const Ui *ui, Rect rect, uint32_t number, const char *title, ControlState state,
                    Action action);
/* A button with a sign. */
void control_icon_button(const Ui *ui, Rect rect, Icon icon, ControlState state, Action action);

/* A segmented control: `count` titles side by side in a well; `chosen` is inverted. Each
 * segment's action has its index as argument. CONTROL_SEGMENTS_HEIGHT high. Returns the width,
 * which control_segments_width tells beforehand. */
#define CONTROL_SEGMENTS_HEIGHT 28.0f
float control_segments(const Ui *ui, Point top_left, const char *const *titles, uint32_t count,
                       uint32_t chosen, uint32_t action);
float control_segments_width(const Ui *ui, const char *const *titles, uint32_t count);

/* A tab bar that fills `rect` (40 high): titles from 24 px on, the chosen one in text with a 2 px
 * line under it, a divider below all. Each tab's action has its index as argument. */
void control_tabs(const Ui *ui, Rect rect, const char *const *titles, uint32_t count,
                  uint32_t chosen, uint32_t action);

/* A square of a shard's hue that stands before its name: `size` 20 in lists, 12 in pills; radius 3
 * to 5. */
void control_chip(const Ui *ui, Rect rect, Color hue);

/* A pill: raised (or any) fill, text in the middle of h/2 round ends. Returns its width. */
float control_pill(const Ui *ui, Point left_middle, float height, Color fill, Color ink,
                   TypeRole role, const char *chars);
float control_pill_width(const Ui *ui, float height, TypeRole role, const char *chars);
/* An outlined, hollow pill ("ASK 324: only this once") or a solid one ("MOVED 5501: from now on"),
 * centred on a point. */
void control_pill_at(const Ui *ui, Point center, float height, bool is_hollow, const char *chars);

/* The label on a blob of the slot map: panel at 0.96, chip, letter 15/700, range in mono (either
 * may be NULL). `at` is the top left corner; returns the rect it covers. */
Rect control_map_label(const Ui *ui, Point at, Color hue, const char *letter, const char *range);

/* A filter: letter or word, count behind it; chosen ones bright. Returns its width; height 28. */
float control_filter(const Ui *ui, Point left_middle, const char *title, const char *count,
                     ControlState state, Action action);

typedef enum BadgeKind {
    BADGE_SUSPECT, /* P? invert */
    BADGE_FAIL,    /* F! danger */
    BADGE_MOVING,  /* M invert */
    BADGE_NEUTRAL  /* raised, text */
} BadgeKind;

/* A letter flag, `height` px high (21 on nodes, 18 in lists), centred; 2 px edge of `edge` colour
 * round it (COLOR_NONE: none). Returns its width. */
float control_badge(const Ui *ui, Point center, float height, BadgeKind kind, const char *chars,
                    Color edge);

/* A lamp with shape and word: check and text2 when it holds, triangle and danger text when not.
 * `at` is the baseline of the word; returns the width. */
float control_lamp(const Ui *ui, Point at, bool holds, const char *words);

/* Dots of a lesson: `count` steps, `done` of them filled. */
void control_steps(const Ui *ui, Point left_middle, uint32_t done, uint32_t count);

/* A dark or light note near a point with one or two lines (hover label); kept inside `bounds`.
 * `second` may be NULL. */
void control_hover(const Ui *ui, Point near, Rect bounds, const char *first, const char *second);

#endif
